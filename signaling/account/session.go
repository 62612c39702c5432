package account

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// Session is one login.
type Session struct {
	ID       string    `json:"id"`
	Identity string    `json:"identity"`
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires"`
	Address  string    `json:"address"`        // where from, as IP
	Client   string    `json:"client"`         // the browser, as it calls itself
	Mine     bool      `json:"mine,omitempty"` // set by who shows it
}

const (
	maxClient   = 256
	maxSessions = 20 // of one account; the oldest ends when there are more
)

// Login checks a password and opens a session. Errors are those of
// auth.Desk.Login. Spaces around an identity and its case do not matter: phones
// add the one and change the other.
func (b *Book) Login(ctx context.Context, identity, password, address, client string) (Session, Account, error) {
	identity = b.meant(identity)
	u, err := b.desk.Login(ctx, identity, password, address)
	if err != nil {
		return Session{}, Account{}, err
	}
	now := time.Now().UTC()
	s := Session{ID: rand.Text(), Identity: u.Identity, Created: now, Expires: now.Add(b.sessionFor), Address: address, Client: cut(client, maxClient)}

	b.writing.Lock()
	defer b.writing.Unlock()
	a, known := b.Account(identity)
	if !known || a.Disabled { // since the password was checked
		return Session{}, Account{}, wire.Errorf(wire.KindUnauthorized, "wrong name or password")
	}
	if mine := b.Sessions(identity); len(mine) >= maxSessions {
		oldest := mine[len(mine)-1].ID
		if err := b.endSessions(ctx, Actor{Identity: server}, func(s Session) bool { return s.ID == oldest }); err != nil {
			return Session{}, Account{}, err
		}
	}
	err = sqlite.Tx(ctx, b.db, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE expires <= ?`, now.UnixNano()); err != nil {
			return err
		}
		const insert = `INSERT INTO sessions (id, identity, created, expires, address, client) VALUES (?, ?, ?, ?, ?, ?)`
		if _, err := tx.ExecContext(ctx, insert, s.ID, s.Identity, s.Created.UnixNano(), s.Expires.UnixNano(), s.Address, s.Client); err != nil {
			return err
		}
		return insertChange(ctx, tx, Change{By: Actor{Identity: identity, Address: address}, At: now, Action: "session.opened", Object: identity})
	})
	if err != nil {
		return Session{}, Account{}, storage(err)
	}
	b.mu.Lock()
	for id, old := range b.sessions {
		if !old.Expires.After(now) {
			delete(b.sessions, id)
		}
	}
	b.sessions[s.ID] = s
	b.mu.Unlock()
	return s, a, nil
}

// CheckCurrent checks the password of who is logged in already, throttled as
// logins are.
func (b *Book) CheckCurrent(ctx context.Context, identity, password, address string) error {
	_, err := b.desk.Login(ctx, identity, password, address)
	if e := wire.AsError(err); err != nil && e.Kind == wire.KindUnauthorized {
		return problem(wire.Wrap(wire.KindForbidden, err, "the current password is wrong"), "current", "wrongPassword", "the current password is wrong")
	}
	return err
}

// Check returns the account of a session as it is now. KindUnauthorized where
// the session has ended or expired.
func (b *Book) Check(sessionID string) (Account, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.sessions[sessionID]
	e, known := b.accounts[s.Identity]
	if !ok || !known || e.Disabled || !s.Expires.After(time.Now()) {
		return Account{}, wire.Errorf(wire.KindUnauthorized, "you are logged out; log in again")
	}
	return e.clone(), nil
}

// Sessions returns the live sessions of an identity, or of everybody for "",
// newest first.
func (b *Book) Sessions(identity string) []Session {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Session
	for _, s := range b.sessions {
		if (identity == "" || s.Identity == identity) && s.Expires.After(now) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(x, y Session) int { return y.Created.Compare(x.Created) })
	return all
}

// End ends a session; KindNotFound where there is none. of is whose it must be,
// "" for anybody's.
func (b *Book) End(ctx context.Context, by Actor, sessionID, of string) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mu.Lock()
	s, ok := b.sessions[sessionID]
	b.mu.Unlock()
	if !ok || of != "" && s.Identity != of {
		return wire.Errorf(wire.KindNotFound, "there is no such session")
	}
	return b.endSessions(ctx, by, func(s Session) bool { return s.ID == sessionID })
}

// OnEnd calls f, from the goroutine that ends it, for each session that is
// ended before it expires. f must not block nor call the Book.
func (b *Book) OnEnd(f func(sessionID string)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onEnd = append(b.onEnd, f)
}

// endSessions ends those that which chooses. The caller holds b.writing.
func (b *Book) endSessions(ctx context.Context, by Actor, which func(Session) bool) error {
	var ending []Session
	for _, s := range b.Sessions("") {
		if which(s) {
			ending = append(ending, s)
		}
	}
	if len(ending) == 0 {
		return nil
	}
	now := time.Now().UTC()
	err := sqlite.Tx(ctx, b.db, func(ctx context.Context, tx *sql.Tx) error {
		for _, s := range ending {
			if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE id = ?`, s.ID); err != nil {
				return err
			}
			detail, err := json.Marshal(map[string]string{"address": s.Address, "client": s.Client})
			if err != nil {
				return err
			}
			if err := insertChange(ctx, tx, Change{By: by, At: now, Action: "session.ended", Object: s.Identity, Before: detail}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return storage(err)
	}
	b.mu.Lock()
	for _, s := range ending {
		delete(b.sessions, s.ID)
	}
	tell := slices.Clone(b.onEnd)
	b.mu.Unlock()
	for _, s := range ending {
		for _, f := range tell {
			f(s.ID)
		}
	}
	return nil
}

// cut bounds what a peer says of itself, in bytes, at a character.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && s[most]&0xC0 == 0x80 {
		most--
	}
	return s[:most]
}
