package spoken

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// number is a written number.
type number struct {
	whole    uint64
	digits   string // of the whole part, as written without marks
	fraction string // its digits; "" for a whole number
	grouped  bool   // it has marks between thousands
	negative bool
}

var (
	pointNumber = regexp.MustCompile(`^[-−]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?`)
	commaNumber = regexp.MustCompile(`^[-−]?([0-9]{1,3}([.'\x{a0}\x{202f}][0-9]{3})+|[0-9]+)(,[0-9]+)?`)
	halfDot     = regexp.MustCompile(`^[0-9]+\.[0-9]{1,2}([^0-9.]|$)`)
	version     = regexp.MustCompile(`^[0-9]+(\.[0-9]+){2,}`)
)

// read reads the number that text begins with, and its length in bytes.
func (t *tongue) read(text string) (n number, length int) {
	form, mark := pointNumber, "."
	if t.german && !halfDot.MatchString(text) {
		form, mark = commaNumber, ","
	}
	m := form.FindStringSubmatch(text)
	if m == nil {
		return number{}, 0
	}
	n.negative = !isDigit([]rune(m[0])[0])
	n.digits = strings.Map(func(r rune) rune {
		if isDigit(r) {
			return r
		}
		return -1
	}, m[1])
	n.grouped = len(n.digits) != len(m[1])
	n.fraction = strings.TrimPrefix(m[3], mark)
	whole, err := strconv.ParseUint(n.digits, 10, 64)
	if err != nil || whole > mostCardinal {
		return number{}, 0
	}
	n.whole = whole
	return n, len(m[0])
}

// say is a number as a quantity.
func (t *tongue) say(n number) string {
	text := t.cardinal(n.whole)
	if n.fraction != "" {
		space := t.separate
		text += space + t.point + space
		if value, err := strconv.ParseUint(n.fraction, 10, 64); err == nil && t.one == "un" && len(n.fraction) <= 2 && n.fraction[0] != '0' {
			text += t.cardinal(value) // "tres coma catorce"
		} else {
			var digits []string
			for _, r := range n.fraction {
				if t.separate == "" {
					digits = append(digits, string(zhDigits[r-'0']))
				} else {
					digits = append(digits, t.digits[r-'0'])
				}
			}
			text += strings.Join(digits, space)
		}
	}
	if n.negative {
		text = t.minus + text
	}
	return text
}

// before is a number as it stands before a noun.
func (t *tongue) before(n number) string {
	text := t.say(n)
	switch {
	case n.fraction != "":
	case t.one == "ein" && n.whole == 1:
		return strings.TrimSuffix(text, "s")
	case t.one == "un":
		return shortUno(text)
	case t.separate == "" && n.whole == 2:
		return strings.TrimSuffix(text, "二") + "两"
	}
	return text
}

func (n number) single() bool { return n.whole == 1 && n.fraction == "" }

var spaces = regexp.MustCompile(`^[ \x{a0}\x{202f}]?`)

// afterSpace is rest without one space, and its length in bytes.
func afterSpace(rest string) (string, int) {
	n := len(spaces.FindString(rest))
	return rest[n:], n
}

// longest is the longest key that text begins with and where a word ends.
func longest[V any](m map[string]V, text string) (key string) {
	for k := range m {
		if len(k) <= len(key) || !strings.HasPrefix(text, k) {
			continue
		}
		end, _ := utf8.DecodeLastRuneInString(k)
		next, _ := utf8.DecodeRuneInString(text[len(k):])
		if unicode.IsLetter(end) && !isHan(end) && (unicode.IsLetter(next) && !isHan(next) || isDigit(next)) {
			continue
		}
		key = k
	}
	return key
}

var (
	codeForm  = regexp.MustCompile(`^[A-Z0-9]+([-/][A-Z0-9]+)*\b`)
	phoneForm = regexp.MustCompile(`^\+?\(?[0-9][0-9 ().\-/\x{a0}]{5,}[0-9]`)
)

// code spells what mixes capitals and digits, as "AB-1234".
func (s *speaker) code(rest string) bool {
	m := codeForm.FindString(rest)
	digits, letters := 0, 0
	for _, r := range m {
		if isDigit(r) {
			digits++
		} else if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters == 0 || digits < 2 || digits+letters < 4 || s.inWord() || len(m) > 40 || strings.HasSuffix(m, "/") {
		return false
	}
	if next, _ := utf8.DecodeRuneInString(rest[len(m):]); unicode.IsLetter(next) {
		return false
	}
	s.spellGroups(m)
	return true
}

// phone says telephone numbers, digit by digit in the groups that are written.
func (s *speaker) phone(rest string) bool {
	m := phoneForm.FindString(rest)
	if m == "" {
		return false
	}
	groups := strings.FieldsFunc(m, func(r rune) bool { return !isDigit(r) })
	digits := len(strings.Join(groups, ""))
	first := strings.TrimLeft(m, "(")[0]
	regular := len(groups) > 1
	for _, g := range groups[1:] {
		regular = regular && len(g) == 3
	}
	starts := first == '+' || m[0] == '(' || first == '0'
	switch {
	case digits < 7 || digits > 15 || !starts && len(groups) < 3:
		return false
	case strings.Contains(m, "  ") || strings.Contains(m, ". "):
		return false
	case !starts && regular && !strings.ContainsAny(m, "-/()") && len(groups[0]) <= 3 && !(s.t.one == "un" && digits == 9):
		return false // thousands
	}
	if m[0] == '+' {
		s.replace(1, s.t.plus+s.t.separate)
		m = m[1:]
	}
	if m[0] == '(' {
		s.replace(1, "")
		m = m[1:]
	}
	s.spellGroupsIn(m)
	return true
}

// spellGroupsIn is spellGroups for text with signs that are not ASCII.
func (s *speaker) spellGroupsIn(m string) {
	if strings.Contains(m, "\u00a0") {
		s.replace(utf8.RuneCountInString(m), s.spell(m))
		s.afterForm()
		return
	}
	s.spellGroups(m)
}

var (
	enOrdinal = regexp.MustCompile(`^([0-9]{1,9})(st|nd|rd|th)\b`)
	esOrdinal = regexp.MustCompile(`^([0-9]{1,3})\.?([ºª])`)
	deOrdinal = regexp.MustCompile(`^([0-9]{1,3})\. ?\p{Lu}`)
	deArticle = words("der die das dem den des im am zum zur vom beim jeder jede jedes jedem jeden ihr ihre ihrem ihren mein meine unser unsere dieser diese dieses ihrer einer")
)

func (s *speaker) ordinalForm(rest string) bool {
	switch {
	case s.t.number == "number":
		if m := enOrdinal.FindStringSubmatch(rest); m != nil {
			return s.form(m[0], englishOrdinal(atou(m[1])))
		}
	case s.t.one == "un":
		if m := esOrdinal.FindStringSubmatch(rest); m != nil && !strings.HasPrefix(rest[len(m[0]):], "C") {
			return s.form(m[0], spanishOrdinal(atou(m[1]), m[2] == "ª"))
		}
	case s.t.one == "ein" && deArticle[s.last()]:
		if m := deOrdinal.FindStringSubmatch(rest); m != nil {
			end := germanEnding(s.last())
			return s.form(m[1]+".", germanOrdinal(atou(m[1]))+end)
		}
	}
	return false
}

var fractions = map[string]map[string]string{ // never changed
	"number": {"½": "one half", "¼": "one quarter", "¾": "three quarters", "1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"},
	"Nummer": {"½": "ein halb", "¼": "ein Viertel", "¾": "drei Viertel", "1/2": "ein halb", "1/3": "ein Drittel", "2/3": "zwei Drittel", "1/4": "ein Viertel", "3/4": "drei Viertel"},
	"número": {"½": "medio", "¼": "un cuarto", "¾": "tres cuartos", "1/2": "medio", "1/3": "un tercio", "2/3": "dos tercios", "1/4": "un cuarto", "3/4": "tres cuartos"},
	"号码":     {"½": "二分之一", "¼": "四分之一", "¾": "四分之三", "1/2": "二分之一", "1/3": "三分之一", "2/3": "三分之二", "1/4": "四分之一", "3/4": "四分之三"},
}

func (s *speaker) fraction(rest string) bool {
	table := fractions[s.t.number]
	if key := longest(table, rest); key != "" && !isNumberAfter(rest[len(key):]) && !strings.HasPrefix(rest[len(key):], "/") {
		return s.form(key, table[key])
	}
	return false
}

const measures = "个位次天件本张条只台辆家种块年周星分点箱包份瓶双套笔" // after two

// numeral says what is left: a percentage, a number with a unit, a code, a year,
// a plain number.
func (s *speaker) numeral(rest string) bool {
	if m := version.FindString(rest); m != "" && !s.t.grouped(m) {
		parts := strings.Split(m, ".")
		for i := range parts {
			parts[i] = s.t.cardinal(min(atou(parts[i]), mostCardinal))
		}
		return s.form(m, strings.Join(parts, s.t.separate+s.t.dot+s.t.separate))
	}
	n, used := s.t.read(rest)
	if used == 0 {
		return s.digitsOnly(rest)
	}
	if b := s.before(); n.negative && (unicode.IsLetter(b) || isDigit(b)) {
		return false
	}
	after, gap := afterSpace(rest[used:])
	if strings.HasPrefix(after, "%") || strings.HasPrefix(after, "％") {
		_, size := utf8.DecodeRuneInString(after)
		return s.form(rest[:used+gap+size], s.t.percent(s.t.say(n)))
	}
	if unit := longest(s.t.units, after); unit != "" {
		names := s.t.units[unit]
		name := names[1]
		if n.single() {
			name = names[0]
		}
		return s.form(rest[:used+gap+len(unit)], s.t.before(n)+s.t.separate+name)
	}
	length := len(n.digits)
	next, _ := utf8.DecodeRuneInString(after)
	switch {
	case n.grouped || n.fraction != "" || n.negative:
	case n.digits[0] == '0' && length > 1, length >= 7, length >= 4 && s.isCode():
		s.spellGroups(rest[:used])
		return true
	case length == 4 && n.whole >= 1100 && n.whole < 2100 && (s.t.years[s.last()] || s.t.one == "ein" && n.whole < 2000):
		return s.form(rest[:used], s.t.year(n.whole))
	}
	say := s.t.say(n)
	if n.whole == 2 && s.t.separate == "" && strings.ContainsRune(measures, next) || s.t.separate != "" && gap > 0 && unicode.IsLower(next) && s.t.one == "un" ||
		s.t.one == "ein" && n.whole == 1 && gap > 0 && unicode.IsLetter(next) {
		say = s.t.before(n)
	}
	return s.form(rest[:used], say)
}

// grouped says whether dots part thousands and not the parts of a version.
func (t *tongue) grouped(text string) bool {
	parts := strings.Split(text, ".")
	return t.german && len(parts[0]) <= 3 && !slices.ContainsFunc(parts[1:], func(p string) bool { return len(p) != 3 })
}

var manyDigits = regexp.MustCompile(`^[0-9]+`)

// digitsOnly spells what is too large for a number.
func (s *speaker) digitsOnly(rest string) bool {
	m := manyDigits.FindString(rest)
	if m == "" {
		return false
	}
	s.spellGroups(m)
	return true
}
