package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Scenario is a conversation with exact times, as it stands in a file.
type Scenario[S any] struct {
	Settings, Steps, Expects []Statement[S]
	End                      time.Duration
}

// Statement is a line of a scenario: a rule of its language and what stands in
// the places of the rule's capitals.
type Statement[S any] struct {
	Line int
	At   time.Duration // of a step; of an expectation with "at", else -1
	Rule *Rule[S]
	Args []Value
}

// Value is what stands in the place of one word of a rule: Text of TEXT, NAME
// and a|b, Time of SECONDS, Count of COUNT.
type Value struct {
	Text  string
	Time  time.Duration
	Count int
}

// Rule is a sentence of a language for a stage S. In its pattern TEXT is a
// quoted text, SECONDS a time, COUNT a number, NAME a bare word, a|b one of some
// words, and anything else stands for itself. Of the functions it has the one of
// the list that it is in.
type Rule[S any] struct {
	Pattern string
	Set     func(s S, v []Value) error                          // of a setting
	Do      func(s S, v []Value) error                          // of a step
	Check   func(s S, at time.Duration, v []Value) (why string) // of an expectation; at is -1 for any time
}

// Language is what can be said of a stage.
type Language[S any] struct {
	Settings, Steps, Expectations []Rule[S]
}

// Longest bounds a file's times: a day in a bubble takes long too.
const Longest = time.Hour

// Parse reads a scenario. The error has a line for each statement that is wrong,
// with its number.
func (l Language[S]) Parse(src string) (*Scenario[S], error) {
	sc := &Scenario[S]{End: -1}
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
		if sc.End >= 0 && tokens[0].text != "expect" {
			wrong(line, "nothing but expectations may follow the end")
			continue
		}
		switch first := tokens[0]; {
		case first.text == "expect" && !first.quoted:
			s, err := understand(line, tokens[1:], l.Expectations)
			if err != nil {
				wrong(line, "%v", err)
				continue
			}
			sc.Expects = append(sc.Expects, s)
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
				sc.End = at
				continue
			}
			s, err := understand(line, tokens[1:], l.Steps)
			if err != nil {
				wrong(line, "%v", err)
				continue
			}
			s.At = at
			sc.Steps = append(sc.Steps, s)
		case len(sc.Steps) > 0:
			wrong(line, "a step needs a time before it, and a setting stands before the first step")
		default:
			s, err := understand(line, tokens, l.Settings)
			if err != nil {
				wrong(line, "%v", err)
				continue
			}
			sc.Settings = append(sc.Settings, s)
		}
	}
	if sc.End < 0 {
		wrong(line, `it has no end: "12.000 end"`)
	}
	if len(sc.Expects) == 0 {
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
		case '"', '`':
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
			n := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '"' || r == '`' })
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
	if s > int(Longest/time.Second) {
		return 0, fmt.Errorf("%s is too long: %v is the longest", text, Longest)
	}
	return time.Duration(s)*time.Second + time.Duration(n)*time.Millisecond, nil
}

// understand finds the rule of a statement.
func understand[S any](line int, tokens []token, rules []Rule[S]) (Statement[S], error) {
	var nearest []string
	most := 0
	for i := range rules {
		r := &rules[i]
		words := strings.Fields(r.Pattern)
		given, at := tokens, time.Duration(-1)
		if n := len(given); r.Set == nil && r.Do == nil && n == len(words)+2 && given[n-2] == (token{text: "at"}) {
			var err error
			if at, err = seconds(given[n-1].text); err != nil {
				return Statement[S]{}, err
			}
			given = given[:n-2]
		}
		values, matched, err := match(words, given)
		if values != nil {
			return Statement[S]{Line: line, At: at, Rule: r, Args: values}, nil
		}
		if matched > most {
			most, nearest = matched, nil
		}
		if matched == most {
			if err != nil {
				return Statement[S]{}, fmt.Errorf("%w in %q", err, r.Pattern)
			}
			nearest = append(nearest, r.Pattern)
		}
	}
	if most == 0 {
		return Statement[S]{}, fmt.Errorf("no statement begins with %v", tokens)
	}
	return Statement[S]{}, fmt.Errorf("%v is not understood; there is: %s", tokens, strings.Join(nearest, "; "))
}

// match compares tokens with a rule's words. values is nil when they differ,
// matched says after how many; err says what stands in a place where it cannot.
func match(words []string, tokens []token) (values []Value, matched int, err error) {
	values = []Value{}
	for i, word := range words {
		if i == len(tokens) {
			return nil, i, nil
		}
		t := tokens[i]
		switch {
		case word == "TEXT" && t.quoted:
			values = append(values, Value{Text: t.text})
		case word == "SECONDS" && !t.quoted && isNumber(t):
			d, err := seconds(t.text)
			if err != nil {
				return nil, i, err
			}
			values = append(values, Value{Time: d})
		case word == "COUNT" && !t.quoted && isNumber(t):
			n, err := strconv.Atoi(t.text)
			if err != nil || n > 1e6 {
				return nil, i, fmt.Errorf("%q is no count", t.text)
			}
			values = append(values, Value{Count: n})
		case word == "NAME" && !t.quoted:
			values = append(values, Value{Text: t.text})
		case strings.Contains(word, "|") && !t.quoted && slices.Contains(strings.Split(word, "|"), t.text):
			values = append(values, Value{Text: t.text})
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
