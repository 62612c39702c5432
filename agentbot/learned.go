package agentbot

import (
	"maps"

	"github.com/relevo/relevo/agentbot/echo"
)

// mostLearned bounds of how many participants is known how they pause.
const mostLearned = 64

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
	if a.cfg.NoEchoGuard || l.info.Role != RoleCaller {
		return false
	}
	for s := range maps.Values(a.clips) {
		if s.begun && !u.start.Before(s.start) && (echo.Repeats(text, s.say.Say) || echo.Repeats(text, s.text)) {
			return true
		}
	}
	return false
}
