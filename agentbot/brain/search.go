package brain

import (
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// certainty is how a question was understood.
type certainty int

const (
	literally certainty = iota
	guessed             // with something added that was not said in it
)

// search finds the passage that answers the question, in the light of what the
// conversation is about.
func (t thought) search(c conversation) (knowledge.Hit, certainty) {
	best := t.top(c.asked)
	if c.last != c.asked {
		// What was said before may be half of the question, or a remark.
		if hit := t.top(c.last); hit.Score >= best.Score-0.05 {
			best = hit
		}
	}
	names := t.base.NamesIn(c.asked)
	tokens := knowledge.Tokens(c.asked)
	if len(names) > 0 {
		if contentWords(tokens) <= 2*len(names) && refers(tokens) {
			// "and the Zalvora?": the question before, about another thing.
			before, ok := c.previous()
			for ok && contentWords(knowledge.Tokens(without(before.asked, t.base.NamesIn(before.asked)))) == 0 {
				before, ok = before.previous()
			}
			if ok {
				old := t.base.NamesIn(before.asked)
				question := before.asked + " " + strings.Join(names, " ")
				if len(old) > 0 {
					question = without(before.asked, old) + " " + strings.Join(names, " ")
				}
				if hit := t.top(question); hit.Score >= t.confident {
					return hit, literally
				}
			}
		}
		return best, literally
	}
	subject := t.subject(c.before)
	if subject == "" {
		return t.withTopic(c, tokens, best)
	}
	hit := t.top(c.asked + " " + subject)
	switch {
	case !slices.Contains(hitNames(hit), subject):
	case pronoun(tokens) && hit.Score >= best.Score-0.12:
		return hit, literally
	case hit.Score > best.Score+0.1 && (best.Score < t.confident || contentWords(tokens) <= 3):
		return hit, literally
	}
	return best, literally
}

// withTopic tries a question that says too little with the title of what was
// answered before: "how much does it cost" after the question about express.
func (t thought) withTopic(c conversation, tokens []string, best knowledge.Hit) (knowledge.Hit, certainty) {
	if best.Score >= t.confident+hedgeUnder && !pronoun(tokens) || contentWords(tokens) > 4 || contentWords(tokens) == 0 {
		return best, literally
	}
	before, ok := c.previous()
	if !ok {
		return best, literally
	}
	if last := t.top(before.asked); last.Passage != nil && last.Score >= t.confident {
		if hit := t.top(c.asked + " " + last.Passage.Title); hit.Score > best.Score+0.05 && hit.Passage.Topic == last.Passage.Topic {
			return hit, guessed
		}
	}
	return best, literally
}

func (t thought) top(query string) knowledge.Hit {
	if hits := t.view.Search(query, 1); len(hits) > 0 {
		return hits[0]
	}
	return knowledge.Hit{}
}

func hitNames(h knowledge.Hit) []string {
	if h.Passage == nil {
		return nil
	}
	return h.Passage.Names
}

// subject is the named thing that was spoken of last, not long ago.
func (t thought) subject(before []engine.Message) string {
	for i := len(before) - 1; i >= max(0, len(before)-8); i-- {
		if names := t.base.NamesIn(before[i].Text); len(names) > 0 {
			return names[len(names)-1]
		}
	}
	return ""
}

// without drops words that stand for the names.
func without(text string, names []string) string {
	var kept []string
	for _, t := range knowledge.Tokens(text) {
		drop := false
		for _, name := range names {
			drop = drop || knowledge.Alike(t, strings.ToLower(name)) > 0
		}
		if !drop {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, " ")
}

// refers says whether a question leans on the one before it.
func refers(tokens []string) bool {
	return len(tokens) <= 3 || tokens[0] == "and" || tokens[0] == "or" || (tokens[1] == "about" && (tokens[0] == "what" || tokens[0] == "how"))
}

func pronoun(tokens []string) bool {
	return slices.ContainsFunc(tokens, func(t string) bool { return pronouns[t] })
}

// contentWords counts the words that say something.
func contentWords(tokens []string) int {
	n := 0
	for _, t := range tokens {
		if !empty[t] {
			n++
		}
	}
	return n
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// Sets of words; never changed.
var (
	pronouns = set("it its that this them they these those one")
	empty    = set(`a an and are am as at be been but by can could did do does for from get got had has have he her
		hi hello hey him his i if in into is it its just let me might my no not of off oh ok okay on or our please
		really she should so than thank thanks that the their them then there these they this those to too uh um
		us was we well were what which who will with would yes yeah you your about tell how when where why hmm mm er
		ah now also one much`)
)

// has says whether tokens hold words one right after the other.
func has(tokens []string, words ...string) bool {
	for i := range tokens {
		if i+len(words) <= len(tokens) && slices.Equal(tokens[i:i+len(words)], words) {
			return true
		}
	}
	return false
}
