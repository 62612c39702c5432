package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/relevo/relevo/transcripts"
)

// code is the primary result code of a SQLite error, 0 for any other error.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// Classify wraps an error of the database so that callers know what it means to
// them: ErrFull where the disk is full, broken or cannot be written now, ErrClosed where
// the database was closed meanwhile. The cause stays in the chain.
func Classify(err error) error {
	switch code(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
		sqlite3.SQLITE_BUSY: // another process has kept the lock for longer than busy_timeout
		return fmt.Errorf("%w: %w", transcripts.ErrFull, err)
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EROFS), errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: %w", transcripts.ErrFull, err)
	case err.Error() == "sql: database is closed", err.Error() == "sql: statement is closed":
		return transcripts.ErrClosed // database/sql has no value for these
	}
	return err
}

// Constraint says that err is a rule of the schema, e.g. a unique index, which
// what was to be written would break.
func Constraint(err error) bool { return code(err) == sqlite3.SQLITE_CONSTRAINT }

// own reports that an error concerns only the request that met it: the
// transaction is whole and goes on.
func own(err error) bool {
	var conflict *transcripts.ConflictError
	switch {
	case errors.As(err, &conflict),
		errors.Is(err, transcripts.ErrNotFound), errors.Is(err, transcripts.ErrExists),
		errors.Is(err, transcripts.ErrSealed), errors.Is(err, transcripts.ErrInvalid),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return true
	}
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE:
		return true
	}
	return false
}
