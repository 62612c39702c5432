package turn

import (
	"math"
	"time"
)

// Pauses learns how one speaker pauses: the stretch by which the usual silences
// must be longer, or may be shorter, so that nearly no pause after which this
// speaker goes on ends the turn.
//
// The lengths of a speaker's pauses, as shares of the usual silence, are close
// to log-normal. Their mean and variance in the logarithm are followed from a
// prior that makes the first stretch 1: the mean is mostly this speaker's after
// three pauses, the variance after six. The stretch is the quantile of the next
// pause that they predict. So a few pauses tell enough, where following the
// quantile itself takes dozens: it is seen once in fifty pauses. An outlier
// counts as 2.2 standard deviations at most, and what is older than sixty
// pauses fades. A Pauses is a value: a copy is what was known then. The zero
// value is not usable; see NewPauses.
type Pauses struct {
	least, most float64
	mean        float64 // of the logarithm
	variance    float64
	seen        float64 // pauses that the mean rests on, the prior counted
	spread      float64 // pauses that the variance rests on, the prior counted
}

const (
	beyond        = 2.05 // standard deviations: 98 of 100 pauses are shorter
	priorVariance = 0.16
	priorSeen     = 2
	priorSpread   = 6
	remembered    = 60  // pauses
	outlier       = 2.2 // standard deviations
)

// NewPauses starts with a stretch of 1 that stays between least and most.
func NewPauses(least, most float64) *Pauses {
	p := &Pauses{least: least, most: max(least, most), variance: priorVariance, seen: priorSeen, spread: priorSpread}
	p.mean = -beyond * p.deviation()
	return p
}

// deviation is the standard deviation of the next pause, the mean's own
// uncertainty included.
func (p *Pauses) deviation() float64 { return math.Sqrt(p.variance * (1 + 1/p.seen)) }

// WentOn tells that the speaker paused and went on, where a silence of usual
// would end the turn if the stretch were 1.
func (p *Pauses) WentOn(pause, usual time.Duration) {
	if pause <= 0 || usual <= 0 {
		return
	}
	off := math.Log(float64(pause)/float64(usual)) - p.mean
	far := outlier * p.deviation()
	off = min(max(off, -far), far)
	p.seen, p.spread = min(p.seen, remembered), min(p.spread, remembered)
	p.mean += off / (p.seen + 1)
	p.variance = (p.variance*p.spread + off*off*p.seen/(p.seen+1)) / (p.spread + 1)
	p.seen++
	p.spread++
}

// Stretch is by how much the usual silences are multiplied.
func (p *Pauses) Stretch() float64 {
	return min(max(math.Exp(p.mean+beyond*p.deviation()), p.least), p.most)
}
