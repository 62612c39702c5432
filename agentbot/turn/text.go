package turn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Look is what the text so far says about the rest of the utterance.
type Look int

// The looks of a text.
const (
	Open       Look = iota // nothing
	Finished               // it ends like a sentence
	Unfinished             // more must come
	Spelling               // digits or letters, one by one: more may come after a pause
)

func (l Look) String() string {
	return [...]string{"open", "finished", "unfinished", "spelling"}[l]
}

// LookOf looks at a partial text. Recognisers with punctuation say most; for
// the others there are the words that do not end a sentence.
func LookOf(text string) Look {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	if text == "" {
		return Open
	}
	words := wordsOf(text)
	if spells(words) {
		return Spelling
	}
	if strings.HasSuffix(text, "...") {
		return Unfinished
	}
	mark, _ := utf8.DecodeLastRuneInString(strings.TrimRight(text, `"'”’»)]`))
	switch {
	case strings.ContainsRune(".!?。！？؟।", mark):
		return Finished
	case strings.ContainsRune(",;:…-–—、，；：", mark):
		return Unfinished
	case len(words) > 0 && leadsOn[words[len(words)-1]]:
		return Unfinished
	}
	return Open
}

// spells says whether the text ends in digits or letters that are said one by
// one, or in the first of them.
func spells(words []string) bool {
	run := 0
	for i := len(words) - 1; i >= 0 && isSign(words[i]); i-- {
		run++
	}
	before := len(words) - 1 - run
	if run == 1 && before >= 0 {
		return announces[words[before]] && words[len(words)-1] != "i" && words[len(words)-1] != "a"
	}
	return run >= 2
}

func isSign(word string) bool {
	if digits[word] {
		return true
	}
	n := 0
	for _, r := range word {
		n++
		if !unicode.IsDigit(r) && !(unicode.IsLetter(r) && r < 0x250) {
			return false
		}
	}
	r, _ := utf8.DecodeRuneInString(word)
	return n == 1 || n > 0 && unicode.IsDigit(r) && strings.IndexFunc(word, unicode.IsLetter) < 0
}

// Backchannel says whether text is only what listeners say to show that they
// listen.
func Backchannel(text string) bool {
	words := wordsOf(text)
	if len(words) == 0 || len(words) > 4 {
		return false
	}
	for i := 0; i < len(words); i++ {
		if i+1 < len(words) && backchannels[words[i]+" "+words[i+1]] {
			i++
			continue
		}
		if !backchannels[words[i]] {
			return false
		}
	}
	return true
}

// wordsOf are the words of text in lower case without marks; a hyphen or an
// apostrophe inside belongs to its word.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && r != '-' && r != '\'' && r != '’'
	})
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for word := range strings.FieldsSeq(words) {
		m[strings.ReplaceAll(word, "_", " ")] = true
	}
	return m
}

// Fixed word lists; none of these is ever changed.
var (
	leadsOn = set(`and or but because so if when while that which who whose than as like
		the a an my your his her its our their this these those some any every each no
		to of for with from in on at by about into onto without under over between
		i i'm i'd i'll i've you we they he she it's that's there's is are am was were be been
		do does did have has had will would can could should may might must want wanted need please
		um uh er erm hmm well actually basically maybe
		und oder aber weil mit der das dem den ein eine einen mein meine zum zur ich ist von für
		y pero porque con el la los las un una mi de que para por es`)
	announces = set(`is number order code zip postcode account phone reference id dial pin
		nummer bestellnummer ist número numero pedido código es`)
	digits = set(`zero oh one two three four five six seven eight nine double triple
		null eins zwei drei vier fünf sechs sieben acht neun
		cero uno dos tres cuatro cinco seis siete ocho nueve`)
	backchannels = set(`uh-huh uh_huh uhuh mm mhm mm-hmm mm_hmm hmm hm huh uh ah aha oh okay ok yeah yep yes
		right sure alright all_right i_see got_it of_course really cool good great fine
		ja genau gut stimmt achso klar sí si vale claro ajá oui 嗯 好 好的 对 是的`)
)
