package call_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// fullDisk is a store whose disk is full while full is set.
type fullDisk struct {
	transcripts.Store
	full atomic.Bool
}

func (s *fullDisk) Append(ctx context.Context, e transcripts.Entry) (transcripts.Entry, error) {
	if s.full.Load() {
		return e, transcripts.ErrFull
	}
	return s.Store.Append(ctx, e)
}

func (s *fullDisk) Transition(ctx context.Context, t transcripts.Transition) (transcripts.Entry, error) {
	if s.full.Load() {
		return transcripts.Entry{}, transcripts.ErrFull
	}
	return s.Store.Transition(ctx, t)
}

func kind(err error) wire.ErrorKind {
	var e *wire.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Kind
}

// A full disk: the call goes on, a claim is refused with a clear error, what is
// said is not shown as final, and when there is room again nothing is missing.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &fullDisk{}
		k := newTalk(t, func(c *call.Config) {
			disk.Store = c.Store
			c.Store = disk
		})
		defer k.end()
		time.Sleep(time.Second)
		disk.full.Store(true)
		bot := k.bot(0)
		bot.hear("caller", call.ParticipantID(k.c.ID(), "carla"), "u1", "where", "is", "it")
		time.Sleep(500 * time.Millisecond)
		if got := k.caller.Sentences(wire.TypeUserSubtitle); len(got) != 0 {
			t.Errorf("shown as final although it is not durable: %v", got)
		}
		if got := kind(k.dana.Try(wire.MethodTakeover, inMode(1), nil)); got != wire.KindStorage {
			t.Errorf("a claim on a full disk: %v", got)
		}
		if got := k.caller.Takeovers("socket"); got != "" {
			t.Errorf("a claim that was refused was told: %q", got)
		}
		if len(k.dana.Notified(wire.NotifyError)) == 0 {
			t.Error("the human is not told that the transcript is not saved")
		}
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceAI {
			t.Errorf("the caller hears %d Hz", got)
		}
		disk.full.Store(false)
		time.Sleep(2 * time.Second)
		if got := k.caller.Sentences(wire.TypeUserSubtitle); len(got) != 1 || got[0].Text != "where is it" {
			t.Errorf("after the outage the caller has %v", got)
		}
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		// With the disk full again, the return still happens for who listens.
		disk.full.Store(true)
		k.dana.Do(wire.MethodReturn, nil, nil)
		k.caller.AwaitState("ai", 3*time.Second)
		disk.full.Store(false)
		k.caller.Do(wire.MethodHangup, nil, nil)
		<-k.c.Done()
		var seqs []int64
		var events []string
		for _, e := range k.entries(k.c) {
			seqs = append(seqs, e.Seq)
			if e.Event != "" && e.Event != "brief" {
				events = append(events, e.Event)
			}
		}
		for i, s := range seqs {
			if s != int64(i+1) {
				t.Fatalf("the log has holes: %v", seqs)
			}
		}
		if got := strings.Join(events, " "); got != "created joined willStart human returning ai ended" {
			t.Errorf("the log has %q", got)
		}
	})
}

// Tokens: one of another call, one that has been used, one without a place.
func TestWhoMayJoin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, func(c *call.Config) { c.MaxParticipants = 3 })
		defer k.end()
		other := k.create(call.Spec{})
		for what, tc := range map[string]struct {
			cfg  client.Config
			want wire.ErrorKind
		}{
			"a token of another call":      {client.Config{Token: k.token(other, "eve", wire.RoleCaller), Call: k.c.ID()}, wire.KindUnauthorized},
			"an agent where ours is":       {client.Config{Token: k.token(k.c, "bot", wire.RoleAgent)}, wire.KindForbidden},
			"a console as caller":          {client.Config{Token: k.desk("eve"), Call: k.c.ID(), Role: wire.RoleCaller}, wire.KindBadRequest},
			"a role that there is not":     {client.Config{Token: k.token(k.c, "eve", "king")}, wire.KindForbidden},
			"a resume token of nobody":     {client.Config{Resume: k.c.ID() + ".r_0123456789"}, wire.KindUnauthorized},
			"dana as observer, too":        {client.Config{Token: k.desk("dana"), Call: k.c.ID(), Role: wire.RoleObserver}, wire.KindConflict},
			"a call that there is not":     {client.Config{Token: k.desk("eve"), Call: "c_none"}, wire.KindNotFound},
			"an observer who takes a seat": {client.Config{Token: k.desk("olga"), Call: k.c.ID(), Role: wire.RoleObserver}, ""},
		} {
			p, err := k.TryJoin("eve", 0, tc.cfg)
			if got := kind(err); got != tc.want || err != nil && tc.want == "" {
				t.Errorf("%s: %v, want kind %q", what, err, tc.want)
			}
			if p != nil {
				defer p.Leave()
				if got := kind(p.Try(wire.MethodTakeover, inMode(1), nil)); got != wire.KindForbidden {
					t.Errorf("an observer takes over: %v", got)
				}
				if got := kind(p.Try(wire.MethodHangup, nil, nil)); got != wire.KindForbidden {
					t.Errorf("an observer hangs up: %v", got)
				}
			}
		}
		if got := kind(k.caller.Try(wire.MethodTakeover, inMode(1), nil)); got != wire.KindForbidden {
			t.Errorf("a caller takes over: %v", got)
		}
	})
}

// A full call refuses the next one and costs nobody anything.
func TestFullCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, func(c *call.Config) { c.MaxParticipants = 2 })
		defer k.end()
		time.Sleep(time.Second)
		if _, err := k.TryJoin("sam", 0, client.Config{Token: k.desk("sam"), Call: k.c.ID()}); kind(err) != wire.KindUnavailable {
			t.Errorf("a third joins a call for two: %v", err)
		}
		if got := k.caller.Hearing(k.floor); got != bubble.VoiceAI {
			t.Errorf("the caller hears %d Hz", got)
		}
	})
}

// Typed text goes where it belongs: a human's without the floor is guidance
// that the caller never sees, in no form and in no backlog.
func TestTypedText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "offer a refund"}, nil)
		k.caller.Do(wire.MethodMessage, wire.Message{Text: "my number is 42"}, nil)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "hello Carla"}, nil)
		time.Sleep(time.Second)
		seen := func(p *bubble.Party) string {
			var out []string
			for _, e := range p.Channelled(wire.TypeTypedMessage) {
				var m wire.TypedMessage
				_ = json.Unmarshal(e.Data, &m)
				out = append(out, m.Text)
			}
			return strings.Join(out, "|")
		}
		if got := seen(k.caller); got != "my number is 42|hello Carla" {
			t.Errorf("the caller sees %q", got)
		}
		if got := seen(k.dana); got != "offer a refund|my number is 42|hello Carla" {
			t.Errorf("dana sees %q", got)
		}
		bot := k.bot(0)
		bot.note(func() {
			if want := []string{"offer a refund true", "my number is 42 false"}; !slices.Equal(bot.typed, want) {
				t.Errorf("the bot was told %q", bot.typed)
			}
		})
		// A caller's page that was loaded again gets its backlog, without it.
		again := k.Join("caller", bubble.VoiceCaller, client.Config{Token: k.token(k.c, "carla", wire.RoleCaller)})
		defer again.Leave()
		again.Await("the backlog", time.Second, func() bool { return len(again.Channelled(wire.TypeBacklog)) == 2 })
		if got := seen(again); got != "my number is 42|hello Carla" {
			t.Errorf("after a reload the caller sees %q", got)
		}
		k.caller.AwaitNotify(wire.NotifyClosed, 1, time.Second)
	})
}

// Selective subscription: nothing, then one participant, what they add later
// by itself; asking for who is not there is no error.
func TestSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
		sam := w.Join("sam", 0, client.Config{Token: w.desk("sam"), Call: c.ID(), AudioSlots: 2, Subscribe: &wire.Subscribe{Mode: wire.SubscribeNone}})
		carla := call.ParticipantID(c.ID(), "carla")
		caller.Talk(true)
		bot := w.bot(0)
		bot.hear("caller", carla, "u1", "hello")
		bot.say("a1", "Good", "morning.")
		time.Sleep(time.Second)
		if n := len(sam.Heard(sam.AudioSlots()[0])) + len(sam.Sentences(wire.TypeUserSubtitle)) + len(sam.Sentences(wire.TypeAgentSubtitle)); n != 0 {
			t.Errorf("who subscribed to nothing got %d things", n)
		}
		sam.Do(wire.MethodSubscribe, wire.Subscribe{Mode: wire.SubscribeSome, Participants: []wire.Subscription{
			{ID: carla, Audio: true, Transcripts: true}, {ID: "p_nobody", Audio: true, Video: true}}}, nil)
		time.Sleep(500 * time.Millisecond)
		bot.hear("caller", carla, "u2", "are", "you", "there")
		bot.say("a2", "Yes.")
		time.Sleep(time.Second)
		if got := sam.Hearing(sam.AudioSlots()[0]); got != bubble.VoiceCaller {
			t.Errorf("sam hears %d Hz in the first slot", got)
		}
		if n := len(sam.Heard(sam.AudioSlots()[1])); n != 0 {
			t.Errorf("sam hears somebody else, too: %d frames", n)
		}
		if u, a := sam.Sentences(wire.TypeUserSubtitle), sam.Sentences(wire.TypeAgentSubtitle); len(u) != 2 || len(a) != 0 {
			t.Errorf("sam reads %d sentences of the caller, %d of the AI", len(u), len(a))
		}
		sam.Leave()
		caller.Leave()
		w.close()
	})
}

// An app claims a call for a human who then joins and is connected by that.
func TestClaimByTheApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
		uid, err := c.Claim(t.Context(), call.Claimant{Identity: "dana", Name: "Dana", Mode: wire.ModeOwnVoice, Key: "k1"})
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.Claim(t.Context(), call.Claimant{Identity: "dana", Name: "Dana", Mode: wire.ModeOwnVoice, Key: "k1"})
		if err != nil || again != uid {
			t.Errorf("the same claim again: %q, %v", again, err)
		}
		if _, err := c.Claim(t.Context(), call.Claimant{Identity: "sam", Name: "Sam", Mode: wire.ModeOwnVoice}); kind(err) != wire.KindConflict || !strings.Contains(err.Error(), "Dana") {
			t.Errorf("another claim: %v", err)
		}
		caller.AwaitState("willStart", time.Second)
		time.Sleep(5 * time.Second)
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.token(c, "dana", wire.RoleHuman), AudioSlots: 2})
		dana.Talk(true)
		caller.AwaitState("human", 2*time.Second)
		time.Sleep(time.Second)
		if got := caller.Hearing(caller.AudioSlots()[0]); got != bubble.VoiceHuman {
			t.Errorf("the caller hears %d Hz", got)
		}
		if err := c.ReturnToAI(t.Context()); err != nil {
			t.Error(err)
		}
		caller.AwaitState("ai", 3*time.Second)
		dana.Leave()
		caller.Leave()
		w.close()
	})
}

// An external bot is the AI of its call, and evicted by the same cut.
func TestExternalAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		c := w.create(call.Spec{ExternalAgent: true})
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: w.token(c, "carla", wire.RoleCaller)})
		floor := caller.AudioSlots()[0]
		bot := w.Join("bot", bubble.VoiceSecond, client.Config{Token: w.token(c, "bot", wire.RoleAgent)})
		bot.Talk(true)
		dana := w.Join("dana", bubble.VoiceHuman, client.Config{Token: w.desk("dana"), Call: c.ID(), AudioSlots: 3})
		dana.Talk(true)
		caller.Await("the external bot is heard", 2*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceSecond })
		dana.Do(wire.MethodTakeover, inMode(1), nil)
		cut := time.Now()
		time.Sleep(2 * time.Second)
		voice := bubble.ReelOf(t, bubble.VoiceSecond)
		for _, f := range caller.Heard(floor) {
			if f.At.After(cut) && voice.Has(f.Payload) {
				t.Fatalf("the evicted bot is heard at %s", w.Since(f.At))
			}
		}
		if got := kind(bot.Try(wire.MethodMessage, wire.Message{Text: "buy now"}, nil)); got != wire.KindConflict {
			t.Errorf("the evicted bot writes: %v", got)
		}
		dana.Do(wire.MethodReturn, nil, nil)
		caller.Await("the external bot is heard again", 2*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceSecond })
		caller.Unbroken(floor, false)
		for _, p := range []*bubble.Party{bot, dana, caller} {
			p.Leave()
		}
		w.close()
	})
}

// What a server that died left behind is ended by the next one that starts; a
// call that lives is not.
func TestSealAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		live := w.create(call.Spec{ID: "c_live"})
		for _, id := range []string{"c_1", "c_2"} {
			if err := w.store.CreateCall(t.Context(), transcripts.Call{ID: id, State: "human", Epoch: 3}); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := w.hub.SealAbandoned(t.Context()); n != 2 || err != nil {
			t.Fatalf("%d sealed, %v", n, err)
		}
		c, err := w.store.Call(t.Context(), "c_2")
		if err != nil || c.State != "ended" || c.Ended.IsZero() || c.Epoch != 3 {
			t.Errorf("an abandoned call is %+v, %v", c, err)
		}
		if got := live.Info().State; got != "ai" {
			t.Errorf("a living call is %s", got)
		}
		if n, err := w.hub.SealAbandoned(t.Context()); n != 0 || err != nil {
			t.Errorf("the second time: %d, %v", n, err)
		}
		w.close()
	})
}

// A server that is full refuses the next call and keeps those it has.
func TestFullServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *call.Config) { c.MaxCalls = 2 })
		first := w.create(call.Spec{})
		w.create(call.Spec{})
		if _, err := w.hub.Create(t.Context(), call.Spec{}); kind(err) != wire.KindUnavailable {
			t.Errorf("a third call on a server for two: %v", err)
		}
		if _, err := w.hub.Create(t.Context(), call.Spec{ID: first.ID()}); kind(err) != wire.KindUnavailable && kind(err) != wire.KindConflict {
			t.Errorf("a call with an id that is taken: %v", err)
		}
		if err := first.Hangup(t.Context(), "app"); err != nil {
			t.Fatal(err)
		}
		<-first.Done()
		if _, err := w.hub.Create(t.Context(), call.Spec{}); err != nil {
			t.Errorf("after one has ended: %v", err)
		}
		w.close()
	})
}
