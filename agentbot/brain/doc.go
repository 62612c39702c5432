// Package brain is the local text brain: an engine.LLM without a model. It
// answers from a knowledge base by retrieval, makes small talk, follows up on
// what the conversation is about, remembers what a human agent said, and calls
// the tool request_human when the caller wants a human or it does not know.
//
//	Request.Messages ─▶ what is asked ─▶ in this order, the first that fits:
//	                                       wants a human ......... request_human
//	                                       small talk ............ a line
//	                                       what the human said ... the human's own words
//	                                       knowledge base ........ a passage's spoken answer
//	                                       nothing fits .......... says so, offers a human;
//	                                                               the second time in a row asks for one
//
// It is a demo brain and says so when asked what it is: it knows no more than
// its Markdown and cannot look into orders. The same conversation code drives
// it and a real model, so it keeps their habits: text streams word by word, a
// tool is called only when the request offers it, the first delta carries a
// confidence.
//
// It has no state: everything is read from the request's messages, so any of
// them can be continued on another node. Callers' words come from a recogniser
// that drops, inserts and confuses words; nothing here compares sentences for
// equality. Who asks for a human, says yes or no to the offer of one, or asks what
// it is, is understood in several languages (package intent) and answered in the
// caller's; so is who asks something in a language that the knowledge base has
// nothing in: it says that it does not know, and offers a human. Small talk, what a
// human said and the following up of questions are English, and what the knowledge
// base answers is in the base's own words.
//
// Who is upset and asks nothing that is known hears that it is sorry, and the
// offer; whether anger asks for a human is the escalation's to decide.
//
// What a caller says cannot change its rules, for it has no instructions that
// could be changed: of system messages only the server's last is read, for
// whether a human is being connected; then it neither offers nor asks for one.
//
// No goroutines, no locks; a Brain never changes, takes the knowledge of the
// moment for each turn (knowledge.Source), and may be used by many goroutines at
// once.
package brain
