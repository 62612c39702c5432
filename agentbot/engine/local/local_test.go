package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/engine/local/speech"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openAll(t testing.TB) *Engines {
	t.Helper()
	e, err := Open(Options{
		KnowledgeSentences: []string{
			"You can return any item within 30 days.",
			"Our opening hours are Monday to Friday from nine to six.",
			"Delivery takes two to three days and costs five dollars.",
			"The Acmetron has a warranty of two years.",
			"You can change your delivery address before the parcel is sent.",
		},
		Names: []string{"Acmetron"},
		Voice: "slt",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestConformance(t *testing.T) {
	e := openAll(t)
	t.Run("tts", func(t *testing.T) { enginetest.TestTTS(t, func() engine.TTS { return e.TTS }) })
	t.Run("asr", func(t *testing.T) { enginetest.TestASR(t, func() engine.ASR { return e.ASR }) })
	t.Run("vad", func(t *testing.T) { enginetest.TestVAD(t, func() engine.VAD { return e.VAD }) })
}

// leg hears a caller as a conversation does: cleaned by the VAD, recognised
// from the first voice on with what came just before.
type leg struct {
	vad engine.VADStream
	asr engine.ASRStream
}

func openLeg(t testing.TB, e *Engines) *leg {
	t.Helper()
	v, err := e.VAD.OpenVAD()
	if err != nil {
		t.Fatal(err)
	}
	a, err := e.ASR.OpenASR(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close(); a.Close() })
	return &leg{v, a}
}

func (l *leg) hear(ctx context.Context, pcm []int16) (string, error) {
	const before = 15 // frames, 300 ms
	var kept []int16
	started := false
	for ; len(pcm) >= engine.FrameSamples; pcm = pcm[engine.FrameSamples:] {
		frame := pcm[:engine.FrameSamples]
		started = l.vad.Process(frame) || started
		kept = append(kept, frame...)
		if !started {
			kept = kept[max(0, len(kept)-before*engine.FrameSamples):]
			continue
		}
		if _, _, err := l.asr.Write(ctx, kept); err != nil {
			return "", err
		}
		kept = kept[:0]
	}
	tr, err := l.asr.Finish(ctx)
	return tr.Text, err
}

// noisy adds white noise so many dB below the speech.
func noisy(pcm []int16, db float64) []int16 {
	sum := 0.0
	for _, x := range pcm {
		sum += float64(x) * float64(x)
	}
	amp := math.Sqrt(sum/float64(len(pcm))) * math.Pow(10, -db/20)
	r := rand.New(rand.NewPCG(5, 6))
	out := make([]int16, len(pcm))
	for i, x := range pcm {
		out[i] = int16(min(max(float64(x)+amp*r.NormFloat64(), math.MinInt16), math.MaxInt16))
	}
	return out
}

// TestConversation speaks, adds noise, detects and recognises.
func TestConversation(t *testing.T) {
	e := openAll(t)
	said := []string{
		"i want to talk to a human agent", "what are your opening hours", "my acmetron is broken",
		"how long does the delivery take", "i would like to return an item", "how do i change my delivery address",
	}
	for _, c := range []struct {
		voice string
		noise float64 // dB below the speech, 0: none
		most  float64 // word errors in %
	}{{"slt", 0, 20}, {"rms", 0, 20}, {"rms", 20, 45}} {
		t.Run(fmt.Sprintf("%s %v dB", c.voice, c.noise), func(t *testing.T) {
			l := openLeg(t, e)
			errs, words := 0, 0
			for _, text := range said {
				pcm, err := speech.Say(t.Context(), text, c.voice)
				if err != nil {
					t.Fatal(err)
				}
				pcm = speech.Pad(pcm, 500*time.Millisecond, 500*time.Millisecond)
				if c.noise > 0 {
					pcm = noisy(pcm, c.noise)
				}
				heard, err := l.hear(t.Context(), pcm)
				if err != nil {
					t.Fatal(err)
				}
				wrong, n := speech.WordErrors(text, heard)
				if wrong > 0 {
					t.Logf("%q was heard as %q", text, heard)
				}
				errs, words = errs+wrong, words+n
			}
			rate := 100 * float64(errs) / float64(words)
			t.Logf("word error rate %.1f %%", rate)
			if rate > c.most {
				t.Errorf("word error rate %.1f %%, want at most %v", rate, c.most)
			}
		})
	}
}

// TestBubble runs the engines on virtual time: speech is read at the pace of a
// call and recognised, and nothing outlives the bubble.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, err := Open(Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		s, err := e.TTS.Speak(t.Context(), "Where is my order?", "rms")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		a, err := e.ASR.OpenASR(t.Context(), "en-US")
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		start, frames := time.Now(), 0
		for frame := make([]int16, engine.FrameSamples); ; frames++ {
			n, err := s.Read(frame)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := a.Write(t.Context(), frame[:n]); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		if d := time.Since(start); d != time.Duration(frames)*20*time.Millisecond {
			t.Errorf("%d frames took %v", frames, d)
		}
		tr, err := a.Finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if errs, _ := speech.WordErrors("where is my order", tr.Text); errs > 2 {
			t.Errorf("heard %q", tr.Text)
		}
	})
}

// TestShortAnswers are the words that a conversation turns on. No two renderings
// by flite are the same, so the bound is for all words of several.
func TestShortAnswers(t *testing.T) {
	e := openAll(t)
	l := openLeg(t, e)
	errors, words := 0, 0
	for range 3 {
		for _, text := range []string{"yes", "no", "yes please", "no thank you", "hello", "human", "agent please", "my order number is four two seven one"} {
			pcm, err := speech.Say(t.Context(), text, "rms")
			if err != nil {
				t.Fatal(err)
			}
			heard, err := l.hear(t.Context(), speech.Pad(pcm, 500*time.Millisecond, 500*time.Millisecond))
			if err != nil {
				t.Fatal(err)
			}
			wrong, n := speech.WordErrors(text, heard)
			errors, words = errors+wrong, words+n
			if wrong > 0 {
				t.Logf("%q was heard as %q", text, heard)
			}
		}
	}
	if errors*3 > words {
		t.Errorf("%d of %d words of short answers were misheard", errors, words)
	}
}

func TestCheck(t *testing.T) {
	for _, f := range Check(t.Context()) {
		t.Log(f)
		if !f.Usable || f.Detail == "" || f.Hint != "" {
			t.Errorf("%+v", f)
		}
	}
}

func TestCheckWithoutModel(t *testing.T) {
	found := 0
	for _, f := range check(t.Context(), t.TempDir()) {
		if f.Engine != asrName {
			continue
		}
		found++
		if f.Usable || !strings.Contains(f.Hint, "pocketsphinx-en-us") || !strings.Contains(f.Detail, "no such file") {
			t.Errorf("%+v", f)
		}
	}
	if found != 1 {
		t.Errorf("%d findings of the recogniser", found)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range check(ctx, "") {
		if f.Usable {
			t.Errorf("usable with a ctx that has ended: %+v", f)
		}
	}
}

func TestUnknownVoice(t *testing.T) {
	if _, err := Open(Options{Voice: "nobody"}); engine.KindOf(err) != engine.Unusable {
		t.Errorf("%v", err)
	}
}

func TestDigits(t *testing.T) {
	pairs := map[string]int{}
	for _, s := range digits() {
		w := strings.Fields(strings.TrimPrefix(s, "my order number is "))
		for i := 1; i < len(w); i++ {
			pairs[w[i-1]+" "+w[i]]++
		}
	}
	if len(pairs) != 100 {
		t.Errorf("%d pairs of digits", len(pairs))
	}
}
