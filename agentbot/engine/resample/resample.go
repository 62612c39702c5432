package resample

import (
	"fmt"
	"math"
)

const (
	taps = 32  // a phase, of as many input samples; more where the rate falls
	beta = 7.2 // of the Kaiser window
)

// Resampler is a stream of PCM from one rate to another.
type Resampler struct {
	up, down int
	phases   [][]float32 // by phase, the newest sample's tap first
	width    int         // taps a phase
	history  []float32   // the last width-1 samples and those not used up yet
	at       int         // of the next output, in 1/up of an input sample, from history[width-1]
}

// New makes a Resampler between rates whose ratio is made of small numbers, such
// as 16000 and 24000.
func New(from, to int) (*Resampler, error) {
	if from <= 0 || to <= 0 {
		return nil, fmt.Errorf("resample: from %d to %d Hz", from, to)
	}
	g := gcd(from, to)
	r := &Resampler{up: to / g, down: from / g}
	if r.up > 160 || r.down > 160 {
		return nil, fmt.Errorf("resample: from %d to %d Hz is no ratio of small numbers", from, to)
	}
	r.width = taps * ((max(r.up, r.down) + r.up - 1) / r.up)
	r.phases = design(r.up, r.down, r.width)
	r.Reset()
	return r, nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// design is the low-pass at up times the input's rate, by phase.
func design(up, down, width int) [][]float32 {
	n := width * up
	band := 1 / float64(2*max(up, down)) // of the lower rate, in cycles a sample of the filter's rate
	phases := make([][]float32, up)
	sum := 0.0
	all := make([]float64, n)
	for i := range all {
		x := float64(i) - float64(n-1)/2
		all[i] = sinc(2*band*x) * kaiser(2*x/float64(n))
		sum += all[i]
	}
	for p := range phases {
		phases[p] = make([]float32, width)
		for j := range width {
			phases[p][j] = float32(all[p+j*up] * float64(up) / sum)
		}
	}
	return phases
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// kaiser is the window at x from -1 to 1.
func kaiser(x float64) float64 { return bessel(beta*math.Sqrt(max(1-x*x, 0))) / bessel(beta) }

// bessel is the modified Bessel function of the first kind and order zero.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; term > 1e-12*sum; k++ {
		term *= (x / 2 / float64(k)) * (x / 2 / float64(k))
		sum += term
	}
	return sum
}

// Append resamples pcm and appends what comes of it to out.
func (r *Resampler) Append(out, pcm []int16) []int16 {
	for _, x := range pcm {
		r.history = append(r.history, float32(x))
	}
	for {
		newest := r.width - 1 + r.at/r.up
		if newest >= len(r.history) {
			break
		}
		sum := float32(0)
		for j, tap := range r.phases[r.at%r.up] {
			sum += tap * r.history[newest-j]
		}
		out = append(out, int16(math.Round(float64(min(max(sum, math.MinInt16), math.MaxInt16)))))
		r.at += r.down
	}
	used := min(r.at/r.up, len(r.history)-(r.width-1))
	r.history = r.history[:copy(r.history, r.history[used:])]
	r.at -= used * r.up
	return out
}

// Flush appends what the filter still holds back, and begins anew.
func (r *Resampler) Flush(out []int16) []int16 {
	out = r.Append(out, make([]int16, r.width/2))
	r.Reset()
	return out
}

// Reset forgets the past of the stream.
func (r *Resampler) Reset() {
	r.history = append(r.history[:0], make([]float32, r.width-1)...)
	r.at = 0
}
