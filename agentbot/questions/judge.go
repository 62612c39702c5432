package questions

import (
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/intent"
)

// Rules are the escalation rules of an agent as it ships, with the detectors of
// package intent.
func Rules() (*escalation.Rules, error) {
	return escalation.New(escalation.Config{AsksForHuman: intent.Human, Distressed: intent.Distress})
}

// judge goes through one conversation and decides as the agent does in a call,
// see agentbot/escalation.
type judge struct {
	rules *escalation.Rules
	state escalation.State
}

// verdict is a decision.
type verdict struct {
	ask, offer bool
	reason     escalation.Reason
	done       bool // it is the whole answer to the turn: the model is not asked
}

func (j *judge) step(e escalation.Event) verdict {
	var d escalation.Decision
	j.state, d = j.rules.Step(j.state, e)
	switch d.Action {
	case escalation.Request:
		return verdict{ask: true, reason: d.Reason, done: true}
	case escalation.Offer:
		return verdict{offer: true, reason: d.Reason, done: true}
	case escalation.Declined:
		return verdict{done: true}
	}
	return verdict{}
}

// heard is the caller's turn.
func (j *judge) heard(text string) verdict { return j.step(escalation.CallerSaid{Text: text}) }

// replied is the model's reply to it. One with little confidence is a guess; a
// model that says no confidence may offer a human in its own words.
func (j *judge) replied(r Reply) verdict {
	if r.Human {
		if v := j.step(escalation.ModelAsked{Because: r.Reason}); v.ask {
			return v
		}
	}
	if r.Confidence != nil && *r.Confidence < j.rules.Config().LowConfidence.Below {
		return j.step(escalation.Unsure{Confidence: *r.Confidence})
	}
	v := j.step(escalation.AgentSaid{Text: r.Text})
	if v.ask || v.offer {
		return v
	}
	if intent.Offers(r.Text) >= intent.Sure {
		if c := j.rules.Config().Distress; !c.Off && j.state.DistressScore() >= c.Unsure {
			return verdict{offer: true, reason: escalation.Distress} // it does not answer, it soothes
		}
		return verdict{offer: true, reason: escalation.LowConfidence}
	}
	return j.step(escalation.Answered{})
}
