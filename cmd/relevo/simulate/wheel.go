package simulate

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	frameTime = 20 * time.Millisecond
	spokes    = 20 // a voice speaks on one of them, so that sends are spread over the 20 ms
)

// voice is a microphone: a frame every 20 ms, voiced when told so.
type voice struct {
	// Fixed after construction.
	who   uint32
	rec   *recording
	write func(payload []byte, samples48k uint32) error
	clock func() time.Duration

	frames chan speakOrder // what to say next; the wheel takes one at a time
	sent   atomic.Uint64
	failed atomic.Uint64

	// Owned by the wheel.
	order speakOrder
	left  int
	next  int
	buf   []byte
}

// speakOrder asks for a burst of speech; done gets when its first and its last
// frame were sent.
type speakOrder struct {
	frames int
	done   chan spoken
	first  time.Duration
}

type spoken struct{ first, last time.Duration }

// speak says d of tone and waits for its end.
func (v *voice) speak(ctx context.Context, d time.Duration) (spoken, error) {
	o := speakOrder{frames: int(d / frameTime), done: make(chan spoken, 1)}
	select {
	case v.frames <- o:
	case <-ctx.Done():
		return spoken{}, context.Cause(ctx)
	}
	select {
	case s := <-o.done:
		return s, nil
	case <-ctx.Done():
		return spoken{}, context.Cause(ctx)
	}
}

// tick sends one frame. Called by the wheel only.
func (v *voice) tick() {
	if v.left == 0 {
		select {
		case v.order = <-v.frames:
			v.left = v.order.frames
		default:
		}
	}
	t := v.rec.quiet
	if v.left > 0 {
		t = v.rec.voiced[v.next%len(v.rec.voiced)]
		v.next++
	}
	now := v.clock()
	v.buf = append(v.buf[:0], t...)
	n := v.sent.Add(1)
	template(v.buf).put(stamp{who: v.who, count: uint32(n), at: now})
	if err := v.write(v.buf, 960); err != nil {
		v.failed.Add(1)
	}
	if v.left == 0 {
		return
	}
	if v.left == v.order.frames {
		v.order.first = now
	}
	if v.left--; v.left == 0 {
		v.order.done <- spoken{v.order.first, now}
	}
}

// wheel paces many voices with one timer: spoke by spoke, a millisecond each.
type wheel struct {
	mu     sync.Mutex
	spokes [spokes][]*voice
	count  int
	late   atomic.Uint64 // spokes that came more than 10 ms late
}

// add puts a voice on a spoke.
func (w *wheel) add(v *voice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.count % spokes
	w.count++
	w.spokes[s] = append(w.spokes[s], v)
}

// remove takes a voice off; then no tick of it runs any more.
func (w *wheel) remove(v *voice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.spokes {
		for i, o := range w.spokes[s] {
			if o == v {
				w.spokes[s] = append(w.spokes[s][:i:i], w.spokes[s][i+1:]...)
				return
			}
		}
	}
}

// run turns the wheel until ctx ends. A spoke that is late is not skipped: the
// voices then catch up, as a microphone's buffer does.
func (w *wheel) run(ctx context.Context) {
	const step = frameTime / spokes
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := 0; ; i++ {
		due := start.Add(time.Duration(i) * step)
		if wait := time.Until(due); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		} else if ctx.Err() != nil {
			return
		} else if wait < -10*time.Millisecond {
			w.late.Add(1)
		}
		w.turn(i % spokes)
	}
}

// turn sends one frame of every voice on a spoke. The mutex makes remove a
// promise; nobody else takes it for long.
func (w *wheel) turn(s int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range w.spokes[s] {
		v.tick()
	}
}
