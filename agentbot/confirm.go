package agentbot

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/intent"
	"github.com/relevo/relevo/agentbot/tools"
)

// confirmation is a call that the caller has been asked about. It is made when
// they agree to the question that they heard, and in no other case.
type confirmation struct {
	call     toolCall
	question string
	jobs     []*job // in which the question is said
}

// heardShare is how much of a question must have been heard for a yes to mean
// it: people agree before the last word is out.
const heardShare = 0.8

// consent reads an answer. What agrees and says more ("yes, and also …") is no
// yes: the caller is asked again about what they say now.
func consent(_, text string) (yes, no bool) {
	yes, no = tools.Consent(text)
	if !yes && !no {
		yes, no = intent.Affirms(text) == 1, intent.Declines(text) >= 0.9
	}
	return yes && !no, no
}

// askConfirmation ends a reply with the question. It is false when the question
// cannot be said: the model's arguments are part of it.
func (a *Agent) askConfirmation(m *msgReply, call toolCall) bool {
	a.dropConfirmation(tools.Unconfirmed)
	j := m.job
	question := call.tool.Question(a.language(), a.cfg.Lines.ConfirmTool, call.args)
	if v := a.watch.Check(question); v != guard.Fine {
		a.counters.add(&a.counters.refused, 1)
		a.cfg.Log.Warn("agent refuses to ask what the model wrote", "why", string(v))
		return false
	}
	j.said = strings.TrimSpace(j.said) + " " + question
	a.confirm = &confirmation{call: call, question: question, jobs: []*job{j}}
	m.saying <- a.newSaying(j, question) // has room for one more than a model may write
	return true
}

// heard says whether the caller has heard the question.
func (c *confirmation) heard() bool {
	for _, j := range c.jobs {
		for _, s := range j.sayings {
			if s.text == c.question && s.final && float64(s.heard) >= heardShare*float64(utf8.RuneCountInString(s.text)) {
				return true
			}
		}
	}
	return false
}

// consented looks at a caller's turn as the answer to the question, if there is
// one. It is true when the call is made now; else the turn is answered as any.
func (a *Agent) consented(text string) bool {
	c := a.confirm
	if c == nil {
		return false
	}
	yes, no := a.cfg.Consent(a.language(), text)
	switch {
	case yes && c.heard() && a.mode == Answer && !a.over && a.engines.LLM != nil:
		a.confirm = nil
		c.call.confirmed = true
		j := a.newJob(jobReply, "", "")
		j.confirmed = c
		j.toolCalls = 1
		a.answer(j)
		return true
	case no:
		a.dropConfirmation(tools.Declined)
	default:
		a.dropConfirmation(tools.Unconfirmed)
	}
	return false
}

// dropConfirmation forgets the call that was asked about, and tells the log and
// the model.
func (a *Agent) dropConfirmation(status string) {
	c := a.confirm
	if c == nil {
		return
	}
	a.confirm = nil
	why := "the caller said no"
	if status == tools.Unconfirmed {
		why = "the caller did not say yes"
	}
	c.call.result = tools.Result{Status: status, Err: errors.New(why)}
	a.toolDone(c.jobs[0], &c.call)
	a.memory.exchange(c.call.messages("")...)
}

// questionAgain is what a silent caller is asked in the place of line: the
// question that is open. After it nothing is open, so that a yes to "are you
// still there?" agrees to nothing else.
func (a *Agent) questionAgain(j *job) {
	switch c := a.confirm; {
	case c == nil:
	case a.quiet.asked == 0:
		j.text = c.question
		c.jobs = append(c.jobs, j)
	default:
		a.dropConfirmation(tools.Unconfirmed)
	}
}
