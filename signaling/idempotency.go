package signaling

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
)

// idempotent performs a POST once for its Idempotency-Key: who repeats it gets
// the same status and body.
func (s *Server) idempotent(rt route, r *request, key string, raw []byte) error {
	if len(key) > 255 {
		return wire.Errorf(wire.KindBadRequest, "Idempotency-Key may have at most 255 characters")
	}
	scope := r.who.scope()
	h := sha256.New()
	for _, part := range []string{r.Method, "\x00", r.URL.EscapedPath(), "\x00", string(raw)} {
		h.Write([]byte(part))
	}
	prior, err := s.cfg.State.Remember(r.Context(), scope, key, [32]byte(h.Sum(nil)))
	switch {
	case errors.Is(err, state.ErrKeyReused):
		return wire.Wrap(wire.KindConflict, err, "this Idempotency-Key came with another request before")
	case errors.Is(err, state.ErrInFlight):
		return wire.Wrap(wire.KindConflict, err, "the first request with this Idempotency-Key is still being handled")
	case errors.Is(err, state.ErrInvalid):
		return wire.Wrap(wire.KindBadRequest, err, "this Idempotency-Key cannot be used")
	case err != nil:
		return storageError(err)
	case prior != nil:
		r.w.Header().Set("Idempotency-Replayed", "true")
		reply{prior.Status, prior.ContentType, prior.Body}.write(r.w)
		return nil
	}
	r.key = key
	answer, err := s.perform(rt, r)
	// The answer is kept even if the client is gone: it will ask again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	if err != nil && passing(wire.AsError(err).Kind) {
		if fErr := s.cfg.State.Forget(ctx, scope, key); fErr != nil {
			s.log.Error("an idempotency key could not be freed", "request", r.id, "error", fErr)
		}
		return err
	}
	kept := answer
	if err != nil {
		kept = problemReply(err)
	}
	if cErr := s.cfg.State.Complete(ctx, scope, key, state.Response{Status: kept.status, Body: kept.body, ContentType: kept.media}); cErr != nil {
		s.log.Error("an idempotent answer could not be kept", "request", r.id, "error", cErr)
	}
	if err != nil {
		return err
	}
	answer.write(r.w)
	return nil
}

// passing: the same request may succeed in a moment, so its failure is no
// answer to keep.
func passing(k wire.ErrorKind) bool {
	switch k {
	case wire.KindRateLimited, wire.KindTimeout, wire.KindUnavailable, wire.KindStorage, wire.KindInternal:
		return true
	}
	return false
}
