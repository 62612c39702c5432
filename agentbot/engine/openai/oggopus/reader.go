package oggopus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/relevo/relevo/sfu/opus"
)

// ErrFormat says that a stream is no Ogg Opus, or is damaged.
var ErrFormat = errors.New("no Ogg Opus")

const (
	pageHead  = 27
	maxPacket = 1 << 17 // tags may hold a picture; audio is far smaller

	flagContinued = 1
	flagFirst     = 2
	flagLast      = 4
)

// Packet is one packet of audio.
type Packet struct {
	Data []byte // valid until the next call of Next
	// Of the packet's audio, in ticks of 48 kHz: what is left out at its
	// beginning, and how much is heard after that.
	Skip, Keep int
	Gain       float64 // by which samples are multiplied; 1 in nearly every stream
}

// Reader reads a stream.
type Reader struct {
	in io.Reader

	serial  uint32
	begun   bool // a stream is being read
	headers int  // of its two that were read
	skip    int  // left to be left out, in ticks of 48 kHz
	gain    float64
	played  int64 // ticks of the packets given out or waiting

	packet  []byte // begun on a page and not ended
	open    bool   // there is one
	damaged bool   // the first packet of the next page is the end of one that was lost
	waiting []Packet
	buffer  [255 * 255]byte
}

// NewReader reads from in, whose every read may be short.
func NewReader(in io.Reader) *Reader { return &Reader{in: in} }

// Next returns the next packet of audio; io.EOF ends the stream.
func (r *Reader) Next() (Packet, error) {
	for len(r.waiting) == 0 {
		if err := r.page(); err != nil {
			return Packet{}, err
		}
	}
	p := r.waiting[0]
	r.waiting = r.waiting[1:]
	return p, nil
}

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }

// page reads one page.
func (r *Reader) page() error {
	var head [pageHead]byte
	if _, err := io.ReadFull(r.in, head[:1]); err != nil {
		return err // between pages: io.EOF is the end
	}
	if _, err := io.ReadFull(r.in, head[1:]); err != nil {
		return cut(err)
	}
	if string(head[:4]) != "OggS" || head[4] != 0 {
		return malformed("a page has another head")
	}
	lacing := make([]byte, head[26])
	if _, err := io.ReadFull(r.in, lacing); err != nil {
		return cut(err)
	}
	size := 0
	for _, n := range lacing {
		size += int(n)
	}
	body := r.buffer[:size]
	if _, err := io.ReadFull(r.in, body); err != nil {
		return cut(err)
	}
	want := binary.LittleEndian.Uint32(head[22:])
	clear(head[22:26])
	if sum := checksum(checksum(checksum(0, head[:]), lacing), body); sum != want {
		return malformed("a page is damaged")
	}
	return r.take(head, lacing, body)
}

func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// take reads the packets of a page.
func (r *Reader) take(head [pageHead]byte, lacing, body []byte) error {
	flags, granule, serial := head[5], int64(binary.LittleEndian.Uint64(head[6:])), binary.LittleEndian.Uint32(head[14:])
	switch {
	case flags&flagFirst != 0 && (!r.begun || len(body) >= 8 && string(body[:8]) == "OpusHead"):
		if r.begun && r.headers < 2 {
			return malformed("a stream begins in the head of another")
		}
		*r = Reader{in: r.in, begun: true, serial: serial, gain: 1, waiting: r.waiting, buffer: r.buffer}
	case !r.begun:
		return malformed("the first page is none")
	case serial != r.serial:
		return nil // another stream of the file
	}
	// A page that goes on with a packet whose beginning is lost, or the other way round.
	r.damaged = flags&flagContinued != 0 && !r.open
	if flags&flagContinued == 0 {
		r.packet, r.open = r.packet[:0], false
	}
	for _, n := range lacing {
		if len(r.packet)+int(n) > maxPacket {
			return malformed("a packet is too large")
		}
		r.packet, r.open = append(r.packet, body[:n]...), true
		body = body[n:]
		if n == 255 {
			continue
		}
		packet := r.packet
		r.packet, r.open = nil, false
		if r.damaged {
			r.damaged = false
			continue
		}
		if err := r.complete(packet); err != nil {
			return err
		}
	}
	if flags&flagLast != 0 && granule >= 0 && granule < r.played {
		r.trim(r.played - granule)
	}
	return nil
}

// complete takes a whole packet.
func (r *Reader) complete(packet []byte) error {
	switch r.headers {
	case 0:
		if len(packet) < 19 || string(packet[:8]) != "OpusHead" || packet[8]>>4 != 0 {
			return malformed("the stream is another")
		}
		if packet[9] == 0 || packet[18] == 0 && packet[9] > 2 || packet[18] > 1 || packet[18] == 1 && packet[9] > 2 {
			return malformed("more channels than a voice has")
		}
		r.skip = int(binary.LittleEndian.Uint16(packet[10:]))
		r.gain = math.Pow(10, float64(int16(binary.LittleEndian.Uint16(packet[16:])))/256/20)
		r.headers++
		return nil
	case 1:
		r.headers++
		if len(packet) >= 8 && string(packet[:8]) == "OpusTags" {
			return nil
		}
		// A sender that leaves the tags out: this is audio already.
	}
	ticks := int(opus.Samples48k(packet))
	if ticks == 0 {
		return malformed("a packet is no audio")
	}
	skip := min(r.skip, ticks)
	r.skip -= skip
	r.played += int64(ticks)
	r.waiting = append(r.waiting, Packet{Data: packet, Skip: skip, Keep: ticks - skip, Gain: r.gain})
	return nil
}

// trim takes ticks off the end of what waits.
func (r *Reader) trim(ticks int64) {
	for i := len(r.waiting) - 1; i >= 0 && ticks > 0; i-- {
		n := min(int64(r.waiting[i].Keep), ticks)
		r.waiting[i].Keep -= int(n)
		ticks -= n
	}
}

// checksum is Ogg's CRC-32: polynomial 04c11db7, not reflected.
func checksum(sum uint32, b []byte) uint32 {
	for _, x := range b {
		sum ^= uint32(x) << 24
		for range 8 {
			if sum&0x80000000 != 0 {
				sum = sum<<1 ^ 0x04c11db7
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}
