package desk_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tests that the documentation names exist.
func TestDocumentationNamesTests(t *testing.T) {
	b, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	source := func(dir string) string {
		if s, ok := sources[dir]; ok {
			return s
		}
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
		sources[dir] = all.String()
		return sources[dir]
	}
	n := 0
	for _, m := range regexp.MustCompile(`([a-z/]+)\.(Test[A-Za-z]+)`).FindAllStringSubmatch(string(b), -1) {
		n++
		dir := filepath.Join("..", m[1])
		switch m[1] {
		case "signaling":
			dir = ".."
		case "relevo":
			dir = "../../cmd/relevo"
		}
		if !strings.Contains(source(dir), "func "+m[2]+"(t *testing.T)") {
			t.Errorf("%s.%s is no test", m[1], m[2])
		}
	}
	if n < 60 {
		t.Errorf("%d tests are named: the test does not see them all", n)
	}
}
