// Package echo tells a caller's own voice from the echo of what is played to
// them, for callers with a loudspeaker and poor echo cancellation: the agent is
// not to be stopped, nor answered, by itself.
//
//	player ─ frame, wall time ─▶ Reference: energy in 9 bands, the last 2.5 s
//	                                 │
//	microphone ─ frame ─▶ Guard.Hear ┤ compare: how alike are the last 0.5 s to what was played
//	                                 │          d frames ago, for d up to 0.8 s ─▶ delay, once known
//	VAD ─ voice? ─▶ Guard.Near ◀─────┘ explain: gain of each band × what was played, with a room's tail
//	                   │
//	                   └─▶ voice of their own? ─▶ turn.Machine
//
// # How
//
// Likeness is the correlation of the bands' envelopes, each with its own mean
// and scale, so neither loudness nor the colour of a path matters. Smoothed over
// time it finds the delay, after about 10 frames of echo; until then a window
// that is very alike (0.87) counts as echo. From then on each frame has an
// expected echo. A frame is the caller's when a large enough share of its bands
// is louder than that, or the likeness has fallen from its usual value, or some
// of both; less is enough where the path is clear, more in a room that
// reverberates. Three such frames of eight begin the caller's voice, which is
// believed for 0.24 s after the last of them, and the frames before are given
// back (late), so a barge-in is no later than without a guard.
//
// When nothing was played in the last second the guard does nothing.
//
// # What it does, and does not
//
// Of 24 echoes of 6 to 30 dB below the voice, delayed by 50 to 500 ms, with
// noise, half of them in a room, every one stops an unguarded agent and none a
// guarded one (TestEchoAlone). A caller as loud as the agent is at its source
// stops it 0.2 s after their first voiced frame at the median; at the 95th
// percentile 0.2 to 0.24 s, 0.32 s where the echo is 6 dB softer (TestCallerOverEcho). An echo of -6 dB in a room that
// reverberates can cover a caller for a sentence: then words decide, not voice.
// A caller much softer than the echo is covered too.
// A caller who begins to speak out of silence together with the agent, or up to
// 0.8 s after it, is taken for its echo for a moment, also where there is none:
// they stop it after 0.4 s at the median, 0.7 s at the longest
// (TestCallerWithoutEcho). What turns out not to be much alike (0.8) is no echo.
//
// What passes as a voice nevertheless is told by its words: Repeats says whether
// a text is what the agent was saying.
//
// # Goroutines, locks, cost
//
// None of its own. The player's goroutine adds to a Reference and the legs'
// compare; its mutex is held for a copy. A Guard belongs to one goroutine. There
// is no clock: times are passed in. BenchmarkGuard: about 8 µs a frame (one FFT)
// when nothing is played, 100 µs for a voice over what is played, no allocation.
package echo
