package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// migrations of the desk. Append only: what has run somewhere never changes.
var migrations = []string{`
CREATE TABLE desk_handoffs (
	id       TEXT    NOT NULL PRIMARY KEY,
	call_id  TEXT    NOT NULL,
	seq      INTEGER NOT NULL,
	state    TEXT    NOT NULL,
	outcome  TEXT    NOT NULL,
	priority INTEGER NOT NULL,
	reason   TEXT    NOT NULL,
	agent    TEXT    NOT NULL,
	entered  INTEGER NOT NULL,       -- nanoseconds since 1970, as all times
	record   BLOB    NOT NULL        -- queue.Handoff as JSON
) WITHOUT ROWID;
CREATE UNIQUE INDEX desk_handoffs_live ON desk_handoffs (call_id) WHERE state <> 'ended';
CREATE INDEX desk_handoffs_by_call ON desk_handoffs (call_id, seq);
CREATE INDEX desk_handoffs_by_seq ON desk_handoffs (seq);
CREATE INDEX desk_handoffs_by_entered ON desk_handoffs (entered, seq);

CREATE TABLE desk_agents (
	id     TEXT NOT NULL PRIMARY KEY,
	record BLOB NOT NULL             -- queue.Agent as JSON
) WITHOUT ROWID;

CREATE TABLE desk_counters (
	one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	record BLOB    NOT NULL          -- queue.Counters as JSON
);

CREATE TABLE desk_sla (
	handoff TEXT    NOT NULL,
	goal    TEXT    NOT NULL,
	slot    TEXT    NOT NULL,        -- atRisk or outcome: each is there once
	call_id TEXT    NOT NULL,
	kind    TEXT    NOT NULL,
	due     INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (handoff, goal, slot)
) WITHOUT ROWID;
CREATE INDEX desk_sla_by_due ON desk_sla (due);

CREATE TABLE desk_settings (
	key     TEXT    NOT NULL PRIMARY KEY,
	value   BLOB    NOT NULL,
	version INTEGER NOT NULL,
	by      TEXT    NOT NULL,
	at      INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE desk_documents (
	kind    TEXT    NOT NULL,
	id      TEXT    NOT NULL,
	of      TEXT    NOT NULL,
	version INTEGER NOT NULL,
	by      TEXT    NOT NULL,
	created INTEGER NOT NULL,
	updated INTEGER NOT NULL,
	body    BLOB    NOT NULL,
	PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX desk_documents_by_of ON desk_documents (kind, of, created);
CREATE INDEX desk_documents_by_created ON desk_documents (kind, created);
`}

// SQLite is a Store in the database of a transcripts/sqlite.Store.
type SQLite struct{ db *sql.DB }

var _ Store = (*SQLite)(nil)

// NewSQLite brings the schema up to date on db, as (*sqlite.Store).DB gives it.
// It starts nothing and has nothing to close. The audit log is that of package
// account, whose schema must be there.
func NewSQLite(ctx context.Context, db *sql.DB) (*SQLite, error) {
	if err := sqlite.Migrate(ctx, db, "desk", migrations); err != nil {
		return nil, err
	}
	return &SQLite{db}, nil
}

// Load implements Store.
func (s *SQLite) Load(ctx context.Context) (snap queue.Snapshot, err error) {
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		if snap.Handoffs, err = records[queue.Handoff](ctx, c, `SELECT record FROM desk_handoffs WHERE state <> 'ended' ORDER BY seq`); err != nil {
			return err
		}
		if snap.Agents, err = records[queue.Agent](ctx, c, `SELECT record FROM desk_agents ORDER BY id`); err != nil {
			return err
		}
		counters, err := records[queue.Counters](ctx, c, `SELECT record FROM desk_counters`)
		if len(counters) == 1 {
			snap.Counters = counters[0]
		}
		return err
	})
	return snap, err
}

// Write implements Store.
func (s *SQLite) Write(ctx context.Context, c Changes) error {
	err := sqlite.Tx(ctx, s.db, func(ctx context.Context, tx *sql.Tx) error {
		// Those that end make room for others of the same call.
		for _, ended := range []bool{true, false} {
			for i := range c.Handoffs {
				if h := &c.Handoffs[i]; (h.State == queue.StateEnded) == ended {
					if err := putHandoff(ctx, tx, h); err != nil {
						return err
					}
				}
			}
		}
		for i := range c.Agents {
			record, err := json.Marshal(&c.Agents[i])
			if err != nil {
				return err
			}
			const upsert = `INSERT INTO desk_agents (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`
			if _, err := tx.ExecContext(ctx, upsert, c.Agents[i].ID, record); err != nil {
				return err
			}
		}
		for _, id := range c.Gone {
			if _, err := tx.ExecContext(ctx, `DELETE FROM desk_agents WHERE id = ?`, id); err != nil {
				return err
			}
		}
		if c.Counters != nil {
			record, err := json.Marshal(c.Counters)
			if err != nil {
				return err
			}
			const upsert = `INSERT INTO desk_counters (one, record) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET record = excluded.record`
			if _, err := tx.ExecContext(ctx, upsert, record); err != nil {
				return err
			}
		}
		for i := range c.SLA {
			e := &c.SLA[i]
			goal, slot := slaKey(e)
			const insert = `INSERT INTO desk_sla (handoff, goal, slot, call_id, kind, due, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
			if _, err := tx.ExecContext(ctx, insert, e.Handoff, goal, slot, e.Call, string(e.Kind), e.Due.UnixNano(), e.At.UnixNano()); err != nil {
				return err
			}
		}
		return nil
	})
	if sqlite.Constraint(err) {
		return fmt.Errorf("%w: %w", ErrConflict, err)
	}
	return err
}

func putHandoff(ctx context.Context, tx *sql.Tx, h *queue.Handoff) error {
	record, err := json.Marshal(h)
	if err != nil {
		return err
	}
	const upsert = `INSERT INTO desk_handoffs (id, call_id, seq, state, outcome, priority, reason, agent, entered, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, outcome = excluded.outcome, priority = excluded.priority, reason = excluded.reason,
			agent = excluded.agent, record = excluded.record`
	_, err = tx.ExecContext(ctx, upsert, h.ID, h.Call, int64(h.Seq), h.State.String(), string(h.Outcome), int(h.Priority), h.Reason, lastAgent(h), h.EnteredAt.UnixNano(), record)
	return err
}

// lastAgent is who has a handoff, or had it last.
func lastAgent(h *queue.Handoff) string {
	if h.Agent == "" && len(h.Stints) > 0 {
		return h.Stints[len(h.Stints)-1].Agent
	}
	return h.Agent
}

// Handoffs implements Store.
func (s *SQLite) Handoffs(ctx context.Context, f Filter) (list []queue.Handoff, err error) {
	var w where
	w.span("entered", f.Entered)
	w.equal("agent", f.Agent, f.Agent != "")
	w.equal("reason", f.Reason, f.Reason != "")
	w.equal("outcome", string(f.Outcome), f.Outcome != "")
	w.equal("priority", int(f.Priority), f.Priority != 0)
	w.equal("call_id", f.Call, f.Call != "")
	if f.Ended != nil {
		w.equal("(state = 'ended')", *f.Ended, true)
	}
	if f.Before != 0 {
		w.add("seq < ?", int64(f.Before))
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 100
	}
	query := `SELECT record FROM desk_handoffs` + w.text() + ` ORDER BY seq DESC LIMIT ?`
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		list, err = records[queue.Handoff](ctx, c, query, append(w.args, min(limit, 10_000))...)
		return err
	})
	return list, err
}

// Handoff implements Store.
func (s *SQLite) Handoff(ctx context.Context, id string) (queue.Handoff, error) {
	var list []queue.Handoff
	err := sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) (err error) {
		list, err = records[queue.Handoff](ctx, c, `SELECT record FROM desk_handoffs WHERE id = ?`, id)
		return err
	})
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return queue.Handoff{}, err
	}
	return list[0], nil
}

// SLAEvents implements Store.
func (s *SQLite) SLAEvents(ctx context.Context, due Span) (list []queue.SLAEvent, err error) {
	var w where
	w.span("due", due)
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		rows, err := c.QueryContext(ctx, `SELECT handoff, call_id, goal, kind, due, at FROM desk_sla`+w.text()+` ORDER BY due, handoff, goal, slot`, w.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var e queue.SLAEvent
			var due, at int64
			if err := rows.Scan(&e.Handoff, &e.Call, &e.Goal, &e.Kind, &due, &at); err != nil {
				return err
			}
			e.Due, e.At = instant(due), instant(at)
			list = append(list, e)
		}
		return rows.Err()
	})
	return list, err
}

// records reads one JSON record a row.
func records[T any](ctx context.Context, c *sql.Conn, query string, args ...any) ([]T, error) {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var b []byte
		var v T
		if err := rows.Scan(&b); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, fmt.Errorf("desk: a record cannot be read: %w", err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// where is a condition that grows.
type where struct {
	and  string
	args []any
}

func (w *where) add(condition string, args ...any) {
	if w.and != "" {
		w.and += " AND "
	}
	w.and += condition
	w.args = append(w.args, args...)
}

func (w *where) equal(column string, value any, wanted bool) {
	if wanted {
		w.add(column+" = ?", value)
	}
}

func (w *where) span(column string, s Span) {
	if !s.From.IsZero() {
		w.add(column+" >= ?", s.From.UnixNano())
	}
	if !s.To.IsZero() {
		w.add(column+" < ?", s.To.UnixNano())
	}
}

func (w *where) text() string {
	if w.and == "" {
		return ""
	}
	return " WHERE " + w.and
}

func instant(ns int64) time.Time { return time.Unix(0, ns).UTC() }
