// Package report makes figures of what the desk has done. It is pure: records in,
// figures out.
//
//	[]queue.Handoff ─┐                       ┌─ Total    Figures of the whole span
//	[]Call ──────────┼─ Make(Input) Report ──┼─ Days     the same, of each day of the operator's time zone
//	From, To, Zone ──┘                       ├─ Reasons  handoffs by why a human was asked for
//	                                         └─ Agents   what each person did
//	                                              └ WriteCSV: one table as a file
//
// A handoff belongs to the day on which it entered, a call to the day on which it
// began, whatever came later; so the figures of a day that is over change only
// while something of it still goes on. Days are those of the zone: 23 or 25 hours
// long where the clock is put forward or back, and none is left out.
//
// What is counted:
//
//   - Handoffs are those that asked for a human. A human who took a call over
//     unasked is a takeover, but nobody waited, so it is no handoff here, has no
//     time to human and no promise that was kept or broken.
//   - Each handoff is one of: answered (a human had it), abandoned (it was
//     cancelled, expired or its call ended before a human had it), out of hours, or
//     waiting (it has not ended yet).
//   - Time to human is from entering to the first time a human had it. Percentiles
//     are by nearest rank: a time that really occurred.
//   - A call is contained when it has ended and no human was asked for or came.
//   - Takeovers are all the times a human got a call, requeues the times they lost
//     it again and the caller was put first in line, returns the handoffs whose
//     human was done.
package report
