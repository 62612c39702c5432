package call

import (
	"sync"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
)

// list is the consoles' list of calls. Calls put their newest summary; who
// watches gets what has changed, at most four times a second, so that a
// thousand calls that talk cost a console four messages a second each at most.
type list struct {
	mu       sync.Mutex
	calls    map[string]wire.CallSummary
	watchers map[*watcher]struct{}
	closed   bool
}

// watcher is one console's view. Its timer runs only while something waits.
type watcher struct {
	post    func([]wire.CallSummary, []wire.CallGone)
	changed map[string]bool
	timer   *time.Timer
	stopped bool
}

const summaryEvery = 250 * time.Millisecond

func newList() *list {
	return &list{calls: make(map[string]wire.CallSummary), watchers: make(map[*watcher]struct{})}
}

func (l *list) put(s wire.CallSummary) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[s.ID] = s
	l.changedLocked(s.ID)
}

func (l *list) update(id string, fn func(*wire.CallSummary)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.calls[id]
	if !ok {
		return
	}
	fn(&s)
	l.calls[id] = s
	l.changedLocked(id)
}

func (l *list) remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.calls, id)
	l.changedLocked(id)
}

func (l *list) changedLocked(id string) {
	for w := range l.watchers {
		w.changed[id] = true
		if w.timer == nil {
			w.timer = time.AfterFunc(summaryEvery, func() { l.flush(w) })
		}
	}
}

func (l *list) flush(w *watcher) {
	l.mu.Lock()
	w.timer = nil
	if w.stopped {
		l.mu.Unlock()
		return
	}
	var now []wire.CallSummary
	var gone []wire.CallGone
	for id := range w.changed {
		if s, ok := l.calls[id]; ok {
			now = append(now, s)
		} else {
			gone = append(gone, wire.CallGone{ID: id})
		}
	}
	clear(w.changed)
	l.mu.Unlock()
	w.post(now, gone)
}

func (l *list) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for w := range l.watchers {
		l.stopLocked(w)
	}
}

func (l *list) stopLocked(w *watcher) {
	w.stopped = true
	if w.timer != nil {
		w.timer.Stop()
	}
	delete(l.watchers, w)
}

// Watch returns the list of calls and then posts its changes, coalesced, until
// stop. post must not block.
func (h *Hub) Watch(post func([]wire.CallSummary, []wire.CallGone)) (current []wire.CallSummary, stop func()) {
	l := h.list
	w := &watcher{post: post, changed: make(map[string]bool)}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.calls {
		current = append(current, s)
	}
	if !l.closed {
		l.watchers[w] = struct{}{}
	}
	return current, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.stopLocked(w)
	}
}

// summarise puts the call's newest line into the consoles' list.
func (c *Call) summarise() {
	if c.ended {
		return
	}
	s := wire.CallSummary{ID: c.id, State: c.machine.State.String(), Epoch: c.epoch, CreatedAt: c.created.UnixMilli(), StateAt: c.stateAt.UnixMilli(),
		Human: c.claim.Name, Reason: c.reason, Video: c.video, Language: c.language(), LastLine: c.lastLine, Extra: c.spec.Meta}
	for _, m := range c.order {
		if m.role == wire.RoleCaller {
			s.Caller = m.name()
			break
		}
	}
	c.assistSummary(&s)
	s.Holder = c.names[c.holder].name
	if c.machine.State == takeover.Ended {
		return
	}
	c.hub.list.put(s)
}

func (c *Call) summariseLine(role wire.Role, name, text string, end bool) {
	c.lastLine = &wire.LastLine{Role: role, Name: name, Text: text, End: end}
	line := *c.lastLine
	c.hub.list.update(c.id, func(s *wire.CallSummary) { s.LastLine = &line })
}
