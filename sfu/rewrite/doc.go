// Package rewrite makes one unbroken RTP stream out of many sources that take
// turns.
//
//	source A  70 71 72 .. ┐
//	source B  9 10 11 ..  ├─ Rewrite ─> 500 501 502 503 .. (one SSRC, never back, never twice)
//	source A  90 91 ..    ┘      ▲
//	                          Switch
//
// A [Stream] keeps, for the stream it writes, the newest sequence number and
// timestamp sent, and for the source of the moment two offsets and a window of
// the sequence numbers already seen. The offsets are fixed by the first packet
// after a switch, so that it is contiguous with the last packet sent.
//
// What is promised, whatever the input:
//
//   - a sequence number is never sent twice (until 2^16 later ones were sent);
//   - within a source, order and gaps are kept: a gap is a loss that the
//     receiver's NACK, FEC and concealment must see;
//   - the first packet after a switch has the sequence number after the highest
//     one sent, and a timestamp after the highest one sent;
//   - a packet that was sent by its source before the first forwarded one is
//     dropped, as there is no number left for it.
//
// Nothing fails: a packet that cannot be forwarded has a [Verdict] that says
// why. A number further off than loss can explain is held to be garbage until
// the next one follows it; then the source has begun anew, as at a switch.
//
// The package is pure: no clock, goroutine or lock. The owner of a Stream
// serialises its calls and passes the time in.
package rewrite
