package queue

import (
	"maps"
	"slices"
	"strings"
	"time"
)

func (d *Desk) signIn(e SignIn) error {
	if e.Capacity == 0 {
		e.Capacity = 1
	}
	skills, ok1 := levels(e.Skills, strings.ToLower)
	languages, ok2 := levels(e.Languages, strings.ToLower)
	if !validID(e.Agent) || !ok1 || !ok2 || e.Capacity < 1 || e.Capacity > d.cfg.MaxCapacity {
		return ErrInvalid
	}
	a := d.agents[e.Agent]
	if a == nil {
		if len(d.roster) >= d.cfg.MaxAgents {
			return ErrFull
		}
		a = &worker{Agent: Agent{ID: e.Agent}}
		d.addAgent(a)
	}
	d.seen(a, e.Age)
	if name := clean(e.Name); a.Name != name || a.Capacity != e.Capacity || !maps.Equal(a.Skills, skills) || !maps.Equal(a.Languages, languages) {
		a.Name, a.Capacity, a.Skills, a.Languages, a.levels = name, e.Capacity, skills, languages, nil
		d.touchAgent(a)
		d.offers(a)
		d.noticeSoon()
		d.stirred = true // they may have lost a skill
	}
	if a.Presence == Offline {
		a.Missed, a.IdleAt = 0, d.Now
		turn, why := aSignIn, ""
		if e.Away {
			turn = aSignInAway
		}
		if e.NoConsole {
			turn, why = aSignInAway, NoConsole
		}
		d.turn(a, turn, why)
		d.offers(a)
		d.arm(clockHeartbeat, a.ID, d.moment(clockHeartbeat, a.ID))
	} else if a.Presence == Away && a.Why == NoConsole && !e.NoConsole {
		a.Why = ""
		d.touchAgent(a)
		if !e.Away {
			a.Missed = 0
			d.turn(a, aBack, "")
			d.offers(a)
		}
	}
	return nil
}

// NoConsole is why somebody is away who has taken a call over without having
// come to the desk. Only the call knows when they are gone.
const NoConsole = "noConsole"

func (d *Desk) addAgent(a *worker) {
	d.agents[a.ID] = a
	i, _ := slices.BinarySearchFunc(d.roster, a, func(x, y *worker) int { return strings.Compare(x.ID, y.ID) })
	d.roster = slices.Insert(d.roster, i, a)
}

// levels is a copy with names as needs have them.
func levels(in Levels, name func(string) string) (Levels, bool) {
	if len(in) > maxLevels {
		return nil, false
	}
	if len(in) == 0 {
		return nil, true
	}
	out := make(Levels, len(in))
	for _, n := range slices.Sorted(maps.Keys(in)) {
		key := name(strings.TrimSpace(n))
		if key == "" || len(key) > maxName || in[n] < 1 || in[n] > MaxLevel || strings.ToValidUTF8(key, "") != key {
			return nil, false
		}
		out[key] = max(out[key], in[n])
	}
	return out, true
}

func (d *Desk) signOut(a *worker) error {
	switch {
	case a.Presence == Offline:
		return nil
	case len(a.Active) > 0:
		return ErrPresence
	}
	d.unringAgent(a, "away")
	d.turn(a, aSignOut, "signedOut")
	return nil
}

func (d *Desk) forget(a *worker) error {
	if a.Presence != Offline {
		return ErrPresence
	}
	delete(d.agents, a.ID)
	d.roster = slices.DeleteFunc(d.roster, func(o *worker) bool { return o == a })
	d.fx.Gone = append(d.fx.Gone, a.ID)
	return nil
}

// unringAgent takes back what rings at a.
func (d *Desk) unringAgent(a *worker, why string) {
	if h := d.handoffs[a.Offer]; h != nil {
		consult := h.Offer.Kind == OfferConsult
		if consult {
			h.Consult.Tried = append(h.Consult.Tried, a.ID)
		}
		d.withdraw(h, why)
		if consult {
			d.consultNext(h)
		}
	}
}

func (d *Desk) setAway(a *worker, why string) error {
	switch a.Presence {
	case Offline:
		return ErrPresence
	case Away:
		return nil
	}
	d.unringAgent(a, "away")
	d.turn(a, aAway, clean(why))
	return nil
}

func (d *Desk) setAvailable(a *worker) error {
	switch a.Presence {
	case Offline:
		return ErrPresence
	case Away:
		a.Missed, a.IdleAt = 0, d.Now
		d.turn(a, aBack, "")
		d.offers(a)
	case WrapUp:
		d.writtenUp(a)
	}
	return nil
}

func (d *Desk) heartbeat(a *worker, e Heartbeat) error {
	if a.Presence == Offline {
		return ErrPresence // so that a console that comes back late signs in again
	}
	d.seen(a, e.Age) // written with the next change: a restart gives everybody their time anew
	return nil
}

// seen is a sign of life of that age.
func (d *Desk) seen(a *worker, age time.Duration) {
	if at := d.Now.Add(-max(age, 0)); at.After(a.SeenAt) {
		a.SeenAt = at
	}
}

// lost is an agent whose browser is dead: what rings goes to the next, and what
// they had is first in line.
func (d *Desk) lost(a *worker) {
	if h := d.handoffs[a.Offer]; h != nil && h.Offer.Kind == OfferConsult {
		h.Consult.Tried = append(h.Consult.Tried, a.ID)
		d.withdraw(h, "lost")
		defer d.consultNext(h)
	} else if h != nil {
		d.withdraw(h, "lost")
	}
	for _, id := range slices.Clone(a.Active) {
		h := d.handoffs[id]
		switch {
		case h.Agent != a.ID:
			d.dismiss(h, "lost")
		case h.State == StateClaimed:
			d.release(h, a, "", "lost")
			d.fail(h, "lost")
		default:
			d.loseHuman(h, true)
		}
	}
	d.turn(a, aLost, "lost")
}

func (d *Desk) wrapUpDone(a *worker) error {
	if a.Presence != WrapUp {
		return ErrPresence
	}
	d.writtenUp(a)
	return nil
}

// writtenUp ends a wrap-up: the form is there, or its time is over.
func (d *Desk) writtenUp(a *worker) {
	a.WrapUp, a.WrapUpAt = "", time.Time{}
	d.touchAgent(a)
	if a.Presence != WrapUp {
		return // it was to come after what rings
	}
	a.IdleAt = d.Now
	d.turn(a, aWrittenUp, "")
	d.offers(a)
}

const maxWrapUpMore = 10 * time.Minute

func (d *Desk) wrapUpMore(a *worker, by time.Duration) error {
	switch {
	case a.Presence != WrapUp:
		return ErrPresence
	case by <= 0 || by > maxWrapUpMore:
		return ErrInvalid
	}
	a.WrapUpAt = d.Now.Add(by)
	d.touchAgent(a)
	d.arm(clockWrapUp, a.ID, a.WrapUpAt)
	return nil
}

// part takes h off what a has. With finish there is a form to fill in.
func (d *Desk) part(a *worker, h *item, finish bool) {
	a.Active = slices.DeleteFunc(a.Active, func(id string) bool { return id == h.ID })
	if len(a.Active) == 0 {
		a.Active = nil
	}
	a.IdleAt = d.Now
	d.touchAgent(a)
	e := aDrop
	if finish {
		e = aFinish
		if d.cfg.WrapUp > 0 && (a.Presence == Busy || a.Presence == Ring || a.Presence == WrapUp) {
			a.WrapUp, a.WrapUpAt = h.ID, d.Now.Add(d.cfg.WrapUp)
			d.arm(clockWrapUp, a.ID, a.WrapUpAt)
		}
	}
	d.turn(a, e, "")
	d.offers(a)
	d.noticeSoon()
}
