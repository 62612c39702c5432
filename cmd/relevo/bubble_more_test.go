package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// met is a call in which the AI has greeted, and dana listens in silence.
type met struct {
	*whole
	call         wire.CreateCallResult
	caller, dana *bubble.Party
	floor        string
}

func meet(t *testing.T) *met {
	t.Helper()
	m := &met{whole: newWhole(t)}
	m.rest("POST", "/v1/calls", `{"name":"Carla"}`, &m.call)
	m.caller = m.Join("caller", bubble.VoiceCaller, client.Config{Token: m.call.Token})
	m.floor = m.caller.AudioSlots()[0]
	desk, err := m.keys.Sign(auth.Claims{Key: "devkey", Identity: "dana", Name: "Dana", Desk: true}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	m.dana = m.Join("dana", bubble.VoiceHuman, client.Config{Token: desk, Call: m.call.CallID, AudioSlots: 3})
	time.Sleep(5 * time.Second)
	return m
}

func (m *met) end() {
	m.caller.Leave()
	m.dana.Leave()
	m.close()
}

// longestSilence is the longest stretch after at in which the caller hears nobody.
func (m *met) longestSilence(at time.Time) time.Duration {
	longest, since := time.Duration(0), at
	for _, f := range m.caller.Ear(m.floor) {
		if f.At.Before(at) {
			continue
		}
		if f.Hertz != 0 {
			since = f.At
		}
		longest = max(longest, f.At.Sub(since))
	}
	return longest
}

// The human's network dies in the middle of a word: within 3 s the caller is
// told, and hears the AI, which says so and goes on.
func TestHumanVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meet(t)
		defer m.end()
		m.dana.Talk(true)
		m.dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil)
		time.Sleep(2 * time.Second)
		m.dana.Vanish()
		gone := time.Now()
		m.caller.AwaitNotify(wire.NotifyHumanTakeoverEnded, 1, 3*time.Second)
		m.caller.Await("the AI's voice", 3*time.Second-time.Since(gone), func() bool { return m.caller.Hearing(m.floor) == bubble.VoiceAI })
		t.Logf("the AI is heard %v after the last of the human", time.Since(gone))
		time.Sleep(8 * time.Second)
		said := texts(m.caller, wire.TypeAgentSubtitle)
		if last := strings.Join(said[1:], " "); !strings.Contains(last, "Dana") {
			t.Errorf("the AI says %q and not who is gone", last)
		}
		m.caller.AwaitState("pending", time.Second)
	})
}

// Between claim and cut the caller is kept company: the human's media takes 25 s
// to come, and no silence is longer than 10 s; the first words come within 3 s.
func TestCompanyWhileTheHumanConnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meet(t)
		defer m.end()
		m.dana.Release(true)
		time.Sleep(time.Second)
		claimed := time.Now()
		done := make(chan error, 1)
		go func() { done <- m.dana.Try(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil) }()
		m.caller.Await("the AI's voice", 3*time.Second, func() bool { return m.caller.Hearing(m.floor) == bubble.VoiceAI })
		time.Sleep(22 * time.Second)
		if d := m.longestSilence(claimed); d > 10*time.Second {
			t.Errorf("%v of silence between claim and cut", d)
		}
		m.dana.Release(false)
		m.dana.Talk(true)
		if err := <-done; err != nil {
			t.Fatalf("the takeover: %v", err)
		}
		m.caller.Unbroken(m.floor, false)
	})
}

// Mode 0: what the human says and types is heard in the AI's voice and read as
// the human's words; their own sound never reaches the caller.
func TestAgentsVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meet(t)
		defer m.end()
		m.means(bubble.VoiceHuman, "this is dana speaking to you")
		m.dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeAgentVoice}, nil)
		time.Sleep(2 * time.Second)
		quiet := time.Now()
		m.dana.Say(1500 * time.Millisecond)
		m.caller.Await("the human's words in the AI's voice", 5*time.Second, func() bool { return m.caller.Hearing(m.floor) == bubble.VoiceAI })
		m.caller.Await("the human's words as text", 5*time.Second, func() bool { return len(texts(m.caller, wire.TypeHumanSubtitle)) == 1 })
		time.Sleep(4 * time.Second)
		m.dana.Do(wire.MethodMessage, wire.Message{Text: "and this is typed"}, nil)
		m.caller.Await("the typed words in the AI's voice", 3*time.Second, func() bool { return m.caller.Hearing(m.floor) == bubble.VoiceAI })
		// The caller's own question is not answered by the AI.
		time.Sleep(4 * time.Second)
		said := len(texts(m.caller, wire.TypeAgentSubtitle))
		m.means(bubble.VoiceCaller, "where is my parcel")
		m.caller.Say(1500 * time.Millisecond)
		time.Sleep(5 * time.Second)
		if now := len(texts(m.caller, wire.TypeAgentSubtitle)); now != said {
			t.Errorf("the AI said something of its own: %q", texts(m.caller, wire.TypeAgentSubtitle)[said:])
		}
		human := bubble.ReelOf(t, bubble.VoiceHuman)
		for _, f := range m.caller.Heard(m.floor) {
			if f.At.After(quiet) && human.Has(f.Payload) {
				t.Fatalf("the caller hears the human's own sound at %s", m.Since(f.At))
			}
		}
		m.caller.Unbroken(m.floor, false)
	})
}

// A caller who is not there any more is asked twice, said goodbye to, and the
// call ends; with a human in the call nothing of this happens.
func TestSilentCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meet(t)
		defer m.end()
		m.dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil)
		time.Sleep(time.Minute)
		if n := len(texts(m.caller, wire.TypeAgentSubtitle)); n > 1 {
			t.Errorf("the AI speaks in a human's stretch: %q", texts(m.caller, wire.TypeAgentSubtitle))
		}
		m.dana.Do(wire.MethodReturn, nil, nil)
		m.caller.AwaitState("ai", 4*time.Second)
		back := time.Now()
		m.caller.AwaitNotify(wire.NotifyClosed, 1, 2*time.Minute)
		t.Logf("the call ended after %v of silence: %q", time.Since(back), texts(m.caller, wire.TypeAgentSubtitle))
		if n := len(texts(m.caller, wire.TypeAgentSubtitle)); n < 4 {
			t.Errorf("the caller heard %d sentences before the end", n)
		}
	})
}
