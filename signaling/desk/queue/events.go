package queue

import "time"

// Event is what can happen at the desk. The concrete types are all in this
// file; they are plain data, so that a run can be written down and repeated.
type Event interface{ desk() }

// Of callers and calls.
type (
	// Enter is a request for a human. It ends at once where Closed, so that
	// every request has its one record.
	Enter struct {
		Handoff   string   `json:"handoff"` // an id that has not been used before
		Call      string   `json:"call"`
		Reason    string   `json:"reason,omitempty"`
		Brief     string   `json:"brief,omitempty"`
		Priority  Priority `json:"priority,omitempty"` // 0 = P3
		Skills    []Need   `json:"skills,omitempty"`
		Languages []Need   `json:"languages,omitempty"`
		Closed    bool     `json:"closed,omitempty"` // outside the hours
	}
	// Cancel takes the request back: the caller, or the app.
	Cancel struct {
		Handoff string `json:"handoff"`
		Detail  string `json:"detail,omitempty"`
	}
	// KeepWaiting is the caller's yes to the question, and to a human who is on
	// the way unasked.
	KeepWaiting struct {
		Handoff string `json:"handoff"`
	}
	// Amend changes what is not nil: an agent or a supervisor knows better.
	Amend struct {
		Handoff   string    `json:"handoff"`
		Priority  *Priority `json:"priority,omitempty"`
		Skills    *[]Need   `json:"skills,omitempty"`
		Languages *[]Need   `json:"languages,omitempty"`
		Brief     *string   `json:"brief,omitempty"`
	}
	// Connected: the claiming human has the floor.
	Connected struct {
		Handoff string `json:"handoff"`
	}
	// ClaimFailed: the claim came to nothing (the store refused it, their media
	// did not come, they left). The handoff is first in line again.
	ClaimFailed struct {
		Handoff string `json:"handoff"`
		Detail  string `json:"detail,omitempty"`
	}
	// HumanLost: the call has lost the human who had it. First in line again,
	// or with the colleague who has joined for a consult.
	HumanLost struct {
		Handoff string `json:"handoff"`
	}
	// Finish: the human gave the call back or ended their part, or the caller
	// was silent for too long.
	Finish struct {
		Handoff string `json:"handoff"`
		Detail  string `json:"detail,omitempty"` // returned, callerSilent, …
	}
	// EndCall: the call is over.
	EndCall struct {
		Handoff string `json:"handoff"`
	}
	// TakenOver: an agent has claimed a call without asking the desk. The call has
	// decided that, so it holds whatever they are up to and however full they are;
	// what rings at them goes to the next. Handoff is a new id for a call that
	// nobody has queued.
	TakenOver struct {
		Handoff string `json:"handoff"`
		Call    string `json:"call"`
		Agent   string `json:"agent"`
	}
	// Outside: somebody who is no agent of the desk (an app's own) has claimed
	// the call.
	Outside struct {
		Handoff string `json:"handoff"`
		Name    string `json:"name"`
	}
)

// Of agents.
type (
	// SignIn makes an agent available. A second one only refreshes what it says:
	// another tab, a reload, an account that has been changed.
	SignIn struct {
		Agent     string `json:"agent"`
		Name      string `json:"name,omitempty"`
		Capacity  int    `json:"capacity"` // calls at once; 0 = 1
		Skills    Levels `json:"skills,omitempty"`
		Languages Levels `json:"languages,omitempty"`
		Away      bool   `json:"away,omitempty"` // not yet available
		// NoConsole: they are at no console and have a call all the same: away, until
		// they come to one.
		NoConsole bool          `json:"noConsole,omitempty"`
		Age       time.Duration `json:"age,omitempty"` // of the last sign of life
	}
	// SignOut is refused while they have calls.
	SignOut struct {
		Agent string `json:"agent"`
	}
	// Forget drops an agent who is offline: their account is gone.
	Forget struct {
		Agent string `json:"agent"`
	}
	// SetAway stops offers; calls go on.
	SetAway struct {
		Agent string `json:"agent"`
		Why   string `json:"why,omitempty"`
	}
	// SetAvailable ends being away, and a wrap-up.
	SetAvailable struct {
		Agent string `json:"agent"`
	}
	// Heartbeat is a sign of life: the console's socket answers, or a call has
	// their media.
	Heartbeat struct {
		Agent string        `json:"agent"`
		Age   time.Duration `json:"age,omitempty"` // how long ago it was
	}
	// Accept answers an offer.
	Accept struct {
		Agent string `json:"agent"`
		Offer uint64 `json:"offer"`
	}
	// Decline does too.
	Decline struct {
		Agent string `json:"agent"`
		Offer uint64 `json:"offer"`
	}
	// Take is "take this one": any that waits, also one that rings at somebody.
	Take struct {
		Agent   string `json:"agent"`
		Handoff string `json:"handoff"`
	}
	// TakeNext is "take the next" that they have the required skills for.
	TakeNext struct {
		Agent string `json:"agent"`
	}
	// WrapUpDone: the form is filled in.
	WrapUpDone struct {
		Agent string `json:"agent"`
	}
	// WrapUpMore asks for more time.
	WrapUpMore struct {
		Agent string        `json:"agent"`
		By    time.Duration `json:"by"` // at most 10 min from now
	}
	// Assign: a supervisor has it ring at this agent, whatever their skills.
	Assign struct {
		Handoff string `json:"handoff"`
		Agent   string `json:"agent"`
	}
)

// Of transfers. By is who has the call.
type (
	// Transfer passes a call on to a person or to who has the skills: the caller
	// is first in line again, for that person or those skills.
	Transfer struct {
		Handoff   string `json:"handoff"`
		By        string `json:"by"`
		Agent     string `json:"agent,omitempty"`
		Skills    []Need `json:"skills,omitempty"`
		Languages []Need `json:"languages,omitempty"`
	}
	// StartConsult asks a colleague first; the caller stays where they are.
	StartConsult struct {
		Handoff   string `json:"handoff"`
		By        string `json:"by"`
		Agent     string `json:"agent,omitempty"`
		Skills    []Need `json:"skills,omitempty"`
		Languages []Need `json:"languages,omitempty"`
	}
	// HandOver gives the call to the colleague who has joined.
	HandOver struct {
		Handoff string `json:"handoff"`
		By      string `json:"by"`
	}
	// EndConsult: the colleague goes, or is no longer asked. Either of the two
	// may say so.
	EndConsult struct {
		Handoff string `json:"handoff"`
		By      string `json:"by"`
	}
)

// Of the desk itself.
type (
	// Tick only lets the clocks act.
	Tick struct{}
	// Restarted comes first after Restore: who rings and who is there get their
	// time anew, since the pause was the server's.
	Restarted struct{}
	// Stalled: nobody could answer for a while, since the store fails. What rings
	// gets its time anew, and is no miss.
	Stalled struct{}
	// ClockJumped: the wall clock has jumped by this much (negative: back)
	// against elapsed time. All clocks but the SLA's move with it.
	ClockJumped struct {
		By time.Duration `json:"by"`
	}
	// Configure changes how the desk works, from here on.
	Configure struct {
		Config Config `json:"config"`
	}
	// Close: the hours are over. Nobody new comes into the line; those in it are
	// served for a while.
	Close struct{}
	// Open: the hours begin.
	Open struct{}
)

func (Enter) desk()        {}
func (Cancel) desk()       {}
func (KeepWaiting) desk()  {}
func (Amend) desk()        {}
func (Connected) desk()    {}
func (ClaimFailed) desk()  {}
func (HumanLost) desk()    {}
func (Finish) desk()       {}
func (EndCall) desk()      {}
func (TakenOver) desk()    {}
func (Outside) desk()      {}
func (SignIn) desk()       {}
func (SignOut) desk()      {}
func (Forget) desk()       {}
func (SetAway) desk()      {}
func (SetAvailable) desk() {}
func (Heartbeat) desk()    {}
func (Accept) desk()       {}
func (Decline) desk()      {}
func (Take) desk()         {}
func (TakeNext) desk()     {}
func (WrapUpDone) desk()   {}
func (WrapUpMore) desk()   {}
func (Assign) desk()       {}
func (Transfer) desk()     {}
func (StartConsult) desk() {}
func (HandOver) desk()     {}
func (EndConsult) desk()   {}
func (Tick) desk()         {}
func (Restarted) desk()    {}
func (Stalled) desk()      {}
func (ClockJumped) desk()  {}
func (Configure) desk()    {}
func (Close) desk()        {}
func (Open) desk()         {}
