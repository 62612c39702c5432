// Package spoken turns what is written into what is said, and remembers which
// part of the one belongs to which part of the other.
//
//	written  "It is **$29.99**, see [our page](https://x.example/a)."
//	             │ markup is taken out
//	visible  "It is $29.99, see our page."
//	             │ numbers, dates, addresses … as a person of that language says them
//	said     "It is twenty-nine dollars and ninety-nine cents, see our page."
//	             │ Written: code points said ──▶ code points written
//
// A voice is given what is said; the log, the subtitles and the model's memory
// keep what is written. What was heard, and the times of words, are offsets into
// what is said; Spoken.Written maps them back. It never falls, begins at 0, ends
// with the whole text, and counts a form ("$29.99") as said when all of its words
// are: who has heard "twenty-nine" has not heard the price. Digits of telephone
// and order numbers count group by group.
//
// # Levels
//
// Markup takes out what is there for the eye: emphasis, headings, list marks,
// code fences, tables, links (their text stays), images, emoji, HTML. It is for
// voices that read numbers well themselves, as OpenAI's do. Full writes out
// numbers too: amounts, percentages, ordinals, dates, times, units, telephone and
// order numbers, addresses of pages and mail, abbreviations and signs. It is for
// small voices such as flite. English, Spanish, German and Chinese are known; text
// of another language gets Markup alone.
//
// # Doubt
//
// 10/11/2026 is the eleventh of October in English and the tenth of November in
// Spanish and German. A number is read digit by digit where a word before it says
// what it is (order, code, PIN …), where it begins with 0 or has seven digits and
// more. Where grammar wants to know a gender that is not written, German and
// Spanish numbers are masculine.
//
// Everything here is a function of its arguments; no goroutines, no state.
package spoken
