package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// bubble runs a test of the edge in a synctest bubble: a goroutine that
// outlives it fails it.
func bubble(t *testing.T, change func(*Config), f func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newRig(t, change)) })
}

func TestJoinThenRequestsInOrder(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.dial()
		// negotiate does not wait for join's reply.
		p.request("1", wire.MethodJoin, wire.Join{Token: r.callerToken()})
		p.request(`"two"`, wire.MethodNegotiate, wire.Negotiate{Offer: wire.SDP{Type: "offer", SDP: "v=0"}})
		p.request("3", wire.MethodMessage, wire.Message{Text: "hello"})
		var joined wire.JoinResult
		if f := p.read(); f.ID != "1" || json.Unmarshal(f.Result, &joined) != nil {
			t.Fatalf("join: %+v", f)
		}
		if joined.ICEServers == nil || joined.Participants == nil || joined.Participant.Identity != "kim" {
			t.Errorf("join result %+v", joined)
		}
		for _, want := range []wire.ID{`"two"`, "3"} {
			if f := p.read(); f.ID != want || f.Error != nil {
				t.Fatalf("got %+v, want the answer to %s", f, want)
			}
		}
		want := []string{"join", "negotiate", "message hello"}
		if got := r.call.log(); !slices.Equal(got, want) {
			t.Errorf("the call was asked %v, want %v", got, want)
		}
	})
}

func TestEveryMethodReachesTheMember(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		for i, m := range []struct {
			method string
			params any
			asked  string
		}{
			{wire.NotifyCandidate, wire.Candidate{Candidate: "x"}, "candidate"},
			{wire.MethodSubscribe, wire.Subscribe{Mode: "none"}, "subscribe"},
			{wire.MethodMute, wire.Mute{Source: wire.SourceCamera, Muted: true}, "mute"},
			{wire.MethodSpeakTo, wire.SpeakTo{To: wire.AudienceHumans}, "speakTo"},
			{wire.MethodInterrupt, nil, "interrupt"},
			{wire.MethodRequestHuman, wire.RequestHuman{}, "requestHuman"},
			{wire.MethodCancelRequest, wire.Empty{}, "cancelRequest"},
			{wire.MethodKeepWaiting, nil, "keepWaiting"},
			{wire.MethodTakeover, wire.Takeover{TakeoverMode: 1}, "takeover"},
			{wire.MethodReturn, nil, "return"},
			{wire.MethodHangup, nil, "hangup"},
		} {
			id := wire.ID(fmt.Sprint(i + 10))
			p.request(id, m.method, m.params)
			if f := p.read(); f.ID != id || f.Error != nil || len(f.Result) == 0 {
				t.Errorf("%s: %+v", m.method, f)
			}
			if got := r.call.log(); got[len(got)-1] != m.asked {
				t.Errorf("%s: asked %v", m.method, got)
			}
		}
	})
}

// What the call says while it admits someone must follow join's reply.
func TestNotificationsFollowJoinsReply(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.call.onJoin = func(out Outbox) {
			out.Notify(wire.NotifyCallState, wire.CallState{State: "ai", Epoch: 1})
			out.Notify(wire.NotifySlots, wire.Slots{})
		}
		p := r.join() // fails where the first frame is not the reply
		for _, want := range []string{wire.NotifyCallState, wire.NotifySlots} {
			if f := p.read(); f.Method != want {
				t.Errorf("got %+v, want %s", f, want)
			}
		}
	})
}

func TestFirstRequestMustJoin(t *testing.T) {
	tests := []struct {
		name  string
		frame string
		kind  wire.ErrorKind
	}{
		{"another method", `{"jsonrpc":"2.0","id":1,"method":"message","params":{"text":"hi"}}`, wire.KindBadRequest},
		{"takeover", `{"jsonrpc":"2.0","id":1,"method":"takeover","params":{"takeoverMode":1}}`, wire.KindBadRequest},
		{"unknown method", `{"jsonrpc":"2.0","id":1,"method":"dance"}`, wire.KindNotFound},
		{"no token", `{"jsonrpc":"2.0","id":1,"method":"join","params":{}}`, wire.KindBadRequest},
		{"wrong type", `{"jsonrpc":"2.0","id":1,"method":"join","params":{"token":7}}`, wire.KindBadRequest},
		{"malformed token", `{"jsonrpc":"2.0","id":1,"method":"join","params":{"token":"x.y.z"}}`, wire.KindUnauthorized},
		{"call's token to watch", "", wire.KindForbidden},
		{"foreign key", "", wire.KindUnauthorized},
		{"expired", "", wire.KindUnauthorized},
		{"for another call", "", wire.KindUnauthorized},
		{"ended call", "", wire.KindGone},
		{"no such call", "", wire.KindNotFound},
		{"desk token without a call", "", wire.KindBadRequest},
		{"wrong resume token", `{"jsonrpc":"2.0","id":1,"method":"join","params":{"resume":"c1.bad"}}`, wire.KindUnauthorized},
		{"resume of another call", `{"jsonrpc":"2.0","id":1,"method":"join","params":{"resume":"c1.good","call":"old"}}`, wire.KindUnauthorized},
		{"resume of an ended call", `{"jsonrpc":"2.0","id":1,"method":"join","params":{"resume":"old.good"}}`, wire.KindGone},
		{"resume without a call", `{"jsonrpc":"2.0","id":1,"method":"join","params":{"resume":"?"}}`, wire.KindBadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, nil, func(t *testing.T, r *rig) {
				p := r.dial()
				join := func(j wire.Join) { p.request("1", wire.MethodJoin, j) }
				switch tt.name {
				case "call's token to watch":
					p.request("1", wire.MethodWatchCalls, wire.WatchCalls{Token: r.callerToken()})
				case "foreign key":
					token, err := auth.NewKeyring(map[string]string{"app": "wrong"}).Sign(auth.Claims{Key: "app", Identity: "kim", Call: "c1", Role: "caller"}, time.Hour)
					if err != nil {
						t.Fatal(err)
					}
					join(wire.Join{Token: token})
				case "expired":
					token := r.callerToken()
					time.Sleep(2 * time.Hour)
					p = r.dial()
					join(wire.Join{Token: token})
				case "for another call":
					join(wire.Join{Token: r.callerToken(), Call: "old"})
				case "ended call":
					join(wire.Join{Token: r.token(auth.Claims{Call: "old", Role: "caller"})})
				case "no such call":
					join(wire.Join{Token: r.token(auth.Claims{Call: "c9", Role: "caller"})})
				case "desk token without a call":
					join(wire.Join{Token: r.deskToken()})
				default:
					p.send(tt.frame)
				}
				p.wantError("1", tt.kind)
				p.wantClose(tt.kind.CloseCode())
				if got := r.call.log(); slices.Contains(got, "lost") || slices.Contains(got, "message hi") {
					t.Errorf("the call was asked %v", got)
				}
			})
		})
	}
}

func TestTokenAdmitsOnceDeskTokenOften(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		token := r.callerToken()
		first := r.dial()
		first.request("1", wire.MethodJoin, wire.Join{Token: token})
		first.read()
		again := r.dial()
		again.request("1", wire.MethodJoin, wire.Join{Token: token})
		again.wantError("1", wire.KindUnauthorized)
		again.wantClose(4401)

		desk := r.deskToken()
		for range 3 {
			p := r.dial()
			p.request("1", wire.MethodJoin, wire.Join{Token: desk, Call: "c1", Role: wire.RoleObserver})
			if f := p.read(); f.Error != nil {
				t.Fatalf("desk token: %+v", f.Error)
			}
		}
	})
}

// A token is not used up by a join that could not find its call.
func TestFailedJoinKeepsToken(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		token := r.token(auth.Claims{Call: "c2", Role: "caller"})
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: token})
		p.wantError("1", wire.KindNotFound)
		r.hub.calls["c2"] = &fakeCall{id: "c2"}
		p = r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Token: token})
		if f := p.read(); f.Error != nil {
			t.Errorf("second try: %+v", f.Error)
		}
	})
}

func TestJoinDeadline(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		start := time.Now()
		p := r.dial()
		pongs := make(chan struct{})
		go func() { // pings do not extend it
			defer close(pongs)
			for range 8 {
				time.Sleep(time.Second)
				_ = p.c.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
			}
		}()
		p.wantClose(wire.KindTimeout.CloseCode())
		if d := time.Since(start); d < 5*time.Second || d > 6*time.Second {
			t.Errorf("closed after %v, want 5 s", d)
		}
		<-pongs
	})
}

func TestGarbageAfterJoin(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		for _, tt := range []struct {
			frame string
			id    wire.ID
			code  int
		}{
			{"", "", wire.CodeParseError},
			{"\x00", "", wire.CodeParseError},
			{"{", "", wire.CodeParseError},
			{"\xff\xfe", "", wire.CodeParseError},
			{`[{"jsonrpc":"2.0","id":1,"method":"interrupt"}]`, "", wire.CodeInvalidRequest},
			{`{"id":4,"method":"interrupt"}`, "4", wire.CodeInvalidRequest},
			{`{"jsonrpc":"2.0","id":{"a":1},"method":"interrupt"}`, "", wire.CodeInvalidRequest},
			{`{"jsonrpc":"2.0","id":5,"method":"nonsense"}`, "5", wire.CodeMethodNotFound},
			{`{"jsonrpc":"2.0","id":6,"method":"mute","params":{"source":"kitchen"}}`, "6", -32602},
			{`{"jsonrpc":"2.0","id":7,"method":"mute","params":["camera"]}`, "7", wire.CodeInvalidRequest},
			{`{"jsonrpc":"2.0","id":8,"method":"join","params":{"token":"again"}}`, "8", -32602},
			{`{"jsonrpc":"2.0","id":9,"result":{}}`, "9", -32602},
			{`{"jsonrpc":"2.0","id":10,"method":"mute","params":` + strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50) + "}", "", wire.CodeInvalidRequest},
		} {
			p.send(tt.frame)
			if f := p.read(); f.Error == nil || f.Error.Code != tt.code || f.ID != tt.id {
				t.Errorf("%.60q answered %+v %+v, want code %d to %q", tt.frame, f, f.Error, tt.code, tt.id)
			}
		}
		// A notification that cannot be done is told of by one.
		p.send(`{"jsonrpc":"2.0","method":"mute","params":{"source":"kitchen"}}`)
		if f := p.read(); f.Method != wire.NotifyError {
			t.Errorf("got %+v, want an error notification", f)
		}
		// And the socket still works.
		p.request("20", wire.MethodInterrupt, nil)
		if f := p.read(); f.ID != "20" || f.Error != nil {
			t.Errorf("after the garbage: %+v", f)
		}
	})
}

func TestBinaryFrame(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		if err := p.c.WriteMessage(websocket.BinaryMessage, []byte("{}")); err != nil {
			t.Fatal(err)
		}
		p.wantClose(wire.CloseBinary)
		synctest.Wait()
		if got := r.call.log(); got[len(got)-1] != "lost" {
			t.Errorf("the call was told %v", got)
		}
	})
}

func TestOversized(t *testing.T) {
	for _, tt := range []struct {
		name     string
		compress bool
		size     int
	}{{"plain", false, wire.MaxMessage + 1}, {"far too large", false, 4 << 20}, {"bomb", true, 64 << 20}} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, nil, func(t *testing.T, r *rig) {
				p := r.join()
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					p.c.EnableWriteCompression(tt.compress)
					_ = p.c.SetWriteDeadline(time.Now().Add(30 * time.Second))
					_ = p.c.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":2,"method":"message","params":{"text":"`+strings.Repeat("a", tt.size)+`"}}`))
				}()
				p.wantClose(1009)
				_ = p.c.Close()
				<-sent
			})
		})
	}
}

// A frame that is as large as allowed passes, compressed as well.
func TestLargestMessage(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		for _, compress := range []bool{false, true} {
			p.c.EnableWriteCompression(compress)
			head, tail := `{"jsonrpc":"2.0","id":2,"method":"mute","params":{"x":"`, `"}}`
			p.send(head + strings.Repeat("a", wire.MaxMessage-len(head)-len(tail)) + tail)
			p.wantError("2", wire.KindBadRequest)
		}
	})
}

func TestFloodCostsOnlyItself(t *testing.T) {
	bubble(t, func(c *Config) { c.Limits = Limits{MessageRate: 10, MessageBurst: 20} }, func(t *testing.T, r *rig) {
		good := r.join()
		bad := r.join()
		go func() {
			for range 100 {
				b, _ := wire.EncodeNotification(wire.MethodInterrupt, nil)
				if bad.c.WriteMessage(websocket.TextMessage, b) != nil {
					return
				}
			}
		}()
		bad.wantClose(wire.KindRateLimited.CloseCode())
		good.request("5", wire.MethodMessage, wire.Message{Text: "still here"})
		if f := good.read(); f.ID != "5" || f.Error != nil {
			t.Errorf("the other socket: %+v", f)
		}
		if n := value(t, r.s.metrics.limited.WithLabelValues("messages")); n != 1 {
			t.Errorf("limited = %v, want 1", n)
		}
	})
}

func TestSlowReaderIsClosed(t *testing.T) {
	bubble(t, func(c *Config) { c.Limits.OutboxFrames = 50 }, func(t *testing.T, r *rig) {
		p := r.join()
		r.call.mu.Lock()
		out := r.call.out
		r.call.mu.Unlock()
		start := time.Now()
		for i := range 200 { // nobody reads; the writer may have taken 50
			out.Notify(wire.NotifyEntry, wire.Entry{Seq: int64(i)})
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("Notify blocked for %v", d)
		}
		time.Sleep(6 * time.Second) // the write in progress has 5 s
		synctest.Wait()
		if got := r.call.log(); got[len(got)-1] != "lost" {
			t.Errorf("the call was told %v", got)
		}
		if n := value(t, r.s.metrics.overflows); n != 1 {
			t.Errorf("overflows = %v, want 1", n)
		}
		if n := value(t, r.s.metrics.dropped); n < 50 {
			t.Errorf("dropped = %v, want at least 50", n)
		}
		_ = p.c.Close()
	})
}

// One who reads late, but reads, is told why.
func TestOverflowSaysWhy(t *testing.T) {
	bubble(t, func(c *Config) { c.Limits.OutboxFrames = 50 }, func(t *testing.T, r *rig) {
		p := r.join()
		r.call.mu.Lock()
		out := r.call.out
		r.call.mu.Unlock()
		for i := range 200 {
			out.Notify(wire.NotifyEntry, wire.Entry{Seq: int64(i)})
		}
		p.wantClose(wire.CloseSlow)
	})
}

func TestLostPongs(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		p.c.SetPingHandler(func(string) error { return nil }) // reads, but does not answer
		start := time.Now()
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			for {
				if _, _, err := p.c.ReadMessage(); err != nil {
					return
				}
			}
		}()
		<-gone
		synctest.Wait()
		if d := time.Since(start); d < 19*time.Second || d > 22*time.Second {
			t.Errorf("given up after %v, want 20 s", d)
		}
		if got := r.call.log(); got[len(got)-1] != "lost" {
			t.Errorf("the call was told %v", got)
		}
	})
}

// A client that answers pings stays for hours without saying a word.
func TestPongsKeepTheSocket(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		read := make(chan wire.Frame)
		go func() { read <- p.read() }()
		time.Sleep(3 * time.Hour)
		p.request("9", wire.MethodInterrupt, nil)
		if f := <-read; f.ID != "9" {
			t.Errorf("got %+v", f)
		}
	})
}

func TestResumeReplacesTheOldSocket(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		old := r.join()
		p := r.dial()
		p.request("1", wire.MethodJoin, wire.Join{Resume: "c1.good", Cursor: 12})
		var joined wire.JoinResult
		if f := p.read(); f.Error != nil || json.Unmarshal(f.Result, &joined) != nil || !joined.Resumed {
			t.Fatalf("resume: %+v", f)
		}
		frames := old.wantClose(wire.CloseReplaced)
		if len(frames) != 1 || frames[0].Method != wire.NotifyClosed || string(frames[0].Params) != `{"reason":"replaced"}` {
			t.Errorf("the old socket got %+v", frames)
		}
		synctest.Wait()
		r.call.mu.Lock()
		defer r.call.mu.Unlock()
		if j := r.call.joins[1]; j.Resume != "c1.good" || j.Cursor != 12 || j.Claims.Identity != "" {
			t.Errorf("the call was asked %+v", j)
		}
		if len(r.call.lost) != 1 || r.call.lost[0] != r.call.joins[0].Out {
			t.Errorf("lost sockets: %v, want the first", r.call.lost)
		}
	})
}

func TestLeaveIsAnsweredBeforeTheEnd(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		p.request("2", wire.MethodLeave, nil)
		frames := p.wantClose(wire.CloseNormal)
		if len(frames) != 2 || frames[0].ID != "2" || frames[1].Method != wire.NotifyClosed {
			t.Errorf("got %+v, want the reply, then closed", frames)
		}
	})
}

func TestSlowRequestsDoNotBlock(t *testing.T) {
	bubble(t, func(c *Config) { c.Limits.InFlight = 3 }, func(t *testing.T, r *rig) {
		r.call.takeover = make(chan struct{})
		p := r.join()
		for i := range 4 {
			p.request(wire.ID(fmt.Sprint(10+i)), wire.MethodTakeover, wire.Takeover{TakeoverMode: 1})
		}
		p.wantError("13", wire.KindRateLimited)
		p.request("20", wire.MethodNegotiate, wire.Negotiate{Offer: wire.SDP{Type: "offer", SDP: "v=0"}})
		if f := p.read(); f.ID != "20" {
			t.Fatalf("negotiate waited: %+v", f)
		}
		close(r.call.takeover)
		got := []wire.ID{p.read().ID, p.read().ID, p.read().ID}
		slices.Sort(got)
		if !slices.Equal(got, []wire.ID{"10", "11", "12"}) {
			t.Errorf("answered %v", got)
		}
	})
}

// The wait for a takeover ends with its socket.
func TestSocketLossEndsSlowRequests(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.call.takeover = make(chan struct{})
		p := r.join()
		p.request("10", wire.MethodTakeover, wire.Takeover{TakeoverMode: 1})
		synctest.Wait()
		_ = p.c.Close()
		synctest.Wait()
		if got := r.call.log(); got[len(got)-1] != "lost" {
			t.Errorf("the call was told %v", got)
		}
	})
}

func TestWatchCalls(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.hub.list = []wire.CallSummary{{ID: "c1", State: "ai"}}
		p := r.dial()
		p.request("1", wire.MethodWatchCalls, wire.WatchCalls{Token: r.deskToken()})
		if f := p.read(); !strings.Contains(string(f.Result), `"id":"c1"`) {
			t.Fatalf("watchCalls: %+v", f)
		}
		r.hub.mu.Lock()
		post := r.hub.watch
		r.hub.mu.Unlock()
		post([]wire.CallSummary{{ID: "c2", State: "pending"}}, []wire.CallGone{{ID: "c1"}})
		if f := p.read(); f.Method != wire.NotifyCallSummary {
			t.Errorf("got %+v", f)
		}
		if f := p.read(); f.Method != wire.NotifyCallGone {
			t.Errorf("got %+v", f)
		}
		p.request("2", wire.MethodMessage, wire.Message{Text: "hi"})
		p.wantError("2", wire.KindBadRequest)
		_ = p.c.Close()
		synctest.Wait()
		if r.hub.watch != nil {
			t.Error("the hub still posts to a socket that is gone")
		}
	})
}

func TestShutdown(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		p := r.join()
		idle := r.dial()
		synctest.Wait()
		done := make(chan error, 1)
		go func() { done <- r.s.Close(context.Background()) }()
		frames := p.wantClose(wire.CloseShutdown)
		if len(frames) != 1 || string(frames[0].Params) != `{"reason":"shutdown"}` {
			t.Errorf("got %+v", frames)
		}
		idle.wantClose(wire.CloseShutdown)
		if err := <-done; err != nil {
			t.Errorf("Close: %v", err)
		}
		if resp, err := r.http.Get("http://edge/readyz"); err != nil {
			t.Error(err)
		} else {
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("readyz: %v", resp.Status)
			}
		}
		d := websocket.Dialer{NetDialContext: r.l.Dial, Subprotocols: []string{wire.Subprotocol}}
		if _, resp, err := d.Dial("ws://edge/v1/ws", nil); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a socket was taken during shutdown: %v", err)
		}
		if n := value(t, r.s.metrics.sockets); n != 0 {
			t.Errorf("sockets = %v", n)
		}
	})
}

// Close does not wait for a client that never reads.
func TestShutdownCutsAtDeadline(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.join()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		if err := r.s.Close(ctx); err == nil {
			t.Error("Close did not say that it cut a connection")
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("Close took %v", d)
		}
	})
}

func TestHandshake(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		origin string
		proto  []string
		status int
	}{
		{"no subprotocol", nil, "", nil, 400},
		{"another subprotocol", nil, "", []string{"mqtt"}, 400},
		{"no origin", nil, "", []string{wire.Subprotocol}, 101},
		{"own page", nil, "http://edge", []string{wire.Subprotocol}, 101},
		{"foreign page", nil, "http://evil.example", []string{wire.Subprotocol}, 403},
		{"allowed page", func(c *Config) { c.AllowedOrigins = []string{"https://shop.example"} }, "https://shop.example", []string{wire.Subprotocol}, 101},
		{"sockets of an address", func(c *Config) { c.Limits.SocketsPerAddress = 1 }, "", []string{wire.Subprotocol}, 429},
		{"sockets of the server", func(c *Config) { c.Limits.Sockets = 1 }, "", []string{wire.Subprotocol}, 503},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, tt.change, func(t *testing.T, r *rig) {
				if strings.HasPrefix(tt.name, "sockets") {
					r.dial()
				}
				d := websocket.Dialer{NetDialContext: r.l.Dial, Subprotocols: tt.proto}
				h := http.Header{}
				if tt.origin != "" {
					h.Set("Origin", tt.origin)
				}
				c, resp, err := d.Dial("ws://edge/v1/ws", h)
				if resp == nil {
					t.Fatal(err)
				}
				if resp.StatusCode != tt.status {
					t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
				}
				if c != nil {
					_ = c.Close()
				}
			})
		})
	}
}
