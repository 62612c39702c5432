package corpus

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	noiseSeconds = 24 // after which it begins anew
	babblers     = 6
)

// Noise is the noise of a kind around a call, without end: its level over the
// whole is Level. The same call has the same noise every time.
func (c *Corpus) Noise(kind string, call Call) []int16 {
	rng := seeded(kind + " " + call.Name)
	n := noiseSeconds * engine.SampleRate
	out := make([]float64, n)
	switch kind {
	case "babble":
		for range babblers {
			c.talk(out, call.Speaker.Name, rng)
		}
	case "hum":
		fan := pinkNoise{rng: rng}
		phase := rng.Float64()
		for i := range out {
			t := float64(i)/engine.SampleRate + phase
			for h, amplitude := range []float64{1, 0.6, 0.8, 0.3, 0.4, 0.15, 0.2} {
				out[i] += amplitude * math.Sin(2*math.Pi*50*float64(h+1)*t)
			}
			out[i] += 1.5 * fan.next()
		}
	default: // street
		pink, brown, phase := pinkNoise{rng: rng}, 0.0, 2*math.Pi*rng.Float64()
		for i := range out {
			t := 2 * math.Pi * float64(i) / float64(n)
			brown = 0.995*brown + 0.06*rng.NormFloat64()
			swell := 1 + 0.5*math.Sin(3*t+phase) + 0.25*math.Sin(7*t) // a car every 8 s
			out[i] = swell * (pink.next() + brown)
		}
	}
	return levelled(out, Level)
}

// talk adds one speaker who never stops, other than the caller.
func (c *Corpus) talk(out []float64, caller string, rng *rand.Rand) {
	at := -rng.IntN(engine.SampleRate)
	for at < len(out) {
		id := c.order[rng.IntN(len(c.order))]
		if c.owners[id] == caller {
			continue
		}
		gain := 0.7 + 0.6*rng.Float64()
		for _, s := range c.clips[id].PCM {
			if at >= 0 && at < len(out) {
				out[at] += gain * float64(s)
			}
			at++
		}
		at += rng.IntN(engine.SampleRate / 4)
	}
}

func seeded(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 1)) //nolint:gosec // the same noise every time is what is wanted
}

// levelled brings x to a root mean square.
func levelled(x []float64, level float64) []int16 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	gain := level / math.Sqrt(sum/float64(len(x))+1e-12)
	out := make([]int16, len(x))
	for i, v := range x {
		out[i] = clamp(v * gain)
	}
	return out
}

// pinkNoise falls by 3 dB an octave: Kellet's three poles.
type pinkNoise struct {
	rng        *rand.Rand
	b0, b1, b2 float64
}

func (p *pinkNoise) next() float64 {
	w := p.rng.NormFloat64()
	p.b0 = 0.99765*p.b0 + w*0.0990460
	p.b1 = 0.96300*p.b1 + w*0.2965164
	p.b2 = 0.57000*p.b2 + w*1.0526913
	return (p.b0 + p.b1 + p.b2 + w*0.1848) / 4
}

// sound is a single noise, as loud as speech but for the breath.
func sound(name string) []int16 {
	rng := seeded(name)
	burst := func(out []float64, from, length, decay, tone float64) {
		low, high := 0.0, 0.0
		for i := range int(length * engine.SampleRate) {
			at := int(from*engine.SampleRate) + i
			if at >= len(out) {
				return
			}
			t := float64(i) / engine.SampleRate
			low += tone * (rng.NormFloat64() - low) // band: a low pass without what is below it
			high += 0.05 * (low - high)
			out[at] += (low - high) * math.Min(1, t/0.008) * math.Exp(-t/decay)
		}
	}
	switch name {
	case "cough":
		out := make([]float64, engine.SampleRate*45/100)
		burst(out, 0, 0.16, 0.07, 0.5)
		burst(out, 0.24, 0.2, 0.09, 0.4)
		return levelled(out, Level)
	case "door":
		out := make([]float64, engine.SampleRate*3/10)
		burst(out, 0, 0.3, 0.06, 0.08)
		return levelled(out, Level)
	case "click":
		out := make([]float64, engine.SampleRate*3/10)
		for i := range 4 {
			burst(out, 0.07*float64(i), 0.02, 0.004, 0.9)
		}
		return levelled(out, Level/2)
	}
	out := make([]float64, engine.SampleRate*6/10) // breath
	burst(out, 0, 0.6, 0.3, 0.7)
	return levelled(out, Level/4)
}
