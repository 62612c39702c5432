// Package opus encodes and decodes mono Opus by libopus, and reads the duration
// of a packet off its first bytes.
//
//	PCM ─ Encoder ─> packet ─ network ─> Decoder ─> PCM
//	                          lost ────> DecodeFEC(next packet) or Conceal
//
// It is the only package that imports the cgo binding, and it holds the
// knowledge of its traps:
//
//   - the binding fills cap(slice), not len: every slice is passed capped;
//   - FEC and concealment make exactly len(pcm) samples, which must be the
//     duration that is missing;
//   - encoder and decoder may run at any of Opus's rates (8, 12, 16, 24,
//     48 kHz) whatever the other side uses, so no resampler is needed. The RTP
//     clock is 48 kHz always.
//
// # Goroutines and locks
//
// There are none. One goroutine owns an Encoder or a Decoder and calls it; two
// of them share nothing. A call computes in C and waits for nothing. The state
// is Go memory, so there is nothing to close and no finalizer.
//
// # Failures
//
//   - A rate or an option that libopus does not have is an error of the
//     constructor.
//   - A packet that is malformed, or longer than the room for it, is an error;
//     the decoder takes the next packet as if it had not come.
//   - Nothing to code is [ErrEmpty] and does not reach C.
//   - FEC that is not in the next packet is concealed without an error.
package opus
