package call

import (
	"encoding/json"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// A call's copilot reads the log and helps the humans of the call. It is told
// what is published, so it knows what is durable, in the log's order and with
// its seq; what it makes is shown to humans and is never said, nor in what the
// AI remembers.
//
//	publish ─▶ Copilot.AssistLine          Assisted ─▶ 2005, to who has the floor
//	request, claim, connected ─▶ Brief ─▶  Briefed ──▶ entry "brief" (private), handoff to humans
//	                                                   and observers, the list, GET /v1/calls/{id}

// AssistMode is what a call wants of its copilot.
type AssistMode int

// The modes of a copilot. Briefs are made in each of them.
const (
	AssistOff   AssistMode = iota
	AssistHuman            // a human has the call: suggestions, summary, facts
	AssistWatch            // the AI has it again: trouble is told
)

// AssistLine is a line of the log as a copilot reads it.
type AssistLine struct {
	Seq      int64
	At       time.Time
	Role     string // caller, agent, human
	Name     string
	Text     string
	Unspoken string // of the AI: what it did not get to say
}

// BriefOrder is what a brief is made of.
type BriefOrder struct {
	Term   uint64 // given back with the brief
	Reason string
	Detail string
	Lines  []AssistLine // of the whole call
	Known  []wire.Fact  // known from elsewhere than what was said
	Quick  bool         // without a model: the last brief, brought up to date
}

// Copilot is the part of a bot that helps humans and never speaks. Its methods
// post and return; each is answered, if at all, by CopilotEvents.
type Copilot interface {
	// Assist changes the mode; what it tells carries epoch from now on. lines are
	// the whole call's.
	Assist(mode AssistMode, epoch uint64, known []wire.Fact, lines []AssistLine)
	// AssistLine tells what has been said since.
	AssistLine(l AssistLine)
	// AssistFact tells what has become known otherwise.
	AssistFact(f wire.Fact)
	// Brief asks for a brief. It works beside every mode, also for a call whose
	// agent is an app's own bot.
	Brief(o BriefOrder)
	// AskEmail makes the bot ask the caller, in mode BotAnswer, for an e-mail
	// address; false: it is not needed any more.
	AskEmail(ask bool)
}

// CopilotEvents is what a copilot tells; no method blocks for long.
type CopilotEvents interface {
	// Assisted is for the human who has the call, or who watches it.
	Assisted(epoch uint64, s wire.Suggestion)
	// Briefed answers Brief: once, and once more when a model has written.
	Briefed(term uint64, b wire.Brief)
	// EmailGiven is an address that the caller gave and agreed to.
	EmailGiven(epoch uint64, address string)
}

// assist is what a call's goroutine knows of its copilot.
type assist struct {
	mode  AssistMode
	epoch uint64                     // that it works for
	shown map[string]json.RawMessage // the newest 2005 of each kind, for who comes back

	brief    *wire.Brief
	briefs   uint64       // term of the newest that was asked for
	open     bool         // it has not come yet
	logged   bool         // it is to be in the log
	written  string       // the one that is in the log, as JSON
	summary  wire.Summary // of that one
	amended  string       // what the desk was told of the newest
	watch    wire.Watch   // no identity: nobody watches
	email    string
	emailAt  time.Time // when it became known
	emailWas bool      // the caller was asked for it
}

const (
	timerRefresh = "refresh" // a pending call's brief is brought up to date
	refreshEvery = 5 * time.Second
)

// assistLines is the log as a copilot reads it.
func (c *Call) assistLines() []AssistLine {
	var lines []AssistLine
	for i := range c.entries {
		if l, ok := assistLine(&c.entries[i]); ok {
			lines = append(lines, l)
		}
	}
	return lines
}

func assistLine(e *transcripts.Entry) (AssistLine, bool) {
	if e.Kind == transcripts.KindEvent || e.Private || e.Text == "" {
		return AssistLine{}, false
	}
	return AssistLine{Seq: e.Seq, At: e.Start, Role: e.Role, Name: e.Name, Text: e.Text, Unspoken: e.Unspoken}, true
}

// known is what nobody needs to have said: the name that the app gave, and the
// e-mail address.
func (c *Call) known() []wire.Fact {
	var out []wire.Fact
	for _, m := range c.order {
		if m.role == wire.RoleCaller && m.claims.Name != "" {
			out = append(out, wire.Fact{Kind: "name", Value: m.claims.Name, Confidence: 1, Confirmed: true})
			break
		}
	}
	if c.assist.email != "" {
		out = append(out, c.emailFact())
	}
	return out
}

func (c *Call) emailFact() wire.Fact {
	return wire.Fact{Kind: "email", Value: c.assist.email, Time: c.assist.emailAt.UnixMilli(), Confidence: 1, Confirmed: true}
}

// assistEntry tells the copilot of a published entry.
func (c *Call) assistEntry(e *transcripts.Entry) {
	l, ok := assistLine(e)
	if !ok {
		return
	}
	if c.assist.mode != AssistOff {
		c.bot.AssistLine(l)
	}
	if c.assist.brief != nil && (c.machine.State == takeover.Pending || c.machine.State == takeover.WillStart) && c.timers[timerRefresh] == nil {
		c.after(timerRefresh, refreshEvery, func() {
			if c.machine.State == takeover.Pending || c.machine.State == takeover.WillStart {
				c.askBrief(true)
			}
		})
	}
}

// assistMoved follows a transition that has been told.
func (c *Call) assistMoved(d decision) {
	switch d.event {
	case takeover.Request:
		c.askBrief(false)
		c.askForEmail()
		c.warn("request")
	case takeover.Claim:
		c.bot.AskEmail(false)
		c.stopWatching()
		c.askBrief(false)
	case takeover.Cancel:
		c.bot.AskEmail(false)
	case takeover.HumanLost:
		if c.machine.State == takeover.Pending {
			c.askBrief(false) // for who comes next
		}
	}
	want := AssistOff
	switch {
	case c.machine.State == takeover.Human:
		want = AssistHuman
	case c.assist.watch.Identity != "" && !c.agentOut && c.machine.State != takeover.Ended:
		want = AssistWatch
	}
	if want == c.assist.mode && (want == AssistOff || c.epoch == c.assist.epoch) {
		return
	}
	// A human who passes the call on to another has no more of it.
	c.assist.mode, c.assist.epoch, c.assist.shown = want, c.epoch, nil
	if want == AssistHuman {
		c.askBrief(false) // it knows now what the AI was about to say
	}
	var lines []AssistLine
	if want != AssistOff {
		lines = c.assistLines()
	}
	c.bot.Assist(want, c.epoch, c.known(), lines)
}

// askBrief asks for a brief of the log so far. It is made beside the call: no
// claim waits for it.
func (c *Call) askBrief(quick bool) {
	c.stop(timerRefresh)
	a := &c.assist
	a.briefs++
	a.logged = !quick || a.logged && a.open
	a.open = true
	c.bot.Brief(BriefOrder{Term: a.briefs, Reason: c.reason, Detail: c.requestDetail(), Lines: c.assistLines(), Known: c.known(), Quick: quick})
}

// requestDetail is what the newest request said besides its reason.
func (c *Call) requestDetail() string {
	for i := len(c.entries) - 1; i >= 0; i-- {
		e := &c.entries[i]
		if e.Kind != transcripts.KindEvent || e.Event != "request" {
			continue
		}
		var data struct {
			Detail string `json:"detail"`
		}
		_ = json.Unmarshal(e.Data, &data) // ours; one without has none
		return data.Detail
	}
	return ""
}

// briefed takes a brief: it is kept in the log, where it is one of a change of
// hands, and shown to whom it concerns.
func (c *Call) briefed(term uint64, b wire.Brief) {
	a := &c.assist
	if term != a.briefs || c.ending {
		return // a newer one is on its way
	}
	a.brief, a.open = &b, false
	c.briefNow.Store(&b)
	c.amendDesk(&b)
	if data := raw(b); string(data) != a.written && (a.logged || b.Written && b.Summary != a.summary) {
		a.written, a.summary = string(data), b.Summary
		c.write(transcripts.Entry{CallID: c.id, Kind: transcripts.KindEvent, Start: time.Now(), Epoch: c.epoch, Event: "brief", Private: true, Data: data}, nil)
	}
	for _, m := range c.order {
		c.tellBrief(m)
	}
	c.summarise()
}

// tellBrief tells who may know of it what there is to know of the call.
func (c *Call) tellBrief(m *member) {
	if c.assist.brief == nil || !m.privileged() || m.gone {
		return
	}
	h := wire.Handoff{Reason: c.assist.brief.Reason, Brief: c.assist.brief}
	if c.machine.State == takeover.Pending {
		h.Position, h.WaitedMS = c.hub.position(c), time.Since(c.requests).Milliseconds()
	}
	m.notify(wire.NotifyHandoff, h)
}

// Brief is what a human must know of the call, nil before one is asked for.
func (c *Call) Brief() *wire.Brief { return c.briefNow.Load() }

// assisted shows what the copilot has, to the one human whom it is for.
func (c *Call) assisted(epoch uint64, s wire.Suggestion) {
	if epoch != c.epoch || c.ending {
		return
	}
	if s.Kind == wire.SuggestWatch {
		c.warn(s.Reason)
		return
	}
	if c.machine.State != takeover.Human || c.assist.mode != AssistHuman {
		return // the human has given the call back meanwhile
	}
	data := raw(s)
	if c.assist.shown == nil {
		c.assist.shown = make(map[string]json.RawMessage)
	}
	c.assist.shown[s.Kind] = data
	if h := c.claimant(); h != nil {
		c.send(h, wire.TypeSuggestion, data, c.epoch, c.botID, false)
	}
}

// assistAgain shows a human who has the call and a new data channel what they
// had before.
func (c *Call) assistAgain(m *member) {
	if c.machine.State != takeover.Human || !c.isClaimant(m) {
		return
	}
	for _, kind := range []string{wire.SuggestSummary, wire.SuggestFacts, wire.SuggestReplies} {
		if data := c.assist.shown[kind]; data != nil {
			c.send(m, wire.TypeSuggestion, data, c.epoch, c.botID, false)
		}
	}
}

// warn tells who gave the call back and watches it that there is trouble: in
// the call, where they still listen, and in the consoles' list.
func (c *Call) warn(reason string) {
	w := &c.assist.watch
	if w.Identity == "" {
		return
	}
	w.Reason, w.Time = reason, time.Now().UnixMilli()
	if m := c.byIdentity(w.Identity, wire.RoleHuman); m != nil {
		c.send(m, wire.TypeSuggestion, raw(wire.Suggestion{Kind: wire.SuggestWatch, Seq: c.lastSeq(), Reason: reason}), c.epoch, c.botID, false)
	}
	c.summarise()
}

func (c *Call) stopWatching() { c.assist.watch = wire.Watch{} }

// assistSummary adds to a line of the consoles' list what the copilot knows.
func (c *Call) assistSummary(s *wire.CallSummary) {
	if b := c.assist.brief; b != nil {
		s.Brief = &wire.BriefLine{Matter: b.Summary.Matter, Open: b.Summary.Open, Mood: b.Mood}
	}
	if c.assist.watch.Identity != "" {
		w := c.assist.watch
		s.Watch = &w
	}
}

// setEmail takes an address where the caller can be written to; source says how
// it became known. done, which may be nil, is told when it is durable.
func (c *Call) setEmail(address, source string, m *member, done func(error)) {
	a := &c.assist
	if address == "" || address == a.email {
		c.written(done)
		return
	}
	a.email, a.emailAt = address, time.Now()
	e := transcripts.Entry{CallID: c.id, Kind: transcripts.KindEvent, Start: time.Now(), Epoch: c.epoch, Event: "email", Private: true,
		Data: raw(map[string]string{"email": address, "source": source})}
	if m != nil {
		e.SpeakerID, e.Role, e.Name = m.id, string(m.role), m.name()
	}
	c.write(e, func(_ transcripts.Entry, err error) {
		if done == nil {
			return
		}
		if err != nil {
			err = wire.Wrap(wire.KindStorage, err, "the address could not be recorded")
		}
		done(err)
	})
	c.bot.AskEmail(false)
	if a.mode != AssistOff {
		c.bot.AssistFact(c.emailFact())
	}
	if a.brief != nil && c.machine.State != takeover.AI {
		c.askBrief(true)
	}
}

// askForEmail has the AI ask for an address, once a call, where the operator
// wants one and none is known.
func (c *Call) askForEmail() {
	a := &c.assist
	if !c.cfg.AskEmail || a.email != "" || a.emailWas || !c.oursAnswers() || c.machine.State != takeover.Pending {
		return
	}
	a.emailWas = true
	c.bot.AskEmail(true)
}

// Assisted implements CopilotEvents.
func (b botEvents) Assisted(epoch uint64, s wire.Suggestion) {
	b.c.box.put(func() { b.c.assisted(epoch, s) }, false)
}

// Briefed implements CopilotEvents.
func (b botEvents) Briefed(term uint64, brief wire.Brief) {
	b.c.box.put(func() { b.c.briefed(term, brief) }, false)
}

// EmailGiven implements CopilotEvents. An epoch that is over asked in vain.
func (b botEvents) EmailGiven(epoch uint64, address string) {
	c := b.c
	c.box.put(func() {
		if epoch == c.epoch && !c.ending {
			c.setEmail(address, "asked", nil, nil)
		}
	}, false)
}
