package agentbot

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// A scenario is a conversation with exact times, in a file that people can
// read. testdata/scenarios/README.md describes the format.
type scenario struct {
	settings, steps, expects []statement
	end                      time.Duration
}

// statement is a line of a scenario: a rule of the format and what stands in
// the places of its capitals.
type statement struct {
	line int
	at   time.Duration // of a step; of an expectation with "at", else -1
	rule *rule
	args []value
}

// value is what stands in the place of one word of a rule.
type value struct {
	text  string
	time  time.Duration
	count int
}

// rule is a sentence of the format. In its pattern TEXT is a quoted text,
// SECONDS a time, COUNT a number, NAME a bare word, a|b one of some words, and
// anything else stands for itself.
type rule struct {
	pattern string
	set     func(s *stage, v []value) error                          // of a setting
	do      func(s *stage, v []value) error                          // of a step
	check   func(s *stage, at time.Duration, v []value) (why string) // of an expectation; at is -1 for any time
}

// longestScenario bounds a file's times: a day in a bubble takes long too.
const longestScenario = time.Hour

// parseScenario reads a scenario. The error has a line for each statement that
// is wrong, with its number.
func parseScenario(src string) (*scenario, error) {
	sc := &scenario{end: -1}
	var errs []error
	wrong := func(line int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, args...)))
	}
	if !utf8.ValidString(src) {
		return nil, errors.New("line 1: not UTF-8")
	}
	line, now := 0, time.Duration(0)
	for text := range strings.Lines(src) {
		line++
		tokens, err := scan(text)
		if err != nil {
			wrong(line, "%v", err)
			continue
		}
		if len(tokens) == 0 {
			continue
		}
		if sc.end >= 0 && tokens[0].text != "expect" {
			wrong(line, "nothing but expectations may follow the end")
			continue
		}
		switch first := tokens[0]; {
		case first.text == "expect" && !first.quoted:
			s, err := understand(line, tokens[1:], expectations)
			if err != nil {
				wrong(line, "%v", err)
				continue
			}
			sc.expects = append(sc.expects, s)
		case isNumber(first):
			at, err := seconds(first.text)
			switch {
			case err != nil:
				wrong(line, "%v", err)
				continue
			case at < now:
				wrong(line, "%s is before the step above it", first.text)
				continue
			}
			now = at
			if len(tokens) == 2 && tokens[1] == (token{text: "end"}) {
				sc.end = at
				continue
			}
			s, err := understand(line, tokens[1:], steps)
			if err != nil {
				wrong(line, "%v", err)
				continue
			}
			s.at = at
			sc.steps = append(sc.steps, s)
		case len(sc.steps) > 0:
			wrong(line, "a step needs a time before it, and a setting stands before the first step")
		default:
			s, err := understand(line, tokens, settings)
			if err != nil {
				wrong(line, "%v", err)
				continue
			}
			sc.settings = append(sc.settings, s)
		}
	}
	if sc.end < 0 {
		wrong(line, `it has no end: "12.000 end"`)
	}
	if len(sc.expects) == 0 {
		wrong(line, "nothing is expected")
	}
	return sc, errors.Join(errs...)
}

// token is a word of a line, or a text in quotes.
type token struct {
	text   string
	quoted bool
}

func (t token) String() string {
	if t.quoted {
		return strconv.Quote(t.text)
	}
	return t.text
}

// scan cuts a line into tokens. # begins a comment.
func scan(line string) (tokens []token, err error) {
	rest := strings.TrimSpace(line)
	for rest != "" {
		switch rest[0] {
		case '#':
			return tokens, nil
		case '"':
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, fmt.Errorf("a text without an end: %s", rest)
			}
			text, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, fmt.Errorf("%s is no text: %w", quoted, err)
			}
			tokens = append(tokens, token{text, true})
			rest = rest[len(quoted):]
			if rest != "" && !unicode.IsSpace(rune(rest[0])) && rest[0] != ',' {
				return nil, fmt.Errorf("no space after %s", quoted)
			}
		case ',':
			rest = rest[1:]
		default:
			n := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '"' })
			if n < 0 {
				n = len(rest)
			}
			tokens = append(tokens, token{text: rest[:n]})
			rest = rest[n:]
		}
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
	}
	return tokens, nil
}

func isNumber(t token) bool { return !t.quoted && t.text != "" && t.text[0] >= '0' && t.text[0] <= '9' }

// seconds reads "1.25". Times are whole milliseconds.
func seconds(text string) (time.Duration, error) {
	whole, part, _ := strings.Cut(text, ".")
	s, err := strconv.Atoi(whole)
	if err != nil || s < 0 || len(part) > 3 || strings.Contains(part, "-") || strings.Contains(part, "+") {
		return 0, fmt.Errorf("%q is no time: seconds with at most three digits after the point", text)
	}
	n := 0
	if part != "" {
		if n, err = strconv.Atoi((part + "00")[:3]); err != nil {
			return 0, fmt.Errorf("%q is no time", text)
		}
	}
	if s > int(longestScenario/time.Second) {
		return 0, fmt.Errorf("%s is too long: %v is the longest", text, longestScenario)
	}
	return time.Duration(s)*time.Second + time.Duration(n)*time.Millisecond, nil
}

// understand finds the rule of a statement.
func understand(line int, tokens []token, rules []rule) (statement, error) {
	var nearest []string
	most := 0
	for i := range rules {
		r := &rules[i]
		words := strings.Fields(r.pattern)
		given, at := tokens, time.Duration(-1)
		if n := len(given); r.set == nil && r.do == nil && n == len(words)+2 && given[n-2] == (token{text: "at"}) {
			var err error
			if at, err = seconds(given[n-1].text); err != nil {
				return statement{}, err
			}
			given = given[:n-2]
		}
		values, matched, err := match(words, given)
		if values != nil {
			return statement{line: line, at: at, rule: r, args: values}, nil
		}
		if matched > most {
			most, nearest = matched, nil
		}
		if matched == most {
			if err != nil {
				return statement{}, fmt.Errorf("%w in %q", err, r.pattern)
			}
			nearest = append(nearest, r.pattern)
		}
	}
	if most == 0 {
		return statement{}, fmt.Errorf("no statement begins with %v", tokens)
	}
	return statement{}, fmt.Errorf("%v is not understood; there is: %s", tokens, strings.Join(nearest, "; "))
}

// match compares tokens with a rule's words. values is nil when they differ,
// matched says after how many; err says what stands in a place where it cannot.
func match(words []string, tokens []token) (values []value, matched int, err error) {
	values = []value{}
	for i, word := range words {
		if i == len(tokens) {
			return nil, i, nil
		}
		t := tokens[i]
		switch {
		case word == "TEXT" && t.quoted:
			values = append(values, value{text: t.text})
		case word == "SECONDS" && !t.quoted && isNumber(t):
			d, err := seconds(t.text)
			if err != nil {
				return nil, i, err
			}
			values = append(values, value{time: d})
		case word == "COUNT" && !t.quoted && isNumber(t):
			n, err := strconv.Atoi(t.text)
			if err != nil || n > 1e6 {
				return nil, i, fmt.Errorf("%q is no count", t.text)
			}
			values = append(values, value{count: n})
		case word == "NAME" && !t.quoted:
			values = append(values, value{text: t.text})
		case strings.Contains(word, "|") && !t.quoted && slices.Contains(strings.Split(word, "|"), t.text):
			values = append(values, value{text: t.text})
		case word == t.text && !t.quoted && !strings.Contains(word, "|") && !slices.Contains([]string{"TEXT", "SECONDS", "COUNT", "NAME"}, word):
		default:
			return nil, i, nil
		}
	}
	if len(tokens) > len(words) {
		return nil, len(words), nil
	}
	return values, len(words), nil
}

// What the format has is described.
func TestScenarioFormatIsDescribed(t *testing.T) {
	readme, err := os.ReadFile("testdata/scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(readme), `\|`, "|")
	for _, r := range slices.Concat(settings, steps, expectations) {
		words := strings.Fields(r.pattern)
		for n := min(len(words), 2); !strings.Contains(text, strings.Join(words[:n], " ")); n-- {
			if n == 1 {
				t.Errorf("%q is not described", r.pattern)
				break
			}
		}
	}
}

func TestScenarioErrors(t *testing.T) {
	const fine = "\n9.000 end\nexpect no failure\n"
	for src, want := range map[string]string{
		"0.000 caller says hello for 1" + fine:       `line 1: [caller says hello for 1] is not understood; there is: caller says TEXT for SECONDS`,
		"0.000 caller says \"hello for 1" + fine:     "line 1: a text without an end",
		"\n# a comment\n0.5000 caller leaves" + fine: `line 3: "0.5000" is no time`,
		"2 caller leaves\n1 caller leaves" + fine:    "line 2: 1 is before the step above it",
		"2 caller leaves\ngreeting \"Hi.\"" + fine:   "line 2: a step needs a time",
		"0 dance" + fine:    "line 1: no statement begins with [dance]",
		"mumble" + fine:     "line 1: no statement begins with [mumble]",
		"9.000 end":         "nothing is expected",
		"expect no failure": "it has no end",
		"9 end\n9 caller leaves\nexpect no failure": "line 2: nothing but expectations",
		"1 end\nexpect agent begins at noon":        `line 2: "noon" is no time`,
		"1 end\nexpect agent dances":                `line 2: [agent dances] is not understood; there is: agent begins; agent stops;`,
		"99999 end\nexpect no failure":              "line 1: 99999 is too long",
		"0 mode loud epoch 1" + fine:                "line 1: [mode loud epoch 1] is not understood; there is: mode answer|company|silent|revoice epoch COUNT",
		"0 mode answer epoch 1.5" + fine:            `"1.5" is no count`,
		"\xff" + fine:                               "line 1: not UTF-8",
	} {
		_, err := parseScenario(src)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\nwant %q", src, err, want)
		}
	}
}

// FuzzScenario: whatever stands in a file, it is read or told what is wrong.
func FuzzScenario(f *testing.F) {
	for _, file := range scenarioFiles(f) {
		f.Add(file.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		sc, err := parseScenario(src)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("no line in %q", err)
			}
			return
		}
		if sc.end < 0 || len(sc.expects) == 0 {
			t.Errorf("%+v", sc)
		}
		for _, s := range slices.Concat(sc.settings, sc.steps, sc.expects) {
			if s.rule == nil || s.line < 1 || s.at > longestScenario+time.Second {
				t.Errorf("%+v", s)
			}
		}
	})
}
