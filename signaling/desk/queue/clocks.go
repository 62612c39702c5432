package queue

import (
	"container/heap"
	"strings"
	"time"
)

// clockKind is one of the moments of a record at which something happens.
type clockKind uint8

const (
	clockSLA clockKind = iota
	clockOffer
	clockTarget
	clockRetry
	clockStage
	clockRank
	clockExpire
	clockAsk
	clockHeartbeat
	clockWrapUp
	clockNotice
	clockClose
)

// clock is an entry of the heap. The record has the truth: an entry whose
// moment is not the record's is stale and does nothing.
type clock struct {
	at   time.Time
	kind clockKind
	id   string
}

type clocks []clock

func (c clocks) Len() int { return len(c) }
func (c clocks) Less(i, j int) bool {
	if n := c[i].at.Compare(c[j].at); n != 0 {
		return n < 0
	}
	if c[i].kind != c[j].kind {
		return c[i].kind < c[j].kind
	}
	return strings.Compare(c[i].id, c[j].id) < 0
}
func (c clocks) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *clocks) Push(x any)   { *c = append(*c, x.(clock)) }
func (c *clocks) Pop() any {
	old := *c
	x := old[len(old)-1]
	*c = old[:len(old)-1]
	return x
}

// arm has the clock of a record go off at its moment; zero is never.
func (d *Desk) arm(kind clockKind, id string, at time.Time) {
	if at.IsZero() {
		return
	}
	heap.Push(&d.clocks, clock{at, kind, id})
	if len(d.clocks) > 1000+16*(len(d.handoffs)+len(d.agents)) {
		d.rewind()
	}
}

// moment is when a clock of a record is to go off, zero for never.
func (d *Desk) moment(kind clockKind, id string) time.Time {
	switch kind {
	case clockHeartbeat, clockWrapUp:
		a := d.agents[id]
		switch {
		case a == nil:
			return time.Time{}
		case kind == clockWrapUp:
			return a.WrapUpAt
		case a.Presence == Offline:
			return time.Time{}
		}
		return a.SeenAt.Add(d.cfg.HeartbeatWithin)
	case clockNotice:
		return d.NoticeAt
	case clockClose:
		return d.CloseAt
	}
	h := d.handoffs[id]
	if h == nil {
		return time.Time{}
	}
	switch kind {
	case clockSLA:
		return h.SLA.NextAt()
	case clockOffer:
		if h.Offer != nil {
			return h.Offer.Until
		}
	case clockTarget:
		if h.Target != nil {
			return h.Target.Until
		}
	case clockRetry:
		return h.RetryAt
	case clockStage:
		return h.StageAt
	case clockRank:
		return h.RankAt
	case clockExpire:
		return h.ExpireAt
	case clockAsk:
		return h.AskAt
	}
	return time.Time{}
}

var handoffClocks = []clockKind{clockSLA, clockOffer, clockTarget, clockRetry, clockStage, clockRank, clockExpire, clockAsk}

// rewind makes the heap anew from the records.
func (d *Desk) rewind() {
	d.clocks = d.clocks[:0]
	add := func(kind clockKind, id string) {
		if at := d.moment(kind, id); !at.IsZero() {
			d.clocks = append(d.clocks, clock{at, kind, id})
		}
	}
	for id := range d.handoffs {
		for _, k := range handoffClocks {
			add(k, id)
		}
	}
	for id := range d.agents {
		add(clockHeartbeat, id)
		add(clockWrapUp, id)
	}
	add(clockNotice, "")
	add(clockClose, "")
	heap.Init(&d.clocks)
}

// wake is the next moment at which something happens by itself.
func (d *Desk) wake() time.Time {
	for len(d.clocks) > 0 {
		c := d.clocks[0]
		at := d.moment(c.kind, c.id)
		if at.Equal(c.at) {
			return c.at
		}
		heap.Pop(&d.clocks)
		if c.kind == clockHeartbeat && !at.IsZero() {
			heap.Push(&d.clocks, clock{at, c.kind, c.id}) // signs of life move it without a new entry
		}
	}
	return time.Time{}
}

// fire has all clocks act that are due. None sets another that is due already.
func (d *Desk) fire() {
	for {
		at := d.wake()
		if at.IsZero() || at.After(d.Now) {
			return
		}
		c := heap.Pop(&d.clocks).(clock)
		switch c.kind {
		case clockHeartbeat:
			d.lost(d.agents[c.id])
		case clockWrapUp:
			d.writtenUp(d.agents[c.id])
		case clockNotice:
			d.NoticeAt = time.Time{}
			d.notices()
		case clockClose:
			d.CloseAt, d.stirred = time.Time{}, true
		default:
			d.fireItem(c.kind, d.handoffs[c.id])
		}
	}
}

func (d *Desk) fireItem(kind clockKind, h *item) {
	d.touch(h)
	switch kind {
	case clockSLA:
		s, events := h.SLA.Advance(d.Now)
		h.SLA = s
		d.slaEvents(h, events)
	case clockOffer:
		d.pass(h, "unanswered")
	case clockTarget:
		h.Target, d.stirred = nil, true // they may have been the only one
		d.wants(h)
	case clockRetry:
		d.dropSkips(h)
		d.wants(h)
	case clockStage:
		h.Stage, h.StageAt = d.stage(&h.Handoff)
		d.arm(clockStage, h.ID, h.StageAt)
		d.wants(h)
	case clockRank:
		d.leave(h)
		h.Rank--
		h.RankAt = d.rankAt(&h.Handoff)
		d.join(h)
		d.arm(clockRank, h.ID, h.RankAt)
	case clockExpire:
		d.withdraw(h, "expired")
		d.end(h, hExpire, Expired, "")
	case clockAsk:
		h.Asked++
		d.fx.Asks = append(d.fx.Asks, Ask{h.ID, h.Call, h.Asked})
		h.AskAt = after(d.Now, d.cfg.AskEvery)
		d.arm(clockAsk, h.ID, h.AskAt)
		if h.ExpireAt.IsZero() {
			h.ExpireAt = after(d.Now, d.cfg.ExpireIn)
			d.arm(clockExpire, h.ID, h.ExpireAt)
		}
	}
}

// jump moves every clock but those of the SLA with the wall clock, so that what
// had ten seconds to go still has. What is a fact, such as when a handoff
// entered, stays.
func (d *Desk) jump(by time.Duration) {
	shift := func(ts ...*time.Time) {
		for _, t := range ts {
			if !t.IsZero() {
				*t = t.Add(by)
			}
		}
	}
	for _, h := range d.all() {
		shift(&h.PendingAt, &h.ClaimedAt, &h.ConnectedAt, &h.RankAt, &h.StageAt, &h.AskAt, &h.ExpireAt, &h.RetryAt)
		if h.Offer != nil {
			shift(&h.Offer.At, &h.Offer.Until)
		}
		if h.Target != nil {
			shift(&h.Target.Until)
		}
		for i := range h.Skips {
			shift(&h.Skips[i].Until)
		}
		d.touch(h)
	}
	for _, a := range d.roster {
		shift(&a.PresenceAt, &a.IdleAt, &a.SeenAt, &a.WrapUpAt)
		d.touchAgent(a)
	}
	shift(&d.NoticeAt, &d.CloseAt)
	d.rewind()
}

// ringAnew gives what rings its time anew.
func (d *Desk) ringAnew() {
	for _, a := range d.roster {
		if h := d.handoffs[a.Offer]; h != nil {
			h.Offer.Until = d.Now.Add(d.cfg.Ring)
			d.touch(h)
			d.arm(clockOffer, h.ID, h.Offer.Until)
		}
	}
}

// restarted gives what depends on people their time anew: they could not answer
// while the server was down.
func (d *Desk) restarted() {
	d.ringAnew()
	for _, h := range d.all() {
		if !h.ExpireAt.IsZero() {
			h.ExpireAt = after(d.Now, d.cfg.ExpireIn)
			d.touch(h)
		}
		if h.State == StatePending {
			d.wants(h)
		}
		h.Told = nil
	}
	for _, a := range d.roster {
		if a.Presence != Offline {
			a.SeenAt = d.Now
		}
	}
	d.rewind()
	d.noticeSoon()
}
