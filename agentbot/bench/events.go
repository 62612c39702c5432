package bench

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/bench/score"
)

// recallText is typed at the end, when what the agent remembers is wanted.
const recallText = "That was all."

func hasSuffix(text string) bool { return strings.HasSuffix(text, recallText) }

// events are what an agent told of a conversation.
type events struct {
	notes *notes

	mu     sync.Mutex
	cuts   []time.Duration
	finals []score.Final
	failed []string
}

// post is the agent's.
func (l *events) post(e agentbot.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch e := e.(type) {
	case agentbot.Interrupted:
		l.cuts = append(l.cuts, l.notes.since())
	case agentbot.Heard:
		if e.Final && e.Text != "" {
			l.finals = append(l.finals, score.Final{From: e.Start.Sub(l.notes.start), To: e.End.Sub(l.notes.start), Text: e.Text})
		}
	case agentbot.Failed:
		l.failed = append(l.failed, e.Engine)
	}
}

// into puts what happened up to a time into a record.
func (l *events) into(r *score.Record, until time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, at := range l.cuts {
		if at < until {
			r.Cuts = append(r.Cuts, at)
		}
	}
	r.Finals, r.Failed = slices.Clone(l.finals), slices.Clone(l.failed)
}

// into puts what was heard up to a time into a record.
func (e *ear) into(r *score.Record, until time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, at := range e.audible {
		if at < until {
			r.Audible = append(r.Audible, at)
		}
	}
}

// allHeard are the words heard up to now.
func (e *ear) allHeard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.words.end()
	return slices.Clone(e.words.names)
}
