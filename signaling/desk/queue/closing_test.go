package queue

import (
	"testing"
	"time"
)

// Who is in line when the hours end is served while somebody is there who can;
// nobody new comes in.
func TestServedAfterTheHours(t *testing.T) {
	// begin is a desk with one who does billing and is on a call, one who does
	// nothing special and writes up, and two who wait, when the hours end.
	begin := func(c Config) *world {
		w := newWorld(t, alive(c))
		w.do(agent("a", 1, "billing"))
		w.do(enter("first", P3, "billing"))
		w.connect("first")
		w.do(agent("b", 1))
		w.do(enter("second", P3))
		w.connect("second")
		w.do(Finish{Handoff: "second"})
		w.presence("b", WrapUp)
		w.do(enter("money", P3, "billing:3"))
		w.do(enter("any", P4))
		w.do(Close{})
		w.line("money", "any")
		w.refusedAsClosed("late")
		return w
	}
	t.Run("served", func(t *testing.T) {
		w := begin(Config{WrapUp: 10 * time.Minute})
		w.do(WrapUpDone{"b"})
		w.ringsAt("any", "b")
		w.connect("any")
		w.pass(time.Minute) // a has billing, and by now at any level
		w.line("money")
		w.do(Finish{Handoff: "first"})
		w.do(WrapUpDone{"a"})
		w.ringsAt("money", "a")
		w.connect("money")
		// A human who is lost now is followed by another, if there is one.
		w.do(Finish{Handoff: "any"})
		w.do(WrapUpDone{"b"})
		w.do(Amend{Handoff: "money", Skills: &[]Need{}})
		w.do(HumanLost{"money"})
		w.ringsAt("money", "b")
	})
	t.Run("who can do it goes", func(t *testing.T) {
		w := begin(Config{WrapUp: 10 * time.Minute})
		w.do(SetAway{Agent: "a"})
		if w.ended["money"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
		w.line("any")
		w.do(SignOut{"b"})
		if w.ended["any"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
	})
	t.Run("what is asked for changes", func(t *testing.T) {
		w := begin(Config{WrapUp: 10 * time.Minute})
		skills := []Need{need("law")}
		w.do(Amend{Handoff: "any", Skills: &skills})
		if w.ended["any"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
		w.do(SignIn{Agent: "a", Capacity: 1}) // an admin has taken billing from them
		if w.ended["money"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
		w.state("first", StateConnected)
	})
	t.Run("the one who was asked does not want it", func(t *testing.T) {
		// Neither has the skill; b is asked because a supervisor says so. Nobody
		// else could have it, so that the caller is told at once.
		for _, no := range []Event{Decline{}, SetAway{Agent: "b"}, Tick{}} {
			w := newWorld(t, alive(Config{}))
			w.do(agent("a", 1))
			w.do(agent("b", 1))
			w.do(enter("law", P3, "law"))
			w.do(Assign{"law", "b"})
			w.do(Close{})
			w.line("law")
			switch e := no.(type) {
			case Decline:
				h, _ := w.d.Handoff("law")
				w.do(Decline{"b", h.Offer.No})
			case Tick:
				w.pass(20 * time.Second)
			default:
				w.do(e)
			}
			if w.ended["law"] != OutOfHours {
				t.Errorf("%T: %v", no, w.ended)
			}
		}
	})
	t.Run("the one it was passed on to is not to be had", func(t *testing.T) {
		w := newWorld(t, alive(Config{WrapUp: 10 * time.Minute}))
		w.do(agent("a", 1, "law"))
		w.do(agent("b", 1))
		w.do(enter("law", P3, "law"))
		w.connect("law")
		w.do(enter("other", P3))
		h, _ := w.d.Handoff("other")
		w.do(Close{})
		w.do(Decline{"b", h.Offer.No}) // a could have it, sooner or later
		w.line("other")
		w.do(Transfer{Handoff: "law", By: "a", Agent: "b"})
		w.ringsAt("law", "b")
		w.do(SetAway{Agent: "a"})
		h, _ = w.d.Handoff("law")
		w.do(TakenOver{Handoff: "x", Call: "x", Agent: "b"}) // they have something else to do
		w.line("law", "other")                               // it is theirs alone, for a while
		w.pass(30 * time.Second)
		w.line("other")
		if w.ended["law"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
	})
	t.Run("too late", func(t *testing.T) {
		w := begin(Config{WrapUp: 10 * time.Minute, AfterHours: 5 * time.Minute})
		w.reload() // the end of the hours survives a restart
		w.pass(5*time.Minute - time.Second)
		w.line("money", "any")
		w.pass(time.Second)
		w.line()
		// Nobody is put back into the line from here on.
		w.do(HumanLost{"first"})
		if w.ended["first"] != OutOfHours || w.ended["money"] != OutOfHours || w.ended["any"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
		w.do(Open{})
		w.do(enter("tomorrow", P3))
		w.line("tomorrow")
	})
	t.Run("nobody is there", func(t *testing.T) {
		w := newWorld(t, Config{})
		w.do(enter("h", P3))
		w.do(Close{})
		if w.ended["h"] != OutOfHours {
			t.Errorf("%v", w.ended)
		}
	})
	t.Run("manual", func(t *testing.T) {
		w := newWorld(t, alive(Config{Mode: Manual}))
		w.do(agent("a", 1))
		w.do(enter("h", P3, "law"))
		w.do(Close{})
		w.do(Take{"a", "h"}) // who takes one need not have the skills
		w.state("h", StateClaimed)
	})
}

// refusedAsClosed has somebody come after the hours.
func (w *world) refusedAsClosed(id string) {
	w.t.Helper()
	w.do(enter(id, P1))
	if w.ended[id] != OutOfHours {
		w.fatalf("%s came in after the hours", id)
	}
}

// A call that an agent has taken over without the desk counts, whatever they
// are up to: it is a fact.
func TestTakenOverPastTheDesk(t *testing.T) {
	w := newWorld(t, alive(Config{WrapUp: never}))
	w.refused(TakenOver{Handoff: "x", Call: "x", Agent: "a"}, ErrAgent)
	w.do(agent("a", 1))
	w.do(agent("b", 1))
	w.do(enter("h", P3))
	w.ringsAt("h", "a")

	// While something rings at them: that goes to the next.
	fx := w.do(TakenOver{Handoff: "x", Call: "x", Agent: "a"})
	if len(fx.Claims) > 0 || len(fx.Withdrawals) != 1 || fx.Withdrawals[0].Why != "taken" {
		t.Errorf("%+v", fx)
	}
	w.presence("a", Busy)
	w.ringsAt("h", "b")
	x, _ := w.d.Handoff("x")
	if x.Agent != "a" || !x.Uninvited || x.State != StateClaimed || x.SLA.FirstResponse.Start.IsZero() {
		t.Errorf("%+v", x)
	}
	w.do(TakenOver{Handoff: "y", Call: "x", Agent: "a"}) // told twice
	w.refused(TakenOver{Handoff: "x", Call: "z", Agent: "a"}, ErrExists)
	w.refused(TakenOver{Handoff: "", Call: "z", Agent: "a"}, ErrInvalid)

	// While they are full: they have two of one, and get no third.
	w.do(TakenOver{Handoff: "y", Call: "y", Agent: "a"})
	if a, _ := w.d.Agent("a"); a.Load() != 2 || a.Capacity != 1 {
		t.Errorf("%+v", a)
	}
	w.do(Connected{"y"})
	w.do(ClaimFailed{Handoff: "x"})
	w.do(SetAway{Agent: "b"})
	w.ringsAt("h", "") // still full

	// What waits, or rings at somebody else, is theirs and nobody else's.
	w.do(SetAvailable{"b"})
	w.ringsAt("h", "b")
	w.do(TakenOver{Handoff: "unused", Call: "call-h", Agent: "a"})
	w.presence("b", Available)
	if h, _ := w.d.Handoff("h"); h.Agent != "a" || h.Unasked || h.Uninvited {
		t.Errorf("%+v", h)
	}
	w.refused(TakenOver{Handoff: "unused", Call: "call-h", Agent: "b"}, ErrTaken)

	// While they are away they stay away, and have it all the same.
	w.do(SetAway{Agent: "b", Why: "lunch"})
	w.do(TakenOver{Handoff: "z", Call: "z", Agent: "b"})
	w.do(Connected{"z"})
	if b, _ := w.d.Agent("b"); b.Presence != Away || b.Why != "lunch" || b.Load() != 1 {
		t.Errorf("%+v", b)
	}
	w.do(Finish{Handoff: "z"})
	w.presence("b", Away)

	// Without a console: away, until they come to one.
	w.do(SignOut{"b"})
	w.refused(TakenOver{Handoff: "q", Call: "q", Agent: "b"}, ErrPresence)
	w.do(SignIn{Agent: "b", Capacity: 2, NoConsole: true})
	w.do(TakenOver{Handoff: "q", Call: "q", Agent: "b"})
	w.do(SignIn{Agent: "b", Capacity: 2, NoConsole: true}) // another call
	if b, _ := w.d.Agent("b"); b.Presence != Away || b.Why != NoConsole || b.Load() != 1 {
		t.Errorf("%+v", b)
	}
	w.do(agent("b", 2))
	w.presence("b", Busy)
	w.do(enter("next", P3))
	w.ringsAt("next", "b")
}

// Nobody waits overnight, so that the clocks of the SLA need know nothing of the
// hours: whatever is set, the line is empty four hours after they end.
func TestNobodyWaitsOvernight(t *testing.T) {
	for _, c := range []Config{{}, {AfterHours: never}, {AfterHours: 4 * time.Hour}} {
		c.HeartbeatWithin = 10 * time.Minute
		w := newWorld(t, c)
		w.do(agent("a", 1))
		w.do(enter("held", P3))
		w.connect("held")
		w.do(enter("h", P3))
		w.do(Close{})
		for range 4 * 12 { // a is there all the time, and on one call
			w.pass(5 * time.Minute)
			w.do(Heartbeat{Agent: "a"})
		}
		w.line()
		w.state("held", StateConnected)
	}
	if p := (Config{AfterHours: 4*time.Hour + 1}).Check(); len(p) != 1 || p[0].Field != "afterHours" {
		t.Errorf("%v", p)
	}
}
