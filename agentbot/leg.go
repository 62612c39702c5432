package agentbot

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/echo"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/turn"
)

// leg is one microphone. listen reads it at the pace of the audio, recognise
// runs the recogniser at its own; between them is a bounded queue.
type leg struct {
	// fixed after hear
	agent *Agent
	info  Leg
	ear   Ear

	// owned by listen
	machine   *turn.Machine
	guard     *echo.Guard // nil: there is no echo
	ring      [][]int16   // the last frames, for the pre-roll
	fresh     int         // frames of ring since the last utterance
	serial    int         // of the utterance
	likely    bool        // it is likely to be over
	previewed bool        // and its text was asked for
	started   time.Time

	mu       sync.Mutex
	controls []msgControl
	partial  string // of utterance partialOf, for the machine
	partOf   int
	other    bool // somebody else speaks
	learned  known

	work asrQueue
}

type voiceWhat int

const (
	voiceStarted voiceWhat = iota
	voiceBarge
	voiceEnded
	voiceCanceled
	voiceFlows  // the leg's first frame
	voiceLikely // it is likely to be over
	voiceWentOn // it is not
)

// msgVoice is what listen tells of an utterance.
type msgVoice struct {
	leg    *leg
	what   voiceWhat
	serial int
	button bool
	at     time.Time
	start  time.Time
	end    time.Time     // of the voice
	length time.Duration // of the utterance up to its last voice
	voiced time.Duration
	left   time.Duration // of silence, until it is over
}

type msgGone struct{ leg *leg }

// previewAhead is how long before the likely end of an utterance its text is
// asked for: as long as most recognisers take. Earlier, more pauses would be
// taken for ends, which costs some recognisers words.
const previewAhead = 300 * time.Millisecond

// longestHuman is the longest utterance of a human agent: in mode Revoice the
// caller waits for its end.
const longestHuman = 8 * time.Second

func newLeg(a *Agent, info Leg, ear Ear) *leg {
	cfg := a.cfg.Turn
	if info.Role == RoleHuman && (cfg.MaxUtterance == 0 || cfg.MaxUtterance > longestHuman) {
		cfg.MaxUtterance = longestHuman
	}
	l := &leg{agent: a, info: info, ear: ear, machine: turn.New(cfg)}
	if info.Role == RoleCaller && a.cfg.EchoGuard != EchoOff {
		l.guard = echo.NewGuard(a.uttered, a.cfg.EchoGuard == EchoOn)
	}
	l.work.wake = make(chan struct{}, 1)
	return l
}

// listen runs until the ear ends.
func (l *leg) listen(ctx context.Context) {
	defer l.agent.box.post(msgGone{l}, false)
	vad := l.openVAD()
	defer vad.Close()
	for first := true; ; first = false {
		pcm, err := l.ear.ReadFrame(ctx)
		if err != nil {
			if l.machine.Active() {
				l.end() // what was said up to here counts
			}
			return
		}
		if first {
			l.tell(voiceFlows)
		}
		events := l.control()
		voice := l.voice(vad, pcm)
		l.keep(pcm)
		active := l.machine.Active()
		events |= l.machine.Frame(voice)
		l.apply(events, active, pcm)
	}
}

func (l *leg) openVAD() engine.VADStream {
	if l.agent.engines.VAD != nil {
		stream, err := l.agent.engines.VAD.OpenVAD()
		if err == nil {
			return stream
		}
		l.agent.box.post(msgReply{failed: "vad", err: err}, false)
	}
	return &energyVAD{floor: 100}
}

// voice says whether a frame has the speaker's own voice.
func (l *leg) voice(vad engine.VADStream, pcm []int16) bool {
	if l.guard == nil {
		voice := vad.Process(pcm)
		l.machine.Late(engine.Late(vad))
		return voice
	}
	l.guard.Hear(time.Now(), pcm)
	own, late := l.guard.Near(vad.Process(pcm))
	if own && !l.guard.Echoes() {
		late = max(late, engine.Late(vad)) // faint voice may be an echo, where there is one
	}
	l.machine.Late(late)
	return own
}

// control applies what was switched and hands the machine the newest text.
func (l *leg) control() (events turn.Events) {
	l.mu.Lock()
	controls, partial, of, other := l.controls, l.partial, l.partOf, l.other
	l.controls, l.partOf = nil, 0
	l.learned.pauses = l.machine.Learned()
	if l.guard != nil {
		l.learned.echoes = l.guard.Echoes()
	}
	l.mu.Unlock()
	l.machine.Other(other)
	for _, c := range controls {
		switch c.kind {
		case ControlPushToTalk:
			l.apply(l.machine.PushToTalk(c.enable), true, nil)
		case ControlPushStart:
			events |= l.machine.Press()
		case ControlPushFinish:
			l.apply(l.machine.Release(), true, nil)
		case ControlPushCancel:
			l.apply(l.machine.Cancel(), true, nil)
		}
	}
	if of != 0 && of == l.serial {
		l.machine.Partial(partial)
	}
	return events
}

func (l *leg) switched(c msgControl) {
	l.mu.Lock()
	if len(l.controls) < 64 {
		l.controls = append(l.controls, c)
	}
	l.mu.Unlock()
}

func (l *leg) keep(pcm []int16) {
	size := l.machine.PreRoll() + 1
	if len(l.ring) < size {
		l.ring = append(l.ring, append([]int16(nil), pcm...))
	} else {
		oldest := l.ring[0]
		copy(l.ring, l.ring[1:])
		l.ring[len(l.ring)-1] = append(oldest[:0], pcm...)
	}
	l.fresh++
}

// apply acts on events. pcm is the frame that they came with, nil for a
// button's; active says whether it belongs to an utterance that was under way.
func (l *leg) apply(events turn.Events, active bool, pcm []int16) {
	if events.Has(turn.Started) {
		l.serial++
		l.likely, l.previewed = false, false
		l.started = time.Now().Add(-l.machine.Length())
		// Before its audio: a text of an utterance that nobody knows of is dropped.
		l.tell(voiceStarted)
		roll := l.ring[max(0, len(l.ring)-min(l.machine.PreRoll()+1, l.fresh)):]
		for _, frame := range roll {
			l.push(frame)
		}
	} else if active && pcm != nil {
		l.push(pcm)
	}
	if events.Has(turn.Barge) {
		l.tell(voiceBarge)
	}
	if events.Has(turn.WentOn) {
		l.work.put(asrItem{what: asrWentOn, serial: l.serial})
		l.likely, l.previewed = false, false
		l.tell(voiceWentOn)
	}
	if events.Has(turn.Likely) {
		l.likely = true
		l.tell(voiceLikely)
	}
	if l.likely && !l.previewed && l.machine.Active() && l.machine.Left() <= previewAhead {
		l.previewed = true
		l.work.put(asrItem{what: asrPreview, serial: l.serial})
	}
	if events.Has(turn.Ended) {
		l.end()
	}
	if events.Has(turn.Canceled) {
		l.fresh = 0
		l.work.put(asrItem{what: asrReset, serial: l.serial})
		l.tell(voiceCanceled)
	}
}

func (l *leg) end() {
	l.fresh = 0
	l.tell(voiceEnded)
	l.work.put(asrItem{what: asrFinish, serial: l.serial})
}

func (l *leg) push(pcm []int16) {
	if !l.work.put(asrItem{what: asrAudio, serial: l.serial, pcm: append([]int16(nil), pcm...)}) {
		l.agent.counters.add(&l.agent.counters.audioLost, 1)
	}
}

func (l *leg) tell(what voiceWhat) {
	now := time.Now()
	l.agent.box.post(msgVoice{
		leg: l, what: what, serial: l.serial, button: l.machine.Buttoned(), at: now,
		start: l.started, end: now.Add(-l.machine.Quiet()), length: l.machine.Length(), voiced: l.machine.Voiced(), left: l.machine.Left(),
	}, false)
}

func (l *leg) setPartial(serial int, text string) {
	l.mu.Lock()
	l.partial, l.partOf = text, serial
	l.mu.Unlock()
}

func (l *leg) setOther(speaking bool) {
	l.mu.Lock()
	l.other = speaking
	l.mu.Unlock()
}

// energyVAD decides by loudness over a floor that follows the quietest audio.
// It stands in where there is no detector.
type energyVAD struct{ floor float64 }

func (v *energyVAD) Process(frame []int16) bool {
	sum := 0.0
	for _, s := range frame {
		sum += float64(s) * float64(s)
	}
	level := math.Sqrt(sum / float64(len(frame)))
	if level < v.floor {
		v.floor = max(level, 30)
	} else {
		v.floor *= 1.002 // about 10 s to grow threefold
	}
	return level > 3*v.floor && level > 250
}

func (v *energyVAD) Close() error { return nil }
