package bench

import (
	"context"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/sfu/opus"
)

// ear listens to the agent in the room: it decodes what the agent sends.
type ear struct {
	tap   *sfu.Tap
	start time.Time

	mu      sync.Mutex
	audible []time.Duration // when audible frames were sent
	words   words
}

// listen runs until the tap ends.
func (e *ear) listen(ctx context.Context) error {
	dec, err := opus.NewDecoder(engine.SampleRate)
	if err != nil {
		return err
	}
	pcm := make([]int16, 6*engine.FrameSamples)
	for {
		p, err := e.tap.Read(ctx)
		if err != nil {
			return nil //nolint:nilerr // the end
		}
		n, err := dec.Decode(p.Payload, pcm)
		if err != nil {
			return err
		}
		loud := level(pcm[:n])
		e.mu.Lock()
		if loud >= audible {
			e.audible = append(e.audible, p.Arrival.Sub(e.start))
		}
		e.words.frame(pcm[:n], loud)
		e.mu.Unlock()
	}
}

// quiet is how long nothing has been audible.
func (e *ear) quiet() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	last := time.Duration(0)
	if n := len(e.audible); n > 0 {
		last = e.audible[n-1]
	}
	return time.Since(e.start) - last
}

// speaks says whether the agent is audible now.
func (e *ear) speaks() bool {
	return e.heard() > 0 && e.quiet() < speaksWithin
}

// heard is the number of words heard.
func (e *ear) heard() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.words.names)
	if e.words.frames >= halfWord {
		n++
	}
	return n
}

// onsetAfter is when the agent began to speak after a time, negative when it
// has not.
func (e *ear) onsetAfter(at time.Duration) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := len(e.audible) - 1; i >= 0 && e.audible[i] >= at; i-- {
		if i == 0 || e.audible[i]-e.audible[i-1] >= 10*frame {
			return e.audible[i]
		}
	}
	return -1
}
