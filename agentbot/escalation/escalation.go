package escalation

// Reason is why a human is offered or asked for.
type Reason string

// The reasons.
const (
	CallerAsked    Reason = "callerAsked"
	LowConfidence  Reason = "lowConfidence"
	ModelRequested Reason = "modelRequested"
	PhraseHeard    Reason = "phrase"
	Distress       Reason = "distress"
	NotUnderstood  Reason = "notUnderstood"
	EngineFailure  Reason = "engineFailure"
)

// Reasons are all of them.
func Reasons() []Reason {
	return []Reason{CallerAsked, LowConfidence, ModelRequested, PhraseHeard, Distress, NotUnderstood, EngineFailure}
}

// Action is what is to be done.
type Action int

// The actions.
const (
	None     Action = iota
	Offer           // offer a human in words
	Request         // ask for a human
	Declined        // the caller said no to an offer
	Withhold        // do not say the guess; a human has been asked for
)

func (a Action) String() string {
	return [...]string{"none", "offer", "request", "declined", "withhold"}[a]
}

// Decision is an action and why. Detail is made of fixed words, numbers and
// names out of the configuration, never of what was said.
type Decision struct {
	Action Action
	Reason Reason
	Detail string
	// Agreed says that the request follows the caller's yes to an offer.
	Agreed bool
}

// Event is something that happened in a call.
type Event interface{ event() }

type (
	// CallerSaid is a whole turn of the caller's, spoken or typed.
	CallerSaid struct{ Text string }
	// AgentSaid is a sentence of the AI's that was heard.
	AgentSaid struct{ Text string }
	// Misheard is a turn in which no words were recognised.
	Misheard struct{}
	// Unsure is a reply that is a guess and will not be said.
	Unsure struct{ Confidence float64 }
	// Answered is a reply that is said.
	Answered struct{}
	// ModelAsked is the model's call of its tool; Because is what it gave as its
	// reason.
	ModelAsked struct{ Because string }
	// EngineFailed is a turn that failed; EngineWorked one that did not.
	EngineFailed struct{ Engine, Kind string }
	// EngineWorked ends a row of failures.
	EngineWorked struct{}
	// Unoffered is an offer that the caller has not heard.
	Unoffered struct{}
	// Requested is a request that was made elsewhere.
	Requested struct{}
	// Closed is the end of a request, however it ended.
	Closed struct{}
)

func (CallerSaid) event()   {}
func (AgentSaid) event()    {}
func (Misheard) event()     {}
func (Unsure) event()       {}
func (Answered) event()     {}
func (ModelAsked) event()   {}
func (EngineFailed) event() {}
func (EngineWorked) event() {}
func (Unoffered) event()    {}
func (Requested) event()    {}
func (Closed) event()       {}

// recentTurns are how many of the caller's turns are compared with a new one.
const recentTurns = 3

// State is what the decisions depend on. Its zero value is the start of a call.
type State struct {
	// Open says that a human has been asked for.
	Open bool
	// Offered is the reason of the offer that the caller is to answer, "" for
	// none; offered is what was offered.
	Offered Reason
	detail  string

	score    float64 // of distress
	unheard  int     // signs of not being understood, in a row
	unsure   int     // guesses in a row
	failures int     // failed turns in a row
	guessed  bool    // what was offered is instead of a guess
	resting  int     // turns of the caller in which nothing is offered
	answered bool    // there was a reply since the caller's last turn
	recent   [recentTurns]string
}

// DistressScore is the caller's distress as it has added up.
func (s State) DistressScore() float64 { return s.score }

// Step is what e does to s, and what is to be done. It calls the functions of
// the configuration and nothing else.
func (r *Rules) Step(s State, e Event) (State, Decision) {
	switch e := e.(type) {
	case CallerSaid:
		return r.callerSaid(s, e.Text)
	case AgentSaid:
		return r.decide(s, r.phrase(e.Text, ofAgent))
	case Misheard:
		s.Offered = ""
		s.unheard++
		return r.decide(s, r.notUnderstood(s))
	case Unsure:
		return r.guess(s, e.Confidence)
	case Answered:
		s.unsure, s.answered = 0, true
		return s, Decision{}
	case ModelAsked:
		if r.cfg.ModelRequested.Off {
			return s, Decision{}
		}
		return r.decide(s, Decision{Action: Request, Reason: r.modelReason(s, e.Because)})
	case EngineFailed:
		s.failures++
		d := Decision{}
		if c := r.cfg.EngineFailure; !c.Off && s.failures%c.After == 0 {
			d = Decision{Action: Request, Reason: EngineFailure, Detail: e.Engine + ": " + e.Kind}
		}
		return r.decide(s, d)
	case EngineWorked:
		s.failures = 0
	case Unoffered:
		if s.guessed && s.Offered != "" {
			s.unsure, s.unheard = max(0, s.unsure-1), max(0, s.unheard-1)
		}
		s.Offered = ""
	case Requested:
		s.Open, s.Offered = true, ""
	case Closed:
		return State{}, Decision{}
	}
	return s, Decision{}
}

// callerSaid looks at a turn: first as the answer to an offer, then for itself.
func (r *Rules) callerSaid(s State, text string) (State, Decision) {
	if offered := s.Offered; offered != "" {
		s.Offered = ""
		switch {
		case s.Open:
		case yesOrNo(text) == yes:
			d := Decision{Action: Request, Reason: offered, Detail: s.detail, Agreed: true}
			return r.decide(s, d)
		case yesOrNo(text) == no && !r.asks(text):
			s.resting, s.unsure, s.unheard, s.score = r.cfg.RestAfterNo, 0, 0, 0
			return s, Decision{Action: Declined, Reason: offered}
		}
	}
	s.resting = max(0, s.resting-1)

	tokens := words(text)
	s.score = r.cfg.Distress.Fade*s.score + min(r.distress(text), r.cfg.Distress.Most)
	switch {
	case saysAgain(tokens) || r.repeats(s, tokens):
		s.unheard++
	case s.answered:
		s.unheard = 0
	}
	s.answered = false
	copy(s.recent[1:], s.recent[:])
	s.recent[0] = join(tokens)

	if r.asks(text) {
		return r.decide(s, Decision{Action: Request, Reason: CallerAsked})
	}
	if d := r.phrase(text, ofCaller); d.Action != None {
		return r.decide(s, d)
	}
	if d := r.upset(s); d.Action != None {
		return r.decide(s, d)
	}
	return r.decide(s, r.notUnderstood(s))
}

// decide makes a decision good against what the call is in.
func (r *Rules) decide(s State, d Decision) (State, Decision) {
	switch d.Action {
	case Request:
		if s.Open {
			return s, Decision{}
		}
		s.Open, s.Offered, s.unsure, s.unheard, s.score = true, "", 0, 0, 0
	case Offer:
		if s.Open || s.resting > 0 && d.Reason != LowConfidence {
			return s, Decision{}
		}
		s.Offered, s.detail, s.guessed = d.Reason, d.Detail, false
		if d.Reason == NotUnderstood {
			s.unheard = 0
		}
	}
	return s, d
}

func (r *Rules) asks(text string) bool {
	c := r.cfg.CallerAsked
	return !c.Off && r.cfg.AsksForHuman != nil && r.cfg.AsksForHuman(text) >= c.From
}

func (r *Rules) distress(text string) float64 {
	if r.cfg.Distress.Off || r.cfg.Distressed == nil {
		return 0
	}
	return min(max(r.cfg.Distressed(text), 0), 1)
}

func (r *Rules) upset(s State) Decision {
	c := r.cfg.Distress
	switch {
	case c.Off:
	case s.score >= c.Request:
		return Decision{Action: Request, Reason: Distress, Detail: scored(s.score)}
	case s.score >= c.Offer:
		return Decision{Action: Offer, Reason: Distress, Detail: scored(s.score)}
	}
	return Decision{}
}

func (r *Rules) notUnderstood(s State) Decision {
	c := r.cfg.NotUnderstood
	if c.Off || s.unheard < c.After {
		return Decision{}
	}
	d := Decision{Action: Offer, Reason: NotUnderstood, Detail: counted(s.unheard, "times in a row")}
	if c.Request {
		d.Action = Request
	}
	return d
}

// guess is a reply that will not be said. An upset caller who says what nothing
// answers complains and does not ask: that is the reason then, and it is the
// line for it that is said.
func (r *Rules) guess(s State, confidence float64) (State, Decision) {
	s.unsure++
	s.unheard++
	s.answered = true
	c := r.cfg.LowConfidence
	d := Decision{Action: Offer, Reason: LowConfidence, Detail: "confidence " + number(confidence)}
	switch {
	case c.Off:
		return r.decide(s, r.notUnderstood(s))
	case s.Open:
		return s, Decision{Action: Withhold, Reason: LowConfidence}
	}
	if !r.cfg.Distress.Off && s.resting == 0 && s.score >= r.cfg.Distress.Unsure {
		d.Reason, d.Detail = Distress, scored(s.score)+", "+d.Detail
	}
	switch {
	case c.RequestAfter > 0 && s.unsure >= c.RequestAfter:
		d.Action = Request
	}
	s, d = r.decide(s, d)
	s.guessed = d.Action == Offer
	return s, d
}

// modelReason is the reason of ours that a model's means. What is none of them
// is only that it asked.
func (r *Rules) modelReason(s State, because string) Reason {
	switch said := Reason(because); said {
	case CallerAsked, LowConfidence, Distress, NotUnderstood:
		return said
	case "callerAgreed":
		// The local brain offers when it does not know, and to soothe: the turn before.
		if c := r.cfg.Distress; !c.Off && s.score >= c.Fade*c.Unsure {
			return Distress
		}
		return LowConfidence
	}
	return ModelRequested
}
