package agentbot

import (
	"context"
	"log/slog"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/spoken"
	"github.com/relevo/relevo/agentbot/tools"
	"github.com/relevo/relevo/agentbot/turn"
)

// Engines are what an agent is made of. VAD and TTS may be nil: then energy
// decides what is voice, and only tones are heard of the agent.
type Engines struct {
	VAD engine.VAD
	ASR engine.ASR
	LLM engine.LLM
	TTS engine.TTS
	// Checker compares sentences with what is known (Check); nil: words alone do.
	Checker engine.LLM
}

// EchoRule is when a caller's leg is guarded against echo.
type EchoRule int

// The rules.
const (
	EchoAuto EchoRule = iota // once the leg has proved to have one: the first may stop the agent
	EchoOn                   // always: who begins to speak together with the agent waits for a moment
	EchoOff                  // never
)

// Config is how an agent behaves. A zero field is its default.
type Config struct {
	// Language is a BCP 47 tag, which the ASR and the model are told; "": the
	// engines' default, with English lines. "auto": the one that the caller
	// speaks, as the ASR or their words tell; "auto:de" begins in German.
	Language string
	VoiceID  string  // of the TTS; "" is the engine's default
	Tongues  Tongues // lines, greeting and voice of each language; nil is BuiltinTongues

	speaks   string // the language spoken now, "" is English; run's own after New, as are Lines and VoiceID
	detected bool   // the caller was heard to speak it
	told     string // the last LanguageHeard

	// Spoken is how much of a written text is changed for the voice; see package
	// spoken.
	Spoken spoken.Level

	Prompt   string // the operator's rules, the first system message; DefaultPrompt
	Greeting string // spoken once a call; "" is none
	// OwnGreeting keeps SpeakLike from changing Greeting: it is the operator's, in
	// all languages.
	OwnGreeting bool
	Lines       Lines         // what it says of itself
	Rendered    *Rendered     // Lines as audio, shared by all agents; nil: each renders the few that it needs when the TTS is down
	Tools       []engine.Tool // nil: request_human with HandoverWhen; empty: none
	// HandoverWhen tells the model in the operator's words when to call
	// request_human.
	HandoverWhen string

	Escalation *escalation.Rules // when it offers a human or asks for one; nil: the defaults
	Guard      *guard.Guard      // what it does not say; nil: Protected, the defaults
	Check      Check             // of answers

	// The operator's HTTP tools, offered to the model with Tools in mode Answer.
	// A Guard must know of them: see UseTools.
	Toolbox *tools.Set
	// CallTool makes a call: tools.Client.Do. nil: none is called.
	CallTool func(ctx, stop context.Context, t *tools.Tool, args tools.Arguments) tools.Result
	// Consent reads a caller's answer to "Shall I…?"; nil: by tools.Consent and
	// package intent, of which either may say yes to nothing but a plain yes.
	Consent func(language, text string) (yes, no bool)
	offered []engine.Tool

	Turn turn.Config
	// EchoGuard is when what comes back of the agent's own voice does not count
	// as the caller's.
	EchoGuard EchoRule // EchoAuto

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

	FillerAgain time.Duration // 1.8 s: of silence while a tool runs, until the next filler
	ToolRounds  int           // 4: times that a model may go on with what tools answered, in a turn
	ToolCalls   int           // 6: calls of tools in a turn
	ToolGrace   time.Duration // 5 s: how long Close waits for the outcome of calls that change something

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
	or(&c.FillerAgain, 1800*time.Millisecond)
	or(&c.ToolRounds, 4)
	or(&c.ToolCalls, 6)
	or(&c.ToolGrace, 5*time.Second)
	or(&c.SilenceQuestion, 10*time.Second)
	or(&c.SilenceAgain, 20*time.Second)
	or(&c.SilenceEnd, 20*time.Second)
	or(&c.Preemptive, 3)
	or(&c.FailuresToHuman, 3)
	or(&c.MemoryMessages, 80)
	or(&c.CompanyReply, 2)
	or(&c.HandoverWhen, defaultHandoverWhen)
	c.Check.withDefaults()
	c.rules()
	c.speakFirst()
	if c.Tools == nil {
		c.Tools = []engine.Tool{requestTool(c.HandoverWhen)}
	}
	c.offered = append(c.Tools[:len(c.Tools):len(c.Tools)], c.Toolbox.Offer()...)
	if c.Consent == nil {
		c.Consent = consent
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Protected are the texts of a configuration that are not recited.
func (c Config) Protected() []string {
	or(&c.Prompt, DefaultPrompt)
	or(&c.HandoverWhen, defaultHandoverWhen)
	texts := []string{c.Prompt, c.HandoverWhen}
	for _, tool := range c.Tools {
		texts = append(texts, tool.Description)
	}
	return texts
}

// UseTools gives the agent an operator's tools, and has the Guard that it has
// protect what they are described by.
func (c *Config) UseTools(set *tools.Set, call func(ctx, stop context.Context, t *tools.Tool, args tools.Arguments) tools.Result) {
	c.Toolbox, c.CallTool = set, call
	if c.Guard != nil {
		c.Guard = c.Guard.With(set.Texts())
	}
}

// rules makes what is not given. Defaults cannot be refused.
func (c *Config) rules() {
	if c.Escalation == nil {
		var e escalation.Config
		e.EngineFailure.After = max(c.FailuresToHuman, 1)
		c.Escalation, _ = escalation.New(e)
	}
	if c.Guard == nil {
		c.Guard, _ = guard.New(guard.Config{Protected: c.Protected()})
		c.Guard = c.Guard.With(c.Toolbox.Texts())
	}
}

func or[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}
