// Package wire is Relevo's protocol as Go types: what travels on the
// WebSocket, on the data channel and in REST bodies. PROTOCOL.md says the same
// in prose for authors of clients; a test holds the two together.
//
//	bytes ──DecodeFrame──▶ Frame ──DecodeParams──▶ *Join, *Mute, …
//	bytes ◀─Encode{Result,Error,Notification}── typed values
//
//	bytes ──DecodeClientEnvelope──▶ Envelope, typed data     (to the server)
//	bytes ──DecodeEnvelope──▶ Envelope ──SubtitleView.Apply──▶ sentences
//
// Everything here is pure: no I/O, clock or goroutine, and nothing mutable
// outside the values a caller owns, so all functions are safe for many
// goroutines and a SubtitleView belongs to one.
//
// # Strictness
//
// A frame is one JSON-RPC 2.0 object of valid UTF-8, nested at most MaxDepth
// deep. Its own members are checked by name and type, and none may come twice.
// Unknown members of params are ignored, so that a newer client works with an
// older server; what is known has to fit: lengths, enumerations and ranges are
// checked in Validate of each type, before anything acts on it.
//
// # Failures
//
// Every function that reads returns a *Error: its kind and message are for the
// peer, its cause for the log. Nothing here panics on any input; fuzz targets
// hold that.
package wire
