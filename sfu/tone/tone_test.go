package tone

import "testing"

func TestLoudest(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, f := range []float64{440, 880, 1320} {
			g := NewGenerator(rate, f)
			for range 5 {
				pcm := g.Frame()
				if len(pcm) != rate/50 {
					t.Fatalf("%d samples at %d", len(pcm), rate)
				}
				if got := Loudest(pcm, rate, 440, 880, 1320); got != f {
					t.Errorf("%v at %d: heard %v", f, rate, got)
				}
			}
		}
	}
	if got := Loudest(make([]int16, 320), 16000, 440); got != 0 {
		t.Errorf("heard %v in silence", got)
	}
	if p := Power(nil, 16000, 440); p != 0 {
		t.Errorf("power %v of nothing", p)
	}
}

// The frames join without a click: the phase goes on.
func TestPhase(t *testing.T) {
	g := NewGenerator(16000, 333)
	a, b := g.Frame(), g.Frame()
	whole := make([]int16, 640)
	NewGenerator(16000, 333).Fill(whole)
	for i, v := range append(a, b...) {
		if d := v - whole[i]; d > 1 || d < -1 {
			t.Fatalf("sample %d: %d, want %d", i, v, whole[i])
		}
	}
}
