package wire

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"
)

// Account is one of the desk's people.
type Account struct {
	Identity  string         `json:"identity"` // what they log in with
	Name      string         `json:"name"`     // as callers see it
	Email     string         `json:"email,omitempty"`
	Avatar    string         `json:"avatar,omitempty"`
	Role      string         `json:"role"`                // agent, supervisor, admin
	Skills    map[string]int `json:"skills,omitempty"`    // name -> level, 1 to 5
	Languages map[string]int `json:"languages,omitempty"` // BCP 47 -> level, 1 to 5
	Capacity  int            `json:"capacity"`            // calls at a time
	Disabled  bool           `json:"disabled,omitempty"`  // may not log in
	Version   int64          `json:"version"`
	CreatedAt int64          `json:"createdAt"` // Unix milliseconds
	UpdatedAt int64          `json:"updatedAt"`
}

// AccountList answers GET /v1/desk/accounts, by name.
type AccountList struct {
	Accounts []Account `json:"accounts"`
}

// CreateAccount is the body of POST /v1/desk/accounts.
type CreateAccount struct {
	Identity  string         `json:"identity"`
	Password  string         `json:"password"` // at least 10 characters
	Name      string         `json:"name"`
	Email     string         `json:"email,omitempty"`
	Avatar    string         `json:"avatar,omitempty"`
	Role      string         `json:"role"`
	Skills    map[string]int `json:"skills,omitempty"`
	Languages map[string]int `json:"languages,omitempty"`
	Capacity  int            `json:"capacity,omitempty"` // 1 when absent
}

// UpdateAccount is the body of POST /v1/desk/accounts/{id}: all that an account
// says. Version is the one that was read.
type UpdateAccount struct {
	Name      string         `json:"name"`
	Email     string         `json:"email,omitempty"`
	Avatar    string         `json:"avatar,omitempty"`
	Role      string         `json:"role"`
	Skills    map[string]int `json:"skills,omitempty"`
	Languages map[string]int `json:"languages,omitempty"`
	Capacity  int            `json:"capacity"`
	Disabled  bool           `json:"disabled,omitempty"`
	Version   int64          `json:"version"`
}

// UpdateProfile is the body of POST /v1/desk/me: what people may say of
// themselves.
type UpdateProfile struct {
	Name    string `json:"name"`
	Email   string `json:"email,omitempty"`
	Avatar  string `json:"avatar,omitempty"`
	Version int64  `json:"version"`
}

// SetPassword is the body of POST /v1/desk/accounts/{id}/password, and of
// /v1/desk/me/password with the current one.
type SetPassword struct {
	Current  string `json:"current,omitempty"`
	Password string `json:"password"`
}

// UploadAvatar is the body of POST /v1/desk/me/avatar: a JPEG, PNG or GIF of at
// most 4 MB, in base64. The picture's middle square is kept.
type UploadAvatar struct {
	Image string `json:"image"`
}

// UploadAvatarResult answers it; the profile has it already.
type UploadAvatarResult struct {
	Account Account `json:"account"`
}

// Session is one login.
type Session struct {
	ID        string `json:"id"`
	Identity  string `json:"identity"`
	CreatedAt int64  `json:"createdAt"` // Unix milliseconds
	ExpiresAt int64  `json:"expiresAt"`
	Address   string `json:"address"`           // IP it came from
	Client    string `json:"client,omitempty"`  // the browser, as it calls itself
	Current   bool   `json:"current,omitempty"` // the one that asks
}

// SessionList answers GET /v1/desk/sessions, newest first.
type SessionList struct {
	Sessions []Session `json:"sessions"`
}

// Me answers GET /v1/desk/me.
type Me struct {
	Account   Account `json:"account"`
	ExpiresAt int64   `json:"expiresAt"` // of the token, Unix milliseconds
}

// Change is a line of the audit log.
type Change struct {
	Seq     int64           `json:"seq"`
	Time    int64           `json:"time"` // Unix milliseconds
	By      string          `json:"by"`   // identity; "server", or "app:" and its key
	Address string          `json:"address,omitempty"`
	Action  string          `json:"action"` // e.g. account.changed
	Object  string          `json:"object,omitempty"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
}

// ChangeList answers GET /v1/desk/audit, newest first; ask again with
// before=Next while it is not 0.
type ChangeList struct {
	Changes []Change `json:"changes"`
	Next    int64    `json:"next"`
}

// Validate implements Validator. What else an account must be is said with the
// field it concerns, when it is made.
func (c *CreateAccount) Validate() error {
	if c.Capacity == 0 {
		c.Capacity = 1
	}
	return CheckIdentity(c.Identity)
}

// Validate implements Validator.
func (u *UpdateAccount) Validate() error {
	if u.Version < 1 {
		return invalid("version is that of the account as it was read")
	}
	return nil
}

// Validate implements Validator.
func (u *UpdateProfile) Validate() error {
	if u.Version < 1 {
		return invalid("version is that of the account as it was read")
	}
	return nil
}

// Validate implements Validator.
func (s *SetPassword) Validate() error {
	if s.Password == "" || len(s.Password) > 1024 || len(s.Current) > 1024 || !utf8.ValidString(s.Password) {
		return invalid("password must have 1 to 1024 bytes")
	}
	return nil
}

// Validate implements Validator.
func (u *UploadAvatar) Validate() error {
	if _, err := u.Bytes(); err != nil || u.Image == "" {
		return invalid("image must be base64")
	}
	return nil
}

// Bytes is the picture.
func (u *UploadAvatar) Bytes() ([]byte, error) { return base64.StdEncoding.DecodeString(u.Image) }
