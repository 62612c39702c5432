package agentbot

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
