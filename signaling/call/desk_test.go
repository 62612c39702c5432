package call_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// deskLog is a desk that keeps what calls tell it.
type deskLog struct {
	mu       sync.Mutex
	log      []string
	requests []call.HumanRequest
}

func (d *deskLog) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, fmt.Sprintf(format, args...))
}

func (d *deskLog) Request(_ string, r call.HumanRequest) {
	d.note("request %d", r.No)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, r)
}
func (d *deskLog) Amend(string, string)               {}
func (d *deskLog) Cancelled(_, why string)            { d.note("cancelled %s", why) }
func (d *deskLog) KeepWaiting(string)                 { d.note("keepWaiting") }
func (d *deskLog) Claimed(_ string, by call.Claimant) { d.note("claimed %s", by.Identity) }
func (d *deskLog) Connected(string)                   { d.note("connected") }
func (d *deskLog) Failed(_, why string)               { d.note("failed %s", why) }
func (d *deskLog) Lost(string)                        { d.note("lost") }
func (d *deskLog) Returned(_, why string)             { d.note("returned %s", why) }
func (d *deskLog) Ended(string)                       { d.note("ended") }
func (d *deskLog) Resumed(_, state string, _ call.HumanRequest, _ *call.Claimant) {
	d.note("resumed %s", state)
}

func (d *deskLog) said() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.log)
}

func newDeskTalk(t *testing.T) (*talk, *deskLog) {
	t.Helper()
	d := &deskLog{}
	return newTalk(t, func(c *call.Config) { c.Desk = d }), d
}

func (k *talk) joinHuman(identity string) *bubble.Party {
	return k.Join(identity, bubble.VoiceSecond, client.Config{Token: k.desk(identity), Call: k.c.ID(), AudioSlots: 3})
}

// The desk says that a request has expired while the caller takes it back and
// makes another: that one is not touched, and its news are not the other's.
func TestDropOfAnOlderRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, desk := newDeskTalk(t)
		defer k.end()
		told := func() (h wire.Handoff) {
			if all := k.caller.Notified(wire.NotifyHandoff); len(all) > 0 {
				_ = json.Unmarshal(all[len(all)-1].Params, &h)
			}
			return h
		}
		k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		k.hub.Wait(k.c.ID(), call.Wait{Request: 1, Position: 3})
		k.caller.Await("the first place", time.Second, func() bool { return told().Position == 3 })
		k.caller.Do(wire.MethodCancelRequest, nil, nil)
		k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		k.hub.Wait(k.c.ID(), call.Wait{Request: 2, Position: 4})
		k.caller.Await("the second place", time.Second, func() bool { return told().Position == 4 })
		k.hub.Wait(k.c.ID(), call.Wait{Request: 1, Position: 1, Question: "keepWaiting"})
		if err := k.c.Drop(t.Context(), "expired", call.Wait{Request: 1}); wire.AsError(err).Kind != wire.KindConflict {
			t.Errorf("the first request expires: %v", err)
		}
		time.Sleep(time.Second)
		if h := told(); k.caller.State() != "pending" || h.Position != 4 || h.Reason == "expired" {
			t.Errorf("the second is %s, told %+v", k.caller.State(), h)
		}
		if err := k.c.Drop(t.Context(), "expired", call.Wait{Request: 2}); err != nil {
			t.Error(err)
		}
		k.caller.Await("the end of the second", time.Second, func() bool { return told().Reason == "expired" && k.caller.State() == "ai" })
		if got, want := desk.said(), []string{"request 1", "cancelled ", "request 2", "cancelled expired"}; !slices.Equal(got, want) {
			t.Errorf("the desk was told %q, want %q", got, want)
		}
	})
}

// No word from the caller for 180 s after the human's last: the AI is back. A
// word of theirs starts it anew, and it runs only while it is theirs to speak.
func TestCallerWhoIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, desk := newDeskTalk(t)
		defer k.end()
		bot, carla := k.bot(0), call.ParticipantID(k.c.ID(), "carla")
		k.dana.Do(wire.MethodTakeover, inMode(0), nil)
		say := func(text string) { k.dana.Do(wire.MethodMessage, wire.Message{Text: text}, nil) }
		say("Hello Carla.")
		time.Sleep(170 * time.Second)
		bot.hear("caller", carla, "u1", "one", "moment")
		time.Sleep(10 * time.Minute) // dana is to answer
		if s := k.caller.State(); s != "human" {
			t.Fatalf("while the human is to answer the state becomes %s", s)
		}
		say("Of course.")
		time.Sleep(90 * time.Second)
		say("Are you there?")
		time.Sleep(179 * time.Second)
		if s := k.caller.State(); s != "human" {
			t.Fatalf("too early, the state is %s", s)
		}
		time.Sleep(2 * time.Second)
		if s := k.caller.State(); s != "ai" {
			t.Errorf("after 180 s the state is %s", s)
		}
		log := desk.said()
		if log[len(log)-1] != "returned callerSilent" {
			t.Errorf("the desk was told %q", log)
		}
		var ended wire.HumanTakeoverEnded
		all := k.caller.Notified(wire.NotifyHumanTakeoverEnded)
		_ = json.Unmarshal(all[len(all)-1].Params, &ended)
		if ended.Reason != "callerSilent" {
			t.Errorf("%+v", ended)
		}
	})
}

// Who has a call is there as long as the call has them, also where they only
// type: the desk must not take it from them when their console is loaded again.
func TestHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, _ := newDeskTalk(t)
		defer k.end()
		heard := func(identity string) bool { return k.hub.Heard(k.c.ID(), identity) }
		if heard("dana") || heard("carla") || k.hub.Heard("none", "dana") {
			t.Error("somebody is heard who has not the call")
		}
		eli := k.Join("eli", 0, client.Config{Token: k.desk("eli"), Call: k.c.ID(), AudioSlots: 1})
		eli.Do(wire.MethodTakeover, inMode(0), nil)
		time.Sleep(time.Minute)
		if !heard("eli") || heard("dana") {
			t.Error("who types in the agent's voice is not there")
		}
		eli.Leave()
		k.caller.AwaitState("pending", 5*time.Second)
		if heard("eli") {
			t.Error("who has left is there")
		}
		k.dana.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(3 * time.Second)
		if !heard("dana") || heard("eli") {
			t.Error("who talks is not heard")
		}
	})
}

// What the app asks for reaches the desk, also when it says more later; what
// members and the AI say again does not.
func TestAppAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, desk := newDeskTalk(t)
		defer k.end()
		asks := func(r wire.RequestHuman) {
			if err := k.c.RequestHuman(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		asks(wire.RequestHuman{Reason: "fraud", Priority: 2, Skill: "billing", Email: "kim@example.org"})
		k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "me too", Priority: 1, Skills: []wire.Need{{Name: "vip"}}}, nil)
		k.bot(0).events.WantHuman(0, "distress", "more")
		asks(wire.RequestHuman{Reason: "again"})
		asks(wire.RequestHuman{Priority: 1, Skills: []wire.Need{{Name: "law", Level: 4}}, Languages: []wire.Need{{Name: "de", Preferred: true}}})
		time.Sleep(time.Second)
		desk.mu.Lock()
		defer desk.mu.Unlock()
		if len(desk.requests) != 2 {
			t.Fatalf("the desk was asked %+v", desk.requests)
		}
		first, more := desk.requests[0], desk.requests[1]
		if first.No != 1 || first.Reason != "fraud" || first.Priority != 2 || first.Skill != "billing" || first.Email != "kim@example.org" || first.Caller != "carla" {
			t.Errorf("%+v", first)
		}
		if more.No != 1 || more.Priority != 1 || more.Skill != "" || len(more.Skills) != 1 || more.Skills[0].Level != 4 || len(more.Languages) != 1 || !more.Languages[0].Preferred {
			t.Errorf("%+v", more)
		}
	})
}

// A request has what the caller has said so far, not only that they want a human,
// and the language that they were heard to speak.
func TestRequestHasWordsAndLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, desk := newDeskTalk(t)
		defer k.end()
		bot, carla := k.bot(0), call.ParticipantID(k.c.ID(), "carla")
		for i := range 100 {
			bot.hear("caller", carla, fmt.Sprint("early", i), strings.Repeat("é", 100))
		}
		bot.hear("caller", carla, "u1", "my", "phone", "is", "on", "fire")
		bot.events.LanguageHeard("de")
		bot.hear("caller", carla, "u2", "a", "human", "please")
		k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{}, nil)
		time.Sleep(time.Second)
		desk.mu.Lock()
		defer desk.mu.Unlock()
		r := desk.requests[0]
		if !strings.HasSuffix(r.Words, "é\nmy phone is on fire\na human please") || len(r.Words) > 8000 || len(r.Words) < 7700 || r.Language != "de" {
			t.Errorf("%d bytes, ending %q, in %q", len(r.Words), r.Words[max(0, len(r.Words)-50):], r.Language)
		}
		list, stop := k.hub.Watch(func([]wire.CallSummary, []wire.CallGone) {})
		defer stop()
		if len(list) != 1 || list[0].Language != "de" {
			t.Errorf("%+v", list)
		}
	})
}
