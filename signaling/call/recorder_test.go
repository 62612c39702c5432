package call

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/transcripts"
)

// faultyStore keeps entries in memory and fails or hangs when told to.
type faultyStore struct {
	transcripts.Store
	mu      sync.Mutex
	err     error
	hang    bool
	lose    bool // write, but answer only when ctx ends
	entries []transcripts.Entry
	state   transcripts.Call
}

func (s *faultyStore) set(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

func (s *faultyStore) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, e := range s.entries {
		out = append(out, e.Text+e.Event)
	}
	return out
}

func (s *faultyStore) Append(ctx context.Context, e transcripts.Entry) (transcripts.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return e, s.err
	}
	e.Seq = int64(len(s.entries) + 1)
	s.entries = append(s.entries, e)
	return e, nil
}

func (s *faultyStore) Transition(ctx context.Context, t transcripts.Transition) (transcripts.Entry, error) {
	s.mu.Lock()
	if s.hang {
		s.mu.Unlock()
		<-ctx.Done()
		return transcripts.Entry{}, ctx.Err()
	}
	defer s.mu.Unlock()
	if s.err != nil {
		return transcripts.Entry{}, s.err
	}
	if s.state.State != t.FromState || s.state.Epoch != t.FromEpoch {
		return transcripts.Entry{}, &transcripts.ConflictError{Current: s.state}
	}
	e := t.Entry
	e.Seq = int64(len(s.entries) + 1)
	s.entries = append(s.entries, e)
	s.state.State, s.state.Epoch, s.state.Claim, s.state.LastSeq = t.ToState, t.ToEpoch, t.Claim, e.Seq
	if s.lose {
		return transcripts.Entry{}, context.DeadlineExceeded
	}
	return e, nil
}

func silentLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// sink collects the answers of jobs.
type sink struct {
	mu   sync.Mutex
	seqs []int64
	errs []error
}

func (s *sink) done(e transcripts.Entry, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seqs, s.errs = append(s.seqs, e.Seq), append(s.errs, err)
}

func TestRecorderKeepsOrderThroughAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faultyStore{state: transcripts.Call{State: "ai"}}
		var outages []bool
		r := newRecorder(store, silentLog(), func(f bool) { outages = append(outages, f) })
		var got sink
		write := func(text string) {
			r.submit(job{entry: &transcripts.Entry{Text: text}, done: got.done})
		}
		write("1")
		synctest.Wait()
		store.set(func() { store.err = transcripts.ErrFull })
		write("2")
		var moved, claimed sink
		r.submit(job{transition: &transcripts.Transition{FromState: "ai", ToState: "pending", Entry: transcripts.Entry{Event: "request"}}, done: moved.done})
		r.submit(job{decisive: true, transition: &transcripts.Transition{FromState: "pending", ToState: "willStart"}, done: claimed.done})
		write("3")
		synctest.Wait()
		if len(moved.errs) != 1 || !errors.Is(moved.errs[0], transcripts.ErrFull) {
			t.Fatalf("a transition waits for the disk: %v", moved.errs)
		}
		if len(claimed.errs) != 1 || !errors.Is(claimed.errs[0], transcripts.ErrFull) {
			t.Fatalf("a claim is not refused at once: %v", claimed.errs)
		}
		if want := []string{"1"}; !slices.Equal(store.texts(), want) || len(got.seqs) != 1 {
			t.Fatalf("written %v, answered %v", store.texts(), got.seqs)
		}
		store.set(func() { store.err = nil })
		time.Sleep(2 * retryEvery)
		synctest.Wait()
		if want := []string{"1", "2", "request", "3"}; !slices.Equal(store.texts(), want) {
			t.Fatalf("after the outage the log is %v, want %v", store.texts(), want)
		}
		if want := []int64{1, 2, 4}; !slices.Equal(got.seqs, want) {
			t.Fatalf("entries were answered with seqs %v, want %v", got.seqs, want)
		}
		if len(moved.errs) != 1 {
			t.Fatal("a transition was answered twice")
		}
		if want := []bool{true, false}; !slices.Equal(outages, want) {
			t.Fatalf("outages told: %v, want %v", outages, want)
		}
		r.close()
	})
}

// A write that times out may have been done. Tried again it is the same one.
func TestRecorderKnowsItsOwnLostWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faultyStore{state: transcripts.Call{State: "ai"}, lose: true}
		r := newRecorder(store, silentLog(), func(bool) {})
		var got sink
		tr := transcripts.Transition{FromState: "ai", ToState: "pending", Entry: transcripts.Entry{Event: "request"}}
		r.submit(job{transition: &tr, done: got.done})
		synctest.Wait()
		store.set(func() { store.lose = false })
		time.Sleep(2 * retryEvery)
		synctest.Wait()
		r.submit(job{entry: &transcripts.Entry{Text: "next"}, done: got.done})
		r.close()
		if want := []string{"request", "next"}; !slices.Equal(store.texts(), want) {
			t.Fatalf("log is %v, want %v", store.texts(), want)
		}
	})
}

func TestRecorderHungStoreDoesNotHangTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faultyStore{state: transcripts.Call{State: "ai"}, hang: true}
		r := newRecorder(store, silentLog(), func(bool) {})
		var got sink
		start := time.Now()
		r.submit(job{transition: &transcripts.Transition{FromState: "ai", ToState: "ended"}, done: func(e transcripts.Entry, err error) {
			got.done(e, err)
			if d := time.Since(start); d > writeTimeout {
				t.Errorf("answered after %v", d)
			}
		}})
		time.Sleep(writeTimeout)
		synctest.Wait()
		if len(got.errs) != 1 || got.errs[0] == nil {
			t.Fatalf("answers: %v", got.errs)
		}
		store.set(func() { store.hang = false })
		r.close()
	})
}

func TestRecorderIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faultyStore{err: transcripts.ErrFull}
		r := newRecorder(store, silentLog(), func(bool) {})
		var got sink
		for i := range recorderBacklog + 10 {
			r.submit(job{entry: &transcripts.Entry{Text: fmt.Sprint(i)}, done: got.done})
			synctest.Wait()
		}
		if len(got.errs) != 10 || !errors.Is(got.errs[0], errOverloaded) {
			t.Fatalf("%d refused, want 10", len(got.errs))
		}
		r.close()
	})
}

func TestMailboxRefusesTheReplaceableFirst(t *testing.T) {
	m := newMailbox()
	n := 0
	for range softLimit + 5 {
		m.put(func() { n++ }, true)
	}
	if !m.put(func() { n++ }, false) {
		t.Fatal("work that must not be dropped was refused at the soft limit")
	}
	for _, fn := range m.take() {
		fn()
	}
	if n != softLimit+1 || m.drops() != 5 {
		t.Fatalf("%d ran, %d dropped", n, m.drops())
	}
	m.close()
	if m.put(func() {}, false) {
		t.Fatal("a closed mailbox takes work")
	}
}

func TestCommonPrefixIsInCodePoints(t *testing.T) {
	for _, tc := range []struct {
		a, b          string
		bytes, points int
	}{{"", "x", 0, 0}, {"héllo", "héllo wörld", 6, 5}, {"日本", "日曜", 3, 1}, {"same", "same", 4, 4}} {
		if b, p := commonPrefix(tc.a, tc.b); b != tc.bytes || p != tc.points {
			t.Errorf("commonPrefix(%q, %q) = %d, %d; want %d, %d", tc.a, tc.b, b, p, tc.bytes, tc.points)
		}
	}
}
