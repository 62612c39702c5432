package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var keys = map[string]string{"app": "secret of app", "other": "secret of other", "empty": "", "": "secret of nobody"}

// make signs claims with whatever method and secret.
func sign(t testing.TB, method jwt.SigningMethod, secret any, claims jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(method, claims).SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// good is a token's claims with changes; nil deletes.
func good(change jwt.MapClaims) jwt.MapClaims {
	c := jwt.MapClaims{
		"iss": "app", "sub": "tom", "jti": "1", "exp": time.Now().Add(time.Minute).Unix(),
		"relevo": map[string]any{"call": "c", "role": "caller"},
	}
	for k, v := range change {
		if c[k] = v; v == nil {
			delete(c, k)
		}
	}
	return c
}

func TestSignVerify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := NewKeyring(keys)
		for _, c := range []Claims{
			{ID: "1", Key: "app", Identity: "tom", Call: "c", Role: "caller"},
			{ID: "2", Key: "other", Identity: "ann", Role: "human", Name: "Ann 🙂", Avatar: "https://x/y", Email: "ann@example.org", Desk: true},
		} {
			token, err := k.Sign(c, time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			got, err := k.Verify(token)
			if err != nil {
				t.Fatal(err)
			}
			c.Expires = time.Now().Add(time.Hour).UTC().Truncate(time.Second)
			if got != c {
				t.Errorf("got %+v, want %+v", got, c)
			}
			time.Sleep(time.Hour + leeway - time.Second)
			if _, err := k.Verify(token); err != nil {
				t.Errorf("within the leeway: %v", err)
			}
			time.Sleep(2 * time.Second)
			wantRefused(t, k, "expired", token, "expired")
		}
		for _, key := range []string{"nobody", "", "empty"} {
			if _, err := k.Sign(Claims{Key: key, Identity: "x", Call: "c"}, time.Hour); err == nil {
				t.Errorf("signed by key %q", key)
			}
		}
		made := map[string]bool{}
		for range 100 {
			token, _ := k.Sign(Claims{Key: "app", Identity: "x", Call: "c"}, time.Hour)
			c, err := k.Verify(token)
			if err != nil || len(c.ID) < 20 || made[c.ID] {
				t.Fatalf("made id %q, %v", c.ID, err)
			}
			made[c.ID] = true
		}
	})
}

func wantRefused(t *testing.T, k *Keyring, name, token, message string) {
	t.Helper()
	c, err := k.Verify(token)
	var e *wire.Error
	if !errors.As(err, &e) || e.Kind != wire.KindUnauthorized || !strings.Contains(e.Message, message) {
		t.Errorf("%s: got %v, want unauthorized: … %s …", name, err, message)
	}
	if c != (Claims{}) {
		t.Errorf("%s: a refused token gave claims %+v", name, c)
	}
}

func TestVerifyRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := NewKeyring(keys)
		secret, now := []byte(keys["app"]), time.Now()
		ok := sign(t, jwt.SigningMethodHS256, secret, good(nil))
		if _, err := k.Verify(ok); err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(ok, ".")
		body, signature, _ := strings.Cut(rest, ".")
		encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		admin, _ := json.Marshal(good(jwt.MapClaims{"sub": "admin"}))
		hs := func(change jwt.MapClaims) string { return sign(t, jwt.SigningMethodHS256, secret, good(change)) }
		tests := []struct{ name, token, message string }{
			{"none", sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good(nil)), "HS256"},
			{"none by hand", encode(`{"alg":"none"}`) + "." + body + ".", "HS256"},
			{"None by hand", encode(`{"alg":"None","typ":"JWT"}`) + "." + body + "." + signature, "HS256"},
			{"HS512", sign(t, jwt.SigningMethodHS512, secret, good(nil)), "HS256"},
			{"HS384", sign(t, jwt.SigningMethodHS384, secret, good(nil)), "HS256"},
			{"no alg", encode(`{"typ":"JWT"}`) + "." + body + "." + signature, "HS256"},
			{"RS256 header", encode(`{"alg":"RS256","typ":"JWT"}`) + "." + body + "." + signature, "HS256"},
			{"foreign key", hs(jwt.MapClaims{"iss": "stranger"}), "not signed by a known key"},
			{"no key", hs(jwt.MapClaims{"iss": nil}), "not signed by a known key"},
			{"key without secret", sign(t, jwt.SigningMethodHS256, []byte{}, good(jwt.MapClaims{"iss": "empty"})), "not signed by a known key"},
			{"another key's secret", sign(t, jwt.SigningMethodHS256, []byte(keys["other"]), good(nil)), "not signed by a known key"},
			{"another key's name", hs(jwt.MapClaims{"iss": "other"}), "not signed by a known key"},
			{"expired", hs(jwt.MapClaims{"exp": now.Add(-time.Minute).Unix()}), "expired"},
			{"no exp", hs(jwt.MapClaims{"exp": nil}), "no exp"},
			{"exp as text", hs(jwt.MapClaims{"exp": "tomorrow"}), "malformed"},
			{"not valid yet", hs(jwt.MapClaims{"nbf": now.Add(time.Minute).Unix()}), "not valid yet"},
			{"issued in future", hs(jwt.MapClaims{"iat": now.Add(time.Minute).Unix()}), "not valid yet"},
			{"no relevo claim", hs(jwt.MapClaims{"relevo": nil}), "no relevo claim"},
			{"relevo claim is text", hs(jwt.MapClaims{"relevo": "c"}), "malformed"},
			{"no call", hs(jwt.MapClaims{"relevo": map[string]any{"role": "caller"}}), "no call"},
			{"no sub", hs(jwt.MapClaims{"sub": nil}), "no sub"},
			{"no jti", hs(jwt.MapClaims{"jti": nil}), "no jti"},
			{"other claims, same signature", head + "." + encode(string(admin)) + "." + signature, "not signed by a known key"},
			{"signature cut", ok[:len(ok)-4], "known key"},
			{"no signature", head + "." + body + ".", "known key"},
			{"two parts", head + "." + body, "malformed"},
			{"four parts", ok + ".x", "malformed"},
			{"empty", "", "needed"},
			{"words", "let me in", "malformed"},
			{"spaces", " " + ok, "malformed"},
			{"padding bits", ok[:len(ok)-1] + flipUnused(ok[len(ok)-1]), "mal"},
			{"huge", hs(jwt.MapClaims{"x": strings.Repeat("x", maxToken)}), "too long"},
			{"dots", strings.Repeat(".", maxToken), "malformed"},
		}
		for _, test := range tests {
			wantRefused(t, k, test.name, test.token, test.message)
		}
	})
}

// flipUnused changes bits of the last base64 character that decode to nothing:
// without strict decoding the token would have a second form, and a list of
// used tokens by their text would miss it.
func flipUnused(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)^1])
}

func TestBasic(t *testing.T) {
	k := NewKeyring(keys)
	tests := []struct {
		user, password string
		want           bool
	}{
		{"app", "secret of app", true}, {"other", "secret of other", true},
		{"app", "secret of other", false}, {"app", "", false}, {"app", "secret of app ", false}, {"App", "secret of app", false},
		{"nobody", "", false}, {"nobody", "secret of app", false}, {"empty", "", false}, {"", "", false}, {"", "secret of nobody", false},
	}
	for _, test := range tests {
		if got := k.Basic(test.user, test.password); got != test.want {
			t.Errorf("%q:%q: %v", test.user, test.password, got)
		}
	}
}

// FuzzVerify: no token that was not signed with a secret is accepted, every
// refusal is a *wire.Error, and nothing panics.
func FuzzVerify(f *testing.F) {
	k := NewKeyring(keys)
	fresh := func(f testing.TB) string { return sign(f, jwt.SigningMethodHS256, []byte(keys["app"]), good(nil)) }
	issued := fresh(f)
	f.Add(issued)
	f.Add(sign(f, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good(nil)))
	f.Add(sign(f, jwt.SigningMethodHS256, []byte(keys["app"]), good(jwt.MapClaims{"relevo": nil})))
	f.Add("e30.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		c, err := k.Verify(token)
		var e *wire.Error
		if err != nil && (!errors.As(err, &e) || e.Kind != wire.KindUnauthorized || c != (Claims{})) {
			t.Fatalf("%+v, %v", c, err)
		}
		if err == nil && (c.Identity == "" || c.ID == "" || c.Expires.IsZero() || c.Key != "app" || c.Identity != "tom" || token != issued && c.ID != "1") {
			t.Fatalf("accepted %q: %+v", token, c)
		}
	})
}
