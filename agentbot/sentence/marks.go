package sentence

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// endMarks end sentences where a space follows.
	endMarks = ".!?…؟۔।॥‼⁇⁈⁉"
	// fullMarks end sentences by themselves: their scripts have no spaces.
	fullMarks = "。！？．｡︒"
	// closers after an end mark belong to its sentence. The star and the
	// underscore close Markdown emphasis; “ and ‘ close in German.
	closers = "\"'”’“‘»›)]}*_」』）】》〉］｝"
	// clauseMarks are where a sentence that is too long is cut first.
	clauseMarks = ",;:–—،؛、，；："
)

type verdict int

const (
	goesOn verdict = iota
	ends
	unsure // the text so far does not tell
)

func isEndMark(r rune) bool {
	return strings.ContainsRune(endMarks, r) || strings.ContainsRune(fullMarks, r)
}

// skipMarks is the index after further end marks, then closers.
func skipMarks(w string, i int) int {
	for _, set := range []string{endMarks + fullMarks, closers} {
		for i < len(w) {
			r, size := utf8.DecodeRuneInString(w[i:])
			if !strings.ContainsRune(set, r) {
				break
			}
			i += size
		}
	}
	return i
}

func skipSpace(w string, i int) int {
	for i < len(w) {
		r, size := utf8.DecodeRuneInString(w[i:])
		if !unicode.IsSpace(r) {
			break
		}
		i += size
	}
	return i
}

// judge says whether the end mark at mark, which with what belongs to it goes
// up to after, ends a sentence, and where the next one begins.
func judge(w string, mark, after int) (next int, v verdict) {
	next = skipSpace(w, after)
	if next == len(w) {
		return next, unsure
	}
	first, size := utf8.DecodeRuneInString(w[mark:])
	last, _ := utf8.DecodeLastRuneInString(w[mark:after])
	full := strings.ContainsRune(fullMarks, first)
	r, _ := utf8.DecodeRuneInString(w[next:])
	if next == after {
		// "3.14", "example.com", "?a=b" go on; "OK!好" does not.
		if full || (first != '.' && weight(r) > 1) {
			return next, ends
		}
		return next, goesOn
	}
	if full {
		return next, ends
	}
	switch quoted := strings.ContainsRune(closers, last); {
	case unicode.IsLower(r) && (first == '.' || first == '…' || quoted):
		return next, goesOn // `"Stop!" he said`
	case first != '.' || after-mark > size && !quoted:
		// Other marks, and "..." which is no abbreviation's.
		return next, ends
	}
	return next, judgeWord(w, mark, next)
}

// judgeWord tells a full stop from an abbreviation's by the word before it and
// the word after it.
func judgeWord(w string, mark, next int) verdict {
	start := strings.LastIndexFunc(w[:mark], unicode.IsSpace) + 1
	word := strings.TrimLeftFunc(w[start:mark], func(r rune) bool { return unicode.IsPunct(r) })
	r, _ := utf8.DecodeRuneInString(w[next:])
	if line := strings.LastIndexByte(w[:mark], '\n') + 1; isNumber(word) && strings.TrimSpace(w[line:start]) == "" {
		return goesOn // "1. Open the box"
	}
	lower := strings.ToLower(word)
	switch {
	case beforeName[lower]:
		return goesOn
	case beforeNumber[lower] && unicode.IsDigit(r):
		return goesOn
	case isNumber(word) && len(word) <= 2:
		before := lastWord(w[:start])
		if before == "am" && strings.HasSuffix(" "+strings.ToLower(w[:start]), " i am ") {
			return ends // "I am 21."
		}
		return judgeOrdinal(before, w[next:])
	case utf8.RuneCountInString(lower) == 1 && isLetterStop(lastWord(w[:start])):
		// "z. B.", "u. a.", "p. ej." with their space; "9 a. m." ends like "9 a.m."
		if lower == "m" {
			return judgeTime(w[next:])
		}
		return goesOn
	case utf8.RuneCountInString(word) == 1 && unicode.IsLower([]rune(word)[0]):
		return judgeLetter(w[next:])
	case lower == "a.m" || lower == "p.m":
		return judgeTime(w[next:])
	case utf8.RuneCountInString(word) == 1 && unicode.IsUpper([]rune(word)[0]):
		// "J. Smith", but "So do I. Then".
		if word == "I" && start > 0 {
			return ends
		}
		return goesOn
	case strings.ContainsRune(word, '.') && isInitials(word):
		return goesOn // "the U.S. Army"
	}
	return ends
}

// judgeLetter says whether a sentence ends after a small letter alone: "z. B."
// goes on, as does all of an abbreviation whose parts stand apart.
func judgeLetter(rest string) verdict {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case !unicode.IsLetter(r):
		return ends
	case size == len(rest):
		return unsure
	case rest[size] == '.':
		return goesOn
	}
	return ends
}

// judgeTime says whether a sentence ends with "9 a.m." before rest: a day or a
// month goes on with it.
func judgeTime(rest string) verdict {
	end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		if len(rest) < len("September") {
			return unsure
		}
		end = len(rest)
	}
	if afterTime[strings.ToLower(rest[:end])] {
		return goesOn
	}
	return ends
}

// lastWord is the last word of text, in lower case, with its marks.
func lastWord(text string) string {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	return strings.ToLower(text[strings.LastIndexFunc(text, unicode.IsSpace)+1:])
}

// isLetterStop says whether a word is one letter and a full stop.
func isLetterStop(word string) bool {
	letter, ok := strings.CutSuffix(strings.TrimLeft(word, "(„\"'"), ".")
	return ok && utf8.RuneCountInString(letter) == 1
}

// judgeOrdinal says whether a sentence ends after a small number: the German
// "am 3. Dezember" and "der 2. Versuch" go on.
func judgeOrdinal(before, rest string) verdict {
	if beforeOrdinal[before] {
		return goesOn
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
	if end < 0 {
		if len(rest) < len("September") && startsMonth(strings.ToLower(rest)) {
			return unsure
		}
		end = len(rest)
	}
	if germanMonths[strings.ToLower(rest[:end])] {
		return goesOn
	}
	return ends
}

// startsMonth says whether more of text may make it a German month.
func startsMonth(text string) bool {
	for month := range germanMonths {
		if strings.HasPrefix(month, text) {
			return true
		}
	}
	return false
}

func isNumber(word string) bool {
	return word != "" && strings.TrimFunc(word, unicode.IsDigit) == ""
}

// isInitials tells "U.S" from "example.com".
func isInitials(word string) bool {
	for part := range strings.SplitSeq(word, ".") {
		if utf8.RuneCountInString(part) != 1 {
			return false
		}
	}
	return true
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for word := range strings.FieldsSeq(words) {
		m[word] = true
	}
	return m
}

// The words of these sets are written without their last full stop. They are
// never changed.
var (
	beforeName = set(`mr mrs ms mx dr prof st mt gen sen rep lt col capt sgt cpl hon rev fr
		vs e.g i.e z.b d.h u.a bzw ca cf viz messrs mme mlle sr sra srta dra hr hrn frau ee ud uds núm aprox
		inkl exkl zzgl evtl ggf bspw sog`)
	beforeOrdinal = set(`der die das dem den des im am zum zur vom beim jeder jede jedes jedem jeden ihr ihre ihrem ihren mein meine meinem meinen
		unser unsere unserem unseren dieser diese dieses diesem diesen`)
	germanMonths = set(`januar jänner februar märz april mai juni juli august september oktober november dezember`)
	beforeNumber = set("no nos nr núm p pp fig vol art sec ch approx ver ext tel str abs kap s art best.-nr art.-nr")
	afterTime    = set(`monday tuesday wednesday thursday friday saturday sunday january february
		march april may june july august september october november december
		est edt cst cdt mst mdt pst pdt gmt utc cet cest eastern pacific`)
)
