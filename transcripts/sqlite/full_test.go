package sqlite_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func text(call string, size int) transcripts.Entry {
	return transcripts.Entry{CallID: call, Kind: transcripts.KindMessage, Text: strings.Repeat("x", size)}
}

// check fails the test unless the log of the call is gapless and n long.
func check(t *testing.T, s *sqlite.Store, call string, n int64) {
	t.Helper()
	list, err := s.Entries(t.Context(), call, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range list {
		if e.Seq != int64(i+1) {
			t.Fatalf("hole before %d", e.Seq)
		}
	}
	if c, err := s.Call(t.Context(), call); err != nil || int64(len(list)) != n || c.LastSeq != n {
		t.Fatalf("%d entries, last %d, %v; want %d", len(list), c.LastSeq, err, n)
	}
}

// fill appends until the store is full and returns how many went in.
func fill(t *testing.T, s *sqlite.Store, size int) (n int64) {
	t.Helper()
	for range 10000 {
		e, err := s.Append(t.Context(), text("c", size))
		if errors.Is(err, transcripts.ErrFull) {
			if err.Error() == transcripts.ErrFull.Error() {
				t.Errorf("no cause in %q", err)
			}
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		n = e.Seq
	}
	t.Fatal("it never fills")
	return 0
}

func pages(t *testing.T, s *sqlite.Store, most int) {
	t.Helper()
	if _, err := s.DB().ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", most)); err != nil {
		t.Fatal(err)
	}
}

func TestFull(t *testing.T) {
	for _, path := range []string{file(t), sqlite.Memory} {
		var log strings.Builder
		s := open(t, path, sqlite.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
			t.Fatal(err)
		}
		pages(t, s, 60)
		n := fill(t, s, 3000)
		for range 5 { // full stays full, and reads go on
			if _, err := s.Append(t.Context(), text("c", 8000)); !errors.Is(err, transcripts.ErrFull) {
				t.Fatal(err)
			}
			_, err := s.Transition(t.Context(), transcripts.Transition{CallID: "c", FromState: "ai", ToState: "human", Entry: text("c", 8000)})
			if !errors.Is(err, transcripts.ErrFull) {
				t.Fatal(err)
			}
		}
		check(t, s, "c", n)
		if c, err := s.Call(t.Context(), "c"); err != nil || c.State != "ai" {
			t.Fatalf("a transition without room changed the call: %+v, %v", c, err)
		}
		if got := s.Stats().Failed; got != 11 {
			t.Errorf("counted %d failures", got)
		}
		pages(t, s, 1<<20)
		if e, err := s.Append(t.Context(), text("c", 8000)); err != nil || e.Seq != n+1 {
			t.Fatalf("after there is room again: %d, %v; want %d", e.Seq, err, n+1)
		}
		check(t, s, "c", n+1)
		if got := strings.Count(log.String(), "level=ERROR"); got != 1 || !strings.Contains(log.String(), "again") {
			t.Errorf("the log should tell the beginning and the end once:\n%s", log.String())
		}
	}
}

// One entry that does not fit must not cost the small ones of its batch anything.
func TestFullBatch(t *testing.T) {
	s := open(t, file(t), sqlite.Options{})
	for _, id := range []string{"c", "big"} {
		if err := s.CreateCall(t.Context(), transcripts.Call{ID: id, State: "ai"}); err != nil {
			t.Fatal(err)
		}
	}
	pages(t, s, 40)
	// A transaction on the one connection holds the writer until all have queued.
	tx, err := s.DB().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var big, small []error
	var mu sync.Mutex
	const n = 21
	for i := range n {
		wg.Go(func() {
			to, into := text("c", 10), &small
			if i%3 == 0 {
				to, into = text("big", 500_000), &big
			}
			_, err := s.Append(t.Context(), to)
			mu.Lock()
			*into = append(*into, err)
			mu.Unlock()
		})
	}
	for s.Stats().Waiting < n {
		runtime.Gosched()
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if err := errors.Join(small...); err != nil || len(small) != 2*n/3 {
		t.Errorf("small entries failed: %v", err)
	}
	for _, err := range big {
		if !errors.Is(err, transcripts.ErrFull) {
			t.Errorf("big entry: %v", err)
		}
	}
	check(t, s, "c", 2*n/3)
	check(t, s, "big", 0)
}

// A real file system that is full: a tmpfs of half a megabyte.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("relevo-test", dir, "tmpfs", 0, "size=512k"); err != nil {
		t.Skipf("mounting a small tmpfs needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s := open(t, filepath.Join(dir, "relevo.db"), sqlite.Options{})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	n := fill(t, s, 2000)
	check(t, s, "c", n)
	if _, err := s.Append(t.Context(), text("c", 2000)); !errors.Is(err, transcripts.ErrFull) {
		t.Fatal(err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if e, err := s.Append(t.Context(), text("c", 2000)); err != nil || e.Seq != n+1 {
		t.Fatalf("after there is room again: %d, %v; want %d", e.Seq, err, n+1)
	}
	check(t, s, "c", n+1)
}

func TestOpenFails(t *testing.T) {
	if os.Getuid() != 0 {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(t.Context(), filepath.Join(dir, "relevo.db"), sqlite.Options{}); !errors.Is(err, transcripts.ErrFull) {
			t.Errorf("a directory that cannot be written: %v", err)
		}
	}
	garbage := file(t)
	if err := os.WriteFile(garbage, []byte(strings.Repeat("this is no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), garbage, sqlite.Options{}); err == nil || !strings.Contains(err.Error(), garbage) {
		t.Errorf("a file that is no database: %v", err)
	}
	if _, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{}); err == nil {
		t.Error("a directory as database")
	}
}
