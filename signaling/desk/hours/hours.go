package hours

import (
	"slices"
	"time"
)

// Hours answers questions about a schedule. It is never changed, so that any
// goroutine may ask.
type Hours struct {
	reply  string
	zone   *time.Location
	always bool // no periods: nobody has restricted the hours
	weekly [7][]span
	dates  map[day]*special
	days   []day // the keys of dates, in order
}

// span is a period of a day; where to is not after from it is on the next day.
type span struct{ from, to clockTime }

// special is what holds on one date.
type special struct {
	spans  []span
	closed bool
}

// Compile makes Hours of a schedule. The error is a CheckError.
func Compile(s Schedule) (*Hours, error) {
	if p := s.Check(); len(p) > 0 {
		return nil, CheckError(p)
	}
	zone, err := location(s.TimeZone)
	if err != nil {
		return nil, err
	}
	h := &Hours{reply: s.Reply, zone: zone, always: len(s.Periods) == 0, dates: map[day]*special{}}
	if h.reply == "" {
		h.reply = DefaultReply
	}
	for _, p := range s.Periods {
		from, _ := parseClock(p.From)
		to, _ := parseClock(p.To)
		if p.Kind == Weekly {
			for _, name := range p.Days {
				i := slices.Index(dayNames[:], name)
				h.weekly[i] = append(h.weekly[i], span{from, to})
			}
			continue
		}
		d, _ := parseDay(p.Date)
		x := h.dates[d]
		if x == nil {
			x = &special{}
			h.dates[d] = x
			h.days = append(h.days, d)
		}
		if p.Closed {
			x.closed = true
		} else {
			x.spans = append(x.spans, span{from, to})
		}
	}
	slices.SortFunc(h.days, func(a, b day) int { return a.utc().Compare(b.utc()) })
	return h, nil
}

// Always is the hours of a desk that has none.
func Always() *Hours { return &Hours{reply: DefaultReply, zone: time.UTC, always: true} }

// Windows is the opening of the natural day that t is on in the operator's time
// zone, merged and in order: all rules of that day and no others. A window that
// begins on it may end on the next day.
func (h *Hours) Windows(t time.Time) []Window {
	return merge(h.windowsOf(dayOf(t.In(h.zone)), nil))
}

// windowsOf appends the windows of a day as they are written.
func (h *Hours) windowsOf(d day, out []Window) []Window {
	add := func(s span) {
		end := d
		if s.to <= s.from {
			end = d.add(1)
		}
		w := Window{earliest(h.zone, d, s.from), latest(h.zone, end, s.to)}
		if w.From.Before(w.To) { // not all of it in an hour that there is not
			out = append(out, w)
		}
	}
	if h.always {
		add(span{0, dayMinutes})
		return out
	}
	x := h.dates[d]
	if x == nil || !x.closed {
		for _, s := range h.weekly[d.utc().Weekday()] {
			add(s)
		}
	}
	if x != nil {
		for _, s := range x.spans {
			add(s)
		}
	}
	return out
}

// merge makes one window of those that overlap or touch.
func merge(ws []Window) []Window {
	slices.SortFunc(ws, func(a, b Window) int { return a.From.Compare(b.From) })
	var out []Window
	for _, w := range ws {
		if n := len(out); n > 0 && !w.From.After(out[n-1].To) {
			if w.To.After(out[n-1].To) {
				out[n-1].To = w.To
			}
			continue
		}
		out = append(out, w)
	}
	return out
}

// Open says whether it is open at now.
func (h *Hours) Open(now time.Time) bool {
	if h.always {
		return true
	}
	today := dayOf(now.In(h.zone))
	for _, w := range h.around(today) {
		if !now.Before(w.From) && now.Before(w.To) {
			return true
		}
	}
	return false
}

// around is the windows that may hold on a day: its own and those that began
// before it. Two days before, since a zone can leave out a whole one.
func (h *Hours) around(d day) []Window {
	var ws []Window
	for n := -2; n <= 1; n++ {
		ws = h.windowsOf(d.add(n), ws)
	}
	return ws
}

// farAhead is how many days show all that weekly periods do: a week that the
// dates, ten at most and two days each, do not touch.
const farAhead = 7 * (MaxPeriods + 3)

// NextChange is when it next opens or closes after now; ok is false where it
// never does.
func (h *Hours) NextChange(now time.Time) (at time.Time, ok bool) {
	if h.always {
		return time.Time{}, false
	}
	open := h.Open(now)
	today := dayOf(now.In(h.zone))
	var ws []Window
	for _, days := range [2]int{8, farAhead} { // mostly it is within the week
		ws = ws[:0]
		for n := -2; n <= days; n++ {
			ws = h.windowsOf(today.add(n), ws)
		}
		if at, ok := change(merge(ws), now, open); ok && at.Before(earliest(h.zone, today.add(days), 0)) {
			return at, true
		}
	}
	horizon := today.add(farAhead)
	// Weekly periods alone change nothing: it is always open or never. What is
	// left is a date beyond the horizon.
	for _, d := range h.days {
		if d.utc().Before(horizon.utc()) {
			continue
		}
		ws = ws[:0]
		for n := -2; n <= 3; n++ {
			ws = h.windowsOf(d.add(n), ws)
		}
		before := earliest(h.zone, d.add(-1), 0).Add(-time.Nanosecond)
		if at, ok := change(merge(ws), before, open); ok && at.Before(earliest(h.zone, d.add(3), 0)) {
			return at, true
		}
	}
	return time.Time{}, false
}

// change is the first moment after now at which merged windows are not as they
// were.
func change(ws []Window, now time.Time, open bool) (time.Time, bool) {
	for _, w := range ws {
		switch {
		case !w.To.After(now):
		case open:
			if w.From.After(now) {
				return w.From, false // it was not open
			}
			return w.To, true
		default:
			return w.From, true
		}
	}
	return time.Time{}, false
}

// NextOpen is now where it is open, else the next opening; ok is false where
// there is none.
func (h *Hours) NextOpen(now time.Time) (at time.Time, ok bool) {
	if h.Open(now) {
		return now, true
	}
	return h.NextChange(now)
}

// Status is the service status. configured: there is somebody who could take a
// call at all; online: how many are signed in and not away; broken: the desk
// cannot work, since its store fails.
func (h *Hours) Status(now time.Time, configured bool, online int, broken bool) Status {
	if !configured {
		return Status{Service: NotConfigured}
	}
	s := Status{Service: Available}
	if h.Open(now) {
		s.Closes, _ = h.NextChange(now)
	} else {
		s.Service, s.Reason, s.Reply = Unavailable, "closed", h.reply
		s.Opens, _ = h.NextChange(now)
		return s
	}
	switch {
	case broken:
		s.Service, s.Reason = Unavailable, "broken"
	case online == 0:
		s.Service, s.Reason = Unavailable, "nobody"
	}
	return s
}
