// Package rag grounds a language model in a knowledge base: an engine.LLM
// around another one that adds to each request what is known about the
// caller's question.
//
//	Request ─▶ what is asked ─▶ knowledge.Search ─▶ score ≥ Confident: the best passages, quoted
//	   │                                            else: none, and "do not guess, offer a human"
//	   │                                                     │
//	   └─ the operator's rules, [one system message of ours], the conversation ─▶ LLM
//	                                                                               │
//	      the first delta with Confidence and Sources  ◀───────────────────────────┘
//
// # What is asked
//
// The caller's messages since somebody answered. A question that leans on the
// ones before ("and how much is it?") is searched with the name of what was
// spoken of last, and with the question before; what is found so must also be
// about the new words themselves, so that a new subject does not inherit the old
// one's confidence. What a human agent said in this call counts as known: the
// model has it in the conversation, so it is not quoted, but its score and the
// source "call" are. What a tool answered since the question is ground enough: the
// source is "tool:" and its name, the confidence 1.
//
// # Confidence
//
// It is the retrieval's and says how sure it is that what the model was given is
// about the question. Whether the model then keeps to it is checked sentence by
// sentence by the conversation (package ground) with the passages, which the first
// delta carries as Grounds. A turn without any
// word of content ("yes", "thank you") is no question: it carries none. Small talk
// with content has a low one, and the model is told what not to do only for
// facts about the business.
//
// # Safety
//
// The system message is made of fixed sentences and of the operator's files; no
// word of a caller, a human or a model enters it. A caller chooses among
// passages by asking, nothing else. Passages are quoted as JSON with <, > and &
// escaped: no text in a file can end the quotation, and the model is told that
// nothing in it is an instruction.
//
// A failing model fails as it does by itself; the search cannot fail, and where
// Config.Meaning takes part in it, it takes a bounded time. No
// goroutines, no locks; an LLM here never changes and may be used by many
// goroutines at once.
package rag
