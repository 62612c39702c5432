package wire

// Methods of a console's desk socket. The first is MethodWatchDesk.
const (
	MethodWatchDesk     = "watchDesk"
	MethodPresence      = "presence"
	MethodAccept        = "accept"
	MethodDecline       = "decline"
	MethodTakeNext      = "takeNext"
	MethodTake          = "take"
	MethodWrapUpDone    = "wrapUpDone"
	MethodWrapUpMore    = "wrapUpMore"
	MethodTransfer      = "transfer"
	MethodConsult       = "consult"
	MethodEndConsult    = "endConsult"
	MethodHandOver      = "handOver"
	MethodAssign        = "assign"
	MethodAmend         = "amend"
	MethodCancelHandoff = "cancelHandoff"
)

// Presence says whether one is to be offered calls: available, away or offline.
type Presence struct {
	Presence string `json:"presence"`
	Why      string `json:"why,omitempty"` // for away: shown to colleagues
}

// OfferAnswer accepts or declines what rings.
type OfferAnswer struct {
	Offer int64 `json:"offer"`
}

// OneHandoff is a request about one handoff.
type OneHandoff struct {
	Handoff string `json:"handoff"`
}

// MoreTime asks for more time to wrap up.
type MoreTime struct {
	Seconds int `json:"seconds"`
}

// PassOn names who is to have a call, or to be asked about it: a person, or
// anybody with the skills.
type PassOn struct {
	Handoff   string `json:"handoff"`
	Agent     string `json:"agent,omitempty"` // identity
	Skills    []Need `json:"skills,omitempty"`
	Languages []Need `json:"languages,omitempty"`
}

// Amend changes what is not absent.
type Amend struct {
	Handoff   string  `json:"handoff"`
	Priority  int     `json:"priority,omitempty"` // 1 to 4
	Skills    *[]Need `json:"skills,omitempty"`
	Languages *[]Need `json:"languages,omitempty"`
}

// newDeskParams is NewParams for the desk's methods.
func newDeskParams(method string) Validator {
	switch method {
	case MethodWatchDesk:
		return new(WatchDesk)
	case MethodPresence:
		return new(Presence)
	case MethodAccept, MethodDecline:
		return new(OfferAnswer)
	case MethodTake, MethodEndConsult, MethodHandOver, MethodCancelHandoff:
		return new(OneHandoff)
	case MethodWrapUpMore:
		return new(MoreTime)
	case MethodTransfer, MethodConsult, MethodAssign:
		return new(PassOn)
	case MethodAmend:
		return new(Amend)
	case MethodTakeNext, MethodWrapUpDone:
		return new(Empty)
	}
	return nil
}

// Validate implements Validator.
func (w *WatchDesk) Validate() error { return checkToken("token", w.Token) }

// Validate implements Validator.
func (p *Presence) Validate() error {
	switch p.Presence {
	case "available", "away", "offline":
		return checkLine("why", p.Why, MaxName)
	}
	return invalid("presence must be available, away or offline")
}

// Validate implements Validator.
func (o *OfferAnswer) Validate() error {
	if o.Offer < 1 {
		return invalid("offer is the number of what rings")
	}
	return nil
}

// Validate implements Validator.
func (o *OneHandoff) Validate() error { return checkID("handoff", o.Handoff, 128) }

// Validate implements Validator.
func (m *MoreTime) Validate() error {
	if m.Seconds < 1 || m.Seconds > 600 {
		return invalid("seconds must be 1 to 600")
	}
	return nil
}

// Validate implements Validator.
func (p *PassOn) Validate() error {
	if p.Agent != "" {
		if err := CheckIdentity(p.Agent); err != nil {
			return err
		}
	}
	if err := checkNeeds(p.Skills); err != nil {
		return err
	}
	if err := checkNeeds(p.Languages); err != nil {
		return err
	}
	return checkID("handoff", p.Handoff, 128)
}

// Validate implements Validator.
func (a *Amend) Validate() error {
	if a.Priority < 0 || a.Priority > 4 {
		return invalid("priority must be 1 to 4")
	}
	for _, n := range []*[]Need{a.Skills, a.Languages} {
		if n != nil {
			if err := checkNeeds(*n); err != nil {
				return err
			}
		}
	}
	return checkID("handoff", a.Handoff, 128)
}

func checkNeeds(needs []Need) error {
	if len(needs) > 20 {
		return invalid("at most 20 skills")
	}
	for _, n := range needs {
		if n.Name == "" || n.Level < 0 || n.Level > 5 {
			return invalid("a skill has a name and a level of 1 to 5")
		}
		if err := checkLine("skill", n.Name, MaxName); err != nil {
			return err
		}
	}
	return nil
}
