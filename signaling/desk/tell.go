package desk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/rules"
	"github.com/relevo/relevo/signaling/desk/sla"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// tell brings about what a step asks for, once it is durable.
func (r *runner) tell(fx queue.Effects) {
	for _, w := range fx.Withdrawals {
		r.toAgent(w.Agent, wire.NotifyDeskOfferGone, wire.DeskOfferGone{Offer: int64(w.Offer), Why: w.Why})
	}
	for _, c := range fx.Claims {
		r.claim(c)
	}
	for _, l := range fx.Releases {
		r.release(l)
	}
	for _, o := range fx.Offers {
		if h, ok := r.queue.Handoff(o.Handoff); ok && h.Offer != nil && h.Offer.No == o.No {
			r.toAgent(o.Agent, wire.NotifyDeskOffer, r.offer(o.Offer, h))
		}
	}
	for _, c := range fx.Consults {
		n := wire.DeskConsult{Handoff: c.Handoff, Call: c.Call, By: c.By, Agent: c.Agent, What: c.What}
		r.toAgent(c.By, wire.NotifyDeskConsult, n)
		r.toAgent(c.Agent, wire.NotifyDeskConsult, n)
		if c.What == "joined" {
			r.toAgent(c.Agent, wire.NotifyDeskClaim, wire.DeskClaim{Handoff: c.Handoff, Call: c.Call, Consult: true})
		}
	}
	for _, p := range fx.Presence {
		a, _ := r.queue.Agent(p.Agent)
		r.toAgent(p.Agent, wire.NotifyDeskPresence, wire.DeskPresence{Presence: p.To.String(), Why: p.Why, WrapUpAt: millis(a.WrapUpAt)})
	}
	for _, e := range fx.SLA {
		if e.Kind == sla.AtRisk || e.Kind == sla.EventBreached {
			r.alert(e)
		}
	}
	for _, h := range fx.Ended {
		r.dropped(h)
	}
}

// news tells callers how their wait stands, at once: nobody loses anything by
// news that the disk has not, and who waits while it does not answer must not
// hear nothing.
func (r *runner) news(fx *queue.Effects) {
	for _, n := range fx.Notices {
		r.tellEstimate(n.Handoff, n.Call, n.Estimate, "")
	}
	for _, a := range fx.Asks {
		r.tellWait(a.Handoff, "keepWaiting")
	}
	fx.Notices, fx.Asks = nil, nil
}

// tellWait tells a caller how their wait stands now.
func (r *runner) tellWait(handoff, question string) {
	now, _ := r.d.cfg.Clock()
	h, _ := r.queue.Handoff(handoff)
	if e, ok := r.queue.Estimate(handoff, now); ok { // it has not been taken in the same step
		r.tellEstimate(handoff, h.Call, e, question)
	}
}

// tellEstimate tells it. While the disk does not answer nobody can be rung, so
// that nobody knows for how long.
func (r *runner) tellEstimate(handoff, call string, e queue.Estimate, question string) {
	if r.broken {
		e.Wait = 0
	}
	r.d.calls.Wait(call, Wait{Request: r.callers[handoff].request, Position: e.Position, Likely: e.Wait, Waited: e.Waited, Question: question})
}

// claim takes a call over for the agent who has accepted it.
func (r *runner) claim(c queue.Claim) {
	who := r.person(c.Agent)
	r.aside(func(ctx context.Context) {
		if err := r.d.calls.Claim(ctx, c.Call, who); err != nil {
			r.d.log.Warn("a call could not be taken over", "call", c.Call, "handoff", c.Handoff, whyNot(err))
			r.d.box.put(func() {
				// Who took it past the desk meanwhile keeps it.
				if h, ok := r.queue.Handoff(c.Handoff); ok && h.Agent == c.Agent {
					_ = r.step(queue.ClaimFailed{Handoff: c.Handoff, Detail: "refused"}, nil)
				}
			})
			return
		}
		r.d.box.put(func() {
			if h, ok := r.queue.Handoff(c.Handoff); ok && h.Agent == c.Agent {
				r.toAgent(c.Agent, wire.NotifyDeskClaim, wire.DeskClaim{Handoff: c.Handoff, Call: c.Call})
			}
		})
	})
}

// release takes a call from who has it: it goes to To, or waits again.
func (r *runner) release(l queue.Release) {
	to := r.person(l.To)
	r.aside(func(ctx context.Context) {
		var err error
		switch {
		case l.Why == "handedOver": // that is how the queue came to know
		case l.To == "":
			err = r.d.calls.Requeue(ctx, l.Call, l.Agent, l.Why)
		default:
			// Who was being consulted has it now: the AI may be speaking already.
			if err = r.d.calls.HandOver(ctx, l.Call, to); err != nil {
				err = r.d.calls.Claim(ctx, l.Call, to)
			}
			if err != nil {
				r.d.box.put(func() { _ = r.step(queue.HumanLost{Handoff: l.Handoff}, nil) })
			}
		}
		if err != nil && wire.AsError(err).Kind != wire.KindConflict && wire.AsError(err).Kind != wire.KindGone {
			r.d.log.Warn("a call could not be passed on", "call", l.Call, "why", l.Why, whyNot(err))
		}
	})
}

// whyNot is an error of a call for the log. What is told to people may have
// names in it; what has gone wrong has none.
func whyNot(err error) slog.Attr {
	e := wire.AsError(err)
	if e.Cause != nil {
		return slog.Any("error", e.Cause)
	}
	return slog.Group("", "kind", e.Kind, slog.Group("pii", "error", e.Message))
}

// dropped tells the call of a handoff that the desk has ended.
func (r *runner) dropped(h queue.Handoff) {
	w := Wait{Request: r.callers[h.ID].request}
	delete(r.callers, h.ID)
	var why string
	switch h.Outcome {
	case queue.OutOfHours:
		why = "outOfHours"
	case queue.Expired:
		why = "expired"
	case queue.Cancelled:
		why = "cancelled"
	default:
		return
	}
	if h.Outcome == queue.OutOfHours {
		now, _ := r.d.cfg.Clock()
		status := r.hours.Status(now, true, 1, false) // whoever would be there
		w.Reply, w.Opens = status.Reply, status.Opens
	}
	r.aside(func(ctx context.Context) {
		// A call that wants no human any more refuses: it knows already.
		if err := r.d.calls.Drop(ctx, h.Call, why, w); err != nil && wire.AsError(err).Kind == wire.KindInternal {
			r.d.log.Warn("a caller was not told that the request is over", "call", h.Call, "why", why, "error", err)
		}
	})
}

// aside does what may wait for a call.
func (r *runner) aside(f func(ctx context.Context)) {
	r.d.helpers.Go(func() {
		ctx, cancel := context.WithTimeout(r.d.ctx, 10*time.Second)
		defer cancel()
		f(ctx)
	})
}

func (r *runner) person(identity string) Person {
	if a, ok := r.d.cfg.People.Account(identity); ok {
		return Person{a.Identity, a.Name, a.Avatar}
	}
	a, _ := r.queue.Agent(identity)
	return Person{Identity: identity, Name: a.Name}
}

// request puts a call into the line, or answers that nobody is there.
func (r *runner) request(callID string, q Request) {
	r.opening()
	e := queue.Enter{Handoff: newID("h_"), Call: callID, Reason: q.Reason, Brief: q.Brief}
	if p := queue.Priority(q.Priority); p.Valid() {
		e.Priority = p
	} else {
		flat := rules.Flatten(q.Meta)
		if p, _, ok := r.rules.Priority(rules.Facts{Segment: flat["segment"], Text: q.Words, Reason: q.Reason, Language: q.Language, Meta: flat}); ok {
			e.Priority = p
		}
	}
	e.Skills, e.Languages = q.needs()
	if q.Language != "" && len(e.Languages) == 0 && r.settings.ByLanguage {
		e.Languages = []queue.Need{{Name: q.Language}}
	}
	if h, known := r.queue.ByCall(callID); known {
		r.again(h, q)
		return
	}
	r.callers[e.Handoff] = caller{q.Caller, q.No}
	if err := r.step(e, nil); err != nil {
		delete(r.callers, e.Handoff)
		r.d.log.Error("a request for a human was refused", "call", callID, "error", err)
		r.aside(func(ctx context.Context) { _ = r.d.calls.Drop(ctx, callID, "full", Wait{Request: q.No}) })
	}
}

// again is a request of a call that the desk has one of: the app says more about
// it, or the caller has taken theirs back while a human was on the way, and wants
// one after all.
func (r *runner) again(h queue.Handoff, q Request) {
	r.callers[h.ID] = caller{q.Caller, q.No}
	more := queue.Amend{Handoff: h.ID}
	if p := queue.Priority(q.Priority); p.Valid() {
		more.Priority = &p
	}
	skills, languages := q.needs()
	if len(skills) > 0 {
		more.Skills = &skills
	}
	if len(languages) > 0 {
		more.Languages = &languages
	}
	if err := r.step(more, nil); err != nil {
		r.d.log.Warn("what the app says of a request cannot be", "call", h.Call, "error", err)
	}
	if h.State == queue.StateClaimed {
		_ = r.step(queue.KeepWaiting{Handoff: h.ID}, nil) // it is not refused while it is claimed
		return
	}
	r.tellWait(h.ID, "")
}

// claimed: somebody has taken a call over. The desk may have asked for it, or
// for somebody else, who came too late then.
func (r *runner) claimed(callID string, by Person) {
	h, known := r.queue.ByCall(callID)
	if known && h.State.Held() && h.Agent != by.Identity {
		if h.Consult != nil && h.Consult.Joined && h.Consult.Agent == by.Identity {
			_ = r.step(queue.HandOver{Handoff: h.ID, By: h.Agent}, nil) // it is connected and they have joined
			return
		}
		r.unclaimed(h, "taken")
		h, known = r.queue.ByCall(callID)
	}
	switch {
	case known && h.State.Held():
	case r.atDesk(by):
		if err := r.step(queue.TakenOver{Handoff: newID("h_"), Call: callID, Agent: by.Identity}, nil); err != nil {
			r.d.log.Error("a takeover is not counted", "call", callID, "error", err)
		}
	case known:
		r.outside(h.ID, by)
	}
}

// atDesk says whether somebody is the desk's, and has them be at it where they
// have taken a call over without coming to a console.
func (r *runner) atDesk(by Person) bool {
	a, known := r.queue.Agent(by.Identity)
	if known && a.Presence != queue.Offline {
		return true
	}
	if p, person := r.d.cfg.People.Account(by.Identity); !known && (!person || p.Disabled) {
		return false
	}
	return r.step(r.asAccount(queue.SignIn{Agent: by.Identity, Name: by.Name, NoConsole: true}), nil) == nil
}

// unclaimed: who had a call, or was to have it, has it no more.
func (r *runner) unclaimed(h queue.Handoff, why string) {
	// A refusal means that the queue knows.
	if h.State == queue.StateClaimed {
		_ = r.step(queue.ClaimFailed{Handoff: h.ID, Detail: why}, nil)
		return
	}
	_ = r.step(queue.HumanLost{Handoff: h.ID}, nil)
}

// returned: the AI has a call again. What was put back into the line while it
// was given back waits for nobody.
func (r *runner) returned(h queue.Handoff, why string) {
	if h.State.InLine() {
		_ = r.step(queue.Cancel{Handoff: h.ID, Detail: why}, nil)
		return
	}
	_ = r.step(queue.Finish{Handoff: h.ID, Detail: why}, nil)
}

func (r *runner) outside(handoff string, by Person) {
	name := by.Name
	if name == "" {
		name = by.Identity
	}
	// It cannot be refused but for one that has just ended.
	_ = r.step(queue.Outside{Handoff: handoff, Name: name}, nil)
}

func (r *runner) fact(callID string, event func(string) queue.Event) {
	r.about(callID, func(h queue.Handoff) {
		// The queue refuses what it knows already, or has done itself.
		_ = r.step(event(h.ID), nil)
	})
}

// about is f with what goes on of a call.
func (r *runner) about(callID string, f func(h queue.Handoff)) {
	if h, ok := r.queue.ByCall(callID); ok {
		f(h)
	}
}

// handOver ends a handing over that the call has carried out, and has told of.
func (r *runner) handOver(handoff, by, to string, reply func(error)) {
	if h, ok := r.queue.Handoff(handoff); ok && h.Agent == to {
		r.next.replies = append(r.next.replies, reply)
		return
	}
	_ = r.step(queue.HandOver{Handoff: handoff, By: by}, reply) // the reply has the error
}

// do is what a person asks for.
func (r *runner) do(e queue.Event, reply func(error)) {
	if t, ok := e.(queue.SignIn); ok {
		e = r.asAccount(t)
	}
	_ = r.step(e, reply) // the reply has the error
}

// asAccount fills in what the account says of who signs in.
func (r *runner) asAccount(t queue.SignIn) queue.SignIn {
	if a, known := r.d.cfg.People.Account(t.Agent); known {
		t.Name, t.Capacity, t.Skills, t.Languages = a.Name, a.Capacity, a.Skills, a.Languages
	}
	return t
}

// consulted is who has joined a handoff for a consult, and its call.
func (r *runner) consulted(handoff, by string) (Person, string, error) {
	h, ok := r.queue.Handoff(handoff)
	switch {
	case !ok:
		return Person{}, "", refusal(queue.ErrUnknown)
	case h.Agent != by:
		return Person{}, "", refusal(queue.ErrNotYours)
	case h.Consult == nil || !h.Consult.Joined:
		return Person{}, "", wire.Errorf(wire.KindConflict, "nobody has joined you yet")
	}
	return r.person(h.Consult.Agent), h.Call, nil
}

// refusal is why the queue does not do something, in words for who asked.
func refusal(err error) error {
	kind, message := wire.KindBadRequest, "this makes no sense"
	switch {
	case errors.Is(err, queue.ErrUnknown):
		kind, message = wire.KindGone, "this request is over"
	case errors.Is(err, queue.ErrAgent):
		kind, message = wire.KindNotFound, "that person is not at the desk"
	case errors.Is(err, queue.ErrNothing):
		kind, message = wire.KindNotFound, "nothing waits that you could take"
	case errors.Is(err, queue.ErrExists):
		kind, message = wire.KindConflict, "this call waits already"
	case errors.Is(err, queue.ErrTaken):
		kind, message = wire.KindConflict, "somebody else has it"
	case errors.Is(err, queue.ErrState):
		kind, message = wire.KindConflict, "not possible now"
	case errors.Is(err, queue.ErrPresence):
		kind, message = wire.KindConflict, "not possible while you are away or wrapping up"
	case errors.Is(err, queue.ErrCapacity):
		kind, message = wire.KindConflict, "no more calls fit at the same time"
	case errors.Is(err, queue.ErrRinging):
		kind, message = wire.KindConflict, "something else rings; answer that first"
	case errors.Is(err, queue.ErrStale):
		kind, message = wire.KindConflict, "too late: it no longer rings here"
	case errors.Is(err, queue.ErrNotYours):
		kind, message = wire.KindForbidden, "somebody else has this call"
	case errors.Is(err, queue.ErrFull):
		kind, message = wire.KindUnavailable, "the line is full"
	}
	return wire.Wrap(kind, err, message)
}

func storage(err error) error {
	if errors.Is(err, transcripts.ErrClosed) {
		return wire.Wrap(wire.KindUnavailable, err, "the server is shutting down")
	}
	return wire.Wrap(wire.KindStorage, err, "the server's storage does not answer; it is tried again")
}
