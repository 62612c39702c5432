// Package queue decides who of the desk gets which caller, and when. It is one
// machine with no I/O in it, no clock and no goroutine: an event and the time
// give the next state and what is to be done, so that every decision is tested
// and a run can be repeated exactly.
//
//	calls, consoles, clocks (package desk)
//	        │ Event, now
//	        ▼
//	 ┌──────────────────────── Desk.Step ────────────────────────┐
//	 │ clocks that are due ─► the event ─► drain ─► news, effects │
//	 │                                                           │
//	 │ line: handoffs that wait, in order    roster: the agents  │
//	 │ tables: what a handoff, an agent may  heap: every moment  │
//	 └──────────────────────────┬────────────────────────────────┘
//	        Effects: records that changed, offers, withdrawals, claims,
//	                 SLA events, questions, news of the wait, Wake
//
// The life of a handoff:
//
//	new        -> pending     enter
//	new        -> claimed     take
//	new        -> ended       closed
//	pending    -> offered     offer
//	pending    -> claimed     take
//	pending    -> ended       cancel, expire, close, endCall
//	offered    -> pending     pass
//	offered    -> claimed     accept, take
//	offered    -> ended       cancel, expire, close, endCall
//	claimed    -> connected   connect
//	claimed    -> pending     fail [not unasked]
//	claimed    -> ended       fail [unasked], endCall
//	connected  -> consulting  consult
//	connected  -> pending     lost, transfer
//	connected  -> ended       finish, endCall
//	consulting -> connected   handOver [joined], endConsult, lost [joined]
//	consulting -> pending     lost [not joined]
//	consulting -> ended       finish, endCall
//
// Generated from the table by go test -update.
//
// The day of an agent:
//
//	offline    -> available   signIn [not with calls]
//	offline    -> away        signInAway [not with calls]
//	away       -> available   back [not with calls]
//	away       -> busy        back [with calls]
//	away       -> offline     signOut [not with calls], lost
//	available  -> ringing     offer [not with calls]
//	available  -> busy        take [with calls]
//	available  -> away        away [not with calls]
//	available  -> offline     signOut [not with calls], lost
//	ringing    -> busy        accept [with calls], pass [with calls, not to write up], withdraw [with calls, not to write up]
//	ringing    -> wrapUp      pass [to write up], withdraw [to write up]
//	ringing    -> available   pass [not with calls, not to write up], withdraw [not with calls, not to write up]
//	ringing    -> away        passAgain
//	busy       -> ringing     offer [with calls]
//	busy       -> wrapUp      finish [to write up]
//	busy       -> available   finish [not with calls, not to write up], drop [not with calls]
//	busy       -> away        away [with calls]
//	busy       -> offline     lost
//	wrapUp     -> busy        writtenUp [with calls], take [with calls]
//	wrapUp     -> available   writtenUp [not with calls]
//	wrapUp     -> away        away
//	wrapUp     -> offline     signOut [not with calls], lost
//
// Generated from the table by go test -update; the conditions are of what the
// agent has after the event.
//
// # Order
//
// First in line are those who have lost their human, whose claim came to
// nothing, or who are being transferred; then by rank, then by age. The rank of
// a handoff is its priority, raised by one for every Config.AgeEvery it has
// waited, so that a P4 is at the level of the urgent after three times that and
// before every urgent one that came later: a wait is bounded by those who were
// there before, whatever the stream of urgent calls (10 minutes a step; never,
// where the operator wants P1 always on top). What has been waited is not lost
// by a claim that fails.
//
// # Routing
//
// Something may be offered to agents who are available or busy, have a place
// free and nothing ringing. Of those who have what the handoff needs, the one
// with the most of its wishes, then the least loaded by the part of their
// capacity, then the one idle for longest is offered it, and nobody else until
// they have answered. It rings for Config.Ring. Declined or unanswered, it goes
// to the next, and is not offered to the same one for Config.RetryAfter; after
// Config.Misses in a row the agent is away. An offer that is withdrawn is no miss.
//
// Needs are relaxed by waiting: preferred ones hold for PreferredFor and are
// wishes afterwards; levels hold for LevelsFor, then any level will do and the
// level is a wish; required skills can be given up after SkillsFor, required
// languages never. What was relaxed stays so when the handoff comes back.
//
// In manual mode nothing is routed: agents take the next, or one they choose.
// What is assigned, transferred to a person or a consult rings all the same.
// Taking is possible in push mode too; what rings at a colleague can be taken
// from under them. Who is away cannot take, who writes up can, which ends it.
//
// After each step no handoff waits that an agent who is free may have: the line
// is drained at once. Only pairs of which one side has become able to do more
// in the step are tried, so that a step costs what changes.
//
// # Claims
//
// An accepted offer, or a take, is a Claim to be carried out on the call. Then
// Connected, ClaimFailed or the end of the call is expected; a call gives up
// waiting for media by itself.
//
// A call that an agent takes over without asking the desk (TakenOver) is a fact:
// it fills a place like any other, of who is away, rings or is full too, so that
// they may have more than their capacity and are offered nothing until that is
// over. Where nobody had asked for a human and the claim comes to nothing, it
// ends, as does one whose caller has cancelled meanwhile. Who has a call without
// a console is away (NoConsole) until they come to one.
//
// # Agents who go
//
// No sign of life for HeartbeatWithin: the browser is dead, what rings goes to
// the next, what they had is first in line (Release tells the call), a consult
// is over; where a colleague has joined for a consult, the call is theirs.
//
// # Transfer
//
// To a person, who must be free at the time: the caller is first in line for
// them for TargetFor, then for anyone. To skills or languages: these replace
// the needs. With a consult before: the colleague is rung while the caller stays
// where they are, joins, and is handed the call or goes again; for skills the
// next colleague is tried when one passes, at any level when none has the level,
// and it is over when none is left. A colleague who has joined has a place filled.
//
// # Waiting
//
// After AskEvery, and again each AskEvery, the caller is asked whether to go on.
// Silence means going on, unless ExpireIn is set. KeepWaiting begins anew.
// Callers are told their place and an estimate at once when they come into the
// line and, when either changes, every NoticeEvery at most: a hundred changes
// are one piece of news. See Estimate for how it is reckoned.
//
// # After the hours
//
// Outside the hours (Close to Open) nobody comes into the line: a request ends at
// once. Who waited when they ended, or has lost their human since, is served while
// somebody is there who could have them sooner or later, for Config.AfterHours at
// most; where nobody is, or when that is over, the handoff ends as outOfHours, and
// the caller is told as if they had asked then. What an agent has goes on.
//
// # Time
//
// Now is of the wall clock. Deadlines of the SLA are moments of it and stay.
// Everything else is a length of time: where the clock jumps, forward by a
// ClockJumped event, back also by itself, all other moments move with it. Time
// that goes back by two seconds at most stands still instead. After a restart,
// Restarted gives offers and signs of life their time anew, since nobody could
// answer, as Stalled does for offers while the store fails; the line, who has what, and the SLA are as they were.
//
// # What is stored
//
// Effects names the records that a step has changed; written together they make
// the same desk again (Restore). Two things change without being named, since
// losing them costs nothing: what a caller was told last, and the last sign of
// life.
//
// # Failures
//
// An event that the state refuses is an error for whoever caused it, and changes
// nothing. Clocks that were due in the same step have acted, so its effects
// count. Lines, texts, needs and agents are bounded by Config and constants.
// A state that the tables do not know is a defect of this package: it panics
// rather than lose a caller silently.
package queue
