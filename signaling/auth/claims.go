package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/relevo/relevo/signaling/wire"
)

const (
	maxToken = 8 << 10         // bytes of a token that is looked at
	leeway   = 5 * time.Second // by which two clocks may differ
)

// Claims are what a token says of who carries it.
type Claims struct {
	ID       string // jti; made by Sign when empty
	Key      string // iss: the app's key, whose secret signs
	Identity string // sub
	Call     string // the call it is for; empty only with Desk
	Role     string // as in wire.Role
	Name     string
	Avatar   string
	Email    string
	Desk     bool      // a console's token: for many calls
	Session  string    // of a login at the console; "" for one that an app signed
	DeskRole string    // what a person whom an app has logged in may do: agent, supervisor, admin
	Expires  time.Time // whole seconds
}

// Keyring knows the apps' keys and secrets. It never changes, so any goroutine
// may use it.
type Keyring struct {
	secrets map[string][]byte
	parser  *jwt.Parser
}

// NewKeyring makes a keyring of key -> secret.
func NewKeyring(secrets map[string]string) *Keyring {
	k := &Keyring{
		secrets: make(map[string][]byte, len(secrets)),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithExpirationRequired(),
			jwt.WithLeeway(leeway),
			jwt.WithIssuedAt(),
			jwt.WithStrictDecoding(),
		),
	}
	for key, secret := range secrets {
		if key != "" && secret != "" { // an empty secret would be everybody's
			k.secrets[key] = []byte(secret)
		}
	}
	return k
}

// payload is the JSON of a token.
type payload struct {
	jwt.RegisteredClaims
	Relevo *relevoClaim `json:"relevo"`
}

type relevoClaim struct {
	Call   string `json:"call,omitempty"`
	Role   string `json:"role,omitempty"`
	Name   string `json:"name,omitempty"`
	Avatar string `json:"avatar,omitempty"`
	Email  string `json:"email,omitempty"`
	Desk   bool   `json:"desk,omitempty"`

	Session  string `json:"session,omitempty"`
	DeskRole string `json:"deskRole,omitempty"`
}

// Sign makes a token of c, signed by the secret of c.Key, that expires ttl from
// now; c.Expires is ignored.
func (k *Keyring) Sign(c Claims, ttl time.Duration) (string, error) {
	secret, ok := k.secrets[c.Key]
	if !ok {
		return "", fmt.Errorf("auth: unknown key %q", c.Key)
	}
	if c.ID == "" {
		c.ID = rand.Text()
	}
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, payload{
		RegisteredClaims: jwt.RegisteredClaims{
			ID:        c.ID,
			Issuer:    c.Key,
			Subject:   c.Identity,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
		},
		Relevo: &relevoClaim{Call: c.Call, Role: c.Role, Name: c.Name, Avatar: c.Avatar, Email: c.Email, Desk: c.Desk,
			Session: c.Session, DeskRole: c.DeskRole},
	}).SignedString(secret)
}

var errUnknownKey = errors.New("unknown key")

// Verify checks a token and returns what it says. Its errors are *wire.Error of
// KindUnauthorized. Whether a token may be used twice is not its business.
func (k *Keyring) Verify(token string) (Claims, error) {
	if len(token) > maxToken {
		return Claims{}, refuse("the token is too long", nil)
	}
	if token == "" {
		return Claims{}, refuse("a token is needed", nil)
	}
	var p payload
	_, err := k.parser.ParseWithClaims(token, &p, func(t *jwt.Token) (any, error) {
		secret, ok := k.secrets[p.Issuer]
		if !ok {
			return nil, errUnknownKey
		}
		return secret, nil
	})
	if err != nil {
		return Claims{}, refuse(reason(err), err)
	}
	switch {
	case p.Relevo == nil:
		return Claims{}, refuse("the token has no relevo claim", nil)
	case p.ID == "":
		return Claims{}, refuse("the token has no jti", nil)
	case p.Subject == "":
		return Claims{}, refuse("the token has no sub", nil)
	case p.Relevo.Call == "" && !p.Relevo.Desk:
		return Claims{}, refuse("the token names no call", nil)
	}
	return Claims{
		ID: p.ID, Key: p.Issuer, Identity: p.Subject,
		Call: p.Relevo.Call, Role: p.Relevo.Role, Name: p.Relevo.Name, Avatar: p.Relevo.Avatar, Email: p.Relevo.Email,
		Desk: p.Relevo.Desk, Session: p.Relevo.Session, DeskRole: p.Relevo.DeskRole, Expires: p.ExpiresAt.UTC(),
	}, nil
}

// reason is what the peer may know. A token by a foreign key and one with a
// wrong signature read the same, so that nobody can ask which keys exist.
func reason(err error) string {
	switch {
	case errors.Is(err, errUnknownKey):
		return "the token is not signed by a known key"
	case strings.Contains(err.Error(), "signing method"): // the library has no value for these three
		return "the token must be signed with HS256"
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return "the token is not signed by a known key"
	case errors.Is(err, jwt.ErrTokenExpired):
		return "the token has expired"
	case errors.Is(err, jwt.ErrTokenNotValidYet), errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return "the token is not valid yet"
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return "the token has no exp"
	}
	return "the token is malformed"
}

func refuse(message string, cause error) error {
	return wire.Wrap(wire.KindUnauthorized, cause, message)
}

// Basic checks an app's key and secret in a time that does not tell which of
// them is wrong, nor where.
func (k *Keyring) Basic(user, password string) bool {
	secret, known := k.secrets[user]
	got, want := sha256.Sum256([]byte(password)), sha256.Sum256(secret)
	return hmac.Equal(got[:], want[:]) && known
}
