package signaling

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

const asApp = "app"

// ask makes an HTTP request. who is asApp, "", or a token.
func (r *rig) ask(method, path, who, body string, headers ...string) (*http.Response, string) {
	r.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, "http://edge"+path, reader)
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	switch who {
	case "":
	case asApp:
		req.SetBasicAuth("app", "secret")
	default:
		req.Header.Set("Authorization", "Bearer "+who)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp, string(b)
}

// want asks and checks the status; the answer is read into into where that is
// not nil.
func (r *rig) want(status int, into any, method, path, who, body string, headers ...string) http.Header {
	r.t.Helper()
	resp, b := r.ask(method, path, who, body, headers...)
	if resp.StatusCode != status {
		r.t.Fatalf("%s %s: %s %s, want %d", method, path, resp.Status, b, status)
	}
	if status >= 400 {
		var p wire.Problem
		dec := json.NewDecoder(strings.NewReader(b))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&p); err != nil || p.Status != status || p.Kind.HTTPStatus() != status || p.Detail == "" ||
			resp.Header.Get("Content-Type") != "application/problem+json" {
			r.t.Errorf("%s %s: no problem document: %s %v", method, path, b, err)
		}
	}
	if into != nil {
		if err := json.Unmarshal([]byte(b), into); err != nil {
			r.t.Fatalf("%s %s: %s: %v", method, path, b, err)
		}
	}
	return resp.Header
}

func TestCreateCallAndJoinWithItsToken(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		var made wire.CreateCallResult
		r.want(201, &made, "POST", "/v1/calls", asApp, `{"id":"c7","name":"Kim","meta":{"a":1},"greeting":""}`)
		if made.CallID != "c7" || made.WSURL != "ws://edge/v1/ws" || made.ParticipantID == "" || made.ICEServers == nil {
			t.Errorf("got %+v", made)
		}
		if s := r.hub.created[0]; s.Greeting == nil || *s.Greeting != "" || string(s.Meta) != `{"a":1}` {
			t.Errorf("spec %+v", s)
		}
		claims, err := r.keyring.Verify(made.Token)
		if err != nil || call.ParticipantID("c7", claims.Identity) != made.ParticipantID || claims.Role != "caller" || claims.Name != "Kim" || claims.Call != "c7" {
			t.Errorf("claims %+v, %v", claims, err)
		}
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: made.Token})
		if f := p.read(); f.Error != nil {
			t.Errorf("join: %+v", f.Error)
		}
		r.want(201, nil, "POST", "/v1/demo/calls", "", "")
		r.hub.full = true
		r.want(503, nil, "POST", "/v1/calls", asApp, "")
	})
}

func TestDemoCallsNeedDev(t *testing.T) {
	bubble(t, func(c *Config) { c.Dev = false }, func(t *testing.T, r *rig) {
		r.want(404, nil, "POST", "/v1/demo/calls", "", "")
	})
}

func TestAccess(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		desk, caller := r.deskToken(), r.callerToken()
		foreign, err := auth.NewKeyring(map[string]string{"app": "x"}).Sign(auth.Claims{Key: "app", Identity: "ann", Desk: true}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			method, path, who string
			status            int
		}{
			{"GET", "/v1/calls", "", 401},
			{"GET", "/v1/calls", asApp, 200},
			{"GET", "/v1/calls", desk, 200},
			{"GET", "/v1/calls", caller, 403},
			{"GET", "/v1/calls", foreign, 401},
			{"GET", "/v1/calls", "garbage", 401},
			{"GET", "/v1/calls/c1", desk, 200},
			{"GET", "/v1/calls/none", desk, 404},
			{"GET", "/v1/calls/%2e%2e", asApp, 400},
			{"GET", "/v1/calls/c1/entries", caller, 200},
			{"GET", "/v1/calls/old/entries", caller, 403},
			{"GET", "/v1/calls/c1/transcript.txt", caller, 200},
			{"GET", "/v1/calls/c1/transcript.pdf", asApp, 404},
			{"POST", "/v1/calls", desk, 403},
			{"POST", "/v1/calls/c1/tokens", desk, 403},
			{"DELETE", "/v1/calls/c1", desk, 403},
			{"DELETE", "/v1/calls/c1", asApp, 204},
			{"DELETE", "/v1/calls/old", asApp, 204},
			{"DELETE", "/v1/calls/none", asApp, 404},
			{"GET", "/v1/desk/calls", caller, 403},
			{"GET", "/v1/desk/calls", desk, 200},
			{"GET", "/v1/nothing", asApp, 404},
			{"POST", "/v1/calls/old/takeover", asApp, 410},
			{"POST", "/v1/calls/none/takeover", asApp, 404},
		} {
			r.want(tt.status, nil, tt.method, tt.path, tt.who, "")
		}
		r.want(401, nil, "GET", "/v1/calls", "", "", "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("app:wrong")))
		r.want(401, nil, "GET", "/v1/calls", "", "", "Authorization", "Basic !!")
	})
}

func TestBadBodies(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		for _, tt := range []struct {
			path, body, media string
			status            int
		}{
			{"/v1/calls", `{"name":`, "application/json", 400},
			{"/v1/calls", `[]`, "application/json", 400},
			{"/v1/calls", `null`, "application/json", 400},
			{"/v1/calls", `{} {}`, "application/json", 400},
			{"/v1/calls", `{"nmae":"Kim"}`, "application/json", 400},
			{"/v1/calls", `{"name":7}`, "application/json", 400},
			{"/v1/calls", `{"name":"Kim"}`, "text/plain", 400},
			{"/v1/calls", `{"name":"Kim"}`, "application/json; charset=utf-8", 201},
			{"/v1/calls", `{"id":"../x"}`, "application/json", 400},
			{"/v1/calls", `{"name":"` + strings.Repeat("x", 200) + `"}`, "application/json", 400},
			{"/v1/calls", `{"name":"` + strings.Repeat("x", 70_000) + `"}`, "application/json", 413},
			{"/v1/calls/c1/tokens", `{"identity":"a","role":"boss"}`, "application/json", 400},
			{"/v1/calls/c1/tokens", ``, "application/json", 400},
			{"/v1/calls/c1/takeover", `{"takeoverMode":2}`, "application/json", 400},
			{"/v1/calls/c1/messages", `{"text":" "}`, "application/json", 400},
			{"/v1/calls/c1/messages", `{"text":"hi","as":"caller"}`, "application/json", 400},
			{"/v1/calls/c1/handoff", `{"priority":9}`, "application/json", 400},
			{"/v1/calls/c1/return", `{"a":1}`, "application/json", 400},
		} {
			r.want(tt.status, nil, "POST", tt.path, asApp, tt.body, "Content-Type", tt.media)
		}
		r.want(400, nil, "GET", "/v1/calls/c1/entries?after=-1", asApp, "")
		r.want(400, nil, "GET", "/v1/calls?limit=5000", asApp, "")
		r.want(400, nil, "GET", "/v1/calls?live=perhaps", asApp, "")
	})
}

func TestTakeoverByAppAndDesk(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		var won wire.TakeoverCallResult
		r.want(200, &won, "POST", "/v1/calls/c1/takeover", asApp, `{"humanAgentUserId":"bob","name":"Bob","requireToken":true,"takeoverMode":0}`)
		claims, err := r.keyring.Verify(won.Token)
		if err != nil || claims.Identity != "bob" || claims.Role != "human" || claims.Call != "c1" {
			t.Errorf("token %+v, %v", claims, err)
		}
		if won.ChannelID != "c1" || won.RequestID == "" || won.TakeoverUID == "" || won.HumanAgentUserID != "bob" {
			t.Errorf("got %+v", won)
		}
		// The second human learns who was first.
		var lost wire.Problem
		r.want(409, &lost, "POST", "/v1/calls/c1/takeover", r.deskToken(), "{}")
		if lost.Name != "bob" || lost.Kind != wire.KindConflict || lost.State != "human" {
			t.Errorf("problem %+v", lost)
		}
		r.want(403, nil, "POST", "/v1/calls/c1/takeover", r.deskToken(), `{"humanAgentUserId":"bob"}`)
	})
}

func TestTakeoverMakesAnIdentity(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		var won wire.TakeoverCallResult
		r.want(200, &won, "POST", "/v1/calls/c1/takeover", asApp, "")
		if won.HumanAgentUserID == "" || won.Token != "" {
			t.Errorf("got %+v", won)
		}
	})
}

func TestDeskActsForItselfOnly(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		desk := r.deskToken()
		r.want(403, nil, "POST", "/v1/calls/c1/return", desk, "")
		r.want(403, nil, "POST", "/v1/calls/c1/messages", desk, `{"text":"hi"}`)
		r.store.calls["c1"] = transcripts.Call{ID: "c1", Claim: transcripts.Claim{UID: "t", Identity: "bob", Name: "Bob"}}
		var p wire.Problem
		r.want(403, &p, "POST", "/v1/calls/c1/return", desk, "")
		if p.Name != "Bob" {
			t.Errorf("problem %+v", p)
		}
		r.store.calls["c1"] = transcripts.Call{ID: "c1", Claim: transcripts.Claim{UID: "t", Identity: "ann"}}
		r.want(200, nil, "POST", "/v1/calls/c1/messages", desk, `{"text":"hi"}`)
		r.want(403, nil, "POST", "/v1/calls/c1/messages", desk, `{"text":"hi","as":"agent"}`)
		r.want(200, nil, "POST", "/v1/calls/c1/return", desk, "")
		r.want(200, nil, "POST", "/v1/calls/c1/messages", asApp, `{"text":"as the AI"}`)
		r.want(200, nil, "POST", "/v1/calls/c1/handoff", asApp, `{"reason":"refund"}`)
		want := []string{"say human hi", "return", "say agent as the AI", "handoff refund"}
		if got := r.call.log(); !slices.Equal(got, want) {
			t.Errorf("asked %v, want %v", got, want)
		}
	})
}

func TestEntriesFromACursor(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		for i := range int64(5) {
			r.store.entries["c1"] = append(r.store.entries["c1"], transcripts.Entry{Seq: i + 1, Kind: transcripts.KindSentence, Role: "agent",
				Text: "line", Unspoken: "rest", Private: i == 2, Start: time.Now()})
		}
		caller := r.callerToken()
		for _, tt := range []struct {
			who, query string
			n          int
			next       int64
			unspoken   string
		}{
			{asApp, "", 5, 5, "rest"}, {r.deskToken(), "?after=2&limit=2", 2, 4, "rest"}, {asApp, "?after=5", 0, 5, ""},
			{caller, "", 4, 5, ""}, {caller, "?after=2&limit=1", 0, 3, ""},
		} {
			var list wire.EntryList
			r.want(200, &list, "GET", "/v1/calls/c1/entries"+tt.query, tt.who, "")
			if len(list.Entries) != tt.n || list.Next != tt.next || (tt.n > 0 && list.Entries[0].Unspoken != tt.unspoken) {
				t.Errorf("%q: %+v, want %d up to %d", tt.query, list, tt.n, tt.next)
			}
		}
		for format, media := range map[string]string{"txt": "text/plain", "json": "application/json", "vtt": "text/vtt", "srt": "application/x-subrip"} {
			resp, b := r.ask("GET", "/v1/calls/c1/transcript."+format, caller, "")
			if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), media) || !strings.Contains(b, "line") || strings.Contains(b, "rest") {
				t.Errorf("%s: %s %s", format, resp.Status, b)
			}
		}
	})
}

func TestIdempotencyKey(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		key := []string{"Idempotency-Key", "k1"}
		first, a := r.ask("POST", "/v1/calls/c1/takeover", asApp, `{"requireToken":true}`, key...)
		again, b := r.ask("POST", "/v1/calls/c1/takeover", asApp, `{"requireToken":true}`, key...)
		if a != b || first.StatusCode != again.StatusCode || again.Header.Get("Idempotency-Replayed") != "true" || r.call.claims != 1 {
			t.Errorf("%s then %s, %d claims", a, b, r.call.claims)
		}
		// The same key for something else, and somebody else's same key.
		r.want(409, nil, "POST", "/v1/calls/c1/takeover", asApp, `{}`, key...)
		r.want(409, nil, "POST", "/v1/calls/c1/return", asApp, ``, key...)
		r.want(409, nil, "POST", "/v1/calls/c1/takeover", r.deskToken(), `{}`, key...)
		if r.call.claims != 2 {
			t.Errorf("%d claims, want the desk's to reach the call", r.call.claims)
		}
		// An error that stays is replayed; one that passes may be tried again.
		r.want(409, nil, "POST", "/v1/calls/c1/takeover", r.deskToken(), `{}`, key...)
		if r.call.claims != 2 {
			t.Errorf("%d claims, want the refusal replayed", r.call.claims)
		}
		r.hub.full = true
		r.want(503, nil, "POST", "/v1/calls", asApp, `{}`, "Idempotency-Key", "k2")
		r.hub.full = false
		r.want(201, nil, "POST", "/v1/calls", asApp, `{}`, "Idempotency-Key", "k2")
		r.want(400, nil, "POST", "/v1/calls", asApp, `{}`, "Idempotency-Key", strings.Repeat("k", 300))
		// A password never gets near the store.
		r.want(200, nil, "POST", "/v1/desk/login", "", `{"identity":"ann","password":"right"}`, "Idempotency-Key", "k3")
		for k := range r.state.hashes {
			if strings.HasSuffix(k, "k3") {
				t.Error("a login was remembered")
			}
		}
	})
}

func TestLoginTokenWorks(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.want(401, nil, "POST", "/v1/desk/login", "", `{"identity":"ann","password":"wrong"}`)
		var in wire.LoginResult
		r.want(200, &in, "POST", "/v1/desk/login", "", `{"identity":"ann","password":"right"}`)
		if in.Name != "Ann" || in.ExpiresAt <= time.Now().UnixMilli() {
			t.Errorf("got %+v", in)
		}
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: in.Token, Call: "c1"})
		if f := p.read(); f.Error != nil {
			t.Errorf("join: %+v", f.Error)
		}
	})
}

func TestReadyz(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.want(200, nil, "GET", "/healthz", "", "")
		r.want(200, nil, "GET", "/readyz", "", "")
		r.state.mu.Lock()
		r.state.err = errors.New("disk full")
		r.state.mu.Unlock()
		time.Sleep(3 * time.Second)
		r.want(503, nil, "GET", "/readyz", "", "")
		r.want(507, nil, "POST", "/v1/calls", asApp, "{}", "Idempotency-Key", "k")
		r.want(200, nil, "GET", "/healthz", "", "")
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: r.callerToken()})
		p.wantError("1", wire.KindStorage)
	})
}

func TestRequestRateOfAnAddress(t *testing.T) {
	bubble(t, func(c *Config) {
		c.Limits = Limits{RequestRate: 1, RequestBurst: 5, DemoRate: 1, DemoBurst: 2, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}}
	}, func(t *testing.T, r *rig) {
		for range 5 {
			r.want(200, nil, "GET", "/healthz", "", "")
		}
		h := r.want(429, nil, "GET", "/healthz", "", "")
		if h.Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
		time.Sleep(2 * time.Second)
		r.want(201, nil, "POST", "/v1/demo/calls", "", "{}")
		time.Sleep(time.Minute)
		for range 2 {
			r.want(201, nil, "POST", "/v1/demo/calls", "", "{}")
		}
		r.want(429, nil, "POST", "/v1/demo/calls", "", "{}")
	})
}

func TestClientAddr(t *testing.T) {
	for _, tt := range []struct {
		peer, forwarded, proxies, want string
	}{
		{"203.0.113.9:1", "198.51.100.1", "", "203.0.113.9/32"},
		{"10.0.0.1:1", "198.51.100.1", "10.0.0.0/8", "198.51.100.1/32"},
		{"10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.0.0.7", "10.0.0.0/8", "198.51.100.1/32"},
		{"10.0.0.1:1", "nonsense", "10.0.0.0/8", "10.0.0.1/32"},
		{"10.0.0.1:1", "", "10.0.0.0/8", "10.0.0.1/32"},
		{"[2001:db8:1:2:3::4]:1", "", "", "2001:db8:1:2::/64"},
		{"[::ffff:203.0.113.9]:1", "", "", "203.0.113.9/32"},
		{"pipe", "198.51.100.1", "0.0.0.0/0", "invalid Prefix"},
	} {
		s := &Server{}
		if tt.proxies != "" {
			s.limits.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(tt.proxies)}
		}
		r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": {tt.forwarded}}}
		if got := s.clientAddr(r).String(); got != tt.want {
			t.Errorf("%s, %q: %s, want %s", tt.peer, tt.forwarded, got, tt.want)
		}
	}
}

// The memory of addresses is bounded, and forgets the longest unseen.
func TestAddressLimiterForgets(t *testing.T) {
	l := newAddressLimiter(0.001, 1, 3)
	addr := func(i byte) netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, i}), 32) }
	for i := range byte(3) {
		l.allow(addr(i))
	}
	if l.allow(addr(0)) {
		t.Error("the second request of an address passed")
	}
	l.allow(addr(9)) // forgets 1, which has been unseen the longest
	if l.allow(addr(0)) || !l.allow(addr(1)) || len(l.byAddr) != 3 || l.recency.Len() != 3 {
		t.Errorf("remembers %d addresses", len(l.byAddr))
	}
}

func TestPagesAndHeaders(t *testing.T) {
	web := fstest.MapFS{"index.html": {Data: []byte("caller")}, "console/index.html": {Data: []byte("console")},
		"assets/a-1.js": {Data: []byte("js")}, ".keep": {}, "sdk/relevo.js": {Data: []byte("sdk")}}
	bubble(t, func(c *Config) { c.WebFS = web; c.AllowedOrigins = []string{"https://shop.example"} }, func(t *testing.T, r *rig) {
		for path, want := range map[string]string{"/": "caller", "/console": "console", "/console/": "console", "/assets/a-1.js": "js", "/sdk/relevo.js": "sdk"} {
			resp, b := r.ask("GET", path, "", "")
			if resp.StatusCode != 200 || b != want || resp.Header.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'self'") {
				t.Errorf("%s: %s %q %v", path, resp.Status, b, resp.Header)
			}
		}
		for _, path := range []string{"/nothing", "/assets", "/.keep", "/assets/../index", "/%2e%2e/etc/passwd"} {
			if resp, _ := r.ask("GET", path, "", ""); resp.StatusCode != 404 {
				t.Errorf("%s: %s", path, resp.Status)
			}
		}
		for path, frames := range map[string]string{"/": "frame-ancestors 'self' https://shop.example", "/console": "frame-ancestors 'none'"} {
			resp, _ := r.ask("GET", path, "", "")
			if p := resp.Header.Get("Content-Security-Policy"); !strings.HasSuffix(p, frames) || strings.Contains(p, "unsafe") {
				t.Errorf("%s: policy %q", path, p)
			}
		}
		h := r.want(200, nil, "GET", "/v1/calls", asApp, "", "Origin", "https://shop.example")
		if h.Get("Access-Control-Allow-Origin") != "https://shop.example" {
			t.Error("an allowed origin got no CORS headers")
		}
		h = r.want(200, nil, "GET", "/v1/calls", asApp, "", "Origin", "https://evil.example")
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Error("a foreign origin got CORS headers")
		}
		resp, _ := r.ask("OPTIONS", "/v1/calls", "", "", "Origin", "https://shop.example", "Access-Control-Request-Method", "POST")
		if resp.StatusCode != 204 || !strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), "Idempotency-Key") {
			t.Errorf("preflight: %s %v", resp.Status, resp.Header)
		}
	})
}

// No caller's words, tokens or passwords in what the edge logs.
func TestLogsNothingPrivate(t *testing.T) {
	var log bytes.Buffer
	bubble(t, func(c *Config) { c.Log = textLog(&log) }, func(t *testing.T, r *rig) {
		token := r.callerToken()
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: token})
		p.read()
		p.request("2", wire.MethodMessage, wire.Message{Text: "my secret words"})
		p.read()
		r.ask("POST", "/v1/desk/login", "", `{"identity":"ann","password":"hunter2"}`)
		r.ask("GET", "/v1/calls", token, "")
		if err := r.s.Close(t.Context()); err != nil {
			t.Error(err)
		}
		for _, private := range []string{token, "my secret words", "hunter2", "kim"} {
			if strings.Contains(log.String(), private) {
				t.Errorf("the log tells %q:\n%s", private, log.String())
			}
		}
		if !strings.Contains(log.String(), "socket closed") {
			t.Error("the log does not tell of the socket's end")
		}
	})
}
