package agentbot

import (
	"slices"
	"strings"
	"unicode"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/guard"
)

// guess is a reply that is made while it is only likely that the caller has
// finished. Its job is in no queue: nothing of it is heard, told or remembered
// unless it is adopted, which is when the turn ends with the text that it
// answers. Then it goes on as if it had been asked for now.
type guess struct {
	job   *job
	leg   *leg
	text  string // what it answers, as plain makes it
	mode  Mode
	asked []engine.Message
	kept  []any        // what its job told, for when it is adopted
	first *msgSentence // the one whose audio is made already
}

// likely: the caller's silence is likely to be the end of the turn.
func (a *Agent) likely(m msgVoice) {
	u := &a.legs[m.leg].current
	u.likely, u.left = true, m.left
	a.preempt(m.leg, u)
}

// wentOn: it was not.
func (a *Agent) wentOn(m msgVoice) {
	a.legs[m.leg].current.likely = false
	a.discardGuess()
}

// preempt begins to answer the text so far, unless that is what is being
// answered already.
func (a *Agent) preempt(l *leg, u *utterance) {
	if g := a.guess; g != nil && g.leg == l && g.text == plain(u.text) {
		return
	}
	if a.cfg.Preemptive < 0 || !u.likely || l.info.Role != RoleCaller || !hasWords(u.text) ||
		!a.mode.thinks() || a.over || a.engines.LLM == nil || !a.idle() || len(a.later) > 0 ||
		a.confirm != nil || a.email != nil || len(a.running) > 0 { // the turn may not be the model's
		return
	}
	a.discardGuess()
	if u.tries >= a.cfg.Preemptive {
		return
	}
	u.tries++
	a.counters.add(&a.counters.preempted, 1)

	m := a.memory
	m.messages = slices.Clone(m.messages)
	m.heard(engine.RoleUser, "", u.text)
	request := m.request(&a.cfg, a.mode)
	j := a.newJob(jobReply, "", "")
	j.turn = j.asked.Add(u.left)
	j.held, j.released, j.started = true, make(chan struct{}), true
	a.guess = &guess{job: j, leg: l, text: plain(u.text), mode: a.mode, asked: request.Messages}
	a.startReply(j, request)
}

// holds says whether a message belongs to a reply that is not adopted: it is
// kept for later. A reply that fails before that is none, and nobody's trouble.
func (a *Agent) holds(message any) bool {
	var j *job
	var err error
	switch m := message.(type) {
	case msgSentence:
		if j = m.job; j.held && a.early(m) {
			return true
		}
	case msgCall:
		j = m.job
	case msgReply:
		j, err = m.job, m.err
	case msgSynthesised:
		j, err = m.job, m.err
	}
	if j == nil || !j.held {
		return false
	}
	switch g := a.guess; {
	case g == nil || g.job != j: // discarded
	case err != nil:
		a.discardGuess()
	default:
		g.kept = append(g.kept, message)
	}
	return true
}

// early has the audio of a reply's first sentence made before the reply is
// adopted. What has an effect beside being said waits: a sentence in whose place
// something else may be said, and those after it.
func (a *Agent) early(m msgSentence) bool {
	g := a.guess
	if g == nil || g.job != m.job || g.first != nil || m.unsure || slices.ContainsFunc(g.kept, isSentence) ||
		!hasWords(a.cfg.spoken(m.text).Say) || a.watch.Clone().Check(m.text) != guard.Fine {
		return false
	}
	g.first = &m
	a.utter(m)
	return true
}

func isSentence(message any) bool {
	_, ok := message.(msgSentence)
	return ok
}

// discardGuess gives up what was begun too early.
func (a *Agent) discardGuess() {
	if g := a.guess; g != nil {
		a.guess = nil
		a.drop(g)
	}
}

// dropGuess gives one up that was taken.
func (a *Agent) dropGuess(g *guess) {
	if g != nil {
		a.drop(g)
	}
}

func (a *Agent) drop(g *guess) {
	g.job.dead = true
	g.job.cancel()
	a.counters.add(&a.counters.discarded, 1)
}

// takeGuess is the reply that was begun for a turn; the caller of this adopts
// or drops it.
func (a *Agent) takeGuess() *guess {
	g := a.guess
	a.guess = nil
	return g
}

// adopt makes a guess the reply to the turn that memory has just heard. It is
// dropped when it was asked with anything else.
func (a *Agent) adopt(g *guess, text string) bool {
	if g == nil {
		return false
	}
	j := g.job
	if g.text != plain(text) || g.mode != a.mode || j.epoch != a.epoch || a.over ||
		!sameMessages(g.asked, a.memory.request(&a.cfg, a.mode).Messages) ||
		g.first != nil && a.watch.Check(g.first.text) != guard.Fine {
		a.drop(g)
		return false
	}
	a.counters.add(&a.counters.adopted, 1)
	j.held = false
	close(j.released)
	a.answer(j)
	for _, message := range g.kept {
		a.handle(message)
	}
	return true
}

// sameMessages says whether two requests are the same but for the marks and
// capitals of what the caller said.
func sameMessages(a, b []engine.Message) bool {
	return slices.EqualFunc(a, b, func(a, b engine.Message) bool {
		same := a.Text == b.Text || a.Role == engine.RoleUser && plain(a.Text) == plain(b.Text)
		return same && a.Role == b.Role && a.Name == b.Name && a.CallID == b.CallID && len(a.Calls) == len(b.Calls)
	})
}

// plain is a text without what recognisers differ in from one pass to the
// next: capitals, marks and spaces.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && r != '\'' && r != '@'
	}), " ")
}
