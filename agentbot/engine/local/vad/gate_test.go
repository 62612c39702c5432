package vad

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
)

// at is a noise in the speech band whose level changes: frames at each level in
// dB of full scale.
func at(g *gate, rng *rand.Rand, db float64, frames int) (open int) {
	frame := make([]int16, engine.FrameSamples)
	for range frames {
		for i := range frame {
			// A quarter of white noise's energy is in the gate's band.
			x := rng.NormFloat64() * 2 * 32768 * math.Pow(10, db/20)
			frame[i] = int16(min(max(x, math.MinInt16), math.MaxInt16))
		}
		if g.voice(frame) {
			open++
		}
	}
	return open
}

func TestGate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := newGate()
	steps := []struct {
		name     string
		db       float64
		frames   int
		min, max int // frames open
	}{
		{"a noisy room", -45, 150, 0, 0},
		{"people in it", -39, 50, 0, 0},
		{"the room", -45, 100, 0, 0},
		{"the caller", -26, 50, 46, 50},
		{"the room again", -45, 50, 0, 5},
		{"a quieter caller", -32, 50, 45, 50},
		{"the room again", -45, 150, 0, 6},
		{"nothing", -90, 200, 0, 3},
		{"a caller in a quiet room", -26, 50, 48, 50},
		{"nothing at once", -90, 50, 0, 1},
		{"a whisper below what can be voice", -75, 50, 0, 0},
	}
	for _, s := range steps {
		if open := at(g, rng, s.db, s.frames); open < s.min || open > s.max {
			t.Errorf("%s at %v dB: open for %d of %d frames, want %d to %d", s.name, s.db, open, s.frames, s.min, s.max)
		}
	}
	if g.voice(nil) {
		t.Error("no frame is voice")
	}
}

// A room that gets louder for good is a room again after the window.
func TestGateFollows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	g := newGate()
	at(g, rng, -60, 200)
	at(g, rng, -40, gateWindow)
	if open := at(g, rng, -40, 100); open > 0 {
		t.Errorf("open for %d frames of what has been there for 3 s", open)
	}
}
