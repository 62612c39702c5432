// Package sphinx recognises English speech with CMU PocketSphinx (Debian's
// libpocketsphinx-dev and pocketsphinx-en-us), in process: no key, no download.
//
//	knowledge base ─► Words ─► package arpa: trigrams ─┐ read once, shared
//	en-us.lm.bin (general English, 27 MB) ─────────────┤ by all decoders
//	cmudict ∩ 30,000 commonest words                   │
//	      + the knowledge base's and names ─► dictionary
//	                                                   ▼
//	maker goroutine ── makes decoders, one after another ──► warm, used (channels)
//	                                                          │      ▲
//	OpenASR, one a call leg ◄─────────────────────────────────┘      │ fresh again
//	    Write ─► partial … Finish ─► text … Close ───────────────────┘
//
// # Language
//
// A word's probability is that of general English or of the sentences, each
// with half the weight, whichever is higher: so what a shop's callers say is
// understood better, and what they say about the weather is not forced into the
// shop's words. Words that the dictionary lacks, product names above all, get
// the phones that Options.Phones gives them (flite's, see package flite).
//
// # Memory and time
//
// The big model is read once, 36 MB. A decoder takes 20 MB of heap (25 to 35
// resident) and 0.1 s to make; Options.Pool of them wait for legs, and a leg that
// ends gives its own back. Decoding takes 0.1 to 0.2 of real time, up to 0.5 in
// noise, in bursts of up to 60 ms a frame of 20 ms, and Finish 60 to 150 ms (two
// more passes, which correct much of what the partials got wrong). The caller
// keeps it off media goroutines.
//
// Sphinxbase caches the last history's weights inside a language model, so
// decoders cannot share one as it is: each gets a clone, which shares the
// n-grams and has its own cache (layout.c). That needs sphinxbase's private
// structures; they are checked against the library's behaviour when the model
// is read, and where they are others, each decoder reads its own models: slower
// to open and 36 MB more, otherwise the same.
//
// A Preview ends a part of the utterance, as a pause does in long ones, so the
// words behind it are recognised without those before: where a caller pauses in
// the middle of every sentence, 10.8 instead of 8 of 100 words are wrong.
//
// # State
//
// A decoder compares speech with the mean of what it has heard (cepstral mean
// normalisation), which takes out the microphone and the line. The mean goes on
// through a leg, since recognition improves with it (from 5.7 % word errors to
// 1.1-4.5 % on synthetic callers); an utterance without words does not move it; a
// leg begins with the model's own. The same audio can therefore give other
// words later in a leg.
//
// Utterances longer than 30 s are decoded in parts, since the decoder's tables
// grow with the audio. A text of nothing but "huh", "the" and the like is what
// noise gives; it is no words.
//
// # Goroutines and locks
//
// The maker, started by New and joined by Close. Two locks: Engine.making
// around everything that makes or frees decoders and models (sphinx counts
// references without atomics), and Engine.mu around the count of streams. They
// are never held together, and nothing waits under mu. The files that sphinx
// wants are temporary ones without a name, gone with the process.
//
// # Failures
//
// Model files missing or unreadable: kind unusable, from New. A language other
// than English: unusable. More than Options.MaxStreams legs, a closed engine or
// stream: unavailable. A decoder that refuses audio: nonsense. Sphinx's own log
// is off, for the whole process.
package sphinx
