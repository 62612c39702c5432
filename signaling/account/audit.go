package account

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/relevo/relevo/transcripts/sqlite"
)

// Actor is who does something, and from where.
type Actor struct {
	Identity string `json:"identity"` // "server" for what nobody asked for, "app:KEY" for an app
	Address  string `json:"address,omitempty"`
}

// Change is a line of the audit log. Lines are never changed nor deleted.
type Change struct {
	Seq    int64           `json:"seq"` // 1, 2, 3, …
	At     time.Time       `json:"at"`
	By     Actor           `json:"by"`
	Action string          `json:"action"`           // e.g. account.changed, settings.hours
	Object string          `json:"object,omitempty"` // what it was done to
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Audit adds a line for what other parts of the desk have changed.
func (b *Book) Audit(ctx context.Context, c Change) error {
	if c.At.IsZero() {
		c.At = time.Now().UTC()
	}
	err := sqlite.Tx(ctx, b.db, func(ctx context.Context, tx *sql.Tx) error { return insertChange(ctx, tx, c) })
	if err != nil {
		return storage(err)
	}
	return nil
}

// AuditIn is Audit within the transaction that makes the change.
func AuditIn(ctx context.Context, tx *sql.Tx, c Change) error { return insertChange(ctx, tx, c) }

// maxChanges bounds a page of the audit log.
const maxChanges = 500

// Changes returns lines of the audit log, newest first: those before seq, 0 for
// the newest; at most limit, 0 for 100.
func (b *Book) Changes(ctx context.Context, before int64, limit int) (changes []Change, err error) {
	if limit <= 0 {
		limit = 100
	}
	err = sqlite.Do(ctx, b.db, func(ctx context.Context, c *sql.Conn) error {
		rows, err := c.QueryContext(ctx, `SELECT seq, at, by_identity, by_address, action, object, before, after FROM audit
			WHERE ? = 0 OR seq < ? ORDER BY seq DESC LIMIT ?`, before, before, min(limit, maxChanges))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var l Change
			var at int64
			var was, is []byte
			if err := rows.Scan(&l.Seq, &at, &l.By.Identity, &l.By.Address, &l.Action, &l.Object, &was, &is); err != nil {
				return err
			}
			l.At, l.Before, l.After = time.Unix(0, at).UTC(), was, is
			changes = append(changes, l)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, storage(err)
	}
	return changes, nil
}

func insertChange(ctx context.Context, tx *sql.Tx, c Change) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO audit (at, by_identity, by_address, action, object, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		c.At.UnixNano(), c.By.Identity, c.By.Address, c.Action, c.Object, orNull(c.Before), orNull(c.After))
	return err
}

func orNull(b json.RawMessage) any {
	if len(b) == 0 {
		return nil
	}
	return []byte(b)
}
