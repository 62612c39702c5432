package call_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// talk is a call in a bubble with its caller, and dana who listens in silence.
type talk struct {
	*world
	c            *call.Call
	caller, dana *bubble.Party
	floor        string // the caller's floor slot
}

func newTalk(t *testing.T, change func(*call.Config)) *talk {
	w := newWorld(t, change)
	k := &talk{world: w, c: w.create(call.Spec{})}
	k.caller = w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(k.c, "carla", wire.RoleCaller)})
	k.floor = k.caller.AudioSlots()[0]
	k.dana = w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: k.c.ID(), AudioSlots: 3})
	return k
}

func (k *talk) end() {
	k.caller.Leave()
	k.dana.Leave()
	k.close()
}

func inMode(mode wire.TakeoverMode) wire.Takeover { return wire.Takeover{TakeoverMode: mode} }

// The story, there and back twice, and what every ear hears on the way.
func TestThereAndBackTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		bot := k.bot(0)
		time.Sleep(time.Second)
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceAI {
			t.Fatalf("at first the caller hears %d Hz, not the AI", got)
		}
		for round := range 2 {
			k.dana.Talk(true)
			time.Sleep(500 * time.Millisecond)
			if got := k.caller.Hearing(k.floor); got == bubble.VoiceHuman {
				t.Fatal("the caller hears a human who has not the floor")
			}
			claimed := time.Now()
			var took wire.TakeoverResult
			k.dana.Do(wire.MethodTakeover, inMode(1), &took)
			if want := uint64(2*round + 1); took.Epoch != want {
				t.Errorf("round %d: epoch %d, want %d", round, took.Epoch, want)
			}
			time.Sleep(2 * time.Second)
			k.checkCut(claimed, bubble.VoiceAI, bubble.VoiceHuman)
			returned := time.Now()
			k.dana.Do(wire.MethodReturn, nil, nil)
			k.caller.AwaitState("ai", time.Second)
			time.Sleep(2 * time.Second)
			k.checkCut(returned, bubble.VoiceHuman, bubble.VoiceAI)
		}
		k.caller.Unbroken(k.floor, false)
		if n := k.caller.Negotiations(); n != 1 {
			t.Errorf("%d negotiations in the call", n)
		}
		for _, p := range []*bubble.Party{k.caller, k.dana} {
			if got, want := p.Takeovers("socket"), "willStart connected ended willStart connected ended"; got != want {
				t.Errorf("by socket: %q, want %q", got, want)
			}
			if got, want := p.Takeovers("channel"), "willStart connected willStart connected"; got != want {
				t.Errorf("by data channel: %q, want %q", got, want)
			}
		}
		bot.note(func() {
			if bot.refused == 0 {
				t.Error("no frame of an old epoch was refused")
			}
		})
		for _, e := range k.caller.Channelled(wire.TypeAgentSubtitle) {
			if strings.Contains(string(e.Data), "stale") {
				t.Errorf("a sentence of an old epoch was shown: %s", e.Data)
			}
		}
	})
}

// checkCut listens to a change of voices after at: no break, one frame missing
// at most, and the old voice in no frame after the new one's first.
func (k *talk) checkCut(at time.Time, from, to int) {
	k.t.Helper()
	before, after := bubble.ReelOf(k.t, from), bubble.ReelOf(k.t, to)
	frames := k.caller.Heard(k.floor)
	first := -1
	for i, f := range frames {
		if f.At.After(at) && after.Has(f.Payload) {
			first = i
			break
		}
	}
	if first < 1 {
		k.t.Fatalf("%d Hz is never heard\n%s", to, k.caller.Dump())
	}
	for _, f := range frames[first:] {
		if before.Has(f.Payload) {
			k.t.Errorf("a frame of %d Hz at %s, after the cut", from, k.Since(f.At))
			break
		}
	}
	a, b := frames[first-1], frames[first]
	if gap := b.At.Sub(a.At) - 20*time.Millisecond; gap > 20*time.Millisecond {
		k.t.Errorf("the cut from %d to %d Hz leaves a gap of %v", from, to, gap)
	}
	if b.SN != a.SN+1 || b.TS != a.TS+960 {
		k.t.Errorf("the cut breaks the stream: sequence +%d, timestamp +%d", b.SN-a.SN, b.TS-a.TS)
	}
	if d := b.At.Sub(at); d > 300*time.Millisecond {
		k.t.Errorf("%d Hz is heard %v after the request", to, d)
	} else {
		k.t.Logf("%d -> %d Hz: heard after %v, frame interval at the cut %v", from, to, d, b.At.Sub(a.At))
	}
}

// Who joins in mid-sentence gets the backlog, then the sentence under way, then
// live ones: what they end up with is what the caller saw.
func TestBacklogThenLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
		bot := w.bot(0)
		bot.say("a1", "Hello,", "how", "can", "I", "help?")
		bot.hear("caller", call.ParticipantID(c.ID(), "carla"), "u1", "where", "is", "my", "parcel")
		var late *bubble.Party
		joined := make(chan struct{})
		go func() {
			defer close(joined)
			time.Sleep(450 * time.Millisecond)
			late = w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: c.ID()})
		}()
		bot.say("a2", "It", "is", "on", "its", "way", "to", "you", "and", "comes", "on", "Monday", "as", "promised.")
		<-joined
		bot.hear("caller", call.ParticipantID(c.ID(), "carla"), "u2", "thank", "you")
		time.Sleep(time.Second)
		var got []string
		seen := map[int64]bool{}
		kinds := []string{}
		for _, x := range late.Told() {
			if x.Env == nil {
				continue
			}
			switch x.Env.Type {
			case wire.TypeBacklog:
				var b wire.Backlog
				_ = json.Unmarshal(x.Env.Data, &b)
				kinds = append(kinds, b.Kind)
			case wire.TypeAgentSubtitle, wire.TypeUserSubtitle:
				var s wire.Subtitle
				_ = json.Unmarshal(x.Env.Data, &s)
				if s.Backlog != (len(kinds) == 1) {
					t.Errorf("backlog %v outside its brackets: %s", s.Backlog, x.Env.Data)
				}
				if s.End {
					if seen[s.Seq] {
						t.Errorf("seq %d twice", s.Seq)
					}
					seen[s.Seq] = true
					got = append(got, s.Text)
				}
			}
		}
		want := "Hello, how can I help?|where is my parcel|It is on its way to you and comes on Monday as promised.|thank you"
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("the late one has %q", s)
		}
		if s := strings.Join(kinds, " "); s != "begin end" {
			t.Errorf("brackets: %q", s)
		}
		var callers []string
		for _, x := range caller.Told() {
			if x.Env != nil && (x.Env.Type == wire.TypeAgentSubtitle || x.Env.Type == wire.TypeUserSubtitle) {
				var s wire.Subtitle
				if json.Unmarshal(x.Env.Data, &s) == nil && s.End {
					callers = append(callers, s.Text)
				}
			}
		}
		if s := strings.Join(callers, "|"); s != want {
			t.Errorf("the caller has %q", s)
		}
		late.Leave()
		caller.Leave()
		w.close()
	})
}

// The loser of two claims gets a conflict with the winner's name.
func TestSecondHumanIsToldWhoHasTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		sam := k.Join("sam", bubble.VoiceSecond, client.Config{Token: k.desk("sam"), Call: k.c.ID(), AudioSlots: 3})
		defer sam.Leave()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		err := sam.Try(wire.MethodTakeover, inMode(1), nil)
		var e *wire.Error
		if !errors.As(err, &e) || e.Kind != wire.KindConflict || !strings.Contains(e.Message, "dana") {
			t.Fatalf("the second claim: %v", err)
		}
		// A repeated claim of the first is the same claim.
		var again wire.TakeoverResult
		k.dana.Do(wire.MethodTakeover, inMode(1), &again)
		if again.Epoch != 1 || k.dana.Takeovers("socket") != "willStart connected" {
			t.Errorf("a repeated claim: %+v, events %q", again, k.dana.Takeovers("socket"))
		}
	})
}

// A human whose network dies: within 3 s the caller is told and hears the AI.
func TestHumanVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		k.dana.Vanish()
		gone := time.Now()
		ended := k.caller.AwaitNotify(wire.NotifyHumanTakeoverEnded, 1, 3*time.Second)
		k.caller.Await("the AI is heard", 3*time.Second-time.Since(gone), func() bool { return k.caller.Hearing(k.floor) == bubble.VoiceAI })
		t.Logf("told after %v, AI heard after %v", ended.At.Sub(gone), time.Since(gone))
		if !strings.Contains(string(ended.Params), `"lost"`) {
			t.Errorf("told %s", ended.Params)
		}
		k.caller.AwaitState("pending", time.Second)
		bot := k.bot(0)
		bot.note(func() {
			if len(bot.company) == 0 || bot.company[len(bot.company)-1] != "lost dana" {
				t.Errorf("the AI was to explain: %q", bot.company)
			}
		})
	})
}

// The caller hangs up while the human is on the way: the human is told at once.
func TestCallerHangsUpDuringWillStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Release(true) // no media comes: the claim waits
		time.Sleep(time.Second)
		failed := make(chan error, 1)
		go func() { failed <- k.dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		k.caller.AwaitState("willStart", time.Second)
		at := time.Now()
		k.caller.Do(wire.MethodHangup, nil, nil)
		k.dana.AwaitNotify(wire.NotifyClosed, 1, 500*time.Millisecond)
		if err := <-failed; err == nil {
			t.Error("the takeover of a call that ended succeeded")
		}
		t.Logf("the human was told after %v", time.Since(at))
	})
}

// A claim whose media never comes is void after 30 s; meanwhile and after it
// the caller hears the AI.
func TestClaimTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "parcel"}, nil)
		k.caller.AwaitState("pending", time.Second)
		k.dana.Release(true)
		time.Sleep(time.Second)
		at := time.Now()
		if err := k.dana.Try(wire.MethodTakeover, inMode(1), nil); err == nil {
			t.Fatal("a takeover without media succeeded")
		}
		if d := time.Since(at); d < 29*time.Second || d > 31*time.Second {
			t.Errorf("the claim was void after %v", d)
		}
		k.caller.AwaitState("pending", time.Second)
		if got := k.caller.Takeovers("socket"); got != "willStart failed" {
			t.Errorf("the caller was told %q", got)
		}
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceAI {
			t.Errorf("the caller hears %d Hz", got)
		}
		k.caller.Unbroken(k.floor, false)
	})
}

// In mode 0 the human's own audio never reaches the caller.
func TestAgentsVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(0), nil)
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "Hello Carla"}, nil)
		time.Sleep(3 * time.Second)
		human := bubble.ReelOf(t, bubble.VoiceHuman)
		for _, f := range k.caller.Heard(k.floor) {
			if human.Has(f.Payload) {
				t.Fatalf("the caller hears the human's own voice at %s", k.Since(f.At))
			}
		}
		bot := k.bot(0)
		bot.note(func() {
			if len(bot.spoken) != 1 || bot.spoken[0] != "Hello Carla" || bot.mode != call.BotRevoice {
				t.Errorf("the agent's voice says %q in mode %d", bot.spoken, bot.mode)
			}
		})
	})
}

// A human who thinks better of it withdraws the claim: the AI goes on.
func TestClaimIsWithdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Release(true) // no media comes: the claim waits
		time.Sleep(time.Second)
		taken := make(chan error, 1)
		go func() { taken <- k.dana.Try(wire.MethodTakeover, inMode(1), nil) }()
		k.caller.AwaitState("willStart", time.Second)
		k.dana.Do(wire.MethodReturn, nil, nil)
		if err := <-taken; err == nil {
			t.Error("a takeover that was withdrawn succeeded")
		}
		failed := k.caller.AwaitNotify(wire.NotifyHumanTakeoverFailed, 1, time.Second)
		if !strings.Contains(string(failed.Params), `"withdrawn"`) {
			t.Errorf("the caller was told %s", failed.Params)
		}
		k.caller.AwaitState("ai", time.Second)
	})
}
