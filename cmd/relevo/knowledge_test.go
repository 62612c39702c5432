package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
)

// A model gets the passage of --knowledge that fits the question, and its
// answer names it.
func TestModelAnswersFromTheFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hours.md"), []byte("# Opening hours\nWe open at a quarter past four.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Messages []struct{ Role, Content string }
		}
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &body)
		var system []string
		for _, m := range body.Messages {
			if m.Role == "system" {
				system = append(system, m.Content)
			}
		}
		asked <- strings.Join(system, "\n")
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"At four fifteen.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	}))
	defer server.Close()
	c, err := fresh(t, []string{"--dev", "--engines", "scripted", "--llm", "openai", "--llm-base-url", server.URL, "--knowledge", dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	known, stop, err := openKnowledge(c.Knowledge, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stop() }()
	e, err := openEngines(c, known, log, given{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s, err := e.LLM.Chat(t.Context(), engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: "what are your opening hours"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d, err := s.Next()
	if err != nil || d.Confidence == nil || *d.Confidence < 0.42 || !slices.Equal(d.Sources, []string{"hours.md"}) {
		t.Errorf("%+v, %v", d, err)
	}
	if system := <-asked; !strings.Contains(system, `{"source":"hours.md","topic":"Opening hours","text":"We open at a quarter past four."}`) || strings.Contains(system, "what are your") {
		t.Errorf("the model was told %q", system)
	}
}
