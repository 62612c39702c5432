package queue

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// stage is how far h's needs are relaxed now, and when they are next.
func (d *Desk) stage(h *Handoff) (s Stage, next time.Time) {
	s = h.Stage
	if len(h.Skills)+len(h.Languages) == 0 || !h.State.InLine() {
		return s, time.Time{}
	}
	relax := func(by time.Duration, to Stage) {
		at := h.PendingAt.Add(by)
		switch {
		case to <= s:
		case !at.After(d.Now):
			s = to
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	if d.cfg.SkillsFor >= 0 {
		relax(d.cfg.SkillsFor, StageLanguages)
	}
	if d.cfg.LevelsFor >= 0 {
		relax(d.cfg.LevelsFor, StageAnyLevel)
	}
	relax(max(d.cfg.PreferredFor, 0), StageRequired) // never waiting for them is relaxing them at once
	return s, next
}

// fits says whether somebody has what is needed at a stage, and how many of the
// needs that no longer decide they meet.
func (d *Desk) fits(wants []want, a *worker, s Stage) (wishes int, ok bool) {
	for i := range wants {
		w := &wants[i]
		wish, ok := w.met(d.level(a, w.name), s)
		if !ok {
			return 0, false
		}
		wishes += wish
	}
	return wishes, true
}

// met says whether level is enough, and counts what is more than enough.
func (w *want) met(level int8, s Stage) (wish int, ok bool) {
	full := level >= w.level
	switch {
	case s == StageAll:
		return 0, full
	case w.preferred || !w.language && s >= StageLanguages:
		return count(full), true
	case s == StageRequired:
		return 0, full
	}
	return count(full), level > 0
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// free says whether something may be offered to a.
func (a *Agent) free() bool {
	return (a.Presence == Available || a.Presence == Busy) && a.Offer == "" && len(a.Active) < a.Capacity
}

// candidate says whether h may be offered to a, who is free, and how many
// wishes they meet.
func (d *Desk) candidate(h *item, a *worker) (wishes int, ok bool) {
	if h.Target != nil {
		return 0, h.Target.Agent == a.ID && !skips(&h.Handoff, a.ID)
	}
	if d.cfg.Mode == Manual || len(h.Skips) > 0 && skips(&h.Handoff, a.ID) {
		return 0, false
	}
	return d.fits(h.wants, a, h.Stage)
}

func skips(h *Handoff, agent string) bool {
	for i := range h.Skips {
		if h.Skips[i].Agent == agent {
			return true
		}
	}
	return false
}

// better says whether a comes before b: who meets more wishes, then who is
// least loaded, then who has been idle for longest.
func better(a *Agent, aw int, b *Agent, bw int) bool {
	return cmp.Or(
		cmp.Compare(bw, aw),
		cmp.Compare(a.Load()*b.Capacity, b.Load()*a.Capacity), // loads as parts of the capacities
		a.IdleAt.Compare(b.IdleAt),
		strings.Compare(a.ID, b.ID)) < 0
}

// pick is the best of those who may have h, nil where none may.
func (d *Desk) pick(h *item, from []*worker) *worker {
	var best *worker
	wishes := 0
	for _, a := range from {
		if !a.free() {
			continue
		}
		if w, ok := d.candidate(h, a); ok && (best == nil || better(&a.Agent, w, &best.Agent, wishes)) {
			best, wishes = a, w
		}
	}
	return best
}

// drain offers what waits to who is free, next first, until no pair of them
// matches. Before a step none does: so only handoffs that want more than before
// are tried with everybody, and only agents who can more than before with all
// that waits.
func (d *Desk) drain() {
	fresh := d.fresh[:0:0]
	for _, a := range d.fresh {
		if a.free() {
			fresh = append(fresh, a)
		}
	}
	wanting := d.dirty[:0:0]
	for _, h := range d.dirty {
		if h.State == StatePending && d.handoffs[h.ID] == h {
			wanting = append(wanting, h)
		}
	}
	from := d.line
	left := len(wanting)
	if len(fresh) == 0 {
		slices.SortFunc(wanting, order)
		from = wanting
	}
	for _, h := range from {
		if left == 0 && len(fresh) == 0 {
			return
		}
		if h.State != StatePending {
			continue
		}
		candidates := fresh
		if h.dirty {
			left--
			candidates = d.roster
		}
		if a := d.pick(h, candidates); a != nil {
			kind := OfferRouted
			if h.Target != nil {
				kind = OfferTransfer
			}
			d.ring(h, a, kind)
			fresh = slices.DeleteFunc(fresh, func(w *worker) bool { return !w.free() })
		}
	}
}
