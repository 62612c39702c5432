package sphinx

import (
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/internal/cheap"
)

// TestMemory opens, uses and closes legs and engines; a leg that left a tenth
// of its decoder behind would show.
func TestMemory(t *testing.T) {
	pcm := spoken(t, "where is my order", "rms")
	round := func() {
		e, err := New(Options{Sentences: knowledge})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		var legs []engine.ASRStream
		for range 4 {
			s, err := e.OpenASR(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			legs = append(legs, s)
		}
		for i, s := range legs {
			if i == 0 {
				if _, err := recognise(t.Context(), s, pcm); err != nil {
					t.Fatal(err)
				}
			}
			s.Close()
		}
	}
	round() // flite, registered once, and the like stay
	before := cheap.InUse()
	const rounds = 4
	for range rounds {
		round()
	}
	grown := cheap.InUse() - before
	t.Logf("%d kB, grown by %d kB in %d rounds", before>>10, grown>>10, rounds)
	if grown > 1<<20 {
		t.Errorf("C's heap grew by %d kB in %d rounds", grown>>10, rounds)
	}
}

// BenchmarkUtterance reports what a leg costs: decoding as a share of real
// time, the end of an utterance, opening a leg when no decoder is ready, and memory.
func BenchmarkUtterance(b *testing.B) {
	start := time.Now()
	before := cheap.InUse()
	e := shop(b)
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms-engine")
	s := open(b, e)
	pcm := spoken(b, "i would like to return an item", "slt")
	var write, finish time.Duration
	for b.Loop() {
		t0 := time.Now()
		for p := pcm; len(p) >= engine.FrameSamples; p = p[engine.FrameSamples:] {
			if _, _, err := s.Write(b.Context(), p[:engine.FrameSamples]); err != nil {
				b.Fatal(err)
			}
		}
		t1 := time.Now()
		if _, err := s.Finish(b.Context()); err != nil {
			b.Fatal(err)
		}
		write, finish = write+t1.Sub(t0), finish+time.Since(t1)
	}
	audio := time.Duration(len(pcm)) * time.Second / engine.SampleRate * time.Duration(b.N)
	b.ReportMetric(float64(write+finish)/float64(audio), "of-real-time")
	b.ReportMetric(float64(finish.Milliseconds())/float64(b.N), "ms-finish")

	first := cheap.InUse()
	b.ReportMetric(float64((first-before)>>20), "MB-engine")
	opening := time.Now()
	const more = 5
	for range more {
		open(b, e)
	}
	b.ReportMetric(float64(time.Since(opening).Milliseconds())/more, "ms-open")
	b.ReportMetric(float64((cheap.InUse()-first)>>20)/more, "MB-leg")
}
