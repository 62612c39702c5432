package main

import (
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
)

// What README shows is valid, and its numbers are the defaults.
func TestReadmeEscalation(t *testing.T) {
	raw, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(raw), "```json escalation\n")
	example, _, ok2 := strings.Cut(rest, "```")
	if !ok || !ok2 {
		t.Fatal("README.md shows no file for --escalation")
	}
	f, err := parseEscalation([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rules.Phrases) == 0 || f.HandoverWhen == "" || len(f.Guard.Secrets) == 0 {
		t.Errorf("%+v", f)
	}
	f.Rules.Phrases = nil
	shown, _ := escalation.New(f.Rules)
	usual, _ := escalation.New(escalation.Config{})
	if !reflect.DeepEqual(shown.Config(), usual.Config()) {
		t.Errorf("README shows %+v, the defaults are %+v", shown.Config(), usual.Config())
	}
	if f.Check.From != 0.34 || f.Check.Ask != 0.7 || f.Guard.Recital != 40 || f.Guard.Share != 0.5 {
		t.Errorf("%+v, %+v", f.Check, f.Guard)
	}
}

func TestEscalationFile(t *testing.T) {
	for text, want := range map[string]string{
		`{"rule": {}}`: `unknown field "rule"`,
		"{\n\"rules\": {\n\"distress\": {\"off\": 3}}}": "line 3",
		`{"rules": {"callerAsked": {"from": 3}}}`:       "rules: callerAsked.from is 3",
		`{"check": {"from": -1}}`:                       "check.from is -1",
		`{"guard": {"recital": 2}}`:                     "guard: recital is 2",
		`{"guard": {"secrets": ["abc"]}}`:               "guard: secrets[0]",
		`{} x`:                                          "after the end",
		``:                                              "EOF",
		`{"handoverWhen": "` + strings.Repeat("x", 5000) + `"}`: "handoverWhen has 5000 bytes",
	} {
		path := filepath.Join(t.TempDir(), "e.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readEscalation(path); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "--escalation ") {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
	if _, err := readEscalation(filepath.Join(t.TempDir(), "none.json")); err == nil || !strings.HasPrefix(err.Error(), "--escalation: ") {
		t.Errorf("no file: %v", err)
	}
}

// An agent of a file has its rules, and does not say the server's own keys.
func TestEscalationApplies(t *testing.T) {
	f, err := parseEscalation([]byte(`{"handoverWhen":"When they cry.","rules":{"engineFailure":{"after":7},"lowConfidence":{"below":0.3}},"check":{"from":0.5},"guard":{"secrets":["open sesame"]}}`))
	if err != nil {
		t.Fatal(err)
	}
	var a agentbot.Config
	c := &config{Key: "k", Secret: "0123456789abcdefXYZ", OpenAI: openAIConfig{LLMAPIKey: "my-own-llm-key-1"}}
	if err := f.apply(&a, c); err != nil {
		t.Fatal(err)
	}
	if r := a.Escalation.Config(); r.EngineFailure.After != 7 || r.LowConfidence.Below != 0.3 || a.Check.From != 0.5 || a.HandoverWhen != "When they cry." {
		t.Errorf("%+v, %+v", r, a)
	}
	if r := a.Escalation.Config(); r.AsksForHuman("I want to talk to a person") < r.CallerAsked.From || r.AsksForHuman("when are you open") >= r.CallerAsked.From || r.Distressed("this is an outrage, I am furious") == 0 {
		t.Error("the rules do not know what a caller means")
	}
	for _, text := range []string{"Open, sesame!", "it is 0123456789abcdefxyz", "m y o w n l l m k e y 1", agentbot.DefaultPrompt} {
		if a.Guard.Watch().Check(text) == guard.Fine {
			t.Errorf("%q is said", text)
		}
	}
}

func TestCheckerWantsAModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.json")
	if err := os.WriteFile(path, []byte(`{"check":{"model":true}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	e := &engines{http: &http.Client{}}
	if _, err := e.checker(&config{LLM: "local", Escalation: path}); err == nil || !strings.Contains(err.Error(), "check.model wants") {
		t.Errorf("%v", err)
	}
	llm, err := e.checker(&config{LLM: "local,openai", Escalation: path, OpenAI: openAIConfig{BaseURL: "http://127.0.0.1:9/v1"}})
	if err != nil || llm == nil {
		t.Errorf("%v, %v", llm, err)
	}
	if llm, err := e.checker(&config{LLM: "openai"}); llm != nil || err != nil {
		t.Errorf("%v, %v", llm, err)
	}
}
