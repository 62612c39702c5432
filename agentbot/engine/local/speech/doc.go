// Package speech makes recorded callers for tests and demonstrations: sentences
// spoken by flite as samples or as WAV files, and the measure of what a
// recogniser made of them.
package speech
