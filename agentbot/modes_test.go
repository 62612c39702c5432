package agentbot

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// After a change of epoch there is no frame and no event of the old one but
// the last Spoken of what was cut by it.
func TestTakeover(t *testing.T) {
	inBubble(t, func(w *world) {
		w.voice.give(1)
		w.tellStory()
		at := w.now()
		w.agent.SetMode(Silent, 2, nil)
		w.voice.give(2)
		w.pass(5 * time.Second)
		for _, f := range w.voice.all() {
			if f.at > at {
				t.Fatalf("a frame at %v", f.at)
			}
		}
		after := 0
		for _, s := range w.all() {
			if s.at < at {
				continue
			}
			if e, ok := s.event.(Spoken); ok && e.Final && e.Cut && e.Epoch == 1 && after == 0 {
				after++
				continue
			}
			t.Errorf("%v: %T%+v", s.at, s.event, s.event)
		}
		if after != 1 {
			t.Errorf("the cut sentence has no end\n%v", w)
		}

		// Both are heard while the agent is silent, and it says nothing.
		human := &tape{start: time.Now()}
		w.agent.Hear(w.human, human)
		w.ear.say(400, time.Second)
		w.pass(2 * time.Second)
		human.say(700, time.Second)
		w.pass(2 * time.Second)
		finals := 0
		for _, h := range of[Heard](w, at) {
			if h.Final {
				finals++
			}
		}
		if finals != 2 || len(of[StateChanged](w, at)) != 0 || w.asks() != 1 {
			t.Errorf("%d sentences heard\n%v", finals, w)
		}

		// Back from its own memory.
		w.voice.give(3)
		back := w.now()
		w.agent.SetMode(Answer, 3, nil)
		w.pass(0)
		if got := of[Ready](w, back); len(got) != 1 || got[0].Epoch != 3 {
			t.Errorf("ready %v", got)
		}
		w.agent.Typed(w.caller, "and now?", false)
		w.pass(3 * time.Second)
		asked := w.asked()
		if len(asked) != 6 || asked[3] != "human: the first of two" || !strings.HasPrefix(asked[4], "system: The human agent has left") || asked[5] != "user: and now?" {
			t.Errorf("asked %q", asked)
		}
		if len(w.said(back)) != 1 {
			t.Errorf("said %q", w.said(back))
		}
	})
}

// The room may refuse the epoch before the agent is told of the next.
func TestRefusedBeforeSetMode(t *testing.T) {
	inBubble(t, func(w *world) {
		w.voice.give(1)
		w.tellStory()
		at := w.now()
		w.voice.give(2)
		w.pass(200 * ms)
		w.agent.Typed(w.caller, "hello?", false)
		w.pass(time.Second)
		said := w.said(0)
		if len(said) != 1 || !strings.HasSuffix(said[0], "[…]") {
			t.Errorf("said %q\n%v", said, w)
		}
		if len(of[Spoken](w, at+100*ms)) != 0 {
			t.Errorf("spoken after the refusal\n%v", w)
		}
		w.agent.SetMode(Silent, 2, nil)
		w.pass(time.Second)
		w.agent.SetMode(Answer, 3, nil) // before the floor is given
		w.agent.Company("returned", "Bob")
		w.pass(time.Second)
		w.voice.give(3)
		given := w.now()
		w.pass(5 * time.Second)
		w.near("the line waits for the floor", w.voice.firstLoud(given), given)
		w.wantSaid(given, "I am back with you. What else can I do for you?")
	})
}

func TestReturnWithHistory(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Greeting = "Hello and welcome."
		w.cfg.Prompt = "Be kind."
		w.create()
		w.agent.Hear(w.caller, w.ear)
		w.agent.SetMode(Answer, 5, []Line{
			{Role: RoleAgent, Text: "Hello."}, {Role: RoleCaller, Name: "Ann", Text: "A human please"}, {Role: RoleEvent, Name: "Bob", Text: "human"},
			{Role: RoleHuman, Name: "Bob", Text: "Your refund comes on Monday"}, {Role: RoleCaller, Text: "Thanks"},
		})
		w.agent.Company("returned", "Bob")
		w.pass(4 * time.Second)
		w.wantSaid(0, "I am back with you. What else can I do for you?")
		w.agent.Typed(w.caller, "What did he say?", false)
		w.pass(4 * time.Second)
		w.wantAsked("system: Be kind.", "assistant: Hello.", "user: A human please", "system: A human agent took over.", "human: Your refund comes on Monday", "user: Thanks",
			"system: The human agent has left; you are speaking again. Do not greet; do not transfer again unless asked.",
			"assistant: I am back with you. What else can I do for you?", "user: What did he say?")
		if said := w.said(0); len(said) != 2 || said[1] != "Bob said: Your refund comes on Monday" {
			t.Errorf("said %q", said)
		}
	})
}

func TestCompany(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tellStory()
		at := w.now()
		w.agent.SetMode(Company, 1, nil)
		w.agent.Company("willStart", "Bob")
		w.pass(8 * time.Second)
		// The sentence is said to its end, the next one is not begun.
		w.wantSaid(0, story, "I am connecting you to Bob now.", "Please stay on the line.")
		w.pass(30 * time.Second)
		said := w.said(at)
		if len(said) < 5 || said[3] != "It will only be a moment." || said[4] != "I am still connecting you." {
			t.Errorf("said %q", said)
		}
		last := time.Duration(0)
		for _, f := range w.voice.all() {
			if f.loud {
				if last != 0 && f.at-last > 8*time.Second+200*ms {
					t.Errorf("silence from %v to %v", last, f.at)
				}
				last = f.at
			}
		}
		// The caller gets a short answer.
		asked := w.now()
		w.agent.Typed(w.caller, "a story", false)
		w.pass(10 * time.Second)
		lines := w.asked()
		if !strings.Contains(lines[len(lines)-1], "one short sentence") {
			t.Errorf("asked %q", lines)
		}
		if said := w.said(asked); len(said) == 0 {
			t.Error("no answer")
		}
		// It failed: the agent goes on.
		failed := w.now()
		w.agent.SetMode(Answer, 1, nil)
		w.agent.Company("failed", "Bob")
		w.pass(20 * time.Second)
		if said := strings.Join(w.said(failed), " "); !strings.Contains(said, "that did not work. I am still here to help you.") || strings.Contains(said, "Thanks for holding") {
			t.Errorf("said %q", said)
		}
	})
}

func TestLost(t *testing.T) {
	for _, order := range []string{"mode first", "line first"} {
		t.Run(order, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.begin()
				w.agent.SetMode(Silent, 2, nil)
				w.pass(10 * time.Second)
				at := w.now()
				if order == "line first" {
					w.agent.Company("lost", "Bob")
					w.pass(500 * ms)
				}
				w.agent.SetMode(Answer, 3, []Line{{Role: RoleHuman, Name: "Bob", Text: "One second"}})
				if order == "mode first" {
					w.agent.Company("lost", "Bob")
				}
				w.ear.say(400, 20*time.Second) // even when the caller does not stop talking
				w.pass(8 * time.Second)
				if first := w.voice.firstLoud(at); first < 0 || first > at+3*time.Second {
					t.Errorf("lost at %v, spoken at %v\n%v", at, first, w)
				}
			})
		})
	}
}

func TestRevoice(t *testing.T) {
	inBubble(t, func(w *world) {
		w.begin()
		w.agent.SetMode(Revoice, 2, nil)
		human := &tape{start: time.Now()}
		w.agent.Hear(w.human, human)
		w.pass(time.Second)
		end := human.say(700, time.Second)
		w.pass(3 * time.Second)
		if first := w.voice.firstLoud(end); first < 0 || first > end+time.Second {
			t.Errorf("the human's words are heard at %v, they ended at %v", first, end)
		}
		w.agent.Speak("I typed this.")
		w.agent.Company("stillWaiting", "")
		w.ear.say(600, time.Second) // the caller does not stop the human
		w.pass(10 * time.Second)
		w.wantSaid(0, "the first of two", "I typed this.")
		for _, s := range of[Spoken](w, 0) {
			if !s.Verbatim || s.Epoch != 2 {
				t.Errorf("%+v", s)
			}
		}
		if w.asks() != 0 {
			t.Error("the model was asked")
		}
		heard := 0
		for _, h := range of[Heard](w, 0) {
			if h.Final && h.Leg == w.human {
				heard++
			}
		}
		if heard != 1 {
			t.Errorf("heard the human %d times", heard)
		}
		w.agent.SetMode(Answer, 3, nil)
		w.agent.Typed(w.caller, "so?", false)
		w.pass(2 * time.Second)
		asked := w.asked()
		if len(asked) != 5 || asked[0] != "human: the first of two" || asked[1] != "human: I typed this." || !strings.HasPrefix(asked[3], "system: The human agent has left") {
			t.Errorf("asked %q", asked)
		}
	})
}

func TestRequestHumanTool(t *testing.T) {
	inBubble(t, func(w *world) {
		w.begin()
		w.agent.Typed(w.caller, "give me a human please", false)
		w.pass(5 * time.Second)
		if got := of[WantHuman](w, 0); len(got) != 1 || got[0].Reason != "callerAsked" || got[0].Detail == "" || got[0].Epoch != 1 {
			t.Errorf("want human %+v", got)
		}
		w.wantSaid(0, "One moment, I will get someone for you.")
		// Without words of the model the agent finds some. What is no reason of ours
		// is only that the model asked.
		w.agent.Company("canceled", "")
		at := w.now()
		w.llm.Reply = func(engine.Request) scripted.Reply {
			return scripted.Reply{Calls: []engine.ToolCall{{Name: RequestHuman, Arguments: []byte("nonsense")}}}
		}
		w.agent.Typed(w.caller, "now", false)
		w.pass(10 * time.Second)
		if got := of[WantHuman](w, at); len(got) != 1 || got[0].Reason != "modelRequested" || got[0].Detail != "" {
			t.Errorf("want human %+v", got)
		}
		if said := w.said(at); len(said) == 0 || said[0] != "I have asked for a colleague." {
			t.Errorf("said %q", said)
		}
		// Nothing asks again while the request is open.
		at = w.now()
		w.agent.Typed(w.caller, "now!", false)
		w.pass(10 * time.Second)
		if got := of[WantHuman](w, at); len(got) != 0 {
			t.Errorf("want human %+v", got)
		}
	})
}

func TestSlowModelGetsAFiller(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.FirstToken = 1900 * ms
		w.begin()
		w.pass(time.Second)
		for i, want := range []string{"One moment.", "Let me see."} {
			at := w.now()
			w.agent.Typed(w.caller, fmt.Sprint("what ", i), false)
			w.pass(6 * time.Second)
			w.near("filler", w.voice.firstLoud(at), at+1200*ms)
			if said := w.said(at); len(said) != 2 || said[0] != want {
				t.Errorf("said %q", said)
			}
		}
		for _, line := range w.asked() {
			if strings.Contains(line, "moment") {
				t.Errorf("a filler is remembered: %q", line)
			}
		}
	})
}

// Close joins everything at any moment.
func TestCloseAtAnyMoment(t *testing.T) {
	for at := 0 * ms; at < 6*time.Second; at += 270 * ms {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.Greeting = "Hello and welcome."
			w.begin()
			human := &tape{start: time.Now()}
			w.agent.Hear(w.human, human)
			human.say(700, 3*time.Second)
			w.ear.say(400, 1500*ms)
			w.pass(at)
			w.agent.Close()
			n := len(w.all())
			for _, s := range of[Spoken](w, 0) {
				begun, ended := s.SentenceID, false
				for _, e := range of[Spoken](w, 0) {
					ended = ended || e.Final && e.SentenceID == begun
				}
				if !ended {
					t.Errorf("at %v: a sentence has no end\n%v", at, w)
				}
			}
			w.agent.SetMode(Answer, 9, nil)
			w.agent.Speak("after the end")
			w.agent.Boundary(t.Context())
			w.agent.Close()
			w.pass(time.Second)
			if len(w.all()) != n {
				t.Error("an event after Close")
			}
		})
	}
}

// A human who gives the call back in mid-sentence: the rest is not listened
// to, what was said counts.
func TestUnhear(t *testing.T) {
	inBubble(t, func(w *world) {
		w.begin()
		w.agent.SetMode(Silent, 2, nil)
		human := &tape{start: time.Now()}
		w.agent.Hear(w.human, human)
		w.pass(time.Second)
		human.say(700, 10*time.Second)
		w.pass(1500 * ms)
		at := w.now()
		w.agent.Unhear(w.human.ID)
		w.pass(100 * ms)
		if got := of[Heard](w, at); len(got) != 1 || !got[0].Final || got[0].Text != "the first of two" || got[0].Leg != w.human {
			t.Errorf("heard %+v", got)
		}
		w.pass(5 * time.Second)
		if got := of[Heard](w, at); len(got) != 1 {
			t.Errorf("still heard: %+v", got)
		}
		again := &tape{start: time.Now()}
		w.agent.Hear(w.human, again)
		again.say(700, time.Second)
		w.pass(3 * time.Second)
		if got := of[Heard](w, at+time.Second); len(got) == 0 {
			t.Error("not heard again")
		}
	})
}

func TestEarEnds(t *testing.T) {
	inBubble(t, func(w *world) {
		w.begin()
		w.ear.say(400, time.Second)
		w.pass(700 * ms)
		w.ear.end()
		w.pass(time.Second)
		if got := of[Heard](w, 0); len(got) == 0 || !got[len(got)-1].Final {
			t.Errorf("the last words are lost\n%v", w)
		}
	})
}

// A line does not talk into the caller's sentence, unless it does not end.
func TestLineWaitsForTheCaller(t *testing.T) {
	for _, long := range []bool{false, true} {
		inBubble(t, func(w *world) {
			w.begin()
			w.pass(3 * time.Second)
			length := 1200 * ms
			if long {
				length = 10 * time.Second
			}
			end := w.ear.say(700, length)
			w.pass(500 * ms)
			asked := w.now()
			w.agent.Company("requested", "")
			w.pass(8 * time.Second)
			want := end + 600*ms + 50*ms + 20*ms // rendering is long done; TTS 100 ms
			if long {
				want = asked + 2*time.Second
			}
			w.near("the line", w.voice.firstLoud(asked), want+100*ms)
		})
	}
}

// A sentence that ends in the very moment of a cut has one end, and it is the
// sentence's own where it was heard out.
func TestCutAtTheEndOfASentence(t *testing.T) {
	for at := 1340 * ms; at <= 1480*ms; at += 20 * ms {
		for range 6 {
			inBubble(t, func(w *world) {
				w.begin()
				w.pass(100 * ms)
				w.agent.Speak("These are three words.")
				time.Sleep(at - 100*ms)
				w.agent.SetMode(Silent, 2, nil)
				w.pass(time.Second)
				finals := 0
				for _, s := range of[Spoken](w, 0) {
					if s.Final {
						finals++
					}
				}
				if begun := len(of[Spoken](w, 0)) > 0; begun && finals != 1 {
					t.Errorf("cut at %v: %d ends\n%v", at, finals, w)
				}
			})
		}
	}
}

// An answer that had to wait for a line has as much time as any.
func TestAnswerBehindALine(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.FirstToken = 1100 * ms
		w.begin()
		w.pass(3 * time.Second)
		w.ear.say(700, 1200*ms)
		w.pass(600 * ms)
		w.agent.Company("requested", "")
		w.pass(12 * time.Second)
		w.wantSaid(0, "I have asked for a colleague.", "In the meantime I can go on helping you.", "You said: the first of two.")
		if got := of[Failed](w, 0); len(got) != 0 {
			t.Errorf("failed %v", got)
		}
	})
}
