package turn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longNumber is how many digits in one piece are a number that was read out.
const longNumber = 6

// spells says whether the text ends in digits or letters that are said one by
// one, or in the first of them.
func spells(words []string) bool {
	n := len(words)
	if n == 0 {
		return false
	}
	if likens(words) {
		return true
	}
	last := words[n-1]
	if hanDigits(last) >= 2 || isLongNumber(last) {
		return true
	}
	run := 0
	for i := n - 1; i >= 0 && isSign(words[i]); i-- {
		run++
	}
	before := n - 1 - run
	if run == 1 && before >= 0 {
		return announces[words[before]] && last != "i" && last != "a"
	}
	return run >= 2
}

// isSign says whether a word is a digit, a letter or a group of digits.
func isSign(word string) bool {
	if digits[word] {
		return true
	}
	r, size := utf8.DecodeRuneInString(word)
	if size == len(word) {
		return unicode.IsDigit(r) || unicode.IsLetter(r) && r < 0x250
	}
	count, _ := digitsOf(word)
	return count > 0
}

// digitsOf counts the digits of a word that has nothing but digits and
// hyphens; it says whether there are hyphens.
func digitsOf(word string) (count int, hyphens bool) {
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			count++
		case r == '-':
			hyphens = true
		default:
			return 0, false
		}
	}
	return count, hyphens
}

// isLongNumber says whether a word is "555-1234", "4915112345", "a-b-c" or
// "ab1234".
func isLongNumber(word string) bool {
	if count, hyphens := digitsOf(word); count > 0 {
		return hyphens && count > 1 || count >= longNumber
	}
	if parts := strings.Split(word, "-"); len(parts) > 1 {
		for _, part := range parts {
			if !isSign(part) {
				return false
			}
		}
		return true
	}
	count, letters := 0, 0
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			count++
		case r < 0x250 && unicode.IsLetter(r):
			letters++
		default:
			return false
		}
	}
	return letters > 0 && count >= 3
}

// hanDigits is how many Chinese digits a word ends in.
func hanDigits(word string) (n int) {
	for word != "" {
		r, size := utf8.DecodeLastRuneInString(word)
		if !strings.ContainsRune("零〇一二三四五六七八九幺两", r) {
			break
		}
		word = word[:len(word)-size]
		n++
	}
	return n
}

// likens says whether the text ends in "b as in boston", "b for boston", "b wie
// berta" or the beginning of one.
func likens(words []string) bool {
	letter := func(back int) bool {
		i := len(words) - back
		return i >= 0 && utf8.RuneCountInString(words[i]) == 1 && words[i] != "i" && unicode.IsLetter([]rune(words[i])[0]) && words[i] < "ɐ"
	}
	word := func(back int, these ...string) bool {
		for _, this := range these {
			if i := len(words) - back; i >= 0 && words[i] == this {
				return true
			}
		}
		return false
	}
	return letter(4) && word(3, "as") && word(2, "in") || letter(3) && word(2, "as") && word(1, "in") ||
		letter(3) && word(2, "for", "wie") || letter(2) && word(1, "for", "wie", "as")
}

const addressWords = 12 // the last words in which an e-mail address is looked for

// address looks at a text that ends in an e-mail address, spoken or written.
func address(text string, words []string) (look Look, is bool) {
	last := text[strings.LastIndexFunc(text, unicode.IsSpace)+1:]
	if name, host, ok := strings.Cut(strings.TrimRight(last, ".,;:!?"), "@"); ok && name != "" {
		if _, top, ok := strings.Cut(host, "."); ok && len(top) >= 2 {
			return Open, true
		}
		return Spelling, true
	}
	words = words[max(0, len(words)-addressWords):]
	cue, at, dot := -1, -1, -1
	for i, word := range words {
		switch {
		case mail[word]:
			cue = i
		case i > 0 && (word == "at" || word == "arroba"):
			at = i
		case dots[word]:
			dot = i
		}
	}
	end := len(words) - 1
	switch {
	case end < 1:
		return 0, false
	case at >= 0 && dot > at && dot == end-1 && tops[words[end]]:
		return Open, true // complete
	case dot == end || joins[words[end]] && (cue >= 0 || at >= 0 && dot >= 0):
		return Spelling, true
	case at >= 0 && dot >= 0 && end-max(at, dot) <= 2:
		return Spelling, true // "john dot smith at example"
	case cue >= 0 && end > cue && (at > cue || end-cue <= 3 && named(words[cue+1:])):
		return Spelling, true // "my e-mail is john"
	}
	return 0, false
}

// named says whether words begin with one that tells what something is.
func named(words []string) bool {
	return words[0] == "is" || words[0] == "ist" || words[0] == "es" || words[0] == "address" && len(words) > 1 && words[1] == "is"
}

// Fixed word lists; none of these is ever changed.
var (
	announces = set(`is number order code zip postcode account phone reference id dial pin
		nummer bestellnummer ist número numero pedido código es`)
	digits = set(`zero oh one two three four five six seven eight nine double triple
		null eins zwei drei vier fünf sechs sieben acht neun
		cero uno dos tres cuatro cinco seis siete ocho nueve`)
	mail  = set(`email e-mail mail emailadresse e-mail-adresse correo`)
	dots  = set(`dot punkt punto`)
	joins = set(`at arroba underscore hyphen dash minus unterstrich bindestrich guion`)
	tops  = set(`com net org info biz io edu gov co uk de es fr at ch it nl eu cn us ca`)
)
