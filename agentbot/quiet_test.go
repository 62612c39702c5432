package agentbot

import (
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/turn"
)

const question = "Are you still there?"

func (w *world) silenceLines() {
	w.cfg.Lines.SilenceAgain, w.cfg.Lines.SilenceEnd = "Please say something.", "I end the call now."
}

// A question after 10 s, another after 20 s, goodbye after 20 s, once.
func TestSilentCaller(t *testing.T) {
	inBubble(t, func(w *world) {
		w.silenceLines()
		w.cfg.Greeting = "Hello and welcome."
		w.begin()
		w.pass(3 * time.Minute)
		w.wantSaid(0, w.cfg.Greeting, question, "Please say something.", "I end the call now.")
		greeted := when(w, 0, final(w.cfg.Greeting))
		asked := when(w, 0, final(question))
		w.near("question", w.voice.firstLoud(greeted+time.Second), greeted+10*time.Second+100*ms)
		w.near("the second", w.voice.firstLoud(asked+time.Second), asked+20*time.Second+100*ms)
		second := when(w, 0, final("Please say something."))
		w.near("goodbye", w.voice.firstLoud(second+time.Second), second+20*time.Second+100*ms)
		w.near("hang-up", when(w, 0, func(h WantHangup) bool { return h == WantHangup{1, HangupSilence} }), when(w, 0, final("I end the call now.")))
		if got := of[WantHangup](w, 0); len(got) != 1 {
			t.Errorf("hangs up %v", got)
		}
		at := w.now()
		w.ear.say(400, time.Second)
		w.pass(40 * time.Second)
		if said := w.said(at); len(said) != 3 || said[1] != question {
			t.Errorf("a caller who speaks after all: said %q", said)
		}
	})
}

// Words start the row anew, noise does not even stop the clock.
func TestSilenceIsBroken(t *testing.T) {
	inBubble(t, func(w *world) {
		w.silenceLines()
		w.begin()
		w.pass(32 * time.Second) // asked twice
		w.ear.say(400, time.Second)
		w.pass(8 * time.Second)
		at := w.now()
		w.pass(60 * time.Second)
		w.wantSaid(at, question, "Please say something.", "I end the call now.")
	})
	inBubble(t, func(w *world) {
		w.begin()
		w.pass(time.Second)
		for range 6 {
			w.ear.say(5000, 400*ms)
			w.pass(1500 * ms)
		}
		w.pass(1500 * ms) // 11.5 s
		w.near("question in a loud room", w.voice.firstLoud(0), 10*time.Second+120*ms)
	})
	inBubble(t, func(w *world) {
		w.begin()
		for range 4 {
			w.pass(9 * time.Second)
			w.agent.Typed(w.caller, "hello", false)
		}
		w.pass(3 * time.Second)
		for _, line := range w.said(0) {
			if line == question {
				t.Errorf("one who types was asked\n%v", w)
			}
		}
	})
}

// Who speaks into the goodbye is not hung up on, nor who speaks before it.
func TestGoodbyeIsBroken(t *testing.T) {
	for _, voice := range []bool{true, false} {
		inBubble(t, func(w *world) {
			w.silenceLines()
			w.begin()
			w.agent.Control(w.caller, ControlVoiceInterrupt, voice)
			for !isSaying(w, "I") {
				w.pass(20 * ms)
			}
			w.ear.say(600, 1200*ms)
			w.pass(8 * time.Second)
			if got := of[WantHangup](w, 0); len(got) != 0 {
				t.Errorf("voice interrupts %v: hung up\n%v", voice, w)
			}
			if said := w.said(0); said[len(said)-1] != "You said: No wait, something else." {
				t.Errorf("said %q", said)
			}
		})
	}
}

// isSaying says whether the last thing spoken is this.
func isSaying(w *world, text string) bool {
	all := of[Spoken](w, 0)
	return len(all) > 0 && !all[len(all)-1].Final && all[len(all)-1].Text == text
}

func TestSilenceThatIsAsItShouldBe(t *testing.T) {
	for name, prepare := range map[string]func(w *world){
		"a human has the floor":   func(w *world) { w.agent.SetMode(Silent, 2, nil) },
		"the human is re-voiced":  func(w *world) { w.agent.SetMode(Revoice, 2, nil) },
		"push-to-talk":            func(w *world) { w.agent.Control(w.caller, ControlPushToTalk, true) },
		"the caller is not there": func(w *world) { w.agent.Unhear(w.caller.ID) },
	} {
		inBubble(t, func(w *world) {
			w.begin()
			w.pass(5 * time.Second)
			prepare(w)
			w.pass(2 * time.Minute)
			if said := w.said(0); len(said) != 0 {
				t.Errorf("%s: said %q", name, said)
			}
		})
	}
	inBubble(t, func(w *world) { // while it speaks and thinks
		w.llm.FirstToken = 1900 * ms
		w.tts.PerWord = 2 * time.Second
		w.cfg.Rendered = nil
		w.tellSlowly()
		w.pass(20 * time.Second)
		for _, line := range w.said(0) {
			if line == question {
				t.Errorf("asked while it speaks\n%v", w)
			}
		}
	})
	inBubble(t, func(w *world) { // while a human is on the way
		w.begin()
		w.pass(5 * time.Second)
		w.agent.SetMode(Company, 1, nil)
		w.pass(2 * time.Minute)
		for _, line := range w.said(0) {
			if line == question {
				t.Errorf("asked in company\n%v", w)
			}
		}
	})
	inBubble(t, func(w *world) { // who waits for a human is asked, and not hung up on
		w.silenceLines()
		w.begin()
		w.agent.Company("requested", "")
		w.pass(3 * time.Minute)
		if said := w.said(0); len(said) != 4 || len(of[WantHangup](w, 0)) != 0 {
			t.Errorf("said %q", said)
		}
	})
	inBubble(t, func(w *world) {
		w.cfg.SilenceAgain = -1
		w.begin()
		w.pass(3 * time.Minute)
		w.wantSaid(0, question)
	})
}

func (w *world) tellSlowly() {
	w.llm.Reply = func(engine.Request) scripted.Reply { return scripted.Reply{Text: story} }
	w.begin()
	w.agent.Typed(w.caller, "a story", false)
}

// A human who comes in the middle of the goodbye finds a call that goes on.
func TestGoodbyeAndHuman(t *testing.T) {
	inBubble(t, func(w *world) {
		w.silenceLines()
		w.begin()
		for !isSaying(w, "I") {
			w.pass(20 * ms)
		}
		at := w.now()
		w.agent.SetMode(Company, 1, nil)
		w.agent.Company("willStart", "Bob")
		w.pass(5 * time.Second)
		if len(of[WantHangup](w, 0)) != 0 {
			t.Error("hung up")
		}
		w.wantSaid(at, "I […]", "I am connecting you to Bob now.", "Please stay on the line.")
	})
}

// Without a voice there is no goodbye, so there is no end.
func TestGoodbyeThatIsNotHeard(t *testing.T) {
	inBubble(t, func(w *world) {
		w.tts.Fault = func(op scripted.Op) scripted.Fault { return scripted.Fail(engine.Unavailable) }
		w.begin()
		w.pass(3 * time.Minute)
		if got := of[WantHangup](w, 0); len(got) != 0 {
			t.Errorf("hung up\n%v", w)
		}
	})
}

// A filler that was given up unheard is not counted: the next is still another
// than the last that was heard.
func TestFillersDiffer(t *testing.T) {
	for _, delay := range []time.Duration{1190 * ms, 1210 * ms, 1230 * ms, 1300 * ms} {
		inBubble(t, func(w *world) {
			first := 1900 * ms
			w.llm.Fault = func(op scripted.Op) scripted.Fault {
				if op == scripted.Chat {
					return scripted.Fault{Delay: first}
				}
				return scripted.Fault{}
			}
			w.llm.FirstToken = 0
			w.begin()
			w.pass(time.Second)
			for _, first = range []time.Duration{1900 * ms, delay, 1900 * ms, 1900 * ms, delay, delay, 1900 * ms} {
				w.agent.Typed(w.caller, "what", false)
				w.pass(6 * time.Second)
			}
			last := ""
			for _, line := range w.said(0) {
				if line == "One moment." || line == "Let me see." {
					if line == last {
						t.Errorf("%v: %q twice: %q", delay, line, w.said(0))
					}
					last = line
				}
			}
		})
	}
	a := &Agent{cfg: Config{Lines: Lines{Fillers: []string{"A.", "A.", "B."}}}}
	for range 10 {
		line := a.nextFiller()
		if line == a.filled {
			t.Errorf("%q again", line)
		}
		a.filled = line
	}
	a.cfg.Lines.Fillers = []string{"A."}
	a.filled = "A."
	if line := a.nextFiller(); line != "" {
		t.Errorf("the only filler again: %q", line)
	}
}

// A caller who pauses for long is cut off at first, and no more when known.
func TestLearnsTheCallersPauses(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.FirstToken = 1000 * ms // so that the caller goes on before it answers
		w.begin()
		w.pass(time.Second)
		utterances := func() int { return int(w.agent.Stats().Utterances) }
		var counts []int
		for range 5 {
			before := utterances()
			w.ear.say(700, 1200*ms)
			w.pass(1200*ms + 900*ms)
			w.ear.say(700, 1200*ms)
			w.pass(8 * time.Second)
			counts = append(counts, utterances()-before)
		}
		if counts[0] != 2 || counts[3] != 1 || counts[4] != 1 {
			t.Errorf("turns with a pause of 0.9 s were heard as %v utterances", counts)
		}
	})
}

func TestBargeInByWords(t *testing.T) {
	inBubble(t, func(w *world) {
		w.cfg.Turn.BargeInBy = turn.ByWords
		w.cfg.Turn.BargeInWords = 3
		w.tellStory()
		w.ear.say(5000, time.Second) // noise
		w.pass(2 * time.Second)
		if s := w.agent.Stats(); s.FalseAlarms != 0 || s.Interrupted != 0 || w.voice.lastLoud() < w.now()-100*ms {
			t.Errorf("noise stops it: %+v", s)
		}
		began := w.now()
		w.ear.say(600, 1400*ms) // No wait, something else.
		w.pass(5 * time.Second)
		stopped := when(w, 0, func(i Interrupted) bool { return true })
		if d := stopped - began; d < 700*ms || d > 1300*ms { // the third word of 300 ms
			t.Errorf("interrupted after %v", d)
		}
	})
	inBubble(t, func(w *world) {
		w.cfg.Turn.BargeInBy = turn.ByWords
		w.cfg.Turn.BargeInWords = 9
		w.tellStory()
		w.ear.say(600, 1400*ms)
		w.pass(12 * time.Second)
		w.wantSaid(0, story, "And this sentence comes after it.", "Very well then.")
		if w.agent.Stats().Interrupted != 0 {
			t.Error("interrupted by too few words")
		}
	})
}
