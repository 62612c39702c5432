package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/wire"
)

const url = "ws://relevo.test/v1/ws"

func kindOf(t *testing.T, err error) wire.ErrorKind {
	t.Helper()
	var e *wire.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %T (%v), want *wire.Error", err, err)
	}
	return e.Kind
}

// join answers a join and returns what was asked.
func join(s *socket, token string) wire.Join {
	var j wire.Join
	s.reply(s.want(wire.MethodJoin, &j), wire.JoinResult{ResumeToken: token, Participant: wire.Participant{ID: "p1"}})
	return j
}

func TestJoinCallAndNotificationsInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := serve(t, func(s *socket) {
			if j := join(s, "r1"); j.Token != "tok" || j.Cursor != 7 || j.Resume != "" {
				t.Errorf("join said %+v", j)
			}
			var m wire.Message
			id := s.want(wire.MethodMessage, &m)
			for i := range 50 {
				s.notify(wire.NotifyHandoff, wire.Handoff{Position: i})
			}
			s.notify(wire.NotifyHandoff, wire.Handoff{Position: 49}) // twice: not hidden
			s.reply(id, wire.MessageResult{Seq: int64(len(m.Text))})
			s.untilGone()
		})
		defer srv.close()
		var got []int
		c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer, Token: "tok", Cursor: 7, OnNotify: func(method string, params json.RawMessage) {
			var h wire.Handoff
			if err := json.Unmarshal(params, &h); err != nil || method != wire.NotifyHandoff {
				t.Errorf("got %s %s", method, params)
			}
			got = append(got, h.Position)
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if p := c.Joined().Participant.ID; p != "p1" {
			t.Errorf("participant %q", p)
		}
		var r wire.MessageResult
		if err := c.Call(t.Context(), wire.MethodMessage, wire.Message{Text: "hello"}, &r); err != nil {
			t.Fatal(err)
		}
		if r.Seq != 5 {
			t.Errorf("seq %d, want 5", r.Seq)
		}
		if len(got) != 51 || got[50] != 49 {
			t.Fatalf("got %v", got)
		}
		for i := range 50 {
			if got[i] != i {
				t.Fatalf("out of order: %v", got)
			}
		}
	})
}

func TestErrorsKeepTheirKind(t *testing.T) {
	for _, tt := range []struct {
		name, error string
		want        wire.ErrorKind
	}{
		{"by code", `{"code":-32009,"message":"no"}`, wire.KindConflict},
		{"by data", `{"code":-32000,"message":"no","data":{"kind":"gone"}}`, wire.KindGone},
		{"unknown method", `{"code":-32601,"message":"no"}`, wire.KindNotFound},
		{"no JSON", `{"code":-32700,"message":"no"}`, wire.KindBadRequest},
		{"unknown code", `{"code":-1,"message":"no"}`, wire.KindInternal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := serve(t, func(s *socket) {
					join(s, "")
					id := s.want(wire.MethodTakeover, nil)
					s.send([]byte(`{"jsonrpc":"2.0","id":`+string(id)+`,"error":`+tt.error+`}`), nil)
					s.untilGone()
				})
				defer srv.close()
				c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				err = c.Call(t.Context(), wire.MethodTakeover, wire.Takeover{}, nil)
				if got := kindOf(t, err); got != tt.want {
					t.Errorf("kind %q, want %q", got, tt.want)
				}
			})
		})
	}
}

func TestJoinRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := serve(t, func(s *socket) {
			s.fail(s.want(wire.MethodJoin, nil), wire.Errorf(wire.KindUnauthorized, "the token has expired"))
			s.untilGone()
		})
		defer srv.close()
		_, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
		if got := kindOf(t, err); got != wire.KindUnauthorized {
			t.Errorf("kind %q", got)
		}
		if !strings.Contains(err.Error(), "expired") {
			t.Errorf("error %v does not say why", err)
		}
	})
}

func TestCallsEndWithTheSocket(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(s *socket)
	}{
		{"cut", func(s *socket) { _ = s.conn.NetConn().Close() }},
		{"close frame", func(s *socket) {
			_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1001, "shutdown"), time.Now().Add(time.Second))
		}},
		{"garbage", func(s *socket) { _ = s.conn.WriteMessage(websocket.TextMessage, []byte("{")); s.untilGone() }},
		{"too large", func(s *socket) {
			_ = s.conn.WriteMessage(websocket.TextMessage, make([]byte, readLimit+1))
			s.untilGone()
		}},
		{"silence", func(s *socket) { s.untilGone() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := serve(t, func(s *socket) {
					join(s, "")
					s.want(wire.MethodReturn, nil)
					tt.end(s)
				})
				defer srv.close()
				lost := make(chan error, 2)
				c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer, OnSocketLost: func(err error) { lost <- err }})
				if err != nil {
					t.Fatal(err)
				}
				err = c.Call(t.Context(), wire.MethodReturn, nil, nil)
				if got := kindOf(t, err); got != wire.KindUnavailable {
					t.Errorf("kind %q: %v", got, err)
				}
				if err := <-lost; err == nil {
					t.Error("OnSocketLost without a reason")
				}
				err = c.Call(t.Context(), wire.MethodReturn, nil, nil)
				if got := kindOf(t, err); got != wire.KindUnavailable {
					t.Errorf("second call: kind %q", got)
				}
				c.Close()
				if len(lost) != 0 {
					t.Error("OnSocketLost was called twice")
				}
			})
		})
	}
}

func TestPingsKeepTheSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := serve(t, func(s *socket) {
			join(s, "")
			pongs := 0
			s.conn.SetPongHandler(func(string) error { pongs++; return nil })
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 30 {
					time.Sleep(10 * time.Second)
					_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
				}
			}()
			s.reply(s.want(wire.MethodMessage, nil), wire.MessageResult{Seq: 1})
			s.untilGone()
			<-done
			if pongs < 30 {
				t.Errorf("%d pongs for 30 pings", pongs)
			}
		})
		defer srv.close()
		c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		time.Sleep(5*time.Minute + time.Second)
		if err := c.Call(t.Context(), wire.MethodMessage, wire.Message{}, nil); err != nil {
			t.Error(err)
		}
	})
}

func TestCallTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := serve(t, func(s *socket) {
			join(s, "")
			late := s.want(wire.MethodTakeover, nil)
			id := s.want(wire.MethodReturn, nil)
			s.reply(late, wire.TakeoverResult{Epoch: 9}) // nobody waits any more
			s.reply(id, wire.Empty{})
			s.untilGone()
		})
		defer srv.close()
		c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if got := kindOf(t, c.Call(ctx, wire.MethodTakeover, wire.Takeover{}, nil)); got != wire.KindTimeout {
			t.Errorf("kind %q", got)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("waited %v", d)
		}
		if err := c.Call(t.Context(), wire.MethodReturn, nil, nil); err != nil {
			t.Errorf("the next call: %v", err)
		}
	})
}

// A server that does not read fills the queue; Call gives up when its ctx does
// and Close still ends.
func TestServerThatNeverReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		srv := serve(t, func(s *socket) {
			join(s, "")
			<-release
		})
		defer srv.close()
		c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		for range queueLength + 2 {
			go func() { _ = c.Call(ctx, wire.MethodMessage, wire.Message{Text: "x"}, nil) }()
		}
		synctest.Wait()
		if got := kindOf(t, c.Call(ctx, wire.MethodMessage, wire.Message{}, nil)); got != wire.KindTimeout {
			t.Errorf("kind %q", got)
		}
		for range 3 {
			c.current().post("candidate", wire.Candidate{})
		}
		if n := c.current().dropped.Load(); n != 3 {
			t.Errorf("%d candidates counted as dropped, want 3", n)
		}
		start := time.Now()
		c.Close()
		if d := time.Since(start); d > writeTimeout {
			t.Errorf("Close took %v", d)
		}
		close(release)
	})
}

func TestDropAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sockets atomic.Int64
		srv := serve(t, func(s *socket) {
			n := sockets.Add(1)
			j := join(s, fmt.Sprintf("resume-%d", n))
			if n > 1 {
				if want := fmt.Sprintf("resume-%d", n-1); j.Resume != want || j.Token != "" || j.Cursor != n {
					t.Errorf("socket %d joined with %+v, want resume %s", n, j, want)
				}
			}
			s.untilGone()
		})
		defer srv.close()
		lost := false
		c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer, Token: "tok", OnSocketLost: func(error) { lost = true }})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for i := 2; i < 5; i++ {
			c.DropSocket()
			if got := kindOf(t, c.Call(t.Context(), wire.MethodReturn, nil, nil)); got != wire.KindUnavailable {
				t.Errorf("call without a socket: %q", got)
			}
			time.Sleep(20 * time.Second)
			if err := c.Resume(t.Context(), int64(i)); err != nil {
				t.Fatal(err)
			}
		}
		if lost {
			t.Error("OnSocketLost was called for DropSocket")
		}
	})
}

func TestUnreachable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := serve(t, func(*socket) {})
		srv.close()
		_, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
		if got := kindOf(t, err); got != wire.KindUnavailable {
			t.Errorf("kind %q", got)
		}
	})
}
