package queue

import "time"

// Estimate is how long a handoff is likely to wait, and why: the calls ahead of
// it that nobody is free for, each of the recent length, shared by the places
// of all agents who are there. It does not know who has which skills, nor how
// long the calls that are going on will last.
type Estimate struct {
	Position int           `json:"position"` // 1 = next, 0 = not in the line
	Wait     time.Duration `json:"wait"`     // rounded up: to 15 s below 2 min, to minutes above; 24 h at most
	Known    bool          `json:"known"`    // false: nobody is there, so Wait is 0 and means nothing
	Waited   time.Duration `json:"waited"`
	Places   int           `json:"places"`   // calls that those who are there can have at once
	Free     int           `json:"free"`     // of these, the ones that something may be offered to now
	Handling time.Duration `json:"handling"` // the recent length of a call
}

// Estimate is the estimate for a handoff that waits; ok is false for any other.
func (d *Desk) Estimate(id string, now time.Time) (e Estimate, ok bool) {
	h := d.handoffs[id]
	if h == nil || !h.State.InLine() {
		return Estimate{}, false
	}
	places, free := d.places()
	return d.estimate(h, d.position(h), places, free, now), true
}

func (d *Desk) places() (places, free int) {
	for _, a := range d.roster {
		switch a.Presence {
		case Available, Busy:
			places += a.Capacity
			if a.free() {
				free += a.Capacity - len(a.Active)
			}
		case Ring:
			places += a.Capacity
			free++ // for what rings, which is in the line
		case WrapUp:
			places += a.Capacity
		}
	}
	return places, free
}

func (d *Desk) estimate(h *item, position, places, free int, now time.Time) Estimate {
	e := Estimate{Position: position, Places: places, Free: free, Known: places > 0, Waited: max(0, now.Sub(h.PendingAt)), Handling: d.Handling}
	if e.Handling == 0 {
		e.Handling = d.cfg.Handling
	}
	if !e.Known {
		return e
	}
	e.Wait = d.cfg.Ring
	if ahead := position - free; ahead > 0 {
		e.Wait += time.Duration(ahead) * e.Handling / time.Duration(places)
	}
	step := 15 * time.Second
	if e.Wait > 2*time.Minute {
		step = time.Minute
	}
	e.Wait = min((e.Wait + step - 1).Truncate(step), 24*time.Hour)
	return e
}

// noticeSoon has callers told of what changes about their wait.
func (d *Desk) noticeSoon() {
	if d.NoticeAt.IsZero() {
		d.NoticeAt = d.Now.Add(d.cfg.NoticeEvery)
		d.arm(clockNotice, "", d.NoticeAt)
	}
}

// notices tells all whose place or wait is another than they know.
func (d *Desk) notices() {
	places, free := d.places()
	for i, h := range d.line {
		d.notice(h, d.estimate(h, i+1, places, free, d.Now))
	}
}

func (d *Desk) notice(h *item, e Estimate) {
	told := Told{e.Position, e.Wait, e.Known}
	if h.Told != nil && *h.Told == told {
		return
	}
	h.Told = &told
	d.fx.Notices = append(d.fx.Notices, Notice{h.ID, h.Call, e})
}

// tell tells who has just come into the line where they are.
func (d *Desk) tell() {
	for _, h := range d.entered {
		if !h.State.InLine() || d.handoffs[h.ID] != h {
			continue
		}
		places, free := d.places()
		d.notice(h, d.estimate(h, d.position(h), places, free, d.Now))
	}
}

// Board is what a wallboard shows.
type Board struct {
	Waiting  [4]int           `json:"waiting"`  // of P1 to P4
	Longest  time.Duration    `json:"longest"`  // the longest wait
	Ringing  int              `json:"ringing"`  // of those that wait
	Active   int              `json:"active"`   // claimed, connected, consulting
	AtRisk   int              `json:"atRisk"`   // with a clock that has been warned of
	Breached int              `json:"breached"` // with a deadline that has passed
	Agents   map[Presence]int `json:"agents"`
	Places   int              `json:"places"`
	Free     int              `json:"free"`
}

// Board sums up the desk.
func (d *Desk) Board(now time.Time) Board {
	b := Board{Agents: make(map[Presence]int, numPresences)}
	b.Places, b.Free = d.places()
	for _, h := range d.handoffs {
		switch {
		case h.State.InLine():
			b.Waiting[h.Priority-P1]++
			b.Longest = max(b.Longest, now.Sub(h.PendingAt))
			b.Ringing += count(h.State == StateOffered)
		default:
			b.Active++
		}
		b.AtRisk += count(h.SLA.AtRisk())
		b.Breached += count(h.SLA.Breached())
	}
	for _, a := range d.roster {
		b.Agents[a.Presence]++
	}
	return b
}
