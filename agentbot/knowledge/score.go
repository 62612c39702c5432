package knowledge

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// word is a word of a question with the terms of the base that it may stand
// for.
type word struct {
	weight  float64
	matches map[string]float64 // stem to how well it matches, up to 1
	name    bool
	light   bool // says little of a subject
}

// unknownShare is what a word counts that the base does not know, as a share
// of what one that no passage has would.
const unknownShare = 0.65

// relatedShare is how well a word matches one that the thesaurus has for it, and
// lightShare what a light word counts of one that the base does not know.
const (
	relatedShare = 0.8
	relatedKnown = 0.5 // of a word that the base knows itself
	lightShare   = 0.3
	lightKnown   = 0.6 // of one that it knows: rare is not telling
)

// What a word that was heard must be alike to a term that is no name: names are
// what recognisers get wrong, while "passport" is no password. Compounds of German
// resemble what they are made of.
const (
	alikeTerm   = 0.78
	alikeJoined = 0.8 // a word that was heard as two, of which the first is none of grammar
)

// untold is what a passage counts that has nothing but the name, or words that
// say little, of a question that says more: it may be about the thing and does
// not say that of it. Questions of its own are made of such words too.
const untold = 0.75

// strange is what a passage counts of a question with two words or more that
// the base has never heard of: it may share its subject and does not answer it.
const strange = 0.85

// ofAll is what a passage without a name counts where a name is asked about.
const ofAll = 0.75

// containedShare is what a question of a passage counts that is contained in
// the caller's, in two words at least.
const containedShare = 0.6

// maxQuery bounds how many words of a question are looked at: the last ones,
// for people come to the point.
const maxQuery = 60

// read finds the terms that a question's words stand for.
func (x *index) read(query string) []word {
	tokens := x.lang.terms(query)
	if len(tokens) > maxQuery {
		tokens = tokens[len(tokens)-maxQuery:]
	}
	var words []word
	var first []string // of the tokens of each word
	for i := 0; i < len(tokens); i++ {
		first = append(first, tokens[i])
		if n, t, how := x.joined(tokens[i:]); n > 0 {
			words = append(words, word{weight: t.idf, matches: map[string]float64{t.stem: how}, name: t.name})
			i += n - 1
			continue
		}
		words = append(words, x.word(tokens[i]))
	}
	x.boundaries(first, words)
	return words
}

// joined finds a name or another term that was heard as two or three words,
// such as "acme tron". One of them must be unknown by itself, but for names.
func (x *index) joined(tokens []string) (n int, best *term, how float64) {
	for n := min(3, len(tokens)); n >= 2; n-- {
		heard := strings.Join(tokens[:n], "")
		if len(heard) < 6 || len(heard) > 24 || slices.ContainsFunc(tokens[:n], isCJK) {
			continue
		}
		whole, stemmed := spell(heard), spell(x.lang.stem(heard))
		unknown := false
		for _, t := range tokens[:n] {
			unknown = unknown || !x.lang.filler(t) && x.terms[x.lang.stem(t)] == nil
		}
		candidates := x.named
		if unknown {
			candidates = x.sorted
		}
		for _, t := range candidates {
			match := max(alike(whole, t.spelled), alike(stemmed, t.spelled))
			if match > how && (t.name || match >= alikeJoined && !x.lang.filler(tokens[0])) {
				best, how = t, match
			}
		}
		if best != nil {
			return n, best, how
		}
	}
	return 0, nil, 0
}

func (x *index) word(token string) word {
	s := x.lang.stem(token)
	w := word{matches: make(map[string]float64), light: light[s] && x.lang.tag == "en"}
	if x.lang.filler(token) {
		w.weight = fillerWeight
		w.matches[s] = 1
		return w
	}
	if t := x.terms[s]; t != nil {
		w.weight, w.name = t.idf, t.name
		w.matches[s] = 1
		if w.light && !w.name {
			w.weight *= lightKnown
		}
	}
	add := func(terms []string, how float64) {
		for _, other := range terms {
			if w.matches[other] == 0 {
				w.matches[other] = how
				w.weight = max(w.weight, x.terms[other].idf)
			}
		}
	}
	add(x.synonyms[s], 0.9)
	if len(w.matches) == 0 {
		add(x.related[s], relatedShare)
	} else if !w.name {
		own := w.weight
		add(x.related[s], relatedKnown)
		w.weight = own
	}
	near := 0.0 // of a term that it only resembles
	if len(w.matches) == 0 {
		whole, stemmed := spell(token), spell(s)
		for _, t := range x.sorted {
			how := max(alike(whole, t.spelled), alike(stemmed, t.spelled))
			if how == 0 || x.lang.filler(t.stem) {
				continue
			}
			if how < alikeTerm && !t.name && x.lang.tag == "en" {
				near = max(near, t.idf)
				continue
			}
			w.matches[t.stem] = how
			w.weight = max(w.weight, t.idf)
			w.name = w.name || t.name
		}
	}
	if len(w.matches) == 0 {
		w.weight = max(unknownShare*x.idf(0), near)
		if w.light {
			w.weight *= lightShare
		}
	}
	return w
}

// boundaries weighs pairs of characters that the base does not know. Most lie
// across two words and are none; what counts of a pair are its characters that
// neither belong to grammar nor to a pair beside it that is known.
func (x *index) boundaries(tokens []string, words []word) {
	known := func(i int) bool { return i >= 0 && i < len(words) && len(words[i].matches) > 0 }
	for i, t := range tokens {
		if !isCJK(t) || known(i) {
			continue
		}
		head, _ := utf8.DecodeRuneInString(t)
		tail, n := utf8.DecodeLastRuneInString(t)
		open := 0
		if !x.isWeak(head) && !(known(i-1) && strings.HasSuffix(tokens[i-1], string(head))) {
			open++
		}
		if n < len(t) && !x.isWeak(tail) && !(known(i+1) && strings.HasPrefix(tokens[i+1], string(tail))) {
			open++
		}
		// An unknown word of two characters is in three pairs, which together
		// count as one word.
		if words[i].weight *= float64(open) / 4; open == 0 {
			words[i].weight = fillerWeight
		}
	}
}

func (x *index) isWeak(r rune) bool { return x.lang.weak != nil && x.lang.weak(r) }

// score is how sure it is, from 0 to 1, that d is about what words ask. What is
// asked about a thing by name may be answered by what holds for all things.
func (x *index) score(words []word, d *doc) float64 {
	score := x.scoreOf(words, d)
	if len(d.names) > 0 || namesOf(words) == 0 {
		return score
	}
	rest := slices.DeleteFunc(slices.Clone(words), func(w word) bool { return w.name })
	return max(score, ofAll*x.scoreOf(rest, d))
}

func (x *index) scoreOf(words []word, d *doc) float64 {
	var total, covered float64
	named := false
	told, missed := false, false // by words that say something and are no names
	unknown := 0                 // of them that nothing here has
	for _, w := range words {
		if w.weight == fillerWeight {
			continue
		}
		best, isName := 0.0, false
		for s, how := range w.matches {
			best = max(best, how*d.weight[s])
			isName = isName || d.names[s]
		}
		total += w.weight
		covered += w.weight * best
		named = named || w.name && isName
		told = told || !w.name && best > 0 && !w.light && w.weight >= 1
		missed = missed || !w.name && best == 0 && !w.light
		if len(w.matches) == 0 && !w.light {
			unknown++
		}
	}
	if total == 0 {
		return x.likeness(words, d) * 0.5
	}
	coverage := covered / total
	score := coverage
	if len(d.questions) > 0 {
		score = 0.5*coverage + 0.5*x.likeness(words, d)
	}
	if !named {
		for _, w := range words {
			if w.name {
				return score * 0.5 // asked about a thing by name, and not this one
			}
		}
	}
	if missed && !told && (named || len(d.questions) > 0) {
		score *= untold
	} else if unknown >= 2 && x.lang.tag == "en" {
		score *= strange
	}
	return min(score, 1)
}

// likeness compares with each of the passage's questions, as sets of words by
// their information, and returns the best: by Dice's coefficient, or by how much
// of the passage's question is in a longer one, which says a lot where that
// question says a lot ("the lamp that I bought for my sister, how do I return it").
func (x *index) likeness(words []word, d *doc) float64 {
	best := 0.0
	for _, q := range d.questions {
		var mine, theirs, both float64
		told := 0 // words of content in common
		for _, w := range words {
			mine += w.weight
			match := 0.0
			for s, how := range w.matches {
				if q[s] {
					match = max(match, how)
				}
			}
			both += w.weight * match
			if match > 0 && w.weight > fillerWeight {
				told++
			}
		}
		for s := range q {
			if x.lang.filler(s) {
				theirs += fillerWeight
			} else if t := x.terms[s]; t != nil {
				theirs += t.idf
			}
		}
		if mine+theirs > 0 {
			best = max(best, 2*both/(mine+theirs))
		}
		if told >= 2 && theirs > 0 {
			best = max(best, containedShare*min(both/theirs, 1))
		}
	}
	return min(best, 1)
}

// tells says whether words hold one that says what it is about and that the
// base knows.
func (x *index) tells(words []word) bool {
	for _, w := range words {
		if w.weight == fillerWeight {
			continue
		}
		for s, how := range w.matches {
			if how >= 0.9 && !light[s] {
				return true
			}
		}
	}
	return false
}

// namesOf counts the words that are names.
func namesOf(words []word) int {
	n := 0
	for _, w := range words {
		if w.name {
			n++
		}
	}
	return n
}

// NamesIn are the names of the base that a text mentions, misheard ones too.
func (b *Base) NamesIn(text string) []string {
	mentioned := make(map[string]bool)
	for _, x := range b.indexes {
		if len(x.names) == 0 {
			continue
		}
		words := x.read(text)
		for _, name := range x.names {
			all := true
			for _, t := range x.lang.terms(name) {
				s, has := x.lang.stem(t), false
				for _, w := range words {
					has = has || w.matches[s] > 0
				}
				all = all && has
			}
			mentioned[name] = mentioned[name] || all
		}
	}
	var found []string
	for _, name := range b.names {
		if mentioned[name] {
			found = append(found, name)
		}
	}
	return found
}
