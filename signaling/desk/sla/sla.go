package sla

import (
	"fmt"
	"time"
)

// Priority is P1 (urgent) to P4 (low).
type Priority uint8

// The priorities.
const (
	P1 Priority = 1 + iota // urgent
	P2                     // high
	P3                     // normal, the default
	P4                     // low
)

// Valid says whether p is one of the four.
func (p Priority) Valid() bool { return p >= P1 && p <= P4 }

func (p Priority) String() string { return fmt.Sprintf("P%d", uint8(p)) }

// Goal is what a target is for.
type Goal string

// The goals.
const (
	FirstResponse Goal = "firstResponse" // a human has the caller
	Resolution    Goal = "resolution"    // the handoff is over
)

// Target is how long each may take at most. Zero is no target.
type Target struct {
	FirstResponse time.Duration `json:"firstResponse"`
	Resolution    time.Duration `json:"resolution"`
}

// Config is what is promised.
type Config struct {
	Targets [4]Target `json:"targets"` // of P1 to P4; all zero: the defaults
	RiskAt  int       `json:"riskAt"`  // percent of the target at which it is at risk; 0 = 80
}

// WithDefaults is c with the defaults where it says nothing: 30 s, 60 s, 2 min
// and 5 min to the first response, 15, 30, 60 and 120 min to the resolution.
func (c Config) WithDefaults() Config {
	if c.Targets == ([4]Target{}) {
		c.Targets = [4]Target{
			{30 * time.Second, 15 * time.Minute}, {time.Minute, 30 * time.Minute},
			{2 * time.Minute, time.Hour}, {5 * time.Minute, 2 * time.Hour}}
	}
	if c.RiskAt == 0 {
		c.RiskAt = 80
	}
	return c
}

// Problem is what is wrong with one field of a form.
type Problem struct {
	Field   string `json:"field"` // targets[0].firstResponse, riskAt
	Code    string `json:"code"`  // range, order
	Message string `json:"message"`
}

// longest is the longest target.
const longest = 30 * 24 * time.Hour

// Check says what is wrong with c. A negative target is "none": it says so
// where all four would otherwise be the defaults.
func (c Config) Check() []Problem {
	var out []Problem
	for i, t := range c.Targets {
		for _, g := range []struct {
			name string
			d    time.Duration
		}{{"firstResponse", t.FirstResponse}, {"resolution", t.Resolution}} {
			if g.d > 0 && g.d < time.Second || g.d > longest {
				out = append(out, Problem{fmt.Sprintf("targets[%d].%s", i, g.name), "range", "between one second and 30 days, or none"})
			}
		}
		if t.FirstResponse > 0 && t.Resolution > 0 && t.Resolution < t.FirstResponse {
			out = append(out, Problem{fmt.Sprintf("targets[%d].resolution", i), "order", "not before the first response"})
		}
	}
	if c.RiskAt != 0 && (c.RiskAt < 1 || c.RiskAt > 99) {
		out = append(out, Problem{"riskAt", "range", "between 1 and 99 percent"})
	}
	return out
}

// Outcome is how a clock ended.
type Outcome string

// The outcomes.
const (
	Running   Outcome = ""          // not yet
	Met       Outcome = "met"       // stopped before the deadline
	Breached  Outcome = "breached"  // the deadline passed; Stopped says when it was met after all
	Cancelled Outcome = "cancelled" // the handoff ended before it mattered
)

// Clock runs towards one deadline. Its moments are of the wall clock and do not
// move, whatever happens to the server or its clock.
type Clock struct {
	Start    time.Time `json:"start,omitzero"` // zero: there is no target
	RiskAt   time.Time `json:"riskAt,omitzero"`
	Deadline time.Time `json:"deadline,omitzero"`
	Warned   bool      `json:"warned,omitempty"`
	Outcome  Outcome   `json:"outcome,omitempty"`
	Stopped  time.Time `json:"stopped,omitzero"`
}

// SLA is the clocks of one handoff. The zero SLA has none.
type SLA struct {
	FirstResponse Clock `json:"firstResponse"`
	Resolution    Clock `json:"resolution"`
}

// EventKind is what a clock tells.
type EventKind string

// The kinds of event. A clock tells at most one AtRisk and exactly one of the
// others.
const (
	AtRisk         EventKind = "atRisk"
	EventBreached  EventKind = "breached"
	EventMet       EventKind = "met"
	EventCancelled EventKind = "cancelled"
)

// Event is told once.
type Event struct {
	Goal Goal      `json:"goal"`
	Kind EventKind `json:"kind"`
	Due  time.Time `json:"due"` // the moment it is about: when it was to be told, or the stop
	At   time.Time `json:"at"`  // when it was noticed
}
