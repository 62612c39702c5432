package sentence

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// The limits of a piece when a Splitter does not say.
const (
	DefaultMin = 20
	DefaultMax = 240
)

// Splitter cuts streamed text into pieces. The zero value is ready.
type Splitter struct {
	Min int // fewest characters of a piece but the last; 0 is DefaultMin
	Max int // most characters of a piece; 0 is DefaultMax

	buf string // not yet given out
}

// Write takes the next delta and returns the pieces it completed, often none.
func (s *Splitter) Write(delta string) []string {
	s.buf += delta
	var pieces []string
	for {
		n := s.next()
		if n == 0 {
			return pieces
		}
		pieces = append(pieces, s.buf[:n])
		s.buf = s.buf[n:]
	}
}

// Flush ends the text, or gives up waiting for more of it: it returns what is
// left, if anything. The Splitter may be used again.
func (s *Splitter) Flush() []string {
	if s.buf == "" {
		return nil
	}
	rest := s.buf
	s.buf = ""
	return []string{rest}
}

// Pending is what Flush would return.
func (s *Splitter) Pending() string { return s.buf }

// next is the length of the first piece of the buffer, 0 when it is not
// decided yet.
func (s *Splitter) next() int {
	minimum, maximum := s.Min, s.Max
	if minimum <= 0 {
		minimum = DefaultMin
	}
	if maximum <= 0 {
		maximum = DefaultMax
	}
	w, full := window(s.buf, max(maximum, minimum))
	cut, waits := firstEnd(w, minimum)
	switch {
	case cut > 0:
		return cut
	case !full:
		return 0
	case waits > 0:
		return waits
	}
	return forced(w, minimum)
}

// window is the beginning of text that one decision looks at, at most limit
// characters, and whether the text goes beyond it.
func window(text string, limit int) (string, bool) {
	weighed := 0
	for i := 0; i < len(text); {
		if !utf8.FullRuneInString(text[i:]) {
			return text[:i], false
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if weighed += weight(r); weighed > limit && i > 0 {
			return text[:i], true
		}
		i += size
	}
	return text, false
}

// firstEnd finds the first confirmed end of a sentence or line in w that makes
// a piece of at least minimum characters, 0 for none. waits is where an end
// would be that only lacks the confirming character.
func firstEnd(w string, minimum int) (cut, waits int) {
	for i := 0; i < len(w); {
		r, size := utf8.DecodeRuneInString(w[i:])
		switch {
		case r == '\n':
			end := skipSpace(w, i)
			if length(w[:i]) >= minimum {
				if end == len(w) {
					return 0, end
				}
				return end, 0
			}
			i = end
		case isEndMark(r):
			after := skipMarks(w, i+size)
			end, verdict := judge(w, i, after)
			enough := length(w[:after]) >= minimum
			if verdict == unsure {
				if enough {
					return 0, end
				}
				return 0, 0
			}
			if verdict == ends && enough {
				return end, 0
			}
			i = after
		default:
			i += size
		}
	}
	return 0, 0
}

// length is the number of characters of a piece, spaces around it aside.
func length(piece string) int {
	n := 0
	for _, r := range strings.TrimSpace(piece) {
		n += weight(r)
	}
	return n
}

// weight is how many Latin letters a character is about as long as when it is
// spoken.
func weight(r rune) int {
	switch {
	case r < 0x1100:
		return 1
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return 3
	case unicode.Is(unicode.Hangul, r):
		return 2
	}
	return 1
}

// forced is where a window is cut in which no sentence ends.
func forced(w string, minimum int) int {
	clause, line, char := 0, 0, 0
	rest, state := w, -1
	for at := 0; rest != ""; {
		var segment string
		segment, rest, _, state = uniseg.FirstLineSegmentInString(rest, state)
		at += len(segment)
		if at == len(w) {
			break
		}
		if length(w[:at]) < minimum {
			continue
		}
		line = at
		mark, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(segment, unicode.IsSpace))
		if strings.ContainsRune(clauseMarks, mark) {
			clause = at
		}
	}
	switch {
	case clause > len(w)/3:
		return clause
	case line > 0:
		return line
	}
	rest, state = w, -1
	for at := 0; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at += len(cluster); at < len(w) {
			char = at
		}
	}
	if char > 0 {
		return char
	}
	return len(w)
}
