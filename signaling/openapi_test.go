package signaling

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// document is /openapi.json as a client gets it.
func document(t *testing.T, dev bool) []byte {
	t.Helper()
	var doc []byte
	bubble(t, func(c *Config) { c.Dev = dev }, func(t *testing.T, r *rig) {
		resp, b := r.ask("GET", "/openapi.json", "", "")
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json" {
			t.Fatalf("openapi.json: %s", resp.Status)
		}
		doc = []byte(b)
	})
	return doc
}

func TestOpenAPIIsValid(t *testing.T) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(document(t, true))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s %s: operationId %q is empty or not unique", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
}

// The document lists exactly what is served.
func TestOpenAPIMatchesRoutes(t *testing.T) {
	for _, dev := range []bool{false, true} {
		var doc struct {
			Paths map[string]map[string]json.RawMessage
		}
		if err := json.Unmarshal(document(t, dev), &doc); err != nil {
			t.Fatal(err)
		}
		s := &Server{cfg: Config{Dev: dev}}
		listed := 0
		for _, item := range doc.Paths {
			listed += len(item)
		}
		routes := s.routes()
		if listed != len(routes) {
			t.Errorf("dev %v: %d operations listed, %d routes", dev, listed, len(routes))
		}
		for _, r := range routes {
			if doc.Paths[r.path][strings.ToLower(r.method)] == nil {
				t.Errorf("dev %v: %s %s is not listed", dev, r.method, r.path)
			}
		}
	}
	// And what DESIGN.md names is there.
	s := &Server{cfg: Config{Dev: true}}
	have := map[string]bool{}
	for _, r := range s.routes() {
		have[r.method+" "+r.path] = true
	}
	for _, want := range []string{"POST /v1/calls", "GET /v1/calls", "GET /v1/calls/{id}", "POST /v1/calls/{id}/tokens", "DELETE /v1/calls/{id}",
		"GET /v1/calls/{id}/entries", "GET /v1/calls/{id}/transcript.txt", "GET /v1/calls/{id}/transcript.json", "GET /v1/calls/{id}/transcript.vtt",
		"GET /v1/calls/{id}/transcript.srt", "POST /v1/calls/{id}/takeover", "POST /v1/calls/{id}/return", "POST /v1/calls/{id}/messages",
		"POST /v1/calls/{id}/handoff", "POST /v1/desk/login", "GET /v1/desk/calls", "POST /v1/demo/calls", "GET /healthz", "GET /readyz"} {
		if !have[want] {
			t.Errorf("%s is not served", want)
		}
	}
}

// schemaOf compiles one of the document's schemas with JSON Schema 2020-12.
func schemaOf(t *testing.T, doc []byte, name string) *jsonschema.Schema {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("openapi.json", v); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("openapi.json#/components/schemas/" + name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

func conforms(t *testing.T, doc []byte, typ reflect.Type, body string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if err := schemaOf(t, doc, typ.Name()).Validate(v); err != nil {
		t.Errorf("%s does not conform: %v", body, err)
	}
}

// Each example conforms to its schema, and becomes the same JSON again by way of
// the wire type.
func TestOpenAPIExamplesRoundTrip(t *testing.T) {
	doc := document(t, true)
	check := func(r route, typ reflect.Type, body string) {
		t.Helper()
		conforms(t, doc, typ, body)
		into := reflect.New(typ).Interface()
		if err := decodeStrict([]byte(body), into); err != nil {
			t.Errorf("%s %s: %v", r.method, r.path, err)
			return
		}
		if v, ok := into.(wire.Validator); ok {
			if err := v.Validate(); err != nil {
				t.Errorf("%s %s: %v", r.method, r.path, err)
			}
		}
		b, err := json.Marshal(into)
		if err != nil {
			t.Fatal(err)
		}
		var was, is any
		if json.Unmarshal([]byte(body), &was) != nil || json.Unmarshal(b, &is) != nil || !reflect.DeepEqual(was, is) {
			t.Errorf("%s %s: %s became %s", r.method, r.path, body, b)
		}
	}
	s := &Server{cfg: Config{Dev: true}}
	for _, r := range s.routes() {
		if r.body != nil {
			check(r, reflect.TypeOf(r.body()).Elem(), r.bodyExample)
		}
		if r.result != nil {
			check(r, reflect.TypeOf(r.result), r.example)
		}
		if r.status == 0 || r.summary == "" || (r.result == nil && r.media == "" && r.status != http.StatusNoContent) {
			t.Errorf("%s %s says too little of itself", r.method, r.path)
		}
	}
	conforms(t, doc, reflect.TypeFor[wire.Problem](), exProblem)
}

// What the edge really answers conforms to the document, errors too.
func TestAnswersConform(t *testing.T) {
	doc := document(t, true)
	bubble(t, nil, func(t *testing.T, r *rig) {
		r.hub.list = []wire.CallSummary{{ID: "c1", State: "ai", LastLine: &wire.LastLine{Role: wire.RoleCaller, Text: "hi"}}}
		if err := r.s.cfg.Records.Write(t.Context(), store.Changes{Handoffs: []queue.Handoff{{ID: "c1", Call: "c1", State: queue.StateEnded, Outcome: queue.Resolved,
			Priority: queue.P3, Rank: queue.P3, EnteredAt: time.Now(), EndedAt: time.Now()}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.s.cfg.Records.Put(t.Context(), account.Actor{}, store.Document{Kind: store.CallBack, ID: "c1", Of: "c1", Body: []byte(`{"phone":"12345","state":"open"}`)}); err != nil {
			t.Fatal(err)
		}
		r.want(200, nil, "POST", "/v1/desk/settings/public", asApp, `{"value":{"enabled":true,"link":"try-our-agent"},"version":0}`)
		for _, rt := range r.s.routes() {
			if rt.result == nil {
				continue
			}
			path := strings.NewReplacer("{id}", "c1", "{key}", "hours").Replace(rt.path)
			body := rt.bodyExample
			switch rt.path {
			case "/v1/desk/login":
				body = `{"identity":"ann","password":"right"}`
			case "/v1/public/{link}/calls":
				path = "/v1/public/try-our-agent/calls"
			case "/v1/desk/me":
				body = `{"name":"Ann","version":1}`
			case "/v1/desk/me/avatar":
				body = `{"image":"R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"}` // one pixel
			case "/v1/desk/accounts":
				body = strings.Replace(body, "ann", "new", 1)
			case "/v1/desk/accounts/{id}":
				path, body = "/v1/desk/accounts/new", strings.Replace(body, `"version":3`, `"version":1`, 1)
			}
			who := asApp
			if rt.who&(byApp|byAnyone) == 0 {
				who = r.deskToken()
			}
			if rt.method == "GET" {
				body = ""
			}
			resp, b := r.ask(rt.method, path, who, body)
			if resp.StatusCode != rt.status {
				t.Errorf("%s %s: %s %s", rt.method, path, resp.Status, b)
				continue
			}
			conforms(t, doc, reflect.TypeOf(rt.result), b)
			if rt.who&byAnyone == 0 {
				_, b = r.ask(rt.method, path, "", "")
				conforms(t, doc, reflect.TypeFor[wire.Problem](), b)
			}
		}
	})
}

// Every kind of error that a handler can answer with is a problem document.
func TestProblems(t *testing.T) {
	doc := document(t, false)
	for _, k := range wire.Kinds() {
		e := wire.Errorf(k, "why")
		e.Data = map[string]any{"name": "Ann", "state": "human", "retryAfter": 3}
		p := problemReply(e)
		if p.status != k.HTTPStatus() || p.media != "application/problem+json" {
			t.Errorf("%s: %+v", k, p)
		}
		conforms(t, doc, reflect.TypeFor[wire.Problem](), string(p.body))
		if strings.Contains(string(p.body), "null") {
			t.Errorf("%s: %s", k, p.body)
		}
	}
	p := problemReply(io.ErrUnexpectedEOF)
	if p.status != 500 || strings.Contains(string(p.body), "EOF") {
		t.Errorf("a foreign error became %s", p.body)
	}
}
