package vad

import (
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
)

func TestBefore(t *testing.T) {
	for _, test := range []struct {
		faint uint // the newest frame last
		want  int
	}{
		{0b0, 0},
		{0b1, 1},
		{0b111, 3},
		{0b11110000, 8},
		{0b1111100000, 0},
		{0b1000010, 7},
		{0b10000010, 2},
		{0b1111111111111, 8},
	} {
		if got := (&webrtcStream{faint: test.faint}).before(); got != test.want {
			t.Errorf("%b: %d, want %d", test.faint, got, test.want)
		}
	}
}

// Late tells of frames that Process has left out, of no others, only with a
// voice that it has found, and only in speech: the more noise, the more of it.
func TestLate(t *testing.T) {
	c := conversation(t)
	total := 0
	for _, db := range []float64{20, 10, 5} {
		stream, err := WebRTC{}.OpenVAD()
		if err != nil {
			t.Fatal(err)
		}
		pcm := c.withNoise(db)
		out := 0 // frames since a voice
		found, wrong := 0, 0
		for i := range c.truth {
			voice := stream.Process(pcm[i*engine.FrameSamples:][:engine.FrameSamples])
			n := engine.Late(stream)
			if !voice && n != 0 || n > out || n > lateMost {
				t.Fatalf("%v dB, frame %d: %d late of %d, voice %t", db, i, n, out, voice)
			}
			found += n
			for _, before := range c.truth[i-n : i] {
				if before == quiet {
					wrong++
				}
			}
			if out++; voice {
				out = 0
			}
		}
		if err := stream.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%v dB: %d frames told of afterwards, %d of them in silence", db, found, wrong)
		if wrong > 0 {
			t.Errorf("%v dB: %d frames of silence were told of as voice", db, wrong)
		}
		total += found
	}
	if total == 0 {
		t.Error("no voice was told of afterwards")
	}
	if engine.Late(&energyStream{}) != 0 {
		t.Error("a detector that knows nothing of it")
	}
}
