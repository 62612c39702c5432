package scripted

import (
	"context"
	"math"

	"github.com/relevo/relevo/agentbot/engine"
)

// VAD calls a frame voice by its energy.
type VAD struct {
	Threshold float64 // root mean square of the samples; 0 is 300
	Fault     func(Op) Fault
}

// OpenVAD implements engine.VAD.
func (v *VAD) OpenVAD() (engine.VADStream, error) {
	if _, err := suffer(context.Background(), v.Fault, "scripted vad", OpenVAD); err != nil {
		return nil, err
	}
	return &vadStream{threshold: orElse(v.Threshold, defaultLoudness)}, nil
}

type vadStream struct {
	threshold float64
	closed    bool
}

func (s *vadStream) Process(frame []int16) bool {
	return !s.closed && math.Sqrt(energy(frame)/float64(max(len(frame), 1))) > s.threshold
}

func (s *vadStream) Close() error {
	s.closed = true
	return nil
}

// defaultLoudness is the root mean square above which there is a tone.
const defaultLoudness = 300

func orElse[T float64 | ~int | ~int64](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

func energy(pcm []int16) float64 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return sum
}

// purity is the share of pcm's energy, from 0 to 1, that a sine of hertz has:
// Goertzel's filter, normalised.
func purity(pcm []int16, hertz float64) float64 {
	c := 2 * math.Cos(2*math.Pi*hertz/engine.SampleRate)
	var s1, s2 float64
	for _, x := range pcm {
		s1, s2 = float64(x)+c*s1-s2, s1
	}
	power := s1*s1 + s2*s2 - c*s1*s2
	return power / max(energy(pcm)*float64(len(pcm))/2, 1)
}
