package openai

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/resample"
)

const (
	connectTime = 5 * time.Second  // for a session to be ready
	refusedFor  = 10 * time.Minute // how long an endpoint without a WebSocket is not asked for one
	unconfirmed = 2 * time.Second  // how long the answer to a configuration is awaited; not all answer
)

var errProtocol = errors.New("the endpoint speaks another protocol")

// session is a WebSocket that is ready to transcribe.
type session struct {
	*socket
	*dialect
	up *resample.Resampler // nil: the rate is ours
}

// connect opens a session. What it learns of the endpoint it remembers in a.
func (a *ASR) connect(ctx context.Context, lang string) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	s, err := a.dial(ctx, a.named.Load())
	var no *refusal
	if errors.As(err, &no) && isNoWebSocket(no.status) && !a.named.Load() {
		if s, err = a.dial(ctx, true); err == nil {
			a.named.Store(true)
		}
	}
	if err != nil {
		return nil, a.connectError(ctx, err)
	}
	ready, err := a.configure(ctx, s, lang)
	if err != nil {
		s.close()
		return nil, a.connectError(ctx, err)
	}
	return ready, nil
}

func (a *ASR) dial(ctx context.Context, named bool) (*socket, error) {
	header := http.Header{}
	if a.endpoint.key != "" {
		header.Set("Authorization", "Bearer "+a.endpoint.key)
	}
	return dialSocket(ctx, a.endpoint.http, a.endpoint.realtimeURL(named), header)
}

// isNoWebSocket says whether an answer to the upgrade means that there is none.
func isNoWebSocket(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusRequestTimeout:
		return false
	case http.StatusNotImplemented:
		return true
	}
	return status >= 200 && status < 500
}

// connectError is what a try to connect failed with.
func (a *ASR) connectError(ctx context.Context, err error) error {
	var no *refusal
	kind := kindOf(err)
	switch {
	case errors.As(err, &no) && isNoWebSocket(no.status), errors.Is(err, errProtocol):
		kind = engine.Unusable
		a.refused.Store(time.Now().Add(refusedFor).UnixNano())
	case errors.As(err, &no):
		kind = kindOfStatus(no.status)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		kind = engine.Timeout
	}
	return &engine.Error{Engine: a.endpoint.name, Kind: kind, Cause: brief(err)}
}

// hasNoWebSocket says whether the endpoint was found to have none lately.
func (a *ASR) hasNoWebSocket() bool { return time.Now().UnixNano() < a.refused.Load() }

// configure learns the endpoint's dialect and tells it what is wanted.
func (a *ASR) configure(ctx context.Context, s *socket, lang string) (*session, error) {
	first, err := s.next(ctx)
	if err != nil {
		return nil, err
	}
	switch first.kind() {
	case eventCreated:
	case eventError:
		return nil, first.cause()
	default:
		return nil, errProtocol
	}
	ready := &session{socket: s, dialect: dialectOf(first)}
	if ready.rate != engine.SampleRate {
		if ready.up, err = resample.New(engine.SampleRate, ready.rate); err != nil {
			return nil, err
		}
	}
	if err := ready.tell(ready.update(a.endpoint.model, lang, a.cfg.Prompt)); err != nil {
		return nil, err
	}
	if !ready.confirms {
		return ready, nil
	}
	ctx, cancel := context.WithTimeout(ctx, unconfirmed)
	defer cancel()
	for {
		e, err := s.next(ctx)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return ready, nil // it takes it, or will say that it does not
		case err != nil:
			return nil, err
		case e.kind() == eventUpdated:
			return ready, nil
		case e.kind() == eventError:
			return nil, errors.Join(errProtocol, e.cause())
		}
	}
}

// next waits for the next event.
func (s *socket) next(ctx context.Context) (*serverEvent, error) {
	select {
	case message, ok := <-s.in:
		if !ok {
			return nil, s.err()
		}
		return parseEvent(message)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func parseEvent(message []byte) (*serverEvent, error) {
	var e serverEvent
	if err := json.Unmarshal(message, &e); err != nil {
		return nil, err
	}
	return &e, nil
}

// tell sends v as JSON.
func (s *socket) tell(v any) error {
	message, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.send(message)
}

// audio sends samples at 16 kHz.
func (s *session) audio(pcm []int16) error {
	if s.up != nil {
		pcm = s.up.Append(nil, pcm)
	}
	raw := make([]byte, 0, 2*len(pcm))
	for _, x := range pcm {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(x))
	}
	return s.tell(object{"type": "input_audio_buffer.append", "audio": base64.StdEncoding.EncodeToString(raw)})
}
