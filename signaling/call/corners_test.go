package call_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/relevo/relevo/transcripts"
)

// hooked is a store whose writes go through a hook.
type hooked struct {
	transcripts.Store
	mu         sync.Mutex
	append     func(e transcripts.Entry, write func() (transcripts.Entry, error)) (transcripts.Entry, error)
	transition func(t transcripts.Transition, write func() (transcripts.Entry, error)) (transcripts.Entry, error)
}

func (h *hooked) set(fn func()) { h.mu.Lock(); fn(); h.mu.Unlock() }

func (h *hooked) Append(_ context.Context, e transcripts.Entry) (transcripts.Entry, error) {
	h.mu.Lock()
	fn := h.append
	h.mu.Unlock()
	write := func() (transcripts.Entry, error) { return h.Store.Append(context.Background(), e) }
	if fn == nil {
		return write()
	}
	return fn(e, write)
}

func (h *hooked) Transition(_ context.Context, t transcripts.Transition) (transcripts.Entry, error) {
	h.mu.Lock()
	fn := h.transition
	h.mu.Unlock()
	write := func() (transcripts.Entry, error) { return h.Store.Transition(context.Background(), t) }
	if fn == nil {
		return write()
	}
	return fn(t, write)
}

func newHooked(t *testing.T) (*talk, *hooked) {
	h := &hooked{}
	k := newTalk(t, func(c *call.Config) { h.Store = c.Store; c.Store = h })
	return k, h
}

// slowly makes transitions to a state take d.
func (h *hooked) slowly(state string, d time.Duration) {
	h.set(func() {
		h.transition = func(t transcripts.Transition, write func() (transcripts.Entry, error)) (transcripts.Entry, error) {
			if t.ToState == state {
				time.Sleep(d)
			}
			return write()
		}
	})
}

func within(d time.Duration, cond func() bool) bool {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if cond() {
			return true
		}
	}
	return cond()
}

// plain is a client without media.
type plain struct {
	*client.Client
	mu   sync.Mutex
	told []string
	lost bool
}

func (w *world) plain(cfg client.Config) (*plain, error) {
	p := &plain{}
	cfg.URL = "ws://relevo/v1/ws"
	cfg.Dialer = &websocket.Dialer{NetDialContext: w.Dial, Subprotocols: []string{wire.Subprotocol}}
	cfg.OnNotify = func(m string, b json.RawMessage) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.told = append(p.told, m+" "+string(b))
	}
	cfg.OnSocketLost = func(error) { p.mu.Lock(); p.lost = true; p.mu.Unlock() }
	var err error
	p.Client, err = client.Dial(context.Background(), cfg)
	return p, err
}

func (p *plain) count(method, text string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.told {
		if strings.HasPrefix(s, method+" ") && strings.Contains(s, text) {
			n++
		}
	}
	return n
}

// A claim whose write was made although it timed out.
func TestGhostClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, h := newHooked(t)
		defer k.end()
		time.Sleep(time.Second)
		once := true
		h.set(func() {
			h.transition = func(t transcripts.Transition, write func() (transcripts.Entry, error)) (transcripts.Entry, error) {
				if t.ToState == "willStart" && once {
					once = false
					_, _ = write()
					return transcripts.Entry{}, context.DeadlineExceeded
				}
				return write()
			}
		})
		t.Logf("first: %v", k.dana.Try(wire.MethodTakeover, inMode(1), nil))
		time.Sleep(5 * time.Second)
		if err := k.dana.Try(wire.MethodTakeover, inMode(1), nil); err != nil {
			t.Errorf("no claim is possible any more: %v", err)
		}
		k.caller.Do(wire.MethodHangup, nil, nil)
		<-k.c.Done()
		if c, _ := k.store.Call(context.Background(), k.c.ID()); c.State != "ended" {
			t.Errorf("the store has the ended call as %s", c.State)
		}
	})
}

// An Append that was made although it timed out is made again.
func TestMessageLoggedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, h := newHooked(t)
		defer k.end()
		once := true
		h.set(func() {
			h.append = func(e transcripts.Entry, write func() (transcripts.Entry, error)) (transcripts.Entry, error) {
				if e.Text == "hello" && once {
					once = false
					_, _ = write()
					return transcripts.Entry{}, context.DeadlineExceeded
				}
				return write()
			}
		})
		k.caller.Do(wire.MethodMessage, wire.Message{Text: "hello"}, nil)
		time.Sleep(3 * time.Second)
		n := 0
		for _, e := range k.entries(k.c) {
			if e.Text == "hello" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the message is in the log %d times", n)
		}
	})
}

// Transitions of an outage are never published, so who resumes misses them.
func TestOutageThenResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		k := newTalk(t, func(c *call.Config) { disk.Store = c.Store; c.Store = disk })
		defer k.end()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		k.caller.DropSocket()
		time.Sleep(100 * time.Millisecond)
		disk.full.Store(true)
		k.dana.Do(wire.MethodReturn, nil, nil)
		time.Sleep(3 * time.Second)
		disk.full.Store(false)
		time.Sleep(3 * time.Second)
		if err := k.caller.Return(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := k.caller.Takeovers("socket"); got != "willStart connected ended" {
			t.Errorf("the caller was told %q", got)
		}
	})
}

// Entries by socket, written while the socket was away.
func TestSocketEntriesLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		p, err := k.plain(client.Config{Token: k.desk("sam"), Call: k.c.ID()})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		time.Sleep(6 * time.Second)
		k.caller.Do(wire.MethodMessage, wire.Message{Text: "one"}, nil)
		time.Sleep(time.Second)
		cursor := int64(len(k.entries(k.c)))
		p.DropSocket()
		time.Sleep(time.Second)
		k.caller.Do(wire.MethodMessage, wire.Message{Text: "two"}, nil)
		time.Sleep(time.Second)
		if err := p.Resume(context.Background(), cursor); err != nil {
			t.Fatal(err)
		}
		time.Sleep(7 * time.Second)
		if a, b := p.count(wire.NotifyEntry, `"one"`), p.count(wire.NotifyEntry, `"two"`); a != 1 || b != 1 {
			t.Errorf("told of one %d times, of two %d times", a, b)
		}
	})
}

// An app claims for a human who listens already and joins with the token.
func TestAppClaimsForListener(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Release(true)
		time.Sleep(time.Second)
		if _, err := k.c.Claim(t.Context(), call.Claimant{Identity: "dana", Name: "Dana", Mode: wire.ModeOwnVoice}); err != nil {
			t.Fatal(err)
		}
		k.caller.AwaitState("willStart", time.Second)
		again := k.Join("dana", bubble.VoiceHuman, client.Config{Token: k.token(k.c, "dana", wire.RoleHuman), AudioSlots: 2})
		defer again.Leave()
		again.Talk(true)
		time.Sleep(3 * time.Second)
		if got := k.caller.Takeovers("socket"); got != "willStart connected" {
			t.Errorf("told %q", got)
		}
	})
}

func external(t *testing.T, change func(*call.Config)) (w *world, c *call.Call, caller, bot *bubble.Party) {
	w = newWorld(t, change)
	c = w.create(call.Spec{ExternalAgent: true})
	caller = w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
	bot = w.Join("bot", bubble.VoiceSecond, client.Config{Token: w.token(c, "bot", wire.RoleAgent)})
	bot.Talk(true)
	return
}

// The evicted external agent's words.
func TestEvictedExternalAgentsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, caller, bot := external(t, nil)
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: c.ID(), AudioSlots: 3})
		defer func() { bot.Leave(); dana.Leave(); caller.Leave(); w.close() }()
		dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		w.bot(0).hear("agent", call.ParticipantID(c.ID(), "bot"), "x1", "buy", "now")
		time.Sleep(time.Second)
		if got := caller.Sentences(wire.TypeAgentSubtitle); len(got) != 0 {
			t.Errorf("the caller reads the evicted agent: %q", got[0].Text)
		}
	})
}

// The caller is told that the external agent is there.
func TestExternalAgentListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, caller, bot := external(t, nil)
		defer func() { bot.Leave(); caller.Leave(); w.close() }()
		time.Sleep(time.Second)
		id, n := call.ParticipantID(c.ID(), "bot"), 0
		for _, x := range caller.Notified(wire.NotifyParticipantJoined) {
			if strings.Contains(string(x.Params), id) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("told %d times that the external agent joined", n)
		}
	})
}

// A human's guidance reaches the external agent.
func TestGuidanceToExternalAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, c, caller, bot := external(t, nil)
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: c.ID(), AudioSlots: 3})
		defer func() { bot.Leave(); dana.Leave(); caller.Leave(); w.close() }()
		dana.Do(wire.MethodMessage, wire.Message{Text: "offer a refund"}, nil)
		time.Sleep(time.Second)
		if n := len(bot.Channelled(wire.TypeTypedMessage)); n != 1 {
			t.Errorf("the external agent got %d messages", n)
		}
	})
}

// An external agent joins between the cut and its entry.
func TestExternalAgentJoinsDuringCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hooked{}
		w := newWorld(t, func(c *call.Config) { h.Store = c.Store; c.Store = h })
		c := w.create(call.Spec{ExternalAgent: true})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: c.ID(), AudioSlots: 3})
		dana.Talk(true)
		h.slowly("human", 900*time.Millisecond)
		done := make(chan error, 1)
		go func() { done <- dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		caller.Await("the cut", 2*time.Second, func() bool { return caller.Hearing(caller.AudioSlots()[0]) == bubble.VoiceHuman })
		bot := w.Join("bot", bubble.VoiceSecond, client.Config{Token: w.token(c, "bot", wire.RoleAgent)})
		bot.Talk(true)
		defer func() { bot.Leave(); dana.Leave(); caller.Leave(); w.close() }()
		t.Log(<-done)
		time.Sleep(2 * time.Second)
		if got := caller.Hearing(caller.AudioSlots()[0]); got != bubble.VoiceHuman || caller.State() != "human" {
			t.Errorf("in state %s the caller hears %d Hz", caller.State(), got)
		}
	})
}

// The human is there before the caller.
func TestCallerComesAfterTheHuman(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		if _, err := c.Claim(t.Context(), call.Claimant{Identity: "dana", Name: "Dana", Mode: wire.ModeAgentVoice}); err != nil {
			t.Fatal(err)
		}
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.token(c, "dana", wire.RoleHuman), AudioSlots: 2})
		dana.AwaitState("human", 3*time.Second)
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
		defer func() { dana.Leave(); caller.Leave(); w.close() }()
		time.Sleep(time.Second)
		bot := w.bot(0)
		bot.note(func() {
			if bot.mode != call.BotRevoice {
				t.Errorf("a human has the floor, the bot is in mode %d at epochs %v", bot.mode, bot.epochs)
			}
		})
		bot.say("a1", "I", "am", "the", "AI.")
		time.Sleep(time.Second)
		if got := caller.Sentences(wire.TypeAgentSubtitle); len(got) > 0 {
			t.Errorf("the caller reads the evicted AI: %q", got[0].Text)
		}
	})
}

// The human who has the floor leaves.
func TestHumanLeftToldTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		k.dana.Do(wire.MethodLeave, nil, nil)
		time.Sleep(time.Second)
		id, n := call.ParticipantID(k.c.ID(), "dana"), 0
		for _, x := range k.caller.Notified(wire.NotifyParticipantLeft) {
			if strings.Contains(string(x.Params), id) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("told %d times that dana left", n)
		}
	})
}

// The human closes the tab between the cut and its entry.
func TestTabClosedDuringCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, h := newHooked(t)
		defer k.end()
		time.Sleep(time.Second)
		h.slowly("human", 900*time.Millisecond)
		go func() { _ = k.dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		k.caller.AwaitState("willStart", time.Second)
		time.Sleep(200 * time.Millisecond)
		at := time.Now()
		k.dana.Leave()
		ok := within(40*time.Second, func() bool { return len(k.caller.Notified(wire.NotifyHumanTakeoverEnded)) > 0 })
		if d := time.Since(at); d > 3*time.Second {
			t.Errorf("told (%v) after %v of silence", ok, d)
		}
	})
}

// The human leaves while the cut waits for the AI's word.
func TestLeaveAtBoundary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		time.Sleep(time.Second)
		got := make(chan error, 1)
		go func() { got <- k.dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		k.caller.AwaitState("willStart", time.Second)
		time.Sleep(40 * time.Millisecond)
		_ = k.dana.Try(wire.MethodLeave, nil, nil)
		time.Sleep(2 * time.Second)
		if told := k.caller.Takeovers("socket"); told != "willStart failed" {
			t.Errorf("the caller was told %q; the takeover answered %v", told, <-got)
		}
	})
}

// The human leaves while the claim is being written.
func TestLeaveDuringClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, h := newHooked(t)
		defer k.end()
		time.Sleep(time.Second)
		h.slowly("willStart", 300*time.Millisecond)
		go func() { _ = k.dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		time.Sleep(100 * time.Millisecond)
		at := time.Now()
		_ = k.dana.Try(wire.MethodLeave, nil, nil)
		within(40*time.Second, func() bool { return len(k.caller.Notified(wire.NotifyHumanTakeoverFailed)) > 0 })
		if d := time.Since(at); d > 3*time.Second {
			t.Errorf("the claim of who has left is void after %v", d)
		}
	})
}

// Someone joins while the call says goodbye.
func TestJoinDuringGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		time.Sleep(time.Second)
		k.bot(0).events.Heard(call.Heard{Leg: call.BotLeg{ParticipantID: call.ParticipantID(k.c.ID(), "carla"), Role: "caller"}, SentenceID: "u1", Text: "bye", Start: time.Now()})
		go func() { _ = k.c.Hangup(context.Background(), "app") }()
		time.Sleep(100 * time.Millisecond)
		p, err := k.plain(client.Config{Token: k.desk("sam"), Call: k.c.ID()})
		if err != nil {
			t.Logf("refused: %v", err)
			return
		}
		defer p.Close()
		<-k.c.Done()
		time.Sleep(5 * time.Second)
		if p.count(wire.NotifyClosed, "") == 0 {
			t.Error("admitted to a call that was over, and never told that it is")
		}
	})
}

// A takeover between two pages of the caller.
func TestChannelOfANewPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		time.Sleep(time.Second)
		k.caller.Leave()
		time.Sleep(time.Second)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		again := k.Join("caller", bubble.VoiceCaller, client.Config{Token: k.token(k.c, "carla", wire.RoleCaller)})
		defer again.Leave()
		time.Sleep(time.Second)
		if a, b := again.Takeovers("socket"), again.Takeovers("channel"); a != b {
			t.Errorf("by socket %q, by data channel %q", a, b)
		}
	})
}

// Transcripts are subscribed in mid-sentence.
func TestSubscribeInMidSentence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Do(wire.MethodSubscribe, wire.Subscribe{Mode: wire.SubscribeNone}, nil)
		done := make(chan struct{})
		go func() { defer close(done); k.bot(0).say("a1", "one", "two", "three", "four", "five", "six", "seven") }()
		time.Sleep(500 * time.Millisecond)
		k.dana.Do(wire.MethodSubscribe, wire.Subscribe{Mode: wire.SubscribeAll}, nil)
		time.Sleep(300 * time.Millisecond)
		text := ""
		for _, e := range k.dana.Channelled(wire.TypeAgentSubtitle) {
			var s wire.Subtitle
			_ = json.Unmarshal(e.Data, &s)
			if s.Offset > len(text) {
				t.Errorf("a delta at offset %d of a text of %d characters", s.Offset, len(text))
				break
			}
			text = text[:s.Offset] + s.Text
		}
		<-done
	})
}

// Another human's idempotency key.
func TestKeyOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		sam := k.Join("sam", bubble.VoiceSecond, client.Config{Token: k.desk("sam"), Call: k.c.ID(), AudioSlots: 3})
		defer sam.Leave()
		k.dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: 1, Key: "1"}, nil)
		if err := sam.Try(wire.MethodTakeover, wire.Takeover{TakeoverMode: 1, Key: "1"}, nil); kind(err) != wire.KindConflict {
			t.Errorf("sam is told that he has dana's call: %v", err)
		}
		if err := k.dana.Try(wire.MethodTakeover, inMode(0), nil); err == nil {
			t.Error("dana asks for the agent's voice, is told yes, and is heard with her own")
		}
	})
}

// A long log by socket.
func TestLongLogBySocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		for i := range 700 {
			if _, err := k.c.Say(t.Context(), fmt.Sprint("line ", i), "human"); err != nil {
				t.Fatal(err)
			}
		}
		p, err := k.plain(client.Config{Token: k.desk("sam"), Call: k.c.ID()})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		time.Sleep(7 * time.Second)
		p.mu.Lock()
		lost := p.lost
		p.mu.Unlock()
		if n := p.count(wire.NotifyEntry, "line"); n != 700 || lost {
			t.Errorf("got %d of 700 entries, socket lost: %v", n, lost)
		}
	})
}

// Neither says a word.
func TestBothSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(5 * time.Minute)
		if s := k.caller.State(); s != "ai" {
			t.Errorf("after 5 silent minutes the state is %s", s)
		}
	})
}

// Mode 0: typed words are spoken, and the floor slot says whose they are.
func TestModeZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		time.Sleep(time.Second)
		k.dana.Do(wire.MethodTakeover, inMode(0), nil)
		if _, err := k.c.Say(t.Context(), "Hello Carla", "human"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		bot := k.bot(0)
		bot.note(func() {
			if len(bot.spoken) != 1 {
				t.Errorf("the agent's voice says %q", bot.spoken)
			}
		})
		slots := k.caller.Notified(wire.NotifySlots)
		if id := call.ParticipantID(k.c.ID(), "dana"); !strings.Contains(string(slots[len(slots)-1].Params), id) {
			t.Errorf("the floor slot is still the AI's: %s", slots[len(slots)-1].Params)
		}
	})
}

// A call whose bot cannot be made.
func TestNoBot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *call.Config) {
			c.NewBot = func(call.BotSpec) (call.Bot, error) { return nil, errors.New("no") }
		})
		defer w.close()
		_, err := w.hub.Create(t.Context(), call.Spec{ID: "c1"})
		t.Log(err)
		live, _ := w.store.Calls(context.Background(), transcripts.Filter{Live: true, Limit: 10})
		if len(live) != 0 {
			t.Errorf("the store has a live call %s that nobody has", live[0].ID)
		}
	})
}

// The storage hangs while a call is given back, and the caller hangs up.
func TestHangupWhileStorageHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, h := newHooked(t)
		defer k.end()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		h.set(func() {
			h.append = func(e transcripts.Entry, _ func() (transcripts.Entry, error)) (transcripts.Entry, error) {
				time.Sleep(time.Second)
				return e, context.DeadlineExceeded
			}
			h.transition = func(t transcripts.Transition, _ func() (transcripts.Entry, error)) (transcripts.Entry, error) {
				time.Sleep(time.Second)
				return t.Entry, context.DeadlineExceeded
			}
		})
		go func() { _, _ = k.c.Say(context.Background(), "x", "human") }()
		time.Sleep(1500 * time.Millisecond)
		go func() { _ = k.dana.Try(wire.MethodReturn, nil, nil) }()
		time.Sleep(50 * time.Millisecond)
		at := time.Now()
		go func() { _ = k.caller.Try(wire.MethodHangup, nil, nil) }()
		k.dana.AwaitNotify(wire.NotifyClosed, 1, 10*time.Second)
		if d := time.Since(at); d > 500*time.Millisecond {
			t.Errorf("the human is told of the hang-up after %v", d)
		}
		h.set(func() { h.append, h.transition = nil, nil })
	})
}

// The loss of the human comes when many decisions wait.
func TestLossRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, h := newHooked(t)
		defer k.end()
		time.Sleep(time.Second)
		h.slowly("human", 900*time.Millisecond)
		go func() { _ = k.dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		k.caller.AwaitState("willStart", time.Second)
		time.Sleep(300 * time.Millisecond)
		for range 70 {
			go func() { _ = k.c.RequestHuman(context.Background(), wire.RequestHuman{}) }()
		}
		time.Sleep(10 * time.Millisecond)
		_ = k.dana.Try(wire.MethodLeave, nil, nil)
		time.Sleep(10 * time.Second)
		if s := k.caller.State(); s == "human" {
			t.Errorf("10 s after the human has left the state is %s, the caller hears %d Hz", s, k.caller.Hearing(k.floor))
		}
	})
}
