package playout

import (
	"errors"
	"io"
	"math/rand"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
)

// What an agent says, none of it used to fit anything: plain, long, with numbers, names and marks.
var agentSentences = []string{
	"Good afternoon, you have reached the front desk; what can I do for you?",
	"The table is booked for four people on Saturday the 21st at half past seven.",
	"I see that your subscription was renewed on the first of the month.",
	"Please hold the button on the back until the light turns green.",
	"That is no problem at all.",
	"We ship to Austria, Germany and Switzerland, usually within 48 hours.",
	"The total is $129, including taxes.",
	"Sorry, could you repeat that?",
	"There is a branch near the station, two streets behind the old post office, and it is open until eight.",
	"A technician will visit you between 10 and 12 tomorrow; somebody has to be at home.",
	"Your complaint has been forwarded to the responsible department, which will contact you shortly.",
	"Thank you.",
	"In that case the invoice is sent again to the address we have on file and you need not do anything.",
	"Monthly plans can be terminated at any time - yearly ones only before the renewal.",
	"Because of the holidays, orders placed today leave our warehouse on Wednesday.",
}

type recording struct {
	text  string
	pcm   []int16
	words []engine.WordTime
}

func record(t *testing.T, text, voice string) recording {
	tts, err := flite.New(voice)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := tts.Speak(t.Context(), text, "")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	r := recording{text: text}
	buf := make([]int16, 1600)
	for {
		n, err := stream.Read(buf)
		r.pcm = append(r.pcm, buf[:n]...)
		if errors.Is(err, io.EOF) {
			r.words = stream.Words()
			return r
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// heard is how many words of the text were heard in the first frames: those of
// which half of the audio was forwarded, by the voice's own times. Words that
// the voice speaks as several, like "3000", are one.
func (r recording) heard(text *text, frames int) (n int) {
	starts := make([]time.Duration, len(text.words)+1)
	at := 0
	for i, w := range text.words {
		starts[i] = -1
		for at < len(r.words) && r.words[at].Offset < w.End {
			if starts[i] < 0 {
				starts[i] = r.words[at].At
			}
			at++
		}
	}
	end := time.Duration(len(r.pcm)) * time.Second / engine.SampleRate
	starts[len(text.words)] = end
	next := end
	ends := make([]time.Duration, len(text.words))
	for i := len(text.words) - 1; i >= 0; i-- {
		ends[i] = next
		if starts[i] >= 0 {
			next = starts[i]
		}
	}
	for i := range text.words {
		if starts[i] < 0 || (starts[i]+ends[i])/2 > time.Duration(frames)*frameLength {
			break
		}
		n = i + 1
	}
	return n
}

// TestRandomCuts cuts real speech at two hundred random frames: the text that
// is kept differs from what was heard by at most one word in 95 of 100 cuts,
// with the voice's word times and without. Without, and from an engine that is
// never more than half a second ahead, 85.
func TestRandomCuts(t *testing.T) {
	const cuts = 200
	allMade := func(_, all int) int { return all }
	twice := func(cut, _ int) int { return 25 + 2*cut }
	halfASecond := func(cut, _ int) int { return 25 + cut }
	recordings, paces := map[string][]recording{}, map[string]*pacing{}
	for _, voice := range flite.Voices() {
		greeting := record(t, "Thank you for calling. How may I help you today?", voice)
		c := NewClip(greeting.text, engine.SampleRate)
		c.Append(greeting.pcm, nil)
		paces[voice] = &pacing{}
		paces[voice].learn(c)
		for _, s := range agentSentences {
			recordings[voice] = append(recordings[voice], record(t, s, voice))
		}
	}
	for _, test := range []struct {
		name  string
		times bool
		made  func(cut, all int) int // frames
		least float64                // what must be within a word, of a hundred
	}{
		{"word times, all made", true, allMade, 95},
		{"word times, half a second ahead", true, halfASecond, 95},
		{"energy, all made", false, allMade, 95},
		{"energy, made twice as fast as spoken", false, twice, 95},
		{"energy, half a second ahead", false, halfASecond, 85},
	} {
		rng := rand.New(rand.NewSource(7))
		var off [4]int // cuts by how many words they are off
		worst := ""
		for range cuts {
			voice := flite.Voices()[rng.Intn(2)]
			all := recordings[voice]
			r := all[rng.Intn(len(all))]
			frames := len(r.pcm) / 320
			cut := 1 + rng.Intn(frames)
			c := NewClip(r.text, engine.SampleRate)
			paces[voice].use(c)
			var words []engine.WordTime
			if test.times {
				words = r.words
			}
			made := min(test.made(cut, frames), frames)
			c.Append(r.pcm[:made*320], words)
			if made == frames {
				c.Append(r.pcm[made*320:], words)
				c.Finish(words, false)
			}
			kept := 0
			for _, w := range c.text.words {
				if w.End <= c.heard(cut) {
					kept++
				}
			}
			d := min(max(kept-r.heard(c.text, cut), r.heard(c.text, cut)-kept), 3)
			off[d]++
			if d > 1 {
				worst = r.text
			}
		}
		good := 100 * float64(off[0]+off[1]) / cuts
		t.Logf("%s: exact %d, off by a word %d, by two %d, by more %d of %d: %.1f %% within a word", test.name, off[0], off[1], off[2], off[3], cuts, good)
		if good < test.least {
			t.Errorf("%s: %.1f %% are within a word, e.g. not %q", test.name, good, worst)
		}
	}
}
