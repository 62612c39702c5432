package chain

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// LLM is language models that stand behind one another.
type LLM struct{ links *links[engine.LLM] }

var _ engine.LLM = (*LLM)(nil)

// NewLLM makes a chain of what is asked first, second and so on.
func NewLLM(cfg Config, given ...Link[engine.LLM]) *LLM {
	return &LLM{newLinks("llm", cfg, 1900*time.Millisecond, time.Minute, given)}
}

// Chat implements engine.LLM. It returns when a link has begun to answer.
func (l *LLM) Chat(ctx context.Context, req engine.Request) (engine.ReplyStream, error) {
	c := l.links
	r, a, err := walk(ctx, c, c.by(ctx), 0, 0, nil, func(a *attempt[engine.LLM]) (*reply, error) { return begin(a, req) })
	if err != nil {
		return nil, err
	}
	c.fellBack(0, a)
	return r, nil
}

// begin asks a link and waits for the first text or tool call.
func begin(a *attempt[engine.LLM], req engine.Request) (*reply, error) {
	stream, err := a.link.Engine.Chat(a.ctx, req)
	if err != nil {
		return nil, err
	}
	r := &reply{attempt: a, stream: stream}
	if err := r.first(); err != nil {
		_ = stream.Close()
		return nil, err
	}
	return r, nil
}

type reply struct {
	attempt *attempt[engine.LLM]
	stream  engine.ReplyStream
	waiting []engine.Delta // that came and were not asked for yet
	err     error          // how it ended
}

func (r *reply) first() error {
	text := ""
	for {
		d, err := r.stream.Next()
		ended := errors.Is(err, io.EOF)
		switch {
		case ended && strings.TrimSpace(text) == "":
			return r.attempt.chain.error(engine.Nonsense, errEmpty)
		case err != nil && !ended:
			return err
		case !ended:
			r.waiting = append(r.waiting, d)
			text += d.Text
		}
		more, err := engine.CheckReply(r.attempt.link.Name, text)
		if err != nil {
			return err
		}
		if d.Call != nil || ended || strings.TrimSpace(text) != "" && !more {
			return r.attempt.arrived(r.attempt.link.Total)
		}
	}
}

func (r *reply) Next() (engine.Delta, error) {
	if r.err != nil {
		return engine.Delta{}, r.err
	}
	if len(r.waiting) > 0 {
		d := r.waiting[0]
		r.waiting = r.waiting[1:]
		return d, nil
	}
	d, err := r.stream.Next()
	switch {
	case err == nil:
		return d, nil
	case errors.Is(err, io.EOF):
		r.attempt.release() // the verdict is its user's, with Close
		r.err = io.EOF
	default:
		r.err = r.attempt.fail(err)
	}
	return engine.Delta{}, r.err
}

// Reject implements engine.Rejecter.
func (r *reply) Reject(err error) {
	engine.Reject(r.stream, err)
	_ = r.attempt.fail(err)
}

// Close implements engine.ReplyStream. A reply that is not wanted any more
// speaks for its link as much as a whole one.
func (r *reply) Close() error {
	r.attempt.end(worked)
	if r.err == nil {
		r.err = r.attempt.chain.closedError()
	}
	return r.stream.Close()
}
