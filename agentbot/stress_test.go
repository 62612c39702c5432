package agentbot

import (
	"fmt"
	"math/rand"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// Whatever happens in whatever order: each sentence grows, ends once, in its
// epoch; nothing is heard in mode Silent; the model is told only what was heard.
func TestRandomCalls(t *testing.T) {
	calls := 30
	if testing.Short() || racing {
		calls = 8
	}
	for seed := range calls {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			inBubble(t, func(w *world) { randomCall(w, rand.New(rand.NewSource(int64(seed)))) })
		})
	}
}

func randomCall(w *world, rng *rand.Rand) {
	asr, llm, tts := w.breakables()
	if rng.Intn(2) == 0 {
		w.cfg.Preemptive, w.asr.Previews = 0, true
	}
	w.cfg.Greeting = "Hello and welcome."
	w.llm.Reply = func(r engine.Request) scripted.Reply {
		w.checkMemory(r)
		return scripted.Echo(r)
	}
	w.begin()
	human := &tape{start: w.start}
	w.agent.Hear(w.human, human)
	epoch := uint64(1)
	type silentSpan struct{ from, to time.Duration }
	var spans []silentSpan
	silent := false
	for range 40 {
		switch rng.Intn(14) {
		case 0, 1, 2:
			w.ear.say([]float64{400, 500, 600, 700, 5000}[rng.Intn(5)], time.Duration(1+rng.Intn(100))*20*ms)
		case 3:
			human.say(700, time.Duration(1+rng.Intn(100))*20*ms)
		case 4:
			w.agent.Typed(w.caller, "I typed "+[]string{"something", "human please", "what was said"}[rng.Intn(3)], rng.Intn(4) == 0)
		case 5:
			w.agent.Company([]string{"willStart", "failed", "lost", "returned", "requested", "stillWaiting", "?"}[rng.Intn(7)], "Bob")
		case 6:
			w.agent.Interrupt(rng.Intn(6))
		case 7:
			w.agent.Speak("These are words of somebody else.")
		case 8, 9:
			mode := Mode(rng.Intn(4))
			var history []Line
			if rng.Intn(3) > 0 {
				epoch++
			}
			if rng.Intn(4) == 0 {
				history = []Line{{Role: RoleHuman, Name: "Bob", Text: "I am Bob"}}
			}
			w.agent.SetMode(mode, epoch, history)
			w.pass(0)
			if silent {
				spans[len(spans)-1].to = w.now()
			}
			if silent = mode == Silent; silent {
				spans = append(spans, silentSpan{w.now(), 1 << 62})
			}
		case 10:
			w.agent.Control(w.caller, []int{ControlVoiceInterrupt, ControlPushToTalk, ControlPushStart, ControlPushFinish, ControlPushCancel}[rng.Intn(5)], rng.Intn(2) == 0)
		case 11:
			b := []*breakable{asr, llm, tts}[rng.Intn(3)]
			fault := []scripted.Fault{{Stall: true}, {Nonsense: true}, scripted.Fail(engine.Unavailable), {Delay: 700 * ms}}[rng.Intn(4)]
			op := []scripted.Op{scripted.WriteASR, scripted.FinishASR, scripted.Preview, scripted.Chat, scripted.NextDelta, scripted.Speak, scripted.ReadPCM}[rng.Intn(7)]
			b.set(on(op, int32(1+rng.Intn(3)), fault))
		case 12:
			asr.mend()
			llm.mend()
			tts.mend()
		case 13:
			w.agent.Boundary(w.t.Context())
		}
		w.pass(time.Duration(rng.Intn(2000)) * ms)
	}
	w.agent.Close()

	texts, finals := map[string]string{}, map[string]int{}
	for _, s := range of[Spoken](w, 0) {
		if finals[s.SentenceID] > 0 {
			w.t.Errorf("%+v after its end", s)
		}
		if !s.Final && !strings.HasPrefix(s.Text, texts[s.SentenceID]) {
			w.t.Errorf("%+v does not grow from %q", s, texts[s.SentenceID])
		}
		if s.Final {
			finals[s.SentenceID]++
		}
		texts[s.SentenceID] = s.Text
	}
	for id, text := range texts {
		if finals[id] != 1 {
			w.t.Errorf("%q has %d ends", text, finals[id])
		}
	}
	last := uint64(0)
	for _, s := range w.all() {
		e, final := epochOf(s.event)
		if e < last && !final {
			w.t.Errorf("%v: %+v in epoch %d", s.at, s.event, last)
		}
		last = max(last, e)
	}
	for _, f := range w.voice.all() {
		for _, span := range spans {
			if f.at > span.from && f.at < span.to {
				w.t.Fatalf("a frame at %v in mode Silent", f.at)
			}
		}
	}
	heard := map[string]bool{}
	for _, h := range of[Heard](w, 0) {
		if heard[h.SentenceID] {
			w.t.Errorf("%+v after its end", h)
		}
		heard[h.SentenceID] = h.Final
	}
	if w.t.Failed() {
		w.t.Logf("\n%v", w)
	}
}

func epochOf(e Event) (epoch uint64, isFinal bool) {
	switch e := e.(type) {
	case Spoken:
		return e.Epoch, e.Final
	case StateChanged:
		return e.Epoch, false
	case Interrupted:
		return e.Epoch, false
	case ReplyCompleted:
		return e.Epoch, false
	case WantHuman:
		return e.Epoch, false
	case Failed:
		return e.Epoch, false
	case Ready:
		return e.Epoch, false
	}
	return 0, true // a leg's
}

// checkMemory compares what the model is told the agent said with what was.
func (w *world) checkMemory(r engine.Request) {
	var said strings.Builder
	for _, s := range of[Spoken](w, 0) {
		if s.Final {
			said.WriteString(s.Text + " ")
		}
	}
	for _, m := range r.Messages {
		if m.Role == engine.RoleAssistant && !strings.Contains(said.String(), strings.TrimSpace(m.Text)) {
			// Fillers in between are said and not remembered.
			for _, part := range strings.SplitAfter(m.Text, ". ") {
				if !strings.Contains(said.String(), strings.TrimSpace(part)) {
					w.t.Errorf("the model is told %q, said was %q", m.Text, said.String())
				}
			}
		}
	}
}

// BenchmarkAgents runs fifty agents for two seconds of wall time and reports
// what one costs in 20 ms: with a silent caller, and while it speaks.
func BenchmarkAgents(b *testing.B) {
	for _, speaks := range []bool{false, true} {
		name := "idle"
		if speaks {
			name = "speaking"
		}
		b.Run(name, func(b *testing.B) {
			for range b.N {
				benchmarkAgents(b, speaks)
			}
		})
	}
}

type quietVoice struct{}

func (quietVoice) WriteFrame(uint64, []byte, uint32) error { return nil }

func benchmarkAgents(b *testing.B, speaks bool) {
	const agents, length = 50, 2 * time.Second
	engines := Engines{VAD: &scripted.VAD{}, ASR: &scripted.ASR{}, LLM: &scripted.LLM{}, TTS: &scripted.TTS{}}
	rendered, err := Render(b.Context(), engines.TTS, Config{})
	if err != nil {
		b.Fatal(err)
	}
	all := make([]*Agent, agents)
	for i := range all {
		all[i] = New(Config{Rendered: rendered}, engines, quietVoice{}, func(Event) {})
		all[i].Hear(Leg{ID: "p", Role: RoleCaller}, &tape{start: time.Now()})
		all[i].SetMode(Answer, 1, nil)
		if speaks {
			all[i].Speak(strings.Repeat("a long story ", 20))
		}
	}
	time.Sleep(200 * ms)
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	time.Sleep(length)
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(cpu.Nanoseconds())/agents/float64(length/(20*ms)), "cpu-ns/tick")
	for _, a := range all {
		a.Close()
	}
}
