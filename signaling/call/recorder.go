package call

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/transcripts"
)

// recorder writes one call's log in order on a goroutine of its own, so that a
// slow disk never stops the call. While the store fails, what is not yet
// written waits in order and is tried again every retryEvery; claims, which
// must be decided by the store, are refused at once.
type recorder struct {
	store   transcripts.Store
	log     *slog.Logger
	outage  func(failing bool) // told on every change, from the recorder's goroutine
	places  state.Places       // set before the first job; nil: no places are kept
	callID  string             // with places
	jobs    chan job
	done    chan struct{}
	backlog []job // owned by run: failed, in order
}

// job is one write. done is called from the recorder's goroutine: for an entry
// once it is durable; for a transition and a place at the first answer of the
// store.
type job struct {
	entry      *transcripts.Entry
	transition *transcripts.Transition
	place      *placeJob
	barrier    bool                    // writes nothing: what was submitted before it is written
	decisive   bool                    // a claim: never retried, its failure is the answer
	undo       *transcripts.Transition // of a decisive one: takes it back where its outcome is not known
	done       func(transcripts.Entry, error)
	late       func(transcripts.Entry) // for a transition whose first answer was an error: it is durable now
}

const (
	recorderQueue   = 1024
	recorderBacklog = 4096
	retryEvery      = time.Second
	writeTimeout    = time.Second
)

var errOverloaded = errors.New("call: too many unwritten log entries")

func newRecorder(store transcripts.Store, log *slog.Logger, outage func(bool)) *recorder {
	r := &recorder{store: store, log: log, outage: outage, jobs: make(chan job, recorderQueue), done: make(chan struct{})}
	go r.run()
	return r
}

// submit never blocks; a full queue answers errOverloaded.
func (r *recorder) submit(j job) {
	select {
	case r.jobs <- j:
	default:
		j.done(transcripts.Entry{}, errOverloaded)
	}
}

// close writes what is queued, gives what has failed one last try, and waits.
// Nothing may be submitted after it.
func (r *recorder) close() {
	close(r.jobs)
	<-r.done
}

func (r *recorder) run() {
	defer close(r.done)
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	for {
		select {
		case j, ok := <-r.jobs:
			if !ok {
				r.flush()
				if n := len(r.backlog); n > 0 {
					r.log.Error("log entries lost: the store fails", "entries", n)
				}
				return
			}
			r.handle(j)
		case <-retry.C:
			r.flush()
		}
	}
}

func (r *recorder) handle(j job) {
	if len(r.backlog) > 0 && j.decisive {
		r.flush()
	}
	if len(r.backlog) > 0 {
		if j.decisive {
			j.done(transcripts.Entry{}, transcripts.ErrFull)
			return
		}
		r.postpone(j, transcripts.ErrFull)
		return
	}
	e, err := r.write(j)
	if err != nil && j.undo != nil && retryable(err) && !errors.Is(err, transcripts.ErrFull) {
		// Nobody knows whether it has been written, or will be. It is refused, so
		// it must not stand: what takes it back goes before everything else.
		r.backlog = append(r.backlog, job{transition: j.undo, done: func(transcripts.Entry, error) {}})
	}
	if err != nil && !j.decisive && retryable(err) {
		r.log.Error("the store fails; log entries wait", "error", err)
		r.outage(true)
		r.postpone(j, err)
		return
	}
	j.done(e, err)
}

// postpone keeps j for later. A transition is answered now, as is a place: the
// call goes on.
func (r *recorder) postpone(j job, cause error) {
	if len(r.backlog) >= recorderBacklog {
		j.done(transcripts.Entry{}, errOverloaded)
		return
	}
	if j.transition != nil || j.place != nil {
		j.done(transcripts.Entry{}, cause)
		late := j.late
		j.done = func(e transcripts.Entry, err error) {
			if err == nil && late != nil {
				late(e)
			}
		}
	}
	r.backlog = append(r.backlog, j)
}

func (r *recorder) flush() {
	if len(r.backlog) == 0 {
		return
	}
	for len(r.backlog) > 0 {
		e, err := r.write(r.backlog[0])
		if err != nil && retryable(err) {
			return
		}
		r.backlog[0].done(e, err)
		r.backlog = r.backlog[1:]
	}
	r.backlog = nil
	r.log.Info("the store works again")
	r.outage(false)
}

func (r *recorder) write(j job) (transcripts.Entry, error) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if j.barrier {
		return transcripts.Entry{}, nil
	}
	if j.entry != nil {
		return r.store.Append(ctx, *j.entry)
	}
	if j.place != nil {
		return transcripts.Entry{}, j.place.do(ctx, r.places, r.callID)
	}
	e, err := r.store.Transition(ctx, *j.transition)
	var conflict *transcripts.ConflictError
	if errors.As(err, &conflict) {
		// A write that timed out may have been done: then the call already is
		// where it was to go, by this very claim.
		now, t := conflict.Current, j.transition
		if now.State == t.ToState && now.Epoch == t.ToEpoch && now.Claim.UID == t.Claim.UID && !j.decisive {
			done := t.Entry
			done.CallID, done.Seq = t.CallID, now.LastSeq
			return done, nil
		}
	}
	return e, err
}

// retryable: the same write may succeed later.
func retryable(err error) bool {
	var conflict *transcripts.ConflictError
	return !errors.As(err, &conflict) && !errors.Is(err, transcripts.ErrNotFound) && !errors.Is(err, transcripts.ErrInvalid) &&
		!errors.Is(err, transcripts.ErrSealed) && !errors.Is(err, transcripts.ErrExists) && !errors.Is(err, state.ErrInvalid)
}
