package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"unicode"

	"github.com/relevo/relevo/transcripts"
)

// The index of words is SQLite's own full text search, without a copy of the
// text. Its tokenizer knows words by what stands between them; scripts that
// write without spaces are indexed sign by sign, and a query's run of them is a
// phrase.

const (
	maxQuery  = 256  // bytes of a query that are looked at
	maxHits   = 200  // calls of a search
	scanAtOne = 4000 // entries of one search that are looked at: the newest
)

// spaced separates the signs of scripts that have no spaces.
func spaced(text string) string {
	dense := false
	for _, r := range text {
		if unspaced(r) {
			dense = true
			break
		}
	}
	if !dense {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) * 2)
	for _, r := range text {
		if unspaced(r) {
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unspaced(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// match is a query in the language of FTS5, "" where there is no word in it.
// Each word is a quoted string, so nothing in it is an operator.
func match(query string) string {
	if len(query) > maxQuery {
		query = strings.ToValidUTF8(query[:maxQuery], "")
	}
	var terms []string
	for _, word := range strings.FieldsFunc(query, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }) {
		terms = append(terms, `"`+strings.TrimSpace(spaced(word))+`"*`)
	}
	return strings.Join(terms, " ")
}

// Search implements transcripts.Searcher.
func (s *Store) Search(ctx context.Context, query string, limit int) ([]transcripts.Entry, error) {
	if limit <= 0 {
		limit = 50
	}
	m := match(query)
	if m == "" {
		return nil, nil
	}
	rows, err := s.reads.search.QueryContext(ctx, m, scanAtOne, min(limit, maxHits))
	list, err := collect(rows, err, scanEntry[scanner])
	return list, err
}

// index makes an entry findable.
func (b *batch) index(e *transcripts.Entry) error {
	if e.Text == "" {
		return nil
	}
	result, err := b.exec(b.insertRow, e.CallID, e.Seq)
	if err != nil {
		return err
	}
	id, err := result.LastInsertId()
	if err != nil {
		return err
	}
	_, err = b.exec(b.insertWords, id, spaced(e.Text), spaced(e.Name))
	return err
}

// indexOld makes findable what was written before there was an index.
func indexOld(ctx context.Context, db *sql.DB) error {
	for {
		more, err := indexSome(ctx, db)
		if err != nil || !more {
			return err
		}
	}
}

func indexSome(ctx context.Context, db *sql.DB) (more bool, err error) {
	const some = 1000
	err = Tx(ctx, db, func(ctx context.Context, tx *sql.Tx) error {
		var callID string
		var seq int64
		err := tx.QueryRowContext(ctx, `SELECT call_id, seq FROM entries_to_index`).Scan(&callID, &seq)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+entryColumns+` FROM entries WHERE (call_id, seq) > (?, ?) ORDER BY call_id, seq LIMIT ?`, callID, seq, some)
		list, err := collect(rows, err, scanEntry[scanner])
		if err != nil {
			return err
		}
		if more = len(list) == some; !more {
			if _, err := tx.ExecContext(ctx, `DELETE FROM entries_to_index`); err != nil {
				return err
			}
		} else if _, err := tx.ExecContext(ctx, `UPDATE entries_to_index SET call_id = ?, seq = ?`, list[some-1].CallID, list[some-1].Seq); err != nil {
			return err
		}
		for _, e := range list {
			if e.Text == "" {
				continue
			}
			result, err := tx.ExecContext(ctx, insertRow, e.CallID, e.Seq)
			if err != nil {
				return err
			}
			id, err := result.LastInsertId()
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertWords, id, spaced(e.Text), spaced(e.Name)); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}

const (
	insertRow   = `INSERT INTO entry_rows (call_id, seq) VALUES (?, ?)`
	insertWords = `INSERT INTO entry_words (rowid, text, name) VALUES (?, ?, ?)`
	search      = `SELECT ` + entryColumns + ` FROM entries WHERE (call_id, seq) IN (
			SELECT call_id, max(seq) FROM entry_rows WHERE id IN (SELECT rowid FROM entry_words WHERE entry_words MATCH ? ORDER BY rowid DESC LIMIT ?)
			GROUP BY call_id ORDER BY max(id) DESC LIMIT ?)
		ORDER BY start_at DESC, call_id, seq`
)
