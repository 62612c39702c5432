// Package jitter puts the Opus packets of one track back in order for a
// listener that decodes them: a recogniser, a recorder, a test's ear.
//
//	Push (as they come) ─> [ 7 8 . 10 11 ] ─> Pop: 7, 8, lost 9 (next: 10), 10, 11, silence, ..
//
// A listener needs every frame once, in order and soon; it does not play to an
// ear in real time. So a frame that is next in order is handed out at once. The
// buffer waits only for a missing one, until [Options.Wait] after the packet
// behind it came; then it is lost, and the frame handed out carries the
// payload of its successor, whose in-band FEC may restore it.
//
// A sender with DTX sends nothing in silence. A listener still needs the time
// to pass, to notice the end of a sentence: when nothing has come for a frame
// and the wait, silence frames come at the pace of the clock; what is left of
// the pause when the next packet tells its length is made up at once, up to
// [Options.MaxGap]. A stall of the network looks the same at first: its
// packets are handed out when they come, after the silence.
//
// What is promised, whatever the input: payloads come out in the order of
// their sequence numbers, each at most once; a payload that was pushed in time
// is not lost, but in the two failures below; the memory is bounded by
// [Options.Capacity].
//
// Failures are counted in [Stats] and are no errors. When nobody pops, the
// oldest packets go. A number further off than loss can explain is not taken;
// if the next one follows it, the sender has begun anew, and what waited of the
// old numbering goes.
//
// The package is pure: no clock, goroutine or lock. One goroutine owns a
// Buffer, passes the time in, and calls Pop until it says no more: after each
// Push, and again when [Buffer.Wake] says.
package jitter
