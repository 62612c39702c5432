package agentbot

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/scenario"
)

// The words of scenarios for an agent alone; testdata/scenarios/README.md
// describes them.
type (
	rule      = scenario.Rule[*stage]
	statement = scenario.Statement[*stage]
	value     = scenario.Value
)

// stageLanguage is all of them.
var stageLanguage = scenario.Language[*stage]{
	Settings:     slices.Concat(settings, wordSettings, serviceSettings, meaningSettings),
	Steps:        slices.Concat(steps, wordSteps, serviceSteps, meaningSteps),
	Expectations: slices.Concat(expectations, wordExpectations, serviceExpectations),
}

// What the format has is described.
func TestScenarioFormatIsDescribed(t *testing.T) {
	readme, err := os.ReadFile("testdata/scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(readme), `\|`, "|")
	for _, r := range slices.Concat(stageLanguage.Settings, stageLanguage.Steps, stageLanguage.Expectations) {
		words := strings.Fields(r.Pattern)
		for n := min(len(words), 2); !strings.Contains(text, strings.Join(words[:n], " ")); n-- {
			if n == 1 {
				t.Errorf("%q is not described", r.Pattern)
				break
			}
		}
	}
}

func TestScenarioErrors(t *testing.T) {
	const fine = "\n9.000 end\nexpect no failure\n"
	for src, want := range map[string]string{
		"0.000 caller says hello for 1" + fine:       `line 1: [caller says hello for 1] is not understood; there is: caller says TEXT for SECONDS`,
		"0.000 caller says \"hello for 1" + fine:     "line 1: a text without an end",
		"\n# a comment\n0.5000 caller leaves" + fine: `line 3: "0.5000" is no time`,
		"2 caller leaves\n1 caller leaves" + fine:    "line 2: 1 is before the step above it",
		"2 caller leaves\ngreeting \"Hi.\"" + fine:   "line 2: a step needs a time",
		"0 dance" + fine:    "line 1: no statement begins with [dance]",
		"mumble" + fine:     "line 1: no statement begins with [mumble]",
		"9.000 end":         "nothing is expected",
		"expect no failure": "it has no end",
		"9 end\n9 caller leaves\nexpect no failure": "line 2: nothing but expectations",
		"1 end\nexpect agent begins at noon":        `line 2: "noon" is no time`,
		"1 end\nexpect agent dances":                `line 2: [agent dances] is not understood; there is: agent begins; agent stops;`,
		"99999 end\nexpect no failure":              "line 1: 99999 is too long",
		"0 mode loud epoch 1" + fine:                "line 1: [mode loud epoch 1] is not understood; there is: mode answer|company|silent|revoice epoch COUNT",
		"0 mode answer epoch 1.5" + fine:            `"1.5" is no count`,
		"\xff" + fine:                               "line 1: not UTF-8",
	} {
		_, err := stageLanguage.Parse(src)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\nwant %q", src, err, want)
		}
	}
}

// FuzzScenario: whatever stands in a file, it is read or told what is wrong.
func FuzzScenario(f *testing.F) {
	for _, file := range scenarioFiles(f) {
		f.Add(file.src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		sc, err := stageLanguage.Parse(src)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("no line in %q", err)
			}
			return
		}
		if sc.End < 0 || len(sc.Expects) == 0 {
			t.Errorf("%+v", sc)
		}
		for _, s := range slices.Concat(sc.Settings, sc.Steps, sc.Expects) {
			if s.Rule == nil || s.Line < 1 || s.At > scenario.Longest+time.Second {
				t.Errorf("%+v", s)
			}
		}
	})
}

// The table of what is covered names each scenario, and none that is not there.
func TestScenariosAreListed(t *testing.T) {
	readme, err := os.ReadFile("testdata/scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "## What is covered")
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		columns := strings.Split(line, "|")
		if len(columns) < 4 {
			continue
		}
		for _, name := range regexp.MustCompile(`[a-z]+(-[a-z]+)*( ●)?`).FindAllString(columns[2], -1) {
			listed[name] = true
		}
	}
	for where, mark := range map[string]string{"testdata/scenarios": "", "../cmd/relevo/testdata/scenarios": " ●"} {
		paths, err := filepath.Glob(where + "/*.txt")
		if err != nil || len(paths) == 0 {
			t.Fatal(where, err)
		}
		for _, path := range paths {
			name := strings.TrimSuffix(filepath.Base(path), ".txt") + mark
			if !listed[name] {
				t.Errorf("%s is not listed", name)
			}
			delete(listed, name)
		}
	}
	for name := range listed {
		if strings.Contains(name, "-") || strings.Contains(name, "●") {
			t.Errorf("%s is listed and is no scenario", name)
		}
	}
}
