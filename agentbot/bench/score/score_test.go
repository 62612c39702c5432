package score

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/agentbot/bench/corpus"
)

const ms = time.Millisecond

// voice are frames from a time to another.
func voice(spans ...int) (frames []time.Duration) {
	for i := 0; i < len(spans); i += 2 {
		for at := spans[i]; at < spans[i+1]; at += 20 {
			frames = append(frames, time.Duration(at)*ms)
		}
	}
	return frames
}

var engines = Delays{ASR: 150 * ms, LLM: 200 * ms, TTS: 100 * ms}

// turn is a caller who speaks from 1 to 3 s.
var turn = Act{Kind: corpus.Say, From: 1000 * ms, To: 3000 * ms}

func TestTurns(t *testing.T) {
	asked := []Call{{Finish, 3400 * ms}, {Chat, 3550 * ms}}
	for _, test := range []struct {
		name                        string
		audible                     []time.Duration
		calls                       []Call
		cut, split, missed          int
		perceived, overhead, endpnt time.Duration
	}{
		{"answered", voice(3870, 6000), asked, 0, 0, 0, 870 * ms, 20 * ms, 400 * ms},
		{"cut off", voice(2000, 2100, 3870, 6000), asked, 1, 0, 0, 870 * ms, 20 * ms, 400 * ms},
		{"greeted into the beginning", voice(500, 1400, 3870, 6000), asked, 0, 0, 0, 870 * ms, 20 * ms, 400 * ms},
		{"split and nothing heard", voice(3870, 6000), append([]Call{{Finish, 2000 * ms}, {Chat, 2150 * ms}}, asked...), 0, 1, 0, 870 * ms, 20 * ms, 400 * ms},
		{"no answer", nil, asked, 0, 0, 1, 0, 0, 0},
		{"answered too late", voice(7600, 9000), asked, 0, 0, 1, 0, 0, 0},
		{"model asked before the end", voice(3560, 6000), []Call{{Chat, 3200 * ms}, {Finish, 3400 * ms}}, 0, 0, 0, 560 * ms, 10 * ms, 400 * ms},
		{"model asked just before the end", voice(3700, 6000), []Call{{Chat, 3380 * ms}, {Finish, 3400 * ms}}, 0, 0, 0, 700 * ms, 20 * ms, 400 * ms},
		{"text early", voice(3720, 6000), []Call{{Preview, 3100 * ms}, {Taken, 3400 * ms}, {Chat, 3400 * ms}}, 0, 0, 0, 720 * ms, 20 * ms, 400 * ms},
		{"text a little early", voice(3770, 6000), []Call{{Preview, 3300 * ms}, {Taken, 3400 * ms}, {Chat, 3450 * ms}}, 0, 0, 0, 770 * ms, 20 * ms, 400 * ms},
	} {
		f := Of(&Record{Delays: engines, Acts: []Act{turn}, Audible: test.audible, Calls: test.calls})
		if f.Turns != 1 || f.CutOffs != test.cut || f.Splits != test.split || f.Missed != test.missed {
			t.Errorf("%s: %d cut, %d split, %d missed of %d", test.name, f.CutOffs, f.Splits, f.Missed, f.Turns)
		}
		if got := f.Perceived.Quantile(1); got != test.perceived {
			t.Errorf("%s: perceived %v, want %v", test.name, got, test.perceived)
		}
		if got := f.Overhead.Quantile(1); got != test.overhead {
			t.Errorf("%s: overhead %v, want %v", test.name, got, test.overhead)
		}
		if got := f.Endpointing.Quantile(1); got != test.endpnt {
			t.Errorf("%s: endpointing %v, want %v", test.name, got, test.endpnt)
		}
		if len(f.Incidents) != test.cut+test.split+test.missed {
			t.Errorf("%s: incidents %v", test.name, f.Incidents)
		}
	}
}

func TestInterruptions(t *testing.T) {
	barge := Act{Kind: corpus.Barge, From: 6000 * ms, To: 7000 * ms, Into: true}
	nod := Act{Kind: corpus.Nod, From: 5000 * ms, To: 5300 * ms, Into: true}
	late := Act{Kind: corpus.Nod, From: 9000 * ms, To: 9300 * ms}
	for _, test := range []struct {
		name                                    string
		acts                                    []Act
		audible                                 []time.Duration
		cuts                                    []time.Duration
		noises, falseIn, pauses, barges, missed int
		stop, pause                             time.Duration
	}{
		{"barge-in", []Act{turn, barge}, voice(4000, 6240), []time.Duration{6700 * ms}, 0, 0, 0, 1, 0, 220 * ms, 0},
		{"barge-in and an answer", []Act{turn, barge}, voice(4000, 6240, 7500, 9000), []time.Duration{6700 * ms}, 0, 0, 0, 1, 0, 220 * ms, 0},
		{"a gap between words is no stop", []Act{turn, barge}, voice(4000, 6100, 6200, 6260), nil, 0, 0, 0, 1, 0, 240 * ms, 0},
		{"not heeded", []Act{turn, barge}, voice(4000, 9000), nil, 0, 0, 0, 1, 1, 2980 * ms, 0},
		{"a nod that nobody minds", []Act{turn, nod}, voice(4000, 8000), nil, 1, 0, 0, 0, 0, 0, 0},
		{"a nod that pauses", []Act{turn, nod}, voice(4000, 5240, 6000, 8000), nil, 1, 0, 1, 0, 0, 0, 760 * ms},
		{"a nod that stops", []Act{turn, nod}, voice(4000, 5240), []time.Duration{5600 * ms}, 1, 1, 0, 0, 0, 0, 0},
		{"nothing stops it", []Act{turn}, voice(4000, 15000), []time.Duration{15000 * ms}, 0, 1, 0, 0, 0, 0, 0},
		{"nothing pauses it", []Act{turn}, voice(4000, 5000, 7000, 8000), nil, 0, 0, 1, 0, 0, 0, 2000 * ms},
		{"a nod when it is silent", []Act{turn, late}, voice(4000, 8000), nil, 0, 0, 0, 0, 0, 0, 0},
	} {
		f := Of(&Record{Delays: engines, Acts: test.acts, Audible: test.audible, Cuts: test.cuts})
		if f.Noises != test.noises || f.FalseIn != test.falseIn || f.Pauses != test.pauses || f.Barges != test.barges || f.Unheeded != test.missed {
			t.Errorf("%s: %d nods, %d false, %d pauses, %d barge-ins, %d missed", test.name, f.Noises, f.FalseIn, f.Pauses, f.Barges, f.Unheeded)
		}
		if got := f.BargeStop.Quantile(1); got != test.stop {
			t.Errorf("%s: stopped after %v, want %v", test.name, got, test.stop)
		}
		if got := f.PauseLength.Quantile(1); got != test.pause {
			t.Errorf("%s: paused for %v, want %v", test.name, got, test.pause)
		}
	}
}

func TestMemory(t *testing.T) {
	for _, test := range []struct {
		heard, remembered string
		notHeard, notRem  int
	}{
		{"a b c", "a b c", 0, 0},
		{"a b", "a b c", 1, 0},
		{"a b c", "a c", 0, 1},
		{"", "a b", 2, 0},
		{"x a b y", "a b z", 1, 2},
	} {
		f := Of(&Record{Heard: strings.Fields(test.heard), Remembered: strings.Fields(test.remembered)})
		if f.NotHeard != test.notHeard || f.NotRemembered != test.notRem {
			t.Errorf("heard %q, remembered %q: %d not heard, %d not remembered", test.heard, test.remembered, f.NotHeard, f.NotRemembered)
		}
	}
}

func TestWordErrors(t *testing.T) {
	said := turn
	said.Text = "Yes, it's the blue one."
	next := Act{Kind: corpus.Nod, From: 6000 * ms, To: 6300 * ms}
	for _, test := range []struct {
		finals []Final
		errors int
	}{
		{[]Final{{1000 * ms, 3000 * ms, "yes it's the blue one"}}, 0},
		{[]Final{{800 * ms, 1500 * ms, "yes"}, {1700 * ms, 3000 * ms, "it's a blue one"}}, 1},
		{[]Final{{1000 * ms, 3000 * ms, "yes it's the blue one"}, {5900 * ms, 6400 * ms, "okay"}}, 0},
		{[]Final{{5900 * ms, 6400 * ms, "okay"}}, 5},
		{[]Final{{1000 * ms, 3000 * ms, "oh yes it's blue one"}}, 2},
	} {
		f := Of(&Record{Speaker: "anna", Acts: []Act{said, next}, Finals: test.finals})
		if e := f.Recognition["anna"]; e.Errors != test.errors || e.Words != 5 {
			t.Errorf("%v: %+v, want %d errors", test.finals, e, test.errors)
		}
	}
}

func TestQuantile(t *testing.T) {
	times := Times{4, 1, 3, 2}
	for q, want := range map[float64]time.Duration{0: 1, 0.25: 1, 0.5: 2, 0.51: 3, 0.95: 4, 1: 4} {
		if got := times.Quantile(q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if Times(nil).Quantile(0.5) != 0 || !slices.Equal(times, Times{4, 1, 3, 2}) {
		t.Error("none, or changed")
	}
}

// The longest common sequence and the distance agree with one another and do
// not depend on the order of the two.
func TestSequences(t *testing.T) {
	word := rapid.SampledFrom([]string{"a", "b", "c"})
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(word, 0, 12).Draw(t, "a"), rapid.SliceOfN(word, 0, 12).Draw(t, "b")
		same, off := common(a, b), distance(a, b)
		if same != common(b, a) || off != distance(b, a) {
			t.Fatal("the order matters")
		}
		longer := max(len(a), len(b))
		if same > min(len(a), len(b)) || off > longer || off < longer-same || off > len(a)+len(b)-2*same {
			t.Fatalf("%d in common, %d apart", same, off)
		}
		if slices.Equal(a, b) != (off == 0) {
			t.Fatal("equal, and apart")
		}
	})
}

// The figures of many conversations are the sums of theirs.
func TestMerge(t *testing.T) {
	a := Of(&Record{Delays: engines, Speaker: "anna", Acts: []Act{turn}, Audible: voice(3870, 6000), Calls: []Call{{Finish, 3400 * ms}, {Chat, 3550 * ms}}, Failed: []string{"asr"}})
	b := Of(&Record{Delays: engines, Speaker: "bert", Acts: []Act{turn}, Heard: []string{"a"}, Finals: []Final{{1000 * ms, 2000 * ms, "x"}}})
	var sum Figures
	sum.Merge(a)
	sum.Merge(b)
	if sum.Conversations != 2 || sum.Turns != 2 || sum.Missed != 1 || len(sum.Perceived) != 1 || sum.Words != 1 ||
		sum.Failed["asr"] != 1 || len(sum.Recognition) != 1 || len(sum.Incidents) != len(a.Incidents)+len(b.Incidents) {
		t.Errorf("%+v", sum)
	}
}
