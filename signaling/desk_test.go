package signaling

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/wire"
)

// atDesk opens a console's desk.
func (r *rig) console(token string, w wire.WatchDesk) (*peer, wire.WatchDeskResult) {
	r.t.Helper()
	w.Token = token
	p := r.dial()
	p.request("1", wire.MethodWatchDesk, w)
	f := p.read()
	if f.Error != nil {
		r.t.Fatalf("watchDesk: %+v", f.Error)
	}
	var view wire.WatchDeskResult
	if err := json.Unmarshal(f.Result, &view); err != nil {
		r.t.Fatal(err)
	}
	return p, view
}

// next reads until a notification.
func next[T any](t *testing.T, p *peer, method string) (out T) {
	t.Helper()
	for {
		f := p.skippedOr(method)
		if f.Method != method {
			continue
		}
		if err := json.Unmarshal(f.Params, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// skippedOr is a notification that came before an answer that was waited for,
// or what comes next.
func (p *peer) skippedOr(method string) wire.Frame {
	p.t.Helper()
	for i, f := range p.skipped {
		if f.Method == method {
			p.skipped = slices.Delete(p.skipped, i, i+1)
			return f
		}
	}
	return p.read()
}

// kindOf reads until the answer to a request; "" is success.
func (p *peer) kindOf(id wire.ID) wire.ErrorKind {
	p.t.Helper()
	for {
		f := p.read()
		if f.ID != id {
			p.skipped = append(p.skipped, f)
			continue
		}
		if f.Error == nil {
			return ""
		}
		return f.Error.Err().Kind
	}
}

func TestDeskOverASocket(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.hub.list = []wire.CallSummary{{ID: "c1", State: "pending"}}
		ann, view := r.console(r.loggedIn("ann", "right"), wire.WatchDesk{})
		if view.Me == nil || view.Me.Presence != "available" || view.Role != "admin" || len(view.Calls) != 1 || len(view.Handoffs) != 0 {
			t.Fatalf("%+v", view)
		}
		r.desk.Request("c1", desk.Request{Reason: "callerAsked", Caller: "Kim"})
		o := next[wire.DeskOffer](t, ann, wire.NotifyDeskOffer)
		if o.Handoff.Caller != "Kim" || o.UntilAt != time.Now().Add(20*time.Second).UnixMilli() {
			t.Errorf("%+v", o)
		}
		ann.request("2", wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer + 1})
		if k := ann.kindOf("2"); k != wire.KindConflict {
			t.Errorf("another offer: %q", k)
		}
		ann.request("3", wire.MethodAccept, wire.OfferAnswer{Offer: o.Offer})
		if k := ann.kindOf("3"); k != "" {
			t.Fatal(k)
		}
		if c := next[wire.DeskClaim](t, ann, wire.NotifyDeskClaim); c.Call != "c1" || c.Handoff != o.Handoff.ID {
			t.Errorf("%+v", c)
		}
		if log := r.deskCalls.log(); !slices.Equal(log, []string{"claim c1 Ann"}) {
			t.Errorf("%q", log)
		}
		ann.request("4", wire.MethodJoin, wire.Join{Token: "x", Call: "c1"})
		if k := ann.kindOf("4"); k != wire.KindBadRequest {
			t.Errorf("joined a call on the desk's socket: %q", k)
		}
		ann.request("5", wire.MethodPresence, wire.Presence{Presence: "away", Why: "lunch"})
		if k := ann.kindOf("5"); k != "" {
			t.Errorf("away: %q", k)
		}
		ann.request("6", wire.MethodAmend, wire.Amend{Handoff: o.Handoff.ID, Priority: 1})
		if k := ann.kindOf("6"); k != "" {
			t.Errorf("amend: %q", k)
		}
		c := next[wire.DeskChanged](t, ann, wire.NotifyDeskChanged)
		if i := slices.IndexFunc(c.Handoffs, func(h wire.HandoffLine) bool { return h.Priority == 1 }); i < 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestDeskRoles(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.dial()
		p.request("1", wire.MethodWatchDesk, wire.WatchDesk{Token: r.callerToken()})
		if f := p.read(); f.Error == nil || f.Error.Err().Kind != wire.KindForbidden {
			t.Errorf("a caller at the desk: %+v", f)
		}
		token := r.bob("agent")
		p = r.dial()
		p.request("1", wire.MethodWatchDesk, wire.WatchDesk{Token: token, Observe: true})
		if f := p.read(); f.Error == nil || f.Error.Err().Kind != wire.KindForbidden {
			t.Errorf("an agent looks without being there: %+v", f)
		}
		bob, _ := r.console(token, wire.WatchDesk{})
		r.desk.Request("c1", desk.Request{})
		o := next[wire.DeskOffer](t, bob, wire.NotifyDeskOffer)
		for id, m := range map[wire.ID]string{"2": wire.MethodAssign, "3": wire.MethodCancelHandoff} {
			bob.request(id, m, wire.PassOn{Handoff: o.Handoff.ID, Agent: "bob"})
			if k := bob.kindOf(id); k != wire.KindForbidden && k != wire.KindBadRequest {
				t.Errorf("%s by an agent: %q", m, k)
			}
		}
		// One supervisor looks, and is told of the clocks.
		ann, view := r.console(r.loggedIn("ann", "right"), wire.WatchDesk{Observe: true})
		if view.Me != nil || len(view.Handoffs) != 1 || len(view.Agents) != 1 {
			t.Errorf("%+v", view)
		}
		if a := next[wire.DeskAlert](t, ann, wire.NotifyDeskAlert); a.Kind != "atRisk" || a.Handoff != o.Handoff.ID {
			t.Errorf("%+v", a)
		}
		ann.request("2", wire.MethodCancelHandoff, wire.OneHandoff{Handoff: o.Handoff.ID})
		if k := ann.kindOf("2"); k != "" {
			t.Errorf("cancelled by a supervisor: %q", k)
		}
		time.Sleep(time.Second)
		if log := r.deskCalls.log(); !slices.Contains(log, "drop c1 cancelled") {
			t.Errorf("%q", log)
		}
	})
}

func TestSettingsOverREST(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		ann, bob := r.loggedIn("ann", "right"), r.bob("agent")
		const week = `{"timeZone":"UTC","periods":[{"kind":"weekly","days":["mon"],"from":"09:00","to":"17:00"}],"reply":"Back on Monday."}`
		var st wire.DeskStatus
		r.want(200, &st, "GET", "/v1/desk/status", "", "")
		if st.Service != "unavailable" || st.Reason != "nobody" {
			t.Errorf("%+v", st)
		}
		var v wire.DeskSetting
		r.want(200, &v, "GET", "/v1/desk/settings/hours", bob, "")
		if v.Version != 0 {
			t.Errorf("%+v", v)
		}
		r.want(403, nil, "POST", "/v1/desk/settings/hours", bob, `{"value":`+week+`,"version":0}`)
		r.want(404, nil, "GET", "/v1/desk/settings/secrets", ann, "")
		r.want(403, nil, "GET", "/v1/desk/settings/public", bob, "")
		var p wire.Problem
		r.want(400, &p, "POST", "/v1/desk/settings/hours", ann, `{"value":{"timeZone":"Mars/Base","periods":[{"kind":"weekly","days":["mon"],"from":"9","to":"17:00"}]},"version":0}`)
		if len(p.Problems) < 2 || p.Field == "" {
			t.Errorf("%+v", p)
		}
		var c wire.CheckResult
		r.want(200, &c, "POST", "/v1/desk/settings/hours/check", bob, `{"value":{"timeZone":"Mars/Base","periods":[]},"version":0}`)
		if len(c.Problems) != 1 || c.Problems[0].Field != "timeZone" {
			t.Errorf("%+v", c)
		}
		r.want(200, &v, "POST", "/v1/desk/settings/hours", ann, `{"value":`+week+`,"version":0}`)
		r.want(409, nil, "POST", "/v1/desk/settings/hours", ann, `{"value":`+week+`,"version":0}`)
		r.want(200, &st, "GET", "/v1/desk/status", "", "") // a bubble begins on a Saturday
		if st.Reason != "closed" || st.Reply != "Back on Monday." || st.OpensAt == 0 {
			t.Errorf("%+v", st)
		}
		var log wire.ChangeList
		r.want(200, &log, "GET", "/v1/desk/audit?limit=1", ann, "")
		if log.Changes[0].Action != "settings.hours" || log.Changes[0].By != "ann" {
			t.Errorf("%+v", log)
		}
	})
}

func TestWhatPeopleWriteDown(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		ann, bob := r.loggedIn("ann", "right"), r.bob("agent")
		r.want(201, nil, "POST", "/v1/desk/calls/c1/notes", bob, `{"text":"Promised a call."}`)
		r.want(404, nil, "POST", "/v1/desk/calls/none/notes", bob, `{"text":"x"}`)
		r.want(403, nil, "GET", "/v1/desk/calls/c1/notes", r.callerToken(), "")
		var notes wire.NoteList
		r.want(200, &notes, "GET", "/v1/desk/calls/c1/notes", ann, "")
		if len(notes.Notes) != 1 || notes.Notes[0].By != "bob" || notes.Notes[0].Text != "Promised a call." {
			t.Errorf("%+v", notes)
		}

		// A caller leaves a number; another one replaces it.
		var p wire.Problem
		r.want(400, &p, "POST", "/v1/calls/c1/callback", r.callerToken(), `{"phone":"call me"}`)
		if p.Field != "phone" {
			t.Errorf("%+v", p)
		}
		r.want(400, nil, "POST", "/v1/calls/c1/callback", r.callerToken(), `{"email":"kim"}`)
		r.want(400, nil, "POST", "/v1/calls/c1/callback", r.callerToken(), `{}`)
		r.want(403, nil, "POST", "/v1/calls/c1/callback", r.token(auth.Claims{Call: "c2", Role: "caller"}), `{"phone":"+49 30 1234567"}`)
		r.want(201, nil, "POST", "/v1/calls/c1/callback", r.callerToken(), `{"phone":"+49 30 1234567"}`)
		r.want(201, nil, "POST", "/v1/calls/c1/callback", r.callerToken(), `{"email":"kim@example.org","note":"after four"}`)
		var list wire.CallBackList
		r.want(200, &list, "GET", "/v1/desk/callbacks", bob, "")
		if len(list.CallBacks) != 1 || list.CallBacks[0].Email != "kim@example.org" || list.CallBacks[0].State != "open" {
			t.Fatalf("%+v", list)
		}
		r.want(200, nil, "POST", "/v1/desk/callbacks/"+list.CallBacks[0].ID, bob, `{"state":"done","version":2}`)
		r.want(409, nil, "POST", "/v1/desk/callbacks/"+list.CallBacks[0].ID, ann, `{"state":"open","version":2}`)

		// Replies of one's own, and shared ones, which are an admin's.
		var own, shared wire.CannedReply
		r.want(200, &own, "POST", "/v1/desk/canned", bob, `{"title":"Hi","text":"Hello there.","version":0}`)
		r.want(403, nil, "POST", "/v1/desk/canned", bob, `{"title":"Hi","text":"Hello.","shared":true,"version":0}`)
		r.want(200, &shared, "POST", "/v1/desk/canned", ann, `{"title":"Bye","text":"Goodbye.","shared":true,"version":0}`)
		var canned wire.CannedList
		r.want(200, &canned, "GET", "/v1/desk/canned", bob, "")
		if len(canned.Replies) != 2 {
			t.Errorf("%+v", canned)
		}
		r.want(200, &canned, "GET", "/v1/desk/canned", ann, "")
		if len(canned.Replies) != 1 || !canned.Replies[0].Shared {
			t.Errorf("%+v", canned)
		}
		r.want(404, nil, "DELETE", "/v1/desk/canned/"+own.ID, ann, "")
		r.want(403, nil, "DELETE", "/v1/desk/canned/"+shared.ID, bob, "")
		r.want(204, nil, "DELETE", "/v1/desk/canned/"+own.ID, bob, "")

		// The form after a call.
		r.desk.Request("c1", desk.Request{Reason: "callerAsked"})
		time.Sleep(time.Second)
		var h wire.HandoffList
		r.want(200, &h, "GET", "/v1/desk/handoffs?state=live", bob, "")
		if len(h.Handoffs) != 1 || h.Handoffs[0].Call != "c1" {
			t.Fatalf("%+v", h)
		}
		path := "/v1/desk/handoffs/" + h.Handoffs[0].ID + "/wrapup"
		var form wire.WrapUpForm
		r.want(200, &form, "GET", path, bob, "")
		if form.Version != 0 {
			t.Errorf("%+v", form)
		}
		r.want(403, nil, "POST", path, bob, `{"disposition":"refund","version":0}`) // not his call
		console, view := r.console(bob, wire.WatchDesk{})
		console.request("2", wire.MethodAccept, wire.OfferAnswer{Offer: view.Offer.Offer})
		if k := console.kindOf("2"); k != "" {
			t.Fatal(k)
		}
		r.want(200, &form, "POST", path, bob, `{"disposition":"refund","tags":["parcel"],"note":"n","version":0}`)
		r.want(409, nil, "POST", path, ann, `{"disposition":"other","version":0}`)
		r.want(200, &form, "GET", path, ann, "")
		if form.Version != 1 || form.By != "bob" || form.Disposition != "refund" {
			t.Errorf("%+v", form)
		}
		r.want(400, nil, "GET", "/v1/desk/handoffs?state=gone", bob, "")
		r.want(404, nil, "GET", "/v1/desk/handoffs/none/wrapup", bob, "")
	})
}

// Anybody who has the link may call, while an admin lets them.
func TestPublicLink(t *testing.T) {
	bubble(t, func(c *Config) { c.Dev = false }, func(t *testing.T, r *rig) {
		ann := r.loggedIn("ann", "right")
		r.want(404, nil, "POST", "/v1/public/try-our-agent/calls", "", `{"name":"Kim"}`)
		r.want(400, nil, "POST", "/v1/desk/settings/public", ann, `{"value":{"enabled":true,"link":"short"},"version":0}`)
		r.want(200, nil, "POST", "/v1/desk/settings/public", ann, `{"value":{"enabled":true,"link":"try-our-agent"},"version":0}`)
		r.want(404, nil, "POST", "/v1/public/try-their-agent/calls", "", `{"name":"Kim"}`)
		r.want(400, nil, "POST", "/v1/public/try-our-agent/calls", "", `{"id":"c1","externalAgent":true}`)
		var made wire.CreateCallResult
		r.want(201, &made, "POST", "/v1/public/try-our-agent/calls", "", `{"name":"Kim"}`)
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: made.Token})
		if f := p.read(); f.Error != nil {
			t.Errorf("join: %+v", f.Error)
		}
		r.want(200, nil, "POST", "/v1/desk/settings/public", ann, `{"value":{"enabled":false,"link":"try-our-agent"},"version":1}`)
		r.want(404, nil, "POST", "/v1/public/try-our-agent/calls", "", `{"name":"Kim"}`)
	})
}
