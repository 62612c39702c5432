package main

import (
	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/copilot"
	"github.com/relevo/relevo/agentbot/room"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/call"
)

// bot is our agent as a call knows its bot: the same verbs in the call's types.
// Its copilot works beside it and shares nothing but the language model.
type bot struct {
	*room.Bot
	copilot *copilot.Copilot
	own     func(line string) bool // the agent's fixed lines
}

// newBot is call.Config.NewBot: an agent of cfg and engines for each call, and a
// copilot of assist.
func newBot(cfg agentbot.Config, engines agentbot.Engines, assist copilot.Config) func(call.BotSpec) (call.Bot, error) {
	own := agentbot.OwnLines(cfg)
	return func(s call.BotSpec) (call.Bot, error) {
		cfg := cfg
		cfg.SpeakLike(s.Language)
		if s.Greeting != nil {
			cfg.Greeting = *s.Greeting
		}
		cfg.Log = cfg.Log.With("call", s.CallID)
		b, err := room.New(s.Room, s.ParticipantID, cfg, engines, func(e agentbot.Event) { tell(s.Events, e) })
		if err != nil {
			return nil, err
		}
		assist := assist
		assist.Log = cfg.Log
		return &bot{b, copilot.New(assist, func(n copilot.Note) { tellNote(s.Events, n) }), own}, nil
	}
}

// Hear implements call.Bot.
func (b *bot) Hear(l call.BotLeg, track *sfu.Track) { b.Bot.Hear(leg(l), track) }

// SetMode implements call.Bot.
func (b *bot) SetMode(mode call.BotMode, epoch uint64, history []call.BotLine) {
	var lines []agentbot.Line
	if history != nil {
		lines = make([]agentbot.Line, 0, len(history))
	}
	for _, l := range history {
		lines = append(lines, agentbot.Line(l))
	}
	b.Agent.SetMode(agentbot.Mode(mode), epoch, lines)
}

// Typed implements call.Bot.
func (b *bot) Typed(l call.BotLeg, text string, guidance bool) {
	b.Agent.Typed(leg(l), text, guidance)
}

// Control implements call.Bot.
func (b *bot) Control(l call.BotLeg, kind int, enable bool) { b.Agent.Control(leg(l), kind, enable) }

func leg(l call.BotLeg) agentbot.Leg {
	return agentbot.Leg{ID: l.ParticipantID, Role: l.Role, Name: l.Name}
}

// tell gives an agent's event to its call.
func tell(to call.BotEvents, e agentbot.Event) {
	switch e := e.(type) {
	case agentbot.Heard:
		to.Heard(call.Heard{
			Leg:        call.BotLeg{ParticipantID: e.Leg.ID, Role: e.Leg.Role, Name: e.Leg.Name},
			SentenceID: e.SentenceID, Text: e.Text, Final: e.Final, Start: e.Start, End: e.End,
		})
	case agentbot.Spoken:
		to.Spoken(call.Spoken(e))
	case agentbot.StateChanged:
		to.State(e.Epoch, e.State)
	case agentbot.Interrupted:
		to.Interrupted(e.Epoch, e.Reason)
	case agentbot.ReplyCompleted:
		to.ReplyCompleted(e.Epoch, e.SentenceID, e.Text)
	case agentbot.WantHuman:
		to.WantHuman(e.Epoch, e.Reason, e.Detail)
	case agentbot.WaitAnswered:
		to.WaitAnswered(e.Epoch, e.Keep)
	case agentbot.WantHangup:
		to.WantHangup(e.Epoch, e.Reason)
	case agentbot.ToolCalled:
		to.ToolCalled(call.ToolCall(e))
	case agentbot.Failed:
		to.Failed(e.Epoch, e.Engine, e.Kind)
	case agentbot.EmailGiven:
		to.EmailGiven(e.Epoch, e.Address)
	case agentbot.LanguageHeard:
		to.LanguageHeard(e.Language)
	case agentbot.Ready:
		to.Ready(e.Epoch)
	}
}
