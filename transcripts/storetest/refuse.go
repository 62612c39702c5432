package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/transcripts"
)

func testSealed(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	create(t, s, "c")
	end := transcripts.Transition{CallID: "c", FromState: "ai", ToState: transcripts.StateEnded, Entry: transcripts.Entry{Event: "ended", Start: day.Add(time.Minute)}}
	if _, err := s.Transition(ctx, end); err != nil {
		t.Fatal(err)
	}
	_, err := s.Append(ctx, say("c", "late"))
	wantError(t, "Append", err, transcripts.ErrSealed)
	var conflict *transcripts.ConflictError
	for _, from := range []string{"ai", transcripts.StateEnded} {
		_, err = s.Transition(ctx, transcripts.Transition{CallID: "c", FromState: from, ToState: "ai"})
		if !errors.As(err, &conflict) || conflict.Current.State != transcripts.StateEnded {
			t.Fatalf("Transition from %s: %v", from, err)
		}
	}
	c, err := s.Call(ctx, "c")
	if err != nil || !c.Ended.Equal(day.Add(time.Minute)) || c.LastSeq != 1 {
		t.Fatalf("sealed call %+v, %v", c, err)
	}
	if list, err := s.Calls(ctx, transcripts.Filter{Live: true}); err != nil || len(list) != 0 {
		t.Fatalf("live calls %v, %v", list, err)
	}
}

func testRefused(t *testing.T, s transcripts.Store) {
	ctx := t.Context()
	create(t, s, "c")
	entry := func(f func(*transcripts.Entry)) error {
		e := say("c", "x")
		f(&e)
		_, err := s.Append(ctx, e)
		return err
	}
	errs := map[string]error{
		"no call":      entry(func(e *transcripts.Entry) { e.CallID = "" }),
		"no kind":      entry(func(e *transcripts.Entry) { e.Kind = "" }),
		"unknown kind": entry(func(e *transcripts.Entry) { e.Kind = "song" }),
		"bad JSON":     entry(func(e *transcripts.Entry) { e.Data = json.RawMessage(`{`) }),
		"epoch":        entry(func(e *transcripts.Entry) { e.Epoch = math.MaxUint64 }),
		"too early":    entry(func(e *transcripts.Entry) { e.Start = time.Date(1066, 1, 1, 0, 0, 0, 0, time.UTC) }),
		"too late":     entry(func(e *transcripts.Entry) { e.End = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }),
		"too large":    entry(func(e *transcripts.Entry) { e.Text = strings.Repeat("x", transcripts.MaxEntryBytes+1) }),
		"call no id":   s.CreateCall(ctx, transcripts.Call{State: "ai"}),
		"call state":   s.CreateCall(ctx, transcripts.Call{ID: "x"}),
		"call meta":    s.CreateCall(ctx, transcripts.Call{ID: "x", State: "ai", Meta: json.RawMessage("no")}),
	}
	_, errs["falling epoch"] = s.Transition(ctx, transcripts.Transition{CallID: "c", FromState: "ai", FromEpoch: 4, ToState: "ai", ToEpoch: 3})
	_, errs["to no state"] = s.Transition(ctx, transcripts.Transition{CallID: "c", FromState: "ai"})
	for name, err := range errs {
		if !errors.Is(err, transcripts.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
	if e := mustAppend(t, s, say("c", strings.Repeat("x", transcripts.MaxEntryBytes))); e.Seq != 1 {
		t.Errorf("what was refused took a number: %d", e.Seq)
	}
}

func testContext(t *testing.T, s transcripts.Store) {
	create(t, s, "c")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Append(gone, say("c", "x"))
	wantError(t, "Append", err, context.Canceled)
	_, err = s.Transition(gone, transcripts.Transition{CallID: "c", FromState: "ai", ToState: "pending"})
	wantError(t, "Transition", err, context.Canceled)
	wantError(t, "CreateCall", s.CreateCall(gone, transcripts.Call{ID: "d", State: "ai"}), context.Canceled)
	_, err = s.Entries(gone, "c", 0, 0)
	wantError(t, "Entries", err, context.Canceled)
	if e := mustAppend(t, s, say("c", "y")); e.Seq != 1 {
		t.Errorf("a cancelled append was made: next is %d", e.Seq)
	}
}

func testClose(t *testing.T, s transcripts.Store) {
	create(t, s, "c")
	ctx := t.Context()
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	_, err := s.Append(ctx, say("c", "x"))
	wantError(t, "Append", err, transcripts.ErrClosed)
	_, err = s.Entries(ctx, "c", 0, 0)
	wantError(t, "Entries", err, transcripts.ErrClosed)
	_, err = s.Call(ctx, "c")
	wantError(t, "Call", err, transcripts.ErrClosed)
	_, err = s.Calls(ctx, transcripts.Filter{})
	wantError(t, "Calls", err, transcripts.ErrClosed)
}
