package intent

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText bounds how much of a turn is read, in bytes: people come to the point
// at the end.
const maxText = 1000

// utterance is a turn as it is read: folded words, cut into clauses.
type utterance struct {
	words  []string // of scripts with spaces, folded, contractions written out
	starts []int    // indexes of words where clauses begin, the first is 0
	han    string   // the rest: runs of Chinese and Japanese, clauses parted by spaces
	past   bool     // an accent told a past form that folding loses: "hablé", "parlé", "atendió"
}

// clauses calls each with the words of every clause.
func (u *utterance) clauses(each func(words []string)) {
	for i, start := range u.starts {
		end := len(u.words)
		if i+1 < len(u.starts) {
			end = u.starts[i+1]
		}
		if start < end {
			each(u.words[start:end])
		}
	}
}

// read cuts a text into words and clauses.
func read(text string) utterance {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[len(text)-maxText:], "")
	}
	var u utterance
	u.starts = append(u.starts, 0)
	var word, han strings.Builder
	flush := func() {
		if word.Len() > 0 {
			u.add(word.String())
			word.Reset()
		}
	}
	for i, r := range text {
		if r >= '！' && r <= '～' {
			r = r - '！' + '!' // wide letters of East Asian text
		}
		switch {
		case isHan(r):
			flush()
			han.WriteRune(simplified(r))
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			fold(&word, unicode.ToLower(r))
			if (r == 'é' || r == 'ó') && word.Len() >= 5 && endsHere(text[i:]) {
				u.past = u.past || word.String() != "porque"
			}
			continue
		case r == '\'' || r == '’':
			if word.Len() > 0 {
				word.WriteByte('\'')
			}
			continue
		}
		flush()
		if ends(r) {
			if n := len(u.words); u.starts[len(u.starts)-1] < n {
				u.starts = append(u.starts, n)
			}
		}
		if han.Len() > 0 && (ends(r) || unicode.IsSpace(r)) {
			han.WriteByte(' ')
		}
	}
	flush()
	u.han = strings.TrimSpace(han.String())
	return u
}

// endsHere says whether the letter that rest begins with is the last of its word.
func endsHere(rest string) bool {
	_, n := utf8.DecodeRuneInString(rest)
	next, _ := utf8.DecodeRuneInString(rest[n:])
	return !unicode.IsLetter(next)
}

func ends(r rune) bool { return strings.ContainsRune(",.;:!?…—、。，；：！？¡¿\n", r) }

func isHan(r rune) bool {
	return r >= 0x2e80 && (unicode.Is(unicode.Han, r) || unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー')
}

// fold writes a letter without its accent, so that what is typed without, and
// what a recogniser leaves out, is the same.
func fold(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf:
		b.WriteByte(byte(r))
	case r == 'ß':
		b.WriteString("ss")
	case r == 'œ':
		b.WriteString("oe")
	case r == 'æ':
		b.WriteString("ae")
	case unicode.IsMark(r): // an accent that stands by itself
	default:
		if plain, ok := plainOf[r]; ok {
			r = plain
		}
		b.WriteRune(r)
	}
}

// simplified is the simplified form of the traditional characters that the
// lists need.
func simplified(r rune) rune {
	if s, ok := simpleOf[r]; ok {
		return s
	}
	return r
}

// Never changed.
var (
	plainOf  = pairs("áaàaâaäaãaåaéeèeêeëeíiìiîiïióoòoôoöoõoúuùuûuüuñnçcýyÿy")
	simpleOf = pairs("轉转說说話话談谈對对機机員员經经請请幫帮嗎吗讓让個个們们沒没專专顧顾問问務务負负責责聯联電电腦脑線线換换給给還还來来過过誰谁領领導导闆板爛烂氣气騙骗訴诉廢废媽妈嚴严態态夠够麼么現现實实為为壞坏應应該该極极點点謝谢這这時时間间後后師师從从見见認认識识長长門门開开關关東东車车嗎吗啦啦職职顏颜幹干賠赔錢钱貨货報报警警哭哭瘋疯惱恼")
)

// pairs maps the first character of each two to the second.
func pairs(text string) map[rune]rune {
	m := make(map[rune]rune)
	rs := []rune(text)
	for i := 0; i+1 < len(rs); i += 2 {
		m[rs[i]] = rs[i+1]
	}
	return m
}

// add adds a word, contractions written out.
func (u *utterance) add(w string) {
	w = strings.Trim(w, "'")
	if w == "" {
		return
	}
	if full, ok := contractions[w]; ok {
		for part := range strings.FieldsSeq(full) {
			u.words = append(u.words, part)
		}
		return
	}
	head, tail, ok := strings.Cut(w, "'")
	if !ok {
		u.words = append(u.words, w)
		return
	}
	switch {
	case tail == "t" && strings.HasSuffix(head, "n"):
		u.words = append(u.words, head[:len(head)-1], "not")
	case tail == "m":
		u.words = append(u.words, head, "am")
	case tail == "re":
		u.words = append(u.words, head, "are")
	case tail == "ve":
		u.words = append(u.words, head, "have")
	case tail == "ll":
		u.words = append(u.words, head, "will")
	case tail == "d":
		u.words = append(u.words, head, "would")
	case tail == "s" && isOf[head]:
		u.words = append(u.words, head, "is")
	case tail == "s" || tail == "t":
		u.words = append(u.words, head)
	case len(head) <= 2 || elides[head]:
		u.words = append(u.words, head, tail) // l'agent, quelqu'un
	default:
		u.words = append(u.words, head, tail)
	}
}

// Never changed.
var (
	contractions = map[string]string{
		"can't": "can not", "cannot": "can not", "won't": "will not", "let's": "let us", "gimme": "give me", "lemme": "let me",
		"wanna": "want to", "gonna": "going to", "dont": "do not", "didnt": "did not", "doesnt": "does not", "isnt": "is not",
		"cant": "can not", "wont": "will not", "im": "i am", "ive": "i have", "youre": "you are", "id": "i would", "aint": "is not",
		"whats": "what is", "wheres": "where is", "theres": "there is", "arent": "are not", "wouldnt": "would not", "havent": "have not",
		"pls": "please", "u": "you", "r": "are", "plz": "please",
	}
	isOf   = set("what where who how when that there it he she this here somebody someone nobody")
	elides = set("quelqu aujourd")
)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func at(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}

// has says whether words hold phrase, one word right after the other.
func has(words []string, phrase ...string) bool {
	for i := 0; i+len(phrase) <= len(words); i++ {
		all := true
		for j, p := range phrase {
			all = all && words[i+j] == p
		}
		if all {
			return true
		}
	}
	return false
}

// near says whether a word that was heard may be another: one letter off from
// five letters on, two from nine on, the first as it is.
func near(heard, word string) bool {
	if heard == word {
		return true
	}
	limit := 1
	if len(word) >= 9 {
		limit = 2
	}
	if len(word) < 5 || heard[0] != word[0] || len(heard)-len(word) > limit || len(word)-len(heard) > limit || len(word) > 24 {
		return false
	}
	var room [26]int // a row of the table of edits
	row := room[:len(word)+1]
	for i := range row {
		row[i] = i
	}
	for j := 0; j < len(heard); j++ {
		diagonal, best := row[0], j+1
		row[0] = j + 1
		for i := 0; i < len(word); i++ {
			cost := diagonal
			if heard[j] != word[i] {
				cost++
			}
			diagonal = row[i+1]
			row[i+1] = min(cost, row[i]+1, row[i+1]+1)
			best = min(best, row[i+1])
		}
		if best > limit {
			return false
		}
	}
	return row[len(word)] <= limit
}
