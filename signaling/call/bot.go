package call

import (
	"context"
	"time"

	"github.com/relevo/relevo/sfu"
)

// BotMode is what a call wants of its AI agent.
type BotMode int

// The modes of a bot. Its ears stay open in each of them.
const (
	BotSilent  BotMode = iota // a human has the floor: no brain, no voice, remembers
	BotAnswer                 // has the floor and talks with the caller
	BotCompany                // a human is connecting: short lines, no new topic
	BotRevoice                // takeoverMode 0: its voice carries only the human's words
)

// Bot is the AI agent of one call as the call knows it. Its methods may be
// called from the call's goroutine: they post and return, but for Boundary and
// Close, which wait.
type Bot interface {
	// Hear starts transcribing a participant's microphone; it ends by itself
	// with the track.
	Hear(leg BotLeg, track *sfu.Track)
	// Unhear stops it: a human who has given the call back is not listened to.
	// What they are saying is finished and still told as Heard.
	Unhear(participantID string)
	// SetMode changes what the bot does. epoch is the term its audio and text
	// are made for from now on; what it made for another is dropped where it
	// leaves. history is nil, or the log from which its memory is made anew
	// (return to the AI, resumption after a crash).
	SetMode(mode BotMode, epoch uint64, history []BotLine)
	// Company makes the bot say something short while the caller waits:
	// situation is one of willStart, willStartLong, failed, lost, returned,
	// transferred, requested, stillWaiting; restarted, restartedWaiting (for a human
	// who was asked for) or restartedHuman (for one who had the call), when the
	// server was down for a moment; or canceled, of which nothing is said;
	// name is the human's.
	Company(situation, name string)
	// Waiting tells the caller how the wait for a human stands; with question they
	// are asked whether to go on, and WaitAnswered says what they answered.
	Waiting(position int, likely time.Duration, question bool)
	// Typed gives the bot the text that a participant typed. Guidance is from
	// a human without the floor, for the AI only.
	Typed(leg BotLeg, text string, guidance bool)
	// Speak says text verbatim (messages as the agent, mode 0).
	Speak(text string)
	// Interrupt stops what the bot says. reason as wire 1016.
	Interrupt(reason int)
	// Control passes on 1102 and 1105 to 1108.
	Control(leg BotLeg, kind int, enable bool)
	// Boundary returns at the bot's next word boundary, or when ctx ends.
	Boundary(ctx context.Context)
	// Track is the bot's voice in the room.
	Track() *sfu.Track
	// SetAudience says who may hear its voice.
	SetAudience(a sfu.RoleSet)
	// Close stops it and waits until nothing of it runs.
	Close()
	Copilot
}

// BotLeg is whose microphone a bot hears.
type BotLeg struct {
	ParticipantID string
	Role          string // caller, human
	Name          string
}

// BotLine is a line of the log as a bot remembers it.
type BotLine struct {
	Role string // caller, agent, human, event, guidance, tool (Name is the tool, Text its status)
	Name string
	Text string
}

// BotEvents is how a bot tells the call what happens. The call implements it;
// no method blocks for long, and each may be called from any goroutine.
// Everything carries the epoch it was made for.
type BotEvents interface {
	// Heard is a sentence of a leg: cumulative text, final once.
	Heard(h Heard)
	// Spoken is the bot's own sentence as it is spoken: cumulative text of
	// what has been forwarded; final once, with what was heard and what was not.
	Spoken(s Spoken)
	// State is 1 listening, 2 thinking, 3 speaking.
	State(epoch uint64, state int)
	Interrupted(epoch uint64, reason int)
	ReplyCompleted(epoch uint64, sentenceID, text string)
	// WantHuman: the caller asked for a human, or the bot thinks it needs one.
	WantHuman(epoch uint64, reason, detail string)
	// WaitAnswered: the caller's yes or no to whether to wait on for a human.
	WaitAnswered(epoch uint64, keep bool)
	// LanguageHeard: the caller speaks that language (BCP 47), whatever the call
	// was made for.
	LanguageHeard(language string)
	// WantHangup: the caller has been silent through every question and has been
	// said goodbye to.
	WantHangup(epoch uint64, reason string)
	// ToolCalled: the bot's model called a tool of the operator's, and this came
	// of it. It may come after the bot was made to be silent.
	ToolCalled(t ToolCall)
	// Failed: an engine failed; what the bot said about it comes as Spoken.
	Failed(epoch uint64, engine, kind string)
	// Ready answers SetMode(BotAnswer, epoch, history): briefed.
	Ready(epoch uint64)
	CopilotEvents
}

// Heard is a participant's sentence.
type Heard struct {
	Leg        BotLeg
	SentenceID string
	Text       string
	Final      bool
	Start, End time.Time
}

// Spoken is the bot's sentence.
type Spoken struct {
	Epoch      uint64
	SentenceID string
	Text       string // what was forwarded so far, cumulative
	Final      bool
	Cut        bool   // with Final: stopped before its end
	Unspoken   string // with Final and Cut: the rest
	Verbatim   bool   // said by Speak, for a human in mode 0
	Start, End time.Time
	// With Final, where the bot knows: how sure it is, from 0 to 1, and what the
	// sentence is made of. Callers never see them.
	Confidence *float64
	Sources    []string
}
