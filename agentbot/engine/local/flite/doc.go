// Package flite speaks English with CMU Flite (Debian's flite1-dev), in
// process: the voices slt and rms at 16 kHz, no key and no download.
//
//	Speak ── text ─► fold (ASCII, offsets kept) ─► pieces (a sentence or two)
//	                                                  │
//	                       synthesis goroutine, one a stream
//	                       semaphore: as many at once as there are CPUs
//	                                                  │ for each piece
//	                       flite (C): text analysis, parameters, vocoder
//	                                  └─ callback each 20 ms of speech
//	                                                  │ samples, word times
//	Read ◄────────────── buffer (mutex) ◄─────────────┘
//
// # Streaming
//
// The vocoder hands out samples as it makes them, so the first of a sentence
// are there after its text analysis, about 20 ms. Synthesis is some 70 times
// faster than real time; the goroutine waits between two pieces until less
// than lookahead is left to be read, so a stream holds lookahead and one piece
// at most. A piece that lasts longer than longestPiece cannot be speech: the
// stream ends with kind nonsense. The pause with which flite opens every
// utterance is cut off the first piece, since a caller would wait through it.
//
// # Voices
//
// A voice of flite is read-only while it speaks: what belongs to one stream (the
// streaming callback) is set on the stream's utterance and not on the voice, so
// all streams share one voice object. Voices are registered at the first New,
// once a process, because flite keeps them in globals.
//
// # Goroutines and locks
//
// Speak starts the synthesis goroutine and Close joins it. Its ctx ends with
// the stream's; the callback sees that and stops the vocoder, so Close waits
// for at most one piece's text analysis (tens of ms). The only lock is the
// stream's mutex around its buffer, never held while waiting. The goroutine
// reaches its stream from C by a cgo.Handle, deleted when the piece is done.
//
// # Word times
//
// Before the first sample of a piece flite knows where each of its segments
// ends; the start of a word is the end of the segment before its first. They
// are mapped back to offsets in the text as given.
//
// # Failures
//
// An unknown voice and an utterance that flite cannot analyse are kinds
// unusable and nonsense. Text without letters or digits is no failure: io.EOF.
// Flite's own fatal errors end the process (it calls exit), all of them for
// broken voices, none for text: odd characters are folded or dropped, and very
// long words cut, before flite sees them.
package flite
