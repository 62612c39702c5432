package speech

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
)

// Say returns text spoken in voice ("" for flite's default) at
// engine.SampleRate.
func Say(ctx context.Context, text, voice string) ([]int16, error) {
	e, err := flite.New(voice)
	if err != nil {
		return nil, err
	}
	s, err := e.Speak(ctx, text, "")
	if err != nil {
		return nil, err
	}
	defer s.Close()
	var pcm []int16
	buf := make([]int16, engine.SampleRate)
	for {
		n, err := s.Read(buf)
		pcm = append(pcm, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return pcm, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Pad puts silence around pcm, which is at engine.SampleRate.
func Pad(pcm []int16, lead, tail time.Duration) []int16 {
	samples := func(d time.Duration) int { return int(d * engine.SampleRate / time.Second) }
	out := make([]int16, samples(lead), samples(lead)+len(pcm)+samples(tail))
	out = append(out, pcm...)
	return out[:cap(out)]
}

// WriteWAV writes a mono WAV file of text spoken in voice, between silences.
// The rate is 16000 or a multiple of it up to 48000. Chromium's fake microphone
// plays such a file from getUserMedia on: a lead of two seconds covers the time
// until the call is connected.
func WriteWAV(path, text, voice string, lead, tail time.Duration, rate int) error {
	return WriteScript(path, []Line{{At: lead, Text: text, Voice: voice}}, tail, rate)
}

// Line is what is said from a time on, after the start of a recording.
type Line struct {
	At    time.Duration
	Text  string
	Voice string
}

// WriteScript writes a mono WAV file, like WriteWAV, of several lines, each at
// its time, and a silence after the last one. A line that begins before the
// one before it has ended is an error.
func WriteScript(path string, lines []Line, tail time.Duration, rate int) error {
	if rate < engine.SampleRate || rate > 48000 || rate%engine.SampleRate != 0 {
		return fmt.Errorf("cannot write speech at %d Hz, only at 16000, 32000 and 48000", rate)
	}
	var pcm []int16
	for _, l := range lines {
		so := time.Duration(len(pcm)) * time.Second / engine.SampleRate
		if l.At < so {
			return fmt.Errorf("%q is to begin at %v, but the line before ends at %v", l.Text, l.At, so)
		}
		said, err := Say(context.Background(), l.Text, l.Voice)
		if err != nil {
			return err
		}
		pcm = append(pcm, Pad(said, l.At-so, 0)...)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = encodeWAV(f, upsample(Pad(pcm, 0, tail), rate/engine.SampleRate), rate)
	return errors.Join(err, f.Close())
}

// encodeWAV writes pcm as a RIFF file with one channel of 16-bit samples.
func encodeWAV(w io.Writer, pcm []int16, rate int) error {
	b := bufio.NewWriter(w)
	size := uint32(2 * len(pcm))
	for _, v := range []any{
		[]byte("RIFF"), 36 + size, []byte("WAVEfmt "), uint32(16),
		uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16), // PCM, mono
		[]byte("data"), size, pcm,
	} {
		if err := binary.Write(b, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	return b.Flush()
}

// upsample multiplies the rate by a small factor with a windowed sinc, so that
// no image of the speech is heard above its band.
func upsample(pcm []int16, factor int) []int16 {
	if factor == 1 {
		return pcm
	}
	const reach = 8 // input samples on each side
	out := make([]int16, len(pcm)*factor)
	for phase := range factor {
		var taps [2 * reach]float64
		for k := range taps {
			x := float64(phase)/float64(factor) - float64(k-reach+1)
			taps[k] = sinc(x) * (0.5 + 0.5*math.Cos(math.Pi*x/reach))
		}
		for i := range pcm {
			sum := 0.0
			for k, tap := range taps {
				if j := i + k - reach + 1; j >= 0 && j < len(pcm) {
					sum += tap * float64(pcm[j])
				}
			}
			out[i*factor+phase] = int16(min(max(math.Round(sum), math.MinInt16), math.MaxInt16))
		}
	}
	return out
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// WordErrors compares what was heard with what was said: the least number of
// words to insert, delete and replace, and the number of words said. Their
// quotient over a set of sentences is its word error rate. Case and
// punctuation do not count.
func WordErrors(said, heard string) (errs, words int) {
	a, b := plainWords(said), plainWords(heard)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)], len(a)
}

func plainWords(s string) []string {
	return strings.Fields(strings.Map(func(r rune) rune {
		if strings.ContainsRune(".,;:!?\"", r) {
			return -1
		}
		return r
	}, strings.ToLower(s)))
}
