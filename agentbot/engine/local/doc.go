// Package local puts the engines together that need no key and no download:
// hearing and speaking with libraries of the system.
//
//	caller 16 kHz ─► vad (WebRTC, noise suppression; else energy) ─► sphinx ─► text
//	text ─► flite ─► 16 kHz
//
//	flite.Phones ─► sphinx: how to say names that no dictionary has
//
// Sub-packages: vad, sphinx and flite are the engines, arpa writes the language
// model for sphinx, speech makes recorded callers for tests and demonstrations.
//
// Open makes all of them for a process; its ASR is taught the knowledge base's
// sentences, the names given and what callers of any business say (yes, no,
// digits, asking for a human). Close frees them; streams still open go on until
// they are closed. Goroutines and locks are the sub-packages'.
//
// Check tries each engine for `relevo doctor`: a sentence is spoken,
// its voice detected, its words recognised, and what fails comes with what to
// install. The libraries themselves are linked: a binary that runs has them. What
// can be missing is the model of the recogniser.
package local
