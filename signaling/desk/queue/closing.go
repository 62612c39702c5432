package queue

import "time"

// close: the hours are over. Who waits is served for AfterHours while somebody
// is there who could take them; where nobody is, or when that time is over, the
// caller is told.
func (d *Desk) close() {
	if d.Closed {
		return
	}
	d.Closed, d.stirred = true, true
	if d.cfg.AfterHours >= 0 {
		d.CloseAt = d.Now.Add(d.cfg.AfterHours)
		d.arm(clockClose, "", d.CloseAt)
	}
}

func (d *Desk) open() { d.Closed, d.CloseAt = false, time.Time{} }

// sweep ends what waits after the hours and cannot be served any more. It does
// nothing where no such thing can have come about in the step.
func (d *Desk) sweep() {
	if !d.Closed || !d.stirred {
		d.stirred = false
		return
	}
	for i := 0; i < len(d.line); {
		h := d.line[i]
		if !d.CloseAt.IsZero() && d.servable(h) {
			i++
			continue
		}
		d.withdraw(h, "ended")
		d.end(h, hClose, OutOfHours, "")
	}
	d.stirred = false
}

// servable says whether somebody is there who could have h, sooner or later:
// however full they are, and when its needs are as relaxed as they will be.
func (d *Desk) servable(h *item) bool {
	if h.Offer != nil {
		return true
	}
	last := StageRequired
	switch {
	case d.cfg.SkillsFor >= 0:
		last = StageLanguages
	case d.cfg.LevelsFor >= 0:
		last = StageAnyLevel
	}
	for _, a := range d.roster {
		if !a.there() {
			continue
		}
		if d.cfg.Mode == Manual || h.Target != nil && h.Target.Agent == a.ID {
			return true
		}
		if _, ok := d.fits(h.wants, a, max(last, h.Stage)); ok {
			return true
		}
	}
	return false
}

// there says whether a is at the desk, whatever they are doing.
func (a *Agent) there() bool { return a.Presence != Offline && a.Presence != Away }

// Staff is how many agents the desk knows, and how many of them are there.
func (d *Desk) Staff() (known, there int) {
	for _, a := range d.roster {
		there += count(a.there())
	}
	return len(d.roster), there
}
