package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/transcripts/sqlite"
)

const (
	maxKey  = 256
	maxBody = 256 << 10
)

// Setting implements Store.
func (s *SQLite) Setting(ctx context.Context, key string) (Setting, error) {
	var out Setting
	err := sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) (err error) {
		out, err = readSetting(ctx, c, key)
		return err
	})
	return out, err
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readSetting(ctx context.Context, q queryer, key string) (Setting, error) {
	out := Setting{Key: key}
	var value []byte
	var at int64
	err := q.QueryRowContext(ctx, `SELECT value, version, by, at FROM desk_settings WHERE key = ?`, key).Scan(&value, &out.Version, &out.By, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	out.Value, out.At = value, instant(at)
	return out, err
}

// PutSetting implements Store.
func (s *SQLite) PutSetting(ctx context.Context, by account.Actor, key string, value json.RawMessage, version int64) (Setting, error) {
	if key == "" || len(key) > maxKey || len(value) > maxBody || !json.Valid(value) {
		return Setting{}, fmt.Errorf("%w: setting %q of %d bytes", ErrInvalid, key, len(value))
	}
	out := Setting{Key: key, Value: value, Version: version + 1, By: by.Identity, At: time.Now().UTC()}
	err := sqlite.Tx(ctx, s.db, func(ctx context.Context, tx *sql.Tx) error {
		before, err := readSetting(ctx, tx, key)
		if err != nil {
			return err
		}
		if before.Version != version {
			return ErrConflict
		}
		const upsert = `INSERT INTO desk_settings (key, value, version, by, at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, by = excluded.by, at = excluded.at`
		if _, err := tx.ExecContext(ctx, upsert, key, []byte(value), out.Version, out.By, out.At.UnixNano()); err != nil {
			return err
		}
		return account.AuditIn(ctx, tx, account.Change{By: by, At: out.At, Action: "settings." + key, Object: key, Before: before.Value, After: value})
	})
	return out, err
}

const documentColumns = `kind, id, of, version, by, created, updated, body`

// Put implements Store.
func (s *SQLite) Put(ctx context.Context, by account.Actor, d Document) (Document, error) {
	d.By = by.Identity
	if d.Kind == "" || d.ID == "" || len(d.ID) > maxKey || len(d.Of) > maxKey || len(d.Body) > maxBody || !json.Valid(d.Body) {
		return Document{}, fmt.Errorf("%w: %s of %d bytes", ErrInvalid, d.Kind, len(d.Body))
	}
	now := time.Now().UTC()
	err := sqlite.Tx(ctx, s.db, func(ctx context.Context, tx *sql.Tx) error {
		before, err := readDocument(tx.QueryRowContext(ctx, `SELECT `+documentColumns+` FROM desk_documents WHERE kind = ? AND id = ?`, string(d.Kind), d.ID))
		switch {
		case errors.Is(err, sql.ErrNoRows) && d.Version == 0:
			d.Created = now
		case errors.Is(err, sql.ErrNoRows), err == nil && before.Version != d.Version:
			return ErrConflict
		case err != nil:
			return err
		default:
			d.Of, d.Created = before.Of, before.Created
		}
		d.Version, d.Updated = d.Version+1, now
		const upsert = `INSERT INTO desk_documents (` + documentColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, by = excluded.by, updated = excluded.updated, body = excluded.body`
		_, err = tx.ExecContext(ctx, upsert, string(d.Kind), d.ID, d.Of, d.Version, d.By, d.Created.UnixNano(), d.Updated.UnixNano(), []byte(d.Body))
		if err != nil || !d.everybodys() {
			return err
		}
		return account.AuditIn(ctx, tx, account.Change{By: by, At: now, Action: "settings." + string(d.Kind), Object: d.ID, Before: before.Body, After: d.Body})
	})
	if err != nil {
		return Document{}, err
	}
	return d, nil
}

// Document implements Store.
func (s *SQLite) Document(ctx context.Context, kind Kind, id string) (d Document, err error) {
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		d, err = readDocument(c.QueryRowContext(ctx, `SELECT `+documentColumns+` FROM desk_documents WHERE kind = ? AND id = ?`, string(kind), id))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		return err
	})
	return d, err
}

// Documents implements Store.
func (s *SQLite) Documents(ctx context.Context, kind Kind, of *string, limit int) (list []Document, err error) {
	if limit <= 0 {
		limit = 100
	}
	var w where
	w.equal("kind", string(kind), true)
	if of != nil {
		w.equal("of", *of, true)
	}
	err = sqlite.Do(ctx, s.db, func(ctx context.Context, c *sql.Conn) error {
		rows, err := c.QueryContext(ctx, `SELECT `+documentColumns+` FROM desk_documents`+w.text()+` ORDER BY created DESC, id DESC LIMIT ?`, append(w.args, min(limit, 10_000))...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			d, err := readDocument(rows)
			if err != nil {
				return err
			}
			list = append(list, d)
		}
		return rows.Err()
	})
	return list, err
}

// Delete implements Store.
func (s *SQLite) Delete(ctx context.Context, by account.Actor, kind Kind, id string, version int64) error {
	return sqlite.Tx(ctx, s.db, func(ctx context.Context, tx *sql.Tx) error {
		before, err := readDocument(tx.QueryRowContext(ctx, `SELECT `+documentColumns+` FROM desk_documents WHERE kind = ? AND id = ?`, string(kind), id))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNotFound
		case err != nil:
			return err
		case before.Version != version:
			return ErrConflict
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM desk_documents WHERE kind = ? AND id = ?`, string(kind), id); err != nil || !before.everybodys() {
			return err
		}
		return account.AuditIn(ctx, tx, account.Change{By: by, At: time.Now().UTC(), Action: "settings." + string(kind), Object: id, Before: before.Body})
	})
}

func readDocument(row interface{ Scan(...any) error }) (d Document, err error) {
	var created, updated int64
	var body []byte
	err = row.Scan(&d.Kind, &d.ID, &d.Of, &d.Version, &d.By, &created, &updated, &body)
	d.Created, d.Updated, d.Body = instant(created), instant(updated), body
	return d, err
}
