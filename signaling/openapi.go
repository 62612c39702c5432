package signaling

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo/relevo/signaling/wire"
)

type object = map[string]any

// openAPI writes the OpenAPI 3.1 document of the routes. Schemas come from the
// wire types, so that the document cannot say anything else than the code.
func openAPI(routes []route) ([]byte, error) {
	schemas := schemaSet{}
	schemas.ref(reflect.TypeFor[wire.Problem]())
	paths := object{}
	for _, r := range routes {
		op, err := operation(r, schemas)
		if err != nil {
			return nil, fmt.Errorf("signaling: %s %s: %w", r.method, r.path, err)
		}
		item, ok := paths[r.path].(object)
		if !ok {
			item = object{}
			paths[r.path] = item
		}
		item[strings.ToLower(r.method)] = op
	}
	return json.MarshalIndent(object{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
		"info": object{"title": "Relevo", "version": "1",
			"description": "Live calls that an AI answers and a human can take over. The WebSocket's protocol is in PROTOCOL.md.",
			"license":     object{"name": "MIT", "identifier": "MIT"}},
		"servers": []object{{"url": "/"}},
		"paths":   paths,
		"components": object{
			"schemas": schemas,
			"securitySchemes": object{
				"app":    object{"type": "http", "scheme": "basic", "description": "An app: its key and secret."},
				"desk":   object{"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A console's token, of POST /v1/desk/login."},
				"member": object{"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of that very call."},
			},
		},
	}, "", " ")
}

func operation(r route, schemas schemaSet) (object, error) {
	op := object{"summary": r.summary, "operationId": operationID(r), "security": security(r.who)}
	if params := parameters(r); len(params) > 0 {
		op["parameters"] = params
	}
	if r.body != nil {
		ex, err := example(r.bodyExample)
		if err != nil {
			return nil, err
		}
		op["requestBody"] = object{"content": object{"application/json": object{
			"schema": schemas.ref(reflect.TypeOf(r.body()).Elem()), "example": ex}}}
	}
	ok := object{"description": r.summary}
	switch {
	case r.media != "":
		media, _, _ := strings.Cut(r.media, ";")
		schema := object{"type": "string"}
		if media == "application/json" {
			schema = object{"type": "object"}
		}
		ok["content"] = object{media: object{"schema": schema}}
	case r.result != nil:
		ex, err := example(r.example)
		if err != nil {
			return nil, err
		}
		ok["content"] = object{"application/json": object{"schema": schemas.ref(reflect.TypeOf(r.result)), "example": ex}}
	}
	responses := object{strconv.Itoa(r.status): ok}
	for _, k := range routeErrors(r) {
		responses[strconv.Itoa(k.HTTPStatus())] = problemResponse(k)
	}
	op["responses"] = responses
	return op, nil
}

// routeErrors are the kinds a route can answer with, those of every route too.
func routeErrors(r route) []wire.ErrorKind {
	out := append([]wire.ErrorKind{wire.KindRateLimited, wire.KindTimeout, wire.KindInternal}, r.errors...)
	if r.who&byAnyone == 0 {
		out = append(out, wire.KindUnauthorized, wire.KindForbidden, wire.KindStorage)
	}
	if r.body != nil {
		out = append(out, wire.KindTooLarge)
	}
	if r.body != nil || len(r.query) > 0 || strings.Contains(r.path, "{id}") {
		out = append(out, wire.KindBadRequest)
	}
	if r.method == http.MethodPost && !r.once {
		out = append(out, wire.KindConflict)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func problemResponse(k wire.ErrorKind) object {
	return object{"description": "kind " + string(k), "content": object{"application/problem+json": object{
		"schema": object{"$ref": "#/components/schemas/Problem"}}}}
}

func operationID(r route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.method))
	for _, part := range strings.FieldsFunc(r.path, func(c rune) bool { return c == '/' || c == '.' || c == '{' || c == '}' }) {
		if part != "v1" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

func security(who access) []object {
	out := []object{}
	for _, a := range []struct {
		bit  access
		name string
	}{{byApp, "app"}, {byDesk, "desk"}, {byMember, "member"}} {
		if who&a.bit != 0 {
			out = append(out, object{a.name: []string{}})
		}
	}
	return out
}

func parameters(r route) []object {
	var out []object
	switch {
	case strings.HasPrefix(r.path, "/v1/calls/{id}"):
		out = append(out, object{"name": "id", "in": "path", "required": true, "description": "the call's id",
			"schema": object{"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}})
	case strings.Contains(r.path, "{"):
		_, name, _ := strings.Cut(r.path, "{")
		name, _, _ = strings.Cut(name, "}")
		out = append(out, object{"name": name, "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, q := range r.query {
		out = append(out, object{"name": q.name, "in": "query", "description": q.text, "schema": object{"type": q.kind}})
	}
	if r.method == http.MethodPost && !r.once {
		out = append(out, object{"name": "Idempotency-Key", "in": "header",
			"description": "a repetition with the same key gets the same status and body for 24 h",
			"schema":      object{"type": "string", "maxLength": 255}})
	}
	return out
}

func example(s string) (any, error) {
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, fmt.Errorf("example: %w", err)
	}
	return v, nil
}

// schemaSet is the document's components/schemas, by the wire type's name.
type schemaSet map[string]any

var rawMessage = reflect.TypeFor[json.RawMessage]()

// schemaEnums are the values of the types that have few.
func schemaEnums(t reflect.Type) []any {
	switch t {
	case reflect.TypeFor[wire.Role]():
		return []any{wire.RoleCaller, wire.RoleAgent, wire.RoleHuman, wire.RoleObserver}
	case reflect.TypeFor[wire.TakeoverMode]():
		return []any{wire.ModeAgentVoice, wire.ModeOwnVoice}
	case reflect.TypeFor[wire.ErrorKind]():
		var out []any
		for _, k := range wire.Kinds() {
			out = append(out, k)
		}
		return out
	}
	return nil
}

// ref is the schema of a type: a reference for a struct, which is added.
func (s schemaSet) ref(t reflect.Type) object {
	if t == rawMessage {
		return object{} // any JSON
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.ref(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": s.ref(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.ref(t.Elem())}
	case reflect.Struct:
		if _, done := s[t.Name()]; !done {
			s[t.Name()] = nil // a type may hold itself
			s[t.Name()] = s.structure(t)
		}
		return object{"$ref": "#/components/schemas/" + t.Name()}
	}
	out := object{"type": map[bool]string{true: "string", false: "integer"}[t.Kind() == reflect.String]}
	if t.Kind() == reflect.Bool {
		out["type"] = "boolean"
	}
	if enum := schemaEnums(t); enum != nil {
		out["enum"] = enum
	}
	return out
}

func (s schemaSet) structure(t reflect.Type) object {
	props, required := object{}, []string{}
	for i := range t.NumField() {
		name, rest, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		props[name] = s.ref(t.Field(i).Type)
		if !strings.Contains(rest, "omitempty") {
			required = append(required, name)
		}
	}
	out := object{"type": "object", "properties": props, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}
