package agentbot

import "sync"

// mailbox is the queue of one goroutine. Posting never blocks. What must not be
// lost is always taken; the rest only while fewer than limit wait.
type mailbox struct {
	wake chan struct{} // holds one when there is something

	mu      sync.Mutex
	queue   []any
	limit   int
	dropped uint64
}

func newMailbox(limit int) *mailbox {
	return &mailbox{wake: make(chan struct{}, 1), limit: limit}
}

func (m *mailbox) post(message any, mayDrop bool) {
	m.mu.Lock()
	if mayDrop && len(m.queue) >= m.limit {
		m.dropped++
		m.mu.Unlock()
		return
	}
	m.queue = append(m.queue, message)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take returns all that waits.
func (m *mailbox) take() []any {
	m.mu.Lock()
	defer m.mu.Unlock()
	queue := m.queue
	m.queue = nil
	return queue
}

func (m *mailbox) drops() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}
