package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The keys of settings that only the console uses.
const (
	SettingDispositions  = "dispositions"  // []string: how a call may have ended, for the wrap-up
	SettingTags          = "tags"          // []string: what may be stuck on a call
	SettingNotifications = "notifications" // map[string]bool: what is on where a person has not said
)

const (
	maxWords    = 200 // of a list
	maxWord     = 128 // characters, as a wrap-up may have
	maxSwitches = 50
)

// checkWords says what is wrong with a list of words to choose from.
func checkWords(value json.RawMessage) (out []Problem) {
	var words []string
	if err := strict(value, &words); err != nil {
		return []Problem{{"", "json", err.Error()}}
	}
	if len(words) > maxWords {
		out = append(out, Problem{"", "tooMany", fmt.Sprintf("at most %d", maxWords)})
	}
	for i, w := range words {
		field := fmt.Sprintf("[%d]", i)
		switch {
		case strings.TrimSpace(w) == "" || utf8.RuneCountInString(w) > maxWord || strings.ContainsFunc(w, unicode.IsControl):
			out = append(out, Problem{field, "text", fmt.Sprintf("1 to %d characters", maxWord)})
		case slices.Contains(words[:i], w):
			out = append(out, Problem{field, "twice", "each once"})
		}
	}
	return out
}

// checkSwitches says what is wrong with a set of switches.
func checkSwitches(value json.RawMessage) []Problem {
	var switches map[string]bool
	if err := strict(value, &switches); err != nil {
		return []Problem{{"", "json", err.Error()}}
	}
	if len(switches) > maxSwitches {
		return []Problem{{"", "tooMany", fmt.Sprintf("at most %d", maxSwitches)}}
	}
	return nil
}
