package playout

import "github.com/relevo/relevo/sfu/opus"

// Encoder makes Opus packets of 20 ms.
type Encoder interface {
	Encode(pcm []int16, out []byte) (int, error)
}

// newOpus is for speech over the internet: a lost frame can be had from the
// next one. Complexity 5 halves the cost of libopus's default and nobody hears
// the difference in synthetic speech.
func newOpus(rate int) (Encoder, error) {
	return opus.NewEncoder(rate, opus.EncoderOptions{Bitrate: 32000, Complexity: 5, FEC: true, Loss: 5})
}
