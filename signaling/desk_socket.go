package signaling

import (
	"context"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/wire"
)

// watchDesk begins a console's socket: the desk and the list of all calls.
func (k *socket) watchDesk(ctx context.Context, w *wire.WatchDesk) (any, error) {
	claims, err := k.s.cfg.Keyring.Verify(w.Token)
	switch {
	case err != nil:
		return nil, err
	case !claims.Desk:
		return nil, wire.Errorf(wire.KindForbidden, "watchDesk needs a desk token")
	case k.s.cfg.Desk == nil:
		return nil, wire.Errorf(wire.KindNotFound, "there is no desk here")
	}
	if err := k.login(claims, true); err != nil {
		return nil, err
	}
	person, err := k.s.person(claims)
	if err != nil {
		return nil, err
	}
	supervisor := person.Role.AtLeast(account.Supervisor)
	if w.Observe && !supervisor {
		return nil, wire.Errorf(wire.KindForbidden, "only supervisors look at the desk without being at it")
	}
	view, stopDesk, err := k.s.cfg.Desk.Watch(ctx, person.Identity, desk.WatchOptions{Name: person.Name, Away: w.Away, Observe: w.Observe, Supervisor: supervisor, Seen: k.conn.seen}, k.out.Notify)
	if err != nil {
		return nil, err
	}
	current, stopCalls := k.s.cfg.Hub.Watch(k.callsChanged)
	k.watching, k.claims = true, claims
	k.pingEvery(consolePing)
	k.stopWatch = k.untilExpiry(claims, func() { stopDesk(); stopCalls() })
	view.Role, view.Calls = string(person.Role), current
	if view.Calls == nil {
		view.Calls = []wire.CallSummary{}
	}
	return view, nil
}

// consolePing is how often a console is asked for a sign of life: whether
// somebody is there is seen sooner than for others, and there are few of them.
const consolePing = 2 * time.Second

// untilExpiry ends a console's socket when its login expires: it would be told
// of callers for ever. The result does what stop does, and lets the clock go.
func (k *socket) untilExpiry(claims auth.Claims, stop func()) func() {
	clock := time.AfterFunc(time.Until(claims.Expires), func() {
		k.out.finish(ending{code: wire.KindUnauthorized.CloseCode(), reason: "logged out"})
	})
	return func() {
		clock.Stop()
		stop()
	}
}

// callsChanged passes on what has changed in the list of calls.
func (k *socket) callsChanged(changed []wire.CallSummary, gone []wire.CallGone) {
	for _, c := range changed {
		k.out.Notify(wire.NotifyCallSummary, c)
	}
	for _, g := range gone {
		k.out.Notify(wire.NotifyCallGone, g)
	}
}

// deskRequest handles a request of a console: beside the reader, since it waits
// for the disk.
func (k *socket) deskRequest(f wire.Frame, params wire.Validator, start time.Time) {
	k.besides(f, start, k.s.limits.Requests, func(ctx context.Context) (any, error) {
		// Who has been demoted or logged out is so from this request on.
		person, err := k.s.person(k.claims)
		if err != nil {
			return nil, err
		}
		return wire.Empty{}, k.s.atDesk(ctx, person, params, f.Method)
	})
}

// atDesk is what people do at the desk.
func (s *Server) atDesk(ctx context.Context, who account.Account, params wire.Validator, method string) error {
	d, me := s.cfg.Desk, who.Identity
	needs := func(least account.Role) error {
		if !who.Role.AtLeast(least) {
			return wire.Errorf(wire.KindForbidden, "this is for the role %s", least)
		}
		return nil
	}
	switch p := params.(type) {
	case *wire.Presence:
		switch p.Presence {
		case "away":
			return d.Do(ctx, queue.SetAway{Agent: me, Why: p.Why})
		case "offline":
			return d.Do(ctx, queue.SignOut{Agent: me})
		}
		if err := d.Do(ctx, queue.SignIn{Agent: me, Name: who.Name}); err != nil {
			return err
		}
		return d.Do(ctx, queue.SetAvailable{Agent: me})
	case *wire.OfferAnswer:
		if method == wire.MethodAccept {
			return d.Do(ctx, queue.Accept{Agent: me, Offer: uint64(p.Offer)})
		}
		return d.Do(ctx, queue.Decline{Agent: me, Offer: uint64(p.Offer)})
	case *wire.MoreTime:
		return d.Do(ctx, queue.WrapUpMore{Agent: me, By: time.Duration(p.Seconds) * time.Second})
	case *wire.OneHandoff:
		switch method {
		case wire.MethodTake:
			return d.Do(ctx, queue.Take{Agent: me, Handoff: p.Handoff})
		case wire.MethodEndConsult:
			return d.Do(ctx, queue.EndConsult{Handoff: p.Handoff, By: me})
		case wire.MethodHandOver:
			return d.HandOver(ctx, p.Handoff, me)
		case wire.MethodCancelHandoff:
			if err := needs(account.Supervisor); err != nil {
				return err
			}
			return d.Do(ctx, queue.Cancel{Handoff: p.Handoff, Detail: "supervisor"})
		}
	case *wire.PassOn:
		skills, languages := queueNeeds(p.Skills), queueNeeds(p.Languages)
		switch method {
		case wire.MethodTransfer:
			return d.Do(ctx, queue.Transfer{Handoff: p.Handoff, By: me, Agent: p.Agent, Skills: skills, Languages: languages})
		case wire.MethodConsult:
			return d.Do(ctx, queue.StartConsult{Handoff: p.Handoff, By: me, Agent: p.Agent, Skills: skills, Languages: languages})
		case wire.MethodAssign:
			if err := needs(account.Supervisor); err != nil {
				return err
			}
			return d.Do(ctx, queue.Assign{Handoff: p.Handoff, Agent: p.Agent})
		}
	case *wire.Amend:
		e := queue.Amend{Handoff: p.Handoff}
		if p.Priority != 0 {
			priority := queue.Priority(p.Priority)
			e.Priority = &priority
		}
		if p.Skills != nil {
			needs := queueNeeds(*p.Skills)
			e.Skills = &needs
		}
		if p.Languages != nil {
			needs := queueNeeds(*p.Languages)
			e.Languages = &needs
		}
		return d.Do(ctx, e)
	case *wire.Empty:
		switch method {
		case wire.MethodTakeNext:
			return d.Do(ctx, queue.TakeNext{Agent: me})
		case wire.MethodWrapUpDone:
			return d.Do(ctx, queue.WrapUpDone{Agent: me})
		}
	}
	return wire.Errorf(wire.KindBadRequest, "this socket is at the desk; join a call on a socket of its own")
}

func queueNeeds(in []wire.Need) (out []queue.Need) {
	for _, n := range in {
		out = append(out, queue.Need{Name: n.Name, Level: n.Level, Preferred: n.Preferred})
	}
	return out
}
