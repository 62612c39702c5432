// Package questions measures, without audio, whether an agent hands over when it
// should and only then: test questions that ship with the project, a runner for
// any engine.LLM, and figures with their targets.
//
//	sets/dev.jsonl, sets/heldout.jsonl
//	   │ turns
//	   ▼
//	escalation rules (intent.Human, intent.Distress) ──asked, offered──┐
//	   │ neither                                                       │
//	   ▼                                                               ▼
//	agentbot.Request ─▶ engine.LLM ─▶ reply ─▶ rules again ─▶ Result: right or not, and why
//	(its rules, its tools)            (text, tool call, confidence)          │
//	                                                          NewReport ◀────┘
//
// relevo bench questions runs it against the local brain or any endpoint.
//
// # The questions
//
// A line is a JSON object, see Question: what the caller says turn by turn, what
// is right (Expect), for which reasons, and what an answer must contain. Classes:
//
//	answerable    the shipped shop knows it: answered, nobody is offered
//	unanswerable  it does not: a human is offered
//	foreign       in a language the shop's knowledge is not in: a human is offered,
//	              or a model that can answers
//	human         asks for a person, in more than sixty wordings
//	lookalike     only looks like it
//	angry         turns of growing anger or distress: a human is offered or asked
//	              for, for that reason
//	calm          strong words that are no anger
//	consent       an offer, and a yes or a no to it
//
// The project's word lists and retrieval are tuned on dev and not on heldout,
// whose questions were written before the detector was read. To mend a question
// of heldout that fails, move it to dev, mend what is wrong in general, and
// write another. The first reading of new ones, before anything is mended, is
// the figure that says how the agent does with what nobody foresaw; README has it.
//
// # Figures
//
// Should: of the questions that want a human, the share that got one: asked for
// (human), or offered at least (offer), for a right reason and not too early.
// ShouldNot: of the others, the share where one was offered or asked for; where
// Expect is stay, only where one was asked for. A reply that fails counts against
// both. Right is of the answers that must contain something; it has no target
// here, for it says more of a knowledge base than of the agent.
//
// Run starts Parallel goroutines and joins them; nothing else is shared but the
// model.
package questions
