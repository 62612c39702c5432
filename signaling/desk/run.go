package desk

import (
	"context"
	"time"

	"github.com/relevo/relevo/signaling/desk/hours"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/rules"
	"github.com/relevo/relevo/signaling/desk/store"
)

// runner is what only the desk's goroutine touches.
type runner struct {
	d        *Desk
	queue    *queue.Desk
	settings settings
	hours    *hours.Hours // always open where none are set
	spell    spell        // of hours
	service  service      // what statusIs is of
	statusIs hours.Status
	rules    *rules.Set
	callers  map[string]caller // by handoff
	watchers map[*watcher]struct{}
	placed   map[string]int // the line's order; nil: has changed

	wall    time.Time // of the last step
	elapsed time.Duration

	// of what is not durable yet
	next    batch  // collects while one is written
	writing *batch // nil: none
	written chan error
	broken  bool // the last write failed
	paused  bool // until the next try

	wake  *time.Timer // of the queue's clocks
	retry *time.Timer // of a write that failed
	pulse *time.Ticker
	beat  time.Duration // when signs of life were taken last, as elapsed
}

const (
	retryEvery   = time.Second
	forgetAfter  = 24 * time.Hour // those who have no account here, when they are gone
	writeTimeout = 5 * time.Second
	jumpOver     = time.Second // by which the wall clock may differ from elapsed time
)

// load restores the desk. It is called before the goroutine starts.
func (r *runner) load(ctx context.Context, d *Desk) error {
	r.d = d
	r.callers, r.watchers = map[string]caller{}, map[*watcher]struct{}{}
	r.written = make(chan error, 1)
	r.next = newBatch()
	s, err := readSettings(ctx, d.cfg.Store)
	if err != nil {
		return err
	}
	snapshot, err := d.cfg.Store.Load(ctx)
	if err != nil {
		return err
	}
	if r.queue, err = queue.Restore(s.Routing, snapshot); err != nil {
		return err
	}
	r.apply(s)
	r.wall, r.elapsed = d.cfg.Clock()
	r.beat = r.elapsed
	r.step(queue.Restarted{}, nil)
	r.reconcile(snapshot)
	r.opening()
	return nil
}

// caller is what is known of who waits, while the server runs.
type caller struct {
	name    string
	request uint64 // the number that the call gave their request
}

// loop is the desk's goroutine.
func (d *Desk) loop() {
	r := &d.run
	defer close(d.done)
	r.pulse = time.NewTicker(r.pulseEvery())
	defer r.pulse.Stop()
	r.wake = time.NewTimer(time.Hour)
	r.retry = time.NewTimer(time.Hour)
	r.retry.Stop()
	r.arm()
	r.flush()
	for {
		select {
		case <-d.box.wake:
			work, over := d.box.take()
			for _, f := range work {
				f()
			}
			if over {
				r.finish()
				d.helpers.Wait()
				return
			}
		case err := <-r.written:
			r.wrote(err)
		case <-r.wake.C:
			r.step(queue.Tick{}, nil)
		case <-r.retry.C:
			r.paused = false
		case <-r.pulse.C:
			r.heartbeats()
		}
		r.opening()
		r.flush()
		r.arm()
	}
}

// finish writes what there is, once, and lets all go.
func (r *runner) finish() {
	if r.writing != nil {
		r.wrote(<-r.written)
	}
	r.paused = false
	r.flush()
	if r.writing != nil {
		r.wrote(<-r.written)
	}
	r.wake.Stop()
	r.retry.Stop()
	for w := range r.watchers {
		w.stop()
	}
}

// arm sets the timer for the queue's next clock, and for the hours.
func (r *runner) arm() {
	wall, _ := r.d.cfg.Clock()
	wait := 15 * time.Second // a jump of the clock is seen by then
	for _, at := range [...]time.Time{r.next.wakeAt, r.spellAt(wall).to} {
		if !at.IsZero() {
			wait = min(max(at.Sub(wall), 0), wait)
		}
	}
	r.wake.Reset(wait)
}

// step lets e happen and collects what follows from it. reply is told when it
// is durable.
func (r *runner) step(e queue.Event, reply func(error)) error {
	wall, elapsed := r.d.cfg.Clock()
	if jump := wall.Sub(r.wall) - (elapsed - r.elapsed); jump > jumpOver || jump < -jumpOver {
		r.d.log.Warn("the clock has jumped", "by", jump)
		fx, err := r.queue.Step(queue.ClockJumped{By: jump}, wall)
		if err != nil {
			r.d.log.Error("the desk does not follow the clock", "error", err)
		}
		r.collect(fx, nil)
	}
	r.wall, r.elapsed = wall, elapsed
	r.stoodStill()
	fx, err := r.queue.Step(e, wall)
	if err != nil {
		r.collect(fx, nil)
		if reply != nil {
			reply(refusal(err))
		}
		return err
	}
	r.collect(fx, reply)
	return nil
}

// collect adds effects to what is to be written and then told.
func (r *runner) collect(fx queue.Effects, reply func(error)) {
	b := &r.next
	r.placed = nil
	r.news(&fx)
	for _, id := range fx.Handoffs {
		b.handoffs[id] = true
	}
	for _, id := range fx.Agents {
		b.agents[id] = true
	}
	b.ended, b.gone = append(b.ended, fx.Ended...), append(b.gone, fx.Gone...)
	b.counters = b.counters || fx.Counters
	b.sla = append(b.sla, fx.SLA...)
	if telling(&fx) {
		b.tell = append(b.tell, fx)
	}
	if reply != nil {
		b.replies = append(b.replies, reply)
	}
	b.wakeAt = fx.Wake
}

// telling says whether anybody is told of fx: a sign of life is not kept while
// the disk does not answer.
func telling(fx *queue.Effects) bool {
	return len(fx.Withdrawals)+len(fx.Claims)+len(fx.Releases)+len(fx.Offers)+len(fx.Consults)+len(fx.Presence)+len(fx.SLA)+len(fx.Ended) > 0
}

// batch is what one write makes durable, and what is told then.
type batch struct {
	handoffs map[string]bool
	agents   map[string]bool
	ended    []queue.Handoff
	gone     []string // agents
	counters bool
	sla      []queue.SLAEvent
	tell     []queue.Effects
	replies  []func(error)
	wakeAt   time.Time // when the queue wants to act
}

func newBatch() batch { return batch{handoffs: map[string]bool{}, agents: map[string]bool{}} }

func (b *batch) empty() bool {
	return len(b.handoffs) == 0 && len(b.agents) == 0 && len(b.ended) == 0 && len(b.gone) == 0 && !b.counters && len(b.sla) == 0
}

// flush begins to write what has been collected, unless something is being
// written, or waits for its next try.
func (r *runner) flush() {
	if r.writing != nil || r.paused || r.next.empty() && len(r.next.tell) == 0 && len(r.next.replies) == 0 {
		return
	}
	b := r.next
	r.next = newBatch()
	r.next.wakeAt = b.wakeAt
	r.writing = &b
	if b.empty() {
		r.wrote(nil)
		return
	}
	changes := store.Changes{Handoffs: b.ended, SLA: b.sla, Gone: b.gone}
	for id := range b.handoffs {
		if h, ok := r.queue.Handoff(id); ok {
			changes.Handoffs = append(changes.Handoffs, h)
		}
	}
	for id := range b.agents {
		if a, ok := r.queue.Agent(id); ok {
			changes.Agents = append(changes.Agents, a)
		}
	}
	if b.counters {
		c := r.queue.Counters
		changes.Counters = &c
	}
	written, st := r.written, r.d.cfg.Store
	r.d.helpers.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		written <- st.Write(ctx, changes)
	})
}

// wrote takes the end of a write.
func (r *runner) wrote(err error) {
	b := r.writing
	r.writing = nil
	if err != nil {
		r.unwritten(b, err)
		return
	}
	if r.broken {
		r.broken = false
		r.d.log.Info("the desk is written again; nothing is missing")
		for _, id := range r.queue.Line() {
			r.tellWait(id, "") // how long it is likely to be is known again
		}
	}
	for _, reply := range b.replies {
		reply(nil)
	}
	r.changed(b)
	for _, fx := range b.tell {
		r.d.metrics.told(&fx)
		r.tell(fx)
	}
}

// unwritten keeps what the disk refused for the next try. Who asked is told
// that it is not durable; a claim does not stand, since its call is not taken
// over without the store's word.
func (r *runner) unwritten(b *batch, err error) {
	r.d.metrics.broken.Inc()
	if !r.broken {
		r.broken = true
		r.d.log.Error("the desk cannot be written; it is tried again each second", "error", err)
	}
	for _, reply := range b.replies {
		reply(storage(err))
	}
	for i := range b.tell {
		claims := b.tell[i].Claims
		b.tell[i].Claims = nil
		for _, c := range claims {
			// A refusal means that it has ended meanwhile.
			_ = r.step(queue.ClaimFailed{Handoff: c.Handoff, Detail: "storage"}, nil)
		}
	}
	_ = r.step(queue.Stalled{}, nil) // nobody can accept what rings, and new offers are not told
	n := &r.next
	for id := range b.handoffs {
		n.handoffs[id] = true
	}
	for id := range b.agents {
		n.agents[id] = true
	}
	n.ended, n.sla, n.gone = append(b.ended, n.ended...), append(b.sla, n.sla...), append(b.gone, n.gone...)
	n.tell = append(b.tell, n.tell...)
	n.counters = n.counters || b.counters
	r.paused = true
	if r.retry != nil {
		r.retry.Reset(retryEvery)
	}
}
