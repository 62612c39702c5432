package agentbot

import (
	"time"

	"github.com/relevo/relevo/agentbot/escalation"
)

// Mode is what a call wants of its agent. Its ears stay open in each mode.
type Mode int

// The modes of an agent.
const (
	Silent  Mode = iota // a human has the floor: no brain, no voice, remembers
	Answer              // has the floor and talks with the caller
	Company             // a human is connecting: short lines, no new topic
	Revoice             // takeoverMode 0: its voice carries only the human's words
)

func (m Mode) String() string {
	switch m {
	case Silent:
		return "silent"
	case Answer:
		return "answer"
	case Company:
		return "company"
	case Revoice:
		return "revoice"
	}
	return "unknown"
}

// speaks says whether the agent has a voice in this mode.
func (m Mode) speaks() bool { return m != Silent }

// thinks says whether the caller's words are answered in this mode.
func (m Mode) thinks() bool { return m == Answer || m == Company }

// Roles of legs and lines.
const (
	RoleCaller = "caller"
	RoleAgent  = "agent"
	RoleHuman  = "human"
	RoleEvent  = "event"
	// RoleGuidance is what a human without the floor wrote to the AI.
	RoleGuidance = "guidance"
	// RoleTool is a tool that was called: Name is the tool's, Text its status.
	RoleTool = "tool"
)

// Leg is whose microphone an agent hears, or who typed.
type Leg struct {
	ID   string // participant id
	Role string // RoleCaller, RoleHuman
	Name string
}

// Line is a line of the call's log as an agent remembers it.
type Line struct {
	Role string // RoleCaller, RoleAgent, RoleHuman, RoleEvent, RoleGuidance, RoleTool
	Name string
	Text string
}

// States of StateChanged.
const (
	StateListening = 1
	StateThinking  = 2
	StateSpeaking  = 3
)

// Reasons of Interrupted, as in message 1016.
const (
	ReasonUnknown   = 0
	ReasonWords     = 1
	ReasonVoice     = 2
	ReasonAPI       = 3
	ReasonBroadcast = 4
	ReasonNewQuery  = 5
)

// Reasons of WantHuman are those of package escalation. These two are usual.
const (
	WantAsked         = string(escalation.CallerAsked)
	WantEngineFailure = string(escalation.EngineFailure)
)

// Event is what happens at an agent: Heard, Spoken, StateChanged, Interrupted,
// ReplyCompleted, WantHuman, WantHangup, ToolCalled, Failed, EmailGiven, WaitAnswered,
// LanguageHeard or Ready. Each carries the epoch it was
// made for, but for Heard, which belongs to a leg.
type Event interface{ event() }

// Heard is a leg's sentence as it is recognised.
type Heard struct {
	Leg        Leg
	SentenceID string
	Text       string // cumulative; a final one replaces all before it
	Final      bool   // once a sentence; Text "" takes back what partials showed, or is speech that could not be recognised
	Start, End time.Time
}

// Spoken is a sentence of the agent as it is spoken.
type Spoken struct {
	Epoch      uint64
	SentenceID string
	Text       string // what was forwarded so far, cumulative
	Final      bool   // once a sentence that was begun
	Cut        bool   // with Final: stopped before its end
	Unspoken   string // with Final and Cut: the rest of it and of its reply, as far as written
	Verbatim   bool   // another's words: Agent.Speak, or a human's in mode Revoice
	Start, End time.Time
	// With Final, where known: how sure it is, from 0 to 1, and where it comes
	// from. They are for people who answer for the agent, not for callers.
	Confidence *float64
	Sources    []string
}

// StateChanged tells StateListening, StateThinking or StateSpeaking.
type StateChanged struct {
	Epoch uint64
	State int
}

// Interrupted tells that what the agent said was stopped for good.
type Interrupted struct {
	Epoch  uint64
	Reason int
}

// ReplyCompleted is the whole reply of the model; SentenceID is the reply's
// first sentence.
type ReplyCompleted struct {
	Epoch      uint64
	SentenceID string
	Text       string
}

// WantHuman tells that the caller asked for a human, or that the agent thinks
// it needs one.
type WantHuman struct {
	Epoch  uint64
	Reason string // one of escalation.Reasons
	Detail string // for people; may hold the caller's words and a model's, as theirs
}

// HangupSilence is the reason of WantHangup after a caller's third silence.
const HangupSilence = "callerSilent"

// WantHangup tells that the agent has said goodbye and the call should end. It
// comes once; a caller who speaks after it is answered.
type WantHangup struct {
	Epoch  uint64
	Reason string
}

// Failed tells that an engine failed; what the agent says about it comes as
// Spoken.
type Failed struct {
	Epoch  uint64
	Engine string // asr, llm, tts, vad
	Kind   string // engine.Kind
	Cause  error  // for the log
}

// ToolCalled tells of a tool that the model called, once its outcome is known.
type ToolCalled struct {
	Epoch     uint64
	Name      string // the model's word, if there is no such tool
	Arguments string // JSON, clipped
	Status    string // tools.OK and the others
	Code      int    // of HTTP; 0 without an answer
	Duration  time.Duration
	Size      int    // bytes of the answer, as far as they were read
	Excerpt   string // of the answer; secrets are taken out
	Reason    string // why it is not ok
	Confirmed bool   // the caller was asked and said yes
	Spoken    bool   // the model goes on with it; false: it came too late for that
}

// Ready answers Agent.SetMode(Answer, …): briefed.
type Ready struct {
	Epoch uint64
}

func (Heard) event()          {}
func (Spoken) event()         {}
func (StateChanged) event()   {}
func (Interrupted) event()    {}
func (ReplyCompleted) event() {}
func (WantHuman) event()      {}
func (WantHangup) event()     {}
func (Failed) event()         {}
func (ToolCalled) event()     {}
func (Ready) event()          {}
