package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/sfu/opus"
)

// hear lets an ear listen to frames that went through Opus.
func hear(t *testing.T, pcm []int16) []string {
	t.Helper()
	enc, err := opus.NewEncoder(engine.SampleRate, opus.EncoderOptions{FEC: true, Loss: 10})
	if err != nil {
		t.Fatal(err)
	}
	dec, err := opus.NewDecoder(engine.SampleRate)
	if err != nil {
		t.Fatal(err)
	}
	var w words
	packet, out := make([]byte, opus.MaxPacket), make([]int16, engine.FrameSamples)
	for pcm = slices.Concat(pcm, make([]int16, 2*engine.FrameSamples)); len(pcm) >= engine.FrameSamples; pcm = pcm[engine.FrameSamples:] {
		n, err := enc.Encode(pcm[:engine.FrameSamples], packet)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := dec.Decode(packet[:n], out); err != nil {
			t.Fatal(err)
		}
		w.frame(out, level(out))
	}
	w.end()
	return w.names
}

// Every answer of the corpus is heard word for word, through Opus.
func TestEveryAnswerIsHeard(t *testing.T) {
	c, err := corpus.Load()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, text := range append([]string{greeting, "yes, yes, yes - and 2 o'clock?"}, c.Answers()...) {
		if testing.Short() && i > 20 {
			break
		}
		pcm, times := speak(text)
		want := toneNames(text)
		if len(times) != len(want) {
			t.Fatalf("%q: %d times of %d words", text, len(times), len(want))
		}
		if got := hear(t, pcm); !slices.Equal(got, want) {
			t.Errorf("%q: heard %s, want %s", text, strings.Join(got, ""), strings.Join(want, ""))
		}
		n += len(want)
	}
	t.Logf("%d words", n)
}

// A word is heard from a half of its time on, and one that was paused is one.
func TestHalfWords(t *testing.T) {
	pcm, _ := speak("hello there")
	silence := make([]int16, 30*engine.FrameSamples)
	at := func(frames int) int { return frames * engine.FrameSamples }
	for _, test := range []struct {
		name  string
		pcm   []int16
		words int
	}{
		{"less than half", pcm[:at(wordFrames+halfWord-1)], 1},
		{"half", pcm[:at(wordFrames+halfWord)], 2},
		{"paused in the first word", slices.Concat(pcm[:at(5)], silence, pcm[at(5):]), 2},
		{"paused late in the first word", slices.Concat(pcm[:at(10)], silence, pcm[at(10):]), 2},
		{"paused between the words", slices.Concat(pcm[:at(13)], silence, pcm[at(13):]), 2},
		{"nothing", silence, 0},
	} {
		if got := hear(t, test.pcm); len(got) != test.words {
			t.Errorf("%s: heard %d words", test.name, len(got))
		}
	}
}
