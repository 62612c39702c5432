package playout

import (
	"context"
	"errors"
	"math"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peak encodes a frame as its loudest sample, so that tests see what is sent.
type peak struct{ calls int }

func (p *peak) Encode(pcm []int16, out []byte) (int, error) {
	p.calls++
	loudest := int16(0)
	for _, s := range pcm {
		loudest = max(loudest, s)
	}
	out[0], out[1] = byte(loudest>>8), byte(loudest)
	return 2, nil
}

type sent struct {
	at    time.Duration
	epoch uint64
	level int // 0 is silence
}

// line is an Output that accepts one epoch.
type line struct {
	start  time.Time
	accept func(epoch uint64) bool

	mu     sync.Mutex
	frames []sent
}

func (l *line) all() []sent {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.frames)
}

func (l *line) WriteFrame(epoch uint64, opus []byte, samples uint32) error {
	if samples != 960 {
		panic("a frame that is not 20 ms")
	}
	if l.accept != nil && !l.accept(epoch) {
		return errors.New("stale")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frames = append(l.frames, sent{time.Since(l.start), epoch, int(opus[0])<<8 | int(opus[1])})
	return nil
}

func (l *line) speech() (levels []int) {
	for _, f := range l.all() {
		if f.level > 0 {
			levels = append(levels, f.level)
		}
	}
	return levels
}

type rig struct {
	*Player
	line    *line
	encoder *peak
	mu      sync.Mutex
	reports []Report
}

func (r *rig) told() []Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.reports)
}

func newRig(t *testing.T) *rig {
	r := &rig{line: &line{start: time.Now()}, encoder: &peak{}}
	r.Player = NewPlayer(r.line, func(rep Report) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.reports = append(r.reports, rep)
	}, Options{NewEncoder: func(int) (Encoder, error) { return r.encoder, nil }})
	t.Cleanup(r.Close)
	return r
}

func (r *rig) whats() (w []What) {
	for _, rep := range r.told() {
		w = append(w, rep.What)
	}
	return w
}

// level is audio whose frames are all as loud.
func level(d time.Duration, rate int, loud int16) []int16 {
	pcm := make([]int16, int(d/time.Millisecond)*rate/1000)
	for i := range pcm {
		pcm[i] = loud
	}
	return pcm
}

func whole(text string, pcm []int16, words []engine.WordTime) *Clip {
	c := NewClip(text, 16000)
	c.Append(pcm, words)
	c.Finish(nil, false)
	return c
}

// pass lets time pass and everything settle.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// begin starts the player and lets its first frame, which is silent, go by.
func (r *rig) begin(epoch uint64) {
	r.Start(epoch)
	pass(time.Millisecond)
}

func bubble(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestPaceAndSilence(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		pass(time.Second)
		if len(r.line.all()) != 0 {
			t.Fatalf("%d frames while off", len(r.line.all()))
		}
		r.Start(7)
		pass(505 * time.Millisecond)
		r.Play(whole("Hello there.", level(90*time.Millisecond, 16000, 500), nil))
		r.Play(whole("Bye.", level(40*time.Millisecond, 16000, 600), nil))
		pass(490 * time.Millisecond)
		r.Off()
		pass(time.Second)
		if n := len(r.line.all()); n != 50 {
			t.Fatalf("%d frames in 995 ms", n)
		}
		for i, f := range r.line.all() {
			if want := time.Second + time.Duration(i)*20*time.Millisecond; f.at != want || f.epoch != 7 {
				t.Fatalf("frame %d: %+v, want at %v", i, f, want)
			}
		}
		if got := r.line.speech(); !slices.Equal(got, []int{500, 500, 500, 500, 500, 600, 600}) {
			t.Errorf("speech %v: sentences follow each other without a gap", got)
		}
		if want := []What{Began, Progress, Progress, Ended, Began, Progress, Ended}; !slices.Equal(r.whats(), want) {
			t.Errorf("reports %v, want %v", r.whats(), want)
		}
		if at := r.told()[3].At.Sub(r.line.start); at != 1620*time.Millisecond {
			t.Errorf("ended at %v", at)
		}
		if r.encoder.calls != 10+7+10 {
			t.Errorf("%d frames were encoded: silence must be repeated, not encoded", r.encoder.calls)
		}
	})
}

func TestStreamedClipStarves(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.begin(1)
		c := NewClip("One two.", 24000)
		r.Play(c)
		c.Append(level(40*time.Millisecond, 24000, 5), nil)
		pass(100 * time.Millisecond)
		c.Append(level(20*time.Millisecond, 24000, 6), nil)
		c.Finish(nil, false)
		pass(100 * time.Millisecond)
		if got := r.line.speech(); !slices.Equal(got, []int{5, 5, 6}) {
			t.Errorf("speech %v", got)
		}
		if s := r.Stats(); s.Starved != 3 || s.Speech != 3 {
			t.Errorf("stats %+v", s)
		}
	})
}

func TestBrokenClip(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.begin(1)
		c := NewClip("One two three four five six seven eight.", 16000)
		c.Append(level(400*time.Millisecond, 16000, 900), nil)
		c.Finish(nil, true)
		r.Play(c)
		pass(time.Second)
		last := r.told()[len(r.told())-1]
		heard, _ := sentence.Cut(c.Text(), last.Heard)
		if last.What != Broke || heard != "One two" {
			t.Errorf("%+v, heard %q", last, heard)
		}
	})
}

func TestStopPauseResumeDrop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.begin(1)
		times := []engine.WordTime{{Offset: 0, At: 0}, {Offset: 4, At: 200 * time.Millisecond}, {Offset: 8, At: 400 * time.Millisecond}}
		one := whole("One two three.", level(600*time.Millisecond, 16000, 9), times)
		two := whole("Next one.", level(600*time.Millisecond, 16000, 9), nil)
		three := whole("Last one.", level(600*time.Millisecond, 16000, 9), nil)
		r.Play(one)
		r.Play(two)
		r.Play(three)
		pass(209 * time.Millisecond) // 10 frames
		r.Pause()
		before := len(r.line.speech())
		pass(time.Second)
		if n := len(r.line.speech()); n != before || n != 10 {
			t.Fatalf("%d frames after pause, %d before", n, before)
		}
		r.Resume()
		pass(150 * time.Millisecond)
		if d := r.Drop(func(c *Clip) bool { return c != two }); len(d) != 1 || d[0].Clip != three || d[0].Begun {
			t.Fatalf("dropped %+v", d)
		}
		got := r.Stop()
		if len(got) != 2 || got[0].Clip != one || !got[0].Begun || got[1].Begun {
			t.Fatalf("stopped %+v", got)
		}
		if heard, _ := sentence.Cut(one.Text(), got[0].Heard); heard != "One two" { // 340 ms: two is half over
			t.Errorf("heard %q", heard)
		}
		n := len(r.line.speech())
		pass(time.Second)
		if len(r.line.speech()) != n {
			t.Error("speech after stop")
		}
	})
}

func TestEpochs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		var floor atomic.Uint64
		floor.Store(1)
		r.line.accept = func(epoch uint64) bool { return epoch == floor.Load() }
		r.begin(2) // before the floor is given
		r.Play(whole("Hello you there.", level(400*time.Millisecond, 16000, 9), nil))
		pass(190 * time.Millisecond)
		if len(r.line.all()) != 0 {
			t.Fatal("a frame of an epoch that has not begun")
		}
		floor.Store(2)
		pass(200 * time.Millisecond)
		if n := len(r.line.speech()); n != 10 {
			t.Fatalf("%d frames: what waited for its epoch is said from its beginning", n)
		}
		floor.Store(3)
		pass(time.Second)
		last := r.told()[len(r.told())-1]
		if last.What != Refused || last.Epoch != 2 || last.Heard == 0 || last.Heard == 16 {
			t.Errorf("%+v", last)
		}
		n := len(r.line.all())
		r.Play(whole("More.", level(400*time.Millisecond, 16000, 9), nil))
		floor.Store(2)
		pass(time.Second)
		if len(r.line.all()) != n {
			t.Error("an epoch that is over came back")
		}
		floor.Store(4)
		if stopped := r.Start(4); len(stopped) != 1 {
			t.Errorf("stopped %v", stopped)
		}
		pass(15 * time.Millisecond)
		if len(r.line.all()) != n+1 || r.line.all()[n].epoch != 4 {
			t.Error("the next epoch has no voice")
		}
	})
}

func TestBoundary(t *testing.T) {
	times := []engine.WordTime{{Offset: 0, At: 0}, {Offset: 4, At: 310 * time.Millisecond}, {Offset: 8, At: 620 * time.Millisecond}}
	dip := level(600*time.Millisecond, 16000, 3000)
	copy(dip[320*20:], level(40*time.Millisecond, 16000, 10)) // frames 20 and 21
	tests := []struct {
		name  string
		clip  *Clip
		after time.Duration
		want  time.Duration
	}{
		{"nothing spoken", nil, 50 * time.Millisecond, 0},
		{"word time", whole("One two three.", level(time.Second, 16000, 9), times), 210 * time.Millisecond, 89 * time.Millisecond},
		{"energy", whole("One two.", dip, nil), 210 * time.Millisecond, 209 * time.Millisecond},
		{"end of speech", whole("One.", level(300*time.Millisecond, 16000, 9), times[:1]), 210 * time.Millisecond, 109 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t)
				r.begin(1)
				if test.clip != nil {
					r.Play(test.clip)
				}
				pass(test.after)
				began := time.Now()
				r.Boundary(t.Context())
				if got := time.Since(began); got != test.want {
					t.Errorf("after %v, want %v", got, test.want)
				}
			})
		})
	}
	t.Run("ctx", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			r := newRig(t)
			r.begin(1)
			r.Play(whole("Looooong.", level(time.Minute, 16000, 9), times[:1]))
			pass(100 * time.Millisecond)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			began := time.Now()
			r.Boundary(ctx)
			if got := time.Since(began); got != 200*time.Millisecond {
				t.Errorf("after %v", got)
			}
		})
	})
}

func TestClose(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		r.begin(1)
		r.Play(NewClip("Never comes.", 16000))
		pass(time.Second)
		done := make(chan struct{})
		go func() { r.Boundary(t.Context()); close(done) }()
		r.Close()
		<-done
		r.Play(NewClip("After.", 16000))
		r.Stop()
		r.Boundary(t.Context())
		r.Close()
	})
}

// The text that counts as heard differs from the words whose audio was sent by
// at most one, wherever the cut is; with word times and without.
func TestHeardProperties(t *testing.T) {
	words := []string{"I", "can", "help", "you", "with", "returning", "the", "order", "yesterday", "unfortunately", "shop", "42"}
	rng := rand.New(rand.NewSource(3))
	far := 0
	const cuts = 150
	for range cuts {
		var spoken []string
		var pcm []int16
		var times []engine.WordTime
		var ends []int // frame after each word
		offset := 0
		for range 3 + rng.Intn(12) {
			w := words[rng.Intn(len(words))]
			spoken = append(spoken, w)
			times = append(times, engine.WordTime{Offset: offset, At: time.Duration(len(pcm)) * time.Second / 16000})
			offset += len(w) + 1
			long := time.Duration(syllables(w)*(150+60*rng.Float64())) * time.Millisecond
			for i, s := range level(long, 16000, 4000) {
				pcm = append(pcm, int16(float64(s)*math.Sin(float64(i)/3)))
			}
			pcm = append(pcm, make([]int16, rng.Intn(2)*640)...)
			ends = append(ends, len(pcm)/320)
		}
		text := strings.Join(spoken, " ") + "."
		cut := rng.Intn(len(pcm)/320 + 1)
		sent := 0
		for _, e := range ends {
			if e <= cut {
				sent++
			}
		}
		for _, withTimes := range []bool{true, false} {
			c := NewClip(text, 16000)
			c.Append(pcm, nil)
			if withTimes {
				c.Finish(times, false)
			} else {
				c.Finish(nil, false)
			}
			heard, _ := sentence.Cut(text, c.heard(cut))
			off := len(strings.Fields(heard)) - sent
			if off < 0 {
				off = -off
			}
			if off > 1 {
				if withTimes {
					t.Fatalf("%q cut after %d of %v: heard %q", text, cut, ends, heard)
				}
				far++
			}
		}
	}
	if far > cuts/20 {
		t.Errorf("%d of %d guesses are off by more than a word", far, cuts)
	}
}

func TestHeardGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		c := NewClip(text, 16000)
		n := rapid.IntRange(0, 80).Draw(t, "frames")
		rng := rand.New(rand.NewSource(int64(n)))
		for range n {
			c.Append(level(20*time.Millisecond, 16000, int16(rng.Intn(8000))), nil)
		}
		c.Finish(nil, rapid.Bool().Draw(t, "broken"))
		last := 0
		for i := 0; i <= n; i++ {
			h := c.heard(i)
			if h < last || h > c.text.length {
				t.Fatalf("heard %d after %d of %d", h, last, c.text.length)
			}
			last = h
		}
		if !c.broken && last != c.text.length {
			t.Fatalf("all frames heard, but only %d of %d", last, c.text.length)
		}
	})
}

func BenchmarkTick(b *testing.B) {
	for _, bench := range []struct {
		name string
		rate int
		says bool
	}{{"idle", 16000, false}, {"speech16k", 16000, true}, {"speech24k", 24000, true}} {
		b.Run(bench.name, func(b *testing.B) {
			p := &Player{out: &nowhere{}, report: func(Report) {}, newEncoder: newOpus, encoders: map[int]Encoder{}, packet: make([]byte, maxPacket), pcm: make([]int16, perFrame), on: true}
			pcm := make([]int16, bench.rate*5)
			for i := range pcm {
				pcm[i] = int16(8000 * math.Sin(float64(i)/9) * math.Sin(float64(i)/900))
			}
			for range 20 {
				p.tick()
			}
			b.ReportAllocs()
			for b.Loop() {
				if bench.says && len(p.queue) == 0 {
					c := NewClip("This is a sentence that takes about five seconds to say it all.", bench.rate)
					c.Append(pcm, nil)
					c.Finish(nil, false)
					p.queue = append(p.queue, c)
				}
				p.tick()
			}
		})
	}
}

type nowhere struct{ n int }

func (n *nowhere) WriteFrame(uint64, []byte, uint32) error { n.n++; return nil }
