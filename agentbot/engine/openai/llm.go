package openai

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// Bounds of a reply; what is spoken in a call is far smaller.
const (
	maxChatBody  = 8 << 20
	maxReply     = 64 << 10
	maxCalls     = 16
	maxArguments = 64 << 10
)

// LLMConfig is what an LLM is made of.
type LLMConfig struct {
	Endpoint            // Model "" is gpt-4o-mini
	Temperature float32 // 0: the endpoint's default
}

// LLM is a chat model.
type LLM struct {
	endpoint    *endpoint
	temperature float32
}

var _ engine.LLM = (*LLM)(nil)

// NewLLM makes an LLM; the error is of kind Unusable.
func NewLLM(cfg LLMConfig) (*LLM, error) {
	e, err := newEndpoint("openai llm", cfg.Endpoint, oa.GPT4oMini, maxChatBody)
	if err != nil {
		return nil, err
	}
	return &LLM{endpoint: e, temperature: cfg.Temperature}, nil
}

// humanNote explains how a human agent's turns are written, for endpoints have
// no role for them.
const humanNote = "Messages that begin with [name, human agent]: were said in this call by a human colleague who had taken over. " +
	"You may rely on them. Never begin a message of yours like that."

// messages maps a conversation to the endpoint's roles.
func messages(conversation []engine.Message) []oa.ChatCompletionMessage {
	out := []oa.ChatCompletionMessage{}
	noted := false
	for _, m := range paired(conversation) {
		if strings.TrimSpace(m.Text) == "" && len(m.Calls) == 0 && m.Role != engine.RoleTool {
			continue
		}
		switch m.Role {
		case engine.RoleTool:
			out = append(out, oa.ChatCompletionMessage{Role: oa.ChatMessageRoleTool, ToolCallID: m.CallID, Content: orDash(m.Text)})
		case engine.RoleAssistant:
			out = append(out, oa.ChatCompletionMessage{Role: m.Role, Content: m.Text, ToolCalls: toolCalls(m.Calls)})
		case engine.RoleSystem, engine.RoleUser:
			out = append(out, oa.ChatCompletionMessage{Role: m.Role, Content: m.Text})
		case engine.RoleHuman:
			if !noted {
				out = append(out, oa.ChatCompletionMessage{Role: oa.ChatMessageRoleSystem, Content: humanNote})
				noted = true
			}
			out = append(out, oa.ChatCompletionMessage{Role: oa.ChatMessageRoleAssistant, Content: "[" + plainName(m.Name) + ", human agent]: " + m.Text})
		}
	}
	return out
}

// plainName keeps a name from ending its bracket.
func plainName(name string) string {
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r <= ' ' || strings.ContainsRune("[]:,", r) }), " ")
	if name == "" {
		return "colleague"
	}
	return name
}

// Chat implements engine.LLM.
func (l *LLM) Chat(ctx context.Context, req engine.Request) (engine.ReplyStream, error) {
	request := oa.ChatCompletionRequest{Model: l.endpoint.model, Messages: messages(req.Messages), Temperature: l.temperature}
	for _, tool := range req.Tools {
		request.Tools = append(request.Tools, oa.Tool{Type: oa.ToolTypeFunction, Function: &oa.FunctionDefinition{
			Name: tool.Name, Description: tool.Description, Parameters: parameters(tool.Parameters),
		}})
	}
	c := l.endpoint.begin(ctx)
	stream, err := l.endpoint.client.CreateChatCompletionStream(c.ctx, request)
	if err != nil {
		err = c.fail(err)
		c.end()
		return nil, err
	}
	return &reply{call: c, stream: stream}, nil
}

// parameters is a tool's schema; endpoints refuse a missing one.
func parameters(schema []byte) json.RawMessage {
	if !json.Valid(schema) {
		return json.RawMessage(`{"type":"object","properties":{}}`)
	}
	return schema
}

type reply struct {
	call   *call
	stream *oa.ChatCompletionStream
	err    error // how it ended

	finished bool           // the model said that it is done
	length   int            // of the text so far
	calls    []*oa.ToolCall // being assembled, by index
	ready    []engine.Delta // assembled
	some     bool           // there was text or a call
}

func (r *reply) Next() (engine.Delta, error) {
	if r.err != nil {
		return engine.Delta{}, r.err
	}
	if r.length > 0 {
		r.call.resume()
	}
	for {
		if len(r.ready) > 0 {
			d := r.ready[0]
			r.ready = r.ready[1:]
			return d, nil
		}
		chunk, err := r.stream.Recv()
		if err != nil {
			if d, ok := r.atEnd(err); ok {
				return d, nil
			}
			return engine.Delta{}, r.err
		}
		text, err := r.take(chunk)
		if err != nil {
			return engine.Delta{}, r.end(r.call.fail(err))
		}
		if text == "" {
			if len(r.calls) > 0 {
				r.call.progress()
			}
			continue
		}
		r.some = true
		r.length += len(text)
		r.call.pause()
		return engine.Delta{Text: text}, nil
	}
}

// take reads one event of the stream.
func (r *reply) take(chunk oa.ChatCompletionStreamResponse) (text string, err error) {
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		text += choice.Delta.Content + choice.Delta.Refusal
		for i, piece := range choice.Delta.ToolCalls {
			if err := r.assemble(i, piece); err != nil {
				return "", err
			}
		}
		r.finished = r.finished || choice.FinishReason != "" && choice.FinishReason != oa.FinishReasonNull
	}
	if r.length+len(text) > maxReply {
		return "", errTooLarge
	}
	return text, nil
}

// assemble adds a piece of a tool call. Some endpoints give no index; then an
// id begins a call and what has none belongs to the last.
func (r *reply) assemble(position int, piece oa.ToolCall) error {
	index := max(len(r.calls)-1, 0)
	switch {
	case piece.Index != nil:
		index = *piece.Index
	case piece.ID != "" && len(r.calls) > 0 && r.calls[len(r.calls)-1].ID != piece.ID:
		index = len(r.calls)
	case piece.ID == "" && position > 0:
		index = position
	}
	if index < 0 || index >= maxCalls {
		return errTooLarge
	}
	for len(r.calls) <= index {
		r.calls = append(r.calls, &oa.ToolCall{})
	}
	call := r.calls[index]
	if piece.ID != "" {
		call.ID = piece.ID
	}
	call.Function.Name += piece.Function.Name
	call.Function.Arguments += piece.Function.Arguments
	if len(call.Function.Name) > maxReply || len(call.Function.Arguments) > maxArguments {
		return errTooLarge
	}
	return nil
}

// atEnd gives out the tool calls, then the end.
func (r *reply) atEnd(err error) (engine.Delta, bool) {
	if !errors.Is(err, io.EOF) {
		r.end(r.call.fail(err))
		return engine.Delta{}, false
	}
	if !r.finished && !r.call.body.done() {
		cause := io.ErrUnexpectedEOF // cut
		if !r.some && len(r.calls) == 0 {
			cause = errEmpty
		}
		r.end(r.call.fail(cause))
		return engine.Delta{}, false
	}
	for _, call := range r.calls {
		args := strings.TrimSpace(call.Function.Arguments)
		if args == "" {
			args = "{}"
		}
		if call.Function.Name == "" || !json.Valid([]byte(args)) {
			r.end(r.call.fail(errBadCall))
			return engine.Delta{}, false
		}
		r.ready = append(r.ready, engine.Delta{Call: &engine.ToolCall{ID: call.ID, Name: call.Function.Name, Arguments: []byte(args)}})
	}
	r.calls = nil
	if len(r.ready) == 0 {
		r.end(io.EOF)
		return engine.Delta{}, false
	}
	d := r.ready[0]
	r.ready = r.ready[1:]
	r.call.pause()
	return d, true
}

// end releases the request; the reply ends with err from now on.
func (r *reply) end(err error) error {
	if r.err == nil {
		r.err = err
		if err == io.EOF { // the events are over; so is the answer, but for its last bytes
			r.call.body.drain = true
			r.stream.Close()
		}
		r.call.end()
		r.stream.Close()
	}
	return r.err
}

func (r *reply) Close() error {
	r.end(&engine.Error{Engine: r.call.endpoint.name, Kind: engine.Unavailable, Cause: errClosed})
	return nil
}
