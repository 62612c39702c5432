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
	wrote bool   // it has a sentence
	first string // its first sentence, if it is made already
	kept  []any  // what its job told besides, for when it is adopted
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
		!a.mode.thinks() || a.over || a.engines.LLM == nil || !a.idle() || len(a.later) > 0 || a.confirm != nil {
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
	j.held, j.released, j.started, j.base = true, make(chan struct{}), true, &request
	a.guess = &guess{job: j, leg: l, text: plain(u.text), mode: a.mode, asked: request.Messages}
	a.startReply(j)
}

// holds says whether a message belongs to a reply that is not adopted: it is
// kept for later. A reply that fails before that is none, and nobody's trouble.
func (a *Agent) holds(message any) bool {
	var j *job
	var err error
	var first *msgSentence
	switch m := message.(type) {
	case msgSentence:
		j, first = m.job, &m
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
	case first != nil && !g.wrote && a.harmless(first):
		g.wrote, g.first = true, first.text
		a.written(*first)
	default:
		g.wrote = g.wrote || first != nil
		g.kept = append(g.kept, message)
	}
	return true
}

// harmless says whether a sentence would be said as it is. The rules and the
// watch hear of it when the reply is adopted.
func (a *Agent) harmless(m *msgSentence) bool {
	watch := *a.watch
	return !m.unsure && watch.Check(m.text) == guard.Fine
}

// discardGuess gives up what was begun too early.
func (a *Agent) discardGuess() {
	a.drop(a.takeGuess())
}

func (a *Agent) drop(g *guess) {
	if g == nil {
		return
	}
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
		!sameMessages(g.asked, a.memory.request(&a.cfg, a.mode).Messages) {
		a.drop(g)
		return false
	}
	a.counters.add(&a.counters.adopted, 1)
	j.held = false
	close(j.released)
	a.watch.Check(g.first) // it is said now
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
		return same && a.Role == b.Role && a.Name == b.Name
	})
}

// plain is a text without what recognisers differ in from one pass to the
// next: capitals, marks and spaces.
func plain(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && r != '\'' && r != '@'
	}), " ")
}
