package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Limits of one message.
const (
	MaxMessage = 256 << 10 // bytes of a frame, after decompression
	MaxDepth   = 16        // objects and arrays within each other
	MaxID      = 64        // bytes of a request's id
)

// Codes of JSON-RPC 2.0 that no ErrorKind stands for.
const (
	CodeParseError     = -32700
	CodeInvalidRequest = -32600
	CodeMethodNotFound = -32601
)

// ID is the id of a request as it came: a JSON string or integer. The zero ID
// is that of a notification.
type ID string

// Frame is one JSON-RPC 2.0 message of either direction. A request has ID
// and Method, a notification Method, a response ID and Result or Error.
type Frame struct {
	ID     ID
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *RPCError
}

// RPCError is the error member of a response. Data is an ErrorData.
type RPCError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// ErrorData is the data of an error: its kind, and what else there is to know
// of it.
type ErrorData struct {
	Kind  ErrorKind `json:"kind"`
	Name  string    `json:"name,omitempty"`  // conflict at takeover: the human who has the call
	State string    `json:"state,omitempty"` // conflict: the state the call is in
	Field string    `json:"field,omitempty"` // of the form that is wrong

	Problems   []FieldProblem `json:"problems,omitempty"`   // all that is wrong with the form
	RetryAfter int            `json:"retryAfter,omitempty"` // rateLimited: seconds to wait
}

// Err is the error as the peer meant it.
func (e *RPCError) Err() *Error {
	out := &Error{Kind: kindOfCode(e.Code), Message: e.Message}
	if len(e.Data) > 0 {
		out.Data = e.Data
		var d ErrorData
		if json.Unmarshal(e.Data, &d) == nil && d.Kind != "" {
			out.Kind = d.Kind
		}
	}
	return out
}

func kindOfCode(code int) ErrorKind {
	switch code {
	case CodeParseError, CodeInvalidRequest:
		return KindBadRequest
	case CodeMethodNotFound:
		return KindNotFound
	}
	for k, c := range errorTable {
		if c.rpc == code {
			return k
		}
	}
	return KindInternal
}

// Kinds are all kinds of error.
func Kinds() []ErrorKind {
	return []ErrorKind{KindBadRequest, KindUnauthorized, KindForbidden, KindNotFound, KindConflict, KindGone, KindTooLarge,
		KindRateLimited, KindTimeout, KindUnavailable, KindStorage, KindInternal}
}

// codedError is an error whose JSON-RPC code is not the one of its kind.
type codedError struct{ code int }

func (c codedError) Error() string { return fmt.Sprintf("JSON-RPC code %d", c.code) }

func coded(code int, kind ErrorKind, message string) *Error {
	return Wrap(kind, codedError{code}, message)
}

// NewRPCError is err as a response carries it.
func NewRPCError(err error) *RPCError {
	e := AsError(err)
	out := &RPCError{Code: e.Kind.RPCCode(), Message: e.Message, Data: e.DataJSON()}
	var c codedError
	if errors.As(e.Cause, &c) {
		out.Code = c.code
	}
	return out
}

// DataJSON is the error's Data with its kind, as an ErrorData: members of an
// object stand beside kind; what is no object is left out.
func (e *Error) DataJSON() json.RawMessage {
	members := make(map[string]json.RawMessage)
	if e.Data != nil {
		if b, err := json.Marshal(e.Data); err != nil || json.Unmarshal(b, &members) != nil || members == nil {
			members = make(map[string]json.RawMessage)
		}
	}
	members["kind"], _ = json.Marshal(e.Kind)
	b, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return b
}

// DecodeFrame reads one frame. When it fails the Frame still has the ID
// where that could be read, so that the error can answer it.
func DecodeFrame(b []byte) (Frame, error) {
	var m Frame
	if len(b) > MaxMessage {
		return m, Errorf(KindTooLarge, "a message may have at most %d bytes", MaxMessage)
	}
	if !utf8.Valid(b) {
		return m, coded(CodeParseError, KindBadRequest, "the message is not valid UTF-8")
	}
	if err := checkDepth(b); err != nil {
		return m, err
	}
	fields, err := topLevel(b)
	if err != nil {
		return m, err
	}
	if raw, ok := fields["id"]; ok {
		if m.ID, err = parseID(raw); err != nil {
			return m, err
		}
	}
	return m, m.fill(fields)
}

func (m *Frame) fill(fields map[string]json.RawMessage) error {
	var version string
	if json.Unmarshal(fields["jsonrpc"], &version) != nil || version != "2.0" {
		return coded(CodeInvalidRequest, KindBadRequest, `the message has no "jsonrpc":"2.0"`)
	}
	for name, raw := range fields {
		switch name {
		case "jsonrpc", "id":
		case "method":
			if raw[0] != '"' || json.Unmarshal(raw, &m.Method) != nil || m.Method == "" {
				return coded(CodeInvalidRequest, KindBadRequest, "method must be a string that is not empty")
			}
		case "params":
			if raw[0] != '{' {
				return coded(CodeInvalidRequest, KindBadRequest, "params must be an object")
			}
			m.Params = raw
		case "result":
			m.Result = raw
		case "error":
			m.Error = new(RPCError)
			if json.Unmarshal(raw, m.Error) != nil {
				return coded(CodeInvalidRequest, KindBadRequest, "error must be an object with code and message")
			}
		default:
			return coded(CodeInvalidRequest, KindBadRequest, "a JSON-RPC message has only jsonrpc, id, method, params, result and error")
		}
	}
	response := m.Result != nil || m.Error != nil
	switch {
	case m.Method == "" && !response:
		return coded(CodeInvalidRequest, KindBadRequest, "the message has no method")
	case m.Method != "" && response, m.Result != nil && m.Error != nil:
		return coded(CodeInvalidRequest, KindBadRequest, "the message is a request and a response at once")
	case response && m.ID == "" && m.Error == nil, response && m.Params != nil:
		return coded(CodeInvalidRequest, KindBadRequest, "the response has no id")
	}
	return nil
}

// topLevel reads the members of the object b by their exact names.
func topLevel(b []byte) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	parse := func() error { return coded(CodeParseError, KindBadRequest, "the message is not valid JSON") }
	t, err := dec.Token()
	switch {
	case err != nil:
		return nil, parse()
	case t == json.Delim('['):
		return nil, coded(CodeInvalidRequest, KindBadRequest, "batches are not supported: one message a frame")
	case t != json.Delim('{'):
		return nil, coded(CodeInvalidRequest, KindBadRequest, "the message is not a JSON object")
	}
	fields := make(map[string]json.RawMessage, 4)
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		var raw json.RawMessage
		if err != nil || !ok || dec.Decode(&raw) != nil {
			return nil, parse()
		}
		if _, dup := fields[name]; dup || len(fields) > 8 {
			return nil, coded(CodeInvalidRequest, KindBadRequest, "the message has a member twice, or too many of them")
		}
		fields[name] = raw
	}
	if _, err := dec.Token(); err != nil {
		return nil, parse()
	}
	if dec.More() || len(bytes.TrimSpace(b[dec.InputOffset():])) > 0 {
		return nil, parse()
	}
	return fields, nil
}

func parseID(raw json.RawMessage) (ID, error) {
	bad := coded(CodeInvalidRequest, KindBadRequest, "id must be a string or an integer, at most 64 bytes long")
	if len(raw) > MaxID {
		return "", bad
	}
	switch {
	case string(raw) == "null": // a response to what could not be read
		return "", nil
	case raw[0] == '"':
		return ID(raw), nil
	}
	for i, c := range raw {
		if (c < '0' || c > '9') && !(i == 0 && c == '-') {
			return "", bad
		}
	}
	return ID(raw), nil
}

// checkDepth bounds the work that decoding b can cause.
func checkDepth(b []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return coded(CodeInvalidRequest, KindBadRequest, fmt.Sprintf("the message is nested more than %d deep", MaxDepth))
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

type rpcOut struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  any             `json:"result,omitempty"`
	Error   *RPCError       `json:"error,omitempty"`
}

// EncodeRequest is a request as a frame.
func EncodeRequest(id ID, method string, params any) ([]byte, error) {
	return json.Marshal(rpcOut{Version: "2.0", ID: json.RawMessage(id), Method: method, Params: params})
}

// EncodeNotification is a notification as a frame.
func EncodeNotification(method string, params any) ([]byte, error) {
	return json.Marshal(rpcOut{Version: "2.0", Method: method, Params: params})
}

// EncodeResult answers the request id. A nil result becomes {}.
func EncodeResult(id ID, result any) ([]byte, error) {
	if result == nil {
		result = Empty{}
	}
	return json.Marshal(rpcOut{Version: "2.0", ID: json.RawMessage(id), Result: result})
}

// EncodeError answers the request id, or with a zero id what could not be read.
func EncodeError(id ID, err error) ([]byte, error) {
	raw := json.RawMessage(id)
	if id == "" {
		raw = json.RawMessage("null")
	}
	return json.Marshal(rpcOut{Version: "2.0", ID: raw, Error: NewRPCError(err)})
}
