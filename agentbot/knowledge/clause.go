package knowledge

import (
	"slices"
	"strings"
	"unicode"
)

// clauseShare is what a hit counts that was found by the last clauses of a
// question alone.
const clauseShare = 0.95

// maxClauses bounds how many ends of a question are searched.
const maxClauses = 3

// leads are words that begin a question after a remark, as callers speak
// without punctuation: "it was a present so how do I return it". Never changed.
var leads = set("how what when where which who can could is are do does will would may should")

// tails are the ends of a question that may be all that is asked, the longest
// first: what follows a mark, or a word that begins a question. People say why
// they ask before they do.
func tails(query string) []string {
	var found []string
	add := func(text string) {
		if text = strings.TrimSpace(text); len(strings.Fields(text)) >= 3 && len(found) < maxClauses && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	words := 0
	inWord, asking := false, false // asking: a question has begun in this clause
	for i, r := range query {
		switch {
		case strings.ContainsRune(",.;:!?—，。；！？", r):
			if words >= 2 {
				add(query[i+len(string(r)):])
			}
			inWord, asking = false, false
		case unicode.IsSpace(r):
			inWord = false
		case !inWord:
			inWord = true
			if word, _, _ := strings.Cut(query[i:], " "); leads[strings.ToLower(strings.TrimRight(word, ",.;:!?"))] {
				if !asking && words >= 3 {
					add(query[i:])
				}
				asking = true
			}
			words++
		}
	}
	return found
}
