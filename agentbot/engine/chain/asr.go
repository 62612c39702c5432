package chain

import (
	"context"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	// keep is how much of an utterance is kept for the next link.
	keep = 30 * engine.SampleRate
	// slack is how much more is kept before the oldest is dropped.
	slack = 2 * engine.SampleRate
	// piece is how much a link that catches up gets at a time.
	piece = engine.SampleRate / 2
)

// ASR is recognisers that stand behind one another.
type ASR struct{ links *links[engine.ASR] }

var _ engine.ASR = (*ASR)(nil)

// NewASR makes a chain of what is asked first, second and so on.
func NewASR(cfg Config, given ...Link[engine.ASR]) *ASR {
	return &ASR{newLinks("asr", cfg, 1400*time.Millisecond, 0, given)}
}

// OpenASR implements engine.ASR: it opens the first link that can be opened, the
// others when they are needed.
func (r *ASR) OpenASR(ctx context.Context, lang string) (engine.ASRStream, error) {
	s := &asrStream{links: r.links, lang: lang, streams: make([]engine.ASRStream, len(r.links.all)), lost: make([]int, len(r.links.all))}
	_, a, err := walk(ctx, r.links, r.links.by(ctx), 0, 0, nil, func(a *attempt[engine.ASR]) (struct{}, error) {
		return struct{}{}, s.open(a)
	})
	if err != nil {
		return nil, err
	}
	a.end(neutral) // no utterance has told yet whether it works
	return s, nil
}

type asrStream struct {
	links   *links[engine.ASR]
	lang    string
	streams []engine.ASRStream // by link; nil: not open
	closed  bool

	// The utterance.
	kept    []int16              // its last 30 s
	partial string               // the last that was told
	work    *attempt[engine.ASR] // the link that listens; nil: none yet
	lost    []int                // by link: how often it failed
	err     error                // what it failed with
}

// open opens the attempt's link where it is not open.
func (s *asrStream) open(a *attempt[engine.ASR]) error {
	if s.streams[a.at] == nil {
		a.foreign = s.lang != ""
		stream, err := a.link.Engine.OpenASR(a.ctx, s.lang)
		if err != nil {
			return err
		}
		s.streams[a.at], a.foreign = stream, false
	}
	if err := a.arrived(0); err != nil {
		s.drop(a.at)
		return err
	}
	return nil
}

// drop closes a link's stream: what state it is in nobody knows.
func (s *asrStream) drop(at int) {
	if s.streams[at] != nil {
		_ = s.streams[at].Close()
		s.streams[at] = nil
	}
}

func (s *asrStream) Write(ctx context.Context, pcm []int16) (string, bool, error) {
	if s.closed {
		return "", false, s.links.closedError()
	}
	if err := ctx.Err(); err != nil {
		return "", false, err
	}
	if s.err != nil {
		return "", false, s.err
	}
	s.keep(pcm)
	if s.work == nil {
		return s.listen(ctx, 0, 0, nil)
	}
	a := s.work
	a.bound(ctx, s.links.cfg.Write)
	partial, _, err := s.write(a, pcm)
	if err == nil {
		return s.tell(partial)
	}
	used, err := s.lose(err)
	if ctx.Err() != nil {
		s.err = err
		return "", false, err
	}
	return s.listen(ctx, a.at, used, err)
}

// keep remembers what the next link would have to hear.
func (s *asrStream) keep(pcm []int16) {
	s.kept = append(s.kept, pcm...)
	if len(s.kept) > keep+slack {
		s.kept = s.kept[:copy(s.kept, s.kept[len(s.kept)-keep:])]
	}
}

// lose ends the work of the link that listens. It says how often the link was
// asked as far as walk is concerned.
func (s *asrStream) lose(err error) (used int, _ error) {
	a := s.work
	s.work = nil
	s.drop(a.at)
	err = a.fail(err)
	if !retryable(err) {
		return attempts, err
	}
	// A link that comes back and fails again at the next silence is not asked for
	// the third time in an utterance.
	s.lost[a.at]++
	return min(s.lost[a.at], attempts), err
}

// listen has a link hear the utterance so far. Nobody waits for its text yet,
// so each link has the chain's patience.
func (s *asrStream) listen(ctx context.Context, from, used int, before error) (string, bool, error) {
	by := time.Now().Add(s.links.cfg.Patience * time.Duration(len(s.links.all)))
	partial, a, err := walk(ctx, s.links, by, from, used, before, func(a *attempt[engine.ASR]) (string, error) {
		return s.catchUp(a, true)
	})
	if err != nil {
		s.err = err
		return "", false, err
	}
	s.work = a
	s.links.fellBack(from, a)
	return s.tell(partial)
}

// catchUp opens a link and writes all that was kept, in the time for each piece
// while the utterance goes on, else in the attempt's.
func (s *asrStream) catchUp(a *attempt[engine.ASR], goesOn bool) (partial string, err error) {
	user, by := a.user, a.begun.Add(a.given)
	a.lenient = len(s.kept) > piece
	if err := s.open(a); err != nil {
		return "", err
	}
	for rest := s.kept; len(rest) > 0; {
		if goesOn {
			a.bound(user, s.links.cfg.Write)
		} else {
			a.bound(user, time.Until(by))
		}
		n := min(piece, len(rest))
		text, changed, err := s.write(a, rest[:n])
		if err != nil {
			s.drop(a.at)
			return "", err
		}
		if changed {
			partial = text
		}
		rest = rest[n:]
	}
	return partial, nil
}

func (s *asrStream) write(a *attempt[engine.ASR], pcm []int16) (partial string, changed bool, err error) {
	partial, changed, err = s.streams[a.at].Write(a.ctx, pcm)
	if err == nil {
		err = a.arrived(0)
	}
	return partial, changed, err
}

// tell tells a partial that is another than the last.
func (s *asrStream) tell(partial string) (string, bool, error) {
	if partial == "" || partial == s.partial {
		return "", false, nil
	}
	s.partial = partial
	return partial, true, nil
}

func (s *asrStream) Finish(ctx context.Context) (engine.Transcript, error) {
	if s.closed {
		return engine.Transcript{}, s.links.closedError()
	}
	defer s.Reset()
	if err := ctx.Err(); err != nil {
		return engine.Transcript{}, err
	}
	if s.err != nil || s.work == nil {
		return engine.Transcript{}, s.err
	}
	a, by := s.work, s.links.by(ctx)
	a.bound(ctx, s.links.share(a.at, by))
	t, err := s.finish(a)
	if err == nil {
		return t, nil
	}
	used, err := s.lose(err)
	if ctx.Err() != nil {
		return engine.Transcript{}, err
	}
	t, last, err := walk(ctx, s.links, by, a.at, used, err, func(a *attempt[engine.ASR]) (engine.Transcript, error) {
		end := a.begun.Add(a.given)
		if _, err := s.catchUp(a, false); err != nil {
			return engine.Transcript{}, err
		}
		a.bound(a.user, time.Until(end))
		t, err := s.finish(a)
		if err != nil {
			s.drop(a.at)
		}
		return t, err
	})
	if err != nil {
		return engine.Transcript{}, err
	}
	s.links.fellBack(a.at, last)
	return t, nil
}

// finish has a link end the utterance, which is its success.
func (s *asrStream) finish(a *attempt[engine.ASR]) (engine.Transcript, error) {
	t, err := s.streams[a.at].Finish(a.ctx)
	if err == nil {
		err = a.arrived(0)
	}
	if err == nil {
		err = engine.CheckTranscript(a.link.Name, t)
	}
	if err == nil {
		a.end(worked)
	}
	return t, err
}

func (s *asrStream) Reset() {
	if s.work != nil {
		s.work.end(neutral)
		if stream := s.streams[s.work.at]; stream != nil {
			stream.Reset()
		}
	}
	s.kept, s.partial, s.work, s.err = s.kept[:0], "", nil, nil
	clear(s.lost)
}

func (s *asrStream) Close() error {
	s.Reset()
	s.closed, s.kept = true, nil
	for at := range s.streams {
		s.drop(at)
	}
	return nil
}
