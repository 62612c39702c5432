package agentbot

import (
	"context"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/sfu/opus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// tail is how long a codec goes on sounding after the last loud frame.
const tail = 20 * ms

// world is an agent with scripted engines, an ear to talk into and a listener
// of what it sends, in a bubble.
type world struct {
	t             *testing.T
	start         time.Time
	cfg           Config
	behind        func(Engines) Engines // what stands before and behind the engines; nil: nothing
	vad           *scripted.VAD
	asr           *scripted.ASR
	llm           *scripted.LLM
	tts           *scripted.TTS
	agent         *Agent
	voice         *listener
	ear           *tape
	caller, human Leg

	mu       sync.Mutex
	events   []stamped
	requests []engine.Request
}

type stamped struct {
	at    time.Duration
	event Event
}

func (w *world) String() string {
	var b strings.Builder
	for _, e := range w.all() {
		fmt.Fprintf(&b, "%6d ms %T%+v\n", e.at.Milliseconds(), e.event, e.event)
	}
	return b.String()
}

// newWorld has engines that take: ASR 50 ms, model 200 ms and 20 ms a word, TTS
// 100 ms and 300 ms of speech a word.
func newWorld(t *testing.T) *world {
	w := &world{
		t: t, start: time.Now(),
		vad:    &scripted.VAD{},
		asr:    &scripted.ASR{FinishDelay: 50 * ms, Phrases: map[int]string{400: "What are your opening hours?", 500: "okay", 600: "No wait, something else.", 700: "the first of two"}},
		llm:    &scripted.LLM{FirstToken: 200 * ms, PerToken: 20 * ms},
		tts:    &scripted.TTS{FirstSample: 100 * ms, PerWord: 300 * ms},
		ear:    &tape{start: time.Now()},
		caller: Leg{ID: "p1", Role: RoleCaller, Name: "Ann"},
		human:  Leg{ID: "p2", Role: RoleHuman, Name: "Bob"},
	}
	w.cfg.Rendered = urgentLines()
	w.cfg.Preemptive = -1 // where it is not the point, times are those of the engines
	w.voice = newListener(w.start)
	return w
}

// urgentLines are rendered once for all tests: making tones is what costs most.
var urgentLines = sync.OnceValue(func() *Rendered {
	cfg := Config{}.withDefaults()
	r, err := renderLines(context.Background(), &scripted.TTS{PerWord: 300 * ms}, cfg, cfg.Lines.urgent())
	if err != nil {
		panic(err)
	}
	return r
})

// begin starts the agent in mode Answer at epoch 1 with the caller there.
func (w *world) begin() {
	w.create()
	w.agent.Hear(w.caller, w.ear)
	w.agent.SetMode(Answer, 1, nil)
	w.pass(0)
}

func (w *world) create() {
	rule := w.llm.Reply
	if rule == nil {
		rule = scripted.Echo
	}
	w.llm.Reply = func(r engine.Request) scripted.Reply {
		w.mu.Lock()
		w.requests = append(w.requests, r)
		w.mu.Unlock()
		return rule(r)
	}
	engines := Engines{VAD: w.vad, ASR: w.asr, LLM: w.llm, TTS: w.tts}
	if w.behind != nil {
		engines = w.behind(engines)
	}
	w.agent = New(w.cfg, engines, w.voice, func(e Event) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.events = append(w.events, stamped{time.Since(w.start), e})
	})
	w.t.Cleanup(w.agent.Close)
}

func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (w *world) now() time.Duration { return time.Since(w.start) }

func (w *world) all() []stamped {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]stamped(nil), w.events...)
}

// of are the events of one type, from a time on.
func of[E Event](w *world, from time.Duration) (found []E) {
	for _, s := range w.all() {
		if e, ok := s.event.(E); ok && s.at >= from {
			found = append(found, e)
		}
	}
	return found
}

// when is the time of the first event of a type that ok accepts, from a time on.
func when[E Event](w *world, from time.Duration, ok func(E) bool) time.Duration {
	w.t.Helper()
	for _, s := range w.all() {
		if e, is := s.event.(E); is && s.at >= from && ok(e) {
			return s.at
		}
	}
	var e E
	w.t.Fatalf("no such %v after %v:\n%v", reflect.TypeOf(e), from, w)
	return 0
}

// said are the agent's final sentences from a time on; "[…]" marks cut ones.
func (w *world) said(from time.Duration) (said []string) {
	for _, s := range of[Spoken](w, from) {
		if s.Final && s.Cut {
			said = append(said, s.Text+" […]")
		} else if s.Final {
			said = append(said, s.Text)
		}
	}
	return said
}

func (w *world) wantSaid(from time.Duration, want ...string) {
	w.t.Helper()
	if got := w.said(from); strings.Join(got, "|") != strings.Join(want, "|") {
		w.t.Errorf("said %q, want %q\n%v", got, want, w)
	}
}

// asked is the last request to the model, as role: text lines, system prompts
// of the operator aside.
func (w *world) asked() (lines []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.requests) == 0 {
		return nil
	}
	for i, m := range w.requests[len(w.requests)-1].Messages {
		if i == 0 && m.Text == DefaultPrompt {
			continue
		}
		lines = append(lines, m.Role+": "+m.Text)
	}
	return lines
}

func (w *world) wantAsked(want ...string) {
	w.t.Helper()
	if got := w.asked(); strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("asked\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// near says whether two times are within a frame and a bit.
func (w *world) near(what string, got, want time.Duration) {
	w.t.Helper()
	if d := got - want; d < -25*ms || d > 25*ms {
		w.t.Errorf("%s at %v, want %v\n%v", what, got, want, w)
	}
}

// tape is an Ear: silence, and the tones that are said into it.
type tape struct {
	start time.Time

	mu    sync.Mutex
	next  int // frame
	tones []toneSpan
	ended bool
}

type toneSpan struct {
	from, to time.Duration
	hertz    float64
}

// say speaks from now on, and returns when it is over.
func (e *tape) say(hertz float64, d time.Duration) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	from := time.Since(e.start).Truncate(20 * ms)
	e.tones = append(e.tones, toneSpan{from, from + d, hertz})
	return from + d
}

func (e *tape) end() {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
}

func (e *tape) ReadFrame(ctx context.Context) ([]int16, error) {
	e.mu.Lock()
	e.next++
	due := e.start.Add(time.Duration(e.next) * 20 * ms) // a frame is there when its time is over
	e.mu.Unlock()
	timer := time.NewTimer(time.Until(due))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return nil, io.EOF
	}
	pcm := make([]int16, engine.FrameSamples)
	at := time.Duration(e.next-1) * 20 * ms
	for _, tone := range e.tones {
		if at >= tone.from && at < tone.to {
			for i := range pcm {
				t := at.Seconds() + float64(i)/engine.SampleRate
				pcm[i] = int16(6000 * math.Sin(2*math.Pi*tone.hertz*t))
			}
		}
	}
	return pcm, nil
}

// listener is a Voice that decodes what it is sent.
type listener struct {
	start time.Time
	dec   *opus.Decoder
	pcm   []int16

	mu     sync.Mutex
	floor  uint64 // 0: any epoch
	frames []heardFrame
}

type heardFrame struct {
	at    time.Duration
	epoch uint64
	loud  bool
}

func newListener(start time.Time) *listener {
	dec, err := opus.NewDecoder(8000)
	if err != nil {
		panic(err)
	}
	return &listener{start: start, dec: dec, pcm: make([]int16, 160)}
}

func (l *listener) WriteFrame(epoch uint64, packet []byte, samples48k uint32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.floor != 0 && l.floor != epoch {
		return ErrStale
	}
	if samples48k != 960 {
		panic("not 20 ms")
	}
	n, err := l.dec.Decode(packet, l.pcm)
	if err != nil {
		panic(err)
	}
	sum := 0.0
	for _, s := range l.pcm[:n] {
		sum += float64(s) * float64(s)
	}
	l.frames = append(l.frames, heardFrame{time.Since(l.start), epoch, math.Sqrt(sum/float64(n)) > 500})
	return nil
}

func (l *listener) give(epoch uint64) {
	l.mu.Lock()
	l.floor = epoch
	l.mu.Unlock()
}

func (l *listener) all() []heardFrame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]heardFrame(nil), l.frames...)
}

// firstLoud is when the agent is first heard at or after from, -1 for never.
func (l *listener) firstLoud(from time.Duration) time.Duration {
	for _, f := range l.all() {
		if f.at >= from && f.loud {
			return f.at
		}
	}
	return -1
}

// lastLoud is when the agent was last heard.
func (l *listener) lastLoud() time.Duration {
	frames := l.all()
	for i := len(frames) - 1; i >= 0; i-- {
		if frames[i].loud {
			return frames[i].at
		}
	}
	return -1
}

func inBubble(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(newWorld(t)) })
}

// asks is how often the model was asked.
func (w *world) asks() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.requests)
}

type atomicTimes struct {
	mu    sync.Mutex
	times []time.Duration
}

func (a *atomicTimes) add(at time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.times = append(a.times, at)
}

func (a *atomicTimes) since(from time.Duration) (times []time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, at := range a.times {
		if at >= from {
			times = append(times, at)
		}
	}
	return times
}
