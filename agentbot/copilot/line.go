package copilot

import "time"

// Roles of lines.
const (
	RoleCaller = "caller"
	RoleAgent  = "agent" // the AI
	RoleHuman  = "human"
	RoleEvent  = "event" // something that happened; Text names it
)

// Line is a line of a call's log as a copilot reads it.
type Line struct {
	Seq      int64 // in the log
	At       time.Time
	Role     string
	Name     string
	Text     string
	Unspoken string // of the AI: what it did not get to say
	Own      bool   // of the AI: a fixed line of its own, which says nothing of the matter
}
