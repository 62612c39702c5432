// Package copilot is the silent helper of a human who talks with a caller: it
// reads the log of a call and says what could be answered, what the call is
// about, what the caller gave of themselves, and, when a call changes hands,
// what the next one must know.
//
//	log of the call ─ Line ─┬▶ Facts ......... name, e-mail, phone, numbers: who gave them, when, how sure
//	                        ├▶ Summarise ..... who, the matter, what was tried, what is open: the callers' own words
//	                        ├▶ MakeBrief ..... all of it with reason, mood, and what the AI was about to say
//	                        └▶ Copilot ─ one goroutine
//	                               │  retrieval, at once ─────────────▶ Note{suggestion}
//	                               │  engine.LLM, in its own time ────▶ Note{suggestion, summary}, Brief
//	                               └▶ post(term, …)
//
// # Pure parts
//
// Facts, Summarise and MakeBrief are functions of the lines they are given: no
// clock, no model, no state elsewhere. So a brief can be made of any log, also of
// a call whose agent was an app's own bot. What they say is quoted or parsed, not
// written: it is in the language of the call, and labels are the console's.
//
// Facts are what the caller said, typed or agreed to: "john at example dot com",
// "forty eight, twenty two ten", "A as in apple". A word near it or the question
// before it says what a number is. What is said again, corrected ("no, I meant")
// or read back and agreed to replaces what was understood before. English,
// German, Spanish and Chinese words are known at the same time; nobody is asked
// for the language.
//
// # Model
//
// A Copilot asks its model beside the call, one request at a time. What the
// caller says meanwhile is asked next, and only the newest; an answer that is
// late (Config.Budget) or of a term that is over is dropped. A call asks at most
// Config.Most times. Retrieval answers at once and stays when the model fails.
//
// A model that only answers questions (Config.Writes false: the local brain) is
// asked for a reply alone. One that writes is asked for replies, and every few
// turns and at a handoff for a summary, as JSON; what is no such JSON is dropped,
// so a fallback that only answers does no harm.
//
// # Safety
//
// Nothing that is made here is said to a caller, enters a log as said, or an
// AI's memory: it goes to post, and a human decides. What callers say reaches a
// model as the conversation's turns, or quoted as JSON with <, > and &
// escaped; never as a system message. A suggestion without a source is dropped
// where the engine says how sure it is: there is nothing to it.
//
// # Goroutines and locks
//
// A Copilot has one goroutine, which owns everything, and at most one more while
// a model is asked; Close joins both. The mailbox's lock is held for an append.
// Beyond 1024 waiting lines the oldest are dropped: they are in the log.
package copilot
