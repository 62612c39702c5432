package main

import (
	"sync"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/room"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/call"
)

// bot is our agent as a call knows its bot: the same verbs in the call's types.
type bot struct {
	*room.Bot
	hush *hush
}

// newBot is call.Config.NewBot: an agent of cfg and engines for each call.
func newBot(cfg agentbot.Config, engines agentbot.Engines) func(call.BotSpec) (call.Bot, error) {
	return func(s call.BotSpec) (call.Bot, error) {
		cfg := cfg
		if s.Language != "" {
			cfg.Language = s.Language
		}
		if s.Greeting != nil {
			cfg.Greeting = *s.Greeting
		}
		cfg.Log = cfg.Log.With("call", s.CallID)
		h := &hush{legs: make(map[string]*hushed)}
		b, err := room.New(s.Room, s.ParticipantID, cfg, engines, func(e agentbot.Event) { tell(s.Events, h, e) })
		if err != nil {
			return nil, err
		}
		return &bot{Bot: b, hush: h}, nil
	}
}

// Hear implements call.Bot.
func (b *bot) Hear(l call.BotLeg, track *sfu.Track) {
	if b.hush.listenAgain(l.ParticipantID) {
		b.Bot.Hear(leg(l), track)
	}
}

// Unhear implements call.Bot. An agent that can close one ear does; of any
// other, what it hears from now on goes nowhere.
func (b *bot) Unhear(participantID string) {
	u, closes := any(b.Agent).(interface{ Unhear(legID string) })
	b.hush.unhear(participantID, closes)
	if closes {
		u.Unhear(participantID)
	}
}

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

// SetAudience implements call.Bot.
func (b *bot) SetAudience(a sfu.RoleSet) { b.Participant().SetAudience(a) }

func leg(l call.BotLeg) agentbot.Leg {
	return agentbot.Leg{ID: l.ParticipantID, Role: l.Role, Name: l.Name}
}

// tell gives an agent's event to its call.
func tell(to call.BotEvents, h *hush, e agentbot.Event) {
	switch e := e.(type) {
	case agentbot.Heard:
		if h.passes(e) {
			to.Heard(call.Heard{
				Leg:        call.BotLeg{ParticipantID: e.Leg.ID, Role: e.Leg.Role, Name: e.Leg.Name},
				SentenceID: e.SentenceID, Text: e.Text, Final: e.Final, Start: e.Start, End: e.End,
			})
		}
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
	case agentbot.Failed:
		to.Failed(e.Epoch, e.Engine, e.Kind)
	case agentbot.Ready:
		to.Ready(e.Epoch)
	}
}

// hush knows the legs that are no longer listened to: the sentence that was
// begun may still end, further ones are nobody's business.
type hush struct {
	mu   sync.Mutex
	legs map[string]*hushed // by participant
}

type hushed struct {
	silent bool
	open   string // id of the sentence that is not final yet
}

// unhear hushes a leg; forget says that its ear is closed as well.
func (h *hush) unhear(id string, forget bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.legs[id]; l != nil && !forget {
		l.silent = true
	} else {
		delete(h.legs, id)
	}
}

// listenAgain ends the hush of a leg and tells whether its ear is yet to be
// opened.
func (h *hush) listenAgain(id string) (open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.legs[id]
	if l == nil || !l.silent {
		h.legs[id] = &hushed{}
		return true
	}
	l.silent = false
	return false
}

func (h *hush) passes(e agentbot.Heard) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.legs[e.Leg.ID]
	if l == nil {
		return true
	}
	pass := !l.silent || e.SentenceID == l.open
	if pass {
		l.open = e.SentenceID
		if e.Final {
			l.open = ""
		}
	}
	return pass
}
