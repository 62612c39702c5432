// Package sla has the clocks of what a desk promises: how long a caller waits
// for the first human, and how long until the matter is settled. It is pure:
// no clock, goroutine or I/O; time is passed in and the clocks are data that
// is stored as it is.
//
//	Pending          80 %            100 %
//	   │── target ─────┼───────────────┤ Deadline
//	 Begin           atRisk         breached ──────► (Answered, Resolved: Stopped only)
//	   │               │
//	   ├───────────────┴─ Answered / Resolved ─► met
//	   └───────────────── Cancelled ───────────► cancelled
//
// A clock tells atRisk at most once and then exactly one of breached, met and
// cancelled. Begin computes its three moments once; afterwards only Retarget,
// a changed priority, moves them. They are moments of the wall clock in UTC: a
// restart, a time zone or daylight saving has no part in them. Where the wall
// clock jumps forward over both moments, both are told, in order; where it
// jumps back, what has been told stays told. A clock that is stopped late,
// because nobody looked in between, first tells what was due: whether a target
// was met depends on the deadline and never on when it was looked at.
//
// # Always, not in opening hours
//
// Desks for mail and tickets run such clocks in business hours, since a ticket
// waits overnight. A caller does not: outside the hours a request is answered at
// once and has no clock, and who is in line when they end is served or told within
// Routing.AfterHours, four hours at most. Pausing a clock would hide a wait that
// somebody sits through on the line, and would move a deadline that was told; so a
// minute is a minute. A call-back that is left for the next day is a list of its
// own, and no handoff.
//
// # What stops a clock
//
//	                        first response     resolution
//	a human has the floor   stops (met)        runs
//	that human is lost      stays as it is     runs
//	transferred             stays as it is     runs
//	handed back, ended      stays as it is     stops (met)
//	cancelled, expired      cancelled          cancelled
//	the caller hangs up     cancelled          stops (met) where a human had them, else cancelled
//	outside the hours       never begins       never begins
//
// A breach is a breach even where the handoff is cancelled later. A handoff
// that comes back into the line because its human was lost has been answered:
// only the resolution still runs.
package sla
