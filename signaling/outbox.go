package signaling

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/relevo/relevo/signaling/wire"
)

// errOverflow is why a socket ends whose client does not read.
var errOverflow = errors.New("signaling: the client does not read what it is sent")

// ending is how a socket is to be closed.
type ending struct {
	code   int
	reason string
	cause  error // for the log
	settle bool  // replies to requests that are being handled go before it
}

// outbox is the bounded queue between everyone who has something to say to a
// client and the socket's writer. Its methods never block.
type outbox struct {
	// Fixed after construction.
	maxFrames, maxBytes int
	metrics             *metrics
	wake                chan struct{} // one slot: look again

	mu      sync.Mutex
	frames  [][]byte
	held    [][]byte // notifications from before the reply to join
	holding bool
	bytes   int // of frames and held
	busy    int // requests being handled
	end     *ending
}

func newOutbox(l Limits, m *metrics) *outbox {
	return &outbox{maxFrames: l.OutboxFrames, maxBytes: l.OutboxBytes, metrics: m, wake: make(chan struct{}, 1), holding: true}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Notify implements Outbox.
func (o *outbox) Notify(method string, params any) {
	b, err := wire.EncodeNotification(method, params)
	if err != nil {
		o.finish(ending{code: wire.KindInternal.CloseCode(), reason: "internal error", cause: err})
		return
	}
	o.mu.Lock()
	o.putLocked(b, o.holding)
	o.mu.Unlock()
	o.signal()
}

// Close implements Outbox.
func (o *outbox) Close(reason string) {
	code := wire.CloseNormal
	switch reason {
	case "shutdown":
		code = wire.CloseShutdown
	case "replaced":
		code = wire.CloseReplaced
	case "evicted":
		code = wire.CloseEvicted
	}
	b, err := wire.EncodeNotification(wire.NotifyClosed, wire.Closed{Reason: reason})
	// Both at once: a reply that comes meanwhile has to go before them.
	o.mu.Lock()
	if err == nil {
		o.putLocked(b, false)
	}
	o.finishLocked(ending{code: code, reason: reason, settle: true})
	o.mu.Unlock()
	o.signal()
}

// finish ends the socket; the first ending counts.
func (o *outbox) finish(e ending) {
	o.mu.Lock()
	o.finishLocked(e)
	o.mu.Unlock()
	o.signal()
}

func (o *outbox) finishLocked(e ending) {
	if o.end == nil {
		o.end = &e
	}
}

func (o *outbox) putLocked(b []byte, hold bool) {
	if o.end != nil {
		return
	}
	if len(o.frames)+len(o.held) >= o.maxFrames || o.bytes+len(b) > o.maxBytes {
		o.metrics.overflows.Inc()
		o.metrics.dropped.Add(float64(len(o.frames) + len(o.held) + 1))
		o.frames, o.held, o.bytes = nil, nil, 0
		o.finishLocked(ending{code: wire.CloseSlow, reason: "too slow", cause: errOverflow})
		return
	}
	o.bytes += len(b)
	if hold {
		o.held = append(o.held, b)
		return
	}
	o.frames = append(o.frames, b)
}

// begin counts a request that is being handled; each is followed by reply.
func (o *outbox) begin() {
	o.mu.Lock()
	o.busy++
	o.mu.Unlock()
}

// reply queues the answer to a request, nil for none. It goes out even where
// the handling of the request has ended the socket, and with release before
// all that was said since the handshake.
func (o *outbox) reply(b []byte, release bool) {
	o.mu.Lock()
	o.busy--
	switch {
	case b == nil:
	case o.end == nil:
		o.putLocked(b, false)
	case o.end.settle:
		// Before the closed notification, which is the last.
		n := max(len(o.frames)-1, 0)
		o.frames = append(o.frames[:n:n], append([][]byte{b}, o.frames[n:]...)...)
		o.bytes += len(b)
	}
	if release && o.holding {
		o.holding = false
		o.frames = append(o.frames, o.held...)
		o.held = nil
	}
	o.mu.Unlock()
	o.signal()
}

// take gives the writer all that waits. The ending comes once no reply is
// missing before it.
func (o *outbox) take() (frames [][]byte, end *ending, missing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end != nil && o.end.settle && o.busy > 0 {
		return nil, o.end, true
	}
	frames, o.frames, o.bytes = o.frames, nil, 0
	for _, b := range o.held {
		o.bytes += len(b)
	}
	return frames, o.end, false
}

// ending tells whether the socket is being closed.
func (o *outbox) ending() *ending {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.end
}

// settleWithin is how long a closing socket waits for replies.
const settleWithin = time.Second

// final is the last of take: what there is to say before the close frame.
func (o *outbox) final(ctx context.Context) [][]byte {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	for {
		frames, _, missing := o.take()
		if !missing {
			return frames
		}
		select {
		case <-o.wake:
		case <-ctx.Done():
			o.mu.Lock()
			o.busy = 0
			o.mu.Unlock()
		}
	}
}
