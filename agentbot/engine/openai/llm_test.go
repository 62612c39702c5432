package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	oa "github.com/sashabaranov/go-openai"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
)

func newLLM(t testing.TB, handler http.HandlerFunc) *LLM {
	t.Helper()
	l, err := NewLLM(LLMConfig{Endpoint: serve(t, handler)})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLLMConformance(t *testing.T) {
	llm := newLLM(t, func(w http.ResponseWriter, r *http.Request) {
		content(w, "We are open ")
		content(w, "from nine to five.")
		event(w, `{"choices":[{"delta":{},"finish_reason":"stop"}]}`)
		event(w, "[DONE]")
	})
	enginetest.TestLLM(t, func() engine.LLM { return llm })
}

func ask(text string) engine.Request {
	return engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: text}}}
}

// whole reads a reply to its end.
func whole(ctx context.Context, l *LLM, req engine.Request) (text string, calls []engine.ToolCall, err error) {
	s, err := l.Chat(ctx, req)
	if err != nil {
		return "", nil, err
	}
	defer s.Close()
	for {
		d, err := s.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return text, calls, err
		}
		text += d.Text
		if d.Call != nil {
			calls = append(calls, *d.Call)
		}
	}
}

// Text streams as it is written, the request says what it should.
func TestChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got oa.ChatCompletionRequest
		llm := newLLM(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer secret" {
				t.Errorf("%s %v", r.URL, r.Header)
			}
			if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
				t.Error(err)
			}
			event(w, `{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}`)
			fmt.Fprint(w, ": keep-alive\n\n")
			for _, word := range []string{"We ", "are ", "open."} {
				time.Sleep(100 * time.Millisecond)
				content(w, word)
			}
			event(w, `{"choices":[],"usage":{"total_tokens":3}}`)
			event(w, "[DONE]")
		})
		start := time.Now()
		s, err := llm.Chat(t.Context(), engine.Request{
			Messages: []engine.Message{
				{Role: engine.RoleSystem, Text: "Be short."}, {Role: engine.RoleAssistant, Text: "Hello."}, {Role: engine.RoleUser, Text: " "},
				{Role: engine.RoleHuman, Name: "Dana [x]:\n y", Text: "Your code is 42."}, {Role: engine.RoleHuman, Text: "Bye."}, {Role: engine.RoleUser, Name: "Bob", Text: "Open?"},
			},
			Tools: []engine.Tool{{Name: "request_human", Description: "d", Parameters: []byte(`{"type":"object"}`)}, {Name: "other"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, word := range []string{"We ", "are ", "open."} {
			d, err := s.Next()
			if err != nil || d.Text != word || time.Since(start) != time.Duration(i+1)*100*time.Millisecond {
				t.Errorf("%q, %v at %v", d.Text, err, time.Since(start))
			}
		}
		if _, err := s.Next(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		var lines []string
		for _, m := range got.Messages {
			lines = append(lines, m.Role+": "+m.Content)
		}
		want := []string{"system: Be short.", "assistant: Hello.", "system: " + humanNote, "assistant: [Dana x y, human agent]: Your code is 42.",
			"assistant: [colleague, human agent]: Bye.", "user: Open?"}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("messages\n%s", strings.Join(lines, "\n"))
		}
		if len(got.Tools) != 2 || got.Tools[0].Function.Name != "request_human" || got.Model != "m" || !got.Stream {
			t.Errorf("%+v", got)
		}
	})
}

func TestToolCalls(t *testing.T) {
	for name, test := range map[string]struct {
		events []string
		want   string
		kind   engine.Kind
	}{
		"in pieces": {[]string{
			`{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"request_human","arguments":""}}]}}]}`,
			`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"reason\":"}}]}}]}`,
			`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"asked\"}"}}]}}]}`,
			`{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}`, "[DONE]"}, `request_human{"reason":"asked"}`, ""},
		"two, mixed": {[]string{
			`{"choices":[{"delta":{"content":"One moment.","tool_calls":[{"index":1,"id":"b","function":{"name":"b","arguments":"{}"}},{"index":0,"id":"a","function":{"name":"a"}}]}}]}`,
			"[DONE]"}, "One moment.a{}b{}", ""},
		"no index": {[]string{
			`{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"a","arguments":"{\"x\":"}}]}}]}`,
			`{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"1}"}}]}}]}`,
			`{"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"b","arguments":"{}"}}]}}]}`,
			`{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}`}, `a{"x":1}b{}`, ""},
		"arguments are none": {[]string{
			`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"a","arguments":"{\"x\":"}}]},"finish_reason":"tool_calls"}]}`}, "", engine.Nonsense},
		"no name":     {[]string{`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":"stop"}]}`}, "", engine.Nonsense},
		"index 1e9":   {[]string{`{"choices":[{"delta":{"tool_calls":[{"index":1000000000,"function":{"name":"a"}}]}}]}`}, "", engine.Nonsense},
		"index -1":    {[]string{`{"choices":[{"delta":{"tool_calls":[{"index":-1,"function":{"name":"a"}}]}}]}`}, "", engine.Nonsense},
		"cut in call": {[]string{`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"a","arguments":"{}"}}]}}]}`}, "", engine.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				llm := newLLM(t, func(w http.ResponseWriter, _ *http.Request) {
					for _, e := range test.events {
						event(w, "%s", e)
					}
				})
				text, calls, err := whole(t.Context(), llm, ask("x"))
				for _, c := range calls {
					text += c.Name + string(c.Arguments)
				}
				if test.kind != "" {
					wantKind(t, err, test.kind)
				} else if err != nil || text != test.want {
					t.Errorf("%q, %v, want %q", text, err, test.want)
				}
			})
		})
	}
}

func TestLLMFaults(t *testing.T) {
	long := strings.Repeat("x", 1<<10)
	all := append(faults(),
		fault{"cut in mid-stream", engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) { content(w, "a "); panic(http.ErrAbortHandler) }},
		fault{"ended in mid-stream", engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) { content(w, "a ") }},
		fault{"stalls before", engine.Timeout, func(w http.ResponseWriter, r *http.Request) { flush(w); <-r.Context().Done() }},
		fault{"stalls in mid-stream", engine.Timeout, func(w http.ResponseWriter, r *http.Request) { content(w, "a "); <-r.Context().Done() }},
		fault{"says nothing for ever", engine.Timeout, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				event(w, `{"choices":[{"delta":{"content":""}}]}`)
				wait(r, time.Second)
			}
		}},
		fault{"drips for ever", engine.Timeout, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				content(w, "a")
				wait(r, 4*time.Second)
			}
		}},
		fault{"writes without end", engine.Nonsense, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				content(w, long)
			}
		}},
		fault{"one endless line", engine.Nonsense, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, long); err != nil {
					return
				}
			}
		}},
		fault{"nonsense JSON", engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) { event(w, `{"choices":[{`) }},
		fault{"wrong types", engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) { event(w, `{"choices":"none"}`) }},
		fault{"no events", engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello\nthere\n") }},
		fault{"empty", engine.Nonsense, func(http.ResponseWriter, *http.Request) {}},
		fault{"many lines of nothing", engine.Nonsense, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("\n", 1000)) }},
		fault{"rate limit in mid-stream", engine.RateLimited, func(w http.ResponseWriter, _ *http.Request) {
			content(w, "a ")
			event(w, `{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}`)
		}},
		fault{"error in mid-stream", engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) {
			event(w, `{"error":{"message":"overloaded","type":"server_error"}}`)
		}},
	)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				llm := newLLM(t, f.handler)
				start := time.Now()
				_, _, err := whole(t.Context(), llm, ask("x"))
				wantKind(t, err, f.kind)
				if d := time.Since(start); d > time.Minute {
					t.Errorf("took %v", d)
				}
			})
		})
	}
}

func TestLLMTimes(t *testing.T) {
	for _, test := range []struct {
		endpoint Endpoint
		pauses   []time.Duration // before each delta
		at       time.Duration   // 0: no failure
		cause    error
	}{
		{Endpoint{First: time.Second}, []time.Duration{1100 * time.Millisecond}, time.Second, errFirst},
		{Endpoint{First: time.Second, Stall: 500 * time.Millisecond}, []time.Duration{900 * time.Millisecond, 600 * time.Millisecond}, 1400 * time.Millisecond, errStall},
		{Endpoint{Total: 2 * time.Second}, []time.Duration{time.Second, 900 * time.Millisecond, 900 * time.Millisecond}, 2 * time.Second, errTotal},
		{Endpoint{}, []time.Duration{7 * time.Second, 4 * time.Second, 4 * time.Second}, 0, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := serve(t, func(w http.ResponseWriter, r *http.Request) {
				for _, d := range test.pauses {
					wait(r, d)
					content(w, "word ")
				}
				event(w, "[DONE]")
			})
			e.First, e.Stall, e.Total = test.endpoint.First, test.endpoint.Stall, test.endpoint.Total
			llm, _ := NewLLM(LLMConfig{Endpoint: e})
			start := time.Now()
			_, _, err := whole(t.Context(), llm, ask("x"))
			if test.cause == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, engine.Timeout)
			if !errors.Is(err, test.cause) || time.Since(start) != test.at {
				t.Errorf("%v at %v, want %v at %v", err, time.Since(start), test.cause, test.at)
			}
		})
	}
}

// A reader that takes its time is no endpoint that stalls.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		llm := newLLM(t, func(w http.ResponseWriter, r *http.Request) {
			for range 3 {
				content(w, "word ")
			}
			event(w, "[DONE]")
		})
		s, err := llm.Chat(t.Context(), ask("x"))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for range 3 {
			if _, err := s.Next(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(15 * time.Second)
		}
		if _, err := s.Next(); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
	})
}

func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		llm := newLLM(t, func(w http.ResponseWriter, r *http.Request) {
			defer close(gone)
			for r.Context().Err() == nil {
				content(w, "word ")
				wait(r, 50*time.Millisecond)
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		time.AfterFunc(325*time.Millisecond, cancel)
		text, _, err := whole(ctx, llm, ask("x"))
		if !errors.Is(err, context.Canceled) || strings.Count(text, "word ") != 7 || time.Since(start) != 325*time.Millisecond {
			t.Errorf("%q, %v at %v", text, err, time.Since(start))
		}
		<-gone // the endpoint stops working on it
	})
	synctest.Test(t, func(t *testing.T) {
		llm := newLLM(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := whole(ctx, llm, ask("x"))
		wantKind(t, err, engine.Timeout)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
