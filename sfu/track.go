package sfu

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// Track is one published source. A track that has ended is not used again.
type Track struct {
	// fixed
	id     string
	owner  *Participant
	source Source
	kind   Kind
	mid    string // "" for a local source
	stats  *counters
	gone   chan struct{} // closed when the track has ended
	keys   keyframes

	// The packet path's view, replaced as a whole.
	sinks atomic.Pointer[sinks]
	codec atomic.Pointer[codec]
	muted atomic.Bool
	last  atomic.Int64 // unix nanoseconds of the newest packet, 0 before the first

	// owned by the goroutine that reads or writes the track
	flowing bool   // the first packet was told
	flowed  bool   // newest is set
	newest  uint16 // highest sequence number seen (video)
	levelID uint8  // header extension of the audio level as negotiated with the publisher, 0: none

	// guarded by room.mu
	ended bool
	live  bool // media has come
	taps  []*Tap
}

// sinks is who receives a track. It is immutable.
type sinks struct {
	bindings []*binding
	taps     []*Tap
}

var noSinks = &sinks{}

func newTrack(p *Participant, source Source, mid string) *Track {
	t := &Track{
		id: newID(string(source) + "-"), owner: p, source: source, kind: source.kind(), mid: mid,
		stats: &p.room.engine.counters, gone: make(chan struct{}),
	}
	t.keys = make(keyframes, 1)
	t.sinks.Store(noSinks)
	if t.kind == Audio {
		t.codec.Store(opusCodec)
	}
	return t
}

// ID is unique among all tracks.
func (t *Track) ID() string { return t.id }

// Participant is the id of the participant who publishes the track.
func (t *Track) Participant() string { return t.owner.id }

// Source says what the track was captured from.
func (t *Track) Source() Source { return t.source }

// Kind is the kind of the media.
func (t *Track) Kind() Kind { return t.kind }

// Codec is the MIME type, as "audio/opus" or "video/VP8". A video track has
// none before its first packet.
func (t *Track) Codec() string {
	if c := t.codec.Load(); c != nil {
		return c.mime
	}
	return ""
}

// Muted says whether the server drops the track's packets.
func (t *Track) Muted() bool { return t.muted.Load() }

// LastPacket is the time of the newest packet, muted ones included; zero
// before the first.
func (t *Track) LastPacket() time.Time {
	if n := t.last.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// Done is closed when the track has ended.
func (t *Track) Done() <-chan struct{} { return t.gone }

// Tap returns a listener that keeps up to depth packets for a slow reader.
func (t *Track) Tap(depth int) *Tap {
	tap := newTap(t, max(depth, 1))
	r := t.owner.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !t.ended {
		t.taps = append(t.taps, tap)
		t.publishLocked()
	}
	return tap
}

func (t *Track) untap(tap *Tap) {
	r := t.owner.room
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, o := range t.taps {
		if o == tap {
			t.taps = append(t.taps[:i:i], t.taps[i+1:]...)
			t.publishLocked()
			return
		}
	}
}

// arrived accounts for a packet and says whether it goes on.
func (t *Track) arrived(size int, now time.Time) bool {
	t.stats.packetsIn.Add(1)
	t.stats.bytesIn.Add(uint64(size)) //nolint:gosec // a length
	t.last.Store(now.UnixNano())
	if !t.flowing {
		t.flowing = true
		t.owner.room.firstMedia(t)
	}
	if t.muted.Load() {
		t.stats.muted.Add(1)
		return false
	}
	return true
}

// forward sends a packet to everyone who receives the track and says whether
// a floor slot took it. h and payload are only lent. It is the packet path: it
// allocates nothing and takes no lock that another track's packets take.
func (t *Track) forward(h *rtp.Header, payload []byte, now time.Time) (onFloor bool) {
	s := t.sinks.Load()
	if len(s.bindings) == 0 && len(s.taps) == 0 {
		return false
	}
	key := t.kind == Video && t.startsKey(h, payload)
	for _, b := range s.bindings {
		if b.send(h, payload, key, now) && b.slot.floor {
			onFloor = true
		}
	}
	for _, tap := range s.taps {
		tap.push(h, payload, now)
	}
	return onFloor
}

// firstMedia makes a track that flows a candidate for slots.
func (r *Room) firstMedia(t *Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.ended {
		return
	}
	t.live = true
	r.box.put(FirstMedia{P: t.owner, Track: t})
	r.reconcileLocked()
}
