package signaling

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/relevo/relevo/signaling/wire"
)

// What is no change of a setting, an account or a login, and so has no line.
var unaudited = map[string]string{
	"POST /v1/desk/settings/{key}/check": "changes nothing",
	"POST /v1/desk/calls/{id}/notes":     "has its author and time",
	"POST /v1/desk/handoffs/{id}/wrapup": "has its author and time",
	"POST /v1/desk/callbacks/{id}":       "has its author and time",
}

// Each change of a setting, an account or a login has a line of the audit log
// that says who, from where, what and, where there is any, before and after.
func TestEveryChangeIsAudited(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		ann := r.loggedIn("ann", "right")
		const before, after = 1, 2
		done := map[string]bool{}
		// do performs one change and looks at its line.
		do := func(route, path, who, body, action, object string, has int) {
			t.Helper()
			done[route] = true
			method, pattern, _ := strings.Cut(route, " ")
			if path == "" {
				path = pattern
			}
			resp, answer := r.ask(method, path, who, body)
			if resp.StatusCode >= 300 {
				t.Fatalf("%s: %s %s", route, resp.Status, answer)
			}
			var log wire.ChangeList
			r.want(200, &log, "GET", "/v1/desk/audit?limit=20", asApp, "")
			for _, l := range log.Changes {
				if l.Action != action || l.Object != object && object != "*" {
					continue
				}
				if l.By == "" || l.Address == "" || l.Time == 0 || (len(l.Before) > 0) != (has&before != 0) || (len(l.After) > 0) != (has&after != 0) {
					t.Errorf("%s: %+v", route, l)
				}
				for _, secret := range []string{"right", bobsPassword, "argon2"} {
					if strings.Contains(string(l.Before)+string(l.After), secret) {
						t.Errorf("%s: a secret is in the log: %s %s", route, l.Before, l.After)
					}
				}
				return
			}
			t.Errorf("%s: no %s of %s in the log: %+v", route, action, object, log.Changes)
		}
		version := func(v int) string { return fmt.Sprintf(`"version":%d`, v) }
		do("POST /v1/desk/login", "", "", `{"identity":"ann","password":"right"}`, "session.opened", "ann", 0)
		do("POST /v1/desk/accounts", "", ann, `{"identity":"bob","password":"`+bobsPassword+`","name":"Bob","role":"agent"}`, "account.created", "bob", after)
		do("POST /v1/desk/accounts/{id}", "/v1/desk/accounts/bob", ann, `{"name":"Bob","role":"supervisor","capacity":2,`+version(1)+`}`, "account.changed", "bob", before|after)
		do("POST /v1/desk/accounts/{id}/password", "/v1/desk/accounts/bob/password", asApp, `{"password":"`+bobsPassword+`"}`, "account.password", "bob", before|after)
		bob := r.loggedIn("bob", bobsPassword)
		do("POST /v1/desk/me", "", bob, `{"name":"Bobby",`+version(3)+`}`, "account.changed", "bob", before|after)
		do("POST /v1/desk/me/avatar", "", bob, `{"image":"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"}`, "account.changed", "bob", before|after)
		do("POST /v1/desk/me/password", "", bob, `{"current":"`+bobsPassword+`","password":"`+bobsPassword+`!"}`, "account.password", "bob", before|after)
		do("POST /v1/desk/logout", "", bob, "", "session.ended", "bob", before)
		r.loggedIn("bob", bobsPassword+"!")
		var sessions wire.SessionList
		r.want(200, &sessions, "GET", "/v1/desk/sessions?all=true", ann, "")
		for _, s := range sessions.Sessions {
			if s.Identity == "bob" {
				do("DELETE /v1/desk/sessions/{id}", "/v1/desk/sessions/"+s.ID, ann, "", "session.ended", "bob", before)
			}
		}
		for key := range settingKeys {
			value := `{}`
			switch key {
			case "rules", "dispositions", "tags":
				value = `[]`
			case "hours":
				value = `{"timeZone":"UTC","periods":[],"reply":""}`
			}
			do("POST /v1/desk/settings/{key}", "/v1/desk/settings/"+key, ann, `{"value":`+value+`,`+version(0)+`}`, "settings."+key, key, after)
			do("POST /v1/desk/settings/{key}", "/v1/desk/settings/"+key, ann, `{"value":`+value+`,`+version(1)+`}`, "settings."+key, key, before|after)
		}
		do("POST /v1/desk/canned", "", ann, `{"title":"Bye","text":"Goodbye.","shared":true,`+version(0)+`}`, "settings.canned", "*", after)
		var canned wire.CannedList
		r.want(200, &canned, "GET", "/v1/desk/canned", ann, "")
		do("DELETE /v1/desk/canned/{id}", "/v1/desk/canned/"+canned.Replies[0].ID, ann, "", "settings.canned", canned.Replies[0].ID, before)

		for _, rt := range r.s.routes() {
			line := rt.method + " " + rt.path
			if rt.method != http.MethodGet && strings.HasPrefix(rt.path, "/v1/desk/") && !done[line] && unaudited[line] == "" {
				t.Errorf("nobody has said whether %s is audited", line)
			}
		}
	})
}
