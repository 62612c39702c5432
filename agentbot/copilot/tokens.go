package copilot

import (
	"strings"
	"unicode"
)

// token is a word as it was said or typed.
type token struct {
	text string // lower case, without marks at its ends
	raw  string // as it was written
	end  bool   // a mark of punctuation follows
}

// maxTokens bounds what is read of one line.
const maxTokens = 600

// tokenise cuts a text into words; each Han character is one of its own.
func tokenise(text string) []token {
	var out []token
	var word []rune
	flush := func() {
		raw := strings.Trim(string(word), ".-_'/&")
		ended := strings.HasSuffix(string(word), ".")
		word = word[:0]
		if raw != "" {
			out = append(out, token{text: strings.ToLower(raw), raw: raw})
		}
		if ended && len(out) > 0 {
			out[len(out)-1].end = true
		}
	}
	for _, r := range text {
		if len(out) >= maxTokens {
			break
		}
		switch {
		case unicode.Is(unicode.Han, r) || r == '〇':
			flush()
			out = append(out, token{text: string(r), raw: string(r)})
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("+-_.'@/&", r):
			if r >= '０' && r <= '９' {
				r += '0' - '０'
			}
			word = append(word, r)
		case r == '’':
			word = append(word, '\'')
		default:
			flush()
			if !unicode.IsSpace(r) && r != '#' && len(out) > 0 {
				out[len(out)-1].end = true
			}
		}
	}
	flush()
	return out
}

func isHan(s string) bool {
	for _, r := range s {
		return unicode.Is(unicode.Han, r) || r == '〇'
	}
	return false
}

// joined is tokens as one string with a blank at both ends, to look for words in;
// Han characters stand without blanks.
func joined(tokens []token) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, t := range tokens {
		b.WriteString(t.text)
		if !isHan(t.text) {
			b.WriteByte(' ')
		}
	}
	b.WriteByte(' ')
	return b.String()
}

// mentions says where the last of the words begins in text, which joined has
// made; -1 where none does. Words in Han match anywhere, others whole.
func mentions(text string, words []string) int {
	at := -1
	for _, w := range words {
		if !isHan(w) {
			w = " " + w + " "
		}
		at = max(at, strings.LastIndex(text, w))
	}
	return at
}

func has(text string, words []string) bool { return mentions(text, words) >= 0 }

// matches says whether tokens go on at i with the words.
func matches(tokens []token, i int, words []string) bool {
	if i+len(words) > len(tokens) {
		return false
	}
	for j, w := range words {
		if tokens[i+j].text != w || tokens[i+j].end && j < len(words)-1 {
			return false
		}
	}
	return true
}

func fields(s string) []string { return strings.Split(s, "|") }

func setOf(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}
