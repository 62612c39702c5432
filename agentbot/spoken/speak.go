package spoken

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// speaker says a visible text in a tongue, form by form.
type speaker struct {
	*builder
	t      *tongue
	recent []string // the last words, in lower case
}

func (v *visible) speak(t *tongue) Spoken {
	s := &speaker{builder: v.builder(), t: t}
	for s.at < len(v.text) {
		s.next()
	}
	return s.done()
}

// longestForm bounds how far one form is looked for, in runes.
const longestForm = 160

// forms are tried in this order where a form may begin.
var forms = []func(*speaker, string) bool{
	(*speaker).email, (*speaker).address, (*speaker).abbreviation, (*speaker).monthFirst, (*speaker).amount, (*speaker).calendar, (*speaker).clockTime,
	(*speaker).code, (*speaker).phone, (*speaker).hash, (*speaker).ordinalForm, (*speaker).fraction, (*speaker).numeral,
}

func (s *speaker) next() {
	r := s.v.text[s.at]
	letter, digit := unicode.IsLetter(r), isDigit(r)
	if letter || digit || strings.ContainsRune("+-−#$€£¥￥(½¼¾", r) {
		rest := string(s.v.text[s.at:min(len(s.v.text), s.at+longestForm)])
		if !s.inWord() || digit && !isDigit(s.before()) && r < utf8.RuneSelf {
			for _, form := range forms {
				if form(s, rest) {
					return
				}
			}
		}
	}
	switch {
	case letter && !isHan(r):
		n := 1
		for s.at+n < len(s.v.text) && (unicode.IsLetter(s.v.text[s.at+n]) || unicode.IsMark(s.v.text[s.at+n])) && !isHan(s.v.text[s.at+n]) {
			n++
		}
		s.remember(string(s.v.text[s.at : s.at+n]))
		s.copy(n)
	case digit:
		s.replace(1, s.gap()+s.digit(r)) // what no form takes
	case s.sign(r):
	default:
		if isHan(r) {
			s.remember(string(r))
		}
		s.copy(1)
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isHan(r rune) bool   { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

func (s *speaker) before() rune {
	if s.at == 0 {
		return 0
	}
	return s.v.text[s.at-1]
}

// inWord says whether the next rune goes on with a word.
func (s *speaker) inWord() bool {
	r := s.before()
	return (unicode.IsLetter(r) || isDigit(r)) && !isHan(r)
}

// gap is a space where a number follows a word at once, as in "MP3".
func (s *speaker) gap() string {
	if s.inWord() {
		return " "
	}
	return ""
}

func (s *speaker) remember(word string) {
	if s.recent = append(s.recent, strings.ToLower(word)); len(s.recent) > 6 {
		s.recent = s.recent[1:]
	}
}

func (s *speaker) last() string {
	if len(s.recent) == 0 {
		return ""
	}
	return s.recent[len(s.recent)-1]
}

// isCode says whether a word before the next number makes it a code.
func (s *speaker) isCode() bool {
	n := len(s.recent)
	for _, w := range s.recent[max(0, n-3):] {
		if s.t.codes[w] {
			return true
		}
	}
	joined := strings.Join(s.recent, "") // Han is remembered character by character
	for w := range s.t.codes {
		if isHan([]rune(w)[0]) && strings.Contains(joined, w) {
			return true
		}
	}
	return false
}

// form replaces the written text by what is said; the spaces at its end stay.
func (s *speaker) form(written, say string) bool {
	trimmed := strings.TrimRight(written, " \u00a0\u202f")
	s.replace(utf8.RuneCountInString(trimmed), s.gap()+say)
	s.afterForm()
	return true
}

var (
	rangeForm = regexp.MustCompile(`^\s?[–—]\s?[0-9$€£¥]|^-[0-9]{1,4}([^-0-9]|$)`)
	hanMark   = regexp.MustCompile(`^[~～][0-9]`)
)

// afterForm says the dash of a range, and parts a word that follows at once.
func (s *speaker) afterForm() {
	rest := s.v.text[s.at:]
	if len(rest) == 0 {
		return
	}
	text := string(rest[:min(len(rest), 12)])
	switch {
	case rangeForm.MatchString(text):
		n := strings.IndexAny(text, "0123456789$€£¥")
		space := " "
		if s.t.separate == "" {
			space = ""
		}
		s.replace(utf8.RuneCountInString(text[:n]), space+s.t.to+space)
	case hanMark.MatchString(text):
		s.replace(1, s.t.to)
	case unicode.IsLetter(rest[0]) && !isHan(rest[0]):
		s.replace(0, " ")
	}
}

func (s *speaker) digit(r rune) string { return s.t.digits[r-'0'] }

// spell says digits one by one.
func (s *speaker) spell(digits string) string {
	var parts []string
	for _, r := range digits {
		switch {
		case isDigit(r):
			parts = append(parts, s.digit(r))
		case unicode.IsLetter(r):
			parts = append(parts, string(unicode.ToUpper(r)))
		}
	}
	return strings.Join(parts, s.t.separate)
}

// spellGroups says a code group by group; long ones without groups are cut into
// threes.
func (s *speaker) spellGroups(written string) {
	gap := s.gap()
	for i := 0; i < len(written); {
		start := i
		n := 0
		for i < len(written) && isAlnum(written[i]) && (n < 3 || n == 3 && i+1 >= len(written) || n == 3 && !isAlnum(written[i+1]) || groupLength(written, start) <= 4) {
			i, n = i+1, n+1
		}
		s.replace(i-start, gap+s.spell(written[start:i])) // codes are ASCII
		gap = ""
		mark := i
		for i < len(written) && !isAlnum(written[i]) {
			i++
		}
		if i < len(written) {
			s.replace(i-mark, s.t.pause)
		} else {
			s.copy(i - mark)
		}
	}
	s.afterForm()
}

func isAlnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func groupLength(text string, from int) int {
	n := 0
	for from+n < len(text) && isAlnum(text[from+n]) {
		n++
	}
	return n
}

var (
	emailForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)
	urlForm   = regexp.MustCompile(`^(https?://)?(www\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]+)?(/[A-Za-z0-9._~%/+@=-]*)?([?#][!-~]*)?`)
	knownTop  = regexp.MustCompile(`(?i)\.(com|org|net|de|es|cn|io|eu|info|biz|shop|store|uk|us|fr|ch|app|dev|ai|mx|example|test)$`)
)

func (s *speaker) email(rest string) bool {
	m := emailForm.FindString(rest)
	if m == "" || s.inWord() {
		return false
	}
	s.letters(m)
	return true
}

// address says the address of a page without what only machines need.
func (s *speaker) address(rest string) bool {
	m := urlForm.FindStringSubmatch(rest)
	if m == nil || s.inWord() {
		return false
	}
	whole := strings.TrimRight(m[0], ".,;:!?…)")
	host := strings.TrimPrefix(whole, m[1])
	if i := strings.IndexAny(host, "/?#:"); i >= 0 {
		host = host[:i]
	}
	if m[1] == "" && m[2] == "" && (!knownTop.MatchString(host) || strings.Trim(host, "0123456789.") == "") {
		return false
	}
	path := whole[len(m[1]):]
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	path = strings.TrimRight(path, "/")
	tail := len(whole) - len(m[1]) - len(path)
	s.replace(len(m[1]), "")
	if strings.HasPrefix(path, "www.") && strings.Count(path, ".") > 1 {
		s.replace(len("www."), "")
		path = path[len("www."):]
	}
	s.letters(path)
	s.replace(tail, "")
	return true
}

// letters says an address: names as words, signs by name.
func (s *speaker) letters(text string) {
	signs := map[byte]string{'.': s.t.dot, '@': s.t.at, '/': s.t.slash, '-': s.t.dash, '_': s.t.underscore, '+': s.t.plus}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case signs[c] != "":
			s.replace(1, " "+signs[c])
			s.replace(0, " ")
			i++
		case c >= '0' && c <= '9':
			n := 1
			for i+n < len(text) && text[i+n] >= '0' && text[i+n] <= '9' {
				n++
			}
			say := s.spell(text[i : i+n])
			if v, err := strconv.ParseUint(text[i:i+n], 10, 64); err == nil && n <= 2 && text[i] != '0' {
				say = s.t.cardinal(v)
			}
			s.replace(n, s.gap()+say)
			if i += n; i < len(text) && isAlnum(text[i]) {
				s.replace(0, " ")
			}
		case isAlnum(c):
			s.copy(1)
			i++
		default:
			s.replace(1, " ")
			i++
		}
	}
}

// abbreviation says what an abbreviation stands for.
func (s *speaker) abbreviation(rest string) bool {
	if s.inWord() || !unicode.IsLetter(s.v.text[s.at]) {
		return false
	}
	best := ""
	for short := range s.t.short {
		if len(short) > len(best) && strings.HasPrefix(rest, short) {
			best = short
		}
	}
	if best == "" {
		return false
	}
	after := strings.TrimLeft(rest[len(best):], " \u00a0")
	next, _ := utf8.DecodeRuneInString(after)
	follows, _ := utf8.DecodeRuneInString(rest[len(best):])
	say := s.t.short[best]
	switch {
	case unicode.IsLetter(follows) && !strings.HasSuffix(best, "/"):
		return false
	case (best == "No." || best == "Nos." || best == "nº") && !isDigit(next):
		return false
	case (best == "Mo." || best == "Di." || best == "Mi." || best == "Do." || best == "So." || best == "Sa.") && !isDigit(next) && next != '–' && next != '-':
		return false // "So." ends sentences
	case best == "D." && !unicode.IsUpper(next), best == "Fr." && !unicode.IsUpper(next):
		return false
	case best == "St." && s.t.number == "number" && !unicode.IsUpper(next):
		say = "Street"
	case after == "" && strings.HasSuffix(best, "."):
		say += "." // it ends the sentence too
	}
	s.remember(strings.TrimRight(best, "."))
	for _, w := range strings.Fields(say) {
		s.remember(w)
	}
	s.replace(utf8.RuneCountInString(best), say)
	return true
}

// hash says "#5" as number five.
func (s *speaker) hash(rest string) bool {
	if rest[0] != '#' || len(rest) < 2 || !isDigit(rune(rest[1])) {
		return false
	}
	space := s.t.separate
	s.replace(1, s.t.number+space)
	s.remember(s.t.number)
	for w := range s.t.codes {
		if w == s.t.number || w == strings.ToLower(s.t.number) {
			s.recent[len(s.recent)-1] = w
		}
	}
	return true
}

// sign says a sign by its name; false for one without.
func (s *speaker) sign(r rune) bool {
	say, ok := s.t.signs[r]
	if !ok {
		return false
	}
	var next rune
	if s.at+1 < len(s.v.text) {
		next = s.v.text[s.at+1]
	}
	before := s.before()
	spaced := before == ' ' && next == ' '
	between := (unicode.IsLetter(before) || isDigit(before)) && (unicode.IsLetter(next) || isDigit(next))
	switch r {
	case '+', '=', '~', '≈', '±', '×', '÷', '&', '_', '～':
		if !spaced && !between && r != '&' && !isDigit(next) {
			return false
		}
	case '/':
		if !spaced && !between {
			return false
		}
		if slices.Contains([]string{"and", "und", "y"}, s.last()) {
			say = "" // and/or
		}
	}
	if s.t.separate != "" {
		if before != ' ' && before != 0 {
			say = " " + say
		}
		if next != ' ' && next != 0 && !strings.HasSuffix(say, " ") {
			say += " "
		}
	}
	s.replace(1, say)
	return true
}
