package rules

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/relevo/relevo/signaling/desk/sla"
)

// Rule gives a priority to the handoffs that all its conditions match. Empty
// conditions do not count.
type Rule struct {
	Name      string              `json:"name"`
	Segments  []string            `json:"segments,omitempty"`  // the customer's segment is one of these
	Words     []string            `json:"words,omitempty"`     // the caller has said one of these
	Reasons   []string            `json:"reasons,omitempty"`   // a human is asked for because of one of these
	Languages []string            `json:"languages,omitempty"` // the call's language is one of these; "pt" is also pt-BR
	Meta      map[string][]string `json:"meta,omitempty"`      // each member, as Flatten names it, is one of these
	Priority  sla.Priority        `json:"priority"`
}

// Facts is what is known of a handoff.
type Facts struct {
	Segment  string
	Text     string // what the caller has said, the last of it
	Reason   string
	Language string // BCP 47
	Meta     map[string]string
}

// Limits of a set.
const (
	MaxRules  = 50
	MaxValues = 100  // of one condition
	MaxLength = 200  // characters of a name or a value
	MaxText   = 8000 // bytes of Facts.Text that are looked at, from the end
)

// Problem is what is wrong with one field of the form.
type Problem struct {
	Field   string `json:"field"`   // rules[2].words[0]
	Code    string `json:"code"`    // stable, for the language files
	Message string `json:"message"` // in English
}

// Check says what is wrong with rules, field by field.
func Check(rs []Rule) []Problem {
	var out []Problem
	problem := func(field, code, format string, args ...any) {
		out = append(out, Problem{field, code, fmt.Sprintf(format, args...)})
	}
	if len(rs) > MaxRules {
		problem("rules", "tooMany", "at most %d rules", MaxRules)
	}
	for i, r := range rs {
		at := func(field string) string { return fmt.Sprintf("rules[%d].%s", i, field) }
		if strings.TrimSpace(r.Name) == "" || utf8.RuneCountInString(r.Name) > MaxLength {
			problem(at("name"), "missing", "1 to %d characters", MaxLength)
		} else if slices.ContainsFunc(rs[:i], func(o Rule) bool { return o.Name == r.Name }) {
			problem(at("name"), "twice", "each name once")
		}
		if !r.Priority.Valid() {
			problem(at("priority"), "range", "1 to 4")
		}
		conditions := 0
		values := func(field string, list []string) {
			conditions += len(list)
			if len(list) > MaxValues {
				problem(at(field), "tooMany", "at most %d", MaxValues)
			}
			for j, v := range list {
				f := fmt.Sprintf("%s[%d]", at(field), j)
				switch {
				case strings.TrimSpace(v) == "" || utf8.RuneCountInString(v) > MaxLength || !utf8.ValidString(v):
					problem(f, "missing", "1 to %d characters", MaxLength)
				case field == "words" && len(split(v)) == 0:
					problem(f, "word", "a word has letters or digits")
				}
			}
		}
		values("segments", r.Segments)
		values("words", r.Words)
		values("reasons", r.Reasons)
		values("languages", r.Languages)
		if len(r.Meta) > MaxValues {
			problem(at("meta"), "tooMany", "at most %d", MaxValues)
		}
		for _, k := range keys(r.Meta) {
			if strings.TrimSpace(k) == "" || utf8.RuneCountInString(k) > MaxLength || len(r.Meta[k]) == 0 {
				problem(at("meta."+k), "missing", "a name and at least one value")
			}
			values("meta."+k, r.Meta[k])
		}
		if conditions == 0 {
			problem(at("segments"), "noCondition", "at least one condition")
		}
	}
	return out
}

// keys is the members of m in order, so that the same data gives the same answer.
func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

// Set is rules that are ready. It is never changed, so that any goroutine may
// ask.
type Set struct{ rules []compiled }

type compiled struct {
	Rule
	words [][]string
}

// CheckError is what is wrong with rules.
type CheckError []Problem

func (e CheckError) Error() string {
	return fmt.Sprintf("rules: %s: %s", e[0].Field, e[0].Message)
}

// Compile makes a Set. The error is a CheckError.
func Compile(rs []Rule) (*Set, error) {
	if p := Check(rs); len(p) > 0 {
		return nil, CheckError(p)
	}
	s := &Set{}
	for _, r := range rs {
		c := compiled{Rule: r}
		for _, w := range r.Words {
			c.words = append(c.words, split(w))
		}
		s.rules = append(s.rules, c)
	}
	return s, nil
}

// Priority is what the first rule that matches gives, with its name.
func (s *Set) Priority(f Facts) (p sla.Priority, rule string, ok bool) {
	var text []string
	done := false
	for i := range s.rules {
		r := &s.rules[i]
		if len(r.words) > 0 && !done {
			text, done = split(f.Text[max(0, len(f.Text)-MaxText):]), true
		}
		if r.matches(&f, text) {
			return r.Priority, r.Name, true
		}
	}
	return 0, "", false
}

func (r *compiled) matches(f *Facts, text []string) bool {
	if len(r.Segments) > 0 && !among(r.Segments, f.Segment) ||
		len(r.Reasons) > 0 && !among(r.Reasons, f.Reason) ||
		len(r.Languages) > 0 && !slices.ContainsFunc(r.Languages, func(l string) bool { return speaks(l, f.Language) }) ||
		len(r.words) > 0 && !slices.ContainsFunc(r.words, func(w []string) bool { return says(text, w) }) {
		return false
	}
	for k, values := range r.Meta {
		v, there := f.Meta[k]
		if !there || !among(values, v) {
			return false
		}
	}
	return true
}

func among(list []string, v string) bool {
	v = strings.TrimSpace(v)
	return v != "" && slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(strings.TrimSpace(o), v) })
}

// speaks says whether a language is the one meant, or a regional one of it.
func speaks(meant, language string) bool {
	meant = strings.TrimSpace(meant)
	if len(language) > len(meant) && language[len(meant)] == '-' {
		language = language[:len(meant)]
	}
	return strings.EqualFold(meant, language)
}

// split makes words of a text, in one case. A character of a script without
// spaces is a word of its own, so that a word of it is a row of them.
func split(text string) []string {
	var out []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, c := range text {
		switch {
		case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			flush()
			out = append(out, string(fold(c)))
		case unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c):
			word.WriteRune(fold(c))
		case c == '\'' || c == '’': // part of a word: don't
		default:
			flush()
		}
	}
	flush()
	return out
}

// fold is the least of the letters that differ from c only by case.
func fold(c rune) rune {
	least := c
	for o := unicode.SimpleFold(c); o != c; o = unicode.SimpleFold(o) {
		least = min(least, o)
	}
	return least
}

// says says whether the words are in the text, in a row.
func says(text, words []string) bool {
	for i := 0; i+len(words) <= len(text); i++ {
		if slices.Equal(text[i:i+len(words)], words) {
			return true
		}
	}
	return false
}
