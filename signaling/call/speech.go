package call

import (
	"encoding/json"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// liveSentence is a sentence that is still being spoken, or whose final text is
// on its way to the disk.
type liveSentence struct {
	id      string
	speaker string // participant id
	role    wire.Role
	text    string
	rev     int
	start   time.Time
	epoch   uint64
	final   bool // complete; shown as final when it is durable
}

func subtitleType(role wire.Role) wire.Type {
	switch role {
	case wire.RoleAgent:
		return wire.TypeAgentSubtitle
	case wire.RoleHuman:
		return wire.TypeHumanSubtitle
	}
	return wire.TypeUserSubtitle
}

const maxLive = 64

// grow takes a sentence's text so far and shows it.
func (c *Call) grow(id, speaker string, role wire.Role, text string, start time.Time, epoch uint64) *liveSentence {
	l := c.liveByID(id)
	if l == nil {
		if len(c.live) >= maxLive {
			return nil
		}
		l = &liveSentence{id: id, speaker: speaker, role: role, start: start, epoch: epoch}
		c.live = append(c.live, l)
	}
	if l.final || text == l.text {
		return l
	}
	l.rev++
	sub := wire.Subtitle{Text: text, SentenceID: id, Rev: l.rev, SpeakerID: speaker, Time: start.UnixMilli()}
	if role == wire.RoleAgent {
		// 1002 is a delta: what both texts begin with is not said again.
		same, offset := commonPrefix(l.text, text)
		sub.Text, sub.Offset = text[same:], offset
	}
	l.text = text
	data := raw(sub)
	for _, m := range c.order {
		if m.synced && m.transcriptsOf(speaker) {
			// A member who misses a delta would miss it for good, so those wait;
			// a cumulative text is replaced by the next.
			c.send(m, subtitleType(role), data, epoch, speaker, role != wire.RoleAgent)
		}
	}
	c.summariseLine(role, c.names[speaker].name, text, false)
	return l
}

// commonPrefix is the length of what a and b begin with, in bytes and in code
// points.
func commonPrefix(a, b string) (bytes, points int) {
	for bytes < len(a) && bytes < len(b) {
		ra, n := utf8.DecodeRuneInString(a[bytes:])
		rb, _ := utf8.DecodeRuneInString(b[bytes:])
		if ra != rb {
			break
		}
		bytes += n
		points++
	}
	return bytes, points
}

func (c *Call) liveByID(id string) *liveSentence {
	for _, l := range c.live {
		if l.id == id {
			return l
		}
	}
	return nil
}

func (c *Call) removeLive(id string) {
	for i, l := range c.live {
		if l.id == id {
			c.live = append(c.live[:i:i], c.live[i+1:]...)
			return
		}
	}
}

func (c *Call) agentSentenceLive() bool {
	for _, l := range c.live {
		if l.role == wire.RoleAgent && l.speaker == c.botID && !l.final {
			return true
		}
	}
	return false
}

// finish writes a sentence and shows it as final once it is durable.
func (c *Call) finish(l *liveSentence, e transcripts.Entry) {
	l.final = true
	defer c.lastWord(false)
	c.remember(e)
	c.rec.submit(job{entry: &e, done: func(stored transcripts.Entry, err error) {
		c.box.force(func() {
			if err != nil {
				c.log.Error("a sentence was not recorded", "error", err)
				c.removeLive(l.id)
				return
			}
			c.publish(stored)
		})
	}})
}

// remember adds what was said to what the AI will be told.
func (c *Call) remember(e transcripts.Entry) {
	switch e.Kind {
	case transcripts.KindSentence, transcripts.KindMessage:
		role := e.Role
		if e.Private {
			role = "guidance"
		}
		c.lines = append(c.lines, BotLine{Role: role, Name: e.Name, Text: e.Text})
	case transcripts.KindEvent:
		switch e.Event {
		case "human", "handedOver", "returning", "lost", "failed":
			c.lines = append(c.lines, BotLine{Role: "event", Name: e.Name, Text: e.Event})
		case eventTool:
			if l, done := toolMemory(e.Data); done {
				c.lines = append(c.lines, l)
			}
		}
	}
}

// botEvents posts what the bot tells to the call's goroutine.
type botEvents struct{ c *Call }

func (b botEvents) Heard(h Heard) {
	b.c.box.put(func() { b.c.heard(h) }, !h.Final)
}

func (b botEvents) Spoken(s Spoken) {
	b.c.box.put(func() { b.c.spoken(s) }, !s.Final)
}

func (b botEvents) State(epoch uint64, state int) {
	c := b.c
	c.box.put(func() {
		if epoch != c.epoch || c.agentOut {
			return
		}
		c.agentState = state
		data := raw(wire.AgentState{State: state})
		for _, m := range c.order {
			c.send(m, wire.TypeAgentStateChanged, data, epoch, c.botID, true)
		}
	}, true)
}

func (b botEvents) Interrupted(epoch uint64, reason int) {
	b.toThose(epoch, wire.TypeSpeakingInterrupted, wire.SpeakingInterrupted{Reason: reason}, func(*member) bool { return true })
}

// ReplyCompleted is for those who may read what has not been spoken yet.
func (b botEvents) ReplyCompleted(epoch uint64, sentenceID, text string) {
	b.toThose(epoch, wire.TypeLLMReplyCompleted, wire.ReplyCompleted{Text: text, SentenceID: sentenceID},
		func(m *member) bool { return m.privileged() && m.transcriptsOf(b.c.botID) })
}

func (b botEvents) toThose(epoch uint64, t wire.Type, v any, who func(*member) bool) {
	c := b.c
	c.box.put(func() {
		if epoch != c.epoch {
			return
		}
		data := raw(v)
		for _, m := range c.order {
			if who(m) {
				c.send(m, t, data, epoch, c.botID, false)
			}
		}
	}, false)
}

func (b botEvents) WantHuman(epoch uint64, reason, detail string) {
	c := b.c
	c.box.put(func() {
		if epoch == c.epoch && c.machine.State == takeover.AI {
			details := map[string]any{}
			if detail != "" {
				details["detail"] = detail
			}
			c.decide(decision{event: takeover.Request, reason: reason, details: details})
		}
	}, false)
}

func (b botEvents) WantHangup(epoch uint64, reason string) {
	c := b.c
	c.box.put(func() {
		if epoch == c.epoch && c.machine.State == takeover.AI && !c.moving {
			c.hangup(reason)
		}
	}, false)
}

func (b botEvents) Failed(epoch uint64, engine, kind string) {
	c := b.c
	c.hub.metrics.engineFailed(engine, kind)
	c.box.put(func() {
		if epoch != c.epoch {
			return
		}
		c.record("engineFailed", nil, map[string]string{"engine": engine, "kind": kind})
		data := raw(wire.AgentError{Code: 1, Message: "The assistant has a technical problem (" + engine + ")."})
		for _, m := range c.order {
			c.send(m, wire.TypeAgentErrorOccurs, data, epoch, c.botID, false)
		}
	}, false)
}

func (b botEvents) Ready(epoch uint64) {
	c := b.c
	c.box.put(func() {
		// It may be ready before the return is durable; then it waits for that.
		if c.machine.State.FloorHeldByHuman() && epoch == c.epoch+1 {
			c.stop(timerReady)
			c.aiReady()
		}
	}, false)
}

// heard takes a participant's sentence from the bot's ears. Humans are heard
// only while they have the floor.
func (c *Call) heard(h Heard) {
	role := wire.Role(h.Leg.Role)
	switch role {
	case wire.RoleCaller:
		c.lastCall = time.Now()
	case wire.RoleAgent:
		// An external bot that was evicted may finish what was shown of its
		// sentence; it begins no other.
		if c.agentOut {
			if l := c.liveByID(h.SentenceID); l == nil || !h.Final {
				return
			}
		}
	case wire.RoleHuman:
		if !c.agentOut && c.holder != h.Leg.ParticipantID {
			if l := c.liveByID(h.SentenceID); l == nil || !h.Final {
				return
			}
		}
		c.lastHum = time.Now()
	}
	if h.Text == "" {
		if l := c.liveByID(h.SentenceID); l != nil && h.Final && !l.final {
			c.retract(l)
		}
		return
	}
	l := c.grow(h.SentenceID, h.Leg.ParticipantID, role, h.Text, h.Start, c.epoch)
	if l == nil || !h.Final || l.final {
		return
	}
	defer func() {
		if role == wire.RoleHuman && !c.humanSentenceLive() {
			c.humanFinal()
		}
	}()
	c.finish(l, transcripts.Entry{CallID: c.id, Kind: transcripts.KindSentence, Start: h.Start, End: h.End, Epoch: c.epoch,
		SpeakerID: h.Leg.ParticipantID, Role: h.Leg.Role, Name: c.names[h.Leg.ParticipantID].name, SentenceID: h.SentenceID, Text: h.Text})
}

// retract takes back a sentence of which no word was recognised in the end.
func (c *Call) retract(l *liveSentence) {
	c.removeLive(l.id)
	c.lastWord(false)
	data := raw(wire.Subtitle{SentenceID: l.id, End: true, Rev: l.rev + 1, SpeakerID: l.speaker, Time: l.start.UnixMilli()})
	for _, m := range c.order {
		if m.synced && m.transcriptsOf(l.speaker) {
			c.send(m, subtitleType(l.role), data, c.epoch, l.speaker, false)
		}
	}
}

// spoken takes the AI's own sentence. What grows in another epoch than the
// call's is stale; a final one says what had been heard before the cut.
func (c *Call) spoken(s Spoken) {
	if !s.Final && (s.Epoch != c.epoch || c.agentOut && !s.Verbatim) {
		return
	}
	if s.Final && s.Text == "" {
		// Nothing of it was heard: it was never said.
		if l := c.liveByID(s.SentenceID); l != nil {
			c.retract(l)
		}
		if !c.agentSentenceLive() {
			c.agentFinal()
		}
		return
	}
	if s.Final && s.Epoch != c.epoch && c.liveByID(s.SentenceID) == nil {
		return
	}
	if s.Final && s.Epoch == c.epoch && c.agentOut && !s.Verbatim {
		return // nothing of the AI's begins while a human has the floor
	}
	if s.Verbatim && c.agentOut && c.liveByID(s.SentenceID) == nil {
		// Mode 0: the voice is the agent's, the words are the human's, and their
		// own sentence is in the log already.
		return
	}
	l := c.grow(s.SentenceID, c.botID, wire.RoleAgent, s.Text, s.Start, s.Epoch)
	if l == nil || !s.Final || l.final {
		return
	}
	c.finish(l, transcripts.Entry{CallID: c.id, Kind: transcripts.KindSentence, Start: s.Start, End: s.End, Epoch: s.Epoch,
		SpeakerID: c.botID, Role: string(wire.RoleAgent), Name: c.names[c.botID].name, SentenceID: s.SentenceID, Text: s.Text, Cut: s.Cut, Unspoken: s.Unspoken, Data: groundsOf(s)})
	if !c.agentSentenceLive() {
		c.agentFinal()
	}
}

// Bounds of what an entry says of where it comes from.
const (
	maxSources = 8
	maxSource  = 200 // bytes
)

// groundsOf is what an entry says of how a sentence came about, nil for nothing.
func groundsOf(s Spoken) json.RawMessage {
	var data struct {
		Sources    []string `json:"sources,omitempty"`
		Confidence *float64 `json:"confidence,omitempty"`
	}
	for _, source := range s.Sources[:min(len(s.Sources), maxSources)] {
		data.Sources = append(data.Sources, strings.ToValidUTF8(source[:min(len(source), maxSource)], ""))
	}
	if c := s.Confidence; c != nil && !math.IsNaN(*c) {
		rounded := math.Round(100*min(max(*c, 0), 1)) / 100
		data.Confidence = &rounded
	}
	if data.Sources == nil && data.Confidence == nil {
		return nil
	}
	return raw(data)
}
