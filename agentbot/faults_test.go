package agentbot

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// breakable is an engines' fault that tests switch on and off.
type breakable struct {
	fault atomic.Pointer[func(scripted.Op) scripted.Fault]
}

func (b *breakable) hook(op scripted.Op) scripted.Fault {
	if f := b.fault.Load(); f != nil {
		return (*f)(op)
	}
	return scripted.Fault{}
}

func (b *breakable) set(f func(scripted.Op) scripted.Fault) { b.fault.Store(&f) }
func (b *breakable) mend()                                  { b.fault.Store(nil) }

// on is a fault of one operation, from its nth time on.
func on(op scripted.Op, nth int32, f scripted.Fault) func(scripted.Op) scripted.Fault {
	var seen atomic.Int32
	return func(o scripted.Op) scripted.Fault {
		if o == op && seen.Add(1) >= nth {
			return f
		}
		return scripted.Fault{}
	}
}

func (w *world) breakables() (asr, llm, tts *breakable) {
	asr, llm, tts = &breakable{}, &breakable{}, &breakable{}
	w.asr.Fault, w.llm.Fault, w.tts.Fault = asr.hook, llm.hook, tts.hook
	return asr, llm, tts
}

// Whatever fails, wherever: the caller hears the agent within 2.5 s of the end
// of the turn, hears what is wrong, is answered when the engine is well again,
// and after three failed turns a human is asked for.
func TestFaults(t *testing.T) {
	stall, refuse := scripted.Fault{Stall: true}, scripted.Fail(engine.Unavailable)
	hearing, thinking, speaking := "Sorry, I could not hear that properly.", "Sorry, I am having trouble finding an answer.", "Sorry, I have trouble speaking right now."
	tests := []struct {
		name   string
		engine string
		fault  func(scripted.Op) scripted.Fault
		kind   engine.Kind
		says   string
	}{
		{"asr write refused", "asr", on(scripted.WriteASR, 1, refuse), engine.Unavailable, hearing},
		{"asr write unauthorized", "asr", on(scripted.WriteASR, 5, scripted.Fail(engine.Unauthorized)), engine.Unauthorized, hearing},
		{"asr write stalls", "asr", on(scripted.WriteASR, 3, stall), engine.Timeout, hearing},
		{"asr finish refused", "asr", on(scripted.FinishASR, 1, refuse), engine.Unavailable, hearing},
		{"asr finish stalls", "asr", on(scripted.FinishASR, 1, stall), engine.Timeout, hearing},
		{"asr finish nonsense", "asr", on(scripted.FinishASR, 1, scripted.Fault{Nonsense: true}), engine.Nonsense, hearing},
		{"llm refused", "llm", on(scripted.Chat, 1, refuse), engine.Unavailable, thinking},
		{"llm rate limited", "llm", on(scripted.Chat, 1, scripted.Fail(engine.RateLimited)), engine.RateLimited, thinking},
		{"llm stalls at once", "llm", on(scripted.Chat, 1, stall), engine.Timeout, thinking},
		{"llm stalls before the first word", "llm", on(scripted.NextDelta, 1, stall), engine.Timeout, thinking},
		{"llm nonsense", "llm", on(scripted.Chat, 1, scripted.Fault{Nonsense: true}), engine.Nonsense, thinking},
		{"tts refused", "tts", on(scripted.Speak, 1, refuse), engine.Unavailable, speaking},
		{"tts stalls at once", "tts", on(scripted.Speak, 1, stall), engine.Timeout, speaking},
		{"tts stalls before the first sample", "tts", on(scripted.ReadPCM, 1, stall), engine.Timeout, speaking},
		{"tts nonsense", "tts", on(scripted.Speak, 1, scripted.Fault{Nonsense: true}), engine.Nonsense, speaking},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				asr, llm, tts := w.breakables()
				broken := map[string]*breakable{"asr": asr, "llm": llm, "tts": tts}[test.engine]
				w.begin()
				w.pass(3 * time.Second) // its own lines are rendered by now
				for try := 1; try <= 3; try++ {
					broken.set(test.fault)
					end := w.ear.say(400, 1500*ms)
					w.pass(8 * time.Second)
					// The turn ends 0.3 s after the voice when the text is known, else 0.6 s.
					turn := end + 600*ms
					first := w.voice.firstLoud(end)
					if first < 0 || first > turn+2500*ms {
						t.Fatalf("turn over at %v, agent heard at %v\n%v", turn, first, w)
					}
					failed := when(w, end-1500*ms, func(Failed) bool { return true })
					told := when(w, end, func(s Spoken) bool { return strings.HasPrefix(test.says, s.Text) && s.Text != "" })
					if told > turn+2700*ms { // a word is told of when half of it was heard
						t.Errorf("turn over at %v, told of the trouble at %v\n%v", turn, told, w)
					}
					for _, f := range of[Failed](w, failed) {
						if f.Engine != test.engine || f.Kind != string(test.kind) || f.Epoch != 1 || f.Cause == nil {
							t.Errorf("failed %+v", f)
						}
					}
					if got := len(of[Failed](w, failed)); got != 1 {
						t.Errorf("%d failures told of one\n%v", got, w)
					}
					if got := len(of[WantHuman](w, 0)); got != try/3 {
						t.Errorf("%d wishes for a human after %d failures", got, try)
					}
				}
				if got := of[WantHuman](w, 0); len(got) != 1 || got[0].Reason != WantEngineFailure || !strings.HasPrefix(got[0].Detail, test.engine) {
					t.Errorf("want human %+v", got)
				}
				broken.mend()
				well := w.now()
				w.ear.say(400, 1500*ms)
				w.pass(8 * time.Second)
				if said := w.said(well); len(said) != 1 || said[0] != "You said: What are your opening hours." {
					t.Errorf("said %q when all is well\n%v", said, w)
				}
			})
		})
	}
}

// In the middle of an answer: what was made is heard to its end, then the
// trouble; memory and log have what was heard.
func TestFaultsInMidReply(t *testing.T) {
	long := "This is the first sentence of it. This is the second sentence here. This is the third one of them."
	tests := []struct {
		name   string
		engine string
		fault  func(scripted.Op) scripted.Fault
		said   []string
	}{
		{"llm refused", "llm", on(scripted.NextDelta, 10, scripted.Fail(engine.Unavailable)), []string{"This is the first sentence of it.", "Sorry, I am having"}},
		{"llm stalls", "llm", on(scripted.NextDelta, 10, scripted.Fault{Stall: true}), []string{"This is the first sentence of it.", "Sorry, I am having"}},
		{"tts refused at the second", "tts", on(scripted.Speak, 2, scripted.Fail(engine.Unavailable)), []string{"This is the first sentence of it.", "Sorry, I have"}},
		{"tts stalls at the second", "tts", on(scripted.Speak, 2, scripted.Fault{Stall: true}), []string{"This is the first sentence of it.", "Sorry, I have"}},
		{"tts refused in the sentence", "tts", on(scripted.ReadPCM, 8, scripted.Fail(engine.Unavailable)), []string{"This is […]", "Sorry, I have"}},
		{"tts stalls in the sentence", "tts", on(scripted.ReadPCM, 8, scripted.Fault{Stall: true}), []string{"This is […]", "Sorry, I have"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				_, llm, tts := w.breakables()
				w.llm.Reply = func(engine.Request) scripted.Reply { return scripted.Reply{Text: long} }
				w.begin()
				w.pass(5 * time.Second)
				map[string]*breakable{"llm": llm, "tts": tts}[test.engine].set(test.fault)
				at := w.now()
				w.agent.Typed(w.caller, "tell me", false)
				w.pass(12 * time.Second)
				said := w.said(at)
				if len(said) < 2 {
					t.Fatalf("said %q\n%v", said, w)
				}
				for i, want := range test.said {
					if !strings.HasPrefix(said[i], want) {
						t.Errorf("said %q, want %q\n%v", said, test.said, w)
						break
					}
				}
				last := at
				for _, f := range w.voice.all() {
					if f.at < at || !f.loud || f.at > w.voice.lastLoud() {
						continue
					}
					if f.at-last > 2500*ms {
						t.Errorf("silence from %v to %v", last, f.at)
					}
					last = f.at
				}
				if n := len(of[Failed](w, 0)); n != 1 {
					t.Errorf("%d failures\n%v", n, w)
				}
			})
		})
	}
}

// Without any voice there are tones.
func TestNoTTS(t *testing.T) {
	for name, breakIt := range map[string]func(w *world){
		"stalls from the start": func(w *world) {
			_, _, tts := w.breakables()
			tts.set(on(scripted.Speak, 1, scripted.Fault{Stall: true}))
		},
		"refuses from the start": func(w *world) {
			_, _, tts := w.breakables()
			tts.set(on(scripted.Speak, 1, scripted.Fail(engine.Unusable)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.cfg.Rendered = nil
				breakIt(w)
				w.begin()
				w.pass(3 * time.Second)
				end := w.ear.say(400, 1500*ms)
				w.pass(8 * time.Second)
				if first := w.voice.firstLoud(end); first < 0 || first > end+300*ms+2500*ms {
					t.Errorf("turn over at %v, tones at %v\n%v", end+300*ms, first, w)
				}
				if said := w.said(0); len(said) != 0 {
					t.Errorf("said %q without a voice", said)
				}
			})
		})
	}
}

func TestNoEnginesAtAll(t *testing.T) {
	inBubble(t, func(w *world) {
		w.agent = New(Config{}, Engines{}, w.voice, func(e Event) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.events = append(w.events, stamped{w.now(), e})
		})
		defer w.agent.Close()
		w.agent.Hear(w.caller, w.ear)
		w.agent.SetMode(Answer, 1, nil)
		w.pass(time.Second)
		end := w.ear.say(400, time.Second)
		w.pass(4 * time.Second)
		if first := w.voice.firstLoud(end); first < 0 || first > end+2*time.Second {
			t.Errorf("tones at %v\n%v", first, w)
		}
		w.agent.Typed(w.caller, "anybody?", false)
		w.pass(2 * time.Second)
		engines := ""
		for _, f := range of[Failed](w, 0) {
			engines += f.Engine + " "
		}
		if engines != "asr llm " {
			t.Errorf("failed: %q", engines)
		}
	})
}

func TestVADFails(t *testing.T) {
	inBubble(t, func(w *world) {
		w.vad.Fault = func(scripted.Op) scripted.Fault { return scripted.Fail(engine.Unusable) }
		w.begin()
		w.pass(time.Second)
		w.ear.say(400, 1500*ms)
		w.pass(5 * time.Second)
		if said := w.said(0); len(said) != 1 || said[0] != "You said: What are your opening hours." {
			t.Errorf("said %q: energy decides without a detector\n%v", said, w)
		}
		if got := of[Failed](w, 0); len(got) != 1 || got[0].Engine != "vad" {
			t.Errorf("failed %v", got)
		}
	})
}

// deafLLM does not heed its ctx.
type deafLLM struct{ release chan struct{} }

func (d deafLLM) Chat(context.Context, engine.Request) (engine.ReplyStream, error) {
	<-d.release
	return nil, errors.New("late")
}

func TestEngineThatDoesNotHeedItsContext(t *testing.T) {
	inBubble(t, func(w *world) {
		llm := deafLLM{make(chan struct{})}
		w.agent = New(Config{}, Engines{VAD: w.vad, ASR: w.asr, LLM: llm, TTS: w.tts}, w.voice, func(Event) {})
		w.agent.Hear(w.caller, w.ear)
		w.agent.SetMode(Answer, 1, nil)
		w.pass(3 * time.Second)
		at := w.now()
		w.agent.Typed(w.caller, "hello", false)
		w.pass(4 * time.Second)
		filler := w.voice.firstLoud(at)
		trouble := w.voice.firstLoud(filler + 700*ms)
		if filler != -1 && filler > at+1300*ms || trouble < 0 || trouble > at+2500*ms {
			t.Errorf("filler at %v, trouble at %v", filler-at, trouble-at)
		}
		close(llm.release)
		w.agent.Close()
	})
}

// A cough while the model thinks does not hold the answer up.
func TestCoughWhileThinking(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.FirstToken = 600 * ms
		w.begin()
		w.pass(3 * time.Second)
		w.agent.Typed(w.caller, "hello", false)
		at := w.now()
		end := w.ear.say(5000, 240*ms)
		w.pass(5 * time.Second)
		w.near("answer", w.voice.firstLoud(at), end+600*ms+50*ms+20*ms)
	})
}
