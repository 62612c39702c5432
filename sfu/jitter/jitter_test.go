package jitter

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// payload is a 20 ms Opus packet that carries its number.
func payload(n int) []byte { return []byte{0xf8, byte(n >> 8), byte(n)} }

func number(f Frame) int { return int(f.Payload[1])<<8 | int(f.Payload[2]) }

func ms(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }

// drain pops what is due, as letters: a number, L lost, F lost with FEC,
// S silence.
func drain(b *Buffer, now time.Time) (out []int) {
	for {
		f, ok := b.Pop(now)
		switch {
		case !ok:
			return out
		case f.Lost && f.Next != nil:
			out = append(out, fec)
		case f.Lost:
			out = append(out, lost)
		case f.Silence:
			out = append(out, silence)
		default:
			out = append(out, number(f))
		}
	}
}

const (
	lost    = -1
	fec     = -2
	silence = -3
)

func TestBuffer(t *testing.T) {
	type step struct {
		at   int // ms
		push int // number, or -1 for none
		ts   int // frames, 0: the same as the number
		want []int
	}
	for name, steps := range map[string][]step{
		"in order":       {{0, 1, 0, []int{1}}, {20, 2, 0, []int{2}}, {40, 3, 0, []int{3}}},
		"reorder":        {{0, 1, 0, []int{1}}, {20, 3, 0, nil}, {25, 2, 0, []int{2, 3}}},
		"duplicate":      {{0, 1, 0, []int{1}}, {5, 1, 0, nil}, {20, 3, 0, nil}, {21, 3, 0, nil}, {22, 2, 0, []int{2, 3}}},
		"late":           {{0, 5, 0, []int{5}}, {1, 4, 0, nil}, {20, 6, 0, []int{6}}},
		"lost one":       {{0, 1, 0, []int{1}}, {40, 3, 0, nil}, {99, -1, 0, nil}, {100, -1, 0, []int{fec, 3}}, {110, 2, 0, nil}},
		"lost two":       {{0, 1, 0, []int{1}}, {60, 4, 0, nil}, {120, -1, 0, []int{lost, fec, 4}}},
		"lost many":      {{0, 1, 0, []int{1}}, {600, 30, 31, nil}, {660, -1, 0, []int{30}}},
		"silence":        {{0, 1, 0, []int{1}}, {79, -1, 0, nil}, {80, -1, 0, []int{silence}}, {100, -1, 0, []int{silence}}, {101, 2, 5, []int{silence, 2}}},
		"short pause":    {{0, 1, 0, []int{1}}, {60, 2, 4, []int{silence, silence, 2}}},
		"a stall":        {{0, 1, 0, []int{1}}, {100, -1, 0, []int{silence, silence}}, {101, 2, 0, []int{2}}, {102, 3, 0, []int{3}}},
		"a long pause":   {{0, 1, 0, []int{1}}, {80, -1, 0, []int{silence}}, {9000, 2, 450, []int{2}}},
		"a new sequence": {{0, 1, 0, []int{1}}, {20, 20000, 9, nil}, {40, 20001, 10, []int{20001}}, {60, 20002, 11, []int{20002}}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, base := range []uint16{0, 65533, 32766} {
				b := New(Options{})
				for i, s := range steps {
					if s.push >= 0 {
						ts := s.ts
						if ts == 0 {
							ts = s.push
						}
						b.Push(base+uint16(s.push), uint32(base)*7919+uint32(ts)*960, payload(s.push), ms(s.at))
					}
					got := drain(b, ms(s.at))
					if !slices.Equal(got, s.want) {
						t.Fatalf("from %d: step %d: %v, want %v", base, i, got, s.want)
					}
				}
			}
		})
	}
}

func TestCapacity(t *testing.T) {
	b := New(Options{Capacity: 8})
	for n := range 100 {
		b.Push(uint16(n), uint32(n)*960, payload(n), ms(n*20))
		if b.Len() > 8 {
			t.Fatalf("%d packets kept", b.Len())
		}
	}
	got := drain(b, ms(2000))
	if want := []int{92, 93, 94, 95, 96, 97, 98, 99}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if s := b.Stats(); s.Overflow != 92 {
		t.Errorf("%+v", s)
	}
}

func TestWake(t *testing.T) {
	b := New(Options{})
	if !b.Wake().IsZero() {
		t.Error("an empty buffer wakes")
	}
	b.Push(1, 960, payload(1), ms(0))
	drain(b, ms(0))
	if got := b.Wake(); got != ms(80) {
		t.Errorf("silence begins at %v", got.Sub(start))
	}
	b.Push(3, 3*960, payload(3), ms(41))
	if got := b.Wake(); got != ms(101) {
		t.Errorf("the missing packet is given up at %v", got.Sub(start))
	}
	if got := drain(b, b.Wake()); !slices.Equal(got, []int{fec, 3}) {
		t.Errorf("%v", got)
	}
}

// Whatever the network does: payloads come out in order, at most once,
// unchanged; what came in time comes out; at every moment the buffer drains.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		loss, dup, dtx := rng.Float64()/4, rng.Float64()/4, rng.Float64()/10
		jitter := 1 + rng.IntN(100)
		type event struct {
			at, n int
			ts    uint32
		}
		var events []event
		ts := rng.Uint32()
		base := uint16(rng.Uint32())
		at := 0
		count := rapid.IntRange(2, 400).Draw(t, "packets")
		onTime := map[int]bool{}
		for n := range count {
			if rng.Float64() < dtx {
				k := rng.IntN(100)
				ts += uint32(k) * 960
				at += k * 20
			}
			if n == 0 || rng.Float64() >= loss {
				delay := rng.IntN(jitter)
				if n == 0 {
					delay = 0
				}
				events = append(events, event{at + delay, n, ts})
				onTime[n] = delay <= 40
				if rng.Float64() < dup {
					events = append(events, event{at + rng.IntN(200), n, ts})
				}
			}
			ts += 960
			at += 20
		}
		slices.SortStableFunc(events, func(a, b event) int { return a.at - b.at })
		b := New(Options{})
		last, silences := -1, 0
		var samples uint64
		played := map[int]bool{}
		pop := func(now int) {
			for range 10000 {
				f, ok := b.Pop(ms(now))
				if !ok {
					return
				}
				samples += uint64(f.Samples)
				if f.Samples == 0 || f.Samples > 5760 {
					t.Fatalf("a frame of %d samples", f.Samples)
				}
				if f.Silence {
					silences++
				}
				if f.Payload == nil {
					if f.Lost == f.Silence {
						t.Fatalf("neither or both: %+v", f)
					}
					continue
				}
				n := number(f)
				if n <= last {
					t.Fatalf("%d after %d", n, last)
				}
				last = n
				played[n] = true
			}
			t.Fatal("the buffer does not come to an end")
		}
		i := 0
		for now := 0; now < at+500; now += 1 + rng.IntN(20) {
			for i < len(events) && events[i].at <= now {
				e := events[i]
				b.Push(base+uint16(e.n), e.ts, payload(e.n), ms(now))
				i++
				if rng.IntN(2) == 0 {
					pop(now)
				}
			}
			pop(now)
		}
		for n, ok := range onTime {
			if ok && !played[n] {
				t.Fatalf("%d came in time and was not played", n)
			}
		}
		if b.Len() != 0 {
			t.Fatalf("%d packets are left", b.Len())
		}
	})
}

func FuzzBuffer(f *testing.F) {
	f.Add([]byte{0, 1, 0, 10, 0, 2, 0, 20, 0, 4, 0, 30})
	f.Add([]byte{255, 255, 3, 0, 0, 0, 3, 200, 128, 0, 0, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		b := New(Options{Capacity: 16})
		now := start
		for ; len(in) >= 4; in = in[4:] {
			now = now.Add(time.Duration(in[3]) * time.Millisecond)
			seq := uint16(in[0])<<8 | uint16(in[1])
			var p []byte
			if in[2]&1 == 0 {
				p = payload(int(seq))
			}
			b.Push(seq, uint32(seq)*960+uint32(in[2]>>1)*960, p, now)
			if b.Len() > 16 {
				t.Fatalf("%d packets kept", b.Len())
			}
			n := 0
			for in[3]&1 == 0 {
				f, ok := b.Pop(now)
				if !ok {
					break
				}
				if n++; n > 1000 {
					t.Fatal("no end")
				}
				if f.Payload != nil && (f.Lost || f.Silence) {
					t.Fatalf("%+v", f)
				}
			}
		}
	})
}

func BenchmarkBuffer(b *testing.B) {
	buf := New(Options{})
	p := payload(1)
	b.ReportAllocs()
	for i := range b.N {
		now := start.Add(time.Duration(i) * 20 * time.Millisecond)
		buf.Push(uint16(i), uint32(i)*960, p, now)
		buf.Pop(now)
	}
}
