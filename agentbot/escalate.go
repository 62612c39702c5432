package agentbot

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
)

// Bounds of what the human is told of a request, in characters.
const (
	maxDetail = 300 // of a model's free text
	maxQuoted = 200 // of the caller's words
)

// escalate lets the rules look at what happened and carries out what they
// decide but for the words. lent is more for the human to read.
func (a *Agent) escalate(e escalation.Event, lent string) escalation.Decision {
	var d escalation.Decision
	a.esc, d = a.cfg.Escalation.Step(a.esc, e)
	if d.Action == escalation.Request {
		a.quiet.human = true
		a.emit(WantHuman{Epoch: a.epoch, Reason: string(d.Reason), Detail: a.detail(d, lent)})
	}
	return d
}

// detail is what a human reads beside the reason: what the rule saw, and what
// somebody else said about it, marked as theirs.
func (a *Agent) detail(d escalation.Decision, lent string) string {
	var parts []string
	if d.Detail != "" {
		parts = append(parts, d.Detail)
	}
	if d.Agreed {
		parts = append(parts, "the caller agreed to the offer")
	}
	if lent != "" {
		parts = append(parts, lent)
	}
	return strings.Join(parts, "; ")
}

// ruled lets the rules answer in the model's place; it tells whether they did.
func (a *Agent) ruled(e escalation.Event, lent string) bool {
	if a.mode != Answer {
		return false // a human is on the way
	}
	if _, ok := e.(escalation.CallerSaid); ok {
		if a.offer != nil && !a.offer.begun {
			a.escalate(escalation.Unoffered{}, "") // they cannot mean what they have not heard
		}
		a.offer = nil
	}
	d := a.escalate(e, lent)
	switch {
	case d.Action == escalation.Request && d.Agreed:
		a.say(a.cfg.Lines.OfferAccepted, jobLine)
		a.lastLine = lineSaid{"requested", time.Now()}
	case d.Action == escalation.Request:
		a.company("requested", "")
	case d.Action == escalation.Offer:
		a.say(a.cfg.Lines.offer(d.Reason), jobLine)
	case d.Action == escalation.Declined:
		a.say(a.cfg.Lines.OfferDeclined, jobLine)
	default:
		return false
	}
	return true
}

// quotedCaller is the caller's words for the human who takes over.
func quotedCaller(text string) string {
	if text = guard.Detail(text, maxQuoted); text == "" {
		return ""
	}
	return `the caller said "` + text + `"`
}

// modelAsked takes the arguments of request_human. The model says why in an
// enumeration of ours, and the rest in free text that nobody takes for a fact.
func (a *Agent) modelAsked(arguments []byte) {
	var args struct{ Reason, Detail, Summary string }
	if json.Unmarshal(arguments, &args) != nil {
		args.Reason, args.Detail, args.Summary = "", "", ""
	}
	text := args.Detail
	if text == "" {
		text = args.Summary
	}
	if text = guard.Detail(text, maxDetail); a.watch.Check(text) != guard.Fine {
		a.counters.add(&a.counters.refused, 1)
		text = ""
	}
	if text != "" {
		text = "the AI noted: " + text
	}
	a.escalate(escalation.ModelAsked{Because: args.Reason}, text)
}

// withhold says what is said in the place of a sentence of a reply, "" when the
// sentence may be said.
func (a *Agent) withhold(m msgSentence) string {
	if v := a.watch.Check(m.text); v != guard.Fine {
		a.counters.add(&a.counters.refused, 1)
		a.cfg.Log.Warn("agent refuses to say what the model wrote", "why", string(v))
		return a.cfg.Lines.Refusal
	}
	if !m.unsure {
		return ""
	}
	line := ""
	if a.mode != Answer {
		line = a.cfg.Lines.UnknownWaiting
	} else {
		d := a.escalate(escalation.Unsure{Confidence: m.confidenceOr(0)}, "")
		switch d.Action {
		case escalation.Offer:
			line = a.cfg.Lines.offer(d.Reason)
		case escalation.Request:
			line = a.cfg.Lines.RequestedUnknown
			if d.Reason == escalation.Distress {
				line = a.cfg.Lines.Requested // what was said is no question
			}
			a.lastLine = lineSaid{"requested", time.Now()}
		case escalation.Withhold:
			line = a.cfg.Lines.UnknownWaiting
		}
	}
	if line != "" {
		a.counters.add(&a.counters.withheld, 1)
	}
	return line
}

// heardOf lets the rules look at a sentence of a reply that was heard to its
// end.
func (a *Agent) heardOf(s *saying) {
	if s.job.kind == jobReply && !s.job.withheld {
		a.ruled(escalation.AgentSaid{Text: s.text}, "")
	}
}

// requestTool is the tool by which a model asks for a human. There is nothing in
// it by which a model could choose who comes, or how soon.
func requestTool(when string) engine.Tool {
	schema, _ := json.Marshal(map[string]any{
		"type":                 "object",
		"additionalProperties": false,
		"properties": map[string]any{
			"reason": map[string]any{"type": "string", "description": "why",
				"enum": []escalation.Reason{escalation.CallerAsked, escalation.LowConfidence, escalation.Distress, escalation.NotUnderstood, escalation.ModelRequested}},
			"detail": map[string]any{"type": "string", "maxLength": maxDetail, "description": "what the human should know, in a sentence"},
		},
	})
	return engine.Tool{Name: RequestHuman, Description: when, Parameters: schema}
}
