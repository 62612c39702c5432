package call_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// A rogue's copilot notes what it is asked, in order, and answers briefs with
// what it was told.

func (r *rogue) Assist(mode call.AssistMode, epoch uint64, known []wire.Fact, lines []call.AssistLine) {
	r.assisted(fmt.Sprintf("assist %d epoch %d known %d lines %d", mode, epoch, len(known), len(lines)))
}

func (r *rogue) AssistLine(l call.AssistLine) { r.assisted("line " + l.Role + " " + l.Text) }
func (r *rogue) AssistFact(f wire.Fact)       { r.assisted("fact " + f.Value) }
func (r *rogue) AskEmail(ask bool)            { r.assisted(fmt.Sprint("askEmail ", ask)) }
func (r *rogue) Brief(o call.BriefOrder) {
	b := wire.Brief{Reason: o.Reason, Detail: o.Detail, Facts: o.Known, Mood: "calm"}
	for _, l := range o.Lines {
		b.Seq = l.Seq
		if l.Role == "caller" {
			b.Summary.Matter = l.Text
		}
		if l.Role == "agent" {
			b.Unspoken = l.Unspoken
		}
	}
	if !o.Quick {
		r.assisted(fmt.Sprintf("brief %s lines %d", o.Reason, len(o.Lines)))
	}
	go r.events.Briefed(o.Term, b)
}

func (r *rogue) assisted(what string) { r.note(func() { r.assists = append(r.assists, what) }) }

func (r *rogue) assistLog() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.assists)
}

// suggestions are the 2005 that a party got, as kind and seq.
func suggestions(p *bubble.Party) []string {
	var out []string
	for _, e := range p.Channelled(wire.TypeSuggestion) {
		var s wire.Suggestion
		if err := json.Unmarshal(e.Data, &s); err != nil {
			out = append(out, err.Error())
		}
		out = append(out, strings.TrimSpace(s.Kind+" "+s.Reason))
	}
	return out
}

// briefs are the ones in the handoffs that a party got.
func briefs(p *bubble.Party) []wire.Brief {
	var out []wire.Brief
	for _, n := range p.Notified(wire.NotifyHandoff) {
		var h wire.Handoff
		if json.Unmarshal(n.Params, &h) == nil && h.Brief != nil {
			out = append(out, *h.Brief)
		}
	}
	return out
}

// What the copilot has goes to the human who has the call and to nobody else:
// not to callers, observers or other humans, not before and not after.
func TestSuggestionsAreForWhoHasTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		bot := k.bot(0)
		sam := k.Join("sam", bubble.VoiceSecond, client.Config{Token: k.desk("sam"), Call: k.c.ID(), AudioSlots: 3})
		olga := k.Join("olga", bubble.Silence, client.Config{Token: k.desk("olga"), Call: k.c.ID(), Role: wire.RoleObserver, AudioSlots: 3})
		defer sam.Leave()
		defer olga.Leave()
		time.Sleep(time.Second)
		offer := func(epoch uint64) {
			for _, kind := range []string{wire.SuggestReplies, wire.SuggestSummary, wire.SuggestFacts} {
				bot.events.Assisted(epoch, wire.Suggestion{Kind: kind, Replies: []wire.Reply{{Text: "a reply"}}})
			}
			time.Sleep(100 * time.Millisecond)
		}
		offer(0) // the AI has it
		bot.hear("caller", k.caller.Joined().Participant.ID, "c1", "my", "lamp", "is", "broken")
		k.dana.Talk(true)
		var took wire.TakeoverResult
		k.dana.Do(wire.MethodTakeover, inMode(1), &took)
		offer(took.Epoch - 1)
		bot.hear("caller", k.caller.Joined().Participant.ID, "c2", "can", "you", "help")
		k.dana.Do(wire.MethodMessage, wire.Message{Text: "I can."}, nil)
		sam.Do(wire.MethodMessage, wire.Message{Text: "guidance"}, nil)
		if got := suggestions(k.dana); len(got) != 0 {
			t.Errorf("of other terms dana got %q", got)
		}
		offer(took.Epoch)
		if got := strings.Join(suggestions(k.dana), ", "); got != "suggestion, summary, facts" {
			t.Errorf("dana got %q", got)
		}
		k.dana.Do(wire.MethodReturn, nil, nil)
		offer(took.Epoch)
		k.caller.AwaitState("ai", time.Second)
		offer(took.Epoch)
		offer(took.Epoch + 1)
		if got := suggestions(k.dana); len(got) != 3 {
			t.Errorf("after the return dana got %q", got)
		}
		for name, p := range map[string]*bubble.Party{"the caller": k.caller, "sam": sam, "olga": olga} {
			if got := suggestions(p); len(got) != 0 {
				t.Errorf("%s got %q", name, got)
			}
		}
		want := []string{"assist 1 epoch 1 known 1 lines 1", "line caller can you help", "line human I can.", "assist 0 epoch 1 known 1 lines 0"}
		got := slices.DeleteFunc(bot.assistLog(), func(s string) bool { return strings.HasPrefix(s, "brief") || strings.HasPrefix(s, "askEmail") })
		if !slices.Equal(got, want) {
			t.Errorf("the copilot was told %q, want %q", got, want)
		}
		bot.note(func() {
			for _, l := range bot.history {
				if strings.Contains(l.Text, "a reply") || strings.Contains(l.Text, "brief") {
					t.Errorf("the AI remembers %+v", l)
				}
			}
		})
	})
}

// The brief: made at the request and the claim, kept in the log in private, told
// to humans and observers, short in the list, whole in the call's record; the
// caller gets none of it.
func TestBrief(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		bot := k.bot(0)
		time.Sleep(time.Second)
		bot.hear("caller", k.caller.Joined().Participant.ID, "c1", "my", "lamp", "is", "broken")
		if k.c.Brief() != nil {
			t.Error("there is a brief before anybody asked")
		}
		bot.events.WantHuman(0, "callerAsked", "wants a refund")
		k.caller.AwaitState("pending", time.Second)
		time.Sleep(500 * time.Millisecond)
		b := k.c.Brief()
		if b == nil || b.Reason != "callerAsked" || b.Detail != "wants a refund" || b.Summary.Matter != "my lamp is broken" || b.Facts[0].Value != "carla" {
			t.Fatalf("%+v", b)
		}
		calls, stop := k.hub.Watch(func([]wire.CallSummary, []wire.CallGone) {})
		stop()
		if l := calls[0].Brief; l == nil || *l != (wire.BriefLine{Matter: "my lamp is broken", Mood: "calm"}) {
			t.Errorf("in the list: %+v", l)
		}
		bot.hear("caller", k.caller.Joined().Participant.ID, "c2", "it", "fell", "over")
		time.Sleep(6 * time.Second)
		if b := k.c.Brief(); b.Summary.Matter != "it fell over" {
			t.Errorf("while it waits: %+v", b)
		}
		late := k.Join("late", bubble.Silence, client.Config{Token: k.desk("late"), Call: k.c.ID(), Role: wire.RoleObserver, AudioSlots: 3})
		defer late.Leave()
		go bot.say("a1", "refunds", "take", "five", "working", "days")
		time.Sleep(300 * time.Millisecond)
		k.dana.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		var logged []wire.Brief
		for _, e := range k.entries(k.c) {
			if e.Event != "brief" {
				continue
			}
			var b wire.Brief
			if err := json.Unmarshal(e.Data, &b); err != nil || !e.Private || e.Kind != transcripts.KindEvent {
				t.Errorf("%+v: %v", e, err)
			}
			logged = append(logged, b)
		}
		if len(logged) < 2 || len(logged) > 3 || logged[0].Summary.Matter != "my lamp is broken" || logged[len(logged)-1].Summary.Matter != "it fell over" {
			t.Errorf("in the log: %+v", logged)
		}
		if got := briefs(k.dana); len(got) < 3 {
			t.Errorf("dana got %d", len(got))
		}
		if got := briefs(late); len(got) < 2 {
			t.Errorf("the observer got %d", len(got))
		}
		if got := briefs(k.caller); len(got) != 0 {
			t.Errorf("the caller got %+v", got)
		}
	})
}

// An e-mail address: from the token, the caller, the request or the AI, which
// asks only where the operator wants one and none is known, once a call.
func TestEmail(t *testing.T) {
	for _, test := range []struct {
		name, want string
		ask        bool
		do         func(k *talk, bot *rogue)
	}{
		{"wanted", "askEmail true", true, func(k *talk, bot *rogue) { bot.events.WantHuman(0, "callerAsked", "") }},
		{"not wanted", "", false, func(k *talk, bot *rogue) { bot.events.WantHuman(0, "callerAsked", "") }},
		{"known", "askEmail false", true, func(k *talk, bot *rogue) {
			k.caller.Do(wire.MethodSetEmail, wire.SetEmail{Email: "carla@example.org"}, nil)
			bot.events.WantHuman(0, "callerAsked", "")
		}},
		{"with the request", "askEmail false", true, func(k *talk, bot *rogue) {
			k.caller.Do(wire.MethodRequestHuman, wire.RequestHuman{Email: "carla@example.org"}, nil)
		}},
		{"given when asked", "askEmail true askEmail false", true, func(k *talk, bot *rogue) {
			bot.events.WantHuman(0, "callerAsked", "")
			time.Sleep(time.Second)
			bot.events.EmailGiven(7, "stale@example.org")
			bot.events.EmailGiven(0, "carla@example.org")
		}},
		{"asked once a call", "askEmail true askEmail false", true, func(k *talk, bot *rogue) {
			bot.events.WantHuman(0, "callerAsked", "")
			time.Sleep(time.Second)
			k.caller.Do(wire.MethodCancelRequest, nil, nil)
			k.caller.Do(wire.MethodRequestHuman, nil, nil)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newTalk(t, func(c *call.Config) { c.AskEmail = test.ask })
				defer k.end()
				time.Sleep(time.Second)
				test.do(k, k.bot(0))
				time.Sleep(time.Second)
				var asked []string
				for _, s := range k.bot(0).assistLog() {
					if strings.HasPrefix(s, "askEmail") {
						asked = append(asked, s)
					}
				}
				if got := strings.Join(asked, " "); got != test.want {
					t.Errorf("%q, want %q", got, test.want)
				}
				known := strings.Contains(test.want, "false") && test.name != "asked once a call"
				inLog := false
				for _, e := range k.entries(k.c) {
					if e.Event == "email" {
						inLog = e.Private && strings.Contains(string(e.Data), "carla@example.org")
					}
				}
				b := k.c.Brief()
				inBrief := b != nil && slices.ContainsFunc(b.Facts, func(f wire.Fact) bool { return f.Value == "carla@example.org" && f.Confirmed })
				if inLog != known || inBrief != known {
					t.Errorf("known %v, in the log %v, in the brief %v", known, inLog, inBrief)
				}
			})
		})
	}
}

func TestEmailIsChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		time.Sleep(time.Second)
		for _, bad := range []string{"", "carla", "Carla <carla@example.org>", "carla@example", "a b@example.org", strings.Repeat("a", 250) + "@example.org"} {
			if err := k.caller.Try(wire.MethodSetEmail, wire.SetEmail{Email: bad}, nil); wire.AsError(err).Kind != wire.KindBadRequest {
				t.Errorf("%q: %v", bad, err)
			}
		}
		if err := k.dana.Try(wire.MethodSetEmail, wire.SetEmail{Email: "dana@example.org"}, nil); wire.AsError(err).Kind != wire.KindForbidden {
			t.Error(err)
		}
	})
}

// Who gave the call back and watches is warned in the call, where they listen,
// and in the list, until somebody takes over again.
func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		bot := k.bot(0)
		time.Sleep(time.Second)
		watched := func() *wire.Watch {
			calls, stop := k.hub.Watch(func([]wire.CallSummary, []wire.CallGone) {})
			stop()
			return calls[0].Watch
		}
		var took wire.TakeoverResult
		k.dana.Talk(true)
		k.dana.Do(wire.MethodTakeover, inMode(1), &took)
		k.dana.Do(wire.MethodReturn, wire.Return{Watch: true}, nil)
		k.caller.AwaitState("ai", time.Second)
		time.Sleep(time.Second)
		if w := watched(); w == nil || w.Identity != "dana" || w.Reason != "" {
			t.Fatalf("%+v", w)
		}
		if got := bot.assistLog(); got[len(got)-1] != fmt.Sprintf("assist 2 epoch %d known 1 lines 0", took.Epoch+1) {
			t.Errorf("%q", got)
		}
		bot.events.Assisted(took.Epoch+1, wire.Suggestion{Kind: wire.SuggestReplies})
		bot.events.Assisted(took.Epoch+1, wire.Suggestion{Kind: wire.SuggestWatch, Reason: "upset"})
		time.Sleep(100 * time.Millisecond)
		bot.events.WantHuman(took.Epoch+1, "callerAsked", "")
		k.caller.AwaitState("pending", time.Second)
		time.Sleep(100 * time.Millisecond)
		if w := watched(); w == nil || w.Reason != "request" || w.Time == 0 {
			t.Errorf("%+v", w)
		}
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(100 * time.Millisecond)
		if w := watched(); w != nil {
			t.Errorf("%+v", w)
		}
		k.dana.Do(wire.MethodReturn, nil, nil)
		k.caller.AwaitState("ai", time.Second)
		bot.events.WantHuman(took.Epoch+3, "callerAsked", "")
		time.Sleep(time.Second)
		if got := strings.Join(suggestions(k.dana), ", "); got != "watch upset, watch request" {
			t.Errorf("dana was warned of %q", got)
		}
		if got := suggestions(k.caller); len(got) != 0 {
			t.Errorf("the caller got %q", got)
		}
	})
}

// Passing the call on to another human passes what the copilot has on too.
func TestSuggestionsFollowTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		sam := k.second()
		defer sam.Leave()
		bot := k.bot(0)
		k.dana.Talk(true)
		sam.Talk(true)
		var took wire.TakeoverResult
		k.dana.Do(wire.MethodTakeover, inMode(1), &took)
		time.Sleep(time.Second)
		if _, err := k.c.HandOver(t.Context(), toSam(1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
		epoch := k.c.Info().Epoch
		for _, e := range []uint64{took.Epoch, epoch} {
			bot.events.Assisted(e, wire.Suggestion{Kind: wire.SuggestFacts})
		}
		time.Sleep(100 * time.Millisecond)
		if a, b := suggestions(k.dana), suggestions(sam); len(a) != 0 || len(b) != 1 {
			t.Errorf("dana got %q, sam %q", a, b)
		}
		if got := bot.assistLog(); !slices.Contains(got, fmt.Sprintf("assist 1 epoch %d known 1 lines 0", epoch)) {
			t.Errorf("%q", got)
		}
		if err := k.c.Requeue(t.Context(), "", "transferred"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
		bot.events.Assisted(k.c.Info().Epoch, wire.Suggestion{Kind: wire.SuggestFacts})
		time.Sleep(100 * time.Millisecond)
		if b := suggestions(sam); len(b) != 1 || len(briefs(k.dana)) < 3 {
			t.Errorf("back in the line: sam %q, dana has %d briefs", b, len(briefs(k.dana)))
		}
	})
}
