package scripted

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
)

// ASR hears tones and answers with the texts that belong to them.
type ASR struct {
	// Text is the text of an utterance whose tone has hertz and has been heard
	// for voiced so far; partials ask it again as the utterance grows. With
	// it nil, Phrases is looked up by hertz, then Next is asked once an
	// utterance; with all of them nil the text is "tone 440".
	Text    func(hertz int, voiced time.Duration) string
	Phrases map[int]string
	Next    func() string

	// Tones are the frequencies listened for. Empty: the keys of Phrases, and
	// without these every 20 Hz from 300 to 2000.
	Tones []int

	// PerWord is how much of an utterance a word of its partials takes; 0 is
	// 300 ms. The first comes after Onset (0: 100 ms).
	PerWord, Onset time.Duration
	// FinishDelay is how long Finish takes, and Preview.
	FinishDelay time.Duration
	// Previews says whether its streams have Preview.
	Previews bool
	// Loudness is the least root mean square of a frame; 0 is 300.
	Loudness float64
	Fault    func(Op) Fault
}

// nonsenseText is what nobody said.
const nonsenseText = "zxq vrrm \u0001 zxq"

// minPurity is the least share of a frame's energy that its tone has. Noise
// and speech stay below it, two tones at once as well.
const minPurity = 0.5

// settled is how much of an utterance decides on its tone.
const settled = 200 * time.Millisecond

// OpenASR implements engine.ASR.
func (a *ASR) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	if _, err := suffer(ctx, a.Fault, "scripted asr", OpenASR); err != nil {
		return nil, err
	}
	s := &asrStream{asr: a, lang: lang, tones: a.Tones}
	if len(s.tones) == 0 {
		s.tones = slices.Sorted(maps.Keys(a.Phrases))
	}
	if len(s.tones) == 0 {
		for hertz := 300; hertz <= 2000; hertz += 20 {
			s.tones = append(s.tones, hertz)
		}
	}
	s.heard = make([]float64, len(s.tones))
	if a.Previews {
		return previewing{s}, nil
	}
	return s, nil
}

// previewing is a stream that tells its text early.
type previewing struct{ *asrStream }

// Preview implements engine.Previewer.
func (s previewing) Preview(ctx context.Context) (engine.Transcript, error) {
	if s.closed {
		return engine.Transcript{}, asError("scripted asr", errClosed)
	}
	return s.finished(ctx, Preview)
}

type asrStream struct {
	asr    *ASR
	lang   string
	tones  []int
	closed bool

	// The utterance.
	rest    []int16   // less than a frame
	heard   []float64 // by tone: its share of the frames' energy, summed
	voiced  time.Duration
	next    *string // Next's answer
	partial string
}

func (s *asrStream) Write(ctx context.Context, pcm []int16) (string, bool, error) {
	if s.closed {
		return "", false, asError("scripted asr", errClosed)
	}
	if _, err := suffer(ctx, s.asr.Fault, "scripted asr", WriteASR); err != nil {
		return "", false, err
	}
	s.rest = append(s.rest, pcm...)
	for len(s.rest) >= engine.FrameSamples {
		s.listen(s.rest[:engine.FrameSamples])
		s.rest = s.rest[engine.FrameSamples:]
	}
	s.rest = slices.Clone(s.rest)
	partial := s.soFar()
	if partial == s.partial {
		return "", false, nil
	}
	s.partial = partial
	return partial, true, nil
}

// listen takes one frame.
func (s *asrStream) listen(frame []int16) {
	loudness := orElse(s.asr.Loudness, defaultLoudness)
	if energy(frame) < loudness*loudness*engine.FrameSamples {
		return
	}
	if s.voiced >= settled {
		// The tone is known: only when it is not there, the others are tried.
		if share := purity(frame, float64(s.tones[s.loudest()])); share >= minPurity {
			s.heard[s.loudest()] += share
			s.voiced += 20 * time.Millisecond
			return
		}
	}
	best := 0.0
	shares := make([]float64, len(s.tones))
	for i, hertz := range s.tones {
		shares[i] = purity(frame, float64(hertz))
		best = math.Max(best, shares[i])
	}
	if best < minPurity {
		return
	}
	for i, share := range shares {
		s.heard[i] += share
	}
	s.voiced += 20 * time.Millisecond
}

// loudest is the index of the tone that was heard most.
func (s *asrStream) loudest() int {
	best := 0
	for i := range s.heard {
		if s.heard[i] > s.heard[best] {
			best = i
		}
	}
	return best
}

// text is the utterance's whole text as far as it is known by now.
func (s *asrStream) text() string {
	if s.voiced == 0 {
		return ""
	}
	hertz := s.tones[s.loudest()]
	switch phrase, known := s.asr.Phrases[hertz]; {
	case s.asr.Text != nil:
		return s.asr.Text(hertz, s.voiced)
	case known:
		return phrase
	case s.asr.Next != nil:
		if s.next == nil {
			text := s.asr.Next()
			s.next = &text
		}
		return *s.next
	}
	return fmt.Sprintf("tone %d", hertz)
}

// soFar is the text up to the word that is being heard.
func (s *asrStream) soFar() string {
	onset := orElse(s.asr.Onset, 100*time.Millisecond)
	if s.voiced < onset {
		return ""
	}
	text := s.text()
	words := sentence.Words(text)
	n := 1 + int((s.voiced-onset)/orElse(s.asr.PerWord, 300*time.Millisecond))
	if n >= len(words) {
		return text
	}
	before, _ := sentence.Cut(text, words[n-1].End)
	return before
}

func (s *asrStream) Finish(ctx context.Context) (engine.Transcript, error) {
	if s.closed {
		return engine.Transcript{}, asError("scripted asr", errClosed)
	}
	defer s.Reset()
	return s.finished(ctx, FinishASR)
}

// finished is the text of the utterance, if it is over.
func (s *asrStream) finished(ctx context.Context, op Op) (engine.Transcript, error) {
	nonsense, err := suffer(ctx, s.asr.Fault, "scripted asr", op)
	if err != nil {
		return engine.Transcript{}, err
	}
	if err := sleep(ctx, s.asr.FinishDelay); err != nil {
		return engine.Transcript{}, err
	}
	if nonsense {
		return engine.Transcript{Text: nonsenseText, Confidence: 0.1}, nil
	}
	if text := s.text(); text != "" {
		return engine.Transcript{Text: text, Confidence: 1, Language: s.lang}, nil
	}
	return engine.Transcript{}, nil
}

func (s *asrStream) Reset() {
	s.rest, s.voiced, s.next, s.partial = nil, 0, nil, ""
	clear(s.heard)
}

func (s *asrStream) Close() error {
	s.closed = true
	return nil
}
