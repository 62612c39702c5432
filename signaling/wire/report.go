package wire

// DeskFigures are counts of a span, and times to a human in milliseconds.
type DeskFigures struct {
	Calls     int `json:"calls"`     // that began
	Ended     int `json:"ended"`     // of them, those that are over
	Contained int `json:"contained"` // of those, without a human

	Handoffs   int `json:"handoffs"` // = answered + abandoned + outOfHours + waiting
	Answered   int `json:"answered"`
	Abandoned  int `json:"abandoned"`
	OutOfHours int `json:"outOfHours"`
	Waiting    int `json:"waiting"`

	Takeovers int `json:"takeovers"` // times that a human got a call, asked for or not
	Unasked   int `json:"unasked"`   // calls taken over without being asked
	Requeues  int `json:"requeues"`
	Transfers int `json:"transfers"`
	Returns   int `json:"returns"`

	MedianMS int64 `json:"medianMs"`
	P90MS    int64 `json:"p90Ms"`

	FirstMet           int `json:"firstMet"`
	FirstBreached      int `json:"firstBreached"`
	ResolutionMet      int `json:"resolutionMet"`
	ResolutionBreached int `json:"resolutionBreached"`
	AtRisk             int `json:"atRisk"`
}

// DeskDay is one day's figures.
type DeskDay struct {
	Day     string      `json:"day"` // 2026-11-21, in the report's time zone
	Figures DeskFigures `json:"figures"`
}

// DeskReason is the handoffs of one reason.
type DeskReason struct {
	Reason    string `json:"reason"` // "" where none was given
	Handoffs  int    `json:"handoffs"`
	Answered  int    `json:"answered"`
	Abandoned int    `json:"abandoned"`
	MedianMS  int64  `json:"medianMs"`
}

// AgentReport is what one person did.
type AgentReport struct {
	Identity  string `json:"identity"`
	Name      string `json:"name,omitempty"`
	Takeovers int    `json:"takeovers"`
	TimeMS    int64  `json:"timeMs"`   // with callers
	First     int    `json:"first"`    // handoffs that they were the first to answer
	MedianMS  int64  `json:"medianMs"` // time to human of those
	Met       int    `json:"met"`
	Breached  int    `json:"breached"`
}

// DeskReport answers GET /v1/desk/reports. Partial: there was more than is read
// for one report; ask for a shorter span.
type DeskReport struct {
	From    int64         `json:"from"` // Unix milliseconds
	To      int64         `json:"to"`
	TZ      string        `json:"tz"`
	Total   DeskFigures   `json:"total"`
	Days    []DeskDay     `json:"days"`
	Reasons []DeskReason  `json:"reasons"`
	Agents  []AgentReport `json:"agents"`
	Partial bool          `json:"partial,omitempty"`
}
