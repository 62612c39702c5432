package sfu

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/pion/rtp"
)

// Packet is a packet of a track as it came in.
type Packet struct {
	SequenceNumber uint16
	Timestamp      uint32 // 48 kHz for Opus, 90 kHz for video
	Marker         bool
	Payload        []byte // the reader's to keep
	Arrival        time.Time
}

// Tap is an in-process listener to a track. A reader that is too slow loses
// the oldest packets; Dropped counts them. One goroutine may read.
type Tap struct {
	// fixed
	track *Track
	wake  chan struct{} // capacity 1
	done  chan struct{} // closed by Close
	once  sync.Once

	// guarded by mu, which is taken by the track's goroutine and the reader only
	mu      sync.Mutex
	ring    []Packet // payload buffers are used again
	head, n int
	dropped uint64
}

func newTap(t *Track, depth int) *Tap {
	return &Tap{track: t, wake: make(chan struct{}, 1), done: make(chan struct{}), ring: make([]Packet, depth)}
}

// Track returns the track that is tapped.
func (t *Tap) Track() *Track { return t.track }

// Dropped is the number of packets the reader was too slow for.
func (t *Tap) Dropped() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dropped
}

// Close ends the tap: a Read that waits returns io.EOF. It may be called more
// than once.
func (t *Tap) Close() {
	t.once.Do(func() {
		t.track.untap(t)
		close(t.done)
	})
}

// Read returns the next packet. It returns io.EOF when the track has ended and
// everything was read, or when the tap is closed, and the context's error when
// that ends first.
func (t *Tap) Read(ctx context.Context) (Packet, error) {
	for {
		select {
		case <-t.done:
			return Packet{}, io.EOF
		default:
		}
		if p, ok := t.pop(); ok {
			return p, nil
		}
		select {
		case <-t.wake:
		case <-t.done:
			return Packet{}, io.EOF
		case <-ctx.Done():
			return Packet{}, ctx.Err()
		case <-t.track.gone:
			if p, ok := t.pop(); ok {
				return p, nil
			}
			return Packet{}, io.EOF
		}
	}
}

func (t *Tap) pop() (Packet, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.n == 0 {
		return Packet{}, false
	}
	p := t.ring[t.head]
	p.Payload = append([]byte(nil), p.Payload...) // the ring's buffer stays with the ring
	t.head = (t.head + 1) % len(t.ring)
	t.n--
	return p, true
}

// push copies a packet into the ring.
func (t *Tap) push(h *rtp.Header, payload []byte, now time.Time) {
	t.mu.Lock()
	if t.n == len(t.ring) {
		t.head = (t.head + 1) % len(t.ring)
		t.n--
		t.dropped++
		t.track.stats.tap.Add(1)
	}
	slot := &t.ring[(t.head+t.n)%len(t.ring)]
	slot.SequenceNumber, slot.Timestamp, slot.Marker, slot.Arrival = h.SequenceNumber, h.Timestamp, h.Marker, now
	slot.Payload = append(slot.Payload[:0], payload...)
	t.n++
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
