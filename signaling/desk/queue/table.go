package queue

import (
	"fmt"
	"strings"
)

// happening is what a handoff goes through, as the table knows it.
type happening uint8

const (
	hEnter happening = iota
	hClosed
	hOffer
	hPass
	hAccept
	hTake
	hConnect
	hFail
	hLost
	hTransfer
	hConsult
	hJoin
	hHandOver
	hEndConsult
	hFinish
	hCancel
	hExpire
	hClose
	hEndCall
	numHappenings
)

var happeningNames = [numHappenings]string{"enter", "closed", "offer", "pass", "accept", "take", "connect", "fail", "lost", "transfer",
	"consult", "join", "handOver", "endConsult", "finish", "cancel", "expire", "close", "endCall"}

// guard is a condition of a row: Unasked of a claimed handoff, Joined of a
// consulting one, whether calls or a wrap-up remain for an agent.
type guard uint8

const (
	either guard = iota
	yes
	no
)

func (g guard) matches(b bool) bool { return g == either || (g == yes) == b }

type handoffEdge struct {
	from    State
	event   happening
	unasked guard
	joined  guard
	to      State
}

// handoffTable is the life of a handoff. What is not in it is refused.
var handoffTable = []handoffEdge{
	{StateNew, hEnter, either, either, StatePending},
	{StateNew, hTake, either, either, StateClaimed},
	{StateNew, hClosed, either, either, StateEnded},

	{StatePending, hOffer, either, either, StateOffered},
	{StatePending, hTake, either, either, StateClaimed},
	{StatePending, hCancel, either, either, StateEnded},
	{StatePending, hExpire, either, either, StateEnded},
	{StatePending, hClose, either, either, StateEnded},
	{StatePending, hEndCall, either, either, StateEnded},

	{StateOffered, hPass, either, either, StatePending},
	{StateOffered, hAccept, either, either, StateClaimed},
	{StateOffered, hTake, either, either, StateClaimed},
	{StateOffered, hCancel, either, either, StateEnded},
	{StateOffered, hExpire, either, either, StateEnded},
	{StateOffered, hClose, either, either, StateEnded},
	{StateOffered, hEndCall, either, either, StateEnded},

	{StateClaimed, hConnect, either, either, StateConnected},
	{StateClaimed, hFail, no, either, StatePending},
	{StateClaimed, hCancel, either, either, StateClaimed},
	{StateClaimed, hFail, yes, either, StateEnded},
	{StateClaimed, hEndCall, either, either, StateEnded},

	{StateConnected, hConsult, either, either, StateConsulting},
	{StateConnected, hLost, either, either, StatePending},
	{StateConnected, hTransfer, either, either, StatePending},
	{StateConnected, hFinish, either, either, StateEnded},
	{StateConnected, hEndCall, either, either, StateEnded},

	{StateConsulting, hOffer, either, no, StateConsulting},
	{StateConsulting, hPass, either, no, StateConsulting},
	{StateConsulting, hJoin, either, no, StateConsulting},
	{StateConsulting, hHandOver, either, yes, StateConnected},
	{StateConsulting, hEndConsult, either, either, StateConnected},
	{StateConsulting, hLost, either, yes, StateConnected},
	{StateConsulting, hLost, either, no, StatePending},
	{StateConsulting, hFinish, either, either, StateEnded},
	{StateConsulting, hEndCall, either, either, StateEnded},
}

// next is the state that e leads h to; ok is false where h refuses it.
func (h *Handoff) next(e happening) (to State, ok bool) {
	joined := h.Consult != nil && h.Consult.Joined
	for i := range handoffTable {
		r := &handoffTable[i]
		if r.from == h.State && r.event == e && r.unasked.matches(h.Unasked) && r.joined.matches(joined) {
			return r.to, true
		}
	}
	return h.State, false
}

// turn is what an agent goes through, as the table knows it.
type turn uint8

const (
	aSignIn turn = iota
	aSignInAway
	aSignOut
	aAway
	aBack
	aOffer
	aAccept
	aPass
	aPassAgain
	aWithdraw
	aTake
	aFinish
	aDrop
	aWrittenUp
	aLost
	numTurns
)

var turnNames = [numTurns]string{"signIn", "signInAway", "signOut", "away", "back", "offer", "accept", "pass", "passAgain", "withdraw",
	"take", "finish", "drop", "writtenUp", "lost"}

type agentEdge struct {
	from   Presence
	event  turn
	calls  guard // whether they have calls, after the event
	wrapUp guard // whether there is a wrap-up to do, after the event
	to     Presence
}

// agentTable is what agents do all day. What is not in it is refused. Offers
// are withdrawn before anything else takes an agent out of ringing.
var agentTable = []agentEdge{
	{Offline, aSignIn, no, either, Available},
	{Offline, aSignInAway, no, either, Away},

	{Away, aBack, no, either, Available},
	{Away, aBack, yes, either, Busy},
	{Away, aFinish, either, either, Away},
	{Away, aDrop, either, either, Away},
	{Away, aTake, yes, either, Away}, // past the desk
	{Away, aSignOut, no, either, Offline},
	{Away, aLost, either, either, Offline},

	{Available, aOffer, no, either, Ring},
	{Available, aTake, yes, either, Busy},
	{Available, aAway, no, either, Away},
	{Available, aSignOut, no, either, Offline},
	{Available, aLost, either, either, Offline},

	{Ring, aAccept, yes, either, Busy},
	{Ring, aPass, either, yes, WrapUp},
	{Ring, aPass, yes, no, Busy},
	{Ring, aPass, no, no, Available},
	{Ring, aWithdraw, either, yes, WrapUp},
	{Ring, aWithdraw, yes, no, Busy},
	{Ring, aWithdraw, no, no, Available},
	{Ring, aFinish, either, either, Ring},
	{Ring, aDrop, either, either, Ring},
	{Ring, aPassAgain, either, either, Away},

	{Busy, aOffer, yes, either, Ring},
	{Busy, aTake, yes, either, Busy},
	{Busy, aFinish, either, yes, WrapUp},
	{Busy, aFinish, yes, no, Busy},
	{Busy, aFinish, no, no, Available},
	{Busy, aDrop, yes, either, Busy},
	{Busy, aDrop, no, either, Available},
	{Busy, aAway, yes, either, Away},
	{Busy, aLost, either, either, Offline},

	{WrapUp, aWrittenUp, yes, either, Busy},
	{WrapUp, aWrittenUp, no, either, Available},
	{WrapUp, aTake, yes, either, Busy},
	{WrapUp, aFinish, either, either, WrapUp},
	{WrapUp, aDrop, either, either, WrapUp},
	{WrapUp, aAway, either, either, Away},
	{WrapUp, aSignOut, no, either, Offline},
	{WrapUp, aLost, either, either, Offline},
}

// next is the presence that e leads a to; ok is false where a refuses it. The
// calls and the wrap-up are those after the event.
func (a *Agent) next(e turn) (to Presence, ok bool) {
	for i := range agentTable {
		r := &agentTable[i]
		if r.from == a.Presence && r.event == e && r.calls.matches(len(a.Active) > 0) && r.wrapUp.matches(a.WrapUp != "") {
			return r.to, true
		}
	}
	return a.Presence, false
}

// Mermaid is both tables as Mermaid state diagrams. What leaves the state as it
// is is not drawn.
func Mermaid() string {
	var b strings.Builder
	draw := func(pairs []pair, first, last string) {
		fmt.Fprintf(&b, "stateDiagram-v2\n    [*] --> %s\n", first)
		for _, p := range pairs {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", p.from, p.to, strings.Join(p.events, ", "))
		}
		if last != "" {
			fmt.Fprintf(&b, "    %s --> [*]\n", last)
		}
	}
	draw(handoffPairs(), "new", "ended")
	draw(agentPairs(), "offline", "")
	return b.String()
}

// HandoffText and AgentText are the tables as plain text, as the package
// documentation shows them.
func HandoffText() string { return text(handoffPairs()) }

// AgentText is the agents' table.
func AgentText() string { return text(agentPairs()) }

func text(pairs []pair) string {
	var b strings.Builder
	for _, p := range pairs {
		fmt.Fprintf(&b, "%-10s -> %-10s  %s\n", p.from, p.to, strings.Join(p.events, ", "))
	}
	return b.String()
}

type pair struct {
	from, to string
	events   []string
}

func handoffPairs() []pair {
	var out []pair
	for _, r := range handoffTable {
		out = add(out, r.from.String(), r.to.String(), happeningNames[r.event], cond(r.unasked, "unasked"), cond(r.joined, "joined"))
	}
	return out
}

func agentPairs() []pair {
	var out []pair
	for _, r := range agentTable {
		out = add(out, r.from.String(), r.to.String(), turnNames[r.event], cond(r.calls, "with calls"), cond(r.wrapUp, "to write up"))
	}
	return out
}

func cond(g guard, name string) string {
	switch g {
	case yes:
		return name
	case no:
		return "not " + name
	}
	return ""
}

func add(out []pair, from, to, event string, conds ...string) []pair {
	if from == to {
		return out
	}
	var named []string
	for _, c := range conds {
		if c != "" {
			named = append(named, c)
		}
	}
	if len(named) > 0 {
		event += " [" + strings.Join(named, ", ") + "]"
	}
	for i := range out {
		if out[i].from == from && out[i].to == to {
			out[i].events = append(out[i].events, event)
			return out
		}
	}
	return append(out, pair{from, to, []string{event}})
}
