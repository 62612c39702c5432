package call

import "sync"

// mailbox carries work to the call's goroutine. It never blocks who puts, so
// that media callbacks and two calls that message each other cannot hang; it is
// bounded, and what may be replaced (growing subtitles) is refused long before
// what may not.
type mailbox struct {
	mu      sync.Mutex
	queue   []func()
	closed  bool
	dropped uint64

	wake chan struct{} // 1 slot: there is something in queue
}

const (
	softLimit = 512  // droppable work is refused beyond
	hardLimit = 8192 // all work is refused beyond: the call is overloaded
)

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// put adds fn and reports whether it was taken.
func (m *mailbox) put(fn func(), droppable bool) bool {
	m.mu.Lock()
	limit := hardLimit
	if droppable {
		limit = softLimit
	}
	if m.closed || len(m.queue) >= limit {
		if !m.closed { // what comes after the end is missed by nobody
			m.dropped++
		}
		m.mu.Unlock()
		return false
	}
	m.queue = append(m.queue, fn)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return true
}

// force adds fn however much there is: what the call itself has begun and waits
// for, one for each, must not be refused.
func (m *mailbox) force(fn func()) {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return
	}
	m.queue = append(m.queue, fn)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take returns all there is, in order; the slice is the taker's.
func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.queue
	m.queue = nil
	return q
}

func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
}

func (m *mailbox) drops() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}
