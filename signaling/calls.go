package signaling

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/export"
)

// How long tokens live.
const (
	joinTokenFor = 15 * time.Minute // until it admits, once
)

func newName(prefix string) string { return prefix + strings.ToLower(rand.Text()[:16]) }

// createCall is POST /v1/calls.
func (s *Server) createCall(r *request) (any, error) {
	return createdOr(s.newCall(r, r.who.app, r.body.(*wire.CreateCall)))
}

// createDemoCall is POST /v1/demo/calls: what the caller page uses in --dev.
func (s *Server) createDemoCall(r *request) (any, error) {
	if !s.demo.allow(s.clientAddr(r.Request)) {
		s.metrics.limited.WithLabelValues("demo").Inc()
		return nil, wire.Errorf(wire.KindRateLimited, "too many demo calls from your address")
	}
	return createdOr(s.newCall(r, s.cfg.Key, r.body.(*wire.CreateCall)))
}

func createdOr(made wire.CreateCallResult, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return made, nil
}

// newCall makes a call and a token for its caller.
func (s *Server) newCall(r *request, key string, b *wire.CreateCall) (made wire.CreateCallResult, err error) {
	c, err := s.cfg.Hub.Create(r.Context(), CallSpec{ID: b.ID, Meta: b.Meta, Greeting: b.Greeting, Language: b.Language, ExternalAgent: b.ExternalAgent})
	if err != nil {
		return made, err
	}
	identity := b.Identity
	if identity == "" {
		identity = newName("caller-")
	}
	claims := auth.Claims{Key: key, Identity: identity, Call: c.ID(), Role: string(wire.RoleCaller),
		Name: b.Name, Avatar: b.Avatar, Email: b.Email}
	token, err := s.sign(claims, joinTokenFor)
	if err != nil {
		return made, err
	}
	return wire.CreateCallResult{CallID: c.ID(), ParticipantID: call.ParticipantID(c.ID(), identity), Token: token, WSURL: s.wsURL(r.Request), ICEServers: s.iceServers()}, nil
}

func (s *Server) sign(c auth.Claims, ttl time.Duration) (string, error) {
	token, err := s.cfg.Keyring.Sign(c, ttl)
	if err != nil {
		return "", wire.Wrap(wire.KindInternal, err, "the token could not be signed")
	}
	return token, nil
}

// createToken is POST /v1/calls/{id}/tokens.
func (s *Server) createToken(r *request) (any, error) {
	b := r.body.(*wire.CreateToken)
	c, err := s.liveCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	claims := auth.Claims{Key: r.who.app, Identity: b.Identity, Call: c.ID(), Role: string(b.Role),
		Name: b.Name, Avatar: b.Avatar, Email: b.Email}
	token, err := s.sign(claims, joinTokenFor)
	if err != nil {
		return nil, err
	}
	return wire.CreateTokenResult{Token: token, ParticipantID: call.ParticipantID(c.ID(), b.Identity), WSURL: s.wsURL(r.Request), ICEServers: s.iceServers(),
		ExpiresAt: time.Now().Add(joinTokenFor).UnixMilli()}, nil
}

// listCalls is GET /v1/calls.
func (s *Server) listCalls(r *request) (any, error) {
	f := transcripts.Filter{Limit: 100}
	q := r.URL.Query()
	if q.Has("live") {
		live, err := strconv.ParseBool(q.Get("live"))
		if err != nil {
			return nil, wire.Errorf(wire.KindBadRequest, "live must be true or false")
		}
		f.Live = live
	}
	limit, err := intParam(q, "limit", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	before, err := intParam(q, "before", 0, 0, 1<<53)
	if err != nil {
		return nil, err
	}
	f.Limit = int(limit)
	if before > 0 {
		f.Before = time.UnixMilli(before)
	}
	calls, err := s.cfg.Store.Calls(r.Context(), f)
	if err != nil {
		return nil, storageError(err)
	}
	out := wire.CallList{Calls: make([]wire.CallRecord, 0, len(calls))}
	for _, c := range calls {
		out.Calls = append(out.Calls, record(c))
	}
	return out, nil
}

func intParam(q url.Values, name string, def, low, high int64) (int64, error) {
	if !q.Has(name) {
		return def, nil
	}
	v, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || v < low || v > high {
		return 0, wire.Errorf(wire.KindBadRequest, "%s must be a number from %d to %d", name, low, high)
	}
	return v, nil
}

func record(c transcripts.Call) wire.CallRecord {
	out := wire.CallRecord{ID: c.ID, State: c.State, Epoch: c.Epoch, Holder: c.Holder, Reason: c.Reason,
		CreatedAt: millis(c.Created), StateAt: millis(c.StateAt), EndedAt: millis(c.Ended), LastSeq: c.LastSeq, Meta: c.Meta}
	if c.Claim.UID != "" {
		out.Human = &wire.Person{Identity: c.Claim.Identity, Name: c.Claim.Name}
	}
	return out
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// getCall is GET /v1/calls/{id}.
func (s *Server) getCall(r *request) (any, error) {
	c, err := s.storedCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	out := record(c)
	if live, ok := s.cfg.Hub.Get(c.ID); ok {
		// What the call says of itself is newer than what has been written.
		now := live.Info()
		out.State, out.Epoch, out.Holder = now.State, now.Epoch, now.Holder
		if r.who.privileged() {
			out.Brief = live.Brief()
		}
	}
	return out, nil
}

// endCall is DELETE /v1/calls/{id}: done as well where it has ended already.
func (s *Server) endCall(r *request) (any, error) {
	c, err := s.liveCall(r.Context(), r.PathValue("id"))
	if err != nil {
		if wire.AsError(err).Kind == wire.KindGone {
			return nil, nil
		}
		return nil, err
	}
	return nil, c.Hangup(r.Context(), "api")
}

// entriesLimit is how many entries one answer has at most.
const entriesLimit = 1000

// entries is GET /v1/calls/{id}/entries.
func (s *Server) entries(r *request) (any, error) {
	q := r.URL.Query()
	after, err := intParam(q, "after", 0, 0, 1<<53)
	if err != nil {
		return nil, err
	}
	limit, err := intParam(q, "limit", entriesLimit, 1, entriesLimit)
	if err != nil {
		return nil, err
	}
	c, err := s.storedCall(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	list, err := s.cfg.Store.Entries(r.Context(), c.ID, after, int(limit))
	if err != nil {
		return nil, storageError(err)
	}
	out := wire.EntryList{Entries: make([]wire.Entry, 0, len(list)), Next: after}
	for _, e := range list {
		out.Next = e.Seq
		if e.Private && !r.who.privileged() {
			continue
		}
		out.Entries = append(out.Entries, entry(e, r.who.privileged()))
	}
	return out, nil
}

// privileged: may read what callers never see.
func (p principal) privileged() bool {
	return p.app != "" || p.claims.Desk
}

func entry(e transcripts.Entry, privileged bool) wire.Entry {
	out := call.WireEntry(e, privileged)
	out.Private = privileged && e.Private
	return out
}

// maxTranscript bounds how many entries are exported at once.
const maxTranscript = 100_000

// transcript is GET /v1/calls/{id}/transcript.{txt,json,vtt,srt}.
func (s *Server) transcript(format export.Format) func(*request) (any, error) {
	return func(r *request) (any, error) {
		c, err := s.storedCall(r.Context(), r.PathValue("id"))
		if err != nil {
			return nil, err
		}
		var all []transcripts.Entry
		for after := int64(0); len(all) < maxTranscript; {
			list, err := s.cfg.Store.Entries(r.Context(), c.ID, after, entriesLimit)
			if err != nil {
				return nil, storageError(err)
			}
			if len(list) == 0 {
				break
			}
			after = list[len(list)-1].Seq
			all = append(all, list...)
		}
		var out bytesWriter
		if err := export.Write(&out, format, all, export.Options{Start: c.Created, Private: r.who.privileged()}); err != nil {
			return nil, wire.Wrap(wire.KindInternal, err, "the transcript could not be written")
		}
		r.w.Header().Set("Content-Disposition", `inline; filename="`+c.ID+"."+string(format)+`"`)
		return reply{200, format.ContentType(), out}, nil
	}
}

type bytesWriter []byte

func (b *bytesWriter) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// readyz is GET /readyz: 503 while the store cannot be written or the server stops.
func (s *Server) readyz(r *request) (any, error) {
	if err := s.isReady(r.Context()); err != nil {
		e := wire.AsError(err)
		return nil, wire.Wrap(wire.KindUnavailable, errors.Unwrap(e), e.Message)
	}
	return wire.Health{Status: "ok"}, nil
}

func (s *Server) healthz(*request) (any, error) { return wire.Health{Status: "ok"}, nil }
