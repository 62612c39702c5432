package score

import (
	"time"

	"github.com/relevo/relevo/agentbot/bench/corpus"
)

const (
	frame       = 20 * time.Millisecond
	onsetGap    = 200 * time.Millisecond // without audio before an onset
	stopGap     = 300 * time.Millisecond // without audio after a stop
	pauseGap    = 200 * time.Millisecond // the shortest pause
	longestStop = 1500 * time.Millisecond
	latestEnd   = 4500 * time.Millisecond
	// A cut or a question to the model so long after the end of an act may still
	// be its: a caller who spells is waited for 3 s, and then the text comes.
	aftermath = 5 * time.Second
)

// Of computes the figures of one conversation.
func Of(r *Record) *Figures {
	f := &Figures{Conversations: 1, Late: r.Late}
	for i, a := range r.Acts {
		switch {
		case a.Kind.IsTurn():
			f.turn(r, i)
		case a.Into:
			f.Noises++
		}
		if a.Kind == corpus.Barge && a.Into {
			f.barge(r, a)
		}
	}
	for _, at := range r.Cuts {
		if !r.causedByTurn(at) {
			f.FalseIn++
			f.incident(r, "falseBargeIn", at)
		}
	}
	f.pauses(r)
	f.Words = len(r.Heard)
	same := common(r.Heard, r.Remembered)
	f.NotHeard, f.NotRemembered = len(r.Remembered)-same, len(r.Heard)-same
	for _, name := range r.Failed {
		f.failed(name, 1)
	}
	return f
}

// turn judges the turn that is act i.
func (f *Figures) turn(r *Record, i int) {
	a := r.Acts[i]
	f.Turns++
	cut, split := false, false
	for _, at := range r.onsets() {
		cut = cut || at > a.From && at < a.To
	}
	for _, c := range r.Calls {
		split = split || (c.What == Finish || c.What == Taken) && c.At > a.From && c.At < a.To
	}
	switch {
	case cut:
		f.CutOffs++
		f.incident(r, "falseCutOff", a.To)
	case split:
		f.Splits++
		f.incident(r, "splitTurn", a.To)
	}
	f.answer(r, i)
	if len(r.Finals) > 0 {
		f.recognised(r.Speaker, r.errors(i))
	}
}

// answer measures the way from the end of act i to the answer.
func (f *Figures) answer(r *Record, i int) {
	end, onset := r.Acts[i].To, time.Duration(-1)
	for _, at := range r.onsets() {
		if at >= end && at <= end+latestEnd && (i+1 == len(r.Acts) || at < r.Acts[i+1].From) {
			onset = at
			break
		}
	}
	if onset < 0 {
		f.Missed++
		f.incident(r, "missedEnd", end)
		return
	}
	f.Perceived = append(f.Perceived, onset-end)
	f.Beyond = append(f.Beyond, onset-end-r.Delays.ASR-r.Delays.LLM-r.Delays.TTS)
	if decided, ready, ok := r.way(onset); ok {
		f.Endpointing = append(f.Endpointing, decided-end)
		f.Overhead = append(f.Overhead, onset-ready)
	}
}

// barge measures how soon the agent stopped.
func (f *Figures) barge(r *Record, a Act) {
	f.Barges++
	last := a.From
	for _, at := range r.Audible {
		if at < a.From {
			continue
		}
		if at-last >= stopGap {
			break
		}
		last = at
	}
	stop := last - a.From
	if stop > longestStop {
		f.Unheeded++
		f.incident(r, "missedBargeIn", a.To)
	}
	f.BargeStop = append(f.BargeStop, stop)
}

// pauses counts when the agent stopped and went on, and no turn was why.
func (f *Figures) pauses(r *Record) {
	for i := 1; i < len(r.Audible); i++ {
		from, to := r.Audible[i-1]+frame, r.Audible[i]
		if to-from < pauseGap || r.somethingNew(from, to) {
			continue
		}
		f.Pauses++
		f.incident(r, "falsePause", from)
		f.PauseLength = append(f.PauseLength, to-from)
	}
}

// incident keeps what went wrong, with what the caller did last.
func (f *Figures) incident(r *Record, what string, at time.Duration) {
	why := "nothing"
	for _, a := range r.Acts {
		if a.From <= at {
			why = string(a.Kind) + " " + a.Text
		}
	}
	f.Incidents = append(f.Incidents, Incident{What: what, Call: r.Call, Level: r.SNR, Noise: r.Noise, At: at, Why: why})
}
