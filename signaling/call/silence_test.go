package call_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
)

// A caller whose words nobody can recognise is not silent, and one who coughs is.
func TestCallerWhoIsNotUnderstood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newDeskTalk(t)
		defer k.end()
		leg := call.BotLeg{ParticipantID: call.ParticipantID(k.c.ID(), "carla"), Role: "caller"}
		k.dana.Do(wire.MethodTakeover, inMode(0), nil)
		for range 2 {
			k.dana.Do(wire.MethodMessage, wire.Message{Text: "Hello Carla."}, nil)
			time.Sleep(170 * time.Second)
			k.bot(0).events.Heard(call.Heard{Leg: leg, SentenceID: "u", Final: true, Start: time.Now().Add(-time.Second), End: time.Now()})
			time.Sleep(20 * time.Second)
			if s := k.caller.State(); s != "human" {
				t.Fatalf("who speaks is said to be silent, the state is %s", s)
			}
		}
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "Are you there?"}, nil)
		time.Sleep(181 * time.Second)
		if s := k.caller.State(); s != "ai" {
			t.Errorf("after 180 s the state is %s", s)
		}
	})
}

// How long a caller may be silent is a setting, which holds at once.
func TestCallerSilenceIsSet(t *testing.T) {
	for _, test := range []struct {
		name  string
		later time.Duration // set after half a minute of silence
		ends  time.Duration // of silence; 0: never
	}{
		{"not set", 0, 180 * time.Second},
		{"sooner", 40 * time.Second, 40 * time.Second},
		{"it is over already", 20 * time.Second, 31 * time.Second},
		{"later", 200 * time.Second, 200 * time.Second},
		{"never", -1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k, _ := newDeskTalk(t)
				defer k.end()
				k.dana.Do(wire.MethodTakeover, inMode(0), nil)
				k.dana.Do(wire.MethodMessage, wire.Message{Text: "Hello Carla."}, nil)
				said := time.Now()
				time.Sleep(30 * time.Second)
				k.hub.CallerSilence(test.later)
				until := test.ends - time.Second
				if test.ends == 0 {
					until = 190 * time.Second
				}
				time.Sleep(time.Until(said.Add(until)))
				if s := k.caller.State(); s != "human" {
					t.Fatalf("too early, the state is %s", s)
				}
				if test.ends == 0 {
					k.hub.CallerSilence(0) // again as the server was started
					test.ends = until
				}
				time.Sleep(time.Until(said.Add(test.ends + 2*time.Second)))
				if s := k.caller.State(); s != "ai" {
					t.Errorf("after %v the state is %s", test.ends, s)
				}
			})
		})
	}
}
