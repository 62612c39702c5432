package sqlite

import (
	"context"
	"database/sql"
	"log/slog"
	"runtime"
	"sync/atomic"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/relevo/relevo/transcripts"
)

// request is one write. apply runs on the writer's goroutine, within the
// transaction of a batch, and again if the batch fails and is taken apart.
type request struct {
	ctx   context.Context
	apply func(*batch) error
	done  chan error // holds one: the writer never waits for a caller
}

// writer commits the writes of all calls, many in one transaction.
type writer struct {
	// Set at the start.
	db         *sql.DB
	statements *writeStatements
	log        *slog.Logger
	max        int
	queue      chan *request
	closing    chan struct{}
	done       chan struct{} // closed when the goroutine has ended

	// Any goroutine.
	stopping atomic.Bool
	stats    counters

	// The writer's goroutine.
	failing bool // the last transaction failed: the next success is worth a line
}

func startWriter(db *sql.DB, statements *writeStatements, o Options) *writer {
	w := &writer{
		db:         db,
		statements: statements,
		log:        o.Log,
		max:        o.Batch,
		queue:      make(chan *request, o.Queue),
		closing:    make(chan struct{}),
		done:       make(chan struct{}),
	}
	go w.run()
	return w
}

// stop lets the writer finish what is queued and joins it. Only the first call
// returns true.
func (w *writer) stop() (first bool) {
	if first = w.stopping.CompareAndSwap(false, true); first {
		close(w.closing)
	}
	<-w.done
	return first
}

// do queues a write and waits for its commit. Where ctx ends first, the write
// may still be made.
func (w *writer) do(ctx context.Context, apply func(*batch) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, apply: apply, done: make(chan error, 1)}
	select {
	case <-w.closing:
		return transcripts.ErrClosed
	default:
	}
	select {
	case w.queue <- r:
		w.stats.accepted.Add(1)
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return transcripts.ErrClosed
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.done:
	}
	// The writer has ended; whether it saw the request is in r.done.
	select {
	case err := <-r.done:
		return err
	default:
		return transcripts.ErrClosed
	}
}

func (w *writer) run() {
	defer close(w.done)
	var requests []*request
	for {
		select {
		case r := <-w.queue:
			// The callers of the last batch have just been woken; letting them
			// run first puts their next writes into this batch.
			runtime.Gosched()
			requests = w.collect(append(requests[:0], r))
			w.commit(requests)
			clear(requests)
		case <-w.closing:
			for {
				if requests = w.collect(requests[:0]); len(requests) == 0 {
					return
				}
				w.commit(requests)
			}
		}
	}
}

// collect adds what is queued, without waiting.
func (w *writer) collect(requests []*request) []*request {
	for len(requests) < w.max {
		select {
		case r := <-w.queue:
			requests = append(requests, r)
		default:
			return requests
		}
	}
	return requests
}

// commit makes the writes of a batch durable and answers each caller.
func (w *writer) commit(requests []*request) {
	errs := make([]error, len(requests))
	apart, err := w.try(requests, errs)
	if err != nil && apart && len(requests) > 1 {
		// One that does not fit must not cost the others anything.
		for i := range requests {
			_, errs[i] = w.alone(requests[i])
		}
	} else if err != nil {
		for i := range errs {
			errs[i] = err
		}
	}
	for i, r := range requests {
		if errs[i] != nil && !own(errs[i]) {
			w.stats.failed.Add(1)
			w.failed(errs[i])
			errs[i] = Classify(errs[i])
		} else {
			w.stats.requests.Add(1)
		}
		r.done <- errs[i]
	}
}

func (w *writer) alone(r *request) (apart bool, err error) {
	errs := make([]error, 1)
	if apart, err = w.try([]*request{r}, errs); err != nil {
		return apart, err
	}
	return apart, errs[0]
}

// try runs requests in one transaction, each in its savepoint, with what each
// has met for itself in errs. An error means that nothing has been written;
// apart says that it is worth trying one by one.
func (w *writer) try(requests []*request, errs []error) (apart bool, err error) {
	tx, err := w.db.BeginTx(context.Background(), nil)
	if err != nil {
		return false, err
	}
	b := &batch{tx: tx, writeStatements: w.statements}
	for i, r := range requests {
		if errs[i] = r.ctx.Err(); errs[i] != nil {
			continue
		}
		if errs[i], err = b.run(r); err != nil {
			b.rollback()
			return true, err
		}
	}
	if err := tx.Commit(); err != nil {
		return code(err) == sqlite3.SQLITE_FULL, err
	}
	w.stats.commits.Add(1)
	w.recovered()
	return false, nil
}

// failed and recovered log the first failure of a row and its end, not each.
func (w *writer) failed(err error) {
	if !w.failing {
		w.failing = true
		w.log.Error("the log cannot be written", "err", err)
	}
}

func (w *writer) recovered() {
	if w.failing {
		w.failing = false
		w.log.Info("the log can be written again")
	}
}

// counters: accepted is written by callers, the rest by the writer.
type counters struct{ accepted, requests, failed, commits atomic.Uint64 }

// Stats counts since Open.
type Stats struct {
	Requests uint64 // writes answered, refusals such as conflicts included
	Failed   uint64 // writes lost to the disk
	Commits  uint64 // transactions; Requests/Commits is the gain of the group commit
	Waiting  int    // writes not answered at this moment
}

// Stats returns the counters of the writer.
func (s *Store) Stats() Stats {
	c := &s.writer.stats
	stats := Stats{Requests: c.requests.Load(), Failed: c.failed.Load(), Commits: c.commits.Load()}
	// A write may be answered before its caller has counted it in.
	stats.Waiting = int(max(0, int64(c.accepted.Load()-stats.Requests-stats.Failed)))
	return stats
}
