package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/relevo/relevo/signaling/wire"
)

// cheap is a hash that costs a test little.
func cheap(password string) string {
	h := hash{memory: 64, time: 1, threads: 1, salt: []byte("salt salt")}
	h.sum = argon2.IDKey([]byte(password), h.salt, h.time, h.memory, h.threads, 16)
	return h.String()
}

func desk(t testing.TB) *Desk {
	t.Helper()
	d, err := NewDesk([]User{
		{Identity: "ann", Name: "Ann", Avatar: "a", PasswordHash: cheap("right")},
		{Identity: "bob", PasswordHash: cheap("bob's")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func kind(err error) wire.ErrorKind {
	var e *wire.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Kind
}

func TestHashPassword(t *testing.T) {
	one, err := HashPassword("p")
	if err != nil {
		t.Fatal(err)
	}
	two, err := HashPassword("p")
	if err != nil || one == two {
		t.Fatalf("the same salt twice: %s, %v", one, err)
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error(one)
	}
	h, err := parseHash(one)
	if err != nil || !h.matches("p") || h.matches("q") || h.matches("") {
		t.Errorf("%+v, %v", h, err)
	}
	// A test vector of the reference implementation (phc-winner-argon2, src/test.c).
	const foreign = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if h, err := parseHash(foreign); err != nil || !h.matches("password") {
		t.Errorf("a hash of the reference implementation: %v", err)
	}
}

func TestParseHashRefuses(t *testing.T) {
	ok := cheap("x")
	if _, err := parseHash(ok); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		"", "x", "$", "$argon2id", ok + "$", " " + ok, ok + " ", "$$$$$",
		strings.Replace(ok, "argon2id", "argon2i", 1), strings.Replace(ok, "v=19", "v=16", 1),
		strings.Replace(ok, "m=64", "m=0", 1), strings.Replace(ok, "m=64", "m=4294967295", 1), strings.Replace(ok, "m=64", "m=99999999999", 1),
		strings.Replace(ok, "m=64", "m=064", 1), strings.Replace(ok, "t=1", "t=0", 1), strings.Replace(ok, "t=1", "t=1000", 1),
		strings.Replace(ok, "p=1", "p=0", 1), strings.Replace(ok, "p=1", "p=256", 1), strings.Replace(ok, "p=1", "p=9", 1),
		ok[:strings.LastIndex(ok, "$")+1], ok[:len(ok)-10], strings.Replace(ok, "c2Fs", "!!!!", 1),
		"$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	} {
		if h, err := parseHash(s); err == nil {
			t.Errorf("accepted %q: %+v", s, h)
		}
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(cheap("x"))
	f.Add("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA")
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := parseHash(s); err == nil && (h.String() != s || h.memory > mostMemory || h.time > mostTime) {
			t.Fatalf("%q became %q", s, h)
		}
	})
}

func TestNewDeskRefuses(t *testing.T) {
	for name, users := range map[string][]User{
		"no identity": {{PasswordHash: cheap("x")}},
		"twice":       {{Identity: "a", PasswordHash: cheap("x")}, {Identity: "a", PasswordHash: cheap("x")}},
		"plain text":  {{Identity: "a", PasswordHash: "secret"}},
		"none":        {{Identity: "a"}},
	} {
		if _, err := NewDesk(users); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLogin(t *testing.T) {
	d := desk(t)
	u, err := d.Login(t.Context(), "ann", "right", "192.0.2.1:5")
	if err != nil || u.Name != "Ann" || u.Identity != "ann" {
		t.Fatalf("%+v, %v", u, err)
	}
	// Even a password that fits the decoy lets nobody in.
	d.decoy, _ = parseHash(cheap("right"))
	var messages []string
	for _, try := range [][2]string{{"ann", "wrong"}, {"ann", ""}, {"nobody", "right"}, {"", ""}, {"bob", "right"}, {"ann", strings.Repeat("x", maxPassword+1)}} {
		u, err := d.Login(t.Context(), try[0], try[1], "192.0.2.1:5")
		if kind(err) != wire.KindUnauthorized || u != (User{}) {
			t.Errorf("%q: %+v, %v", try, u, err)
		}
		messages = append(messages, err.Error())
	}
	for _, m := range messages[1:] {
		if m != messages[0] {
			t.Errorf("the answers differ: %q", messages)
		}
	}
}

func TestLoginThrottle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := desk(t)
		try := func(who, password, from string) wire.ErrorKind {
			_, err := d.Login(t.Context(), who, password, from)
			return kind(err)
		}
		for i := range placeTries {
			if got := try("ann", "wrong", "192.0.2.1:1"); got != wire.KindUnauthorized {
				t.Fatalf("try %d: %s", i, got)
			}
		}
		// The identity is closed to that address, with the right password too.
		_, err := d.Login(t.Context(), "ann", "right", "192.0.2.1:2")
		var e *wire.Error
		if !errors.As(err, &e) || e.Kind != wire.KindRateLimited || e.Data.(map[string]int)["retryAfter"] != 60 {
			t.Fatalf("%+v", err)
		}
		if got := try("bob", "bob's", "192.0.2.1:1"); got != "" {
			t.Errorf("another identity: %s", got)
		}
		time.Sleep(tryWindow)
		if got := try("ann", "right", "192.0.2.1:1"); got != "" {
			t.Errorf("after the window: %s", got)
		}
		// Right passwords are no failures.
		for range 3 * addressTries {
			if got := try("ann", "right", "192.0.2.9:1"); got != "" {
				t.Fatal(got)
			}
		}
		// One identity, many addresses.
		for i := range identityTries {
			if got := try("bob", "wrong", fmt.Sprintf("198.51.100.%d:1", i)); got != wire.KindUnauthorized {
				t.Fatalf("try %d: %s", i, got)
			}
		}
		if got := try("bob", "bob's", "198.51.100.200:1"); got != wire.KindRateLimited {
			t.Errorf("from everywhere: %s", got)
		}
		time.Sleep(tryWindow)
		// One address, many identities, of which none need exist; every port and
		// every address of an IPv6 site is the same.
		for i := range addressTries {
			if got := try(fmt.Sprint(i), "x", fmt.Sprintf("[2001:db8::%d]:%d", i+1, i)); got != wire.KindUnauthorized {
				t.Fatalf("try %d: %s", i, got)
			}
		}
		if got := try("bob", "bob's", "[2001:db8::ffff]:1"); got != wire.KindRateLimited {
			t.Errorf("the address: %s", got)
		}
		if got := try("bob", "bob's", "[2001:db8:0:1::1]:1"); got != "" {
			t.Errorf("another site: %s", got)
		}
	})
}

// Who fails in somebody's name, from however many addresses, or from the same
// office, does not shut them out.
func TestNobodyIsShutOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := desk(t)
		try := func(who, password, from string) wire.ErrorKind {
			_, err := d.Login(t.Context(), who, password, from)
			return kind(err)
		}
		const office = "192.0.2.1:1"
		if got := try("ann", "right", office); got != "" {
			t.Fatal(got)
		}
		for minute := range 3 {
			for i := range 200 {
				try("ann", "wrong", fmt.Sprintf("198.51.100.%d:1", i))
				try(fmt.Sprint("x", i), "wrong", office)
			}
			if got := try("ann", "right", office); got != "" {
				t.Fatalf("minute %d: shut out of where she always logs in: %s", minute, got)
			}
			time.Sleep(tryWindow)
		}
		// But there as well a password cannot be guessed for long.
		for range placeTries {
			if got := try("ann", "wrong", office); got != wire.KindUnauthorized {
				t.Fatal(got)
			}
		}
		if got := try("ann", "right", office); got != wire.KindRateLimited {
			t.Errorf("guessed from a familiar address: %q", got)
		}
		// A restart forgets nobody of whom it is told.
		d = desk(t)
		d.Familiar("ann", "192.0.2.1", time.Now())
		for i := range 200 {
			try("ann", "wrong", fmt.Sprintf("198.51.100.%d:1", i))
		}
		if got := try("ann", "right", office); got != "" {
			t.Errorf("after a restart: %s", got)
		}
		// Who has not been there for long is a stranger.
		time.Sleep(familiarFor)
		for i := range 200 {
			try("ann", "wrong", fmt.Sprintf("198.51.100.%d:1", i))
		}
		if got := try("ann", "right", office); got != wire.KindRateLimited {
			t.Errorf("a month later: %q", got)
		}
	})
}

func TestFamiliarIsBounded(t *testing.T) {
	f, now := newFamiliar(3), time.Now()
	for i := range 10 {
		f.add(fmt.Sprint(i), now.Add(time.Duration(i)*time.Second))
	}
	f.add("9", now) // an older login does not make it older
	for i := range 10 {
		if got := f.has(fmt.Sprint(i)); got != (i >= 7) {
			t.Errorf("%d: %v", i, got)
		}
	}
	if len(f.places) != 3 {
		t.Errorf("%d places", len(f.places))
	}
}

// Tries at the same time do not slip through together.
func TestLoginThrottleTogether(t *testing.T) {
	d := desk(t)
	const n = 50
	kinds := make(chan wire.ErrorKind, n)
	for i := range n {
		go func() {
			_, err := d.Login(context.Background(), "ann", "wrong", fmt.Sprintf("192.0.2.%d:1", i))
			kinds <- kind(err)
		}()
	}
	count := map[wire.ErrorKind]int{}
	for range n {
		count[<-kinds]++
	}
	if count[wire.KindUnauthorized] != identityTries || count[wire.KindRateLimited] != n-identityTries {
		t.Errorf("%v", count)
	}
}

func TestLoginContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := desk(t)
		for range hashesAtOnce { // all slots are taken
			d.hashing <- struct{}{}
		}
		for range 2 * identityTries {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := d.Login(ctx, "ann", "right", "192.0.2.1:1")
			cancel()
			if kind(err) != wire.KindTimeout || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
	})
}

func TestThrottleBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle(2, time.Minute, 100)
		for range 2 {
			th.take("victim")
		}
		time.Sleep(time.Second)
		for i := range 99 {
			th.take(fmt.Sprint(i))
		}
		if th.take("victim") == 0 {
			t.Error("forgotten while there was room")
		}
		for i := range 5000 {
			time.Sleep(time.Millisecond)
			th.take(fmt.Sprint("x", i))
			if len(th.names) > 100 {
				t.Fatalf("%d names", len(th.names))
			}
		}
		if th.take("x4999"); th.take("x4999") == 0 {
			t.Error("the youngest is forgotten")
		}
	})
}

func TestThrottleAddress(t *testing.T) {
	for a, b := range map[string]string{
		"192.0.2.1:80": "192.0.2.1", "[::ffff:192.0.2.1]:9": "192.0.2.1", "[2001:db8::1]:9": "2001:db8::", "[fe80::1%eth0]:1": "fe80::2",
	} {
		if throttleAddress(a) != throttleAddress(b) {
			t.Errorf("%s and %s differ", a, b)
		}
	}
	if len(throttleAddress(strings.Repeat("x", 1<<20))) > 64 {
		t.Error("an address that is none takes memory")
	}
}

func BenchmarkLogin(b *testing.B) {
	h, err := HashPassword("right")
	if err != nil {
		b.Fatal(err)
	}
	d, err := NewDesk([]User{{Identity: "ann", PasswordHash: h}})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := d.Login(b.Context(), "ann", "right", "192.0.2.1:1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	k := NewKeyring(keys)
	token, err := k.Sign(Claims{Key: "app", Identity: "tom", Call: "c"}, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := k.Verify(token); err != nil {
			b.Fatal(err)
		}
	}
}
