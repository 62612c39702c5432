package playout

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
)

const (
	frameLength = 20 * time.Millisecond
	quiet       = 0.04                   // share of the loudest frame below which a frame has no speech
	perSyllable = 190 * time.Millisecond // of speech at an ordinary pace
	lastWord    = 300 * time.Millisecond // length of a word whose end is not known
)

// text is a sentence with what is needed to tell how much of it was heard.
type text struct {
	all       string
	length    int // code points
	words     []sentence.Word
	syllables []float64 // of each word
	total     float64   // of all
}

func newText(s string) *text {
	t := &text{all: s, length: utf8.RuneCountInString(s), words: sentence.Words(s)}
	for _, w := range t.words {
		n := syllables(w.Text)
		t.syllables = append(t.syllables, n)
		t.total += n
	}
	return t
}

// heardByTimes goes by the TTS's word times. total is 0 while it is not known.
func (t *text) heardByTimes(times []engine.WordTime, played, total time.Duration) int {
	heard := 0
	for i, w := range times {
		end := w.At + lastWord
		if i+1 < len(times) {
			end = times[i+1].At
		} else if total > w.At {
			end = total
		}
		if w.At+(end-w.At)/2 > played {
			break
		}
		heard = max(heard, t.endOfWordAt(w.Offset))
	}
	return heard
}

// endOfWordAt is where the word ends that covers a code point.
func (t *text) endOfWordAt(offset int) int {
	for _, w := range t.words {
		if offset < w.End {
			return w.End
		}
	}
	return t.length
}

// heardByEnergy shares the syllables out over the frames that have speech.
func (t *text) heardByEnergy(energies []float64, played int, whole bool) int {
	loudest := 0.0
	for _, e := range energies {
		loudest = max(loudest, e)
	}
	spoken, all := 0.0, 0.0
	for i, e := range energies {
		if e > quiet*loudest {
			all++
			if i < played {
				spoken++
			}
		}
	}
	if !whole {
		all = max(all, t.total*float64(perSyllable)/float64(frameLength))
	}
	if all == 0 || t.total == 0 {
		return 0
	}
	heard, before := 0, 0.0
	for i, w := range t.words {
		if (before+t.syllables[i]/2)/t.total > spoken/all {
			break
		}
		heard = w.End
		before += t.syllables[i]
	}
	return heard
}

// syllables guesses how long a word takes, in syllables: groups of vowels, one
// for an ideograph, and what the digits of a number are when they are spoken.
func syllables(word string) float64 {
	n, vowel := 0.0, false
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			n += 1.5
			vowel = false
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n++
			vowel = false
		case strings.ContainsRune("aeiouyäöüáéíóúàèìòùâêîôûåæøAEIOUY", r):
			if !vowel {
				n++
			}
			vowel = true
		default:
			vowel = false
		}
	}
	if n > 1 && silentE(word) {
		n--
	}
	return max(n, 1) + 0.25 // the consonants between words
}

// silentE says whether word ends like "one" or "rates".
func silentE(word string) bool {
	letters := []rune(strings.TrimRightFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }))
	n := len(letters)
	if n > 2 && letters[n-1] == 's' {
		n--
	}
	return n > 2 && letters[n-1] == 'e' && !strings.ContainsRune("aeiouy", letters[n-2])
}
