// Package cast is a cast of speakers for recordings: flite's voices, each with
// a pace and a throat of its own, and when they say each word.
//
//	text ─► flite (C), at pace × throat ─► wave, word times ─► resample by throat ─► 16 kHz
//
// Package flite speaks to callers: two voices, streamed. This one makes the
// callers of package bench, before anybody listens, and has all voices that
// flite1-dev brings. A throat other than 1 resamples the speech, which moves
// pitch and formants together as a smaller or larger head does; the pace makes
// up for the time. So few voices become many speakers.
//
// Flite's excitation is random: the same text gives slightly other samples each
// time, and the same words at the same times.
//
// # Goroutines, locks, failures
//
// No goroutines. Say may be used by many at once; flite's voices are registered
// at the first, once a process. An unknown voice, a text that flite cannot
// analyse and one that it cuts into other words than spaces do are errors.
package cast
