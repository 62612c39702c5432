package sla

import "time"

// Begin starts the clocks of a handoff that enters Pending.
func Begin(c Config, p Priority, at time.Time) SLA {
	c = c.WithDefaults()
	t := c.target(p)
	at = moment(at)
	return SLA{FirstResponse: begin(t.FirstResponse, c.RiskAt, at), Resolution: begin(t.Resolution, c.RiskAt, at)}
}

// moment is t as it comes back from the store.
func moment(t time.Time) time.Time { return t.Round(0).UTC() }

func (c Config) target(p Priority) Target {
	if !p.Valid() {
		p = P3
	}
	return c.Targets[p-P1]
}

func begin(target time.Duration, riskAt int, at time.Time) Clock {
	if target <= 0 {
		return Clock{}
	}
	return Clock{Start: at, RiskAt: at.Add(risk(target, riskAt)), Deadline: at.Add(target)}
}

// risk divides first: targets times a hundred could be too long for a Duration.
func risk(target time.Duration, percent int) time.Duration {
	return target/100*time.Duration(percent) + target%100*time.Duration(percent)/100
}

func (c Clock) runs() bool { return !c.Start.IsZero() && c.Outcome == Running }

// Advance tells what is due at now.
func (s SLA) Advance(now time.Time) (SLA, []Event) {
	now = moment(now)
	var out []Event
	out = s.FirstResponse.advance(FirstResponse, now, out)
	out = s.Resolution.advance(Resolution, now, out)
	return s, out
}

func (c *Clock) advance(g Goal, now time.Time, out []Event) []Event {
	if !c.runs() {
		return out
	}
	if !c.Warned && !now.Before(c.RiskAt) {
		c.Warned = true
		out = append(out, Event{g, AtRisk, c.RiskAt, now})
	}
	if !now.Before(c.Deadline) {
		c.Outcome = Breached
		out = append(out, Event{g, EventBreached, c.Deadline, now})
	}
	return out
}

// Answered stops the clock of the first response: a human has the caller.
func (s SLA) Answered(now time.Time) (SLA, []Event) {
	now = moment(now)
	s, out := s.Advance(now)
	return s, s.FirstResponse.stop(FirstResponse, now, out)
}

// Resolved stops the clock of the resolution. What was never answered is
// cancelled: somebody else has settled it.
func (s SLA) Resolved(now time.Time) (SLA, []Event) {
	now = moment(now)
	s, out := s.Advance(now)
	out = s.FirstResponse.cancel(FirstResponse, now, out)
	return s, s.Resolution.stop(Resolution, now, out)
}

// Cancelled ends what still runs.
func (s SLA) Cancelled(now time.Time) (SLA, []Event) {
	now = moment(now)
	s, out := s.Advance(now)
	out = s.FirstResponse.cancel(FirstResponse, now, out)
	return s, s.Resolution.cancel(Resolution, now, out)
}

func (c *Clock) stop(g Goal, now time.Time, out []Event) []Event {
	if c.Start.IsZero() || !c.Stopped.IsZero() || c.Outcome == Cancelled {
		return out
	}
	c.Stopped = now
	if c.Outcome == Running {
		c.Outcome = Met
		out = append(out, Event{g, EventMet, now, now})
	}
	return out
}

func (c *Clock) cancel(g Goal, now time.Time, out []Event) []Event {
	if !c.runs() {
		return out
	}
	c.Outcome, c.Stopped = Cancelled, now
	return append(out, Event{g, EventCancelled, now, now})
}

// Retarget gives what still runs the deadlines of another priority, from the
// same start. A warning that was given is not given again. A goal that had no
// target until now, or has none any more, stays as it is: its clock never
// started, or goes on to the deadline that was promised.
func (s SLA) Retarget(c Config, p Priority) SLA {
	c = c.WithDefaults()
	t := c.target(p)
	s.FirstResponse.retarget(t.FirstResponse, c.RiskAt)
	s.Resolution.retarget(t.Resolution, c.RiskAt)
	return s
}

func (c *Clock) retarget(target time.Duration, riskAt int) {
	if !c.runs() || target <= 0 {
		return
	}
	c.RiskAt, c.Deadline = c.Start.Add(risk(target, riskAt)), c.Start.Add(target)
}

// NextAt is when Advance has something to tell, zero where it never will.
func (s SLA) NextAt() time.Time {
	a, b := s.FirstResponse.nextAt(), s.Resolution.nextAt()
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (c Clock) nextAt() time.Time {
	switch {
	case !c.runs():
		return time.Time{}
	case !c.Warned:
		return c.RiskAt
	}
	return c.Deadline
}

// AtRisk says whether a clock that runs has been warned of.
func (s SLA) AtRisk() bool {
	return s.FirstResponse.runs() && s.FirstResponse.Warned || s.Resolution.runs() && s.Resolution.Warned
}

// Breached says whether a deadline has passed.
func (s SLA) Breached() bool {
	return s.FirstResponse.Outcome == Breached || s.Resolution.Outcome == Breached
}
