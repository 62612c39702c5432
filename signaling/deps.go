package signaling

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// Hub is what the edge wants of the live calls.
type Hub interface {
	Create(ctx context.Context, s CallSpec) (Call, error)
	Get(id string) (Call, bool)
	// Watch gives the list at this moment and posts what changes until stop is
	// called. post does not block.
	Watch(post func([]wire.CallSummary, []wire.CallGone)) (current []wire.CallSummary, stop func())
}

// Call is what the edge wants of a live call. Errors are *wire.Error.
type Call interface {
	ID() string
	Info() wire.CallInfo
	Join(ctx context.Context, r JoinRequest) (Member, wire.JoinResult, error)
	Claim(ctx context.Context, c Claimant) (takeoverUID string, err error)
	ReturnToAI(ctx context.Context) error
	Say(ctx context.Context, text, as string) (seq int64, err error)
	RequestHuman(ctx context.Context, r wire.RequestHuman) error
	Hangup(ctx context.Context, reason string) error
}

// Member is a participant's handle on a call: one method for each request.
// Errors are *wire.Error.
type Member interface {
	Negotiate(ctx context.Context, n wire.Negotiate) (wire.NegotiateResult, error)
	Candidate(ctx context.Context, c wire.Candidate) error
	Subscribe(ctx context.Context, s wire.Subscribe) error
	Mute(ctx context.Context, m wire.Mute) error
	Message(ctx context.Context, text string) (seq int64, err error)
	Interrupt(ctx context.Context) error
	RequestHuman(ctx context.Context, r wire.RequestHuman) error
	CancelRequest(ctx context.Context) error
	KeepWaiting(ctx context.Context) error
	// Takeover returns when the human has the floor. That ctx ends stops the
	// wait, not the claim.
	Takeover(ctx context.Context, mode wire.TakeoverMode, key string) (wire.TakeoverResult, error)
	Return(ctx context.Context) error
	Hangup(ctx context.Context) error
	Leave(ctx context.Context) error
	// SocketLost says that the socket out is gone; nothing where out has been
	// replaced.
	SocketLost(out Outbox)
}

// Outbox is a participant's socket as a call knows it. Neither method blocks.
// What is said before join has been answered follows the answer.
type Outbox interface {
	Notify(method string, params any)
	// Close ends the socket for good, after what was said before: the reason
	// is one of wire.Closed's.
	Close(reason string)
}

// CallSpec describes a call to be created.
type CallSpec struct {
	ID            string          // "" = made
	Meta          json.RawMessage // the app's own, given back as it is
	Greeting      *string         // nil = the default one, "" = none
	Language      string          // BCP 47
	ExternalAgent bool            // the app's own bot joins with role agent
}

// JoinRequest is a participant who wants in. The token has been verified, and
// used up where it admits once.
type JoinRequest struct {
	Claims    auth.Claims // zero with Resume
	Role      wire.Role   // for desk tokens: human (default) or observer
	Subscribe *wire.Subscribe
	Resume    string
	Cursor    int64
	Out       Outbox
}

// Claimant is a human for whom a call is claimed.
type Claimant struct {
	Identity, Name, Avatar string
	Mode                   wire.TakeoverMode
	Key                    string // idempotency key
}

// Keyring signs and verifies tokens and knows the apps' secrets. The one of
// package auth fits.
type Keyring interface {
	Sign(c auth.Claims, ttl time.Duration) (string, error)
	Verify(token string) (auth.Claims, error)
	Basic(user, password string) bool
}

// Desk knows the users of the console. The one of package auth fits.
type Desk interface {
	Login(ctx context.Context, identity, password, remoteAddr string) (auth.User, error)
}

// Log is what the edge reads of the calls' logs. A transcripts.Store fits.
type Log interface {
	Call(ctx context.Context, id string) (transcripts.Call, error)
	Calls(ctx context.Context, f transcripts.Filter) ([]transcripts.Call, error)
	Entries(ctx context.Context, callID string, after int64, limit int) ([]transcripts.Entry, error)
}

// Exporter writes a call's log as txt, json, vtt or srt.
type Exporter func(w io.Writer, format string, c transcripts.Call, entries []transcripts.Entry) error
