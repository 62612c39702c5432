package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/relevo/relevo/transcripts/sqlite"
)

// MaxPlace bounds the data of one place, in bytes.
const MaxPlace = 64 << 10

// Places keep what a server needs of its live calls, besides their logs, to go
// on with them when it was killed: who has a place in them. The data is the
// calls' own. All methods are safe for many goroutines; what a method has
// returned without error is durable.
type Places interface {
	// KeepPlace keeps data under the call and the id, in the place of what was
	// there. The id "" is the call itself.
	KeepPlace(ctx context.Context, callID, id string, data []byte) error
	// DropPlace forgets one; there need be none.
	DropPlace(ctx context.Context, callID, id string) error
	// Places are a call's by their ids; none is no error.
	Places(ctx context.Context, callID string) (map[string][]byte, error)
	// ForgetPlaces forgets all of a call.
	ForgetPlaces(ctx context.Context, callID string) error
	// PlaceCalls are the calls of which places are kept.
	PlaceCalls(ctx context.Context) ([]string, error)
	// Beat says that the server is there at the moment at.
	Beat(ctx context.Context, at time.Time) error
	// LastBeat is the newest moment of Beat, zero before the first.
	LastBeat(ctx context.Context) (time.Time, error)
}

var _ Places = (*SQLite)(nil)

// KeepPlace implements Places.
func (s *SQLite) KeepPlace(ctx context.Context, callID, id string, data []byte) error {
	if err := checkNames(callID); err != nil {
		return err
	}
	if len(id) > maxName || len(data) > MaxPlace {
		return fmt.Errorf("%w: place with an id of %d bytes and %d bytes of data", ErrInvalid, len(id), len(data))
	}
	return sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `INSERT INTO places (call_id, id, data) VALUES (?, ?, ?) ON CONFLICT (call_id, id) DO UPDATE SET data = excluded.data`,
			callID, id, data)
		return err
	})
}

// DropPlace implements Places.
func (s *SQLite) DropPlace(ctx context.Context, callID, id string) error {
	return s.exec(ctx, `DELETE FROM places WHERE call_id = ? AND id = ?`, callID, id)
}

// ForgetPlaces implements Places.
func (s *SQLite) ForgetPlaces(ctx context.Context, callID string) error {
	return s.exec(ctx, `DELETE FROM places WHERE call_id = ?`, callID)
}

func (s *SQLite) exec(ctx context.Context, statement string, args ...any) error {
	return sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		_, err := c.ExecContext(ctx, statement, args...)
		return err
	})
}

// Places implements Places.
func (s *SQLite) Places(ctx context.Context, callID string) (map[string][]byte, error) {
	places := map[string][]byte{}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var id string
		var data []byte
		err := rows.Scan(&id, &data)
		places[id] = data
		return err
	}, `SELECT id, data FROM places WHERE call_id = ?`, callID)
	if err != nil {
		return nil, err
	}
	return places, nil
}

// PlaceCalls implements Places.
func (s *SQLite) PlaceCalls(ctx context.Context) ([]string, error) {
	var calls []string
	err := s.each(ctx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		calls = append(calls, id)
		return err
	}, `SELECT DISTINCT call_id FROM places ORDER BY call_id`)
	if err != nil {
		return nil, err
	}
	return calls, nil
}

// each calls f for each row of a query.
func (s *SQLite) each(ctx context.Context, f func(*sql.Rows) error, query string, args ...any) error {
	return sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		rows, err := c.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := f(rows); err != nil {
				return errors.Join(err, rows.Close())
			}
		}
		return errors.Join(rows.Err(), rows.Close())
	})
}

// Beat implements Places.
func (s *SQLite) Beat(ctx context.Context, at time.Time) error {
	return s.exec(ctx, `INSERT INTO beat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, at.UnixNano())
}

// LastBeat implements Places.
func (s *SQLite) LastBeat(ctx context.Context) (at time.Time, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error {
		var nanos int64
		err := rows.Scan(&nanos)
		at = time.Unix(0, nanos)
		return err
	}, `SELECT at FROM beat`)
	return at, err
}
