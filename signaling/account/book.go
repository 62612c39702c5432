package account

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// Options of a Book. A zero field is its default.
type Options struct {
	SessionFor time.Duration // 12 h: how long a login lasts
	Log        *slog.Logger  // nil: discarded
}

// Book is the desk's people. Any goroutine may use it. Its errors are
// *wire.Error, whose Data has the form's field where one is wrong.
type Book struct {
	db         *sql.DB
	desk       *auth.Desk
	sessionFor time.Duration
	log        *slog.Logger

	decoding chan struct{} // a slot for each picture being read
	writing  sync.Mutex    // held by who changes database and memory

	mu       sync.Mutex // guards below
	accounts map[string]entry
	sessions map[string]Session
	onEnd    []func(sessionID string)
	onChange []func(before, after Account)
}

// entry is an account with what only logging in needs.
type entry struct {
	Account
	hash string
}

// Open brings the schema up to date on db, as (*sqlite.Store).DB gives it, and
// reads who there is. It starts nothing and has nothing to close.
func Open(ctx context.Context, db *sql.DB, o Options) (*Book, error) {
	if err := sqlite.Migrate(ctx, db, "account", migrations); err != nil {
		return nil, err
	}
	b := &Book{db: db, sessionFor: o.SessionFor, log: o.Log, accounts: make(map[string]entry), sessions: make(map[string]Session),
		decoding: make(chan struct{}, picturesAtOnce)}
	if b.sessionFor <= 0 {
		b.sessionFor = 12 * time.Hour
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.desk = auth.NewDeskOf(b.lookup)
	if err := b.load(ctx); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Book) lookup(_ context.Context, identity string) (auth.User, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, known := b.accounts[identity]
	return auth.User{Identity: e.Identity, Name: e.Name, Avatar: e.Avatar, PasswordHash: e.hash}, known && !e.Disabled, nil
}

// Seed makes sure that who runs the server can log in: a is made or made admin
// again, enabled, with this password's hash. A name that was changed stays.
func (b *Book) Seed(ctx context.Context, a Account, hash string) error {
	if err := auth.CheckHash(hash); err != nil {
		return invalid("password", "hash", "%s", err.Error())
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	before, known := b.entry(a.Identity)
	e := entry{Account: a, hash: hash}
	if known {
		e.Account = before.Account
	}
	e.Role, e.Disabled = Admin, false
	if e.Capacity == 0 {
		e.Capacity = 1
	}
	if known && before.hash == hash && before.Role == e.Role && !before.Disabled {
		return nil
	}
	return b.put(ctx, Actor{Identity: server}, "account.seeded", before, known, e)
}

// Has says whether an enabled administrator has this password, so that one who
// is seeded at each start is not changed at each start.
func (b *Book) Has(identity, password string) bool {
	e, known := b.entry(identity)
	return known && !e.Disabled && e.Role == Admin && auth.MatchesHash(e.hash, password)
}

// Accounts returns all, by name.
func (b *Book) Accounts() []Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Account, 0, len(b.accounts))
	for _, e := range b.accounts {
		all = append(all, e.clone())
	}
	slices.SortFunc(all, func(x, y Account) int {
		if c := strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)); c != 0 {
			return c
		}
		return strings.Compare(x.Identity, y.Identity)
	})
	return all
}

// Account returns one.
func (b *Book) Account(identity string) (Account, bool) {
	e, ok := b.entry(identity)
	return e.Account, ok
}

// like finds an account that people would take for this one: upper and lower
// case do not make two.
func (b *Book) like(identity string) (other string, found bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id := range b.accounts {
		if strings.EqualFold(id, identity) {
			return id, true
		}
	}
	return "", false
}

// meant is the identity of the account that somebody means, or what they have
// typed. Tries are counted by it: another spelling is no other identity.
func (b *Book) meant(typed string) string {
	typed = strings.TrimSpace(typed)
	if _, exact := b.entry(typed); exact {
		return typed
	}
	if identity, ok := b.like(typed); ok {
		return identity
	}
	return strings.ToLower(typed)
}

func (b *Book) entry(identity string) (entry, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, ok := b.accounts[identity]
	e.Account = e.clone()
	return e, ok
}

func (e *entry) clone() Account {
	a := e.Account
	a.Skills, a.Languages = maps.Clone(a.Skills), maps.Clone(a.Languages)
	return a
}

// Create makes an account. KindConflict where the identity is taken.
func (b *Book) Create(ctx context.Context, by Actor, a Account, password string) (Account, error) {
	if err := a.Validate(); err != nil {
		return Account{}, err
	}
	if err := CheckPassword(&a, password); err != nil {
		return Account{}, err
	}
	hash, err := auth.HashPassword(password)
	if err != nil {
		return Account{}, wire.Wrap(wire.KindInternal, err, "the password could not be kept")
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	if other, taken := b.like(a.Identity); taken {
		return Account{}, conflict("identity", "taken", "there is an account %q already", other)
	}
	if err := b.put(ctx, by, "account.created", entry{}, false, entry{Account: a, hash: hash}); err != nil {
		return Account{}, err
	}
	made, _ := b.Account(a.Identity)
	return made, nil
}

// Update replaces what an account says, if a.Version is the one it has now
// (KindConflict else). A disabled one is logged out everywhere.
func (b *Book) Update(ctx context.Context, by Actor, a Account) (Account, error) {
	if err := a.Validate(); err != nil {
		return Account{}, err
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	before, known := b.entry(a.Identity)
	switch {
	case !known:
		return Account{}, wire.Errorf(wire.KindNotFound, "there is no such account")
	case before.Version != a.Version:
		return Account{}, conflict("version", "overtaken", "somebody else has changed this account meanwhile; look at it again")
	case before.Role == Admin && !before.Disabled && (a.Role != Admin || a.Disabled) && b.admins() == 1:
		return Account{}, conflict("role", "lastAdmin", "this is the only administrator; make another one first")
	}
	a.Created = before.Created
	if err := b.put(ctx, by, "account.changed", before, true, entry{Account: a, hash: before.hash}); err != nil {
		return Account{}, err
	}
	if a.Disabled && !before.Disabled {
		if err := b.endSessions(ctx, by, func(s Session) bool { return s.Identity == a.Identity }); err != nil {
			return Account{}, err
		}
	}
	after, _ := b.Account(a.Identity)
	b.mu.Lock()
	tell := slices.Clone(b.onChange)
	b.mu.Unlock()
	for _, f := range tell {
		f(before.Account, after)
	}
	b.dropPicture(ctx, before.Avatar)
	return after, nil
}

// OnChange calls f, from the goroutine that changes it, for each account that
// has been changed by Update. f must not block nor call the Book.
func (b *Book) OnChange(f func(before, after Account)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onChange = append(b.onChange, f)
}

// SetPassword gives an account a new password and ends its sessions, but keep.
func (b *Book) SetPassword(ctx context.Context, by Actor, identity, password, keep string) error {
	before, known := b.entry(identity)
	if !known {
		return wire.Errorf(wire.KindNotFound, "there is no such account")
	}
	if err := CheckPassword(&before.Account, password); err != nil {
		return err
	}
	hash, err := auth.HashPassword(password)
	if err != nil {
		return wire.Wrap(wire.KindInternal, err, "the password could not be kept")
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	before, _ = b.entry(identity) // accounts are never removed
	if err := b.put(ctx, by, "account.password", before, true, entry{Account: before.Account, hash: hash}); err != nil {
		return err
	}
	return b.endSessions(ctx, by, func(s Session) bool { return s.Identity == identity && s.ID != keep })
}

func (b *Book) admins() (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.accounts {
		if e.Role == Admin && !e.Disabled {
			n++
		}
	}
	return n
}

// put writes e and its line of the audit log, then lets everybody see it. The
// caller holds b.writing.
func (b *Book) put(ctx context.Context, by Actor, action string, before entry, known bool, e entry) error {
	now := time.Now().UTC()
	e.Version, e.Updated = before.Version+1, now
	if !known {
		e.Created = now
	}
	doc, err := json.Marshal(e.Account)
	if err != nil {
		return wire.Wrap(wire.KindInternal, err, "the account could not be kept")
	}
	change := Change{By: by, At: now, Action: action, Object: e.Identity, After: doc}
	if known {
		if change.Before, err = json.Marshal(before.Account); err != nil {
			return wire.Wrap(wire.KindInternal, err, "the account could not be kept")
		}
	}
	err = sqlite.Tx(ctx, b.db, func(ctx context.Context, tx *sql.Tx) error {
		const upsert = `INSERT INTO accounts (identity, hash, doc) VALUES (?, ?, ?)
			ON CONFLICT (identity) DO UPDATE SET hash = excluded.hash, doc = excluded.doc`
		if _, err := tx.ExecContext(ctx, upsert, e.Identity, e.hash, doc); err != nil {
			return err
		}
		return insertChange(ctx, tx, change)
	})
	if err != nil {
		return storage(err)
	}
	b.mu.Lock()
	b.accounts[e.Identity] = e
	b.mu.Unlock()
	return nil
}

func storage(err error) error {
	return wire.Wrap(wire.KindStorage, err, "the server's storage does not answer; nothing was changed")
}
