package turn

import (
	"math/bits"
	"time"
)

// Events are what a frame or a button brought about, a bit set.
type Events uint8

// The events.
const (
	Started  Events = 1 << iota // an utterance begins; Machine.PreRoll frames before this one belong to it
	Barge                       // so much voice that an agent must stop speaking
	Ended                       // the utterance is over, this frame still belongs to it
	Canceled                    // the utterance is void
)

// Has says whether all of want are in e.
func (e Events) Has(want Events) bool { return e&want == want }

const (
	quietWindow = 8 // frames
	quietBlip   = 3 // voiced frames of quietWindow that end a silence
)

// Machine follows one speaker.
type Machine struct {
	cfg Config

	history uint64 // the last 64 frames' voices, the newest in bit 0

	active bool
	barged bool
	length int // frames of the utterance, from the first voiced one of its beginning
	voiced int // of these with voice
	quiet  int // since voice
	look   Look
	back   bool // the text so far is a backchannel

	push    bool // push-to-talk is on
	pressed bool
}

// New is a machine at rest.
func New(cfg Config) *Machine { return &Machine{cfg: cfg.withDefaults()} }

// Frame takes the next 20 ms.
func (m *Machine) Frame(voice bool) Events {
	m.history <<= 1
	if voice {
		m.history |= 1
	}
	if !m.active {
		if m.push || !voice || m.recent(m.cfg.StartWindow) < m.cfg.StartFrames {
			return 0
		}
		m.begin()
		return Started | m.barge()
	}
	m.length++
	if voice {
		m.voiced++
	}
	if voice && m.recent(quietWindow) >= quietBlip {
		m.quiet = 0
	} else {
		m.quiet++
	}
	events := m.barge()
	if m.over() {
		events |= Ended
		m.rest()
	}
	return events
}

// begin makes the window's voice the utterance's first.
func (m *Machine) begin() {
	window := m.history & (1<<m.cfg.StartWindow - 1)
	m.active, m.barged = true, false
	m.length = bits.Len64(window)
	m.voiced = bits.OnesCount64(window)
	m.quiet, m.look, m.back = 0, Open, false
}

func (m *Machine) rest() {
	m.active = false
	m.history = 0
}

func (m *Machine) recent(window int) int {
	return bits.OnesCount64(m.history & (1<<window - 1))
}

func (m *Machine) barge() Events {
	if m.barged || m.voiced < frames(m.cfg.BargeIn) {
		return 0
	}
	if m.back && m.length-m.quiet <= frames(m.cfg.Backchannel) {
		return 0
	}
	m.barged = true
	return Barge
}

func (m *Machine) over() bool {
	if m.length >= frames(m.cfg.MaxUtterance) {
		return true
	}
	return !m.push && m.quiet >= frames(m.silence())
}

// silence is how long it must be quiet for the utterance to be over.
func (m *Machine) silence() time.Duration {
	switch m.look {
	case Finished:
		return m.cfg.Finished
	case Unfinished:
		return m.cfg.Unfinished
	case Spelling:
		return m.cfg.Spelling
	}
	return m.cfg.Default
}

// Partial tells the text of the utterance so far; it counts from the next
// frame on. Without an utterance it says nothing.
func (m *Machine) Partial(text string) {
	if m.active {
		m.look, m.back = LookOf(text), Backchannel(text)
	}
}

// PushToTalk switches between voice and button. What was being said is void.
func (m *Machine) PushToTalk(on bool) Events {
	if m.push == on {
		return 0
	}
	m.push, m.pressed = on, false
	return m.void()
}

// Press begins an utterance by button.
func (m *Machine) Press() Events {
	if !m.push || m.active {
		return 0
	}
	m.pressed = true
	m.begin()
	m.length, m.voiced, m.barged = 0, 0, true
	return Started | Barge
}

// Release ends the utterance of the button.
func (m *Machine) Release() Events {
	if !m.push || !m.active {
		return 0
	}
	m.pressed = false
	m.rest()
	return Ended
}

// Cancel makes the utterance of the button void.
func (m *Machine) Cancel() Events {
	if !m.push {
		return 0
	}
	m.pressed = false
	return m.void()
}

func (m *Machine) void() Events {
	if !m.active {
		return 0
	}
	m.rest()
	return Canceled
}

// Active says whether an utterance is under way.
func (m *Machine) Active() bool { return m.active }

// Buttoned says whether push-to-talk is on.
func (m *Machine) Buttoned() bool { return m.push }

// Voiced is how much voice the utterance has had, also right after it ended.
func (m *Machine) Voiced() time.Duration { return time.Duration(m.voiced) * FrameLength }

// Length is how long the utterance has lasted up to its last voice, also right
// after it ended.
func (m *Machine) Length() time.Duration {
	return time.Duration(m.length-m.quiet) * FrameLength
}

// Quiet is how long the utterance has been silent, also right after it ended.
func (m *Machine) Quiet() time.Duration { return time.Duration(m.quiet) * FrameLength }

// PreRoll is how many frames before that of Started belong to an utterance; by
// button there are none.
func (m *Machine) PreRoll() int {
	if m.push {
		return 0
	}
	return frames(m.cfg.PreRoll)
}
