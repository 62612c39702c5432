package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"time"

	"github.com/relevo/relevo/transcripts"
)

// readStatements are prepared on the connections of the read pool as they need them.
type readStatements struct {
	call, calls, liveCalls, entries, search *sql.Stmt
}

func (r *readStatements) prepare(ctx context.Context, db *sql.DB) error {
	return prepareAll(ctx, db, []statement{
		{&r.call, `SELECT ` + callColumns + ` FROM calls WHERE id = ?`},
		{&r.calls, `SELECT ` + callColumns + ` FROM calls WHERE created < ? ORDER BY created DESC, id DESC LIMIT ?`},
		{&r.liveCalls, `SELECT ` + callColumns + ` FROM calls WHERE state <> 'ended' AND created < ? ORDER BY created DESC, id DESC LIMIT ?`},
		{&r.entries, `SELECT ` + entryColumns + ` FROM entries WHERE call_id = ? AND seq > ? ORDER BY seq LIMIT ?`},
		{&r.search, search},
	})
}

// Call implements transcripts.Store.
func (s *Store) Call(ctx context.Context, id string) (transcripts.Call, error) {
	c, err := scanCall(s.reads.call.QueryRowContext(ctx, id))
	if errors.Is(err, sql.ErrNoRows) {
		return transcripts.Call{}, transcripts.ErrNotFound
	}
	return c, Classify(err)
}

// Calls implements transcripts.Store.
func (s *Store) Calls(ctx context.Context, f transcripts.Filter) ([]transcripts.Call, error) {
	limit, before, query := f.Limit, int64(math.MaxInt64), s.reads.calls
	if limit <= 0 {
		limit = 100
	}
	if !f.Before.IsZero() {
		before = f.Before.UnixNano()
	}
	if f.Live {
		query = s.reads.liveCalls
	}
	rows, err := query.QueryContext(ctx, before, limit)
	return collect(rows, err, scanCall[scanner])
}

// Entries implements transcripts.Store. It fails with ErrNotFound where there
// is no such call.
func (s *Store) Entries(ctx context.Context, callID string, after int64, limit int) ([]transcripts.Entry, error) {
	if limit <= 0 {
		limit = 1000
	}
	rows, err := s.reads.entries.QueryContext(ctx, callID, after, limit)
	list, err := collect(rows, err, scanEntry[scanner])
	if err == nil && len(list) == 0 {
		_, err = s.Call(ctx, callID)
	}
	return list, err
}

// collect scans all rows. Where it fails it returns none.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, Classify(err)
	}
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, Classify(errors.Join(err, rows.Close()))
		}
		list = append(list, v)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, Classify(err)
	}
	return list, nil
}

type scanner interface{ Scan(...any) error }

func scanCall[S scanner](row S) (c transcripts.Call, err error) {
	var created, stateAt, ended sql.NullInt64
	var meta []byte
	err = row.Scan(&c.ID, &c.State, &c.Epoch, &c.Holder,
		&c.Claim.UID, &c.Claim.Identity, &c.Claim.Name, &c.Claim.Avatar, &c.Claim.Mode, &c.Claim.Key,
		&c.Reason, &created, &stateAt, &ended, &c.LastSeq, &meta)
	c.Created, c.StateAt, c.Ended, c.Meta = instant(created), instant(stateAt), instant(ended), json.RawMessage(meta)
	return c, err
}

func scanEntry[S scanner](row S) (e transcripts.Entry, err error) {
	var start, end sql.NullInt64
	var data []byte
	err = row.Scan(&e.CallID, &e.Seq, &e.Kind, &start, &end, &e.Epoch,
		&e.SpeakerID, &e.Role, &e.Name, &e.SentenceID, &e.Text, &e.Cut, &e.Unspoken, &e.Private, &e.Event, &data)
	e.Start, e.End, e.Data = instant(start), instant(end), json.RawMessage(data)
	return e, err
}

// nanos is a time as it is stored; NULL for the zero time.
func nanos(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

func instant(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
