package spoken

import (
	"regexp"
	"strings"
	"unicode"
)

// stripper takes markup out of a text, rune by rune.
type stripper struct {
	in   []rune
	v    *visible
	i    int
	last rune // of what is visible
}

// strip is text without markup.
func strip(text string) *visible {
	in := []rune(text)
	s := &stripper{in: in, v: &visible{written: in, gone: make([]bool, len(in))}}
	for s.i < len(in) {
		if s.lineStart() && s.line() {
			continue
		}
		s.inline()
	}
	return s.v
}

func (s *stripper) lineStart() bool { return s.i == 0 || s.in[s.i-1] == '\n' }

// drop leaves out the next n runes.
func (s *stripper) drop(n int) {
	for range min(n, len(s.in)-s.i) {
		s.v.gone[s.i] = true
		s.i++
	}
}

// keep takes the next rune, as r.
func (s *stripper) keep(r rune) {
	s.v.text = append(s.v.text, r)
	s.v.from = append(s.v.from, s.i)
	s.i++
	s.last = r
}

func (s *stripper) peek(n int) rune {
	if i := s.i + n; i >= 0 && i < len(s.in) {
		return s.in[i]
	}
	return 0
}

// rest is what comes next, as far as a piece of markup may go.
func (s *stripper) rest() string { return string(s.in[s.i:min(len(s.in), s.i+400)]) }

// lineLength is the runes up to the end of the line.
func (s *stripper) lineLength() int {
	for n := s.i; n < len(s.in); n++ {
		if s.in[n] == '\n' {
			return n - s.i
		}
	}
	return len(s.in) - s.i
}

var (
	ruleLine  = regexp.MustCompile(`^[ \t]*([-*_][ \t]*){3,}$`)
	tableRule = regexp.MustCompile(`^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$`)
	lineMark  = regexp.MustCompile(`^[ \t]*(#{1,6}[ \t]+|>[ \t]?|[-*+•‣◦][ \t]+(\[[ xX]\][ \t]+)?|\|[ \t]*)`)
	image     = regexp.MustCompile(`^!\[([^\]\n]*)\]\([^)\n]*\)`)
	link      = regexp.MustCompile(`^\[([^\]\n]+)\](\([^)\n]*\)|\[[^\]\n]*\])`)
	footnote  = regexp.MustCompile(`^\[\^[^\]\n]{1,20}\]`)
	autolink  = regexp.MustCompile(`^<((https?://|mailto:)[^>\s]+|[^>\s@]+@[^>\s]+)>`)
	tag       = regexp.MustCompile(`^</?[a-zA-Z][^>\n]{0,200}>`)
	entity    = regexp.MustCompile(`^&(amp|lt|gt|quot|apos|nbsp|#39);`)
)

var entities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "nbsp": ' ', "#39": '\''} // never changed

// line takes what only means something at a line's beginning.
func (s *stripper) line() bool {
	line := string(s.in[s.i : s.i+s.lineLength()])
	trimmed := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
		fence := trimmed[:3]
		s.drop(len([]rune(line)))
		rest := string(s.in[s.i:])
		if end := strings.Index(rest, "\n"+fence); end >= 0 { // code is for the eye
			s.drop(len([]rune(rest[:end])) + 1)
			s.drop(s.lineLength())
		}
		return true
	case trimmed != "" && (ruleLine.MatchString(line) || strings.Contains(line, "-") && tableRule.MatchString(line) && strings.ContainsAny(line, "|-") && len(trimmed) > 2):
		s.drop(len([]rune(line)) + 1)
		return true
	}
	if m := lineMark.FindString(line); m != "" {
		s.drop(len([]rune(m)))
		if strings.Contains(m, "|") && strings.HasSuffix(trimmed, "|") {
			s.table()
		}
		return true
	}
	return false
}

// table reads the cells of a row like a list.
func (s *stripper) table() {
	end := s.i + s.lineLength()
	for s.i < end {
		if s.in[s.i] != '|' {
			s.inline()
			continue
		}
		if strings.Trim(string(s.in[s.i:end]), "| \t") == "" {
			s.drop(end - s.i)
			return
		}
		for n := len(s.v.text); n > 0 && s.v.text[n-1] == ' '; n = len(s.v.text) {
			s.v.gone[s.v.from[n-1]] = true
			s.v.text, s.v.from = s.v.text[:n-1], s.v.from[:n-1]
		}
		s.keep(',')
	}
}

// inline takes the next rune or piece of markup.
func (s *stripper) inline() {
	r := s.in[s.i]
	switch {
	case r == '\\' && strings.ContainsRune("\\`*_{}[]()#+-.!|<>~", s.peek(1)) && s.peek(1) != 0:
		s.drop(1)
		s.keep(s.in[s.i])
	case r == '\n':
		s.lineEnd()
	case r == '!' && s.peek(1) == '[', r == '[':
		s.link()
	case r == '<':
		s.angle()
	case r == '&':
		if m := entity.FindStringSubmatch(s.rest()); m != nil {
			s.keep(entities[m[1]])
			s.drop(len(m[0]) - 1)
		} else {
			s.keep(r)
		}
	case r == '`':
		s.drop(1)
	case r == '*' || r == '_' || r == '~':
		s.emphasis(r)
	case isEmoji(r), (r >= '0' && r <= '9' || r == '#' || r == '*') && (s.peek(1) == 0x20E3 || s.peek(1) == 0xFE0F && s.peek(2) == 0x20E3):
		s.emoji()
	default:
		s.keep(r)
	}
}

// lineEnd makes a line's end a pause.
func (s *stripper) lineEnd() {
	if unicode.IsLetter(s.last) || unicode.IsNumber(s.last) || s.last == ')' {
		s.keep(',')
		return
	}
	s.keep(' ')
}

// link keeps the text of links and images.
func (s *stripper) link() {
	rest := s.rest()
	m := image.FindStringSubmatch(rest)
	before := 2
	if m == nil {
		m, before = link.FindStringSubmatch(rest), 1
	}
	switch {
	case footnote.MatchString(rest):
		s.drop(len([]rune(footnote.FindString(rest))))
	case m == nil:
		s.keep(s.in[s.i])
	default:
		text := len([]rune(m[1]))
		end := s.i + len([]rune(m[0]))
		s.drop(before)
		for last := s.i + text; s.i < last; {
			s.inline()
		}
		s.drop(end - s.i)
	}
}

func (s *stripper) angle() {
	rest := s.rest()
	if m := autolink.FindStringSubmatch(rest); m != nil {
		s.drop(1)
		if strings.HasPrefix(m[1], "mailto:") {
			s.drop(len("mailto:"))
			m[1] = m[1][len("mailto:"):]
		}
		for range []rune(m[1]) {
			s.keep(s.in[s.i])
		}
		s.drop(1)
		return
	}
	if m := tag.FindString(rest); m != "" {
		n := len([]rune(m))
		if strings.HasPrefix(strings.ToLower(m), "<br") || strings.HasPrefix(strings.ToLower(m), "<p") || strings.HasPrefix(m, "</") && s.last != ' ' && s.peek(n) != 0 && unicode.IsLetter(s.peek(n)) {
			s.keep(' ')
			s.drop(n - 1)
			return
		}
		s.drop(n)
		return
	}
	s.keep('<')
}

// emphasis drops stars and underscores that stand at the edge of a word.
func (s *stripper) emphasis(r rune) {
	n := 1
	for s.peek(n) == r {
		n++
	}
	before, after := s.peek(-1), s.peek(n)
	word := func(r rune) bool { return r != 0 && !unicode.IsSpace(r) }
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
	marks := false
	switch {
	case r == '~':
		marks = n >= 2
	case n >= 2:
		marks = r == '*' || word(before) || word(after)
	case r == '*':
		marks = word(before) != word(after) || word(before) && !(unicode.IsNumber(before) && unicode.IsNumber(after))
	default:
		marks = (word(before) || word(after)) && !(letter(before) && letter(after))
	}
	if marks {
		s.drop(n)
		return
	}
	for range n {
		s.keep(r)
	}
}

// emoji drops a row of them and one of the spaces around it.
func (s *stripper) emoji() {
	for s.i < len(s.in) && (isEmoji(s.in[s.i]) || joins(s.in[s.i]) || s.peek(1) == 0x20E3 || s.peek(1) == 0xFE0F && s.peek(2) == 0x20E3) {
		s.drop(1)
	}
	if (s.last == ' ' || s.last == 0) && s.peek(0) == ' ' {
		s.drop(1)
	}
}

func joins(r rune) bool {
	return r == 0x200D || r == 0xFE0F || r == 0xFE0E || r == 0x20E3 || r >= 0xE0020 && r <= 0xE007F
}

func isEmoji(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r >= 0x2B00 && r <= 0x2BFF || r >= 0x2300 && r <= 0x23FF || r >= 0x2190 && r <= 0x21FF ||
		r == 0x200D || r == 0xFE0F || r == '™' || r == '®' || r == '©' || r >= 0x2500 && r <= 0x25FF
}
