package playout

import (
	"math"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// Clip is the audio of one sentence. One goroutine fills it while a Player
// plays it.
type Clip struct {
	// fixed after NewClip
	text *text
	rate int

	mu       sync.Mutex
	pcm      []int16
	energies []float64 // root mean square of each whole frame of pcm
	words    []engine.WordTime
	complete bool
	broken   bool
	pace     float64 // frames of speech a syllable that this voice took before; 0: not known
}

// NewClip is the empty clip of a sentence at a rate that Opus has.
func NewClip(sentence string, rate int) *Clip {
	return &Clip{text: newText(sentence), rate: rate}
}

// Text is the sentence.
func (c *Clip) Text() string { return c.text.all }

// Append adds audio; words, if not nil, are all word times known so far.
func (c *Clip) Append(pcm []int16, words []engine.WordTime) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.complete {
		return
	}
	c.pcm = append(c.pcm, pcm...)
	if words != nil {
		c.words = words
	}
	c.measureLocked()
}

// Finish tells that no more audio comes. Broken: the speech is not all of the
// text.
func (c *Clip) Finish(words []engine.WordTime, broken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if words != nil {
		c.words = words
	}
	c.complete, c.broken = true, c.broken || broken
	c.measureLocked()
}

func (c *Clip) measureLocked() {
	size := c.rate / 50
	for n := len(c.energies); (n+1)*size <= len(c.pcm); n++ {
		c.energies = append(c.energies, rms(c.pcm[n*size:(n+1)*size]))
	}
	if n := len(c.energies); c.complete && n*size < len(c.pcm) {
		c.energies = append(c.energies, rms(c.pcm[n*size:]))
	}
}

func rms(pcm []int16) float64 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(max(len(pcm), 1)))
}

type supply int

const (
	ready    supply = iota // a frame
	awaiting               // none yet
	over                   // no more, all of the text
	brokeOff               // no more, not all of the text
)

// frame copies frame n into pcm, which has the size of a frame; the last one
// is filled up with silence.
func (c *Clip) frame(n int, pcm []int16) supply {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := c.rate / 50
	at := n * size
	switch {
	case at+size <= len(c.pcm):
		copy(pcm, c.pcm[at:at+size])
	case !c.complete:
		return awaiting
	case at < len(c.pcm):
		clear(pcm[copy(pcm, c.pcm[at:]):])
	case c.broken:
		return brokeOff
	default:
		return over
	}
	return ready
}

// heard is how many code points of the text were heard with the first n frames.
func (c *Clip) heard(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	whole := c.complete && !c.broken
	if whole && n >= len(c.energies) {
		return c.text.length
	}
	if n == 0 {
		return 0
	}
	total := time.Duration(0)
	if whole {
		total = time.Duration(len(c.energies)) * frameLength
	}
	if len(c.words) > 0 {
		return c.text.heardByTimes(c.words, time.Duration(n)*frameLength, total)
	}
	pace := c.pace
	if pace == 0 {
		pace = float64(perSyllable) / float64(frameLength)
	}
	return c.text.heardByEnergy(c.energies, n, whole, pace)
}

// pacing is how fast a voice speaks, as far as was heard.
type pacing struct{ frames, syllables float64 }

// learn takes a clip that was spoken to its end.
func (p *pacing) learn(c *Clip) {
	c.mu.Lock()
	frames, syllables := c.text.paceOf(c.energies)
	c.mu.Unlock()
	const kept = 0.8 // of what was known, so that another voice is followed
	p.frames, p.syllables = kept*p.frames+frames, kept*p.syllables+syllables
}

// use tells a clip what is known.
func (p *pacing) use(c *Clip) {
	if p.syllables == 0 || p.frames == 0 {
		return
	}
	c.mu.Lock()
	c.pace = p.frames / p.syllables
	c.mu.Unlock()
}

// boundary says whether a word may end with frame n-1.
func (c *Clip) boundary(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.words) > 0 {
		from, to := time.Duration(n)*frameLength, time.Duration(n+1)*frameLength
		for _, w := range c.words {
			if w.At >= from && w.At < to {
				return true
			}
		}
		return false
	}
	if n == 0 || n >= len(c.energies) {
		return n >= len(c.energies)
	}
	loudest := 0.0
	for _, e := range c.energies {
		loudest = max(loudest, e)
	}
	last, next := c.energies[n-1], c.energies[n]
	if last < quiet*loudest {
		return true
	}
	dip := last <= next && (n < 2 || last <= c.energies[n-2])
	return dip && last < loudest/3
}

// Ready is a clip whose audio is all there. pcm and words are shared and must
// not be changed.
func Ready(sentence string, rate int, pcm []int16, words []engine.WordTime) *Clip {
	c := NewClip(sentence, rate)
	c.pcm = pcm[:len(pcm):len(pcm)]
	c.Finish(words, false)
	return c
}
