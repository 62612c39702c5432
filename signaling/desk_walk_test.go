package signaling

import (
	"fmt"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/wire"
)

// ask is a request of a console's desk, and what kind of refusal it gets.
func (p *peer) ask(method string, params any) wire.ErrorKind {
	p.t.Helper()
	p.asked++
	id := wire.ID(fmt.Sprint(p.asked))
	p.request(id, method, params)
	return p.kindOf(id)
}

func (p *peer) must(method string, params any) {
	p.t.Helper()
	if k := p.ask(method, params); k != "" {
		p.t.Errorf("%s: %s", method, k)
	}
}

// What agents and supervisors do all day, as their consoles ask for it: take the
// next and this one, decline, assign, change priority and skills, be away, write
// up.
func TestDeskByHand(t *testing.T) {
	// A pipe holds nothing: a ping waits until the test reads.
	patient := func(c *Config) { c.Limits.WriteWithin = time.Minute }
	bubble(t, patient, func(t *testing.T, r *rig) {
		annToken, bobToken := r.loggedIn("ann", "right"), r.bob("agent")
		r.want(200, nil, "POST", "/v1/desk/settings/routing", annToken, `{"value":{"mode":"manual","askEvery":-1,"wrapUp":5000000000},"version":0}`)
		ann, _ := r.console(annToken, wire.WatchDesk{})
		bob, view := r.console(bobToken, wire.WatchDesk{Away: true})
		ann.asked, bob.asked = 100, 100
		if view.Me.Presence != "away" {
			t.Errorf("%+v", view.Me)
		}
		if k := bob.ask(wire.MethodTakeNext, nil); k != wire.KindConflict {
			t.Errorf("the next while away: %q", k)
		}
		bob.must(wire.MethodPresence, wire.Presence{Presence: "available"})
		if k := bob.ask(wire.MethodTakeNext, nil); k != wire.KindNotFound {
			t.Errorf("the next of nothing: %q", k)
		}
		ids := map[string]string{}
		for i, call := range []string{"c1", "c2", "c3"} {
			r.desk.Request(call, desk.Request{Priority: i + 2})
			time.Sleep(time.Second)
			var list wire.HandoffList
			r.want(200, &list, "GET", "/v1/desk/handoffs?call="+call, bobToken, "")
			if len(list.Handoffs) != 1 || list.Handoffs[0].OfferedTo != "" {
				t.Fatalf("%+v", list)
			}
			ids[call] = list.Handoffs[0].ID
		}
		claimed := func(p *peer) string { return next[wire.DeskClaim](t, p, wire.NotifyDeskClaim).Call }

		// The last is urgent after all, and needs somebody else.
		bob.must(wire.MethodAmend, wire.Amend{Handoff: ids["c3"], Priority: 1, Skills: &[]wire.Need{{Name: "law"}}})
		bob.must(wire.MethodTakeNext, nil)
		if c := claimed(bob); c != "c1" {
			t.Errorf("bob was given %s", c)
		}
		if k := ann.ask(wire.MethodTake, wire.OneHandoff{Handoff: ids["c1"]}); k != wire.KindConflict {
			t.Errorf("what bob has: %q", k)
		}
		if k := bob.ask(wire.MethodTake, wire.OneHandoff{Handoff: ids["c3"]}); k != wire.KindConflict {
			t.Errorf("a second of one: %q", k)
		}
		ann.must(wire.MethodTake, wire.OneHandoff{Handoff: ids["c3"]}) // one may without the skill
		if c := claimed(ann); c != "c3" {
			t.Errorf("ann was given %s", c)
		}
		for _, call := range []string{"c1", "c3"} {
			r.desk.Connected(call)
			r.desk.Returned(call, "returned")
		}
		time.Sleep(time.Second)
		bob.must(wire.MethodWrapUpMore, wire.MoreTime{Seconds: 60})
		var p wire.DeskPresence
		for p.Presence != "wrapUp" {
			p = next[wire.DeskPresence](t, bob, wire.NotifyDeskPresence)
		}
		for begin := time.Now(); time.Since(begin) < 8*time.Second; { // past the 5 s that are set
			next[wire.DeskChanged](t, bob, wire.NotifyDeskChanged)
			next[wire.DeskChanged](t, ann, wire.NotifyDeskChanged)
		}
		if k := bob.ask(wire.MethodWrapUpDone, nil); k != "" {
			t.Errorf("he does not write up any more: %q", k)
		}

		// A supervisor chooses bob, who does not want it, twice.
		for i := range 2 {
			if k := bob.ask(wire.MethodAssign, wire.PassOn{Handoff: ids["c2"], Agent: "bob"}); k != wire.KindForbidden {
				t.Errorf("an agent assigns: %q", k)
			}
			ann.must(wire.MethodAssign, wire.PassOn{Handoff: ids["c2"], Agent: "bob"})
			o := next[wire.DeskOffer](t, bob, wire.NotifyDeskOffer)
			if o.Kind != "assigned" || o.Handoff.Call != "c2" {
				t.Errorf("%+v", o)
			}
			bob.must(wire.MethodDecline, wire.OfferAnswer{Offer: o.Offer})
			if gone := next[wire.DeskOfferGone](t, bob, wire.NotifyDeskOfferGone); gone.Offer != o.Offer || gone.Why != "declined" {
				t.Errorf("round %d: %+v", i, gone)
			}
		}
		for p.Presence != "away" {
			p = next[wire.DeskPresence](t, bob, wire.NotifyDeskPresence)
		}
		if p.Why != "missed" {
			t.Errorf("%+v", p)
		}
		bob.must(wire.MethodPresence, wire.Presence{Presence: "offline"})
		if k := bob.ask(wire.MethodTakeNext, nil); k != wire.KindConflict {
			t.Errorf("the next while offline: %q", k)
		}
	})
}
