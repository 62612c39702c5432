package sfu

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/sfu/rewrite"
)

// Slot is a track that a participant receives whose source can change: one
// unbroken RTP stream with one SSRC. It implements webrtc.TrackLocal. A slot
// lives as long as its connection.
type Slot struct {
	// fixed
	id    string
	mid   string
	kind  Kind
	owner *Participant
	floor bool // the caller's first audio slot
	stats *counters

	out atomic.Pointer[outlet] // nil until the answer is set and after the end

	// Guarded by mu, which is taken for each packet. Only the goroutine of the
	// source the slot carries takes it then, except at a switch, so it is not
	// contended; it is never held across a write.
	mu     sync.Mutex
	cur    *binding
	stream rewrite.Stream

	// guarded by room.mu
	assigned *Track   // what the slot stands for, told in SlotsChanged
	bound    *binding // what it forwards; nil while muted or not connected
}

// outlet is where a slot's packets go. It is immutable.
type outlet struct {
	writer  webrtc.TrackLocalWriter
	ssrc    uint32
	codecs  []outCodec
	levelID uint8 // header extension of the audio level, 0: not negotiated
}

type outCodec struct {
	codec codec
	pt    uint8
}

func newSlot(p *Participant, mid string, kind Kind, floor bool) *Slot {
	o := rewrite.Options{ClockRate: 90000, Frame: 3000}
	if kind == Audio {
		o = rewrite.Options{ClockRate: 48000, Frame: 960, Spurt: true}
	}
	o.Sequence, o.Timestamp = uint16(rand.Uint32()), rand.Uint32() //nolint:gosec // no secret
	return &Slot{
		id: newID("slot-"), mid: mid, kind: kind, owner: p, floor: floor,
		stats: &p.room.engine.counters, stream: rewrite.New(o),
	}
}

// Bind is called by Pion when the answer is set.
func (s *Slot) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	out := &outlet{writer: c.WriteStream(), ssrc: uint32(c.SSRC())}
	params := c.CodecParameters()
	for _, p := range params {
		out.codecs = append(out.codecs, outCodec{codec: newCodec(p.RTPCodecCapability), pt: uint8(p.PayloadType)})
	}
	if len(params) == 0 {
		return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
	}
	for _, e := range c.HeaderExtensions() {
		if e.URI == audioLevelURI && e.ID > 0 && e.ID < 15 {
			out.levelID = uint8(e.ID)
		}
	}
	s.out.Store(out)
	return params[0], nil
}

// Unbind is called by Pion when the connection ends.
func (s *Slot) Unbind(webrtc.TrackLocalContext) error {
	s.out.Store(nil)
	return nil
}

// ID is the track id in the answer's msid.
func (s *Slot) ID() string { return s.id }

// RID is empty: a slot is one encoding.
func (s *Slot) RID() string { return "" }

// StreamID is the stream id in the answer's msid. Each slot is a stream of its
// own, as its sources change independently of the others'.
func (s *Slot) StreamID() string { return s.id }

// Kind is the media kind.
func (s *Slot) Kind() webrtc.RTPCodecType {
	if s.kind == Audio {
		return webrtc.RTPCodecTypeAudio
	}
	return webrtc.RTPCodecTypeVideo
}

// switchTo makes b, or nothing, what the slot forwards. When it has returned,
// no packet of another binding is taken.
func (s *Slot) switchTo(b *binding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cur = b
	s.stream.Switch()
}

// idleLocked takes the slot out of use.
func (s *Slot) idleLocked() {
	s.assigned, s.bound = nil, nil
	s.switchTo(nil)
}

// binding is one source in one slot. A new one is made for every switch, so a
// late packet of an old source is known by its binding, not by its time.
type binding struct {
	// fixed
	track *Track
	slot  *Slot

	// open is whether a video slot has had its key frame; written by the
	// track's goroutine.
	open atomic.Bool

	// owned by the track's goroutine
	hdr   rtp.Header
	from  *codec  // pt is resolved for this codec ..
	to    *outlet // .. and this outlet
	pt    uint8
	match bool
}

func newBinding(t *Track, s *Slot) *binding {
	b := &binding{track: t, slot: s}
	b.hdr.Extensions = make([]rtp.Extension, 0, 1)
	b.open.Store(t.kind == Audio)
	return b
}

// send rewrites a packet and writes it, and says whether the slot took it.
func (b *binding) send(h *rtp.Header, payload []byte, key bool, now time.Time) bool {
	s := b.slot
	out := s.out.Load()
	if out == nil {
		s.stats.write.Add(1)
		return false
	}
	if c := b.track.codec.Load(); c != b.from || out != b.to {
		b.from, b.to = c, out
		b.pt, b.match = out.payloadType(c)
	}
	if !b.match {
		s.stats.codec.Add(1)
		return false
	}
	if !b.open.Load() && !key {
		s.stats.keyframe.Add(1)
		b.track.keys.ask()
		return false
	}
	in := rewrite.Packet{Sequence: h.SequenceNumber, Timestamp: h.Timestamp, Marker: h.Marker}
	s.mu.Lock()
	if s.cur != b {
		s.mu.Unlock()
		s.stats.unbound.Add(1)
		return false
	}
	p, verdict := s.stream.Rewrite(in, now)
	s.mu.Unlock()
	switch verdict {
	case rewrite.Duplicate:
		s.stats.duplicate.Add(1)
		return false
	case rewrite.Late, rewrite.Probation:
		s.stats.late.Add(1)
		return false
	case rewrite.Forward:
	}
	if !b.open.Load() {
		b.open.Store(true)
	}
	b.hdr.Version = 2
	b.hdr.Marker, b.hdr.PayloadType = p.Marker, b.pt
	b.hdr.SequenceNumber, b.hdr.Timestamp, b.hdr.SSRC = p.Sequence, p.Timestamp, out.ssrc
	b.level(h, out)
	if _, err := out.writer.WriteRTP(&b.hdr, payload); err != nil {
		s.stats.write.Add(1)
		return true // it had its number and its moment: for the writer it was sent
	}
	s.stats.packetsOut.Add(1)
	s.stats.bytesOut.Add(uint64(len(payload)))
	return true
}

// level carries the audio level over under the receiver's extension id. No
// other extension of the publisher is forwarded.
func (b *binding) level(h *rtp.Header, out *outlet) {
	b.hdr.Extension, b.hdr.Extensions = false, b.hdr.Extensions[:0]
	if id := b.track.levelID; id != 0 && out.levelID != 0 && h.Extension {
		if level := h.GetExtension(id); len(level) == 1 {
			_ = b.hdr.SetExtension(out.levelID, level) // one byte under an id below 15 always fits
		}
	}
}

// payloadType finds the number under which the receiver negotiated a codec.
func (o *outlet) payloadType(c *codec) (uint8, bool) {
	if c == nil {
		return 0, false
	}
	best, pt := 0, uint8(0)
	for _, oc := range o.codecs {
		if score := c.matches(oc.codec); score > best {
			best, pt = score, oc.pt
		}
	}
	return pt, best > 0
}
