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
	Trailing               // more may come: sentences end with this word, and go on with it
	Unfinished             // more must come
	Spelling               // digits, letters, an e-mail address: more may come after a pause
)

func (l Look) String() string {
	return [...]string{"open", "finished", "trailing", "unfinished", "spelling"}[l]
}

// learned says whether pauses at such a text say how a speaker pauses: at the
// others everybody pauses long, and the silence allowed is long enough.
func (l Look) learned() bool { return l == Open || l == Finished || l == Trailing }

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
	if look, is := address(text, words); is {
		return look
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
	case len(words) > 0:
		return lookOfWords(words)
	}
	return Open
}

// lookOfWords is for texts without marks.
func lookOfWords(words []string) Look {
	last := words[len(words)-1]
	switch {
	case stranded[last] && asks[words[0]]:
		return Trailing // "where are you from"
	case leadsOn[last]:
		return Unfinished
	case trails[last]:
		return Trailing
	}
	for ending, look := range hanEndings {
		if strings.HasSuffix(last, ending) && last != ending {
			return look
		}
	}
	return Open
}

// Words counts the words of text; each Han or kana character is one.
func Words(text string) int {
	n := 0
	for _, word := range wordsOf(text) {
		other := false
		for _, r := range word {
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				n++
			} else {
				other = other || unicode.IsLetter(r) || unicode.IsNumber(r)
			}
		}
		if other {
			n++
		}
	}
	return n
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
	hanEndings = map[string]Look{
		"和": Unfinished, "但是": Unfinished, "因为": Unfinished, "所以": Unfinished, "如果": Unfinished, "或者": Unfinished,
		"还有": Unfinished, "然后": Unfinished, "我想": Unfinished, "我要": Unfinished, "一个": Unfinished, "给": Unfinished,
		"是": Trailing, "在": Trailing, "这个": Trailing, "那个": Trailing, "请": Trailing,
	}
	leadsOn = set(`and or but because so if while whose than as
		the a an my your his its our their every
		to of for with from at by into onto without between
		i i'm i'd i'll i've it's that's there's is are am was were be been wanted
		um uh er erm hmm
		und oder aber weil dass mit der das dem den ein eine einen mein meine zum zur ich ist von für
		y pero porque con el la los las un una mi de que para por es`)
	trails = set(`when that which who like her these those this some any each no in on about under over
		you we they he she it do does did have has had will would can could should may might must want need please
		still not just only also even very than
		well actually basically maybe number order code account phone reference
		die habe kann möchte will bitte also vielleicht nummer
		quiero necesito puede favor número`)
	asks = set(`who what where which how when why wer was wo woher wohin wie wann warum wem wen
		quién qué dónde cuál cómo cuándo`)
	stranded     = set(`to of for with from at by into is are was were am be`)
	backchannels = set(`uh-huh uh_huh uhuh mm mhm mm-hmm mm_hmm hmm hm huh uh ah aha oh okay ok yeah yep yes
		right sure alright all_right i_see got_it of_course really cool good great fine exactly perfect brilliant lovely wonderful
		ja genau gut stimmt achso klar sí si vale claro ajá oui 嗯 好 好的 对 是的`)
)
