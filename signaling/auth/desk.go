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
	placeTries    = 5    // wrong passwords for one identity from one address in a window
	identityTries = 30   // for one identity from addresses where it has never logged in
	addressTries  = 20   // from one address, but for identities that have logged in there
	tracked       = 4096 // identities, addresses, and pairs of them, remembered at most
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

	places     *throttle // an identity from an address
	identities *throttle
	addresses  *throttle
	familiar   *familiar // places
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
		places:     newThrottle(placeTries, tryWindow, tracked),
		identities: newThrottle(identityTries, tryWindow, tracked),
		addresses:  newThrottle(addressTries, tryWindow, tracked),
		familiar:   newFamiliar(tracked),
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

// Familiar says that an identity has logged in from an address before, at that
// time: a server that has just started does not know it by itself.
func (d *Desk) Familiar(identity, remoteAddr string, at time.Time) {
	d.familiar.add(throttleName(identity)+throttleAddress(remoteAddr), at)
}

// Login checks a password. remoteAddr is an address with or without port. Its
// errors are *wire.Error: KindUnauthorized for a wrong identity or password,
// which read and last the same; KindRateLimited after too many of them for the
// identity or from the address, with {"retryAfter": seconds} as Data;
// KindTimeout where ctx ended first.
//
// What others get wrong in somebody's name, or from the same office, does not
// keep that person from logging in where they have logged in before.
func (d *Desk) Login(ctx context.Context, identity, password, remoteAddr string) (User, error) {
	if len(password) > maxPassword {
		return User{}, wire.Errorf(wire.KindUnauthorized, "wrong name or password")
	}
	forgive, wait := d.take(throttleName(identity), throttleAddress(remoteAddr))
	if wait > 0 {
		return User{}, tooMany(wait)
	}
	u, known, err := d.lookup(ctx, identity)
	if err != nil {
		forgive()
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
		forgive()
		return User{}, wire.Wrap(wire.KindTimeout, ctx.Err(), "the login took too long")
	}
	right := h.matches(password)
	<-d.hashing
	if !right || !known {
		return User{}, wire.Errorf(wire.KindUnauthorized, "wrong name or password")
	}
	forgive()
	d.Familiar(identity, remoteAddr, time.Now())
	return u, nil
}

// take counts a try wherever it counts, or says how long to wait. forgive takes
// it back.
func (d *Desk) take(who, where string) (forgive func(), wait time.Duration) {
	type count struct {
		of   *throttle
		name string
	}
	counts := []count{{d.places, who + where}}
	if !d.familiar.has(who + where) {
		counts = append(counts, count{d.addresses, where}, count{d.identities, who})
	}
	for i, c := range counts {
		if wait := c.of.take(c.name); wait > 0 {
			// It was not tried, so it counts nowhere.
			for _, c := range counts[:i] {
				c.of.forgive(c.name)
			}
			return nil, wait
		}
	}
	return func() {
		for _, c := range counts {
			c.of.forgive(c.name)
		}
	}, 0
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
