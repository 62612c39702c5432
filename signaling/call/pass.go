package call

import (
	"context"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// passedOn is why a takeover ended whose human put the call back into the line
// for somebody else; also the situation that the AI explains then.
const passedOn = "transferred"

// HandOver passes the call from the human who has it to another, without the AI
// in between: from one packet to the next the caller hears the second. They
// must be in the call, with their media arriving. It returns the second one's
// takeover.
func (c *Call) HandOver(ctx context.Context, to Claimant) (string, error) {
	return ask(ctx, c, func(reply func(string, error)) {
		if to.Mode != wire.ModeOwnVoice && to.Mode != wire.ModeAgentVoice {
			reply("", wire.Errorf(wire.KindBadRequest, "takeoverMode is 1 (own voice) or 0 (the agent's voice)"))
			return
		}
		if c.machine.State != takeover.Human {
			reply("", c.refusal(takeover.HandOver))
			return
		}
		if c.claim.Identity == to.Identity {
			reply(c.claim.UID, nil)
			return
		}
		h := c.byIdentity(to.Identity, wire.RoleHuman)
		if h == nil || !c.mediaOf(h, to.Mode == wire.ModeOwnVoice) {
			reply("", wire.Errorf(wire.KindConflict, "%s is not in the call yet, with a microphone that is heard", to.Name))
			return
		}
		claim := transcripts.Claim{UID: newID("tk_"), Identity: to.Identity, Name: to.Name, Avatar: to.Avatar, Mode: int(to.Mode), Key: to.Key}
		c.decide(decision{event: takeover.HandOver, claim: claim, by: h, reply: func(err error) { reply(claim.UID, err) }})
	})
}

// Requeue is the desk's: it takes the call from its human and puts it back into
// the line, first: the AI speaks meanwhile. from is whom it takes it from, ""
// for whoever has it: a later one keeps it. why is passedOn's "transferred", or
// "lost".
func (c *Call) Requeue(ctx context.Context, from, why string) error {
	return tell(ctx, c, func(reply func(error)) {
		if from != "" && c.claim.Identity != from {
			reply(wire.Errorf(wire.KindConflict, "that takeover is over"))
			return
		}
		if h := c.claimant(); h != nil && c.machine.State == takeover.Human {
			h.p.SetAudience(sfu.Nobody)
			c.bot.Unhear(h.id)
			c.list(h, false, why)
		}
		c.decide(decision{event: takeover.HumanLost, claim: c.claim, by: c.claimant(), reason: why, ofDesk: true, reply: reply})
	})
}

// swapHuman is the cut between two humans: what is heard, before it is told.
// The claim is already durable.
func (c *Call) swapHuman(claim transcripts.Claim) {
	if h := c.claimant(); h != nil {
		h.p.SetAudience(sfu.Nobody)
		c.bot.Unhear(h.id)
		c.list(h, false, "handedOver")
	}
	c.told, c.claim = c.claim, claim
	c.epoch += 2
	h := c.claimant()
	if h == nil {
		return // they have just left: that they are lost is the next decision
	}
	h.speaksTo = ""
	if c.ownVoice() {
		c.bot.SetAudience(sfu.Nobody)
		c.botMode(BotSilent, c.epoch, nil)
	} else {
		c.hushAll()
		c.botMode(BotRevoice, c.epoch, nil)
	}
	c.giveFloorToHuman()
	c.list(h, true, "")
}

// tellHandedOver tells that one takeover has ended and another is under way, as
// clients know it: each takeover begins when the one before it is over.
func (c *Call) tellHandedOver(seq int64) {
	c.announce(wire.NotifyHumanTakeoverEnded, 0, wire.HumanTakeoverEnded{TakeoverUID: c.told.UID, Reason: "handedOver", Seq: seq}, nil)
	c.announce(wire.NotifyHumanTakeoverWillStart, wire.TypeHumanTakeoverWillStart, c.willStart(seq), nil)
	c.announce(wire.NotifyHumanTakeoverConnected, wire.TypeHumanTakeoverConnected,
		wire.HumanTakeoverConnected{TakeoverUID: c.claim.UID, Name: c.claim.Name, Seq: seq}, nil)
	c.watchSilence()
}

// SpeakTo chooses who hears a human who has not the floor.
func (m *Member) SpeakTo(ctx context.Context, to wire.Audience) error {
	if m.m.role != wire.RoleHuman {
		return wire.Errorf(wire.KindForbidden, "only human agents choose who hears them")
	}
	return m.alone(ctx, func(reply func(error)) { reply(m.c.speakTo(m.m, to)) })
}

func (c *Call) speakTo(m *member, to wire.Audience) error {
	switch {
	case c.agentOut && c.isClaimant(m):
		return wire.Errorf(wire.KindConflict, "you have the floor: everybody hears you")
	case to == wire.AudienceEveryone && !c.agentOut:
		return wire.Errorf(wire.KindConflict, "the AI has the floor; take the call over to be heard by the caller")
	case to == wire.AudienceEveryone && !c.ownVoice():
		return wire.Errorf(wire.KindConflict, "this caller hears the agent's voice only")
	}
	was := m.speaksTo
	m.speaksTo = to
	switch to {
	case wire.AudienceEveryone:
		m.p.SetAudience(sfu.Everyone)
		if m.mic != nil {
			c.bot.Hear(BotLeg{ParticipantID: m.id, Role: string(m.role), Name: m.name()}, m.mic)
		}
		c.list(m, true, "")
	case wire.AudienceHumans:
		c.quieten(m, was)
		m.p.SetAudience(sfu.Roles(sfu.Human, sfu.Observer))
	default:
		c.quieten(m, was)
	}
	if was != to {
		if to == wire.AudienceEveryone || was == wire.AudienceEveryone {
			c.record("speaksTo", m, map[string]string{"to": string(to)})
		}
		c.announce(wire.NotifyParticipantSpeaksTo, 0, wire.ParticipantSpeaksTo{Participant: m.id, To: to}, func(v *member) bool { return v.privileged() })
	}
	return nil
}

// quieten hides what the caller could hear of m.
func (c *Call) quieten(m *member, was wire.Audience) {
	m.p.SetAudience(sfu.Nobody)
	if was == wire.AudienceEveryone {
		c.bot.Unhear(m.id)
		c.list(m, false, "left")
	}
}

// hush makes a human who has not the floor a listener again.
func (c *Call) hush(m *member) {
	if m.speaksTo == "" || m.speaksTo == wire.AudienceNobody {
		return
	}
	if err := c.speakTo(m, wire.AudienceNobody); err != nil {
		c.log.Error("who barged in is still heard", "participant", m.id, "error", err)
	}
}

// hushAll: nobody barges in on the AI, nor on a human who is not heard.
func (c *Call) hushAll() {
	for _, m := range c.order {
		if m.speaksTo == wire.AudienceEveryone && !m.gone {
			c.hush(m)
		}
	}
}
