package account

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/relevo/relevo/transcripts/sqlite"
)

// migrations of the accounts. Append only: what has run somewhere never changes.
var migrations = []string{`
CREATE TABLE accounts (
	identity TEXT NOT NULL PRIMARY KEY,
	hash     TEXT NOT NULL,              -- argon2id, PHC form
	doc      BLOB NOT NULL               -- Account as JSON
) WITHOUT ROWID;

CREATE TABLE sessions (
	id       TEXT    NOT NULL PRIMARY KEY,
	identity TEXT    NOT NULL,
	created  INTEGER NOT NULL,           -- nanoseconds since 1970, as all times
	expires  INTEGER NOT NULL,
	address  TEXT    NOT NULL,
	client   TEXT    NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	at          INTEGER NOT NULL,
	by_identity TEXT    NOT NULL,
	by_address  TEXT    NOT NULL,
	action      TEXT    NOT NULL,
	object      TEXT    NOT NULL,
	before      BLOB,
	after       BLOB
);

CREATE TABLE avatars (
	id    TEXT NOT NULL PRIMARY KEY,     -- SHA-256 of the picture, so that its URL never changes what it shows
	image BLOB NOT NULL                  -- JPEG
);
`}

// load reads accounts and live sessions.
func (b *Book) load(ctx context.Context) error {
	now := time.Now()
	return sqlite.Do(ctx, b.db, func(ctx context.Context, c *sql.Conn) error {
		if err := each(ctx, c, `SELECT identity, hash, doc FROM accounts`, func(r *sql.Rows) error {
			var e entry
			var identity string
			var doc []byte
			if err := r.Scan(&identity, &e.hash, &doc); err != nil {
				return err
			}
			if err := json.Unmarshal(doc, &e.Account); err != nil {
				return fmt.Errorf("account %s: %w", identity, err)
			}
			b.accounts[identity] = e
			return nil
		}); err != nil {
			return err
		}
		return each(ctx, c, `SELECT id, identity, created, expires, address, client FROM sessions`, func(r *sql.Rows) error {
			var s Session
			var created, expires int64
			if err := r.Scan(&s.ID, &s.Identity, &created, &expires, &s.Address, &s.Client); err != nil {
				return err
			}
			s.Created, s.Expires = time.Unix(0, created).UTC(), time.Unix(0, expires).UTC()
			b.desk.Familiar(s.Identity, s.Address, s.Created)
			if s.Expires.After(now) {
				b.sessions[s.ID] = s
			}
			return nil
		})
	})
}

func each(ctx context.Context, c *sql.Conn, query string, row func(*sql.Rows) error) error {
	rows, err := c.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
