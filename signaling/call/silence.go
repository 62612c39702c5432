package call

import (
	"math"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
)

// CallerSilence is for how long a caller may be silent to a human from now on, in
// calls that go on as well: 0 is Config.SessionTimeout, negative for ever.
func (h *Hub) CallerSilence(d time.Duration) {
	if h.silence.Swap(int64(d)) == int64(d) {
		return
	}
	h.mu.Lock()
	calls := make([]*Call, 0, len(h.calls))
	for _, c := range h.calls {
		if c != nil {
			calls = append(calls, c)
		}
	}
	h.mu.Unlock()
	for _, c := range calls {
		c.box.force(c.watchSilence)
	}
}

func (h *Hub) callerSilence() time.Duration {
	switch d := time.Duration(h.silence.Load()); {
	case d < 0:
		return math.MaxInt64
	case d > 0:
		return d
	}
	return h.cfg.SessionTimeout
}

// watchSilence gives the call back when the caller has not said a word for that
// long after the human's last.
func (c *Call) watchSilence() {
	if c.machine.State != takeover.Human {
		return
	}
	within, last := c.hub.callerSilence(), c.lastHum
	if c.lastCall.After(last) {
		last = c.lastCall
	}
	if within == math.MaxInt64 {
		c.stop(timerSilence)
		return
	}
	c.after(timerSilence, max(time.Until(last.Add(within)), time.Second), func() {
		if c.machine.State != takeover.Human {
			return
		}
		if !c.lastHum.Before(c.lastCall) && time.Since(c.lastHum) >= c.hub.callerSilence() {
			c.releasedFor = "callerSilent"
			c.decide(decision{event: takeover.CallerSilent, claim: c.claim, reason: "callerSilent"})
			return
		}
		c.watchSilence()
	})
}
