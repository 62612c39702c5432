package transcripts

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Further errors of a store.
var (
	// ErrInvalid is wrapped where what was given cannot be kept: no id, an
	// unknown kind, data that is no JSON, an epoch that falls, too large.
	ErrInvalid = errors.New("transcripts: cannot be kept")
	// ErrClosed is returned by a store after Close.
	ErrClosed = errors.New("transcripts: store is closed")
)

// StateEnded is the call state that seals the log.
const StateEnded = "ended"

// MaxEntryBytes bounds the text and data of one entry, and the data of one call.
const MaxEntryBytes = 1 << 20

// The range of times that every store can keep to the nanosecond.
var (
	minTime = time.Unix(0, math.MinInt64)
	maxTime = time.Unix(0, math.MaxInt64)
)

// CheckEntry brings an entry to the form in which every store returns it (UTC,
// no monotonic clock, valid UTF-8, nil for no data) or says with ErrInvalid why
// it cannot be kept.
func CheckEntry(e *Entry) error {
	if e.CallID == "" {
		return fmt.Errorf("%w: entry without call", ErrInvalid)
	}
	switch e.Kind {
	case KindSentence, KindMessage, KindEvent:
	default:
		return fmt.Errorf("%w: unknown kind of entry %q", ErrInvalid, e.Kind)
	}
	if err := errors.Join(checkTime(&e.Start), checkTime(&e.End), checkEpoch(e.Epoch)); err != nil {
		return err
	}
	if err := checkJSON(&e.Data); err != nil {
		return err
	}
	e.Seq = 0
	return checkText(len(e.Data), &e.SpeakerID, &e.Role, &e.Name, &e.SentenceID, &e.Text, &e.Unspoken, &e.Event)
}

// CheckCall does for a new call what CheckEntry does for an entry.
func CheckCall(c *Call) error {
	if c.ID == "" || c.State == "" {
		return fmt.Errorf("%w: call without id or state", ErrInvalid)
	}
	if c.Created.IsZero() {
		c.Created = time.Now()
	}
	if c.StateAt.IsZero() {
		c.StateAt = c.Created
	}
	if c.State == StateEnded && c.Ended.IsZero() {
		c.Ended = c.StateAt
	}
	if c.State != StateEnded {
		c.Ended = time.Time{}
	}
	if err := errors.Join(checkTime(&c.Created), checkTime(&c.StateAt), checkTime(&c.Ended), checkEpoch(c.Epoch)); err != nil {
		return err
	}
	if err := checkJSON(&c.Meta); err != nil {
		return err
	}
	c.LastSeq = 0
	if err := checkText(len(c.Meta), &c.State, &c.Holder, &c.Reason); err != nil {
		return err
	}
	return checkClaim(&c.Claim)
}

// CheckTransition does for a transition what CheckEntry does for an entry. The
// entry takes the transition's call, and is an event where it names no kind.
func CheckTransition(t *Transition) error {
	if t.ToState == "" {
		return fmt.Errorf("%w: transition to no state", ErrInvalid)
	}
	if t.ToEpoch < t.FromEpoch {
		return fmt.Errorf("%w: epoch falls from %d to %d", ErrInvalid, t.FromEpoch, t.ToEpoch)
	}
	if err := checkEpoch(t.ToEpoch); err != nil {
		return err
	}
	t.Entry.CallID = t.CallID
	if t.Entry.Kind == "" {
		t.Entry.Kind = KindEvent
	}
	if err := CheckEntry(&t.Entry); err != nil {
		return err
	}
	if err := checkText(0, &t.ToState, &t.Holder, &t.Reason); err != nil {
		return err
	}
	return checkClaim(&t.Claim)
}

func checkClaim(c *Claim) error {
	return checkText(0, &c.UID, &c.Identity, &c.Name, &c.Avatar, &c.Key)
}

func checkTime(t *time.Time) error {
	if t.IsZero() {
		*t = time.Time{}
		return nil
	}
	if t.Before(minTime) || t.After(maxTime) {
		return fmt.Errorf("%w: time out of range", ErrInvalid)
	}
	*t = t.UTC().Round(0)
	return nil
}

func checkEpoch(n uint64) error {
	if n > math.MaxInt64 {
		return fmt.Errorf("%w: epoch %d", ErrInvalid, n)
	}
	return nil
}

func checkJSON(raw *json.RawMessage) error {
	if len(*raw) == 0 {
		*raw = nil
		return nil
	}
	if !json.Valid(*raw) {
		return fmt.Errorf("%w: data is not JSON", ErrInvalid)
	}
	return nil
}

// checkText makes texts valid UTF-8 rather than refusing them: what a caller
// said is worth more than one broken character in it.
func checkText(size int, texts ...*string) error {
	for _, t := range texts {
		if !utf8.ValidString(*t) {
			*t = strings.ToValidUTF8(*t, "\uFFFD")
		}
		size += len(*t)
	}
	if size > MaxEntryBytes {
		return fmt.Errorf("%w: %d bytes, %d at most", ErrInvalid, size, MaxEntryBytes)
	}
	return nil
}
