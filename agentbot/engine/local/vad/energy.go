package vad

import (
	"math"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	margin    = 7.0   // dB above the noise floor
	quietest  = -62.0 // dB of full scale; below there is no voice
	smoothing = 0.5   // weight of the newest frame

	// The floor is the minimum over subWindows windows of subFrames frames: 3 s.
	subWindows = 6
	subFrames  = 25
)

// Energy is a VAD by energy in two bands over a noise floor. It leaves the
// audio as it is.
type Energy struct{}

var _ engine.VAD = Energy{}

// OpenVAD opens a detector for one leg. It cannot fail.
func (Energy) OpenVAD() (engine.VADStream, error) {
	return &energyStream{bands: [2]band{newBand(200, 1000), newBand(1000, 4000)}}, nil
}

type energyStream struct {
	bands  [2]band
	closed bool
}

// Process judges a frame.
func (s *energyStream) Process(frame []int16) bool {
	if s.closed || len(frame) == 0 {
		return false
	}
	voice := false
	for i := range s.bands {
		if s.bands[i].voice(frame) {
			voice = true
		}
	}
	return voice
}

// Close ends the stream.
func (s *energyStream) Close() error {
	s.closed = true
	return nil
}

// band is one band's filter, smoothed energy and noise floor.
type band struct {
	low, high filter

	level  float64 // smoothed energy
	heard  bool    // there is a level
	minima [subWindows]float64
	frames int // in the current window
	now    int // index of the current window
}

func newBand(from, to float64) band {
	b := band{low: highPass(from), high: lowPass(to)}
	for i := range b.minima {
		b.minima[i] = math.Inf(1)
	}
	return b
}

func (b *band) voice(frame []int16) bool {
	sum := 0.0
	for _, s := range frame {
		x := b.high.next(b.low.next(float64(s) / 32768))
		sum += x * x
	}
	energy := sum/float64(len(frame)) + 1e-12
	if !b.heard {
		b.level, b.heard = energy, true
	}
	b.level += smoothing * (energy - b.level)

	if b.frames++; b.frames > subFrames {
		b.frames = 1
		b.now = (b.now + 1) % subWindows
		b.minima[b.now] = math.Inf(1)
	}
	b.minima[b.now] = min(b.minima[b.now], b.level)
	floor := b.minima[0]
	for _, m := range b.minima[1:] {
		floor = min(floor, m)
	}
	db := 10 * math.Log10(b.level)
	return db > quietest && db > 10*math.Log10(floor)+margin
}

// filter is a biquad in direct form 2 transposed.
type filter struct {
	b0, b1, b2, a1, a2 float64
	z1, z2             float64
}

func (f *filter) next(x float64) float64 {
	y := f.b0*x + f.z1
	f.z1 = f.b1*x - f.a1*y + f.z2
	f.z2 = f.b2*x - f.a2*y
	return y
}

// lowPass and highPass are Butterworth filters of second order.
func lowPass(hertz float64) filter {
	k := math.Tan(math.Pi * hertz / engine.SampleRate)
	n := 1 / (1 + math.Sqrt2*k + k*k)
	return filter{b0: k * k * n, b1: 2 * k * k * n, b2: k * k * n, a1: 2 * (k*k - 1) * n, a2: (1 - math.Sqrt2*k + k*k) * n}
}

func highPass(hertz float64) filter {
	k := math.Tan(math.Pi * hertz / engine.SampleRate)
	n := 1 / (1 + math.Sqrt2*k + k*k)
	return filter{b0: n, b1: -2 * n, b2: n, a1: 2 * (k*k - 1) * n, a2: (1 - math.Sqrt2*k + k*k) * n}
}
