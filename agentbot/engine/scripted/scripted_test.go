package scripted

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hraban/opus"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Run("TTS", func(t *testing.T) { enginetest.TestTTS(t, func() engine.TTS { return &TTS{} }) })
	t.Run("ASR", func(t *testing.T) { enginetest.TestASR(t, func() engine.ASR { return &ASR{} }) })
	t.Run("VAD", func(t *testing.T) { enginetest.TestVAD(t, func() engine.VAD { return &VAD{} }) })
	t.Run("LLM", func(t *testing.T) { enginetest.TestLLM(t, func() engine.LLM { return &LLM{} }) })
}

func sine(d time.Duration, hertz float64) []int16 {
	pcm := make([]int16, samples(d))
	for i := range pcm {
		pcm[i] = int16(6000 * math.Sin(2*math.Pi*hertz*float64(i)/engine.SampleRate))
	}
	return pcm
}

// throughOpus is what a leg hears of pcm: encoded at 48 kHz is the client's
// affair, so 16 kHz on both sides is the harder case.
func throughOpus(t *testing.T, pcm []int16) []int16 {
	t.Helper()
	enc, err := opus.NewEncoder(engine.SampleRate, 1, opus.AppVoIP)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := opus.NewDecoder(engine.SampleRate, 1)
	if err != nil {
		t.Fatal(err)
	}
	var out []int16
	packet := make([]byte, 1500)
	for ; len(pcm) >= engine.FrameSamples; pcm = pcm[engine.FrameSamples:] {
		n, err := enc.Encode(pcm[:engine.FrameSamples], packet)
		if err != nil {
			t.Fatal(err)
		}
		frame := make([]int16, engine.FrameSamples)
		if _, err := dec.Decode(packet[:n], frame); err != nil {
			t.Fatal(err)
		}
		out = append(out, frame...)
	}
	return out
}

func TestASRPhrases(t *testing.T) {
	asr := &ASR{Phrases: map[int]string{440: "I want to talk to a human", 520: "What are your opening hours?", 1320: "Goodbye"}}
	s, err := asr.OpenASR(t.Context(), "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, hertz := range []int{520, 440, 1320, 440} {
		want := asr.Phrases[hertz]
		last := ""
		pcm := throughOpus(t, append(sine(2200*time.Millisecond, float64(hertz)), make([]int16, 4000)...))
		for ; len(pcm) >= engine.FrameSamples; pcm = pcm[engine.FrameSamples:] {
			partial, changed, err := s.Write(t.Context(), pcm[:engine.FrameSamples])
			if err != nil {
				t.Fatal(err)
			}
			if changed {
				if !strings.HasPrefix(want, partial) || len(strings.Fields(partial)) != len(strings.Fields(last))+1 {
					t.Errorf("partial %q after %q", partial, last)
				}
				last = partial
			}
		}
		if last != want {
			t.Errorf("last partial %q, want %q", last, want)
		}
		if got, err := s.Finish(t.Context()); err != nil || got.Text != want {
			t.Errorf("got %q, %v, want %q", got.Text, err, want)
		}
	}
}

func TestASRDeafToNoise(t *testing.T) {
	s, _ := (&ASR{}).OpenASR(t.Context(), "")
	pcm := make([]int16, engine.SampleRate)
	rng := rand.New(rand.NewSource(1))
	for i := range pcm {
		pcm[i] = int16(rng.Intn(16000) - 8000)
	}
	if _, changed, err := s.Write(t.Context(), pcm); changed || err != nil {
		t.Errorf("noise has words: %v", err)
	}
	if got, _ := s.Finish(t.Context()); got.Text != "" {
		t.Errorf("noise is %q", got.Text)
	}
}

func TestASRTextAndNext(t *testing.T) {
	queue := []string{"first", "second"}
	asr := &ASR{Next: func() string { text := queue[0]; queue = queue[1:]; return text }}
	s, _ := asr.OpenASR(t.Context(), "")
	for _, want := range []string{"first", "second"} {
		s.Write(t.Context(), sine(time.Second, 700))
		if got, _ := s.Finish(t.Context()); got.Text != want {
			t.Errorf("got %q, want %q", got.Text, want)
		}
	}
	s, _ = (&ASR{}).OpenASR(t.Context(), "")
	for hertz, want := range map[float64]string{440: "tone 440", 1320: "tone 1320", 707: "tone 700"} {
		s.Write(t.Context(), throughOpus(t, sine(time.Second, hertz)))
		if got, _ := s.Finish(t.Context()); got.Text != want {
			t.Errorf("%v Hz: got %q", hertz, got.Text)
		}
	}
	s, _ = (&ASR{Text: func(hertz int, voiced time.Duration) string {
		if voiced > time.Second {
			return "long"
		}
		return "short"
	}}).OpenASR(t.Context(), "")
	for d, want := range map[time.Duration]string{600 * time.Millisecond: "short", 1500 * time.Millisecond: "long"} {
		s.Write(t.Context(), sine(d, 440))
		if got, _ := s.Finish(t.Context()); got.Text != want {
			t.Errorf("%v: got %q", d, got.Text)
		}
	}
}

// What the TTS says must be found by listening: its tone while a word lasts,
// silence between words.
func TestTTSByEar(t *testing.T) {
	tts := &TTS{PerWord: 300 * time.Millisecond, Gap: 40 * time.Millisecond, Voices: map[string]float64{"low": 440}}
	for voice, hertz := range map[string]float64{"": 880, "low": 440} {
		s, err := tts.Speak(t.Context(), "One two – three.", voice)
		if err != nil {
			t.Fatal(err)
		}
		pcm := make([]int16, engine.SampleRate*2)
		n, err := s.Read(pcm)
		if err != nil || n != samples(900*time.Millisecond) || tts.Duration("One two – three.") != 900*time.Millisecond {
			t.Fatalf("%d samples, %v", n, err)
		}
		for i, w := range s.Words() {
			if want := (engine.WordTime{Offset: []int{0, 4, 10}[i], At: time.Duration(i) * 300 * time.Millisecond}); w != want {
				t.Errorf("word %d: %+v, want %+v", i, w, want)
			}
			at := samples(w.At)
			if p := purity(pcm[at:at+samples(260*time.Millisecond)], hertz); p < 0.95 {
				t.Errorf("word %d has %v of its tone", i, p)
			}
			gap := pcm[at+samples(260*time.Millisecond) : at+samples(300*time.Millisecond)]
			if quiet := energy(gap) == 0; quiet != (i < 2) {
				t.Errorf("word %d is followed by silence: %v", i, quiet)
			}
		}
	}
}

func TestDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		at := func(what string, want time.Duration) {
			t.Helper()
			if got := time.Since(start); got != want {
				t.Errorf("%s at %v, want %v", what, got, want)
			}
		}
		asr, _ := (&ASR{FinishDelay: 200 * time.Millisecond}).OpenASR(t.Context(), "")
		asr.Finish(t.Context())
		at("text", 200*time.Millisecond)

		llm := &LLM{FirstToken: 300 * time.Millisecond, PerToken: 50 * time.Millisecond}
		r, _ := llm.Chat(t.Context(), engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: "a b."}}})
		at("chat", 200*time.Millisecond)
		r.Next()
		at("first token", 500*time.Millisecond)
		text := ""
		for {
			d, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			text += d.Text
		}
		at("reply", 650*time.Millisecond) // "You " "said: " "a " "b."
		if text != "said: a b." {
			t.Errorf("reply %q", text)
		}

		tts := &TTS{FirstSample: 100 * time.Millisecond, PerWord: time.Second, Speed: 2}
		s, _ := tts.Speak(t.Context(), "word", "")
		pcm := make([]int16, engine.FrameSamples)
		s.Read(pcm)
		at("first frame", 760*time.Millisecond)
		for {
			if _, err := s.Read(pcm); err != nil {
				break
			}
		}
		at("speech", 1250*time.Millisecond)
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		always := func(f Fault) func(Op) Fault { return func(Op) Fault { return f } }
		if _, err := (&VAD{Fault: always(Fail(engine.Unusable))}).OpenVAD(); engine.KindOf(err) != engine.Unusable {
			t.Errorf("vad: %v", err)
		}
		if _, err := (&ASR{Fault: always(Fault{Err: errors.New("x")})}).OpenASR(t.Context(), ""); engine.KindOf(err) != engine.Unavailable {
			t.Errorf("asr: %v", err)
		}
		s, _ := (&ASR{Fault: func(op Op) Fault { return Fault{Nonsense: op == FinishASR} }}).OpenASR(t.Context(), "")
		if tr, err := s.Finish(t.Context()); err != nil || tr.Text != nonsenseText {
			t.Errorf("asr: %q, %v", tr.Text, err)
		}
		if _, err := (&TTS{Fault: always(Fail(engine.RateLimited))}).Speak(t.Context(), "x", ""); engine.KindOf(err) != engine.RateLimited {
			t.Errorf("tts: %v", err)
		}
		speech, _ := (&TTS{Fault: always(Fault{Nonsense: true})}).Speak(t.Context(), "x", "")
		if _, err := speech.Read(make([]int16, 9)); !errors.Is(err, io.EOF) {
			t.Errorf("tts: %v", err)
		}

		// The third delta never comes.
		n := 0
		llm := &LLM{Fault: func(op Op) Fault {
			if op == NextDelta {
				n++
			}
			return Fault{Stall: n == 3}
		}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		r, _ := llm.Chat(ctx, engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: "hello"}}})
		r.Next()
		r.Next()
		if _, err := r.Next(); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("stall: %v after %v", err, time.Since(start))
		}
	})
}

func TestEcho(t *testing.T) {
	human := engine.Message{Role: engine.RoleHuman, Name: "Dana", Text: "Your code is BLUE 42."}
	tools := []engine.Tool{{Name: RequestHuman}}
	for _, test := range []struct {
		text  string
		calls int
	}{{"I want a human please.", 1}, {"Is it good?", 0}} {
		r := Echo(engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: test.text}}, Tools: tools})
		if len(r.Calls) != test.calls || r.Text == "" {
			t.Errorf("%q: %+v", test.text, r)
		}
	}
	r := Echo(engine.Request{Messages: []engine.Message{human, {Role: engine.RoleUser, Text: "What did she say?"}}})
	if r.Text != "Dana said: Your code is BLUE 42." {
		t.Errorf("%q", r.Text)
	}
}

func BenchmarkASR(b *testing.B) {
	for name, asr := range map[string]*ASR{"any tone": {}, "two tones": {Tones: []int{440, 520}}} {
		b.Run(name, func(b *testing.B) {
			s, _ := asr.OpenASR(b.Context(), "")
			frame := sine(20*time.Millisecond, 440)
			for b.Loop() {
				s.Write(b.Context(), frame)
			}
		})
	}
}
