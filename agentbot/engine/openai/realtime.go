package openai

import (
	"context"
	"errors"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	// least and most of audio that one message carries, but for the last.
	leastAudio = engine.SampleRate / 10
	mostAudio  = engine.SampleRate
	// pieceAfter is how long nobody speaks until what was said is committed: its
	// text is then known before the turn is over.
	pieceAfter = engine.SampleRate * 240 / 1000
	// hedgeAfter is how long a text is awaited until the utterance is uploaded as
	// well; the quicker one counts.
	hedgeAfter = 700 * time.Millisecond
	// maxItems bounds what is committed and not yet transcribed.
	maxItems = 64
	// again and atMost are how long after a failure the next try to connect is.
	again  = time.Second
	atMost = 30 * time.Second
)

var errNoWebSocket = errors.New("the endpoint has no realtime transcription")

// realtimeStream transcribes by a WebSocket. It keeps the utterance as an upload
// would, so that a new connection or an upload can take over at any moment.
type realtimeStream struct {
	asr      *ASR
	segments *segmentStream
	closed   bool

	session *session // nil: none
	dialing *dialing // nil: none
	fails   int      // to connect or in use, in a row
	retry   time.Time
	failure error // the last

	// The utterance.
	sent    int  // its samples that were sent
	open    bool // some were sent and not committed
	cut     int  // its samples of voice that were committed
	items   []*item
	early   item // what is said of audio that is not committed
	partial string
}

// dialing is a session being opened. Its goroutine writes what came of it before
// it closes done.
type dialing struct {
	cancel context.CancelFunc
	done   chan struct{}

	session *session
	err     error
	ended   time.Time
}

func openRealtime(a *ASR, segments *segmentStream) *realtimeStream {
	s := &realtimeStream{asr: a, segments: segments}
	s.settle()
	return s
}

func (s *realtimeStream) auto() bool { return s.asr.cfg.Mode == ModeAuto }

// settle takes a session that is ready, and begins to connect where there is
// none.
func (s *realtimeStream) settle() {
	if d := s.dialing; d != nil {
		select {
		case <-d.done:
			s.dialing = nil
			if d.err != nil {
				s.failed(d.err, d.ended)
			} else {
				s.session = d.session
			}
			d.cancel()
		default:
		}
	}
	if s.session != nil || s.dialing != nil || time.Now().Before(s.retry) || s.asr.hasNoWebSocket() {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	d := &dialing{cancel: cancel, done: make(chan struct{})}
	s.dialing = d
	asr, lang := s.asr, s.segments.lang
	go func() {
		defer close(d.done)
		d.session, d.err = asr.connect(ctx, lang)
		d.ended = time.Now()
	}()
}

// failed notes a failure and when it was: nobody may have looked for a while.
func (s *realtimeStream) failed(err error, at time.Time) {
	s.failure = err
	s.retry = at.Add(min(again<<min(s.fails, 10), atMost))
	s.fails++
	if s.asr.cfg.Log != nil {
		s.asr.cfg.Log.Warn("realtime transcription failed", "uploads_instead", s.auto(), "err", err)
	}
}

// lose gives the session up; the utterance begins anew in the next one.
func (s *realtimeStream) lose(err error) {
	var known *engine.Error
	if !errors.As(err, &known) {
		err = &engine.Error{Engine: s.asr.endpoint.name, Kind: kindOf(err), Cause: brief(err)}
	}
	s.session.close()
	s.session = nil
	s.forget()
	s.items = nil
	s.failed(err, time.Now())
}

// forget has none of the utterance sent.
func (s *realtimeStream) forget() { s.sent, s.open, s.cut, s.early = 0, false, 0, item{} }

func (s *realtimeStream) Write(ctx context.Context, pcm []int16) (string, bool, error) {
	if s.closed {
		return "", false, s.segments.closedError()
	}
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	s.segments.keep(pcm)
	s.settle()
	s.listen()
	s.feed(false)
	text := s.text()
	if s.session == nil {
		if err := s.hopeless(); err != nil {
			return "", false, err
		}
		if s.auto() {
			s.segments.collect()
			s.segments.ask()
			text = s.segments.partial
		}
	}
	if text == "" || text == s.partial {
		return "", false, nil
	}
	s.partial = text
	return text, true, nil
}

// hopeless is the error of an utterance that nothing will transcribe.
func (s *realtimeStream) hopeless() error {
	switch {
	case s.dialing != nil:
	case s.auto():
		if s.failure != nil && engine.KindOf(s.failure) == engine.Unauthorized {
			return s.failure
		}
	case s.failure != nil:
		return s.failure
	case s.asr.hasNoWebSocket():
		return &engine.Error{Engine: s.asr.endpoint.name, Kind: engine.Unusable, Cause: errNoWebSocket}
	}
	return nil
}

// feed sends the audio that waits, all of it at the end, and commits it at a
// pause.
func (s *realtimeStream) feed(end bool) {
	if s.session == nil {
		return
	}
	level := &s.segments.level
	atPause := s.session.pieces && level.still() >= pieceAfter && level.voiced-s.cut >= leastVoice
	pcm := s.segments.pcm
	for rest := len(pcm) - s.sent; rest >= leastAudio || rest > 0 && (end || atPause); rest = len(pcm) - s.sent {
		if !s.open {
			s.open = true
			if s.session.begin != "" {
				if err := s.session.send([]byte(s.session.begin)); err != nil {
					s.lose(err)
					return
				}
				s.items = append(s.items, &item{})
			}
		}
		n := min(rest, mostAudio)
		if err := s.session.audio(pcm[s.sent : s.sent+n]); err != nil {
			s.lose(err)
			return
		}
		s.sent += n
	}
	if atPause {
		s.commit()
	}
}

// commit asks for the text of what was sent since the last time.
func (s *realtimeStream) commit() {
	if err := s.session.send([]byte(s.session.end)); err != nil {
		s.lose(err)
		return
	}
	if s.session.begin == "" {
		s.items = append(s.items, &item{id: s.early.id, text: s.early.text})
	}
	s.early, s.open, s.cut = item{}, false, s.segments.level.voiced
	if len(s.items) > maxItems {
		s.lose(errBacklog)
	}
}

// listen takes what the endpoint has told by now.
func (s *realtimeStream) listen() {
	for s.session != nil {
		select {
		case message, ok := <-s.session.in:
			s.hear(message, ok)
		default:
			return
		}
	}
}

// hear takes one message; ok says that there is one.
func (s *realtimeStream) hear(message []byte, ok bool) {
	if !ok {
		s.lose(s.session.err())
		return
	}
	e, err := parseEvent(message)
	if err != nil {
		s.lose(err)
		return
	}
	switch e.kind() {
	case eventCommitted:
		s.confirm(e.ItemID)
	case eventDelta:
		if len(e.Delta) <= maxReply {
			s.add(e.ItemID, e.Delta)
		}
	case eventCompleted:
		s.complete(e.ItemID, e.final())
	case eventFailed:
		s.lose(e.cause())
	case eventError:
		if e.isEmptyCommit() {
			s.complete("", "")
			return
		}
		s.lose(e.cause())
	}
}

func (s *realtimeStream) Finish(ctx context.Context) (engine.Transcript, error) {
	if s.closed {
		return engine.Transcript{}, s.segments.closedError()
	}
	defer s.Reset()
	if err := ctx.Err(); err != nil {
		return engine.Transcript{}, err
	}
	if !s.segments.audible() {
		return engine.Transcript{}, nil
	}
	s.settle()
	s.listen()
	if s.session == nil && !s.auto() && s.dialing != nil {
		select {
		case <-s.dialing.done:
			s.settle()
		case <-ctx.Done():
			return engine.Transcript{}, s.asr.endpoint.ended(ctx)
		}
	}
	s.finishPiece()
	return s.await(ctx)
}

// finishPiece commits what was said since the last time. What was not, such as
// the silence at the end, Reset drops.
func (s *realtimeStream) finishPiece() {
	if s.session == nil {
		return
	}
	none := s.find(func(it *item) bool { return !it.void }) == nil
	if none || s.session.begin != "" || s.segments.level.voiced > s.cut {
		s.feed(true)
		if s.session != nil && s.open {
			s.commit()
		}
	}
}

// await waits for the text, and uploads the utterance where the WebSocket does
// not tell it.
func (s *realtimeStream) await(ctx context.Context) (engine.Transcript, error) {
	hedge := time.NewTimer(hedgeAfter)
	defer hedge.Stop()
	s.segments.collect()
	if u := s.segments.running; u != nil && !s.segments.covers(u.n) {
		s.segments.stop()
	}
	for {
		switch {
		case s.segments.last != nil && s.segments.covers(s.segments.last.n):
			return s.segments.last.t, nil // uploaded while there was no connection
		case s.session == nil && s.auto():
			return s.segments.Finish(ctx)
		case s.session == nil:
			if err := s.hopeless(); err != nil {
				return engine.Transcript{}, err
			}
			return engine.Transcript{}, &engine.Error{Engine: s.asr.endpoint.name, Kind: engine.Unavailable, Cause: errHangup}
		case s.whole():
			return engine.Transcript{Text: s.text(), Language: s.segments.lang}, nil
		}
		var uploaded chan struct{}
		if s.segments.running != nil {
			uploaded = s.segments.running.done
		}
		select {
		case message, ok := <-s.session.in:
			s.hear(message, ok)
		case <-uploaded:
			if u := s.segments.take(); u.err == nil {
				s.lose(errStall) // who is slower than an upload is not waited for again
			}
		case <-hedge.C:
			if s.auto() {
				s.segments.stop()
				s.segments.start(true)
			}
		case <-ctx.Done():
			s.lose(errStall)
			return engine.Transcript{}, s.asr.endpoint.ended(ctx)
		}
	}
}

func (s *realtimeStream) Reset() {
	s.segments.Reset()
	if s.session != nil && s.open {
		drop := `{"type":"input_audio_buffer.clear"}`
		if s.session.begin != "" {
			drop = s.session.end
		}
		if err := s.session.send([]byte(drop)); err != nil {
			s.lose(err)
		}
	}
	kept := s.items[:0]
	for _, it := range s.items {
		if it.void = true; !it.final {
			kept = append(kept, it)
		}
	}
	clear(s.items[len(kept):])
	s.items = kept
	if s.session != nil && s.session.up != nil {
		s.session.up.Reset()
	}
	s.forget()
	s.partial = ""
}

func (s *realtimeStream) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if d := s.dialing; d != nil {
		d.cancel()
		<-d.done
		s.session, s.dialing = d.session, nil
	}
	if s.session != nil {
		s.session.close()
		s.session = nil
	}
	s.items = nil
	s.forget()
	return s.segments.Close()
}
