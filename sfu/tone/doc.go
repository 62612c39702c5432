// Package tone makes and finds sine tones in PCM, so that a test or a load
// generator can tell who is audible: each party emits its own frequency and
// [Loudest] names the one that is heard.
//
//	Generator ─ PCM ─> Opus ─> SFU ─> Opus ─ PCM ─> Loudest
//
// It is arithmetic: no goroutine, lock, clock or I/O. One goroutine owns a
// [Generator]; the functions may be called by any.
//
// Nothing fails. PCM without samples, or without any of the tones at
// [Threshold], has the loudest tone 0. A tone is told from another if they are
// at least rate/len(pcm) apart, 50 Hz in 20 ms; nearer ones blur into each
// other.
package tone
