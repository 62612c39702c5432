package flite

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	for _, voice := range Voices() {
		t.Run(voice, func(t *testing.T) {
			e, err := New(voice)
			if err != nil {
				t.Fatal(err)
			}
			enginetest.TestTTS(t, func() engine.TTS { return e })
		})
	}
}

func BenchmarkFirstSample(b *testing.B) {
	e, err := New("")
	if err != nil {
		b.Fatal(err)
	}
	var first, whole time.Duration
	n, lead := 0, 0
	for b.Loop() {
		start := time.Now()
		s, err := e.Speak(b.Context(), "Your order was sent on Monday, and it should be with you within three working days.", "")
		if err != nil {
			b.Fatal(err)
		}
		buf := make([]int16, 960)
		k, err := s.Read(buf)
		first += time.Since(start)
		n, lead = k, -1
		for i := 0; err == nil; i++ {
			if lead < 0 {
				for j, x := range buf[:k] {
					if x > 300 || x < -300 {
						lead = n - k + j
						break
					}
				}
			}
			k, err = s.Read(buf)
			n += k
		}
		whole += time.Since(start)
		s.Close()
	}
	b.ReportMetric(float64(first.Microseconds())/1000/float64(b.N), "ms-first")
	b.ReportMetric(float64(whole.Microseconds())/1000/float64(b.N), "ms-whole")
	b.ReportMetric(float64(n)/sampleRate, "s-speech")
	b.ReportMetric(float64(lead)/sampleRate*1000, "ms-lead")
}
