package wire

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeFrame(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tt := range []struct {
		name, in string
		code     int // 0: fine
		id       ID
	}{
		{"request", `{"jsonrpc":"2.0","id":1,"method":"join","params":{}}`, 0, "1"},
		{"string id", `{"jsonrpc":"2.0","id":"a","method":"join"}`, 0, `"a"`},
		{"negative id", ` {"jsonrpc":"2.0" , "id" : -7 ,"method":"join"} `, 0, "-7"},
		{"notification", `{"jsonrpc":"2.0","method":"candidate","params":{}}`, 0, ""},
		{"response", `{"jsonrpc":"2.0","id":1,"result":{}}`, 0, "1"},
		{"error response", `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}`, 0, ""},
		{"braces in a string", `{"jsonrpc":"2.0","method":"a","params":{"t":"` + strings.Repeat("{[", 40) + `\""}}`, 0, ""},
		{"depth allowed", `{"jsonrpc":"2.0","method":"a","params":{"a":` + deep(MaxDepth-2) + `}}`, 0, ""},

		{"empty", ``, CodeParseError, ""},
		{"no JSON", `join`, CodeParseError, ""},
		{"cut", `{"jsonrpc":"2.0","id":1`, CodeParseError, ""},
		{"something behind", `{"jsonrpc":"2.0","id":1,"method":"a"}x`, CodeParseError, ""},
		{"two objects", `{"jsonrpc":"2.0","id":1,"method":"a"}{}`, CodeParseError, ""},
		{"no UTF-8", "{\"jsonrpc\":\"2.0\",\"method\":\"\xff\"}", CodeParseError, ""},
		{"batch", `[{"jsonrpc":"2.0","id":1,"method":"a"}]`, CodeInvalidRequest, ""},
		{"number", `7`, CodeInvalidRequest, ""},
		{"null", `null`, CodeInvalidRequest, ""},
		{"no version", `{"id":1,"method":"a"}`, CodeInvalidRequest, "1"},
		{"wrong version", `{"jsonrpc":"1.0","id":1,"method":"a"}`, CodeInvalidRequest, "1"},
		{"version is a number", `{"jsonrpc":2.0,"id":1,"method":"a"}`, CodeInvalidRequest, "1"},
		{"name in capitals", `{"jsonrpc":"2.0","id":1,"Method":"a"}`, CodeInvalidRequest, "1"},
		{"unknown member", `{"jsonrpc":"2.0","id":1,"method":"a","meta":1}`, CodeInvalidRequest, "1"},
		{"member twice", `{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}`, CodeInvalidRequest, ""},
		{"no method", `{"jsonrpc":"2.0","id":1}`, CodeInvalidRequest, "1"},
		{"empty method", `{"jsonrpc":"2.0","id":1,"method":""}`, CodeInvalidRequest, "1"},
		{"method is null", `{"jsonrpc":"2.0","id":1,"method":null}`, CodeInvalidRequest, "1"},
		{"params are a list", `{"jsonrpc":"2.0","id":1,"method":"a","params":[]}`, CodeInvalidRequest, "1"},
		{"id is an object", `{"jsonrpc":"2.0","id":{},"method":"a"}`, CodeInvalidRequest, ""},
		{"id is a fraction", `{"jsonrpc":"2.0","id":1.5,"method":"a"}`, CodeInvalidRequest, ""},
		{"id is too long", `{"jsonrpc":"2.0","id":"` + strings.Repeat("x", MaxID) + `","method":"a"}`, CodeInvalidRequest, ""},
		{"request and response", `{"jsonrpc":"2.0","id":1,"method":"a","result":1}`, CodeInvalidRequest, "1"},
		{"result and error", `{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}`, CodeInvalidRequest, "1"},
		{"too deep", `{"jsonrpc":"2.0","method":"a","params":{"a":` + deep(MaxDepth-1) + `}}`, CodeInvalidRequest, ""},
		{"far too deep", strings.Repeat("[", 100_000), CodeInvalidRequest, ""},
		{"too large", `{"a":"` + strings.Repeat("x", MaxMessage) + `"}`, -32013, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := DecodeFrame([]byte(tt.in))
			code := 0
			if err != nil {
				code = NewRPCError(err).Code
			}
			if code != tt.code || f.ID != tt.id {
				t.Errorf("code %d (%v) and id %q, want %d and %q", code, err, f.ID, tt.code, tt.id)
			}
		})
	}
}

// Whatever an error is, its kind and data survive the wire, and its cause does
// not get there.
func TestErrorsOverTheWire(t *testing.T) {
	for _, k := range Kinds() {
		in := &Error{Kind: k, Message: "why", Data: map[string]string{"name": "Ann"}, Cause: errors.New("secret cause")}
		b, err := EncodeError("1", in)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "secret") {
			t.Errorf("%s tells the cause: %s", k, b)
		}
		f, err := DecodeFrame(b)
		if err != nil || f.Error == nil {
			t.Fatalf("%s: %v", b, err)
		}
		out := f.Error.Err()
		var d ErrorData
		if err := json.Unmarshal(out.Data.(json.RawMessage), &d); err != nil || out.Kind != k || out.Message != "why" || d.Name != "Ann" || d.Kind != k {
			t.Errorf("%s became %+v (%+v)", k, out, d)
		}
	}
	if e := NewRPCError(errors.New("secret")); e.Code != -32603 || strings.Contains(e.Message+string(e.Data), "secret") {
		t.Errorf("a foreign error became %+v", e)
	}
	for _, data := range []any{7, "x", nil, make(chan int), []int{1}} {
		if e := NewRPCError(&Error{Kind: KindConflict, Data: data}); string(e.Data) != `{"kind":"conflict"}` {
			t.Errorf("data %v became %s", data, e.Data)
		}
	}
}

func TestEncodersDecode(t *testing.T) {
	req, _ := EncodeRequest(`"x"`, MethodMute, Mute{Source: SourceCamera, Muted: true})
	f, err := DecodeFrame(req)
	if err != nil || f.ID != `"x"` || f.Method != MethodMute {
		t.Fatalf("%s: %+v %v", req, f, err)
	}
	p, err := DecodeParams(f.Method, f.Params)
	if err != nil || !reflect.DeepEqual(p, &Mute{Source: SourceCamera, Muted: true}) {
		t.Errorf("%+v %v", p, err)
	}
	res, _ := EncodeResult("3", nil)
	if string(res) != `{"jsonrpc":"2.0","id":3,"result":{}}` {
		t.Errorf("%s", res)
	}
	unread, _ := EncodeError("", Errorf(KindBadRequest, "no"))
	if !strings.Contains(string(unread), `"id":null`) {
		t.Errorf("%s", unread)
	}
}

func TestDecodeParams(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) }
	many := func(n int, one string) string { return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]" }
	for _, tt := range []struct {
		method, params string
		kind           ErrorKind // "": fine
	}{
		{MethodJoin, `{"token":"a.b.c","later":"x"}`, ""},
		{MethodJoin, `{"resume":"c1.x","call":"c1","cursor":4}`, ""},
		{MethodJoin, ``, KindBadRequest},
		{MethodJoin, `{"token":"` + strings.Repeat("a", MaxToken+1) + `"}`, KindBadRequest},
		{MethodJoin, `{"token":"a b"}`, KindBadRequest},
		{MethodJoin, `{"token":"a","call":"../etc"}`, KindBadRequest},
		{MethodJoin, `{"token":"a","role":"caller"}`, KindBadRequest},
		{MethodJoin, `{"token":"a","cursor":-1}`, KindBadRequest},
		{MethodJoin, `{"token":"a","cursor":1.5}`, KindBadRequest},
		{MethodJoin, `{"token":"a","subscribe":{"mode":"every"}}`, KindBadRequest},
		{MethodNegotiate, `{"offer":{"type":"offer","sdp":"v=0"}}`, ""},
		{MethodNegotiate, `{"offer":{"type":"answer","sdp":"v=0"}}`, KindBadRequest},
		{MethodNegotiate, `{"offer":{"type":"offer","sdp":""}}`, KindBadRequest},
		{MethodNegotiate, `{"offer":{"type":"offer","sdp":"` + strings.Repeat("a", MaxSDP+1) + `"}}`, KindBadRequest},
		{MethodNegotiate, `{"offer":{"type":"offer","sdp":"v"},"publish":[{"mid":"0","source":"kitchen"}]}`, KindBadRequest},
		{MethodNegotiate, `{"offer":{"type":"offer","sdp":"v"},"publish":[{"mid":"0","source":"camera"},{"mid":"0","source":"screen"}]}`, KindBadRequest},
		{MethodNegotiate, `{"offer":{"type":"offer","sdp":"v"},"publish":` + many(17, `{"mid":"0","source":"camera"}`) + `}`, KindBadRequest},
		{NotifyCandidate, `{"candidate":"","sdpMid":null}`, ""},
		{NotifyCandidate, `{"candidate":"` + strings.Repeat("a", MaxCandidate+1) + `"}`, KindBadRequest},
		{NotifyCandidate, `{"candidate":"a","sdpMLineIndex":70000}`, KindBadRequest},
		{MethodSubscribe, `{"mode":"some","participants":[{"id":"p","audio":true}]}`, ""},
		{MethodSubscribe, `{"mode":"some"}`, ""},
		{MethodSubscribe, `{"mode":"none","participants":[{"id":"p"}]}`, KindBadRequest},
		{MethodSubscribe, `{"mode":"some","participants":[{"id":""}]}`, KindBadRequest},
		{MethodSubscribe, `{"mode":"some","participants":[{"id":"p"},{"id":"p"}]}`, KindBadRequest},
		{MethodSubscribe, `{"mode":"some","participants":` + many(65, `{"id":"p"}`) + `}`, KindBadRequest},
		{MethodMessage, `{"text":"` + long(MaxText) + `"}`, ""},
		{MethodMessage, `{"text":"` + long(MaxText+1) + `"}`, KindBadRequest},
		{MethodMessage, `{"text":"line\nline\ttab"}`, ""},
		{MethodMessage, `{"text":"\u0000"}`, KindBadRequest},
		{MethodMessage, `{"text":"\u001b[2J"}`, KindBadRequest},
		{MethodMessage, `{"text":" \n "}`, KindBadRequest},
		{MethodMessage, `{}`, KindBadRequest},
		{MethodMessage, `{"text":7}`, KindBadRequest},
		{MethodRequestHuman, `{}`, ""},
		{MethodRequestHuman, `{"priority":5}`, KindBadRequest},
		{MethodRequestHuman, `{"email":"a\nb"}`, KindBadRequest},
		{MethodRequestHuman, `{"reason":"` + long(MaxReason+1) + `"}`, KindBadRequest},
		{MethodTakeover, `{"takeoverMode":0}`, ""},
		{MethodTakeover, `{"takeoverMode":2}`, KindBadRequest},
		{MethodTakeover, `{"takeoverMode":"1"}`, KindBadRequest},
		{MethodWatchCalls, `{"token":""}`, KindBadRequest},
		{MethodInterrupt, `{"x":1}`, ""},
		{"toString", `{}`, KindNotFound},
		{"", `{}`, KindNotFound},
	} {
		_, err := DecodeParams(tt.method, json.RawMessage(tt.params))
		var kind ErrorKind
		if err != nil {
			kind = AsError(err).Kind
			if m := AsError(err).Message; m == "" || len(m) > 200 || strings.Contains(m, "wire.") {
				t.Errorf("%s: message %q is not for people", tt.method, m)
			}
		}
		if kind != tt.kind {
			t.Errorf("%s %.80s: %v, want kind %q", tt.method, tt.params, err, tt.kind)
		}
	}
}

func FuzzDecodeFrame(f *testing.F) {
	for _, s := range []string{`{"jsonrpc":"2.0","id":1,"method":"join","params":{"token":"a"}}`, `{"jsonrpc":"2.0","id":"x","result":{}}`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m","data":{"kind":"gone"}}}`, `[]`, `{"jsonrpc": "2.0", "method" : "a" }`, `{"a":"\"{"}`, "{\"\\u006aoin\":1}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := DecodeFrame(b)
		if err != nil {
			out, encErr := EncodeError(m.ID, err)
			if encErr != nil {
				t.Fatalf("the error cannot be told: %v", encErr)
			}
			if _, err := DecodeFrame(out); err != nil {
				t.Fatalf("the error %s cannot be read: %v", out, err)
			}
			return
		}
		if !json.Valid(b) || !utf8.Valid(b) {
			t.Fatalf("accepted %q, which is no JSON", b)
		}
		if m.Method == "" {
			return
		}
		again, err := EncodeRequest(m.ID, m.Method, m.Params)
		if m.Params == nil {
			again, err = EncodeRequest(m.ID, m.Method, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := DecodeFrame(again)
		if err != nil || n.ID != m.ID && m.ID[0] != '"' || n.Method != m.Method {
			t.Fatalf("%q became %+v (%v), was %+v", again, n, err, m)
		}
	})
}

func FuzzDecodeParams(f *testing.F) {
	for _, s := range [][2]string{{MethodJoin, `{"token":"a","subscribe":{"mode":"some","participants":[{"id":"p"}]}}`}, {MethodNegotiate, `{"offer":{"type":"offer","sdp":"v"},"publish":[{"mid":"0","source":"camera"}]}`},
		{NotifyCandidate, `{"candidate":"x","sdpMid":"0","sdpMLineIndex":1}`}, {MethodMessage, `{"text":"é"}`}, {MethodTakeover, `{"takeoverMode":1}`}, {MethodRequestHuman, `{"priority":4}`}} {
		f.Add(s[0], []byte(s[1]))
	}
	f.Fuzz(func(t *testing.T, method string, raw []byte) {
		p, err := DecodeParams(method, raw)
		if err != nil {
			if AsError(err).Kind == KindInternal {
				t.Fatalf("%v is our fault", err)
			}
			return
		}
		// What is accepted stays acceptable.
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		q, err := DecodeParams(method, b)
		if err != nil {
			t.Fatalf("%s is refused: %v", b, err)
		}
		c, _ := json.Marshal(q)
		if string(b) != string(c) {
			t.Fatalf("%s became %s", b, c)
		}
	})
}
