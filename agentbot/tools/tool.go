package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/relevo/relevo/agentbot/engine"
)

// Set is the tools of an operator. The nil Set has none.
type Set struct {
	tools  []*Tool
	byName map[string]*Tool
}

// Offer is what a model is told of them.
func (s *Set) Offer() []engine.Tool {
	if s == nil {
		return nil
	}
	offer := make([]engine.Tool, 0, len(s.tools))
	for _, t := range s.tools {
		offer = append(offer, engine.Tool{Name: t.name, Description: t.description, Parameters: t.parameters})
	}
	return offer
}

// Find is the tool of that name, nil for none.
func (s *Set) Find(name string) *Tool {
	if s == nil {
		return nil
	}
	return s.byName[name]
}

// Tool is one of them.
type Tool struct {
	name        string
	description string
	parameters  []byte
	schema      *jsonschema.Schema
	kinds       map[string]string // JSON Schema types of the parameters
	required    []string

	method  string
	scheme  string
	host    string // with port, as in the URL
	path    string // from the first slash, a template
	query   []queryItem
	headers http.Header
	body    any  // nil: the arguments
	form    bool // body is a string
	private bool
	secrets []string

	timeout  time.Duration
	limit    int
	confirms bool
	confirm  map[string]string // by language; nil with confirms: any question
	say      map[string]string
}

type queryItem struct{ key, value string }

// Name is what a model calls it by.
func (t *Tool) Name() string { return t.name }

// Safe says whether a call may be given up: it changes nothing.
func (t *Tool) Safe() bool { return t.method == http.MethodGet }

// Confirms says whether the caller is asked first.
func (t *Tool) Confirms() bool { return t.confirms }

// Timeout is how long a call takes at most.
func (t *Tool) Timeout() time.Duration { return t.timeout }

// Say is what is said while it runs, "" for nothing.
func (t *Tool) Say(language string) string { return inLanguage(t.say, language) }

// inLanguage is the text for a language, else the one for all, else English.
func inLanguage(texts map[string]string, language string) string {
	language, _, _ = strings.Cut(strings.ToLower(language), "-")
	for _, l := range []string{language, "", "en"} {
		if text, ok := texts[l]; ok {
			return text
		}
	}
	for _, l := range slices.Sorted(maps.Keys(texts)) {
		return texts[l]
	}
	return ""
}

// Arguments are a model's, that the schema allows.
type Arguments struct {
	values map[string]any
	raw    []byte // compact JSON
}

// JSON is the arguments.
func (a Arguments) JSON() []byte { return a.raw }

// maxArguments bounds what a model may send.
const maxArguments = 16 << 10

// Check reads a model's arguments. The error is for the model: it says what
// is wrong with them.
func (t *Tool) Check(arguments []byte) (Arguments, error) {
	if len(bytes.TrimSpace(arguments)) == 0 {
		arguments = []byte("{}")
	}
	if len(arguments) > maxArguments {
		return Arguments{}, errors.New("the arguments are too long")
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(arguments))
	if err != nil {
		return Arguments{}, errors.New("the arguments are no JSON")
	}
	values, ok := v.(map[string]any)
	if !ok {
		return Arguments{}, errors.New("the arguments are no JSON object")
	}
	if err := t.schema.Validate(v); err != nil {
		return Arguments{}, errors.New("the arguments are not allowed: " + reasons(err))
	}
	raw, err := json.Marshal(values) // one spelling, by which the same call is known
	if err != nil {
		return Arguments{}, errors.New("the arguments are no JSON")
	}
	args := Arguments{values, raw}
	if _, err := t.address(args); err != nil {
		return Arguments{}, err
	}
	return args, nil
}

// reasons is a validator's finding in one bounded line.
func reasons(err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return "they do not fit the schema"
	}
	var lines []string
	for _, unit := range invalid.BasicOutput().Errors {
		if unit.Error != nil {
			lines = append(lines, strings.TrimPrefix(unit.InstanceLocation+": "+unit.Error.String(), ": "))
		}
	}
	text := strings.Join(lines, "; ")
	if len(text) > 500 {
		text = strings.ToValidUTF8(text[:500], "") + "…"
	}
	return text
}

// text is an argument as a piece of a URL or a sentence, false when it is not
// given.
func (a Arguments) text(name string) (string, bool) {
	switch v := a.values[name].(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		return fmt.Sprint(v), true
	default: // json.Number
		return fmt.Sprint(v), true
	}
}

// fill puts arguments into a template; complete is false where one is missing.
func (a Arguments) fill(template string, escape func(string) string) (text string, complete bool) {
	complete = true
	text = holeForm.ReplaceAllStringFunc(template, func(hole string) string {
		value, ok := a.text(hole[1 : len(hole)-1])
		complete = complete && ok
		return escape(value)
	})
	return text, complete
}

// address is where a call goes.
func (t *Tool) address(a Arguments) (*url.URL, error) {
	var path []string
	for segment := range strings.SplitSeq(t.path, "/") {
		filled, _ := a.fill(segment, func(s string) string { return s })
		if len(holes(segment)) > 0 {
			if strings.Trim(filled, ".") == "" || strings.ContainsFunc(filled, unicode.IsControl) {
				return nil, fmt.Errorf("the arguments are not allowed: %s is no part of an address", strings.Join(holes(segment), ", "))
			}
			filled, _ = a.fill(segment, url.PathEscape)
		}
		path = append(path, filled)
	}
	var query []string
	for _, q := range t.query {
		if value, complete := a.fill(q.value, url.QueryEscape); complete {
			query = append(query, q.key+"="+value)
		}
	}
	raw := t.scheme + "://" + t.host + strings.Join(path, "/")
	if query != nil {
		raw += "?" + strings.Join(query, "&")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host != t.host || u.Scheme != t.scheme {
		return nil, errors.New("the arguments are not allowed: they make no address")
	}
	return u, nil
}

const formType = "application/x-www-form-urlencoded"

// content is the body of a call and its type.
func (t *Tool) content(a Arguments) (body []byte, kind string, err error) {
	switch {
	case t.Safe() || t.method == http.MethodDelete && t.body == nil:
		return nil, "", nil
	case t.body == nil:
		return a.raw, "application/json", nil
	case t.form:
		text, _ := a.fill(t.body.(string), url.QueryEscape)
		return []byte(text), formType, nil
	}
	body, err = json.Marshal(a.replace(t.body))
	return body, "application/json", err
}

// replace is a JSON value with arguments put into its strings. A member whose
// argument is not given is left out.
func (a Arguments) replace(v any) any {
	switch v := v.(type) {
	case string:
		if names := holes(v); len(names) == 1 && v == "{"+names[0]+"}" {
			return a.values[names[0]]
		}
		text, _ := a.fill(v, func(s string) string { return s })
		return text
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			out = append(out, a.replace(item))
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			value := a.replace(item)
			if s, ok := item.(string); ok && value == nil && len(holes(s)) > 0 {
				continue
			}
			out[key] = value
		}
		return out
	}
	return v
}

// Question is what a caller is asked before the call; general stands in where
// the operator gives no words, with {what} for the tool and its arguments.
func (t *Tool) Question(language, general string, a Arguments) string {
	if question := inLanguage(t.confirm, language); question != "" {
		text, _ := a.fill(question, spokenValue)
		return strings.Join(strings.Fields(text), " ")
	}
	what := []string{strings.NewReplacer("_", " ", "-", " ").Replace(t.name)}
	for _, name := range slices.Sorted(maps.Keys(t.kinds)) {
		if value, ok := a.text(name); ok && t.scalar(name) == nil {
			what = append(what, strings.ReplaceAll(name, "_", " ")+" "+spokenValue(value))
		}
	}
	return strings.ReplaceAll(general, "{what}", strings.Join(what, ", "))
}

// spokenValue is an argument as a part of a question: one line, not long.
func spokenValue(value string) string {
	value = strings.Join(strings.FieldsFunc(value, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if runes := []rune(value); len(runes) > 80 {
		value = string(runes[:80]) + "…"
	}
	return value
}
