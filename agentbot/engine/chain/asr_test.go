package chain

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// ears is a chain of two recognisers that tell how much they heard.
type ears struct {
	*ASR
	events events
	faults [2]faults
	mu     sync.Mutex
	heard  [2]time.Duration // in the utterance that was finished last
}

func newEars(cfg Config) *ears {
	e := &ears{}
	cfg.On = e.events.on
	var given []Link[engine.ASR]
	for i := range e.faults {
		name := string(rune('a' + i))
		given = append(given, Link[engine.ASR]{Name: name, Engine: &scripted.ASR{
			Tones: []int{440},
			Text: func(_ int, voiced time.Duration) string {
				e.mu.Lock()
				defer e.mu.Unlock()
				e.heard[i] = voiced
				return name + " heard you"
			},
			Fault: e.faults[i].hook,
		}})
	}
	e.ASR = NewASR(cfg, given...)
	return e
}

func (e *ears) open(t *testing.T, lang string) engine.ASRStream {
	t.Helper()
	s, err := e.OpenASR(t.Context(), lang)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func sine(d time.Duration) []int16 {
	pcm := make([]int16, d*engine.SampleRate/time.Second)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(2*math.Pi*440*float64(i)/engine.SampleRate))
	}
	return pcm
}

// say writes d of a tone in frames and returns the last partial.
func say(t *testing.T, s engine.ASRStream, d time.Duration) (last string) {
	t.Helper()
	for pcm := sine(d); len(pcm) > 0; pcm = pcm[engine.FrameSamples:] {
		partial, changed, err := s.Write(t.Context(), pcm[:engine.FrameSamples])
		if err != nil {
			t.Fatal(err)
		}
		if changed && partial == last {
			t.Errorf("partial %q again", partial)
		}
		if changed {
			last = partial
		}
	}
	return last
}

// finish ends an utterance that link who should have heard all of.
func (e *ears) finish(t *testing.T, s engine.ASRStream, who int, d time.Duration) {
	t.Helper()
	name := string(rune('a' + who))
	got, err := s.Finish(t.Context())
	if err != nil || got.Text != name+" heard you" {
		t.Errorf("%q, %v; want it of %s", got.Text, err, name)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.heard[who] != d {
		t.Errorf("%s heard %v, want %v", name, e.heard[who], d)
	}
}

func TestUtteranceIsReplayed(t *testing.T) {
	once := func(op scripted.Op, fs ...scripted.Fault) map[scripted.Op][]scripted.Fault {
		return map[scripted.Op][]scripted.Fault{op: fs}
	}
	rate, gone := scripted.Fail(engine.RateLimited), scripted.Fail(engine.Unavailable)
	frames := func(n int, f ...scripted.Fault) []scripted.Fault {
		return append(make([]scripted.Fault, n), f...)
	}
	for name, tt := range map[string]struct {
		once  map[scripted.Op][]scripted.Fault
		who   int
		after time.Duration // of Finish
	}{
		"works":                    {nil, 0, 0},
		"fails at the first audio": {once(scripted.WriteASR, rate), 1, 0},
		"fails in its midst":       {once(scripted.WriteASR, frames(70, rate)...), 1, 0},
		"mended by one retry":      {once(scripted.WriteASR, frames(70, gone)...), 0, 0},
		"back, and gone again":     {once(scripted.WriteASR, append(frames(70, gone), frames(10, gone)...)...), 1, 0},
		"gone for good":            {once(scripted.WriteASR, frames(70, gone, gone)...), 1, 0},
		"stalls in its midst":      {once(scripted.WriteASR, frames(70, scripted.Fault{Stall: true})...), 1, 0},
		"fails at the end":         {once(scripted.FinishASR, rate), 1, 0},
		"mended at the end":        {once(scripted.FinishASR, gone), 0, 0},
		"gone at the end":          {once(scripted.FinishASR, gone, gone), 1, 0},
		"stalls at the end":        {once(scripted.FinishASR, scripted.Fault{Stall: true}), 1, 700 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := newEars(Config{})
				s := e.open(t, "")
				e.faults[0].once = tt.once
				if last := say(t, s, 2*second); len(last) < len("a heard you") {
					t.Errorf("last partial %q", last)
				}
				start := time.Now()
				e.finish(t, s, tt.who, 2*second)
				if took := time.Since(start); took != tt.after {
					t.Errorf("Finish took %v, want %v", took, tt.after)
				}
				if tt.who == 1 {
					e.events.expect(t, "asr fellBack a b")
				} else {
					e.events.expect(t)
				}
				// The next utterance is the first link's again.
				say(t, s, second)
				e.finish(t, s, 0, second)
			})
		})
	}
}

func TestUtteranceIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEars(Config{})
		s := e.open(t, "")
		e.faults[0].set(scripted.FinishASR, scripted.Fail(engine.RateLimited))
		say(t, s, 50*second)
		if n := len(s.(*asrStream).kept); n < keep || n > keep+slack {
			t.Errorf("%d samples are kept", n)
		}
		_, err := s.Finish(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.heard[1] < 30*second || e.heard[1] > 32*second {
			t.Errorf("b heard %v", e.heard[1])
		}
	})
}

// A breaker that opened in one call spares the others, and the link comes back
// with the utterance after it closed.
func TestRecogniserComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEars(Config{})
		s, other := e.open(t, ""), e.open(t, "")
		e.faults[0].set(scripted.FinishASR, scripted.Fail(engine.Unauthorized))
		say(t, s, second)
		e.finish(t, s, 1, second)
		e.events.expect(t, "asr opened a", "asr fellBack a b")
		asked := e.faults[0].count(scripted.FinishASR)
		say(t, other, second)
		e.finish(t, other, 1, second)
		e.events.expect(t, "asr fellBack a b")
		if n := e.faults[0].count(scripted.FinishASR); n != asked {
			t.Error("a was asked")
		}
		e.faults[0].heal()
		time.Sleep(30 * second)
		say(t, s, 200*ms)     // the probe
		say(t, other, 200*ms) // not the probe
		e.finish(t, s, 0, 200*ms)
		e.finish(t, other, 1, 200*ms)
		e.events.expect(t, "asr fellBack a b", "asr closed a")
		say(t, other, second)
		e.finish(t, other, 0, second)

		// An utterance that is dropped gives its probe back.
		e.faults[0].set(scripted.FinishASR, scripted.Fail(engine.Unauthorized))
		say(t, s, second)
		e.finish(t, s, 1, second)
		e.faults[0].heal()
		time.Sleep(30 * second)
		say(t, s, second)
		s.Reset()
		say(t, other, second)
		e.finish(t, other, 0, second)
	})
}

// Links that all stall cost an utterance, not the conversation.
func TestRecognisersFailInTime(t *testing.T) {
	for _, op := range []scripted.Op{scripted.WriteASR, scripted.FinishASR} {
		synctest.Test(t, func(t *testing.T) {
			e := newEars(Config{})
			s := e.open(t, "")
			for i := range e.faults {
				e.faults[i].set(op, scripted.Fault{Stall: true})
			}
			start := time.Now()
			_, _, writeErr := s.Write(t.Context(), sine(second))
			if took := time.Since(start); took > 2*1400*ms {
				t.Errorf("Write took %v", took)
			}
			start = time.Now()
			_, err := s.Finish(t.Context())
			enginetest.CheckError(t, errors.Join(writeErr, err))
			if took := time.Since(start); took > 1400*ms {
				t.Errorf("Finish took %v", took)
			}
			for i := range e.faults {
				e.faults[i].heal()
			}
			say(t, s, second)
			e.finish(t, s, 0, second)
		})
	}
}

func TestCancelledUtterance(t *testing.T) {
	for _, op := range []scripted.Op{scripted.WriteASR, scripted.FinishASR} {
		synctest.Test(t, func(t *testing.T) {
			e := newEars(Config{})
			s := e.open(t, "")
			for range 10 {
				say(t, s, 400*ms)
				e.faults[0].set(op, scripted.Fault{Stall: true})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(300*ms, cancel)
				_, _, writeErr := s.Write(ctx, sine(100*ms))
				_, err := s.Finish(ctx)
				if !errors.Is(err, context.Canceled) || op == scripted.WriteASR && !errors.Is(writeErr, context.Canceled) {
					t.Errorf("errors %v, %v", writeErr, err)
				}
				e.faults[0].heal()
			}
			say(t, s, 400*ms)
			e.finish(t, s, 0, 400*ms)
			e.events.expect(t)
		})
	}
}

// A language that a recogniser does not know is no reason to leave it out of
// calls in others.
func TestForeignLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newEars(Config{})
		e.faults[0].set(scripted.OpenASR, scripted.Fail(engine.Unusable))
		s := e.open(t, "de")
		say(t, s, second)
		e.finish(t, s, 1, second)
		e.events.expect(t, "asr fellBack a b")
		e.faults[0].heal()
		s = e.open(t, "en")
		say(t, s, second)
		e.finish(t, s, 0, second)

		e.faults[0].set(scripted.OpenASR, scripted.Fail(engine.Unusable))
		e.open(t, "")
		e.events.expect(t, "asr opened a")
	})
}

// BenchmarkWrite is what a chain costs a frame of audio beside its engine.
func BenchmarkWrite(b *testing.B) {
	asr := NewASR(Config{}, Link[engine.ASR]{Name: "a", Engine: deaf{}}, Link[engine.ASR]{Name: "b", Engine: deaf{}})
	s, err := asr.OpenASR(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	frame := make([]int16, engine.FrameSamples)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := s.Write(b.Context(), frame); err != nil {
			b.Fatal(err)
		}
	}
}

// deaf hears nothing at no cost.
type deaf struct{}

func (deaf) OpenASR(context.Context, string) (engine.ASRStream, error) { return deaf{}, nil }
func (deaf) Write(context.Context, []int16) (string, bool, error)      { return "", false, nil }
func (deaf) Finish(context.Context) (t engine.Transcript, err error)   { return t, nil }
func (deaf) Reset()                                                    {}
func (deaf) Close() error                                              { return nil }
