package jitter

import (
	"time"

	"github.com/relevo/relevo/sfu/opus"
)

// Frame ticks of 20 ms at 48 kHz.
const (
	frameTicks = 960
	frameTime  = 20 * time.Millisecond
)

// ticks is a duration in ticks of 48 kHz as time.
func ticks(n uint32) time.Duration { return time.Duration(n) * time.Second / 48000 }

// Options tune a buffer. Zero fields have the defaults named.
type Options struct {
	Wait     time.Duration // how long a missing packet is waited for: 60 ms
	Capacity int           // packets kept at most: 64
	MaxLost  int           // longer runs of lost packets are skipped, not concealed: 10
	MaxGap   time.Duration // longer pauses are not made up by silence frames: 1 s
}

// Frame is one step of the listener's time.
type Frame struct {
	Payload   []byte // an Opus packet; nil when lost or silent
	Lost      bool   // a packet is missing here
	Next      []byte // when lost: the packet after it, for FEC; nil when that is missing too
	Timestamp uint32 // RTP, 48 kHz; that of lost and silent frames is inferred
	Samples   uint32 // duration in ticks of 48 kHz
	Silence   bool   // nothing was sent: 20 ms of silence
}

type packet struct {
	seq     int64
	ts      uint32
	arrival time.Time
	payload []byte
}

// Buffer is a jitter buffer. It is not safe for concurrent use.
type Buffer struct {
	opts Options

	packets []packet // ascending by seq, all at or after next

	started bool
	next    int64     // extended sequence number that is next in order
	nextTS  uint32    // timestamp that is next in order
	dur     uint32    // duration of the last packet
	clock   time.Time // when the frame at next is expected, were it sent in time
	silent  uint32    // ticks of silence handed out since the last packet

	suspect    bool  // a wild jump came last
	suspectSeq int64 // the number that would confirm it

	// Counters, cumulative.
	stats Stats
}

// Stats count what became of packets.
type Stats struct {
	Played, Lost, Late, Duplicate, Overflow, Skipped, Silence uint64
}

// New returns an empty buffer.
func New(o Options) *Buffer {
	if o.Wait <= 0 {
		o.Wait = 60 * time.Millisecond
	}
	if o.Capacity <= 0 {
		o.Capacity = 64
	}
	if o.MaxLost <= 0 {
		o.MaxLost = 10
	}
	if o.MaxGap <= 0 {
		o.MaxGap = time.Second
	}
	return &Buffer{opts: o, dur: frameTicks}
}

// Stats returns the counters.
func (b *Buffer) Stats() Stats { return b.stats }

// Len is the number of packets that wait.
func (b *Buffer) Len() int { return len(b.packets) }

// Push takes a packet. The payload is kept until its frame was handed out; it
// must not be changed. An empty payload (padding) only keeps its place.
func (b *Buffer) Push(seq uint16, ts uint32, payload []byte, arrival time.Time) {
	if !b.started {
		b.restart(int64(seq), ts, arrival)
	}
	ext := b.next + int64(int16(seq-uint16(b.next))) //nolint:gosec // modular arithmetic is meant
	// Further off than loss can explain: the numbering began anew, if the next
	// packet agrees (RFC 3550, appendix A.1).
	if ext > b.next+3000 || ext < b.next-100 {
		if !b.suspect || ext != b.suspectSeq {
			b.suspect, b.suspectSeq = true, ext+1
			b.stats.Late++
			return
		}
		b.packets = nil
		b.restart(int64(seq), ts, arrival)
		ext = int64(seq)
	}
	b.suspect = false
	if ext < b.next {
		b.stats.Late++
		return
	}
	at := len(b.packets)
	for at > 0 && b.packets[at-1].seq >= ext {
		if b.packets[at-1].seq == ext {
			b.stats.Duplicate++
			return
		}
		at--
	}
	b.packets = append(b.packets, packet{})
	copy(b.packets[at+1:], b.packets[at:])
	b.packets[at] = packet{seq: ext, ts: ts, arrival: arrival, payload: payload}
	if len(b.packets) > b.opts.Capacity {
		// Nobody pops. The oldest goes, and what is missing before the new
		// oldest is given up.
		b.stats.Overflow++
		b.packets = append(b.packets[:0], b.packets[1:]...)
		b.skipTo(b.packets[0])
	}
}

func (b *Buffer) restart(seq int64, ts uint32, at time.Time) {
	b.started = true
	b.next, b.nextTS, b.dur, b.silent = seq, ts, frameTicks, 0
	b.clock = at
	b.suspect = false
}

// skipTo gives up everything before p.
func (b *Buffer) skipTo(p packet) {
	b.next, b.nextTS = p.seq, p.ts
}

// Pop returns the next frame, if one is due at now.
func (b *Buffer) Pop(now time.Time) (Frame, bool) {
	for len(b.packets) > 0 {
		p := b.packets[0]
		if p.seq == b.next {
			if f, ok := b.gap(p, now); ok {
				return f, true
			}
			f := b.take(p)
			if len(p.payload) == 0 {
				continue
			}
			return f, true
		}
		missing := int(p.seq - b.next)
		if now.Sub(p.arrival) < b.opts.Wait && len(b.packets) < b.opts.Capacity {
			return Frame{}, false
		}
		if missing > b.opts.MaxLost {
			b.stats.Skipped += uint64(missing) //nolint:gosec // positive
			b.skipTo(p)
			continue
		}
		return b.lose(p, missing, now), true
	}
	if !b.started || now.Sub(b.clock) < b.opts.Wait {
		return Frame{}, false
	}
	return b.hush(), true
}

// gap hands out silence for what is left of a pause that ends with p.
func (b *Buffer) gap(p packet, now time.Time) (Frame, bool) {
	pause := int32(p.ts - b.nextTS) //nolint:gosec // modular arithmetic is meant
	if pause >= frameTicks && ticks(uint32(pause)) <= b.opts.MaxGap {
		f := b.hush()
		b.clock = now
		return f, true
	}
	return Frame{}, false
}

// hush is 20 ms of silence.
func (b *Buffer) hush() Frame {
	f := Frame{Silence: true, Timestamp: b.nextTS, Samples: frameTicks}
	b.nextTS += frameTicks
	b.silent += frameTicks
	b.clock = b.clock.Add(frameTime)
	b.stats.Silence++
	return f
}

// take hands out the packet that is next in order.
func (b *Buffer) take(p packet) Frame {
	b.packets[0] = packet{}
	b.packets = b.packets[1:]
	b.next = p.seq + 1
	if len(p.payload) == 0 {
		return Frame{}
	}
	if d := opus.Samples48k(p.payload); d != 0 {
		b.dur = d
	}
	b.nextTS = p.ts + b.dur
	b.clock = p.arrival.Add(ticks(b.dur))
	b.silent = 0
	b.stats.Played++
	return Frame{Payload: p.payload, Timestamp: p.ts, Samples: b.dur}
}

// lose hands out the frame that is missing before p.
func (b *Buffer) lose(p packet, missing int, now time.Time) Frame {
	f := Frame{Lost: true, Timestamp: b.nextTS, Samples: b.dur}
	if missing == 1 && len(p.payload) > 0 {
		f.Next = p.payload
		// The lost frame ended where its successor begins, if nothing but one
		// packet is between.
		if d := p.ts - b.nextTS; d > 0 && d <= 5760 {
			f.Samples = d
		}
	}
	b.next++
	b.nextTS += f.Samples
	b.clock = now
	b.stats.Lost++
	return f
}

// Wake is when Pop should be called again if nothing is pushed before; zero
// for never.
func (b *Buffer) Wake() time.Time {
	switch {
	case len(b.packets) > 0:
		return b.packets[0].arrival.Add(b.opts.Wait)
	case b.started:
		return b.clock.Add(b.opts.Wait)
	}
	return time.Time{}
}
