package call_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// second is sam, who joins as another human.
func (k *talk) second() *bubble.Party {
	return k.Join("sam", bubble.VoiceSecond, client.Config{Token: k.desk("sam"), Call: k.c.ID(), AudioSlots: 3})
}

func toSam(mode wire.TakeoverMode) call.Claimant {
	return call.Claimant{Identity: "sam", Name: "sam", Mode: mode}
}

// From one packet to the next the caller hears the second human, never the AI.
func TestHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		sam := k.second()
		defer sam.Leave()
		k.dana.Talk(true)
		sam.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		taken := time.Now()
		uid, err := k.c.HandOver(t.Context(), toSam(1))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		k.checkCut(taken, bubble.VoiceHuman, bubble.VoiceSecond)
		ai := bubble.ReelOf(t, bubble.VoiceAI)
		for _, f := range k.caller.Heard(k.floor) {
			if f.At.After(taken) && ai.Has(f.Payload) {
				t.Fatalf("the AI is heard between two humans, at %s", k.Since(f.At))
			}
		}
		if again, err := k.c.HandOver(t.Context(), toSam(1)); err != nil || again != uid {
			t.Errorf("the same again: %q, %v", again, err)
		}
		const told = "willStart connected ended willStart connected"
		for _, p := range []*bubble.Party{k.caller, k.dana, sam} {
			if got := p.Takeovers("socket"); got != told {
				t.Errorf("by socket: %q", got)
			}
		}
		if got := k.caller.Takeovers("channel"); got != "willStart connected willStart connected" {
			t.Errorf("by data channel: %q", got)
		}
		// The first one is a listener now, and the AI's words of theirs are stale.
		if err := k.dana.Try(wire.MethodReturn, nil, nil); err == nil {
			t.Error("who has handed the call over gives it back")
		}
		stored, err := k.store.Call(t.Context(), k.c.ID())
		if err != nil || stored.Epoch != 3 || stored.Claim.Identity != "sam" || stored.Claim.UID != uid || stored.Holder != call.ParticipantID(k.c.ID(), "sam") {
			t.Errorf("%+v, %v", stored, err)
		}
		sam.Do(wire.MethodReturn, nil, nil)
		k.caller.AwaitState("ai", time.Second)
		time.Sleep(time.Second)
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceAI {
			t.Errorf("after the return the caller hears %d Hz", got)
		}
		k.caller.Unbroken(k.floor, false)
		var events []string
		for _, e := range k.entries(k.c) {
			if e.Event != "" && e.Event != "brief" {
				events = append(events, e.Event)
			}
		}
		if s := strings.Join(events, " "); !strings.Contains(s, "willStart human handedOver returning ai") {
			t.Errorf("the log has %q", s)
		}
	})
}

func TestHandOverIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		refused := func(why, want string) {
			t.Helper()
			if _, err := k.c.HandOver(t.Context(), toSam(1)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", why, err)
			}
		}
		refused("the AI has it", "state ai")
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		refused("not in the call", "not in the call")
		sam := k.second()
		defer sam.Leave()
		sam.Release(true) // no media
		time.Sleep(time.Second)
		refused("no media", "not in the call")
		if got := k.caller.Takeovers("socket"); got != "willStart connected" {
			t.Errorf("the caller was told %q", got)
		}
		k.dana.Talk(true)
		time.Sleep(time.Second)
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceHuman {
			t.Errorf("the caller hears %d Hz", got)
		}
	})
}

// A second human who goes while the call is being handed to them: the AI has it.
func TestHandOverToWhoLeaves(t *testing.T) {
	for _, delay := range []time.Duration{0, time.Millisecond, 20 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			k := newTalk(t, nil)
			defer k.end()
			sam := k.second()
			sam.Talk(true)
			k.dana.Do(wire.MethodTakeover, inMode(1), nil)
			time.Sleep(time.Second)
			left := make(chan struct{})
			go func() { defer close(left); time.Sleep(delay); sam.Leave() }()
			_, _ = k.c.HandOver(t.Context(), toSam(1)) // made or refused: both are right
			<-left
			time.Sleep(2 * time.Second)
			switch state, heard := k.caller.State(), k.caller.Hearing(k.floor); {
			case state == "pending" && heard == bubble.VoiceAI:
			case state == "human" && heard != bubble.VoiceSecond: // refused: dana has it, in silence
			default:
				t.Errorf("delay %v: state %s, the caller hears %d Hz", delay, state, heard)
			}
		})
	}
}

// Passed on to whoever comes next: the AI speaks meanwhile and explains.
func TestRequeue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Talk(true)
		if err := k.c.Requeue(t.Context(), "", "transferred"); err == nil {
			t.Error("the AI's call was put back into the line")
		}
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		at := time.Now()
		if err := k.c.Requeue(t.Context(), "", "transferred"); err != nil {
			t.Fatal(err)
		}
		k.caller.AwaitState("pending", time.Second)
		time.Sleep(time.Second)
		k.checkCut(at, bubble.VoiceHuman, bubble.VoiceAI)
		if ended := k.caller.AwaitNotify(wire.NotifyHumanTakeoverEnded, 1, time.Second); !strings.Contains(string(ended.Params), `"transferred"`) {
			t.Errorf("told %s", ended.Params)
		}
		bot := k.bot(0)
		bot.note(func() {
			if n := len(bot.company); n == 0 || bot.company[n-1] != "transferred dana" {
				t.Errorf("the AI was to explain: %q", bot.company)
			}
		})
	})
}

// Whispering reaches the human and never the caller; barging in reaches both,
// and ends when the AI is back.
func TestWhisperAndBargeIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		k := &talk{world: w, c: w.create(call.Spec{})}
		k.caller = w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(k.c, "carla", wire.RoleCaller), AudioSlots: 2})
		k.floor = k.caller.AudioSlots()[0]
		k.dana = w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: k.c.ID(), AudioSlots: 4})
		defer k.end()
		sam := w.Join("sam", bubble.VoiceSecond, client.Config{Token: w.desk("sam"), Call: k.c.ID(), AudioSlots: 4})
		defer sam.Leave()
		hears := func(p *bubble.Party, voice int) bool {
			for _, slot := range p.AudioSlots() {
				if p.Hearing(slot) == voice {
					return true
				}
			}
			return false
		}
		expect := func(when string, caller, dana bool) {
			t.Helper()
			time.Sleep(time.Second)
			if got := hears(k.caller, bubble.VoiceSecond); got != caller {
				t.Errorf("%s: the caller hears sam: %v", when, got)
			}
			if got := hears(k.dana, bubble.VoiceSecond); got != dana {
				t.Errorf("%s: dana hears sam: %v", when, got)
			}
		}
		speak := func(to wire.Audience) { t.Helper(); sam.Do(wire.MethodSpeakTo, wire.SpeakTo{To: to}, nil) }

		sam.Talk(true)
		expect("at first", false, false)
		if err := sam.Try(wire.MethodSpeakTo, wire.SpeakTo{To: wire.AudienceEveryone}, nil); err == nil {
			t.Error("barged in on the AI")
		}
		if err := k.caller.Try(wire.MethodSpeakTo, wire.SpeakTo{To: wire.AudienceNobody}, nil); err == nil {
			t.Error("a caller chose who hears them")
		}
		speak(wire.AudienceHumans)
		expect("whispering before the takeover", false, true)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		expect("whispering", false, true)
		if err := k.dana.Try(wire.MethodSpeakTo, wire.SpeakTo{To: wire.AudienceHumans}, nil); err == nil {
			t.Error("who has the floor whispers")
		}
		speak(wire.AudienceEveryone)
		expect("barging in", true, true)
		bot, samID := k.bot(0), call.ParticipantID(k.c.ID(), "sam")
		bot.note(func() {
			if !bot.hears[samID] {
				t.Error("who barges in is not transcribed")
			}
		})
		if n := len(k.dana.Notified(wire.NotifyParticipantSpeaksTo)); n != 2 {
			t.Errorf("dana was told %d times who hears sam", n)
		}
		if n := len(k.caller.Notified(wire.NotifyParticipantSpeaksTo)); n != 0 {
			t.Errorf("the caller was told of whispers")
		}
		k.dana.Do(wire.MethodReturn, nil, nil)
		k.caller.AwaitState("ai", time.Second)
		expect("after the return", false, false)
		bot.note(func() {
			if bot.hears[samID] {
				t.Error("who barged in is still transcribed")
			}
		})
		k.caller.Unbroken(k.floor, false)

		// In the agent's voice nobody else is heard by the caller.
		k.dana.Do(wire.MethodTakeover, inMode(0), nil)
		if err := sam.Try(wire.MethodSpeakTo, wire.SpeakTo{To: wire.AudienceEveryone}, nil); err == nil {
			t.Error("barged in where only the agent's voice is heard")
		}
	})
}

// A claim that the disk does not take leaves the call with who has it.
func TestHandOverWithoutDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		k := newTalk(t, func(c *call.Config) { disk.Store = c.Store; c.Store = disk })
		defer k.end()
		sam := k.second()
		defer sam.Leave()
		k.dana.Talk(true)
		sam.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		disk.full.Store(true)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := k.c.HandOver(ctx, toSam(1)); err == nil {
			t.Fatal("handed over without a disk")
		}
		disk.full.Store(false)
		time.Sleep(3 * time.Second)
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceHuman {
			t.Errorf("the caller hears %d Hz", got)
		}
		if _, err := k.c.HandOver(t.Context(), toSam(1)); err != nil {
			t.Errorf("when it works again: %v", err)
		}
		time.Sleep(time.Second)
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceSecond {
			t.Errorf("the caller hears %d Hz", got)
		}
		stored, err := k.store.Call(t.Context(), k.c.ID())
		if err != nil || stored.Claim.Identity != "sam" || stored.Epoch != 3 {
			t.Errorf("%+v, %v", stored, err)
		}
	})
}
