package signaling

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// loggedIn is a desk token of a login.
func (r *rig) loggedIn(identity, password string) string {
	r.t.Helper()
	var in wire.LoginResult
	r.want(200, &in, "POST", "/v1/desk/login", "", `{"identity":"`+identity+`","password":"`+password+`"}`)
	return in.Token
}

const bobsPassword = "correct horse battery"

// bob makes an account with a role and logs in to it.
func (r *rig) bob(role string) string {
	r.t.Helper()
	r.want(201, nil, "POST", "/v1/desk/accounts", r.loggedIn("ann", "right"), `{"identity":"bob","password":"`+bobsPassword+`","name":"Bob","role":"`+role+`"}`)
	return r.loggedIn("bob", bobsPassword)
}

func TestRolesAtTheEdge(t *testing.T) {
	for role, want := range map[string][3]int{"agent": {200, 403, 403}, "supervisor": {200, 200, 403}, "admin": {200, 200, 200}} {
		bubble(t, nil, func(t *testing.T, r *rig) {
			bob := r.bob(role)
			for i, path := range []string{"/v1/desk/me", "/v1/desk/accounts", "/v1/desk/audit"} {
				r.want(want[i], nil, "GET", path, bob, "")
			}
			// An app vouches for people it has logged in itself.
			vouched := r.token(auth.Claims{Identity: "carl", Desk: true, DeskRole: role})
			for i, path := range []string{"/v1/desk/me", "/v1/desk/accounts", "/v1/desk/audit"} {
				r.want(want[i], nil, "GET", path, vouched, "")
			}
		})
	}
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.want(200, nil, "GET", "/v1/desk/audit", asApp, "")
		r.want(403, nil, "GET", "/v1/desk/audit", r.token(auth.Claims{Identity: "carl", Desk: true, DeskRole: "root"}), "")
		r.want(403, nil, "GET", "/v1/desk/me", r.callerToken(), "")
		r.want(403, nil, "GET", "/v1/desk/me", asApp, "")
	})
}

// A role counts as it is now, not as it was when the token was made.
func TestDemotionIsAtOnce(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		bob, ann := r.bob("admin"), r.loggedIn("ann", "right")
		r.want(200, nil, "GET", "/v1/desk/audit", bob, "")
		r.want(200, nil, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bob","role":"agent","capacity":1,"version":1}`)
		r.want(403, nil, "GET", "/v1/desk/audit", bob, "")
		var p wire.Problem
		r.want(409, &p, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bob","role":"agent","capacity":1,"version":1}`)
		r.want(400, &p, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bob","role":"agent","capacity":99,"version":2}`)
		if p.Field != "capacity" {
			t.Errorf("the form does not learn what is wrong: %+v", p)
		}
		r.want(409, nil, "POST", "/v1/desk/accounts/ann", ann, `{"name":"Ann","role":"agent","capacity":1,"version":1}`)
	})
}

func TestLogoutClosesWhatIsOpen(t *testing.T) {
	for _, how := range []string{"logout", "another", "disabled", "password"} {
		bubble(t, nil, func(t *testing.T, r *rig) {
			ann, bob := r.loggedIn("ann", "right"), r.bob("agent")
			watching, inCall := r.dial(), r.dial()
			watching.request("1", wire.MethodWatchCalls, wire.WatchCalls{Token: bob})
			if f := watching.read(); f.Error != nil {
				t.Fatal(f.Error)
			}
			inCall.request("1", wire.MethodJoin, wire.Join{Token: bob, Call: "c1"})
			if f := inCall.read(); f.Error != nil {
				t.Fatal(f.Error)
			}
			switch how {
			case "logout":
				r.want(204, nil, "POST", "/v1/desk/logout", bob, "")
			case "another":
				var l wire.SessionList
				r.want(200, &l, "GET", "/v1/desk/sessions", bob, "")
				if len(l.Sessions) != 1 || !l.Sessions[0].Current || l.Sessions[0].Identity != "bob" {
					t.Fatalf("%+v", l)
				}
				r.want(200, &l, "GET", "/v1/desk/sessions?all=true", ann, "")
				if len(l.Sessions) != 3 {
					t.Fatalf("%+v", l)
				}
				r.want(403, nil, "GET", "/v1/desk/sessions?all=true", bob, "")
				for _, s := range l.Sessions {
					if s.Identity != "bob" {
						r.want(404, nil, "DELETE", "/v1/desk/sessions/"+s.ID, bob, "")
					}
				}
				for _, s := range l.Sessions {
					if s.Identity == "bob" {
						r.want(204, nil, "DELETE", "/v1/desk/sessions/"+s.ID, ann, "")
					}
				}
			case "disabled":
				r.want(200, nil, "POST", "/v1/desk/accounts/bob", ann, `{"name":"Bob","role":"agent","capacity":1,"disabled":true,"version":1}`)
			case "password":
				r.want(204, nil, "POST", "/v1/desk/accounts/bob/password", ann, `{"password":"another long one"}`)
			}
			for _, p := range []*peer{watching, inCall} {
				p.wantClose(wire.KindUnauthorized.CloseCode())
			}
			time.Sleep(time.Second)
			left := false
			for _, what := range r.call.log() {
				left = left || what == "leave"
			}
			if !left {
				t.Errorf("%s: who was logged out is still in the call: %v", how, r.call.log())
			}
			r.want(401, nil, "GET", "/v1/desk/me", bob, "")
			again := r.dial()
			again.request("1", wire.MethodWatchCalls, wire.WatchCalls{Token: bob})
			if f := again.read(); f.Error == nil {
				t.Errorf("%s: the token still watches", how)
			}
		})
	}
}

func TestProfile(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		bob := r.bob("agent")
		var a wire.Account
		r.want(200, &a, "POST", "/v1/desk/me", bob, `{"name":"Bobby","email":"bob@example.org","version":1}`)
		if a.Name != "Bobby" || a.Role != "agent" || a.Version != 2 {
			t.Errorf("%+v", a)
		}
		r.want(400, nil, "POST", "/v1/desk/me", bob, `{"name":"Bobby","role":"admin","version":2}`)
		var elsewhere wire.Problem
		r.want(400, &elsewhere, "POST", "/v1/desk/me", bob, `{"name":"Bobby","avatar":"https://tracker.example.com/bob.png","version":2}`)
		if elsewhere.Field != "avatar" {
			t.Errorf("%+v", elsewhere)
		}

		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 500, 400))); err != nil {
			t.Fatal(err)
		}
		var up wire.UploadAvatarResult
		r.want(200, &up, "POST", "/v1/desk/me/avatar", bob, `{"image":"`+base64.StdEncoding.EncodeToString(b.Bytes())+`"}`)
		resp, picture := r.ask("GET", up.Account.Avatar, "", "")
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "image/jpeg" || len(picture) < 100 {
			t.Errorf("%s %v, %d bytes", resp.Status, resp.Header, len(picture))
		}
		r.want(400, nil, "POST", "/v1/desk/me/avatar", bob, `{"image":"bm90IGEgcGljdHVyZQ=="}`)
		r.want(404, nil, "GET", "/v1/avatars/none.jpg", "", "")

		// Callers see who they are now: the token is of before.
		r.call.joins = nil
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: bob, Call: "c1"})
		if f := p.read(); f.Error != nil {
			t.Fatal(f.Error)
		}
		if c := r.call.joins[0].Claims; c.Name != "Bobby" || c.Avatar != up.Account.Avatar {
			t.Errorf("joined as %q %q", c.Name, c.Avatar)
		}

		r.want(403, nil, "POST", "/v1/desk/me/password", bob, `{"current":"wrong","password":"another long one"}`)
		var bad wire.Problem
		r.want(400, &bad, "POST", "/v1/desk/me/password", bob, `{"current":"`+bobsPassword+`","password":"short"}`)
		if bad.Field != "password" {
			t.Errorf("%+v", bad)
		}
		r.want(204, nil, "POST", "/v1/desk/me/password", bob, `{"current":"`+bobsPassword+`","password":"another long one"}`)
		r.want(200, nil, "GET", "/v1/desk/me", bob, "")
		r.want(401, nil, "POST", "/v1/desk/login", "", `{"identity":"bob","password":"`+bobsPassword+`"}`)
		r.loggedIn("bob", "another long one")

		var log wire.ChangeList
		r.want(200, &log, "GET", "/v1/desk/audit?limit=3", r.loggedIn("ann", "right"), "")
		if len(log.Changes) != 3 || log.Next != log.Changes[2].Seq {
			t.Errorf("%+v", log)
		}
	})
}

func TestNoPeople(t *testing.T) {
	bubble(t, func(c *Config) { c.People = nil }, func(t *testing.T, r *rig) {
		r.want(401, nil, "POST", "/v1/desk/login", "", `{"identity":"ann","password":"right"}`)
		r.want(200, nil, "GET", "/v1/desk/me", r.deskToken(), "")
		r.want(404, nil, "GET", "/v1/desk/audit", asApp, "")
		r.want(401, nil, "GET", "/v1/desk/me", r.token(auth.Claims{Identity: "ann", Desk: true, Session: "S"}), "")
	})
}

// A console that stays open is told of callers no longer than its login lasts.
func TestConsoleEndsWithItsLogin(t *testing.T) {
	for _, method := range []string{wire.MethodWatchCalls, wire.MethodWatchDesk} {
		bubble(t, nil, func(t *testing.T, r *rig) {
			token, err := r.s.sign(auth.Claims{Key: r.s.cfg.Key, Identity: "dana", Role: string(wire.RoleHuman), Desk: true}, 10*time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			p := r.dial()
			begun := time.Now()
			p.request("1", method, wire.WatchDesk{Token: token})
			p.wantClose(wire.KindUnauthorized.CloseCode())
			if d := time.Since(begun); d < 9*time.Minute || d > 11*time.Minute {
				t.Errorf("%s: after %v", method, d)
			}
		})
	}
}
