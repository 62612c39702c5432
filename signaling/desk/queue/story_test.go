package queue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// Helpers that read like what happens.

func enter(id string, p Priority, needs ...string) Enter {
	e := Enter{Handoff: id, Call: "call-" + id, Priority: p}
	for _, n := range needs {
		e.Skills = append(e.Skills, need(n))
	}
	return e
}

// need reads "billing", "billing:3", "billing?" (preferred).
func need(s string) Need {
	s, preferred := strings.CutSuffix(s, "?")
	name, level, _ := strings.Cut(s, ":")
	n := Need{Name: name, Preferred: preferred}
	fmt.Sscan(level, &n.Level)
	return n
}

func agent(id string, capacity int, skills ...string) SignIn {
	e := SignIn{Agent: id, Capacity: capacity, Skills: Levels{}}
	for _, s := range skills {
		n := need(s)
		e.Skills[n.Name] = max(n.Level, 1)
	}
	return e
}

// alive keeps browsers alive however long a story takes.
func alive(c Config) Config { c.HeartbeatWithin = 10 * time.Minute; return c }

func (w *world) ringsAt(h, want string) {
	w.t.Helper()
	x, _ := w.d.Handoff(h)
	got := ""
	if x.Offer != nil {
		got = x.Offer.Agent
	}
	if got != want {
		w.fatalf("%s rings at %q, want %q", h, got, want)
	}
}

func (w *world) answer(h string) {
	w.t.Helper()
	x, _ := w.d.Handoff(h)
	if x.Offer == nil {
		w.fatalf("%s does not ring", h)
	}
	w.do(Accept{x.Offer.Agent, x.Offer.No})
}

func (w *world) decline(h string) {
	w.t.Helper()
	x, _ := w.d.Handoff(h)
	w.do(Decline{x.Offer.Agent, x.Offer.No})
}

func (w *world) presence(a string, want Presence) {
	w.t.Helper()
	if x, _ := w.d.Agent(a); x.Presence != want {
		w.fatalf("%s is %v, want %v", a, x.Presence, want)
	}
}

func (w *world) state(h string, want State) {
	w.t.Helper()
	if x, _ := w.d.Handoff(h); x.State != want {
		w.fatalf("%s is %v, want %v", h, x.State, want)
	}
}

func (w *world) line(want ...string) {
	w.t.Helper()
	if got := w.d.Line(); !slices.Equal(got, want) {
		w.fatalf("line %v, want %v", got, want)
	}
}

// connect has the handoff answered by whom it rings at, and connected.
func (w *world) connect(h string) {
	w.t.Helper()
	w.answer(h)
	w.do(Connected{h})
}

func TestOrder(t *testing.T) {
	w := newWorld(t, Config{})
	for _, e := range []Enter{enter("low", P4), enter("normal", 0), enter("second", P3), enter("urgent", P1), enter("high", P2)} {
		w.do(e)
		w.now = w.now.Add(time.Second)
	}
	w.line("urgent", "high", "normal", "second", "low")
	p := P1
	w.do(Amend{Handoff: "second", Priority: &p})
	w.line("second", "urgent", "high", "normal", "low") // by age among equals
	if fx := w.do(Cancel{Handoff: "urgent", Detail: "no\xff"}); fx.Ended[0].Detail != "no" {
		t.Errorf("%q", fx.Ended[0].Detail) // what JSON can give back
	}
	w.line("second", "high", "normal", "low")
	if w.ended["urgent"] != Cancelled {
		t.Errorf("%v", w.ended)
	}
	w.refused(Cancel{Handoff: "urgent"}, ErrUnknown)
	w.refused(enter("low", P1), ErrExists)
	w.refused(Enter{Handoff: "new", Call: "call-low"}, ErrExists)
}

// Waiting raises the rank by one priority in ten minutes.
func TestAgeing(t *testing.T) {
	w := newWorld(t, Config{})
	w.do(enter("low", P4))
	w.pass(5 * time.Minute)
	w.do(enter("normal", P3))
	w.pass(5 * time.Minute)
	w.line("low", "normal") // of one rank, and older
	w.pass(20 * time.Minute)
	w.do(enter("urgent", P1))
	w.line("low", "normal", "urgent") // both have aged to the level of the urgent, and were there before
	if h, _ := w.d.Handoff("low"); h.Priority != P4 || h.Rank != P1 {
		t.Errorf("priority %v, rank %v", h.Priority, h.Rank)
	}
	// Less urgent than was thought: what it has aged it has aged.
	p := P4
	w.do(Amend{Handoff: "normal", Priority: &p})
	if h, _ := w.d.Handoff("normal"); h.Rank != P2 {
		t.Errorf("rank %v", h.Rank)
	}

	w = newWorld(t, Config{AgeEvery: never})
	w.do(enter("low", P4))
	w.pass(10 * time.Hour)
	w.do(enter("urgent", P1))
	w.line("urgent", "low")
}

// However many urgent calls keep coming, the lowest is served after those that
// were there before it had aged.
func TestNoStarvation(t *testing.T) {
	for _, age := range []time.Duration{time.Minute, 10 * time.Minute} {
		w := newWorld(t, alive(Config{AgeEvery: age, WrapUp: never, RetryAfter: time.Second}))
		w.do(agent("dana", 1))
		w.do(enter("first", P1))
		w.connect("first")
		w.do(enter("low", P4))
		begin, current, n := w.now, "first", 0
		for current != "low" {
			// Twice as many urgent calls as can be served.
			for range 2 {
				n++
				w.do(enter(fmt.Sprint("urgent", n), P1))
			}
			w.pass(time.Minute)
			w.do(Heartbeat{Agent: "dana"})
			w.do(Finish{Handoff: current})
			x, _ := w.d.Agent("dana")
			current = x.Offer
			w.connect(current)
			if w.now.Sub(begin) > 100*age {
				t.Fatalf("still waiting after %v", w.now.Sub(begin))
			}
		}
		// Those ahead when it became one of the urgent: two came a minute, one went.
		atMost := 3*age + 3*age + 3*time.Minute
		if waited := w.now.Sub(begin); waited > atMost {
			t.Errorf("aging each %v: served after %v, want %v at most", age, waited, atMost)
		}
	}
}

func TestLeastLoadedThenLongestIdle(t *testing.T) {
	w := newWorld(t, alive(Config{WrapUp: never}))
	w.do(agent("busy", 4))
	w.do(enter("one", P3))
	w.connect("one")
	w.now = w.now.Add(time.Second)
	w.do(agent("early", 2))
	w.now = w.now.Add(time.Second)
	w.do(agent("late", 1))
	w.now = w.now.Add(time.Second)
	w.do(enter("two", P3))
	w.ringsAt("two", "early") // both have nothing; early has had so for longer
	w.connect("two")
	w.now = w.now.Add(time.Second)
	w.do(enter("three", P3))
	w.ringsAt("three", "late") // nothing of one
	w.connect("three")
	w.now = w.now.Add(time.Second)
	w.do(enter("four", P3))
	w.ringsAt("four", "busy") // one of four is less than one of two
	w.connect("four")
	w.now = w.now.Add(time.Second)
	w.do(enter("five", P3))
	w.ringsAt("five", "early") // two of four, one of two: early got theirs first
	w.connect("five")
	w.now = w.now.Add(time.Second)
	w.do(enter("six", P3))
	w.ringsAt("six", "busy")
	w.connect("six")
	w.now = w.now.Add(time.Second)
	w.do(enter("seven", P3))
	w.connect("seven")
	w.now = w.now.Add(time.Second)
	w.do(enter("eight", P3))
	w.ringsAt("eight", "") // all full
	for _, a := range []string{"busy", "early", "late"} {
		w.presence(a, Busy)
	}
	w.do(Finish{Handoff: "three"})
	w.ringsAt("eight", "late") // at once
}

func TestSkillsAreRelaxed(t *testing.T) {
	w := newWorld(t, alive(Config{SkillsFor: 3 * time.Minute}))
	w.do(agent("junior", 5, "billing:1"))
	w.do(agent("other", 5, "tech:5"))
	w.do(Enter{Handoff: "h", Call: "c", Skills: []Need{need("billing:3"), need("vip?")}})
	w.ringsAt("h", "")
	w.do(agent("senior", 5, "billing:4"))
	w.ringsAt("h", "") // the preferred one is waited for
	w.pass(19 * time.Second)
	w.ringsAt("h", "")
	w.pass(time.Second)
	w.ringsAt("h", "senior")
	w.do(SetAway{Agent: "senior"})
	w.ringsAt("h", "")
	w.pass(39 * time.Second)
	w.ringsAt("h", "")
	w.pass(time.Second)
	w.ringsAt("h", "junior") // any level
	w.decline("h")
	w.ringsAt("h", "")
	w.do(SetAway{Agent: "junior"})
	w.pass(2 * time.Minute)
	w.ringsAt("h", "other")

	// A wish chooses among those who may.
	w = newWorld(t, alive(Config{PreferredFor: never}))
	w.do(agent("a", 1, "billing:3"))
	w.do(agent("b", 1, "billing:3", "vip"))
	w.do(enter("h", P3, "billing", "vip?"))
	w.ringsAt("h", "b")

	// Levels as needs have them, whatever the case and the region.
	w = newWorld(t, alive(Config{}))
	w.do(SignIn{Agent: "a", Languages: Levels{"pt-BR": 3, "EN": 2}})
	for id, l := range map[string][]Need{"h1": {{Name: "PT", Level: 3}}, "h2": {{Name: "en-GB"}}} {
		w.do(Enter{Handoff: id, Call: id, Languages: l})
		w.ringsAt(id, "a")
		w.do(EndCall{id})
	}
	w.do(Enter{Handoff: "h3", Call: "h3", Languages: []Need{{Name: "pt-PT"}}})
	w.pass(time.Hour)
	w.ringsAt("h3", "") // another region is another language, and languages are not given up
}

func TestRingingGoesOnAndTwoMissesSetAway(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 1))
	w.now = w.now.Add(time.Second)
	w.do(agent("b", 1))
	w.do(enter("h", P3))
	w.ringsAt("h", "a")
	fx := w.pass(20 * time.Second)
	if len(fx.Withdrawals) != 1 || fx.Withdrawals[0].Why != "unanswered" || fx.Withdrawals[0].Agent != "a" {
		t.Errorf("%+v", fx.Withdrawals)
	}
	w.ringsAt("h", "b")
	w.presence("a", Available)
	w.decline("h")
	w.ringsAt("h", "") // both have passed
	w.pass(9 * time.Second)
	w.ringsAt("h", "")
	w.pass(21 * time.Second)
	w.ringsAt("h", "a") // a's half minute was over first
	w.pass(20 * time.Second)
	w.presence("a", Away) // the second in a row
	if a, _ := w.d.Agent("a"); a.Why != "missed" {
		t.Errorf("away because of %q", a.Why)
	}
	w.ringsAt("h", "b")
	x, _ := w.d.Handoff("h")
	w.refused(Accept{"a", x.Offer.No}, ErrStale)
	w.refused(Accept{"b", x.Offer.No - 1}, ErrStale)
	w.answer("h")
	w.do(Connected{"h"})
	w.do(Finish{Handoff: "h"})
	w.do(WrapUpDone{"b"})
	// An answer ends the row.
	w.do(enter("i", P3))
	w.decline("i")
	w.presence("b", Available)
	w.do(SetAvailable{"a"})
	w.ringsAt("i", "a")
}

// A miss and an offer that is withdrawn are two things.
func TestWithdrawnIsNoMiss(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 1))
	for i := range 5 {
		id := fmt.Sprint("h", i)
		w.do(enter(id, P3))
		w.ringsAt(id, "a")
		w.do(Cancel{Handoff: id})
		w.presence("a", Available)
	}
	w.do(enter("once", P3))
	w.decline("once")
	w.presence("a", Available) // the first in a row
}

func TestTake(t *testing.T) {
	w := newWorld(t, alive(Config{Mode: Manual}))
	w.do(agent("a", 2, "billing"))
	w.do(agent("b", 1))
	w.do(enter("one", P3, "billing"))
	w.do(enter("two", P4))
	w.pass(time.Minute)
	w.ringsAt("one", "") // manual
	w.do(TakeNext{"b"})
	w.state("two", StateClaimed) // b cannot have the first
	w.refused(TakeNext{"b"}, ErrCapacity)
	w.refused(Take{"a", "two"}, ErrTaken)
	w.do(Take{"b", "two"}) // again, the same
	w.do(Take{"a", "one"})
	w.refused(TakeNext{"a"}, ErrNothing)
	w.refused(Take{"a", "none"}, ErrUnknown)
	w.refused(Take{"nobody", "one"}, ErrAgent)
	w.do(SetAway{Agent: "a"})
	w.do(enter("three", P3))
	w.refused(Take{"a", "three"}, ErrPresence)

	// From under a colleague whom it rings at; and one's own ringing is answered.
	w = newWorld(t, alive(Config{}))
	w.do(agent("a", 1))
	w.do(agent("b", 1))
	w.do(enter("one", P3))
	w.ringsAt("one", "a")
	fx := w.do(Take{"b", "one"})
	if len(fx.Withdrawals) != 1 || fx.Withdrawals[0].Why != "taken" || len(fx.Claims) != 1 || fx.Claims[0].Agent != "b" {
		t.Errorf("%+v", fx)
	}
	w.presence("a", Available)
	w.do(enter("two", P3))
	w.refused(Take{"a", "one"}, ErrTaken)
	w.do(enter("three", P1))
	w.refused(Take{"a", "three"}, ErrRinging)
	w.do(TakeNext{"a"}) // what rings
	w.state("two", StateClaimed)
}

// Fifty take two thousand as fast as they can: each has one winner.
func TestManyTakers(t *testing.T) {
	d := New(Config{Mode: Manual, WrapUp: never})
	step := func(e Event) (Effects, error) { return d.Step(e, t0) }
	for i := range 2000 {
		step(Enter{Handoff: fmt.Sprint("h", i), Call: fmt.Sprint("c", i), Priority: Priority(1 + i%4)})
	}
	for i := range 50 {
		step(SignIn{Agent: fmt.Sprint("a", i), Capacity: 1})
	}
	winners := map[string]string{}
	for round := 0; len(winners) < 2000; round++ {
		for i := range 50 {
			// Everybody wants the one that is next, and takes the next if it is gone.
			a, line := fmt.Sprint("a", i), d.Line()
			fx, err := step(Take{a, line[0]})
			if len(fx.Claims) != 1 {
				t.Fatalf("%v: %+v", err, fx.Claims)
			}
			c := fx.Claims[0]
			if winners[c.Handoff] != "" {
				t.Fatalf("%s has %s and %s", c.Handoff, winners[c.Handoff], c.Agent)
			}
			winners[c.Handoff] = c.Agent
			for j := range 50 {
				if _, err := step(Take{fmt.Sprint("a", j), c.Handoff}); (err == nil) != (i == j) {
					t.Fatalf("another takes it: %v", err)
				}
			}
			step(Connected{c.Handoff})
			step(Finish{Handoff: c.Handoff})
		}
	}
}

func TestAssign(t *testing.T) {
	w := newWorld(t, alive(Config{Mode: Manual}))
	w.do(agent("a", 1, "billing"))
	w.do(agent("b", 1))
	w.do(enter("h", P3, "billing"))
	w.do(Assign{"h", "b"}) // whatever their skills
	w.ringsAt("h", "b")
	w.do(Assign{"h", "b"})
	fx := w.do(Assign{"h", "a"})
	if len(fx.Withdrawals) != 1 || fx.Withdrawals[0].Why != "assigned" || fx.Offers[0].Kind != OfferAssigned {
		t.Errorf("%+v", fx)
	}
	w.ringsAt("h", "a")
	w.do(enter("i", P3))
	w.refused(Assign{"i", "a"}, ErrRinging)
	w.answer("h")
	w.refused(Assign{"i", "a"}, ErrCapacity)
	w.refused(Assign{"h", "b"}, ErrTaken)
	w.do(SetAway{Agent: "b"})
	w.refused(Assign{"i", "b"}, ErrPresence)
}

func TestWrapUp(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 2))
	w.do(enter("one", P3))
	w.connect("one")
	w.do(enter("two", P3))
	w.ringsAt("two", "a")
	w.do(Finish{Handoff: "one"})
	w.presence("a", Ring) // the form waits for the ringing
	w.decline("two")
	w.presence("a", WrapUp)
	w.do(enter("three", P3))
	w.ringsAt("three", "")
	w.refused(Assign{"three", "a"}, ErrPresence)
	w.do(WrapUpMore{"a", time.Minute})
	w.refused(WrapUpMore{"a", time.Hour}, ErrInvalid)
	w.pass(59 * time.Second)
	w.presence("a", WrapUp)
	w.pass(time.Second)
	w.presence("a", Ring)
	w.connect("two")
	w.do(Finish{Handoff: "two"})
	if a, _ := w.d.Agent("a"); a.WrapUp != "two" {
		t.Errorf("writes up %q", a.WrapUp)
	}
	w.do(SetAvailable{"a"})
	w.ringsAt("three", "a")
	w.refused(WrapUpDone{"a"}, ErrPresence)
}

// A browser dies: what rings goes on, what they had is first in line, a consult
// is over.
func TestBrowserDies(t *testing.T) {
	w := newWorld(t, Config{Ring: time.Minute})
	w.do(agent("a", 3))
	w.do(enter("had", P4))
	w.connect("had")
	w.do(enter("coming", P3))
	w.answer("coming")
	w.do(enter("ringing", P1))
	w.ringsAt("ringing", "a")
	w.now = w.now.Add(10 * time.Second)
	w.do(Heartbeat{Agent: "a"})
	w.pass(19 * time.Second)
	w.do(agent("b", 1))
	fx := w.pass(time.Second)
	w.presence("a", Offline)
	if len(fx.Releases) != 2 || fx.Releases[0].Why != "lost" {
		t.Errorf("%+v", fx.Releases)
	}
	w.line("coming", "had", "ringing") // those who had somebody first
	w.ringsAt("coming", "b")
	had, _ := w.d.Handoff("had")
	if had.SLA.FirstResponse.Outcome != sla.Met || had.SLA.Resolution.Outcome != sla.Running || had.Requeues != 1 || len(had.Stints) != 1 || had.Stints[0].To.IsZero() {
		t.Errorf("%+v", had)
	}
	w.refused(Heartbeat{Agent: "a"}, ErrPresence)
	w.do(agent("a", 3))
	w.ringsAt("ringing", "a") // not at once what it has just lost
}

func TestClaimFails(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 1))
	w.do(enter("urgent", P1))
	w.answer("urgent")
	w.do(enter("low", P4))
	w.do(ClaimFailed{Handoff: "urgent", Detail: "timeout"})
	w.line("urgent", "low")
	w.ringsAt("low", "a") // not the one that has just failed with them
	w.refused(Connected{"urgent"}, ErrState)
	w.do(agent("b", 1))
	w.answer("urgent")
	// The caller gives up while b is on the way, and the claim fails.
	w.do(Cancel{Handoff: "urgent"})
	w.state("urgent", StateClaimed)
	w.do(ClaimFailed{Handoff: "urgent"})
	if w.ended["urgent"] != Cancelled {
		t.Errorf("%v", w.ended)
	}
	// Taken over with nobody asking; then the caller does ask.
	w.do(TakenOver{Handoff: "x", Call: "x", Agent: "b"})
	w.do(KeepWaiting{"x"})
	w.do(ClaimFailed{Handoff: "x"})
	w.state("x", StatePending)
	w.do(SetAway{Agent: "b"})
	w.do(Outside{"x", "The app's Anna"})
	w.do(Connected{"x"})
	w.do(Finish{Handoff: "x", Detail: "returned"})
	if w.ended["x"] != Resolved {
		t.Errorf("%v", w.ended)
	}
}

func TestTransfer(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 1, "billing"))
	w.do(enter("h", P3, "billing"))
	w.connect("h")
	w.do(agent("b", 1))
	w.do(agent("c", 1, "tech"))
	w.refused(Transfer{Handoff: "h", By: "b", Agent: "c"}, ErrNotYours)
	w.refused(Transfer{Handoff: "h", By: "a"}, ErrInvalid)
	w.refused(Transfer{Handoff: "h", By: "a", Agent: "a"}, ErrInvalid)
	w.refused(Transfer{Handoff: "h", By: "a", Agent: "nobody"}, ErrAgent)
	fx := w.do(Transfer{Handoff: "h", By: "a", Agent: "b"})
	if len(fx.Releases) != 1 || fx.Releases[0].Why != "transferred" || fx.Offers[0].Kind != OfferTransfer {
		t.Errorf("%+v", fx)
	}
	w.presence("a", WrapUp)
	w.ringsAt("h", "b")
	w.decline("h")
	w.ringsAt("h", "") // anyone with billing, and a has passed it on
	w.do(WrapUpDone{"a"})
	w.ringsAt("h", "")
	w.pass(30 * time.Second)
	w.ringsAt("h", "a")
	w.connect("h")
	w.do(Transfer{Handoff: "h", By: "a", Skills: []Need{need("tech")}})
	w.ringsAt("h", "c")
	w.connect("h")
	h, _ := w.d.Handoff("h")
	if h.Transfers != 2 || len(h.Stints) != 3 || h.SLA.Resolution.Outcome != sla.Running {
		t.Errorf("%+v", h)
	}
}

func TestConsult(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 1))
	w.do(enter("h", P3))
	w.connect("h")
	w.do(agent("b", 1, "tech:2"))
	w.do(agent("c", 1, "tech:5"))
	w.do(agent("d", 1))

	// Any with the level, then any with the skill, then nobody.
	w.refused(StartConsult{Handoff: "h", By: "a", Skills: []Need{need("law")}}, ErrNothing)
	w.do(StartConsult{Handoff: "h", By: "a", Skills: []Need{need("tech:4")}})
	w.ringsAt("h", "c")
	w.state("h", StateConsulting)
	w.decline("h")
	w.ringsAt("h", "b")
	x, _ := w.d.Handoff("h")
	fx := w.do(Decline{"b", x.Offer.No})
	if n := len(fx.Consults); n != 1 || fx.Consults[0].What != "nobody" {
		t.Errorf("%+v", fx.Consults)
	}
	w.state("h", StateConnected)

	// One person joins, goes, joins again and gets the call.
	w.do(StartConsult{Handoff: "h", By: "a", Agent: "d"})
	w.refused(HandOver{"h", "a"}, ErrState) // not yet there
	w.answer("h")
	w.presence("d", Busy)
	w.refused(EndConsult{"h", "c"}, ErrNotYours)
	w.do(EndConsult{"h", "d"})
	w.presence("d", Available)
	w.do(StartConsult{Handoff: "h", By: "a", Agent: "d"})
	w.answer("h")
	w.refused(HandOver{"h", "d"}, ErrNotYours)
	fx = w.do(HandOver{"h", "a"})
	if len(fx.Releases) != 1 || fx.Releases[0].Agent != "a" || fx.Releases[0].To != "d" {
		t.Errorf("%+v", fx.Releases)
	}
	w.presence("a", WrapUp)
	if h, _ := w.d.Handoff("h"); h.Agent != "d" || h.State != StateConnected || h.Consult != nil {
		t.Errorf("%+v", h)
	}

	// Who has the call is lost while a colleague is there: it is theirs.
	w.do(WrapUpDone{"a"})
	w.do(StartConsult{Handoff: "h", By: "d", Agent: "a"})
	w.answer("h")
	w.do(HumanLost{"h"})
	if h, _ := w.d.Handoff("h"); h.Agent != "a" || h.State != StateConnected {
		t.Errorf("%+v", h)
	}
	// Lost while the colleague is only asked: first in line, and it no longer rings.
	w.do(StartConsult{Handoff: "h", By: "a", Agent: "d"})
	w.do(SetAway{Agent: "b"})
	w.do(SetAway{Agent: "c"})
	w.do(HumanLost{"h"})
	w.ringsAt("h", "d") // routed, now
	if h, _ := w.d.Handoff("h"); h.Offer.Kind != OfferRouted {
		t.Errorf("%+v", h.Offer)
	}
}

// The colleague who is asked, or has joined, goes in every way there is.
func TestConsultantGoes(t *testing.T) {
	begin := func(c Config) *world {
		w := newWorld(t, c)
		w.do(agent("a", 1))
		w.do(enter("h", P3))
		w.connect("h")
		w.do(agent("b", 1, "tech"))
		w.do(agent("c", 1, "tech"))
		w.do(StartConsult{Handoff: "h", By: "a", Skills: []Need{need("tech")}})
		w.ringsAt("h", "b")
		return w
	}
	w := begin(alive(Config{}))
	w.do(SetAway{Agent: "b"})
	w.ringsAt("h", "c")
	w.do(SignOut{"c"})
	w.state("h", StateConnected)
	w.presence("c", Offline)

	w = begin(alive(Config{}))
	w.pass(20 * time.Second)
	w.ringsAt("h", "c")
	w.answer("h")
	w.do(SetAway{Agent: "c"}) // goes on
	w.state("h", StateConsulting)
	w.do(EndCall{"h"})
	w.presence("c", Away)
	if w.ended["h"] != Resolved {
		t.Errorf("%v", w.ended)
	}

	for _, joined := range []bool{false, true} {
		w = begin(Config{Ring: 5 * time.Minute})
		if joined {
			w.answer("h")
		}
		for range 2 {
			w.now = w.now.Add(10 * time.Second)
			w.do(Heartbeat{Agent: "a"})
			w.do(Heartbeat{Agent: "c"})
		}
		w.do(Tick{})
		w.presence("b", Offline)
		if joined {
			w.state("h", StateConnected)
		} else {
			w.ringsAt("h", "c")
		}
	}
}

func TestWaiting(t *testing.T) {
	w := newWorld(t, Config{})
	w.do(enter("h", P3))
	fx := w.pass(59 * time.Second)
	if len(fx.Asks) > 0 {
		t.Errorf("asked early: %v", fx.Asks)
	}
	if fx = w.pass(time.Second); len(fx.Asks) != 1 || fx.Asks[0].Nth != 1 {
		t.Errorf("%v", fx.Asks)
	}
	if fx = w.pass(time.Minute); len(fx.Asks) != 1 || fx.Asks[0].Nth != 2 {
		t.Errorf("%v", fx.Asks)
	}
	w.pass(30 * time.Second)
	w.do(KeepWaiting{"h"})
	if fx = w.pass(time.Minute); len(fx.Asks) != 1 || fx.Asks[0].Nth != 1 {
		t.Errorf("%v", fx.Asks)
	}
	w.pass(5 * time.Hour)
	w.state("h", StatePending) // silence is not no

	w = newWorld(t, alive(Config{ExpireIn: 30 * time.Second}))
	w.do(enter("h", P3))
	w.pass(time.Minute)
	w.do(KeepWaiting{"h"})
	w.pass(60 * time.Second)
	w.do(SignIn{Agent: "a"})
	w.ringsAt("h", "a")
	w.pass(20 * time.Second)
	w.do(SetAway{Agent: "a"})
	fx = w.pass(10 * time.Second)
	if len(fx.Ended) != 1 || fx.Ended[0].Outcome != Expired || fx.Ended[0].SLA.FirstResponse.Outcome != sla.Breached {
		t.Errorf("%+v", fx.Ended)
	}
}

func TestOutOfHours(t *testing.T) {
	w := newWorld(t, Config{AfterHours: never})
	fx := w.do(Enter{Handoff: "h", Call: "c", Closed: true})
	if len(fx.Ended) != 1 || fx.Ended[0].Outcome != OutOfHours || len(fx.SLA) > 0 || len(fx.Handoffs) > 0 {
		t.Errorf("%+v", fx)
	}
	w.do(agent("a", 1))
	w.do(enter("one", P3))
	w.do(enter("two", P3))
	w.connect("one")
	w.do(enter("three", P3))
	fx = w.do(Close{})
	if len(fx.Ended) != 2 || w.ended["two"] != OutOfHours || w.ended["three"] != OutOfHours {
		t.Errorf("%+v", w.ended)
	}
	w.state("one", StateConnected)
	w.do(Enter{Handoff: "four", Call: "four"})
	if w.ended["four"] != OutOfHours { // whether or not who asks knows
		t.Errorf("%+v", w.ended)
	}
	w.do(Open{})
	w.do(enter("five", P3))
	w.line("five")
}

func TestSLAOfAHandoff(t *testing.T) {
	c := alive(Config{SLA: sla.Config{Targets: [4]sla.Target{{}, {}, {FirstResponse: 10 * time.Second, Resolution: 100 * time.Second}, {}}}})
	w := newWorld(t, c)
	w.do(enter("h", P3))
	kinds := func(fx Effects) (out []string) {
		for _, e := range fx.SLA {
			out = append(out, fmt.Sprintf("%s %s %v", e.Goal, e.Kind, e.Due.Sub(t0)))
		}
		return out
	}
	want := func(fx Effects, want ...string) {
		t.Helper()
		if got := kinds(fx); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	want(w.pass(8*time.Second), "firstResponse atRisk 8s")
	// A restart, and then a clock that jumps over the deadline.
	w.reload()
	w.do(Restarted{})
	w.now = w.now.Add(time.Hour)
	want(w.do(ClockJumped{time.Hour}), "firstResponse breached 10s", "resolution atRisk 1m20s", "resolution breached 1m40s")
	w.state("h", StatePending)
	if h, _ := w.d.Handoff("h"); h.AskAt.Sub(w.now) != 52*time.Second {
		t.Errorf("asks in %v", h.AskAt.Sub(w.now))
	}
	w.now = w.now.Add(-2 * time.Hour)
	want(w.do(Tick{}))
	if h, _ := w.d.Handoff("h"); h.AskAt.Sub(w.now) != 52*time.Second {
		t.Errorf("asks in %v", h.AskAt.Sub(w.now))
	}
	w.do(agent("a", 1))
	w.connect("h")
	want(w.do(Finish{Handoff: "h"}))
	h := w.ended["h"]
	if h != Resolved {
		t.Errorf("%v", h)
	}
	if b := w.d.Board(w.now); b.Breached != 0 || b.Active != 0 || b.Agents[WrapUp] != 1 {
		t.Errorf("%+v", b)
	}
}

func TestEstimate(t *testing.T) {
	w := newWorld(t, alive(Config{WrapUp: never, Handling: 2 * time.Minute}))
	e := func(h string) Estimate { x, _ := w.d.Estimate(h, w.now); return x }
	fx := w.do(enter("one", P3))
	if len(fx.Notices) != 1 || fx.Notices[0].Position != 1 || fx.Notices[0].Known {
		t.Errorf("nobody is there: %+v", fx.Notices)
	}
	w.do(agent("a", 1))
	w.do(agent("b", 1))
	w.answer("one")
	w.do(enter("two", P3))
	w.answer("two")
	for _, id := range []string{"three", "four", "five"} {
		w.do(enter(id, P3))
	}
	if got := e("three"); got.Position != 1 || got.Wait != 90*time.Second || got.Places != 2 || got.Free != 0 || !got.Known { // 20 s + 1 * 120 s / 2
		t.Errorf("%+v", got)
	}
	if got := e("five"); got.Position != 3 || got.Wait != 4*time.Minute { // 20 s + 3 * 120 s / 2 = 200 s
		t.Errorf("%+v", got)
	}
	if _, ok := w.d.Estimate("one", w.now); ok {
		t.Error("an estimate for what does not wait")
	}
	// A shorter call than usual, and one who goes: news for all, once.
	w.do(Connected{"one"})
	w.pass(10 * time.Second)
	w.do(Finish{Handoff: "one"})
	w.ringsAt("three", "a")
	fx = w.pass(2 * time.Second)
	if len(fx.Notices) != 3 {
		t.Errorf("%+v", fx.Notices)
	}
	w.do(Cancel{Handoff: "four"})
	w.do(enter("six", P1))
	fx = w.pass(2 * time.Second)
	places := map[string]int{}
	for _, n := range fx.Notices {
		places[n.Handoff] += n.Position
	}
	if places["three"] != 2 || places["five"] != 0 { // five was third before and after
		t.Errorf("%v", places)
	}
	if b := w.d.Board(w.now); b.Waiting != [4]int{1, 0, 2, 0} || b.Ringing != 1 || b.Active != 1 || b.Places != 2 || b.Longest != 14*time.Second {
		t.Errorf("%+v", b)
	}
}

func TestInvalidEvents(t *testing.T) {
	w := newWorld(t, Config{MaxWaiting: 2, MaxAgents: 1})
	for _, e := range []Event{
		Enter{Call: "c"}, Enter{Handoff: "h"}, Enter{Handoff: strings.Repeat("x", 129), Call: "c"}, Enter{Handoff: "h", Call: "c", Priority: 5},
		Enter{Handoff: "h", Call: "c", Skills: []Need{{Name: " "}}}, Enter{Handoff: "h", Call: "c", Skills: []Need{{Name: "x", Level: 6}}},
		Enter{Handoff: "h", Call: "c", Languages: slices.Repeat([]Need{{Name: "x"}}, 21)}, Enter{Handoff: "h\xff", Call: "c"},
		SignIn{}, SignIn{Agent: "a", Capacity: 21}, SignIn{Agent: "a", Capacity: -1}, SignIn{Agent: "a", Skills: Levels{"x": 0}}, SignIn{Agent: "a", Skills: Levels{"": 1}},
	} {
		w.refused(e, ErrInvalid)
	}
	if _, err := w.step(Configure{Config{Mode: "x"}}); err == nil {
		t.Error("a configuration that is none")
	}
	w.do(agent("a", 1))
	w.refused(agent("b", 1), ErrFull)
	w.do(SetAway{Agent: "a"})
	w.do(enter("one", P3))
	w.do(enter("two", P3))
	w.refused(enter("three", P3), ErrFull)
	w.refused(SetAvailable{"x"}, ErrAgent)
	p := Priority(7)
	w.refused(Amend{Handoff: "one", Priority: &p}, ErrInvalid)
	bad := []Need{{Name: ""}}
	w.refused(Amend{Handoff: "one", Skills: &bad}, ErrInvalid)
	w.refused(SetAvailable{"x"}, ErrAgent)
	w.do(SetAvailable{"a"})
	w.connect("one")
	for _, e := range []Event{KeepWaiting{"one"}, Cancel{Handoff: "one"}, ClaimFailed{Handoff: "one"}, HandOver{"one", "a"}, EndConsult{"one", "a"}} {
		w.refused(e, ErrState)
	}
	w.refused(SignOut{"a"}, ErrPresence)
	w.refused(Forget{"a"}, ErrPresence)
	if _, err := w.d.Step(ClockJumped{100 * 365 * 24 * time.Hour}, w.now); err != ErrInvalid {
		t.Error(err)
	}
	w.refused(Outside{"one", "x"}, ErrTaken)
	// Texts are what JSON gives back, and no longer than they may be.
	w.do(Amend{Handoff: "two", Brief: ptr("\xff" + strings.Repeat("é", maxText))})
	if h, _ := w.d.Handoff("two"); len(h.Brief) > maxText {
		t.Errorf("%d bytes", len(h.Brief))
	}
	w.reload()
}

func ptr[T any](v T) *T { return &v }

func TestRestoreRefuses(t *testing.T) {
	w := newWorld(t, alive(Config{}))
	w.do(agent("a", 2))
	w.do(agent("b", 1))
	w.do(enter("held", P3))
	w.connect("held")
	w.do(enter("rings", P3))
	w.do(enter("waits", P3))
	w.do(enter("waits too", P3))
	for name, spoil := range map[string]func(*Snapshot){
		"twice":                func(s *Snapshot) { s.Handoffs = append(s.Handoffs, s.Handoffs[0]) },
		"an agent twice":       func(s *Snapshot) { s.Agents = append(s.Agents, s.Agents[0]) },
		"no id":                func(s *Snapshot) { s.Handoffs[0].ID = "" },
		"ended":                func(s *Snapshot) { s.Handoffs[0].State = StateEnded },
		"priority":             func(s *Snapshot) { s.Handoffs[0].Priority = 0 },
		"nobody has it":        func(s *Snapshot) { s.Handoffs[0].Agent = "" },
		"another has it":       func(s *Snapshot) { s.Handoffs[0].Agent = "b" },
		"a waiting one is had": func(s *Snapshot) { s.Handoffs[3].Agent = "b" },
		"an unknown one":       func(s *Snapshot) { s.Agents[0].Active = append(s.Agents[0].Active, "x") },
		"not theirs":           func(s *Snapshot) { s.Agents[0].Active = nil },
		"rings at nobody":      func(s *Snapshot) { s.Agents[1].Offer = ""; s.Agents[1].Presence = Available },
		"no offer":             func(s *Snapshot) { s.Handoffs[1].Offer = nil },
		"presence":             func(s *Snapshot) { s.Agents[1].Presence = Available },
		"a consult":            func(s *Snapshot) { s.Handoffs[0].Consult = &Consult{} },
		"capacity":             func(s *Snapshot) { s.Agents[0].Capacity = 0 },
		"offline with calls":   func(s *Snapshot) { s.Agents[0].Presence = Offline },
	} {
		s := w.d.Snapshot()
		spoil(&s)
		if _, err := Restore(Config{}, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Restore(Config{}, w.d.Snapshot()); err != nil {
		t.Error(err)
	}
}

// After a restart nobody has missed what rang meanwhile, and nobody is dead.
func TestRestart(t *testing.T) {
	w := newWorld(t, Config{})
	w.do(agent("a", 1))
	w.do(enter("h", P3))
	w.do(enter("i", P3))
	before := w.d.Snapshot()
	w.reload()
	w.now = w.now.Add(30 * time.Minute)
	fx := w.do(Restarted{})
	w.ringsAt("h", "a")
	w.line("h", "i")
	if len(fx.SLA) != 4 { // the deadlines are where they were
		t.Errorf("%+v", fx.SLA)
	}
	after := w.d.Snapshot()
	for i := range after.Handoffs {
		if after.Handoffs[i].SLA.FirstResponse.Deadline != before.Handoffs[i].SLA.FirstResponse.Deadline || after.Handoffs[i].Seq != before.Handoffs[i].Seq {
			t.Errorf("%+v", after.Handoffs[i])
		}
	}
	w.pass(19 * time.Second)
	w.presence("a", Ring)
	w.answer("h")
}

// While nobody can answer nothing is missed.
func TestStalled(t *testing.T) {
	w := newWorld(t, alive(Config{Misses: 1}))
	w.do(agent("a", 1))
	w.do(enter("h", P3))
	for range 10 {
		w.pass(15 * time.Second)
		w.do(Stalled{})
	}
	w.ringsAt("h", "a")
	w.pass(20 * time.Second)
	w.presence("a", Away)
}

// The person whom a transfer is for goes away: after a while it is anyone's.
func TestTargetGoesAway(t *testing.T) {
	w := newWorld(t, alive(Config{RetryAfter: time.Minute}))
	w.do(agent("a", 1))
	w.do(enter("h", P3))
	w.connect("h")
	w.do(agent("b", 1))
	w.do(agent("c", 1))
	w.do(Transfer{Handoff: "h", By: "a", Agent: "b"})
	w.do(SetAway{Agent: "b"})
	w.refused(TakeNext{"c"}, ErrNothing) // it is still for b
	w.pass(29 * time.Second)
	w.ringsAt("h", "")
	w.pass(time.Second)
	w.ringsAt("h", "c")
}

// What rings has as long to go as before the clock jumped, either way.
func TestClockJumps(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		w := newWorld(t, Config{})
		w.do(agent("a", 1))
		w.do(enter("h", P3))
		w.pass(5 * time.Second)
		w.now = w.now.Add(by)
		w.do(ClockJumped{by})
		w.pass(14 * time.Second)
		w.ringsAt("h", "a")
		w.pass(time.Second)
		w.ringsAt("h", "")
		w.presence("a", Offline) // whose last sign of life was as long ago
	}
}

// A clock that is first corrected by a little and then jumps does not let time go
// back: who gives a sign of life then is seen to be gone as soon as a desk that
// is restored would see it.
func TestClockJumpsAfterACorrection(t *testing.T) {
	w := newWorld(t, Config{})
	w.do(agent("a", 1))
	w.do(agent("b", 1))
	w.pass(3 * time.Second)
	w.do(Heartbeat{Agent: "a"})
	w.do(Heartbeat{Agent: "b"})
	w.now = w.now.Add(-time.Second)
	w.do(Tick{})
	w.now = w.now.Add(time.Hour)
	w.do(ClockJumped{time.Hour})
	w.do(Heartbeat{Agent: "b"})
	restored, err := Restore(Config{}, w.d.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	if want := restored.wake(); !w.wake.Equal(want) || !want.Equal(t0.Add(time.Hour+23*time.Second)) {
		t.Errorf("wakes at %v, restored at %v", w.wake, want)
	}
}

// Places that are free shorten the wait, also where they do not suit.
func TestEstimateWithFreePlaces(t *testing.T) {
	w := newWorld(t, alive(Config{Handling: 10 * time.Minute}))
	w.do(agent("a", 2))
	for _, id := range []string{"one", "two", "three"} {
		w.do(enter(id, P3, "law"))
	}
	for id, want := range map[string]time.Duration{"one": 30 * time.Second, "two": 30 * time.Second, "three": 6 * time.Minute} { // 20 s, + 600 s / 2
		if e, ok := w.d.Estimate(id, w.now); !ok || e.Wait != want || e.Free != 2 {
			t.Errorf("%s: %+v", id, e)
		}
	}
}

// Names come from outside: however many there have been, the numbers are
// bounded, and who can do what stays true.
func TestManyNames(t *testing.T) {
	d := New(Config{HeartbeatWithin: 10 * time.Minute})
	step := func(e Event) Effects {
		fx, err := d.Step(e, t0)
		if err != nil {
			t.Fatal(err)
		}
		return fx
	}
	step(agent("first", 1, "first"))
	if fx := step(enter("first", P3, "first")); len(fx.Offers) != 1 {
		t.Fatalf("%+v", fx.Offers)
	}
	step(Cancel{Handoff: "first"})
	for i := range 3 * maxNames {
		id := fmt.Sprint("n", i)
		if fx := step(enter(id, P3, id)); len(fx.Offers) > 0 { // nobody can do it
			t.Fatalf("%s: %+v", id, fx.Offers)
		}
		if len(d.names.list) > maxNames+maxNeeds {
			t.Fatalf("%d names", len(d.names.list))
		}
		if i%1000 == 500 {
			fx := step(agent("a"+id, 1, id))
			if len(fx.Offers) != 1 || fx.Offers[0].Handoff != id {
				t.Fatalf("%s: %+v", id, fx.Offers)
			}
			continue
		}
		step(Cancel{Handoff: id, Detail: "\xff"})
	}
	for i := range 3 * maxNames / 1000 { // those who were there before the numbers changed
		a := fmt.Sprint("an", i*1000+500)
		x, _ := d.Agent(a)
		h, _ := d.Handoff(x.Offer)
		step(Accept{a, h.Offer.No})
		step(Finish{Handoff: h.ID})
		step(SetAway{Agent: a})
		step(SetAvailable{a})
		fx := step(enter(fmt.Sprint("again", i), P3, h.Skills[0].Name))
		if len(fx.Offers) != 1 || fx.Offers[0].Agent != a {
			t.Fatalf("%s rings at %+v", h.Skills[0].Name, fx.Offers)
		}
	}
}
