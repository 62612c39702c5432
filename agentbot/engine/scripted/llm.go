package scripted

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// LLM answers by a rule.
type LLM struct {
	// Reply is the rule; nil is Echo.
	Reply func(engine.Request) Reply
	// FirstToken is waited before the first delta, PerToken before each other.
	FirstToken, PerToken time.Duration
	Fault                func(Op) Fault
	// Grounds are told with the first delta of each reply.
	Grounds []engine.Ground
}

// Reply is what an LLM answers: the text word by word, then the calls.
type Reply struct {
	Text       string
	Calls      []engine.ToolCall
	Confidence *float64
	Sources    []string
}

// RequestHuman is the tool that Echo calls, where it is offered.
const RequestHuman = "request_human"

// Echo is the default rule. It asks for a human when the caller says one of a
// few plain words, quotes the human agent when asked what was said and a tool
// that has just answered, and repeats the caller otherwise.
func Echo(req engine.Request) Reply {
	if n := len(req.Messages); n > 0 && req.Messages[n-1].Role == engine.RoleTool {
		return Reply{Text: "It says: " + req.Messages[n-1].Text}
	}
	asked, human := "", engine.Message{}
	for _, m := range req.Messages {
		switch m.Role {
		case engine.RoleUser:
			asked = strings.TrimRight(strings.TrimSpace(m.Text), ".!?")
		case engine.RoleHuman:
			human = m
		}
	}
	lower := " " + strings.ToLower(asked) + " "
	switch {
	case asked == "":
		return Reply{Text: "Hello, how can I help you?"}
	case human.Text != "" && containsAny(lower, " say ", " said ", " told ", " tell me "):
		return Reply{Text: strings.TrimSpace(human.Name+" said:") + " " + human.Text}
	case containsAny(lower, " human ", " person ", " representative ", " operator "):
		r := Reply{Text: "One moment, I will get someone for you."}
		for _, tool := range req.Tools {
			if tool.Name == RequestHuman {
				args, _ := json.Marshal(map[string]string{"reason": "callerAsked", "summary": asked})
				r.Calls = []engine.ToolCall{{Name: RequestHuman, Arguments: args}}
			}
		}
		return r
	}
	return Reply{Text: "You said: " + asked + "."}
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// Chat implements engine.LLM.
func (l *LLM) Chat(ctx context.Context, req engine.Request) (engine.ReplyStream, error) {
	nonsense, err := suffer(ctx, l.Fault, "scripted llm", Chat)
	if err != nil {
		return nil, err
	}
	rule := l.Reply
	if rule == nil {
		rule = Echo
	}
	r := rule(req)
	if nonsense {
		r = Reply{Text: "<html><body>Bad gateway</body></html>"}
	}
	s := &reply{ctx: ctx, llm: l}
	for word := range strings.SplitAfterSeq(r.Text, " ") {
		if word != "" {
			s.deltas = append(s.deltas, engine.Delta{Text: word})
		}
	}
	for i := range r.Calls {
		s.deltas = append(s.deltas, engine.Delta{Call: &r.Calls[i]})
	}
	if len(s.deltas) > 0 {
		s.deltas[0].Confidence, s.deltas[0].Sources = r.Confidence, r.Sources
		s.deltas[0].Grounds = l.Grounds
	}
	return s, nil
}

type reply struct {
	ctx    context.Context
	llm    *LLM
	deltas []engine.Delta
	at     int
	closed bool
}

func (s *reply) Next() (engine.Delta, error) {
	if s.closed {
		return engine.Delta{}, asError("scripted llm", errClosed)
	}
	if _, err := suffer(s.ctx, s.llm.Fault, "scripted llm", NextDelta); err != nil {
		return engine.Delta{}, err
	}
	if s.at == len(s.deltas) {
		return engine.Delta{}, io.EOF
	}
	wait := s.llm.PerToken
	if s.at == 0 {
		wait = s.llm.FirstToken
	}
	if err := sleep(s.ctx, wait); err != nil {
		return engine.Delta{}, err
	}
	s.at++
	return s.deltas[s.at-1], nil
}

func (s *reply) Close() error {
	s.closed = true
	return nil
}
