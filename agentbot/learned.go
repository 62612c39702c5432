package agentbot

import (
	"maps"

	"github.com/relevo/relevo/agentbot/echo"
	"github.com/relevo/relevo/agentbot/turn"
)

// mostLearned bounds of how many participants is known how they pause.
const mostLearned = 64

// known is what is learned of a participant.
type known struct {
	pauses turn.Pauses
	echoes bool // the agent's voice comes back from their loudspeaker
}

// know has a leg begin with what was learned of its participant before.
func (a *Agent) know(l *leg) {
	learned, ok := a.learned[l.info.ID]
	if !ok {
		return
	}
	l.machine.Know(learned.pauses)
	if l.guard != nil {
		l.guard.Know(learned.echoes)
	}
}

// remember keeps what is known of a speaker for when they are heard again. What
// a later leg of theirs knows stands.
func (a *Agent) remember(l *leg) {
	for other := range a.legs {
		if other != l && other.info.ID == l.info.ID {
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := a.learned[l.info.ID]; known || len(a.learned) < mostLearned {
		a.learned[l.info.ID] = l.learned
	}
}

// echoed says whether a text is what the agent itself was saying when the
// utterance began, heard back from a loudspeaker.
func (a *Agent) echoed(l *leg, u *utterance, text string) bool {
	if a.cfg.EchoGuard == EchoOff || l.info.Role != RoleCaller {
		return false
	}
	for s := range maps.Values(a.clips) {
		if s.begun && !u.start.Before(s.start) && (echo.Repeats(text, s.say.Say) || echo.Repeats(text, s.text)) {
			return true
		}
	}
	return false
}
