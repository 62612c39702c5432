package scripted

import (
	"context"
	"errors"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// Op names the operation that a fault hits.
type Op string

// The operations.
const (
	OpenVAD   Op = "OpenVAD"
	OpenASR   Op = "OpenASR"
	WriteASR  Op = "Write"
	FinishASR Op = "Finish"
	Preview   Op = "Preview"
	Chat      Op = "Chat"
	NextDelta Op = "Next"
	Speak     Op = "Speak"
	ReadPCM   Op = "Read"
)

// Fault is what goes wrong with one operation; the zero value is nothing.
type Fault struct {
	// Delay is waited first.
	Delay time.Duration
	// Stall waits until the call's ctx ends.
	Stall bool
	// Err is returned; what is no *engine.Error becomes one of kind
	// Unavailable.
	Err error
	// Nonsense makes the answer a useless one: words that were not said
	// (Finish), a page of HTML (Chat), no audio at all (Speak). Other
	// operations ignore it.
	Nonsense bool
}

// Fail is the fault of one kind of error.
func Fail(kind engine.Kind) Fault {
	return Fault{Err: &engine.Error{Engine: "scripted", Kind: kind, Cause: errors.New("scripted fault")}}
}

var errClosed = errors.New("closed")

// suffer lets the fault of op happen.
func suffer(ctx context.Context, hook func(Op) Fault, name string, op Op) (nonsense bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if hook == nil {
		return false, nil
	}
	f := hook(op)
	if err := sleep(ctx, f.Delay); err != nil {
		return false, err
	}
	if f.Stall {
		<-ctx.Done()
		return false, ctx.Err()
	}
	if f.Err != nil {
		return false, asError(name, f.Err)
	}
	return f.Nonsense, nil
}

func asError(name string, err error) error {
	var e *engine.Error
	if errors.As(err, &e) {
		return err
	}
	return &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: err}
}

// sleep waits d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
