package brain

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// RequestHuman is the tool that asks for a human agent. Its arguments are an
// object with reason and detail; summary repeats detail.
const RequestHuman = "request_human"

// The reasons that it gives.
const (
	ReasonAsked         = "callerAsked"   // in any wording
	ReasonAccepted      = "callerAgreed"  // to the offer of a human
	ReasonLowConfidence = "lowConfidence" // it did not know twice in a row
)

// Config is what a Brain is made of.
type Config struct {
	Knowledge knowledge.Source // nil: it knows nothing
	// Meaning searches by meaning too; nil: by words alone.
	Meaning knowledge.Meaning
	// Confident is the least score, from 0 to 1, of a passage that is an
	// answer; 0 is 0.42.
	Confident float64
}

// Brain answers conversations from a knowledge base.
type Brain struct {
	source    knowledge.Source
	meaning   knowledge.Meaning
	confident float64
}

// thought is how one turn is answered: from one base, whatever is loaded
// meanwhile.
type thought struct {
	base      *knowledge.Base
	view      knowledge.Searcher // the base as it is searched
	confident float64
}

var _ engine.LLM = (*Brain)(nil)

// New makes a brain.
func New(cfg Config) *Brain {
	b := &Brain{source: cfg.Knowledge, meaning: cfg.Meaning, confident: cfg.Confident}
	if b.confident <= 0 {
		b.confident = 0.42
	}
	if b.source == nil {
		b.source = knowledge.New(nil, nil)
	}
	return b
}

// Chat implements engine.LLM.
func (b *Brain) Chat(ctx context.Context, req engine.Request) (engine.ReplyStream, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	canAsk := false
	for _, tool := range req.Tools {
		canAsk = canAsk || tool.Name == RequestHuman
	}
	a := b.think(ctx, req.Messages).answer(req.Messages, canAsk)
	s := &stream{ctx: ctx}
	for word := range strings.SplitAfterSeq(a.text, " ") {
		if word != "" {
			s.deltas = append(s.deltas, engine.Delta{Text: word})
		}
	}
	if a.want != "" && canAsk {
		detail := summary(req.Messages)
		args, err := json.Marshal(map[string]string{"reason": a.want, "detail": detail, "summary": detail})
		if err != nil {
			return nil, &engine.Error{Engine: "local brain", Kind: engine.Nonsense, Cause: err}
		}
		s.deltas = append(s.deltas, engine.Delta{Call: &engine.ToolCall{Name: RequestHuman, Arguments: args}})
	}
	s.deltas[0].Confidence = &a.confidence
	s.deltas[0].Sources = a.sources
	s.deltas[0].Unknown = a.low || a.want != ""
	return s, nil
}

// think takes the knowledge of the moment for a turn.
func (b *Brain) think(ctx context.Context, messages []engine.Message) thought {
	base := b.source.Base()
	t := thought{base, base, b.confident}
	if b.meaning == nil {
		return t
	}
	c := read(messages)
	queries := slices.DeleteFunc(slices.Compact([]string{c.asked, c.last}), func(q string) bool { return contentWords(knowledge.Tokens(q)) == 0 })
	if len(queries) > 0 {
		t.view = b.meaning.View(ctx, base, queries...)
	}
	return t
}

// summary is what the caller said lately, for the human who takes over.
func summary(messages []engine.Message) string {
	var said []string
	for i := len(messages) - 1; i >= 0 && len(said) < 3; i-- {
		if text := strings.TrimSpace(messages[i].Text); messages[i].Role == engine.RoleUser && text != "" {
			said = append([]string{clip(text, 120)}, said...)
		}
	}
	if len(said) == 0 {
		return ""
	}
	return "The caller said: " + strings.Join(said, " / ")
}

// clip is text of at most n characters.
func clip(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

var errClosed = errors.New("closed")

type stream struct {
	ctx    context.Context
	deltas []engine.Delta
	at     int
	closed bool
}

func (s *stream) Next() (engine.Delta, error) {
	if s.closed {
		return engine.Delta{}, &engine.Error{Engine: "local brain", Kind: engine.Unavailable, Cause: errClosed}
	}
	if err := s.ctx.Err(); err != nil {
		return engine.Delta{}, err
	}
	if s.at == len(s.deltas) {
		return engine.Delta{}, io.EOF
	}
	s.at++
	return s.deltas[s.at-1], nil
}

func (s *stream) Close() error {
	s.closed = true
	return nil
}
