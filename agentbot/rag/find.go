package rag

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// sourceCall is the source of what a human agent said.
const sourceCall = "call"

// sourceTool stands before the name of a tool that answered.
const sourceTool = "tool:"

// How a question that leans on others is searched.
const (
	leaning  = 0.9 // what a hit counts that was found with the help of other words
	itself   = 0.5 // the share of Confident that the new words must reach alone
	longest  = 20  // words of a question that may lean; who says more says it all
	lookBack = 8   // messages in which a name is looked for
	maxHuman = 200 // lines of human agents that are searched
)

// finding is what is known about a question.
type finding struct {
	hits       []knowledge.Hit // to be quoted, the best first
	confidence *float64        // nil: nothing was asked
	sources    []string        // of the hits that are answers
}

// grounds are the passages as they are quoted.
func (f finding) grounds() []engine.Ground {
	all := []engine.Ground{}
	for _, q := range quotations(f.hits) {
		all = append(all, engine.Ground{Source: q.Source, Text: q.Topic + "\n" + q.Title + "\n" + q.Text})
	}
	return all
}

// question is a conversation as it is searched.
type question struct {
	asked  string   // by the caller since somebody answered
	before string   // asked the turn before
	recent []string // what was said lately, the last first
	human  []string // what human agents said
	tools  []string // names of the tools that have answered since
}

func read(messages []engine.Message) question {
	var q question
	turn, open := 0, true // turns of the caller, from the last; open while in one
	var turns [2][]string
	for _, m := range slices.Backward(messages) {
		text := strings.TrimSpace(m.Text)
		if m.Role == engine.RoleTool && turn == 0 && len(turns[0]) == 0 {
			q.tools = append(q.tools, m.Name)
		}
		if m.Role == engine.RoleSystem || m.Role == engine.RoleTool || len(m.Calls) > 0 || text == "" {
			continue // what a tool was asked and answered is no turn: the caller's question still stands
		}
		switch {
		case m.Role == engine.RoleUser:
			open = true
			if turn < len(turns) && len(turns[turn]) < 3 {
				turns[turn] = append(turns[turn], text)
			}
		case open:
			open = false
			turn++
		}
		if m.Role == engine.RoleHuman && len(q.human) < maxHuman {
			q.human = append(q.human, text)
		}
		if len(q.recent) < lookBack && (m.Role != engine.RoleUser || turn > 0) {
			q.recent = append(q.recent, text)
		}
	}
	for _, t := range turns {
		slices.Reverse(t)
	}
	q.asked, q.before = strings.Join(turns[0], " "), strings.Join(turns[1], " ")
	return q
}

// find searches for what answers q.
func (l *LLM) find(ctx context.Context, base *knowledge.Base, q question) finding {
	if q.asked == "" {
		return finding{}
	}
	if knowledge.Vague(q.asked) {
		// "Go on", "yes please": what it is about was asked before.
		return finding{hits: l.best(l.view(ctx, base, q.before).Search(q.before, l.cfg.Passages))}
	}
	all := len(base.Passages())
	leans := l.context(base, q)
	queries := []string{q.asked}
	for _, words := range leans {
		queries = append(queries, q.asked+" "+words)
	}
	view := l.view(ctx, base, queries...)
	found := make(map[*knowledge.Passage]float64)
	for _, h := range view.Search(q.asked, all) {
		found[h.Passage] = h.Score
	}
	alone := make(map[*knowledge.Passage]float64)
	for p, score := range found {
		alone[p] = score
	}
	for _, query := range queries[1:] {
		for _, h := range view.Search(query, all) {
			if alone[h.Passage] >= itself*l.cfg.Confident {
				found[h.Passage] = max(found[h.Passage], leaning*h.Score)
			}
		}
	}
	hits := make([]knowledge.Hit, 0, len(found))
	for _, p := range base.Passages() {
		if found[p] > 0 {
			hits = append(hits, knowledge.Hit{Passage: p, Score: found[p]})
		}
	}
	slices.SortStableFunc(hits, func(x, y knowledge.Hit) int { return cmp.Compare(y.Score, x.Score) })
	confidence := 0.0
	if len(hits) > 0 {
		confidence = hits[0].Score
	}
	f := finding{hits: l.best(hits[:min(len(hits), l.cfg.Passages)])}
	for _, h := range f.hits {
		if h.Score >= l.cfg.Confident {
			f.sources = append(f.sources, h.Passage.ID)
		}
	}
	if score := said(q); score >= l.cfg.Confident {
		f.sources = append(f.sources, sourceCall)
		confidence = max(confidence, score)
	}
	if len(q.tools) > 0 { // the answer is the tool's, whatever the documents say
		slices.Sort(q.tools)
		for _, name := range slices.Compact(q.tools) {
			f.sources = append(f.sources, sourceTool+name)
		}
		confidence = 1
	}
	f.confidence = &confidence
	return f
}

// view is the base as it is searched for queries.
func (l *LLM) view(ctx context.Context, base *knowledge.Base, queries ...string) knowledge.Searcher {
	if l.cfg.Meaning == nil || queries[0] == "" {
		return base
	}
	return l.cfg.Meaning.View(ctx, base, queries...)
}

// best are the hits worth quoting: none where none is an answer.
func (l *LLM) best(hits []knowledge.Hit) []knowledge.Hit {
	if len(hits) == 0 || hits[0].Score < l.cfg.Confident {
		return nil
	}
	return slices.DeleteFunc(hits, func(h knowledge.Hit) bool { return h.Score < itself*l.cfg.Confident })
}

// context is what a question may lean on: the thing that was named last where
// it names none, and the question before.
func (l *LLM) context(base *knowledge.Base, q question) []string {
	var words []string
	if len(knowledge.Tokens(q.asked)) > longest {
		return nil
	}
	if len(base.NamesIn(q.asked)) == 0 {
		for _, text := range q.recent {
			if names := base.NamesIn(text); len(names) > 0 {
				words = append(words, names[len(names)-1])
				break
			}
		}
	}
	if q.before != "" {
		words = append(words, q.before)
	}
	return words
}

// said is how well what human agents said answers the question.
func said(q question) float64 {
	if len(q.human) == 0 {
		return 0
	}
	passages := make([]*knowledge.Passage, 0, len(q.human))
	for _, text := range q.human {
		passages = append(passages, &knowledge.Passage{Text: text})
	}
	hits := knowledge.New(passages, nil).Search(q.asked, 1)
	if len(hits) == 0 {
		return 0
	}
	return hits[0].Score
}
