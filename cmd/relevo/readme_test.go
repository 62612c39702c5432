package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of flags into README.md")

const readme = "../../README.md"

// flagTable is the flags of serve in the order of their registration.
func flagTable() string {
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	new(config).flags(fs)
	var b strings.Builder
	b.WriteString("| flag | what it says | default |\n|---|---|---|\n")
	fs.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		name := "--" + f.Name
		if value != "" && value != "value" {
			name += " " + strings.ToUpper(strings.ReplaceAll(value, " ", ""))
		}
		def := f.DefValue
		if def == "false" {
			def = ""
		}
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, strings.ReplaceAll(text, "|", "\\|"), def)
	})
	return b.String()
}

func TestReadmeHasEveryFlag(t *testing.T) {
	const begin, end = "<!-- flags:begin -->\n", "<!-- flags:end -->"
	raw, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the table of flags")
	}
	if table == flagTable() {
		return
	}
	if !*update {
		t.Fatal("the table of flags in README.md is not that of the code: go test ./cmd/relevo -update")
	}
	if err := os.WriteFile(readme, []byte(before+begin+flagTable()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
