package signaling

import (
	"errors"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// takeoverCall is POST /v1/calls/{id}/takeover: an app claims for any human, a
// desk token for its own.
func (s *Server) takeoverCall(r *request) (any, error) {
	b := r.body.(*wire.TakeoverCall)
	c, err := s.liveCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	by := Claimant{Identity: b.HumanAgentUserID, Name: b.Name, Avatar: b.Avatar, Mode: b.Mode(), Key: r.key}
	key, session := r.who.app, ""
	if r.who.desk() {
		me := r.who.claims
		if by.Identity != "" && by.Identity != me.Identity {
			return nil, wire.Errorf(wire.KindForbidden, "with a desk token you can take over only for yourself")
		}
		by.Identity, by.Name, by.Avatar, key = me.Identity, r.who.person.Name, r.who.person.Avatar, me.Key
		session = me.Session // it admits no longer than that lasts
	}
	if by.Identity == "" {
		by.Identity = newName("human-")
	}
	uid, err := c.Claim(r.Context(), by)
	if err != nil {
		return nil, err
	}
	out := wire.TakeoverCallResult{RequestID: r.id, ChannelID: c.ID(), HumanAgentUserID: by.Identity, TakeoverUID: uid}
	if b.RequireToken {
		out.Token, err = s.sign(auth.Claims{Key: key, Identity: by.Identity, Call: c.ID(), Role: string(wire.RoleHuman),
			Name: by.Name, Avatar: by.Avatar, Session: session}, joinTokenFor)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// holds checks that a desk token's human has claimed or taken over the call.
func (s *Server) holds(r *request, callID string) error {
	if !r.who.desk() {
		return nil
	}
	c, err := s.cfg.Store.Call(r.Context(), callID)
	if err != nil && !errors.Is(err, transcripts.ErrNotFound) {
		return storageError(err)
	}
	if c.Claim.UID == "" || c.Claim.Identity != r.who.claims.Identity {
		e := wire.Errorf(wire.KindForbidden, "only the human who has the call may do that")
		if c.Claim.UID != "" {
			e.Data = map[string]string{"name": c.Claim.Name}
		}
		return e
	}
	return nil
}

// returnCall is POST /v1/calls/{id}/return.
func (s *Server) returnCall(r *request) (any, error) {
	c, err := s.liveCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if err := s.holds(r, c.ID()); err != nil {
		return nil, err
	}
	return wire.Empty{}, c.ReturnToAI(r.Context())
}

// postMessage is POST /v1/calls/{id}/messages. A desk token writes as the human.
func (s *Server) postMessage(r *request) (any, error) {
	b := r.body.(*wire.PostMessage)
	c, err := s.liveCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if err := s.holds(r, c.ID()); err != nil {
		return nil, err
	}
	as := b.As
	switch {
	case r.who.desk() && as == wire.RoleAgent:
		return nil, wire.Errorf(wire.KindForbidden, "with a desk token you can write only as yourself")
	case r.who.desk():
		as = wire.RoleHuman
	case as == "":
		as = wire.RoleAgent
	}
	seq, err := c.Say(r.Context(), b.Text, string(as))
	if err != nil {
		return nil, err
	}
	return wire.MessageResult{Seq: seq}, nil
}

// handoff is POST /v1/calls/{id}/handoff: the app asks for a human.
func (s *Server) handoff(r *request) (any, error) {
	c, err := s.liveCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if err := c.RequestHuman(r.Context(), *r.body.(*wire.RequestHuman)); err != nil {
		return nil, err
	}
	if s.cfg.Desk != nil {
		s.settled(r.Context())
	}
	return wire.Empty{}, nil
}

// deskCalls is GET /v1/desk/calls: the list that watchCalls begins with.
func (s *Server) deskCalls(*request) (any, error) {
	calls, stop := s.cfg.Hub.Watch(func([]wire.CallSummary, []wire.CallGone) {})
	stop()
	if calls == nil {
		calls = []wire.CallSummary{}
	}
	return wire.SummaryList{Calls: calls}, nil
}
