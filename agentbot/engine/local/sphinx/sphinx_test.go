package sphinx

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/engine/local/speech"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	e := shop(t)
	enginetest.TestASR(t, func() engine.ASR { return e })
}

// TestWordErrorRate has synthetic callers of both voices say each sentence, a
// leg for each voice.
func TestWordErrorRate(t *testing.T) {
	e := shop(t)
	for _, voice := range flite.Voices() {
		t.Run(voice, func(t *testing.T) {
			s := open(t, e)
			errs, words := 0, 0
			for _, said := range sentences {
				tr, err := recognise(t.Context(), s, spoken(t, said, voice))
				if err != nil {
					t.Fatal(err)
				}
				wrong, n := speech.WordErrors(said, tr.Text)
				if wrong > 0 {
					t.Logf("%q was heard as %q (%.2f)", said, tr.Text, tr.Confidence)
				}
				if tr.Text != "" && (tr.Confidence <= 0 || tr.Confidence > 1) {
					t.Errorf("%q has confidence %v", tr.Text, tr.Confidence)
				}
				errs, words = errs+wrong, words+n
			}
			rate := 100 * float64(errs) / float64(words)
			t.Logf("word error rate %.1f %%", rate)
			if rate > 20 {
				t.Errorf("word error rate %.1f %%", rate)
			}
		})
	}
}

func TestNames(t *testing.T) {
	s := open(t, shop(t))
	for _, said := range []string{"my acmetron is broken", "how much is the zalvora"} {
		tr, err := recognise(t.Context(), s, spoken(t, said, "rms"))
		if err != nil {
			t.Fatal(err)
		}
		name := strings.Fields(strings.ToLower(said))
		if !strings.Contains(tr.Text, "acmetron") && !strings.Contains(tr.Text, "zalvora") {
			t.Errorf("no name of %q in %q", name, tr.Text)
		}
	}
}

func TestPartials(t *testing.T) {
	s := open(t, shop(t))
	pcm := spoken(t, "i would like to return an item", "rms")
	changes, last := 0, ""
	for len(pcm) >= engine.FrameSamples {
		text, changed, err := s.Write(t.Context(), pcm[:engine.FrameSamples])
		if err != nil {
			t.Fatal(err)
		}
		if changed != (text != last) {
			t.Errorf("changed is %v from %q to %q", changed, last, text)
		}
		if changed {
			changes++
		}
		last, pcm = text, pcm[engine.FrameSamples:]
	}
	if changes < 3 {
		t.Errorf("%d partials of seven words", changes)
	}
	if errs, _ := speech.WordErrors("i would like to return an item", last); errs > 4 {
		t.Errorf("last partial %q", last)
	}
}

// TestParallel decodes the same audio alone and beside others, in fresh
// decoders, sharing models and not: decoders must not touch each other.
func TestParallel(t *testing.T) {
	var pcm [4][]int16
	for i := range pcm {
		pcm[i] = spoken(t, sentences[i], flite.Voices()[i%2])
	}
	alone := newEngine(t, Options{Sentences: knowledge, Names: names, unshared: true})
	var want [len(pcm)]engine.Transcript
	for i := range pcm {
		s := open(t, alone)
		tr, err := recognise(t.Context(), s, pcm[i])
		if err != nil {
			t.Fatal(err)
		}
		want[i] = tr
		s.Close()
	}
	shared := shop(t)
	if alone.shared || !shared.shared {
		t.Fatalf("shared is %v and %v", alone.shared, shared.shared)
	}
	for range 3 {
		var wg sync.WaitGroup
		for i := range pcm {
			s := open(t, shared)
			wg.Go(func() {
				defer s.Close()
				got, err := recognise(t.Context(), s, pcm[i])
				if err != nil {
					t.Error(err)
				} else if !same(got, want[i]) {
					t.Errorf("beside others %+v, alone %+v", got, want[i])
				}
			})
		}
		wg.Wait()
	}
}

// same says whether two decodings of the same audio agree. The confidence of a
// decoder that was used before differs in the sixth digit.
func same(a, b engine.Transcript) bool {
	return a.Text == b.Text && a.Language == b.Language && math.Abs(a.Confidence-b.Confidence) < 1e-3
}

// TestFresh gives a leg a decoder that another leg used before.
func TestFresh(t *testing.T) {
	e := shop(t)
	pcm := spoken(t, "please cancel my order", "slt")
	first := open(t, e)
	want, err := recognise(t.Context(), first, pcm)
	if err != nil {
		t.Fatal(err)
	}
	used := first.(*stream).decoder
	if _, err := recognise(t.Context(), first, noise(3*time.Second, 3000)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := first.Write(t.Context(), spoken(t, "where is my order", "rms")); err != nil {
		t.Fatal(err)
	}
	first.Close()
	s := open(t, e)
	got, err := recognise(t.Context(), s, pcm)
	if err != nil {
		t.Fatal(err)
	}
	if !same(got, want) {
		t.Errorf("later leg %+v, first leg %+v", got, want)
	}
	if s.(*stream).decoder != used {
		t.Error("the first leg's decoder was not used again")
	}
}

func noise(d time.Duration, level float64) []int16 {
	r := rand.New(rand.NewPCG(3, 4))
	pcm := make([]int16, int(d.Seconds()*engine.SampleRate))
	for i := range pcm {
		pcm[i] = int16(level * r.NormFloat64())
	}
	return pcm
}

func tone(d time.Duration, hertz float64) []int16 {
	pcm := make([]int16, int(d.Seconds()*engine.SampleRate))
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*hertz*float64(i)/engine.SampleRate))
	}
	return pcm
}

func TestGarbage(t *testing.T) {
	s := open(t, shop(t))
	click := noise(2*time.Second, 10)
	copy(click[16000:], noise(50*time.Millisecond, 6000))
	full := make([]int16, 8000)
	for i := range full {
		full[i] = math.MaxInt16
	}
	for name, pcm := range map[string][]int16{
		"silence": make([]int16, 32000), "hiss": noise(3*time.Second, 20), "loud hiss": noise(2*time.Second, 3000),
		"very short": noise(5*time.Millisecond, 1000), "tone": tone(2*time.Second, 440), "high tone": tone(time.Second, 3000),
		"click": click, "constant": full,
	} {
		tr, err := recognise(t.Context(), s, pcm)
		if err != nil || tr.Text != "" {
			t.Errorf("%s: %q, %v", name, tr.Text, err)
		}
	}
}

func TestLongUtterance(t *testing.T) {
	e := shop(t)
	e.longest = 3 * engine.SampleRate / 2 // into "where is my order" and its like
	s := open(t, e)
	var pcm []int16
	for range 3 {
		one := spoken(t, "where is my order", "rms")
		pcm = append(pcm, append(one, make([]int16, max(0, e.longest-len(one)))...)[:e.longest]...)
	}
	tr, err := recognise(t.Context(), s, pcm)
	if err != nil {
		t.Fatal(err)
	}
	if errs, _ := speech.WordErrors(strings.Repeat("where is my order ", 3), tr.Text); errs > 3 {
		t.Errorf("heard %q", tr.Text)
	}
	if tr.Confidence <= 0 {
		t.Errorf("confidence %v", tr.Confidence)
	}
}

func TestLimits(t *testing.T) {
	e := newEngine(t, Options{MaxStreams: 2})
	a, b := open(t, e), open(t, e)
	_, err := e.OpenASR(t.Context(), "en-GB")
	if engine.KindOf(err) != engine.Unavailable {
		t.Errorf("a third of two streams: %v", err)
	}
	a.Close()
	c := open(t, e)

	if _, err := e.OpenASR(t.Context(), "de"); engine.KindOf(err) != engine.Unusable {
		t.Errorf("German: %v", err)
	}

	// A stream outlives its engine.
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := recognise(t.Context(), b, spoken(t, "hello", "rms")); err != nil {
		t.Errorf("after the engine's Close: %v", err)
	}
	if _, err := e.OpenASR(t.Context(), ""); engine.KindOf(err) != engine.Unavailable {
		t.Errorf("OpenASR after Close: %v", err)
	}
	b.Close()
	if e.model == nil {
		t.Error("the models are gone with a stream open")
	}
	c.Close()
	if e.model != nil {
		t.Error("the models are still there")
	}
	e.Close()
}

// TestWaiting has a leg give up waiting for a decoder.
func TestWaiting(t *testing.T) {
	e := newEngine(t, Options{})
	e.making.Lock() // no decoder can be made now
	var legs []engine.ASRStream
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var err error
	for err == nil {
		var s engine.ASRStream
		if s, err = e.OpenASR(ctx, ""); err == nil {
			legs = append(legs, s)
		}
	}
	e.making.Unlock()
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
	if len(legs) == 0 {
		t.Error("there was no warm decoder at all")
	}
	for _, s := range legs {
		s.Close()
	}
	open(t, e)
}

func TestUnusable(t *testing.T) {
	dir := t.TempDir()
	_, err := New(Options{ModelDir: dir})
	if engine.KindOf(err) != engine.Unusable || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no model: %v", err)
	}
	os.Mkdir(dir+"/en-us", 0o700)
	for _, f := range []string{"en-us/mdef", "en-us.lm.bin", "cmudict-en-us.dict"} {
		if err := os.WriteFile(dir+"/"+f, []byte("no model\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := New(Options{ModelDir: dir}); engine.KindOf(err) != engine.Unusable {
		t.Errorf("broken model: %v", err)
	}
}
