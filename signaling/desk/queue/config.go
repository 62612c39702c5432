package queue

import (
	"fmt"
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// Mode is how handoffs come to agents.
type Mode string

// The modes.
const (
	Push   Mode = "push"   // offered to one agent after the other; taking is possible too
	Manual Mode = "manual" // agents take from the line; nothing rings but what is assigned, transferred or asked
)

// Config is how a desk works. New fills what is zero with the default given
// here; where zero means never, a negative value says so.
type Config struct {
	Mode Mode `json:"mode"` // Push

	Ring       time.Duration `json:"ring"`       // 20 s: how long an offer rings
	Misses     int           `json:"misses"`     // 2: declined or unanswered offers in a row that set an agent away
	RetryAfter time.Duration `json:"retryAfter"` // 30 s: when who passed may be offered the same handoff again
	TargetFor  time.Duration `json:"targetFor"`  // 30 s: how long a transfer waits for its person alone

	PreferredFor time.Duration `json:"preferredFor"` // 20 s: how long the preferred needs hold; negative: they only choose
	LevelsFor    time.Duration `json:"levelsFor"`    // 60 s: how long levels hold; negative: for ever
	SkillsFor    time.Duration `json:"skillsFor"`    // never: how long required skills hold. Languages always do

	AgeEvery time.Duration `json:"ageEvery"` // 10 min: waiting that raises the rank by one priority; negative: never
	AskEvery time.Duration `json:"askEvery"` // 60 s: how often a waiting caller is asked whether to go on
	ExpireIn time.Duration `json:"expireIn"` // never: how long after a question silence counts as no
	WrapUp   time.Duration `json:"wrapUp"`   // 30 s: time for the form after a call; negative: none

	AfterHours time.Duration `json:"afterHours"` // 30 min: how long those who wait when the hours end are still served; negative: they are told at once

	HeartbeatWithin time.Duration `json:"heartbeatWithin"` // 20 s without a sign of life: the agent's browser is dead
	NoticeEvery     time.Duration `json:"noticeEvery"`     // 2 s: how often callers hear of a changed wait
	Handling        time.Duration `json:"handling"`        // 4 min: a call's length, until there have been some

	MaxWaiting  int `json:"maxWaiting"`  // 10,000 in the line; more are refused
	MaxAgents   int `json:"maxAgents"`   // 5,000 known to the desk
	MaxCapacity int `json:"maxCapacity"` // 20 calls at once an agent

	SLA sla.Config `json:"sla"`
}

const never = time.Duration(-1)

// WithDefaults is c with the defaults where it is zero.
func (c Config) WithDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	num := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	if c.Mode == "" {
		c.Mode = Push
	}
	def(&c.Ring, 20*time.Second)
	num(&c.Misses, 2)
	def(&c.RetryAfter, 30*time.Second)
	def(&c.TargetFor, 30*time.Second)
	def(&c.PreferredFor, 20*time.Second)
	def(&c.LevelsFor, time.Minute)
	def(&c.SkillsFor, never)
	def(&c.AgeEvery, 10*time.Minute)
	def(&c.AskEvery, time.Minute)
	def(&c.ExpireIn, never)
	def(&c.WrapUp, 30*time.Second)
	def(&c.AfterHours, 30*time.Minute)
	def(&c.HeartbeatWithin, 20*time.Second)
	def(&c.NoticeEvery, 2*time.Second)
	def(&c.Handling, 4*time.Minute)
	num(&c.MaxWaiting, 10_000)
	num(&c.MaxAgents, 5_000)
	num(&c.MaxCapacity, 20)
	c.SLA = c.SLA.WithDefaults()
	return c
}

// Problem is what is wrong with one field of a form.
type Problem struct {
	Field   string `json:"field"`   // as in JSON: ring, sla.targets[0].resolution
	Code    string `json:"code"`    // stable, for the language files: range, mode
	Message string `json:"message"` // in English
}

// Check says what is wrong with c, field by field; zero values, which mean the
// default, are right.
func (c Config) Check() []Problem {
	var out []Problem
	span := func(field string, d, least, most time.Duration, canNever bool) {
		switch {
		case d == 0, d < 0 && canNever:
		case d < least || d > most:
			m := fmt.Sprintf("between %v and %v", least, most)
			if canNever {
				m += ", or never"
			}
			out = append(out, Problem{field, "range", m})
		}
	}
	number := func(field string, n, most int) {
		if n < 0 || n > most {
			out = append(out, Problem{field, "range", fmt.Sprintf("between 1 and %d", most)})
		}
	}
	if c.Mode != "" && c.Mode != Push && c.Mode != Manual {
		out = append(out, Problem{"mode", "mode", "push or manual"})
	}
	const s, m, h = time.Second, time.Minute, time.Hour
	span("ring", c.Ring, s, 10*m, false)
	number("misses", c.Misses, 100)
	span("retryAfter", c.RetryAfter, s, h, false)
	span("targetFor", c.TargetFor, s, h, false)
	span("preferredFor", c.PreferredFor, s, 24*h, true)
	span("levelsFor", c.LevelsFor, s, 24*h, true)
	span("skillsFor", c.SkillsFor, s, 24*h, true)
	span("ageEvery", c.AgeEvery, s, 24*h, true)
	span("askEvery", c.AskEvery, s, 24*h, true)
	span("expireIn", c.ExpireIn, s, 24*h, true)
	span("wrapUp", c.WrapUp, s, h, true)
	span("afterHours", c.AfterHours, s, 4*h, true) // nobody waits overnight
	span("heartbeatWithin", c.HeartbeatWithin, 5*s, 10*m, false)
	span("noticeEvery", c.NoticeEvery, 100*time.Millisecond, m, false)
	span("handling", c.Handling, s, 4*h, false)
	number("maxWaiting", c.MaxWaiting, 100_000)
	number("maxAgents", c.MaxAgents, 100_000)
	number("maxCapacity", c.MaxCapacity, 1000)
	for _, p := range c.SLA.Check() {
		out = append(out, Problem{"sla." + p.Field, p.Code, p.Message})
	}
	return out
}
