package spoken

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

var (
	isoDate   = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})\b`)
	dotDate   = regexp.MustCompile(`^([0-9]{1,2})\. ?([0-9]{1,2})\.( ?([0-9]{4}|[0-9]{2})\b)?`)
	slashDate = regexp.MustCompile(`^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\b`)
	yearFirst = regexp.MustCompile(`^([0-9]{4})[/年]([0-9]{1,2})[/月]([0-9]{1,2})[日号]?`)
	hanYear   = regexp.MustCompile(`^([0-9]{4})年`)
	dayName   = regexp.MustCompile(`^([0-9]{1,2})(\.|st|nd|rd|th)? (?:of |de )?(\p{L}+)\.?((?:,? | del? )([0-9]{4})\b)?`)
)

// calendar says dates that begin with digits.
func (s *speaker) calendar(rest string) bool {
	if !isDigit(rune(rest[0])) {
		return false
	}
	if m := isoDate.FindStringSubmatch(rest); m != nil {
		return s.date(m[0], m[3], m[2], m[1])
	}
	if s.t.separate == "" {
		if m := yearFirst.FindStringSubmatch(rest); m != nil {
			return s.date(m[0], m[3], m[2], m[1])
		}
		if m := hanYear.FindStringSubmatch(rest); m != nil {
			return s.form(m[1], s.t.year(atou(m[1])))
		}
	}
	if m := dotDate.FindStringSubmatch(rest); m != nil && (len(m[4]) == 4 || s.t.one == "ein") {
		year := m[4]
		if len(year) == 2 {
			year = "20" + year
		}
		if m[4] == "" && strings.HasSuffix(m[0], ".") && m[3] == "" && isNumberAfter(rest[len(m[0]):]) {
			return false
		}
		return s.date(m[0], m[1], m[2], year)
	}
	if m := slashDate.FindStringSubmatch(rest); m != nil {
		if s.t.number == "number" && atou(m[1]) <= 12 {
			return s.date(m[0], m[2], m[1], m[3])
		}
		return s.date(m[0], m[1], m[2], m[3])
	}
	if m := dayName.FindStringSubmatch(rest); m != nil {
		if month := s.t.months[strings.ToLower(m[3])]; month > 0 && (s.t.one == "ein") == (m[2] == ".") && len(m[3]) >= 3 {
			return s.date(m[0], m[1], strconv.Itoa(month), m[5])
		}
	}
	return false
}

func isNumberAfter(rest string) bool { return rest != "" && isDigit(rune(rest[0])) }

func atou(digits string) uint64 {
	n, _ := strconv.ParseUint(digits, 10, 64)
	return n
}

// date says a date, if there is such a day.
func (s *speaker) date(written, day, month, year string) bool {
	d, m, y := atou(day), atou(month), atou(year)
	if d < 1 || d > 31 || m < 1 || m > 12 {
		return false
	}
	return s.form(written, s.t.date(int(d), int(m), int(y), s.last()))
}

var nameDay = regexp.MustCompile(`^(\p{L}+)\.? ([0-9]{1,2})(st|nd|rd|th)?\b(,? ([0-9]{4})\b)?`)

// monthFirst says "November 21, 2026".
func (s *speaker) monthFirst(rest string) bool {
	if s.t.number != "number" || s.inWord() {
		return false
	}
	m := nameDay.FindStringSubmatch(rest)
	if m == nil || !unicode.IsUpper([]rune(m[1])[0]) || s.t.months[strings.ToLower(m[1])] == 0 {
		return false
	}
	if after := rest[len(m[0]):]; strings.HasPrefix(after, ":") || strings.HasPrefix(after, ".") && isNumberAfter(after[1:]) {
		return false
	}
	return s.date(m[0], m[2], strconv.Itoa(s.t.months[strings.ToLower(m[1])]), m[5])
}

var (
	clockForm = regexp.MustCompile(`^([01]?[0-9]|2[0-4]):([0-5][0-9])(:[0-5][0-9])?`)
	halfForm  = regexp.MustCompile(`^(1[0-2]|0?[1-9])(:([0-5][0-9]))?\s?([aApP])\.?\s?[mM]\b\.?`)
	uhrForm   = regexp.MustCompile(`^([01]?[0-9]|2[0-4])([:.]([0-5][0-9]))? ?Uhr\b`)
	hForm     = regexp.MustCompile(`^([01]?[0-9]|2[0-4])([:.]([0-5][0-9])) ?h\b`)
)

func (s *speaker) clockTime(rest string) bool {
	at := func(written, h, m string, half byte) bool {
		return s.form(written, s.t.clock(int(atou(h)), int(atou(m)), half))
	}
	if m := halfForm.FindStringSubmatch(rest); m != nil && (s.t.number == "number" || s.t.one == "un") {
		written := m[0]
		if after := rest[len(written):]; strings.HasSuffix(written, ".") && strings.TrimSpace(after) == "" {
			written = written[:len(written)-1] // it ends the sentence
		}
		return at(written, m[1], m[3], strings.ToLower(m[4])[0])
	}
	if s.t.one == "ein" {
		if m := uhrForm.FindStringSubmatch(rest); m != nil {
			return at(m[0], m[1], m[3], 0)
		}
	}
	if m := hForm.FindStringSubmatch(rest); m != nil && s.t.one == "un" {
		return at(m[0], m[1], m[3], 0)
	}
	m := clockForm.FindStringSubmatch(rest)
	if m == nil || m[3] != "" || isNumberAfter(rest[len(m[0]):]) {
		return false
	}
	return at(m[0], m[1], m[2], 0)
}
