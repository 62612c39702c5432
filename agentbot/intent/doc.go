// Package intent reads what one turn of a caller is after, beside its subject:
// a person to talk to, a yes or a no, and how upset the caller is.
//
//	text ─▶ words, clauses ─┬─▶ English: signs that add up ───┐
//	        (typed, or of   ├─▶ de, es, fr: classes of words ─┼─▶ the surest one ─▶ Human
//	         a recogniser)  └─▶ zh, ja: longest matches ──────┘
//	        ─▶ phrases with weights, shouting, whom it is said to ─▶ Distress
//	        ─▶ a short answer to an offer ─▶ Affirms, Declines
//
// It is rules and word lists: the same answer on every machine, in some
// microseconds, without a model, so that a caller who asks for a person is
// understood whatever the model makes of it, also when it is down.
//
// # Asking for a person
//
// No single word decides: "agent" is a request by itself and is none in "the
// agent was rude yesterday". Words are put into classes (who is asked for,
// talking, connecting, wishing, refusing, past, possession, …) and the classes'
// order is scored: who is wanted, and whether it is wished, asked or commanded
// that the caller be connected or talk, against refusals, questions about
// people, the past, and people of the caller's own. A clause is read by itself
// as well as with the others, so that "I do not want a robot, a person please"
// is a request and "I do not need a person, just the hours" is none.
//
// The languages are not guessed first: a short turn says too little for that,
// and people mix. A text is read by the rules of all languages of its script
// and the surest reading counts; a language of which no word is in the text
// says nothing.
//
// Words misheard by a letter or two are taken for those they stand for, where
// these are long enough.
//
// # Distress
//
// One word is not anger: weights of phrases are added as independent signs and
// each alone stays below what an angry turn has; the same word counts less of
// a machine ("it makes a terrible noise") than of a service. Judging several
// turns together is the escalation's.
//
// Pure functions; no state, no goroutines; any text is allowed, of any length
// (the last maxText bytes count).
package intent
