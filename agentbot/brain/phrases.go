package brain

import "slices"

// Phrases are what callers say to this brain beside questions about its
// knowledge, for a recogniser to expect: with knowledge.Base.Sentences they are
// what it can react to.
func Phrases() []string { return slices.Clone(phrases) }

// phrases is never changed.
var phrases = []string{
	"I want to talk to a human.", "I want to talk to a human agent.", "I want to talk to a person.", "I would like to speak to a human.",
	"Can I talk to a human please?", "Can I talk to someone?", "Can I speak to a real person?", "Let me talk to a person.",
	"Connect me to an agent.", "Connect me with a human please.", "Transfer me to a representative.", "Put me through to someone.",
	"I need a human.", "Get me a human.", "Give me a real person.", "A human please.", "An agent please.", "Operator.", "Representative.",
	"I do not want to talk to a robot.", "I want to speak to your manager.", "I want to speak to a colleague.", "Is there a human I can talk to?",
	"I would rather speak with a person.", "Please transfer me.", "Customer service please.",
	"What did the human say?", "What did the human tell me?", "What did she say?", "What did he say?", "What did they tell me?",
	"What did the agent say?", "What did your colleague say?", "What was my code again?", "What is my discount code?", "What was my discount code again?",
	"What did she say about the price?", "Can you repeat what the human said?", "What did the person tell me?",
	"Hello.", "Hi there.", "Good morning.", "Good afternoon.", "How are you?", "Who are you?", "Are you a robot?", "Are you a human?", "Am I talking to a machine?",
	"Thank you.", "Thank you very much.", "Thanks a lot.", "Goodbye.", "Bye bye.", "Can you hear me?", "What can you do?", "Say that again please.",
	"Can you repeat that?", "What did you say?", "Yes.", "Yes please.", "No.", "No thank you.", "Okay.", "That is all.", "One moment please.", "How much is it?",
	"And how much is it?", "Which colours does it come in?", "How long does it last?", "Tell me more about it.", "That would be great.",
}
