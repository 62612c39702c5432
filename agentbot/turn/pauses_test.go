package turn

import (
	"math"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPauses(t *testing.T) {
	const usual = 600 * time.Millisecond
	repeat := func(n int, d time.Duration) (pauses []time.Duration) {
		for range n {
			pauses = append(pauses, d*time.Millisecond)
		}
		return pauses
	}
	for _, test := range []struct {
		name     string
		pauses   []time.Duration
		from, to float64
	}{
		{"nothing known", nil, 1, 1},
		{"one short pause", repeat(1, 250), 0.85, 0.95},
		{"a quick speaker", repeat(20, 250), 0.8, 0.8},
		{"one that is near", repeat(1, 560), 1.45, 1.6},
		{"one that was too long", repeat(1, 800), 1.55, 1.75},
		{"no matter how much", repeat(1, 8000), 1.6, 1.75},
		{"three", repeat(3, 600), 1.9, 2},
		{"a slow speaker", repeat(20, 900), 1.7, 2},
		{"a very slow speaker", repeat(20, 1900), 2, 2},
		{"a slow speaker who hurries", append(repeat(20, 900), repeat(200, 300)...), 0.8, 0.8},
		{"no pauses", []time.Duration{0, -5}, 1, 1},
	} {
		p := NewPauses(0.8, 2)
		for _, pause := range test.pauses {
			p.WentOn(pause, usual)
		}
		if s := p.Stretch(); s < test.from-1e-9 || s > test.to+1e-9 {
			t.Errorf("%s: stretched by %.3f, want %v to %v", test.name, s, test.from, test.to)
		}
	}
}

// Within the bounds always; a pause that ended a turn never makes less patient,
// whatever was heard before; and what is unheard of cannot break it.
func TestPausesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.Float64Range(0.1, 1).Draw(t, "least")
		most := rapid.Float64Range(1, 5).Draw(t, "most")
		p := NewPauses(least, most)
		for range rapid.IntRange(1, 100).Draw(t, "pauses") {
			before := p.Stretch()
			pause := time.Duration(rapid.Int64Range(-1, 1<<40).Draw(t, "pause"))
			usual := time.Duration(rapid.Int64Range(-1, 1<<32).Draw(t, "usual"))
			p.WentOn(pause, usual)
			after := p.Stretch()
			if !(after >= least-1e-9 && after <= most+1e-9) {
				t.Fatalf("stretched by %v", after)
			}
			if pause > 0 && usual > 0 && float64(pause) > 1.001*float64(usual)*before && before > least && after < before-1e-9 {
				t.Fatalf("pause %v where %v was allowed: from %v to %v", pause, time.Duration(float64(usual)*before), before, after)
			}
		}
	})
}

// Speakers whose pauses have a median of 0.2 to 0.5 s, two hundred of each, 60
// pauses each: after the first 15, at most 3 of 100 pauses end the turn, and
// none is waited for longer than needed. The first 15 are where a speaker is
// not yet known: of who pauses for half a second, 9 of 100 end the turn. Pauses after which the answer has begun are not learned from:
// nobody knows that they were pauses.
func TestPausesFollowTheSpeaker(t *testing.T) {
	const usual = 600 * time.Millisecond
	for _, median := range []float64{0.2, 0.3, 0.4, 0.5} {
		for _, answers := range []time.Duration{450 * time.Millisecond, 50 * time.Millisecond} {
			var cut, heard, n [2]int
			var waited [2]float64
			for speaker := range 200 {
				rng := rand.New(rand.NewSource(int64(speaker)))
				p := NewPauses(0.8, 2)
				for i := range 60 {
					known := min(i/15, 1)
					pause := time.Duration(median * math.Exp(0.4*rng.NormFloat64()) * float64(time.Second))
					allowed := time.Duration(float64(usual) * p.Stretch())
					n[known]++
					waited[known] += allowed.Seconds()
					if pause > allowed {
						cut[known]++
					}
					if pause > allowed+answers {
						heard[known]++
					}
					if pause < allowed+answers+reaction {
						p.WentOn(pause, usual)
					}
				}
			}
			share := func(of, in int) float64 { return 100 * float64(of) / float64(in) }
			t.Logf("median pause %.1f s, answers in %v: cut off at first %.1f %% (heard %.1f %%, %.2f s waited), then %.1f %% (heard %.1f %%, %.2f s waited)", median, answers,
				share(cut[0], n[0]), share(heard[0], n[0]), waited[0]/float64(n[0]), share(cut[1], n[1]), share(heard[1], n[1]), waited[1]/float64(n[1]))
			if share(cut[1], n[1]) > 3 || share(cut[0], n[0]) > 9 {
				t.Errorf("median pause %.1f s: too many are cut off", median)
			}
			if best := max(0.48, median*math.Exp(0.4*1.88)); waited[1]/float64(n[1]) > 1.15*best {
				t.Errorf("median pause %.1f s: waited %.2f s, %.2f s would do", median, waited[1]/float64(n[1]), best)
			}
		}
	}
}

// What the machine takes for a pause of the speaker's, and what not.
func TestMachineLearns(t *testing.T) {
	after := func(pause time.Duration) float64 {
		p := NewPauses(0.8, 2)
		p.WentOn(pause*time.Millisecond, 600*time.Millisecond)
		return p.Stretch()
	}
	hello := map[int]string{10: "hello"}
	both := map[int]string{10: "hello", 70: "there", 90: "there", 140: "there"}
	for _, test := range []struct {
		name     string
		pattern  string
		partials map[int]string
		other    map[int]bool
		want     float64
	}{
		{"words without pauses", v(50) + q(8) + v(50) + q(40), hello, nil, 1},
		{"a short pause", v(20) + q(12) + v(20) + q(40), hello, nil, after(240)},
		{"words that come late", v(20) + q(12) + v(20) + q(40), map[int]string{60: "hello"}, nil, after(240)},
		{"no words", v(20) + q(12) + v(20) + q(36) + v(20), nil, nil, 1},
		{"a noise in the pause", v(20) + q(25) + "vvv" + q(40), hello, nil, 1},
		{"a pause after an unfinished text", v(20) + q(100) + v(20) + q(40), map[int]string{20: "and"}, nil, 1},
		{"cut off", v(20) + q(36) + v(20) + q(50), both, nil, after(720)},
		{"noise after the end", v(20) + q(36) + v(20) + q(50), hello, nil, 1},
		{"noise before the beginning", v(20) + q(36) + v(20) + q(50), map[int]string{70: "there"}, nil, 1},
		{"another answered", v(20) + q(60) + v(20) + q(50), both, map[int]bool{55: true, 65: false}, 1},
		{"another began just then", v(20) + q(40) + v(20) + q(50), both, map[int]bool{57: true}, after(800)},
		{"another speaks all the time", v(20) + q(36) + v(20) + q(50), both, map[int]bool{1: true}, 1},
		{"much later", v(20) + q(110) + v(20) + q(50), both, nil, 1},
	} {
		m := New(Config{})
		for i, r := range test.pattern {
			if text, ok := test.partials[i+1]; ok {
				m.Partial(text)
			}
			if speaking, ok := test.other[i+1]; ok {
				m.Other(speaking)
			}
			m.Frame(r == 'v')
		}
		if got := m.Stretch(); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("%s: stretched by %.4f, want %.4f", test.name, got, test.want)
		}
	}
}

func TestBargeRules(t *testing.T) {
	one, two := map[int]string{8: "stop"}, map[int]string{8: "stop", 30: "stop it now"}
	for _, test := range []struct {
		name     string
		cfg      Config
		partials map[int]string
		at       int // 0: never
	}{
		{"voice", Config{}, two, 10},
		{"longer voice", Config{BargeIn: 500 * time.Millisecond}, two, 25},
		{"words", Config{BargeInBy: ByWords}, two, 30},
		{"too few words", Config{BargeInBy: ByWords}, one, 0},
		{"one word", Config{BargeInBy: ByWords, BargeInWords: 1}, one, 8},
		{"words of a backchannel", Config{BargeInBy: ByWords}, map[int]string{20: "okay yeah"}, 0},
		{"no words", Config{BargeInBy: ByWords}, nil, 0},
		{"either, voice first", Config{BargeInBy: ByVoiceOrWords}, two, 10},
		{"either, words first", Config{BargeInBy: ByVoiceOrWords, BargeIn: time.Second}, two, 30},
	} {
		at := 0
		for _, s := range play(New(test.cfg), v(40)+q(40), test.partials) {
			if s.events.Has(Barge) {
				at = s.at
			}
		}
		if at != test.at {
			t.Errorf("%s: at frame %d, want %d", test.name, at, test.at)
		}
	}
	if (Config{BargeInBy: ByWords}).Interrupts("stop") || !(Config{BargeInBy: ByWords}).Interrupts("stop it") || !(Config{}).Interrupts("stop") {
		t.Error("what may stop an agent")
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]int{"": 0, "…": 0, "stop": 1, "stop, please!": 2, "你好吗": 3, "OK 好": 2, "don't": 1, "-": 0} {
		if got := Words(text); got != want {
			t.Errorf("%q has %d words, want %d", text, got, want)
		}
	}
}
