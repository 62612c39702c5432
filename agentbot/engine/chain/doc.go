// Package chain has engines that stand behind one another: where one fails
// before the first of its answer came, the next answers in its place. It knows
// nothing of what the engines are.
//
//	call ─▶ link 1 ──first of the answer──▶ from here on only link 1; what fails now fails
//	           │ failed before that (once more, where it may do better at once)
//	           ▼
//	        link 2 (its breaker is open: not asked)
//	           │
//	           ▼
//	        link 3 ──first of the answer──▶ FellBack{Link: 1, Next: 3}
//	           │ failed
//	           ▼
//	        *engine.Error of the last kind, with all causes
//
// The first of an answer is text that no page begins with or a tool call (LLM), a
// sample that can be heard
// (TTS), the text of an utterance that somebody may have said (ASR). Chat and
// Speak return when it has come. An answer without any is Nonsense, except
// speech of a text with nothing to say.
//
// # Time
//
//	│◀───────────── Patience, or until FirstBy less 50 ms ─────────────▶│
//	│◀── link 1: what is left, shared ──▶│◀──── link 2 ────▶│◀─ Need 3 ─▶│
//
// What is left when a link is asked is divided evenly between it and the links
// behind it whose breakers let a call pass; one with a Need leaves all but that
// to those before it. Link.First bounds a share, Link.Total the whole answer.
// So the chain answers or fails in the time of its caller, whatever its links
// do, as long as they heed their ctx as package engine demands.
//
// # Retry
//
// A link that is Unavailable or answers Nonsense is asked once more at once: a
// connection that was kept open may have been closed by its other end. One that
// let its time pass, is RateLimited, Unauthorized or Unusable is not. Nothing is
// asked again after something was delivered.
//
// # Breaker
//
//	         5 failures in a row; 1 of kind Unauthorized or Unusable
//	closed ────────────────────────────────────────────────▶ open ◀──┐
//	  ▲                                                       │ 30 s  │ fails
//	  │ works                                                 ▼       │
//	  └────────────────────────────────────────────────── half-open ──┘ one call at a time
//
// A call's verdict is given when it is closed: a reply or speech that is whole, or
// of which nobody wants more, works; one that is cut in its midst, or that lets
// its user wait until that gives up (engine.ErrLate), fails, although nobody is
// asked in its place; so does one that its user can make nothing of
// (engine.Reject). No verdict is given of a call whose ctx ended otherwise, of a
// link that was late within less than 300 ms or while it had to catch up, and of a
// recogniser that does not know a call's language. A call that began before the
// breaker opened or closed has no say any more.
//
// # Utterances
//
// An ASR's pass is for an utterance: the first audio chooses the link, so a
// link comes back with the next utterance after its breaker closed. The
// utterance's audio is kept, the last 30 s of it, and written into the next link
// when one fails: in pieces of half a second, each with Config.Write while the
// caller speaks, and at Finish all within the link's share. The partials of the next
// link replace those of the one before. A link that failed is opened anew, once in
// an utterance.
//
// # Goroutines and locks
//
// None of its own; a timer ends a ctx. A link's lock is held for a decision of
// its breaker, never across a call, and Config.On is called under none.
package chain
