package agentbot

import (
	"log/slog"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/turn"
)

// Engines are what an agent is made of. VAD and TTS may be nil: then energy
// decides what is voice, and only tones are heard of the agent.
type Engines struct {
	VAD engine.VAD
	ASR engine.ASR
	LLM engine.LLM
	TTS engine.TTS
}

// Config is how an agent behaves. A zero field is its default.
type Config struct {
	Language string // BCP 47, asked of the ASR; "" is the engine's default
	VoiceID  string // of the TTS; "" is the engine's default

	Prompt   string        // the operator's rules, the first system message; DefaultPrompt
	Greeting string        // spoken once a call; "" is none
	Lines    Lines         // what it says of itself
	Rendered *Rendered     // Lines as audio, shared by all agents; nil: each renders the few that it needs when the TTS is down
	Tools    []engine.Tool // nil: request_human with HandoverWhen; empty: none
	// HandoverWhen tells the model in the operator's words when to call
	// request_human.
	HandoverWhen string

	Turn turn.Config
	// NoEchoGuard has whatever is heard on a caller's leg count as theirs. Else
	// what comes back of the agent's own voice does not.
	NoEchoGuard bool

	// How long each engine may keep the caller waiting.
	ASRFinish     time.Duration // 1.5 s: from the end of the turn to its text
	FirstToken    time.Duration // 2 s: from the request to the first text
	TokenGap      time.Duration // 2 s: between pieces of text
	FirstAudio    time.Duration // 1 s: from a sentence to its first sample
	AudioGap      time.Duration // 1 s: between pieces of audio
	TurnBudget    time.Duration // 2.3 s: from the end of the turn to the first audio, however the engines share it
	EngineFloor   time.Duration // 0.5 s: what TurnBudget leaves each engine at least
	FillerAfter   time.Duration // 1.2 s: then a filler
	ResumeAfter   time.Duration // 2 s: from a false interruption to the rest of the sentence
	ForceLine     time.Duration // 2 s: how long a line waits for the caller to finish
	CompanyEvery  time.Duration // 8 s: between lines while a human connects
	LineLifetime  time.Duration // 5 s: how long a line asked for in mode Silent waits for a voice
	GreetingDelay time.Duration // 1 s: from Hear to the greeting when no frame comes
	ToolQuiet     time.Duration // 0.8 s: from a request for a human without words to Lines.Requested

	// How long a caller may be silent after the last word, in mode Answer and by
	// voice. A negative one ends the row.
	SilenceQuestion time.Duration // 10 s: until Lines.SilenceQuestion
	SilenceAgain    time.Duration // 20 s: after it, until Lines.SilenceAgain
	SilenceEnd      time.Duration // 20 s: after it, until Lines.SilenceEnd and WantHangup

	// Preemptive is how many replies may be begun in a turn before its end is
	// sure. One is heard if the turn ends with the text that it answers; nothing
	// comes of the others. Negative: none.
	Preemptive int // 3

	FailuresToHuman int // 3: failed turns in a row after which it asks for a human
	MemoryMessages  int // 80: most messages of memory sent to the model
	CompanyReply    int // 2: most sentences of an answer in mode Company

	Log *slog.Logger // nil: discarded
}

func (c Config) withDefaults() Config {
	or(&c.Prompt, DefaultPrompt)
	or(&c.ASRFinish, 1500*time.Millisecond)
	or(&c.FirstToken, 2*time.Second)
	or(&c.TokenGap, 2*time.Second)
	or(&c.FirstAudio, time.Second)
	or(&c.AudioGap, time.Second)
	or(&c.TurnBudget, 2300*time.Millisecond)
	or(&c.EngineFloor, 500*time.Millisecond)
	or(&c.FillerAfter, 1200*time.Millisecond)
	or(&c.ResumeAfter, 2*time.Second)
	or(&c.ForceLine, 2*time.Second)
	or(&c.CompanyEvery, 8*time.Second)
	or(&c.LineLifetime, 5*time.Second)
	or(&c.GreetingDelay, time.Second)
	or(&c.ToolQuiet, 800*time.Millisecond)
	or(&c.SilenceQuestion, 10*time.Second)
	or(&c.SilenceAgain, 20*time.Second)
	or(&c.SilenceEnd, 20*time.Second)
	or(&c.Preemptive, 3)
	or(&c.FailuresToHuman, 3)
	or(&c.MemoryMessages, 80)
	or(&c.CompanyReply, 2)
	or(&c.HandoverWhen, defaultHandoverWhen)
	c.Lines = c.Lines.withDefaults()
	if c.Tools == nil {
		c.Tools = []engine.Tool{requestHumanTool(c.HandoverWhen)}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func or[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}
