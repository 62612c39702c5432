package queue

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// Desk is the whole of what the decisions depend on. It is for one goroutine.
type Desk struct {
	cfg Config
	Counters

	handoffs map[string]*item // those that go on
	calls    map[string]*item // by call
	agents   map[string]*worker
	roster   []*worker // by id
	line     []*item   // pending and offered, next first
	clocks   clocks
	names    names

	// of one step
	fx       *Effects
	dirty    []*item   // may match an agent who is free
	fresh    []*worker // may match what waits
	entered  []*item   // are told their place at once
	counters Counters  // before the step

	stirred bool // after the hours: somebody may wait whom nobody can take
}

// Counters are what a desk keeps besides the records.
type Counters struct {
	Seq      uint64        `json:"seq"`      // of the last handoff
	OfferNo  uint64        `json:"offerNo"`  // of the last offer
	Handling time.Duration `json:"handling"` // a call's recent length; 0 = none yet
	NoticeAt time.Time     `json:"noticeAt,omitzero"`
	Now      time.Time     `json:"now,omitzero"` // of the last step

	Closed  bool      `json:"closed,omitempty"` // the hours are over
	CloseAt time.Time `json:"closeAt,omitzero"` // until then those who wait are served; zero: no more
}

// item is a handoff with what need not be stored.
type item struct {
	Handoff
	wants   []want // its needs
	changed bool
	dirty   bool
}

// worker is an agent with what need not be stored.
type worker struct {
	Agent
	levels  []int8 // by the number of a name
	changed bool
	fresh   bool
}

// New makes an empty desk.
func New(cfg Config) *Desk {
	return &Desk{cfg: cfg.WithDefaults(), handoffs: map[string]*item{}, calls: map[string]*item{}, agents: map[string]*worker{}}
}

// backwards is how far time may go back between steps without being a jump:
// clocks are corrected by as much all the time.
const backwards = 2 * time.Second

// maxJump keeps moments within what can be written.
const maxJump = 50 * 365 * 24 * time.Hour

// Step is what e does at now, which is of the wall clock. With an error e is
// refused and has changed nothing; the effects are to be carried out all the
// same, since clocks that were due have acted.
func (d *Desk) Step(e Event, now time.Time) (Effects, error) {
	if j, ok := e.(ClockJumped); ok && j.By.Abs() > maxJump {
		return Effects{Wake: d.wake()}, ErrInvalid
	}
	var fx Effects
	d.fx, d.counters = &fx, d.Counters
	d.follow(e, now)
	switch e.(type) {
	case Restarted:
		d.restarted()
	case Stalled:
		d.ringAnew()
	}
	d.fire()
	err := d.apply(e)
	d.sweep()
	d.drain()
	d.tell()
	d.settle()
	d.fx = nil
	return fx, err
}

// follow moves the desk's time to now, and its clocks where the wall clock has
// jumped, by e or by itself.
func (d *Desk) follow(e Event, now time.Time) {
	if j, ok := e.(ClockJumped); ok {
		d.jump(j.By)
		d.Now = d.Now.Add(j.By)
	}
	now = now.Round(0).UTC()
	switch back := d.Now.Sub(now); {
	case back > backwards:
		d.jump(-back)
	case back > 0:
		return
	}
	d.Now = now
}

func (d *Desk) apply(e Event) error {
	switch e := e.(type) {
	case Enter:
		return d.enter(e)
	case Cancel:
		return d.withItem(e.Handoff, func(h *item) error { return d.cancel(h, e.Detail) })
	case KeepWaiting:
		return d.withItem(e.Handoff, d.keepWaiting)
	case Amend:
		return d.withItem(e.Handoff, func(h *item) error { return d.amend(h, e) })
	case Connected:
		return d.withItem(e.Handoff, d.connected)
	case ClaimFailed:
		return d.withItem(e.Handoff, func(h *item) error { return d.claimFailed(h, e.Detail) })
	case HumanLost:
		return d.withItem(e.Handoff, func(h *item) error { return d.humanLost(h, false) })
	case Finish:
		return d.withItem(e.Handoff, func(h *item) error { return d.finish(h, e.Detail) })
	case EndCall:
		return d.withItem(e.Handoff, d.endCall)
	case TakenOver:
		return d.takenOver(e)
	case Outside:
		return d.withItem(e.Handoff, func(h *item) error { return d.outside(h, e.Name) })
	case SignIn:
		return d.signIn(e)
	case SignOut:
		return d.withAgent(e.Agent, d.signOut)
	case Forget:
		return d.withAgent(e.Agent, d.forget)
	case SetAway:
		return d.withAgent(e.Agent, func(a *worker) error { return d.setAway(a, e.Why) })
	case SetAvailable:
		return d.withAgent(e.Agent, d.setAvailable)
	case Heartbeat:
		return d.withAgent(e.Agent, func(a *worker) error { return d.heartbeat(a, e) })
	case Accept:
		return d.withAgent(e.Agent, func(a *worker) error { return d.accept(a, e.Offer) })
	case Decline:
		return d.withAgent(e.Agent, func(a *worker) error { return d.decline(a, e.Offer) })
	case Take:
		return d.withAgent(e.Agent, func(a *worker) error {
			return d.withItem(e.Handoff, func(h *item) error { return d.take(a, h) })
		})
	case TakeNext:
		return d.withAgent(e.Agent, d.takeNext)
	case WrapUpDone:
		return d.withAgent(e.Agent, d.wrapUpDone)
	case WrapUpMore:
		return d.withAgent(e.Agent, func(a *worker) error { return d.wrapUpMore(a, e.By) })
	case Assign:
		return d.withAgent(e.Agent, func(a *worker) error {
			return d.withItem(e.Handoff, func(h *item) error { return d.assign(h, a) })
		})
	case Transfer:
		return d.withItem(e.Handoff, func(h *item) error { return d.transfer(h, e) })
	case StartConsult:
		return d.withItem(e.Handoff, func(h *item) error { return d.startConsult(h, e) })
	case HandOver:
		return d.withItem(e.Handoff, func(h *item) error { return d.handOver(h, e.By) })
	case EndConsult:
		return d.withItem(e.Handoff, func(h *item) error { return d.endConsult(h, e.By) })
	case Tick, Restarted, Stalled, ClockJumped:
		return nil
	case Configure:
		return d.configure(e.Config)
	case Close:
		d.close()
		return nil
	case Open:
		d.open()
		return nil
	}
	return fmt.Errorf("%w: %T", ErrInvalid, e)
}

func (d *Desk) withItem(id string, f func(*item) error) error {
	h := d.handoffs[id]
	if h == nil {
		return ErrUnknown
	}
	return f(h)
}

func (d *Desk) withAgent(id string, f func(*worker) error) error {
	a := d.agents[id]
	if a == nil {
		return ErrAgent
	}
	return f(a)
}

// settle makes the effects' lists of records and their wake.
func (d *Desk) settle() {
	for _, h := range d.dirty {
		h.dirty = false
	}
	for _, a := range d.fresh {
		a.fresh = false
	}
	for _, id := range d.fx.Handoffs {
		if h := d.handoffs[id]; h != nil {
			h.changed = false
		}
	}
	d.fx.Handoffs = slices.DeleteFunc(d.fx.Handoffs, func(id string) bool { return d.handoffs[id] == nil })
	d.fx.Agents = slices.DeleteFunc(d.fx.Agents, func(id string) bool { return d.agents[id] == nil })
	for _, id := range d.fx.Agents {
		d.agents[id].changed = false
	}
	d.dirty, d.fresh, d.entered = d.dirty[:0], d.fresh[:0], d.entered[:0]
	was, is := d.counters, d.Counters
	d.fx.Counters = was.Seq != is.Seq || was.OfferNo != is.OfferNo || was.Handling != is.Handling || was.Closed != is.Closed || was.CloseAt != is.CloseAt
	d.fx.Wake = d.wake()
}

// touch says that h is to be written.
func (d *Desk) touch(h *item) {
	if !h.changed {
		h.changed = true
		d.fx.Handoffs = append(d.fx.Handoffs, h.ID)
	}
}

func (d *Desk) touchAgent(a *worker) {
	if !a.changed {
		a.changed = true
		d.fx.Agents = append(d.fx.Agents, a.ID)
	}
}

// wants says that h may match somebody whom it did not before.
func (d *Desk) wants(h *item) {
	if !h.dirty {
		h.dirty = true
		d.dirty = append(d.dirty, h)
	}
}

// offers says that a may match something that they did not before.
func (d *Desk) offers(a *worker) {
	if !a.fresh {
		a.fresh = true
		d.fresh = append(d.fresh, a)
	}
}

// configure changes the configuration. Clocks that run are set anew by it,
// those of the SLA go on.
func (d *Desk) configure(c Config) error {
	if p := c.Check(); len(p) > 0 {
		return fmt.Errorf("%w: %s: %s", ErrInvalid, p[0].Field, p[0].Message)
	}
	d.cfg = c.WithDefaults()
	for _, h := range d.line {
		h.Stage, h.StageAt = d.stage(&h.Handoff)
		h.AskAt = after(d.Now, d.cfg.AskEvery)
		h.RankAt = d.rankAt(&h.Handoff)
		if d.cfg.ExpireIn < 0 {
			h.ExpireAt = time.Time{}
		}
		d.touch(h)
		d.wants(h)
	}
	d.stirred = true
	d.rewind()
	d.noticeSoon()
	return nil
}

// after is at + by, or never.
func after(at time.Time, by time.Duration) time.Time {
	if by < 0 {
		return time.Time{}
	}
	return at.Add(by)
}

const (
	maxID     = 128
	maxText   = 4000
	maxNeeds  = 20
	maxLevels = 50
	maxName   = 320 // bytes: 80 characters
)

func validID(s string) bool { return s != "" && len(s) <= maxID && strings.ToValidUTF8(s, "") == s }

// clean bounds free text and makes it what JSON gives back.
func clean(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	return strings.ToValidUTF8(s, "")
}

// slaOf is the event's place in the effects.
func (d *Desk) slaEvents(h *item, events []sla.Event) {
	for _, e := range events {
		d.fx.SLA = append(d.fx.SLA, SLAEvent{Handoff: h.ID, Call: h.Call, Event: e})
	}
	d.arm(clockSLA, h.ID, h.SLA.NextAt())
}
