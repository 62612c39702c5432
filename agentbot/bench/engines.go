package bench

import (
	"context"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/bench/score"
	"github.com/relevo/relevo/agentbot/engine"
)

// notes are what a conversation's engines and its caller tell one another.
type notes struct {
	start time.Time

	mu     sync.Mutex
	answer string        // to the turn that is being said
	said   []corpus.Word // by the caller so far, times from start
	calls  []score.Call
	last   engine.Request // that the model was asked
}

func (n *notes) since() time.Duration { return time.Since(n.start) }

// say tells that a clip is sent from at on.
func (n *notes) say(at time.Duration, clip *corpus.Clip) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range clip.Words {
		n.said = append(n.said, corpus.Word{Text: w.Text, From: at + w.From, To: at + w.To})
	}
}

func (n *notes) called(what score.Asked) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, score.Call{What: what, At: n.since()})
}

// truthASR is a recogniser that knows what is said: it tells each word Delay
// after its end, and the text Delay after Finish. Marks come with the last
// word of a sentence only, as a recogniser cannot know them before.
type truthASR struct {
	notes *notes
	delay time.Duration
}

func (a truthASR) OpenASR(context.Context, string) (engine.ASRStream, error) {
	return &truthStream{asr: a}, nil
}

type truthStream struct {
	asr     truthASR
	next    int           // index of the first word that was not told
	begin   time.Duration // of the utterance; 0: none
	end     time.Duration // of the audio so far
	partial string

	previewed bool // since the utterance began
	after     int  // next, if the preview is the text
}

func (s *truthStream) Write(_ context.Context, pcm []int16) (string, bool, error) {
	now := s.asr.notes.since()
	if s.begin == 0 {
		s.begin = now - time.Duration(len(pcm))*time.Second/engine.SampleRate
	}
	s.end = now
	text, _ := s.text(func(w corpus.Word) bool { return w.To+s.asr.delay <= now })
	changed := text != s.partial
	s.partial = text
	return text, changed, nil
}

// text is the words of the utterance that are known, and the index after the
// last of them.
func (s *truthStream) text(known func(corpus.Word) bool) (string, int) {
	s.asr.notes.mu.Lock()
	defer s.asr.notes.mu.Unlock()
	next := s.next
	var words []string
	for i, w := range s.asr.notes.said[s.next:] {
		if !known(w) {
			break
		}
		next = s.next + i + 1
		if (w.From+w.To)/2 >= s.begin {
			words = append(words, strings.TrimRight(w.Text, ",;:"))
		}
	}
	return strings.Join(words, " "), next
}

func (s *truthStream) Finish(ctx context.Context) (engine.Transcript, error) {
	s.asr.notes.called(score.Finish)
	text, next := s.whole()
	s.previewed = false
	s.Reset()
	s.next = next
	if err := sleep(ctx, s.asr.delay); err != nil {
		return engine.Transcript{}, err
	}
	return engine.Transcript{Text: text, Confidence: 1}, nil
}

// whole is the text of the utterance, if it is over.
func (s *truthStream) whole() (string, int) {
	return s.text(func(w corpus.Word) bool { return (w.From+w.To)/2 <= s.end })
}

// Preview is the text if nothing more is said.
func (s *truthStream) Preview(ctx context.Context) (engine.Transcript, error) {
	s.asr.notes.called(score.Preview)
	text, next := s.whole()
	s.previewed, s.after = true, next
	if err := sleep(ctx, s.asr.delay); err != nil {
		return engine.Transcript{}, err
	}
	return engine.Transcript{Text: text, Confidence: 1}, nil
}

// Reset ends the utterance; after a Preview that was its text.
func (s *truthStream) Reset() {
	if s.previewed {
		s.asr.notes.called(score.Taken)
		s.next = s.after
	}
	s.begin, s.partial, s.previewed = 0, "", false
}

func (s *truthStream) Close() error { return nil }

// watchedASR notes when another recogniser is asked.
type watchedASR struct {
	engine.ASR
	notes *notes
}

func (a watchedASR) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	s, err := a.ASR.OpenASR(ctx, lang)
	if err != nil {
		return nil, err
	}
	watched := watchedStream{s, a.notes}
	if p, ok := s.(previewer); ok {
		return &watchedPreviewer{watchedStream: watched, previewer: p}, nil
	}
	return watched, nil
}

type watchedStream struct {
	engine.ASRStream
	notes *notes
}

func (s watchedStream) Finish(ctx context.Context) (engine.Transcript, error) {
	s.notes.called(score.Finish)
	return s.ASRStream.Finish(ctx)
}

type previewer interface {
	Preview(ctx context.Context) (engine.Transcript, error)
}

type watchedPreviewer struct {
	watchedStream
	previewer previewer
	previewed bool // since the utterance began
}

func (s *watchedPreviewer) Preview(ctx context.Context) (engine.Transcript, error) {
	s.notes.called(score.Preview)
	s.previewed = true
	return s.previewer.Preview(ctx)
}

func (s *watchedPreviewer) Finish(ctx context.Context) (engine.Transcript, error) {
	s.previewed = false
	return s.watchedStream.Finish(ctx)
}

func (s *watchedPreviewer) Reset() {
	if s.previewed {
		s.notes.called(score.Taken)
	}
	s.previewed = false
	s.ASRStream.Reset()
}

// answers is a model that gives the script's answers.
type answers struct {
	notes *notes
	delay time.Duration
}

func (a answers) Chat(ctx context.Context, req engine.Request) (engine.ReplyStream, error) {
	a.notes.called(score.Chat)
	a.notes.mu.Lock()
	text := a.notes.answer
	a.notes.last = req
	a.notes.mu.Unlock()
	return &answer{ctx: ctx, words: strings.SplitAfter(text, " "), delay: a.delay}, nil
}

type answer struct {
	ctx   context.Context
	words []string
	delay time.Duration // before the next one
}

func (a *answer) Next() (engine.Delta, error) {
	if len(a.words) == 0 {
		return engine.Delta{}, io.EOF
	}
	if err := sleep(a.ctx, a.delay); err != nil {
		return engine.Delta{}, err
	}
	a.delay = 0
	word := a.words[0]
	a.words = a.words[1:]
	return engine.Delta{Text: word}, nil
}

func (a *answer) Close() error { return nil }

// toneTTS speaks in tones.
type toneTTS struct{ delay time.Duration }

func (t toneTTS) Speak(ctx context.Context, text, _ string) (engine.SpeechStream, error) {
	pcm, times := speak(text)
	return &toneSpeech{ctx: ctx, pcm: pcm, times: times, delay: t.delay}, nil
}

type toneSpeech struct {
	ctx   context.Context
	pcm   []int16
	times []engine.WordTime
	delay time.Duration // before the first sample
}

func (s *toneSpeech) SampleRate() int { return engine.SampleRate }

func (s *toneSpeech) Read(pcm []int16) (int, error) {
	if err := sleep(s.ctx, s.delay); err != nil {
		return 0, err
	}
	s.delay = 0
	n := copy(pcm, s.pcm)
	s.pcm = s.pcm[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (s *toneSpeech) Words() []engine.WordTime { return s.times }

func (s *toneSpeech) Close() error { return nil }

// sleep waits, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
