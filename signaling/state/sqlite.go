package state

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/relevo/relevo/transcripts/sqlite"
)

var migrations = []string{`
CREATE TABLE used_tokens (
	jti     TEXT    NOT NULL PRIMARY KEY,
	expires INTEGER NOT NULL              -- nanoseconds since 1970, as all times
) WITHOUT ROWID;
CREATE INDEX used_tokens_by_expires ON used_tokens (expires);

CREATE TABLE idempotency (
	scope        TEXT    NOT NULL,
	key          TEXT    NOT NULL,
	request      BLOB    NOT NULL,        -- SHA-256 of the request
	begun        INTEGER NOT NULL,
	status       INTEGER NOT NULL,        -- 0: not answered yet
	content_type TEXT    NOT NULL,
	body         BLOB,
	PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_begun ON idempotency (begun);
`, `
CREATE TABLE places (
	call_id TEXT NOT NULL,
	id      TEXT NOT NULL,                -- of the participant; '' for the call itself
	data    BLOB,
	PRIMARY KEY (call_id, id)
) WITHOUT ROWID;
CREATE TABLE beat (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	at INTEGER NOT NULL
);
`}

// maxName bounds jti, scope and key, which peers choose.
const maxName = 512

// SQLite is a Store in the database of a transcripts/sqlite.Store.
type SQLite struct{ db *sql.DB }

var _ Store = (*SQLite)(nil)

// NewSQLite brings the schema up to date on db, as (*sqlite.Store).DB gives it.
// It starts nothing and has nothing to close.
func NewSQLite(ctx context.Context, db *sql.DB) (*SQLite, error) {
	if err := sqlite.Migrate(ctx, db, "state", migrations); err != nil {
		return nil, err
	}
	return &SQLite{db}, nil
}

// UseToken implements Store.
func (s *SQLite) UseToken(ctx context.Context, jti string, expires time.Time) (first bool, err error) {
	if err := checkNames(jti); err != nil {
		return false, err
	}
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		r, err := c.ExecContext(ctx, `INSERT INTO used_tokens (jti, expires) VALUES (?, ?) ON CONFLICT DO NOTHING`, jti, expires.UnixNano())
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		first = n == 1
		return err
	})
	return first, err
}

// Remember implements Store.
func (s *SQLite) Remember(ctx context.Context, scope, key string, requestHash [32]byte) (prior *Response, err error) {
	if err := checkNames(scope, key); err != nil {
		return nil, err
	}
	now := time.Now()
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		// One statement decides: the key is new, or what it stood for is over.
		var mine int
		err := c.QueryRowContext(ctx, `INSERT INTO idempotency (scope, key, request, begun, status, content_type) VALUES (?, ?, ?, ?, 0, '')
			ON CONFLICT (scope, key) DO UPDATE SET request = excluded.request, begun = excluded.begun, status = 0, content_type = '', body = NULL
			WHERE begun <= ? OR (status = 0 AND begun <= ? AND request = excluded.request)
			RETURNING 1`,
			scope, key, requestHash[:], now.UnixNano(), now.Add(-KeepResponses).UnixNano(), now.Add(-InFlightFor).UnixNano()).Scan(&mine)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var hash []byte
		var r Response
		err = c.QueryRowContext(ctx, `SELECT request, status, content_type, body FROM idempotency WHERE scope = ? AND key = ?`, scope, key).
			Scan(&hash, &r.Status, &r.ContentType, &r.Body)
		switch {
		case err != nil:
			return err
		case !bytes.Equal(hash, requestHash[:]):
			return ErrKeyReused
		case r.Status == 0:
			return ErrInFlight
		}
		prior = &r
		return nil
	})
	return prior, err
}

// Complete implements Store.
func (s *SQLite) Complete(ctx context.Context, scope, key string, r Response) error {
	if r.Status == 0 {
		return fmt.Errorf("%w: response without status", ErrInvalid)
	}
	return sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		result, err := c.ExecContext(ctx, `UPDATE idempotency SET status = ?, content_type = ?, body = ? WHERE scope = ? AND key = ? AND status = 0`,
			r.Status, r.ContentType, r.Body, scope, key)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return fmt.Errorf("%w: no such request is waiting for its response", ErrInvalid)
	})
}

// Forget implements Store.
func (s *SQLite) Forget(ctx context.Context, scope, key string) error {
	return sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `DELETE FROM idempotency WHERE scope = ? AND key = ? AND status = 0`, scope, key)
		return err
	})
}

// Sweep implements Store.
func (s *SQLite) Sweep(ctx context.Context, now time.Time) error {
	return sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		if _, err := c.ExecContext(ctx, `DELETE FROM used_tokens WHERE expires <= ?`, now.Add(-KeepTokens).UnixNano()); err != nil {
			return err
		}
		_, err := c.ExecContext(ctx, `DELETE FROM idempotency WHERE begun <= ?`, now.Add(-KeepResponses).UnixNano())
		return err
	})
}

func checkNames(names ...string) error {
	for _, n := range names {
		if n == "" || len(n) > maxName {
			return fmt.Errorf("%w: name of %d bytes", ErrInvalid, len(n))
		}
	}
	return nil
}
