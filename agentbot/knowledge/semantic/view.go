package semantic

import (
	"cmp"
	"slices"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// otherThing is what a passage about a thing by name counts for a question
// about another.
const otherThing = 0.5

// view is a base for one turn.
type view struct {
	base   *knowledge.Base
	scores map[string]map[*knowledge.Passage]float64 // by query
}

// Search implements knowledge.Searcher.
func (v *view) Search(query string, k int) []knowledge.Hit {
	meant, ok := v.scores[query]
	if !ok {
		return v.base.Search(query, k)
	}
	said := make(map[*knowledge.Passage]float64)
	for _, h := range v.base.Search(query, len(v.base.Passages())) {
		said[h.Passage] = h.Score
	}
	names := v.base.NamesIn(query)
	hits := make([]knowledge.Hit, 0, len(meant))
	for _, p := range v.base.Passages() {
		meaning := meant[p]
		if len(names) > 0 && !slices.ContainsFunc(p.Names, func(n string) bool { return slices.Contains(names, n) }) {
			meaning *= otherThing
		}
		if score := fuse(said[p], meaning); score > 0 {
			hits = append(hits, knowledge.Hit{Passage: p, Score: score})
		}
	}
	slices.SortStableFunc(hits, func(x, y knowledge.Hit) int { return cmp.Compare(y.Score, x.Score) })
	return hits[:min(k, len(hits))]
}

// fuse is the confidence of two that look at different things.
func fuse(words, meaning float64) float64 {
	return (max(words, meaning) + (words+meaning)/2) / 2
}
