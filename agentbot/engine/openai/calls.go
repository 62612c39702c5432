package openai

import (
	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// paired is a conversation as endpoints accept it: each message with tool
// calls is followed at once by an answer to each of them, and there is no other
// answer. Calls without an answer and answers without a call are left out.
func paired(conversation []engine.Message) []engine.Message {
	out := make([]engine.Message, 0, len(conversation))
	for i, m := range conversation {
		switch {
		case m.Role == engine.RoleTool:
			// taken with its call
		case m.Role != engine.RoleAssistant || len(m.Calls) == 0:
			out = append(out, m)
		default:
			answers := answersTo(m.Calls, conversation[i+1:])
			if answers == nil {
				m.Calls = nil
			}
			out = append(append(out, m), answers...)
		}
	}
	return out
}

// answersTo are the answers in the order of calls, nil where one is missing.
func answersTo(calls []engine.ToolCall, after []engine.Message) []engine.Message {
	var answers []engine.Message
	for _, call := range calls {
		for _, m := range after {
			if m.Role == engine.RoleAssistant && len(m.Calls) > 0 {
				break // the next calls; ids may be used again
			}
			if m.Role == engine.RoleTool && m.CallID == call.ID && call.ID != "" {
				answers = append(answers, m)
				break
			}
		}
	}
	if len(answers) != len(calls) {
		return nil
	}
	return answers
}

func toolCalls(calls []engine.ToolCall) (out []oa.ToolCall) {
	for _, call := range calls {
		out = append(out, oa.ToolCall{ID: call.ID, Type: oa.ToolTypeFunction, Function: oa.FunctionCall{
			Name: call.Name, Arguments: string(call.Arguments),
		}})
	}
	return out
}

// orDash keeps go-openai from leaving an empty content out, which endpoints
// refuse in an answer.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
