package state

import (
	"context"
	"errors"
	"time"
)

// Response is what an idempotent request was answered.
type Response struct {
	Status      int
	Body        []byte
	ContentType string
}

// Errors of a Store.
var (
	// ErrKeyReused: the Idempotency-Key came with another request before.
	ErrKeyReused = errors.New("state: idempotency key was used for another request")
	// ErrInFlight: the first request with this key has not been answered yet.
	ErrInFlight = errors.New("state: a request with this idempotency key is being handled")
	// ErrInvalid: an empty or overlong name.
	ErrInvalid = errors.New("state: cannot be kept")
)

// How long things are kept.
const (
	// KeepTokens is how long a used token is kept after it has expired: more
	// than clocks may differ, or it could be used once more within the leeway.
	KeepTokens = time.Minute
	// KeepResponses is how long a repeated request gets the first one's answer.
	KeepResponses = 24 * time.Hour
	// InFlightFor is after how long a request that was never answered, because
	// the server died over it, may be made again.
	InFlightFor = time.Minute
)

// Store keeps small facts that must survive a restart. All methods are safe for
// many goroutines; what a method has returned without error is durable.
type Store interface {
	// UseToken says whether this is the first use of the token jti, which can be
	// forgotten once it has expired and KeepTokens has passed.
	UseToken(ctx context.Context, jti string, expires time.Time) (first bool, err error)
	// Remember begins a request with an Idempotency-Key. It returns nil for the
	// first one, which must be followed by Complete or Forget; the first one's
	// response for a repetition; ErrInFlight while there is none yet; and
	// ErrKeyReused where the hash is another. A scope is who asks and what for,
	// so that keys of two apps do not meet.
	Remember(ctx context.Context, scope, key string, requestHash [32]byte) (prior *Response, err error)
	// Complete keeps the response of the request that Remember has begun, and
	// fails with ErrInvalid where none is waiting for one.
	Complete(ctx context.Context, scope, key string, r Response) error
	// Forget takes back a Remember whose request came to nothing (a storage
	// error, say), so that it can be made again at once.
	Forget(ctx context.Context, scope, key string) error
	// Sweep deletes what nobody can ask for any more at now.
	Sweep(ctx context.Context, now time.Time) error
}
