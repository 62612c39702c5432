package call

import (
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/wire"
)

// fromRoom is called by the room's goroutines; it only posts.
func (c *Call) fromRoom(e sfu.Event) {
	_, message := e.(sfu.DataMessage)
	c.box.put(func() { c.onRoom(e) }, message)
}

func (c *Call) onRoom(e sfu.Event) {
	switch e := e.(type) {
	case sfu.TrackAdded:
		if m := c.memberOf(e.P); m != nil {
			c.trackAdded(m, e.Track)
		}
	case sfu.FirstMedia:
		// A camera that is only negotiated shows nothing yet.
		if m := c.memberOf(e.P); m != nil && m.role == wire.RoleCaller && e.Track.Kind() == sfu.Video {
			c.video = true
			c.summarise()
		}
	case sfu.TrackRemoved:
		if m := c.memberOf(e.P); m != nil && m.mic == e.Track {
			m.mic = nil
		}
	case sfu.PeerState:
		if m := c.memberOf(e.P); m != nil {
			c.peerState(m, e.State)
		}
	case sfu.LocalCandidate:
		if m := c.memberOf(e.P); m != nil {
			m.notify(wire.NotifyCandidate, wire.Candidate{Candidate: e.Candidate.Candidate, SDPMid: e.Candidate.SDPMid, SDPMLineIndex: e.Candidate.SDPMLineIndex})
		}
	case sfu.DataOpen:
		if m := c.memberOf(e.P); m != nil {
			m.closeChannel()
			m.channel.open = true
			c.sync(m)
		}
	case sfu.DataClosed:
		if m := c.memberOf(e.P); m != nil {
			m.closeChannel()
			c.entriesBySocketLater(m)
		}
	case sfu.DataMessage:
		if m := c.memberOf(e.P); m != nil {
			c.fromChannel(m, e.Data)
		}
	case sfu.SlotsChanged:
		if m := c.memberOf(e.P); m != nil {
			c.slotsChanged(m, e.Slots)
		}
	}
}

// memberOf is nil for a peer that has been replaced.
func (c *Call) memberOf(p *sfu.Participant) *member {
	m := c.members[p.ID()]
	if m == nil || m.p != p {
		return nil
	}
	return m
}

func (c *Call) trackAdded(m *member, t *sfu.Track) {
	if t.Source() != sfu.Microphone {
		return
	}
	m.mic = t
	leg := BotLeg{ParticipantID: m.id, Role: string(m.role), Name: m.name()}
	switch m.role {
	case wire.RoleCaller:
		c.bot.Hear(leg, t)
	case wire.RoleAgent:
		c.bot.Hear(leg, t)
		if c.agent == m && !c.agentOut {
			c.giveFloorToAI()
		}
	case wire.RoleHuman:
		// Who has the floor may have a microphone again.
		if c.agentOut && c.isClaimant(m) {
			if c.ownVoice() {
				c.floorAgain(t)
				c.voice.Store(&voice{m.claims.Identity, t})
			}
			c.bot.Hear(leg, t)
		}
		if m.speaksTo == wire.AudienceEveryone {
			c.bot.Hear(leg, t)
		}
	}
}

func (c *Call) peerState(m *member, s sfu.PeerConnectionState) {
	m.peerState = s
	switch s {
	case sfu.PeerDisconnected, sfu.PeerFailed, sfu.PeerClosed:
		// The human's media has been away for the ICE timeout already; the caller
		// must not listen to silence any longer.
		// A claimant whose connection only stutters may still come.
		if c.isClaimant(m) && (c.agentOut || s != sfu.PeerDisconnected) {
			c.humanLost(m, "lost")
		}
	}
	c.checkHealth(m)
}

func (c *Call) slotsChanged(m *member, slots []sfu.SlotInfo) {
	m.slots = m.slots[:0:0]
	for _, s := range slots {
		w := wire.Slot{MID: s.MID, Kind: string(s.Kind), ParticipantID: s.ParticipantID, Floor: s.Floor}
		if s.ParticipantID != "" {
			w.Source = wire.Source(s.Source)
		}
		m.slots = append(m.slots, w)
	}
	c.nameSlots(m)
	c.tellSlots(m)
}

// nameSlots gives a floor slot that carries our bot's voice the name of whose
// words it speaks, and says whether that is news.
func (c *Call) nameSlots(m *member) (changed bool) {
	for i := range m.slots {
		s := &m.slots[i]
		if !s.Floor || s.ParticipantID == "" || c.bot.Track() != c.floorTrack() {
			continue
		}
		if s.ParticipantID != c.holder {
			s.ParticipantID, changed = c.holder, true
		}
	}
	return changed
}

func (c *Call) floorTrack() *sfu.Track {
	t, _ := c.room.Floor()
	return t
}

func (c *Call) tellSlots(m *member) {
	m.notify(wire.NotifySlots, wire.Slots{Slots: m.slots})
	c.send(m, wire.TypeSlots, raw(wire.Slots{Slots: m.slots}), c.epoch, "", false)
}

// fromChannel takes what a client sends by the data channel. What makes no
// sense is answered on the socket and changes nothing.
func (c *Call) fromChannel(m *member, b []byte) {
	e, data, err := wire.DecodeClientEnvelope(b)
	if err != nil {
		c.hub.metrics.badMessage()
		m.notify(wire.NotifyError, fault(err))
		return
	}
	leg := BotLeg{ParticipantID: m.id, Role: string(m.role), Name: m.name()}
	switch e.Type {
	case wire.TypeInterruptSpeaking:
		if m.role != wire.RoleObserver {
			c.bot.Interrupt(3)
		}
	case wire.TypeVoiceInterrupt, wire.TypePushToTalk, wire.TypePushStart, wire.TypePushFinish, wire.TypePushCancel:
		s, _ := data.(*wire.Switch)
		if m.role == wire.RoleCaller {
			c.bot.Control(leg, int(e.Type), s != nil && s.Enable)
		}
	case wire.TypeTextToAgent:
		t := data.(*wire.TextToAgent)
		c.typed(m, t.Text, t.EnableInterrupt, func(_ int64, err error) {
			if err != nil {
				m.notify(wire.NotifyError, fault(err))
			}
		})
	case wire.TypeClientCustom:
		if m.role == wire.RoleObserver {
			return
		}
		for _, v := range c.order {
			if v != m && (c.visibleTo(m, v) || v.privileged()) {
				c.send(v, wire.TypeCustomMessage, e.Data, c.epoch, m.id, false)
			}
		}
	case wire.TypeQueryAgentState:
		c.send(m, wire.TypeAgentStateChanged, raw(wire.AgentState{State: max(c.agentState, 1)}), c.epoch, c.botID, false)
	}
}

// fault is an error as the error notification carries it.
func fault(err error) wire.Fault {
	e := wire.AsError(err)
	return wire.Fault{Kind: e.Kind, Message: e.Message}
}
