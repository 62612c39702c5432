package questions

import (
	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/intent"
)

// Judge decides turn by turn, as the agent does in a call, whether a human is
// offered or asked for. One judge goes through one conversation.
type Judge interface {
	Turn(said string, reply Reply) Verdict
}

// Verdict is a decision.
type Verdict struct {
	Ask    bool // a human is asked for
	Offer  bool // one is offered
	Reason string
}

// The reasons.
const (
	ReasonAsked      = "callerAsked"
	ReasonAgreed     = "callerAgreed"
	ReasonModel      = "model"
	ReasonDistress   = "distress"
	ReasonConfidence = "lowConfidence"
)

// rules are a Judge's.
type rules struct {
	upset   float64 // what is left of the distress of the turns before
	offered bool    // in the turn before
}

// NewJudge makes a judge.
func NewJudge(agentbot.Config) Judge { return &rules{} }

const (
	unsure  = 0.42 // confidence under it is none
	upset   = 0.8
	forgets = 0.6 // share of the distress that the next turn keeps
)

func (r *rules) Turn(said string, reply Reply) Verdict {
	r.upset = r.upset*forgets + intent.Distress(said)
	agreed := r.offered && intent.Affirms(said) >= intent.Sure
	r.offered = intent.Offers(reply.Text) >= intent.Sure
	switch {
	case intent.Human(said) >= intent.Sure:
		return Verdict{Ask: true, Reason: ReasonAsked}
	case agreed:
		return Verdict{Ask: true, Reason: ReasonAgreed}
	case r.upset >= upset:
		return Verdict{Ask: true, Reason: ReasonDistress}
	case reply.Human:
		reason := reply.Reason
		if reason == "" {
			reason = ReasonModel
		}
		return Verdict{Ask: true, Reason: reason}
	case r.offered:
		return Verdict{Offer: true, Reason: ReasonConfidence}
	}
	return Verdict{}
}
