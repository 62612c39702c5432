package vad

import "math"

const (
	gateWindow  = 150  // frames that the background is known by: 3 s
	gateShare   = 0.10 // of them are quieter than the background's quiet moments
	gateEarly   = 0.2  // so much more at the beginning
	gateMargin  = 10   // dB above these, from which somebody speaks at this microphone
	gateHold    = 4    // dB less are enough while they do
	gateRelease = 5    // frames below that end it
	gateFar     = 3.0  // dB below the threshold, where a frame counts three times
	gateSmooth  = 0.5  // weight of the newest frame
	gateBelow   = 30.0 // dB below the speaker's loudest moments nobody speaks
	gateDecay   = 0.3  // dB a frame by which these fade: 15 dB a second
	gateLowest  = -60  // dB of full scale: the gate is never higher up than needed

	binLow, binHigh = -100, 0 // dB of full scale, a bin each
)

// gate tells who speaks at the microphone from who speaks behind it, and the
// end of speech from the detector's hangover: by level alone, over that of the
// background's quiet moments in the last seconds. WebRTC's detector takes
// babble for voice, as it is; people in the room are not as loud as the caller.
type gate struct {
	low, high filter
	level     float64 // smoothed energy
	heard     bool    // there is a level

	bins   [binHigh - binLow + 1]int // frames of the window by level
	window [gateWindow]uint8         // the bin of each
	n, at  int

	loudest float64 // dB, fading

	open  bool
	near  bool // the last frame would have kept it open
	below int  // frames below, while open
}

func newGate() *gate { return &gate{low: highPass(200), high: lowPass(4000), loudest: binLow} }

// voice says whether a frame is loud enough.
func (g *gate) voice(frame []int16) bool {
	if len(frame) == 0 {
		return false
	}
	sum := 0.0
	for _, s := range frame {
		x := g.high.next(g.low.next(float64(s) / 32768))
		sum += x * x
	}
	energy := sum/float64(len(frame)) + 1e-12
	if !g.heard {
		g.level, g.heard = energy, true
	}
	g.level += gateSmooth * (energy - g.level)
	db := 10 * math.Log10(g.level)
	g.count(db)

	now := 10 * math.Log10(energy)
	g.loudest = max(g.loudest-gateDecay, db)
	if now < g.loudest-gateBelow {
		g.open, g.near = false, false // the end of speech in a quiet room
		return false
	}
	threshold := max(g.quiet()+gateMargin, gateLowest)
	g.near = db >= threshold-gateHold
	if g.open {
		threshold -= gateHold
	}
	switch {
	case db >= threshold:
		g.open, g.below = true, 0
	case g.open:
		g.below++
		if now < threshold-gateFar {
			g.below += 2 // far below: that is no weak syllable
		}
		if g.below >= gateRelease {
			g.open = false
		}
	}
	return g.open
}

func (g *gate) count(db float64) {
	bin := uint8(min(max(math.Round(db), binLow), binHigh) - binLow) //nolint:gosec // in range
	if g.n == gateWindow {
		g.bins[g.window[g.at]]--
	} else {
		g.n++
	}
	g.window[g.at] = bin
	g.bins[bin]++
	g.at = (g.at + 1) % gateWindow
}

// quiet is the level of the background's quiet moments.
func (g *gate) quiet() float64 {
	// Of few frames the quietest ones say too little.
	share := gateShare + gateEarly*(1-float64(g.n)/gateWindow)
	rest := int(share * float64(g.n))
	for i, n := range g.bins {
		if rest -= n; rest < 0 {
			return float64(binLow + i)
		}
	}
	return binHigh
}
