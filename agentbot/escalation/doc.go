// Package escalation decides whether and why an AI agent offers a human, or
// asks for one. It is pure: no I/O, no clock, no goroutine, no lock.
//
//	what happens in a call                          Rules.Step
//	CallerSaid ─ AgentSaid ─ Misheard ──────┐   State, Event ─▶ State, Decision
//	Unsure ─ Answered ──────────────────────┼──▶              None
//	ModelAsked ─ EngineFailed ─ EngineWorked┤                 Offer    say a line that offers a human
//	Unoffered ─ Requested ─ Closed ─────────┘                 Request  ask for one
//	                                                          Declined the caller wants none
//	                                                          Withhold the guess is not said, and a human comes anyway
//
// # Rules
//
// Each is on unless switched off, and each has its own Reason, which is what the
// human is told; no word of a caller or of a model becomes one.
//
//	callerAsked     the caller asks for a person (Config.AsksForHuman)
//	lowConfidence   the reply is a guess: the first is an offer, the second in a row a request
//	modelRequested  the model called its tool
//	phrase          words or intents of the operator's, of the caller's or of the AI's
//	distress        a sum over the caller's turns that fades; no single turn reaches it, but it
//	                is the reason where a reply to an upset caller is a guess
//	notUnderstood   misheard turns, "I said …", the same question again, replies without an answer
//	engineFailure   failed turns in a row
//
// # An offer
//
// The caller's next turn answers it: yes is a request with the reason of the
// offer, no is the end of it, and after anything else the call goes on as if
// there had been none. After a "no" no rule offers again for some turns, but for
// lowConfidence, since the alternative is a guess.
//
// # One request
//
// While a request is open nothing asks again. Requested and Closed are for what
// happens elsewhere: the caller's own button, the app, the end of a human's
// stretch.
//
// Rules never change after New and may be used by many goroutines; a State is a
// value, so any turn can be done again.
package escalation
