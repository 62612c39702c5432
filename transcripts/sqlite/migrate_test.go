package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func version(t *testing.T, db *sql.DB, component string) (n int) {
	t.Helper()
	if err := db.QueryRow(`SELECT version FROM schema_versions WHERE component = ?`, component).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMigrate(t *testing.T) {
	ctx, db := t.Context(), open(t, file(t), sqlite.Options{}).DB()
	one := []string{`CREATE TABLE x (a)`}
	two := append(one, `ALTER TABLE x ADD COLUMN b; INSERT INTO x VALUES (1, 2)`)
	broken := append(two, `CREATE TABLE y (a); CREATE TABLE x (a)`)
	for _, steps := range [][]string{one, one, two, two} {
		if err := sqlite.Migrate(ctx, db, "test", steps); err != nil {
			t.Fatal(err)
		}
		if got := version(t, db, "test"); got != len(steps) {
			t.Fatalf("version %d, want %d", got, len(steps))
		}
	}
	if err := sqlite.Migrate(ctx, db, "test", broken); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("a broken step: %v", err)
	}
	if got := version(t, db, "test"); got != 2 {
		t.Errorf("a broken step left version %d", got)
	}
	if _, err := db.Exec(`SELECT * FROM y`); err == nil {
		t.Error("a broken step left a table")
	}
	if err := sqlite.Migrate(ctx, db, "test", one); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer database: %v", err)
	}
}

// Stores that open the same new file at the same time, as two processes would.
func TestOpenTogether(t *testing.T) {
	path := file(t)
	var wg sync.WaitGroup
	stores := make([]*sqlite.Store, 4)
	for i := range stores {
		wg.Go(func() {
			var err error
			if stores[i], err = sqlite.Open(context.Background(), path, sqlite.Options{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// All of them claim: what one process decides holds for the others.
	if err := stores[0].CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	won := make(chan error, len(stores))
	for _, s := range stores {
		wg.Go(func() {
			_, err := s.Transition(context.Background(), transcripts.Transition{CallID: "c", FromState: "ai", ToState: "human"})
			won <- err
		})
	}
	wg.Wait()
	close(won)
	winners := 0
	for err := range won {
		var conflict *transcripts.ConflictError
		if err == nil {
			winners++
		} else if !errors.As(err, &conflict) {
			t.Error(err)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners", winners)
	}
	for _, s := range stores {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Calls are nobody else's to read, and a closed database is one file.
func TestFiles(t *testing.T) {
	path := file(t)
	s := open(t, path, sqlite.Options{})
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: "c", State: "ai"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the WAL is left: %v", err)
	}
	s = open(t, path, sqlite.Options{})
	if _, err := s.Call(t.Context(), "c"); err != nil {
		t.Error(err)
	}
	var mode string
	var synchronous int
	if err := s.DB().QueryRow(`PRAGMA journal_mode`).Scan(&mode); err != nil || mode != "wal" {
		t.Errorf("journal mode %q, %v", mode, err)
	}
	if err := s.DB().QueryRow(`PRAGMA synchronous`).Scan(&synchronous); err != nil || synchronous != 2 {
		t.Errorf("synchronous %d, %v; want 2 (FULL)", synchronous, err)
	}
}
