package engine

import (
	"context"
	"errors"
	"time"
)

// ErrLate is the cause of a ctx whose user has waited long enough for the next
// piece of an answer. A ctx that ends without it was not wanted any more.
var ErrLate = errors.New("nothing came in time")

type firstByKey struct{}

// WithFirstBy tells engines that the call is given up at that time unless the
// first of the answer has come: what has several ways to answer shares that
// time between them. It ends no ctx by itself.
func WithFirstBy(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, firstByKey{}, at)
}

// FirstBy is when the first of the answer must have come: what WithFirstBy
// told or ctx's deadline, whichever is earlier.
func FirstBy(ctx context.Context) (at time.Time, ok bool) {
	at, ok = ctx.Value(firstByKey{}).(time.Time)
	if deadline, has := ctx.Deadline(); has && (!ok || deadline.Before(at)) {
		return deadline, true
	}
	return at, ok
}
