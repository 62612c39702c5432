package chain

import "time"

// breaker decides whether a link is asked. It is pure: the time is told, and
// its user keeps callers apart.
type breaker struct {
	limit int           // failures in a row that open it
	rest  time.Duration // how long it is open before it is tried again

	inARow     int
	open       bool
	until      time.Time // of an open one: from then on it is half-open
	probing    bool      // half-open, and one call tries
	generation uint64    // rises when it opens and closes
}

// pass is the leave to ask a link once. It is given back with its verdict.
type pass struct {
	generation uint64
	probe      bool
}

// verdict is what came of a call.
type verdict int

const (
	neutral verdict = iota // it tells nothing of the link: the caller left
	worked
	failed
	broken // failed, and would again: a wrong key or address
)

// ready says whether allow would give a pass.
func (b *breaker) ready(now time.Time) bool {
	return !b.open || !b.probing && !now.Before(b.until)
}

// allow gives a pass: always where the breaker is closed, to one call at a time
// where it is half-open.
func (b *breaker) allow(now time.Time) (pass, bool) {
	if !b.ready(now) {
		return pass{}, false
	}
	b.probing = b.open
	return pass{b.generation, b.open}, true
}

// done takes a pass back. What began before the breaker last opened or closed
// has no say any more. opened and closed tell a change.
func (b *breaker) done(p pass, v verdict, now time.Time) (opened, closed bool) {
	if p.generation != b.generation {
		return false, false
	}
	if p.probe {
		b.probing = false
	}
	switch {
	case v == neutral:
		return false, false
	case v == worked:
		closed = b.open
		b.open, b.inARow = false, 0
	case b.open:
		b.until = now.Add(b.rest)
	default:
		b.inARow++
		if v == broken || b.inARow >= b.limit {
			b.open, b.until, opened = true, now.Add(b.rest), true
		}
	}
	if opened || closed {
		b.generation++
	}
	return opened, closed
}
