package opus

import (
	"errors"
	"fmt"
	"time"

	binding "github.com/hraban/opus"
)

// MaxPacket is room enough for any packet this package encodes.
const MaxPacket = 1275

// ErrEmpty is returned for a packet or a PCM slice without content.
var ErrEmpty = errors.New("opus: nothing to code")

// EncoderOptions tune an encoder. The zero value is speech at libopus's own
// choice of bit rate, without FEC and DTX.
type EncoderOptions struct {
	Bitrate    int  // bits a second; 0: automatic
	Complexity int  // 1..10; 0: libopus's default
	FEC        bool // in-band forward error correction; needs Loss > 0 to have effect
	Loss       int  // expected packet loss in percent
	DTX        bool // stop sending in silence: packets of at most 2 bytes need not be sent
}

// Encoder encodes mono PCM of one rate. It is not safe for concurrent use.
type Encoder struct{ enc *binding.Encoder }

// NewEncoder returns an encoder for PCM at rate samples a second.
func NewEncoder(rate int, o EncoderOptions) (*Encoder, error) {
	enc, err := binding.NewEncoder(rate, 1, binding.AppVoIP)
	if err != nil {
		return nil, fmt.Errorf("opus encoder at %d Hz: %w", rate, err)
	}
	if o.Bitrate > 0 {
		err = errors.Join(err, enc.SetBitrate(o.Bitrate))
	}
	if o.Complexity > 0 {
		err = errors.Join(err, enc.SetComplexity(o.Complexity))
	}
	err = errors.Join(err, enc.SetInBandFEC(o.FEC), enc.SetPacketLossPerc(o.Loss), enc.SetDTX(o.DTX))
	if err != nil {
		return nil, fmt.Errorf("opus encoder options: %w", err)
	}
	return &Encoder{enc: enc}, nil
}

// Encode encodes one frame (2.5, 5, 10, 20, 40 or 60 ms) into out and returns
// the length of the packet. out should have [MaxPacket] bytes.
func (e *Encoder) Encode(pcm []int16, out []byte) (int, error) {
	if len(pcm) == 0 || len(out) == 0 {
		return 0, ErrEmpty
	}
	n, err := e.enc.Encode(pcm[:len(pcm):len(pcm)], out[:len(out):len(out)])
	if err != nil {
		return 0, fmt.Errorf("opus encode: %w", err)
	}
	return n, nil
}

// Reset forgets the past of the stream, as after a pause.
func (e *Encoder) Reset() error { return e.enc.Reset() }

// Decoder decodes to mono PCM of one rate, whatever the packet holds. It is
// not safe for concurrent use.
type Decoder struct{ dec *binding.Decoder }

// NewDecoder returns a decoder to rate samples a second.
func NewDecoder(rate int) (*Decoder, error) {
	dec, err := binding.NewDecoder(rate, 1)
	if err != nil {
		return nil, fmt.Errorf("opus decoder at %d Hz: %w", rate, err)
	}
	return &Decoder{dec: dec}, nil
}

// Decode decodes a packet and returns the number of samples written to pcm,
// which must have room for the packet's whole duration.
func (d *Decoder) Decode(payload []byte, pcm []int16) (int, error) {
	if len(payload) == 0 || len(pcm) == 0 {
		return 0, ErrEmpty
	}
	n, err := d.dec.Decode(payload, pcm[:len(pcm):len(pcm)])
	if err != nil {
		return 0, fmt.Errorf("opus decode: %w", err)
	}
	return n, nil
}

// DecodeFEC fills pcm with the lost frame before next, from what next carries
// about it; without FEC in next it conceals.
func (d *Decoder) DecodeFEC(next []byte, pcm []int16) error {
	if len(next) == 0 || len(pcm) == 0 {
		return ErrEmpty
	}
	if err := d.dec.DecodeFEC(next, pcm[:len(pcm):len(pcm)]); err != nil {
		return fmt.Errorf("opus decode fec: %w", err)
	}
	return nil
}

// Conceal fills pcm with a guess of a lost frame.
func (d *Decoder) Conceal(pcm []int16) error {
	if len(pcm) == 0 {
		return ErrEmpty
	}
	if err := d.dec.DecodePLC(pcm[:len(pcm):len(pcm)]); err != nil {
		return fmt.Errorf("opus conceal: %w", err)
	}
	return nil
}

// Samples48k is the duration of a packet in ticks of 48 kHz, read from its
// first bytes (RFC 6716, section 3.1), or 0 for a packet that is malformed or
// longer than 120 ms.
func Samples48k(payload []byte) uint32 {
	if len(payload) == 0 {
		return 0
	}
	var frame uint32
	switch config := payload[0] >> 3; {
	case config < 12: // SILK: 10, 20, 40, 60 ms
		frame = [...]uint32{480, 960, 1920, 2880}[config&3]
	case config < 16: // hybrid: 10, 20 ms
		frame = [...]uint32{480, 960}[config&1]
	default: // CELT: 2.5, 5, 10, 20 ms
		frame = 120 << (config & 3)
	}
	count := uint32(1)
	switch payload[0] & 3 {
	case 1, 2:
		count = 2
	case 3:
		if len(payload) < 2 {
			return 0
		}
		count = uint32(payload[1] & 0x3f)
	}
	if total := frame * count; total <= 5760 {
		return total
	}
	return 0
}

// Duration is [Samples48k] as time.
func Duration(payload []byte) time.Duration {
	return time.Duration(Samples48k(payload)) * time.Second / 48000
}
