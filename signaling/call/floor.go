package call

import (
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
)

// hear brings about the effects that are heard.
func (c *Call) hear(e takeover.Effect, d decision) {
	switch e {
	case takeover.NextEpoch:
		c.epoch++
	case takeover.FloorToHuman:
		c.giveFloorToHuman()
	case takeover.EvictAI:
		c.evictAI()
	case takeover.FloorToAI:
		c.giveFloorToAI()
		c.takeFloorFromHuman()
	case takeover.RestoreAI:
		c.restoreAI()
	case takeover.BriefAI:
		c.briefAI(d.event)
	case takeover.ExplainLoss:
		situation := "lost"
		if d.reason == passedOn {
			situation = passedOn
		}
		c.company(situation, c.claim.Name)
	case takeover.Seal:
		c.goodbye()
	}
}

// tellEffect brings about the effects that are told; seq is the log's of the
// transition.
func (c *Call) tellEffect(e takeover.Effect, d decision, seq int64) {
	switch e {
	case takeover.Enqueue, takeover.EnqueueFirst:
		c.requests, c.wait = time.Now(), Wait{}
		if c.cfg.Desk == nil {
			c.hub.enqueue(c, e == takeover.EnqueueFirst)
			c.tellWait("")
			c.askLater()
		}
		if e == takeover.Enqueue {
			c.company("requested", "")
		}
	case takeover.Dequeue:
		c.hub.dequeue(c)
		c.stop(timerAsk)
		if d.event == takeover.Cancel {
			c.company("canceled", "")
		}
	case takeover.AwaitMedia:
		c.awaitMedia()
	case takeover.StopAwaiting:
		c.stop(timerMedia)
		c.stop(timerPoll)
	case takeover.KeepCompany:
		c.botMode(BotCompany, c.epoch, nil)
		c.company("willStart", c.claim.Name)
	case takeover.TellWillStart:
		c.announce(wire.NotifyHumanTakeoverWillStart, wire.TypeHumanTakeoverWillStart, c.willStart(seq), nil)
	case takeover.TellConnected:
		c.announce(wire.NotifyHumanTakeoverConnected, wire.TypeHumanTakeoverConnected,
			wire.HumanTakeoverConnected{TakeoverUID: c.claim.UID, Name: c.claim.Name, Seq: seq}, nil)
		c.answerWaiters(wire.TakeoverResult{TakeoverUID: c.claim.UID, Epoch: c.epoch}, nil)
		c.watchSilence()
	case takeover.TellFailed:
		c.announce(wire.NotifyHumanTakeoverFailed, 0, wire.HumanTakeoverFailed{TakeoverUID: c.told.UID, Reason: d.reason, Seq: seq}, nil)
		c.answerWaiters(wire.TakeoverResult{}, wire.Errorf(wire.KindTimeout, "the takeover came to nothing: %s", d.reason))
	case takeover.TellEnded:
		c.stop(timerSilence)
		c.announce(wire.NotifyHumanTakeoverEnded, 0, wire.HumanTakeoverEnded{TakeoverUID: c.told.UID, Reason: endReason(d), Seq: seq}, nil)
	case takeover.TellHandedOver:
		c.tellHandedOver(seq)
	case takeover.VoidClaim:
		c.told, c.claim = c.claim, noClaim
		c.stop(timerReady)
	case takeover.ExplainFailure:
		c.botMode(BotAnswer, c.epoch, nil)
		c.company("failed", c.told.Name)
	case takeover.ExplainReturn:
		c.company("returned", c.told.Name)
	case takeover.Seal:
		c.seal(d.reason)
	}
}

func endReason(d decision) string {
	switch {
	case d.event == takeover.HumanLost && d.reason != passedOn:
		return "lost"
	case d.reason != "":
		return d.reason
	}
	return "returned"
}

func (c *Call) willStart(seq int64) wire.HumanTakeoverWillStart {
	return wire.HumanTakeoverWillStart{TakeoverUID: c.claim.UID, TakeoverMode: wire.TakeoverMode(c.claim.Mode), Name: c.claim.Name, Avatar: c.claim.Avatar, Seq: seq}
}

func (c *Call) ownVoice() bool { return wire.TakeoverMode(c.claim.Mode) == wire.ModeOwnVoice }

// giveFloorToHuman is the cut: from the next packet on the caller hears the
// human, or in mode 0 the agent's voice with the human's words.
func (c *Call) giveFloorToHuman() {
	h := c.claimant()
	if h == nil {
		return
	}
	track := c.bot.Track()
	if c.ownVoice() {
		track = h.mic
		h.p.SetAudience(sfu.Everyone)
	} else {
		h.p.SetAudience(sfu.Roles(sfu.Human, sfu.Observer))
		c.bot.SetAudience(sfu.Everyone)
	}
	c.floor(track)
	c.setHolder(h.id)
	c.voice.Store(nil)
	if h.mic != nil {
		if c.ownVoice() {
			c.voice.Store(&voice{h.claims.Identity, h.mic})
		}
		c.bot.Hear(BotLeg{ParticipantID: h.id, Role: string(wire.RoleHuman), Name: h.name()}, h.mic)
	}
	c.lastHum = time.Now()
	c.lastCall = c.lastHum
}

func (c *Call) floor(track *sfu.Track) {
	if err := c.room.GiveFloor(track, c.epoch); err != nil {
		c.log.Error("the floor was not given", "epoch", c.epoch, "error", err)
	}
}

// takeFloorFromHuman hides the human from the caller again.
func (c *Call) takeFloorFromHuman() {
	h := c.claimant()
	if h == nil {
		return
	}
	h.p.SetAudience(sfu.Nobody)
	c.bot.Unhear(h.id)
	c.list(h, false, "returned")
}

// giveFloorToAI makes the AI's voice what the caller hears.
func (c *Call) giveFloorToAI() {
	c.hushAll()
	if c.agent != nil {
		c.agent.p.SetAudience(sfu.Everyone)
		c.bot.SetAudience(sfu.Nobody)
		c.floorAgain(c.agent.mic)
		c.setHolder(c.agent.id)
		return
	}
	c.bot.SetAudience(sfu.Everyone)
	c.floorAgain(c.bot.Track())
	c.setHolder(c.botID)
}

// setHolder notes who has the floor. In mode 0 the track stays the AI's, so
// that only this says whose words the floor slots carry now.
func (c *Call) setHolder(id string) {
	c.holder = id
	for _, m := range c.order {
		if !m.gone && c.nameSlots(m) {
			c.tellSlots(m)
		}
	}
}

// floorAgain gives the floor within the epoch it already has, too: an external
// bot's microphone comes after the call begins.
func (c *Call) floorAgain(track *sfu.Track) {
	if now, epoch := c.room.Floor(); now == track && epoch == c.epoch {
		return
	}
	c.floor(track)
}

// evictAI takes the AI off the roster; its brain stops, and its voice, but for
// mode 0, where it says the human's words and nothing else.
func (c *Call) evictAI() {
	mode := BotSilent
	if !c.ownVoice() {
		mode = BotRevoice
	} else {
		c.bot.SetAudience(sfu.Nobody)
	}
	c.botMode(mode, c.epoch, nil)
	if c.agent != nil {
		c.agent.p.SetAudience(sfu.Nobody)
		c.bot.Unhear(c.agent.id)
	}
	c.agentOut = true
	c.announce(wire.NotifyAgentWillLeave, wire.TypeAgentWillLeave, wire.AgentWillLeave{Reason: 2003, Message: "a human has taken over"}, nil)
	c.announce(wire.NotifyParticipantLeft, 0, wire.ParticipantLeft{Participant: c.agentID(), Reason: "evicted"}, func(m *member) bool { return m != c.agent })
	if c.agent != nil {
		c.agent.listed = false
	}
	if h := c.claimant(); h != nil {
		c.list(h, true, "")
	}
}

// botMode says what our bot is to do; beside an external one it only listens.
func (c *Call) botMode(mode BotMode, epoch uint64, history []BotLine) {
	if !c.oursAnswers() && mode != BotRevoice {
		mode = BotSilent
	}
	c.bot.SetMode(mode, epoch, history)
}

// oursAnswers: our bot is the AI of the call, from the beginning or since it
// stands in for an external one that is not there.
func (c *Call) oursAnswers() bool { return !c.spec.ExternalAgent || c.standsIn }

// standIn makes our bot the AI of a call whose external one has left or never
// came, because somebody must speak to the caller.
func (c *Call) standIn(name string) {
	if c.standsIn || c.ending {
		return
	}
	c.standsIn = true
	if c.agentOut {
		return // it will be briefed when the human gives the call back
	}
	mode := BotAnswer
	if c.machine.State == takeover.WillStart {
		mode = BotCompany
	}
	c.bot.SetMode(mode, c.epoch, c.history())
	c.giveFloorToAI()
	if len(c.lines) > 0 {
		c.company("lost", name)
	}
	p := c.botParticipant()
	c.announce(wire.NotifyParticipantJoined, 0, wire.ParticipantJoined{Participant: p}, nil)
}

// company makes our bot explain the wait; an external one is told by events.
func (c *Call) company(situation, name string) {
	if c.oursAnswers() {
		c.bot.Company(situation, name)
	}
}

func (c *Call) agentID() string {
	if c.agent != nil {
		return c.agent.id
	}
	return c.botID
}

func (c *Call) restoreAI() {
	c.agentOut = false
	p := c.botParticipant()
	if c.agent != nil {
		c.agent.listed = true
		p = c.agent.public()
		if c.agent.mic != nil {
			c.bot.Hear(BotLeg{ParticipantID: c.agent.id, Role: string(wire.RoleAgent), Name: c.agent.name()}, c.agent.mic)
		}
	}
	c.announce(wire.NotifyParticipantJoined, 0, wire.ParticipantJoined{Participant: p}, func(m *member) bool { return m != c.agent })
}

// briefAI makes the AI's memory anew from the log. On a return the floor is
// given when it is ready; when the human is lost it has the floor already.
func (c *Call) briefAI(event takeover.Event) {
	if event == takeover.HumanLost {
		c.botMode(BotAnswer, c.epoch, c.history())
		return
	}
	if c.agent == nil && c.spec.ExternalAgent {
		c.standsIn = true
	}
	if !c.oursAnswers() {
		c.aiReady()
		return
	}
	// The human's last sentence is often still being recognised; the AI must
	// know it.
	if h := c.claimant(); h != nil {
		c.bot.Unhear(h.id)
	}
	brief := func() {
		c.botMode(BotAnswer, c.epoch+1, c.history())
		c.after(timerReady, c.cfg.ReadyWithin, c.aiReady)
	}
	if !c.humanSentenceLive() {
		brief()
		return
	}
	c.onHumanFinal = brief
	c.after(timerBrief, c.cfg.ReadyWithin, c.humanFinal)
}

// humanFinal goes on with a return that waits for the human's last sentence.
func (c *Call) humanFinal() {
	c.stop(timerBrief)
	if fn := c.onHumanFinal; fn != nil {
		c.onHumanFinal = nil
		if c.agentOut {
			fn()
		}
	}
}

func (c *Call) humanSentenceLive() bool {
	for _, l := range c.live {
		if l.role == wire.RoleHuman && !l.final {
			return true
		}
	}
	return false
}

func (c *Call) aiReady() {
	c.decide(decision{event: takeover.AIReady, claim: c.claim, reason: c.releasedFor})
}

// history is the log as the AI remembers it.
func (c *Call) history() []BotLine {
	return append([]BotLine(nil), c.lines...)
}

// goodbye ends the call for everybody at once: from here on nothing is heard,
// however long the disk takes. What was being said still comes into the log.
func (c *Call) goodbye() {
	if c.ending {
		return
	}
	c.ending = true
	if err := c.room.GiveFloor(nil, c.epoch+1); err != nil {
		c.log.Error("the floor was not taken", "error", err)
	}
	c.bot.SetMode(BotSilent, c.epoch+1, nil)
	for _, m := range c.order {
		m.gone = true
		if m.out != nil {
			m.out.Close("ended")
		}
		m.closeChannel()
	}
	c.answerWaiters(wire.TakeoverResult{}, errGone)
	for _, d := range append(c.waiting, c.underWay) {
		if d.event != takeover.Hangup && d.reply != nil {
			d.reply(errGone) // a socket closes when its requests are answered
		}
	}
}

// seal is the end of the call; its log takes no more.
func (c *Call) seal(reason string) {
	c.hub.dequeue(c)
	c.ended = true
	c.log.Info("call ended", "reason", reason, "entries", len(c.entries), "length", time.Since(c.created).Round(time.Millisecond))
}
