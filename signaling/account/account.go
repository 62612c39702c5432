package account

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/relevo/relevo/signaling/wire"
)

// Role is what an account may do. Each may do what those before it may.
type Role string

// The roles.
const (
	Agent      Role = "agent"
	Supervisor Role = "supervisor"
	Admin      Role = "admin"
)

// AtLeast says whether r may do what least may.
func (r Role) AtLeast(least Role) bool { return r.rank() >= least.rank() && r.rank() > 0 }

func (r Role) rank() int {
	switch r {
	case Agent:
		return 1
	case Supervisor:
		return 2
	case Admin:
		return 3
	}
	return 0
}

// Account is one of the desk's people.
type Account struct {
	Identity  string         `json:"identity"` // what they log in with; never changes
	Name      string         `json:"name"`     // as callers see it
	Email     string         `json:"email,omitempty"`
	Avatar    string         `json:"avatar,omitempty"` // URL, /v1/avatars/… for uploaded ones
	Role      Role           `json:"role"`
	Skills    map[string]int `json:"skills,omitempty"`    // name -> level, 1 to 5
	Languages map[string]int `json:"languages,omitempty"` // BCP 47 -> level, 1 to 5
	Capacity  int            `json:"capacity"`            // calls at a time
	Disabled  bool           `json:"disabled,omitempty"`  // may not log in

	Version int64     `json:"version"` // grows with each change
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

// server is who does what nobody asked for, in the audit log.
const server = "server"

// The limits of an account.
const (
	maxIdentity  = 128
	maxName      = 80 // characters
	maxSkills    = 50
	maxCapacity  = 20
	minPassword  = 10 // characters
	maxPassword  = 512
	maxAvatarURL = 512
)

// Validate says what a form is to show, the member's name first.
func (a *Account) Validate() error {
	switch {
	case a.Identity == "" || len(a.Identity) > maxIdentity || strings.ContainsFunc(a.Identity, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == ':' }):
		return invalid("identity", "identity", "1 to %d characters without spaces or colons", maxIdentity)
	case a.Identity == server:
		return invalid("identity", "reserved", "%q is what the server calls itself; choose another", server)
	case strings.TrimSpace(a.Name) == "" || utf8.RuneCountInString(a.Name) > maxName || strings.ContainsFunc(a.Name, unicode.IsControl) || !utf8.ValidString(a.Name):
		return invalid("name", "name", "1 to %d characters", maxName)
	case a.Role.rank() == 0:
		return invalid("role", "role", "agent, supervisor or admin")
	case a.Capacity < 1 || a.Capacity > maxCapacity:
		return invalid("capacity", "capacity", "1 to %d calls at a time", maxCapacity)
	case a.Avatar != "" && !isAvatar(a.Avatar):
		return invalid("avatar", "avatar", "an uploaded picture or an https URL")
	}
	if a.Email != "" {
		if at, err := mail.ParseAddress(a.Email); err != nil || at.Address != a.Email || len(a.Email) > 254 {
			return invalid("email", "email", "an e-mail address such as dana@example.com")
		}
	}
	if err := checkLevels("skills", a.Skills); err != nil {
		return err
	}
	return checkLevels("languages", a.Languages)
}

func checkLevels(member string, levels map[string]int) error {
	if len(levels) > maxSkills {
		return invalid(member, "tooMany", "at most %d", maxSkills)
	}
	for name, level := range levels {
		if strings.TrimSpace(name) != name || name == "" || utf8.RuneCountInString(name) > maxName || level < 1 || level > 5 {
			return invalid(member, "levels", "names of at most %d characters with levels from 1 to 5", maxName)
		}
	}
	return nil
}

// isAvatar: a picture that was uploaded here, or one that is elsewhere.
func isAvatar(address string) bool {
	if len(address) > maxAvatarURL {
		return false
	}
	if _, ok := avatarID(address); ok {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// CheckPassword says what is wrong with a new password. Length is what counts;
// it must be neither one that everybody tries first, nor what is known about its
// owner.
func CheckPassword(a *Account, password string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	first, _ := utf8.DecodeRuneInString(lower)
	_, common := slices.BinarySearch(commonPasswords(), lower)
	switch {
	case n < minPassword:
		return invalid("password", "short", "at least %d characters", minPassword)
	case len(password) > maxPassword:
		return invalid("password", "tooLong", "at most %d bytes", maxPassword)
	case strings.TrimLeft(lower, string(first)) == "":
		return invalid("password", "repeated", "more than one character over and over")
	case lower == strings.ToLower(a.Identity) || lower == strings.ToLower(a.Name) || a.Email != "" && lower == strings.ToLower(a.Email):
		return invalid("password", "own", "not your name or address")
	case common:
		return invalid("password", "common", "this is one of the passwords that are tried first; choose another")
	}
	return nil
}

// invalid is what is wrong with a member of a form. The code says so to the
// form, which knows the reader's language.
func invalid(member, code, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	return problem(wire.Errorf(wire.KindBadRequest, "%s: %s", member, message), member, code, message)
}

// conflict is what is wrong with a member because of what there is already.
func conflict(member, code, format string, args ...any) error {
	e := wire.Errorf(wire.KindConflict, format, args...)
	return problem(e, member, code, e.Message)
}

func problem(e *wire.Error, member, code, message string) error {
	e.Data = wire.ErrorData{Kind: e.Kind, Field: member, Problems: []wire.FieldProblem{{Field: member, Code: code, Message: message}}}
	return e
}
