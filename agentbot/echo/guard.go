package echo

import (
	"math"
	"math/bits"
	"time"
)

const (
	longestDelay = 40 // frames from what was played to its echo, 0.8 s
	window       = 25 // frames that are compared, 0.5 s
	enough       = 10 // frames in which two voices differ
	tail         = 12 // frames that a room goes on sounding
	span         = longestDelay + window + tail

	findAlike  = 0.7  // likeness, over time, of a delay that is an echo's
	loseAlike  = 0.25 // and of one that is none any more
	sureAlike  = 0.87 // likeness of one window that is an echo without more proof
	leastUsual = 0.8  // likeness that a real echo has on the whole
	settle     = 0.85 // how much of a delay's likeness over time is what it was
	margin     = 2.5  // times an echo as it is expected that it may be loud
	decay      = 0.6  // of an echo's energy in the room, a frame
	near       = 0.2  // how much of a frame must be the caller's: the share that an echo does not explain,
	unlike     = 2    // and so many times the likeness that is missing,
	nearRoom   = 3.5  // more by so many times what an echo usually misses
	nearFirst  = 0.6  // the share, while the path is hardly known
	judged     = 8    // frames of echo after which it may turn out to be none
	known      = 40   // frames of echo after which it is known
	nearOf     = 8    // frames of which
	nearLeast  = 3    // so many must be a caller's, for all to be
	hold       = 12   // frames that a caller is believed after that
	quiet      = 400  // energy below which a frame says nothing, root mean square 20
)

// Guard tells a caller's voice from the echo of what is played to them. It is
// used by one goroutine.
type Guard struct {
	ref  *Reference
	fft  *analyser
	tick int64

	mic     [window]spectrum // what was heard, the newest last
	quietly [window]spectrum // the same, compressed
	played  [span]spectrum   // what was played, the newest last
	soft    [span]spectrum   // the same, compressed
	active  bool             // something was played that may echo now

	alike     [longestDelay + 1]float32 // likeness over time, by delay
	delay     int                       // of the echo in frames; -1: there is none that is known
	now       float32                   // likeness of the last window at that delay
	usual     float32                   // likeness of echoes
	deviation float32                   // from the usual
	age       int                       // frames of echo at that delay
	weak      int                       // frames for which it has been unlike
	gain      [bands]float32            // of the echo's path

	nears uint64 // frames that no echo explains, the newest in bit 0
	held  int    // frames for which the caller is still believed
}

// NewGuard listens on a leg to whom ref is played.
func NewGuard(ref *Reference) *Guard {
	return &Guard{ref: ref, fft: newAnalyser(16000), delay: -1}
}

// Delay is how long after it was played an echo is heard; 0 while none is
// known.
func (g *Guard) Delay() time.Duration { return time.Duration(max(g.delay, 0)) * frameLength }

// Hear takes the next frame of 20 ms at 16 kHz that the leg sent, as it was
// before anything was done to it.
func (g *Guard) Hear(at time.Time, pcm []int16) {
	g.tick = ticks(at, g.tick)
	copy(g.mic[:], g.mic[1:])
	copy(g.quietly[:], g.quietly[1:])
	g.mic[window-1] = g.fft.analyse(pcm)
	g.quietly[window-1] = g.mic[window-1].compressed()
	g.active = g.ref.since(g.tick, longestDelay+tail, g.played[:], g.soft[:])
	if !g.active {
		g.nears, g.held = 0, 0
	}
}

// Near says whether the frame is the caller's own voice, where a detector says
// that it is a voice. It takes a few frames to be sure; late is how many of
// those before were the caller's too.
func (g *Guard) Near(voice bool) (own bool, late int) {
	g.held = max(0, g.held-1)
	if !g.active || !voice {
		g.nears <<= 1
		return voice, 0
	}
	best := g.compare()
	now := &g.mic[window-1]
	g.nears <<= 1
	if now.energy() < quiet {
		return g.held > 0, 0
	}
	switch {
	case g.delay < 0:
		own = best < sureAlike
	case g.age < known:
		own = g.unexplained(now) > nearFirst
	default:
		own = g.unexplained(now)+unlike*max(0, g.usual-g.now-2*g.deviation) > near+nearRoom*(1-g.usual)
	}
	switch {
	case own:
		g.nears |= 1
	case g.delay >= 0:
		g.adapt(now)
	}
	recent := bits.OnesCount64(g.nears & (1<<nearOf - 1))
	if recent < nearLeast {
		return g.held > 0, 0
	}
	if g.held == 0 {
		late = recent - int(g.nears&1)
	}
	g.held = hold
	return true, late
}

// compare tells how alike the last frames are to what was played, at the delay
// that is most so, and finds or loses the delay of the echo.
func (g *Guard) compare() (best float32) {
	at, most := 0, float32(0)
	g.now = 0
	for d := range g.alike {
		end := span - d // of the frames that would echo now
		l := likeness(g.quietly[:], g.soft[end-window:end])
		best = max(best, l)
		if d == g.delay {
			g.now = l
		}
		g.alike[d] = settle*g.alike[d] + (1-settle)*l
		if g.alike[d] > most {
			at, most = d, g.alike[d]
		}
	}
	switch {
	case most > findAlike && at != g.delay && (g.delay < 0 || most > g.alike[g.delay]+0.1):
		g.delay, g.weak, g.age, g.usual = at, 0, 0, 0
		g.deviation = 0.1
		g.measure()
	case g.delay >= 0 && g.age >= judged && g.usual < leastUsual:
		g.delay = -1 // it only seemed so
		clear(g.alike[:])
	case g.delay >= 0 && g.alike[g.delay] < loseAlike:
		if g.weak++; g.weak > 100 {
			g.delay = -1
		}
	default:
		g.weak = 0
	}
	return best
}

// likeness is how alike two stretches of spectra move, from -1 to 1: the
// correlation of each band over time, those that move much counting more. What
// a path does to each band for good makes no difference.
func likeness(a, b []spectrum) float32 {
	// Two voices that begin together are alike in that alone: where there is
	// enough behind it, the silence before does not count.
	for i := range a[:len(a)-enough] {
		if a[i].sounds() || b[i].sounds() {
			a, b = a[i:], b[i:]
			break
		}
	}
	var common, own float32
	n := float32(len(a))
	for k := range bands {
		var sa, sb, saa, sbb, sab float32
		for i := range a {
			x, y := a[i][k], b[i][k]
			sa += x
			sb += y
			saa += x * x
			sbb += y * y
			sab += x * y
		}
		common += sab - sa*sb/n
		own += float32(math.Sqrt(float64(max(0, saa-sa*sa/n) * max(0, sbb-sb*sb/n))))
	}
	if own < 1 {
		return 0
	}
	return common / own
}

// measure takes the path's gain from the window in which the delay was found.
func (g *Guard) measure() {
	for k := range bands {
		var heard, played float32
		for i := range g.mic {
			heard += g.mic[i][k]
			played += g.echoed(i - (window - 1))[k]
		}
		g.gain[k] = heard / max(played, 1)
	}
}

// echoed is what was played so long ago that it echoes at a frame, counted back
// from the newest, with what a room keeps of the frames before.
func (g *Guard) echoed(back int) (s spectrum) {
	end := span - 1 + back - g.delay
	fade := float32(1)
	for i := end + 2; i > end-tail && i >= 0; i-- {
		if i < span {
			for k, e := range g.played[i] {
				s[k] = max(s[k], fade*e)
			}
		}
		if i < end { // the delay is known to a frame
			fade *= decay
		}
	}
	return s
}

// unexplained is the share of a frame's energy that no echo explains.
func (g *Guard) unexplained(now *spectrum) float32 {
	echo, weights := g.echoed(0), &g.quietly[window-1]
	var more, all float32
	for k, e := range now {
		all += weights[k]
		if e > margin*g.gain[k]*echo[k]+quiet/bands {
			more += weights[k]
		}
	}
	return more / max(all, 1)
}

// adapt follows the path with a frame that is an echo.
func (g *Guard) adapt(now *spectrum) {
	rate := max(0.02, 1/float32(g.age+1))
	g.deviation += rate * (float32(math.Abs(float64(g.now-g.usual))) - g.deviation)
	g.usual += rate * (g.now - g.usual)
	g.age++
	echo := g.echoed(0)
	for k, e := range now {
		if echo[k] < speech/bands {
			continue
		}
		ratio := e / echo[k]
		rate := float32(0.01)
		if ratio > g.gain[k] {
			rate, ratio = 0.08, min(ratio, margin*g.gain[k])
		}
		g.gain[k] += rate * (ratio - g.gain[k])
	}
}
