package queue

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

var t0 = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// tester is what testing.T and rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// world is a desk whose every step is checked against what is written in the
// documentation, by code that knows none of the desk's short cuts.
type world struct {
	t   tester
	d   *Desk
	now time.Time

	stored   map[string]Handoff // as written from the effects alone
	agents   map[string]Agent
	counters Counters
	ended    map[string]Outcome
	events   map[string][]sla.Event // by handoff
	ringing  map[uint64]Ringing     // offers that were told and not withdrawn or answered
	wake     time.Time
	log      []string
}

func newWorld(t tester, c Config) *world {
	return &world{t: t, d: New(c), now: t0, stored: map[string]Handoff{}, agents: map[string]Agent{}, ended: map[string]Outcome{},
		events: map[string][]sla.Event{}, ringing: map[uint64]Ringing{}}
}

func (w *world) fatalf(format string, args ...any) {
	w.t.Helper()
	from := max(0, len(w.log)-25)
	w.t.Fatalf("%s\nafter\n  %s", fmt.Sprintf(format, args...), strings.Join(w.log[from:], "\n  "))
}

// step is Desk.Step with the naive model beside it.
func (w *world) step(e Event) (Effects, error) {
	w.t.Helper()
	text, _ := json.Marshal(e)
	if _, dull := e.(Heartbeat); !dull {
		w.log = append(w.log, fmt.Sprintf("%v %T %s", w.now.Sub(t0), e, text))
	}
	d, before := w.d, w.d.Snapshot()

	// Step, with the model of routing in the place of drain.
	var fx Effects
	d.fx, d.counters = &fx, d.Counters
	d.follow(e, w.now)
	now := d.Now
	switch e.(type) {
	case Restarted:
		d.restarted()
	case Stalled:
		d.ringAnew()
	}
	d.fire()
	fired := reflect.DeepEqual(fx, Effects{})
	err := d.apply(e)
	d.sweep()
	made := len(fx.Offers)
	want := naiveOffers(d.cfg, d.Snapshot())
	d.drain()
	var got []string
	for _, o := range fx.Offers[made:] {
		got = append(got, o.Handoff+" to "+o.Agent)
	}
	if !slices.Equal(got, want) {
		w.fatalf("offers %v, the model %v", got, want)
	}
	d.tell()
	d.settle()
	d.fx = nil

	if fired && err != nil && len(fx.Offers)+len(fx.Ended)+len(fx.Claims)+len(fx.Releases) > 0 {
		w.fatalf("refused with %v, and yet %+v", err, fx)
	}
	jumped := before.Counters.Now.Sub(w.now) > backwards
	if _, ok := e.(Tick); ok && !jumped && (w.wake.IsZero() || now.Before(w.wake)) && (len(fx.Handoffs)+len(fx.Agents)+len(fx.Ended)+len(fx.Notices) > 0) {
		w.fatalf("it was to wake at %v and did %+v", w.wake.Sub(t0), fx)
	}
	w.wake = fx.Wake
	if !fx.Wake.IsZero() && !fx.Wake.After(d.Now) {
		w.fatalf("wakes at %v, which is over", fx.Wake.Sub(t0))
	}
	w.write(fx)
	w.check(e, before, fx)
	return fx, err
}

func (w *world) do(e Event) Effects {
	w.t.Helper()
	fx, err := w.step(e)
	if err != nil {
		w.fatalf("%T: %v", e, err)
	}
	return fx
}

func (w *world) refused(e Event, want error) {
	w.t.Helper()
	if _, err := w.step(e); err != want {
		w.fatalf("%T: %v, want %v", e, err, want)
	}
}

// pass lets time go by, waking the desk as it asks.
func (w *world) pass(by time.Duration) (all Effects) {
	w.t.Helper()
	until := w.now.Add(by)
	for !w.wake.IsZero() && !w.wake.After(until) {
		w.now = w.wake
		all = join(all, w.do(Tick{}))
	}
	w.now = until
	return join(all, w.do(Tick{}))
}

func join(a, b Effects) Effects {
	a.Ended, a.Withdrawals, a.Claims = append(a.Ended, b.Ended...), append(a.Withdrawals, b.Withdrawals...), append(a.Claims, b.Claims...)
	a.Releases, a.Offers, a.Consults = append(a.Releases, b.Releases...), append(a.Offers, b.Offers...), append(a.Consults, b.Consults...)
	a.Presence, a.SLA, a.Asks, a.Notices = append(a.Presence, b.Presence...), append(a.SLA, b.SLA...), append(a.Asks, b.Asks...), append(a.Notices, b.Notices...)
	a.Wake = b.Wake
	return a
}

// write keeps what the effects say is to be kept.
func (w *world) write(fx Effects) {
	for _, id := range fx.Handoffs {
		h, ok := w.d.Handoff(id)
		if !ok {
			w.fatalf("changed handoff %s is not there", id)
		}
		w.stored[id] = h
	}
	for _, id := range fx.Agents {
		w.agents[id], _ = w.d.Agent(id)
	}
	for _, id := range fx.Gone {
		delete(w.agents, id)
	}
	for _, h := range fx.Ended {
		if o, twice := w.ended[h.ID]; twice || h.Outcome == "" || h.State != StateEnded || h.EndedAt.IsZero() {
			w.fatalf("handoff %s ends as %q after %q", h.ID, h.Outcome, o)
		}
		w.ended[h.ID] = h.Outcome
		delete(w.stored, h.ID)
	}
	if fx.Counters {
		w.counters = w.d.Counters
	}
	for _, e := range fx.SLA {
		w.events[e.Handoff] = append(w.events[e.Handoff], e.Event)
	}
}

// check is what holds after every step.
func (w *world) check(e Event, before Snapshot, fx Effects) {
	w.t.Helper()
	s := w.d.Snapshot()
	byID := map[string]*Handoff{}
	var line []*Handoff
	for i := range s.Handoffs {
		h := &s.Handoffs[i]
		byID[h.ID] = h
		if h.State.InLine() {
			line = append(line, h)
		}
		if _, over := w.ended[h.ID]; over {
			w.fatalf("handoff %s is back after its end", h.ID)
		}
	}

	// The order: first in line, rank, age.
	slices.SortStableFunc(line, func(a, b *Handoff) int {
		switch {
		case a.Front && !b.Front, a.Front == b.Front && a.Rank < b.Rank, a.Front == b.Front && a.Rank == b.Rank && a.Seq < b.Seq:
			return -1
		}
		return 1
	})
	var want []string
	for _, h := range line {
		want = append(want, h.ID)
	}
	if got := w.d.Line(); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		w.fatalf("line %v, want %v", got, want)
	}

	// After the hours only those wait whom somebody who is there can have, for as
	// long as that is granted.
	if s.Counters.Closed {
		for _, h := range line {
			if s.Counters.CloseAt.IsZero() || s.Counters.CloseAt.Before(w.d.Now) || !naiveServable(w.d.cfg, h, s.Agents) {
				w.fatalf("%s waits after the hours, until %v", h.ID, s.Counters.CloseAt.Sub(t0))
			}
		}
	}

	// Nobody over capacity but by a call's decision, nobody offered twice.
	loads := map[string]int{}
	for _, a := range before.Agents {
		loads[a.ID] = a.Load()
	}
	for i := range s.Agents {
		a := &s.Agents[i]
		fact, _ := e.(TakenOver)
		if a.Load() > a.Capacity && a.Load() > loads[a.ID] && fact.Agent != a.ID {
			w.fatalf("%s has %d of %d", a.ID, a.Load(), a.Capacity)
		}
		rings := 0
		for _, h := range s.Handoffs {
			if h.Offer != nil && h.Offer.Agent == a.ID {
				rings++
			}
		}
		if rings > 1 || (rings == 1) != (a.Offer != "") || (a.Offer != "") != (a.Presence == Ring) {
			w.fatalf("%s: %d offers ring, presence %v", a.ID, rings, a.Presence)
		}
		busy := len(a.Active) > 0
		switch a.Presence {
		case Offline, Available:
			if busy {
				w.fatalf("%s is %v and has calls", a.ID, a.Presence)
			}
		case Busy:
			if !busy {
				w.fatalf("%s is busy without a call", a.ID)
			}
		}
		if (a.WrapUp != "") != !a.WrapUpAt.IsZero() || a.Presence == WrapUp && a.WrapUp == "" || a.WrapUp != "" && a.Presence != WrapUp && a.Presence != Ring {
			w.fatalf("%s: wrap-up of %q in presence %v", a.ID, a.WrapUp, a.Presence)
		}
	}

	// Offers are told once, and each that is told ends by an answer or a withdrawal.
	for _, o := range fx.Withdrawals {
		if r, there := w.ringing[o.Offer]; !there || r.Agent != o.Agent {
			w.fatalf("offer %d is withdrawn from %s and never rang", o.Offer, o.Agent)
		}
		delete(w.ringing, o.Offer)
	}
	for _, o := range fx.Offers {
		w.ringing[o.No] = o
	}
	live := map[uint64]bool{}
	for _, h := range s.Handoffs {
		if h.Offer != nil {
			live[h.Offer.No] = true
			if _, told := w.ringing[h.Offer.No]; !told {
				w.fatalf("offer %d rings and nobody was told", h.Offer.No)
			}
		}
	}
	for no, r := range w.ringing {
		if live[no] {
			continue
		}
		h := byID[r.Handoff]
		accepted := h != nil && (h.Agent == r.Agent || h.Consult != nil && h.Consult.Agent == r.Agent)
		if !accepted {
			w.fatalf("offer %d to %s is over and they were not told", no, r.Agent)
		}
		delete(w.ringing, no)
	}

	// What the effects have named is the desk, and makes it again.
	stored := Snapshot{Handoffs: []Handoff{}, Agents: []Agent{}, Counters: s.Counters}
	for _, h := range w.stored {
		stored.Handoffs = append(stored.Handoffs, h)
	}
	slices.SortFunc(stored.Handoffs, func(a, b Handoff) int { return int(a.Seq) - int(b.Seq) })
	for _, a := range w.agents {
		stored.Agents = append(stored.Agents, a)
	}
	slices.SortFunc(stored.Agents, func(a, b Agent) int { return strings.Compare(a.ID, b.ID) })
	if a, b := durable(stored), durable(s); !reflect.DeepEqual(a, b) {
		w.fatalf("stored is another desk than the one that runs:\n%s\n%s", show(a), show(b))
	}
	if a, b := w.counters, s.Counters; a.Seq != b.Seq || a.OfferNo != b.OfferNo || a.Handling != b.Handling || a.Closed != b.Closed || a.CloseAt != b.CloseAt {
		w.fatalf("counters %+v are stored, %+v run", w.counters, s.Counters)
	}
}

// durable is a snapshot without what needs no write of its own.
func durable(s Snapshot) Snapshot {
	for i := range s.Handoffs {
		s.Handoffs[i].Told = nil
	}
	for i := range s.Agents {
		s.Agents[i].SeenAt = time.Time{}
	}
	return s
}

func show(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// naiveOffers is routing as the documentation has it: the next that waits and
// that somebody may have, with the best of those, over and over.
func naiveOffers(c Config, s Snapshot) (out []string) {
	slices.SortFunc(s.Handoffs, func(a, b Handoff) int {
		if a.Front != b.Front {
			return map[bool]int{true: -1, false: 1}[a.Front]
		}
		if a.Rank != b.Rank {
			return int(a.Rank) - int(b.Rank)
		}
		return int(a.Seq) - int(b.Seq)
	})
	for i := range s.Handoffs {
		h := &s.Handoffs[i]
		if h.State != StatePending || c.Mode == Manual && h.Target == nil {
			continue
		}
		var best *Agent
		bestScore := []float64(nil)
		for j := range s.Agents {
			a := &s.Agents[j]
			if a.Presence != Available && a.Presence != Busy || a.Offer != "" || len(a.Active) >= a.Capacity {
				continue
			}
			skipped := slices.ContainsFunc(h.Skips, func(s Skip) bool { return s.Agent == a.ID })
			wishes, ok := naiveFits(h, a)
			if h.Target != nil {
				wishes, ok = 0, h.Target.Agent == a.ID
			}
			if skipped || !ok {
				continue
			}
			score := []float64{-float64(wishes), float64(len(a.Active)) / float64(a.Capacity), float64(a.IdleAt.UnixNano())}
			if best == nil || slices.Compare(score, bestScore) < 0 {
				best, bestScore = a, score
			}
		}
		if best != nil {
			best.Offer = h.ID
			out = append(out, h.ID+" to "+best.ID)
		}
	}
	return out
}

func naiveFits(h *Handoff, a *Agent) (wishes int, ok bool) {
	for i, n := range append(slices.Clone(h.Skills), h.Languages...) {
		language := i >= len(h.Skills)
		have := a.Skills[n.Name]
		if language {
			have = naiveLanguage(n.Name, a.Languages)
		}
		decides := !n.Preferred || h.Stage == StageAll
		least := n.Level
		if h.Stage >= StageAnyLevel {
			least = 1
		}
		if h.Stage == StageLanguages && !language {
			decides = false
		}
		if decides && have < least {
			return 0, false
		}
		if have >= n.Level && h.Stage > StageAll && (!decides || least < n.Level || h.Stage >= StageAnyLevel) {
			wishes++
		}
	}
	return wishes, true
}

// naiveServable is who may wait after the hours, as the documentation has it.
func naiveServable(c Config, h *Handoff, agents []Agent) bool {
	relaxed := *h
	if c.LevelsFor >= 0 {
		relaxed.Stage = max(relaxed.Stage, StageAnyLevel)
	}
	if c.SkillsFor >= 0 {
		relaxed.Stage = StageLanguages
	}
	relaxed.Stage = max(relaxed.Stage, StageRequired)
	for i := range agents {
		a := &agents[i]
		_, fits := naiveFits(&relaxed, a)
		if a.Presence != Offline && a.Presence != Away && (fits || c.Mode == Manual || h.Offer != nil || h.Target != nil && h.Target.Agent == a.ID) {
			return true
		}
	}
	return false
}

func naiveLanguage(tag string, known Levels) (best int) {
	if v, exact := known[tag]; exact {
		return v
	}
	for t, v := range known {
		a, b := strings.Split(tag, "-"), strings.Split(t, "-")
		if a[0] == b[0] && (len(a) == 1 || len(b) == 1) {
			best = max(best, v)
		}
	}
	return best
}
