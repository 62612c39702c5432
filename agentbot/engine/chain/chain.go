package chain

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// Link is an engine of a chain.
type Link[E any] struct {
	Name   string // in events and errors, e.g. "openai"
	Engine E

	// First bounds the wait for the first of its answer; 0 leaves it to its
	// share of the chain's patience.
	First time.Duration
	// Need is the time that the links before it leave it, for one that is known
	// to be quick; 0 is an even share.
	Need time.Duration
	// Total bounds the whole answer; 0 is the chain's.
	Total time.Duration
}

// Config is how a chain behaves. A zero field is its default.
type Config struct {
	// Patience is how long the first of an answer takes at most, through all
	// links: 1.9 s for an LLM, 0.9 s for a TTS, 1.4 s from an ASR's Finish to
	// its text. The ctx may ask for less, see engine.WithFirstBy.
	Patience time.Duration
	Write    time.Duration // 0.5 s: how long an ASR's Write takes at most, so that one that stalls leaves time to the next
	Total    time.Duration // of an answer: 1 min for an LLM, 5 min for a TTS
	Failures int           // 5: failures in a row that open a link's breaker
	Rest     time.Duration // 30 s: how long it is open before one call tries again
	// On is told what happens to the links. It must not block, and is called
	// from many goroutines, under no lock; nil is nobody.
	On func(Event)
}

// What happens to a link.
const (
	Opened   = "opened"   // it is not asked any more
	Closed   = "closed"   // it is asked again
	FellBack = "fellBack" // another link answers in its place
)

// Event is something that happened to a link.
type Event struct {
	Chain string // asr, llm or tts
	What  string // Opened, Closed or FellBack
	Link  string
	Next  string // of FellBack: who answers
	Err   error  // why; nil of Closed, and of FellBack where the breaker was open
}

// Why a chain ends what a link does, and why it does not ask.
var (
	errFirst   = errors.New("no answer in time")
	errTotal   = errors.New("the answer took too long")
	errNone    = errors.New("no link may be asked now")
	errEmpty   = errors.New("the answer is empty")
	errSilence = errors.New("silence instead of speech")
	errRate    = errors.New("a sample rate that Opus has not")
	errClosed  = errors.New("closed")
)

const (
	// margin is what is left of the caller's time for the chain's own answer.
	margin = 50 * time.Millisecond
	// fair is the least time whose passing says something of a link.
	fair = 300 * time.Millisecond
	// attempts is how often a link is asked for one answer.
	attempts = 2
)

// links are a chain, whatever its engines do.
type links[E any] struct {
	name string
	cfg  Config
	all  []*link[E]
}

// link is a Link with its health.
type link[E any] struct {
	Link[E]

	mu      sync.Mutex // held for a decision
	breaker breaker
}

func newLinks[E any](name string, cfg Config, patience, total time.Duration, given []Link[E]) *links[E] {
	or(&cfg.Patience, patience)
	or(&cfg.Write, 500*time.Millisecond)
	or(&cfg.Total, total)
	or(&cfg.Failures, 5)
	or(&cfg.Rest, 30*time.Second)
	if cfg.On == nil {
		cfg.On = func(Event) {}
	}
	c := &links[E]{name: name, cfg: cfg}
	for _, l := range given {
		or(&l.Total, cfg.Total)
		c.all = append(c.all, &link[E]{Link: l, breaker: breaker{limit: cfg.Failures, rest: cfg.Rest}})
	}
	return c
}

func or[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

func (l *link[E]) ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaker.ready(time.Now())
}

func (l *link[E]) allow() (pass, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaker.allow(time.Now())
}

// done reports a call on l.
func (c *links[E]) done(l *link[E], p pass, v verdict, err error) {
	l.mu.Lock()
	opened, closed := l.breaker.done(p, v, time.Now())
	l.mu.Unlock()
	switch {
	case opened:
		c.cfg.On(Event{Chain: c.name, What: Opened, Link: l.Name, Err: err})
	case closed:
		c.cfg.On(Event{Chain: c.name, What: Closed, Link: l.Name})
	}
}

// fellBack tells that a answers in the place of link from.
func (c *links[E]) fellBack(from int, a *attempt[E]) {
	if a.at > from {
		c.cfg.On(Event{Chain: c.name, What: FellBack, Link: c.all[from].Name, Next: a.link.Name, Err: a.before})
	}
}

// by is when the first of an answer must be there.
func (c *links[E]) by(ctx context.Context) time.Time {
	by := time.Now().Add(c.cfg.Patience)
	if at, ok := engine.FirstBy(ctx); ok && at.Add(-margin).Before(by) {
		return at.Add(-margin)
	}
	return by
}

// share is link at's part of the time up to by.
func (c *links[E]) share(at int, by time.Time) time.Duration {
	var needs []time.Duration
	for _, l := range c.all[at+1:] {
		if l.ready() {
			needs = append(needs, l.Need)
		}
	}
	return share(time.Until(by), c.all[at].First, needs)
}

// share is what a link gets of left: those behind it get what they need, and
// who needs nothing in particular gets as much as it does.
func share(left, first time.Duration, needs []time.Duration) time.Duration {
	even := time.Duration(1)
	for _, need := range needs {
		if left -= need; need == 0 {
			even++
		}
	}
	left /= even
	if first > 0 {
		left = min(left, first)
	}
	return left
}

// closedError is what a stream answers after Close.
func (c *links[E]) closedError() error { return c.error(engine.Unavailable, errClosed) }

func (c *links[E]) error(kind engine.Kind, cause error) error {
	return &engine.Error{Engine: c.name + " chain", Kind: kind, Cause: cause}
}
