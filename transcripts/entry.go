package transcripts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kind is what an entry records.
type Kind string

// The kinds of entry.
const (
	KindSentence Kind = "sentence" // spoken, as it was heard
	KindMessage  Kind = "message"  // typed
	KindEvent    Kind = "event"    // something that happened: a transition, a join
)

// Entry is one line of a call's log. Seq, assigned by the store, counts
// 1, 2, 3, … per call without holes.
type Entry struct {
	Seq        int64
	CallID     string
	Kind       Kind
	Start, End time.Time // End zero for what has no length
	Epoch      uint64

	SpeakerID string // participant id
	Role      string // caller, agent, human
	Name      string

	SentenceID string // also the key that makes an append idempotent within a call; "" = none
	Text       string
	Cut        bool   // stopped before its end; Text is what was heard
	Unspoken   string // what was not
	Private    bool   // never shown to callers (guidance to the AI)

	Event string          // for KindEvent: joined, left, request, willStart, human, failed, lost, returning, ai, ended, …
	Data  json.RawMessage // details of an event; of an AI's sentence {"sources":["returns.md"],"confidence":0.83}
}

// Call is the durable state of a call. Its State and Epoch change only by
// Transition.
type Call struct {
	ID      string
	State   string // as in the takeover machine: ai pending willStart human returning ended
	Epoch   uint64
	Holder  string // participant id of who has the floor
	Claim   Claim  // who claims or has taken over; zero when nobody
	Reason  string // why a human is asked for
	Created time.Time
	StateAt time.Time
	Ended   time.Time // zero while it lives
	LastSeq int64
	Meta    json.RawMessage // what the app said at creation
}

// Claim is a human's claim on a call.
type Claim struct {
	UID      string // takeover uid
	Identity string
	Name     string
	Avatar   string
	Mode     int
	Key      string // idempotency key
}

// Transition changes a call's state and appends the entry that records it, in
// one write, if the call is still in state FromState at epoch FromEpoch.
type Transition struct {
	CallID    string
	FromState string
	FromEpoch uint64
	ToState   string
	ToEpoch   uint64
	Holder    string
	Claim     Claim
	Reason    string
	Entry     Entry
}

// Filter chooses calls.
type Filter struct {
	Live   bool      // only those not ended
	Limit  int       // 0 = 100
	Before time.Time // created before; zero = now
}

// Store keeps calls and their logs. All methods are safe for many goroutines;
// what a method has returned without error is durable.
type Store interface {
	// CreateCall fails with ErrExists where the id is taken.
	CreateCall(ctx context.Context, c Call) error
	// Call fails with ErrNotFound.
	Call(ctx context.Context, id string) (Call, error)
	Calls(ctx context.Context, f Filter) ([]Call, error) // newest first
	// Append adds an entry at the end and returns it with its Seq. A second
	// append with the same SentenceID and Kind returns the first entry unchanged.
	// It fails with ErrNotFound, ErrSealed or ErrFull.
	Append(ctx context.Context, e Entry) (Entry, error)
	// Transition fails with *ConflictError where the call is elsewhere.
	Transition(ctx context.Context, t Transition) (Entry, error)
	// Entries returns those with Seq > after, in order, limit at most (0 = 1000).
	Entries(ctx context.Context, callID string, after int64, limit int) ([]Entry, error)
	Close() error
}

// Errors of a store.
var (
	ErrNotFound = errors.New("transcripts: no such call")
	ErrExists   = errors.New("transcripts: call exists")
	ErrSealed   = errors.New("transcripts: call has ended, its log is sealed")
	ErrFull     = errors.New("transcripts: storage is full") // disk full or not writable
)

// ConflictError says that a transition came too late.
type ConflictError struct{ Current Call }

func (e *ConflictError) Error() string {
	return fmt.Sprintf("transcripts: call %s is in state %s at epoch %d", e.Current.ID, e.Current.State, e.Current.Epoch)
}
