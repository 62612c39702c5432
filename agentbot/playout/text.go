package playout

import (
	"math"
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
	perSyllable = 165 * time.Millisecond // of speech at an ordinary pace
	pauseFrames = 5                      // without speech are a pause between clauses
	markReach   = 0.3                    // how far from a mark a pause may be, as a share of what was said
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

// heardByEnergy shares the syllables out over the frames that have speech. A
// pause in the speech is at a mark of the text where one is near; from there on
// the count begins anew. pace is frames of speech a syllable, used where the
// end of the speech is not known.
func (t *text) heardByEnergy(energies []float64, played int, whole bool, pace float64) int {
	loudest := 0.0
	for _, e := range energies {
		loudest = max(loudest, e)
	}
	all := 0.0
	for _, e := range energies {
		if e > quiet*loudest {
			all++
		}
	}
	if all == 0 || t.total == 0 {
		return 0
	}
	if whole || all > pace*t.total {
		pace = all / t.total
	}
	left := all // frames of speech that are still to come, where they are known
	done, silent := 0.0, 0
	for _, e := range energies[:min(played, len(energies))] {
		if e <= quiet*loudest {
			silent++
			continue
		}
		if silent >= pauseFrames && done > 0 {
			done = t.markNear(done)
			if whole && left > 0 && done < t.total {
				pace = left / (t.total - done)
			}
		}
		silent = 0
		left--
		done += 1 / pace
	}
	if silent >= pauseFrames && done > 0 {
		done = t.markNear(done)
	}
	heard, before := 0, 0.0
	for i, w := range t.words {
		if before+t.syllables[i]/2 > done+1e-9 {
			break
		}
		heard = w.End
		before += t.syllables[i]
	}
	return heard
}

// markNear is how many syllables there are up to the mark of the text that is
// nearest to so many, or these where none is near.
func (t *text) markNear(done float64) float64 {
	near, before := done, 0.0
	reach := min(max(markReach*done, 1.5), 5)
	for i, w := range t.words {
		before += t.syllables[i]
		last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(w.Text, `"'”’)]`))
		if d := math.Abs(before - done); d < reach && (unicode.IsPunct(last) || i+1 == len(t.words)) {
			near, reach = before, d
		}
	}
	return near
}

// paceOf is how many frames of speech the clip took for how many syllables.
func (t *text) paceOf(energies []float64) (frames, syllables float64) {
	loudest := 0.0
	for _, e := range energies {
		loudest = max(loudest, e)
	}
	for _, e := range energies {
		if e > quiet*loudest {
			frames++
		}
	}
	return frames, t.total
}

// syllables guesses how long a word takes, in ordinary syllables: letters tell
// more of it than groups of vowels do (fitted to flite's voices, both together
// explain nearly half of what the latter leave open), an ideograph is one, and
// digits and signs are what they are when they are spoken.
func syllables(word string) float64 {
	groups, letters, other, vowel := 0.0, 0.0, 0.0, false
	for _, r := range word {
		isVowel := false
		switch {
		case unicode.IsDigit(r):
			other += 1.6
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			other += 1.25
		case unicode.IsLetter(r):
			letters++
			isVowel = strings.ContainsRune("aeiouyäöüáéíóúàèìòùâêîôûåæøAEIOUY", r)
			if isVowel && !vowel {
				groups++
			}
		case unicode.Is(unicode.Sc, r), r == '%':
			other += 2.2
		}
		vowel = isVowel
	}
	if groups > 1 && silentE(word) {
		groups--
	}
	return max(0.17*groups+0.37*letters+other, 0.5)
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
