package semantic

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

const (
	lookEvery = 2 * time.Second
	batch     = 64               // texts a request
	batchTime = 30 * time.Second // for one request
	again     = 30 * time.Second // after a failure
	lateRow   = 3                // turns in a row without an answer, after which none waits
)

// Config is what an Index is made of.
type Config struct {
	Embedder engine.Embedder
	Source   knowledge.Source
	Wait     time.Duration // what a turn waits at most; 0 is 150 ms
	Log      *slog.Logger  // nil: none
}

// Index searches the bases of a source by meaning. It may be used by many
// goroutines at once.
type Index struct {
	cfg   Config
	space atomic.Pointer[space]
	stop  context.CancelFunc
	wg    sync.WaitGroup

	mu    sync.Mutex // held to note how the endpoint is
	late  int        // turns in a row without an answer
	rests time.Time  // until then no turn asks
	lost  bool       // the log was told
}

var _ knowledge.Meaning = (*Index)(nil)

// New makes an Index and begins to embed. Close ends it.
func New(cfg Config) *Index {
	if cfg.Wait <= 0 {
		cfg.Wait = 150 * time.Millisecond
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithCancel(context.Background())
	x := &Index{cfg: cfg, stop: stop}
	x.wg.Go(func() { x.run(ctx) })
	return x
}

// Close ends the embedding and joins it; views go on to work.
func (x *Index) Close() error {
	x.stop()
	x.wg.Wait()
	return nil
}

type hash = [sha256.Size]byte

// run keeps the space that of the source's base.
func (x *Index) run(ctx context.Context) {
	known := make(map[hash][]float32)
	var next time.Time // of a try after a failure
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		base := x.cfg.Source.Base()
		if s := x.space.Load(); (s == nil || s.base != base) && !time.Now().Before(next) {
			if err := x.embed(ctx, base, known); err != nil {
				next = time.Now().Add(again)
				if ctx.Err() == nil {
					x.tellLost(err)
				}
			} else {
				s := newSpace(base, func(text string) []float32 { return known[sha256.Sum256([]byte(text))] })
				x.space.Store(s)
				x.cfg.Log.Info("knowledge can be searched by meaning", "passages", len(s.places), "far", s.far, "near", s.near, "tells_apart", s.tells)
				if !s.tells {
					x.cfg.Log.Warn("the embeddings do not tell this knowledge's subjects apart, or it has no questions to see that by; words decide alone")
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// embed makes the vectors that a base lacks, and forgets those that it has no
// use for.
func (x *Index) embed(ctx context.Context, base *knowledge.Base, known map[hash][]float32) error {
	used := make(map[hash]bool)
	var lacking []string
	need := func(all []string) {
		for _, text := range all {
			h := sha256.Sum256([]byte(text))
			if known[h] == nil && !used[h] {
				lacking = append(lacking, text)
			}
			used[h] = true
		}
	}
	need(probes)
	for _, p := range base.Passages() {
		need(texts(p))
	}
	for len(lacking) > 0 {
		n := min(batch, len(lacking))
		vectors, err := x.request(ctx, lacking[:n], batchTime)
		if err != nil {
			return err // what came before is kept
		}
		for i, v := range vectors {
			known[sha256.Sum256([]byte(lacking[i]))] = v
		}
		lacking = lacking[n:]
	}
	for h := range known {
		if !used[h] {
			delete(known, h)
		}
	}
	return nil
}

func (x *Index) request(ctx context.Context, texts []string, limit time.Duration) ([][]float32, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return x.cfg.Embedder.Embed(ctx, texts)
}

// View implements knowledge.Meaning.
func (x *Index) View(ctx context.Context, base *knowledge.Base, queries ...string) knowledge.Searcher {
	s := x.space.Load()
	if s == nil || s.base != base || !s.tells || len(queries) == 0 || !x.mayAsk() {
		return base
	}
	vectors, err := x.request(ctx, queries, x.cfg.Wait)
	if ctx.Err() != nil {
		return base // it says nothing of the endpoint
	}
	x.asked(err)
	if err != nil {
		return base
	}
	v := &view{base: base, scores: make(map[string]map[*knowledge.Passage]float64, len(queries))}
	for i, q := range queries {
		v.scores[q] = s.scores(vectors[i])
	}
	return v
}

func (x *Index) mayAsk() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return !time.Now().Before(x.rests)
}

// asked notes how a turn's request went.
func (x *Index) asked(err error) {
	if err != nil {
		x.mu.Lock()
		if x.late++; x.late >= lateRow {
			x.rests = time.Now().Add(again)
		}
		x.mu.Unlock()
		x.tellLost(err)
		return
	}
	x.mu.Lock()
	back := x.lost
	x.late, x.lost = 0, false
	x.mu.Unlock()
	if back {
		x.cfg.Log.Info("knowledge is searched by meaning again")
	}
}

// tellLost tells the log once until meaning is back.
func (x *Index) tellLost(err error) {
	x.mu.Lock()
	first := !x.lost
	x.lost = true
	x.mu.Unlock()
	if first {
		x.cfg.Log.Warn("knowledge is searched by words alone: the embeddings fail or come too late", "wait", x.cfg.Wait, "err", err)
	}
}
