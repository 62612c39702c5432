package resample

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func sine(rate int, hertz, level float64, n int) []int16 {
	pcm := make([]int16, n)
	for i := range pcm {
		pcm[i] = int16(math.Round(level * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate))))
	}
	return pcm
}

// power is the level of one frequency in pcm, as the amplitude of a sine.
func power(pcm []int16, rate int, hertz float64) float64 {
	var re, im float64
	for i, x := range pcm {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(len(pcm)))
		a := 2 * math.Pi * hertz * float64(i) / float64(rate)
		re += w * float64(x) * math.Cos(a)
		im += w * float64(x) * math.Sin(a)
	}
	return 4 * math.Hypot(re, im) / float64(len(pcm))
}

func decibels(x float64) float64 { return 20 * math.Log10(x) }

// What is said keeps its level, and no image of it appears.
func TestTones(t *testing.T) {
	for _, rates := range [][2]int{{16000, 24000}, {16000, 48000}, {24000, 16000}, {48000, 16000}, {8000, 24000}} {
		from, to := rates[0], rates[1]
		band := float64(min(from, to)) / 2
		for _, share := range []float64{0.02, 0.1, 0.3, 0.6, 0.85} {
			hertz := share * band
			r, err := New(from, to)
			if err != nil {
				t.Fatal(err)
			}
			out := r.Append(nil, sine(from, hertz, 10000, from))[to/10:]
			if got := decibels(power(out, to, hertz) / 10000); math.Abs(got) > 0.1 {
				t.Errorf("%d to %d Hz: %.0f Hz comes out at %.2f dB", from, to, hertz, got)
			}
			if to > from {
				if got := decibels(max(power(out, to, float64(from)-hertz), 1) / 10000); got > -65 {
					t.Errorf("%d to %d Hz: the image of %.0f Hz is at %.1f dB", from, to, hertz, got)
				}
			}
		}
		if to < from { // what the lower rate cannot carry is gone
			r, _ := New(from, to)
			out := r.Append(nil, sine(from, 1.25*band, 10000, from))[to/10:]
			if got := decibels(max(power(out, to, 2*band-1.25*band), 1) / 10000); got > -65 {
				t.Errorf("%d to %d Hz: an alias at %.1f dB", from, to, got)
			}
		}
	}
}

func TestRatios(t *testing.T) {
	for _, rates := range [][2]int{{0, 16000}, {16000, -1}, {16000, 23999}} {
		if _, err := New(rates[0], rates[1]); err == nil {
			t.Errorf("%v is taken", rates)
		}
	}
}

// However a stream is cut into pieces, the same comes out, and as much as the
// rates say.
func TestPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pcm := rapid.SliceOfN(rapid.Int16(), 0, 900).Draw(t, "pcm")
		whole, _ := New(16000, 24000)
		want := whole.Append(nil, pcm)
		if len(want) != (3*len(pcm)+1)/2 {
			t.Fatalf("%d samples of %d", len(want), len(pcm))
		}
		r, _ := New(16000, 24000)
		var got []int16
		for rest := pcm; len(rest) > 0; {
			n := rapid.IntRange(0, len(rest)).Draw(t, "n")
			got, rest = r.Append(got, rest[:n]), rest[n:]
			if n == 0 {
				got, rest = r.Append(got, rest[:1]), rest[1:]
			}
		}
		if !slices.Equal(got, want) {
			t.Fatal("pieces make another stream")
		}
		tail := whole.Flush(nil)
		if again := whole.Append(nil, pcm); !slices.Equal(again, want) || len(tail) != 24 && len(tail) != 23 && len(tail) != 25 {
			t.Fatalf("after %d flushed, the stream does not begin anew", len(tail))
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	r, _ := New(16000, 24000)
	frame := sine(16000, 440, 8000, 320)
	out := make([]int16, 0, 1000)
	for b.Loop() {
		out = r.Append(out[:0], frame)
	}
}
