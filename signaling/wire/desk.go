package wire

// What a console's desk is told: the line of handoffs, who is there, what rings.
// A socket whose first request is watchDesk gets all of it, and may ask for what
// an agent does at the desk.

// Need is a skill or a language that a handoff asks for.
type Need struct {
	Name      string `json:"name"`
	Level     int    `json:"level,omitempty"`     // 1 (some) to 5 (expert)
	Preferred bool   `json:"preferred,omitempty"` // wished for, not required
}

// HandoffLine is a request for a human as the inbox shows it. Times are Unix
// milliseconds, 0 or absent: none.
type HandoffLine struct {
	ID        string `json:"id"`
	Call      string `json:"call"`
	State     string `json:"state"`              // pending, offered, claimed, connected, consulting, ended
	Outcome   string `json:"outcome,omitempty"`  // once ended: resolved, cancelled, expired, outOfHours, callEnded
	Detail    string `json:"detail,omitempty"`   // why it ended
	Priority  int    `json:"priority"`           // 1 (urgent) to 4
	Rank      int    `json:"rank"`               // the priority after aging, by which the line goes
	Position  int    `json:"position,omitempty"` // in the line, 1 = next, at this moment
	Front     bool   `json:"front,omitempty"`    // before all that are not; among equals by rank, then by seq
	Seq       int64  `json:"seq"`                // the order in which they came
	Reason    string `json:"reason,omitempty"`
	Brief     string `json:"brief,omitempty"`
	Caller    string `json:"caller,omitempty"` // their name
	Skills    []Need `json:"skills,omitempty"`
	Languages []Need `json:"languages,omitempty"`
	Agent     string `json:"agent,omitempty"` // identity of who claims or has it
	Name      string `json:"name,omitempty"`  // and what they are called
	OfferedTo string `json:"offeredTo,omitempty"`
	Consult   string `json:"consult,omitempty"` // identity of the colleague who is asked or has joined
	EnteredAt int64  `json:"enteredAt"`
	PendingAt int64  `json:"pendingAt,omitempty"` // since when it waits, this time
	EndedAt   int64  `json:"endedAt,omitempty"`
	Requeues  int    `json:"requeues,omitempty"`

	FirstResponse *SLAClock `json:"firstResponse,omitempty"` // absent: no target
	Resolution    *SLAClock `json:"resolution,omitempty"`
}

// SLAClock is one clock of a handoff.
type SLAClock struct {
	StartAt    int64  `json:"startAt"`
	RiskAt     int64  `json:"riskAt"`
	DeadlineAt int64  `json:"deadlineAt"`
	AtRisk     bool   `json:"atRisk,omitempty"`
	Outcome    string `json:"outcome,omitempty"` // met, breached, cancelled; absent: it runs
}

// AgentLine is one of the desk's people as the others see them.
type AgentLine struct {
	Identity string   `json:"identity"`
	Name     string   `json:"name,omitempty"`
	Presence string   `json:"presence"` // offline, away, available, ringing, busy, wrapUp
	Since    int64    `json:"since,omitempty"`
	Why      string   `json:"why,omitempty"` // why away or offline, where they did not choose it
	Load     int      `json:"load"`          // places filled
	Capacity int      `json:"capacity"`
	Active   []string `json:"active,omitempty"` // handoffs they have
	WrapUpAt int64    `json:"wrapUpAt,omitempty"`
	WrapUp   string   `json:"wrapUp,omitempty"` // the handoff that is being wrapped up
}

// DeskBoard is the wallboard.
type DeskBoard struct {
	Waiting   [4]int         `json:"waiting"`             // of P1 to P4
	LongestMS int64          `json:"longestMs,omitempty"` // the longest wait
	Ringing   int            `json:"ringing"`
	Active    int            `json:"active"`
	AtRisk    int            `json:"atRisk"`
	Breached  int            `json:"breached"`
	Agents    map[string]int `json:"agents"` // by presence
	Places    int            `json:"places"`
	Free      int            `json:"free"`
	Service   string         `json:"service"` // notConfigured, available, unavailable
}

// WatchDesk is the first request of a console's socket. With Away one is not
// available yet; With Observe one only looks and is no agent (supervisors).
type WatchDesk struct {
	Token   string `json:"token"`
	Away    bool   `json:"away,omitempty"`
	Observe bool   `json:"observe,omitempty"`
}

// WatchDeskResult answers it: all there is at this moment.
type WatchDeskResult struct {
	Me       *AgentLine    `json:"me,omitempty"` // absent for who only looks
	Role     string        `json:"role"`
	Handoffs []HandoffLine `json:"handoffs"` // that have not ended, in the order of the line, then those that are held
	Agents   []AgentLine   `json:"agents"`
	Offer    *DeskOffer    `json:"offer,omitempty"` // what rings at this moment
	Board    DeskBoard     `json:"board"`
	Calls    []CallSummary `json:"calls"`
	Settings DeskSettings  `json:"settings"`
}

// DeskSettings is what consoles must know of the desk's settings.
type DeskSettings struct {
	Notifications Notifications `json:"notifications"`
}

// Notifications are how a console calls its operator, where they have not chosen
// for themselves.
type Notifications struct {
	Sound   bool `json:"sound"`
	Desktop bool `json:"desktop"`
	Badge   bool `json:"badge"` // in the title
}

// DeskOffer rings: accept or decline it by UntilAt.
type DeskOffer struct {
	Offer   int64       `json:"offer"`
	Kind    string      `json:"kind"` // routed, assigned, transfer, consult
	UntilAt int64       `json:"untilAt"`
	Handoff HandoffLine `json:"handoff"`
}

// DeskOfferGone: it rings no more.
type DeskOfferGone struct {
	Offer int64  `json:"offer"`
	Why   string `json:"why"` // declined, unanswered, taken, assigned, cancelled, ended, away, lost, expired, accepted
}

// DeskChanged is what has changed in the line and about people, at most four
// times a second.
type DeskChanged struct {
	Handoffs []HandoffLine `json:"handoffs,omitempty"` // also those that have just ended
	Agents   []AgentLine   `json:"agents,omitempty"`
	Board    *DeskBoard    `json:"board,omitempty"`
}

// DeskAlert is a clock that is at risk or whose deadline has passed; each comes
// once.
type DeskAlert struct {
	Handoff  string `json:"handoff"`
	Call     string `json:"call"`
	Goal     string `json:"goal"` // firstResponse, resolution
	Kind     string `json:"kind"` // atRisk, breached
	DueAt    int64  `json:"dueAt"`
	Caller   string `json:"caller,omitempty"`
	Priority int    `json:"priority"`
}

// DeskPresence tells an agent what they are now, where they did not choose it.
type DeskPresence struct {
	Presence string `json:"presence"`
	Why      string `json:"why,omitempty"`
	WrapUpAt int64  `json:"wrapUpAt,omitempty"`
}

// DeskConsult tells the two of a consult how it stands.
type DeskConsult struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	By      string `json:"by"`
	Agent   string `json:"agent,omitempty"`
	What    string `json:"what"` // asked, joined, nobody, ended
}

// DeskClaim tells an agent that a call is theirs now: join it with a microphone.
type DeskClaim struct {
	Handoff string `json:"handoff"`
	Call    string `json:"call"`
	Consult bool   `json:"consult,omitempty"` // join as a listener, to advise
}
