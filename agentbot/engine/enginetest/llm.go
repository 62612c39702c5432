package enginetest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
)

func conversation() engine.Request {
	return engine.Request{
		Messages: []engine.Message{
			{Role: engine.RoleSystem, Text: "You are the voice of a small shop. Answer in one sentence."},
			{Role: engine.RoleAssistant, Text: "Hello, how can I help you?"},
			{Role: engine.RoleUser, Text: "What are your opening hours?"},
		},
		Tools: []engine.Tool{{
			Name:        "request_human",
			Description: "Asks for a human agent.",
			Parameters:  []byte(`{"type":"object","properties":{"reason":{"type":"string"}}}`),
		}},
	}
}

// TestLLM tests what engine.LLM promises.
func TestLLM(t *testing.T, open func() engine.LLM) {
	checkLeaks(t)

	t.Run("answers and ends", func(t *testing.T) {
		s, err := open().Chat(patient(t), conversation())
		if err != nil {
			t.Fatal(err)
		}
		defer closeOnce(t, s)
		text, calls := "", 0
		for first := true; ; first = false {
			d, err := s.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if d.Confidence != nil {
				if !first {
					t.Error("confidence is not with the first delta")
				}
				if *d.Confidence < 0 || *d.Confidence > 1 {
					t.Errorf("confidence %v", *d.Confidence)
				}
			}
			if d.Call != nil {
				calls++
				if d.Call.Name == "" || !json.Valid(d.Call.Arguments) {
					t.Errorf("tool call %q with arguments %q", d.Call.Name, d.Call.Arguments)
				}
			}
			text += d.Text
		}
		if text == "" && calls == 0 {
			t.Error("the reply is empty")
		}
		if _, err := s.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("Next after the end: %v, want EOF", err)
		}
	})

	t.Run("human in the history", func(t *testing.T) {
		req := conversation()
		req.Messages = append(req.Messages,
			engine.Message{Role: engine.RoleHuman, Name: "Ada", Text: "I have sent you a new one."},
			engine.Message{Role: engine.RoleUser, Name: "Bob", Text: "What did Ada just say?"})
		s, err := open().Chat(patient(t), req)
		if err != nil {
			t.Fatal(err)
		}
		defer closeOnce(t, s)
		drainReply(t, s)
	})

	t.Run("empty conversation", func(t *testing.T) {
		s, err := open().Chat(patient(t), engine.Request{})
		if err != nil {
			CheckError(t, err)
			return
		}
		defer closeOnce(t, s)
		if err := lastError(s); !errors.Is(err, io.EOF) {
			CheckError(t, err)
		}
	})

	t.Run("cancelled before", func(t *testing.T) {
		llm, ctx := open(), cancelled(t)
		within(t, Soon, "Chat and Next with a ctx that has ended", func() {
			s, err := llm.Chat(ctx, conversation())
			if err == nil {
				err = lastError(s)
				closeOnce(t, s)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
		})
	})

	t.Run("cancelled while it answers", func(t *testing.T) {
		ctx, cancel := context.WithCancel(patient(t))
		defer cancel()
		s, err := open().Chat(ctx, conversation())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Next(); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		cancel()
		within(t, Soon, "Next after cancel", func() {
			if err := lastError(s); !errors.Is(err, context.Canceled) && !errors.Is(err, io.EOF) {
				t.Errorf("Next ended with %v", err)
			}
		})
		closeOnce(t, s)
	})

	t.Run("closed while it answers", func(t *testing.T) {
		s, err := open().Chat(patient(t), conversation())
		if err != nil {
			t.Fatal(err)
		}
		closeOnce(t, s)
		closeOnce(t, s)
		if _, err := s.Next(); err == nil {
			t.Error("Next after Close succeeded")
		}
	})

	t.Run("many at once", func(t *testing.T) {
		llm, ctx := open(), patient(t)
		together(func(int) {
			for range 2 {
				s, err := llm.Chat(ctx, conversation())
				if err != nil {
					t.Error(err)
					return
				}
				if err := lastError(s); !errors.Is(err, io.EOF) {
					t.Errorf("the reply ended with %v", err)
				}
				closeOnce(t, s)
			}
		})
	})
}

func drainReply(t testing.TB, s engine.ReplyStream) {
	t.Helper()
	if err := lastError(s); !errors.Is(err, io.EOF) {
		t.Errorf("the reply ended with %v", err)
	}
}

// lastError reads to the reply's end and returns the error there.
func lastError(s engine.ReplyStream) error {
	for {
		if _, err := s.Next(); err != nil {
			return err
		}
	}
}
