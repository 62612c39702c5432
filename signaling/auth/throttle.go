package auth

import (
	"sync"
	"time"
)

// throttle counts failures per name in a window that starts with the first. It
// remembers a bounded number of names: when it is full it forgets those whose
// window is over, and if there are none, the oldest.
type throttle struct {
	tries  int
	window time.Duration
	most   int

	mu    sync.Mutex // guards below; never held across anything that waits
	names map[string]*tries
}

type tries struct {
	count int
	since time.Time
}

func newThrottle(n int, window time.Duration, most int) *throttle {
	return &throttle{tries: n, window: window, most: most, names: make(map[string]*tries)}
}

// take counts a try and says how long to wait when there have been too many.
// It counts before the outcome is known, so that tries at the same time do not
// slip through together; forgive takes it back.
func (t *throttle) take(name string) (wait time.Duration) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.names[name]
	if n == nil || now.Sub(n.since) >= t.window {
		if n == nil && len(t.names) >= t.most {
			t.forget(now)
		}
		n = &tries{since: now}
		t.names[name] = n
	}
	if n.count >= t.tries {
		return n.since.Add(t.window).Sub(now)
	}
	n.count++
	return 0
}

func (t *throttle) forgive(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := t.names[name]; n != nil && n.count > 0 {
		n.count--
	}
}

func (t *throttle) forget(now time.Time) {
	var oldest string
	var since time.Time
	for name, n := range t.names {
		if now.Sub(n.since) >= t.window {
			delete(t.names, name)
		} else if oldest == "" || n.since.Before(since) {
			oldest, since = name, n.since
		}
	}
	if len(t.names) >= t.most {
		delete(t.names, oldest)
	}
}
