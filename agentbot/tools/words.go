package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

func (d *definition) words(t *Tool, _ func(string) (string, bool)) (err error) {
	if string(d.Confirm) == "true" {
		t.confirms = true
	} else if string(d.Confirm) != "false" {
		if t.confirm, err = sentences(d.Confirm); err != nil {
			return fmt.Errorf("confirm: it is true, a question or a question for each language: %w", err)
		}
		t.confirms = t.confirm != nil
		for _, question := range t.confirm {
			for _, hole := range holes(question) {
				if err := t.scalar(hole); err != nil {
					return fmt.Errorf("confirm: %w", err)
				}
			}
		}
	}
	if t.say, err = sentences(d.Say); err != nil {
		return fmt.Errorf("say: it is a sentence or a sentence for each language: %w", err)
	}
	return nil
}

// sentences reads a text, which is for all languages (""), or one for each.
func sentences(raw json.RawMessage) (map[string]string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		if strings.TrimSpace(one) == "" {
			return nil, errors.New("it is empty")
		}
		return map[string]string{"": one}, nil
	}
	var many map[string]string
	if err := json.Unmarshal(raw, &many); err != nil {
		return nil, err
	}
	for language, text := range many {
		if !languageForm.MatchString(language) || strings.TrimSpace(text) == "" {
			return nil, fmt.Errorf("%q wants a language such as en and a text", language)
		}
	}
	if len(many) == 0 {
		return nil, errors.New("it is empty")
	}
	return many, nil
}

func (d *definition) limits(t *Tool, _ func(string) (string, bool)) (err error) {
	t.timeout = defaultTimeout
	if d.Timeout != "" {
		if t.timeout, err = time.ParseDuration(d.Timeout); err != nil {
			return fmt.Errorf("timeout: %q is no duration such as 5s", d.Timeout)
		}
	}
	if t.timeout < 100*time.Millisecond || t.timeout > maxTimeout {
		return fmt.Errorf("timeout: it must be from 100ms to %v", maxTimeout)
	}
	if t.limit == 0 {
		t.limit = defaultLimit
	}
	if t.limit < 64 || t.limit > maxLimit {
		return fmt.Errorf("limit: it must be from 64 to %d bytes", maxLimit)
	}
	return nil
}
