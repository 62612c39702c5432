package state_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t testing.TB, path string) (*state.SQLite, *sqlite.Store) {
	t.Helper()
	log, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	s, err := state.NewSQLite(t.Context(), log.DB())
	if err != nil {
		t.Fatal(err)
	}
	return s, log
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "relevo.db") }

func request(s string) [32]byte { return sha256.Sum256([]byte(s)) }

func TestUseToken(t *testing.T) {
	path := file(t)
	synctest.Test(t, func(t *testing.T) {
		s, log := open(t, path)
		ctx, expires := t.Context(), time.Now().Add(time.Hour)
		use := func(jti string, want bool) {
			t.Helper()
			first, err := s.UseToken(ctx, jti, expires)
			if err != nil || first != want {
				t.Fatalf("UseToken(%q) = %v, %v", jti, first, err)
			}
		}
		use("a", true)
		use("a", false)
		use("A", true)
		use("b'; DROP TABLE used_tokens", true)

		// A restart does not make a token new.
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		s, _ = open(t, path)
		use("a", false)

		// Nor does a sweep, as long as a lenient clock takes the token.
		time.Sleep(time.Hour + 10*time.Second)
		if err := s.Sweep(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		use("a", false)
		time.Sleep(state.KeepTokens)
		if err := s.Sweep(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		use("a", true) // forgotten: its signature check refuses it as expired
	})
}

func TestRemember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := open(t, sqlite.Memory)
		ctx := t.Context()
		remember := func(scope, key, body string, wantErr error) *state.Response {
			t.Helper()
			r, err := s.Remember(ctx, scope, key, request(body))
			if !errors.Is(err, wantErr) {
				t.Fatalf("Remember(%s, %s, %s): %v, want %v", scope, key, body, err, wantErr)
			}
			return r
		}
		first := func(scope, key, body string) {
			t.Helper()
			if r := remember(scope, key, body, nil); r != nil {
				t.Fatalf("already answered: %+v", r)
			}
		}
		first("app POST /v1/calls", "k", "one")
		remember("app POST /v1/calls", "k", "one", state.ErrInFlight)
		remember("app POST /v1/calls", "k", "two", state.ErrKeyReused)
		first("other POST /v1/calls", "k", "two")
		first("app POST /v1/calls", "k2", "two")

		answer := state.Response{Status: 201, Body: []byte("{\"a\":\x00}"), ContentType: "application/json"}
		if err := s.Complete(ctx, "app POST /v1/calls", "k", answer); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			r := remember("app POST /v1/calls", "k", "one", nil)
			if r == nil || r.Status != 201 || string(r.Body) != string(answer.Body) || r.ContentType != answer.ContentType {
				t.Fatalf("%+v", r)
			}
		}
		remember("app POST /v1/calls", "k", "two", state.ErrKeyReused)
		remember("app POST /v1/calls", "k2", "two", state.ErrInFlight)

		// An answer is given once, and only to what was begun.
		for _, key := range []string{"k", "never"} {
			if err := s.Complete(ctx, "app POST /v1/calls", key, state.Response{Status: 200}); !errors.Is(err, state.ErrInvalid) {
				t.Errorf("Complete(%s): %v", key, err)
			}
		}
		// An empty body is a body.
		if err := s.Complete(ctx, "other POST /v1/calls", "k", state.Response{Status: 204}); err != nil {
			t.Fatal(err)
		}
		if r := remember("other POST /v1/calls", "k", "two", nil); r == nil || r.Status != 204 || len(r.Body) != 0 {
			t.Fatalf("%+v", r)
		}

		// Forgotten: at once. Never answered: after a while, and only by the same request.
		if err := s.Forget(ctx, "app POST /v1/calls", "k2"); err != nil {
			t.Fatal(err)
		}
		first("app POST /v1/calls", "k2", "three")
		time.Sleep(state.InFlightFor - time.Second)
		remember("app POST /v1/calls", "k2", "three", state.ErrInFlight)
		time.Sleep(time.Second)
		remember("app POST /v1/calls", "k2", "four", state.ErrKeyReused)
		first("app POST /v1/calls", "k2", "three")
		remember("app POST /v1/calls", "k2", "three", state.ErrInFlight)
		// Forget does not take back what was answered.
		if err := s.Forget(ctx, "app POST /v1/calls", "k"); err != nil {
			t.Fatal(err)
		}
		if remember("app POST /v1/calls", "k", "one", nil) == nil {
			t.Error("an answer was forgotten")
		}

		// A day later the key is free, swept or not.
		time.Sleep(state.KeepResponses)
		first("other POST /v1/calls", "k", "new")
		if err := s.Sweep(ctx, time.Now()); err != nil {
			t.Fatal(err)
		}
		remember("other POST /v1/calls", "k", "new", state.ErrInFlight)
		first("app POST /v1/calls", "k", "new")
	})
}

func TestInvalid(t *testing.T) {
	s, _ := open(t, sqlite.Memory)
	ctx, long := t.Context(), strings.Repeat("x", 513)
	for _, name := range []string{"", long} {
		if _, err := s.UseToken(ctx, name, time.Now()); !errors.Is(err, state.ErrInvalid) {
			t.Errorf("UseToken: %v", err)
		}
		if _, err := s.Remember(ctx, name, "k", request("")); !errors.Is(err, state.ErrInvalid) {
			t.Errorf("Remember: %v", err)
		}
		if _, err := s.Remember(ctx, "s", name, request("")); !errors.Is(err, state.ErrInvalid) {
			t.Errorf("Remember: %v", err)
		}
	}
	if err := s.Complete(ctx, "s", "k", state.Response{}); !errors.Is(err, state.ErrInvalid) {
		t.Errorf("Complete: %v", err)
	}
}

// A hundred use one token and make one request while a log is being written on
// the same connection: one is first, and nobody waits for ever.
func TestConcurrent(t *testing.T) {
	s, log := open(t, file(t))
	ctx := t.Context()
	if err := log.CreateCall(ctx, transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	const n = 100
	var wg sync.WaitGroup
	var mu sync.Mutex
	firsts, begun := 0, 0
	for i := range n {
		wg.Go(func() {
			first, err := s.UseToken(ctx, "t", time.Now().Add(time.Hour))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if first {
				firsts++
			}
		})
		wg.Go(func() {
			_, err := s.Remember(ctx, "s", "k", request("r"))
			if err != nil && !errors.Is(err, state.ErrInFlight) {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				begun++
			}
		})
		wg.Go(func() {
			if _, err := log.Append(ctx, transcripts.Entry{CallID: "c", Kind: transcripts.KindMessage, Text: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if firsts != 1 || begun != 1 {
		t.Errorf("%d first uses, %d first requests", firsts, begun)
	}
	if c, err := log.Call(ctx, "c"); err != nil || c.LastSeq != n {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestFailures(t *testing.T) {
	s, log := open(t, file(t))
	ctx := t.Context()
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.UseToken(gone, "a", time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: %v", err)
	}
	if first, err := s.UseToken(ctx, "a", time.Now()); err != nil || !first {
		t.Errorf("a use that was cancelled counts: %v, %v", first, err)
	}

	// While another has the connection, waiting ends with the context.
	tx, err := log.DB().BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := s.UseToken(short, "b", time.Now()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("connection taken: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}

	if _, err := log.DB().Exec(`PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	var full error
	for i := 0; i < 5000 && full == nil; i++ {
		_, full = s.UseToken(ctx, strings.Repeat("x", 500)+fmt.Sprint(i), time.Now())
	}
	if !errors.Is(full, transcripts.ErrFull) {
		t.Errorf("no room: %v", full)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.UseToken(ctx, "c", time.Now()); !errors.Is(err, transcripts.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// A program older than the database refuses it.
func TestNewer(t *testing.T) {
	_, log := open(t, file(t))
	if _, err := log.DB().Exec(`UPDATE schema_versions SET version = 99 WHERE component = 'state'`); err != nil {
		t.Fatal(err)
	}
	var db *sql.DB = log.DB()
	if _, err := state.NewSQLite(t.Context(), db); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Error(err)
	}
}

func BenchmarkUseToken(b *testing.B) {
	s, _ := open(b, file(b))
	for i := 0; b.Loop(); i++ {
		if _, err := s.UseToken(b.Context(), fmt.Sprint(i), time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
