package oggopus

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"

	"github.com/relevo/relevo/sfu/opus"
)

// page is one page as a sender makes it.
func page(flags byte, granule int64, serial, index uint32, packets ...[]byte) []byte {
	var lacing, body []byte
	for _, p := range packets {
		for n := len(p); ; n -= 255 {
			lacing = append(lacing, byte(min(n, 255)))
			if n < 255 {
				break
			}
		}
		body = append(body, p...)
	}
	return raw(flags, granule, serial, index, lacing, body)
}

func raw(flags byte, granule int64, serial, index uint32, lacing, body []byte) []byte {
	b := append([]byte("OggS"), 0, flags)
	b = binary.LittleEndian.AppendUint64(b, uint64(granule))
	b = binary.LittleEndian.AppendUint32(b, serial)
	b = binary.LittleEndian.AppendUint32(b, index)
	b = append(b, 0, 0, 0, 0, byte(len(lacing)))
	b = append(append(b, lacing...), body...)
	binary.LittleEndian.PutUint32(b[22:], checksum(0, b))
	return b
}

func head(channels byte, skip uint16, gain int16) []byte {
	b := append([]byte("OpusHead"), 1, channels)
	b = binary.LittleEndian.AppendUint16(b, skip)
	b = binary.LittleEndian.AppendUint32(b, 24000)
	b = binary.LittleEndian.AppendUint16(b, uint16(gain))
	return append(b, 0)
}

var tags = []byte("OpusTags\x00\x00\x00\x00\x00\x00\x00\x00")

// frame is a packet of 20 ms, with a mark.
func frame(mark byte, size int) []byte { return append([]byte{0x08, mark}, make([]byte, size)...) }

func join(pages ...[]byte) []byte { return bytes.Join(pages, nil) }

func all(t *testing.T, stream []byte) (packets []Packet, err error) {
	t.Helper()
	r := NewReader(iotest.OneByteReader(bytes.NewReader(stream)))
	for {
		p, err := r.Next()
		if err != nil {
			return packets, err
		}
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
}

func TestStreams(t *testing.T) {
	long := frame(9, 700)
	start := join(page(flagFirst, 0, 7, 0, head(1, 312, 0)), page(0, 0, 7, 1, tags))
	for _, test := range []struct {
		name   string
		stream []byte
		marks  string
		heard  int // ticks in all
		err    error
	}{
		{"two pages", join(start, page(0, 1920, 7, 2, frame(1, 10), frame(2, 0)), page(flagLast, 2880, 7, 3, frame(3, 300))), "\x01\x02\x03", 2880 - 312, io.EOF},
		{"the end is cut to its length", join(start, page(flagLast, 1500, 7, 2, frame(1, 10), frame(2, 0))), "\x01\x02", 1500 - 312, io.EOF},
		{"a packet across pages", join(start, raw(0, -1, 7, 2, []byte{255, 255}, long[:510]), raw(flagContinued|flagLast, 960, 7, 3, []byte{192}, long[510:])), "\x09", 960 - 312, io.EOF},
		{"a packet whose beginning is lost", join(start, raw(flagContinued, 960, 7, 3, []byte{192}, long[510:]), page(flagLast, 1920, 7, 4, frame(2, 1))), "\x02", 960 - 312, io.EOF},
		{"without its last mark", join(start, page(0, 960, 7, 2, frame(1, 10))), "\x01", 960 - 312, io.EOF},
		{"without tags", join(page(flagFirst, 0, 7, 0, head(1, 0, 0)), page(0, 960, 7, 1, frame(1, 10))), "\x01", 960, io.EOF},
		{"another stream beside it", join(start, page(0, 960, 8, 2, frame(5, 10)), page(0, 960, 7, 2, frame(1, 10))), "\x01", 960 - 312, io.EOF},
		{"another stream after it", join(start, page(flagLast, 960, 7, 2, frame(1, 10)), start, page(flagLast, 960, 7, 2, frame(2, 10))), "\x01\x02", 2 * (960 - 312), io.EOF},
		{"stereo", join(page(flagFirst, 0, 7, 0, head(2, 0, 0)), page(0, 0, 7, 1, tags), page(0, 960, 7, 2, frame(1, 10))), "\x01", 960, io.EOF},
		{"nothing", nil, "", 0, io.EOF},
		{"cut in a head", start[:40], "", 0, io.ErrUnexpectedEOF},
		{"cut in a page", join(start, page(0, 960, 7, 2, frame(1, 10)), page(0, 960, 7, 2, frame(1, 10))[:34]), "\x01", 960 - 312, io.ErrUnexpectedEOF},
		{"six channels", page(flagFirst, 0, 7, 0, head(6, 0, 0)), "", 0, ErrFormat},
		{"no audio", join(start, page(0, 960, 7, 2, []byte{0xff})), "", 0, ErrFormat},
		{"Vorbis", page(flagFirst, 0, 7, 0, []byte("\x01vorbis and much more of it")), "", 0, ErrFormat},
		{"MP3", []byte("ID3 and so on and so on and so on"), "", 0, ErrFormat},
		{"in mid-stream", page(0, 960, 7, 2, frame(1, 10)), "", 0, ErrFormat},
	} {
		packets, err := all(t, test.stream)
		marks, heard := "", 0
		for _, p := range packets {
			marks += string(p.Data[1])
			heard += p.Keep
		}
		if marks != test.marks || heard != test.heard || !errors.Is(err, test.err) {
			t.Errorf("%s: packets %q, %d ticks, %v", test.name, marks, heard, err)
		}
	}
}

func TestDamagedPage(t *testing.T) {
	stream := page(flagFirst, 0, 7, 0, head(1, 312, 0))
	stream[40] ^= 1
	if _, err := all(t, stream); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

func TestGain(t *testing.T) {
	packets, _ := all(t, join(page(flagFirst, 0, 7, 0, head(1, 0, -6*256)), page(0, 0, 7, 1, tags), page(0, 960, 7, 2, frame(1, 10))))
	if len(packets) != 1 || math.Abs(packets[0].Gain-0.501) > 0.001 {
		t.Errorf("%+v", packets)
	}
}

// What another's writer writes is read as it was.
func TestAnothersWriter(t *testing.T) {
	enc, err := opus.NewEncoder(24000, opus.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := oggwriter.NewWith(&file, 48000, 1)
	if err != nil {
		t.Fatal(err)
	}
	var sent [][]byte
	pcm, out := make([]int16, 480), make([]byte, opus.MaxPacket)
	for i := range 50 {
		for k := range pcm {
			pcm[k] = int16(9000 * math.Sin(float64(i*480+k)/9))
		}
		n, err := enc.Encode(pcm, out)
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, bytes.Clone(out[:n]))
		if err := w.WriteRTP(&rtp.Packet{Header: rtp.Header{Timestamp: uint32(960 * i)}, Payload: out[:n]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	packets, err := all(t, file.Bytes())
	if !errors.Is(err, io.EOF) || len(packets) != len(sent) {
		t.Fatalf("%d packets, %v", len(packets), err)
	}
	for i, p := range packets {
		if !bytes.Equal(p.Data, sent[i]) {
			t.Errorf("packet %d is another", i)
		}
	}
}

// Whatever comes is bounded and ends.
func FuzzReader(f *testing.F) {
	f.Add(join(page(flagFirst, 0, 7, 0, head(1, 312, 0)), page(0, 0, 7, 1, tags), page(flagLast, 900, 7, 2, frame(1, 300), frame(2, 0))))
	f.Add([]byte("OggS"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := NewReader(bytes.NewReader(stream))
		for {
			p, err := r.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrFormat) {
					t.Fatal(err)
				}
				return
			}
			if p.Skip < 0 || p.Keep < 0 || p.Skip+p.Keep > 5760 || len(p.Data) == 0 || len(p.Data) > maxPacket || p.Gain < 0 {
				t.Fatalf("%+v", p)
			}
		}
	})
}
