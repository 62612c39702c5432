package signaling

import (
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// person is whom a desk token is of, as they are now: a login's session must
// still be open. An app may sign desk tokens for people it has logged in
// itself; they have the role it says, unless they have an account here.
func (s *Server) person(claims auth.Claims) (account.Account, error) {
	if claims.Session != "" {
		if s.cfg.People == nil {
			return account.Account{}, wire.Errorf(wire.KindUnauthorized, "you are logged out; log in again")
		}
		return s.cfg.People.Check(claims.Session)
	}
	if s.cfg.People != nil {
		if a, known := s.cfg.People.Account(claims.Identity); known {
			if a.Disabled {
				return account.Account{}, wire.Errorf(wire.KindUnauthorized, "this account is disabled")
			}
			return a, nil
		}
	}
	a := account.Account{Identity: claims.Identity, Name: claims.Name, Avatar: claims.Avatar, Email: claims.Email, Role: account.Agent, Capacity: 1}
	if r := account.Role(claims.DeskRole); r.AtLeast(account.Agent) {
		a.Role = r
	}
	return a, nil
}

// login is whose a socket is, as long as it is open.
type login struct {
	session  string // "" for one whom an app has logged in
	identity string
	watching bool // the desk, not in a call
}

// login makes a console's socket end with what lets it in: its session, its
// account. claims are those of its token, or of who it was before it was lost.
func (k *socket) login(claims auth.Claims, watching bool) error {
	if !claims.Desk && claims.Session == "" {
		return nil
	}
	k.s.mu.Lock()
	k.s.logins[k] = login{session: claims.Session, identity: claims.Identity, watching: watching}
	k.s.mu.Unlock()
	// It may have ended between the first look and now.
	_, err := k.s.person(claims)
	return err
}

// openTo are the sockets of those whom which chooses.
func (s *Server) openTo(which func(login) bool) (open []*socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, l := range s.logins {
		if which(l) {
			open = append(open, k)
		}
	}
	return open
}

// loggedOut closes what a session has open, and what it would come back to.
func (s *Server) loggedOut(session string) {
	s.ban(s.openTo(func(l login) bool { return l.session == session }), "logged out")
	s.cfg.Hub.Expel(session)
}

func (s *Server) ban(open []*socket, reason string) {
	for _, k := range open {
		k.banned.Store(true)
		k.out.finish(ending{code: wire.KindUnauthorized.CloseCode(), reason: reason})
	}
}

// accountChanged closes what a disabled account has open, sessions or not; who
// has another role looks at the desk anew, and sees what is theirs to see.
func (s *Server) accountChanged(before, after account.Account) {
	switch {
	case after.Disabled && !before.Disabled:
		s.ban(s.openTo(func(l login) bool { return l.identity == after.Identity }), "disabled")
	case after.Role != before.Role:
		for _, k := range s.openTo(func(l login) bool { return l.identity == after.Identity && l.watching }) {
			k.out.finish(ending{code: wire.KindUnavailable.CloseCode(), reason: "your role has changed"})
		}
	}
}

// actor is who asks, for the audit log.
func (s *Server) actor(r *request) account.Actor {
	a := account.Actor{Identity: r.who.person.Identity, Address: s.clientAddr(r.Request).Addr().String()}
	if r.who.app != "" {
		a.Identity = "app:" + r.who.app
	}
	return a
}

// book is the people, of whom there are some.
func (s *Server) book() (*account.Book, error) {
	if s.cfg.People == nil {
		return nil, wire.Errorf(wire.KindNotFound, "there are no accounts here")
	}
	return s.cfg.People, nil
}

// login is POST /v1/desk/login.
func (s *Server) login(r *request) (any, error) {
	if s.cfg.People == nil {
		return nil, wire.Errorf(wire.KindUnauthorized, "nobody can log in here")
	}
	b := r.body.(*wire.Login)
	addr := s.clientAddr(r.Request).Addr().String()
	session, a, err := s.cfg.People.Login(r.Context(), b.Identity, b.Password, addr, r.UserAgent())
	if err != nil {
		return nil, err
	}
	token, err := s.sign(auth.Claims{Key: s.cfg.Key, Identity: a.Identity, Role: string(wire.RoleHuman), Name: a.Name, Avatar: a.Avatar,
		Desk: true, Session: session.ID, DeskRole: string(a.Role)}, time.Until(session.Expires))
	if err != nil {
		return nil, err
	}
	return wire.LoginResult{Token: token, Identity: a.Identity, Name: a.Name, Avatar: a.Avatar, Role: string(a.Role), ExpiresAt: session.Expires.UnixMilli()}, nil
}

// logout is POST /v1/desk/logout.
func (s *Server) logout(r *request) (any, error) {
	if id := r.who.claims.Session; id != "" {
		return nil, s.cfg.People.End(r.Context(), s.actor(r), id, "")
	}
	return nil, nil // the app's own login is the app's to end
}

// me is GET /v1/desk/me.
func (s *Server) me(r *request) (any, error) {
	return wire.Me{Account: wireAccount(r.who.person), ExpiresAt: r.who.claims.Expires.UnixMilli()}, nil
}

// mine is the account of who asks, to be changed.
func (s *Server) mine(r *request) (*account.Book, account.Account, error) {
	book, err := s.book()
	if err != nil {
		return nil, account.Account{}, err
	}
	a, known := book.Account(r.who.person.Identity)
	if !known {
		return nil, a, wire.Errorf(wire.KindNotFound, "you have no account here; your app says who you are")
	}
	return book, a, nil
}

// updateMe is POST /v1/desk/me.
func (s *Server) updateMe(r *request) (any, error) {
	b := r.body.(*wire.UpdateProfile)
	book, a, err := s.mine(r)
	if err != nil {
		return nil, err
	}
	if b.Avatar != "" && b.Avatar != a.Avatar && !account.Uploaded(b.Avatar) {
		// Callers' browsers fetch it: where from is not for everybody to choose.
		e := wire.Errorf(wire.KindBadRequest, "upload a picture; one from elsewhere is an admin's to set")
		e.Data = wire.ErrorData{Kind: wire.KindBadRequest, Field: "avatar"}
		return nil, e
	}
	a.Name, a.Email, a.Avatar, a.Version = b.Name, b.Email, b.Avatar, b.Version
	return accountOr(book.Update(r.Context(), s.actor(r), a))
}

// setMyPassword is POST /v1/desk/me/password. Wrong current ones are throttled
// as logins are.
func (s *Server) setMyPassword(r *request) (any, error) {
	b := r.body.(*wire.SetPassword)
	book, a, err := s.mine(r)
	if err != nil {
		return nil, err
	}
	if err := book.CheckCurrent(r.Context(), a.Identity, b.Current, s.actor(r).Address); err != nil {
		return nil, err
	}
	return nil, book.SetPassword(r.Context(), s.actor(r), a.Identity, b.Password, r.who.claims.Session)
}

// uploadAvatar is POST /v1/desk/me/avatar.
func (s *Server) uploadAvatar(r *request) (any, error) {
	book, a, err := s.mine(r)
	if err != nil {
		return nil, err
	}
	picture, err := r.body.(*wire.UploadAvatar).Bytes()
	if err != nil {
		return nil, wire.Wrap(wire.KindBadRequest, err, "image must be base64")
	}
	if a.Avatar, err = book.PutAvatar(r.Context(), picture); err != nil {
		return nil, err
	}
	if a, err = book.Update(r.Context(), s.actor(r), a); err != nil {
		return nil, err
	}
	return wire.UploadAvatarResult{Account: wireAccount(a)}, nil
}

// avatar is GET /v1/avatars/{file}. The name is of the content, so it never
// changes.
func (s *Server) avatar(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	picture, err := book.Avatar(r.Context(), strings.TrimSuffix(r.PathValue("file"), ".jpg"))
	if err != nil {
		return nil, err
	}
	r.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	r.w.Header().Set("X-Content-Type-Options", "nosniff")
	return reply{http.StatusOK, "image/jpeg", picture}, nil
}

// listSessions is GET /v1/desk/sessions: one's own, or everybody's.
func (s *Server) listSessions(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	of := r.who.person.Identity
	if r.URL.Query().Get("all") == "true" {
		if r.who.app == "" && !r.who.person.Role.AtLeast(account.Admin) {
			return nil, wire.Errorf(wire.KindForbidden, "only an admin sees everybody's sessions")
		}
		of = ""
	} else if r.who.app != "" {
		of = ""
	}
	out := wire.SessionList{Sessions: []wire.Session{}}
	for _, l := range book.Sessions(of) {
		out.Sessions = append(out.Sessions, wire.Session{ID: l.ID, Identity: l.Identity, CreatedAt: l.Created.UnixMilli(), ExpiresAt: l.Expires.UnixMilli(),
			Address: l.Address, Client: l.Client, Current: l.ID == r.who.claims.Session})
	}
	return out, nil
}

// endSession is DELETE /v1/desk/sessions/{id}: one's own, or anybody's for an
// admin.
func (s *Server) endSession(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	of := r.who.person.Identity
	if r.who.app != "" || r.who.person.Role.AtLeast(account.Admin) {
		of = ""
	}
	return nil, book.End(r.Context(), s.actor(r), r.PathValue("id"), of)
}

// listAccounts is GET /v1/desk/accounts.
func (s *Server) listAccounts(*request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	out := wire.AccountList{Accounts: []wire.Account{}}
	for _, a := range book.Accounts() {
		out.Accounts = append(out.Accounts, wireAccount(a))
	}
	return out, nil
}

// createAccount is POST /v1/desk/accounts.
func (s *Server) createAccount(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	b := r.body.(*wire.CreateAccount)
	return accountOr(book.Create(r.Context(), s.actor(r), account.Account{Identity: b.Identity, Name: b.Name, Email: b.Email, Avatar: b.Avatar,
		Role: account.Role(b.Role), Skills: b.Skills, Languages: b.Languages, Capacity: b.Capacity}, b.Password))
}

// updateAccount is POST /v1/desk/accounts/{id}.
func (s *Server) updateAccount(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	b := r.body.(*wire.UpdateAccount)
	return accountOr(book.Update(r.Context(), s.actor(r), account.Account{Identity: r.PathValue("id"), Name: b.Name, Email: b.Email, Avatar: b.Avatar,
		Role: account.Role(b.Role), Skills: b.Skills, Languages: b.Languages, Capacity: b.Capacity, Disabled: b.Disabled, Version: b.Version}))
}

// setPassword is POST /v1/desk/accounts/{id}/password.
func (s *Server) setPassword(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	return nil, book.SetPassword(r.Context(), s.actor(r), r.PathValue("id"), r.body.(*wire.SetPassword).Password, "")
}

// audit is GET /v1/desk/audit.
func (s *Server) audit(r *request) (any, error) {
	book, err := s.book()
	if err != nil {
		return nil, err
	}
	q := r.URL.Query()
	before, err := intParam(q, "before", 0, 0, math.MaxInt64)
	if err != nil {
		return nil, err
	}
	limit, err := intParam(q, "limit", 100, 1, 500)
	if err != nil {
		return nil, err
	}
	lines, err := book.Changes(r.Context(), before, int(limit))
	if err != nil {
		return nil, err
	}
	out := wire.ChangeList{Changes: []wire.Change{}}
	for _, l := range lines {
		out.Changes = append(out.Changes, wire.Change{Seq: l.Seq, Time: l.At.UnixMilli(), By: l.By.Identity, Address: l.By.Address,
			Action: l.Action, Object: l.Object, Before: l.Before, After: l.After})
		out.Next = l.Seq
	}
	if len(lines) == 0 || out.Next == 1 {
		out.Next = 0
	}
	return out, nil
}

func accountOr(a account.Account, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return wireAccount(a), nil
}

func wireAccount(a account.Account) wire.Account {
	return wire.Account{Identity: a.Identity, Name: a.Name, Email: a.Email, Avatar: a.Avatar, Role: string(a.Role), Skills: a.Skills, Languages: a.Languages,
		Capacity: a.Capacity, Disabled: a.Disabled, Version: a.Version, CreatedAt: a.Created.UnixMilli(), UpdatedAt: a.Updated.UnixMilli()}
}
