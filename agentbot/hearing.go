package agentbot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/turn"
)

// hearing is what the conversation knows of a leg.
type hearing struct {
	deafen   context.CancelFunc // ends listen
	cancel   context.CancelFunc // ends recognise
	talking  bool               // an utterance is under way
	current  utterance
	partials bool // its recogniser tells texts before the end
	waiting  map[int]*utterance
	gone     bool
	push     bool // push-to-talk is on
	flows    bool // its first frame has come
	since    time.Time
}

// utterance is one from its start to its final text.
type utterance struct {
	serial int
	id     string
	start  time.Time
	end    time.Time
	ended  time.Time // when its end was decided
	length time.Duration
	voiced time.Duration
	text   string        // the last partial
	shown  bool          // a partial was posted
	nodded bool          // the agent went on, as it was a nod so far
	likely bool          // it is likely to be over,
	left   time.Duration // for sure after so much more silence
	tries  int           // replies begun before it was over
	late   *time.Timer
}

type msgLate struct {
	leg    *leg
	serial int
}

func (h *hearing) stopTimers() {
	for _, u := range h.waiting {
		u.late.Stop()
	}
}

func (a *Agent) hear(info Leg, ear Ear) {
	a.unhear(info.ID)
	l := newLeg(a, info, ear)
	a.know(l)
	ctx, cancel := context.WithCancel(a.ctx)
	ears, deafen := context.WithCancel(ctx)
	a.legs[l] = &hearing{deafen: deafen, cancel: cancel, waiting: make(map[int]*utterance), since: time.Now()}
	a.wg.Go(func() { l.listen(ears) })
	a.wg.Go(func() { l.recognise(ctx) })
	if info.Role == RoleCaller && !a.greeted {
		a.set(alarmGreet, a.cfg.GreetingDelay)
	}
}

func (a *Agent) unhear(participantID string) {
	for l, h := range a.legs {
		if l.info.ID == participantID {
			a.remember(l)
			h.deafen()
		}
	}
}

// gone lets the leg's recogniser finish what it has.
func (a *Agent) gone(l *leg) {
	h := a.legs[l]
	h.gone, h.talking = true, false
	a.remember(l)
	a.tellOthers()
	a.leaveIfDone(l, h)
	a.next()
}

func (a *Agent) leaveIfDone(l *leg, h *hearing) {
	if h.gone && len(h.waiting) == 0 {
		h.deafen()
		h.cancel()
		delete(a.legs, l)
	}
}

func (a *Agent) control(m msgControl) {
	switch m.kind {
	case ControlVoiceInterrupt:
		a.noBarge = !m.enable
	default:
		for l, h := range a.legs {
			if l.info.ID == m.leg.ID {
				l.switched(m)
				if m.kind == ControlPushToTalk {
					h.push = m.enable
				}
			}
		}
	}
}

// callerTalks says whether a caller is in the middle of an utterance, or one
// whose text is still to come.
func (a *Agent) callerTalks() bool {
	for l, h := range a.legs {
		if l.info.Role == RoleCaller && (h.talking || len(h.waiting) > 0) {
			return true
		}
	}
	return false
}

func (a *Agent) voiced(m msgVoice) {
	h := a.legs[m.leg]
	if h == nil {
		return
	}
	caller := m.leg.info.Role == RoleCaller
	switch m.what {
	case voiceFlows:
		h.flows = true
		if caller {
			a.greet(false)
		}
	case voiceStarted:
		h.talking = true
		a.tellOthers()
		h.current = utterance{serial: m.serial, id: a.newID(), start: m.start}
		a.counters.add(&a.counters.utterances, 1)
		if caller && a.current != nil && a.current.kind == jobReply && !a.speaking() && a.cfg.Turn.BargeInBy != turn.ByWords {
			a.barge(m) // an answer does not begin while the caller goes on
		}
	case voiceBarge:
		if caller {
			a.barge(m)
		}
	case voiceLikely:
		a.likely(m)
	case voiceWentOn:
		a.wentOn(m)
	case voiceEnded:
		h.talking = false
		a.tellOthers()
		u := h.current
		u.end, u.ended, u.length, u.voiced = m.end, m.at, m.length, m.voiced
		late := msgLate{m.leg, m.serial}
		u.late = time.AfterFunc(a.cfg.ASRFinish, func() { a.box.post(late, false) })
		h.waiting[m.serial] = &u
		if caller && a.mode.thinks() && u.text != "" && a.idle() {
			a.turnEnd = m.at
			a.setState(StateThinking)
			a.set(alarmFiller, a.cfg.FillerAfter)
		}
	case voiceCanceled:
		h.talking = false
		a.tellOthers()
		if h.current.shown {
			a.emit(Heard{Leg: m.leg.info, SentenceID: h.current.id, Final: true, Start: h.current.start, End: m.at})
		}
		if caller {
			a.wordless()
		}
		a.next()
	}
}

func (a *Agent) partial(m msgPartial) {
	h := a.legs[m.leg]
	if h == nil {
		return
	}
	h.partials = true
	u := h.waiting[m.serial]
	if u == nil {
		if u = &h.current; !h.talking || u.serial != m.serial {
			return
		}
	}
	text := strings.TrimSpace(m.text)
	if text == u.text && u.shown || text == "" && !u.shown {
		return
	}
	u.text = text
	u.shown = true
	a.nodded(m.leg, u)
	now := time.Now()
	if look := turn.LookOf(u.text); look == turn.Open || look == turn.Finished {
		defer a.preempt(m.leg, u)
	}
	a.emit(Heard{Leg: m.leg.info, SentenceID: u.id, Text: u.text, Start: u.start, End: now})
	if a.paused && m.leg.info.Role == RoleCaller && u.text != "" && !turn.Backchannel(u.text) && !a.echoed(m.leg, u, u.text) && now.Sub(u.start) >= a.backchannel() {
		a.interrupt(ReasonVoice) // it is no cough and no nod: nothing to go back to
	}
}

func (a *Agent) backchannel() time.Duration {
	if a.cfg.Turn.Backchannel > 0 {
		return a.cfg.Turn.Backchannel
	}
	return time.Second
}

// late gives an utterance up whose text does not come.
func (a *Agent) late(m msgLate) {
	if h := a.legs[m.leg]; h == nil || h.waiting[m.serial] == nil {
		return
	}
	m.leg.work.abandon(m.serial)
	a.final(msgFinal{leg: m.leg, serial: m.serial, err: &engine.Error{Engine: "asr", Kind: engine.Timeout, Cause: errors.New("no text in time")}})
}

func (a *Agent) final(m msgFinal) {
	h := a.legs[m.leg]
	if h == nil || h.waiting[m.serial] == nil {
		return
	}
	u := h.waiting[m.serial]
	delete(h.waiting, m.serial)
	u.late.Stop()
	defer a.leaveIfDone(m.leg, h)

	text := strings.TrimSpace(m.transcript.Text)
	err := m.err
	if err == nil && text != "" {
		if err = engine.CheckTranscript("asr", m.transcript); err != nil {
			text = ""
		}
	}
	if err == nil && !hasWords(text) {
		text = ""
	}
	echoed := err == nil && a.echoed(m.leg, u, text)
	if echoed {
		text = ""
	}
	if text != "" && m.leg.info.Role == RoleCaller {
		a.heardLanguage(m.transcript.Language, text)
	}
	if text != "" || u.shown || err != nil { // what could not be recognised was said all the same
		a.emit(Heard{Leg: m.leg.info, SentenceID: u.id, Text: text, Final: true, Start: u.start, End: u.end})
	}
	switch {
	case m.leg.info.Role != RoleCaller:
		a.humanSaid(m.leg.info, text)
		if err != nil {
			a.report("asr", err)
		}
	case err != nil:
		a.deaf(u, err)
	case text == "":
		a.nothingSaid(u)
	case (u.length <= a.backchannel() || turn.Words(text) <= 2) && turn.Backchannel(text) && (a.speaking() || a.toolsRun()):
		// Two words are no more than that: it is noise that made them last longer.
		a.wordless()
		a.goOn()
	default:
		a.misheard = 0
		a.callerSaid(text, u.ended, ReasonVoice, !a.noBarge && a.cfg.Turn.Interrupts(text))
	}
	a.next()
}

// nothingSaid is an utterance without words: a cough, or speech that the
// recogniser made nothing of.
func (a *Agent) nothingSaid(u *utterance) {
	if a.mode.thinks() && a.idle() && u.voiced >= time.Second {
		if a.ruled(escalation.Misheard{}, "") {
			return
		}
		if a.misheard < 2 {
			a.misheard++
			a.say(a.cfg.Lines.TroubleHearing, jobLine)
			return
		}
	}
	a.wordless()
}

// wordless ends a pause that had no words, at once or when its time is over.
func (a *Agent) wordless() {
	a.discardGuess()
	if a.state == StateThinking && a.idle() {
		a.unset(alarmFiller)
		a.setState(StateListening)
	}
	if a.paused && (!a.isSet(alarmResume) || !a.speaking()) {
		a.goOn() // an answer that has not begun need not wait
	}
}

// barge pauses what is said until it shows whether there are words.
func (a *Agent) barge(m msgVoice) {
	if a.noBarge && !m.button || !a.mode.thinks() || a.paused {
		return
	}
	if a.current == nil && a.aside == nil {
		return
	}
	if m.button {
		a.interrupt(ReasonVoice)
		return
	}
	a.paused, a.pausedAt = true, m.at
	a.player.Pause()
	a.set(alarmResume, a.cfg.ResumeAfter)
	if a.state == StateSpeaking {
		a.setState(StateListening)
	}
}

// resumeIfWordless goes on after a pause, unless the caller may still say
// something: there are words, or the recogniser tells them only at the end.
func (a *Agent) resumeIfWordless() {
	if !a.paused {
		return
	}
	for l, h := range a.legs {
		if l.info.Role != RoleCaller {
			continue
		}
		if len(h.waiting) > 0 || h.talking && (!h.partials || h.current.text != "") {
			return // its end decides
		}
	}
	a.goOn()
}

// nodded ends a pause as soon as it is likely that all there was is a nod. Who
// says more after it pauses the agent again. A yes or a no is often the
// beginning of an answer, so its end is waited for.
func (a *Agent) nodded(l *leg, u *utterance) {
	if !a.paused || !u.likely || l.info.Role != RoleCaller || !turn.Backchannel(u.text) || !a.speaking() ||
		u.length > a.backchannel() && turn.Words(u.text) > 2 {
		return
	}
	if yes, no := a.cfg.Consent(a.language(), u.text); yes || no {
		return
	}
	u.nodded = true
	a.goOn()
}

// goOn ends a pause.
func (a *Agent) goOn() {
	if !a.paused {
		return
	}
	a.counters.add(&a.counters.falseAlarms, 1)
	a.unpause()
	a.player.Resume()
	if a.playing() {
		a.setState(StateSpeaking)
	}
	a.keepWaiting()
}

func (a *Agent) unpause() {
	a.paused = false
	a.unset(alarmResume)
}
