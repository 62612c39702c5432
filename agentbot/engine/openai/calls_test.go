package openai

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
)

// Calls go to the endpoint with their answers or not at all: endpoints refuse
// a call without an answer and an answer without a call.
func TestExchange(t *testing.T) {
	call := func(id string) engine.ToolCall {
		return engine.ToolCall{ID: id, Name: "order", Arguments: []byte(`{"n":1}`)}
	}
	answer := func(id string) engine.Message {
		return engine.Message{Role: engine.RoleTool, CallID: id, Name: "order", Text: `{"status":"` + id + `"}`}
	}
	wish := func(text string, ids ...string) engine.Message {
		m := engine.Message{Role: engine.RoleAssistant, Text: text}
		for _, id := range ids {
			m.Calls = append(m.Calls, call(id))
		}
		return m
	}
	user := engine.Message{Role: engine.RoleUser, Text: "hi"}
	for name, test := range map[string]struct {
		given []engine.Message
		want  string // roles, with ids
	}{
		"pair":                    {[]engine.Message{user, wish("", "a"), answer("a")}, "user assistant[a] tool:a "},
		"with words":              {[]engine.Message{user, wish("Let me see.", "a"), answer("a"), user}, "user assistant[a] tool:a user "},
		"words in between":        {[]engine.Message{wish("", "a"), user, answer("a")}, "assistant[a] tool:a user "},
		"two, in another order":   {[]engine.Message{wish("", "a", "b"), answer("b"), answer("a")}, "assistant[a b] tool:a tool:b "},
		"no answer":               {[]engine.Message{user, wish("", "a"), user}, "user user "},
		"no answer, words":        {[]engine.Message{wish("Well.", "a"), user}, "assistant user "},
		"one answer of two":       {[]engine.Message{wish("", "a", "b"), answer("a"), user}, "user "},
		"answer alone":            {[]engine.Message{answer("a"), user}, "user "},
		"the same id twice":       {[]engine.Message{wish("", "a"), answer("a"), wish("", "a"), answer("a")}, "assistant[a] tool:a assistant[a] tool:a "},
		"no id":                   {[]engine.Message{wish("", ""), answer(""), user}, "user "},
		"an answer without words": {[]engine.Message{wish("", "a"), {Role: engine.RoleTool, CallID: "a"}}, "assistant[a] tool:a "},
	} {
		got := ""
		for _, m := range messages(test.given) {
			got += m.Role
			if m.ToolCalls != nil {
				got += "["
				for i, c := range m.ToolCalls {
					if i > 0 {
						got += " "
					}
					got += c.ID
					if c.Type != oa.ToolTypeFunction || c.Function.Name != "order" || c.Function.Arguments != `{"n":1}` {
						t.Errorf("%s: %+v", name, c)
					}
				}
				got += "]"
			}
			if m.Role == oa.ChatMessageRoleTool {
				got += ":" + m.ToolCallID
				if m.Content == "" {
					t.Errorf("%s: an empty answer", name)
				}
			}
			got += " "
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// The id of a call comes back as it was given, and the request is what
// endpoints read.
func TestCallIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got map[string]any
		llm := newLLM(t, func(w http.ResponseWriter, r *http.Request) {
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
				t.Error(err)
			}
			event(w, `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_9","type":"function","function":{"name":"order","arguments":"{\"n\":2}"}}]}}]}`)
			event(w, `{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`)
			event(w, "[DONE]")
		})
		_, calls, err := whole(t.Context(), llm, engine.Request{Messages: []engine.Message{
			{Role: engine.RoleUser, Text: "Order 1?"},
			{Role: engine.RoleAssistant, Calls: []engine.ToolCall{{ID: "call_8", Name: "order", Arguments: []byte(`{"n":1}`)}}},
			{Role: engine.RoleTool, CallID: "call_8", Text: "sent"},
		}})
		if err != nil || len(calls) != 1 || calls[0].ID != "call_9" {
			t.Errorf("%+v, %v", calls, err)
		}
		list := got["messages"].([]any)
		last := list[len(list)-1].(map[string]any)
		if last["role"] != "tool" || last["tool_call_id"] != "call_8" || last["content"] != "sent" {
			t.Errorf("sent %v", list)
		}
	})
}
