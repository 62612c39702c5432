package chain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// attempt is one call on a link, from its pass to its verdict.
type attempt[E any] struct {
	chain  *links[E]
	link   *link[E]
	at     int // of the link
	pass   pass
	before error // what the attempts before it failed with

	// lenient: that it is late says nothing of the link, which has to catch up.
	lenient bool
	// foreign: that it cannot says nothing of the link for other calls, which
	// have other languages.
	foreign bool
	done    bool // the verdict is given
	// answered: the first was delivered, so that who is late now is the link.
	answered bool

	user   context.Context // who asked
	ctx    context.Context // ends with user or by the limit
	cancel context.CancelCauseFunc
	limit  *time.Timer
	begun  time.Time // of the limit
	given  time.Duration
}

// walk asks one link after the other until try has the first of an answer. It
// begins at link from, which was asked used times already, with the error
// before; it ends when ctx does, or when by has come. try releases what it
// opened where it fails, and calls arrived.
func walk[E, S any](ctx context.Context, c *links[E], by time.Time, from, used int, before error, try func(*attempt[E]) (S, error)) (S, *attempt[E], error) {
	var none S
	var all []error
	if before != nil {
		all = append(all, before)
	}
	for at := from; at < len(c.all); at++ {
		for ; used < attempts; used++ {
			if err := ctx.Err(); err != nil {
				return none, nil, err
			}
			given := c.share(at, by)
			if given <= 0 {
				break
			}
			p, ok := c.all[at].allow()
			if !ok {
				break
			}
			a := &attempt[E]{chain: c, link: c.all[at], at: at, pass: p, before: errors.Join(all...)}
			a.bound(ctx, given)
			s, err := try(a)
			if err == nil {
				return s, a, nil
			}
			err = a.fail(err)
			if ctx.Err() != nil {
				return none, nil, err
			}
			if all = append(all, err); !retryable(err) {
				break
			}
		}
		used = 0
	}
	if len(all) == 0 {
		return none, nil, c.error(engine.Unavailable, errNone)
	}
	return none, nil, c.error(engine.KindOf(all[len(all)-1]), errors.Join(all...))
}

// retryable says whether the same link may do better at once. One that let the
// time pass, or says that it will not, does not.
func retryable(err error) bool {
	kind := engine.KindOf(err)
	return kind == engine.Unavailable || kind == engine.Nonsense
}

// bound gives the attempt until d has passed for what it does next.
func (a *attempt[E]) bound(ctx context.Context, d time.Duration) {
	a.release()
	a.user, a.begun, a.given = ctx, time.Now(), d
	var cancel context.CancelCauseFunc
	a.ctx, cancel = context.WithCancelCause(ctx)
	a.cancel = cancel
	a.limit = time.AfterFunc(d, func() { cancel(errFirst) })
}

// arrived says that the first of the answer is there, in time or else with the
// error; the whole has until total from now on.
func (a *attempt[E]) arrived(total time.Duration) error {
	if !a.limit.Stop() {
		return errFirst
	}
	if total > 0 {
		a.answered = true
		cancel := a.cancel
		a.limit = time.AfterFunc(total-time.Since(a.begun), func() { cancel(errTotal) })
	}
	return nil
}

// release ends the attempt's ctx and timer.
func (a *attempt[E]) release() {
	if a.cancel != nil {
		a.limit.Stop()
		a.cancel(nil)
	}
}

// end gives the verdict of an attempt that did not fail.
func (a *attempt[E]) end(v verdict) {
	a.release()
	if a.user.Err() != nil {
		v = neutral
	}
	a.verdict(v, nil)
}

// fail gives the verdict of an attempt that ended with err, and returns what
// the user of the chain may see of it.
func (a *attempt[E]) fail(err error) error {
	if userErr := a.user.Err(); userErr != nil {
		if a.answered && errors.Is(context.Cause(a.user), engine.ErrLate) {
			a.verdict(failed, a.chain.error(engine.Timeout, engine.ErrLate))
		}
		a.end(neutral)
		if errors.Is(err, userErr) {
			return err
		}
		return userErr
	}
	v, name := failed, a.chain.name+" "+a.link.Name
	cause := context.Cause(a.ctx)
	if errors.Is(err, errFirst) {
		cause = errFirst // arrived may know before ctx does
	}
	var known *engine.Error
	switch {
	case errors.Is(cause, errFirst), errors.Is(cause, errTotal):
		err = &engine.Error{Engine: name, Kind: engine.Timeout, Cause: cause}
		if errors.Is(cause, errFirst) && (a.lenient || a.given < min(fair, a.chain.cfg.Patience)) {
			v = neutral
		}
	case !errors.As(err, &known):
		err = &engine.Error{Engine: name, Kind: engine.Unavailable, Cause: err}
	default:
		switch {
		case a.foreign && known.Kind == engine.Unusable:
			v = neutral
		case known.Kind == engine.Unauthorized || known.Kind == engine.Unusable:
			v = broken
		}
		err = fmt.Errorf("%s: %w", a.link.Name, err)
	}
	a.release()
	a.verdict(v, err)
	return err
}

// verdict gives the verdict; the first counts.
func (a *attempt[E]) verdict(v verdict, err error) {
	if !a.done {
		a.done = true
		a.chain.done(a.link, a.pass, v, err)
	}
}
