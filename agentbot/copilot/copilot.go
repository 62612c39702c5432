package copilot

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// Config is what a Copilot is made of. A zero field is its default.
type Config struct {
	LLM       engine.LLM       // nil: retrieval alone suggests
	Knowledge knowledge.Source // nil: the LLM alone suggests
	// Writes: the LLM follows instructions, so it can be asked for a summary; one
	// that does not only continues conversations.
	Writes bool
	// Distress judges a caller's turn from 0, calm, to 1; nil: moods are not told.
	Distress func(text string) float64

	Confident    float64       // 0.42: least score of a passage that is suggested
	Budget       time.Duration // 6 s: for an answer of the model
	Most         int           // 200: requests to the model in a call
	SummaryEvery int           // 3: turns of the caller between summaries

	Log *slog.Logger // nil: discarded
}

func (c Config) withDefaults() Config {
	if c.Confident <= 0 {
		c.Confident = 0.42
	}
	if c.Budget <= 0 {
		c.Budget = 6 * time.Second
	}
	if c.Most == 0 {
		c.Most = 200
	}
	if c.SummaryEvery <= 0 {
		c.SummaryEvery = 3
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Mode is what a Copilot does.
type Mode int

// The modes of a Copilot. Briefs are made in each of them.
const (
	Off   Mode = iota
	Help       // a human has the call: suggestions, summary, facts
	Watch      // the AI has it again: trouble is told
)

// Kind is what a Note is about.
type Kind string

// The kinds of notes.
const (
	NoteSuggestion Kind = "suggestion"
	NoteSummary    Kind = "summary"
	NoteFacts      Kind = "facts"
	NoteWatch      Kind = "watch"
	NoteBrief      Kind = "brief"
)

// Reasons of NoteWatch.
const (
	TroubleUpset   = "upset"   // the caller's last turns
	TroubleRepeats = "repeats" // the caller says the same again
)

// Note is something for a human to read.
type Note struct {
	Kind    Kind
	Term    uint64  // as given to Follow; for a brief as given to Brief
	Seq     int64   // of the newest entry that it knows
	Replies []Reply // of a suggestion, the best first; none: those before fit no more
	Summary Summary
	Facts   []Fact // all that are known
	Trouble string
	Brief   Brief
}

// Reply is something that the human could say.
type Reply struct {
	Text    string
	Sources []string // passages of the knowledge base, as engine.Delta has them
}

const (
	maxReplies = 3
	maxWaiting = 1024
	maxKept    = 2000 // lines
)

// Copilot helps the humans of one call. Its methods but Close post and return.
type Copilot struct {
	// fixed after New
	cfg    Config
	post   func(Note)
	ctx    context.Context
	cancel context.CancelFunc
	wake   chan struct{}
	done   chan struct{}
	asking sync.WaitGroup

	mu      sync.Mutex
	waiting []any

	work // owned by run
}

// New starts a copilot in mode Off. post is called by its goroutine, in order,
// and must not block. It runs until Close.
func New(cfg Config, post func(Note)) *Copilot {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Copilot{cfg: cfg.withDefaults(), post: post, ctx: ctx, cancel: cancel, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go c.run()
	return c
}

// Follow changes the mode. Notes carry term from now on, and none of another
// term comes any more. log is the call's from its beginning.
func (c *Copilot) Follow(mode Mode, term uint64, known []Fact, log []Line) {
	c.put(msgFollow{mode, term, known, log})
}

// Line tells the next line of the log.
func (c *Copilot) Line(l Line) { c.put(l) }

// Know tells what has become known otherwise than by what was said.
func (c *Copilot) Know(f Fact) { c.put(msgKnow{f}) }

// Brief asks for a brief: made at once, and once more when a model has written
// its summary. A newer request takes the place of an older one.
func (c *Copilot) Brief(term uint64, r Request) { c.put(msgBrief{term, r}) }

// Close stops the copilot and waits until nothing of it runs.
func (c *Copilot) Close() {
	c.cancel()
	<-c.done
	c.asking.Wait()
}

type (
	msgFollow struct {
		mode  Mode
		term  uint64
		known []Fact
		log   []Line
	}
	msgKnow  struct{ fact Fact }
	msgBrief struct {
		term    uint64
		request Request
	}
	msgAnswer struct {
		ask   *ask
		reply reply
		err   error
	}
)

func (c *Copilot) put(message any) {
	c.mu.Lock()
	if len(c.waiting) >= maxWaiting {
		if i := slices.IndexFunc(c.waiting, func(m any) bool { _, line := m.(Line); return line }); i >= 0 {
			c.waiting = slices.Delete(c.waiting, i, i+1)
		}
	}
	c.waiting = append(c.waiting, message)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Copilot) take() []any {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.waiting
	c.waiting = nil
	return out
}

func (c *Copilot) run() {
	defer close(c.done)
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.wake:
			for _, m := range c.take() {
				if c.ctx.Err() != nil {
					return
				}
				c.handle(m)
			}
			c.next()
		}
	}
}
