package agentbot

import (
	"strings"

	"github.com/relevo/relevo/agentbot/copilot"
)

// EmailGiven is an e-mail address that the caller gave when asked, and agreed
// to when it was read back.
type EmailGiven struct {
	Epoch   uint64
	Address string
}

func (EmailGiven) event() {}

type msgAskEmail struct{ ask bool }

// AskEmail makes the agent ask the caller for an e-mail address, in mode Answer:
// once, with one more try. What it understood is read back; EmailGiven tells the
// address. false: it is not needed any more.
func (a *Agent) AskEmail(ask bool) { a.box.post(msgAskEmail{ask}, false) }

func (a *Agent) askEmail(ask bool) {
	if !ask || a.mode != Answer || a.over {
		a.email = nil
		return
	}
	a.email = new(copilot.EmailTalk)
	a.say(a.cfg.Lines.AskEmail, jobLine)
}

// emailTurn takes a turn of the caller's that answers the question for their
// address, and says whether it was one: then the model is not asked.
func (a *Agent) emailTurn(text string) bool {
	if a.email == nil {
		return false
	}
	l := &a.cfg.Lines
	step, address := a.email.Heard(text)
	line := ""
	switch step {
	case copilot.EmailCheck:
		words := [4]string{l.EmailAt, l.EmailDot, l.EmailUnderscore, l.EmailDash}
		line = strings.ReplaceAll(l.CheckEmail, "{email}", copilot.SpokenEmail(address, words))
	case copilot.EmailAgain:
		line = l.AskEmailAgain
	case copilot.EmailKnown:
		a.emit(EmailGiven{Epoch: a.epoch, Address: address})
		line = l.EmailThanks
	case copilot.EmailLetGo:
		line = l.EmailLetGo
	}
	if step != copilot.EmailCheck && step != copilot.EmailAgain {
		a.email = nil
	}
	if line == "" {
		return false
	}
	a.unset(alarmFiller)
	a.unset(alarmTool)
	a.say(line, jobLine)
	return true
}
