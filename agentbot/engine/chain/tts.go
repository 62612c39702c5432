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
	// Silence before the voice is waited out: without a voice behind it, it is
	// no speech.
	pcm := make([]int16, rate/50)
	for {
		n, err := s.stream.Read(pcm)
		s.waiting = append(s.waiting, pcm[:n]...)
		switch {
		case engine.Audible(pcm[:n]):
		case errors.Is(err, io.EOF) && isSpoken(text):
			return s.attempt.chain.error(engine.Nonsense, errEmpty)
		case errors.Is(err, io.EOF):
		case err != nil:
			return err
		case len(s.waiting) > maxLead*rate:
			return s.attempt.chain.error(engine.Nonsense, errSilence)
		default:
			continue
		}
		return s.attempt.arrived(s.attempt.link.Total)
	}
}

// maxLead is how much silence in front of a voice is waited for, in seconds.
const maxLead = 5

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
		s.attempt.release() // the verdict is its user's, with Close
		s.err = io.EOF
	default:
		s.err = s.attempt.fail(err)
	}
	return n, s.err
}

// Reject implements engine.Rejecter.
func (s *speech) Reject(err error) {
	engine.Reject(s.stream, err)
	_ = s.attempt.fail(err)
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
