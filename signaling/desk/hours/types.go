package hours

import "time"

// Kind is when a period holds.
type Kind string

// The kinds of period.
const (
	Weekly Kind = "weekly" // on Days, every week
	Date   Kind = "date"   // on Date, once
)

// Period is one rule. From and To are wall-clock times of the operator's time
// zone, 00:00 to 24:00; where To is not after From it is on the next day
// (22:00–06:00). The period belongs to the day it begins on.
type Period struct {
	Kind Kind     `json:"kind"`
	Days []string `json:"days,omitempty"` // weekly: mon tue wed thu fri sat sun
	Date string   `json:"date,omitempty"` // date: 2026-12-24
	From string   `json:"from,omitempty"` // 09:00
	To   string   `json:"to,omitempty"`   // 12:00
	// Closed: on this date the weekly periods do not hold, From and To are empty.
	Closed bool `json:"closed,omitempty"`
}

// Schedule is the hours as they are stored and as the form sends them.
type Schedule struct {
	TimeZone string   `json:"timeZone"` // IANA name; "" = UTC
	Periods  []Period `json:"periods"`  // MaxPeriods at most; none: always open
	Reply    string   `json:"reply"`    // what a caller is told outside the hours; "" = DefaultReply
}

// Limits of a schedule.
const (
	MaxPeriods = 10
	MaxReply   = 1000 // characters
)

// DefaultReply is the preset reply of who has not written one.
const DefaultReply = "Nobody is here to take over at the moment. You can leave a phone number or an e-mail address, and we will call you back."

// Problem is what is wrong with one field of the form.
type Problem struct {
	Field   string `json:"field"`   // timeZone, periods[2].from
	Code    string `json:"code"`    // stable, for the language files
	Message string `json:"message"` // in English
}

// Window is a stretch of opening, From included, To not.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Service is whether a human can be had.
type Service string

// The service statuses.
const (
	NotConfigured Service = "notConfigured" // nobody could take a call: there is no agent
	Available     Service = "available"
	Unavailable   Service = "unavailable"
)

// Status is the service status and why.
type Status struct {
	Service Service   `json:"service"`
	Reason  string    `json:"reason,omitempty"` // unavailable: closed, nobody, broken
	Reply   string    `json:"reply,omitempty"`  // the preset reply, when closed
	Opens   time.Time `json:"opens,omitzero"`   // when closed: the next opening, if there is one
	Closes  time.Time `json:"closes,omitzero"`  // when open: the end, if there is one
}
