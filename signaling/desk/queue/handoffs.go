package queue

import (
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/desk/sla"
)

func (d *Desk) enter(e Enter) error {
	skills, ok1 := needs(e.Skills)
	languages, ok2 := needs(e.Languages)
	if e.Priority == 0 {
		e.Priority = P3
	}
	switch {
	case !validID(e.Handoff) || !validID(e.Call) || !ok1 || !ok2 || !e.Priority.Valid():
		return ErrInvalid
	case d.handoffs[e.Handoff] != nil || d.calls[e.Call] != nil:
		return ErrExists
	case len(d.line) >= d.cfg.MaxWaiting && !e.Closed:
		return ErrFull
	}
	h := d.begin(Handoff{ID: e.Handoff, Call: e.Call, Reason: clean(e.Reason), Brief: clean(e.Brief), Priority: e.Priority,
		Skills: skills, Languages: languages})
	if e.Closed || d.Closed {
		d.end(h, hClosed, OutOfHours, "")
		return nil
	}
	d.promise(h)
	d.move(h, hEnter)
	d.wait(h)
	d.entered = append(d.entered, h)
	return nil
}

// begin makes the record of a new handoff.
func (d *Desk) begin(record Handoff) *item {
	d.Seq++
	record.Seq, record.Rank, record.EnteredAt = d.Seq, record.Priority, d.Now
	h := &item{Handoff: record}
	d.handoffs[h.ID], d.calls[h.Call] = h, h
	d.number(h)
	return h
}

// promise starts the clocks of the SLA.
func (d *Desk) promise(h *item) {
	h.SLA = sla.Begin(d.cfg.SLA, h.Priority, d.Now)
	d.arm(clockSLA, h.ID, h.SLA.NextAt())
}

// takenOver is the claim of an agent that the call has taken without the desk.
func (d *Desk) takenOver(e TakenOver) error {
	a, h := d.agents[e.Agent], d.calls[e.Call]
	switch {
	case a == nil:
		return ErrAgent
	case a.Presence == Offline:
		return ErrPresence // SignIn with NoConsole comes before
	case h != nil && h.Agent == a.ID && h.State.Held():
		return nil // a repetition
	case h != nil && !h.State.InLine():
		return ErrTaken
	case h == nil && (!validID(e.Handoff) || !validID(e.Call)):
		return ErrInvalid
	case h == nil && d.handoffs[e.Handoff] != nil:
		return ErrExists
	}
	if h == nil {
		h = d.begin(Handoff{ID: e.Handoff, Call: e.Call, Reason: "takeover", Priority: P3, Unasked: true, Uninvited: true})
		d.promise(h)
	} else {
		d.withdraw(h, "taken")
	}
	d.unringAgent(a, "taken")
	d.move(h, hTake)
	d.taken(a, h)
	return nil
}

// needs is a copy with names as levels have them; the last of a name counts.
func needs(in []Need) ([]Need, bool) {
	if len(in) > maxNeeds {
		return nil, false
	}
	var out []Need
	for _, n := range in {
		n.Name = strings.ToLower(strings.TrimSpace(n.Name))
		if n.Name == "" || len(n.Name) > maxName || n.Level < 0 || n.Level > MaxLevel || strings.ToValidUTF8(n.Name, "") != n.Name {
			return nil, false
		}
		n.Level = max(n.Level, 1)
		out = slices.DeleteFunc(out, func(o Need) bool { return o.Name == n.Name })
		out = append(out, n)
	}
	return out, true
}

// wait puts h, which is pending now, into the line and sets its clocks.
func (d *Desk) wait(h *item) {
	h.PendingAt, h.Asked = d.Now, 0
	h.Stage, h.StageAt = d.stage(&h.Handoff)
	h.RankAt = d.rankAt(&h.Handoff)
	h.AskAt = after(d.Now, d.cfg.AskEvery)
	d.join(h)
	d.arm(clockStage, h.ID, h.StageAt)
	d.arm(clockRank, h.ID, h.RankAt)
	d.arm(clockAsk, h.ID, h.AskAt)
	d.wants(h)
}

// stopWaiting takes h out of the line and stops the clocks of waiting.
func (d *Desk) stopWaiting(h *item) {
	d.leave(h)
	h.Front, h.Target, h.Told = false, nil, nil
	h.PendingAt, h.StageAt, h.RankAt, h.AskAt, h.ExpireAt, h.RetryAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	h.Skips, h.Asked = nil, 0
}

// again puts h first in line: nobody has it any more.
func (d *Desk) again(h *item, e happening) {
	d.move(h, e)
	h.Agent, h.Name = "", ""
	h.ClaimedAt, h.ConnectedAt = time.Time{}, time.Time{}
	h.Front = true
	h.Requeues++
	d.wait(h)
	d.entered = append(d.entered, h)
}

// claim has the call taken over for a, whose record says so already.
func (d *Desk) claim(h *item, a *worker) {
	d.hold(h, a)
	d.fx.Claims = append(d.fx.Claims, Claim{h.ID, h.Call, a.ID})
}

// hold is h of a, who claims it.
func (d *Desk) hold(h *item, a *worker) {
	d.stopWaiting(h)
	h.Agent, h.ClaimedAt = a.ID, d.Now
}

func (d *Desk) outside(h *item, name string) error {
	if !h.State.InLine() {
		return ErrTaken
	}
	d.withdraw(h, "taken")
	d.move(h, hTake)
	d.stopWaiting(h)
	h.Name, h.ClaimedAt = clean(name), d.Now
	return nil
}

func (d *Desk) cancel(h *item, detail string) error {
	if _, ok := h.next(hCancel); !ok {
		return ErrState
	}
	if h.State == StateClaimed {
		d.move(h, hCancel)
		h.Unasked = true
		return nil
	}
	d.withdraw(h, "cancelled")
	d.end(h, hCancel, Cancelled, detail)
	return nil
}

func (d *Desk) keepWaiting(h *item) error {
	switch {
	case h.State == StateClaimed:
		h.Unasked = false
	case h.State.InLine():
		h.Asked, h.ExpireAt = 0, time.Time{}
		h.AskAt = after(d.Now, d.cfg.AskEvery)
		d.arm(clockAsk, h.ID, h.AskAt)
	default:
		return ErrState
	}
	d.touch(h)
	return nil
}

func (d *Desk) amend(h *item, e Amend) error {
	skills, languages := h.Skills, h.Languages
	ok := true
	if e.Skills != nil {
		skills, ok = needs(*e.Skills)
	}
	if e.Languages != nil && ok {
		languages, ok = needs(*e.Languages)
	}
	if !ok || e.Priority != nil && !e.Priority.Valid() {
		return ErrInvalid
	}
	waits := h.State.InLine()
	if waits {
		d.leave(h)
	}
	if e.Brief != nil {
		h.Brief = clean(*e.Brief)
	}
	if e.Priority != nil && *e.Priority != h.Priority {
		aged := h.Priority - h.Rank // what it has aged, it has aged
		h.Priority = *e.Priority
		h.Rank = max(P1, h.Priority-min(aged, h.Priority-P1))
		s, events := h.SLA.Retarget(d.cfg.SLA, h.Priority).Advance(d.Now)
		h.SLA = s
		d.slaEvents(h, events)
		if h.RankAt.IsZero() || h.Rank == P1 {
			h.RankAt = d.rankAt(&h.Handoff)
			d.arm(clockRank, h.ID, h.RankAt)
		}
	}
	if e.Skills != nil || e.Languages != nil {
		h.Skills, h.Languages, h.Stage = skills, languages, StageAll
		d.number(h)
		h.Stage, h.StageAt = d.stage(&h.Handoff)
		d.arm(clockStage, h.ID, h.StageAt)
	}
	if waits {
		d.join(h)
		d.wants(h)
	}
	d.touch(h)
	return nil
}

func (d *Desk) connected(h *item) error {
	if _, ok := h.next(hConnect); !ok {
		return ErrState
	}
	d.move(h, hConnect)
	h.ConnectedAt, h.Unasked = d.Now, false
	if h.AnsweredAt.IsZero() {
		h.AnsweredAt = d.Now
	}
	s, events := h.SLA.Answered(d.Now)
	h.SLA = s
	d.slaEvents(h, events)
	d.stint(h)
	return nil
}

// stint begins the time that a human has the call, and ends the one before.
func (d *Desk) stint(h *item) {
	d.endStint(h)
	who := h.Agent
	if who == "" {
		who = h.Name
	}
	h.Stints = append(h.Stints, Stint{Agent: who, From: d.Now})
	if n := len(h.Stints) - maxStints; n > 0 {
		h.Stints = slices.Delete(h.Stints, 0, n)
	}
}

func (d *Desk) endStint(h *item) {
	if n := len(h.Stints); n > 0 && h.Stints[n-1].To.IsZero() {
		h.Stints[n-1].To = d.Now
	}
}

func (d *Desk) claimFailed(h *item, detail string) error {
	if h.State != StateClaimed {
		return ErrState
	}
	d.fail(h, detail)
	return nil
}

// fail is a claim that came to nothing. Who has failed is not asked again at
// once.
func (d *Desk) fail(h *item, detail string) {
	if a := d.agents[h.Agent]; a != nil {
		d.part(a, h, false)
	}
	agent := h.Agent
	h.Agent = ""
	if h.Unasked {
		d.end(h, hFail, Cancelled, detail)
		return
	}
	d.again(h, hFail)
	if agent != "" {
		d.skip(h, agent)
	}
}

func (d *Desk) humanLost(h *item, browser bool) error {
	if h.State == StateClaimed {
		d.fail(h, "lost")
		return nil
	}
	if _, ok := h.next(hLost); !ok {
		return ErrState
	}
	d.loseHuman(h, browser)
	return nil
}

// loseHuman: who had the call is gone. A colleague who has joined has it then.
func (d *Desk) loseHuman(h *item, browser bool) {
	agent := h.Agent
	if a := d.agents[agent]; a != nil {
		d.part(a, h, false)
	}
	d.endStint(h)
	if c := h.Consult; c != nil && c.Joined {
		d.release(h, d.agents[agent], c.Agent, "lost")
		d.move(h, hLost)
		d.inherit(h)
		return
	}
	if browser {
		d.release(h, d.agents[agent], "", "lost")
	}
	d.dismiss(h, "lost")
	d.again(h, hLost)
	if agent != "" {
		d.skip(h, agent)
	}
}

func (d *Desk) release(h *item, a *worker, to, why string) {
	r := Release{Handoff: h.ID, Call: h.Call, To: to, Why: why}
	if a != nil {
		r.Agent = a.ID
	}
	d.fx.Releases = append(d.fx.Releases, r)
}

func (d *Desk) finish(h *item, detail string) error {
	if h.State == StateClaimed {
		d.fail(h, detail)
		return nil
	}
	if _, ok := h.next(hFinish); !ok {
		return ErrState
	}
	d.end(h, hFinish, Resolved, detail)
	return nil
}

func (d *Desk) endCall(h *item) error {
	switch h.State {
	case StateConnected, StateConsulting:
		d.end(h, hEndCall, Resolved, "callEnded")
	default:
		d.withdraw(h, "ended")
		d.end(h, hEndCall, CallEnded, "")
	}
	return nil
}

// end is the one end of a handoff. What rings is withdrawn already.
func (d *Desk) end(h *item, e happening, outcome Outcome, detail string) {
	was := h.State
	if h.Consult != nil {
		d.dismiss(h, "ended")
	}
	d.move(h, e)
	events := []sla.Event(nil)
	switch was {
	case StateConnected, StateConsulting:
		d.handled(d.Now.Sub(h.ConnectedAt))
		h.SLA, events = h.SLA.Resolved(d.Now)
	default:
		h.SLA, events = h.SLA.Cancelled(d.Now)
	}
	d.stopWaiting(h)
	d.endStint(h)
	if a := d.agents[h.Agent]; a != nil && was.Held() {
		d.part(a, h, was != StateClaimed)
	}
	h.Outcome, h.Detail, h.EndedAt, h.Unasked = outcome, clean(detail), d.Now, false
	delete(d.handoffs, h.ID)
	delete(d.calls, h.Call)
	d.slaEvents(h, events)
	d.fx.Ended = append(d.fx.Ended, h.copy())
}

// handled takes the length of a call into the recent one: an eighth each.
func (d *Desk) handled(length time.Duration) {
	length = min(max(length, time.Second), 4*time.Hour)
	if d.Handling == 0 {
		d.Handling = length
		return
	}
	d.Handling += (length - d.Handling) / 8
}
