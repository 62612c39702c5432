package main

import (
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/copilot"
	"github.com/relevo/relevo/agentbot/intent"
	"github.com/relevo/relevo/agentbot/knowledge"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
)

// assistConfig is how every copilot helps: with the agents' language model, and
// with what they know.
func assistConfig(c *config, e agentbot.Engines, known knowledge.Source) copilot.Config {
	writes := false
	for _, name := range listed(c.LLM) {
		writes = writes || strings.HasPrefix(name, "openai")
	}
	return copilot.Config{LLM: e.LLM, Knowledge: known, Writes: writes, Distress: intent.Distress}
}

// tellNote gives what a copilot has to its call, in the protocol's types.
func tellNote(to call.BotEvents, n copilot.Note) {
	switch n.Kind {
	case copilot.NoteBrief:
		b := n.Brief
		to.Briefed(n.Term, wire.Brief{Reason: b.Reason, Detail: b.Detail, Summary: wire.Summary(b.Summary), Written: b.Written,
			Mood: b.Mood, Facts: wireFacts(b.Facts), Unspoken: b.Unspoken, Seq: b.Seq})
	case copilot.NoteSuggestion:
		s := wire.Suggestion{Kind: wire.SuggestReplies, Seq: n.Seq}
		for _, r := range n.Replies {
			s.Replies = append(s.Replies, wire.Reply(r))
		}
		to.Assisted(n.Term, s)
	case copilot.NoteSummary:
		summary := wire.Summary(n.Summary)
		to.Assisted(n.Term, wire.Suggestion{Kind: wire.SuggestSummary, Seq: n.Seq, Summary: &summary})
	case copilot.NoteFacts:
		to.Assisted(n.Term, wire.Suggestion{Kind: wire.SuggestFacts, Seq: n.Seq, Facts: wireFacts(n.Facts)})
	case copilot.NoteWatch:
		to.Assisted(n.Term, wire.Suggestion{Kind: wire.SuggestWatch, Seq: n.Seq, Reason: n.Trouble})
	}
}

func wireFacts(facts []copilot.Fact) []wire.Fact {
	var out []wire.Fact
	for _, f := range facts {
		w := wire.Fact{Kind: f.Kind, Value: f.Value, Role: wire.Role(f.Role), Seq: f.Seq, Confidence: f.Confidence, Confirmed: f.Confirmed}
		if !f.At.IsZero() {
			w.Time = f.At.UnixMilli()
		}
		out = append(out, w)
	}
	return out
}

func known(facts []wire.Fact) []copilot.Fact {
	var out []copilot.Fact
	for _, f := range facts {
		out = append(out, knownFact(f))
	}
	return out
}

func knownFact(f wire.Fact) copilot.Fact {
	k := copilot.Fact{Kind: f.Kind, Value: f.Value, Role: string(f.Role), Seq: f.Seq, Confidence: f.Confidence, Confirmed: f.Confirmed}
	if f.Time != 0 {
		k.At = time.UnixMilli(f.Time)
	}
	return k
}

// line is a line of the log; own knows what the agent says of itself.
func line(l call.AssistLine, own func(string) bool) copilot.Line {
	return copilot.Line{Seq: l.Seq, At: l.At, Role: l.Role, Name: l.Name, Text: l.Text, Unspoken: l.Unspoken,
		Own: l.Role == copilot.RoleAgent && own(l.Text)}
}

func lines(log []call.AssistLine, own func(string) bool) []copilot.Line {
	out := make([]copilot.Line, 0, len(log))
	for _, l := range log {
		out = append(out, line(l, own))
	}
	return out
}

// Assist implements call.Copilot.
func (b *bot) Assist(mode call.AssistMode, epoch uint64, facts []wire.Fact, log []call.AssistLine) {
	b.copilot.Follow(copilot.Mode(mode), epoch, known(facts), lines(log, b.own))
}

// AssistLine implements call.Copilot.
func (b *bot) AssistLine(l call.AssistLine) { b.copilot.Line(line(l, b.own)) }

// AssistFact implements call.Copilot.
func (b *bot) AssistFact(f wire.Fact) { b.copilot.Know(knownFact(f)) }

// Brief implements call.Copilot.
func (b *bot) Brief(o call.BriefOrder) {
	b.copilot.Brief(o.Term, copilot.Request{Reason: o.Reason, Detail: o.Detail, Lines: lines(o.Lines, b.own), Known: known(o.Known), Quick: o.Quick})
}

// Close implements call.Bot.
func (b *bot) Close() {
	b.copilot.Close()
	b.Bot.Close()
}
