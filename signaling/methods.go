package signaling

import (
	"context"
	"time"

	"github.com/relevo/relevo/signaling/wire"
)

// dispatch handles a request of one who has joined: in order, but for the slow
// ones, which wait for people and run beside the reader.
func (k *socket) dispatch(f wire.Frame, params wire.Validator, start time.Time) error {
	if k.watching && k.claims.Desk {
		k.deskRequest(f, params, start)
		return nil
	}
	if k.watching {
		k.out.begin()
		k.answer(f, f.Method, start, nil, wire.Errorf(wire.KindBadRequest, "this socket watches calls; join a call on a socket of its own"))
		return nil
	}
	if slowMethod(f.Method) {
		k.goSlow(f, params, start)
		return nil
	}
	k.out.begin()
	ctx, cancel := context.WithTimeout(k.ctx, k.s.limits.Requests)
	defer cancel()
	result, err := perform(ctx, k.member, params, f.Method)
	if err == nil && ofDesk(f.Method) && k.s.cfg.Desk != nil {
		k.answerSettled(f, start, result)
		return nil
	}
	k.answer(f, f.Method, start, result, err)
	return nil
}

// ofDesk are the requests of a member that the desk has to do something about.
func ofDesk(method string) bool {
	return method == wire.MethodRequestHuman || method == wire.MethodCancelRequest || method == wire.MethodKeepWaiting
}

// answerSettled answers when the desk has it on disk, too: who has been told that
// a human is asked for is in the line, and their clocks run from then, whatever
// becomes of the server. The reader goes on meanwhile.
func (k *socket) answerSettled(f wire.Frame, start time.Time, result any) {
	wait := func() {
		ctx, cancel := context.WithTimeout(k.ctx, k.s.limits.Requests)
		defer cancel()
		k.s.settled(ctx)
		k.answer(f, f.Method, start, result, nil)
	}
	select {
	case k.inFlight <- struct{}{}:
		k.slow.Go(func() {
			defer func() { <-k.inFlight }()
			wait()
		})
	default:
		wait()
	}
}

// settled waits until the desk has written what it was told. Where the disk does
// not answer it has happened all the same, and is told so, as all that calls do.
func (s *Server) settled(ctx context.Context) {
	if err := s.cfg.Desk.Settled(ctx); err != nil && wire.AsError(err).Kind != wire.KindUnavailable {
		s.log.Warn("the desk has not written what a caller was told", "error", err)
	}
}

func slowMethod(method string) bool {
	return method == wire.MethodTakeover || method == wire.MethodReturn
}

func (k *socket) goSlow(f wire.Frame, params wire.Validator, start time.Time) {
	k.besides(f, start, k.s.limits.SlowRequests, func(ctx context.Context) (any, error) {
		return perform(ctx, k.member, params, f.Method)
	})
}

// besides answers a request on a goroutine of its own.
func (k *socket) besides(f wire.Frame, start time.Time, limit time.Duration, handle func(context.Context) (any, error)) {
	k.out.begin()
	select {
	case k.inFlight <- struct{}{}:
	default:
		k.s.metrics.limited.WithLabelValues("inFlight").Inc()
		k.answer(f, f.Method, start, nil, wire.Errorf(wire.KindRateLimited, "%d such requests are still waiting", cap(k.inFlight)))
		return
	}
	ctx, cancel := context.WithTimeout(k.ctx, limit)
	k.slow.Go(func() {
		defer cancel()
		result, err := handle(ctx)
		<-k.inFlight
		k.answer(f, f.Method, start, result, err)
	})
}

// perform calls the member's method for a request.
func perform(ctx context.Context, m Member, params wire.Validator, method string) (any, error) {
	switch p := params.(type) {
	case *wire.Negotiate:
		return m.Negotiate(ctx, *p)
	case *wire.Candidate:
		return nil, m.Candidate(ctx, *p)
	case *wire.Subscribe:
		return nil, m.Subscribe(ctx, *p)
	case *wire.Mute:
		return nil, m.Mute(ctx, *p)
	case *wire.SpeakTo:
		return nil, m.SpeakTo(ctx, p.To)
	case *wire.Message:
		say := m.Message
		if p.To == wire.ToCaller {
			say = m.MessageCaller
		}
		seq, err := say(ctx, p.Text)
		return wire.MessageResult{Seq: seq}, err
	case *wire.RequestHuman:
		return nil, m.RequestHuman(ctx, *p)
	case *wire.Takeover:
		return m.Takeover(ctx, p.TakeoverMode, p.Key)
	case *wire.Return:
		return nil, m.Return(ctx, *p)
	case *wire.SetEmail:
		return nil, m.SetEmail(ctx, *p)
	case *wire.Empty:
		return nil, performEmpty(ctx, m, method)
	}
	return nil, wire.Errorf(wire.KindBadRequest, "%s comes once, as the first request", method)
}

func performEmpty(ctx context.Context, m Member, method string) error {
	switch method {
	case wire.MethodInterrupt:
		return m.Interrupt(ctx)
	case wire.MethodCancelRequest:
		return m.CancelRequest(ctx)
	case wire.MethodKeepWaiting:
		return m.KeepWaiting(ctx)
	case wire.MethodHangup:
		return m.Hangup(ctx)
	case wire.MethodLeave:
		return m.Leave(ctx)
	}
	return wire.Errorf(wire.KindNotFound, "there is no method %s", method)
}
