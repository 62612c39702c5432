package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/relevo/relevo/transcripts"
)

var _ transcripts.Store = (*Store)(nil)

// Memory as a path keeps everything in memory, for tests.
const Memory = ":memory:"

// Options of Open. The zero value is good for production.
type Options struct {
	Log     *slog.Logger // nil: silent
	Queue   int          // writes that wait; more block their callers. 0 = 1024
	Batch   int          // writes in one transaction at most. 0 = 256
	Readers int          // connections for reads. 0 = 4
}

// Store is a transcripts.Store in one SQLite file.
type Store struct {
	// Set by Open.
	log     *slog.Logger
	writeDB *sql.DB // one connection
	readDB  *sql.DB // query-only; the same as writeDB for Memory
	reads   readStatements
	writer  *writer
}

// Open opens or creates the database at path, brings its schema up to date and
// starts the writer. Directories on the way are made. Who has called Open must
// call Close.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Queue <= 0 {
		o.Queue = 1024
	}
	if o.Batch <= 0 {
		o.Batch = 256
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	s := &Store{log: o.Log}
	if err := s.open(ctx, path, o); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, Classify(err)), s.closeDBs())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, path string, o Options) error {
	var err error
	if s.writeDB, err = openPool(path, "", 1); err != nil {
		return err
	}
	s.readDB = s.writeDB
	if err := Migrate(ctx, s.writeDB, "transcripts", migrations); err != nil {
		return err
	}
	if err := indexOld(ctx, s.writeDB); err != nil {
		return err
	}
	if path != Memory {
		if s.readDB, err = openPool(path, "&_query_only=1", o.Readers); err != nil {
			return err
		}
	}
	if err := s.reads.prepare(ctx, s.readDB); err != nil {
		return err
	}
	statements, err := prepareWrites(ctx, s.writeDB)
	if err != nil {
		return err
	}
	s.writer = startWriter(s.writeDB, statements, o)
	return nil
}

// openPool opens a pool of n connections. Every connection waits 5 s for the
// lock of another process; within the process there is one write connection, so
// nothing waits for a lock.
func openPool(path, extra string, n int) (*sql.DB, error) {
	name := "file::memory:"
	if path != Memory {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
			return nil, err
		}
		// Made before SQLite makes it, since calls are nobody else's to read;
		// SQLite gives its -wal and -shm the same mode.
		f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, err
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
		name = "file:" + (&url.URL{Path: abs}).EscapedPath()
	}
	connector, err := sqlite.NewConnector(name + "?_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate&_dqs=0&_pragma=journal_size_limit(67108864)" + extra)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// DB is the one connection on which everything is written, for small stores in
// the same file. A transaction on it holds up the writing of every log, and one
// that waits for an Append waits for ever: keep it short and call nothing from
// within it. Close closes it.
func (s *Store) DB() *sql.DB { return s.writeDB }

// Close writes what has been queued, joins the writer and closes the database.
// Calls during and after it fail with ErrClosed.
func (s *Store) Close() error {
	if !s.writer.stop() {
		return nil
	}
	return s.closeDBs()
}

func (s *Store) closeDBs() error {
	var errs []error
	if s.readDB != nil && s.readDB != s.writeDB {
		errs = append(errs, s.readDB.Close())
	}
	if s.writeDB != nil {
		// The last to close: it moves the WAL into the database.
		errs = append(errs, s.writeDB.Close())
	}
	return errors.Join(errs...)
}
