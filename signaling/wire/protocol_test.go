package wire

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// example is one fenced block of PROTOCOL.md: its kind and what it is of.
type example struct {
	line       int
	kind, what string
	text       string
}

func protocolExamples(t *testing.T) []example {
	t.Helper()
	b, err := os.ReadFile("../../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	var out []example
	var now *example
	for i, line := range strings.Split(string(b), "\n") {
		switch {
		case now == nil && strings.HasPrefix(line, "```"):
			words := strings.Fields(strings.TrimPrefix(line, "```"))
			if len(words) < 2 || words[0] != "json" {
				t.Fatalf("PROTOCOL.md:%d: a fence must say json and what it is", i+1)
			}
			now = &example{line: i + 1, kind: words[1]}
			if len(words) > 2 {
				now.what = words[2]
			}
		case now != nil && line == "```":
			out = append(out, *now)
			now = nil
		case now != nil:
			now.text += line + "\n"
		}
	}
	return out
}

// same decodes strictly and checks that encoding gives the same JSON again: an
// example shows no member that the types do not have, and none that they leave
// out.
func same(t *testing.T, line int, raw []byte, into any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		t.Errorf("PROTOCOL.md:%d: %T: %v", line, into, err)
		return
	}
	b, err := json.Marshal(into)
	if err != nil {
		t.Errorf("PROTOCOL.md:%d: %v", line, err)
		return
	}
	var was, is any
	if json.Unmarshal(raw, &was) != nil || json.Unmarshal(b, &is) != nil || !reflect.DeepEqual(was, is) {
		t.Errorf("PROTOCOL.md:%d: %s\nbecomes %s", line, raw, b)
	}
}

var bodies = map[string]any{
	"Problem": Problem{}, "CreateCall": CreateCall{}, "CreateCallResult": CreateCallResult{}, "CallList": CallList{}, "CallRecord": CallRecord{},
	"CreateToken": CreateToken{}, "CreateTokenResult": CreateTokenResult{}, "EntryList": EntryList{}, "TakeoverCall": TakeoverCall{},
	"TakeoverCallResult": TakeoverCallResult{}, "Empty": Empty{}, "PostMessage": PostMessage{}, "MessageResult": MessageResult{},
	"RequestHuman": RequestHuman{}, "Login": Login{}, "LoginResult": LoginResult{}, "SummaryList": SummaryList{}, "Health": Health{}, "SearchResult": SearchResult{}, "DeskStatus": DeskStatus{}, "DeskReport": DeskReport{}, "HandoffList": HandoffList{},
	"PutSetting": PutSetting{}, "DeskSetting": DeskSetting{}, "CheckResult": CheckResult{}, "AddNote": AddNote{}, "Note": Note{}, "NoteList": NoteList{}, "WrapUpForm": WrapUpForm{},
	"LeaveCallBack": LeaveCallBack{}, "PublicCall": PublicCall{}, "CallBack": CallBack{}, "CallBackList": CallBackList{}, "UpdateCallBack": UpdateCallBack{}, "CannedReply": CannedReply{}, "CannedList": CannedList{},
	"Me": Me{}, "Account": Account{}, "UpdateProfile": UpdateProfile{}, "SetPassword": SetPassword{}, "UploadAvatar": UploadAvatar{}, "UploadAvatarResult": UploadAvatarResult{},
	"SessionList": SessionList{}, "AccountList": AccountList{}, "CreateAccount": CreateAccount{}, "UpdateAccount": UpdateAccount{}, "ChangeList": ChangeList{},
}

func TestProtocolExamples(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range protocolExamples(t) {
		text := []byte(e.text)
		switch e.kind {
		case "request":
			f, err := DecodeFrame(text)
			if err != nil {
				t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				continue
			}
			if _, err := DecodeParams(f.Method, f.Params); err != nil {
				t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				continue
			}
			if len(f.Params) > 0 {
				same(t, e.line, f.Params, NewParams(f.Method))
			}
			seen["method "+f.Method] = true
		case "result":
			f, err := DecodeFrame(text)
			into := NewResult(e.what)
			if err != nil || into == nil || f.Result == nil {
				t.Errorf("PROTOCOL.md:%d: result of %q: %v", e.line, e.what, err)
				continue
			}
			same(t, e.line, f.Result, into)
			seen["result "+reflect.TypeOf(into).Elem().Name()] = true
		case "error":
			f, err := DecodeFrame(text)
			if err != nil || f.Error == nil {
				t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				continue
			}
			same(t, e.line, f.Error.Data, new(ErrorData))
		case "notification":
			f, err := DecodeFrame(text)
			into := NewNotification(f.Method)
			if err != nil || into == nil || f.Method != e.what {
				t.Errorf("PROTOCOL.md:%d: %v, method %q in a block of %q", e.line, err, f.Method, e.what)
				continue
			}
			same(t, e.line, f.Params, into)
			seen["notification "+f.Method] = true
		case "envelope":
			env, err := DecodeEnvelope(text)
			if err != nil {
				t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				continue
			}
			same(t, e.line, text, new(Envelope))
			if _, err := DataOf(env); err != nil {
				t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				continue
			}
			if len(env.Data) > 0 {
				same(t, e.line, env.Data, NewData(env.Type))
			}
			if env.Type.FromClient() {
				if _, _, err := DecodeClientEnvelope(text); err != nil {
					t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				}
			}
			seen["type "+strconv.Itoa(int(env.Type))] = true
		case "body":
			zero, ok := bodies[e.what]
			if !ok {
				t.Errorf("PROTOCOL.md:%d: there is no body %q", e.line, e.what)
				continue
			}
			into := reflect.New(reflect.TypeOf(zero)).Interface()
			same(t, e.line, text, into)
			if v, ok := into.(Validator); ok {
				if err := v.Validate(); err != nil {
					t.Errorf("PROTOCOL.md:%d: %v", e.line, err)
				}
			}
			seen["body "+e.what] = true
		default:
			t.Errorf("PROTOCOL.md:%d: what is a %q?", e.line, e.kind)
		}
	}
	for name := range bodies {
		if !seen["body "+name] {
			t.Errorf("PROTOCOL.md shows no %s", name)
		}
	}
	for _, result := range []any{JoinResult{}, NegotiateResult{}, MessageResult{}, TakeoverResult{}, WatchCallsResult{}, WatchDeskResult{}, Empty{}} {
		if name := reflect.TypeOf(result).Name(); !seen["result "+name] {
			t.Errorf("PROTOCOL.md shows no %s", name)
		}
	}
	methods, notifications, types := constants(t)
	for name, value := range methods {
		if !seen["method "+value] {
			t.Errorf("PROTOCOL.md shows no request of %s", name)
		}
		if NewParams(value) == nil || NewResult(value) == nil {
			t.Errorf("NewParams or NewResult does not know %s", name)
		}
	}
	for name, value := range notifications {
		if !seen["notification "+value] {
			t.Errorf("PROTOCOL.md shows no %s", name)
		}
		if NewNotification(value) == nil {
			t.Errorf("NewNotification does not know %s", name)
		}
	}
	for name, value := range types {
		if !seen["type "+value] {
			t.Errorf("PROTOCOL.md shows no %s", name)
		}
	}
	if len(methods) < 14 || len(notifications) < 15 || len(types) < 25 {
		t.Errorf("found %d methods, %d notifications, %d types: the test does not see them all", len(methods), len(notifications), len(types))
	}
}

// constants are the protocol's names as the package declares them.
func constants(t *testing.T) (methods, notifications, types map[string]string) {
	t.Helper()
	methods, notifications, types = map[string]string{}, map[string]string{}, map[string]string{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range files {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			lit, ok := spec.Values[0].(*ast.BasicLit)
			if !ok {
				return true
			}
			name, value := spec.Names[0].Name, strings.Trim(lit.Value, `"`)
			switch {
			case strings.HasPrefix(name, "Method"):
				methods[name] = value
			case strings.HasPrefix(name, "Notify"):
				notifications[name] = value
			case strings.HasPrefix(name, "Type"):
				types[name] = value
			}
			return true
		})
	}
	return methods, notifications, types
}

// The document's tables of errors say what the code does.
func TestProtocolErrorTable(t *testing.T) {
	b, err := os.ReadFile("../../PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range Kinds() {
		row := "| `" + string(k) + "` | " + strconv.Itoa(k.RPCCode()) + " | " + strconv.Itoa(k.CloseCode()) + " |"
		if !strings.Contains(string(b), row) {
			t.Errorf("PROTOCOL.md lacks the row %s", row)
		}
	}
	if got := slices.Collect(maps.Keys(errorTable)); len(got) != len(Kinds()) {
		t.Errorf("Kinds tells %d of %d kinds", len(Kinds()), len(got))
	}
}
