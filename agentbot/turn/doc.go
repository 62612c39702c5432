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
// A recogniser that writes full stops (Config.Marks, or one that has written
// one) leaves none out by chance: a text of its without one is Trailing, not Open.
//
// The text is looked at in every frame, so a partial that comes late still
// counts.
//
// # Pauses
//
// The first three silences are multiplied by what was learned of the speaker
// (Pauses): 0.8 for who hardly pauses to 2 for who takes time, 1 at first, never
// beyond 2.5 s. It is the quantile of this speaker's next pause, as a share of
// the silence allowed, that a log-normal distribution fitted to the pauses so
// far gives. A pause counts once its speaker goes on:
//
//	in an utterance       0.2 s or more without voice, then as much voice as begins one
//	between utterances    at most 2 s, and nobody else (Other) spoken yet, or for less than the 0.2 s
//	                      within which nobody reacts: the speaker was cut off
//
// An utterance without words teaches nothing, as it may be noise; with a
// recogniser that tells no partials nothing is learned. Learned and Know carry
// what is known from one Machine to the next of the same speaker.
//
// Waiting is traded for cutting off. Of 200 simulated speakers each (log-normal
// pauses, sigma 0.4; TestPausesFollowTheSpeaker), after the first 15 pauses:
//
//	median pause   0.2 s          0.3 s          0.4 s          0.5 s
//	learned        1.4 %, 0.49 s  2.6 %, 0.67 s  2.5 %, 0.90 s  2.4 %, 1.12 s   cut off, waited
//	always 0.6 s   0.2 %          4.0 %          15 %           32 %
//	always 0.9 s   0.0 %          0.2 %          2.0 %          7.0 %
//	always 1.2 s   0.0 %          0.0 %          0.2 %          1.4 %
//
// In their first 15 pauses 1.3, 4, 5.6 and 7.6 % are cut off. Who goes on before
// the answer has begun is not heard to be cut off: with answers 0.45 s after the
// end that leaves 0.7 % at most, with answers at once 2 %, in the first 15
// pauses 6.4 %.
//
// # What comes before the end
//
// Likely is told once of a silence that has come within 0.7 s of the end and is
// at least 0.16 s long, and again when the text turns to another look: time
// enough to have the text and the answer ready. WentOn takes it back.
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
// A hole of up to 80 ms belongs to the voice around it: the stop of a consonant,
// or a syllable that noise covers. What a detector tells afterwards of the frames
// before (Late) counts like what it tells at once.
//
// With push-to-talk on, voice decides nothing: Press is Started and Barge,
// Release is Ended, Cancel is Canceled.
//
// A Machine is pure: no clock (it counts frames of 20 ms), no goroutine, no lock,
// no audio. It is used by one goroutine.
package turn
