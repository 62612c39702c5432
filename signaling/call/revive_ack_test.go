package call_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// bare is a client without media: all that it is told comes by the socket.
type bare struct {
	*client.Client

	mu      sync.Mutex
	entries []string
	seq     int64
}

func (w *world) bare(cfg client.Config) (*bare, error) {
	b := &bare{}
	cfg.URL = "ws://relevo/v1/ws"
	cfg.Dialer = &websocket.Dialer{NetDialContext: w.Dial, Subprotocols: []string{wire.Subprotocol}}
	cfg.OnNotify = func(method string, params json.RawMessage) {
		var e wire.Entry
		if json.Unmarshal(params, &e) != nil {
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.seq = max(b.seq, e.Seq)
		if method == wire.NotifyEntry && e.Kind != "event" {
			b.entries = append(b.entries, e.Text)
		}
	}
	var err error
	b.Client, err = client.Dial(w.t.Context(), cfg)
	return b, err
}

func (b *bare) told() ([]string, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.entries), b.seq
}

// A caller whose page is loaded again after a restart, and who comes with a new
// token of the app's, is in the middle of their call: the AI knows what was said.
func TestReviveWithANewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		caller.Do(wire.MethodMessage, wire.Message{Text: "my name is Kim"}, nil)
		time.Sleep(time.Second)
		w.killed(time.Second, nil)
		caller.Leave()
		again := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		if j := again.Joined(); j.Resumed || j.Restarted || j.Participant.ID != caller.Joined().Participant.ID {
			t.Errorf("joined as %+v", j)
		}
		time.Sleep(time.Second)
		bot := w.bot(0)
		bot.note(func() {
			if want := []call.BotLine{{Role: "caller", Name: "caller", Text: "my name is Kim"}}; !slices.Equal(bot.history, want) {
				t.Errorf("the AI remembers %+v", bot.history)
			}
			if !slices.Equal(bot.company, []string{"restarted "}) {
				t.Errorf("the AI is to say %q", bot.company)
			}
		})
		again.Leave()
		time.Sleep(40 * time.Second)
		all := w.entries(c)
		if e := all[len(all)-1]; e.Event != "ended" || strings.Contains(string(e.Data), "restarted") {
			t.Errorf("the last entry is %s %s", e.Event, e.Data)
		}
		w.close()
	})
}

// Who is in a call without media is told of everything by the socket, after a
// restart too, and of nothing twice; after a second one as well, where they had
// not come back in between.
func TestReviveWithoutMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		caller, err := w.bare(client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		if err != nil {
			t.Fatal(err)
		}
		message := func(b *bare, text string) {
			t.Helper()
			if err := b.Call(t.Context(), wire.MethodMessage, wire.Message{Text: text}, nil); err != nil {
				t.Fatal(err)
			}
		}
		message(caller, "one")
		time.Sleep(10 * time.Second)
		_, seq := caller.told()
		caller.Close()
		w.killed(time.Second, nil)
		w.killed(time.Second, nil)
		back, err := w.bare(client.Config{Resume: caller.Joined().ResumeToken, Cursor: seq})
		if err != nil {
			t.Fatal(err)
		}
		message(back, "two")
		time.Sleep(10 * time.Second)
		message(back, "three")
		time.Sleep(time.Second)
		if got, _ := back.told(); !slices.Equal(got, []string{"two", "three"}) {
			t.Errorf("told of %q", got)
		}
		back.Close()
		w.close()
	})
}

// The answer to a resume is lost with the socket: the client, which knows the
// token before it only, has its place. Once it has asked for something, that token
// is used up.
func TestResumeWhoseAnswerIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		first, err := w.bare(client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		if err != nil {
			t.Fatal(err)
		}
		token := first.Joined().ResumeToken
		var last *bare
		for range 3 { // none of these has heard its answer, but for the last
			if last, err = w.bare(client.Config{Resume: token}); err != nil {
				t.Fatal(err)
			}
		}
		if err := last.Call(t.Context(), wire.MethodSubscribe, wire.Subscribe{Mode: wire.SubscribeAll}, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := w.bare(client.Config{Resume: token}); kind(err) != wire.KindUnauthorized {
			t.Errorf("who is here is replaced by a token that was used: %v", err)
		}
		last, err = w.bare(client.Config{Resume: last.Joined().ResumeToken})
		if err != nil {
			t.Fatal(err)
		}
		first.Close()
		last.Close()
		time.Sleep(40 * time.Second)
		w.close()
	})
}

// What is acknowledged is durable at that moment: how a call was made, an
// address, what somebody wants to hear, and that somebody has left.
func TestAcknowledgedIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{Language: "de", ExternalAgent: true})
		durably := func(query, want string) {
			t.Helper()
			var is string
			if err := w.store.DB().QueryRowContext(t.Context(), query).Scan(&is); err != nil || !strings.Contains(is, want) {
				t.Errorf("%s: %q %v, want %q", query, is, err, want)
			}
		}
		durably(`SELECT data FROM places WHERE id = ''`, `"externalAgent":true`)
		caller := w.Join("caller", 0, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		guest := w.Join("guest", 0, client.Config{Token: w.token(c, "guest", wire.RoleCaller)})
		caller.Do(wire.MethodSetEmail, wire.SetEmail{Email: "kim@example.org"}, nil)
		durably(`SELECT data FROM entries WHERE event = 'email'`, "kim@example.org")
		caller.Do(wire.MethodSetEmail, wire.SetEmail{Email: "kim@example.org"}, nil) // again: nothing to write
		caller.Do(wire.MethodSubscribe, wire.Subscribe{Mode: wire.SubscribeNone}, nil)
		durably(`SELECT data FROM places WHERE CAST(data AS TEXT) LIKE '%"name":"caller"%'`, `"mode":"none"`)
		guest.Do(wire.MethodLeave, nil, nil)
		durably(`SELECT COUNT(*) FROM places`, "2")
		caller.Leave()
		guest.Leave()
		time.Sleep(40 * time.Second)
		w.close()
	})
}

// While the disk is full a request for a human happens and is told, but who asked
// is answered only when it is durable.
func TestRequestOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var disk *fullDisk
		w := newWorld(t, func(c *call.Config) {
			disk = &fullDisk{Store: c.Store}
			c.Store = disk
		})
		c := w.create(call.Spec{})
		caller := w.Join("caller", 0, client.Config{Token: w.token(c, "caller", wire.RoleCaller)})
		time.Sleep(time.Second)
		disk.full.Store(true)
		for _, ask := range []struct {
			method string
			params any
			state  string
		}{{wire.MethodRequestHuman, wire.RequestHuman{Reason: "help"}, "pending"}, {wire.MethodCancelRequest, nil, "ai"}} {
			answered := make(chan error, 1)
			go func() { answered <- caller.Try(ask.method, ask.params, nil) }()
			caller.AwaitState(ask.state, time.Second)
			time.Sleep(3 * time.Second)
			select {
			case err := <-answered:
				t.Errorf("%s is answered while it is not durable: %v", ask.method, err)
			default:
			}
			disk.full.Store(false)
			if err := <-answered; err != nil {
				t.Errorf("%s: %v", ask.method, err)
			}
			if r, err := w.store.Call(t.Context(), c.ID()); err != nil || r.State != ask.state {
				t.Errorf("the store has %+v, %v", r, err)
			}
			disk.full.Store(true)
		}
		disk.full.Store(false)
		caller.Leave()
		time.Sleep(40 * time.Second)
		w.close()
	})
}
