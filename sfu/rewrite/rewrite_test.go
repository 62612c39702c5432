package rewrite

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var audio = Options{ClockRate: 48000, Frame: 960, Spurt: true, Sequence: 65530, Timestamp: 1<<32 - 3000}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestSwitchIsContiguous(t *testing.T) {
	for _, c := range []struct {
		name  string
		pause time.Duration
		step  uint32
	}{
		{"at once", 0, 960},
		{"one frame", 20 * time.Millisecond, 960},
		{"two frames", 40 * time.Millisecond, 960},
		{"just over", 41 * time.Millisecond, 1920},
		{"rounded down", 69 * time.Millisecond, 2880},
		{"rounded up", 71 * time.Millisecond, 3840},
		{"a minute", time.Minute, 60 * 48000},
		{"the clock went back", -time.Second, 960},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(audio)
			first, v := s.Rewrite(Packet{Sequence: 7, Timestamp: 99}, start)
			if v != Forward || first != (Packet{65530, 1<<32 - 3000, true}) {
				t.Fatalf("first packet: %+v, %v", first, v)
			}
			s.Switch()
			next, v := s.Rewrite(Packet{Sequence: 40000, Timestamp: 123456}, start.Add(c.pause))
			if v != Forward || next.Sequence != first.Sequence+1 || next.Timestamp != first.Timestamp+c.step || !next.Marker {
				t.Fatalf("after %v: %+v, %v; want a step of %d", c.pause, next, v, c.step)
			}
		})
	}
}

func TestVideoKeepsItsMarkers(t *testing.T) {
	s := New(Options{ClockRate: 90000, Frame: 3000})
	for i, marker := range []bool{false, true} {
		if p, v := s.Rewrite(Packet{Sequence: uint16(i), Marker: marker}, start); v != Forward || p.Marker != marker {
			t.Errorf("packet %d: %+v, %v", i, p, v)
		}
	}
}

// The verdicts over a stream of input numbers, as offsets of one source.
func TestVerdicts(t *testing.T) {
	type in struct {
		seq  int
		want Verdict
	}
	for name, seqs := range map[string][]in{
		"in order":         {{0, Forward}, {1, Forward}, {2, Forward}},
		"loss and reorder": {{0, Forward}, {3, Forward}, {1, Forward}, {2, Forward}, {4, Forward}},
		"duplicates":       {{0, Forward}, {0, Duplicate}, {2, Forward}, {1, Forward}, {1, Duplicate}, {2, Duplicate}},
		"before the first": {{10, Forward}, {9, Late}, {8, Late}, {11, Forward}},
		"behind a big gap": {{0, Forward}, {2999, Forward}, {2998, Forward}, {2999 - window, Probation}, {3000, Forward}},
		"a new numbering":  {{0, Forward}, {9000, Probation}, {9001, Forward}, {9000, Late}, {9002, Forward}},
		"a stray":          {{0, Forward}, {9000, Probation}, {1, Forward}, {9001, Probation}, {2, Forward}},
		"back a long way":  {{20000, Forward}, {5000, Late}, {5001, Forward}, {5002, Forward}, {5000, Late}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, base := range []int{0, 65000, 65535, 32768} {
				s := New(audio)
				sent := map[uint16]bool{}
				for i, p := range seqs {
					out, v := s.Rewrite(Packet{Sequence: uint16(base + p.seq)}, start)
					if v != p.want {
						t.Fatalf("from %d: packet %d (%d): %v, want %v", base, i, p.seq, v, p.want)
					}
					if v == Forward && sent[out.Sequence] {
						t.Fatalf("from %d: %d was sent twice", base, out.Sequence)
					}
					sent[out.Sequence] = sent[out.Sequence] || v == Forward
				}
			}
		})
	}
}

// source is a sender behind a network that loses, repeats and delays.
type source struct {
	seq   uint16
	ts    uint32
	queue []Packet // sent, not yet arrived
}

// Any number of sources through networks that lose, reorder and duplicate,
// with pauses, switched in any order: the outgoing stream keeps its promises.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		check := newChecker(New(Options{
			ClockRate: 48000, Frame: 960, Spurt: true,
			Sequence: uint16(rng.Uint32()), Timestamp: rng.Uint32(),
		}), func(format string, args ...any) { t.Fatalf(format, args...) })
		sources := make([]*source, 1+rng.IntN(4))
		for i := range sources {
			sources[i] = &source{seq: uint16(rng.Uint32()), ts: rng.Uint32()}
		}
		loss, dup, reorder, pause := rng.Float64()/3, rng.Float64()/3, rng.Float64()/2, rng.Float64()/10
		cur := 0
		now := start
		for range rapid.IntRange(10, 3000).Draw(t, "steps") {
			now = now.Add(time.Duration(15+rng.IntN(10)) * time.Millisecond)
			if rng.Float64() < 0.03 {
				cur = rng.IntN(len(sources))
				check.switchSource()
			}
			for i, s := range sources {
				if rng.Float64() < pause { // DTX or a mute at the source
					s.ts += 960 * uint32(rng.IntN(300))
				}
				p := Packet{Sequence: s.seq, Timestamp: s.ts, Marker: rng.IntN(20) == 0}
				s.seq++
				s.ts += 960
				if rng.Float64() < loss {
					continue
				}
				s.queue = append(s.queue, p)
				if rng.Float64() < dup {
					s.queue = append(s.queue, p)
				}
				for len(s.queue) > 0 && rng.Float64() > reorder {
					k := rng.IntN(min(len(s.queue), 4))
					q := s.queue[k]
					s.queue = append(s.queue[:k], s.queue[k+1:]...)
					if i == cur {
						check.push(q, now)
					}
				}
			}
		}
	})
}

// checker feeds a stream and checks what comes out.
type checker struct {
	s    Stream
	fail func(format string, args ...any)

	sent     map[uint16]int // output number -> when, in packets
	n        int
	any      bool
	high     uint16 // highest output number
	maxTS    uint32
	switched bool
	offset   uint16 // of the present source
	tsOff    uint32
	highIn   uint16
}

func newChecker(s Stream, fail func(string, ...any)) *checker {
	return &checker{s: s, fail: fail, sent: map[uint16]int{}, switched: true}
}

func (c *checker) switchSource() {
	c.s.Switch()
	c.switched = true
}

func (c *checker) push(in Packet, now time.Time) Verdict {
	out, v := c.s.Rewrite(in, now)
	if v != Forward {
		if c.switched {
			c.fail("the first packet after a switch was refused: %v", v)
		}
		return v
	}
	c.n++
	if at, ok := c.sent[out.Sequence]; ok && c.n-at < 30000 {
		c.fail("number %d was sent twice, %d packets apart", out.Sequence, c.n-at)
	}
	c.sent[out.Sequence] = c.n
	restarted := !c.switched && out.Sequence-in.Sequence != c.offset
	if c.switched || restarted {
		if c.any && out.Sequence != c.high+1 {
			c.fail("after a switch %d follows %d", out.Sequence, c.high)
		}
		if c.any && int32(out.Timestamp-c.maxTS) <= 0 {
			c.fail("after a switch timestamp %d follows %d", out.Timestamp, c.maxTS)
		}
		if !out.Marker {
			c.fail("no marker after a switch")
		}
		c.switched, c.offset, c.tsOff = false, out.Sequence-in.Sequence, out.Timestamp-in.Timestamp
		c.high, c.highIn = out.Sequence, in.Sequence
	}
	if out.Timestamp-in.Timestamp != c.tsOff {
		c.fail("the timestamp's offset changed within a source")
	}
	if int16(out.Sequence-c.high) > 0 {
		c.high = out.Sequence
	}
	if !c.any || int32(out.Timestamp-c.maxTS) > 0 {
		c.maxTS = out.Timestamp
	}
	c.any = true
	return v
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 1, 0, 0, 2, 0})
	f.Add([]byte{0, 1, 0, 9, 0, 0, 0, 1, 0, 9, 0, 0, 250, 3, 1})
	f.Add([]byte{255, 255, 0, 0, 0, 0, 4, 0, 0, 128, 0, 0, 128, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		c := newChecker(New(audio), t.Fatalf)
		now := start
		for ; len(b) >= 3; b = b[3:] {
			if b[2]&3 == 3 {
				c.switchSource()
			}
			now = now.Add(time.Duration(b[2]>>2) * 10 * time.Millisecond)
			seq := uint16(b[0])<<8 | uint16(b[1])
			c.push(Packet{Sequence: seq, Timestamp: uint32(seq) * 960}, now)
		}
	})
}

func BenchmarkRewrite(b *testing.B) {
	s := New(audio)
	now := start
	b.ReportAllocs()
	for i := range b.N {
		s.Rewrite(Packet{Sequence: uint16(i), Timestamp: uint32(i) * 960}, now)
	}
}
