// Package turn decides, frame by frame, when a speaker's utterance begins and
// ends and when it must stop an agent that speaks.
//
//	         StartFrames of StartWindow voiced           BargeIn of voice
//	┌──────┐ ──────────────────────────────▶ ┌────────┐ ────────────────▶ Barge (once)
//	│ idle │      Started (with pre-roll)    │ active │
//	└──────┘ ◀────────────────────────────── └────────┘
//	         silence as long as the text so far wants,
//	         or MaxUtterance: Ended
//
// Hysteresis: a beginning needs 5 voiced frames of 8, so a click is none; in the
// silence at the end a blip of fewer than 3 frames of 8 does not count as voice,
// so noise does not hold the turn open.
//
// How long the silence must be depends on the text so far (Look): a finished
// sentence 0.3 s, one that breaks off 1.5 s, digits and spelling 2 s, anything
// else 0.6 s. The text is looked at in every frame, so a partial that comes late
// still counts.
//
// "uh-huh" (Backchannel) for up to a second is no Barge while the text shows it
// is one. Where the recogniser has said nothing yet, 0.2 s of voice is a Barge;
// the agent then pauses, and goes on when the text turns out to be one.
//
// With push-to-talk on, voice decides nothing: Press is Started and Barge,
// Release is Ended, Cancel is Canceled.
//
// A Machine is pure: no clock (it counts frames of 20 ms), no goroutine, no lock,
// no audio. It is used by one goroutine.
package turn
