// Package corpus is the recorded callers of relevo bench agent: what they say,
// the recordings, when each word of them is said, and the noise around them.
//
//	data/conversations.txt   by hand: who says what, when
//	        │  make bench-speech (package record, needs flite)
//	        ▼
//	data/speech.bin          the recordings: Opus, 16 kHz, 24 kbit/s
//	data/truth.json          of each: its words' times, its voice, by the clean synthesis
//	        │  Load
//	        ▼
//	Corpus ─ Call ─ Turn: a Clip to say, the answer to it, and what happens into the answer
//
// # Conversations
//
// A line is a statement; indented lines are into the answer above them.
//
//	speaker NAME VOICE [throat=F] [pace=F]   one of the cast, see package cast
//	call NAME SPEAKER NOISE                  begins a conversation; its noise is babble, street or hum
//	say TEXT                                 a turn; [700] is a pause of 700 ms
//	answer TEXT                              what the agent is to answer
//	  nod SECONDS TEXT                       the caller shows that they listen, so long after the answer began
//	  noise SECONDS KIND                     cough, door, click or breath
//	  barge SECONDS TEXT                     the caller interrupts; the answer to that follows
//
// # Recordings
//
// Flite's samples are not the same twice, so the recordings that ship are the
// reference, with the truth that was found in the same run. All have the same
// active level, Level: the root mean square over their voiced stretches.
// Voiced is every stretch of 10 ms frames within 30 dB of that level, gaps
// below 150 ms included.
//
// # Noise
//
// Noise is made from a seed when a bench runs: the same samples every time.
//
//	babble   six other recordings at once, of other speakers, without end
//	street   pink and brown noise whose level goes up and down, as with cars
//	hum      50 Hz with its harmonics, and a fan
//
// The signal-to-noise ratio is that of Level to the root mean square of the
// whole noise, over the band of 16 kHz audio. It is added before the caller's
// encoder, so that the codec sees what it would of a microphone.
//
// No goroutines, no locks: a Corpus is not changed after Load.
package corpus
