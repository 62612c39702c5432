package agentbot

import "time"

// quiet is how silent the caller is.
type quiet struct {
	busy  bool      // it is not their turn, or their silence says nothing
	since time.Time // when it became their turn
	asked int       // lines said to them about it since they last spoke
	human bool      // a human was asked for: they have a reason to wait
}

// watchSilence keeps the alarm for a caller who does not speak when it is their
// turn. It is called after whatever has happened. Noise does not start the
// clock anew, so that a loud room does not keep a call that nobody is in.
func (a *Agent) watchSilence() {
	busy := a.mode != Answer || a.over || !a.idle() || a.paused || len(a.later) > 0 || a.state != StateListening || !a.callerThere()
	if a.quiet.busy && !busy {
		a.quiet.since = time.Now()
	}
	a.quiet.busy = busy
	limit := a.patience()
	switch {
	case busy || limit <= 0 || a.callerTalks():
		if a.isSet(alarmQuiet) {
			a.unset(alarmQuiet)
		}
	case !a.isSet(alarmQuiet):
		a.set(alarmQuiet, time.Until(a.quiet.since.Add(limit)))
	}
}

// callerThere says whether a caller is heard whom voice gives the turn. With
// push-to-talk silence is as it should be.
func (a *Agent) callerThere() bool {
	there := false
	for l, h := range a.legs {
		if l.info.Role == RoleCaller && !h.gone {
			if h.push {
				return false
			}
			there = there || h.flows
		}
	}
	return there
}

// patience is how long the caller may be silent now; not positive is for ever.
func (a *Agent) patience() time.Duration {
	limits := [...]time.Duration{a.cfg.SilenceQuestion, a.cfg.SilenceAgain, a.cfg.SilenceEnd}
	if a.quiet.asked >= len(limits) || a.quiet.asked == len(limits)-1 && a.quiet.human {
		return 0
	}
	return limits[a.quiet.asked]
}

// askSilent says the next line to a silent caller.
func (a *Agent) askSilent() {
	lines := [...]string{a.cfg.Lines.SilenceQuestion, a.cfg.Lines.SilenceAgain, a.cfg.Lines.SilenceEnd}
	j := a.newJob(jobSilence, lines[a.quiet.asked], "")
	a.questionAgain(j)
	a.quiet.asked++
	j.farewell = a.quiet.asked == len(lines)
	a.enqueue(j)
}

// parted follows the goodbye. One that was not heard, or that a caller speaks
// after or into, ends no call: it is said again after another silence.
func (a *Agent) parted(j *job) {
	switch {
	case a.quiet.asked == 0:
		// they have said something
	case a.mode != Answer || j.failed != nil || !j.begun() || a.callerTalks() || a.quiet.human:
		a.quiet.asked--
	default:
		a.emit(WantHangup{Epoch: a.epoch, Reason: HangupSilence})
	}
}

// tellOthers tells each leg whether somebody else speaks: the agent, or another
// leg. What is said after them is not the rest of what was said before.
func (a *Agent) tellOthers() {
	for l := range a.legs {
		other := a.state == StateSpeaking && l.info.Role == RoleCaller
		for l2, h2 := range a.legs {
			other = other || l2 != l && h2.talking
		}
		l.setOther(other)
	}
}
