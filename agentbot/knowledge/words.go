package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tokens are the words of text in lower case, contractions written out,
// punctuation dropped; ideographs and kana are words by themselves.
func Tokens(text string) []string {
	var tokens []string
	for _, run := range runs(text) {
		if first, _ := utf8.DecodeRuneInString(run); isIdeograph(first) && !unicode.Is(unicode.Hangul, first) {
			for _, r := range run {
				tokens = append(tokens, string(r))
			}
			continue
		}
		tokens = append(tokens, run)
	}
	return tokens
}

// runs are Tokens but for text without spaces, which stays together as long as
// no punctuation or other script comes between.
func runs(text string) []string {
	text = contractions.Replace(strings.ToLower(strings.ReplaceAll(narrow(text), "’", "'")) + " ")
	var found []string
	start, ideographs := -1, false
	flush := func(end int) {
		if start >= 0 {
			found = append(found, text[start:end])
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case isIdeograph(r) || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			if start >= 0 && ideographs != isIdeograph(r) && !unicode.IsMark(r) {
				flush(i)
			}
			if start < 0 {
				start, ideographs = i, isIdeograph(r)
			}
		default:
			// "shop's", "o'clock": the apostrophe ends the word too, and a lone
			// letter after it is no word.
			flush(i)
		}
	}
	flush(len(text))
	kept := found[:0]
	for _, t := range found {
		if t != "s" && t != "t" {
			kept = append(kept, t)
		}
	}
	return kept
}

// narrow writes the wide letters and digits of East Asian text as usual ones.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, text)
}

var contractions = strings.NewReplacer(
	"what's", "what is", "where's", "where is", "who's", "who is", "how's", "how is", "when's", "when is",
	"that's", "that is", "there's", "there is", "it's", "it is", "he's", "he is", "she's", "she is", "let's", "let us",
	"can't", "can not", "cannot", "can not", "won't", "will not", "n't ", " not ", "i'm", "i am", "'re ", " are ", "'ve ", " have ",
	"'ll ", " will ", "'d ", " would ", "gimme", "give me", "wanna", "want to", "gonna", "going to",
)

// fillers carry next to no information about what is asked.
// They are English.
var fillers = set(`a an and are am as at be been being but by can could did do does doing done for from
		get gets got had has have he her hers hi hello hey him his i if in into is it its just kindly let like may maybe
		me might mine my no not of off oh ok okay on one or our ours please really say she should so some someone
		something still than thank thanks that the their them then there these they this those to too uh um us very two three
		want wanted was we well were what which who whom why will with would yes yeah you your yours tell know
		need give gonna also about any anything actually basically maybe wondering wonder question ask asking
		think thing things say said hmm mm er ah sir madam right now here again guys people call calling`)

// fillerWeight is what a filler counts, a usual content word counting 2 to 4.
const fillerWeight = 0.12

// sound is a coarse key of how an English word sounds: words that a recogniser
// takes for each other often share it.
func sound(word string) string {
	w := soundSpelling.Replace(word)
	var key []byte
	for i := 0; i < len(w); i++ {
		c := w[i]
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			if i > 0 {
				continue
			}
			c = 'a'
		case 'h', 'w':
			if i > 0 {
				continue
			}
		case 'c':
			if i+1 < len(w) && strings.IndexByte("eiy", w[i+1]) >= 0 {
				c = 's'
			} else {
				c = 'k'
			}
		case 'q':
			c = 'k'
		case 'z':
			c = 's'
		case 'v':
			c = 'f'
		case 'd':
			c = 't'
		case 'b':
			c = 'p'
		case 'g':
			if i+1 < len(w) && strings.IndexByte("eiy", w[i+1]) >= 0 {
				c = 'j'
			} else {
				c = 'k'
			}
		}
		if len(key) == 0 || key[len(key)-1] != c {
			key = append(key, c)
		}
	}
	return string(key)
}

var soundSpelling = strings.NewReplacer("ph", "f", "tch", "ch", "th", "0", "ght", "t", "ck", "k", "sch", "sk", "dge", "j",
	"kn", "n", "wr", "r", "x", "ks", "tion", "shn", "qu", "kw")

// distance is the edit distance of a and b, or limit+1 when it is more.
func distance(a, b string, limit int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > limit {
		return limit + 1
	}
	var room [32]int // of most words, without the heap
	row := append(room[:0], make([]int, len(a)+1)...)
	for i := range row {
		row[i] = i
	}
	for j := range len(b) {
		diagonal := row[0]
		row[0] = j + 1
		best := row[0]
		for i := range len(a) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[i+1]
			row[i+1] = min(cost, row[i]+1, row[i+1]+1)
			best = min(best, row[i+1])
		}
		if best > limit {
			return limit + 1
		}
	}
	return row[len(a)]
}

// Alike says, from 0 to 1, how well a word that was heard stands for another:
// 1 for the same, less for one that sounds or is spelled alike.
func Alike(heard, word string) float64 {
	return alike(spell(heard), spell(word))
}

// spelled is a word with its sound.
type spelled struct{ word, sound string }

func spell(word string) spelled { return spelled{word, sound(word)} }

func alike(heard, other spelled) float64 {
	a, b := heard.word, other.word
	shorter := min(len(a), len(b))
	switch {
	case a == b:
		return 1
	case isCJK(a) || isCJK(b): // two bytes that differ may be a whole character
		return 0
	case shorter < 4 || max(len(a), len(b)) > shorter+6:
		return 0
	}
	same := heard.sound == other.sound
	if same && len(heard.sound) >= 4 {
		return 0.85
	}
	limit := 2
	if a[0] != b[0] {
		limit = 1 // more is never alike
	}
	switch d := distance(a, b, limit); {
	case same && len(heard.sound) == 3 && 2*d < shorter && a[0] == b[0]:
		return 0.8
	case d == 1 && (len(a) >= 6 || len(a) == 5 && len(b) != 5):
		return 0.75
	case d == 2 && shorter >= 7 && a[0] == b[0]:
		return 0.65
	}
	return 0
}
