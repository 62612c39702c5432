package call

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// Hub has all live calls of this server.
type Hub struct {
	// fixed after construction
	cfg     Config
	metrics *metrics
	list    *list
	silence atomic.Int64 // CallerSilence

	// guarded by mu, which is never held across a call's work
	mu     sync.Mutex
	calls  map[string]*Call
	closed bool
	stop   chan struct{}  // closed by Close
	beats  sync.WaitGroup // who says that the server is there
	making sync.WaitGroup // calls being created; added under mu while not closed
	queue  []string       // ids of the calls that wait for a human, next first
}

// NewHub makes a hub; Close ends it.
func NewHub(cfg Config) *Hub {
	cfg = cfg.withDefaults()
	h := &Hub{cfg: cfg, calls: make(map[string]*Call), list: newList(), stop: make(chan struct{})}
	h.metrics = newMetrics(cfg.Metrics, h)
	return h
}

// Store is the log's.
func (h *Hub) Store() transcripts.Store { return h.cfg.Store }

// Create makes a call, which waits for its caller.
func (h *Hub) Create(ctx context.Context, spec Spec) (*Call, error) {
	if spec.ID == "" {
		spec.ID = newID("c_")
	}
	now := time.Now()
	h.mu.Lock()
	switch {
	case h.closed:
		h.mu.Unlock()
		return nil, wire.Errorf(wire.KindUnavailable, "the server is shutting down")
	case len(h.calls) >= h.cfg.MaxCalls:
		h.mu.Unlock()
		return nil, wire.Errorf(wire.KindUnavailable, "the server is full: %d calls", h.cfg.MaxCalls)
	case h.calls[spec.ID] != nil:
		h.mu.Unlock()
		return nil, wire.Errorf(wire.KindConflict, "there is a call with this id")
	}
	h.calls[spec.ID] = nil // reserved while the store is asked
	h.making.Add(1)
	h.mu.Unlock()
	defer h.making.Done()

	c, err := h.start(ctx, spec, now)
	h.mu.Lock()
	if err != nil {
		delete(h.calls, spec.ID)
		h.mu.Unlock()
		return nil, err
	}
	h.calls[spec.ID] = c
	closed := h.closed
	h.mu.Unlock()
	h.metrics.created()
	if closed {
		c.box.put(func() { c.hangup("shutdown") }, false)
	}
	return c, nil
}

// prepare makes a call that does not run yet, with its room and its bot.
func (h *Hub) prepare(spec Spec, botID string, created time.Time) (*Call, error) {
	c := &Call{id: spec.ID, hub: h, cfg: &h.cfg, spec: spec, log: h.cfg.Log.With("call", spec.ID), created: created, stateAt: created,
		box: newMailbox(), botID: botID, stopped: make(chan struct{}), members: make(map[string]*member),
		names: make(map[string]speaker), timers: make(map[string]*time.Timer), stored: storedState{takeover.AI.String(), 0}}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.names[c.botID] = speaker{wire.RoleAgent, "AI assistant"}
	c.publishInfo()
	c.room = h.cfg.Engine.NewRoom(spec.ID, c.fromRoom)
	var err error
	c.bot, err = h.cfg.NewBot(BotSpec{Room: c.room, CallID: spec.ID, ParticipantID: c.botID, Language: spec.Language, Greeting: spec.Greeting, Events: botEvents{c}})
	if err != nil {
		c.cancel()
		c.room.Close()
		return nil, wire.Wrap(wire.KindUnavailable, err, "the AI agent cannot be started")
	}
	return c, nil
}

// abandon takes down what prepare made and nobody will run.
func (c *Call) abandon() {
	c.cancel()
	c.bot.Close()
	c.room.Close()
}

func (h *Hub) start(ctx context.Context, spec Spec, now time.Time) (*Call, error) {
	c, err := h.prepare(spec, newID("ai_"), now)
	if err != nil {
		return nil, err
	}
	if err := h.record(ctx, spec, now); err != nil {
		c.abandon()
		return nil, err
	}
	c.openRecorder()
	kept := make(chan struct{})
	c.keepCall(func() { close(kept) })
	c.box.put(func() {
		if spec.ExternalAgent {
			c.bot.SetAudience(0)
		} else {
			c.giveFloorToAI()
		}
		c.record("created", nil, nil)
		c.after(timerCaller, c.cfg.CallerWithin, func() { c.hangup("no caller") })
		c.summarise()
	}, false)
	go c.run()
	<-kept // who is told of the call may rely on what they have made it with
	return c, nil
}

func (c *Call) openRecorder() {
	c.rec = newRecorder(c.cfg.Store, c.log, c.storageFailing)
	c.rec.places, c.rec.callID = c.cfg.Places, c.id
}

// record makes the call in the store.
func (h *Hub) record(ctx context.Context, spec Spec, now time.Time) error {
	err := h.cfg.Store.CreateCall(ctx, transcripts.Call{ID: spec.ID, State: takeover.AI.String(), Created: now, StateAt: now, Meta: spec.Meta})
	switch {
	case errors.Is(err, transcripts.ErrExists):
		return wire.Errorf(wire.KindConflict, "there is a call with this id")
	case err != nil:
		return wire.Wrap(wire.KindStorage, err, "the call cannot be recorded: the server's storage does not answer")
	}
	return nil
}

// storageFailing tells everyone when the log cannot be written, and when it can
// again.
func (c *Call) storageFailing(failing bool) {
	c.box.put(func() {
		if failing == c.outage {
			return
		}
		c.outage = failing
		message := "The transcript is saved again; nothing is missing."
		if failing {
			message = "The call goes on, but its transcript cannot be saved at the moment."
		}
		c.announce(wire.NotifyError, 0, wire.Fault{Kind: wire.KindStorage, Message: message}, func(m *member) bool { return m.privileged() })
	}, false)
}

// Get is a live call.
func (h *Hub) Get(id string) (*Call, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.calls[id]
	return c, c != nil
}

// Len is the number of live calls.
func (h *Hub) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.calls)
}

func (h *Hub) gone(c *Call) {
	h.mu.Lock()
	delete(h.calls, c.id)
	h.mu.Unlock()
	h.list.remove(c.id)
	h.metrics.ended()
}

// Close ends all calls, tells everyone in them, and waits until nothing of them
// is left or ctx ends.
func (h *Hub) Close(ctx context.Context) error {
	h.mu.Lock()
	if !h.closed {
		close(h.stop)
	}
	h.closed = true
	h.mu.Unlock()
	h.beats.Wait()
	h.making.Wait()
	defer h.list.close()
	h.mu.Lock()
	calls := make([]*Call, 0, len(h.calls))
	for _, c := range h.calls {
		if c != nil {
			calls = append(calls, c)
		}
	}
	h.mu.Unlock()
	for _, c := range calls {
		c.box.put(func() { c.hangup("shutdown") }, false)
	}
	for _, c := range calls {
		select {
		case <-c.stopped:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// position is a call's place among those that wait for a human, 1 = next.
func (h *Hub) position(c *Call) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, id := range h.queue {
		if id == c.id {
			return i + 1
		}
	}
	return 0
}

func (h *Hub) enqueue(c *Call, first bool) {
	h.dequeue(c)
	h.mu.Lock()
	defer h.mu.Unlock()
	if first {
		h.queue = append([]string{c.id}, h.queue...)
	} else {
		h.queue = append(h.queue, c.id)
	}
}

func (h *Hub) dequeue(c *Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, id := range h.queue {
		if id == c.id {
			h.queue = append(h.queue[:i:i], h.queue[i+1:]...)
			return
		}
	}
}

var noClaim transcripts.Claim
