package call_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
)

// The first message that a human types for the caller disables the AI; guidance
// does not.
func TestFirstMessageTakesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		bot := k.bot(0)
		time.Sleep(time.Second)
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "offer a refund"}, nil)
		if s := k.caller.State(); s != "ai" {
			t.Fatalf("guidance makes the state %s", s)
		}
		var first, second wire.MessageResult
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "Hello Carla, this is Dana.", To: wire.ToCaller}, &first)
		if s := k.caller.State(); s != "human" {
			t.Errorf("after the first message the state is %s", s)
		}
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "How are you?", To: wire.ToCaller}, &second)
		if first.Seq == 0 || second.Seq <= first.Seq {
			t.Errorf("entries %d and %d", first.Seq, second.Seq)
		}
		bot.note(func() {
			if got := strings.Join(bot.spoken, " "); got != "Hello Carla, this is Dana. How are you?" || bot.mode != call.BotRevoice {
				t.Errorf("in mode %v the agent's voice says %q", bot.mode, got)
			}
		})
		var said []string
		for _, e := range k.entries(k.c) {
			if e.Text != "" && e.Role == "human" && !e.Private {
				said = append(said, e.Text)
			}
		}
		if !slices.Equal(said, []string{"Hello Carla, this is Dana.", "How are you?"}) {
			t.Errorf("the caller can read %q", said)
		}
		// Both sides can end it; then the AI is back.
		k.dana.Do(wire.MethodReturn, nil, nil)
		k.caller.AwaitState("ai", 3*time.Second)

		// What cannot be claimed is not said: somebody else has the call, or the one
		// who types has no connection yet.
		eli := k.joinHuman("eli")
		defer eli.Leave()
		eli.Do(wire.MethodTakeover, inMode(1), nil)
		if got := kind(k.dana.Try(wire.MethodMessage, wire.Message{Text: "And me?", To: wire.ToCaller}, nil)); got != wire.KindConflict {
			t.Errorf("a message while eli has the call: %q", got)
		}
		if got := kind(k.caller.Try(wire.MethodMessage, wire.Message{Text: "Hi", To: "everyone"}, nil)); got != wire.KindBadRequest {
			t.Errorf("to everyone: %q", got)
		}
		for _, e := range k.entries(k.c) {
			if strings.Contains(e.Text, "And me?") {
				t.Errorf("%+v is in the log", e)
			}
		}
	})
}

// The caller may end the talk with a human as the human may: then the AI is
// back. Nobody else may, and not while the AI has the call.
func TestCallerEndsTheTalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, desk := newDeskTalk(t)
		defer k.end()
		if got := kind(k.caller.Try(wire.MethodReturn, nil, nil)); got != wire.KindForbidden {
			t.Errorf("with the AI: %q", got)
		}
		eli := k.joinHuman("eli")
		defer eli.Leave()
		k.dana.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(5 * time.Second)
		if got := kind(eli.Try(wire.MethodReturn, nil, nil)); got != wire.KindForbidden {
			t.Errorf("by another human: %q", got)
		}
		k.caller.Do(wire.MethodReturn, nil, nil)
		k.caller.AwaitState("ai", 3*time.Second)
		k.caller.Await("the AI is heard", time.Second, func() bool { return k.caller.Hearing(k.floor) == bubble.VoiceAI })
		if log := desk.said(); log[len(log)-1] != "returned returned" {
			t.Errorf("the desk was told %q", log)
		}
	})
}
