package questions

import (
	"context"
	"os"
	"testing"

	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/knowledge"
)

func measure(t *testing.T, set string) Report {
	t.Helper()
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	questions, err := Set(set)
	if err != nil {
		t.Fatal(err)
	}
	results, err := Run(context.Background(), Config{LLM: brain.New(brain.Config{Knowledge: base})}, questions)
	if err != nil {
		t.Fatal(err)
	}
	return NewReport(results)
}

func TestTargets(t *testing.T) {
	for _, set := range []string{"dev", "heldout"} {
		if s := os.Getenv("QSET"); s != "" && s != set {
			continue
		}
		rep := measure(t, set)
		if set == "heldout" {
			rep.Failures = nil
		}
		t.Log(set)
		_ = rep.Write(os.Stdout)
	}
}
