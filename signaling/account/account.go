package account

import (
	"fmt"
	"net/mail"
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
	case a.Identity == "" || len(a.Identity) > maxIdentity || strings.ContainsFunc(a.Identity, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == ':' }):
		return invalid("identity", "1 to %d characters without spaces or colons", maxIdentity)
	case strings.TrimSpace(a.Name) == "" || utf8.RuneCountInString(a.Name) > maxName || strings.ContainsFunc(a.Name, unicode.IsControl) || !utf8.ValidString(a.Name):
		return invalid("name", "1 to %d characters", maxName)
	case a.Role.rank() == 0:
		return invalid("role", "agent, supervisor or admin")
	case a.Capacity < 1 || a.Capacity > maxCapacity:
		return invalid("capacity", "1 to %d calls at a time", maxCapacity)
	case len(a.Avatar) > maxAvatarURL || a.Avatar != "" && !strings.HasPrefix(a.Avatar, "/v1/avatars/") && !strings.HasPrefix(a.Avatar, "https://"):
		return invalid("avatar", "an uploaded picture or an https URL")
	}
	if a.Email != "" {
		if at, err := mail.ParseAddress(a.Email); err != nil || at.Address != a.Email || len(a.Email) > 254 {
			return invalid("email", "an e-mail address such as dana@example.com")
		}
	}
	if err := checkLevels("skills", a.Skills); err != nil {
		return err
	}
	return checkLevels("languages", a.Languages)
}

func checkLevels(member string, levels map[string]int) error {
	if len(levels) > maxSkills {
		return invalid(member, "at most %d", maxSkills)
	}
	for name, level := range levels {
		if strings.TrimSpace(name) != name || name == "" || utf8.RuneCountInString(name) > maxName || level < 1 || level > 5 {
			return invalid(member, "names of at most %d characters with levels from 1 to 5", maxName)
		}
	}
	return nil
}

// CheckPassword says what is wrong with a new password. Length is what counts;
// it must not be what is known about its owner.
func CheckPassword(a *Account, password string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case n < minPassword:
		return invalid("password", "at least %d characters", minPassword)
	case len(password) > maxPassword:
		return invalid("password", "at most %d bytes", maxPassword)
	case strings.Count(password, password[:1]) == len(password):
		return invalid("password", "more than one character over and over")
	case lower == strings.ToLower(a.Identity) || lower == strings.ToLower(a.Name) || a.Email != "" && lower == strings.ToLower(a.Email):
		return invalid("password", "not your name or address")
	}
	return nil
}

func invalid(member, format string, args ...any) error {
	e := wire.Errorf(wire.KindBadRequest, "%s: %s", member, fmt.Sprintf(format, args...))
	e.Data = map[string]string{"field": member}
	return e
}
