package queue

import (
	"slices"
	"time"
)

// move takes h through the table. The callers know that it may.
func (d *Desk) move(h *item, e happening) {
	to, ok := h.next(e)
	if !ok {
		panic("queue: " + h.State.String() + " does not take " + happeningNames[e])
	}
	h.State = to
	d.touch(h)
}

// turn takes a through the table and tells the change of presence.
func (d *Desk) turn(a *worker, e turn, why string) {
	to, ok := a.next(e)
	if !ok {
		panic("queue: " + a.Presence.String() + " does not take " + turnNames[e])
	}
	d.touchAgent(a)
	if to != WrapUp && to != Ring {
		a.WrapUp, a.WrapUpAt = "", time.Time{}
	}
	if to == a.Presence {
		return
	}
	d.tellPresence(PresenceChange{a.ID, a.Presence, to, why})
	a.Presence, a.PresenceAt, a.Why = to, d.Now, why
	d.stirred = d.stirred || !a.there()
	d.noticeSoon()
}

// tellPresence tells an agent's presence once a step, from the first to the
// last.
func (d *Desk) tellPresence(p PresenceChange) {
	i := slices.IndexFunc(d.fx.Presence, func(o PresenceChange) bool { return o.Agent == p.Agent })
	switch {
	case i < 0:
		d.fx.Presence = append(d.fx.Presence, p)
	case d.fx.Presence[i].From == p.To:
		d.fx.Presence = slices.Delete(d.fx.Presence, i, i+1)
	default:
		d.fx.Presence[i].To, d.fx.Presence[i].Why = p.To, p.Why
	}
}

// ring offers h to a.
func (d *Desk) ring(h *item, a *worker, kind OfferKind) {
	d.OfferNo++
	h.Offer = &Offer{No: d.OfferNo, Agent: a.ID, Kind: kind, At: d.Now, Until: d.Now.Add(d.cfg.Ring)}
	h.Offers++
	d.move(h, hOffer)
	d.turn(a, aOffer, "")
	a.Offer = h.ID
	d.arm(clockOffer, h.ID, h.Offer.Until)
	d.fx.Offers = append(d.fx.Offers, Ringing{*h.Offer, h.ID, h.Call})
}

// unring ends the offer of h without a word about why.
func (d *Desk) unring(h *item, why string) (a *worker, o Offer) {
	o = *h.Offer
	a = d.agents[o.Agent]
	h.Offer, a.Offer = nil, ""
	d.stirred = true // it may have rung at the only one who could have it
	if n := len(d.fx.Offers); n > 0 {
		// What was made in this step and is over again was never there.
		if i := slices.IndexFunc(d.fx.Offers, func(r Ringing) bool { return r.No == o.No }); i >= 0 {
			d.fx.Offers = slices.Delete(d.fx.Offers, i, i+1)
			return a, o
		}
	}
	d.fx.Withdrawals = append(d.fx.Withdrawals, Withdrawal{o.No, h.ID, o.Agent, why})
	return a, o
}

// withdraw takes back the offer of h, if there is one; it is no miss.
func (d *Desk) withdraw(h *item, why string) {
	if h.Offer == nil {
		return
	}
	a, o := d.unring(h, why)
	d.turn(a, aWithdraw, "")
	d.move(h, hPass)
	d.offers(a)
	if o.Kind == OfferConsult {
		h.Consult.Agent = ""
		return
	}
	d.wants(h)
}

// pass is a declined or unanswered offer: the next one's turn, and where it is
// not the first in a row the agent is set away.
func (d *Desk) pass(h *item, why string) {
	a, o := d.unring(h, why)
	a.Missed++
	if a.Missed >= d.cfg.Misses {
		d.turn(a, aPassAgain, "missed")
	} else {
		d.turn(a, aPass, "")
		d.offers(a)
	}
	d.move(h, hPass)
	if o.Kind == OfferConsult {
		h.Consult.Agent = ""
		h.Consult.Tried = append(h.Consult.Tried, a.ID)
		d.consultNext(h)
		return
	}
	h.Target = nil // the one it was for does not want it
	d.skip(h, a.ID)
	d.wants(h)
}

// skip keeps h from an agent for a while.
func (d *Desk) skip(h *item, agent string) {
	h.Skips = slices.DeleteFunc(h.Skips, func(s Skip) bool { return s.Agent == agent })
	h.Skips = append(h.Skips, Skip{agent, d.Now.Add(d.cfg.RetryAfter)})
	d.retryLater(h)
}

func (d *Desk) dropSkips(h *item) {
	h.Skips = slices.DeleteFunc(h.Skips, func(s Skip) bool { return !s.Until.After(d.Now) })
	d.retryLater(h)
}

func (d *Desk) retryLater(h *item) {
	h.RetryAt = time.Time{}
	if len(h.Skips) == 0 {
		h.Skips = nil
		return
	}
	for _, s := range h.Skips {
		if h.RetryAt.IsZero() || s.Until.Before(h.RetryAt) {
			h.RetryAt = s.Until
		}
	}
	d.arm(clockRetry, h.ID, h.RetryAt)
}

// ringing is the handoff that rings at a by the offer no.
func (d *Desk) ringing(a *worker, no uint64) (*item, error) {
	h := d.handoffs[a.Offer]
	if h == nil || h.Offer == nil || h.Offer.No != no {
		return nil, ErrStale
	}
	return h, nil
}

func (d *Desk) accept(a *worker, no uint64) error {
	h, err := d.ringing(a, no)
	if err != nil {
		return err
	}
	d.accepted(a, h)
	return nil
}

func (d *Desk) accepted(a *worker, h *item) {
	consult := h.Offer.Kind == OfferConsult
	h.Offer, a.Offer = nil, ""
	a.Active = append(a.Active, h.ID)
	a.Missed, a.IdleAt = 0, d.Now
	d.turn(a, aAccept, "")
	d.offers(a)
	if consult {
		d.move(h, hJoin)
		h.Consult.Joined, h.Consult.Agent = true, a.ID
		d.consultChange(h, "joined")
		return
	}
	d.move(h, hAccept)
	d.claim(h, a)
}

func (d *Desk) decline(a *worker, no uint64) error {
	h, err := d.ringing(a, no)
	if err != nil {
		return err
	}
	d.pass(h, "declined")
	return nil
}

// take is the claim of who chose for themselves.
func (d *Desk) take(a *worker, h *item) error {
	if h.Agent == a.ID && h.State.Held() {
		return nil // a repetition
	}
	if h.Offer != nil && h.Offer.Agent == a.ID {
		d.accepted(a, h)
		return nil
	}
	if !h.State.InLine() {
		return ErrTaken
	}
	if err := canTake(a); err != nil {
		return err
	}
	d.withdraw(h, "taken")
	d.move(h, hTake)
	d.taken(a, h)
	d.fx.Claims = append(d.fx.Claims, Claim{h.ID, h.Call, a.ID})
	return nil
}

// canTake says whether a may take something now.
func canTake(a *worker) error {
	switch {
	case a.Presence == Offline || a.Presence == Away:
		return ErrPresence
	case a.Offer != "":
		return ErrRinging
	case len(a.Active) >= a.Capacity:
		return ErrCapacity
	}
	return nil
}

// taken gives h to a.
func (d *Desk) taken(a *worker, h *item) {
	a.Active = append(a.Active, h.ID)
	a.Missed, a.IdleAt = 0, d.Now
	d.turn(a, aTake, "")
	d.offers(a)
	d.hold(h, a)
}

func (d *Desk) takeNext(a *worker) error {
	if h := d.handoffs[a.Offer]; h != nil && h.State.InLine() {
		d.accepted(a, h)
		return nil
	}
	if err := canTake(a); err != nil {
		return err
	}
	for _, h := range d.line {
		if h.State != StatePending || h.Target != nil && h.Target.Agent != a.ID {
			continue
		}
		if _, ok := d.fits(h.wants, a, max(h.Stage, StageRequired)); ok || h.Target != nil {
			return d.take(a, h)
		}
	}
	return ErrNothing
}

// assign has h ring at a because a supervisor says so.
func (d *Desk) assign(h *item, a *worker) error {
	switch {
	case !h.State.InLine():
		return ErrTaken
	case h.Offer != nil && h.Offer.Agent == a.ID:
		return nil
	case a.Presence != Available && a.Presence != Busy && a.Presence != Ring:
		return ErrPresence
	case a.Offer != "":
		return ErrRinging
	case len(a.Active) >= a.Capacity:
		return ErrCapacity
	}
	d.withdraw(h, "assigned")
	d.ring(h, a, OfferAssigned)
	return nil
}
