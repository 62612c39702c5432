package tone

import "math"

// Amplitude of the generated sine, of 32767.
const Amplitude = 12000

// Generator makes an endless sine, frame by frame, without a phase break. It
// is not safe for concurrent use.
type Generator struct {
	step, phase float64
	samples     int
}

// NewGenerator returns a sine of freq Hz at rate samples a second, in frames
// of 20 ms.
func NewGenerator(rate int, freq float64) *Generator {
	return &Generator{step: 2 * math.Pi * freq / float64(rate), samples: rate / 50}
}

// Frame returns the next 20 ms in a new slice.
func (g *Generator) Frame() []int16 {
	pcm := make([]int16, g.samples)
	g.Fill(pcm)
	return pcm
}

// Fill writes the next len(pcm) samples.
func (g *Generator) Fill(pcm []int16) {
	for i := range pcm {
		pcm[i] = int16(Amplitude * math.Sin(g.phase))
		g.phase += g.step
	}
	g.phase = math.Mod(g.phase, 2*math.Pi)
}

// Power is the Goertzel power of freq Hz in pcm, which is about
// (amplitude/2)^2 for a sine of that frequency and near 0 without it.
func Power(pcm []int16, rate int, freq float64) float64 {
	if len(pcm) == 0 {
		return 0
	}
	c := 2 * math.Cos(2*math.Pi*freq/float64(rate))
	var s1, s2 float64
	for _, v := range pcm {
		s1, s2 = float64(v)+c*s1-s2, s1
	}
	n := float64(len(pcm))
	return (s1*s1 + s2*s2 - c*s1*s2) / (n * n)
}

// Threshold is the power from which a tone of [Amplitude] that went through
// Opus counts as heard.
const Threshold = 1e6

// Loudest returns which of freqs is strongest in pcm, or 0 when none reaches
// [Threshold].
func Loudest(pcm []int16, rate int, freqs ...float64) float64 {
	best, power := 0.0, float64(Threshold)
	for _, f := range freqs {
		if p := Power(pcm, rate, f); p >= power {
			best, power = f, p
		}
	}
	return best
}
