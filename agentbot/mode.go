package agentbot

import (
	"time"

	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/playout"
	"github.com/relevo/relevo/agentbot/tools"
)

// waitingLine is a line that was asked for while there was no voice.
type waitingLine struct {
	situation, name string
	until           time.Time
}

// lineSaid is the last line of a situation, so that it is not said twice.
type lineSaid struct {
	situation string
	at        time.Time
}

const sameLine = 3 * time.Second // within which a situation's line is not said again

func (a *Agent) setMode(m msgMode) {
	was := a.mode
	if m.mode != Answer || m.epoch != a.epoch {
		a.email = nil // whoever talks to the caller now does not ask for it
	}
	if m.mode != was || m.epoch != a.epoch || m.history != nil {
		a.quiet.asked = 0
	}
	if j := a.current; m.mode != Answer && j != nil && j.kind == jobSilence {
		a.silence() // whoever comes is no reason to say goodbye
	}
	if m.epoch != a.epoch || m.mode == Silent || m.mode == Revoice || was == Revoice || m.history != nil {
		a.silence()
	}
	if m.mode != Answer || m.epoch != a.epoch {
		a.dropConfirmation(tools.Unconfirmed)
	}
	newVoice := was == Silent || a.over || m.epoch != a.epoch
	if m.mode == Silent {
		a.player.Off()
	}
	a.unset(alarmCompany)
	a.mode, a.epoch, a.over = m.mode, m.epoch, false
	a.state = StateListening
	if m.mode != Silent && newVoice {
		a.player.Start(m.epoch)
		a.emit(StateChanged{Epoch: a.epoch, State: StateListening})
	} else if a.playing() {
		a.state = StateSpeaking
	}
	if m.history != nil {
		a.memory.remember(m.history, a.cfg.Toolbox)
		a.greeted = true
	}
	a.tellOthers()
	switch m.mode {
	case Answer:
		a.memory.back()
		a.emit(Ready{Epoch: a.epoch})
		a.greet(false)
	case Company:
		a.wrapUp()
		a.waiting = 0
		a.rearmCompany()
	}
	a.sayWaitingLines()
	a.next()
}

// wrapUp lets a reply end with the sentence that is being said, or be short
// when none is.
func (a *Agent) wrapUp() {
	j := a.current
	if j == nil || j.kind != jobReply || !a.playing() {
		return
	}
	a.player.Drop(func(c *playout.Clip) bool {
		s := a.clips[c]
		if s == nil || s.job != j || s.begun {
			return false
		}
		s.final = true
		delete(a.clips, c)
		return true
	})
	j.cancel()
	j.wrote, j.synthesised, j.dead = true, true, true
}

// company says a line of a situation.
func (a *Agent) company(situation, name string) {
	switch situation {
	case "requested", "transferred", "willStart", "willStartLong", "stillWaiting", "restartedWaiting", "restartedHuman":
		a.quiet.human = true
		a.escalate(escalation.Requested{}, "")
	case "failed", "returned", "canceled":
		a.quiet.human = false
		a.escalate(escalation.Closed{}, "")
	}
	if situation == "canceled" {
		return // the caller's own doing
	}
	now := time.Now()
	if a.lastLine.situation == situation && now.Sub(a.lastLine.at) < sameLine {
		return
	}
	if !a.mode.thinks() || a.over {
		a.lines = append(a.lines, waitingLine{situation, name, now.Add(a.cfg.LineLifetime)})
		return
	}
	line := a.cfg.Lines.forSituation(situation, guard.Name(name), a.waiting)
	if line == "" {
		a.cfg.Log.Warn("agent has no line", "situation", situation)
		return
	}
	if situation == "stillWaiting" || situation == "willStartLong" {
		a.waiting++
	}
	a.lastLine = lineSaid{situation, now}
	a.unset(alarmTool)
	a.say(line, jobLine)
}

func (a *Agent) sayWaitingLines() {
	if !a.mode.thinks() || len(a.lines) == 0 {
		return
	}
	lines := a.lines
	a.lines = nil
	last := lines[len(lines)-1] // the newest says how things are
	if time.Now().Before(last.until) {
		a.company(last.situation, last.name)
	}
}

// stillWaiting breaks the silence while a human connects.
func (a *Agent) stillWaiting() {
	if a.mode == Company && a.idle() && !a.callerTalks() {
		a.company("stillWaiting", "")
	}
	a.rearmCompany()
}

// rearmCompany counts the silence from now.
func (a *Agent) rearmCompany() {
	if a.mode == Company && a.idle() {
		a.set(alarmCompany, a.cfg.CompanyEvery)
	}
}

// greet says the greeting when the agent may speak and a caller can hear it:
// their audio flows, or it was waited for long enough.
func (a *Agent) greet(anyway bool) {
	if a.greeted || a.mode != Answer {
		return
	}
	for l, h := range a.legs {
		if l.info.Role == RoleCaller && (anyway || h.flows || time.Since(h.since) >= a.cfg.GreetingDelay) {
			a.greeted = true
			a.unset(alarmGreet)
			a.say(a.cfg.Greeting, jobLine)
			return
		}
	}
}
