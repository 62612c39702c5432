// Package room puts an agent into a room of the SFU: its voice is a local
// source, its ears are taps of the others' microphones.
//
//	sfu.Track ─ Tap ─▶ jitter buffer ─▶ Opus: decode, FEC, conceal ─▶ 16 kHz ─▶ agentbot.Ear
//	agentbot.Voice ─▶ sfu.LocalSource (epoch checked where the packet leaves) ─▶ slots
//
// An ear decodes straight to 16 kHz, so there is no resampler. A lost packet is
// restored from its successor's FEC, else concealed. While a client sends
// nothing (DTX, a muted microphone) the jitter buffer gives silence at the pace
// of the clock, so that the end of a turn is noticed. A packet that cannot be
// decoded is concealed: garbage costs its sender 20 ms and nobody anything.
//
// No goroutines of its own: an ear is read by its leg's goroutine, which ends
// with the track, or with Close; whichever it is closes the tap. Close joins
// the agent and leaves the room.
package room
