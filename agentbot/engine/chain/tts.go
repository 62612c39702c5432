package chain

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/relevo/relevo/agentbot/engine"
)

// TTS is voices that stand behind one another.
type TTS struct{ links *links[engine.TTS] }

var _ engine.TTS = (*TTS)(nil)

// NewTTS makes a chain of what is asked first, second and so on.
func NewTTS(cfg Config, given ...Link[engine.TTS]) *TTS {
	return &TTS{newLinks("tts", cfg, 900*time.Millisecond, 5*time.Minute, given)}
}

// Speak implements engine.TTS. It returns when a link has begun to speak, for
// until then the sample rate is not known.
func (t *TTS) Speak(ctx context.Context, text, voice string) (engine.SpeechStream, error) {
	c := t.links
	s, a, err := walk(ctx, c, c.by(ctx), 0, 0, nil, func(a *attempt[engine.TTS]) (*speech, error) { return speak(a, text, voice) })
	if err != nil {
		return nil, err
	}
	c.fellBack(0, a)
	return s, nil
}

// speak asks a link and waits for the first sample.
func speak(a *attempt[engine.TTS], text, voice string) (*speech, error) {
	stream, err := a.link.Engine.Speak(a.ctx, text, voice)
	if err != nil {
		return nil, err
	}
	s := &speech{attempt: a, stream: stream}
	if err := s.first(text); err != nil {
		_ = stream.Close()
		return nil, err
	}
	return s, nil
}

type speech struct {
	attempt *attempt[engine.TTS]
	stream  engine.SpeechStream
	waiting []int16 // that came and were not asked for yet
	err     error   // how it ended
}

func (s *speech) first(text string) error {
	rate := s.stream.SampleRate()
	if !slices.Contains([]int{8000, 12000, 16000, 24000, 48000}, rate) {
		return s.attempt.chain.error(engine.Nonsense, errRate)
	}
	pcm := make([]int16, rate/50)
	n, err := 0, error(nil)
	for n == 0 && err == nil {
		n, err = s.stream.Read(pcm)
	}
	s.waiting = pcm[:n]
	switch {
	case n == 0 && errors.Is(err, io.EOF) && isSpoken(text):
		return s.attempt.chain.error(engine.Nonsense, errEmpty)
	case n == 0 && !errors.Is(err, io.EOF):
		return err
	}
	return s.attempt.arrived(s.attempt.link.Total)
}

// isSpoken says whether text has anything that every voice can say.
func isSpoken(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

func (s *speech) SampleRate() int { return s.stream.SampleRate() }

func (s *speech) Words() []engine.WordTime { return s.stream.Words() }

func (s *speech) Read(pcm []int16) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if len(s.waiting) > 0 {
		n := copy(pcm, s.waiting)
		s.waiting = s.waiting[n:]
		return n, nil
	}
	n, err := s.stream.Read(pcm)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		s.attempt.end(worked)
		s.err = io.EOF
	default:
		s.err = s.attempt.fail(err)
	}
	return n, s.err
}

// Close implements engine.SpeechStream. Speech that is not wanted any more
// speaks for its link as much as a whole one.
func (s *speech) Close() error {
	s.attempt.end(worked)
	if s.err == nil {
		s.err = s.attempt.chain.closedError()
	}
	return s.stream.Close()
}
