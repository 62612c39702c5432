package queue

import (
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// Priority is P1 (urgent) to P4 (low).
type Priority = sla.Priority

// The priorities.
const (
	P1 = sla.P1 // urgent
	P2 = sla.P2 // high
	P3 = sla.P3 // normal, the default
	P4 = sla.P4 // low
)

// Need is a skill or a language that a handoff asks for. A level is 1 (some)
// to MaxLevel (expert); 0 is 1.
type Need struct {
	Name      string `json:"name"`
	Level     int    `json:"level,omitempty"`
	Preferred bool   `json:"preferred,omitempty"` // wished for, not required
}

// MaxLevel is the highest level of a skill or a language.
const MaxLevel = 5

// Levels are what an agent can do and how well: name to level.
type Levels map[string]int

// Handoff is one request for a human, from Pending to its one end. The fields
// are the record as it is stored; who reads it must not change it.
type Handoff struct {
	ID   string `json:"id"`
	Call string `json:"call"`
	Seq  uint64 `json:"seq"` // the order of entry, which is its age

	State   State   `json:"state"`
	Outcome Outcome `json:"outcome,omitempty"` // once State is ended
	Detail  string  `json:"detail,omitempty"`  // why it ended, where the outcome does not say it

	Reason    string   `json:"reason,omitempty"`
	Brief     string   `json:"brief,omitempty"` // an id or a short text, shown with the offer
	Priority  Priority `json:"priority"`
	Rank      Priority `json:"rank"`            // its priority after aging: the order goes by it
	Front     bool     `json:"front,omitempty"` // lost its human, or is being transferred: first in line
	Skills    []Need   `json:"skills,omitempty"`
	Languages []Need   `json:"languages,omitempty"`
	Stage     Stage    `json:"stage"` // how far the needs are relaxed

	EnteredAt   time.Time `json:"enteredAt"`
	PendingAt   time.Time `json:"pendingAt,omitzero"` // since when it waits, this time
	ClaimedAt   time.Time `json:"claimedAt,omitzero"`
	AnsweredAt  time.Time `json:"answeredAt,omitzero"` // the first time a human had it
	ConnectedAt time.Time `json:"connectedAt,omitzero"`
	EndedAt     time.Time `json:"endedAt,omitzero"`

	Offer   *Offer   `json:"offer,omitempty"`  // ringing: at one agent at most
	Agent   string   `json:"agent,omitempty"`  // who claims or has it
	Name    string   `json:"name,omitempty"`   // of who has it without being an agent of the desk
	Target  *Target  `json:"target,omitempty"` // transferred to this person first
	Consult *Consult `json:"consult,omitempty"`
	Unasked bool     `json:"unasked,omitempty"` // nobody waits for a human: taken over unasked, or cancelled with the human on the way

	Skips []Skip  `json:"skips,omitempty"` // who is not asked again for a while
	Asked int     `json:"asked,omitempty"` // questions to the caller since their last answer
	SLA   sla.SLA `json:"sla"`

	// for reports
	Offers    int     `json:"offers,omitempty"`   // how often it rang
	Requeues  int     `json:"requeues,omitempty"` // how often it came back into the line
	Transfers int     `json:"transfers,omitempty"`
	Stints    []Stint `json:"stints,omitempty"`    // who had it, the last maxStints
	Uninvited bool    `json:"uninvited,omitempty"` // a human took the call over before anybody asked for one

	// clocks; each is a moment to act at, zero = none
	RankAt   time.Time `json:"rankAt,omitzero"`   // it has aged
	StageAt  time.Time `json:"stageAt,omitzero"`  // its needs are relaxed
	AskAt    time.Time `json:"askAt,omitzero"`    // the caller is asked whether to go on
	ExpireAt time.Time `json:"expireAt,omitzero"` // the question counts as declined
	RetryAt  time.Time `json:"retryAt,omitzero"`  // the first of Skips is over

	Told *Told `json:"told,omitempty"` // what the caller knows of the wait
}

// Offer is a handoff that rings at an agent.
type Offer struct {
	No    uint64    `json:"no"` // counts all offers; an answer carries it, so that a late one is known
	Agent string    `json:"agent"`
	Kind  OfferKind `json:"kind"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until"` // no answer by then goes to the next
}

// OfferKind is why it rings.
type OfferKind string

// The kinds of offer.
const (
	OfferRouted   OfferKind = "routed"   // chosen by the desk
	OfferAssigned OfferKind = "assigned" // a supervisor chose
	OfferTransfer OfferKind = "transfer" // a colleague passes the call on to this agent
	OfferConsult  OfferKind = "consult"  // a colleague asks for advice, perhaps to pass the call on
)

// Target is the one agent who is asked until then; afterwards anyone is.
type Target struct {
	Agent string    `json:"agent"`
	Until time.Time `json:"until"`
}

// Consult is a colleague who is asked, or has joined, while the caller stays
// with who has them.
type Consult struct {
	Agent     string    `json:"agent,omitempty"` // asked or joined
	Joined    bool      `json:"joined,omitempty"`
	At        time.Time `json:"at"`
	Skills    []Need    `json:"skills,omitempty"` // any agent with these, "" Agent chosen
	Languages []Need    `json:"languages,omitempty"`
	Tried     []string  `json:"tried,omitempty"`
}

// Skip says that an agent is not offered a handoff again until then.
type Skip struct {
	Agent string    `json:"agent"`
	Until time.Time `json:"until"`
}

// Stint is the time a human had a call.
type Stint struct {
	Agent string    `json:"agent"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to,omitzero"`
}

const maxStints = 16

// Told is a caller's last news of the wait.
type Told struct {
	Position int           `json:"position"`
	Wait     time.Duration `json:"wait"`
	Known    bool          `json:"known,omitempty"`
}

// Agent is a human agent of the desk as it is stored. Who has signed out is
// kept, so that misses and wrap-up outlive a reload of the page.
type Agent struct {
	ID        string   `json:"id"`
	Name      string   `json:"name,omitempty"`
	Presence  Presence `json:"presence"`
	Capacity  int      `json:"capacity"`
	Skills    Levels   `json:"skills,omitempty"`
	Languages Levels   `json:"languages,omitempty"`

	Active []string `json:"active,omitempty"` // handoffs that they claim, have, or are consulted on
	Offer  string   `json:"offer,omitempty"`  // the one handoff that rings at them
	Missed int      `json:"missed,omitempty"` // offers in a row that they declined or let ring

	PresenceAt time.Time `json:"presenceAt,omitzero"` // since when they are in Presence
	IdleAt     time.Time `json:"idleAt,omitzero"`     // since when they have had nothing to do
	SeenAt     time.Time `json:"seenAt,omitzero"`     // last sign of life
	WrapUpAt   time.Time `json:"wrapUpAt,omitzero"`   // when the wrap-up ends by itself
	WrapUp     string    `json:"wrapUp,omitempty"`    // the handoff that is being wrapped up
	Why        string    `json:"why,omitempty"`       // why they are away or offline, where they did not choose it
}

// Load is the places an agent has filled: calls and what rings.
func (a *Agent) Load() int {
	n := len(a.Active)
	if a.Offer != "" {
		n++
	}
	return n
}

// Outcome is how a handoff ended.
type Outcome string

// The outcomes.
const (
	Resolved   Outcome = "resolved"   // a human had it and gave it back or ended it
	Cancelled  Outcome = "cancelled"  // the caller, or the app, no longer wants a human
	Expired    Outcome = "expired"    // the caller did not answer whether to go on waiting
	OutOfHours Outcome = "outOfHours" // nobody is there at this time: the preset reply was given
	CallEnded  Outcome = "callEnded"  // the call ended before a human had it, or over it
)

// Stage is how far the needs of a handoff are relaxed. Zero is not at all.
type Stage uint8

// The stages.
const (
	StageAll       Stage = iota // required and preferred, each at its level
	StageRequired               // the preferred only choose among those who have the required
	StageAnyLevel               // the required at any level
	StageLanguages              // the required languages at any level; skills only choose
	numStages
)
