package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// helped are the 2005 of a kind that a party got, in order.
func helped(t *testing.T, p *bubble.Party, kind string) []wire.Suggestion {
	t.Helper()
	var out []wire.Suggestion
	for _, e := range p.Channelled(wire.TypeSuggestion) {
		var s wire.Suggestion
		if err := json.Unmarshal(e.Data, &s); err != nil {
			t.Fatal(err)
		}
		if s.Kind == kind {
			out = append(out, s)
		}
	}
	return out
}

func (w *whole) assisting(identity string, hertz int, call string) *bubble.Party {
	w.t.Helper()
	desk, err := w.keys.Sign(auth.Claims{Key: "devkey", Identity: identity, Name: strings.ToUpper(identity[:1]) + identity[1:], Desk: true}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.Join(identity, hertz, client.Config{Token: desk, Call: call, AudioSlots: 3})
}

// A caller tells the AI what it is about, asks for a human, and is taken over in
// the middle of the AI's sentence: the human has the brief in the log, at the
// console and in the call's record, what the AI was about to say in it, and while
// they talk suggestions, facts and a summary that nobody else gets and that end
// with the return.
func TestCopilot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t)
		var made wire.CreateCallResult
		w.rest("POST", "/v1/calls", `{"name":"Carla","email":"carla@example.org"}`, &made)
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: made.Token})
		floor := caller.AudioSlots()[0]
		dana := w.assisting("dana", bubble.VoiceHuman, made.CallID)
		sam := w.assisting("sam", bubble.Silence, made.CallID)
		time.Sleep(4 * time.Second)

		w.means(bubble.VoiceCaller, "the acmetron that i bought has stopped charging, my order number is four eight two two one oh")
		caller.Say(1500 * time.Millisecond)
		time.Sleep(8 * time.Second)
		w.means(bubble.VoiceCaller, "I want to talk to a human")
		caller.Say(1500 * time.Millisecond)
		caller.AwaitState("pending", 4*time.Second)
		time.Sleep(8 * time.Second)
		if asked := strings.Join(texts(caller, wire.TypeAgentSubtitle), " "); strings.Contains(asked, "e-mail") {
			t.Errorf("nobody wanted an e-mail address, and the AI asks: %q", asked)
		}
		w.means(bubble.VoiceCaller, "the vacuum is blinking red as well and it does not move any more from its station")
		caller.Say(1500 * time.Millisecond)
		caller.Await("the AI's answer", 6*time.Second, func() bool { return caller.Hearing(floor) == bubble.VoiceAI })
		time.Sleep(700 * time.Millisecond)
		dana.Talk(true)
		dana.Do(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil)
		w.means(bubble.VoiceHuman, "hello carla this is dana")
		time.Sleep(1500 * time.Millisecond)
		dana.Talk(false)
		time.Sleep(3 * time.Second)

		var record wire.CallRecord
		w.rest("GET", "/v1/calls/"+made.CallID, "", &record)
		b := record.Brief
		if b == nil || b.Reason == "" || !strings.Contains(b.Summary.Matter, "acmetron") && !strings.Contains(b.Summary.Matter, "vacuum") || b.Unspoken == "" {
			t.Fatalf("the brief: %+v", b)
		}
		for _, want := range []wire.Fact{{Kind: "order", Value: "482210"}, {Kind: "email", Value: "carla@example.org"}, {Kind: "name", Value: "Carla"}} {
			if !slices.ContainsFunc(b.Facts, func(f wire.Fact) bool { return f.Kind == want.Kind && f.Value == want.Value }) {
				t.Errorf("no %s %s among %+v", want.Kind, want.Value, b.Facts)
			}
		}
		var log wire.EntryList
		w.rest("GET", "/v1/calls/"+made.CallID+"/entries", "", &log)
		order := ""
		for _, e := range log.Entries {
			switch e.Event {
			case "request", "willStart", "human":
				order += e.Event + " "
			case "brief":
				if !e.Private {
					t.Errorf("a brief that is not private: %+v", e)
				}
				order += "brief "
			}
		}
		if !strings.HasPrefix(order, "request brief ") || !strings.HasSuffix(order, "human brief ") {
			t.Errorf("in the log: %q", order)
		}
		if n := len(dana.Notified(wire.NotifyHandoff)); n < 3 {
			t.Errorf("the console had %d briefs", n)
		}

		w.means(bubble.VoiceCaller, "how much is the acmetron pro then")
		caller.Say(1500 * time.Millisecond)
		dana.Await("a suggestion", 5*time.Second, func() bool { return len(helped(t, dana, wire.SuggestReplies)) > 0 })
		time.Sleep(2 * time.Second)
		s := helped(t, dana, wire.SuggestReplies)
		if last := s[len(s)-1]; len(last.Replies) == 0 || last.Seq == 0 || !slices.ContainsFunc(last.Replies, func(r wire.Reply) bool { return len(r.Sources) > 0 }) {
			t.Errorf("%+v", last)
		}
		if len(helped(t, dana, wire.SuggestFacts)) == 0 || len(helped(t, dana, wire.SuggestSummary)) == 0 {
			t.Error("no facts, or no summary")
		}
		n := len(dana.Channelled(wire.TypeSuggestion))
		dana.Do(wire.MethodReturn, nil, nil)
		caller.AwaitState("ai", 4*time.Second)
		w.means(bubble.VoiceCaller, "what does the acmetron cost")
		caller.Say(1500 * time.Millisecond)
		time.Sleep(8 * time.Second)
		if got := dana.Channelled(wire.TypeSuggestion); len(got) != n {
			t.Errorf("after the return: %s", got[len(got)-1].Data)
		}
		for name, p := range map[string]*bubble.Party{"the caller": caller, "sam": sam} {
			if got := p.Channelled(wire.TypeSuggestion); len(got) > 0 {
				t.Errorf("%s got %s", name, got[0].Data)
			}
		}
		for _, n := range caller.Notified(wire.NotifyHandoff) {
			if strings.Contains(string(n.Params), "brief") {
				t.Errorf("the caller got %s", n.Params)
			}
		}
		caller.Do(wire.MethodHangup, nil, nil)
		dana.AwaitNotify(wire.NotifyClosed, 1, time.Second)
		for _, p := range []*bubble.Party{caller, dana, sam} {
			p.Leave()
		}
		w.close()
	})
}

// Where the operator wants one and none is known, the AI asks who waits for a
// human for an e-mail address, reads back what it understood, and passes it on.
func TestAskEmail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWhole(t, func(c *config, _ *agentbot.Engines) { c.AskEmail = true })
		var made wire.CreateCallResult
		w.rest("POST", "/v1/calls", `{}`, &made)
		caller := w.Join("caller", bubble.VoiceCaller, client.Config{Token: made.Token})
		dana := w.assisting("dana", bubble.VoiceHuman, made.CallID)
		time.Sleep(4 * time.Second)
		heard := func(what string) {
			t.Helper()
			caller.Await(what, 15*time.Second, func() bool {
				return strings.Contains(strings.Join(texts(caller, wire.TypeAgentSubtitle), " "), what)
			})
			time.Sleep(time.Second)
		}
		say := func(text string) {
			w.means(bubble.VoiceCaller, text)
			caller.Say(1500 * time.Millisecond)
		}
		say("I want to talk to a human")
		heard("what e-mail address can we write to?")
		say("it is karla dot may at example dot com")
		heard("I understood karla dot may at example dot com. Is that right?")
		caller.Do(wire.MethodMessage, wire.Message{Text: "No, it's carla.may@example.com"}, nil)
		heard("I understood carla dot may at example dot com. Is that right?")
		say("yes that is right")
		heard("Thank you, I have passed it on.")
		var record wire.CallRecord
		w.rest("GET", "/v1/calls/"+made.CallID, "", &record)
		if b := record.Brief; b == nil || !slices.ContainsFunc(b.Facts, func(f wire.Fact) bool { return f.Value == "carla.may@example.com" && f.Confirmed }) {
			t.Errorf("%+v", b)
		}
		var log wire.EntryList
		w.rest("GET", "/v1/calls/"+made.CallID+"/entries", "", &log)
		if !slices.ContainsFunc(log.Entries, func(e wire.Entry) bool {
			return e.Event == "email" && e.Private && strings.Contains(string(e.Data), "carla.may@example.com")
		}) {
			t.Error("the address is not in the log")
		}
		say("what is my parcel doing")
		heard("You said: what is my parcel doing")
		caller.Leave()
		dana.Leave()
		w.close()
	})
}
