package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Bounds of a file and of its tools.
const (
	maxFile        = 1 << 20
	maxTools       = 64
	defaultTimeout = 5 * time.Second
	maxTimeout     = 30 * time.Second
	defaultLimit   = 8 << 10
	maxLimit       = 64 << 10
)

// definition is a tool as the file has it.
type definition struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Parameters  json.RawMessage   `json:"parameters"`
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	Headers     map[string]string `json:"headers"`
	Body        json.RawMessage   `json:"body"`
	Timeout     string            `json:"timeout"`
	Limit       int               `json:"limit"`
	Confirm     json.RawMessage   `json:"confirm"`
	Say         json.RawMessage   `json:"say"`
	Private     bool              `json:"private"`
}

var (
	nameForm     = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]{0,63}$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
	variableForm = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	holeForm     = regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_-]*)\}`)
	headerForm   = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
)

// Read reads a file of tools. env is the environment (os.LookupEnv). reserved
// are names that the agent itself has. The error names all tools that are wrong.
func Read(r io.Reader, env func(string) (string, bool), reserved ...string) (*Set, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("the file has more than %d bytes", maxFile)
	}
	var file struct {
		Tools []definition `json:"tools"`
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return nil, jsonError(data, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value")
	}
	if len(file.Tools) > maxTools {
		return nil, fmt.Errorf("%d tools; a model can make use of %d at most", len(file.Tools), maxTools)
	}
	s := &Set{byName: make(map[string]*Tool)}
	var wrong []error
	for i, d := range file.Tools {
		t, err := d.tool(env)
		switch {
		case err != nil:
		case s.byName[t.name] != nil:
			err = errors.New("there are two of this name")
		case slices.Contains(reserved, t.name):
			err = errors.New("the name is the agent's own")
		}
		if err != nil {
			name := d.Name
			if name == "" {
				name = fmt.Sprintf("number %d", i+1)
			}
			wrong = append(wrong, fmt.Errorf("tool %s: %w", name, err))
			continue
		}
		s.byName[t.name] = t
		s.tools = append(s.tools, t)
	}
	return s, errors.Join(wrong...)
}

// jsonError says where in the file the error is.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	at := int64(-1)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &typed):
		at = typed.Offset
	}
	if at < 0 || at > int64(len(data)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:at], []byte("\n")), err)
}

func (d *definition) tool(env func(string) (string, bool)) (*Tool, error) {
	t := &Tool{name: d.Name, description: strings.TrimSpace(d.Description), method: d.Method, limit: d.Limit, private: d.Private}
	if !nameForm.MatchString(t.name) {
		return nil, errors.New("name must be a letter and up to 63 letters, digits, _ or -")
	}
	if t.description == "" {
		return nil, errors.New("description is missing: by it the model knows when to call")
	}
	for _, step := range []func(*Tool, func(string) (string, bool)) error{
		d.schema, d.request, d.headers, d.body, d.words, d.limits,
	} {
		if err := step(t, env); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// refuse keeps schemas from referring to files and hosts.
type refuse struct{}

func (refuse) Load(u string) (any, error) { return nil, fmt.Errorf("%s is not loaded", u) }

func (d *definition) schema(t *Tool, _ func(string) (string, bool)) error {
	t.parameters = d.Parameters
	if len(t.parameters) == 0 {
		t.parameters = []byte(`{"type":"object","properties":{},"additionalProperties":false}`)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(t.parameters))
	if err != nil {
		return fmt.Errorf("parameters: %w", err)
	}
	object, _ := doc.(map[string]any)
	if object["type"] != "object" {
		return errors.New(`parameters must be a JSON Schema of "type": "object"`)
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(refuse{})
	c.AssertFormat()
	if err := c.AddResource("tool:/parameters", doc); err != nil {
		return fmt.Errorf("parameters: %w", err)
	}
	if t.schema, err = c.Compile("tool:/parameters"); err != nil {
		return fmt.Errorf("parameters: %w", err)
	}
	var outline struct {
		Properties map[string]struct {
			Type any `json:"type"`
		} `json:"properties"`
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(t.parameters, &outline); err != nil {
		return fmt.Errorf("parameters: %w", err)
	}
	t.kinds = make(map[string]string)
	for name, p := range outline.Properties {
		kind, _ := p.Type.(string)
		t.kinds[name] = kind
	}
	t.required = outline.Required
	return nil
}

// scalar says why an argument cannot be a piece of a URL or of a sentence.
func (t *Tool) scalar(name string) error {
	kind, known := t.kinds[name]
	switch {
	case !known:
		return fmt.Errorf("{%s} is none of the parameters %v", name, slices.Sorted(maps.Keys(t.kinds)))
	case kind != "string" && kind != "integer" && kind != "number" && kind != "boolean":
		return fmt.Errorf(`{%s} must have "type" string, integer, number or boolean there`, name)
	}
	return nil
}

func (d *definition) request(t *Tool, env func(string) (string, bool)) error {
	switch t.method {
	case "":
		t.method = http.MethodGet
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
	default:
		return fmt.Errorf("method %q: there are GET, POST, PUT, PATCH and DELETE", t.method)
	}
	if d.URL == "" {
		return errors.New("url is missing")
	}
	raw, err := t.expand(d.URL, env)
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	path, query, hasQuery := strings.Cut(raw, "?")
	if strings.Contains(raw, "#") {
		return errors.New("url: a fragment is not sent")
	}
	// Holes are made of characters that a URL may not have; where they are is
	// found in what the URL was before.
	plain, err := url.Parse(holeForm.ReplaceAllString(path, "0"))
	if err != nil {
		return errors.New("url: it cannot be parsed")
	}
	if plain.Scheme != "http" && plain.Scheme != "https" || plain.Host == "" {
		return errors.New("url: it must begin with http:// or https:// and a host")
	}
	if plain.User != nil {
		return errors.New("url: a user name or password belongs into headers")
	}
	rest := strings.TrimPrefix(path, plain.Scheme+"://")
	host, tail, _ := strings.Cut(rest, "/")
	if host != plain.Host {
		return errors.New("url: scheme and host have no placeholders")
	}
	t.scheme, t.host, t.path = plain.Scheme, host, "/"+tail
	for _, hole := range holes(t.path) {
		if err := t.scalar(hole); err != nil {
			return fmt.Errorf("url: %w", err)
		}
		if !slices.Contains(t.required, hole) {
			return fmt.Errorf("url: {%s} in the path must be required by parameters", hole)
		}
	}
	if hasQuery {
		return t.parseQuery(query)
	}
	return nil
}

func (t *Tool) parseQuery(query string) error {
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key == "" || strings.ContainsAny(key, "{}") {
			return fmt.Errorf("url: query %q must be name=value, with placeholders in the value only", pair)
		}
		for _, hole := range holes(value) {
			if err := t.scalar(hole); err != nil {
				return fmt.Errorf("url: %w", err)
			}
		}
		t.query = append(t.query, queryItem{key, value})
	}
	return nil
}

// holes are the names of the placeholders of a template.
func holes(template string) (names []string) {
	for _, m := range holeForm.FindAllStringSubmatch(template, -1) {
		names = append(names, m[1])
	}
	return names
}

// expand puts variables of the environment in, and keeps in mind which text
// must not be shown.
func (t *Tool) expand(text string, env func(string) (string, bool)) (string, error) {
	var missing []string
	text = variableForm.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-1]
		value, ok := env(name)
		if !ok || value == "" {
			missing = append(missing, name)
		}
		if len(value) >= 4 && !slices.Contains(t.secrets, value) {
			t.secrets = append(t.secrets, value)
		}
		return value
	})
	if missing != nil {
		return "", fmt.Errorf("the environment has no %s", strings.Join(missing, ", "))
	}
	return text, nil
}

func (d *definition) headers(t *Tool, env func(string) (string, bool)) error {
	t.headers = make(http.Header)
	for name, value := range d.Headers {
		value, err := t.expand(value, env)
		switch {
		case err != nil:
			return fmt.Errorf("header %s: %w", name, err)
		case !headerForm.MatchString(name) || strings.ContainsAny(value, "\r\n\x00"):
			return fmt.Errorf("header %q is none", name)
		case slices.Contains([]string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "Idempotency-Key", "X-Idempotency-Key"}, http.CanonicalHeaderKey(name)):
			return fmt.Errorf("header %s cannot be set", name)
		}
		t.headers.Set(name, value)
	}
	return nil
}

func (d *definition) body(t *Tool, _ func(string) (string, bool)) error {
	if len(d.Body) == 0 {
		return nil
	}
	if t.method == http.MethodGet {
		return errors.New("body: a GET has none")
	}
	decoder := json.NewDecoder(bytes.NewReader(d.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&t.body); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	text, form := t.body.(string)
	t.form = form
	if form {
		if kind := t.headers.Get("Content-Type"); kind != "" && kind != formType {
			return fmt.Errorf("body: a string is sent as %s; for JSON give an object", formType)
		}
	}
	return eachString(t.body, func(s string) error {
		for _, hole := range holes(s) {
			if _, known := t.kinds[hole]; !known {
				return fmt.Errorf("body: {%s} is none of the parameters", hole)
			}
			if text == s || s != "{"+hole+"}" {
				if err := t.scalar(hole); err != nil {
					return fmt.Errorf("body: %w", err)
				}
			}
		}
		return nil
	})
}

func eachString(v any, f func(string) error) error {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		for _, item := range v {
			if err := eachString(item, f); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range v {
			if err := eachString(item, f); err != nil {
				return err
			}
		}
	}
	return nil
}
