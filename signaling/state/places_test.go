package state_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/transcripts"
)

// What is kept of calls is there after a restart, and forgotten when it is to be.
func TestPlaces(t *testing.T) {
	path := file(t)
	s, log := open(t, path)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	has := func(call string, want map[string]string) {
		t.Helper()
		places, err := s.Places(ctx, call)
		must(err)
		got := map[string]string{}
		for id, data := range places {
			got[id] = string(data)
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s has %q, want %q", call, got, want)
		}
	}
	if at, err := s.LastBeat(ctx); err != nil || !at.IsZero() {
		t.Errorf("before the first beat: %v, %v", at, err)
	}
	has("c_1", map[string]string{})
	must(s.KeepPlace(ctx, "c_1", "", []byte("the call")))
	must(s.KeepPlace(ctx, "c_1", "p_1", []byte("first")))
	must(s.KeepPlace(ctx, "c_1", "p_1", []byte("second")))
	must(s.KeepPlace(ctx, "c_1", "p_2", nil))
	must(s.KeepPlace(ctx, "c_2", "p_1", []byte("another")))
	now := time.Now()
	must(s.Beat(ctx, now.Add(-time.Hour)))
	must(s.Beat(ctx, now))

	must(log.Close())
	s, log = open(t, path)
	has("c_1", map[string]string{"": "the call", "p_1": "second", "p_2": ""})
	if at, err := s.LastBeat(ctx); err != nil || !at.Equal(now) {
		t.Errorf("the last beat: %v, %v; want %v", at, err, now)
	}
	must(s.DropPlace(ctx, "c_1", "p_1"))
	must(s.DropPlace(ctx, "c_1", "p_9"))
	has("c_1", map[string]string{"": "the call", "p_2": ""})
	if calls, err := s.PlaceCalls(ctx); err != nil || !slices.Equal(calls, []string{"c_1", "c_2"}) {
		t.Errorf("calls %q, %v", calls, err)
	}
	must(s.ForgetPlaces(ctx, "c_1"))
	has("c_1", map[string]string{})
	has("c_2", map[string]string{"p_1": "another"})

	for _, err := range []error{
		s.KeepPlace(ctx, "", "p", nil),
		s.KeepPlace(ctx, "c", strings.Repeat("x", 513), nil),
		s.KeepPlace(ctx, "c", "p", make([]byte, state.MaxPlace+1)),
	} {
		if !errors.Is(err, state.ErrInvalid) {
			t.Errorf("kept: %v", err)
		}
	}
	must(log.Close())
	if _, err := s.Places(ctx, "c_2"); !errors.Is(err, transcripts.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
