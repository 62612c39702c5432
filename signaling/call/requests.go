package call

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// alone runs fn for a member who is still in the call.
func (m *Member) alone(ctx context.Context, fn func(reply func(error))) error {
	return tell(ctx, m.c, func(reply func(error)) {
		if m.m.gone {
			reply(errGone)
			return
		}
		m.m.isHere()
		fn(reply)
	})
}

// Candidate takes an ICE candidate of the member's.
func (m *Member) Candidate(ctx context.Context, n wire.Candidate) error {
	return m.alone(ctx, func(reply func(error)) {
		err := m.m.p.AddCandidate(webrtc.ICECandidateInit{Candidate: n.Candidate, SDPMid: n.SDPMid, SDPMLineIndex: n.SDPMLineIndex})
		reply(negotiationError(err))
	})
}

// Subscribe chooses what the member receives.
func (m *Member) Subscribe(ctx context.Context, s wire.Subscribe) error {
	return m.alone(ctx, func(reply func(error)) {
		m.m.sub = s
		m.m.p.SetSubscription(sfuSubscription(s))
		m.c.keepPlace(m.m, func() { reply(nil) })
		m.c.catchUp(m.m)
	})
}

// Mute mutes one of the member's sources at the server.
func (m *Member) Mute(ctx context.Context, n wire.Mute) error {
	return m.alone(ctx, func(reply func(error)) {
		m.m.p.SetMuted(sfu.Source(n.Source), n.Muted)
		reply(nil)
	})
}

// Message takes typed text: a caller's goes to who has the floor, the floor
// holder's to the caller, any other human's is guidance to the AI.
func (m *Member) Message(ctx context.Context, text string) (int64, error) {
	return ask(ctx, m.c, func(reply func(int64, error)) {
		if m.m.gone {
			reply(0, errGone)
			return
		}
		m.m.isHere()
		m.c.typed(m.m, text, true, reply)
	})
}

func (c *Call) typed(m *member, text string, interrupt bool, reply func(int64, error)) {
	if c.ending {
		reply(0, errGone)
		return
	}
	holds := c.agentOut && c.isClaimant(m)
	guidance := false
	switch m.role {
	case wire.RoleObserver:
		reply(0, wire.Errorf(wire.KindForbidden, "observers only listen"))
		return
	case wire.RoleHuman:
		guidance = !holds
	case wire.RoleAgent:
		if c.agentOut {
			reply(0, wire.Errorf(wire.KindConflict, "a human has the call"))
			return
		}
	}
	c.say(transcripts.Entry{SpeakerID: m.id, Role: string(m.role), Name: m.name(), Text: text, Private: guidance}, reply)
	if interrupt && m.role == wire.RoleCaller && !c.agentOut {
		c.bot.Interrupt(5)
	}
	leg := BotLeg{ParticipantID: m.id, Role: string(m.role), Name: m.name()}
	switch {
	case holds && !c.ownVoice():
		c.bot.Speak(text)
	case m.role == wire.RoleCaller && !c.agentOut, guidance:
		c.bot.Typed(leg, text, guidance)
	}
	if m.role == wire.RoleCaller {
		c.lastCall = time.Now()
	} else if holds {
		c.lastHum = time.Now()
	}
}

// say writes a typed message; the reply comes when it is durable.
func (c *Call) say(e transcripts.Entry, reply func(int64, error)) {
	e.CallID, e.Kind, e.Start, e.Epoch = c.id, transcripts.KindMessage, time.Now(), c.epoch
	c.write(e, func(stored transcripts.Entry, err error) {
		if err != nil {
			reply(0, wire.Wrap(wire.KindStorage, err, "the message could not be recorded"))
			return
		}
		reply(stored.Seq, nil)
	})
}

// Interrupt stops what the AI says.
func (m *Member) Interrupt(ctx context.Context) error {
	return m.alone(ctx, func(reply func(error)) {
		if m.m.role == wire.RoleObserver {
			reply(wire.Errorf(wire.KindForbidden, "observers only listen"))
			return
		}
		m.c.bot.Interrupt(3)
		reply(nil)
	})
}

// RequestHuman asks for a human.
func (m *Member) RequestHuman(ctx context.Context, r wire.RequestHuman) error {
	if m.m.role == wire.RoleObserver || m.m.role == wire.RoleHuman {
		return wire.Errorf(wire.KindForbidden, "the caller or the agent asks for a human")
	}
	r.Priority, r.Skill, r.Skills, r.Languages = 0, "", nil, nil // what a member says never sets them; an app may
	return m.c.requestHuman(ctx, r, m.m)
}

// RequestHuman asks for a human on behalf of the app.
func (c *Call) RequestHuman(ctx context.Context, r wire.RequestHuman) error {
	return c.requestHuman(ctx, r, nil)
}

func (c *Call) requestHuman(ctx context.Context, r wire.RequestHuman, by *member) error {
	return tell(ctx, c, func(reply func(error)) {
		reason := r.Reason
		if reason == "" {
			reason = "asked"
		}
		details := map[string]any{}
		if r.Email != "" {
			details["email"] = r.Email
			c.setEmail(r.Email, "request", by, nil) // the request is written after it
		}
		if r.Skill != "" {
			details["skill"] = r.Skill
		}
		if len(r.Skills) > 0 {
			details["skills"] = r.Skills
		}
		if len(r.Languages) > 0 {
			details["languages"] = r.Languages
		}
		if r.Priority != 0 {
			details["priority"] = r.Priority
		}
		c.decide(decision{event: takeover.Request, reason: reason, details: details, by: by, reply: c.durably(reply)})
	})
}

// CancelRequest takes the wish for a human back.
func (m *Member) CancelRequest(ctx context.Context) error {
	if m.m.role != wire.RoleCaller && m.m.role != wire.RoleAgent {
		return wire.Errorf(wire.KindForbidden, "the caller's wish is the caller's to take back")
	}
	return m.alone(ctx, func(reply func(error)) {
		m.c.decide(decision{event: takeover.Cancel, by: m.m, reply: m.c.durably(reply)})
	})
}

// KeepWaiting answers the question whether to wait on.
func (m *Member) KeepWaiting(ctx context.Context) error {
	if m.m.role != wire.RoleCaller && m.m.role != wire.RoleAgent {
		return wire.Errorf(wire.KindForbidden, "the caller is asked, not you")
	}
	return m.alone(ctx, func(reply func(error)) {
		if m.c.machine.State != takeover.Pending {
			reply(m.c.refusal(takeover.Cancel))
			return
		}
		m.c.tellWait("")
		if desk := m.c.cfg.Desk; desk != nil {
			desk.KeepWaiting(m.c.id)
		} else {
			m.c.askLater()
		}
		reply(nil)
	})
}

// Takeover claims the call for a human who is in it, and returns when they have
// the floor.
func (m *Member) Takeover(ctx context.Context, mode wire.TakeoverMode, key string) (wire.TakeoverResult, error) {
	if m.m.role != wire.RoleHuman {
		return wire.TakeoverResult{}, wire.Errorf(wire.KindForbidden, "only a human agent can take a call over")
	}
	return ask(ctx, m.c, func(reply func(wire.TakeoverResult, error)) {
		if m.m.gone {
			reply(wire.TakeoverResult{}, errGone)
			return
		}
		m.m.isHere()
		m.c.claimBy(Claimant{Identity: m.m.claims.Identity, Name: m.m.name(), Avatar: m.m.claims.Avatar, Mode: mode, Key: key}, m.m, func(uid string, err error) {
			switch {
			case err != nil:
				reply(wire.TakeoverResult{}, err)
			case m.c.machine.State.FloorHeldByHuman():
				reply(wire.TakeoverResult{TakeoverUID: uid, Epoch: m.c.epoch}, nil)
			default:
				m.c.waiters = append(m.c.waiters, reply)
			}
		})
	})
}

// Claim reserves the call for a human who is to join: the state is willStart at
// once, and they have MediaWithin to come. The same claimant gets the same claim
// again; a key is theirs alone, so that nobody gets another's claim by guessing.
func (c *Call) Claim(ctx context.Context, by Claimant) (string, error) {
	return ask(ctx, c, func(reply func(string, error)) { c.claimBy(by, nil, reply) })
}

func (c *Call) claimBy(by Claimant, m *member, reply func(string, error)) {
	if by.Mode != wire.ModeOwnVoice && by.Mode != wire.ModeAgentVoice {
		reply("", wire.Errorf(wire.KindBadRequest, "takeoverMode is 1 (own voice) or 0 (the agent's voice)"))
		return
	}
	same := func() bool {
		return c.claim.UID != "" && c.claim.Identity == by.Identity
	}
	if same() && c.machine.State != takeover.Returning {
		if int(by.Mode) != c.claim.Mode {
			reply("", wire.Errorf(wire.KindConflict, "you have this call in mode %d; give it back to take it over in mode %d", c.claim.Mode, by.Mode))
			return
		}
		reply(c.claim.UID, nil)
		return
	}
	claim := transcripts.Claim{UID: newID("tk_"), Identity: by.Identity, Name: by.Name, Avatar: by.Avatar, Mode: int(by.Mode), Key: by.Key}
	c.decide(decision{event: takeover.Claim, claim: claim, by: m, reply: func(err error) {
		switch {
		case err == nil:
			reply(claim.UID, nil)
		case same() && c.machine.State != takeover.Returning:
			// The same claim came twice at once, and the other won.
			reply(c.claim.UID, nil)
		default:
			reply("", err)
		}
	}})
}

// SetEmail says where the caller can be written to.
func (m *Member) SetEmail(ctx context.Context, e wire.SetEmail) error {
	if m.m.role != wire.RoleCaller && m.m.role != wire.RoleAgent {
		return wire.Errorf(wire.KindForbidden, "the caller's address is the caller's to give")
	}
	return m.alone(ctx, func(reply func(error)) {
		m.c.setEmail(e.Email, "given", m.m, reply)
	})
}

// Return gives the call back to the AI: both the human and the caller may end
// their talk. A human who watches is warned of trouble.
func (m *Member) Return(ctx context.Context, r wire.Return) error {
	return m.alone(ctx, func(reply func(error)) {
		if m.m.role == wire.RoleCaller && m.c.agentOut {
			m.c.release(m.m, reply)
			return
		}
		if !m.c.isClaimant(m.m) {
			reply(wire.Errorf(wire.KindForbidden, "only who has taken the call over can give it back"))
			return
		}
		watch := r.Watch && m.c.agentOut
		m.c.release(m.m, func(err error) {
			if err == nil && watch {
				m.c.assist.watch = wire.Watch{Identity: m.m.claims.Identity}
			}
			reply(err)
		})
	})
}

// ReturnToAI gives the call back on behalf of the app.
func (c *Call) ReturnToAI(ctx context.Context) error {
	return tell(ctx, c, func(reply func(error)) { c.release(nil, reply) })
}

func (c *Call) release(by *member, reply func(error)) {
	reason := "returned"
	if c.machine.State == takeover.WillStart {
		reason = "withdrawn"
	}
	c.releasedFor = reason
	c.decide(decision{event: takeover.Release, claim: c.claim, by: by, reason: reason, reply: reply})
}

// Say is a message of the app's: as agent it is spoken by the AI's voice, and
// has a seq, which is 0 here, when it has been heard; as human it is shown.
func (c *Call) Say(ctx context.Context, text, as string) (int64, error) {
	return ask(ctx, c, func(reply func(int64, error)) {
		switch as {
		case "", "agent":
			if c.agentOut {
				reply(0, wire.Errorf(wire.KindConflict, "a human has the call; the agent cannot speak"))
				return
			}
			// It comes into the log as what was heard of it.
			c.bot.Speak(text)
			reply(0, nil)
		case "human":
			if !c.agentOut {
				reply(0, wire.Errorf(wire.KindConflict, "no human has the call"))
				return
			}
			if !c.ownVoice() {
				c.bot.Speak(text)
			}
			c.say(transcripts.Entry{Role: "human", SpeakerID: ParticipantID(c.id, c.claim.Identity), Name: c.claim.Name, Text: text}, reply)
		default:
			reply(0, wire.Errorf(wire.KindBadRequest, "as is agent or human"))
		}
	})
}

// Hangup ends the call for everybody.
func (m *Member) Hangup(ctx context.Context) error {
	return m.alone(ctx, func(reply func(error)) {
		if m.m.role == wire.RoleObserver {
			reply(wire.Errorf(wire.KindForbidden, "observers only listen"))
			return
		}
		m.c.decide(decision{event: takeover.Hangup, by: m.m, reason: "hangup", reply: reply})
	})
}

// Hangup ends the call on behalf of the app.
func (c *Call) Hangup(ctx context.Context, reason string) error {
	err := tell(ctx, c, func(reply func(error)) {
		c.decide(decision{event: takeover.Hangup, reason: reason, reply: reply})
	})
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

func (c *Call) hangup(reason string) {
	c.decide(decision{event: takeover.Hangup, reason: reason})
}

// Leave ends the member's part.
func (m *Member) Leave(ctx context.Context) error {
	return m.alone(ctx, func(reply func(error)) {
		m.c.drop(m.m, "left")
		m.c.written(func(error) { reply(nil) }) // they are not waited for after a restart
	})
}

func negotiationError(err error) error {
	var offer *sfu.OfferError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &offer):
		return wire.Wrap(wire.KindBadRequest, err, offer.Message)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return wire.Wrap(wire.KindTimeout, err, "the media was not negotiated in time")
	}
	return wire.Wrap(wire.KindInternal, err, "the media could not be negotiated")
}

// takeoverInfo is what a transition's entry says of the takeover.
type takeoverInfo struct {
	UID    string            `json:"takeoverUid"`
	Mode   wire.TakeoverMode `json:"takeoverMode"`
	Name   string            `json:"name"`
	Avatar string            `json:"avatar"`
	Reason string            `json:"reason"`
	From   string            `json:"from"` // of a call that was handed over: the takeover that ended
}

func takeoverData(e *transcripts.Entry) takeoverInfo {
	var d takeoverInfo
	if len(e.Data) > 0 {
		// The entry is our own; one that does not parse has no takeover in it.
		_ = json.Unmarshal(e.Data, &d)
	}
	return d
}
