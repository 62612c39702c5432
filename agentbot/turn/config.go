package turn

import "time"

// FrameLength is the length of a frame: the machine's clock counts frames.
const FrameLength = 20 * time.Millisecond

// Config is when a turn begins and ends. A zero field is its default.
type Config struct {
	// StartFrames voiced frames of the last StartWindow begin an utterance.
	StartFrames int // 5
	StartWindow int // 8
	// PreRoll is how much audio before the beginning belongs to the utterance.
	PreRoll time.Duration // 0.4 s

	// An utterance ends after this much silence, by what its text so far looks like.
	Finished   time.Duration // 0.3 s: it ends like a sentence
	Default    time.Duration // 0.6 s
	Unfinished time.Duration // 1.5 s: "and", "my", "um" …
	Spelling   time.Duration // 2 s: digits or letters, one by one

	// MaxUtterance ends an utterance that does not end.
	MaxUtterance time.Duration // 30 s

	// BargeIn is how much voice while the agent speaks stops it.
	BargeIn time.Duration // 0.2 s
	// Backchannel is how long "uh-huh" may last and not stop it.
	Backchannel time.Duration // 1 s
}

func (c Config) withDefaults() Config {
	or(&c.StartFrames, 5)
	or(&c.StartWindow, 8)
	c.StartWindow = max(c.StartWindow, c.StartFrames)
	or(&c.PreRoll, 400*time.Millisecond)
	or(&c.Finished, 300*time.Millisecond)
	or(&c.Default, 600*time.Millisecond)
	or(&c.Unfinished, 1500*time.Millisecond)
	or(&c.Spelling, 2*time.Second)
	or(&c.MaxUtterance, 30*time.Second)
	or(&c.BargeIn, 200*time.Millisecond)
	or(&c.Backchannel, time.Second)
	return c
}

func or[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

func frames(d time.Duration) int { return int((d + FrameLength - 1) / FrameLength) }
