package sentence

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Word is a word of a text with the punctuation that touches it.
type Word struct {
	Text   string
	Offset int // code points of the text before it
	End    int // code points of the text up to its end
}

// Words finds the words of text. In scripts with spaces they are what stands
// between spaces; ideographs and kana are cut by Unicode's rules. A mark that
// stands alone belongs to the word before it. Words never overlap, and only
// white space is in no word.
func Words(text string) []Word {
	var words []Word
	runes, bytes := 0, 0 // of text before rest
	start := 0           // byte offset of the last word
	open := false        // the last word may grow
	letters := false     // the last word has some
	rest, state := text, -1
	for rest != "" {
		var segment string
		segment, rest, state = uniseg.FirstWordInString(rest, state)
		n := utf8.RuneCountInString(segment)
		first, _ := utf8.DecodeRuneInString(segment)
		switch {
		case strings.TrimSpace(segment) == "":
			open = false
		case len(words) == 0:
			words, open, start = append(words, Word{segment, runes, runes + n}), true, bytes
		default:
			last := &words[len(words)-1]
			starts := !open || weight(first) > 1 && hasLetter(segment) && letters
			if !open && !hasLetter(segment) && !opens(first) && !nextIsWord(rest) {
				starts = false // "yes - no": the dash is the first word's
			}
			if starts {
				words, open, start = append(words, Word{segment, runes, runes + n}), true, bytes
			} else {
				last.End = runes + n
				last.Text = text[start : bytes+len(segment)]
			}
		}
		if letter := hasLetter(segment); len(words) > 0 && start == bytes {
			letters = letter
		} else {
			letters = letters || letter
		}
		runes += n
		bytes += len(segment)
	}
	return words
}

// Cut divides text at a number of code points, which may lie outside it.
func Cut(text string, offset int) (before, after string) {
	i := byteIndex(text, offset)
	return text[:i], text[i:]
}

func byteIndex(text string, offset int) int {
	if offset <= 0 {
		return 0
	}
	for i := range text {
		if offset == 0 {
			return i
		}
		offset--
	}
	return len(text)
}

func hasLetter(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

func opens(r rune) bool {
	return unicode.In(r, unicode.Ps, unicode.Pi, unicode.Sc) || r == '"' || r == '\'' || r == '#'
}

// nextIsWord says whether a letter or digit follows at once, as after the sign
// of "-5".
func nextIsWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest != "" && (unicode.IsLetter(r) || unicode.IsNumber(r))
}
