package speech

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

func TestWriteWAV(t *testing.T) {
	for _, rate := range []int{16000, 48000} {
		path := filepath.Join(t.TempDir(), "a.wav")
		if err := WriteWAV(path, "Where is my order?", "rms", 2*time.Second, time.Second, rate); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		le := binary.LittleEndian
		if string(b[:4]) != "RIFF" || string(b[8:16]) != "WAVEfmt " || string(b[36:40]) != "data" {
			t.Fatalf("header %q", b[:44])
		}
		if int(le.Uint32(b[4:])) != len(b)-8 || int(le.Uint32(b[40:])) != len(b)-44 {
			t.Errorf("sizes %d and %d in a file of %d", le.Uint32(b[4:]), le.Uint32(b[40:]), len(b))
		}
		if int(le.Uint32(b[24:])) != rate || int(le.Uint32(b[28:])) != 2*rate {
			t.Errorf("rate %d, bytes a second %d", le.Uint32(b[24:]), le.Uint32(b[28:]))
		}
		pcm := make([]int16, (len(b)-44)/2)
		for i := range pcm {
			pcm[i] = int16(le.Uint16(b[44+2*i:]))
		}
		first, last := -1, 0
		for i, x := range pcm {
			if x > 300 || x < -300 {
				if first < 0 {
					first = i
				}
				last = i
			}
		}
		if d := time.Duration(first) * time.Second / time.Duration(rate); d < 2*time.Second || d > 2300*time.Millisecond {
			t.Errorf("at %d Hz the speech begins after %v", rate, d)
		}
		if d := time.Duration(len(pcm)-last) * time.Second / time.Duration(rate); d < time.Second {
			t.Errorf("at %d Hz the speech ends %v before the end", rate, d)
		}
	}
	for _, rate := range []int{0, 8000, 44100, 96000} {
		if err := WriteWAV(filepath.Join(t.TempDir(), "a.wav"), "No.", "", 0, 0, rate); err == nil {
			t.Errorf("%d Hz was written", rate)
		}
	}
}

func TestWriteScript(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	lines := []Line{{time.Second, "Hello.", "slt"}, {4 * time.Second, "Good bye.", "rms"}}
	if err := WriteScript(path, lines, time.Second, 16000); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := func(d time.Duration) int { return 44 + 2*int(d*16000/time.Second) }
	for _, c := range []struct {
		from, to time.Duration
		sound    bool
	}{{0, time.Second, false}, {time.Second, 1500 * time.Millisecond, true}, {3 * time.Second, 4 * time.Second, false}, {4 * time.Second, 4500 * time.Millisecond, true}} {
		peak := 0
		for part := b[at(c.from):at(c.to)]; len(part) > 0; part = part[2:] {
			x := int(int16(binary.LittleEndian.Uint16(part)))
			peak = max(peak, x, -x)
		}
		if (peak > 1000) != c.sound {
			t.Errorf("from %v to %v the peak is %d", c.from, c.to, peak)
		}
	}
	lines[1].At = lines[0].At + time.Millisecond
	if err := WriteScript(path, lines, 0, 16000); err == nil {
		t.Error("two lines at once were written")
	}
}

func TestUpsampleKeepsTheSound(t *testing.T) {
	pcm, err := Say(t.Context(), "Hello.", "")
	if err != nil {
		t.Fatal(err)
	}
	up := upsample(pcm, 3)
	for i := range pcm {
		if d := int(up[3*i]) - int(pcm[i]); d < -1 || d > 1 {
			t.Fatalf("sample %d is %d, was %d", i, up[3*i], pcm[i])
		}
	}
}

func TestPad(t *testing.T) {
	got := Pad([]int16{1, 2}, 10*time.Millisecond, 20*time.Millisecond)
	if len(got) != engine.SampleRate*30/1000+2 || got[159] != 0 || got[160] != 1 || got[161] != 2 || got[162] != 0 {
		t.Errorf("%d samples", len(got))
	}
}

func TestWordErrors(t *testing.T) {
	for _, c := range []struct {
		said, heard string
		errs, words int
	}{
		{"Where is my order?", "where is my order", 0, 4},
		{"where is my order", "", 4, 4},
		{"", "huh", 1, 0},
		{"i have lost my password", "i had last night password", 3, 5},
		{"a b c", "b c d", 2, 3},
		{"a b c d", "a x c d d", 2, 4},
	} {
		if errs, words := WordErrors(c.said, c.heard); errs != c.errs || words != c.words {
			t.Errorf("%q as %q: %d of %d, want %d of %d", c.said, c.heard, errs, words, c.errs, c.words)
		}
	}
}
