package scripted

import (
	"context"
	"io"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
)

// TTS speaks every text as a sine at 16 kHz.
type TTS struct {
	// Hertz is the default voice; 0 is 880. Voices are the others by name.
	Hertz  float64
	Voices map[string]float64

	// PerWord is how long each word is spoken, its gap included. 0: PerChar
	// for each character of it (0: 60 ms), at least 120 ms.
	PerWord, PerChar time.Duration
	// Gap is the silence at a word's end, but for the last; 0 is 30 ms.
	Gap time.Duration

	// FirstSample is how long the first sample takes after Speak.
	FirstSample time.Duration
	// Speed is how many seconds of speech are made in a second after that; 0
	// makes all at once.
	Speed float64
	// Amplitude is the tone's peak; 0 is 8000.
	Amplitude float64
	Fault     func(Op) Fault
}

// ramp keeps a tone's beginning and end from clicking over the spectrum.
const ramp = 2 * engine.SampleRate / 1000

// Speak implements engine.TTS.
func (t *TTS) Speak(ctx context.Context, text, voice string) (engine.SpeechStream, error) {
	nonsense, err := suffer(ctx, t.Fault, "scripted tts", Speak)
	if err != nil {
		return nil, err
	}
	s := &speech{ctx: ctx, tts: t, hertz: orElse(t.Hertz, 880), start: time.Now()}
	if hertz := t.Voices[voice]; hertz > 0 {
		s.hertz = hertz
	}
	if nonsense {
		return s, nil
	}
	at := 0
	gap := samples(orElse(t.Gap, 30*time.Millisecond))
	for _, w := range sentence.Words(text) {
		if !strings.ContainsFunc(w.Text, isSpoken) {
			continue
		}
		n := samples(t.duration(w.Text))
		s.words = append(s.words, engine.WordTime{Offset: w.Offset, At: duration(at)})
		s.spans = append(s.spans, span{at, at + n - min(gap, n/2)})
		at += n
	}
	if n := len(s.spans); n > 0 {
		s.spans[n-1].end = at
		s.total = at
	}
	return s, nil
}

func isSpoken(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// Duration is how long text is spoken.
func (t *TTS) Duration(text string) time.Duration {
	var d time.Duration
	for _, w := range sentence.Words(text) {
		if strings.ContainsFunc(w.Text, isSpoken) {
			d += t.duration(w.Text)
		}
	}
	return d
}

func (t *TTS) duration(word string) time.Duration {
	if t.PerWord > 0 {
		return t.PerWord
	}
	perChar := orElse(t.PerChar, 60*time.Millisecond)
	return max(perChar*time.Duration(utf8.RuneCountInString(word)), 120*time.Millisecond)
}

func samples(d time.Duration) int { return int(d * engine.SampleRate / time.Second) }
func duration(samples int) time.Duration {
	return time.Duration(samples) * time.Second / engine.SampleRate
}

// span is where a word sounds, in samples.
type span struct{ begin, end int }

type speech struct {
	ctx   context.Context
	tts   *TTS
	hertz float64
	start time.Time
	words []engine.WordTime
	spans []span
	total int

	at     int // samples read
	word   int // index of the span at or after at
	closed bool
}

func (s *speech) SampleRate() int { return engine.SampleRate }

func (s *speech) Words() []engine.WordTime { return s.words }

func (s *speech) Read(pcm []int16) (int, error) {
	if s.closed {
		return 0, asError("scripted tts", errClosed)
	}
	if _, err := suffer(s.ctx, s.tts.Fault, "scripted tts", ReadPCM); err != nil {
		return 0, err
	}
	n := min(len(pcm), s.total-s.at)
	if n <= 0 {
		if s.at >= s.total {
			return 0, io.EOF
		}
		return 0, nil
	}
	ready := s.start.Add(s.tts.FirstSample)
	if s.tts.Speed > 0 {
		ready = ready.Add(time.Duration(float64(duration(s.at+n)) / s.tts.Speed))
	}
	if err := sleep(s.ctx, time.Until(ready)); err != nil {
		return 0, err
	}
	amplitude := orElse(s.tts.Amplitude, 8000)
	for i := range pcm[:n] {
		pcm[i] = s.sample(s.at+i, amplitude)
	}
	s.at += n
	return n, nil
}

func (s *speech) sample(at int, amplitude float64) int16 {
	for s.word < len(s.spans)-1 && at >= s.spans[s.word+1].begin {
		s.word++
	}
	w := s.spans[s.word]
	if at >= w.end {
		return 0
	}
	edge := min(at-w.begin, w.end-1-at, ramp)
	return int16(amplitude * float64(edge) / ramp * math.Sin(2*math.Pi*s.hertz*float64(at)/engine.SampleRate))
}

func (s *speech) Close() error {
	s.closed = true
	return nil
}
