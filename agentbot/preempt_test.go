package agentbot

import (
	"math/rand"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/escalation"
)

// quick has engines that take 150 ms for a text, 200 for the first token and
// 100 for the first sample.
func (w *world) quick() {
	w.cfg.Preemptive = 0
	w.cfg.Escalation = testRules(w.t, func(c *escalation.Config) { c.NotUnderstood.Off, c.AsksForHuman = true, nil }) // the same words again and again; the model asks
	w.asr.FinishDelay, w.asr.Previews = 150*ms, true
	w.llm.FirstToken, w.llm.PerToken = 200*ms, 0
	w.tts.FirstSample = 100 * ms
}

// TestPerceivedAnswer measures from the end of speech to the first audio, over
// forty turns in all phases of the frames' clocks.
func TestPerceivedAnswer(t *testing.T) {
	engines := 450 * ms
	if racing {
		t.Skip("a table of times; make test runs it without the race detector")
	}
	for _, test := range []struct {
		name     string
		change   func(w *world)
		own      time.Duration // endpointing and the engines, one after the other; 0: they overlap
		p50, p95 time.Duration
	}{
		{"one after the other", func(w *world) { w.cfg.Preemptive, w.asr.Previews = -1, false }, 300*ms + engines, 300*ms + engines + 40*ms, 300*ms + engines + 80*ms},
		{"text early", func(w *world) { w.cfg.Preemptive = -1 }, 160*ms + engines, 700 * ms, 160*ms + engines + 80*ms},
		{"preemptive", func(*world) {}, 160*ms + 300*ms, 550 * ms, 550 * ms},
		{"preemptive, text late", func(w *world) { w.asr.Previews = false }, 160*ms + 300*ms, 550 * ms, 550 * ms},
	} {
		t.Run(test.name, func(t *testing.T) {
			var perceived []time.Duration
			for seed := range int64(4) {
				inBubble(t, func(w *world) {
					rng := rand.New(rand.NewSource(seed))
					w.quick()
					test.change(w)
					time.Sleep(time.Duration(rng.Intn(20000)) * time.Microsecond)
					w.begin()
					for range 10 {
						w.pass(2*time.Second + time.Duration(rng.Intn(20000))*time.Microsecond)
						end := w.ear.say(400, 1300*ms+time.Duration(rng.Intn(60))*20*ms)
						w.pass(8 * time.Second)
						first := w.voice.firstLoud(end)
						if first < 0 {
							t.Fatalf("no answer\n%v", w)
						}
						perceived = append(perceived, first-end)
					}
					if s := w.agent.Stats(); s.Preempted != s.Adopted+s.Discarded || w.cfg.Preemptive == 0 && s.Adopted != 10 {
						t.Errorf("stats %+v", s)
					}
				})
			}
			slices.Sort(perceived)
			p50, p95 := perceived[len(perceived)/2], perceived[len(perceived)*95/100]
			t.Logf("end of speech to first audio: p50 %v, p95 %v; beyond endpointing and the engines: p50 %v, p95 %v", p50, p95, p50-test.own, p95-test.own)
			if p50 > test.p50 || p95 > test.p95 || p50-test.own > 40*ms || p95-test.own > 80*ms {
				t.Errorf("p50 %v, p95 %v", p50, p95)
			}
		})
	}
}

// quietEvents are the events but for what is heard of the caller.
func (w *world) quietEvents(from, to time.Duration) (events []Event) {
	for _, s := range w.all() {
		if _, heard := s.event.(Heard); !heard && s.at >= from && s.at < to {
			events = append(events, s.event)
		}
	}
	return events
}

// Nothing comes of a reply that was begun too early.
func TestCallerGoesOn(t *testing.T) {
	inBubble(t, func(w *world) {
		w.quick()
		w.cfg.Turn.Default = 900 * ms
		var asked atomic.Int32
		w.llm.Reply = func(r engine.Request) scripted.Reply {
			if asked.Add(1) < 3 {
				return scripted.Reply{Text: "This is wrong.", Calls: []engine.ToolCall{{Name: RequestHuman, Arguments: []byte(`{"reason":"wrong"}`)}}}
			}
			return scripted.Reply{Text: "This is right."}
		}
		w.asr.Tones = []int{400}
		w.asr.Text = func(_ int, voiced time.Duration) string {
			words := strings.Fields("book tables tomorrow morning near windows beside doors below lamps")
			// No word ends where the caller is known to go on: it would be answered or not.
			return strings.Join(words[:min(len(words), int(voiced/(310*ms)))], " ")
		}
		w.begin()
		w.pass(time.Second)
		for range 2 {
			end := w.ear.say(400, time.Second)
			w.pass(end - w.now() + 800*ms) // its audio would be there
		}
		if asked.Load() != 2 || w.voice.lastLoud() >= 0 {
			t.Fatalf("asked %d times, heard at %v", asked.Load(), w.voice.lastLoud())
		}
		end := w.ear.say(400, 400*ms)
		if got := w.quietEvents(w.now(), end); len(got) != 0 {
			t.Errorf("told %+v", got)
		}
		w.pass(6 * time.Second)
		w.wantSaid(0, "This is right.")
		w.wantAsked("user: book tables tomorrow morning near windows beside")
		if got := of[WantHuman](w, 0); len(got) != 0 {
			t.Errorf("wants a human: %+v", got)
		}
		if got := of[ReplyCompleted](w, 0); len(got) != 1 || got[0].Text != "This is right." {
			t.Errorf("completed %+v", got)
		}
		if s := w.agent.Stats(); s.Preempted != 3 || s.Adopted != 1 || s.Discarded != 2 || len(s.Failures) != 0 {
			t.Errorf("stats %+v", s)
		}
		states := of[StateChanged](w, time.Second)
		if len(states) != 3 || states[0].State != StateThinking || states[1].State != StateSpeaking {
			t.Errorf("states %+v", states)
		}
	})
}

// A text that turns out to be another is answered, not the first.
func TestGuessedTextIsAnother(t *testing.T) {
	inBubble(t, func(w *world) {
		w.quick()
		w.asr.Previews = false
		w.asr.PerWord = 500 * ms // the partials are behind
		w.asr.Phrases[400] = "book tables tomorrow morning"
		w.begin()
		w.pass(time.Second)
		end := w.ear.say(400, 1200*ms)
		w.pass(6 * time.Second)
		w.wantSaid(0, "You said: book tables tomorrow morning.")
		w.near("answer", w.voice.firstLoud(end), end+600*ms+450*ms)
		if s := w.agent.Stats(); s.Preempted != 1 || s.Discarded != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

// Capitals and marks are no difference.
func TestGuessedTextWithoutMarks(t *testing.T) {
	inBubble(t, func(w *world) {
		w.quick()
		w.asr.Previews = false
		var calls atomic.Int32
		w.asr.Text = func(_ int, voiced time.Duration) string {
			n := int(calls.Add(1))
			if voiced < time.Second {
				return "hello there"
			}
			return []string{"hello there", "Hello there!"}[min(n/70, 1)]
		}
		w.asr.Tones = []int{400}
		w.begin()
		w.pass(time.Second)
		w.ear.say(400, 1200*ms)
		w.pass(6 * time.Second)
		if s := w.agent.Stats(); s.Adopted != 1 || w.asks() != int(s.Preempted) {
			t.Errorf("stats %+v, asked %d times\n%v", s, w.asks(), w)
		}
	})
}

// What a reply calls counts when the reply does, once.
func TestCallOfAGuess(t *testing.T) {
	inBubble(t, func(w *world) {
		w.quick()
		w.cfg.Turn.Default = 900 * ms
		w.asr.Phrases[400] = "a human being now"
		w.begin()
		w.pass(time.Second)
		end := w.ear.say(400, 1300*ms)
		w.pass(6 * time.Second)
		want := when(w, 0, func(h WantHuman) bool { return h.Reason == "callerAsked" && h.Epoch == 1 })
		w.near("wish", want, end+900*ms)
		w.near("answer", w.voice.firstLoud(end), end+900*ms)
		if len(of[WantHuman](w, 0)) != 1 || w.agent.Stats().Adopted != 1 {
			t.Errorf("%+v\n%v", w.agent.Stats(), w)
		}
	})
}

// A model that fails before the turn is over has not failed; it is asked again.
func TestGuessFails(t *testing.T) {
	for name, fault := range map[string]func(scripted.Op) scripted.Fault{
		"llm": first(scripted.Chat, scripted.Fail(engine.Unavailable)),
		"tts": first(scripted.Speak, scripted.Fail(engine.Unavailable)),
	} {
		inBubble(t, func(w *world) {
			w.quick()
			_, llm, tts := w.breakables()
			w.llm.FirstToken = 50 * ms
			w.begin()
			w.pass(time.Second)
			map[string]*breakable{"llm": llm, "tts": tts}[name].set(fault)
			w.ear.say(400, 1500*ms)
			w.pass(6 * time.Second)
			w.wantSaid(0, "You said: What are your opening hours.")
			if s := w.agent.Stats(); len(s.Failures) != 0 || len(of[Failed](w, 0)) != 0 || s.Discarded != 1 {
				t.Errorf("%s: stats %+v\n%v", name, s, w)
			}
		})
	}
}

// first is a fault of the first of an operation.
func first(op scripted.Op, f scripted.Fault) func(scripted.Op) scripted.Fault {
	hit := false
	return func(o scripted.Op) scripted.Fault {
		if o == op && !hit {
			hit = true
			return f
		}
		return scripted.Fault{}
	}
}

// One that stalls is noticed as early as if it had been asked at the end.
func TestGuessStalls(t *testing.T) {
	inBubble(t, func(w *world) {
		w.quick()
		_, llm, _ := w.breakables()
		w.begin()
		w.pass(time.Second)
		llm.set(on(scripted.Chat, 1, scripted.Fault{Stall: true}))
		end := w.ear.say(400, 1500*ms)
		w.pass(8 * time.Second)
		if first := w.voice.firstLoud(end); first > end+300*ms+2500*ms {
			t.Errorf("heard at %v", first)
		}
		if got := of[Failed](w, 0); len(got) != 1 || got[0].Kind != string(engine.Timeout) {
			t.Errorf("failed %+v", got)
		}
	})
}

// However a caller stammers, a turn costs so many replies and no more; and only
// the first sentence of one that nobody has asked for is made.
func TestGuessesAreBounded(t *testing.T) {
	inBubble(t, func(w *world) {
		w.quick()
		w.cfg.Turn.Default = 900 * ms
		w.asr.Phrases[400] = strings.Repeat("word ", 40)
		var speaks atomic.Int32
		w.tts.Fault = func(op scripted.Op) scripted.Fault {
			if op == scripted.Speak {
				speaks.Add(1)
			}
			return scripted.Fault{}
		}
		w.llm.Reply = func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: "This is the first sentence of it. And this is the second one here. And a third."}
		}
		w.begin()
		w.pass(time.Second)
		for range 8 {
			end := w.ear.say(400, 600*ms)
			w.pass(end - w.now() + 700*ms)
		}
		if asked := w.asks(); asked != 3 || speaks.Load() > 3 {
			t.Errorf("asked %d times, spoke %d sentences", asked, speaks.Load())
		}
		w.pass(8 * time.Second)
		if said := w.said(0); len(said) != 3 || w.asks() != 4 {
			t.Errorf("said %q, asked %d times", said, w.asks())
		}
	})
}

// What happens in between makes the guess void: the model must know of it.
func TestGuessKnowsAll(t *testing.T) {
	for name, between := range map[string]func(w *world){
		"guidance":         func(w *world) { w.agent.Typed(w.human, "offer ten percent", true) },
		"another mode":     func(w *world) { w.agent.SetMode(Company, 1, nil) },
		"another epoch":    func(w *world) { w.agent.SetMode(Answer, 2, nil) },
		"silence":          func(w *world) { w.agent.SetMode(Silent, 2, nil); w.pass(0); w.agent.SetMode(Answer, 3, nil) },
		"words of a human": func(w *world) { w.agent.Typed(w.human, "I am Bob", false) },
		"an interruption":  func(w *world) { w.agent.Interrupt(ReasonAPI) },
	} {
		inBubble(t, func(w *world) {
			w.quick()
			w.cfg.Turn.Default = 900 * ms
			w.asr.Phrases[400] = "what is it"
			w.begin()
			w.pass(time.Second)
			end := w.ear.say(400, 1500*ms)
			w.pass(end - w.now() + 600*ms)
			if w.agent.Stats().Preempted != 1 {
				t.Fatalf("%s: %+v", name, w.agent.Stats())
			}
			between(w)
			w.pass(5 * time.Second)
			if s := w.agent.Stats(); s.Discarded != 1 || s.Adopted != 0 {
				t.Errorf("%s: stats %+v\n%v", name, s, w)
			}
			if said := w.said(0); len(said) == 0 || said[0] != "You said: what is it." {
				t.Errorf("%s: said %q\n%v", name, said, w)
			}
		})
	}
}

// A participant who is heard again is known.
func TestLearnedPausesSurvive(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.FirstToken = 1000 * ms
		w.begin()
		w.pass(time.Second)
		for range 3 {
			w.ear.say(700, 1200*ms)
			w.pass(1200*ms + 900*ms)
			w.ear.say(700, 1200*ms)
			w.pass(8 * time.Second)
		}
		for round := range 2 {
			if round == 0 {
				w.agent.Hear(w.caller, w.newEar()) // while the old leg is still there
			} else {
				w.ear.end()
				w.pass(time.Second)
				w.agent.Hear(w.caller, w.newEar())
			}
			w.pass(time.Second)
			before := w.agent.Stats().Utterances
			w.ear.say(700, 1200*ms)
			w.pass(1200*ms + 900*ms)
			w.ear.say(700, 1200*ms)
			w.pass(8 * time.Second)
			if n := w.agent.Stats().Utterances - before; n != 1 {
				t.Errorf("a pause of 0.9 s of a known caller ends the turn: %d utterances", n)
			}
		}
	})
}

func (w *world) newEar() *tape {
	w.ear = &tape{start: time.Now()}
	return w.ear
}
