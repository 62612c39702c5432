// Package takeover decides what becomes of a call when a human is asked for,
// claims it, gets it, loses it or gives it back. It is a table: a state and an
// event give the next state and the effects that the call has to bring about.
// There is no I/O in it, no clock and no goroutine, so that every pair of state
// and event is tested and a run can be repeated exactly.
//
// The states and what leads from one to the other:
//
//	ai        -> pending    request
//	ai        -> willStart  claim
//	pending   -> ai         cancel
//	pending   -> willStart  claim
//	willStart -> human      mediaReady
//	willStart -> pending    claimTimeout [queued], humanLost [queued], release [queued]
//	willStart -> ai         claimTimeout [not queued], humanLost [not queued], release [not queued]
//	human     -> pending    humanLost
//	human     -> returning  release, callerSilent
//	returning -> ai         aiReady, restart
//	ai        -> ended      hangup
//	pending   -> ended      hangup
//	willStart -> ended      hangup
//	human     -> ended      hangup
//	returning -> ended      hangup
//	human     -> willStart  restart
//
// Generated from the table by go test -update; a test fails when they differ.
//
// # What a call has to see to
//
// Step is called by the call's own goroutine only, and the next event waits
// until the effects of the last have been brought about. Claim is an event only
// for the human who has won the conditional write in the store: the machine
// knows of one claim at most.
//
// The epoch rises exactly when what the caller hears passes between the AI and
// a human (NextEpoch), and by two when it passes from one human to another
// (SwapHuman). It is even while the AI is heard, odd while a human is.
//
// After a restart all that the machine says of the floor has to be brought about
// anew, whatever the effects of Restart are: they say what has changed. A claim
// outlives the server: whose call it was is awaited, and where they do not come
// the call is first in line.
//
// An event that a state refuses is an answer to whoever caused it (a conflict),
// never a change. Hangup is refused by no state but ended.
package takeover
