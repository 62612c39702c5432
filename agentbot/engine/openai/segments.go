package openai

import (
	"context"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	// pause is how long nobody speaks until the utterance so far is uploaded: if
	// it was the end, its text is there when the turn is over.
	pause = engine.SampleRate * 180 / 1000
	// behind is how much audio behind the last voice belongs to it.
	behind = engine.SampleRate * 100 / 1000
	// leastVoice is how much voice is worth an upload before the end.
	leastVoice = engine.SampleRate * 200 / 1000
	// slow is how long an upload of a growing utterance may take, else partials
	// come too late to be of use; strain is how long none is tried then.
	slow   = 1500 * time.Millisecond
	strain = 30 * time.Second
)

// segmentStream uploads utterances, growing ones too.
type segmentStream struct {
	asr    *ASR
	lang   string
	closed bool

	// The utterance.
	pcm     []int16
	peak    int
	level   level
	asked   int     // samples when the last upload began
	spent   int     // samples uploaded before the end
	running *upload // nil: none
	last    *upload // the last that ended well
	partial string  // the last that was told
}

// upload is the utterance as far as n, being transcribed. Its goroutine writes
// what came of it before it closes done.
type upload struct {
	n      int
	pause  bool
	begun  time.Time
	cancel context.CancelFunc
	done   chan struct{}

	t   engine.Transcript
	err error
}

func (s *segmentStream) Write(ctx context.Context, pcm []int16) (string, bool, error) {
	if s.closed {
		return "", false, s.closedError()
	}
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	s.keep(pcm)
	changed := s.collect()
	s.ask()
	if changed {
		return s.partial, true, nil
	}
	return "", false, nil
}

// keep remembers the next audio.
func (s *segmentStream) keep(pcm []int16) {
	pcm = pcm[:min(len(pcm), maxUtterance-len(s.pcm))]
	s.pcm = append(s.pcm, pcm...)
	s.level.add(pcm)
	for _, x := range pcm {
		s.peak = max(s.peak, int(x), -int(x))
	}
}

// covers says whether nothing was said after the first n samples.
func (s *segmentStream) covers(n int) bool { return n >= s.level.last+behind || n == len(s.pcm) }

// collect takes an upload that has ended, and says whether there is another
// text to be told.
func (s *segmentStream) collect() bool {
	if s.running == nil {
		return false
	}
	select {
	case <-s.running.done:
	default:
		return false
	}
	before := s.last
	u := s.take()
	if u.err != nil || u.t.Text == "" {
		return false
	}
	text := u.t.Text
	if !s.covers(u.n) { // more was said since: what is certain is what the one before it said too
		if before == nil {
			return false
		}
		text = agreed(before.t.Text, text)
		if len(text) <= len(s.partial) {
			return false // what was told is not taken back before the end
		}
	}
	if text == s.partial {
		return false
	}
	s.partial = text
	return true
}

// take ends the running upload's part in the utterance and says what came of it.
func (s *segmentStream) take() *upload {
	u := s.running
	s.running = nil
	u.cancel()
	switch {
	case u.err != nil:
		s.asr.strain()
	case time.Since(u.begun) > slow && !u.pause:
		s.asr.strain()
		s.last = u
	default:
		s.last = u
	}
	return u
}

// strain keeps the endpoint from what may be in vain, for a while.
func (a *ASR) strain() { a.strained.Store(time.Now().Add(strain).UnixNano()) }

func (a *ASR) isStrained() bool { return time.Now().UnixNano() < a.strained.Load() }

// ask starts an upload before the end where one is due.
func (s *segmentStream) ask() {
	cfg := &s.asr.cfg
	every := int(cfg.PartialEvery * engine.SampleRate / time.Second)
	fresh := s.level.last > s.asked-behind // somebody spoke since the last one began
	if every <= 0 || !s.audible() || s.level.voiced < leastVoice || !fresh || s.asr.isStrained() {
		return
	}
	n := len(s.pcm)
	cost := float64(s.spent+n) / float64(n)
	switch {
	case s.level.still() >= pause && cost <= cfg.PartialCost:
		s.stop() // it lacks the end
		s.start(true)
	case s.running == nil && s.level.still() < pause && n-s.asked >= every && cost <= cfg.PartialCost-1:
		s.start(false)
	}
}

// start uploads the utterance so far.
func (s *segmentStream) start(atPause bool) {
	ctx, cancel := context.WithCancel(context.Background())
	u := &upload{n: len(s.pcm), pause: atPause, begun: time.Now(), cancel: cancel, done: make(chan struct{})}
	s.asked, s.running = u.n, u
	s.spent += u.n
	asr, lang, audio := s.asr, s.lang, wav(s.pcm)
	go func() {
		defer close(u.done)
		u.t, u.err = asr.transcribe(ctx, audio, lang)
	}()
}

// stop ends and joins the running upload.
func (s *segmentStream) stop() {
	if s.running != nil {
		s.running.cancel()
		<-s.running.done
		s.running = nil
	}
}

func (s *segmentStream) audible() bool { return len(s.pcm) >= minUtterance && s.peak >= silent }

func (s *segmentStream) Finish(ctx context.Context) (engine.Transcript, error) {
	if s.closed {
		return engine.Transcript{}, s.closedError()
	}
	defer s.Reset()
	if err := ctx.Err(); err != nil {
		return engine.Transcript{}, err
	}
	if !s.audible() {
		return engine.Transcript{}, nil
	}
	if s.running == nil && s.last != nil && s.covers(s.last.n) {
		return s.last.t, nil
	}
	if s.running == nil || !s.covers(s.running.n) {
		s.stop()
		return s.asr.transcribe(ctx, wav(s.pcm), s.lang)
	}
	select {
	case <-s.running.done:
	case <-ctx.Done():
		s.stop()
		return engine.Transcript{}, s.asr.endpoint.ended(ctx)
	}
	u := s.take()
	switch kind := engine.KindOf(u.err); {
	case u.err == nil:
		return u.t, nil
	case kind == engine.Unavailable || kind == engine.Nonsense:
		return s.asr.transcribe(ctx, wav(s.pcm), s.lang) // it was an attempt ahead of time
	}
	return engine.Transcript{}, u.err
}

func (s *segmentStream) Reset() {
	s.stop()
	*s = segmentStream{asr: s.asr, lang: s.lang, closed: s.closed, pcm: s.pcm[:0]}
}

func (s *segmentStream) Close() error {
	s.Reset()
	s.closed, s.pcm = true, nil
	return nil
}

func (s *segmentStream) closedError() error {
	return &engine.Error{Engine: s.asr.endpoint.name, Kind: engine.Unavailable, Cause: errClosed}
}
