package echo

import (
	"sync"
	"time"
)

const (
	frameLength = 20 * time.Millisecond
	ring        = 128  // frames that a Reference remembers, 2.5 s
	jitter      = 5    // frames by which a frame may come early or late and still be the next
	speech      = 2500 // energy above which a frame was meant to be heard, root mean square 50
)

// ticks numbers frames by wall time; a frame that comes a little early or late
// is the next.
func ticks(at time.Time, last int64) int64 {
	now := at.UnixNano() / int64(frameLength)
	if d := now - (last + 1); d >= -jitter && d <= jitter {
		return last + 1
	}
	return now
}

// Reference is what an agent has played. One goroutine adds to it, many may
// compare with it. The zero value is not usable; see NewReference.
type Reference struct {
	analysers map[int]*analyser // by rate; of the goroutine that adds

	mu    sync.Mutex
	slots [ring]slot
	last  int64 // the newest slot
	loud  int64 // the newest with speech
}

type slot struct {
	tick int64 // 0: never filled
	hard spectrum
	soft spectrum // the same, compressed
}

// NewReference has played nothing.
func NewReference() *Reference { return &Reference{analysers: make(map[int]*analyser)} }

// Played takes a frame of 20 ms that was sent at a time. Frames of silence may
// be left out.
func (r *Reference) Played(at time.Time, pcm []int16, rate int) {
	a := r.analysers[rate]
	if a == nil {
		a = newAnalyser(rate)
		r.analysers[rate] = a
	}
	s := a.analyse(pcm)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = ticks(at, r.last)
	r.slots[uint64(r.last)%ring] = slot{r.last, s, s.compressed()}
	if s.energy() > speech {
		r.loud = r.last
	}
}

// since fills hard and soft with the frames that end at tick, silence where nothing
// was played. It says false, and fills nothing, when none of the last reach
// frames has speech.
func (r *Reference) since(tick, reach int64, hard, soft []spectrum) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.loud == 0 || r.loud < tick-reach {
		return false
	}
	first := tick - int64(len(hard)) + 1
	for i := range hard {
		t := first + int64(i)
		if s := &r.slots[uint64(t)%ring]; s.tick == t {
			hard[i], soft[i] = s.hard, s.soft
		} else {
			hard[i], soft[i] = spectrum{}, spectrum{}
		}
	}
	return true
}
