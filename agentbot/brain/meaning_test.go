package brain

import (
	"context"
	"slices"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// meant finds refunds for one question that words do not find them for.
type meant struct{ asked int }

const paraphrase = "will they reimburse us in cash for that"

func (m *meant) View(_ context.Context, base *knowledge.Base, queries ...string) knowledge.Searcher {
	m.asked++
	if slices.Contains(queries, paraphrase) {
		return meantView{base}
	}
	return base
}

type meantView struct{ *knowledge.Base }

func (v meantView) Search(query string, k int) []knowledge.Hit {
	for _, p := range v.Passages() {
		if p.ID == "returns.md#refunds" && query == paraphrase {
			return []knowledge.Hit{{Passage: p, Score: 0.7}}
		}
	}
	return v.Base.Search(query, k)
}

func TestMeaning(t *testing.T) {
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	m := &meant{}
	for _, test := range []struct {
		meaning knowledge.Meaning
		source  string
	}{{nil, ""}, {m, "returns.md#refunds"}} {
		b := New(Config{Knowledge: base, Meaning: test.meaning})
		r, err := b.Chat(t.Context(), engine.Request{Messages: []engine.Message{{Role: engine.RoleUser, Text: paraphrase}}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.Next()
		if err != nil || slices.Contains(d.Sources, "returns.md#refunds") != (test.source != "") {
			t.Errorf("%+v, %v", d, err)
		}
		r.Close()
	}
	if m.asked != 1 {
		t.Errorf("asked %d times", m.asked)
	}
}
