package agentbot

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

func final(text string) func(Spoken) bool {
	return func(s Spoken) bool { return s.Final && s.Text == text }
}

func TestGreetingAndTurn(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Greeting = "Hello and welcome."
		w.llm.Reply = func(engine.Request) scripted.Reply { return scripted.Reply{Text: "We open at nine."} }
		w.begin()
		w.pass(3 * time.Second)
		// first frame 20 ms, TTS 100 ms, three words of 300 ms
		w.near("greeting", w.voice.firstLoud(0), 120*ms)
		w.near("greeting's end", when(w, 0, final("Hello and welcome.")), 1020*ms)
		if got := of[Spoken](w, 0); len(got) != 4 || got[0].Text != "Hello" || got[1].Text != "Hello and" || got[3].SentenceID != got[0].SentenceID {
			t.Errorf("spoken %+v", got)
		}

		end := w.ear.say(400, 1500*ms)
		w.pass(6 * time.Second)
		// the text ends with a question mark: 300 ms of silence, ASR 50, model 200 + words, TTS 100
		ended := end + 300*ms
		w.near("heard", when(w, 3*time.Second, func(h Heard) bool { return h.Final && h.Text == "What are your opening hours?" }), ended+50*ms)
		w.near("thinking", when(w, 3*time.Second, func(s StateChanged) bool { return s.State == StateThinking }), ended)
		w.near("answer", w.voice.firstLoud(end), ended+50*ms+260*ms+100*ms)
		w.near("answer's end", when(w, end, final("We open at nine.")), ended+410*ms+1200*ms)
		w.near("listening", when(w, end+time.Second, func(s StateChanged) bool { return s.State == StateListening }), ended+410*ms+1200*ms)
		if got := of[ReplyCompleted](w, 0); len(got) != 1 || got[0].Text != "We open at nine." || got[0].Epoch != 1 {
			t.Errorf("reply completed %+v", got)
		}
		w.wantAsked("assistant: Hello and welcome.", "user: What are your opening hours?")

		heard := of[Heard](w, 0)
		for _, h := range heard {
			if h.SentenceID != heard[0].SentenceID || h.Leg != w.caller {
				t.Errorf("heard %+v", h)
			}
		}
		if last := heard[len(heard)-1]; last.End.Sub(w.start) != end || last.Start.Sub(w.start) > 3020*ms || len(heard) < 4 {
			t.Errorf("%d heard, the last %+v", len(heard), last)
		}
		w.agent.SetMode(Answer, 2, nil)
		w.pass(2 * time.Second)
		if n := len(w.said(0)); n != 2 {
			t.Errorf("greeted again: %q", w.said(0))
		}
	})
}

// The voice comes at 20 ms steps from the first to the last, silence too.
func TestVoiceIsContinuous(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Greeting = "Hello and welcome."
		w.begin()
		w.pass(5 * time.Second)
		frames := w.voice.all()
		if len(frames) < 250 {
			t.Fatalf("%d frames in 5 s", len(frames))
		}
		for i, f := range frames {
			if f.at != frames[0].at+time.Duration(i)*20*ms {
				t.Fatalf("frame %d at %v", i, f.at)
			}
		}
	})
}

func TestSecondSentenceIsMadeWhileTheFirstIsSpoken(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.Reply = func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: "This is the first sentence of it. " + "And this is the second one here. " + "This makes a third one of them all."}
		}
		w.llm.PerToken = 100 * ms
		var speaks atomicTimes
		w.tts.Fault = func(op scripted.Op) scripted.Fault {
			if op == scripted.Speak {
				speaks.add(w.now())
			}
			return scripted.Fault{}
		}
		w.begin()
		w.pass(3 * time.Second)
		asked := w.now()
		w.agent.Typed(w.caller, "Tell me", false)
		w.pass(15 * time.Second)
		first := w.voice.firstLoud(asked)
		// 200 ms and 7 words of 100 ms: the eighth confirms the full stop
		w.near("first sentence", first, asked+200*ms+700*ms+100*ms)
		if done := when(w, 0, func(r ReplyCompleted) bool { return true }); done < first+time.Second {
			t.Errorf("the model was done at %v, the first sentence began at %v", done, first)
		}
		made := speaks.since(asked)
		if len(made) != 3 {
			t.Fatalf("made at %v", made)
		}
		w.near("making the second", made[1], asked+200*ms+1400*ms)
		end := when(w, 0, final("This is the first sentence of it."))
		if made[2] < end-25*ms {
			t.Errorf("the third is made at %v, while the second waits (first ends %v)", made[2], end)
		}
		next := when(w, 0, func(s Spoken) bool { return strings.HasPrefix(s.Text, "And") })
		if next-end > 200*ms { // half a word
			t.Errorf("a gap of %v between sentences", next-end)
		}
	})
}

const story = "One two three four five six seven eight nine ten eleven twelve."

func (w *world) tellStory() {
	w.llm.Reply = func(r engine.Request) scripted.Reply {
		if strings.Contains(r.Messages[len(r.Messages)-1].Text, "story") {
			return scripted.Reply{Text: story + " And this sentence comes after it."}
		}
		return scripted.Reply{Text: "Very well then."}
	}
	w.begin()
	w.pass(100 * ms)
	w.agent.Typed(w.caller, "a story", false)
	w.pass(2 * time.Second)
	if w.voice.lastLoud() < w.now()-100*ms {
		w.t.Fatalf("no story is told\n%v", w)
	}
}

func TestBargeIn(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tellStory()
		began := w.now().Truncate(20 * ms)
		end := w.ear.say(600, 1400*ms)
		w.pass(500 * ms)
		stopped := w.voice.lastLoud()
		if stopped > began+220*ms {
			t.Errorf("the caller spoke at %v, the agent until %v", began, stopped)
		}
		w.pass(8 * time.Second)
		said := w.said(0)
		if len(said) != 2 || said[1] != "Very well then." || !strings.HasSuffix(said[0], " […]") {
			t.Fatalf("said %q\n%v", said, w)
		}
		heard := strings.TrimSuffix(said[0], " […]")
		for _, s := range of[Spoken](w, 0) {
			if s.Cut && (s.Text+" "+s.Unspoken != story+" And this sentence comes after it.") {
				t.Errorf("heard %q, unspoken %q", s.Text, s.Unspoken)
			}
		}
		w.wantAsked("user: a story", "assistant: "+heard, "user: No wait, something else.")
		interrupted := when(w, 0, func(i Interrupted) bool { return i.Reason == ReasonVoice && i.Epoch == 1 })
		if interrupted > end {
			t.Errorf("interrupted at %v", interrupted)
		}
	})
}

func TestFalseInterruptionResumes(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tellStory()
		w.ear.say(5000, 400*ms) // voice without words: the ASR does not know the tone
		began := w.now().Truncate(20 * ms)
		w.pass(1500 * ms)
		if w.voice.lastLoud() > began+220*ms {
			t.Error("not paused")
		}
		w.pass(8 * time.Second)
		w.near("resumption", w.voice.firstLoud(began+300*ms), began+200*ms+2*time.Second)
		w.wantSaid(0, story, "And this sentence comes after it.")
		if got := of[Interrupted](w, 0); len(got) != 0 {
			t.Errorf("interrupted %v", got)
		}
		if s := w.agent.Stats(); s.FalseAlarms != 1 || s.Interrupted != 0 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestBackchannelDoesNotStopTheAgent(t *testing.T) {
	inBubble(t, func(w *world) {
		w.asr.Onset = 40 * ms
		w.tellStory()
		w.ear.say(500, 400*ms)
		w.pass(10 * time.Second)
		w.wantSaid(0, story, "And this sentence comes after it.")
		if got := w.asks(); got != 1 {
			t.Errorf("%d requests: a nod is no turn", got)
		}
		if len(of[Heard](w, 0)) == 0 {
			t.Error("the nod is not in the log")
		}
		if s := w.agent.Stats(); s.FalseAlarms != 0 {
			t.Errorf("paused: %+v", s)
		}
	})
}

// A recogniser that knows the nod only at the end costs a pause, no more.
func TestLateBackchannelResumesAtOnce(t *testing.T) {
	inBubble(t, func(w *world) {
		w.asr.Onset = 10 * time.Second
		w.tellStory()
		began := w.now().Truncate(20 * ms)
		end := w.ear.say(500, 400*ms)
		w.pass(10 * time.Second)
		w.near("resumption", w.voice.firstLoud(began+400*ms), end+600*ms+50*ms)
		w.wantSaid(0, story, "And this sentence comes after it.")
	})
}

func TestCallerGoesOnBeforeTheAnswer(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.FirstToken = 1000 * ms
		w.begin()
		w.pass(time.Second)
		end := w.ear.say(700, 1200*ms)
		w.pass(end - w.now() + 900*ms) // thinking
		w.ear.say(600, 1200*ms)
		w.pass(10 * time.Second)
		w.wantAsked("user: the first of two No wait, something else.")
		if got := of[Interrupted](w, 0); len(got) != 0 {
			t.Errorf("nothing was heard, but interrupted %v", got)
		}
		if said := w.said(0); len(said) != 2 || said[0] != "One moment." || !strings.HasPrefix(said[1], "You said") {
			t.Errorf("said %q\n%v", said, w)
		}
	})
}

func TestVoiceInterruptOff(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tellStory()
		w.agent.Control(w.caller, ControlVoiceInterrupt, false)
		w.ear.say(600, 1200*ms)
		w.pass(12 * time.Second)
		w.wantSaid(0, story, "And this sentence comes after it.", "Very well then.")
		if got := of[Interrupted](w, 0); len(got) != 0 {
			t.Errorf("interrupted %v", got)
		}
	})
}

func TestTypedAndInterrupt(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tellStory()
		w.agent.Typed(Leg{Role: RoleHuman, Name: "Bob"}, "offer ten percent", true)
		w.pass(100 * ms)
		if len(of[Interrupted](w, 0)) != 0 {
			t.Error("guidance interrupts")
		}
		w.agent.Interrupt(ReasonNewQuery)
		w.agent.Typed(w.caller, "something else", false)
		w.pass(100 * ms)
		if got := of[Interrupted](w, 0); len(got) != 1 || got[0].Reason != ReasonNewQuery {
			t.Errorf("interrupted %v", got)
		}
		w.pass(3 * time.Second)
		if asked := w.asked(); len(asked) != 4 || !strings.Contains(asked[1], `the caller does not see it. Follow it as far as your rules allow: "offer ten percent"`) {
			t.Errorf("asked %q", asked)
		}
		w.agent.Typed(w.caller, "a story again", false)
		w.pass(2 * time.Second)
		at := w.now()
		w.agent.Interrupt(ReasonAPI)
		w.pass(3 * time.Second)
		if w.voice.lastLoud() > at+tail {
			t.Error("still speaking")
		}
		if got := of[Interrupted](w, at); len(got) != 1 || got[0].Reason != ReasonAPI {
			t.Errorf("interrupted %v", got)
		}
	})
}

func TestTypedTextWaits(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tellStory()
		w.agent.Typed(w.caller, "something else", false)
		w.pass(12 * time.Second)
		w.wantSaid(0, story, "And this sentence comes after it.", "Very well then.")
	})
}

func TestPushToTalk(t *testing.T) {
	inBubble(t, func(w *world) {
		w.begin()
		w.agent.Control(w.caller, ControlPushToTalk, true)
		w.pass(time.Second)
		w.ear.say(400, time.Second)
		w.pass(3 * time.Second)
		if len(of[Heard](w, 0)) != 0 {
			t.Errorf("heard without the button\n%v", w)
		}
		w.agent.Control(w.caller, ControlPushStart, false)
		w.ear.say(600, 1400*ms)
		w.pass(1500 * ms)
		w.agent.Control(w.caller, ControlPushFinish, false)
		pressed := w.now()
		w.pass(5 * time.Second)
		w.near("heard", when(w, 0, func(h Heard) bool { return h.Final && h.Text == "No wait, something else." }), pressed+70*ms)
		if len(w.said(0)) != 1 {
			t.Errorf("no answer\n%v", w)
		}
		w.agent.Control(w.caller, ControlPushStart, false)
		w.ear.say(400, time.Second)
		w.pass(time.Second)
		w.agent.Control(w.caller, ControlPushCancel, false)
		w.pass(4 * time.Second)
		if len(w.said(0)) != 1 {
			t.Error("a canceled turn was answered")
		}
		last := of[Heard](w, 0)
		if h := last[len(last)-1]; !h.Final || h.Text != "" {
			t.Errorf("what was shown is not taken back: %+v", h)
		}
	})
}
