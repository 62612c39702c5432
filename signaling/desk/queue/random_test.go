package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// chance draws a number below n.
type chance func(n int) int

// randomEvent is anything, mostly something that the desk is ready for.
func randomEvent(w *world, r chance, n int) Event {
	s := w.d.Snapshot()
	agent := func() string { return fmt.Sprintf("a%d", r(7)) }
	handoff := func() string {
		if len(s.Handoffs) == 0 || r(20) == 0 {
			return fmt.Sprintf("h%d", r(n+1))
		}
		return s.Handoffs[r(len(s.Handoffs))].ID
	}
	offer := func() (string, uint64) {
		for _, i := range []int{r(8), r(8), r(8)} {
			if i < len(s.Handoffs) && s.Handoffs[i].Offer != nil {
				return s.Handoffs[i].Offer.Agent, s.Handoffs[i].Offer.No
			}
		}
		for _, h := range s.Handoffs {
			if h.Offer != nil {
				return h.Offer.Agent, h.Offer.No
			}
		}
		return agent(), uint64(r(n + 1))
	}
	held := func(states ...State) (string, string) {
		for _, h := range s.Handoffs {
			if h.State.Held() && (len(states) == 0 || slices.Contains(states, h.State)) && r(3) > 0 {
				if h.Consult != nil && h.Consult.Joined && r(3) == 0 {
					return h.ID, h.Consult.Agent
				}
				return h.ID, h.Agent
			}
		}
		return handoff(), agent()
	}
	names, tongues := []string{"billing", "tech", "sales"}, []string{"en", "de", "fr"}
	some := func(from []string) (out []Need) {
		for range r(3) {
			out = append(out, Need{Name: from[r(len(from))], Level: r(4), Preferred: r(2) == 0})
		}
		return out
	}
	can := func(from []string) Levels {
		l := Levels{}
		for _, n := range from {
			if r(3) > 0 {
				l[n] = 1 + r(5)
			}
		}
		return l
	}
	someone := func() (string, []Need) { // a person or skills
		if r(2) == 0 {
			return agent(), nil
		}
		return "", some(names)
	}
	who := func(p Presence) string { // mostly one in that presence
		for _, a := range s.Agents {
			if a.Presence == p && r(3) > 0 {
				return a.ID
			}
		}
		return agent()
	}
	k := r(100)
	if k < 22 && len(s.Handoffs) > 16 {
		k = 32 + k*2 // enough: on with those
	}
	switch {
	case k < 22:
		e := Enter{Handoff: fmt.Sprintf("h%d", n), Call: fmt.Sprintf("c%d", n), Priority: Priority(r(5)), Closed: r(40) == 0}
		if r(2) == 0 {
			e.Skills, e.Languages = some(names), some(tongues)
		}
		if r(15) == 0 {
			return TakenOver{Handoff: e.Handoff, Call: e.Call, Agent: agent()}
		}
		return e
	case k < 32:
		return SignIn{Agent: agent(), Capacity: r(4), Skills: can(names), Languages: can(tongues), Away: r(6) == 0, NoConsole: r(8) == 0}
	case k < 33:
		return Forget{who(Offline)}
	case k < 34:
		return SignOut{agent()}
	case k < 37:
		return SetAway{Agent: agent()}
	case k < 42:
		return SetAvailable{who(Away)}
	case k < 52:
		a, no := offer()
		return Accept{a, no}
	case k < 56:
		a, no := offer()
		return Decline{a, no}
	case k < 62:
		h, _ := held(StateClaimed)
		return Connected{h}
	case k < 64:
		h, _ := held()
		return ClaimFailed{Handoff: h}
	case k < 66:
		h, _ := held()
		return HumanLost{h}
	case k < 72:
		h, _ := held()
		return Finish{Handoff: h}
	case k < 74:
		return EndCall{handoff()}
	case k < 75:
		return Cancel{Handoff: handoff()}
	case k < 76:
		if r(3) == 0 {
			h, _ := w.d.Handoff(handoff())
			return TakenOver{Handoff: h.ID, Call: h.Call, Agent: agent()}
		}
		return KeepWaiting{handoff()}
	case k < 78:
		p, skills := Priority(1+r(4)), some(names)
		e := Amend{Handoff: handoff(), Priority: &p}
		if r(3) == 0 {
			e.Skills = &skills
		}
		return e
	case k < 80:
		return Take{agent(), handoff()}
	case k < 83:
		return TakeNext{who(Available)}
	case k < 85:
		return Assign{handoff(), agent()}
	case k < 87:
		return WrapUpDone{who(WrapUp)}
	case k < 88:
		return WrapUpMore{who(WrapUp), time.Duration(r(700)) * time.Second}
	case k < 90:
		h, by := held(StateConnected)
		to, skills := someone()
		return Transfer{Handoff: h, By: by, Agent: to, Skills: skills}
	case k < 93:
		h, by := held(StateConnected)
		to, skills := someone()
		return StartConsult{Handoff: h, By: by, Agent: to, Skills: skills}
	case k < 94:
		h, by := held(StateConsulting)
		return HandOver{h, by}
	case k < 95:
		h, by := held(StateConsulting)
		return EndConsult{h, by}
	case k < 96 && r(3) == 0:
		return Outside{handoff(), "Somebody"}
	case k < 97 && r(8) == 0:
		by := time.Duration(r(7200)-3600) * time.Second
		w.now = w.now.Add(by)
		return ClockJumped{by}
	case k < 98 && r(8) == 0:
		if r(2) == 0 {
			return Stalled{}
		}
		return Restarted{}
	case k < 99 && r(10) == 0:
		c := w.d.cfg
		c.Mode = []Mode{Push, Manual}[r(2)]
		c.ExpireIn = []time.Duration{never, 30 * time.Second}[r(2)]
		return Configure{c}
	case k < 100 && s.Counters.Closed:
		return Open{}
	case k < 100 && r(4) == 0:
		return Close{}
	}
	return Tick{}
}

func smallConfig(r chance) Config {
	return Config{Mode: []Mode{Push, Push, Push, Manual}[r(4)], AgeEvery: []time.Duration{never, 2 * time.Minute, 30 * time.Second}[r(3)],
		SkillsFor: []time.Duration{never, 90 * time.Second}[r(2)], PreferredFor: []time.Duration{0, never}[r(2)],
		AfterHours: []time.Duration{0, never, 20 * time.Second}[r(3)],
		ExpireIn:   []time.Duration{never, 20 * time.Second}[r(2)], WrapUp: []time.Duration{0, never}[r(2)],
		HeartbeatWithin: []time.Duration{5 * time.Minute, 15 * time.Second}[r(2)], SLA: sla.Config{}}
}

// run makes a random run with every step checked, goes through the store now
// and then, and ends everything.
func run(t tester, r chance, steps int) {
	w := newWorld(t, smallConfig(r))
	for n := range steps {
		switch r(10) {
		case 0:
			w.now = w.now.Add(time.Duration(r(40_000)) * time.Millisecond)
		case 1:
			w.now = w.now.Add(-time.Duration(r(1000)) * time.Millisecond) // corrected
		case 2, 3, 4:
			w.now = w.now.Add(time.Duration(r(2000)) * time.Millisecond)
		}
		w.do(Tick{})
		for _, a := range w.d.Agents() {
			if r(6) == 0 {
				continue
			}
			if fx, _ := w.d.Step(Heartbeat{Agent: a}, w.now); len(fx.Handoffs)+len(fx.Agents) > 0 {
				w.fatalf("a sign of life did %s", show(fx))
			}
			w.wake = w.d.wake()
		}
		w.step(randomEvent(w, r, n))
		if r(25) == 0 {
			w.reload()
		}
	}
	w.finishAll()
}

// reload goes on with a desk that has been through JSON, and compares the two
// over a few steps.
func (w *world) reload() {
	w.t.Helper()
	s := w.d.Snapshot()
	b, err := json.Marshal(s)
	if err != nil {
		w.fatalf("%v", err)
	}
	var back Snapshot
	if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(s, back) {
		w.fatalf("%v: a snapshot comes back as another:\n%s\n%s", err, b, show(back))
	}
	copied, err := Restore(w.d.cfg, back)
	if err != nil {
		w.fatalf("%v", err)
	}
	if got := copied.Snapshot(); !reflect.DeepEqual(s, got) {
		w.fatalf("restored as another:\n%s\n%s", show(s), show(got))
	}
	old, now := w.d, w.now
	// The desk as it was goes on beside the restored one.
	other, err := Restore(old.cfg, s)
	if err != nil {
		w.fatalf("%v", err)
	}
	for i := range 3 {
		e := randomEvent(w, chance(func(n int) int { return (i*7 + int(s.Counters.Seq)*13) % n }), 1<<20+i)
		a, err1 := old.Step(e, w.now)
		b, err2 := other.Step(e, w.now)
		if !reflect.DeepEqual(a, b) || !errors.Is(err1, err2) || !reflect.DeepEqual(old.Snapshot(), other.Snapshot()) {
			w.fatalf("%T: the restored desk goes on differently:\n%v %s\n%v %s", e, err1, show(a), err2, show(b))
		}
	}
	w.d, w.now = copied, now // these steps were in another world
	w.wake = copied.wake()
}

// finishAll ends what is left: each handoff has its one end, each clock its one
// outcome.
func (w *world) finishAll() {
	w.t.Helper()
	for _, h := range w.d.Snapshot().Handoffs {
		w.do(EndCall{h.ID})
	}
	s := w.d.Snapshot()
	if len(s.Handoffs) > 0 || len(w.d.Line()) > 0 {
		w.fatalf("%d handoffs are left", len(s.Handoffs))
	}
	for _, a := range s.Agents {
		if a.Load() > 0 {
			w.fatalf("%s still has %v", a.ID, a.Active)
		}
	}
	if uint64(len(w.ended)) != s.Counters.Seq {
		w.fatalf("%d ends of %d handoffs", len(w.ended), s.Counters.Seq)
	}
	for id, events := range w.events {
		for _, goal := range []sla.Goal{sla.FirstResponse, sla.Resolution} {
			warned, outcomes := 0, 0
			for _, e := range events {
				switch {
				case e.Goal != goal:
				case e.Kind == sla.AtRisk:
					warned++
				default:
					outcomes++
				}
			}
			if warned > 1 || outcomes != 1 {
				w.fatalf("handoff %s, %s: %d warnings and %d outcomes", id, goal, warned, outcomes)
			}
		}
	}
}

func TestRandomRuns(t *testing.T) {
	seeds := 24
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			run(t, r.IntN, 500)
		})
	}
}

// The same with draws that rapid can shrink to the shortest run that fails.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run(t, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }, 60)
	})
}
