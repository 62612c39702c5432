package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/openai"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/intent"
)

// escalationFile is what --escalation names: when the agent offers a human or
// asks for one, how its answers are checked, and what it never says. Every field
// may be absent.
type escalationFile struct {
	// HandoverWhen tells a model in the operator's words when to ask for a human.
	HandoverWhen string            `json:"handoverWhen"`
	Rules        escalation.Config `json:"rules"`
	Check        struct {
		agentbot.Check
		Model bool `json:"model"` // ask the endpoint's model about what words leave open
	} `json:"check"`
	Guard guard.Config `json:"guard"`
}

const (
	maxEscalationFile = 1 << 20
	maxHandoverWhen   = 4000
)

// readEscalation reads the file; "" is one that says nothing.
func readEscalation(path string) (escalationFile, error) {
	var f escalationFile
	if path == "" {
		return f, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return f, fmt.Errorf("--escalation: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxEscalationFile+1))
	if err != nil {
		return f, fmt.Errorf("--escalation: %w", err)
	}
	if len(text) > maxEscalationFile {
		return f, fmt.Errorf("--escalation %s: larger than %d bytes", path, maxEscalationFile)
	}
	if f, err = parseEscalation(text); err != nil {
		return f, fmt.Errorf("--escalation %s: %w", path, err)
	}
	return f, nil
}

// parseEscalation reads the JSON and says where it is wrong.
func parseEscalation(text []byte) (escalationFile, error) {
	var f escalationFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		line := 1 + bytes.Count(text[:min(int(d.InputOffset()), len(text))], []byte("\n"))
		return f, fmt.Errorf("line %d: %w", line, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return f, errors.New("there is something after the end of the JSON object")
	}
	if len(f.HandoverWhen) > maxHandoverWhen {
		return f, fmt.Errorf("handoverWhen has %d bytes, %d are the most", len(f.HandoverWhen), maxHandoverWhen)
	}
	var errs []error
	for name, v := range map[string]float64{"check.from": f.Check.From, "check.ask": f.Check.Ask} {
		if v < 0 || v > 1 {
			errs = append(errs, fmt.Errorf("%s is %v and must be from 0 to 1", name, v))
		}
	}
	if _, err := escalation.New(f.Rules); err != nil {
		errs = append(errs, fmt.Errorf("rules: %w", err))
	}
	if _, err := guard.New(f.Guard); err != nil {
		errs = append(errs, fmt.Errorf("guard: %w", err))
	}
	return f, errors.Join(errs...)
}

// apply makes an agent of the file. The server's own keys are secrets of every
// agent.
func (f escalationFile) apply(a *agentbot.Config, c *config) error {
	if f.HandoverWhen != "" {
		a.HandoverWhen = f.HandoverWhen
	}
	rules := f.Rules
	if rules.EngineFailure.After > 0 {
		a.FailuresToHuman = rules.EngineFailure.After
	}
	rules.AsksForHuman, rules.Distressed = intent.Human, intent.Distress
	var err error
	if a.Escalation, err = escalation.New(rules); err != nil {
		return fmt.Errorf("--escalation: rules: %w", err)
	}
	g := f.Guard
	g.Secrets = slices.Concat(g.Secrets, c.ownSecrets())
	g.Protected = a.Protected()
	if a.Guard, err = guard.New(g); err != nil {
		return fmt.Errorf("--escalation: guard: %w", err)
	}
	a.Check = f.Check.Check
	return nil
}

// leastOwnSecret is how long a key of the server's is that is looked for: what is
// shorter is a development's, and a word.
const leastOwnSecret = 12

// ownSecrets are the keys that the server itself holds.
func (c *config) ownSecrets() []string {
	all := []string{c.Secret}
	if keys, err := c.keyring(); err == nil {
		for _, secret := range keys {
			all = append(all, secret)
		}
	}
	for _, o := range []openAIConfig{c.OpenAI, c.OpenAI2} {
		all = append(all, o.APIKey, o.ASRAPIKey, o.LLMAPIKey, o.TTSAPIKey)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(s string) bool { return len(s) < leastOwnSecret })
}

// checker opens the second model, where the file wants one.
func (e *engines) checker(c *config) (engine.LLM, error) {
	f, err := readEscalation(c.Escalation)
	if err != nil || !f.Check.Model {
		return nil, err
	}
	for _, name := range listed(c.LLM) {
		if name == "openai" || name == "openai2" {
			o := c.openAI(name)
			return openai.NewLLM(openai.LLMConfig{Endpoint: e.endpoint(o, o.LLMBaseURL, o.LLMAPIKey, o.LLMModel)})
		}
	}
	return nil, errors.New("--escalation: check.model wants --llm openai or openai2")
}
