package copilot

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// work is what a copilot's goroutine owns.
type work struct {
	mode  Mode
	term  uint64
	lines []Line
	facts Facts

	shown   []Reply // the suggestion that was posted last
	summary Summary // likewise
	listed  []Fact  // likewise
	written bool    // summary is a model's
	turns   int     // of the caller since the last summary
	warned  map[string]bool
	since   int // line at which the mode began

	brief     msgBrief
	briefMade Brief

	flight  *ask // what the model is asked now
	asked   int  // how often it was
	want    [askKinds]bool
	local   []Reply // retrieved for the line that is answered
	answers int64   // its seq
}

func (c *Copilot) handle(message any) {
	switch m := message.(type) {
	case msgFollow:
		c.follow(m)
	case Line:
		c.line(m)
	case msgKnow:
		if c.mode != Off {
			c.facts.Know(m.fact)
		}
		if c.mode == Help {
			c.tellFacts()
		}
	case msgBrief:
		c.makeBrief(m)
	case msgAnswer:
		c.answered(m)
	}
}

func (c *Copilot) follow(m msgFollow) {
	c.drop(askReplies)
	c.drop(askSummary)
	c.mode, c.term = m.mode, m.term
	c.lines, c.facts = nil, Facts{}
	c.shown, c.summary, c.listed, c.local, c.written, c.turns, c.warned = nil, Summary{}, nil, nil, false, 0, map[string]bool{}
	if m.mode == Off {
		return
	}
	c.lines = slices.Clone(m.log[max(0, len(m.log)-maxKept):])
	c.facts.readAll(c.lines, m.known)
	c.since = len(c.lines)
	if m.mode != Help {
		return
	}
	c.tellFacts()
	c.summarise()
	// What the caller asked last may still be open.
	if n := len(c.lines); n > 0 && c.lines[n-1].Role == RoleCaller {
		c.suggest(c.lines[n-1])
	}
}

func (c *Copilot) keep(l Line) {
	c.facts.Read(l)
	if len(c.lines) >= maxKept {
		drop := len(c.lines) / 4
		c.lines = slices.Clone(c.lines[drop:])
		c.since = max(0, c.since-drop)
	}
	c.lines = append(c.lines, l)
}

func (c *Copilot) line(l Line) {
	if c.mode == Off {
		return
	}
	c.keep(l)
	switch {
	case c.mode == Watch && l.Role == RoleCaller:
		c.watch()
	case c.mode == Help:
		c.tellFacts()
		if !c.written { // a quoted one costs next to nothing: it follows each line
			c.tellSummary(Summarise(c.lines, c.facts.list))
		}
		if l.Role == RoleCaller {
			c.suggest(l)
			if c.turns++; c.turns >= c.cfg.SummaryEvery {
				c.summarise()
			}
		}
	}
}

func (c *Copilot) seq() int64 {
	if len(c.lines) == 0 {
		return 0
	}
	return c.lines[len(c.lines)-1].Seq
}

func (c *Copilot) tellFacts() {
	if list := c.facts.List(); !reflect.DeepEqual(list, c.listed) && (len(list) > 0 || len(c.listed) > 0) {
		c.listed = list
		c.post(Note{Kind: NoteFacts, Term: c.term, Seq: c.seq(), Facts: list})
	}
}

// summarise says what the call is about, quoted at once; a model's summary
// follows and stays until the next one of its own.
func (c *Copilot) summarise() {
	c.turns = 0
	if !c.written {
		c.tellSummary(Summarise(c.lines, c.facts.list))
	}
	if c.cfg.Writes {
		c.want[askSummary] = true
	}
}

func (c *Copilot) tellSummary(s Summary) {
	if s == c.summary {
		return
	}
	c.summary = s
	c.post(Note{Kind: NoteSummary, Term: c.term, Seq: c.seq(), Summary: s})
}

// suggest looks for what answers a line of the caller's: retrieval at once, the
// model in its own time.
func (c *Copilot) suggest(l Line) {
	if knowledge.Vague(l.Text) {
		return // "yes", "thank you": what was suggested may still be used
	}
	c.local, c.answers = c.retrieve(l.Text), l.Seq
	c.drop(askReplies)
	c.want[askReplies] = c.cfg.LLM != nil && c.asked < c.cfg.Most
	if len(c.local) > 0 || !c.want[askReplies] {
		c.tellReplies(c.local) // else what was suggested stays until the model has looked
	}
}

// retrieve are the passages that answer a line, or a part of it: callers say
// their name and a question in one breath.
func (c *Copilot) retrieve(text string) []Reply {
	if c.cfg.Knowledge == nil {
		return nil
	}
	parts := append([]string{text}, strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",.;!?，。！？；", r) })...)
	var hits []knowledge.Hit
	base := c.cfg.Knowledge.Base()
	for i, part := range parts[:min(len(parts), 6)] {
		if i > 0 && (len(parts) == 2 || knowledge.Vague(part)) {
			continue
		}
		for _, h := range base.Search(part, maxReplies) {
			known := slices.IndexFunc(hits, func(o knowledge.Hit) bool { return o.Passage == h.Passage })
			switch {
			case h.Score < c.cfg.Confident || h.Passage.Spoken == "":
			case known >= 0:
				hits[known].Score = max(hits[known].Score, h.Score)
			default:
				hits = append(hits, h)
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b knowledge.Hit) int { return cmp.Compare(b.Score, a.Score) })
	var out []Reply
	for _, h := range hits[:min(len(hits), maxReplies)] {
		if h.Score < hits[0].Score-0.15 {
			break // beside the best it is about something else
		}
		out = append(out, Reply{Text: clip(h.Passage.Spoken, 400), Sources: []string{h.Passage.ID}})
	}
	return out
}

func (c *Copilot) tellReplies(replies []Reply) {
	if reflect.DeepEqual(replies, c.shown) || len(replies) == 0 && len(c.shown) == 0 {
		return
	}
	c.shown = replies
	c.post(Note{Kind: NoteSuggestion, Term: c.term, Seq: c.answers, Replies: replies})
}

// merge puts the model's replies before the passages that they do not come from.
func merge(written, local []Reply) []Reply {
	out := written[:min(len(written), maxReplies):min(len(written), maxReplies)]
	for _, r := range local {
		if len(out) == maxReplies {
			break
		}
		if !slices.ContainsFunc(out, func(o Reply) bool { return o.Text == r.Text || slices.Contains(o.Sources, r.Sources[0]) }) {
			out = append(out, r)
		}
	}
	return out
}

// watch tells of trouble after the AI has the call again, each kind once.
func (c *Copilot) watch() {
	mine := c.lines[min(c.since, len(c.lines)):]
	if c.cfg.Distress != nil && distressOf(mine, c.cfg.Distress) >= upsetFrom {
		c.warn(TroubleUpset)
	}
	if repeats(mine) {
		c.warn(TroubleRepeats)
	}
}

func (c *Copilot) warn(trouble string) {
	if !c.warned[trouble] {
		c.warned[trouble] = true
		c.post(Note{Kind: NoteWatch, Term: c.term, Seq: c.seq(), Trouble: trouble})
	}
}

// repeats says whether the caller's last line says what one of the three before
// it said.
func repeats(lines []Line) bool {
	var said [][]string
	for i := len(lines) - 1; i >= 0 && len(said) < 4; i-- {
		if lines[i].Role == RoleCaller {
			said = append(said, newPiece(&lines[i], lines[i].Text, i).words)
		}
	}
	if len(said) < 2 || len(said[0]) < 2 {
		return false
	}
	return slices.ContainsFunc(said[1:], func(before []string) bool { return alike(said[0], before) >= 0.6 })
}

// alike is the share of words that two lines have in common.
func alike(a, b []string) float64 {
	words := map[string]int{}
	for _, w := range a {
		words[w] |= 1
	}
	for _, w := range b {
		words[w] |= 2
	}
	both := 0
	for _, in := range words {
		if in == 3 {
			both++
		}
	}
	if len(words) == 0 {
		return 0
	}
	return float64(both) / float64(len(words))
}

func (c *Copilot) makeBrief(m msgBrief) {
	if !m.request.Quick {
		c.drop(askBrief)
	}
	if extra := len(m.request.Lines) - maxKept; extra > 0 {
		m.request.Lines = m.request.Lines[extra:]
	}
	before := c.briefMade
	c.brief, c.briefMade = m, MakeBrief(m.request, c.cfg.Distress)
	if m.request.Quick && before.Written {
		c.briefMade.Summary, c.briefMade.Written = before.Summary, true
	}
	c.post(Note{Kind: NoteBrief, Term: m.term, Seq: c.briefMade.Seq, Brief: c.briefMade})
	if !m.request.Quick {
		c.want[askBrief] = c.cfg.Writes && len(m.request.Lines) > 0
	}
}

// answered takes what the model said.
func (c *Copilot) answered(m msgAnswer) {
	c.flight = nil
	if m.ask.void || m.err != nil {
		if m.err != nil && !m.ask.void {
			c.cfg.Log.Warn("the copilot's model failed", "asked", m.ask.kind.String(), "kind", engine.KindOf(m.err), "error", m.err)
			if m.ask.kind == askReplies {
				c.tellReplies(c.local)
			}
		}
		return
	}
	switch m.ask.kind {
	case askReplies:
		c.tellReplies(merge(m.reply.replies(), c.local))
	case askSummary:
		if s, ok := m.reply.summary(c.facts.list); ok {
			c.written = true
			c.tellSummary(s)
		}
	case askBrief:
		if s, ok := m.reply.summary(c.briefMade.Facts); ok {
			c.briefMade.Summary, c.briefMade.Written = s, true
			c.post(Note{Kind: NoteBrief, Term: c.brief.term, Seq: c.briefMade.Seq, Brief: c.briefMade})
		}
	}
}

// drop gives up what the model was asked of a kind.
func (c *Copilot) drop(kind askKind) {
	c.want[kind] = false
	if c.flight != nil && c.flight.kind == kind {
		c.flight.void = true
		c.flight.cancel()
	}
}

// next asks the model what is wanted most, if it is free.
func (c *Copilot) next() {
	if c.flight != nil || c.cfg.LLM == nil || c.asked >= c.cfg.Most {
		return
	}
	for _, kind := range [...]askKind{askBrief, askReplies, askSummary} {
		if !c.want[kind] {
			continue
		}
		c.want[kind] = false
		c.asked++
		lines := c.lines
		if kind == askBrief {
			lines = c.brief.request.Lines
		}
		ctx, cancel := context.WithTimeout(c.ctx, c.cfg.Budget)
		a := &ask{kind: kind, cancel: cancel}
		c.flight = a
		request := a.request(lines, c.cfg.Writes)
		c.asking.Go(func() {
			defer cancel()
			r, err := chat(ctx, c.cfg.LLM, request)
			c.put(msgAnswer{a, r, err})
		})
		return
	}
}

// conversation is the last lines as turns.
func conversation(lines []Line) []engine.Message {
	var out []engine.Message
	for _, l := range lines[max(0, len(lines)-maxTurns):] {
		m := engine.Message{Name: l.Name, Text: strings.TrimSpace(l.Text)}
		switch l.Role {
		case RoleCaller:
			m.Role, m.Name = engine.RoleUser, ""
		case RoleAgent:
			m.Role, m.Name = engine.RoleAssistant, ""
		case RoleHuman:
			m.Role = engine.RoleHuman
		default:
			continue
		}
		if n := len(out); n > 0 && out[n-1].Role == m.Role && out[n-1].Name == m.Name {
			out[n-1].Text += " " + m.Text
			continue
		}
		out = append(out, m)
	}
	return out
}
