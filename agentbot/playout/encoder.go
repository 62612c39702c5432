package playout

import "github.com/relevo/relevo/sfu/opus"

// Encoder makes Opus packets of 20 ms.
type Encoder interface {
	Encode(pcm []int16, out []byte) (int, error)
}

// newOpus is for speech over the internet: a lost frame can be had from the
// next one. Complexity 5 halves libopus's default: measured on flite's speech,
// 0.18 ms of CPU a frame instead of 0.38 ms, at the same size.
func newOpus(rate int) (Encoder, error) {
	return opus.NewEncoder(rate, opus.EncoderOptions{Bitrate: 32000, Complexity: 5, FEC: true, Loss: 5})
}
