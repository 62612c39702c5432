package simulate

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
)

// stamp says who sent a frame, which of theirs it is, and when.
type stamp struct {
	who   uint32
	count uint32
	at    time.Duration // since the run began
}

const (
	stampMagic = 0x52656c76 // "Relv"
	stampSize  = 4 + 4 + 4 + 8
)

// template is an Opus packet with room for a stamp in its padding.
type template []byte

// newTemplate turns a packet of one frame (code 0) into one of the same frame
// with padding (code 3, one frame, RFC 6716 3.2.5).
func newTemplate(packet []byte) (template, error) {
	if len(packet) < 2 || packet[0]&3 != 0 {
		return nil, fmt.Errorf("simulate: not an Opus packet of one frame")
	}
	const padded, oneFrame = 0x40, 1
	t := make(template, 0, len(packet)+2+stampSize)
	t = append(t, packet[0]|3, padded|oneFrame, stampSize)
	t = append(t, packet[1:]...)
	return append(t, make([]byte, stampSize)...), nil
}

// put writes s into the template's padding.
func (t template) put(s stamp) {
	b := t[len(t)-stampSize:]
	binary.BigEndian.PutUint32(b, stampMagic)
	binary.BigEndian.PutUint32(b[4:], s.who)
	binary.BigEndian.PutUint32(b[8:], s.count)
	binary.BigEndian.PutUint64(b[12:], uint64(s.at))
}

// readStamp finds the stamp in an Opus packet; ok is false for audio of others.
func readStamp(payload []byte) (s stamp, ok bool) {
	if len(payload) < 3+stampSize || payload[0]&3 != 3 || payload[2] != stampSize {
		return s, false
	}
	b := payload[len(payload)-stampSize:]
	if binary.BigEndian.Uint32(b) != stampMagic {
		return s, false
	}
	s.who = binary.BigEndian.Uint32(b[4:])
	s.count = binary.BigEndian.Uint32(b[8:])
	s.at = time.Duration(binary.BigEndian.Uint64(b[12:]))
	return s, true
}

// recording is a voice encoded once and sent by many.
type recording struct {
	voiced []template // a second of a tone
	quiet  template
}

const frameRate = 16000

func newRecording(hertz float64) (*recording, error) {
	enc, err := opus.NewEncoder(frameRate, opus.EncoderOptions{Bitrate: 24000})
	if err != nil {
		return nil, err
	}
	buf := make([]byte, opus.MaxPacket)
	encode := func(pcm []int16) (template, error) {
		n, err := enc.Encode(pcm, buf)
		if err != nil {
			return nil, err
		}
		return newTemplate(buf[:n])
	}
	r := new(recording)
	g := tone.NewGenerator(frameRate, hertz)
	for range 50 {
		t, err := encode(g.Frame())
		if err != nil {
			return nil, err
		}
		r.voiced = append(r.voiced, t)
	}
	for range 5 { // until the encoder has forgotten the tone
		if r.quiet, err = encode(make([]int16, frameRate/50)); err != nil {
			return nil, err
		}
	}
	return r, nil
}
