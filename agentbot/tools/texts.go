package tools

import (
	"encoding/json"
	"maps"
	"slices"
)

// Texts are what the model is told of the tools, descriptions of their
// parameters among it, and what callers hear of them: the questions before a
// call and what is said while one runs. The nil Set has none.
func (s *Set) Texts() (told, said []string) {
	if s == nil {
		return nil, nil
	}
	for _, t := range s.tools {
		told = append(told, t.description)
		var schema any
		if json.Unmarshal(t.parameters, &schema) == nil { // it was read from one
			told = described(told, schema)
		}
		for _, texts := range []map[string]string{t.confirm, t.say} {
			said = append(said, slices.Sorted(maps.Values(texts))...)
		}
	}
	return told, said
}

// described adds the descriptions and titles in a schema, in the order of its
// keys.
func described(told []string, schema any) []string {
	switch v := schema.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			text, ok := v[key].(string)
			if ok && (key == "description" || key == "title") {
				told = append(told, text)
			}
			told = described(told, v[key])
		}
	case []any:
		for _, item := range v {
			told = described(told, item)
		}
	}
	return told
}
