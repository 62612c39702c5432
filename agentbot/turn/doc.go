// Package turn decides, frame by frame, when a speaker's utterance begins and
// ends and when it must stop an agent that speaks.
//
//	         StartFrames of StartWindow voiced           BargeIn of voice, or words
//	┌──────┐ ──────────────────────────────▶ ┌────────┐ ──────────────────────────▶ Barge (once)
//	│ idle │      Started (with pre-roll)    │ active │
//	└──────┘ ◀────────────────────────────── └────────┘
//	         silence as long as the text so far and the speaker's pauses want,
//	         or MaxUtterance: Ended
//
// Hysteresis: a beginning needs 5 voiced frames of 8, so a click is none; in the
// silence at the end a blip of fewer than 3 frames of 8 does not count as voice,
// so noise does not hold the turn open.
//
// How long the silence must be depends on the text so far (Look):
//
//	Finished    0.3 s  it ends like a sentence
//	Open        0.6 s  it says nothing about what comes
//	Trailing    1.2 s  it ends with a word that sentences end with, and go on with: "please", "that"
//	Unfinished  2.5 s  it ends with a word that leads on, a comma, an "um"
//	Spelling    3 s    digits, letters ("B as in Boston"), an e-mail address that is not complete
//
// The text is looked at in every frame, so a partial that comes late still
// counts.
//
// # Pauses
//
// The first three silences are multiplied by what was learned of the speaker
// (Pauses): 0.8 for who hardly pauses to 2 for who takes time, 1 at first, never
// beyond 2.5 s. It is the 97th percentile of this speaker's pauses as a share
// of the silence allowed, followed by steps. A pause counts once its speaker
// goes on:
//
//	in an utterance       0.2 s or more without voice, then as much voice as begins one
//	between utterances    at most 2 s, and nobody else (Other) spoken yet, or for less than the 0.2 s
//	                      within which nobody reacts: the speaker was cut off
//
// An utterance without words teaches nothing, as it may be noise; with a
// recogniser that tells no partials nothing is learned. What is learned ends
// with the Machine.
//
// # Barge-in
//
// Config.BargeInBy says what stops an agent: 0.2 s of voice, so many recognised
// words, or either. By words, noise does not even pause the agent, and it stops
// as late as the recogniser tells the words.
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
