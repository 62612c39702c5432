package echo

import (
	"strings"
	"unicode"
)

// fewest words make a text that can be told to be an echo: "yes" is said by
// everybody.
const fewest = 3

// Repeats says whether a recognised text is what the agent was saying at the
// time: nearly all of its words, in their order, close together. A recogniser
// gets some words of an echo wrong.
func Repeats(text, said string) bool {
	heard, spoken := wordsOf(text), wordsOf(said)
	if len(heard) < fewest || len(spoken) == 0 {
		return false
	}
	// The longest common subsequence with a stretch of what was said that is not
	// much longer than the text.
	width := len(heard) + len(heard)/2
	best := 0
	for from := 0; from < len(spoken); from++ {
		best = max(best, common(heard, spoken[from:min(from+width, len(spoken))]))
		if from+width >= len(spoken) {
			break
		}
	}
	return best*5 >= len(heard)*4
}

func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			up := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			diagonal = up
		}
	}
	return row[len(b)]
}

// wordsOf are the words of a text in lower case; an ideograph is one.
func wordsOf(text string) (words []string) {
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\''
	}) {
		from := 0
		for i, r := range word {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				if i > from {
					words = append(words, word[from:i])
				}
				from = i + len(string(r))
				words = append(words, string(r))
			}
		}
		if from < len(word) {
			words = append(words, word[from:])
		}
	}
	return words
}
