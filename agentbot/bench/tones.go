package bench

import (
	"hash/fnv"
	"math"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/bench/score"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/sentence"
	"github.com/relevo/relevo/sfu/tone"
)

// The agent's voice: each word is a tone of 240 ms and 60 ms of silence. The
// tone belongs to the word, so that an ear can tell which words it heard.
const (
	toneFrames = 12 // of a word
	wordFrames = 15 // of a word with its silence
	halfWord   = 8  // frames that are half of a word at least
	tones      = 20
	lowest     = 400.0 // Hz
	apart      = 100.0 // Hz
	amplitude  = 8000.0
	whole      = 0.65 * amplitude / math.Sqrt2 // level of a frame that is mostly tone
	audible    = 300.0                         // level of a frame that an ear notices
)

// toneOf is the tone of a word.
func toneOf(word string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(word))
	return int(h.Sum32() % tones)
}

func hertz(t int) float64 { return lowest + apart*float64(t) }

// toneNames are a text's words as their tones.
func toneNames(text string) (names []string) {
	for _, w := range spoken(text) {
		names = append(names, toneName(toneOf(plain(w.Text))))
	}
	return names
}

func toneName(t int) string { return string(rune('a' + t)) }

// spoken are the words of text that have a letter or a digit.
func spoken(text string) (words []sentence.Word) {
	for _, w := range sentence.Words(text) {
		if plain(w.Text) != "" {
			words = append(words, w)
		}
	}
	return words
}

func plain(word string) string { return strings.Join(score.PlainWords(word), "") }

// speak is text as tones, with the words' times.
func speak(text string) (pcm []int16, times []engine.WordTime) {
	for _, w := range spoken(text) {
		at := time.Duration(len(pcm)) * time.Second / engine.SampleRate
		times = append(times, engine.WordTime{Offset: w.Offset, At: at})
		step := 2 * math.Pi * hertz(toneOf(plain(w.Text))) / engine.SampleRate
		for i := range toneFrames * engine.FrameSamples {
			edge := min(i, toneFrames*engine.FrameSamples-1-i, 32) // no click
			pcm = append(pcm, int16(amplitude*float64(edge)/32*math.Sin(step*float64(i))))
		}
		pcm = append(pcm, make([]int16, (wordFrames-toneFrames)*engine.FrameSamples)...)
	}
	return pcm, times
}

// words finds the words in frames that were heard one after the other.
type words struct {
	names []string

	tone, frames int // of the word that is heard, frames 0: none
	gap          int // frames of silence since
}

// frame takes 20 ms.
func (w *words) frame(pcm []int16, level float64) {
	if level < whole {
		w.gap++
		return
	}
	best, power := 0, 0.0
	for t := range tones {
		if p := tone.Power(pcm, engine.SampleRate, hertz(t)); p > power {
			best, power = t, p
		}
	}
	// A word that was paused goes on where it stopped.
	if w.frames == 0 || best != w.tone || w.gap > 1 && w.frames >= toneFrames-1 {
		w.end()
		w.tone = best
	}
	w.frames++
	w.gap = 0
}

func (w *words) end() {
	if w.frames >= halfWord {
		w.names = append(w.names, toneName(w.tone))
	}
	w.frames = 0
}

func level(pcm []int16) float64 {
	sum := 0.0
	for _, s := range pcm {
		sum += float64(s) * float64(s)
	}
	return math.Sqrt(sum / float64(max(len(pcm), 1)))
}
