package spoken

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Level is how much is changed.
type Level int

// The levels.
const (
	Full    Level = iota // markup, numbers and all other forms
	Markup               // markup only
	Nothing              // the text as it is
)

// Spoken is what is said for a written text.
type Spoken struct {
	Say string // what a voice is given; without words where nothing is to be said

	length int   // code points written
	ends   []int // by code points said: code points written; nil: they are the same
}

// Of is what is said for a text of a language (BCP 47; "" is English).
func Of(text, language string, level Level) Spoken {
	if level == Nothing || plain(text, level) {
		return Spoken{Say: text, length: utf8.RuneCountInString(text)}
	}
	w := strip(text)
	if level == Full {
		if t := tongueOf(language); t != nil {
			return w.speak(t)
		}
	}
	return w.asIs()
}

// plain says whether there is nothing to be changed, as in most sentences.
func plain(text string, level Level) bool {
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && (unicode.IsLetter(r) || r == ' ' || r == ',' || r == '?' || r == '\''):
		case level == Full && r == '.':
			return false // an abbreviation's, maybe
		case r == '.' && level == Markup, r == ':' && level == Markup, r == ';':
		case r >= utf8.RuneSelf && unicode.IsLetter(r), strings.ContainsRune("。，？！、；¿¡…“”„‘’«»", r):
		default:
			return false
		}
	}
	return level == Markup || !strings.ContainsAny(text, ".")
}

// Written is how many code points of the written text are said with the first
// offset code points of Say. offset may lie outside of it.
func (s Spoken) Written(offset int) int {
	switch {
	case offset <= 0:
		return 0
	case s.ends == nil:
		return min(offset, s.length)
	case offset >= len(s.ends):
		return s.length
	}
	return s.ends[offset]
}

// visible is a text without markup.
type visible struct {
	text    []rune
	from    []int  // of each rune of text: its place in the written text
	written []rune // all of it
	gone    []bool // of each rune of written: it is markup
}

// asIs says what is visible.
func (v *visible) asIs() Spoken {
	b := v.builder()
	b.copy(len(v.text))
	return b.done()
}

// builder makes a Spoken out of a visible text, from its beginning to its end.
type builder struct {
	v    *visible
	at   int // runes of v.text that are done
	say  strings.Builder
	ends []int
}

func (v *visible) builder() *builder { return &builder{v: v, ends: []int{0}} }

// copy says the next n runes as they are.
func (b *builder) copy(n int) {
	for range n {
		b.say.WriteRune(b.v.text[b.at])
		b.ends = append(b.ends, b.v.from[b.at]+1)
		b.at++
	}
}

// replace says something else for the next n runes.
func (b *builder) replace(n int, say string) {
	if n == 0 && say == "" {
		return
	}
	before := b.ends[len(b.ends)-1]
	end := before
	if n > 0 {
		end = b.v.from[b.at+n-1] + 1
	}
	b.at += n
	runes := []rune(say)
	for range runes {
		b.ends = append(b.ends, before)
	}
	b.ends[len(b.ends)-1] = end
	if len(b.ends) == 1 {
		b.ends[0] = 0 // nothing is said yet
	}
	b.say.WriteString(say)
}

func (b *builder) done() Spoken {
	b.copy(len(b.v.text) - b.at)
	s := Spoken{Say: b.say.String(), length: len(b.v.written), ends: b.ends}
	for i, end := range s.ends {
		// What closes an emphasis or a link goes with what it closes; after a space
		// it opens the next.
		for end > 0 && end < s.length && b.v.gone[end] && !unicode.IsSpace(b.v.written[end-1]) {
			end++
		}
		s.ends[i] = end
		if i > 0 && s.ends[i] < s.ends[i-1] {
			s.ends[i] = s.ends[i-1]
		}
	}
	if n := len(s.ends); n > 1 {
		s.ends[n-1] = s.length
	}
	return s
}
