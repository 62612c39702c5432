package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
)

// Join admits a participant, or gives one who lost their socket their place
// back. The result is as of the moment they were admitted; what happens after
// it comes by the outbox.
func (c *Call) Join(ctx context.Context, r JoinRequest) (*Member, wire.JoinResult, error) {
	type joined struct {
		m      *Member
		result wire.JoinResult
	}
	j, err := ask(ctx, c, func(reply func(joined, error)) {
		var m *member
		var err error
		if r.Resume != "" {
			m, err = c.resume(r)
		} else {
			m, err = c.admit(r)
		}
		if err != nil {
			reply(joined{}, err)
			return
		}
		result := wire.JoinResult{Participant: m.public(), Call: c.callInfo(), Participants: c.roster(m), ICEServers: c.cfg.ICEServers,
			ResumeToken: c.newResumeToken(m, r.Resume), Cursor: c.lastSeq(), Resumed: r.Resume != "", Restarted: m.revived && m.session == ""}
		c.keepPlace(m, func() { reply(joined{&Member{c, m, m.claims}, result}, nil) })
		c.afterJoin(m, r)
	})
	if err != nil {
		// Who is told that they have not joined must not be in the call; who has a
		// place in it may try again.
		c.box.force(func() {
			for _, m := range c.order {
				switch {
				case m.out != r.Out || r.Out == nil:
				case r.Resume != "":
					c.socketLost(m)
				default:
					c.drop(m, "lost")
				}
				if m.gone {
					return
				}
			}
		})
	}
	return j.m, j.result, err
}

// answer makes our bot begin, unless a human was there before the caller: then
// it is briefed when they give the call back.
func (c *Call) answer() {
	switch {
	case c.agentOut:
	case c.machine.State == takeover.WillStart:
		c.botMode(BotCompany, c.epoch, nil)
	default:
		c.botMode(BotAnswer, c.epoch, nil)
	}
}

func (c *Call) callInfo() wire.CallInfo {
	return wire.CallInfo{ID: c.id, State: c.machine.State.String(), Epoch: c.epoch, Holder: c.holder, CreatedAt: c.created.UnixMilli()}
}

func (c *Call) admit(r JoinRequest) (*member, error) {
	if c.ending {
		return nil, errGone
	}
	role := wire.Role(r.Claims.Role)
	if r.Claims.Desk {
		role = wire.RoleHuman
		if r.Role != "" {
			role = r.Role
		}
		if role != wire.RoleHuman && role != wire.RoleObserver {
			return nil, wire.Errorf(wire.KindForbidden, "a console joins as human or observer, not as %s", role)
		}
	} else if r.Claims.Call != c.id {
		return nil, wire.Errorf(wire.KindUnauthorized, "the token is for another call")
	}
	switch role {
	case wire.RoleCaller, wire.RoleHuman, wire.RoleObserver:
	case wire.RoleAgent:
		if !c.spec.ExternalAgent {
			return nil, wire.Errorf(wire.KindForbidden, "this call has an agent of its own; create it with externalAgent")
		}
		if c.agent != nil && c.agent.claims.Identity != r.Claims.Identity {
			return nil, wire.Errorf(wire.KindConflict, "the call has an agent already")
		}
	default:
		return nil, wire.Errorf(wire.KindForbidden, "the token has no role that may join")
	}
	id := ParticipantID(c.id, r.Claims.Identity)
	if old := c.members[id]; old != nil {
		return old, c.replace(old, role, r)
	}
	if len(c.order) >= c.cfg.MaxParticipants {
		return nil, wire.Errorf(wire.KindUnavailable, "the call is full: %d participants", len(c.order))
	}
	m := &member{id: id, claims: r.Claims, role: role, out: r.Out, joined: time.Now()}
	p, err := c.room.Join(m.id, sfuRole(role))
	if err != nil {
		return nil, wire.Wrap(wire.KindUnavailable, err, "the media room does not take anyone")
	}
	m.p = p
	c.members[m.id] = m
	c.order = append(c.order, m)
	c.names[m.id] = speaker{role, m.name()}
	if r.Subscribe != nil {
		m.sub = *r.Subscribe
	}
	m.p.SetSubscription(sfuSubscription(m.sub))
	m.cursor, m.resumedAt, m.channelAt = r.Cursor, r.Cursor, c.lastSeq()
	return m, nil
}

// replace gives the place of a member to the same person's newer page: that is
// the one they look at. What the older had of media ends.
func (c *Call) replace(m *member, role wire.Role, r JoinRequest) error {
	if m.role != role {
		return wire.Errorf(wire.KindConflict, "you are in the call already, as %s", m.role)
	}
	if err := c.newPeer(m); err != nil {
		return err
	}
	if m.out != nil {
		m.out.Close("replaced")
	}
	m.out, m.claims, m.session, m.revived = r.Out, r.Claims, "", false
	m.cursor, m.resumedAt, m.channelAt, m.entriesWS = r.Cursor, r.Cursor, c.lastSeq(), false
	if r.Subscribe != nil {
		m.sub = *r.Subscribe
		m.p.SetSubscription(sfuSubscription(m.sub))
	}
	c.checkHealth(m)
	return nil
}

// newPeer starts a member's media over.
func (c *Call) newPeer(m *member) error {
	if c.isClaimant(m) && c.agentOut {
		// Who has the floor with the old peer is not heard any more. One who only
		// claims is awaited with the new.
		c.humanLost(m, "left")
	}
	old := m.p
	p, err := c.room.Rejoin(old)
	if err != nil {
		return wire.Wrap(wire.KindUnavailable, err, "the media room does not take anyone")
	}
	c.aside(old.Leave)
	m.p, m.mic, m.slots, m.peerState = p, nil, nil, sfu.PeerNew
	c.hush(m)
	m.closeChannel()
	return nil
}

// ParticipantID is the id of an identity in a call. It can be told before they
// join, and tells nobody who they are.
func ParticipantID(callID, identity string) string {
	sum := sha256.Sum256([]byte(callID + "\x00" + identity))
	return "p_" + hex.EncodeToString(sum[:10])
}

func (c *Call) resume(r JoinRequest) (*member, error) {
	for _, m := range c.order {
		if m.gone || !m.resumes(r.Resume) {
			continue
		}
		if c.cfg.StillMay != nil {
			if err := c.cfg.StillMay(m.claims); err != nil {
				return nil, err
			}
		}
		if m.out != nil && m.out != r.Out {
			m.out.Close("replaced")
		}
		if m.out != nil {
			m.lostAt = c.lastSeq() // it was not noticed that the old one was lost
		}
		m.out, m.resumedAt = r.Out, r.Cursor
		if r.Subscribe != nil {
			m.sub = *r.Subscribe
			m.p.SetSubscription(sfuSubscription(m.sub))
		}
		c.checkHealth(m)
		return m, nil
	}
	return nil, wire.Errorf(wire.KindUnauthorized, "nothing to resume: too late, or the token has been used")
}

// afterJoin tells the others, and tells who resumed what they missed.
func (c *Call) afterJoin(m *member, r JoinRequest) {
	if r.Resume != "" {
		c.replayEvents(m, min(r.Cursor, m.lostAt))
		if len(m.slots) > 0 {
			m.notify(wire.NotifySlots, wire.Slots{Slots: m.slots})
		}
		c.isBack(m)
		return
	}
	for _, v := range c.order {
		if v != m && !v.gone && v.privileged() {
			v.notify(wire.NotifyParticipantJoined, wire.ParticipantJoined{Participant: m.public()})
		}
	}
	switch m.role {
	case wire.RoleCaller:
		c.stop(timerCaller)
		c.list(m, true, "")
		c.record("joined", m, nil)
		c.setEmail(m.claims.Email, "token", m, nil)
		if !c.answered && !c.spec.ExternalAgent {
			c.answered = true
			c.goOn()
		}
		if c.spec.ExternalAgent && c.agent == nil {
			c.after(timerAgent, c.cfg.AgentWithin, func() { c.standIn("") })
		}
	case wire.RoleAgent:
		c.externalIsHere(m)
		c.record("joined", m, nil)
	case wire.RoleHuman:
		m.p.SetAudience(sfu.Nobody)
		if c.claim.UID != "" && c.claim.Identity == m.claims.Identity {
			c.poll()
		}
	}
	c.tellBrief(m)
	c.entriesBySocketLater(m)
	c.summarise()
}

// externalIsHere makes an external bot the AI of the call.
func (c *Call) externalIsHere(m *member) {
	c.stop(timerAgent)
	c.agent, c.standsIn = m, false
	if c.agentOut {
		m.p.SetAudience(sfu.Nobody)
		return
	}
	c.botMode(BotSilent, c.epoch, nil)
	c.giveFloorToAI()
	c.list(m, true, "")
}

// entriesBySocketLater: a member without a data channel gets the log's entries
// by the socket. A channel that is only slow to open has 5 s.
func (c *Call) entriesBySocketLater(m *member) {
	c.after("entries "+m.id, 5*time.Second, func() {
		if m.gone || m.channel.open || m.synced {
			return
		}
		m.entriesWS = true
		if m.revived {
			m.cursor = max(m.cursor, m.resumedAt) // a data channel would have brought all
		}
		c.sendEntries(m)
	})
}

// Negotiate answers the member's offer. A new peer connection of a member who
// resumed (a page that was loaded again) replaces the old one.
func (m *Member) Negotiate(ctx context.Context, n wire.Negotiate) (wire.NegotiateResult, error) {
	if n.Offer.Type != "offer" {
		return wire.NegotiateResult{}, wire.Errorf(wire.KindBadRequest, "only clients offer: type is %q, not offer", n.Offer.Type)
	}
	session := sdpSession(n.Offer.SDP)
	p, err := m.peerFor(ctx, session)
	if err != nil {
		return wire.NegotiateResult{}, err
	}
	pubs := make([]sfu.Publication, 0, len(n.Publish))
	for _, pub := range n.Publish {
		pubs = append(pubs, sfu.Publication{MID: pub.MID, Source: sfu.Source(pub.Source)})
	}
	answer, err := p.Negotiate(ctx, n.Offer.SDP, pubs)
	if err != nil {
		return wire.NegotiateResult{}, negotiationError(err)
	}
	return wire.NegotiateResult{Answer: wire.SDP{Type: "answer", SDP: answer}}, nil
}

// peerFor is the member's place in the room for an offer of session. Another
// session than before is a page that was loaded again: it starts over.
func (m *Member) peerFor(ctx context.Context, session string) (*sfu.Participant, error) {
	c, x := m.c, m.m
	return ask(ctx, c, func(reply func(*sfu.Participant, error)) {
		if x.gone {
			reply(nil, errGone)
			return
		}
		if x.session != "" && x.session != session {
			if err := c.newPeer(x); err != nil {
				reply(nil, err)
				return
			}
			x.cursor = x.resumedAt
		}
		x.session = session
		reply(x.p, nil)
	})
}

// drop ends a member's part in the call. reason is told to the others.
func (c *Call) drop(m *member, reason string) {
	if m.gone {
		return
	}
	m.gone = true
	c.stop("lost " + m.id)
	c.stop("entries " + m.id)
	delete(c.members, m.id)
	for i, o := range c.order {
		if o == m {
			c.order = append(c.order[:i:i], c.order[i+1:]...)
			break
		}
	}
	for _, v := range c.order {
		if v.privileged() || m.listed {
			v.notify(wire.NotifyParticipantLeft, wire.ParticipantLeft{Participant: m.id, Reason: reason})
		}
	}
	m.listed = false
	c.dropPlace(m)
	if m.out != nil {
		m.out.Close(reason)
		m.out = nil
	}
	m.closeChannel()
	p := m.p
	c.aside(p.Leave)
	if c.isClaimant(m) {
		c.humanLost(m, reason)
	}
	switch m.role {
	case wire.RoleCaller:
		c.record("left", m, map[string]string{"reason": reason})
		if m.revived && !m.back && !c.hasCaller() {
			c.hangup(restarted)
		} else if reason != "replaced" && !c.hasCaller() {
			c.hangup("caller " + reason)
		}
	case wire.RoleAgent:
		c.record("left", m, map[string]string{"reason": reason})
		if c.agent == m {
			c.agent = nil
			c.standIn(m.name())
		}
	}
	c.summarise()
}

func (c *Call) hasCaller() bool {
	for _, m := range c.order {
		if m.role == wire.RoleCaller {
			return true
		}
	}
	return false
}
