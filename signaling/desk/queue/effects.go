package queue

import (
	"errors"
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// Effects is what a step asks of whoever runs the desk: first write the records
// that changed, in one transaction, then do and tell the rest, in the order of
// the fields. The slices belong to the caller.
type Effects struct {
	// to be written together
	Handoffs []string  // changed and still going on: Desk.Handoff has each
	Agents   []string  // changed: Desk.Agent has each
	Gone     []string  // agents that the desk has forgotten
	Ended    []Handoff // the final records; the desk has forgotten them
	Counters bool      // Desk.Counters changed

	Withdrawals []Withdrawal // stop ringing
	Claims      []Claim      // carry out on the call
	Releases    []Release    // the call no longer belongs to this human
	Offers      []Ringing    // ring
	Consults    []ConsultChange
	Presence    []PresenceChange
	SLA         []SLAEvent // warn and alert
	Asks        []Ask      // the question to the caller
	Notices     []Notice   // news of the wait

	// Wake is when to step again at the latest, zero = not by itself.
	Wake time.Time
}

// Withdrawal ends an offer that was not accepted.
type Withdrawal struct {
	Offer   uint64 `json:"offer"`
	Handoff string `json:"handoff"`
	Agent   string `json:"agent"`
	Why     string `json:"why"` // declined, unanswered, taken, assigned, cancelled, ended, away, lost, expired
}

// Claim is a call that a human of the desk now takes over: Connected or
// ClaimFailed follows.
type Claim struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	Agent   string `json:"agent"`
}

// Release is a call that is no longer this human's, by the desk's decision. To
// is who has it now, "" where it waits again.
type Release struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	Agent   string `json:"agent"`
	To      string `json:"to,omitempty"`
	Why     string `json:"why"` // lost, transferred, handedOver
}

// Ringing is a new offer.
type Ringing struct {
	Offer
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
}

// ConsultChange tells the two of a consult how it stands.
type ConsultChange struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	By      string `json:"by"`
	Agent   string `json:"agent,omitempty"`
	What    string `json:"what"` // asked, joined, nobody, ended
}

// PresenceChange is an agent's new presence.
type PresenceChange struct {
	Agent string   `json:"agent"`
	From  Presence `json:"from"`
	To    Presence `json:"to"`
	Why   string   `json:"why,omitempty"`
}

// SLAEvent is a clock's event of one handoff.
type SLAEvent struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	sla.Event
}

// Ask is the question whether to go on waiting.
type Ask struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	Nth     int    `json:"nth"` // 1 = the first since the last answer
}

// Notice is news of a wait.
type Notice struct {
	Handoff  string `json:"handoff"`
	Call     string `json:"call"`
	Estimate `json:"estimate"`
}

// Errors of a step: the event is refused and has changed nothing.
var (
	ErrUnknown    = errors.New("queue: no such handoff, or it has ended")
	ErrAgent      = errors.New("queue: no such agent")
	ErrExists     = errors.New("queue: there is a handoff with this id")
	ErrFull       = errors.New("queue: the line is full")
	ErrState      = errors.New("queue: not possible in the state the handoff is in")
	ErrPresence   = errors.New("queue: not possible in the presence the agent is in")
	ErrCapacity   = errors.New("queue: the agent has as many calls as they can have")
	ErrRinging    = errors.New("queue: something rings at the agent")
	ErrStale      = errors.New("queue: the offer is no longer there")
	ErrNotYours   = errors.New("queue: the call is another's")
	ErrTaken      = errors.New("queue: somebody else has it")
	ErrNothing    = errors.New("queue: nothing waits that the agent could take")
	ErrInvalid    = errors.New("queue: the event makes no sense")
	ErrUnreadable = errors.New("queue: the stored desk contradicts itself")
)
