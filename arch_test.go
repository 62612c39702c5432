// Package relevo_test holds the rules that the tree as a whole keeps: who may
// import whom and why, and how files and packages are made.
package relevo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/relevo/relevo"

// file is a parsed Go file of the tree.
type file struct {
	path    string // slash-separated, from the module's root
	pkg     string // its folder
	test    bool
	imports []string
	lines   int
	syntax  *ast.File
}

func (f file) importsPath(p string) bool { return slices.Contains(f.imports, p) }

func tree(t *testing.T) []file {
	t.Helper()
	var files []file
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && p != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "bin" || name == "data") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(fset, p, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(p), test: strings.HasSuffix(name, "_test.go"), syntax: syntax, lines: strings.Count(string(src), "\n")}
		f.pkg = path.Dir(f.path)
		for _, i := range syntax.Imports {
			v, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, v)
		}
		files = append(files, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// under says whether p is the folder root or below it.
func under(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func underAny(p string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool { return under(p, r) })
}

// Arrows between our packages point down only.
func TestImportsPointDown(t *testing.T) {
	rules := []struct {
		from   string   // packages in and below it
		except []string // but not these
		never  []string // may not import these of ours, in and below; "" is any of ours outside from
		but    []string // that these of ours may be
		why    string
	}{
		{"sfu", nil, []string{""}, nil,
			"the sfu forwards packets and knows nothing of calls, people or agents; what it needs to know is passed in"},
		{"transcripts", nil, []string{""}, nil,
			"the log outlives every other part and is read by all of them, so it depends on none"},
		{"webclient", nil, []string{""}, nil,
			"pages are files; the server serves them and they know it by the protocol only"},
		{"signaling", nil, []string{"agentbot", "cmd", "webclient"}, nil,
			"a call knows its AI by the Bot interface in signaling/call, so that an external bot is as good as ours"},
		{"signaling/wire", nil, []string{""}, nil,
			"the protocol is data: clients in Go import it without the server"},
		{"signaling/takeover", nil, []string{""}, nil,
			"the machine is pure; its effects are carried out by signaling/call"},
		{"signaling/desk/hours", nil, []string{""}, nil,
			"when the desk is open is decided from a schedule and the time alone"},
		{"signaling/desk/sla", nil, []string{""}, nil,
			"the clocks of the service level are data; who starts and stops them is the queue's business"},
		{"signaling/desk/rules", nil, []string{""}, []string{"signaling/desk/sla"},
			"a priority is decided from facts that are passed in"},
		{"signaling/desk/queue", nil, []string{""}, []string{"signaling/desk/sla"},
			"the queue is pure; its effects are carried out by signaling/desk"},
		{"signaling/desk/report", nil, []string{""}, []string{"signaling/desk/queue", "signaling/desk/sla"},
			"figures are made of records that are passed in"},
		{"signaling/desk", nil, []string{"signaling/call", "sfu"}, nil,
			"the desk knows calls by the interface that it wants of them, so that it is tested without media"},
		{"signaling/client", nil, []string{"signaling/call", "signaling/auth", "signaling/state", "transcripts"}, nil,
			"a client is outside the server and knows it by the wire only"},
		{"agentbot", nil, []string{"signaling", "transcripts", "cmd", "webclient"}, nil,
			"an agent hears, thinks and speaks; who may speak when is the call's to decide"},
		{"agentbot", []string{"agentbot/room", "agentbot/bench"}, []string{"sfu"}, []string{"sfu/opus", "sfu/tone", "sfu/jitter"},
			"the conversation is tested without a room; agentbot/room is the one adapter, and agentbot/bench is a caller in a room"},
		{"agentbot", []string{"agentbot/bench"}, []string{"agentbot/bench"}, nil,
			"what measures an agent is no part of it"},
		{"", []string{"agentbot/scenario"}, []string{"agentbot/scenario"}, nil,
			"scenarios are read by tests, of the agent and of the whole server; nothing of the product is in one"},
		{"agentbot/scenario", nil, []string{""}, nil,
			"a conversation in a file is read without knowing what plays it"},
		{"agentbot/spoken", nil, []string{""}, nil,
			"what is said for a text depends on the text and its language only"},
		{"agentbot/tools", nil, []string{""}, []string{"agentbot/engine"},
			"a tool is a request that is made; who may call it, and when, is the conversation's to decide"},
		{"agentbot/intent", nil, []string{""}, nil,
			"what a caller is after is read from one text by rules, the same everywhere, also where no model or knowledge is"},
		{"agentbot/engine", nil, []string{"sfu", "agentbot/room", "agentbot/turn", "agentbot/playout"}, []string{"sfu/tone", "sfu/opus"},
			"an engine turns audio into text or text into audio and knows no conversation"},
		{"agentbot/escalation", nil, []string{""}, []string{"agentbot/knowledge", "agentbot/intent"},
			"the rules are pure: what a caller means is found by functions that are passed in"},
		{"agentbot/guard", nil, []string{""}, nil,
			"what may be read and said is decided without knowing who asks"},
		{"agentbot/ground", nil, []string{""}, []string{"agentbot/knowledge"},
			"a sentence is compared with texts, whatever engine wrote it"},
		{"", []string{"cmd"}, []string{"cmd"}, nil,
			"cmd wires the parts; nothing depends on the wiring"},
	}
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		for _, imported := range f.imports {
			ours, ok := strings.CutPrefix(imported, module+"/")
			if !ok {
				continue
			}
			for _, r := range rules {
				if r.from != "" && !under(f.pkg, r.from) || underAny(f.pkg, r.except) || underAny(ours, r.but) {
					continue
				}
				for _, never := range r.never {
					if never == "" && !under(ours, r.from) || never != "" && under(ours, never) {
						t.Errorf("%s imports %s: %s", f.path, ours, r.why)
					}
				}
			}
		}
	}
}

// What is awkward or large is known in one place.
func TestOneHome(t *testing.T) {
	homes := []struct {
		imported string // an import path, or a prefix ending in /
		home     []string
		why      string
	}{
		{"github.com/sashabaranov/go-openai", []string{"agentbot/engine/openai"}, "other engines and the conversation must not depend on one vendor's types"},
		{"github.com/hraban/opus", []string{"sfu/opus"}, "its Decode uses cap, not len, and a codec is not safe for two goroutines: one package knows"},
		{"modernc.org/sqlite", []string{"transcripts/sqlite"}, "the rest knows the store's interface, so that another database can take its place"},
		{"C", []string{"agentbot/engine/local"}, "C code is kept behind the engine interfaces, where it can be replaced"},
		{"github.com/golang-jwt/jwt/v5", []string{"signaling/auth"}, "one place decides what a valid token is"},
	}
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		for _, h := range homes {
			if f.importsPath(h.imported) && !underAny(f.pkg, h.home) {
				t.Errorf("%s imports %s, at home in %v: %s", f.path, h.imported, h.home, h.why)
			}
		}
	}
}

func TestOneFileKnowsTheWebSocket(t *testing.T) {
	edges := []string{"signaling", "agentbot/engine/openai"} // who serves sockets, and who dials an endpoint's
	found := make(map[string][]string)
	for _, f := range tree(t) {
		clients := []string{"signaling/client", "signaling/bubble", "cmd"}
		if f.test || !f.importsPath("github.com/gorilla/websocket") || underAny(f.pkg, clients) {
			continue
		}
		at := slices.IndexFunc(edges, func(edge string) bool { return under(f.pkg, edge) })
		if at < 0 {
			t.Errorf("%s imports gorilla, at home in %v", f.path, edges)
			continue
		}
		found[edges[at]] = append(found[edges[at]], f.path)
	}
	for edge, files := range found {
		if len(files) > 1 {
			t.Errorf("gorilla is imported by %v: one file of %s reads and writes sockets, one reader and one writer each", files, edge)
		}
	}
}

func TestOneFileConfiguresPion(t *testing.T) {
	configures := []string{"NewAPI", "SettingEngine", "MediaEngine", "WithSettingEngine", "WithMediaEngine", "WithInterceptorRegistry", "NewPeerConnection"}
	for _, f := range tree(t) {
		if f.path == "sfu/pion.go" || !f.importsPath("github.com/pion/webrtc/v4") {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "webrtc" && slices.Contains(configures, s.Sel.Name) {
				t.Errorf("%s uses webrtc.%s: only sfu/pion.go configures Pion, so that server, clients and tests speak the same codecs", f.path, s.Sel.Name)
			}
			return true
		})
	}
}

func TestTheMachinesArePure(t *testing.T) {
	machines := []string{"signaling/takeover", "signaling/desk/hours", "signaling/desk/queue", "signaling/desk/rules", "signaling/desk/sla", "signaling/desk/report"}
	for _, f := range tree(t) {
		if f.test || !underAny(f.pkg, machines) {
			continue
		}
		for _, p := range []string{"context", "net", "net/http", "os", "sync", "sync/atomic", "log/slog", "math/rand", "math/rand/v2", "database/sql"} {
			if f.importsPath(p) {
				t.Errorf("%s imports %s: a machine has no I/O, clock or goroutine", f.path, p)
			}
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine: a machine has none", f.path)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "After", "AfterFunc", "NewTimer", "NewTicker", "Sleep"}, n.Sel.Name) {
					t.Errorf("%s uses time.%s: a machine is told the time", f.path, n.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range tree(t) {
		if f.test {
			continue
		}
		documented[f.pkg] = documented[f.pkg] || f.syntax.Doc != nil && strings.TrimSpace(f.syntax.Doc.Text()) != ""
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment: it is the package's design", pkg)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, f := range tree(t) {
		if !f.test && f.lines > 400 && !ast.IsGenerated(f.syntax) {
			t.Errorf("%s has %d lines: split it by job at 400", f.path, f.lines)
		}
	}
}

// Helpers of tests in bubbles sleep in files of their own, so the rule is for
// packages: one without bubbles has nothing to sleep for.
func TestTestsDoNotSleep(t *testing.T) {
	files := tree(t)
	bubbles := map[string]bool{}
	for _, f := range files {
		bubbles[f.pkg] = bubbles[f.pkg] || f.test && f.importsPath("testing/synctest")
	}
	for _, f := range files {
		if !f.test || bubbles[f.pkg] {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && s.Sel.Name == "Sleep" {
				t.Errorf("%s sleeps outside a bubble: wait for a named moment", f.path)
			}
			return true
		})
	}
}

func TestTopLevelIsFixed(t *testing.T) {
	want := []string{
		"LICENSE", "Makefile", "PROTOCOL.md", "README.md", "agentbot", "arch_test.go", "cmd", "deploy", "go.mod", "go.sum",
		"sfu", "signaling", "transcripts", "webclient",
		"bin", "data", // built and written, ignored by git
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(want, e.Name()) {
			t.Errorf("%s does not belong at the top: it is one of the packages of the design, or a part of one", e.Name())
		}
	}
}
