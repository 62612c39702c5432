package opus_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
)

// encode returns n frames of a tone.
func encode(t *testing.T, rate, n int, o opus.EncoderOptions) [][]byte {
	t.Helper()
	enc, err := opus.NewEncoder(rate, o)
	if err != nil {
		t.Fatal(err)
	}
	g := tone.NewGenerator(rate, 1000)
	var packets [][]byte
	for range n {
		buf := make([]byte, opus.MaxPacket)
		k, err := enc.Encode(g.Frame(), buf)
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, buf[:k])
	}
	return packets
}

// Every rate decodes at every rate: no resampler is needed.
func TestRates(t *testing.T) {
	for _, from := range []int{8000, 16000, 24000, 48000} {
		packets := encode(t, from, 20, opus.EncoderOptions{})
		for _, to := range []int{8000, 16000, 24000, 48000} {
			dec, err := opus.NewDecoder(to)
			if err != nil {
				t.Fatal(err)
			}
			pcm := make([]int16, to/50)
			for i, p := range packets {
				n, err := dec.Decode(p, pcm)
				if err != nil || n != to/50 {
					t.Fatalf("%d to %d: %d samples, %v", from, to, n, err)
				}
				if got := tone.Loudest(pcm, to, 440, 1000, 2000); i > 10 && got != 1000 {
					t.Errorf("%d to %d, frame %d: tone %v", from, to, i, got)
				}
			}
		}
	}
	if _, err := opus.NewEncoder(44100, opus.EncoderOptions{}); err == nil {
		t.Error("an encoder at 44.1 kHz")
	}
	if _, err := opus.NewDecoder(44100); err == nil {
		t.Error("a decoder at 44.1 kHz")
	}
}

// The binding fills cap; a slice of a bigger array must not be overrun.
func TestDecodeStaysWithinLength(t *testing.T) {
	p := encode(t, 48000, 1, opus.EncoderOptions{})[0]
	dec, _ := opus.NewDecoder(48000)
	big := make([]int16, 960)
	if n, err := dec.Decode(p, big[:480]); err == nil {
		t.Errorf("decoded %d samples into 480", n)
	}
	if n, err := dec.Decode(p, big); err != nil || n != 960 {
		t.Errorf("%d, %v", n, err)
	}
	out := make([]byte, opus.MaxPacket)
	enc, _ := opus.NewEncoder(48000, opus.EncoderOptions{Bitrate: 510000})
	if n, err := enc.Encode(tone.NewGenerator(48000, 1000).Frame(), out[:8]); err == nil && n > 8 {
		t.Errorf("encoded %d bytes into 8", n)
	}
}

// FEC and concealment keep the tone through a lost frame.
func TestLoss(t *testing.T) {
	packets := encode(t, 16000, 30, opus.EncoderOptions{Bitrate: 32000, FEC: true, Loss: 20})
	for name, recover := range map[string]func(*opus.Decoder, []byte, []int16) error{
		"fec":     func(d *opus.Decoder, next []byte, pcm []int16) error { return d.DecodeFEC(next, pcm) },
		"conceal": func(d *opus.Decoder, _ []byte, pcm []int16) error { return d.Conceal(pcm) },
	} {
		dec, _ := opus.NewDecoder(16000)
		pcm := make([]int16, 320)
		for i, p := range packets {
			var err error
			if i == 20 {
				err = recover(dec, packets[21], pcm)
			} else {
				_, err = dec.Decode(p, pcm)
			}
			if err != nil {
				t.Fatal(name, err)
			}
			if got := tone.Loudest(pcm, 16000, 440, 1000); i >= 19 && got != 1000 {
				t.Errorf("%s: frame %d: tone %v", name, i, got)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	dec, _ := opus.NewDecoder(16000)
	enc, _ := opus.NewEncoder(16000, opus.EncoderOptions{})
	pcm := make([]int16, 320)
	_, e1 := dec.Decode(nil, pcm)
	_, e2 := dec.Decode([]byte{1}, nil)
	_, e3 := enc.Encode(nil, make([]byte, 10))
	for i, err := range []error{e1, e2, e3, dec.DecodeFEC(nil, pcm), dec.Conceal(nil)} {
		if !errors.Is(err, opus.ErrEmpty) {
			t.Errorf("%d: %v", i, err)
		}
	}
	if _, err := dec.Decode([]byte{0xff, 0xff, 0xff, 0xff}, pcm); err == nil {
		t.Error("garbage decoded")
	}
	if _, err := enc.Encode(make([]int16, 123), make([]byte, 100)); err == nil {
		t.Error("a frame of 123 samples encoded")
	}
}

// A decoder that refused packets goes on as if they had not come.
func TestRefusedPacketLeavesNoTrace(t *testing.T) {
	packets := encode(t, 48000, 10, opus.EncoderOptions{})
	a, err := opus.NewDecoder(16000)
	if err != nil {
		t.Fatal(err)
	}
	b, err := opus.NewDecoder(16000)
	if err != nil {
		t.Fatal(err)
	}
	one, two := make([]int16, 320), make([]int16, 320)
	for i, p := range packets {
		if _, err := b.Decode([]byte{0x03}, two); err == nil {
			t.Fatal("a malformed packet was decoded")
		}
		if _, err := b.Decode(p, make([]int16, 160)); err == nil {
			t.Fatal("20 ms were decoded into room for 10")
		}
		if _, err := a.Decode(p, one); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Decode(p, two); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one, two) {
			t.Fatalf("packet %d sounds different after a refused one", i)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		packet []byte
		want   time.Duration
	}{
		{nil, 0},
		{[]byte{0x08}, 20 * time.Millisecond},             // SILK 20 ms
		{[]byte{0x18}, 60 * time.Millisecond},             // SILK 60 ms
		{[]byte{0x60}, 10 * time.Millisecond},             // hybrid 10 ms
		{[]byte{0x80}, 2500 * time.Microsecond},           // CELT 2.5 ms
		{[]byte{0xf8, 0xff, 0xfe}, 20 * time.Millisecond}, // CELT 20 ms
		{[]byte{0xf9}, 40 * time.Millisecond},             // two frames
		{[]byte{0xfb}, 0},                                 // a count is missing
		{[]byte{0xfb, 3}, 60 * time.Millisecond},          // three frames
		{[]byte{0xfb, 63}, 0},                             // longer than 120 ms
	} {
		if got := opus.Duration(c.packet); got != c.want {
			t.Errorf("% x: %v, want %v", c.packet, got, c.want)
		}
	}
	for _, p := range encode(t, 24000, 3, opus.EncoderOptions{}) {
		if d := opus.Duration(p); d != 20*time.Millisecond {
			t.Errorf("an encoded frame: %v", d)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xf8, 0xff, 0xfe})
	f.Add([]byte{0x08, 0x0b})
	dec, err := opus.NewDecoder(16000)
	if err != nil {
		f.Fatal(err)
	}
	pcm := make([]int16, 1920)
	f.Fuzz(func(t *testing.T, b []byte) {
		want := opus.Samples48k(b) / 3
		n, err := dec.Decode(b, pcm)
		if err == nil && uint32(n) != want {
			t.Fatalf("% x: %d samples, by its header %d", b, n, want)
		}
	})
}
