package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// migrations of the log. Append only: what has run somewhere never changes.
var migrations = []string{`
CREATE TABLE calls (
	id             TEXT    NOT NULL PRIMARY KEY,
	state          TEXT    NOT NULL,
	epoch          INTEGER NOT NULL,
	holder         TEXT    NOT NULL,
	claim_uid      TEXT    NOT NULL,
	claim_identity TEXT    NOT NULL,
	claim_name     TEXT    NOT NULL,
	claim_avatar   TEXT    NOT NULL,
	claim_mode     INTEGER NOT NULL,
	claim_key      TEXT    NOT NULL,
	reason         TEXT    NOT NULL,
	created        INTEGER,          -- times are nanoseconds since 1970, NULL for none
	state_at       INTEGER,
	ended          INTEGER,
	last_seq       INTEGER NOT NULL,
	meta           BLOB
);
CREATE INDEX calls_by_created ON calls (created, id);
CREATE INDEX calls_live ON calls (created, id) WHERE state <> 'ended';

CREATE TABLE entries (
	call_id     TEXT    NOT NULL REFERENCES calls (id),
	seq         INTEGER NOT NULL,
	kind        TEXT    NOT NULL,
	start_at    INTEGER,
	end_at      INTEGER,
	epoch       INTEGER NOT NULL,
	speaker_id  TEXT    NOT NULL,
	role        TEXT    NOT NULL,
	name        TEXT    NOT NULL,
	sentence_id TEXT    NOT NULL,
	text        TEXT    NOT NULL,
	cut         INTEGER NOT NULL,
	unspoken    TEXT    NOT NULL,
	private     INTEGER NOT NULL,
	event       TEXT    NOT NULL,
	data        BLOB,
	PRIMARY KEY (call_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_sentence ON entries (call_id, kind, sentence_id) WHERE sentence_id <> '';
`, `
-- The words of entries: rowid is entry_rows.id, which grows, so newest is last.
CREATE TABLE entry_rows (
	id      INTEGER PRIMARY KEY,
	call_id TEXT    NOT NULL,
	seq     INTEGER NOT NULL
);
CREATE VIRTUAL TABLE entry_words USING fts5 (text, name, content='', tokenize="unicode61 remove_diacritics 2");
-- Up to where entries of before are indexed; empty when all are.
CREATE TABLE entries_to_index (call_id TEXT NOT NULL, seq INTEGER NOT NULL);
INSERT INTO entries_to_index SELECT '', 0 WHERE EXISTS (SELECT 1 FROM entries);
`}

// Migrate brings the schema of one component of the database from the version it
// has to len(steps), each step in a transaction with its version number. It
// refuses a database that a newer program has written.
func Migrate(ctx context.Context, db *sql.DB, component string, steps []string) error {
	const table = `CREATE TABLE IF NOT EXISTS schema_versions (component TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID`
	if _, err := db.ExecContext(ctx, table); err != nil {
		return fmt.Errorf("migrate %s: %w", component, err)
	}
	for {
		more, err := migrateOne(ctx, db, component, steps)
		if err != nil {
			return fmt.Errorf("migrate %s: %w", component, err)
		}
		if !more {
			return nil
		}
	}
}

// migrateOne reads the version within the transaction that changes it, so that
// two processes that start together do not run a step twice.
func migrateOne(ctx context.Context, db *sql.DB, component string, steps []string) (more bool, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() {
		if err != nil || !more {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	version := 0
	err = tx.QueryRowContext(ctx, `SELECT version FROM schema_versions WHERE component = ?`, component).Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if version > len(steps) {
		return false, fmt.Errorf("the database has version %d, this program knows %d: use a newer program", version, len(steps))
	}
	if version == len(steps) {
		return false, nil
	}
	if _, err := tx.ExecContext(ctx, steps[version]); err != nil {
		return false, fmt.Errorf("version %d: %w", version+1, err)
	}
	const set = `INSERT INTO schema_versions (component, version) VALUES (?, ?) ON CONFLICT (component) DO UPDATE SET version = excluded.version`
	if _, err := tx.ExecContext(ctx, set, component, version+1); err != nil {
		return false, err
	}
	return true, tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
