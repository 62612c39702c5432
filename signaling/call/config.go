package call

import (
	"encoding/json"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// Config is what a Hub needs. Zero durations and limits mean the defaults
// given with each.
type Config struct {
	Engine     *sfu.Engine
	Store      transcripts.Store
	NewBot     func(BotSpec) (Bot, error)
	ICEServers []wire.ICEServer
	Log        *slog.Logger
	Metrics    prometheus.Registerer // nil: none

	Desk Desk // nil: a plain line

	// Places keep who is in a call, so that it survives a restart of the server
	// (Hub.ResumeCalls); nil: it does not.
	Places state.Places

	// StillMay says why the bearer of a token may no longer come back to a call
	// they were in, e.g. *wire.Error of KindUnauthorized after a logout; nil:
	// everybody may. It is called by calls' goroutines and must not block.
	StillMay func(auth.Claims) error

	MaxCalls        int // 1000 live calls
	MaxParticipants int // 16 a call

	ResumeWithin   time.Duration // 30 s: how long a lost socket or peer may come back
	MediaWithin    time.Duration // 30 s: how long a claim waits for the human's media
	BoundaryWithin time.Duration // 120 ms: how long the cut waits for the end of a word
	CallerWithin   time.Duration // 60 s: how long a new call waits for its caller
	AgentWithin    time.Duration // 10 s: how long a caller waits for the app's own bot before ours answers
	SessionTimeout time.Duration // 180 s: how long the caller may be silent to a human
	AskEvery       time.Duration // 60 s: how often a waiting caller is asked whether to go on
	ReadyWithin    time.Duration // 2 s: how long a return waits for the AI's briefing
	ReviveWithin   time.Duration // 60 s: how long a server may have been down for its calls to go on

	AskEmail bool // the AI asks who waits for a human for an e-mail address, where none is known
}

func (c Config) withDefaults() Config {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&c.ResumeWithin, 30*time.Second)
	def(&c.MediaWithin, 30*time.Second)
	def(&c.BoundaryWithin, 120*time.Millisecond)
	def(&c.CallerWithin, time.Minute)
	def(&c.AgentWithin, 10*time.Second)
	def(&c.SessionTimeout, 3*time.Minute)
	def(&c.AskEvery, time.Minute)
	def(&c.ReadyWithin, 2*time.Second)
	def(&c.ReviveWithin, time.Minute)
	if c.MaxCalls == 0 {
		c.MaxCalls = 1000
	}
	if c.MaxParticipants == 0 {
		c.MaxParticipants = 16
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// BotSpec is what a bot is made for.
type BotSpec struct {
	Room          *sfu.Room
	CallID        string
	ParticipantID string
	Language      string  // BCP 47, "" = the engines' default
	Greeting      *string // nil = the default greeting, "" = none
	Events        BotEvents
}

// Spec describes a call to be created.
type Spec struct {
	ID       string          // "" = made
	Meta     json.RawMessage // the app's own, given back as it is
	Greeting *string
	Language string
	// ExternalAgent: the app's own bot joins with role agent; ours only
	// transcribes.
	ExternalAgent bool
}

// JoinRequest is a participant who wants in. The token has been verified, and
// used up where it admits once.
type JoinRequest struct {
	Claims    auth.Claims
	Role      wire.Role // for desk tokens: human (default) or observer
	Subscribe *wire.Subscribe
	Resume    string // a resumeToken instead of claims
	Cursor    int64
	Out       Outbox
}

// Outbox is a participant's socket. Neither method blocks; what comes before
// the reply to join has been written is kept until then.
type Outbox interface {
	Notify(method string, params any)
	Close(reason string)
}

// Claimant is a human for whom an app claims a call.
type Claimant struct {
	Identity string
	Name     string
	Avatar   string
	Mode     wire.TakeoverMode
	Key      string // idempotency key
}
