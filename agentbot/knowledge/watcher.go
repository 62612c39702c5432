package knowledge

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Source gives the base to search now. Who answers a turn asks once for it, so
// that a turn is answered from one base.
type Source interface {
	Base() *Base
}

// Base implements Source: a base by itself never changes.
func (b *Base) Base() *Base { return b }

// defaultEvery is how often a folder is looked at.
const defaultEvery = 2 * time.Second

// WatchConfig is what a Watcher is made of.
type WatchConfig struct {
	Files fs.FS
	Every time.Duration // between two looks; 0 is 2 s
	Log   *slog.Logger  // nil: none
}

// Watcher is a Source that loads its folder anew when that has changed. It may
// be used by many goroutines at once.
type Watcher struct {
	base    atomic.Pointer[Base]
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

var (
	_ Source = (*Base)(nil)
	_ Source = (*Watcher)(nil)
)

// Watch loads a folder and watches it until Close. A folder that cannot be
// loaded now is an error; one that cannot be loaded later leaves what was
// loaded last.
func Watch(cfg WatchConfig) (*Watcher, error) {
	if cfg.Every <= 0 {
		cfg.Every = defaultEvery
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	// The look comes before the load, so that a change between them is seen.
	seen, err := look(cfg.Files)
	if err != nil {
		return nil, fmt.Errorf("knowledge: %w", err)
	}
	base, err := Load(cfg.Files)
	if err != nil {
		return nil, err
	}
	w := &Watcher{}
	w.base.Store(base)
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.stopped.Go(func() {
		l := looker{cfg: cfg, swap: w.base.Store, loaded: seen, last: seen}
		l.run(ctx)
	})
	return w, nil
}

// Base implements Source.
func (w *Watcher) Base() *Base { return w.base.Load() }

// Close ends the watch and returns when it has ended; Base goes on to work.
func (w *Watcher) Close() error {
	w.stop()
	w.stopped.Wait()
	return nil
}

// looker is the watching goroutine's own.
type looker struct {
	cfg    WatchConfig
	swap   func(*Base)
	loaded uint64 // the look that the base was loaded after
	last   uint64
	said   string // the failure that was logged, "" when all is well
}

func (l *looker) run(ctx context.Context) {
	tick := time.NewTicker(l.cfg.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.once()
		}
	}
}

// once looks at the folder and loads it when it differs from what is loaded
// and is the same in two looks: a folder that is being written is left alone
// until it rests.
func (l *looker) once() {
	now, err := look(l.cfg.Files)
	if err != nil {
		l.fail(fmt.Errorf("knowledge: %w", err))
		return
	}
	rests := now == l.last
	l.last = now
	if !rests {
		return
	}
	if now == l.loaded {
		if l.said != "" {
			l.said = ""
			l.cfg.Log.Info("the knowledge is again what is in use")
		}
		return
	}
	base, err := Load(l.cfg.Files)
	if err != nil {
		l.fail(err)
		return
	}
	l.swap(base)
	l.loaded, l.said = now, ""
	l.cfg.Log.Info("knowledge was loaded anew; the local speech recognition expects the words it started with", "passages", len(base.passages))
}

// fail logs a failure, once for as long as it is the same. A load is tried
// again at every look, for what failed may have nothing to do with a file.
func (l *looker) fail(err error) {
	if said := err.Error(); said != l.said {
		l.said = said
		l.cfg.Log.Warn("the knowledge cannot be loaded; what was loaded before stays in use", "err", err)
	}
}

// look is a fingerprint of a folder's Markdown by names, sizes, modes and
// times of change.
func look(files fs.FS) (uint64, error) {
	sum := fnv.New64a()
	err := markdown(files, func(name string) error {
		info, err := fs.Stat(files, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was renamed while we looked
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%q %d %v %d\n", name, info.Size(), info.Mode(), info.ModTime().UnixNano())
		return err
	})
	return sum.Sum64(), err
}
