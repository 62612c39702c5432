// Package guard keeps an operator's rules out of what an AI says, and other
// people's words out of the rules. It is pure: no I/O, no clock, no goroutine.
//
//	caller's words, names ──Words, Name, Quote──▶ the model's memory
//	model ──sentence──▶ Watch.Check ──"" ──────▶ voice, log, subtitles
//	                        └─ recital, secret ▶ a refusal instead
//
// # What goes in
//
// Words a person said or typed reach a model only as that person's message.
// Words takes from them what could pass for more than words: line ends and
// invisible characters, the marks of chat templates, the marker of a human's
// stretch, a role with a colon where a message or sentence begins. The log keeps
// the words as they were. A Name is letters of a name and little else, and Quote
// is text that stands as JSON in a message of ours.
//
// # What comes out
//
// A Watch reads the sentences of one call before they are spoken. A sentence is
// not, when
//
//   - with what was said before it, it repeats Config.Recital letters of a
//     protected text in a row, or there has been said Config.Share of one in
//     pieces; letters are compared without case, spaces and punctuation, also
//     backwards, in rot13, and decoded from base64 and hex;
//   - it repeats Config.Recital letters of what describes a tool to the model
//     (Guard.With), however short that is;
//   - it holds something that looks like a key, a token or a private key, or a
//     configured secret, however it is spaced.
//
// It cannot see a paraphrase or a translation. So that it matters less, a prompt
// should hold no secret, and tools have their own credentials.
//
// A Guard never changes and may be used by many goroutines; a Watch belongs to
// one.
package guard
