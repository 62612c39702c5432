package echo

import (
	"math"
	"math/bits"
)

// bands is how many a frame is told by.
const bands = 9

// edges of the bands in Hz.
var edges = [bands + 1]float64{200, 500, 800, 1100, 1500, 2000, 2700, 3600, 4800, 6500}

// spectrum is a frame's energy by band: the mean square of the samples that
// each band accounts for.
type spectrum [bands]float32

func (s *spectrum) energy() (sum float32) {
	for _, e := range s {
		sum += e
	}
	return sum
}

// compressed has a speech's soft parts count beside its loud ones.
func (s *spectrum) compressed() (c spectrum) {
	for b, e := range s {
		c[b] = float32(math.Sqrt(math.Sqrt(float64(e))))
	}
	return c
}

// sounds says of a compressed spectrum whether something is heard.
func (s *spectrum) sounds() bool { return s.energy() > 25 }

// analyser makes spectra of frames of one rate.
type analyser struct {
	size    int       // of the transform
	window  []float32 // of a frame
	scale   float32
	cos     []float32 // of the transform's first half turn
	sin     []float32
	re, im  []float32
	reverse []int
	from    [bands + 1]int // the bands' first bins
}

func newAnalyser(rate int) *analyser {
	frame := rate / 50
	size := 1 << bits.Len(uint(frame-1))
	a := &analyser{
		size: size, window: make([]float32, frame), re: make([]float32, size), im: make([]float32, size),
		cos: make([]float32, size/2), sin: make([]float32, size/2), reverse: make([]int, size),
	}
	square := 0.0
	for i := range a.window {
		w := 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(frame))
		a.window[i] = float32(w)
		square += w * w
	}
	// Parseval: bins of one side count twice; the window takes energy out.
	a.scale = float32(2 / (float64(size) * square))
	for i := range a.cos {
		a.cos[i] = float32(math.Cos(2 * math.Pi * float64(i) / float64(size)))
		a.sin[i] = float32(-math.Sin(2 * math.Pi * float64(i) / float64(size)))
	}
	shift := 64 - bits.Len(uint(size-1))
	for i := range a.reverse {
		a.reverse[i] = int(bits.Reverse64(uint64(i)) >> shift)
	}
	for b, hertz := range edges {
		a.from[b] = min(int(math.Ceil(hertz*float64(size)/float64(rate))), size/2)
	}
	return a
}

// analyse tells a frame's spectrum. A frame of another length is cut or filled up.
func (a *analyser) analyse(pcm []int16) (s spectrum) {
	clear(a.im)
	for i := range a.re {
		v := float32(0)
		if i < len(pcm) && i < len(a.window) {
			v = float32(pcm[i]) * a.window[i]
		}
		a.re[a.reverse[i]] = v
	}
	for half := 1; half < a.size; half *= 2 {
		step := a.size / (2 * half)
		for start := 0; start < a.size; start += 2 * half {
			for k := range half {
				c, d := a.cos[k*step], a.sin[k*step]
				i, j := start+k, start+k+half
				re := a.re[j]*c - a.im[j]*d
				im := a.re[j]*d + a.im[j]*c
				a.re[j], a.im[j] = a.re[i]-re, a.im[i]-im
				a.re[i], a.im[i] = a.re[i]+re, a.im[i]+im
			}
		}
	}
	for b := range s {
		for i := a.from[b]; i < a.from[b+1]; i++ {
			s[b] += a.re[i]*a.re[i] + a.im[i]*a.im[i]
		}
		s[b] *= a.scale
	}
	return s
}
