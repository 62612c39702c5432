package corpus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/sfu/opus"
)

// Level is the active level of all recordings, -26 dB of full scale: the root
// mean square over what is voiced.
const Level = 1642.0

const (
	frame10     = engine.SampleRate / 100
	audible     = 30.0                   // dB below the active level: no longer voice
	shortestGap = 150 * time.Millisecond // a shorter one is part of the voice
	bitrate     = 24000
	lookahead   = 104 // samples by which libopus is late at 16 kHz
	magic       = "RLVOSP01"
)

// Word is when a word of a clip is said, marks included.
type Word struct {
	Text     string
	From, To time.Duration
}

// Span is a stretch of time.
type Span struct{ From, To time.Duration }

// Clip is a recording.
type Clip struct {
	ID     string
	Words  []Word // none of a sound
	Voiced []Span
	PCM    []int16 // at engine.SampleRate
}

// Normalise finds what is voiced in clean speech and brings it to Level.
func Normalise(pcm []int16) (voiced []Span) {
	powers := make([]float64, len(pcm)/frame10)
	loudest := 0.0
	for i := range powers {
		powers[i] = power(pcm[i*frame10:][:frame10])
		loudest = max(loudest, powers[i])
	}
	if loudest == 0 {
		return nil
	}
	// What is voiced depends on the active level, and that on what is voiced.
	active := loudest
	for range 10 {
		sum, n := 0.0, 0.0
		for _, p := range powers {
			if p > active*math.Pow(10, -audible/10) {
				sum, n = sum+p, n+1
			}
		}
		active = sum / n
	}
	for i, p := range powers {
		if p <= active*math.Pow(10, -audible/10) {
			continue
		}
		from := time.Duration(i) * 10 * time.Millisecond
		if n := len(voiced); n > 0 && from-voiced[n-1].To < shortestGap {
			voiced[n-1].To = from + 10*time.Millisecond
		} else {
			voiced = append(voiced, Span{from, from + 10*time.Millisecond})
		}
	}
	gain := Level / math.Sqrt(active)
	for i, s := range pcm {
		pcm[i] = clamp(float64(s) * gain)
	}
	return voiced
}

func power(pcm []int16) float64 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return sum / float64(max(len(pcm), 1))
}

func clamp(x float64) int16 {
	return int16(min(max(math.Round(x), math.MinInt16), math.MaxInt16))
}

// EncodeSpeech puts recordings into the form of data/speech.bin: the number of
// them, then of each the number of its samples, that of its packets, and the
// packets, each behind its length; numbers of two bytes, samples of four, the
// low byte first.
func EncodeSpeech(recordings [][]int16) ([]byte, error) {
	out := []byte(magic)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(recordings))) //nolint:gosec // some hundreds
	packet := make([]byte, opus.MaxPacket)
	for _, pcm := range recordings {
		enc, err := opus.NewEncoder(engine.SampleRate, opus.EncoderOptions{Bitrate: bitrate, Complexity: 10})
		if err != nil {
			return nil, err
		}
		frames := (len(pcm) + lookahead + engine.FrameSamples - 1) / engine.FrameSamples
		if frames > math.MaxUint16 {
			return nil, errors.New("corpus: a recording is too long")
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(len(pcm))) //nolint:gosec // bounded by frames
		out = binary.LittleEndian.AppendUint16(out, uint16(frames))   //nolint:gosec // checked
		padded := make([]int16, frames*engine.FrameSamples)
		copy(padded, pcm)
		for ; len(padded) > 0; padded = padded[engine.FrameSamples:] {
			n, err := enc.Encode(padded[:engine.FrameSamples], packet)
			if err != nil {
				return nil, err
			}
			out = binary.LittleEndian.AppendUint16(out, uint16(n)) //nolint:gosec // at most MaxPacket
			out = append(out, packet[:n]...)
		}
	}
	return out, nil
}

var errSpeech = errors.New("corpus: these are no recordings")

// DecodeSpeech is the inverse of EncodeSpeech, but for what the codec loses.
func DecodeSpeech(data []byte) (recordings [][]int16, err error) {
	r := reader{data: data}
	if string(r.take(len(magic))) != magic {
		return nil, errSpeech
	}
	for count := r.uint16(); count > 0 && r.err == nil; count-- {
		samples, frames := int(r.uint32()), int(r.uint16())
		if r.err != nil || samples > frames*engine.FrameSamples {
			return nil, errSpeech
		}
		dec, err := opus.NewDecoder(engine.SampleRate)
		if err != nil {
			return nil, err
		}
		var pcm []int16
		out := make([]int16, 6*engine.FrameSamples)
		for range frames {
			packet := r.take(int(r.uint16()))
			if r.err != nil {
				return nil, errSpeech
			}
			n, err := dec.Decode(packet, out)
			if err != nil || n != engine.FrameSamples {
				return nil, fmt.Errorf("%w: %w", errSpeech, err)
			}
			pcm = append(pcm, out[:n]...)
		}
		if len(pcm) < samples+lookahead {
			return nil, errSpeech
		}
		recordings = append(recordings, pcm[lookahead:][:samples])
	}
	if r.err != nil || len(r.data) > 0 {
		return nil, errSpeech
	}
	return recordings, nil
}

type reader struct {
	data []byte
	err  error
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n > len(r.data) {
		r.err = errSpeech
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) uint16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}
