package signaling

import (
	"context"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/call"
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
	// Expel takes those of a login that has ended out of the calls in which their
	// sockets are lost. It does not block.
	Expel(session string)
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
	// Brief is what a human must know of the call, nil before one is asked for.
	Brief() *wire.Brief
}

// Member is a participant's handle on a call: one method for each request.
// Errors are *wire.Error.
type Member interface {
	// Claims are those it was admitted with, or before it resumed.
	Claims() auth.Claims
	Negotiate(ctx context.Context, n wire.Negotiate) (wire.NegotiateResult, error)
	Candidate(ctx context.Context, c wire.Candidate) error
	Subscribe(ctx context.Context, s wire.Subscribe) error
	Mute(ctx context.Context, m wire.Mute) error
	SpeakTo(ctx context.Context, to wire.Audience) error
	Message(ctx context.Context, text string) (seq int64, err error)
	// MessageCaller takes the call over first, where the human has not the floor.
	MessageCaller(ctx context.Context, text string) (seq int64, err error)
	Interrupt(ctx context.Context) error
	RequestHuman(ctx context.Context, r wire.RequestHuman) error
	CancelRequest(ctx context.Context) error
	KeepWaiting(ctx context.Context) error
	// Takeover returns when the human has the floor. That ctx ends stops the
	// wait, not the claim.
	Takeover(ctx context.Context, mode wire.TakeoverMode, key string) (wire.TakeoverResult, error)
	Return(ctx context.Context, r wire.Return) error
	Hangup(ctx context.Context) error
	Leave(ctx context.Context) error
	// SocketLost says that the socket out is gone; nothing where out has been
	// replaced.
	SocketLost(out Outbox)
	SetEmail(ctx context.Context, e wire.SetEmail) error
}

// What travels between edge and calls, as package call has it.
type (
	Outbox      = call.Outbox
	CallSpec    = call.Spec
	JoinRequest = call.JoinRequest
	Claimant    = call.Claimant
)

// Keyring signs and verifies tokens and knows the apps' secrets. The one of
// package auth fits.
type Keyring interface {
	Sign(c auth.Claims, ttl time.Duration) (string, error)
	Verify(token string) (auth.Claims, error)
	Basic(user, password string) bool
}

// Log is what the edge reads of the calls' logs. A transcripts.Store fits.
type Log interface {
	Call(ctx context.Context, id string) (transcripts.Call, error)
	Calls(ctx context.Context, f transcripts.Filter) ([]transcripts.Call, error)
	Entries(ctx context.Context, callID string, after int64, limit int) ([]transcripts.Entry, error)
}

// Calls is a call.Hub as the edge wants it.
func Calls(h *call.Hub) Hub { return liveHub{h} }

type liveHub struct{ h *call.Hub }

func (l liveHub) Create(ctx context.Context, s CallSpec) (Call, error) {
	c, err := l.h.Create(ctx, s)
	if err != nil {
		return nil, err
	}
	return liveCall{c}, nil
}

func (l liveHub) Get(id string) (Call, bool) {
	c, ok := l.h.Get(id)
	if !ok {
		return nil, false
	}
	return liveCall{c}, true
}

func (l liveHub) Watch(post func([]wire.CallSummary, []wire.CallGone)) ([]wire.CallSummary, func()) {
	return l.h.Watch(post)
}

func (l liveHub) Expel(session string) { l.h.Expel(session) }

// liveCall gives back a member as the interface.
type liveCall struct{ *call.Call }

func (l liveCall) Join(ctx context.Context, r JoinRequest) (Member, wire.JoinResult, error) {
	m, result, err := l.Call.Join(ctx, r)
	if err != nil {
		return nil, result, err
	}
	return m, result, nil
}

// The types of the other packages fit.
var (
	_ Keyring = (*auth.Keyring)(nil)
	_ Log     = transcripts.Store(nil)
)
