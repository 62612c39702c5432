package flite

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// pieceBytes bounds what flite analyses at once, some 15 s of speech.
	pieceBytes = 240
	// wordBytes bounds a run without a space; no word that can be read is longer.
	wordBytes = 60
)

// folded is text as flite can read it: printable ASCII and single spaces.
type folded struct {
	text []byte
	at   []int // for each byte, the code point of the original it comes from
}

// accents lists plain letters, each followed by its accented forms.
var accents = []string{
	"AÀÁÂÃÄÅĀĂĄ", "CÇĆČ", "DĎĐÐ", "EÈÉÊËĒĖĘĚ", "GĞĢ", "IÌÍÎÏĪĮİ", "KĶ", "LĹĻĽŁ", "NÑŃŅŇ", "OÒÓÔÕÖØŌŐ",
	"RŔŘ", "SŚŞŠȘ", "TŢŤȚ", "UÙÚÛÜŪŮŰŲ", "YÝŸ", "ZŹŻŽ",
	"aàáâãäåāăą", "cçćč", "dďđð", "eèéêëēėęě", "gğģ", "iìíîïīįı", "kķ", "lĺļľł", "nñńņň", "oòóôõöøōő",
	"rŕř", "sśşšș", "tţťț", "uùúûüūůűų", "yýÿ", "zźżž",
}

// spoken has the characters that are more than a letter in ASCII.
var spoken = map[rune]string{
	'‘': "'", '’': "'", '“': `"`, '”': `"`, '–': ", ", '—': ", ", '…': "...", '\u00a0': " ",
	'€': " euros ", '£': " pounds ", '©': " copyright ", '°': " degrees ", '×': " times ",
	'ß': "ss", 'æ': "ae", 'Æ': "Ae", 'œ': "oe", 'Œ': "Oe", 'þ': "th", 'Þ': "Th", '½': " a half ", '¼': " a quarter ",
	'<': " ", '>': " ", '_': " ", '*': " ", '`': " ", '|': " ", '{': " ", '}': " ", '\\': " ", '^': " ", '~': " ",
}

// fold turns text into what flite can read.
func fold(text string) folded {
	var f folded
	word := 0 // bytes since the last space
	put := func(b byte, at int) {
		if b == ' ' {
			word = 0
			if n := len(f.text); n == 0 || f.text[n-1] == ' ' {
				return
			}
		} else if word++; word > wordBytes {
			f.text, f.at = append(f.text, ' '), append(f.at, at)
			word = 1
		}
		f.text, f.at = append(f.text, b), append(f.at, at)
	}
	at := -1
	for _, r := range text {
		at++
		for _, b := range []byte(foldRune(r)) {
			put(b, at)
		}
	}
	return f
}

func foldRune(r rune) string {
	if s, ok := spoken[r]; ok {
		return s
	}
	if r > ' ' && r < 0x7f {
		return string(r)
	}
	if unicode.Is(unicode.Mn, r) {
		return "" // a combining accent: its letter has been written
	}
	if r >= 0x80 && r != utf8.RuneError {
		for _, letters := range accents {
			if strings.ContainsRune(letters, r) {
				return letters[:1]
			}
		}
	}
	return " "
}

// speakable says whether there is a letter or a digit to speak.
func (f folded) speakable() bool {
	return bytes.IndexFunc(f.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

// split cuts text into pieces of at most size bytes, after the end of a
// sentence where there is one, else of a clause, else of a word; what is not
// speakable is left out.
func split(f folded, size int) []folded {
	var pieces []folded
	for len(f.text) > 0 {
		n := len(f.text)
		if n > size {
			n = cut(f.text[:size])
		}
		if p := (folded{f.text[:n], f.at[:n]}); p.speakable() {
			pieces = append(pieces, p)
		}
		f = folded{f.text[n:], f.at[n:]}
	}
	return pieces
}

// cut is where to cut text that goes on behind its end.
func cut(text []byte) int {
	for _, ends := range []string{".!?", ",;:", ""} {
		for i := len(text) - 1; i > 0; i-- {
			if text[i] == ' ' && (ends == "" || strings.IndexByte(ends, text[i-1]) >= 0) {
				return i
			}
		}
	}
	return len(text)
}
