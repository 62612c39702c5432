package agentbot

import (
	"strings"

	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/playout"
	"github.com/relevo/relevo/agentbot/sentence"
)

// played is what the player tells.
func (a *Agent) played(r playout.Report) {
	if r.What == playout.Refused {
		a.refused(r)
		return
	}
	s := a.clips[r.Clip]
	if s == nil || s.final {
		return
	}
	switch r.What {
	case playout.Began:
		s.begun, s.start = true, r.At
		a.ttsDown = false
		if s.job.kind == jobFiller {
			a.filled = s.job.text
		}
		a.unset(alarmFiller)
		a.unset(alarmCompany)
		a.setState(StateSpeaking)
	case playout.Progress:
		heard, _ := sentence.Cut(s.text, s.say.Written(r.Heard))
		a.emit(Spoken{Epoch: s.job.epoch, SentenceID: s.id, Text: heard, Verbatim: s.job.kind == jobVerbatim, Start: s.start, End: r.At})
	case playout.Ended, playout.Broke:
		a.settle(playout.Result{Clip: r.Clip, Begun: s.begun, Heard: r.Heard, At: r.At}, r.What == playout.Broke)
		select {
		case <-s.job.ahead:
		default:
		}
		if r.What == playout.Broke && s.job.failed == nil {
			s.job.failed = nonsense("tts", "audio that cannot be played")
		}
		if r.What == playout.Ended {
			a.heardOf(s)
		}
		a.finish(s.job)
	}
}

// settle gives a sentence its last word: what was heard goes to the log and to
// memory, the rest is kept apart.
func (a *Agent) settle(r playout.Result, cut bool) {
	s := a.clips[r.Clip]
	delete(a.clips, r.Clip)
	if s == nil || s.final {
		return
	}
	s.final, s.heard = true, s.say.Written(r.Heard)
	if !r.Begun || s.text == "" {
		return
	}
	heard, rest := sentence.Cut(s.text, s.heard)
	cut = cut && strings.TrimSpace(rest) != ""
	final := Spoken{
		Epoch: s.job.epoch, SentenceID: s.id, Text: strings.TrimSpace(heard), Final: true, Cut: cut,
		Verbatim: s.job.kind == jobVerbatim, Start: s.start, End: r.At, Confidence: s.confidence, Sources: s.sources,
	}
	if cut {
		final.Unspoken = s.job.unspokenAfter(s, rest)
	}
	a.emit(final)
	if s.job.kind != jobFiller {
		a.memory.spoken(s.job, heard)
	}
	if s.job.kind == jobReply && !s.job.withheld {
		a.escalate(escalation.Answered{}, "")
	}
}

// unspokenAfter is the rest of a sentence and of its job, as far as written.
func (j *job) unspokenAfter(s *saying, rest string) string {
	parts := []string{strings.TrimSpace(rest)}
	after := false
	for _, other := range j.sayings {
		if after && !other.begun {
			parts = append(parts, other.text)
		}
		after = after || other == s
	}
	return strings.Join(parts, " ")
}

// silence stops all that is said, written and waiting. It tells whether
// something was being said.
func (a *Agent) silence() (cut bool) {
	stopped := a.player.Stop()
	a.drainReports()
	for _, r := range stopped {
		cut = cut || r.Begun
		a.settle(r, true)
	}
	for _, j := range append(a.queue, a.current, a.aside) {
		if j != nil {
			j.dead = true
			j.cancel()
		}
	}
	a.queue, a.current, a.aside = nil, nil, nil
	a.later = nil
	a.discardGuess()
	clear(a.clips)
	a.unpause()
	a.unset(alarmFiller)
	a.unset(alarmForce)
	a.unset(alarmTool)
	return cut
}

// drainReports handles what the player has told up to now, before what else
// waits: sentences that ended before a stop must not end after it.
func (a *Agent) drainReports() {
	a.pending = append(a.pending, a.box.take()...)
	rest := a.pending[:0:0]
	for _, message := range a.pending {
		if r, ok := message.(playout.Report); ok {
			a.settleReport(r)
			continue
		}
		rest = append(rest, message)
	}
	a.pending = rest
}

// settleReport is played without consequences for what is said next.
func (a *Agent) settleReport(r playout.Report) {
	if r.What == playout.Refused && r.Epoch == a.epoch {
		a.over = true
	}
	s := a.clips[r.Clip]
	if s == nil || s.final {
		return
	}
	switch r.What {
	case playout.Began:
		s.begun, s.start = true, r.At
	case playout.Refused:
		a.settle(playout.Result{Clip: r.Clip, Begun: true, Heard: r.Heard, At: r.At}, true)
	case playout.Ended, playout.Broke:
		a.settle(playout.Result{Clip: r.Clip, Begun: s.begun, Heard: r.Heard, At: r.At}, r.What == playout.Broke)
	}
}

// interrupt stops what is said for good and listens.
func (a *Agent) interrupt(reason int) {
	a.cut(reason)
	a.setState(StateListening)
	if reason == ReasonAPI {
		a.rest()
	}
}

// cut stops what is said for good. Lines that have not begun are said later:
// the caller must hear them.
func (a *Agent) cut(reason int) {
	var keep []*job
	if reason != ReasonAPI {
		for _, j := range a.queue {
			if j.kind == jobLine || j.kind == jobVerbatim {
				keep = append(keep, j)
				continue
			}
			j.dead = true
			j.cancel()
		}
		a.queue = nil
	}
	if j := a.current; reason != ReasonAPI && j != nil && j.kind == jobLine && !j.begun() {
		keep = append([]*job{a.newJob(jobLine, j.text, "")}, keep...)
	}
	later := a.later
	cut := a.silence()
	a.queue = keep
	if reason != ReasonAPI {
		a.later = later
	}
	if cut {
		a.counters.add(&a.counters.interrupted, 1)
		a.emit(Interrupted{Epoch: a.epoch, Reason: reason})
	}
}

// refused: the epoch is over, what was not forwarded was not heard.
func (a *Agent) refused(r playout.Report) {
	if r.Epoch != a.epoch || a.over {
		return
	}
	a.over = true
	if r.Clip != nil {
		a.settle(playout.Result{Clip: r.Clip, Begun: true, Heard: r.Heard, At: r.At}, true)
	}
	a.silence()
	a.state = StateListening
	a.tellOthers()
}
