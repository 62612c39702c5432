package turn

import (
	"math"
	"time"
)

// Pauses learns how one speaker pauses: the stretch by which the usual silences
// must be longer, or may be shorter, so that 97 of 100 pauses after which this
// speaker goes on do not end the turn.
//
// It follows that quantile by steps: a pause that came near the silence allowed,
// or outlasted it, stretches by at most a quarter; one that did not shrinks by
// less than one percent. Only the order of the two counts, so a single long
// pause is one step whatever its length, and 34 short ones weigh as much as one
// long. The zero value is not usable; see NewPauses.
type Pauses struct {
	least, most float64
	log         float64 // of the stretch
}

const (
	quantile = 0.97
	rate     = 0.25 // of a step, in the logarithm
	reserve  = 1.15 // a pause this much shorter than the silence allowed is near it
)

// NewPauses starts with a stretch of 1 that stays between least and most.
func NewPauses(least, most float64) *Pauses {
	p := &Pauses{least: least, most: max(least, most)}
	p.log = math.Log(p.bound(1))
	return p
}

// WentOn tells that the speaker paused and went on, where a silence of usual
// would end the turn if the stretch were 1.
func (p *Pauses) WentOn(pause, usual time.Duration) {
	if pause <= 0 || usual <= 0 {
		return
	}
	needed := math.Log(reserve * float64(pause) / float64(usual))
	if needed > p.log {
		p.log = min(needed, p.log+rate*quantile)
	} else {
		p.log -= rate * (1 - quantile)
	}
	p.log = math.Log(p.bound(math.Exp(p.log)))
}

// Stretch is by how much the usual silences are multiplied.
func (p *Pauses) Stretch() float64 { return p.bound(math.Exp(p.log)) }

func (p *Pauses) bound(stretch float64) float64 { return min(max(stretch, p.least), p.most) }
