package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// hold takes the write connection, so that the writer waits with what it has.
func hold(t *testing.T, s *sqlite.Store) *sql.Tx {
	t.Helper()
	tx, err := s.DB().BeginTx(context.WithoutCancel(t.Context()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func release(t *testing.T, tx *sql.Tx) {
	t.Helper()
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
}

func withCall(t *testing.T, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s := open(t, file(t), o)
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// What waits when the writer is free again goes into one commit.
func TestGroupCommit(t *testing.T) {
	s := withCall(t, sqlite.Options{})
	before := s.Stats().Commits
	tx := hold(t, s)
	var wg sync.WaitGroup
	const n = 100
	for range n {
		wg.Go(func() {
			if _, err := s.Append(t.Context(), text("c", 10)); err != nil {
				t.Error(err)
			}
		})
	}
	for s.Stats().Waiting < n {
		runtime.Gosched()
	}
	release(t, tx)
	wg.Wait()
	// The first may have gone alone: it is what the writer held.
	if commits := s.Stats().Commits - before; commits > 2 {
		t.Errorf("%d commits for %d appends", commits, n)
	}
	check(t, s, "c", n)
	if got := s.Stats(); got.Waiting != 0 || got.Failed != 0 {
		t.Errorf("%+v", got)
	}
}

// A full queue holds its callers up, and each waits as long as its context.
func TestQueueFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withCall(t, sqlite.Options{Queue: 2, Batch: 1})
		tx := hold(t, s)
		patient := make(chan error, 3)
		for range 3 { // one in the writer's hand, two in the queue
			go func() {
				_, err := s.Append(context.Background(), text("c", 10))
				patient <- err
			}()
		}
		synctest.Wait()
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := s.Append(ctx, text("c", 10)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		release(t, tx)
		for range 3 {
			if err := <-patient; err != nil {
				t.Error(err)
			}
		}
		check(t, s, "c", 3)
	})
}

// Who has left before the writer came to it leaves no entry and no number.
func TestLeftInQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withCall(t, sqlite.Options{Batch: 1})
		tx := hold(t, s)
		done := make(chan error, 3)
		ctx, cancel := context.WithCancel(t.Context())
		for i := range 3 {
			go func() {
				with := t.Context()
				if i == 1 {
					with = ctx
				}
				_, err := s.Append(with, text("c", i+1))
				done <- err
			}()
			synctest.Wait() // in this order
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("the one who left: %v", err)
		}
		release(t, tx)
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		list, err := s.Entries(t.Context(), "c", 0, 0)
		if err != nil || len(list) != 2 || len(list[0].Text) != 1 || len(list[1].Text) != 3 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

// Close writes what is queued; whoever comes too late is told so, and nobody is
// told that what was not written was.
func TestCloseWhileAppending(t *testing.T) {
	path := file(t)
	s := open(t, path, sqlite.Options{Queue: 4, Batch: 2})
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	acknowledged := map[int64]string{}
	started := make(chan struct{}, 1000)
	for worker := range 20 {
		wg.Go(func() {
			for i := 0; ; i++ {
				text := fmt.Sprintf("%d/%d", worker, i)
				e, err := s.Append(t.Context(), transcripts.Entry{CallID: "c", Kind: transcripts.KindMessage, Text: text})
				if errors.Is(err, transcripts.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged[e.Seq] = text
				mu.Unlock()
				select {
				case started <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 50 {
		<-started
	}
	for range 2 { // two at once, as a signal and a deferred call do
		wg.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s = open(t, path, sqlite.Options{})
	list, err := s.Entries(t.Context(), "c", 0, 1<<20)
	if err != nil || len(list) != len(acknowledged) {
		t.Fatalf("%d entries, %d acknowledged, %v", len(list), len(acknowledged), err)
	}
	for _, e := range list {
		if acknowledged[e.Seq] != e.Text {
			t.Fatalf("entry %d is %q, acknowledged was %q", e.Seq, e.Text, acknowledged[e.Seq])
		}
	}
}

// Another process that keeps the lock: writers are told after the busy timeout,
// readers do not notice, and all is well when it lets go.
func TestLockedByAnother(t *testing.T) {
	path := file(t)
	s, other := open(t, path, sqlite.Options{}), open(t, path, sqlite.Options{})
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DB().Exec(`PRAGMA busy_timeout = 20`); err != nil {
		t.Fatal(err)
	}
	tx := hold(t, other)
	if _, err := s.Append(t.Context(), text("c", 10)); !errors.Is(err, transcripts.ErrFull) {
		t.Errorf("locked: %v", err)
	}
	check(t, s, "c", 0)
	release(t, tx)
	if e, err := s.Append(t.Context(), text("c", 10)); err != nil || e.Seq != 1 {
		t.Errorf("%+v, %v", e, err)
	}
}

// A disk that has become read-only.
func TestReadOnly(t *testing.T) {
	s := withCall(t, sqlite.Options{})
	if _, err := s.DB().Exec(`PRAGMA query_only = 1`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Append(t.Context(), text("c", 10)); !errors.Is(err, transcripts.ErrFull) {
			t.Fatal(err)
		}
	}
	if _, err := s.DB().Exec(`PRAGMA query_only = 0`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), text("c", 10)); err != nil {
		t.Fatal(err)
	}
	check(t, s, "c", 1)
}

// A user of DB whose statement is interrupted costs the connection; the writer
// goes on with a new one.
func TestInterruptedNeighbour(t *testing.T) {
	s := withCall(t, sqlite.Options{})
	for i := range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		_, err := s.DB().ExecContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n`)
		cancel()
		if err == nil {
			t.Fatal("an endless statement ended")
		}
		if e, err := s.Append(t.Context(), text("c", 10)); err != nil || e.Seq != int64(i+1) {
			t.Fatalf("%+v, %v", e, err)
		}
	}
	var synchronous int
	if err := s.DB().QueryRow(`PRAGMA synchronous`).Scan(&synchronous); err != nil || synchronous != 2 {
		t.Errorf("synchronous %d, %v; want 2 (FULL)", synchronous, err)
	}
}

// Nothing is left open when a store is closed.
func TestDescriptors(t *testing.T) {
	count := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("needs /proc")
		}
		return len(list)
	}
	path := file(t)
	var before int
	for i := range 4 {
		s := open(t, path, sqlite.Options{})
		if _, err := s.Calls(t.Context(), transcripts.Filter{}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			before = count()
		}
	}
	if after := count(); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}
