package agentbot

import (
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/tools"
)

// callerSaid is a turn of the caller that ended at end.
func (a *Agent) callerSaid(text string, end time.Time, reason int, interrupts bool) {
	a.quiet.asked = 0
	if !a.mode.thinks() {
		a.memory.heard(engine.RoleUser, "", text)
		return
	}
	if !interrupts && a.speaking() {
		a.later = append(a.later, text)
		return
	}
	guess := a.takeGuess()
	a.cut(reason)
	a.memory.heard(engine.RoleUser, "", text)
	a.turnEnd = end
	if a.waitAnswered(text) || a.emailTurn(text) || a.ruled(escalation.CallerSaid{Text: text}, quotedCaller(text)) {
		a.dropConfirmation(tools.Unconfirmed) // what is asked now is something else
		a.dropGuess(guess)
		return
	}
	if a.consented(text) {
		a.dropGuess(guess)
		return
	}
	if !a.adopt(guess, text) {
		a.reply()
	}
}

// humanSaid is a sentence of a human agent, or of an external bot.
func (a *Agent) humanSaid(who Leg, text string) {
	switch {
	case text == "":
	case who.Role != RoleHuman:
		a.memory.add(engine.RoleAssistant, "", guard.Words(text))
	case a.mode == Revoice:
		a.enqueue(a.newJob(jobVerbatim, text, who.Name))
	default:
		a.memory.heard(engine.RoleHuman, who.Name, text)
	}
}

func (a *Agent) typed(m msgTyped) {
	text := strings.TrimSpace(m.text)
	switch {
	case text == "":
	case m.guidance:
		a.memory.guidance(text)
	case m.leg.Role == RoleHuman:
		a.memory.heard(engine.RoleHuman, m.leg.Name, text)
	default:
		a.greeted = true
		a.heardLanguage("", text)
		a.callerSaid(text, time.Now(), ReasonNewQuery, false)
	}
}
