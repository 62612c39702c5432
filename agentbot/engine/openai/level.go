package openai

import (
	"math"

	"github.com/relevo/relevo/agentbot/engine"
)

// The least level of a voice, as the root mean square of 20 ms.
const (
	quiet   = 100.0 // under it there is no voice, however loud the rest is
	fallOff = 40.0  // by how much a voice may be less loud than its loudest
	clearOf = 8.0   // a voice this close to its loudest is one, whatever the noise
)

// level tells where the last voice in an utterance was, by energy alone. It is
// there to know that nothing was said after an upload, so where it is in doubt
// it says voice.
type level struct {
	seen    int // samples
	frame   float64
	filled  int // samples in frame
	loudest float64
	floor   float64 // the least level so far
	voiced  int     // samples in frames with voice
	last    int     // where the last of them ended
}

// add takes the next samples.
func (l *level) add(pcm []int16) {
	for _, x := range pcm {
		l.frame += float64(x) * float64(x)
		l.seen++
		if l.filled++; l.filled == engine.FrameSamples {
			l.judge(math.Sqrt(l.frame / engine.FrameSamples))
			l.frame, l.filled = 0, 0
		}
	}
}

func (l *level) judge(rms float64) {
	if l.floor == 0 || rms < l.floor {
		l.floor = max(rms, 1)
	}
	l.loudest = max(l.loudest, rms)
	// Twice the noise is voice, within what is surely one and surely none.
	least := min(max(2*l.floor, quiet, l.loudest/fallOff), max(l.loudest/clearOf, quiet))
	if rms >= least {
		l.voiced += engine.FrameSamples
		l.last = l.seen
	}
}

// still is how many samples passed since the last voice.
func (l *level) still() int { return l.seen - l.last }
