// Package export writes a call's log as plain text, JSON, WebVTT and SRT.
//
//	entries ─ visible? ─┬─ Text: a line an entry, events included
//	                    ├─ JSON: every field, the names of the wire protocol
//	                    └─ cues ─┬─ WebVTT: <v Name>, events as NOTE
//	                             └─ SRT: "Name: …", without events
//
// The log is ordered by when a sentence was finished, captions by when it began,
// so cues are sorted by start. Two people may talk at once: in WebVTT cues of
// different speakers may overlap, of one speaker they never do; in SRT, which
// players show one at a time, none do. A cue is never empty and never shorter
// than minCue; what has no length of its own (a typed message, a sentence
// without end) is shown as long as it takes to read.
//
// What people said and typed is written as text and never as markup: WebVTT is
// escaped, control characters (a terminal's escape sequences, say) are removed,
// blank lines, which would end a cue, are closed up. Private entries and what
// was never heard are left out unless asked for. The package is pure: it has no
// goroutine, no clock and no state.
package export
