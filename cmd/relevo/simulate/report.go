package simulate

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"time"
)

// Report is what a run measured. Durations are in milliseconds; null was not
// measured.
type Report struct {
	Calls       int     `json:"calls"`
	Completed   int     `json:"completed"`
	Participant int     `json:"participantsPerCall"`
	Seconds     float64 `json:"seconds"`
	Interrupted bool    `json:"interrupted,omitempty"`

	Join           *histogram `json:"joinMs"`
	ForwardLatency *histogram `json:"forwardLatencyMs"`

	Packets struct {
		Sent       uint64 `json:"sent"`
		SendFailed uint64 `json:"sendFailed"`
		Received   uint64 `json:"received"`
		Lost       uint64 `json:"lost"`
		Repeated   uint64 `json:"repeated"`
		LateTicks  uint64 `json:"lateTicks"` // of this process: more than 10 ms behind its own clock
	} `json:"packets"`
	LossPercent    float64 `json:"lossPercent"`
	EndToEndLosses uint64  `json:"endToEndLostFrames"` // stamped frames missing between two that came

	Takeovers         int        `json:"takeovers"`
	TakeoversFailed   int        `json:"takeoversFailed"`
	CutWhileAISilent  int        `json:"takeoversWhileAISilent"` // not in cutoverGap and claimToAISilent
	CutoverGap        *histogram `json:"cutoverGapMs"`
	ClaimToAISilent   *histogram `json:"claimToAISilentMs"`
	ClaimToHuman      *histogram `json:"claimToHumanAudibleMs"`
	AIPacketsAfterCut int        `json:"aiPacketsAfterCut"`

	EndOfSpeechToAI *histogram `json:"endOfSpeechToAgentMs"`
	BargeInStop     *histogram `json:"bargeInStopMs"`
	BargeInsIgnored int        `json:"bargeInsIgnored"`
	RepliesMissed   int        `json:"repliesMissed"`

	Server struct {
		CPUCores       float64 `json:"cpuCores"`
		CPUPerPacketUs float64 `json:"cpuPerForwardedPacketUs"`
		MemoryPerCall  float64 `json:"memoryPerCallKiB"`
		ResidentMiB    float64 `json:"residentMiB"`
	} `json:"server"`
	Left                 *left `json:"leftAfterCalls"`
	ClientGoroutinesLeft int   `json:"clientGoroutinesLeft"` // of this process, with --self

	Errors   map[string]int `json:"errors"`
	Exceeded []string       `json:"exceeded,omitempty"`

	mu sync.Mutex // guards all of it while calls run
}

func newReport() *Report {
	return &Report{
		Join: new(histogram), ForwardLatency: new(histogram), CutoverGap: new(histogram), ClaimToAISilent: new(histogram),
		ClaimToHuman: new(histogram), EndOfSpeechToAI: new(histogram), BargeInStop: new(histogram), Errors: make(map[string]int),
	}
}

// note changes the report; calls do it while others run.
func (r *Report) note(f func(*Report)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(r)
}

// fail counts an error by its text.
func (r *Report) fail(what string, err error) {
	r.note(func(r *Report) { r.Errors[what+": "+err.Error()]++ })
}

// takeover adds what a caller heard of one.
func (r *Report) takeover(claimed time.Duration, c cut) {
	r.note(func(r *Report) {
		r.Takeovers++
		r.AIPacketsAfterCut += c.after
		r.ClaimToHuman.add(c.firstHu - claimed)
		if c.firstHu-c.lastAI > 100*time.Millisecond {
			r.CutWhileAISilent++
			return
		}
		r.CutoverGap.add(c.firstHu - c.lastAI)
		r.ClaimToAISilent.add(c.lastAI - claimed)
	})
}

// slot adds what one slot of one client heard, after its end.
func (r *Report) slot(e *slotEar) {
	lost := e.lost()
	r.note(func(r *Report) {
		r.ForwardLatency.merge(e.latency)
		r.Packets.Received += e.packets
		r.Packets.Lost += lost
		r.Packets.Repeated += e.repeated
		for _, c := range e.senders {
			want := c.last - c.first + 1
			r.EndToEndLosses += uint64(want - min(want, c.got))
		}
	})
}

// Thresholds are what a run may not exceed; zero is no limit. All durations are
// of the 99th percentile.
type Thresholds struct {
	Loss            float64 // percent
	ForwardLatency  time.Duration
	CutoverGap      time.Duration
	ClaimToAISilent time.Duration
	ClaimToHuman    time.Duration
	Leaks           bool // nothing may be left, no AI packet may come after a cut, no call may fail
}

// Targets are those of the project.
func Targets() Thresholds {
	return Thresholds{Loss: 0.01, CutoverGap: 40 * time.Millisecond, ClaimToAISilent: 200 * time.Millisecond,
		ClaimToHuman: 300 * time.Millisecond, Leaks: true}
}

// check fills Exceeded.
func (r *Report) check(t Thresholds) {
	exceed := func(format string, args ...any) { r.Exceeded = append(r.Exceeded, fmt.Sprintf(format, args...)) }
	if t.Loss > 0 && r.LossPercent > t.Loss {
		exceed("loss is %.4f %%, more than %.4f %%", r.LossPercent, t.Loss)
	}
	p99 := func(name string, h *histogram, most time.Duration) {
		switch {
		case most <= 0:
		case h.n == 0:
			exceed("%s was never measured", name)
		case h.quantile(0.99) > most:
			exceed("%s has a 99th percentile of %v, more than %v", name, h.quantile(0.99).Round(100*time.Microsecond), most)
		}
	}
	p99("forward latency", r.ForwardLatency, t.ForwardLatency)
	p99("cutover gap", r.CutoverGap, t.CutoverGap)
	p99("claim to AI silent", r.ClaimToAISilent, t.ClaimToAISilent)
	p99("claim to human audible", r.ClaimToHuman, t.ClaimToHuman)
	if !t.Leaks {
		return
	}
	if r.Left != nil && !r.Left.none() {
		exceed("left after the calls: %d goroutines, %d descriptors, %d ports", r.Left.Goroutines, r.Left.FDs, r.Left.Ports)
	}
	if r.ClientGoroutinesLeft > 0 {
		exceed("%d goroutines left in this process", r.ClientGoroutinesLeft)
	}
	if r.AIPacketsAfterCut > 0 {
		exceed("%d AI packets after a cut", r.AIPacketsAfterCut)
	}
	if r.Completed < r.Calls {
		exceed("%d of %d calls failed", r.Calls-r.Completed, r.Calls)
	}
	for _, e := range slices.Sorted(maps.Keys(r.Errors)) {
		exceed("%d times: %s", r.Errors[e], e)
	}
}

func (r *Report) finish(elapsed time.Duration) {
	r.Seconds = math.Round(elapsed.Seconds()*10) / 10
	if total := r.Packets.Received - r.Packets.Repeated + r.Packets.Lost; total > 0 {
		r.LossPercent = 100 * float64(r.Packets.Lost) / float64(total)
	}
}
