// Package bench plays recorded conversations with an agent, as a caller in a
// room of the SFU, and measures what the caller notices.
//
//	corpus: recordings, truth, noise                       the agent, as in a call
//	      │                                       ┌──────────────────────────────────────┐
//	   caller ─ mix at an SNR ─ Opus ─▶ sfu.Track ─▶ room.ear: jitter buffer, Opus ─▶ VAD ─▶ turn
//	      ▲ │  every 20 ms                        │                                  ASR ◀─┘ │
//	      │ └─ what is said when ─▶ notes ◀───────┼── asked when ── ASR, LLM, TTS of the bench
//	      │                                       │                                  │
//	     ear ◀─ Opus ─ sfu.Tap ◀─ sfu.Track ◀─────┼── playout, Opus ◀────────────────┘
//	      │                                       └──────────────────────────────────────┘
//	      ▼
//	score.Record ─▶ score.Figures ─▶ Report, with the project's targets
//
// VAD, turn taking, the agent, playout, codecs, jitter buffer and the room are
// those of a call; only the engines are the bench's, as they must take a set
// time. Packets go from track to tap inside the process, as the agent's do in a
// server; what a network adds is measured by relevo simulate.
//
// # Engines
//
//	ASR  knows what is being said. A word is in the partials Delays.ASR after its end,
//	     the text of an utterance comes Delays.ASR after it was asked for. It tells
//	     the words of which at least a half are in the utterance's audio, so what
//	     the VAD leaves out is not recognised. Full stops and question marks come
//	     with the last word of a sentence, commas never. Or another recogniser.
//	LLM  the script's answer, whole, Delays.LLM after it was asked
//	TTS  a tone for each word, whole, Delays.TTS after it was asked
//
// # The caller
//
// Reacts to what is heard, as people do: says a turn 0.5 to 1.2 s after the
// answer is over, and nods, coughs or barges in so long after it began. When
// nothing comes for 4.5 s the next turn is said. A recording is said to its
// end, whatever the agent does.
//
// # What was heard
//
// The ear decodes what the agent sends. The agent's words are tones by which
// they can be told apart, so the words that were heard are known from the audio
// alone. At the end a typed line makes the agent ask its model once more, and
// what it asks is what it remembers.
//
// # Goroutines
//
// Each conversation has the worker that plays it, its ear, and the agent's own;
// Run joins all of them. Time is plain time: in a testing/synctest bubble a
// whole bench takes seconds and is the same every time.
package bench
