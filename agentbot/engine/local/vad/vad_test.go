package vad

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/engine/local/internal/cheap"
	"github.com/relevo/relevo/agentbot/engine/local/speech"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var detectors = map[string]engine.VAD{"webrtc": WebRTC{}, "energy": Energy{}}

func TestConformance(t *testing.T) {
	for name, vad := range detectors {
		t.Run(name, func(t *testing.T) {
			enginetest.TestVAD(t, func() engine.VAD { return vad })
		})
	}
}

// clip is audio with what is known of each frame.
type clip struct {
	pcm   []int16
	truth []truth
}

type truth uint8

const (
	unsure truth = iota // the edges of words and their pauses
	quiet
	loud
)

// conversation is speech of both voices with pauses, labelled by its energy
// before any noise is added.
func conversation(t testing.TB) clip {
	t.Helper()
	var pcm []int16
	pcm = append(pcm, make([]int16, engine.SampleRate)...)
	for i, text := range []string{
		"I want to talk to a human agent.", "What are your opening hours?", "My order has not arrived yet.",
		"Can I pay with a credit card?", "How do I change my delivery address?", "Thank you very much for your help.",
	} {
		said, err := speech.Say(t.Context(), text, []string{"slt", "rms"}[i%2])
		if err != nil {
			t.Fatal(err)
		}
		pcm = append(pcm, speech.Pad(said, 0, 1500*time.Millisecond)...)
	}
	pcm = pcm[:len(pcm)/engine.FrameSamples*engine.FrameSamples]
	c := clip{pcm: pcm}
	power := make([]float64, len(pcm)/engine.FrameSamples)
	for i := range power {
		power[i] = rms(pcm[i*engine.FrameSamples:][:engine.FrameSamples])
	}
	for i := range power {
		from, to := max(0, i-10), min(len(power), i+11)
		peak := 0.0
		for _, p := range power[from:to] {
			peak = max(peak, p)
		}
		switch {
		case power[i] > 500:
			c.truth = append(c.truth, loud)
		case peak < 30:
			c.truth = append(c.truth, quiet)
		default:
			c.truth = append(c.truth, unsure)
		}
	}
	return c
}

func rms(pcm []int16) float64 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(len(pcm)))
}

// withNoise adds white noise so many dB below the speech.
func (c clip) withNoise(db float64) []int16 {
	sum, n := 0.0, 0
	for i, tr := range c.truth {
		if tr == loud {
			r := rms(c.pcm[i*engine.FrameSamples:][:engine.FrameSamples])
			sum += r * r
			n++
		}
	}
	amp := math.Sqrt(sum/float64(n)) * math.Pow(10, -db/20)
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]int16, len(c.pcm))
	for i, s := range c.pcm {
		out[i] = int16(min(max(float64(s)+amp*r.NormFloat64(), math.MinInt16), math.MaxInt16))
	}
	return out
}

// rates are how many loud frames are found and how many quiet ones are taken
// for voice.
func rates(t testing.TB, vad engine.VAD, pcm []int16, labels []truth) (hit, falseAlarm float64) {
	t.Helper()
	s, err := vad.OpenVAD()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var found, said, alarms, silent float64
	for i, label := range labels {
		voice := s.Process(pcm[i*engine.FrameSamples:][:engine.FrameSamples])
		switch label {
		case loud:
			said++
			if voice {
				found++
			}
		case quiet:
			silent++
			if voice {
				alarms++
			}
		}
	}
	return 100 * found / said, 100 * alarms / silent
}

func TestRates(t *testing.T) {
	c := conversation(t)
	for _, want := range []struct {
		detector   string
		noise      float64 // dB below the speech, 0: none
		hit, alarm float64
	}{
		{"webrtc", 0, 95, 6},
		{"webrtc", 20, 90, 6},
		{"webrtc", 10, 58, 1},
		{"energy", 0, 90, 6},
		{"energy", 20, 75, 10},
	} {
		t.Run(fmt.Sprintf("%s %v", want.detector, want.noise), func(t *testing.T) {
			pcm := append([]int16(nil), c.pcm...)
			if want.noise > 0 {
				pcm = c.withNoise(want.noise)
			}
			hit, alarm := rates(t, detectors[want.detector], pcm, c.truth)
			t.Logf("found %.1f %%, false %.1f %%", hit, alarm)
			if hit < want.hit {
				t.Errorf("found %.1f %% of voice, want %v", hit, want.hit)
			}
			if alarm > want.alarm {
				t.Errorf("took %.1f %% of no voice for it, want at most %v", alarm, want.alarm)
			}
		})
	}
}

// TestSuppression hears the pauses of a noisy clip get quieter and the speech stay.
func TestSuppression(t *testing.T) {
	c := conversation(t)
	pcm := c.withNoise(15)
	before := levels(pcm, c.truth)
	s, err := WebRTC{}.OpenVAD()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i := range c.truth {
		s.Process(pcm[i*engine.FrameSamples:][:engine.FrameSamples])
	}
	after := levels(pcm, c.truth)
	if after[quiet] > before[quiet]/2 {
		t.Errorf("noise went from %.0f to %.0f", before[quiet], after[quiet])
	}
	if after[loud] < before[loud]*0.6 {
		t.Errorf("speech went from %.0f to %.0f", before[loud], after[loud])
	}
}

// levels are the mean levels of the frames of the clip's second half.
func levels(pcm []int16, labels []truth) (level [3]float64) {
	var n [3]float64
	for i := len(labels) / 2; i < len(labels); i++ {
		level[labels[i]] += rms(pcm[i*engine.FrameSamples:][:engine.FrameSamples])
		n[labels[i]]++
	}
	for i := range level {
		level[i] /= n[i]
	}
	return level
}

func TestMemory(t *testing.T) {
	frame := make([]int16, engine.FrameSamples)
	round := func() {
		s, err := WebRTC{}.OpenVAD()
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			s.Process(frame)
		}
		s.Close()
	}
	round()
	before := cheap.InUse()
	for range 50 {
		round()
	}
	if grown := cheap.InUse() - before; grown > 100<<10 {
		t.Errorf("C's heap grew by %d kB", grown>>10)
	}
}

func TestOddFrames(t *testing.T) {
	for name, vad := range detectors {
		s, err := vad.OpenVAD()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 159, 160, 161, 319, 321, 1000} {
			if s.Process(make([]int16, n)) {
				t.Errorf("%s: %d samples of silence are voice", name, n)
			}
		}
		s.Close()
	}
}

func BenchmarkProcess(b *testing.B) {
	c := conversation(b)
	pcm := c.withNoise(20)
	for name, vad := range detectors {
		b.Run(name, func(b *testing.B) {
			s, err := vad.OpenVAD()
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				s.Process(pcm[i*engine.FrameSamples:][:engine.FrameSamples])
				i = (i + 1) % len(c.truth)
			}
		})
	}
}
