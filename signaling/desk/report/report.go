package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/sla"
)

// MaxDays is the longest span of a report, MaxReasons how many reasons it tells
// apart. Reasons may be anybody's words; the rarest count as ReasonOther.
const (
	MaxDays     = 400
	MaxReasons  = 50
	ReasonOther = "other"
)

// Call is what is known of a call.
type Call struct {
	ID      string
	Created time.Time
	Ended   time.Time // zero while it lives
}

// Input is what a report is made of. Handoffs may reach beyond To: a call of the
// span whose handoff came later is not contained; and before From: who had one
// of them still in the span is credited with that time.
type Input struct {
	From, To time.Time // including From, excluding To
	Now      time.Time // until when a stint that goes on is counted
	Zone     *time.Location
	Handoffs []queue.Handoff
	Calls    []Call
}

// Figures are counts of a span, and times in milliseconds.
type Figures struct {
	Calls     int // that began
	Ended     int // of them, those that are over
	Contained int // of those, without a human

	Handoffs   int // = Answered + Abandoned + OutOfHours + Waiting
	Answered   int
	Abandoned  int
	OutOfHours int
	Waiting    int

	Takeovers int // times that a human got a call, asked for or not
	Unasked   int // calls taken over without being asked
	Requeues  int
	Transfers int
	Returns   int

	Median time.Duration // time to human
	P90    time.Duration

	FirstMet, FirstBreached           int
	ResolutionMet, ResolutionBreached int
	AtRisk                            int // handoffs of which a clock had warned

	waits []time.Duration
}

// Day is one day's figures.
type Day struct {
	Day string // 2026-11-21
	Figures
}

// Reason is the handoffs of one reason.
type Reason struct {
	Reason              string // "" where none was given
	Handoffs            int
	Answered, Abandoned int
	Median              time.Duration
}

// Agent is what one person did in the span.
type Agent struct {
	Agent     string        // identity
	Takeovers int           // times they had a call
	Time      time.Duration // with callers
	First     int           // handoffs that they were the first to answer
	Median    time.Duration // time to human of those
	Met       int           // of those, in time
	Breached  int
}

// Report is all of it.
type Report struct {
	From, To time.Time
	Zone     string
	Total    Figures
	Days     []Day    // every day of the span, in order
	Reasons  []Reason // most handoffs first
	Agents   []Agent  // most takeovers first
}

type reasonCount struct {
	Reason
	waits []time.Duration
}

type agentCount struct {
	Agent
	waits []time.Duration
}

// Earliest is the beginning of the first day of a report that ends at to, in
// to's zone, and has MaxDays days.
func Earliest(to time.Time) time.Time {
	last := to.Add(-1)
	return time.Date(last.Year(), last.Month(), last.Day()+1-MaxDays, 0, 0, 0, 0, to.Location())
}

// Make makes a report. A span of more than MaxDays is cut at its beginning.
func Make(in Input) Report {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	out := Report{From: in.From, To: in.To, Zone: in.Zone.String()}
	index := map[string]int{}
	for _, d := range days(in.From, in.To, in.Zone) {
		index[d] = len(out.Days)
		out.Days = append(out.Days, Day{Day: d})
	}
	inside := func(t time.Time) (*Figures, bool) {
		if t.Before(in.From) || !t.Before(in.To) {
			return nil, false
		}
		i, ok := index[dayOf(t, in.Zone)]
		if !ok {
			return nil, false
		}
		return &out.Days[i].Figures, true
	}
	reasons, agents := map[string]*reasonCount{}, map[string]*agentCount{}
	touched := map[string]bool{}
	for i := range in.Handoffs {
		h := &in.Handoffs[i]
		touched[h.Call] = true
		if day, ok := inside(h.EnteredAt); ok {
			for _, f := range []*Figures{day, &out.Total} {
				f.handoff(h)
			}
			if !h.Uninvited {
				countReason(reasons, h)
			}
			countFirst(agents, h)
		}
		countStints(agents, h, in)
	}
	for _, c := range in.Calls {
		if day, ok := inside(c.Created); ok {
			day.call(c, touched[c.ID])
			out.Total.call(c, touched[c.ID])
		}
	}
	out.Total.finish()
	for i := range out.Days {
		out.Days[i].finish()
	}
	out.Reasons = mostOf(reasons)
	for _, a := range agents {
		a.Median = percentile(a.waits, 50)
		out.Agents = append(out.Agents, a.Agent)
	}
	slices.SortFunc(out.Agents, func(a, b Agent) int {
		return cmp.Or(cmp.Compare(b.Takeovers, a.Takeovers), cmp.Compare(a.Agent, b.Agent))
	})
	return out
}

func (f *Figures) handoff(h *queue.Handoff) {
	f.Takeovers += len(h.Stints)
	f.Requeues += h.Requeues
	f.Transfers += h.Transfers
	if h.Outcome == queue.Resolved {
		f.Returns++
	}
	if h.Uninvited {
		f.Unasked++
		return
	}
	f.Handoffs++
	switch {
	case !h.AnsweredAt.IsZero():
		f.Answered++
		f.waits = append(f.waits, wait(h))
	case h.State != queue.StateEnded:
		f.Waiting++
	case h.Outcome == queue.OutOfHours:
		f.OutOfHours++
	default:
		f.Abandoned++
	}
	count := func(c sla.Clock, met, breached *int) {
		switch c.Outcome {
		case sla.Met:
			*met++
		case sla.Breached:
			*breached++
		}
	}
	count(h.SLA.FirstResponse, &f.FirstMet, &f.FirstBreached)
	count(h.SLA.Resolution, &f.ResolutionMet, &f.ResolutionBreached)
	if h.SLA.FirstResponse.Warned || h.SLA.Resolution.Warned {
		f.AtRisk++
	}
}

func (f *Figures) call(c Call, touched bool) {
	f.Calls++
	if c.Ended.IsZero() {
		return
	}
	f.Ended++
	if !touched {
		f.Contained++
	}
}

func (f *Figures) finish() {
	f.Median, f.P90, f.waits = percentile(f.waits, 50), percentile(f.waits, 90), nil
}

func countReason(all map[string]*reasonCount, h *queue.Handoff) {
	r := all[h.Reason]
	if r == nil {
		r = &reasonCount{Reason: Reason{Reason: h.Reason}}
		all[h.Reason] = r
	}
	r.Handoffs++
	switch {
	case !h.AnsweredAt.IsZero():
		r.Answered++
		r.waits = append(r.waits, wait(h))
	case h.State == queue.StateEnded && h.Outcome != queue.OutOfHours:
		r.Abandoned++
	}
}

// mostOf are the reasons of a report, the most frequent first.
func mostOf(all map[string]*reasonCount) (out []Reason) {
	order := func(a, b *reasonCount) int {
		return cmp.Or(cmp.Compare(b.Handoffs, a.Handoffs), cmp.Compare(a.Reason.Reason, b.Reason.Reason))
	}
	list := slices.SortedFunc(maps.Values(all), order)
	if len(list) > MaxReasons {
		other := all[ReasonOther]
		if other == nil {
			other = &reasonCount{Reason: Reason{Reason: ReasonOther}}
		}
		kept := []*reasonCount{other}
		for _, r := range list {
			switch {
			case r == other:
			case len(kept) < MaxReasons:
				kept = append(kept, r)
			default:
				other.Handoffs += r.Handoffs
				other.Answered += r.Answered
				other.Abandoned += r.Abandoned
				other.waits = append(other.waits, r.waits...)
			}
		}
		slices.SortFunc(kept, order)
		list = kept
	}
	for _, r := range list {
		r.Median = percentile(r.waits, 50)
		out = append(out, r.Reason)
	}
	return out
}

func agentOf(all map[string]*agentCount, id string) *agentCount {
	a := all[id]
	if a == nil {
		a = &agentCount{Agent: Agent{Agent: id}}
		all[id] = a
	}
	return a
}

// countFirst gives a handoff to who answered it first, unless its stints are
// more than are kept and the first is gone.
func countFirst(all map[string]*agentCount, h *queue.Handoff) {
	if h.Uninvited || h.AnsweredAt.IsZero() || len(h.Stints) == 0 || h.Stints[0].Agent == "" || h.Stints[0].From.After(h.AnsweredAt) {
		return
	}
	a := agentOf(all, h.Stints[0].Agent)
	a.First++
	a.waits = append(a.waits, wait(h))
	switch h.SLA.FirstResponse.Outcome {
	case sla.Met:
		a.Met++
	case sla.Breached:
		a.Breached++
	}
}

// countStints counts what of a handoff's stints lies in the span.
func countStints(all map[string]*agentCount, h *queue.Handoff, in Input) {
	for _, s := range h.Stints {
		to := s.To
		if to.IsZero() {
			to = in.Now
		}
		from := s.From
		if s.Agent == "" || !from.Before(in.To) || from.Before(in.From) && !to.After(in.From) {
			continue
		}
		a := agentOf(all, s.Agent)
		if !from.Before(in.From) {
			a.Takeovers++
		} else {
			from = in.From
		}
		if to.After(in.To) {
			to = in.To
		}
		a.Time += max(0, to.Sub(from))
	}
}

// wait is the time to human. A clock that was put back does not make it negative.
func wait(h *queue.Handoff) time.Duration { return max(0, h.AnsweredAt.Sub(h.EnteredAt)) }

// percentile is by nearest rank; 0 of nothing.
func percentile(d []time.Duration, p int) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[(len(d)*p+99)/100-1]
}

func dayOf(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// days are those that the span touches, the last MaxDays of them.
func days(from, to time.Time, zone *time.Location) []string {
	if !from.Before(to) {
		return nil
	}
	last := to.Add(-1).In(zone)
	first := from.In(zone)
	if least := last.AddDate(0, 0, 1-MaxDays); first.Before(least) {
		first = least
	}
	var out []string
	end := last.Format(time.DateOnly)
	// By the calendar at noon UTC: no zone's midnight is missing there.
	for d := time.Date(first.Year(), first.Month(), first.Day(), 12, 0, 0, 0, time.UTC); ; d = d.AddDate(0, 0, 1) {
		day := d.Format(time.DateOnly)
		if day > end {
			return out
		}
		out = append(out, day)
	}
}
