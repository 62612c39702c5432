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
	Trailing   time.Duration // 1.2 s: "please", "that", "you" …: sentences end so, and go on so
	Unfinished time.Duration // 2.5 s: "and", "my", "um" …; also the most that stretching makes of the others
	Spelling   time.Duration // 3 s: digits, letters or an e-mail address

	// Marks says that the recogniser writes the marks that end sentences, so a
	// text without one has not ended: it is Trailing where it would be Open. It
	// is learned otherwise, from the first mark.
	Marks bool

	// Quickest and Slowest bound by how much the first three are multiplied for a
	// speaker whose pauses are shorter or longer than most people's. Both 1:
	// nothing is learned.
	Quickest float64 // 0.8
	Slowest  float64 // 2

	// MaxUtterance ends an utterance that does not end.
	MaxUtterance time.Duration // 30 s

	// BargeInBy is what stops an agent that speaks: BargeIn of voice,
	// BargeInWords recognised words, or either of them.
	BargeInBy    BargeRule     // ByVoice
	BargeIn      time.Duration // 0.2 s
	BargeInWords int           // 2
	// Backchannel is how long "uh-huh" may last and not stop it.
	Backchannel time.Duration // 1 s
}

// BargeRule is what stops an agent that speaks.
type BargeRule int

// The rules.
const (
	ByVoice        BargeRule = iota // so much voice, whatever it says
	ByWords                         // so many words; noise and coughs do not even pause the agent
	ByVoiceOrWords                  // whichever comes first
)

// Interrupts says whether a whole utterance with this text may stop an agent
// that speaks.
func (c Config) Interrupts(text string) bool {
	return c.BargeInBy != ByWords || Words(text) >= c.withDefaults().BargeInWords
}

// silence is how long it must be quiet after a text of this look, for a speaker
// whose pauses are like most people's.
func (c Config) silence(look Look) time.Duration {
	switch look {
	case Finished:
		return c.Finished
	case Trailing:
		return c.Trailing
	case Unfinished:
		return c.Unfinished
	case Spelling:
		return c.Spelling
	}
	return c.Default
}

func (c Config) withDefaults() Config {
	or(&c.StartFrames, 5)
	or(&c.StartWindow, 8)
	c.StartWindow = max(c.StartWindow, c.StartFrames)
	or(&c.PreRoll, 400*time.Millisecond)
	or(&c.Finished, 300*time.Millisecond)
	or(&c.Default, 600*time.Millisecond)
	or(&c.Trailing, 1200*time.Millisecond)
	or(&c.Unfinished, 2500*time.Millisecond)
	or(&c.Spelling, 3*time.Second)
	or(&c.Quickest, 0.8)
	or(&c.Slowest, 2)
	or(&c.MaxUtterance, 30*time.Second)
	or(&c.BargeIn, 200*time.Millisecond)
	or(&c.BargeInWords, 2)
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
