// Package playout speaks: it sends sentences as Opus frames, one every 20 ms of
// wall time, and knows to the frame what was heard of each.
//
//	TTS ──PCM──▶ Clip ──▶ Player.queue ──20 ms──▶ Opus encoder ──▶ Output (epoch, frame)
//	             any rate                  │            forwarded? ──▶ heard up to this word
//	                        nothing to say └──▶ encoded silence
//
// Pace. Frame n is due at start + n × 20 ms, so the pace does not drift with
// late wake-ups. Up to 100 ms late, frames follow at once (the caller's jitter
// buffer takes them); later than that the schedule starts anew and the slip is
// counted. The RTP clock is the receiver's affair and goes with wall time.
//
// Silence. Between sentences the player sends encoded silence: a browser counts
// a pause without packets as concealment and may stretch its jitter buffer. The
// first ten silent frames after speech come out of the running encoder, so that
// its tail decays; after that the last of them is repeated and costs no encoding.
// A player that is off sends nothing.
//
// Heard. A word is heard when half of its audio was forwarded: by the TTS's word
// times where it gives them, else by the words' lengths in proportion to the
// audio that has energy, counted anew from each pause that is near a mark of the
// text. Where the end of the speech is not known yet, the pace at which the
// voice spoke the sentences before tells. Of 200 random cuts in flite's speech
// the text is off by more than a word in none with word times; without them in
// 5 to 10, and in 27 when the engine is never more than half a second ahead
// (TestRandomCuts).
//
// Epoch. Each frame carries the epoch of Start. A refused frame was not heard.
// When an epoch that once was accepted is refused, it is over: the player stops
// and goes off. One that was never accepted has not begun yet: nothing is lost,
// the frame is offered again.
//
// Goroutines. One a player: run owns everything but the clips' audio, which is
// guarded by each clip's mutex, taken by its writer and by run, alone and
// briefly. Methods hand run a function and wait for it; run never waits for
// anything but its timer, and Output and the report function must not block.
// Close joins it.
package playout
