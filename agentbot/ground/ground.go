package ground

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// Text is something that a reply may be made of.
type Text struct {
	Source string // "" where nobody needs to know it
	Text   string
}

// Reference is what a sentence is compared with.
type Reference struct {
	known   []*text // passages, with sources
	said    *text   // rules, what the AI and humans said
	human   *text   // what humans said
	caller  *text
	trivial map[string]bool // words that were found to say nothing
}

// text is a Text as it is compared.
type text struct {
	source  string
	lower   string
	terms   map[string]bool
	heads   map[string][]string // terms by their first letters
	numbers map[float64]bool
	units   map[string]map[float64]bool // numbers by the word after them
}

// New makes a reference of passages, of what is known besides (the operator's
// rules, the AI's and tools' words), of what humans said, and of the caller's
// words.
func New(passages []Text, known, human, caller []string) *Reference {
	r := &Reference{trivial: make(map[string]bool)}
	for _, p := range passages {
		r.known = append(r.known, read(p.Source, p.Text))
	}
	r.human = read("", strings.Join(human, "\n"))
	r.said = read("", strings.Join(slices.Concat(known, human), "\n"))
	r.caller = read("", strings.Join(caller, "\n"))
	return r
}

func read(source, s string) *text {
	t := &text{source: source, lower: strings.ToLower(s), terms: make(map[string]bool), heads: make(map[string][]string),
		numbers: make(map[float64]bool), units: make(map[string]map[float64]bool)}
	for _, term := range terms(s) {
		if !t.terms[term] {
			t.terms[term] = true
			t.heads[head(term)] = append(t.heads[head(term)], term)
		}
	}
	for _, n := range numbers(s) {
		for _, v := range n.values {
			t.numbers[v] = true
			if n.unit != "" {
				if t.units[n.unit] == nil {
					t.units[n.unit] = make(map[float64]bool)
				}
				t.units[n.unit][v] = true
			}
		}
	}
	return t
}

// terms are words, and for scripts without spaces pairs of characters.
func terms(s string) []string {
	var out []string
	var last string
	for _, t := range knowledge.Tokens(s) {
		r, _ := utf8.DecodeRuneInString(t)
		wide := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
		switch {
		case wide && last != "":
			out = append(out, last+t)
		case !wide:
			out = append(out, t)
		}
		last = ""
		if wide {
			last = t
		}
	}
	return out
}

// head is by what words that may be forms of each other are found.
func head(term string) string {
	n := 0
	for i := range term {
		if n == 3 {
			return term[:i]
		}
		n++
	}
	return term
}

// has says whether a term or another form of it stands in the text.
func (t *text) has(term string) bool {
	if t.terms[term] {
		return true
	}
	for _, other := range t.heads[head(term)] {
		if alike(term, other) {
			return true
		}
	}
	return false
}

// alike says whether two words have the same beginning and endings of grammar:
// return, returns, returned.
func alike(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return n >= 4 && len(a)-n <= 2 && len(b)-n <= 4
}

// Result is what is known of a sentence.
type Result struct {
	// Score, from 0 to 1, is how sure it is that the sentence says what is in the
	// texts; 0 where a fact of it is in none.
	Score float64
	// Claims says whether it says anything at all.
	Claims bool
	// Sources are those of the passages that it is made of, the most important
	// first.
	Sources []string
	// Unknown are facts that stand in no text.
	Unknown []string
}

// unsure is the score of a sentence of which nothing but the caller's own words
// can be compared.
const unsure = 0.5

// Check judges a sentence.
func (r *Reference) Check(sentence string) Result {
	content := r.content(sentence)
	facts := r.unknownFacts(sentence, content)
	hits := make([]int, len(r.known))
	found, counted := 0, 0
	for _, term := range content {
		somewhere := r.said.has(term)
		for i, k := range r.known {
			if k.has(term) {
				hits[i]++
				somewhere = true
			}
		}
		if somewhere {
			found++
		}
		if somewhere || !r.caller.has(term) {
			counted++
		}
	}
	for _, n := range numbers(sentence) {
		for i, k := range r.known {
			if k.number(n) {
				hits[i]++
			}
		}
	}
	res := Result{Score: 1, Claims: len(content) > 0 || len(facts) > 0 || len(numbers(sentence)) > 0, Sources: r.sources(hits), Unknown: facts}
	switch {
	case len(facts) > 0:
		res.Score = 0
	case counted > 0:
		res.Score = float64(found) / float64(counted)
	case len(content) > 0:
		res.Score = unsure
	}
	return res
}

// sources are those of passages with the most hits, three at most and none with
// less than half of the best one's.
func (r *Reference) sources(hits []int) []string {
	best := 0
	for _, n := range hits {
		best = max(best, n)
	}
	var sources []string
	for n := best; n > 0 && 2*n >= best && len(sources) < 3; n-- {
		for i, k := range r.known {
			if hits[i] == n && k.source != "" && len(sources) < 3 {
				sources = append(sources, k.source)
			}
		}
	}
	return sources
}

// content are the terms of a sentence that say something.
func (r *Reference) content(sentence string) []string {
	var out []string
	for _, t := range terms(sentence) {
		if _, number := numberWords[t]; number || isDigits(t) || courtesy[t] || r.isTrivial(t) {
			continue
		}
		out = append(out, t)
	}
	return out
}

// isTrivial says whether a word is grammar in a language.
func (r *Reference) isTrivial(t string) bool {
	is, ok := r.trivial[t]
	if !ok {
		is = knowledge.Vague(t)
		r.trivial[t] = is
	}
	return is
}

func isDigits(t string) bool {
	return t != "" && !strings.ContainsFunc(t, func(r rune) bool { return !unicode.IsDigit(r) })
}

// about are the passages that have most of a sentence's content: a number is
// not known because it stands in another.
func (r *Reference) about(content []string) []*text {
	hits := make([]int, len(r.known))
	best := 0
	for i, k := range r.known {
		for _, term := range content {
			if k.has(term) {
				hits[i]++
			}
		}
		best = max(best, hits[i])
	}
	var found []*text
	for i, k := range r.known {
		if 2*hits[i] > best || best == 0 {
			found = append(found, k)
		}
	}
	return found
}

// unknownFacts are those of a sentence that stand in no text.
func (r *Reference) unknownFacts(sentence string, content []string) []string {
	var facts []string
	about := r.about(content)
	denies := contains(knowledge.Tokens(sentence), denials)
	for _, n := range numbers(sentence) {
		switch {
		case n.soft, r.said.number(n), slices.ContainsFunc(about, func(t *text) bool { return t.number(n) }):
		case r.caller.number(n) && (denies || !r.another(n)):
		default:
			facts = append(facts, n.text)
		}
	}
	for _, a := range address.FindAllString(sentence, -1) {
		if a = strings.ToLower(strings.TrimRight(a, ".,;:!?")); !r.anywhere(func(t *text) bool { return strings.Contains(t.lower, a) }) {
			facts = append(facts, a)
		}
	}
	for _, t := range knowledge.Tokens(sentence) {
		if dates[t] && !r.anywhere(func(x *text) bool { return x.terms[t] }) {
			facts = append(facts, t)
		}
	}
	for _, name := range names(sentence) {
		for _, t := range knowledge.Tokens(name) {
			if !courtesy[t] && !dates[t] && !r.isTrivial(t) && !r.anywhere(func(x *text) bool { return x.has(t) }) {
				facts = append(facts, name)
				break
			}
		}
	}
	return facts
}

func (r *Reference) anywhere(in func(*text) bool) bool {
	return in(r.said) || in(r.caller) || slices.ContainsFunc(r.known, in)
}

func (t *text) number(n figure) bool {
	return slices.ContainsFunc(n.values, func(v float64) bool { return t.numbers[v] })
}

// another says whether the passages give another number of the same thing.
func (r *Reference) another(n figure) bool {
	return n.unit != "" && slices.ContainsFunc(r.known, func(t *text) bool { return len(t.units[n.unit]) > 0 })
}

// Harmless says whether a sentence may be said although nothing that is known
// answers the caller's question.
func (r *Reference) Harmless(sentence string) bool {
	content := r.content(sentence)
	if len(r.unknownFacts(sentence, content)) > 0 {
		return false
	}
	tokens := knowledge.Tokens(sentence)
	fresh, quoted := 0, 0 // words of content that nobody but the AI has said, and those of humans
	for _, t := range content {
		switch {
		case r.human.has(t):
			quoted++
		case !r.caller.has(t):
			fresh++
		}
	}
	affirms := contains(tokens, affirmations)
	switch {
	case quoted > 0 && 5*quoted >= 3*len(content):
		return true
	case contains(tokens, unknowing):
		return fresh <= 1
	case strings.ContainsAny(strings.TrimRight(sentence, "\"'”’» \n")[max(0, len(strings.TrimRight(sentence, "\"'”’» \n"))-3):], "?？"):
		return fresh <= 3
	case affirms || len(numbers(sentence)) > 0:
		return false
	}
	return fresh == 0 && slices.ContainsFunc(terms(sentence), func(t string) bool { return courtesy[t] })
}

// contains says whether tokens hold one of the phrases, word after word.
func contains(tokens []string, phrases [][]string) bool {
	for _, p := range phrases {
		for i := 0; i+len(p) <= len(tokens); i++ {
			if slices.Equal(tokens[i:i+len(p)], p) {
				return true
			}
		}
	}
	return false
}
