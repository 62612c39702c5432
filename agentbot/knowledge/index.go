package knowledge

import (
	"maps"
	"math"
	"slices"
)

// index is what is searched of one language.
type index struct {
	lang     *language
	docs     []*doc
	terms    map[string]*term
	sorted   []*term             // all terms
	named    []*term             // those in names
	synonyms map[string][]string // stem to the terms of the base that mean the same, by the operator
	related  map[string][]string // the same by the thesaurus
	names    []string
}

// term is a stem of the index.
type term struct {
	stem    string
	spelled spelled
	idf     float64
	name    bool
}

// doc is a passage as it is searched.
type doc struct {
	passage   *Passage
	weight    map[string]float64 // stem to its saturated frequency, up to 1
	names     map[string]bool    // stems of the file's names
	questions []map[string]bool  // stems
}

func newIndex(lang *language, passages []*Passage, synonyms [][]string) *index {
	x := &index{lang: lang, terms: make(map[string]*term)}
	count := make(map[string]int)
	for _, p := range passages {
		d := newDoc(lang, p)
		x.docs = append(x.docs, d)
		for s := range d.weight {
			count[s]++
		}
		for _, name := range p.Names {
			if !slices.Contains(x.names, name) {
				x.names = append(x.names, name)
			}
		}
	}
	for s, n := range count {
		x.terms[s] = &term{stem: s, spelled: spell(s), idf: x.idf(n)}
	}
	for _, d := range x.docs {
		for s := range d.names {
			if !ordinary[s] {
				x.terms[s].name = true
			}
		}
	}
	for _, s := range slices.Sorted(maps.Keys(x.terms)) {
		t := x.terms[s]
		if x.sorted = append(x.sorted, t); t.name {
			x.named = append(x.named, t)
		}
	}
	x.synonyms = x.groups(synonyms)
	if lang.tag == "en" {
		x.related = x.groups(thesaurus)
	}
	return x
}

// groups maps the stems of words that mean the same to those of them that the
// base has.
func (x *index) groups(lists [][]string) map[string][]string {
	same := make(map[string][]string)
	for _, words := range lists {
		var stems, known []string
		for _, w := range words {
			for _, t := range x.lang.terms(w) {
				if s := x.lang.stem(t); !slices.Contains(stems, s) {
					stems = append(stems, s)
					if x.terms[s] != nil {
						known = append(known, s)
					}
				}
			}
		}
		for _, s := range stems {
			for _, other := range known {
				if other != s && !slices.Contains(same[s], other) {
					same[s] = append(same[s], other)
				}
			}
		}
	}
	return same
}

// ordinary are stems in names that are words of their own.
var ordinary = map[string]bool{"mini": true, "pro": true, "plus": true, "max": true, "max2": true}

func (x *index) idf(n int) float64 {
	total := float64(len(x.docs))
	return math.Log(1 + (total-float64(n)+0.5)/(float64(n)+0.5))
}

func newDoc(lang *language, p *Passage) *doc {
	d := &doc{passage: p, weight: make(map[string]float64), names: make(map[string]bool)}
	add := func(text string, weight float64) map[string]bool {
		stems := make(map[string]bool)
		for _, t := range lang.terms(text) {
			s := lang.stem(t)
			d.weight[s] += weight
			stems[s] = true
		}
		return stems
	}
	for _, name := range p.Names {
		for s := range add(name, 3) {
			d.names[s] = true
		}
	}
	add(p.Topic, 2)
	add(p.Title, 3)
	add(p.Text, 1)
	for _, q := range p.Questions {
		d.questions = append(d.questions, add(q, 1.5))
	}
	for s, w := range d.weight {
		d.weight[s] = w / (w + 0.5)
	}
	return d
}
