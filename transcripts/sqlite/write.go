package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/relevo/relevo/transcripts"
)

const entryColumns = `call_id, seq, kind, start_at, end_at, epoch, speaker_id, role, name, sentence_id, text, cut, unspoken, private, event, data`

const callColumns = `id, state, epoch, holder, claim_uid, claim_identity, claim_name, claim_avatar, claim_mode, claim_key, reason, created, state_at, ended, last_seq, meta`

// writeStatements are prepared once on the write connection.
type writeStatements struct {
	savepoint, release, rollbackTo        *sql.Stmt
	call, createCall, nextSeq, transition *sql.Stmt
	entryBySentence, insertEntry          *sql.Stmt
	insertRow, insertWords                *sql.Stmt
}

func prepareWrites(ctx context.Context, db *sql.DB) (*writeStatements, error) {
	s := &writeStatements{}
	return s, prepareAll(ctx, db, []statement{
		{&s.savepoint, `SAVEPOINT request`},
		{&s.release, `RELEASE request`},
		{&s.rollbackTo, `ROLLBACK TO request`},
		{&s.call, `SELECT ` + callColumns + ` FROM calls WHERE id = ?`},
		{&s.createCall, `INSERT INTO calls (` + callColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING`},
		{&s.nextSeq, `UPDATE calls SET last_seq = last_seq + 1 WHERE id = ? AND state <> 'ended' RETURNING last_seq`},
		{&s.transition, `UPDATE calls SET state = ?, epoch = ?, holder = ?, claim_uid = ?, claim_identity = ?, claim_name = ?, claim_avatar = ?,
			claim_mode = ?, claim_key = ?, reason = ?, state_at = ?, ended = ?, last_seq = last_seq + 1
			WHERE id = ? AND state = ? AND epoch = ? AND state <> 'ended' RETURNING last_seq`},
		{&s.entryBySentence, `SELECT ` + entryColumns + ` FROM entries WHERE call_id = ? AND kind = ? AND sentence_id = ? AND sentence_id <> ''`},
		{&s.insertEntry, `INSERT INTO entries (` + entryColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&s.insertRow, insertRow},
		{&s.insertWords, insertWords},
	})
}

type statement struct {
	to   **sql.Stmt
	text string
}

func prepareAll(ctx context.Context, db *sql.DB, list []statement) (err error) {
	for _, s := range list {
		if *s.to, err = db.PrepareContext(ctx, s.text); err != nil {
			return fmt.Errorf("prepare %q: %w", s.text, err)
		}
	}
	return nil
}

// batch is one transaction of the writer.
type batch struct {
	*writeStatements
	tx *sql.Tx
}

// run applies a request in a savepoint. own is what only this request has met,
// and leaves no trace of it; err means that the transaction is lost.
func (b *batch) run(r *request) (ownErr, err error) {
	if _, err := b.exec(b.savepoint); err != nil {
		return nil, err
	}
	ownErr = r.apply(b)
	if ownErr != nil {
		if !own(ownErr) {
			return nil, ownErr
		}
		if _, err := b.exec(b.rollbackTo); err != nil {
			return nil, errors.Join(ownErr, err)
		}
	}
	_, err = b.exec(b.release)
	return ownErr, err
}

// rollback ends a transaction that SQLite may already have rolled back by
// itself, as it does on a full disk; its own error says nothing then.
func (b *batch) rollback() { _ = b.tx.Rollback() }

func (b *batch) exec(s *sql.Stmt, args ...any) (sql.Result, error) {
	return b.tx.Stmt(s).Exec(args...)
}

func (b *batch) row(s *sql.Stmt, args ...any) *sql.Row {
	return b.tx.Stmt(s).QueryRow(args...)
}

// CreateCall implements transcripts.Store.
func (s *Store) CreateCall(ctx context.Context, c transcripts.Call) error {
	if err := transcripts.CheckCall(&c); err != nil {
		return err
	}
	return s.writer.do(ctx, func(b *batch) error {
		result, err := b.exec(b.createCall, c.ID, c.State, int64(c.Epoch), c.Holder,
			c.Claim.UID, c.Claim.Identity, c.Claim.Name, c.Claim.Avatar, c.Claim.Mode, c.Claim.Key,
			c.Reason, nanos(c.Created), nanos(c.StateAt), nanos(c.Ended), blob(c.Meta))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return transcripts.ErrExists
	})
}

// Append implements transcripts.Store.
func (s *Store) Append(ctx context.Context, e transcripts.Entry) (transcripts.Entry, error) {
	if err := transcripts.CheckEntry(&e); err != nil {
		return transcripts.Entry{}, err
	}
	var result transcripts.Entry
	err := s.writer.do(ctx, func(b *batch) (err error) {
		result, err = b.append(e)
		return err
	})
	if err != nil {
		return transcripts.Entry{}, err
	}
	return result, nil
}

func (b *batch) append(e transcripts.Entry) (transcripts.Entry, error) {
	if e.SentenceID != "" {
		first, err := scanEntry(b.row(b.entryBySentence, e.CallID, string(e.Kind), e.SentenceID))
		if !errors.Is(err, sql.ErrNoRows) {
			return first, err
		}
	}
	err := b.row(b.nextSeq, e.CallID).Scan(&e.Seq)
	if errors.Is(err, sql.ErrNoRows) {
		if _, err := b.readCall(e.CallID); err != nil {
			return e, err
		}
		return e, transcripts.ErrSealed
	}
	if err != nil {
		return e, err
	}
	return e, b.insert(e)
}

func (b *batch) insert(e transcripts.Entry) error {
	_, err := b.exec(b.insertEntry, e.CallID, e.Seq, string(e.Kind), nanos(e.Start), nanos(e.End), int64(e.Epoch),
		e.SpeakerID, e.Role, e.Name, e.SentenceID, e.Text, e.Cut, e.Unspoken, e.Private, e.Event, blob(e.Data))
	if err != nil {
		return err
	}
	return b.index(&e)
}

func (b *batch) readCall(id string) (transcripts.Call, error) {
	c, err := scanCall(b.row(b.call, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = transcripts.ErrNotFound
	}
	return c, err
}

// Transition implements transcripts.Store. The call's StateAt is the entry's
// Start. An entry whose SentenceID the log has already is invalid.
func (s *Store) Transition(ctx context.Context, t transcripts.Transition) (transcripts.Entry, error) {
	if err := transcripts.CheckTransition(&t); err != nil {
		return transcripts.Entry{}, err
	}
	var result transcripts.Entry
	err := s.writer.do(ctx, func(b *batch) (err error) {
		result, err = b.move(t)
		return err
	})
	if err != nil {
		return transcripts.Entry{}, err
	}
	return result, nil
}

func (b *batch) move(t transcripts.Transition) (transcripts.Entry, error) {
	e := t.Entry
	at := e.Start
	if at.IsZero() {
		at = time.Now()
	}
	var ended any
	if t.ToState == transcripts.StateEnded {
		ended = nanos(at)
	}
	err := b.row(b.transition, t.ToState, int64(t.ToEpoch), t.Holder,
		t.Claim.UID, t.Claim.Identity, t.Claim.Name, t.Claim.Avatar, t.Claim.Mode, t.Claim.Key,
		t.Reason, nanos(at), ended, t.CallID, t.FromState, int64(t.FromEpoch)).Scan(&e.Seq)
	if errors.Is(err, sql.ErrNoRows) {
		current, err := b.readCall(t.CallID)
		if err != nil {
			return e, err
		}
		return e, &transcripts.ConflictError{Current: current}
	}
	if err != nil {
		return e, err
	}
	if e.SentenceID != "" {
		_, err := scanEntry(b.row(b.entryBySentence, e.CallID, string(e.Kind), e.SentenceID))
		if err == nil {
			return e, fmt.Errorf("%w: the log has this sentence id already", transcripts.ErrInvalid)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return e, err
		}
	}
	return e, b.insert(e)
}
