package corpus

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

// What ships is what the bench promises: enough of everything, recorded as
// written, at one level, voiced where it has words.
func TestShipped(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	turns, barges, nods, pauses := 0, 0, 0, 0
	speakers := map[string]bool{}
	for _, call := range c.Calls {
		speakers[call.Speaker.Name] = true
		for _, turn := range call.Turns {
			turns++
			if turn.Act.Kind == Barge {
				barges++
			}
			nods += len(turn.Into)
			for _, p := range turn.Act.Pieces {
				if p.Before >= 300*time.Millisecond {
					pauses++
				}
			}
			for _, a := range append([]Act{turn.Act}, turn.Into...) {
				check(t, c.Clip(a), a)
			}
		}
	}
	t.Logf("%d calls, %d speakers, %d turns, %d of them barge-ins, %d nods and sounds, %d pauses; %d kB", len(c.Calls), len(speakers), turns, barges, nods, pauses, len(speechData)/1000)
	if len(c.Calls) < 12 || len(speakers) < 6 || turns < 60 || barges < 20 || nods < 20 || pauses < 40 {
		t.Error("too little of something")
	}
	if len(speechData) > 2<<20 {
		t.Errorf("%d bytes of speech", len(speechData))
	}
}

func check(t *testing.T, clip *Clip, a Act) {
	t.Helper()
	length := time.Duration(len(clip.PCM)) * time.Second / engine.SampleRate
	last := time.Duration(0)
	for _, v := range clip.Voiced {
		if v.From < last || v.To <= v.From || v.To > length+10*time.Millisecond {
			t.Errorf("%s is voiced from %v to %v of %v", clip.ID, v.From, v.To, length)
		}
		last = v.To
	}
	if a.Kind == Sound {
		return
	}
	last = 0
	for _, w := range clip.Words {
		if w.From < last || w.To < w.From || w.To > length+10*time.Millisecond {
			t.Errorf("%s: %q from %v to %v of %v", clip.ID, w.Text, w.From, w.To, length)
		}
		last = w.From
	}
	sum, n := 0.0, 0
	for _, v := range clip.Voiced {
		for _, s := range clip.PCM[samples(v.From):min(samples(v.To), len(clip.PCM))] {
			sum += float64(s) * float64(s)
			n++
		}
	}
	if db := 20 * math.Log10(math.Sqrt(sum/float64(n))/Level); math.Abs(db) > 2 {
		t.Errorf("%s is %.1f dB off the level", clip.ID, db)
	}
}

func samples(d time.Duration) int { return int(d * engine.SampleRate / time.Second) }

func TestNoise(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range Noises() {
		a, b := c.Noise(kind, c.Calls[0]), c.Noise(kind, c.Calls[0])
		if !slices.Equal(a, b) {
			t.Errorf("%s is not the same twice", kind)
		}
		if slices.Equal(a, c.Noise(kind, c.Calls[1])) {
			t.Errorf("%s is the same around two calls", kind)
		}
		if db := 10*math.Log10(power(a)) - 20*math.Log10(Level); math.Abs(db) > 0.5 {
			t.Errorf("%s is %.1f dB off the level", kind, db)
		}
	}
}

func TestParseScript(t *testing.T) {
	const head = "speaker anna slt\ncall one anna hum\n"
	for _, test := range []struct{ name, script, err string }{
		{"all", head + "say Hi, [500] you.\nanswer Yes.\n  nod 1 Uh-huh.\n  noise 2 cough\n  barge 2.5 Stop.\nanswer Fine.\n", ""},
		{"no speaker", "call one anna hum\n", "no speaker"},
		{"no noise", "speaker anna slt\ncall one anna sea\n", "no noise"},
		{"two calls", head + "say Hi.\nanswer Yes.\ncall one anna hum\n", "two calls"},
		{"no call", "say Hi.\n", "no call"},
		{"no answer", head + "say Hi.\n", "without an answer"},
		{"no answer between", head + "say Hi.\nsay You.\n", "no answer"},
		{"no answer to a barge-in", head + "say Hi.\nanswer Yes.\n  barge 1 Stop.\n", "without an answer"},
		{"two answers", head + "say Hi.\nanswer Yes.\nanswer Yes.\n", "two answers"},
		{"a pause at the end", head + "say Hi. [500]\nanswer Yes.\n", "nothing is said"},
		{"a pause first", head + "say [500] Hi.\n", "both sides"},
		{"a pause of nothing", head + "say Hi [x] you.\n", "no pause"},
		{"not in order", head + "say Hi.\nanswer Yes.\n  nod 2 Yes.\n  nod 1 Yes.\n", "before the line above"},
		{"an unknown sound", head + "say Hi.\nanswer Yes.\n  noise 2 gong\n", "no sound"},
		{"a nod at never", head + "say Hi.\nanswer Yes.\n  nod x Yes.\n", "no time"},
		{"nonsense", head + "say Hi.\nsing Hi.\n", "what is"},
		{"a throat too wide", "speaker anna slt throat=9\n", "no number"},
	} {
		calls, err := ParseScript(strings.NewReader(test.script))
		switch {
		case test.err == "" && err != nil, test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("%s: %v, want %q", test.name, err, test.err)
		case test.name == "all":
			turns := calls[0].Turns
			if len(turns) != 2 || turns[0].Act.Text() != "Hi, you." || turns[0].Act.Pieces[1].Before != 500*time.Millisecond ||
				!turns[0].Barge || len(turns[0].Into) != 2 || turns[1].Act.At != 2500*time.Millisecond || turns[1].Answer != "Fine." {
				t.Errorf("parsed %+v", calls)
			}
		}
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add(string(scriptData))
	f.Add("speaker a slt\ncall b a hum\nsay x [1] y\nanswer z\n nod 1 m\n barge 2 n\nanswer o")
	f.Fuzz(func(t *testing.T, script string) {
		calls, err := ParseScript(strings.NewReader(script))
		if err != nil {
			return
		}
		for _, call := range calls {
			for _, turn := range call.Turns {
				if turn.Answer == "" || turn.Act.Text() == "" {
					t.Fatalf("an empty turn from %q", script)
				}
			}
		}
	})
}

func FuzzDecodeSpeech(f *testing.F) {
	small, err := EncodeSpeech([][]int16{make([]int16, 500), make([]int16, 1)})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(small)
	f.Add([]byte(magic + "\x01\x00\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		recordings, err := DecodeSpeech(data)
		if err == nil && len(recordings) == 0 && !bytes.Equal(data[len(magic):], []byte{0, 0}) {
			t.Fatal("nothing, from something")
		}
	})
}

func TestSpeechRoundTrip(t *testing.T) {
	pcm := make([]int16, 3333)
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)/8))
	}
	data, err := EncodeSpeech([][]int16{pcm, nil})
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeSpeech(data)
	if err != nil || len(got) != 2 || len(got[0]) != len(pcm) || len(got[1]) != 0 {
		t.Fatalf("%v, %d recordings", err, len(got))
	}
	off := 0.0
	for i := 500; i < len(pcm); i++ {
		off += math.Pow(float64(got[0][i])-float64(pcm[i]), 2)
	}
	if rms := math.Sqrt(off / float64(len(pcm)-500)); rms > 2500 {
		t.Errorf("%.0f off: late by some samples?", rms)
	}
	if _, err := load(scriptData, data, truthData); err == nil {
		t.Error("recordings of something else are taken")
	}
}
