package turn

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

type step struct {
	at     int // frame number, from 1
	events Events
}

// play feeds a pattern: v voiced, . quiet; partials come before their frame.
func play(m *Machine, pattern string, partials map[int]string) []step {
	var steps []step
	for i, r := range pattern {
		if text, ok := partials[i+1]; ok {
			m.Partial(text)
		}
		if e := m.Frame(r == 'v') &^ (Likely | WentOn); e != 0 {
			steps = append(steps, step{i + 1, e})
		}
	}
	return steps
}

func v(n int) string { return strings.Repeat("v", n) }
func q(n int) string { return strings.Repeat(".", n) }

func TestMachine(t *testing.T) {
	tests := []struct {
		name     string
		pattern  string
		partials map[int]string
		want     []step
	}{
		{"a click is no voice", q(10) + v(4) + q(60), nil, nil},
		{"blips far apart are no voice", strings.Repeat("v...", 40), nil, nil},
		{"start at the fifth of eight", "v.v.v.v" + "v", nil, []step{{8, Started}}},
		{"voice then silence", v(40) + q(40), nil, []step{{5, Started}, {10, Barge}, {70, Ended}}},
		{"too short to barge in", v(7) + q(40), nil, []step{{5, Started}, {37, Ended}}},
		{"a stop in a word", v(6) + q(3) + v(4) + q(40), nil, []step{{5, Started}, {10, Barge}, {43, Ended}}},
		{"the longest stop", v(6) + q(4) + v(4) + q(40), nil, []step{{5, Started}, {11, Barge}, {44, Ended}}},
		{"a hole that is no stop", v(6) + q(5) + v(3) + q(40), nil, []step{{5, Started}, {44, Ended}}},
		{"finished text", v(40) + q(40), map[int]string{30: "What are your hours?"}, []step{{5, Started}, {10, Barge}, {55, Ended}}},
		{"a partial that comes late", v(40) + q(40), map[int]string{60: "Hello."}, []step{{5, Started}, {10, Barge}, {60, Ended}}},
		{"unfinished text", v(40) + q(150), map[int]string{30: "I want to"}, []step{{5, Started}, {10, Barge}, {165, Ended}}},
		{"trailing text", v(40) + q(100), map[int]string{30: "can you help me please"}, []step{{5, Started}, {10, Barge}, {100, Ended}}},
		{"spelling", v(40) + q(160), map[int]string{30: "my number is four five"}, []step{{5, Started}, {10, Barge}, {190, Ended}}},
		{"a pause that goes on", v(20) + q(20) + v(20) + q(30), nil, []step{{5, Started}, {10, Barge}, {90, Ended}}},
		{"a pause that almost ends the turn makes patient", v(20) + q(27) + v(20) + q(60), map[int]string{15: "hello"}, []step{{5, Started}, {10, Barge}, {112, Ended}}},
		{"a blip in the silence", v(20) + q(10) + "vv" + q(18), nil, []step{{5, Started}, {10, Barge}, {50, Ended}}},
		{"too long", v(1505), nil, []step{{5, Started}, {10, Barge}, {1500, Ended}, {1505, Started}}},
		{"a backchannel does not barge in", v(20) + q(30), map[int]string{8: "okay"}, []step{{5, Started}, {50, Ended}}},
		{"a long backchannel does", v(60) + q(30), map[int]string{8: "okay"}, []step{{5, Started}, {51, Barge}, {90, Ended}}},
		{"more words than a backchannel", v(40) + q(30), map[int]string{8: "okay", 20: "okay but wait"}, []step{{5, Started}, {20, Barge}, {70, Ended}}},
		{"two utterances", v(10) + q(140) + v(10) + q(30), nil, []step{{5, Started}, {10, Barge}, {40, Ended}, {155, Started}, {160, Barge}, {190, Ended}}},
		{"one that was cut off makes patient", v(10) + q(30) + v(10) + q(60), map[int]string{8: "hello", 47: "hello there"}, []step{{5, Started}, {10, Barge}, {40, Ended}, {45, Started}, {50, Barge}, {99, Ended}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := play(New(Config{}), test.pattern, test.partials)
			if len(got) != len(test.want) {
				t.Fatalf("got %v, want %v", got, test.want)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("got %v, want %v", got[i], test.want[i])
				}
			}
		})
	}
}

// What is told afterwards of the frames before counts, and nothing twice.
func TestLate(t *testing.T) {
	for _, test := range []struct {
		name    string
		pattern string
		late    map[int]int // before the frame
		want    []step
	}{
		{"a soft beginning", q(10) + v(20), map[int]int{11: 7}, []step{{11, Started}, {13, Barge}}},
		{"more than begins one", q(10) + v(20), map[int]int{11: 9}, []step{{11, Started}, {13, Barge}}},
		{"nearly", q(10) + v(20), map[int]int{11: 4}, []step{{11, Started}, {16, Barge}}},
		{"a soft syllable", v(5) + q(10) + v(10), map[int]int{16: 8}, []step{{5, Started}, {16, Barge}}},
		{"behind a silence", v(5) + q(14) + v(10), map[int]int{20: 3}, []step{{5, Started}, {21, Barge}}},
		{"what was told already", v(6) + q(1) + v(10), map[int]int{8: 5}, []step{{5, Started}, {10, Barge}}},
		{"twice", v(5) + q(3) + v(10), map[int]int{9: 2, 10: 2}, []step{{5, Started}, {10, Barge}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := New(Config{})
			var got []step
			for i, r := range test.pattern {
				m.Late(test.late[i+1])
				if e := m.Frame(r == 'v') &^ (Likely | WentOn); e != 0 {
					got = append(got, step{i + 1, e})
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// A silence that is likely to be the end is told of once, early enough to be
// worth it; a speaker who goes on as well, and noise is none.
func TestLikely(t *testing.T) {
	for _, test := range []struct {
		name     string
		pattern  string
		partials map[int]string
		want     []step
	}{
		{"nothing known of the text", v(40) + q(40), nil, []step{{48, Likely}, {70, Ended}}},
		{"finished", v(40) + q(40), map[int]string{30: "What are your hours?"}, []step{{48, Likely}, {55, Ended}}},
		{"trailing", v(40) + q(70), map[int]string{30: "can you help me please"}, []step{{65, Likely}, {100, Ended}}},
		{"unfinished", v(40) + q(130), map[int]string{30: "I want to"}, []step{{130, Likely}, {165, Ended}}},
		{"another look", v(40) + q(70), map[int]string{30: "can you", 60: "can you help me"}, []step{{60, Likely}, {70, Ended}}},
		{"another text of the same look", v(40) + q(40), map[int]string{30: "hello", 55: "hello there"}, []step{{48, Likely}, {70, Ended}}},
		{"goes on", v(40) + q(10) + v(20) + q(40), nil, []step{{48, Likely}, {55, WentOn}, {78, Likely}, {100, Ended}}},
		{"a noise", v(40) + q(10) + "vvv" + q(40), nil, []step{{48, Likely}, {83, Ended}}},
		{"a short pause", v(40) + q(5) + v(20), nil, nil},
	} {
		m := New(Config{})
		var got []step
		for i, r := range test.pattern {
			if text, ok := test.partials[i+1]; ok {
				m.Partial(text)
			}
			if e := m.Frame(r == 'v') &^ (Started | Barge); e != 0 {
				got = append(got, step{i + 1, e})
				if left := m.Left(); e == Likely && (left <= 0 || left > likelyAhead) {
					t.Errorf("%s: %v left", test.name, left)
				}
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
	m := New(Config{})
	m.PushToTalk(true)
	m.Press()
	if e := m.Frame(true); e != 0 {
		t.Errorf("%v", e)
	}
	for range 100 {
		if e := m.Frame(false); e != 0 {
			t.Fatalf("a button's silence: %v", e)
		}
	}
}

// What was learned goes from one machine to the next.
func TestKnow(t *testing.T) {
	first := New(Config{})
	first.pauses.WentOn(900*time.Millisecond, 600*time.Millisecond)
	next := New(Config{Slowest: 1.2})
	next.Know(first.Learned())
	if s := next.Stretch(); s != 1.2 {
		t.Errorf("stretched by %v, bounds are the machine's own", s)
	}
	first.pauses.WentOn(time.Second, 600*time.Millisecond)
	if next = New(Config{}); true {
		next.Know(first.Learned())
	}
	before := next.Stretch()
	first.pauses.WentOn(200*time.Millisecond, 600*time.Millisecond)
	if before == 1 || next.Stretch() != before {
		t.Errorf("stretched by %v, then %v", before, next.Stretch())
	}
}

func TestMeasures(t *testing.T) {
	m := New(Config{})
	play(m, q(3)+v(40)+q(30), nil)
	if m.Length() != 800*time.Millisecond || m.Voiced() != 800*time.Millisecond || m.Quiet() != 600*time.Millisecond {
		t.Errorf("length %v, voiced %v, quiet %v", m.Length(), m.Voiced(), m.Quiet())
	}
	if m.PreRoll() != 20 {
		t.Errorf("pre-roll %d", m.PreRoll())
	}
}

func TestPushToTalk(t *testing.T) {
	m := New(Config{})
	play(m, v(10), nil)
	if e := m.PushToTalk(true); e != Canceled {
		t.Errorf("switching on in an utterance: %v", e)
	}
	if got := play(m, v(50)+q(50), nil); len(got) != 0 {
		t.Errorf("voice without the button: %v", got)
	}
	if e := m.Release() | m.Cancel(); e != 0 {
		t.Errorf("release without press: %v", e)
	}
	if e := m.Press(); e != Started|Barge {
		t.Errorf("press: %v", e)
	}
	if got := play(m, v(10)+q(200), nil); len(got) != 0 {
		t.Errorf("silence ended a pressed button: %v", got)
	}
	if e := m.Release(); e != Ended {
		t.Errorf("release: %v", e)
	}
	m.Press()
	if e := m.Cancel(); e != Canceled || m.Active() {
		t.Errorf("cancel: %v", e)
	}
	m.Press()
	if got := play(m, v(1600), nil); len(got) != 1 || got[0] != (step{1500, Ended}) {
		t.Errorf("a stuck button: %v", got)
	}
	if e := m.PushToTalk(false); e != 0 {
		t.Errorf("switching off at rest: %v", e)
	}
	if got := play(m, v(10)+q(30), nil); len(got) != 3 {
		t.Errorf("voice decides again: %v", got)
	}
	if e := m.Press(); e != 0 {
		t.Errorf("press without push-to-talk: %v", e)
	}
}

func TestLookOf(t *testing.T) {
	for text, want := range map[string]Look{
		"": Open, " ": Open,
		"what are your opening hours": Open, "I want two": Open, "call me": Open,
		"can you help me please": Trailing, "thank you": Trailing, "I would like that": Trailing, "where are you from": Trailing, "what time is": Trailing,
		"it is about my order number": Trailing, "I am from": Unfinished, "please send it to": Unfinished,
		"我的电话是": Trailing, "我想买一个": Unfinished, "是": Open, "你们几点开门": Open,
		"What are your opening hours?": Finished, "Yes. ": Finished, "(Really.)": Finished, "你好。": Finished,
		"I want to": Unfinished, "well,": Unfinished, "I was…": Unfinished, "I was...": Unfinished,
		"my name is": Unfinished, "um": Unfinished, "ich möchte ein": Unfinished, "quiero hablar con": Unfinished, "and I": Unfinished,
		"it is four five": Spelling, "order number seven": Spelling, "A B": Spelling, "the code is 4 7 1": Spelling,
		"my zip is 90210": Spelling, "call 555-1234": Spelling, "it is 4915112345.": Spelling, "AB1234": Spelling, "it is a-b-c": Spelling,
		"B as in Boston": Spelling, "N for": Spelling, "B wie Berta": Spelling, "in 2024": Open, "a T-shirt": Open, "电话是一三八": Spelling,
		"john.smith@": Spelling, "write to john.smith@example.com": Open, "John.Smith@example.com.": Open, "John dot": Spelling, "john dot smith at example": Spelling,
		"my email is john": Spelling, "my e-mail address is john at gmail": Spelling, "john at gmail dot com": Open, "what is your email": Open,
		"I sent you an email last week": Open, "meet me at the shop": Open, "john underscore": Open, "my email is john underscore": Spelling, "It is 4 5 1.": Spelling, "it costs 20": Open, "number i": Unfinished,
	} {
		if got := LookOf(text); got != want {
			t.Errorf("%q looks %v, want %v", text, got, want)
		}
	}
}

func TestBackchannel(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "uh-huh": true, "Okay.": true, "mm hmm": true, "yeah okay": true, "I see": true, "Okay, got it.": true, "ja": true, "嗯": true,
		"no": false, "stop": false, "okay stop": false, "i": false, "yes I want that": false, "okay okay okay okay okay": false,
	} {
		if got := Backchannel(text); got != want {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// Whatever is heard, utterances begin and end in turn, are no longer than they
// may be, have voice, and barge in at most once.
func TestMachineProperties(t *testing.T) {
	texts := []string{"", "okay", "I want to", "Yes.", "four five", "hello there", "thank you"}
	rapid.Check(t, func(t *rapid.T) {
		rule := BargeRule(rapid.IntRange(0, 2).Draw(t, "rule"))
		m := New(Config{MaxUtterance: 3 * time.Second, BargeInBy: rule})
		active, barged, began := false, false, 0
		check := func(at int, e Events) {
			if e.Has(Started) {
				if active {
					t.Fatalf("frame %d: started twice", at)
				}
				active, barged, began = true, false, at
			}
			if e.Has(Barge) {
				if !active || barged {
					t.Fatalf("frame %d: barge at the wrong time", at)
				}
				barged = true
			}
			if e.Has(Ended) || e.Has(Canceled) {
				if !active {
					t.Fatalf("frame %d: ended at rest", at)
				}
				if at-began > 150 {
					t.Fatalf("frame %d: utterance of %d frames", at, at-began)
				}
				if m.Length() < 0 || m.Voiced() < 0 || m.Quiet() < 0 {
					t.Fatalf("frame %d: negative measures", at)
				}
				active = false
			}
			if m.Active() != active {
				t.Fatalf("frame %d: active %v, events say %v", at, m.Active(), active)
			}
		}
		at := 0
		for range rapid.IntRange(1, 30).Draw(t, "runs") {
			if s := m.Stretch(); s < 0.8-1e-9 || s > 2+1e-9 {
				t.Fatalf("stretched by %v", s)
			}
			switch rapid.IntRange(0, 10).Draw(t, "what") {
			case 0:
				m.Partial(rapid.SampledFrom(texts).Draw(t, "text"))
			case 1:
				check(at, m.PushToTalk(rapid.Bool().Draw(t, "on")))
			case 2:
				check(at, m.Press())
			case 3:
				check(at, m.Release())
			case 4:
				check(at, m.Cancel())
			case 5:
				m.Other(rapid.Bool().Draw(t, "other"))
			default:
				voice := rapid.IntRange(0, 100).Draw(t, "share of voice")
				for range rapid.IntRange(1, 80).Draw(t, "frames") {
					at++
					check(at, m.Frame(rapid.IntRange(0, 99).Draw(t, "voice") < voice))
				}
			}
		}
		if m.Buttoned() {
			check(at, m.PushToTalk(false))
		}
		for range 200 {
			at++
			check(at, m.Frame(false))
		}
		if active {
			t.Fatal("silence ends an utterance")
		}
	})
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "I want to", "four five", "uh-huh", "…", "\xff", "a@b.c", "john dot smith at", "b as in", "一二", "email is"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_ = LookOf(text).String()
		Backchannel(text)
		if n := Words(text); n < 0 || n > utf8.RuneCountInString(text) {
			t.Errorf("%d words in %q", n, text)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	m := New(Config{})
	for i := range b.N {
		m.Frame(i%100 < 40)
	}
}
