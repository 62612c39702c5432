package score

import (
	"time"

	"github.com/relevo/relevo/agentbot/bench/corpus"
)

// Act is what a caller did.
type Act struct {
	Kind     corpus.Kind
	From, To time.Duration // voice
	Into     bool          // the agent was audible
	Text     string        // of a turn
}

// Delays are the engines' own times.
type Delays struct {
	ASR time.Duration // from the end of an utterance to its text
	LLM time.Duration // to the first token
	TTS time.Duration // to the first sample
}

// Asked is what an engine was asked for.
type Asked int

// What engines are asked for.
const (
	Finish  Asked = iota // the text of an utterance that is over
	Preview              // the text of one that is likely to be over
	Taken                // nothing: it is over, and the preview is its text
	Chat                 // an answer
)

// Call says when an engine was asked.
type Call struct {
	What Asked
	At   time.Duration
}

// Final is a recognised utterance.
type Final struct {
	From, To time.Duration
	Text     string
}

// Record is what was recorded of a conversation.
type Record struct {
	Call    string
	Speaker string
	Noise   string
	SNR     string // as it was asked for
	Delays  Delays

	Acts       []Act           // in order
	Audible    []time.Duration // when the agent's audible frames were sent
	Calls      []Call          // in order
	Cuts       []time.Duration // what the agent said was stopped for good
	Finals     []Final
	Heard      []string // words by their audio
	Remembered []string // words by the model's memory
	Failed     []string // engines
	Late       Times    // of the caller's frames: how busy the machine was
}
