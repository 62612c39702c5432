package sqlite_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
	"github.com/relevo/relevo/transcripts/storetest"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "relevo.db") }

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) transcripts.Store { return open(t, file(t), sqlite.Options{}) })
}

func TestStoreInMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) transcripts.Store { return open(t, sqlite.Memory, sqlite.Options{}) })
}

// A queue and a batch of the least size: every path that waits is taken.
func TestStoreSmall(t *testing.T) {
	storetest.RunConcurrent(t, func(t *testing.T) transcripts.Store {
		return open(t, file(t), sqlite.Options{Queue: 1, Batch: 2, Readers: 1})
	})
}

func TestBubble(t *testing.T) {
	for _, path := range []string{file(t), sqlite.Memory} {
		synctest.Test(t, func(t *testing.T) {
			s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			for range 10 { // an hour of talk
				done := make(chan error)
				for range 5 {
					go func() {
						_, err := s.Append(t.Context(), transcripts.Entry{CallID: "c", Kind: transcripts.KindMessage, Start: time.Now()})
						done <- err
					}()
				}
				for range 5 {
					if err := <-done; err != nil {
						t.Error(err)
					}
				}
				time.Sleep(6 * time.Minute)
			}
			list, err := s.Entries(t.Context(), "c", 0, 0)
			if err != nil || len(list) != 50 || list[49].Start.Sub(begin) != 54*time.Minute {
				t.Errorf("%d entries, %v", len(list), err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
