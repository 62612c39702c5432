// Package scripted has engines that are exact, silent about their reasons and
// the same every time, for tests in virtual time and for load: they cost next
// to no CPU, and what they say and hear can be measured by listening.
//
//	caller's tone ──Opus──▶ VAD (energy) ─▶ ASR (tone ─▶ text) ─▶ LLM (rules) ─▶ TTS (text ─▶ tone) ──Opus──▶ ear
//
// A voice is a sine of its own frequency, so a test asserts which tone an ear
// hears and when. Between words the TTS is silent for Gap, so word boundaries
// can be heard too. The ASR finds the tone in an utterance and answers with the
// text that belongs to it, word by word while the utterance lasts.
//
// Delays are plain time.Timer waits bounded by the call's ctx, thus exact in a
// testing/synctest bubble. Every engine takes a Fault hook, asked before each
// operation, that makes it fail, be late, stall or answer nonsense.
//
// No goroutines, no locks. The engines' fields are not changed after their
// first use; hooks may be called from many goroutines at once.
package scripted
