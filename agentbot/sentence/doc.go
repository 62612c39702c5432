// Package sentence cuts the text of a reply, as it streams from a model, into
// pieces that a voice can speak one after the other, and finds words in text.
//
//	deltas "Hel" "lo. It's $2" "9." " Next" ──▶ Splitter ──▶ "Hello. It's $29. " …
//
// The rules of the Splitter:
//
//   - Nothing is lost or changed: the pieces, put together, are the input byte
//     for byte. White space after a piece belongs to it.
//   - The pieces do not depend on how the text was cut into deltas, so a test
//     of one cut is a test of all. Every decision looks at one window of the
//     text, and waits until what it needs of it has come.
//   - An end mark (. ! ? … and those of other scripts), with the quotes and
//     brackets after it, ends a sentence when the next character that is no
//     space confirms it: "$29." may go on as "$29.99", and "e.g." goes on.
//   - A piece has at least Min characters, because a voice sounds chopped on
//     less, unless it is the last. Ideographs and kana count three, Hangul two.
//   - A piece has at most Max. Where no sentence ends in time it is cut after a
//     clause, else where a line may break (Unicode's rules, rivo/uniseg), else
//     between two user-perceived characters.
//   - A line's end ends a piece too: a list is read item by item.
//
// The reader of the stream decides about waiting: when the model pauses, Flush
// gives what there is.
//
// There are no goroutines and no locks; a Splitter is used by one goroutine.
package sentence
