package score

import (
	"strings"
	"time"
	"unicode"
)

// onsets are the audible frames after a while without one.
func (r *Record) onsets() (onsets []time.Duration) {
	for i, at := range r.Audible {
		if i == 0 || at-r.Audible[i-1] >= onsetGap {
			onsets = append(onsets, at)
		}
	}
	return onsets
}

// way is how the audio of an answer came about: when the turn was decided to be
// over, and when engines that are asked as these were have the first sample
// ready. What says something else than an answer has no way.
func (r *Record) way(onset time.Duration) (decided, ready time.Duration, ok bool) {
	const none = -1
	decided, chat, preview, text := time.Duration(none), time.Duration(none), time.Duration(none), time.Duration(none)
	for _, c := range r.Calls {
		if c.At > onset {
			break
		}
		switch c.What {
		case Finish:
			decided, text = c.At, c.At+r.Delays.ASR
		case Preview:
			preview = c.At
		case Taken:
			decided, text = c.At, max(c.At, preview+r.Delays.ASR)
		case Chat:
			chat = c.At
		}
	}
	if decided == none || chat == none {
		return 0, 0, false
	}
	speech := r.Delays.LLM + r.Delays.TTS
	if chat < decided {
		return decided, max(text, chat+speech), true
	}
	return decided, text + speech, true
}

// causedByTurn says whether the last that the caller did before a time was a
// turn, and not long ago.
func (r *Record) causedByTurn(at time.Duration) bool {
	for i := len(r.Acts) - 1; i >= 0; i-- {
		if a := r.Acts[i]; a.From <= at {
			return a.Kind.IsTurn() && at <= a.To+aftermath
		}
	}
	return false
}

// somethingNew says whether what was audible before and after a gap are two
// things: the caller had a turn, or the agent began anew.
func (r *Record) somethingNew(from, to time.Duration) bool {
	for _, a := range r.Acts {
		if a.Kind.IsTurn() && a.From < to && a.To > from-stopGap-frame {
			return true
		}
	}
	for _, c := range r.Calls {
		if c.What == Chat && c.At > from && c.At < to {
			return true
		}
	}
	for _, at := range r.Cuts {
		if at >= from-frame && at <= to {
			return true
		}
	}
	return false
}

// errors are the word errors in act i: what was recognised from a while before
// it to a while before the next.
func (r *Record) errors(i int) Errors {
	const early = 600 * time.Millisecond // pre-roll, and a VAD that hears more than there is
	a := r.Acts[i]
	until := a.To + aftermath
	if i+1 < len(r.Acts) {
		until = min(until, r.Acts[i+1].From-early)
	}
	var heard []string
	for _, final := range r.Finals {
		if middle := (final.From + final.To) / 2; middle >= a.From-early && middle < until {
			heard = append(heard, PlainWords(final.Text)...)
		}
	}
	said := PlainWords(a.Text)
	return Errors{distance(said, heard), len(said)}
}

// PlainWords are the words of text without case and marks.
func PlainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '\''
	})
}

// distance is the least number of words to insert, delete and replace.
func distance(a, b []string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// common is the length of the longest common sequence.
func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}
