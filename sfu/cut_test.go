package sfu

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

func slogDiscard() *slog.Logger { return slog.New(slog.DiscardHandler) }

const audio, video = webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo

// The tones of the parties.
const (
	toneAI     = 880
	toneHuman  = 1320
	toneCaller = 500
)

// agent is the in-process AI.
type agent struct {
	p     *Participant
	voice *LocalSource
	*speaker
	stale, heard int
	lastHeard    time.Time
	epoch        uint64
}

func (w *world) agent(epoch uint64) *agent {
	p, err := w.room.Join("ai", Agent)
	must(w.t, err)
	voice, err := p.PublishLocal(Microphone)
	must(w.t, err)
	a := &agent{p: p, voice: voice, epoch: epoch}
	return a
}

func (a *agent) speak(t *testing.T) {
	a.speaker = speak(t, 24000, toneAI, func(_ int, payload []byte) {
		switch err := a.voice.Write(Frame{Epoch: a.epoch, Opus: payload, Samples48k: 960}); {
		case err == nil:
			a.heard, a.lastHeard = a.heard+1, time.Now()
		case errors.Is(err, ErrStaleEpoch):
			a.stale++
		default:
			panic(err)
		}
	})
}

// The takeover: the AI has the floor, a human who is already listening gets
// it, then the AI again. The caller's ear must not notice but for the voice.
func TestCut(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(1)
		must(t, w.room.GiveFloor(ai.voice.Track(), 1))
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}, audioSlots: 1})
		human := w.join(clientSpec{id: "human", role: Human, publish: []Source{Microphone}, audioSlots: 2})
		observer := w.join(clientSpec{id: "observer", role: Observer, audioSlots: 3})
		ai.speak(t)
		time.Sleep(3 * time.Millisecond) // nobody's ticks are aligned
		callerMic := caller.microphone(toneCaller, 65000, 1<<32-5000)
		time.Sleep(7 * time.Millisecond)
		humanMic := human.microphone(toneHuman, 100, 77)
		time.Sleep(5 * time.Second)

		cut := time.Now()
		human.p.SetAudience(Everyone)
		must(t, w.room.GiveFloor(human.track(Microphone), 2))
		time.Sleep(5 * time.Second)

		back := time.Now()
		ai.end()
		if ai.lastHeard.After(cut) || ai.stale < 240 {
			t.Errorf("the AI was told that it was heard %v after the cut, %d frames stale", ai.lastHeard.Sub(cut), ai.stale)
		}
		ai.epoch = 3
		must(t, w.room.GiveFloor(ai.voice.Track(), 3))
		human.p.SetAudience(Nobody)
		ai.speak(t)
		time.Sleep(5 * time.Second)
		ai.end()
		callerMic.end()
		humanMic.end()
		time.Sleep(100 * time.Millisecond)

		packets := caller.packets(audio, 0)
		if sn, ts := breaks(packets); sn != 0 || ts != 0 {
			t.Errorf("caller: %d sequence breaks, %d timestamp breaks in %d packets", sn, ts, len(packets))
		}
		if gap := longestGap(packets); gap > 40*time.Millisecond {
			t.Errorf("caller: longest gap between packets is %v", gap)
		}
		if len(packets) < 740 {
			t.Errorf("caller heard %d packets in 15 s", len(packets))
		}
		ssrc := packets[0].SSRC
		var lastAI, firstHuman, lastHuman, firstAI time.Time
		for i, f := range tones(t, packets, toneAI, toneHuman, toneCaller) {
			at := packets[i].at
			if packets[i].SSRC != ssrc {
				t.Fatal("the SSRC changed")
			}
			switch {
			case f == toneCaller:
				t.Fatal("the caller hears itself")
			case f == toneAI && at.Before(back):
				lastAI = at
			case f == toneHuman && firstHuman.IsZero():
				firstHuman = at
			}
			if f == toneHuman {
				lastHuman = at
			}
			if f == toneAI && at.After(back) && firstAI.IsZero() {
				firstAI = at
			}
		}
		// One frame of the old voice may sound on: the decoder overlaps frames.
		if d := lastAI.Sub(cut); d > 20*time.Millisecond {
			t.Errorf("the AI is heard until %v after the cut", d)
		}
		if d := firstHuman.Sub(cut); d > 40*time.Millisecond || d < 0 {
			t.Errorf("the human is heard %v after the cut", d)
		}
		if d := lastHuman.Sub(back); d > 40*time.Millisecond {
			t.Errorf("the human is heard until %v after the return", d)
		}
		if d := firstAI.Sub(back); d > 40*time.Millisecond || d < 0 {
			t.Errorf("the AI is heard %v after the return", d)
		}
		if caller.negotiations != 1 {
			t.Errorf("%d negotiations", caller.negotiations)
		}
		// The human heard caller and AI on slots of their own, never itself.
		for n, want := range []float64{toneAI, toneCaller} {
			got := tones(t, human.packets(audio, n), toneAI, toneHuman, toneCaller)
			if len(got) < 400 {
				t.Errorf("human's slot %d: %d packets", n, len(got))
			}
			for i, f := range got {
				if i > 3 && f != want && f != 0 {
					t.Fatalf("human's slot %d: tone %v in packet %d", n, f, i)
				}
			}
		}
		// The observer hears the human only while its audience is everyone.
		heardHuman := observer.packets(audio, 2)
		if len(heardHuman) < 248 || len(heardHuman) > 252 {
			t.Errorf("observer heard %d packets of the human", len(heardHuman))
		}
		caller.leave()
		human.leave()
		observer.leave()
		ai.p.Leave()
	})
}
