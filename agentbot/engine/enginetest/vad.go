package enginetest

import (
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// TestVAD tests what engine.VAD promises.
func TestVAD(t *testing.T, open func() engine.VAD) {
	checkLeaks(t)

	t.Run("silence is no voice", func(t *testing.T) {
		s, err := open().OpenVAD()
		if err != nil {
			t.Fatal(err)
		}
		defer closeOnce(t, s)
		for i := range 100 {
			if s.Process(make([]int16, engine.FrameSamples)) {
				t.Fatalf("frame %d of silence is voice", i)
			}
		}
	})

	t.Run("closed", func(t *testing.T) {
		s, err := open().OpenVAD()
		if err != nil {
			t.Fatal(err)
		}
		closeOnce(t, s)
		closeOnce(t, s)
		if s.Process(tone(20*time.Millisecond, 300)) {
			t.Error("a closed detector detects")
		}
	})

	t.Run("many at once", func(t *testing.T) {
		vad := open()
		together(func(int) {
			for range 5 {
				s, err := vad.OpenVAD()
				if err != nil {
					t.Error(err)
					return
				}
				frame := tone(20*time.Millisecond, 300)
				for range 50 {
					s.Process(frame)
				}
				closeOnce(t, s)
			}
		})
	})
}
