// Package engine is what an AI agent is made of, as small streaming
// interfaces: a voice activity detector, speech recognition (ASR), a language
// model (LLM) and speech synthesis (TTS), each chosen separately.
//
// Audio here is always 16-bit mono PCM. What callers say arrives at 16 kHz
// (SampleRate), because Opus decodes straight to it; a TTS may answer at any
// rate Opus can encode (8, 12, 16, 24 or 48 kHz).
//
// Contract of every engine: a call's ctx bounds it, and when ctx ends every
// blocked method returns soon with ctx's error; errors are *Error, so that the
// conversation knows what to do without knowing the engine; a value returned
// by an Open… method is used by one goroutine at a time and closed by its
// user; engines themselves may be used by many goroutines at once.
//
// Sub-packages: local (flite, pocketsphinx, WebRTC VAD; no key), openai (any
// OpenAI-compatible endpoint), scripted (exact and silent ones for tests and
// load), chain (several of them behind one another). enginetest is the conformance suite that all of them pass.
package engine

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// SampleRate is the rate of all audio that is heard, in samples a second.
const SampleRate = 16000

// FrameSamples is 20 ms of audio at SampleRate, the unit of all audio heard.
const FrameSamples = SampleRate / 50

// VAD opens detectors of voice.
type VAD interface {
	OpenVAD() (VADStream, error)
}

// VADStream judges one leg's audio frame by frame.
type VADStream interface {
	// Process says whether this frame of FrameSamples holds voice. It may
	// suppress noise in place, so what follows hears the cleaner audio.
	Process(frame []int16) (voice bool)
	Close() error
}

// Later is a VADStream that may be sure of a voice only when it has begun.
type Later interface {
	// Late is how many of the frames just before the last one had voice after
	// all: when Process has found it again.
	Late() int
}

// Late is what a detector says of the frames before the one that it has just
// judged.
func Late(s VADStream) int {
	if l, ok := s.(Later); ok {
		return l.Late()
	}
	return 0
}

// ASR opens recognisers of speech.
type ASR interface {
	// OpenASR prepares one leg's recogniser. lang is a BCP 47 tag, "" for the
	// engine's default.
	OpenASR(ctx context.Context, lang string) (ASRStream, error)
}

// ASRStream recognises one leg, utterance after utterance. The caller runs it
// off every media goroutine: Write may take 100 ms.
type ASRStream interface {
	// Write takes the next audio of the utterance, any number of frames, and
	// returns the text so far where it changed (an engine without partials
	// returns changed false).
	Write(ctx context.Context, pcm []int16) (partial string, changed bool, err error)
	// Finish ends the utterance, returns its text ("" when no words were
	// recognised) and makes ready for the next.
	Finish(ctx context.Context) (Transcript, error)
	// Reset drops the utterance unfinished.
	Reset()
	Close() error
}

// Transcript is a recognised utterance.
type Transcript struct {
	Text       string
	Confidence float64 // 0 to 1; 0 when the engine does not say
	Language   string  // BCP 47, "" when the engine does not say
}

// LLM answers conversations.
type LLM interface {
	// Chat streams the reply to req.
	Chat(ctx context.Context, req Request) (ReplyStream, error)
}

// Request is a conversation to be continued.
type Request struct {
	Messages []Message
	Tools    []Tool
}

// Message roles.
const (
	RoleSystem    = "system"
	RoleUser      = "user"      // the caller
	RoleAssistant = "assistant" // the AI
	RoleHuman     = "human"     // the human agent; engines that know no such role map it to assistant with the name in front
	RoleTool      = "tool"      // what a tool answered; Message.CallID says to which call
)

// Message is one turn of a conversation.
type Message struct {
	Role string
	Name string // who spoke, or the tool that answered
	Text string

	Calls  []ToolCall // of the assistant: the tools that it called; each is answered by a message of RoleTool
	CallID string     // of RoleTool: ToolCall.ID of what it answers
}

// Tool is a function the model may call.
type Tool struct {
	Name        string
	Description string
	Parameters  []byte // JSON Schema
}

// ReplyStream is a reply as it is written.
type ReplyStream interface {
	// Next returns the next piece; io.EOF ends the reply.
	Next() (Delta, error)
	Close() error
}

// Delta is a piece of a reply: text, or a whole tool call.
type Delta struct {
	Text string
	Call *ToolCall
	// Confidence, from 0 to 1, is how sure the engine is that the reply is
	// grounded in what it knows; nil when it does not say. The first delta
	// carries it where any does.
	Confidence *float64
	Sources    []string // where the reply comes from, e.g. "returns.md#refunds"
	// Unknown says that the reply admits that the engine does not know, or gets a
	// human: it is no guess, whatever its Confidence. The first delta carries it.
	Unknown bool
	// Grounds are what the reply is to be made of, for a check of it; empty when
	// nothing is known, nil when the engine does not say. The first delta carries
	// them.
	Grounds []Ground
}

// Ground is a text that a reply is made of.
type Ground struct {
	Source string
	Text   string
}

// ToolCall is the model's wish to call a tool.
type ToolCall struct {
	ID        string // the engine's; "" when it gives none
	Name      string
	Arguments []byte // JSON
}

// TTS speaks text.
type TTS interface {
	// Speak starts speaking text in voice ("" for the engine's default) and
	// returns the audio as it is made.
	Speak(ctx context.Context, text, voice string) (SpeechStream, error)
}

// SpeechStream is speech as it is made.
type SpeechStream interface {
	// SampleRate is fixed for the stream: 8000, 12000, 16000, 24000 or 48000.
	SampleRate() int
	// Read fills pcm, blocking until there is at least one sample; io.EOF ends
	// the speech.
	Read(pcm []int16) (n int, err error)
	// Words are the word times known so far, by their first sample; empty
	// when the engine does not tell.
	Words() []WordTime
	Close() error
}

// WordTime says when a word of the spoken text begins.
type WordTime struct {
	Offset int           // in code points of the text
	At     time.Duration // from the start of the speech
}

// Kind is what went wrong, as far as the conversation must know.
type Kind string

// The kinds of failure.
const (
	Unavailable  Kind = "unavailable"  // refused, cut, 5xx: may work later
	Unauthorized Kind = "unauthorized" // a wrong key: does not mend by itself
	RateLimited  Kind = "rateLimited"
	Timeout      Kind = "timeout"  // nothing came in time
	Nonsense     Kind = "nonsense" // an answer that is none
	Unusable     Kind = "unusable" // the engine cannot run here at all; see relevo doctor
)

// Error is an engine's failure.
type Error struct {
	Engine string // e.g. "openai asr"
	Kind   Kind
	Cause  error // for the log
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %s: %v", e.Engine, e.Kind, e.Cause) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of err, Unavailable when it is not an *Error.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Unavailable
}
