package rag

import (
	"context"
	"slices"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// meant finds one passage for some questions, and remembers what it was asked.
type meant struct {
	id      string
	queries []string
}

type meantView struct {
	*knowledge.Base
	id string
}

func (m *meant) View(_ context.Context, base *knowledge.Base, queries ...string) knowledge.Searcher {
	m.queries = queries
	return meantView{base, m.id}
}

func (v meantView) Search(string, int) []knowledge.Hit {
	for _, p := range v.Passages() {
		if p.ID == v.id {
			return []knowledge.Hit{{Passage: p, Score: 0.7}}
		}
	}
	return nil
}

// What is found by meaning is quoted, a source, and the confidence.
func TestMeaning(t *testing.T) {
	base := shop(t)
	m := &meant{id: "returns.md#refunds"}
	l, err := New(Config{Knowledge: base, Meaning: m, LLM: &scripted.LLM{}})
	if err != nil {
		t.Fatal(err)
	}
	messages := []engine.Message{user("tell me about the acmetron"), assistant("It is a robot."), user("will i be reimbursed for that gadget")}
	f := l.find(t.Context(), base, read(messages))
	if f.confidence == nil || *f.confidence != 0.7 || !slices.Contains(f.sources, m.id) || len(f.hits) != 1 {
		t.Errorf("%+v", f)
	}
	if len(m.queries) != 3 || m.queries[0] != "will i be reimbursed for that gadget" {
		t.Errorf("asked for %q", m.queries)
	}
	m.queries = nil
	l.find(t.Context(), base, read([]engine.Message{user("yes")}))
	if m.queries != nil {
		t.Errorf("nothing asked, and asked for %q", m.queries)
	}
}
