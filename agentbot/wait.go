package agentbot

import (
	"strconv"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/escalation"
)

// waitAnswer is the caller's answer to the question whether to wait on.
type waitAnswer struct {
	until time.Time // when it is no longer expected
}

// answerWithin is how long after the question a yes or a no is about the wait.
const answerWithin = 30 * time.Second

type msgWaiting struct {
	position int
	likely   time.Duration
	question bool
}

// Waiting tells the caller how the wait for a human stands: place in the line,
// 0 for unknown, and how long it is likely to be, 0 for unknown. With question
// they are asked whether to go on; a yes or a no is told as WaitAnswered, and
// anything else is answered as ever.
func (a *Agent) Waiting(position int, likely time.Duration, question bool) {
	a.box.post(msgWaiting{position, likely, question}, false)
}

// WaitAnswered is the caller's spoken or typed answer to the question whether to
// wait on for a human.
type WaitAnswered struct {
	Epoch uint64
	Keep  bool
}

func (WaitAnswered) event() {}

// waits says how the wait stands.
func (a *Agent) waits(m msgWaiting) {
	if a.mode != Answer || a.over {
		return
	}
	a.quiet.human = true
	l := &a.cfg.Lines
	var parts []string
	if m.position > 0 {
		parts = append(parts, strings.ReplaceAll(l.Place, "{position}", strconv.Itoa(m.position)))
		switch minutes := int((m.likely + time.Minute - 1) / time.Minute); {
		case m.likely <= 0:
		case minutes <= 1:
			parts = append(parts, l.WaitShort)
		default:
			parts = append(parts, strings.ReplaceAll(l.WaitLong, "{minutes}", strconv.Itoa(minutes)))
		}
	}
	if m.question {
		parts = append(parts, l.KeepWaiting)
		a.asksWait = waitAnswer{time.Now().Add(answerWithin)}
	}
	if len(parts) > 0 {
		a.say(strings.Join(parts, " "), jobLine)
	}
}

// waitAnswered takes a turn of the caller's that answers the question; true
// where it did.
func (a *Agent) waitAnswered(text string) bool {
	asked := a.asksWait
	if asked.until.IsZero() {
		return false
	}
	a.asksWait = waitAnswer{}
	if time.Now().After(asked.until) {
		return false
	}
	yes, no := a.cfg.Consent(a.language(), text)
	switch {
	case yes == no:
		return false
	case no:
		a.quiet.human = false
		a.escalate(escalation.Closed{}, "")
		a.say(a.cfg.Lines.WaitEnded, jobLine)
	default:
		a.say(a.cfg.Lines.WaitOn, jobLine)
	}
	a.emit(WaitAnswered{Epoch: a.epoch, Keep: yes})
	return true
}
