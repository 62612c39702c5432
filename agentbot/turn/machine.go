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
	Likely                      // the silence is likely to be the end: what an answer needs may be begun
	WentOn                      // after Likely: the speaker goes on
)

// Has says whether all of want are in e.
func (e Events) Has(want Events) bool { return e&want == want }

const (
	quietWindow = 8 // frames
	quietBlip   = 3 // voiced frames of quietWindow that end a silence

	bridged = 4 // frames without voice that belong to the voice around them

	shortestPause = 200 * time.Millisecond // a shorter silence is part of a word
	longestPause  = 2 * time.Second        // after a longer one the speaker has begun anew
	reaction      = 200 * time.Millisecond // who begins sooner than this after another did not hear them

	likelyAfter = 160 * time.Millisecond // of silence at least
	likelyAhead = 700 * time.Millisecond // of the end at most: nothing that is begun takes longer
)

// Machine follows one speaker.
type Machine struct {
	cfg Config

	history uint64 // the last 64 frames' voices, the newest in bit 0

	active bool
	barged bool
	length int // frames of the utterance, from the first voiced one of its beginning
	voiced int // of these with voice, or in a short hole of it
	hole   int // frames since the newest voice
	quiet  int // since voice
	look   Look
	back   bool // the text so far is a backchannel
	marks  bool // the recogniser writes the marks that end sentences
	words  int  // of the text so far
	told   bool // Likely was told of this silence and of this text
	likely bool // Likely was told, and nothing since

	pauses  *Pauses
	unsure  []pause // of an utterance that has no words yet: it may be noise
	paused  int     // frames of a pause that ended a moment ago, while it shows whether the speaker goes on
	usual   Look    // the look of the text at that pause, or at the end of the last utterance
	clock   int     // frames
	last    int     // clock at the last voice of an utterance that silence ended; 0: nothing to go on with
	other   bool    // somebody else is speaking
	otherAt int     // clock when they began after last; 0: they did not

	push    bool // push-to-talk is on
	pressed bool
}

// New is a machine at rest.
func New(cfg Config) *Machine {
	cfg = cfg.withDefaults()
	return &Machine{cfg: cfg, marks: cfg.Marks, pauses: NewPauses(cfg.Quickest, cfg.Slowest)}
}

// Late tells that so many of the frames just before had voice after all.
func (m *Machine) Late(frames int) {
	m.history |= 1<<min(frames, quietWindow) - 1
	if m.active && frames > 0 {
		frames = min(frames, m.hole)
		if m.hole -= frames; m.hole <= bridged {
			m.voiced += m.hole
		}
		m.voiced += frames
		m.hole = 0
	}
}

// Frame takes the next 20 ms.
func (m *Machine) Frame(voice bool) Events {
	m.clock++
	m.history <<= 1
	if voice {
		m.history |= 1
	}
	if !m.active {
		if m.push || !voice || m.recent(m.cfg.StartWindow) < m.cfg.StartFrames {
			return 0
		}
		cut := m.cutOff()
		m.begin()
		m.learn(cut)
		return Started | m.barge()
	}
	m.length++
	m.count(voice)
	if voice && m.recent(quietWindow) >= quietBlip {
		m.wentOn()
		m.quiet = 0
	} else {
		m.quiet++
	}
	events := m.barge() | m.outlook()
	if m.over() {
		events |= Ended
		m.ended()
		m.rest()
	}
	return events
}

// count adds a frame to the voice of the utterance. A short hole in it, as the
// stop of a consonant or a syllable that the noise covers makes one, belongs to it.
func (m *Machine) count(voice bool) {
	if !voice {
		m.hole++
		return
	}
	if m.hole <= bridged {
		m.voiced += m.hole
	}
	m.voiced++
	m.hole = 0
}

// begin makes the window's voice the utterance's first.
func (m *Machine) begin() {
	window := m.history & (1<<m.cfg.StartWindow - 1)
	m.active, m.barged = true, false
	m.length = bits.Len64(window)
	m.voiced, m.hole = m.length, 0
	m.quiet, m.look, m.back, m.words = 0, Open, false, 0
	m.told, m.likely = false, false
	m.paused, m.last, m.unsure = 0, 0, m.unsure[:0]
}

func (m *Machine) rest() {
	m.active = false
	m.history = 0
}

func (m *Machine) recent(window int) int {
	return bits.OnesCount64(m.history & (1<<window - 1))
}

func (m *Machine) barge() Events {
	voice := m.cfg.BargeInBy != ByWords && m.voiced >= frames(m.cfg.BargeIn)
	words := m.cfg.BargeInBy != ByVoice && m.words >= m.cfg.BargeInWords
	if m.barged || !voice && !words {
		return 0
	}
	if m.back && m.length-m.quiet <= frames(m.cfg.Backchannel) {
		return 0
	}
	m.barged = true
	return Barge
}

// outlook tells of a silence that is likely to be the end, and of its being
// none. What is no more than a noise in the silence changes nothing.
func (m *Machine) outlook() Events {
	switch {
	case m.likely && m.quiet == 0 && m.recent(m.cfg.StartWindow) >= m.cfg.StartFrames:
		m.told, m.likely = false, false
		return WentOn
	case m.push || m.told || m.quiet < frames(max(likelyAfter, m.silence()-likelyAhead)):
		return 0
	}
	m.told, m.likely = true, true
	return Likely
}

func (m *Machine) over() bool {
	if m.length >= frames(m.cfg.MaxUtterance) {
		return true
	}
	return !m.push && m.quiet >= frames(m.silence())
}

// silence is how long it must be quiet for the utterance to be over.
func (m *Machine) silence() time.Duration {
	usual := m.cfg.silence(m.look)
	if !m.look.learned() {
		return usual
	}
	stretched := time.Duration(float64(usual) * m.pauses.Stretch())
	return min(stretched, max(usual, m.cfg.Unfinished))
}

// wentOn notes a pause that ends now, and learns from one whose speaker has
// been heard again for long enough to be sure that it was no noise.
func (m *Machine) wentOn() {
	since := bits.Len64(m.history & (1<<quietWindow - 1)) // frames from the first voice after the pause to this one
	if pause := m.quiet - since + 1; pause >= frames(shortestPause) {
		m.paused, m.usual = pause, m.look
	}
	if m.paused > 0 && m.recent(m.cfg.StartWindow) >= m.cfg.StartFrames {
		m.learn(m.paused)
		m.paused = 0
	}
}

// ended remembers an end by silence: the speaker may still have more to say.
func (m *Machine) ended() {
	if m.push || m.other || m.words == 0 || m.length >= frames(m.cfg.MaxUtterance) {
		return
	}
	m.last, m.usual, m.otherAt = m.clock-m.quiet, m.look, 0
}

// cutOff is the pause before an utterance that came too soon after the last
// for it to have been over, when nobody else had spoken; else 0.
func (m *Machine) cutOff() int {
	if m.last == 0 {
		return 0
	}
	first := m.clock - bits.Len64(m.history&(1<<m.cfg.StartWindow-1)) + 1
	pause := first - m.last - 1
	answered := m.otherAt > 0 && first > m.otherAt+frames(reaction)
	if answered || pause > frames(longestPause) {
		return 0
	}
	return pause
}

// pause is one after which the speaker went on.
type pause struct {
	length time.Duration
	usual  time.Duration // the silence that ends a turn there
}

// learn takes a pause of so many frames, as soon as the utterance has words.
func (m *Machine) learn(length int) {
	if length == 0 || !m.usual.learned() {
		return
	}
	p := pause{time.Duration(length) * FrameLength, m.cfg.silence(m.usual)}
	switch {
	case m.words > 0:
		m.pauses.WentOn(p.length, p.usual)
	case len(m.unsure) < 16:
		m.unsure = append(m.unsure, p)
	}
}

// Other tells whether somebody else is speaking. What the speaker says after
// them is not the rest of what was said before.
func (m *Machine) Other(speaking bool) {
	if speaking && !m.other && m.otherAt == 0 {
		m.otherAt = max(m.clock, 1)
	}
	m.other = speaking
}

// Stretch is what the speaker's pauses make of the usual silences; see Pauses.
func (m *Machine) Stretch() float64 { return m.pauses.Stretch() }

// Learned is what is known of the speaker's pauses by now.
func (m *Machine) Learned() Pauses { return *m.pauses }

// Know takes over what another machine has learned of the same speaker.
func (m *Machine) Know(learned Pauses) {
	learned.least, learned.most = m.pauses.least, m.pauses.most
	m.pauses = &learned
}

// Left is how much more silence ends the utterance, if nothing more is heard.
func (m *Machine) Left() time.Duration { return max(0, m.silence()-m.Quiet()) }

// Partial tells the text of the utterance so far; it counts from the next
// frame on. Without an utterance it says nothing.
func (m *Machine) Partial(text string) {
	if m.active {
		look := LookOf(text)
		m.marks = m.marks || look == Finished
		if look == Open && m.marks {
			look = Trailing // it would have said so, were it a sentence
		}
		m.told = m.told && look == m.look // another look has another silence
		m.look, m.back, m.words = look, Backchannel(text), Words(text)
		if m.words > 0 {
			for _, p := range m.unsure {
				m.pauses.WentOn(p.length, p.usual)
			}
			m.unsure = m.unsure[:0]
		}
	}
}

// PushToTalk switches between voice and button. What was being said is void.
func (m *Machine) PushToTalk(on bool) Events {
	if m.push == on {
		return 0
	}
	m.push, m.pressed, m.last = on, false, 0
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
