package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/relevo/relevo/signaling/wire"
)

const (
	identityTries = 5    // wrong passwords for one identity in a window
	addressTries  = 20   // wrong passwords from one address in a window
	tracked       = 4096 // identities, and addresses, remembered at most
	hashesAtOnce  = 2    // each takes 19 MiB
	maxPassword   = 1024 // bytes
	tryWindow     = time.Minute
)

// User is one who may log in to the console.
type User struct {
	Identity, Name, Avatar string
	PasswordHash           string // as HashPassword makes it
}

// Desk is who may log in to the console. Any goroutine may use it.
type Desk struct {
	lookup  Lookup
	decoy   hash          // checked for unknown users, so that they take as long
	hashing chan struct{} // a slot for each hash being computed

	identities *throttle
	addresses  *throttle
}

// Lookup finds a user by identity, PasswordHash "" for one who may not log in.
// Its errors are told as they are.
type Lookup func(ctx context.Context, identity string) (u User, known bool, err error)

// NewDeskOf makes a desk of users that are kept elsewhere.
func NewDeskOf(lookup Lookup) *Desk {
	return &Desk{
		lookup:     lookup,
		decoy:      hash{memory: hashMemory, time: hashTime, threads: hashThreads, salt: make([]byte, saltLength), sum: make([]byte, hashLength)},
		hashing:    make(chan struct{}, hashesAtOnce),
		identities: newThrottle(identityTries, tryWindow, tracked),
		addresses:  newThrottle(addressTries, tryWindow, tracked),
	}
}

// NewDesk makes a desk of users. It fails where a hash cannot be read and where
// an identity is empty or given twice.
func NewDesk(users []User) (*Desk, error) {
	fixed := make(map[string]User, len(users))
	d := NewDeskOf(func(_ context.Context, identity string) (User, bool, error) {
		u, known := fixed[identity]
		return u, known, nil
	})
	for i, u := range users {
		if _, twice := fixed[u.Identity]; twice || u.Identity == "" {
			return nil, fmt.Errorf("auth: desk user %d: empty or repeated identity", i)
		}
		h, err := parseHash(u.PasswordHash)
		if err != nil {
			return nil, fmt.Errorf("desk user %d: %w", i, err)
		}
		fixed[u.Identity] = u
		d.decoy.memory, d.decoy.time, d.decoy.threads = h.memory, h.time, h.threads
	}
	return d, nil
}

// MatchesHash says whether a password is that of a hash.
func MatchesHash(hash, password string) bool {
	h, err := parseHash(hash)
	return err == nil && h.matches(password)
}

// CheckHash says what is wrong with a password's hash.
func CheckHash(s string) error {
	_, err := parseHash(s)
	return err
}

// Login checks a password. remoteAddr is an address with or without port. Its
// errors are *wire.Error: KindUnauthorized for a wrong identity or password,
// which read and last the same; KindRateLimited after too many of them for the
// identity or from the address, with {"retryAfter": seconds} as Data;
// KindTimeout where ctx ended first.
func (d *Desk) Login(ctx context.Context, identity, password, remoteAddr string) (User, error) {
	if len(password) > maxPassword {
		return User{}, wire.Errorf(wire.KindUnauthorized, "wrong name or password")
	}
	who, where := throttleName(identity), throttleAddress(remoteAddr)
	if wait := d.addresses.take(where); wait > 0 {
		return User{}, tooMany(wait)
	}
	if wait := d.identities.take(who); wait > 0 {
		return User{}, tooMany(wait)
	}
	u, known, err := d.lookup(ctx, identity)
	if err != nil {
		d.addresses.forgive(where)
		d.identities.forgive(who)
		return User{}, err
	}
	h := d.decoy
	if known {
		parsed, err := parseHash(u.PasswordHash)
		if known = err == nil; known {
			h = parsed
		}
	}
	select {
	case d.hashing <- struct{}{}:
	case <-ctx.Done():
		d.addresses.forgive(where)
		d.identities.forgive(who)
		return User{}, wire.Wrap(wire.KindTimeout, ctx.Err(), "the login took too long")
	}
	right := h.matches(password)
	<-d.hashing
	if !right || !known {
		return User{}, wire.Errorf(wire.KindUnauthorized, "wrong name or password")
	}
	d.addresses.forgive(where)
	d.identities.forgive(who)
	return u, nil
}

func tooMany(wait time.Duration) error {
	e := wire.Errorf(wire.KindRateLimited, "too many attempts, wait a minute")
	e.Data = map[string]int{"retryAfter": int((wait + time.Second - 1) / time.Second)}
	return e
}

// throttleName bounds what a name takes in memory, whatever a peer sends.
func throttleName(identity string) string {
	sum := sha256.Sum256([]byte(identity))
	return string(sum[:])
}

// throttleAddress is the host; of IPv6 the /64, which is one site's to spend.
func throttleAddress(remoteAddr string) string {
	host, _, err := net.SplitHostPort(remoteAddr)
	if err != nil {
		host = remoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return throttleName(host)
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		p, err := a.Prefix(64)
		if err == nil {
			return p.String()
		}
	}
	return a.String()
}
