package openai

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// agreed is how much of next two hypotheses of a growing utterance have in
// common at their beginning, in next's own words: what more audio will hardly
// change. Case and marks do not count, words that are cut do.
func agreed(before, next string) string {
	a, b := pieces(before), pieces(next)
	end := 0
	for i := range min(len(a), len(b)) {
		if a[i].plain != b[i].plain {
			break
		}
		end = b[i].end
	}
	return strings.TrimRightFunc(next[:end], unicode.IsSpace)
}

// unit is a word, or a character of a script that has no spaces.
type unit struct {
	plain string
	end   int // in the text, without the marks behind it
}

func pieces(text string) []unit {
	var all []unit
	word, end := "", 0
	flush := func() {
		if word != "" {
			all = append(all, unit{word, end})
			word = ""
		}
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			flush()
			all = append(all, unit{string(r), i + utf8.RuneLen(r)})
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			word += string(unicode.ToLower(r))
			end = i + utf8.RuneLen(r)
		case r == '\'' || r == '’' || r == '.' || r == ',':
			// within "don't" and "3.50"; at the end of a word it goes unheard
		default:
			flush()
		}
	}
	flush()
	return all
}
