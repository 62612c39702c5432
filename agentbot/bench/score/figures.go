package score

import (
	"math"
	"slices"
	"time"
)

// Times are durations of which quantiles are wanted.
type Times []time.Duration

// Quantile is the smallest that q of all are not above; 0 of none.
func (t Times) Quantile(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// Errors are word errors.
type Errors struct {
	Errors int `json:"errors"`
	Words  int `json:"words"`
}

// Rate is errors a word.
func (e Errors) Rate() float64 { return ratio(e.Errors, e.Words) }

// Incident is something that should not have happened.
type Incident struct {
	What  string        `json:"what"` // falseCutOff, splitTurn, missedEnd, falseBargeIn, falsePause, missedBargeIn
	Call  string        `json:"call"`
	Level string        `json:"snr"`
	Noise string        `json:"noise"`
	At    time.Duration `json:"-"`
	Why   string        `json:"why"` // what the caller did last
}

// Figures of any number of conversations.
type Figures struct {
	Conversations int `json:"conversations"`

	Turns    int `json:"turns"`
	CutOffs  int `json:"cutOffs"`
	Splits   int `json:"splitTurns"`
	Missed   int `json:"missedEnds"`
	Noises   int `json:"nodsAndSounds"` // while the agent spoke
	FalseIn  int `json:"falseBargeIns"`
	Pauses   int `json:"falsePauses"`
	Barges   int `json:"bargeIns"`
	Unheeded int `json:"missedBargeIns"`

	Words         int `json:"agentWords"` // that were heard
	NotHeard      int `json:"rememberedNotHeard"`
	NotRemembered int `json:"heardNotRemembered"`

	Perceived   Times `json:"-"`
	Endpointing Times `json:"-"`
	Overhead    Times `json:"-"`
	Beyond      Times `json:"-"`
	BargeStop   Times `json:"-"`
	PauseLength Times `json:"-"`
	Late        Times `json:"-"` // of the callers' frames

	Recognition map[string]Errors `json:"-"` // by speaker
	Failed      map[string]int    `json:"engineFailures,omitempty"`
	Incidents   []Incident        `json:"-"`
}

// CutOffRate is false cut-offs a turn.
func (f *Figures) CutOffRate() float64 { return ratio(f.CutOffs, f.Turns) }

// FalseInRate is false barge-ins for each nod or sound.
func (f *Figures) FalseInRate() float64 { return ratio(f.FalseIn, f.Noises) }

// Errors are the word errors of all speakers.
func (f *Figures) Errors() (all Errors) {
	for _, e := range f.Recognition {
		all.Errors += e.Errors
		all.Words += e.Words
	}
	return all
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// Merge adds the figures of other conversations.
func (f *Figures) Merge(o *Figures) {
	for _, p := range [][2]*int{
		{&f.Conversations, &o.Conversations}, {&f.Turns, &o.Turns}, {&f.CutOffs, &o.CutOffs}, {&f.Splits, &o.Splits}, {&f.Missed, &o.Missed},
		{&f.Noises, &o.Noises}, {&f.FalseIn, &o.FalseIn}, {&f.Pauses, &o.Pauses},
		{&f.Barges, &o.Barges}, {&f.Unheeded, &o.Unheeded},
		{&f.Words, &o.Words}, {&f.NotHeard, &o.NotHeard}, {&f.NotRemembered, &o.NotRemembered},
	} {
		*p[0] += *p[1]
	}
	for _, p := range [][2]*Times{
		{&f.Perceived, &o.Perceived}, {&f.Endpointing, &o.Endpointing}, {&f.Overhead, &o.Overhead}, {&f.Beyond, &o.Beyond},
		{&f.BargeStop, &o.BargeStop}, {&f.PauseLength, &o.PauseLength}, {&f.Late, &o.Late},
	} {
		*p[0] = append(*p[0], *p[1]...)
	}
	f.Incidents = append(f.Incidents, o.Incidents...)
	for speaker, e := range o.Recognition {
		f.recognised(speaker, e)
	}
	for name, n := range o.Failed {
		f.failed(name, n)
	}
}

func (f *Figures) recognised(speaker string, e Errors) {
	if f.Recognition == nil {
		f.Recognition = make(map[string]Errors)
	}
	sum := f.Recognition[speaker]
	f.Recognition[speaker] = Errors{sum.Errors + e.Errors, sum.Words + e.Words}
}

func (f *Figures) failed(name string, n int) {
	if f.Failed == nil {
		f.Failed = make(map[string]int)
	}
	f.Failed[name] += n
}
