package openai

import (
	"errors"
	"io"

	"github.com/relevo/relevo/agentbot/engine/openai/oggopus"
	"github.com/relevo/relevo/sfu/opus"
)

// packedRate is what Ogg Opus is decoded to: no voice of an endpoint has more.
const packedRate = 24000

// packed is speech as Ogg Opus.
type packed struct {
	packets *oggopus.Reader
	decoder *opus.Decoder
	pcm     []int16 // room for the longest packet
	left    []int16 // decoded and not read
}

func unpack(in io.Reader) (*packed, error) {
	decoder, err := opus.NewDecoder(packedRate)
	if err != nil {
		return nil, err
	}
	return &packed{packets: oggopus.NewReader(in), decoder: decoder, pcm: make([]int16, packedRate*120/1000)}, nil
}

// next decodes until there are samples.
func (p *packed) next() error {
	for len(p.left) == 0 {
		packet, err := p.packets.Next()
		if errors.Is(err, oggopus.ErrFormat) {
			err = errors.Join(errNoAudio, err)
		}
		if err != nil {
			return err
		}
		n, err := p.decoder.Decode(packet.Data, p.pcm)
		if err != nil {
			return errors.Join(errNoAudio, err)
		}
		const ticks = 48000 / packedRate
		from := min(packet.Skip/ticks, n)
		p.left = p.pcm[from:min(from+packet.Keep/ticks, n)]
		if packet.Gain != 1 {
			for i, x := range p.left {
				p.left[i] = int16(min(max(float64(x)*packet.Gain, -32768), 32767))
			}
		}
	}
	return nil
}

// unpacked is Read of Ogg Opus.
func (s *speech) unpacked(pcm []int16) (int, error) {
	switch err := s.packed.next(); {
	case errors.Is(err, io.EOF) && !s.started:
		return 0, s.end(s.call.fail(errEmpty))
	case errors.Is(err, io.EOF):
		return 0, s.end(io.EOF)
	case err != nil:
		return 0, s.end(s.call.fail(err))
	}
	n := copy(pcm, s.packed.left)
	s.packed.left = s.packed.left[n:]
	s.started = true
	s.call.pause()
	return n, nil
}
