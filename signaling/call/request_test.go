package call_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

func requests(all []transcripts.Entry) (found []transcripts.Entry) {
	for _, e := range all {
		if e.Event == "request" {
			found = append(found, e)
		}
	}
	return found
}

// However often the AI, the caller and the app ask, one request is open; the AI
// is told when the caller takes it back, so that it can ask anew. What a member
// says sets no priority and no skill.
func TestOneOpenRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		bot := k.bot(0)
		ask := func() {
			for range 5 {
				bot.events.WantHuman(0, "callerAsked", "more")
			}
			k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "me too", Priority: 1, Skill: "vip"}, nil)
			for range 5 {
				bot.events.WantHuman(0, "distress", "more")
			}
			time.Sleep(2 * time.Second)
		}
		ask()
		found := requests(k.entries(k.c))
		if len(found) != 1 || !strings.Contains(string(found[0].Data), `"reason":"callerAsked"`) {
			t.Fatalf("requests %+v", found)
		}
		k.caller.Do(wire.MethodCancelRequest, nil, nil)
		k.caller.AwaitState("ai", 2*time.Second)
		told := false
		bot.note(func() { told = slices.Contains(bot.company, "canceled ") })
		if !told {
			t.Errorf("the AI is not told of the cancelling: %q", bot.company)
		}
		k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Reason: "me", Priority: 1, Skill: "vip"}, nil)
		ask()
		if found = requests(k.entries(k.c)); len(found) != 2 {
			t.Fatalf("requests %+v", found)
		}
		for _, e := range found {
			if data := string(e.Data); strings.Contains(data, "priority") || strings.Contains(data, "skill") || strings.Contains(data, "vip") {
				t.Errorf("request with %s", data)
			}
		}
	})
}

// Where a sentence of the AI's comes from is in the log and shown to everybody
// but callers.
func TestSourcesAreForHumans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		confidence := 0.8349
		k.bot(0).events.Spoken(call.Spoken{SentenceID: "a", Text: "At nine.", Final: true, Start: time.Now(), End: time.Now(),
			Confidence: &confidence, Sources: []string{"hours.md"}})
		time.Sleep(time.Second)
		n := 0
		for _, e := range k.entries(k.c) {
			if e.SentenceID != "a" {
				continue
			}
			n++
			if string(e.Data) != `{"sources":["hours.md"],"confidence":0.83}` {
				t.Errorf("logged %s", e.Data)
			}
			if got := call.WireEntry(e, true); string(got.Data) != string(e.Data) {
				t.Errorf("a human sees %s", got.Data)
			}
			if got := call.WireEntry(e, false); got.Data != nil {
				t.Errorf("a caller sees %s", got.Data)
			}
		}
		if n != 1 {
			t.Errorf("%d entries", n)
		}
		if dump := k.caller.Dump(); strings.Contains(dump, "hours.md") {
			t.Errorf("the caller was sent the source:\n%s", dump)
		}
		if dump := k.dana.Dump(); !strings.Contains(dump, "hours.md") {
			t.Errorf("the human was not sent the source:\n%s", dump)
		}
	})
}
