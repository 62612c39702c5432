package call

import (
	"sort"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// record writes an event that is no transition.
func (c *Call) record(event string, m *member, data any) {
	e := transcripts.Entry{CallID: c.id, Kind: transcripts.KindEvent, Start: time.Now(), Epoch: c.epoch, Event: event}
	if m != nil {
		e.SpeakerID, e.Role, e.Name = m.id, string(m.role), m.name()
	}
	if data != nil {
		e.Data = raw(data)
	}
	c.write(e, nil)
}

// write writes an entry that has no live form and publishes it when durable.
func (c *Call) write(e transcripts.Entry, done func(transcripts.Entry, error)) {
	// The id makes a write that is tried again the same one.
	e.SentenceID = newID("e_")
	c.remember(e)
	c.rec.submit(job{entry: &e, done: func(stored transcripts.Entry, err error) {
		c.box.force(func() {
			if err == nil {
				c.publish(stored)
			}
			if done != nil {
				done(stored, err)
			}
		})
	}})
}

// publish shows a durable entry to everyone who may see it. Entries come in the
// order of their seq.
func (c *Call) publish(e transcripts.Entry) {
	c.entries = append(c.entries, e)
	rev := 0
	if l := c.liveByID(e.SentenceID); l != nil && e.Kind == transcripts.KindSentence {
		rev = l.rev + 1
		c.removeLive(l.id)
	}
	if e.Kind == transcripts.KindEvent {
		c.rememberEvent(e)
	}
	for _, m := range c.order {
		if m.entriesWS {
			c.sendEntries(m)
		} else if m.synced {
			c.sendLogged(m, &e, false, rev)
		}
	}
	c.assistEntry(&e)
	if e.Kind == transcripts.KindSentence || e.Kind == transcripts.KindMessage && !e.Private {
		c.summariseLine(wire.Role(e.Role), e.Name, e.Text, true)
	}
}

// rememberEvent: transitions are remembered when they are durable; others were
// remembered when they were written.
func (c *Call) rememberEvent(e transcripts.Entry) {
	switch e.Event {
	case "human", "handedOver", "returning", "lost", "failed":
		c.remember(e)
	}
}

// publishLate takes a transition that was told while the disk was full. It is
// not told again, but for its seq: from here on a client that resumes and does
// not know of it is.
func (c *Call) publishLate(e transcripts.Entry) {
	c.entries = append(c.entries, e)
	for _, m := range c.order {
		if m.synced {
			m.channelAt = e.Seq
		}
	}
	c.announceState("", e.Seq)
}

// catchUp sends a member the sentences that they did not want when they came,
// and want now, and what is being said.
func (c *Call) catchUp(m *member) {
	var later []int
	begun := false
	for _, i := range m.skipped {
		e := &c.entries[i]
		if !m.transcriptsOf(e.SpeakerID) {
			later = append(later, i)
			continue
		}
		if m.entriesWS {
			m.notify(wire.NotifyEntry, WireEntry(*e, m.privileged()))
			continue
		}
		if !begun {
			begun = true
			c.send(m, wire.TypeBacklog, raw(wire.Backlog{Kind: "begin", From: e.Seq, To: c.lastSeq()}), c.epoch, "", false)
		}
		c.sendSentence(m, e, true, 0)
	}
	m.skipped = later
	if begun {
		c.send(m, wire.TypeBacklog, raw(wire.Backlog{Kind: "end", Cursor: m.cursor}), c.epoch, "", false)
	}
	c.sendLive(m)
}

// sendLive sends what is being said.
func (c *Call) sendLive(m *member) {
	if !m.synced {
		return
	}
	for _, l := range c.live {
		if l.text == "" || !m.transcriptsOf(l.speaker) {
			continue
		}
		c.send(m, subtitleType(l.role), raw(wire.Subtitle{Text: l.text, SentenceID: l.id, Rev: l.rev, SpeakerID: l.speaker,
			Time: l.start.UnixMilli()}), l.epoch, l.speaker, false)
	}
}

func (c *Call) lastSeq() int64 {
	if len(c.entries) == 0 {
		return 0
	}
	return c.entries[len(c.entries)-1].Seq
}

// mayRead: callers never see guidance to the AI.
func mayRead(m *member, e *transcripts.Entry) bool {
	return !e.Private || m.privileged() || m.role == wire.RoleAgent
}

// sendLogged sends an entry by the data channel in the form of its kind. Events
// go as notifications of their own.
func (c *Call) sendLogged(m *member, e *transcripts.Entry, backlog bool, rev int) {
	if e.Seq <= m.cursor && backlog || !mayRead(m, e) {
		return
	}
	m.cursor = max(m.cursor, e.Seq)
	kind := e.Kind
	if e.Event == eventTool {
		kind = transcripts.KindMessage // the one event that is a line of the transcript
	}
	switch kind {
	case transcripts.KindSentence:
		if !m.transcriptsOf(e.SpeakerID) {
			c.skip(m, e)
			return
		}
		c.sendSentence(m, e, backlog, rev)
	case transcripts.KindMessage:
		c.send(m, wire.TypeTypedMessage, raw(wire.TypedMessage{Text: e.Text, SpeakerID: e.SpeakerID, Role: wire.Role(e.Role), Name: e.Name,
			Time: e.Start.UnixMilli(), Seq: e.Seq, Backlog: backlog, Private: e.Private}), e.Epoch, e.SpeakerID, false)
	}
}

func (c *Call) sendSentence(m *member, e *transcripts.Entry, backlog bool, rev int) {
	sub := wire.Subtitle{Text: e.Text, SentenceID: e.SentenceID, End: true, Rev: rev, SpeakerID: e.SpeakerID,
		Time: e.Start.UnixMilli(), Backlog: backlog, Seq: e.Seq, Cut: e.Cut}
	if m.privileged() {
		sub.Unspoken, sub.Data = e.Unspoken, e.Data
	}
	c.send(m, subtitleType(wire.Role(e.Role)), raw(sub), e.Epoch, e.SpeakerID, false)
}

// skip keeps in mind what a member did not want, for when they do.
func (c *Call) skip(m *member, e *transcripts.Entry) {
	i := sort.Search(len(c.entries), func(i int) bool { return c.entries[i].Seq >= e.Seq })
	m.skipped = append(m.skipped, i)
}

// entriesAtOnce is how many entries a socket gets in a row; the others follow.
const entriesAtOnce = 100

// sendEntries sends a member without a data channel what it has not had, a
// portion at a time, so that a long log does not overflow its socket.
func (c *Call) sendEntries(m *member) {
	if m.gone || m.out == nil || !m.entriesWS {
		return
	}
	first := sort.Search(len(c.entries), func(i int) bool { return c.entries[i].Seq > m.cursor })
	for i := first; i < len(c.entries); i++ {
		if i == first+entriesAtOnce {
			c.after("entries "+m.id, 50*time.Millisecond, func() { c.sendEntries(m) })
			return
		}
		c.sendEntry(m, &c.entries[i])
	}
}

// sendEntry sends an entry by the socket, to who has no data channel.
func (c *Call) sendEntry(m *member, e *transcripts.Entry) {
	if e.Seq <= m.cursor {
		return
	}
	m.cursor = e.Seq
	if !mayRead(m, e) {
		return
	}
	if e.Kind == transcripts.KindSentence && !m.transcriptsOf(e.SpeakerID) {
		c.skip(m, e)
		return
	}
	m.notify(wire.NotifyEntry, WireEntry(*e, m.privileged()))
}

// WireEntry is an entry as clients see it; what was not spoken, and where what
// was comes from, is for the privileged.
func WireEntry(e transcripts.Entry, privileged bool) wire.Entry {
	w := wire.Entry{Seq: e.Seq, Time: e.Start.UnixMilli(), Kind: string(e.Kind), Role: wire.Role(e.Role), SpeakerID: e.SpeakerID, Name: e.Name,
		SentenceID: e.SentenceID, Text: e.Text, Cut: e.Cut, Event: e.Event, Epoch: e.Epoch, Data: e.Data}
	if !e.End.IsZero() {
		w.EndTime = e.End.UnixMilli()
	}
	if privileged {
		w.Unspoken = e.Unspoken
	} else if e.Kind == transcripts.KindSentence {
		w.Data = nil // how a sentence came about
	}
	return w
}

// sync sends a member whose data channel has opened what they do not have: the
// finished sentences, then those that are being spoken. From here on live ones
// follow, so that there is no hole and nothing comes twice.
func (c *Call) sync(m *member) {
	if m.synced || !m.channel.open {
		return
	}
	m.entriesWS = false
	m.synced = true
	m.channel.backlog = len(c.entries)
	from, to := m.cursor, c.lastSeq()
	c.send(m, wire.TypeBacklog, raw(wire.Backlog{Kind: "begin", From: from + 1, To: to}), c.epoch, "", false)
	for i := range c.entries {
		c.sendLogged(m, &c.entries[i], true, 0)
		c.sendTakeover(m, &c.entries[i])
	}
	m.cursor = max(m.cursor, to)
	c.send(m, wire.TypeBacklog, raw(wire.Backlog{Kind: "end", Cursor: m.cursor}), c.epoch, "", false)
	c.sendLive(m)
	c.assistAgain(m)
	c.send(m, wire.TypeCallState, raw(wire.CallState{State: c.machine.State.String(), Epoch: c.epoch, Holder: c.holder, Seq: to}), c.epoch, "", false)
	if c.agentState != 0 && !c.agentOut {
		c.send(m, wire.TypeAgentStateChanged, raw(wire.AgentState{State: c.agentState}), c.epoch, c.botID, true)
	}
}

// replayEvents tells a member who resumed the takeover events after cursor, in
// order, and where the call stands.
func (c *Call) replayEvents(m *member, cursor int64) {
	for i := range c.entries {
		e := &c.entries[i]
		if e.Seq <= cursor {
			continue
		}
		if e.Kind == transcripts.KindEvent {
			c.replayEvent(m, e)
		}
	}
	if m.entriesWS {
		m.cursor = min(m.cursor, cursor)
		c.sendEntries(m)
	}
	if c.machine.State == takeover.Pending && m.role == wire.RoleCaller {
		c.tellWait("")
	}
	c.tellBrief(m)
	m.notify(wire.NotifyCallState, wire.CallState{State: c.machine.State.String(), Epoch: c.epoch, Holder: c.holder, Seq: c.lastSeq()})
}

// sendTakeover tells by the data channel of a takeover that was told by the
// socket before the channel opened.
func (c *Call) sendTakeover(m *member, e *transcripts.Entry) {
	if e.Seq <= m.channelAt || e.Kind != transcripts.KindEvent {
		return
	}
	m.channelAt = e.Seq
	d := takeoverData(e)
	switch {
	case d.UID == "":
	case e.Event == "willStart", e.Event == "restarted":
		c.send(m, wire.TypeHumanTakeoverWillStart, raw(wire.HumanTakeoverWillStart{TakeoverUID: d.UID, TakeoverMode: d.Mode, Name: d.Name, Avatar: d.Avatar, Seq: e.Seq}), e.Epoch, "", false)
	case e.Event == "handedOver":
		c.send(m, wire.TypeHumanTakeoverWillStart, raw(wire.HumanTakeoverWillStart{TakeoverUID: d.UID, TakeoverMode: d.Mode, Name: d.Name, Avatar: d.Avatar, Seq: e.Seq}), e.Epoch, "", false)
		fallthrough
	case e.Event == "human":
		c.send(m, wire.TypeHumanTakeoverConnected, raw(wire.HumanTakeoverConnected{TakeoverUID: d.UID, Name: d.Name, Seq: e.Seq}), e.Epoch, "", false)
	}
}

func (c *Call) replayEvent(m *member, e *transcripts.Entry) {
	d := takeoverData(e)
	if e.Event == "restarted" && d.From != "" {
		m.notify(wire.NotifyHumanTakeoverEnded, wire.HumanTakeoverEnded{TakeoverUID: d.From, Reason: d.Reason, Seq: e.Seq})
	}
	if d.UID == "" {
		return
	}
	switch e.Event {
	case "restarted":
		m.notify(wire.NotifyHumanTakeoverWillStart, wire.HumanTakeoverWillStart{TakeoverUID: d.UID, TakeoverMode: d.Mode, Name: d.Name, Avatar: d.Avatar, Seq: e.Seq})
	case "willStart":
		m.notify(wire.NotifyHumanTakeoverWillStart, wire.HumanTakeoverWillStart{TakeoverUID: d.UID, TakeoverMode: d.Mode, Name: d.Name, Avatar: d.Avatar, Seq: e.Seq})
	case "handedOver":
		m.notify(wire.NotifyHumanTakeoverEnded, wire.HumanTakeoverEnded{TakeoverUID: d.From, Reason: "handedOver", Seq: e.Seq})
		m.notify(wire.NotifyHumanTakeoverWillStart, wire.HumanTakeoverWillStart{TakeoverUID: d.UID, TakeoverMode: d.Mode, Name: d.Name, Avatar: d.Avatar, Seq: e.Seq})
		fallthrough
	case "human":
		m.notify(wire.NotifyHumanTakeoverConnected, wire.HumanTakeoverConnected{TakeoverUID: d.UID, Name: d.Name, Seq: e.Seq})
	case "failed":
		m.notify(wire.NotifyHumanTakeoverFailed, wire.HumanTakeoverFailed{TakeoverUID: d.UID, Reason: d.Reason, Seq: e.Seq})
	case "ai", "lost":
		reason := d.Reason
		if e.Event == "lost" && reason != passedOn {
			reason = "lost"
		}
		m.notify(wire.NotifyHumanTakeoverEnded, wire.HumanTakeoverEnded{TakeoverUID: d.UID, Reason: reason, Seq: e.Seq})
	}
}
