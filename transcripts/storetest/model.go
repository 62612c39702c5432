package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/transcripts"
)

// model is a store as simple as it can be.
type model struct {
	calls   map[string]*transcripts.Call
	entries map[string][]transcripts.Entry
}

func (m *model) create(c transcripts.Call) error {
	if err := transcripts.CheckCall(&c); err != nil {
		return err
	}
	if m.calls[c.ID] != nil {
		return transcripts.ErrExists
	}
	m.calls[c.ID] = &c
	return nil
}

func (m *model) find(e transcripts.Entry) *transcripts.Entry {
	for i, have := range m.entries[e.CallID] {
		if e.SentenceID != "" && have.SentenceID == e.SentenceID && have.Kind == e.Kind {
			return &m.entries[e.CallID][i]
		}
	}
	return nil
}

func (m *model) add(c *transcripts.Call, e transcripts.Entry) transcripts.Entry {
	c.LastSeq++
	e.Seq = c.LastSeq
	m.entries[c.ID] = append(m.entries[c.ID], e)
	return e
}

func (m *model) append(e transcripts.Entry) (transcripts.Entry, error) {
	if err := transcripts.CheckEntry(&e); err != nil {
		return transcripts.Entry{}, err
	}
	if first := m.find(e); first != nil {
		return *first, nil
	}
	c := m.calls[e.CallID]
	switch {
	case c == nil:
		return transcripts.Entry{}, transcripts.ErrNotFound
	case c.State == transcripts.StateEnded:
		return transcripts.Entry{}, transcripts.ErrSealed
	}
	return m.add(c, e), nil
}

func (m *model) transition(t transcripts.Transition) (transcripts.Entry, error) {
	if err := transcripts.CheckTransition(&t); err != nil {
		return transcripts.Entry{}, err
	}
	c := m.calls[t.CallID]
	switch {
	case c == nil:
		return transcripts.Entry{}, transcripts.ErrNotFound
	case c.State == transcripts.StateEnded || c.State != t.FromState || c.Epoch != t.FromEpoch:
		return transcripts.Entry{}, &transcripts.ConflictError{Current: *c}
	case m.find(t.Entry) != nil:
		return transcripts.Entry{}, transcripts.ErrInvalid
	}
	c.State, c.Epoch, c.Holder, c.Claim, c.Reason, c.StateAt = t.ToState, t.ToEpoch, t.Holder, t.Claim, t.Reason, t.Entry.Start
	if t.ToState == transcripts.StateEnded {
		c.Ended = t.Entry.Start
	}
	return m.add(c, t.Entry), nil
}

var (
	states = rapid.SampledFrom([]string{"ai", "pending", "willStart", "human", "returning", transcripts.StateEnded})
	kinds  = rapid.SampledFrom([]transcripts.Kind{transcripts.KindSentence, transcripts.KindMessage, transcripts.KindEvent, "song"})
	times  = rapid.Custom(func(t *rapid.T) time.Time {
		return day.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "offset")))
	})
	entries = rapid.Custom(func(t *rapid.T) transcripts.Entry {
		return transcripts.Entry{
			Kind: kinds.Draw(t, "kind"), Start: times.Draw(t, "start"), Text: rapid.String().Draw(t, "text"),
			SentenceID: rapid.SampledFrom([]string{"", "", "s1", "s2", "s3"}).Draw(t, "sentence"), Cut: rapid.Bool().Draw(t, "cut"),
		}
	})
)

// testModel drives the store and the model with the same operations.
func testModel(t *testing.T, s transcripts.Store) {
	ctx, run := t.Context(), 0
	rapid.Check(t, func(rt *rapid.T) {
		run++ // the runs share a store: each has calls of its own
		m := &model{calls: map[string]*transcripts.Call{}, entries: map[string][]transcripts.Entry{}}
		ids := rapid.Custom(func(rt *rapid.T) string {
			return fmt.Sprintf("%d-%c", run, rapid.RuneFrom([]rune("ab")).Draw(rt, "call"))
		})
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) {
				c := transcripts.Call{ID: ids.Draw(rt, "id"), State: states.Draw(rt, "state"), Created: times.Draw(rt, "created")}
				same(rt, "CreateCall", s.CreateCall(ctx, c), m.create(c))
			},
			"append": func(rt *rapid.T) {
				e := entries.Draw(rt, "entry")
				e.CallID = ids.Draw(rt, "id")
				got, err := s.Append(ctx, e)
				want, wantErr := m.append(e)
				same(rt, "Append", err, wantErr)
				sameValue(rt, "Append", got, want)
			},
			"transition": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				tr := transcripts.Transition{
					CallID: id, FromState: states.Draw(rt, "from"), FromEpoch: rapid.Uint64Range(0, 2).Draw(rt, "epoch"),
					ToState: states.Draw(rt, "to"), Holder: rapid.String().Draw(rt, "holder"),
					Claim: transcripts.Claim{Name: rapid.String().Draw(rt, "name"), Mode: rapid.IntRange(0, 1).Draw(rt, "mode")},
					Entry: entries.Draw(rt, "entry"),
				}
				if c := m.calls[id]; c != nil && rapid.Bool().Draw(rt, "fitting") {
					tr.FromState, tr.FromEpoch = c.State, c.Epoch
				}
				tr.ToEpoch = tr.FromEpoch + rapid.Uint64Range(0, 1).Draw(rt, "rise")
				got, err := s.Transition(ctx, tr)
				want, wantErr := m.transition(tr)
				same(rt, "Transition", err, wantErr)
				sameValue(rt, "Transition", got, want)
			},
			"": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				c, err := s.Call(ctx, id)
				if m.calls[id] == nil {
					same(rt, "Call", err, transcripts.ErrNotFound)
					return
				}
				same(rt, "Call", err, nil)
				sameValue(rt, "Call", c, *m.calls[id])
				if rapid.IntRange(0, 3).Draw(rt, "read") > 0 {
					return // a log only grows: a read now and then sees all of it
				}
				after := rapid.Int64Range(0, c.LastSeq).Draw(rt, "after")
				list, err := s.Entries(ctx, id, after, 0)
				same(rt, "Entries", err, nil)
				if want := m.entries[id][after:]; !slices.EqualFunc(list, want, func(a, b transcripts.Entry) bool { return reflect.DeepEqual(a, b) }) {
					rt.Fatalf("Entries:\n got %+v\nwant %+v", list, want)
				}
			},
		})
	})
}

// same compares errors by what callers can tell of them.
func same(rt *rapid.T, what string, got, want error) {
	var a, b *transcripts.ConflictError
	if errors.As(got, &a) && errors.As(want, &b) {
		sameValue(rt, what+" conflict", a.Current, b.Current)
		return
	}
	for _, kind := range []error{transcripts.ErrNotFound, transcripts.ErrExists, transcripts.ErrSealed, transcripts.ErrInvalid} {
		if errors.Is(got, kind) && errors.Is(want, kind) {
			return
		}
	}
	if got != nil || want != nil {
		rt.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func sameValue(rt *rapid.T, what string, got, want any) {
	if !reflect.DeepEqual(got, want) {
		rt.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}
