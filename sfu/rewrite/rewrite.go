package rewrite

import "time"

const (
	// window is how far behind the newest packet of a source a packet may be
	// to be forwarded; duplicates are known within it.
	window = 1024
	// maxDropout is the forward jump that is taken for a restart of the
	// source's numbering instead of loss (RFC 3550, appendix A.1).
	maxDropout = 3000
	// contiguous is the pause at a switch up to which the new source follows
	// the old one by exactly one frame.
	contiguous = 40 * time.Millisecond
)

// Options are the fixed properties of an outgoing stream.
type Options struct {
	ClockRate uint32 // RTP ticks in a second: 48000 for Opus, 90000 for video
	Frame     uint32 // ticks in a frame: pauses are rounded to it
	Spurt     bool   // set the marker on the first packet after a switch (audio, RFC 3551)
	Sequence  uint16 // the first sequence number sent
	Timestamp uint32 // the first timestamp sent
}

// Packet is the part of an RTP header that is rewritten.
type Packet struct {
	Sequence  uint16
	Timestamp uint32
	Marker    bool
}

// Verdict says what became of a packet.
type Verdict uint8

// The verdicts. Only Forward yields a packet.
const (
	Forward   Verdict = iota
	Duplicate         // this sequence number of the source was forwarded already
	Late              // sent before the first packet after the switch, or older than the window
	Probation         // first packet after a wild jump: forwarded only if the next one follows it
)

func (v Verdict) String() string {
	return [...]string{"forward", "duplicate", "late", "probation"}[v&3]
}

// Stream is the state of one outgoing stream. It is not safe for concurrent
// use.
type Stream struct {
	opts Options

	// The outgoing stream.
	started bool
	lastSeq uint16    // highest sent
	lastTS  uint32    // highest sent
	lastAt  time.Time // when the packet with lastSeq was sent

	// The source of the moment.
	live   bool   // its first packet was seen
	seqOff uint16 // out = in + seqOff
	tsOff  uint32 // out = in + tsOff
	first  int64  // extended number of its first forwarded packet
	high   int64  // extended number of its newest forwarded packet
	seen   [window / 64]uint64

	suspect    bool   // a wild jump was seen last
	suspectSeq uint16 // the number that would confirm it
}

// New returns a stream that has sent nothing yet.
func New(o Options) Stream {
	return Stream{opts: o, lastSeq: o.Sequence - 1, lastTS: o.Timestamp}
}

// Switch makes the next packet the first of another source. It also serves a
// source that resumes after it was withheld (a mute): its missing packets are
// no losses.
func (s *Stream) Switch() {
	s.live = false
	s.suspect = false
}

// Rewrite maps the next packet of the present source, which arrived at now,
// into the outgoing stream. Unless the verdict is Forward the packet must be
// dropped.
func (s *Stream) Rewrite(p Packet, now time.Time) (Packet, Verdict) {
	if !s.live {
		return s.begin(p, now), Forward
	}
	ext := s.high + int64(int16(p.Sequence-uint16(s.high))) //nolint:gosec // modular arithmetic is meant
	switch delta := ext - s.high; {
	case delta > maxDropout, delta <= -window && ext >= s.first:
		if s.suspect && p.Sequence == s.suspectSeq {
			return s.begin(p, now), Forward
		}
		s.suspect, s.suspectSeq = true, p.Sequence+1
		return Packet{}, Probation
	case ext < s.first:
		if delta <= -window && s.suspect && p.Sequence == s.suspectSeq {
			return s.begin(p, now), Forward
		}
		s.suspect, s.suspectSeq = delta <= -window, p.Sequence+1
		return Packet{}, Late
	case delta > 0:
		s.advance(ext)
	default:
		if s.marked(ext) {
			return Packet{}, Duplicate
		}
	}
	s.suspect = false
	s.mark(ext)
	out := Packet{Sequence: p.Sequence + s.seqOff, Timestamp: p.Timestamp + s.tsOff, Marker: p.Marker}
	if ext == s.high {
		s.lastSeq, s.lastAt = out.Sequence, now
	}
	if int32(out.Timestamp-s.lastTS) > 0 { //nolint:gosec // modular arithmetic is meant
		s.lastTS = out.Timestamp
	}
	return out, Forward
}

// begin makes p the first packet of a source.
func (s *Stream) begin(p Packet, now time.Time) Packet {
	out := Packet{Sequence: s.lastSeq + 1, Timestamp: s.lastTS, Marker: p.Marker || s.opts.Spurt}
	if s.started {
		out.Timestamp += s.pause(now.Sub(s.lastAt))
	}
	s.started, s.live, s.suspect = true, true, false
	s.seqOff, s.tsOff = out.Sequence-p.Sequence, out.Timestamp-p.Timestamp
	s.first = int64(p.Sequence)
	s.high = s.first
	clear(s.seen[:])
	s.mark(s.first)
	s.lastSeq, s.lastTS, s.lastAt = out.Sequence, out.Timestamp, now
	return out
}

// pause is the timestamp step for a pause at a switch: one frame when the
// sources are back to back, else the elapsed time rounded to frames.
func (s *Stream) pause(elapsed time.Duration) uint32 {
	if elapsed <= contiguous {
		return s.opts.Frame
	}
	ticks := int64(elapsed/time.Millisecond) * int64(s.opts.ClockRate) / 1000
	frame := int64(s.opts.Frame)
	frames := max((ticks+frame/2)/frame, 1)
	return uint32(frames*frame) & 0x7fffffff //nolint:gosec // a pause of half a day or more only has to go forward
}

// advance moves the window forward to ext and forgets what falls out.
func (s *Stream) advance(ext int64) {
	if ext-s.high >= window {
		clear(s.seen[:])
	} else {
		for e := s.high + 1; e <= ext; e++ {
			s.seen[bit(e)/64] &^= 1 << (bit(e) % 64)
		}
	}
	s.high = ext
}

func bit(ext int64) uint64 { return uint64(ext) & (window - 1) } //nolint:gosec // low bits only

func (s *Stream) mark(ext int64)        { s.seen[bit(ext)/64] |= 1 << (bit(ext) % 64) }
func (s *Stream) marked(ext int64) bool { return s.seen[bit(ext)/64]>>(bit(ext)%64)&1 == 1 }
