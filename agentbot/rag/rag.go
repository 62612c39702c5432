package rag

import (
	"context"
	"errors"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// RequestHuman is the tool by which the model asks for a human, where it is
// offered.
const RequestHuman = "request_human"

// Config is what an LLM is made of.
type Config struct {
	LLM       engine.LLM
	Knowledge knowledge.Source
	// Meaning searches by meaning too; nil: by words alone.
	Meaning knowledge.Meaning
	// Confident is the least score, from 0 to 1, of a passage that is an
	// answer; 0 is 0.42.
	Confident float64
	// Passages is how many a request quotes at most; 0 is 4.
	Passages int
}

// LLM is a model that answers from a knowledge base.
type LLM struct {
	cfg Config
}

var _ engine.LLM = (*LLM)(nil)

// New makes an LLM.
func New(cfg Config) (*LLM, error) {
	if cfg.LLM == nil || cfg.Knowledge == nil {
		return nil, &engine.Error{Engine: "rag", Kind: engine.Unusable, Cause: errors.New("it needs a model and a knowledge base")}
	}
	if cfg.Confident <= 0 {
		cfg.Confident = 0.42
	}
	if cfg.Passages <= 0 {
		cfg.Passages = 4
	}
	return &LLM{cfg: cfg}, nil
}

// Chat implements engine.LLM.
func (l *LLM) Chat(ctx context.Context, req engine.Request) (engine.ReplyStream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f := l.find(ctx, l.cfg.Knowledge.Base(), read(req.Messages))
	canAsk := false
	for _, tool := range req.Tools {
		canAsk = canAsk || tool.Name == RequestHuman
	}
	req.Messages = with(req.Messages, engine.Message{Role: engine.RoleSystem, Text: instruct(f, canAsk)})
	inner, err := l.cfg.LLM.Chat(ctx, req)
	if err != nil {
		return nil, err
	}
	return &stream{ReplyStream: inner, finding: f}, nil
}

// with is messages with m after the operator's rules, which are the first
// message. The caller's slice stays as it is.
func with(messages []engine.Message, m engine.Message) []engine.Message {
	at := 0
	if len(messages) > 0 && messages[0].Role == engine.RoleSystem {
		at = 1
	}
	all := make([]engine.Message, 0, len(messages)+1)
	all = append(all, messages[:at]...)
	all = append(all, m)
	return append(all, messages[at:]...)
}

// stream adds to the first delta what was found.
type stream struct {
	engine.ReplyStream
	finding finding
	begun   bool
}

// Reject implements engine.Rejecter.
func (s *stream) Reject(err error) { engine.Reject(s.ReplyStream, err) }

func (s *stream) Next() (engine.Delta, error) {
	d, err := s.ReplyStream.Next()
	if err != nil || s.begun {
		return d, err
	}
	s.begun = true
	if d.Confidence == nil {
		d.Confidence = s.finding.confidence
	}
	if len(d.Sources) == 0 {
		d.Sources = s.finding.sources
	}
	if d.Grounds == nil {
		d.Grounds = s.finding.grounds()
	}
	return d, nil
}
