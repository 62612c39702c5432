package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// faults makes an engine fail as it is told, and counts how often it was asked.
type faults struct {
	mu    sync.Mutex
	by    map[scripted.Op]scripted.Fault
	once  map[scripted.Op][]scripted.Fault // before by, one each time
	asked map[scripted.Op]int
}

func (f *faults) hook(op scripted.Op) scripted.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asked == nil {
		f.asked = map[scripted.Op]int{}
	}
	f.asked[op]++
	if next := f.once[op]; len(next) > 0 {
		f.once[op] = next[1:]
		return next[0]
	}
	return f.by[op]
}

func (f *faults) set(op scripted.Op, fault scripted.Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.by = map[scripted.Op]scripted.Fault{op: fault}
}

func (f *faults) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.by, f.once = nil, nil
}

func (f *faults) count(op scripted.Op) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[op]
}

// events keeps what a chain tells.
type events struct {
	mu  sync.Mutex
	got []string
}

func (e *events) on(ev Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", ev.Chain, ev.What, ev.Link, ev.Next)))
}

func (e *events) expect(t *testing.T, want ...string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if strings.Join(e.got, "; ") != strings.Join(want, "; ") {
		t.Errorf("events %q, want %q", e.got, want)
	}
	e.got = nil
}

// minds is a chain of three models that say who they are.
type minds struct {
	*LLM
	events events
	faults [3]faults
}

func newMinds(cfg Config) *minds {
	m := &minds{}
	cfg.On = m.events.on
	var given []Link[engine.LLM]
	for i := range m.faults {
		name := string(rune('a' + i))
		given = append(given, Link[engine.LLM]{Name: name, Engine: &scripted.LLM{
			Reply: func(engine.Request) scripted.Reply { return scripted.Reply{Text: name + " says so"} },
			Fault: m.faults[i].hook, FirstToken: 100 * ms,
		}})
	}
	m.LLM = NewLLM(cfg, given...)
	return m
}

func read(llm engine.LLM, ctx context.Context) (string, error) {
	s, err := llm.Chat(ctx, engine.Request{})
	if err != nil {
		return "", err
	}
	defer s.Close()
	text := ""
	for {
		d, err := s.Next()
		text += d.Text
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return text, err
		}
	}
}

func (m *minds) expect(t *testing.T, want string) {
	t.Helper()
	if got, err := read(m, t.Context()); err != nil || got != want+" says so" {
		t.Errorf("%q, %v; want %s", got, err, want)
	}
}

func TestConformance(t *testing.T) {
	down := func(op scripted.Op) func(scripted.Op) scripted.Fault {
		return func(o scripted.Op) scripted.Fault {
			if o == op {
				return scripted.Fail(engine.RateLimited)
			}
			return scripted.Fault{}
		}
	}
	cfg := Config{Patience: enginetest.Patience}
	for _, op := range []scripted.Op{scripted.Chat, scripted.NextDelta, ""} {
		t.Run("LLM, the first fails at "+string(op), func(t *testing.T) {
			enginetest.TestLLM(t, func() engine.LLM {
				return NewLLM(cfg, Link[engine.LLM]{Name: "a", Engine: &scripted.LLM{Fault: down(op)}}, Link[engine.LLM]{Name: "b", Engine: &scripted.LLM{}})
			})
		})
	}
	for _, op := range []scripted.Op{scripted.Speak, scripted.ReadPCM, ""} {
		t.Run("TTS, the first fails at "+string(op), func(t *testing.T) {
			enginetest.TestTTS(t, func() engine.TTS {
				return NewTTS(cfg, Link[engine.TTS]{Name: "a", Engine: &scripted.TTS{Fault: down(op)}}, Link[engine.TTS]{Name: "b", Engine: &scripted.TTS{}})
			})
		})
	}
	for _, op := range []scripted.Op{scripted.OpenASR, scripted.WriteASR, scripted.FinishASR, ""} {
		t.Run("ASR, the first fails at "+string(op), func(t *testing.T) {
			enginetest.TestASR(t, func() engine.ASR {
				return NewASR(cfg, Link[engine.ASR]{Name: "a", Engine: &scripted.ASR{Fault: down(op)}}, Link[engine.ASR]{Name: "b", Engine: &scripted.ASR{}})
			})
		})
	}
}

func TestFallsBackBeforeTheFirstToken(t *testing.T) {
	for name, tt := range map[string]struct {
		op    scripted.Op
		fault scripted.Fault
		asked int
		after time.Duration
	}{
		"refused":      {scripted.Chat, scripted.Fail(engine.Unavailable), 2, 100 * ms},
		"cut at once":  {scripted.NextDelta, scripted.Fail(engine.Unavailable), 2, 100 * ms},
		"no Error":     {scripted.Chat, scripted.Fault{Err: io.ErrUnexpectedEOF}, 2, 100 * ms},
		"rate limited": {scripted.Chat, scripted.Fail(engine.RateLimited), 1, 100 * ms},
		"wrong key":    {scripted.Chat, scripted.Fail(engine.Unauthorized), 1, 100 * ms},
		"stalls":       {scripted.Chat, scripted.Fault{Stall: true}, 1, 600*ms + 100*ms},
		"stalls later": {scripted.NextDelta, scripted.Fault{Stall: true}, 1, 600*ms + 100*ms},
		"slow":         {scripted.NextDelta, scripted.Fault{Delay: 900 * ms}, 1, 600*ms + 100*ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMinds(Config{Patience: 1800 * ms})
				m.faults[0].set(tt.op, tt.fault)
				start := time.Now()
				m.expect(t, "b")
				if took := time.Since(start); took != tt.after {
					t.Errorf("took %v, want %v", took, tt.after)
				}
				if n := m.faults[0].count(scripted.Chat); n != tt.asked {
					t.Errorf("asked %d times, want %d", n, tt.asked)
				}
			})
		})
	}
}

func TestOneRetryMends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinds(Config{})
		m.faults[0].once = map[scripted.Op][]scripted.Fault{scripted.Chat: {scripted.Fail(engine.Unavailable)}}
		m.expect(t, "a")
		m.events.expect(t)
	})
}

// Whatever all links do, the chain has answered or failed when its patience is
// over, or when the caller's is.
func TestAnswersOrFailsInTime(t *testing.T) {
	for name, fault := range map[string]scripted.Fault{
		"stall": {Stall: true}, "slow failure": {Delay: 400 * ms, Err: io.ErrUnexpectedEOF}, "refused": scripted.Fail(engine.Unavailable),
	} {
		for _, op := range []scripted.Op{scripted.Chat, scripted.NextDelta} {
			t.Run(fmt.Sprint(name, " at ", op), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := newMinds(Config{})
					for i := range m.faults {
						m.faults[i].set(op, fault)
					}
					start := time.Now()
					_, err := read(m, t.Context())
					enginetest.CheckError(t, err)
					if took := time.Since(start); took > 1900*ms {
						t.Errorf("took %v", took)
					}

					// A caller with less patience is answered by the next, in that.
					m = newMinds(Config{})
					m.faults[0].set(op, fault)
					start = time.Now()
					if _, err := read(m, engine.WithFirstBy(t.Context(), start.Add(500*ms))); err != nil || time.Since(start) > 250*ms {
						t.Errorf("%v after %v of 500 ms", err, time.Since(start))
					}
					for i := range m.faults {
						m.faults[i].set(op, scripted.Fault{Stall: true})
					}
					start = time.Now()
					_, err = read(m, engine.WithFirstBy(t.Context(), start.Add(500*ms)))
					enginetest.CheckError(t, err)
					if took := time.Since(start); took > 450*ms {
						t.Errorf("failed after %v of 500 ms", took)
					}
				})
			})
		}
	}
}

func TestBreakerOfALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinds(Config{})
		m.faults[0].set(scripted.Chat, scripted.Fail(engine.RateLimited))
		for range 4 {
			m.expect(t, "b")
		}
		m.events.expect(t, "llm fellBack a b", "llm fellBack a b", "llm fellBack a b", "llm fellBack a b")
		m.expect(t, "b")
		m.events.expect(t, "llm opened a", "llm fellBack a b")
		m.expect(t, "b")
		if n := m.faults[0].count(scripted.Chat); n != 5 {
			t.Errorf("asked %d times, want 5", n)
		}
		m.events.expect(t, "llm fellBack a b")

		// The probe fails; the next one works while others are served by b.
		time.Sleep(30 * second)
		m.expect(t, "b")
		if n := m.faults[0].count(scripted.Chat); n != 6 {
			t.Errorf("asked %d times, want 6", n)
		}
		m.faults[0].heal()
		m.expect(t, "b")
		time.Sleep(30 * second)
		m.events.expect(t, "llm fellBack a b", "llm fellBack a b")
		probe, err := m.Chat(t.Context(), engine.Request{})
		if err != nil {
			t.Fatal(err)
		}
		m.expect(t, "b")
		if err := probe.Close(); err != nil {
			t.Error(err)
		}
		m.events.expect(t, "llm fellBack a b", "llm closed a")
		m.expect(t, "a")
	})
}

func TestWrongKeyOpensAtOnce(t *testing.T) {
	for _, kind := range []engine.Kind{engine.Unauthorized, engine.Unusable} {
		synctest.Test(t, func(t *testing.T) {
			m := newMinds(Config{})
			m.faults[0].set(scripted.Chat, scripted.Fail(kind))
			m.expect(t, "b")
			m.events.expect(t, "llm opened a", "llm fellBack a b")
		})
	}
}

func TestAllOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinds(Config{})
		for i := range m.faults {
			m.faults[i].set(scripted.Chat, scripted.Fail(engine.Unauthorized))
		}
		_, err := read(m, t.Context())
		if engine.KindOf(err) != engine.Unauthorized {
			t.Errorf("error %v", err)
		}
		start := time.Now()
		_, err = read(m, t.Context())
		enginetest.CheckError(t, err)
		if time.Since(start) != 0 || !errors.Is(err, errNone) {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
	_, err := read(NewLLM(Config{}), t.Context())
	enginetest.CheckError(t, err)
}

// A caller who leaves tells nothing of a link, however often and when.
func TestCancelIsNoFailure(t *testing.T) {
	for _, fault := range []scripted.Fault{{Stall: true}, {Delay: 250 * ms, Err: io.ErrUnexpectedEOF}} {
		synctest.Test(t, func(t *testing.T) {
			m := newMinds(Config{})
			m.faults[0].set(scripted.Chat, fault)
			for range 20 {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(200*ms, cancel)
				if _, err := read(m, ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
				ctx, cancel = context.WithTimeout(t.Context(), 200*ms) // of which a's share is 50 ms
				_, _ = read(m, ctx)
				cancel()
			}
			m.events.expect(t)
			m.faults[0].heal()
			m.expect(t, "a")
		})
	}
}

// What is delivered stays: a failure behind it is the caller's to see, and the
// link's to bear.
func TestNothingIsAskedAgainAfterTheFirstToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinds(Config{Failures: 2})
		for range 2 {
			m.faults[0].once = map[scripted.Op][]scripted.Fault{scripted.NextDelta: {{}, scripted.Fail(engine.Unavailable)}}
			if got, err := read(m, t.Context()); got != "a " || engine.KindOf(err) != engine.Unavailable {
				t.Errorf("%q, %v", got, err)
			}
		}
		m.events.expect(t, "llm opened a")
		if n := m.faults[0].count(scripted.Chat); n != 2 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestTotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMinds(Config{Total: 3 * second})
		m.faults[0].once = map[scripted.Op][]scripted.Fault{scripted.NextDelta: {{}, {Stall: true}}}
		start := time.Now()
		got, err := read(m, t.Context())
		if got != "a " || engine.KindOf(err) != engine.Timeout || time.Since(start) != 3*second {
			t.Errorf("%q, %v after %v", got, err, time.Since(start))
		}
	})
}

// spoken is how long a chain of two voices takes to its first sample and which
// tone is heard then.
func spoken(t *testing.T, tts engine.TTS, text string) (hertz float64, after time.Duration) {
	t.Helper()
	start := time.Now()
	s, err := tts.Speak(t.Context(), text, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	after = time.Since(start)
	var pcm []int16
	buf := make([]int16, 300)
	for {
		n, err := s.Read(buf)
		pcm = append(pcm, buf[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	crossings := 0
	for i := 1; i < len(pcm); i++ {
		if (pcm[i] >= 0) != (pcm[i-1] >= 0) {
			crossings++
		}
	}
	if len(pcm) == 0 {
		return 0, after
	}
	return math.Round(float64(crossings)/2*float64(s.SampleRate())/float64(len(pcm))/100) * 100, after
}

func TestVoices(t *testing.T) {
	for name, tt := range map[string]struct {
		op    scripted.Op
		fault scripted.Fault
		hertz float64
		after time.Duration
	}{
		"works":             {"", scripted.Fault{}, 500, 0},
		"refused":           {scripted.Speak, scripted.Fail(engine.Unavailable), 1500, 0},
		"no audio":          {scripted.Speak, scripted.Fault{Nonsense: true}, 1500, 0},
		"stalls":            {scripted.Speak, scripted.Fault{Stall: true}, 1500, 650 * ms},
		"stalls at samples": {scripted.ReadPCM, scripted.Fault{Stall: true}, 1500, 650 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f faults
				f.set(tt.op, tt.fault)
				tts := NewTTS(Config{},
					Link[engine.TTS]{Name: "a", Engine: &scripted.TTS{Hertz: 500, PerWord: second, Fault: f.hook}},
					Link[engine.TTS]{Name: "b", Engine: &scripted.TTS{Hertz: 1500, PerWord: second}, Need: 250 * ms})
				if hertz, after := spoken(t, tts, "Good morning"); hertz != tt.hertz || after != tt.after {
					t.Errorf("%v Hz after %v, want %v after %v", hertz, after, tt.hertz, tt.after)
				}
				if n := f.count(scripted.Speak); n < 1 || n > attempts {
					t.Errorf("asked %d times", n)
				}
			})
		})
	}
}
