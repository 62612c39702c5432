// Package ground judges whether a sentence of a model's says what it was given
// to say, before it is spoken. It is lexical and cheap, works sentence by
// sentence, and is pure: no I/O, no clock, no goroutine.
//
//	passages, the operator's rules, what was said ──New──▶ Reference
//	sentence ──Check──▶ facts: numbers, amounts, dates, names, addresses ─ one in no text: score 0
//	                    words of content ─ the share of them that stands in the texts: score
//
// # Facts
//
// A number is compared as a number: "$1,299", "1.299,00", "two hundred",
// "zweihundert" and "两百" are what they are worth. So are 5 pm and 17:00. A number
// that only the caller has said counts, unless the passages say another of the
// same thing ("60 days" where they say 30) and the sentence does not deny it.
// Months and days of the week, e-mail and web addresses, and, where capitals mark
// names, names must stand in a text too.
//
// # Words
//
// What says nothing (grammar, courtesy) is not counted. Words match by their
// beginnings; Chinese, Japanese and Korean by pairs of characters. A word that
// only the caller has used counts neither for nor against.
//
// # Guesses
//
// Where nothing that is known answers a question, every answer is a guess, and
// no reference can tell. Then Harmless says what may be said all the same: that
// one does not know, a question, a courtesy, what a human said in this call.
//
// # What it cannot see
//
// A sentence made of the right words that says the wrong thing ("we ship to
// Mars" where the passage is about shipping): for that there is a second model
// (agentbot.Engines.Checker).
//
// A Reference never changes after New and may be used by many goroutines, but for
// the cache that Check fills: one goroutine at a time.
package ground
