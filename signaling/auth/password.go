package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// What HashPassword uses: the second choice of RFC 9106 scaled to OWASP's
// minimum for interactive logins on small machines.
const (
	hashMemory  = 19 << 10 // KiB
	hashTime    = 2
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// The most a stored hash may ask for, so that a slip in a file of users does
// not take the server's memory.
const (
	mostMemory = 256 << 10 // KiB
	mostTime   = 16
)

// hash is an argon2id hash with what made it.
type hash struct {
	memory, time uint32
	threads      uint8
	salt, sum    []byte
}

// HashPassword returns the argon2id hash of a password as a PHC string.
func HashPassword(password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("auth: salt: %w", err)
	}
	h := hash{memory: hashMemory, time: hashTime, threads: hashThreads, salt: salt}
	h.sum = h.compute(password, hashLength)
	return h.String(), nil
}

// String is the PHC form: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (h hash) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.time, h.threads,
		base64.RawStdEncoding.EncodeToString(h.salt), base64.RawStdEncoding.EncodeToString(h.sum))
}

func (h hash) compute(password string, length uint32) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, length)
}

func (h hash) matches(password string) bool {
	return subtle.ConstantTimeCompare(h.compute(password, uint32(len(h.sum))), h.sum) == 1
}

var errHash = errors.New("auth: not an argon2id hash in PHC form")

func parseHash(s string) (h hash, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); n != 3 || err != nil {
		return h, errHash
	}
	if parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", h.memory, h.time, h.threads) {
		return h, errHash
	}
	if h.threads == 0 || h.time == 0 || h.time > mostTime || h.memory < 8*uint32(h.threads) || h.memory > mostMemory {
		return h, fmt.Errorf("%w: cost out of range", errHash)
	}
	strict := base64.RawStdEncoding.Strict()
	if h.salt, err = strict.DecodeString(parts[4]); err != nil || len(h.salt) < 8 || len(h.salt) > 64 {
		return h, fmt.Errorf("%w: salt", errHash)
	}
	if h.sum, err = strict.DecodeString(parts[5]); err != nil || len(h.sum) < 16 || len(h.sum) > 64 {
		return h, fmt.Errorf("%w: hash", errHash)
	}
	return h, nil
}
