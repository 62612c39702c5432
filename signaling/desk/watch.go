package desk

import (
	"context"
	"slices"
	"time"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/wire"
)

// watcher is a console's view of the desk. What has changed is told at most
// four times a second; what rings, and what is about oneself, at once.
type watcher struct {
	identity string
	agent    bool // not one who only looks
	admin    bool
	post     func(method string, params any)
	seen     func() time.Time // the last sign of life; nil: it is there as long as it watches

	handoffs map[string]bool
	agents   map[string]bool
	ended    []wire.HandoffLine
	board    bool
	timer    *time.Timer
}

const changedEvery = 250 * time.Millisecond

func (w *watcher) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// Watch is one console's view from now on; post must not block. An agent is
// signed in with the first of their consoles, and offline when the last has
// been gone for a while. stop may be called by anybody, once.
func (d *Desk) Watch(ctx context.Context, identity string, o WatchOptions, post func(method string, params any)) (view wire.WatchDeskResult, stop func(), err error) {
	w := &watcher{identity: identity, agent: !o.Observe, admin: o.Supervisor, post: post, seen: o.Seen, handoffs: map[string]bool{}, agents: map[string]bool{}}
	if w.agent {
		if err := d.Do(ctx, queue.SignIn{Agent: identity, Name: o.Name, Away: o.Away}); err != nil {
			return view, nil, err
		}
	}
	view, _, err = ask(ctx, d, func() (wire.WatchDeskResult, struct{}, error) { return d.run.watch(w), struct{}{}, nil })
	if err == nil {
		// A console sees nothing that the disk has not; while that does not answer
		// it is better to see something.
		if kept := d.Settled(ctx); wire.AsError(kept).Kind != wire.KindStorage {
			err = kept
		}
	}
	if err != nil {
		// It may only have been late: nobody is here for whom nobody stops.
		d.box.put(func() { d.run.unwatch(w) })
		return view, nil, err
	}
	return view, func() { d.box.put(func() { d.run.unwatch(w) }) }, nil
}

// WatchOptions say who watches.
type WatchOptions struct {
	Name       string // where there is no account
	Away       bool
	Observe    bool
	Supervisor bool             // is told of SLA alerts
	Seen       func() time.Time // when the console last answered; any goroutine calls it. nil: it is there until stop
}

func (r *runner) watch(w *watcher) wire.WatchDeskResult {
	r.watchers[w] = struct{}{}
	view := wire.WatchDeskResult{Handoffs: []wire.HandoffLine{}, Agents: []wire.AgentLine{}, Board: r.boardNow(), Settings: r.settings.Consoles}
	snapshot := r.queue.Snapshot()
	places := map[string]int{}
	for i, id := range r.queue.Line() {
		places[id] = i + 1
	}
	for _, h := range snapshot.Handoffs {
		view.Handoffs = append(view.Handoffs, r.line(&h, places[h.ID]))
		if h.Offer != nil && h.Offer.Agent == w.identity && w.agent {
			o := r.offer(*h.Offer, h)
			view.Offer = &o
		}
	}
	slices.SortStableFunc(view.Handoffs, func(a, b wire.HandoffLine) int { return order(a.Position) - order(b.Position) })
	for _, a := range snapshot.Agents {
		line := r.agentLine(&a)
		view.Agents = append(view.Agents, line)
		if a.ID == w.identity && w.agent {
			view.Me = &line
		}
	}
	return view
}

// order puts those that do not wait behind those that do.
func order(position int) int {
	if position == 0 {
		return 1 << 30
	}
	return position
}

func (r *runner) unwatch(w *watcher) {
	if _, ok := r.watchers[w]; !ok {
		return
	}
	delete(r.watchers, w)
	w.stop()
}

// toAgent tells each console of one person.
func (r *runner) toAgent(identity, method string, params any) {
	for w := range r.watchers {
		if w.agent && w.identity == identity {
			w.post(method, params)
		}
	}
}

// alert tells of a clock: who has the call, and those who look after the desk.
func (r *runner) alert(e queue.SLAEvent) {
	h, ok := r.queue.Handoff(e.Handoff)
	if !ok {
		return
	}
	a := wire.DeskAlert{Handoff: e.Handoff, Call: e.Call, Goal: string(e.Goal), Kind: string(e.Kind), DueAt: millis(e.Due),
		Caller: r.callers[h.ID].name, Priority: int(h.Priority)}
	for w := range r.watchers {
		if w.admin || w.agent && w.identity == h.Agent {
			w.post(wire.NotifyDeskAlert, a)
		}
	}
}

// changed tells all consoles, a little later, of the records of a batch.
func (r *runner) changed(b *batch) {
	if len(b.handoffs) == 0 && len(b.agents) == 0 && len(b.ended) == 0 {
		return
	}
	// Places in the line move with each that comes or goes; those of the first
	// screen are told with them.
	for w := range r.watchers {
		for id := range b.handoffs {
			w.handoffs[id] = true
		}
		for id := range b.agents {
			w.agents[id] = true
		}
		for i := range b.ended {
			delete(w.handoffs, b.ended[i].ID)
			w.ended = append(w.ended, r.line(&b.ended[i], 0))
		}
		w.board = true
		r.soon(w)
	}
}

func (r *runner) soon(w *watcher) {
	if w.timer == nil {
		w.timer = time.AfterFunc(changedEvery, func() { r.d.box.put(func() { r.show(w) }) })
	}
}

// show tells a console what has changed since the last time.
func (r *runner) show(w *watcher) {
	w.timer = nil
	if _, ok := r.watchers[w]; !ok {
		return
	}
	places := r.places()
	c := wire.DeskChanged{Handoffs: w.ended}
	for id := range w.handoffs {
		if h, ok := r.queue.Handoff(id); ok && r.isDurable(id, "") {
			c.Handoffs = append(c.Handoffs, r.line(&h, places[id]))
		}
	}
	slices.SortFunc(c.Handoffs, func(a, b wire.HandoffLine) int { return order(a.Position) - order(b.Position) })
	for id := range w.agents {
		if a, ok := r.queue.Agent(id); ok && r.isDurable("", id) {
			c.Agents = append(c.Agents, r.agentLine(&a))
		}
	}
	if w.board {
		b := r.boardNow()
		c.Board = &b
	}
	clear(w.handoffs)
	clear(w.agents)
	w.ended, w.board = nil, false
	w.post(wire.NotifyDeskChanged, c)
}

// isDurable says whether the disk has a handoff, or an agent, as the queue has it.
// What it has not yet is told when it has: changed names it again then.
func (r *runner) isDurable(handoff, agent string) bool {
	in := func(b *batch) bool { return b != nil && (b.handoffs[handoff] || b.agents[agent]) }
	return !in(&r.next) && !in(r.writing)
}

// places is the line's order, made once for all consoles that are told in the
// same moment.
func (r *runner) places() map[string]int {
	if r.placed == nil {
		line := r.queue.Line()
		r.placed = make(map[string]int, len(line))
		for i, id := range line {
			r.placed[id] = i + 1
		}
	}
	return r.placed
}

// board tells all consoles the board, whose waits grow by themselves.
func (r *runner) board() {
	r.d.metrics.pulse(r.boardNow())
	for w := range r.watchers {
		w.board = true
		r.soon(w)
	}
}

func (r *runner) boardNow() wire.DeskBoard {
	now, _ := r.d.cfg.Clock()
	b := r.queue.Board(now)
	out := wire.DeskBoard{Waiting: b.Waiting, LongestMS: b.Longest.Milliseconds(), Ringing: b.Ringing, Active: b.Active, AtRisk: b.AtRisk,
		Breached: b.Breached, Agents: map[string]int{}, Places: b.Places, Free: b.Free, Service: string(r.status().Service)}
	for p, n := range b.Agents {
		out.Agents[p.String()] = n
	}
	return out
}

func (r *runner) line(h *queue.Handoff, position int) wire.HandoffLine {
	name := ""
	if h.Agent != "" {
		name = r.person(h.Agent).Name
	}
	l := Line(h, name)
	l.Position, l.Caller = position, r.callers[h.ID].name
	return l
}

func (r *runner) offer(o queue.Offer, h queue.Handoff) wire.DeskOffer {
	return wire.DeskOffer{Offer: int64(o.No), Kind: string(o.Kind), UntilAt: millis(o.Until), Handoff: r.line(&h, r.places()[h.ID])}
}

func (r *runner) agentLine(a *queue.Agent) wire.AgentLine {
	name := a.Name
	if p := r.person(a.ID); p.Name != "" {
		name = p.Name
	}
	return wire.AgentLine{Identity: a.ID, Name: name, Presence: a.Presence.String(), Since: millis(a.PresenceAt), Why: a.Why, Load: a.Load(),
		Capacity: a.Capacity, Active: a.Active, WrapUpAt: millis(a.WrapUpAt), WrapUp: a.WrapUp}
}
