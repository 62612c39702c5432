package bubble

import (
	"slices"
	"sync"
	"testing"

	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
)

// The voices. Silence is a microphone at which nobody speaks.
const (
	Silence     = 0
	VoiceCaller = 440
	VoiceAI     = 880
	VoiceHuman  = 1320
	VoiceSecond = 1760 // another human
)

// Reel is a voice as Opus frames of 20 ms, encoded once and repeated. Its
// payloads are known, so that a frame that arrives tells whose it is without
// being decoded.
type Reel struct {
	Hertz  int
	Frames [][]byte
	known  map[string]bool
}

var reels sync.Map // hertz -> *Reel

// ReelOf is the reel of a voice.
func ReelOf(t testing.TB, hertz int) *Reel {
	t.Helper()
	if r, ok := reels.Load(hertz); ok {
		return r.(*Reel)
	}
	enc, err := opus.NewEncoder(48000, opus.EncoderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	g := tone.NewGenerator(48000, float64(hertz))
	r := &Reel{Hertz: hertz, known: make(map[string]bool)}
	out := make([]byte, opus.MaxPacket)
	for i := range 60 {
		pcm := make([]int16, 960)
		if hertz != Silence {
			g.Fill(pcm)
		}
		n, err := enc.Encode(pcm, out)
		if err != nil {
			t.Fatal(err)
		}
		if i >= 10 { // the encoder has settled
			r.Frames = append(r.Frames, slices.Clone(out[:n]))
			r.known[string(out[:n])] = true
		}
	}
	reels.Store(hertz, r)
	return r
}

// Has says whether payload is one of the reel's frames.
func (r *Reel) Has(payload []byte) bool { return r.known[string(payload)] }
