package signaling

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// Who there is, in the order of the columns below. A stranger is the caller of
// another call.
var principals = []string{"nobody", "stranger", "caller", "agent", "supervisor", "admin", "app"}

// Who may use each route: x may, - is told 401 or 403. A route without a line
// fails the test, and so does a line without a route.
var mayUse = map[string]string{
	//                                    nobody stranger caller agent supervisor admin app
	"POST /v1/calls":                     "------x",
	"GET /v1/calls":                      "---xxxx",
	"GET /v1/calls/{id}":                 "---xxxx",
	"DELETE /v1/calls/{id}":              "------x",
	"POST /v1/calls/{id}/tokens":         "------x",
	"GET /v1/calls/{id}/entries":         "--xxxxx",
	"GET /v1/calls/{id}/transcript.txt":  "--xxxxx",
	"GET /v1/calls/{id}/transcript.json": "--xxxxx",
	"GET /v1/calls/{id}/transcript.vtt":  "--xxxxx",
	"GET /v1/calls/{id}/transcript.srt":  "--xxxxx",
	"POST /v1/calls/{id}/takeover":       "---xxxx",
	"POST /v1/calls/{id}/return":         "---xxxx", // who has the call
	"POST /v1/calls/{id}/messages":       "---xxxx", // who has the call
	"POST /v1/calls/{id}/handoff":        "---xxxx",
	"POST /v1/calls/{id}/callback":       "--x---x",
	"POST /v1/demo/calls":                "xxxxxxx", // with --dev only
	"POST /v1/public/{link}/calls":       "xxxxxxx",
	"GET /healthz":                       "xxxxxxx",
	"GET /readyz":                        "xxxxxxx",
	"GET /v1/avatars/{file}":             "xxxxxxx",

	"POST /v1/desk/login":                  "xxxxxxx",
	"POST /v1/desk/logout":                 "---xxx-",
	"GET /v1/desk/me":                      "---xxx-",
	"POST /v1/desk/me":                     "---xxx-",
	"POST /v1/desk/me/password":            "---xxx-",
	"POST /v1/desk/me/avatar":              "---xxx-",
	"GET /v1/desk/sessions":                "---xxxx", // one's own
	"GET /v1/desk/sessions?all=true":       "-----xx",
	"DELETE /v1/desk/sessions/{id}":        "---xxxx", // one's own; others' are not found
	"GET /v1/desk/accounts":                "----xxx",
	"POST /v1/desk/accounts":               "-----xx",
	"POST /v1/desk/accounts/{id}":          "-----xx",
	"POST /v1/desk/accounts/{id}/password": "-----xx",
	"GET /v1/desk/audit":                   "-----xx",

	"GET /v1/desk/status":                 "xxxxxxx",
	"GET /v1/desk/calls":                  "---xxxx",
	"GET /v1/desk/search":                 "---xxxx",
	"GET /v1/desk/handoffs":               "---xxxx",
	"GET /v1/desk/calls/{id}/notes":       "---xxxx",
	"POST /v1/desk/calls/{id}/notes":      "---xxxx",
	"GET /v1/desk/handoffs/{id}/wrapup":   "---xxxx",
	"POST /v1/desk/handoffs/{id}/wrapup":  "---xxxx", // an agent: who had the call
	"GET /v1/desk/callbacks":              "---xxxx",
	"POST /v1/desk/callbacks/{id}":        "---xxxx",
	"GET /v1/desk/canned":                 "---xxx-",
	"POST /v1/desk/canned":                "---xxx-", // one's own
	"POST /v1/desk/canned?shared":         "-----x-",
	"DELETE /v1/desk/canned/{id}":         "---xxx-", // one's own
	"DELETE /v1/desk/canned/{id}?shared":  "-----x-",
	"GET /v1/desk/reports":                "----xxx",
	"GET /v1/desk/reports.csv":            "----xxx",
	"GET /v1/desk/settings/hours":         "---xxxx",
	"GET /v1/desk/settings/routing":       "---xxxx",
	"GET /v1/desk/settings/rules":         "----xxx",
	"GET /v1/desk/settings/dispositions":  "---xxxx",
	"GET /v1/desk/settings/tags":          "---xxxx",
	"GET /v1/desk/settings/notifications": "---xxxx",
	"GET /v1/desk/settings/public":        "-----xx",
}

// Each key of the settings: who may read one may check what is typed; changing
// is an admin's.
func init() {
	for key := range settingKeys {
		path := "/v1/desk/settings/" + key
		mayUse["POST "+path] = "-----xx"
		mayUse["POST "+path+"/check"] = mayUse["GET "+path]
	}
}

func TestWhoMayUseWhat(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		// With what each of them comes. People whom an app has logged in need no hash.
		person := func(role string) string {
			return r.token(auth.Claims{Identity: "the-" + role, Desk: true, DeskRole: role})
		}
		credentials := map[string]string{"nobody": "", "stranger": r.token(auth.Claims{Call: "c2", Role: "caller"}), "caller": r.callerToken(), "app": asApp,
			"agent": person("agent"), "supervisor": person("supervisor"), "admin": person("admin")}

		var stints []queue.Stint
		for _, p := range principals {
			stints = append(stints, queue.Stint{Agent: "the-" + p})
		}
		if err := r.s.cfg.Records.Write(t.Context(), store.Changes{Handoffs: []queue.Handoff{{ID: "c1", Call: "c1", State: queue.StateEnded, Priority: queue.P3, Stints: stints}}}); err != nil {
			t.Fatal(err)
		}
		share := func(id, of string) {
			d := store.Document{Kind: store.Canned, ID: id, Of: of, Body: []byte(`{"title":"a","text":"b"}`)}
			if _, err := r.s.cfg.Records.Put(t.Context(), account.Actor{}, d); err != nil {
				t.Fatal(err)
			}
		}

		left := map[string]bool{}
		for line := range mayUse {
			left[line] = true
		}
		try := func(line, method, path, body string) {
			allowed, ok := mayUse[line]
			if !ok {
				t.Errorf("nobody has said who may use %s", line)
				return
			}
			delete(left, line)
			for i, p := range principals {
				r.store.calls["c1"] = transcripts.Call{ID: "c1", State: "human", Claim: transcripts.Claim{UID: "tk", Identity: "the-" + p}}
				path := path
				if strings.HasPrefix(line, "DELETE /v1/desk/canned") {
					of, id := "the-"+p, "of-"+p
					if strings.HasSuffix(line, "?shared") {
						of, id = "", "shared-by-"+p
					}
					share(id, of)
					path = "/v1/desk/canned/" + id
				}
				resp, answer := r.ask(method, path, credentials[p], body)
				refused := resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden
				switch {
				case refused == (allowed[i] == 'x'):
					t.Errorf("%s by %s: %s %s", line, p, resp.Status, answer)
				case refused && (p == "nobody") != (resp.StatusCode == http.StatusUnauthorized):
					t.Errorf("%s by %s: %s, but 401 is for who has not said who they are", line, p, resp.Status)
				case resp.StatusCode >= 500:
					t.Errorf("%s by %s: %s %s", line, p, resp.Status, answer)
				}
			}
		}
		for _, rt := range r.s.routes() {
			line := rt.method + " " + rt.path
			path := strings.NewReplacer("{id}", "c1", "{link}", "none", "{file}", "none.jpg").Replace(rt.path)
			body := ""
			if rt.method == http.MethodPost {
				body = rt.bodyExample
			}
			switch {
			case strings.Contains(rt.path, "{key}"):
				for key := range settingKeys {
					fill := func(s string) string { return strings.Replace(s, "{key}", key, 1) }
					try(fill(line), rt.method, fill(path), body)
				}
				continue
			case rt.path == "/v1/desk/login":
				body = `{"identity":"ann","password":"right"}`
			case rt.path == "/v1/desk/me/avatar":
				body = `{"image":"AAAA"}`
			case rt.path == "/v1/calls/{id}/takeover":
				body = `{}`
			case rt.path == "/v1/calls/{id}/messages":
				body = `{"text":"hello"}`
			}
			try(line, rt.method, path, body)
			switch line {
			case "GET /v1/desk/sessions":
				try(line+"?all=true", rt.method, path+"?all=true", "")
			case "POST /v1/desk/canned":
				try(line+"?shared", rt.method, path, `{"title":"a","text":"b","shared":true,"version":0}`)
			case "DELETE /v1/desk/canned/{id}":
				try(line+"?shared", rt.method, path, "")
			}
		}
		for line := range left {
			t.Errorf("there is no %s any more", line)
		}
	})
}

// Who may ask what over the desk's socket: the least role, or notHere for what
// belongs to a call's socket.
const notHere = account.Role("not here")

var mayAsk = map[string]account.Role{
	wire.MethodPresence: account.Agent, wire.MethodAccept: account.Agent, wire.MethodDecline: account.Agent, wire.MethodTakeNext: account.Agent, wire.MethodTake: account.Agent,
	wire.MethodWrapUpDone: account.Agent, wire.MethodWrapUpMore: account.Agent, wire.MethodTransfer: account.Agent, wire.MethodConsult: account.Agent,
	wire.MethodEndConsult: account.Agent, wire.MethodHandOver: account.Agent, wire.MethodAmend: account.Agent,
	wire.MethodAssign: account.Supervisor, wire.MethodCancelHandoff: account.Supervisor,

	wire.MethodWatchDesk: notHere, wire.MethodWatchCalls: notHere, wire.MethodJoin: notHere, wire.MethodNegotiate: notHere, wire.MethodSubscribe: notHere, wire.MethodMute: notHere,
	wire.MethodSpeakTo: notHere, wire.MethodMessage: notHere, wire.MethodRequestHuman: notHere, wire.MethodTakeover: notHere, wire.MethodReturn: notHere, wire.MethodSetEmail: notHere,
	wire.MethodInterrupt: notHere, wire.MethodCancelRequest: notHere, wire.MethodKeepWaiting: notHere, wire.MethodHangup: notHere, wire.MethodLeave: notHere,
}

// methods are all that package wire names, as its source has them.
func methods(t *testing.T) (out []string) {
	t.Helper()
	files, err := filepath.Glob("wire/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
				for i, id := range v.Names {
					if text, ok := v.Values[i].(*ast.BasicLit); ok && strings.HasPrefix(id.Name, "Method") {
						s, _ := strconv.Unquote(text.Value)
						out = append(out, s)
					}
				}
			}
			return true
		})
	}
	return out
}

func TestWhoMayAskWhatAtTheDesk(t *testing.T) {
	all := methods(t)
	for m := range mayAsk {
		if !slices.Contains(all, m) {
			t.Errorf("there is no %s any more", m)
		}
	}
	// Whatever of it a method needs; the rest is passed over.
	params := map[string]any{"token": "x", "call": "c1", "handoff": "none", "agent": "bob", "offer": 1, "seconds": 5, "presence": "away", "priority": 1, "text": "x"}
	for i, role := range []account.Role{account.Agent, account.Supervisor, account.Admin} {
		bubble(t, nil, func(t *testing.T, r *rig) {
			p, _ := r.console(r.token(auth.Claims{Identity: "bob", Desk: true, DeskRole: string(role)}), wire.WatchDesk{})
			for n, m := range all {
				least, ok := mayAsk[m]
				if !ok {
					t.Fatalf("nobody has said who may ask %s", m)
				}
				id := wire.ID(strconv.Itoa(1000*(i+1) + n))
				p.request(id, m, params)
				kind := p.kindOf(id)
				switch {
				case least == notHere && kind != wire.KindBadRequest:
					t.Errorf("%s at the desk by one who is %s: %q", m, role, kind)
				case least != notHere && role.AtLeast(least) == (kind == wire.KindForbidden):
					t.Errorf("%s by one who is %s: %q", m, role, kind)
				}
			}
		})
	}
}
