package signaling

import (
	"slices"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

func (p *peer) mustOpen(method string, params any) {
	p.t.Helper()
	p.request("99", method, params)
	if k := p.kindOf("99"); k != "" {
		p.t.Fatalf("%s: %q", method, k)
	}
}

// Who has come back to a call by resuming is logged out like anybody else.
func TestLogoutClosesWhatWasResumed(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		bob := r.bob("agent")
		first, again := r.dial(), r.dial()
		first.mustOpen(wire.MethodJoin, wire.Join{Token: bob, Call: "c1"})
		again.mustOpen(wire.MethodJoin, wire.Join{Resume: "c1.good"})
		r.want(204, nil, "POST", "/v1/desk/logout", bob, "")
		again.wantClose(wire.KindUnauthorized.CloseCode())
		time.Sleep(time.Second)
		if log := r.call.log(); !slices.Contains(log, "leave") {
			t.Errorf("who was logged out is still in the call: %v", log)
		}
		if len(r.hub.expelled) != 1 || r.hub.expelled[0] == "" {
			t.Errorf("who has no socket just now is not taken out: %q", r.hub.expelled)
		}
		// The call may not know yet that the session has ended.
		late := r.dial()
		late.request("1", wire.MethodJoin, wire.Join{Resume: "c1.good"})
		late.wantError("1", wire.KindUnauthorized)
	})
}

// A token that was made for somebody at takeover is no better than their login.
func TestTakeoverTokenEndsWithTheLogin(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		bob := r.bob("agent")
		tokens := make([]string, 2)
		for i := range tokens {
			var got wire.TakeoverCallResult
			r.want(200, &got, "POST", "/v1/calls/c1/takeover", bob, `{"requireToken":true}`)
			tokens[i] = got.Token
		}
		p := r.dial()
		p.mustOpen(wire.MethodJoin, wire.Join{Token: tokens[0]})
		r.want(200, nil, "GET", "/v1/calls/c1/entries", tokens[1], "")
		r.want(204, nil, "POST", "/v1/desk/logout", bob, "")
		p.wantClose(wire.KindUnauthorized.CloseCode())
		r.want(401, nil, "GET", "/v1/calls/c1/entries", tokens[1], "")
		p = r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: tokens[1]})
		p.wantError("1", wire.KindUnauthorized)
		// An app's own takes nobody's login.
		var got wire.TakeoverCallResult
		r.want(200, &got, "POST", "/v1/calls/c1/takeover", asApp, `{"humanAgentUserId":"bob","requireToken":true}`)
		r.dial().mustOpen(wire.MethodJoin, wire.Join{Token: got.Token})
	})
}

// Disabling an account shuts out who comes by the app's own login too: there is
// no session to end.
func TestDisabledWithoutASession(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		ann := r.loggedIn("ann", "right")
		r.bob("agent")
		vouched := r.token(auth.Claims{Identity: "bob", Desk: true})
		open := map[string]*peer{"calls": r.dial(), "desk": r.dial(), "call": r.dial()}
		open["calls"].mustOpen(wire.MethodWatchCalls, wire.WatchCalls{Token: vouched})
		open["desk"].mustOpen(wire.MethodWatchDesk, wire.WatchDesk{Token: vouched})
		open["call"].mustOpen(wire.MethodJoin, wire.Join{Token: vouched, Call: "c1"})
		other := r.dial()
		other.mustOpen(wire.MethodWatchDesk, wire.WatchDesk{Token: ann})
		r.want(200, nil, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bob","role":"agent","capacity":1,"disabled":true,"version":1}`)
		for _, p := range open {
			p.wantClose(wire.KindUnauthorized.CloseCode())
		}
		for method, params := range map[string]any{wire.MethodWatchCalls: wire.WatchCalls{Token: vouched}, wire.MethodWatchDesk: wire.WatchDesk{Token: vouched},
			wire.MethodJoin: wire.Join{Token: vouched, Call: "c1"}} {
			p := r.dial()
			p.request("1", method, params)
			p.wantError("1", wire.KindUnauthorized)
		}
		other.request("2", wire.MethodPresence, wire.Presence{Presence: "away"})
		if k := other.kindOf("2"); k != "" {
			t.Errorf("somebody else: %q", k)
		}
	})
}

// Who has been demoted is told no longer what supervisors are told.
func TestDemotionLooksAtTheDeskAnew(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		ann, bob := r.loggedIn("ann", "right"), r.bob("supervisor")
		watching, inCall := r.dial(), r.dial()
		watching.mustOpen(wire.MethodWatchDesk, wire.WatchDesk{Token: bob})
		inCall.mustOpen(wire.MethodJoin, wire.Join{Token: bob, Call: "c1"})
		r.want(200, nil, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bobby","role":"supervisor","capacity":2,"version":1}`) // nothing of that matters
		r.want(200, nil, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bobby","role":"agent","capacity":2,"version":2}`)
		watching.wantClose(wire.KindUnavailable.CloseCode())
		if _, view := r.console(bob, wire.WatchDesk{}); view.Role != "agent" {
			t.Errorf("looks as %q", view.Role)
		}
		inCall.request("2", wire.MethodMessage, wire.Message{Text: "still here"})
		if k := inCall.kindOf("2"); k != "" {
			t.Errorf("a call that goes on was cut: %q", k)
		}
	})
}

// A caller whom an app calls ann is not the ann of the desk.
func TestIdempotencyKeysDoNotMeet(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.want(201, nil, "POST", "/v1/desk/calls/c1/notes", r.deskToken(), `{"text":"a"}`, "Idempotency-Key", "k")
		caller := r.token(auth.Claims{Identity: "ann", Call: "c1", Role: "caller"})
		r.want(201, nil, "POST", "/v1/calls/c1/callback", caller, `{"phone":"12345"}`, "Idempotency-Key", "k")
	})
}

// Whoever has the public link cannot take everybody's places.
func TestPublicCallsAreCounted(t *testing.T) {
	bubble(t, func(c *Config) { c.Dev = false }, func(t *testing.T, r *rig) {
		ann := r.loggedIn("ann", "right")
		r.want(400, nil, "POST", "/v1/desk/settings/public", ann, `{"value":{"enabled":true,"link":"try-our-agent","calls":-1},"version":0}`)
		r.want(200, nil, "POST", "/v1/desk/settings/public", ann, `{"value":{"enabled":true,"link":"try-our-agent","calls":2},"version":0}`)
		call := func(status int) {
			t.Helper()
			r.want(status, nil, "POST", "/v1/public/try-our-agent/calls", "", `{}`)
		}
		r.hub.full = true
		call(503) // which takes no place
		r.hub.full = false
		call(201)
		call(201)
		call(503)
		r.hub.end("c_made1")
		call(201)
		call(503)
		r.want(201, nil, "POST", "/v1/calls", asApp, `{}`) // others are not concerned
	})
}
