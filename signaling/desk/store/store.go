package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/sla"
)

// Changes are what a step of the desk, or several, have changed.
type Changes struct {
	Handoffs []queue.Handoff // as they are now, ended ones too
	Agents   []queue.Agent
	Gone     []string        // agents who are forgotten
	Counters *queue.Counters // nil: unchanged
	SLA      []queue.SLAEvent
}

// Filter chooses handoffs of the history. Zero members choose nothing away.
type Filter struct {
	Entered  Span // when they came to the desk
	Agent    string
	Reason   string
	Outcome  queue.Outcome
	Priority queue.Priority
	Call     string
	Ended    *bool
	Before   uint64 // only Seq below, for the next page
	Limit    int    // 0 = 100, 10,000 at most
}

// Span is from From, including, to To, excluding; zero is open.
type Span struct{ From, To time.Time }

// Kind of a document.
type Kind string

// The kinds of document, and whose each is (Document.Of).
const (
	Note     Kind = "note"     // of a call: what people write down for each other
	WrapUp   Kind = "wrapUp"   // of a handoff: disposition, tags, note
	CallBack Kind = "callBack" // of a call: phone or e-mail, left by a caller
	Canned   Kind = "canned"   // of an identity, or "" for everybody: a reply to be used again
	Tags     Kind = "tags"     // of a call
)

// Document is something that people write down.
type Document struct {
	Kind    Kind
	ID      string
	Of      string // whose it is, or what it is about
	Version int64  // 1, 2, 3, …
	By      string // identity of who wrote this version, kept by Put
	Created time.Time
	Updated time.Time
	Body    json.RawMessage
}

// everybodys says whether a document is a setting of all the desk.
func (d *Document) everybodys() bool { return d.Kind == Canned && d.Of == "" }

// Setting is one of the desk's settings.
type Setting struct {
	Key     string
	Value   json.RawMessage
	Version int64 // 0: never set
	By      string
	At      time.Time
}

// Store keeps the desk. Any goroutine may use it; what a method has returned
// without error is durable.
type Store interface {
	// Load returns what was going on: handoffs that have not ended, all agents.
	Load(ctx context.Context) (queue.Snapshot, error)
	// Write keeps all of c or nothing. ErrConflict where a call would have two
	// handoffs.
	Write(ctx context.Context, c Changes) error
	// Handoffs returns the history, the last to enter first.
	Handoffs(ctx context.Context, f Filter) ([]queue.Handoff, error)
	// Handoff returns one, ended or not, or ErrNotFound.
	Handoff(ctx context.Context, id string) (queue.Handoff, error)
	// SLAEvents returns those that were due in span, in order.
	SLAEvents(ctx context.Context, due Span) ([]queue.SLAEvent, error)

	// Setting returns one; one that was never set has Version 0.
	Setting(ctx context.Context, key string) (Setting, error)
	// PutSetting replaces a value if its version is still the one that was read
	// (ErrConflict else), and adds the change to the audit log.
	PutSetting(ctx context.Context, by account.Actor, key string, value json.RawMessage, version int64) (Setting, error)

	// Put makes a document (Version 0) or replaces it if Version is still the one
	// that was read (ErrConflict else). It returns it as it is kept. What is
	// everybody's is a setting, whose change is added to the audit log.
	Put(ctx context.Context, by account.Actor, d Document) (Document, error)
	// Document returns one or ErrNotFound.
	Document(ctx context.Context, kind Kind, id string) (Document, error)
	// Documents returns those of a kind, the newest first: all, or those of one.
	Documents(ctx context.Context, kind Kind, of *string, limit int) ([]Document, error)
	// Delete removes a document if its version is the one that was read, with a
	// line of the audit log as Put.
	Delete(ctx context.Context, by account.Actor, kind Kind, id string, version int64) error
}

// Errors of a store.
var (
	ErrNotFound = errors.New("desk: no such record")
	ErrConflict = errors.New("desk: somebody else has changed it meanwhile")
	ErrInvalid  = errors.New("desk: cannot be kept")
)

// goal and kind are the key of an SLA event within its handoff.
func slaKey(e *queue.SLAEvent) (goal, kind string) {
	if e.Kind == sla.AtRisk {
		return string(e.Goal), string(e.Kind)
	}
	return string(e.Goal), "outcome" // one of breached, met, cancelled
}
