package escalation

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// stub detectors: what they look for is one word, so that a test says it.
func asks(text string) float64 {
	if strings.Contains(strings.ToLower(text), "human") {
		return 0.9
	}
	return 0.1
}

func distressed(text string) float64 {
	switch {
	case strings.Contains(text, "furious"):
		return 1
	case strings.Contains(text, "annoyed"):
		return 0.5
	}
	return 0
}

func rules(t testing.TB, change func(*Config)) *Rules {
	t.Helper()
	cfg := Config{AsksForHuman: asks, Distressed: distressed}
	if change != nil {
		change(&cfg)
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// script is events, and what each of them leads to: "" none, "offer reason",
// "request reason", …
type script []struct {
	event Event
	want  string
}

func describe(d Decision) string {
	if d.Action == None {
		return ""
	}
	return d.Action.String() + " " + string(d.Reason)
}

func TestRules(t *testing.T) {
	said := func(text string) Event { return CallerSaid{text} }
	phrases := func(c *Config) {
		c.Phrases = []Phrase{
			{Name: "contract", Words: []string{"cancel * contract", "kündigen"}},
			{Name: "legal", Examples: []string{"I will take legal action against you", "you will hear from my lawyer"}, Action: "offer"},
			{Name: "promise", Of: "agent", Words: []string{"i cannot help"}},
		}
	}
	for name, test := range map[string]struct {
		change func(*Config)
		script script
	}{
		"the caller asks":                    {nil, script{{said("when are you open"), ""}, {said("a human please"), "request callerAsked"}, {said("a human please"), ""}}},
		"asking is off":                      {func(c *Config) { c.CallerAsked.Off = true }, script{{said("a human please"), ""}}},
		"not sure enough":                    {func(c *Config) { c.CallerAsked.From = 0.95 }, script{{said("a human please"), ""}}},
		"asks again when the human has gone": {nil, script{{said("human"), "request callerAsked"}, {Closed{}, ""}, {said("human"), "request callerAsked"}}},
		"asked for by a button":              {nil, script{{Requested{}, ""}, {said("human"), ""}, {Unsure{0.1}, "withhold lowConfidence"}}},

		"a guess, yes":             {nil, script{{said("x"), ""}, {Unsure{0.1}, "offer lowConfidence"}, {said("yes please"), "request lowConfidence"}}},
		"not heard":                {nil, script{{Unsure{0.1}, "offer lowConfidence"}, {Unoffered{}, ""}, {said("yes"), ""}}},
		"a guess, no":              {nil, script{{Unsure{0.1}, "offer lowConfidence"}, {said("No, thank you."), "declined lowConfidence"}, {said("and the price"), ""}}},
		"a guess, something else":  {nil, script{{Unsure{0.1}, "offer lowConfidence"}, {said("when do you open tomorrow morning"), ""}, {said("yes"), ""}}},
		"yes and a question":       {nil, script{{Unsure{0.1}, "offer lowConfidence"}, {said("yes but first tell me the price of shipping"), ""}}},
		"two guesses":              {nil, script{{Unsure{0.1}, "offer lowConfidence"}, {said("what about tuesday evening then"), ""}, {Unsure{0.2}, "request lowConfidence"}}},
		"a guess, an answer":       {nil, script{{Unsure{0.1}, "offer lowConfidence"}, {said("what about it on tuesday"), ""}, {Answered{}, ""}, {Unsure{0.1}, "offer lowConfidence"}}},
		"guesses only offer":       {func(c *Config) { c.LowConfidence.RequestAfter = -1; c.NotUnderstood.Off = true }, script{{Unsure{0}, "offer lowConfidence"}, {Unsure{0}, "offer lowConfidence"}, {Unsure{0}, "offer lowConfidence"}}},
		"guesses after a no":       {nil, script{{Unsure{0}, "offer lowConfidence"}, {said("nein danke"), "declined lowConfidence"}, {said("x"), ""}, {Unsure{0}, "offer lowConfidence"}}},
		"guesses may be said":      {func(c *Config) { c.LowConfidence.Off = true }, script{{Unsure{0}, ""}, {Unsure{0}, ""}, {Unsure{0}, "offer notUnderstood"}}},
		"no but a human":           {nil, script{{Unsure{0}, "offer lowConfidence"}, {said("no i want a human"), "request callerAsked"}}},
		"asks for a human instead": {nil, script{{Unsure{0}, "offer lowConfidence"}, {said("human"), "request callerAsked"}}},

		"one furious turn":     {nil, script{{said("i am furious"), ""}, {said("when are you open"), ""}, {said("and where"), ""}}},
		"two furious turns":    {nil, script{{said("i am furious"), ""}, {said("so furious"), "offer distress"}, {said("really furious about it all"), "request distress"}}},
		"annoyed for long":     {nil, script{{said("annoyed a"), ""}, {said("annoyed b"), ""}, {said("annoyed c"), "offer distress"}}},
		"furious now and then": {nil, script{{said("furious"), ""}, {said("a"), ""}, {said("b"), ""}, {said("c"), ""}, {said("furious"), ""}}},
		"distress is off":      {func(c *Config) { c.Distress.Off = true }, script{{said("furious a"), ""}, {said("furious b"), ""}, {said("furious c"), ""}, {said("furious d"), ""}}},
		"no rests":             {nil, script{{said("furious"), ""}, {said("furious!"), "offer distress"}, {said("no"), "declined distress"}, {said("furious"), ""}, {said("furious!"), ""}, {said("x"), ""}}},

		"misheard":                 {nil, script{{Misheard{}, ""}, {Misheard{}, ""}, {Misheard{}, "offer notUnderstood"}, {said("sí, por favor"), "request notUnderstood"}}},
		"misheard, asks":           {func(c *Config) { c.NotUnderstood.Request = true; c.NotUnderstood.After = 2 }, script{{Misheard{}, ""}, {Misheard{}, "request notUnderstood"}}},
		"I said":                   {nil, script{{said("I said the blue one"), ""}, {Answered{}, ""}, {said("no, I said blue"), ""}, {Answered{}, ""}, {said("that's not what I asked"), "offer notUnderstood"}}},
		"the same again":           {nil, script{{said("where is my green parcel"), ""}, {Answered{}, ""}, {said("where is my green parcel"), ""}, {Answered{}, ""}, {said("Where is my green parcel?"), ""}, {Answered{}, ""}, {said("where is my parcel green"), "offer notUnderstood"}}},
		"understood in between":    {nil, script{{Misheard{}, ""}, {Misheard{}, ""}, {said("a"), ""}, {Answered{}, ""}, {said("b"), ""}, {Misheard{}, ""}}},
		"yes again is no sign":     {nil, script{{said("yes"), ""}, {said("yes"), ""}, {said("yes"), ""}, {said("yes"), ""}, {said("yes"), ""}}},
		"not understood in German": {nil, script{{said("ich sagte Freitag"), ""}, {said("ich habe gesagt am Freitag"), ""}, {said("Sie verstehen mich nicht"), "offer notUnderstood"}}},
		"not understood is off":    {func(c *Config) { c.NotUnderstood.Off = true }, script{{Misheard{}, ""}, {Misheard{}, ""}, {Misheard{}, ""}, {Misheard{}, ""}}},

		"words":          {phrases, script{{said("I want to cancel my old contract now"), "request phrase"}}},
		"far apart":      {phrases, script{{said("cancel the order that i made last week for the contract"), ""}}},
		"another tongue": {phrases, script{{said("Ich will kündigen!"), "request phrase"}}},
		"an intent":      {phrases, script{{said("I shall take legal action"), "offer phrase"}, {said("yes"), "request phrase"}}},
		"not the intent": {phrases, script{{said("is it legal to park there"), ""}}},
		"of the AI":      {phrases, script{{said("I cannot help"), ""}, {AgentSaid{"I am sorry, I cannot help you with that."}, "request phrase"}}},
		"not of the AI":  {phrases, script{{AgentSaid{"You may cancel the contract."}, ""}}},

		"the model asks":     {nil, script{{ModelAsked{"callerAsked"}, "request callerAsked"}, {ModelAsked{"distress"}, ""}}},
		"the model's reason": {nil, script{{ModelAsked{"VIP, priority P1, give him to Dana"}, "request modelRequested"}}},
		"no such reason":     {nil, script{{ModelAsked{"engineFailure"}, "request modelRequested"}}},
		"the model may not":  {func(c *Config) { c.ModelRequested.Off = true }, script{{ModelAsked{"x"}, ""}}},

		"engines fail":      {nil, script{{EngineFailed{"llm", "timeout"}, ""}, {EngineFailed{"asr", "timeout"}, ""}, {EngineFailed{"tts", "x"}, "request engineFailure"}}},
		"engines recover":   {nil, script{{EngineFailed{}, ""}, {EngineFailed{}, ""}, {EngineWorked{}, ""}, {EngineFailed{}, ""}}},
		"engines may fail":  {func(c *Config) { c.EngineFailure.Off = true }, script{{EngineFailed{}, ""}, {EngineFailed{}, ""}, {EngineFailed{}, ""}}},
		"one failure is it": {func(c *Config) { c.EngineFailure.After = 1 }, script{{EngineFailed{}, "request engineFailure"}, {EngineFailed{}, ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := rules(t, test.change)
			var s State
			for i, step := range test.script {
				var d Decision
				if s, d = r.Step(s, step.event); describe(d) != step.want {
					t.Fatalf("step %d, %T%v: %q, want %q (%+v)", i, step.event, step.event, describe(d), step.want, s)
				}
			}
		})
	}
}

func TestYesOrNo(t *testing.T) {
	for text, want := range map[string]reply{
		"Yes.": yes, "yes please": yes, "Yeah, sure, that would be great": yes, "okay": yes, "please do": yes, "ja gerne": yes, "Sí, por favor": yes,
		"好的": yes, "是的，谢谢": yes, "はい": yes, "bien sûr": yes, "yes connect me to a colleague please": yes, "sure go ahead": yes,
		"No.": no, "no thank you": no, "not now": no, "nein danke": no, "lieber nicht": no, "不用": no, "no gracias": no, "please do not": no, "no need, thanks": no,
		"": neither, "when do you open": neither, "yes but how much is the blue one": neither, "no, what about the price of shipping to Spain": neither,
		"yes?": neither, "hmm": neither, "my order number is seven": neither,
	} {
		if got := yesOrNo(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestConfig(t *testing.T) {
	for text, want := range map[string]string{
		`{"callerAsked":{"from":2}}`:                                          "callerAsked.from is 2 and must be from 0 to 1",
		`{"distress":{"most":1,"offer":0.9}}`:                                 "no single turn decides",
		`{"phrases":[{"name":"a"}]}`:                                          "phrases[0]: words or examples are wanted",
		`{"phrases":[{"name":"","words":["x"]}]}`:                             "name: one line",
		`{"phrases":[{"name":"a","words":["x"],"of":"human"}]}`:               `of is "human"`,
		`{"phrases":[{"name":"a","words":["x"],"action":"shout"}]}`:           `action is "shout"`,
		`{"phrases":[{"name":"a","words":["!"]}]}`:                            "with words in them",
		`{"phrases":[{"name":"a","words":["x"],"from":7}]}`:                   "from is 7",
		`{"phrases":[{"name":"a","words":["x"]},{"name":"a","words":["y"]}]}`: "taken",
		`{"engineFailure":{"after":-1}}`:                                      "engineFailure.after is -1",
	} {
		cfg, err := Parse([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{`{"colour":1}`, `{`, `{} {}`, `[]`, ``, `{"distress":{"off":1}}`} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	r := rules(t, nil)
	if c := r.Config(); c.LowConfidence.Below != 0.42 || c.Distress.Request != 1.35 || c.RestAfterNo != 3 {
		t.Errorf("defaults %+v", c)
	}
}

var texts = []string{"", "yes", "no", "human", "furious", "annoyed", "when are you open today", "I said no", "cancel my contract", "好的", "?"}

func events() *rapid.Generator[Event] {
	return rapid.Custom(func(t *rapid.T) Event {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		return rapid.SampledFrom([]Event{CallerSaid{text}, CallerSaid{text}, CallerSaid{text}, AgentSaid{text}, Misheard{}, Unsure{0.1}, Answered{},
			ModelAsked{text}, EngineFailed{"llm", "timeout"}, EngineWorked{}, Unoffered{}, Requested{}, Closed{}}).Draw(t, "event")
	})
}

// Whatever happens: at most one request is open, a rule that is off gives no
// reason, every decision has a reason of ours, a detail holds no word of what
// was said, and the same events decide the same.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{AsksForHuman: asks, Distressed: distressed, Phrases: []Phrase{{Name: "rule one", Words: []string{"cancel * contract"}}}}
		off := map[Reason]bool{}
		for reason, field := range map[Reason]*bool{CallerAsked: &cfg.CallerAsked.Off, LowConfidence: &cfg.LowConfidence.Off,
			Distress: &cfg.Distress.Off, NotUnderstood: &cfg.NotUnderstood.Off, EngineFailure: &cfg.EngineFailure.Off} {
			*field = rapid.Bool().Draw(t, string(reason))
			off[reason] = *field
		}
		r, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		known := map[Reason]bool{}
		for _, reason := range Reasons() {
			known[reason] = true
		}
		var s State
		open := false
		for _, e := range rapid.SliceOfN(events(), 0, 40).Draw(t, "events") {
			before := s
			var d Decision
			s, d = r.Step(before, e)
			if again, d2 := r.Step(before, e); again != s || d2 != d {
				t.Fatalf("%T%v decides once %+v, once %+v", e, e, d, d2)
			}
			switch e.(type) {
			case Closed:
				open = false
			case Requested:
				open = true
			}
			_, model := e.(ModelAsked) // may name a reason of ours itself
			switch {
			case d.Action == Request && open:
				t.Fatalf("asks again: %+v", d)
			case d.Action != None && !known[d.Reason], d.Action == None && d != (Decision{}):
				t.Fatalf("decision %+v", d)
			case off[d.Reason] && !model:
				t.Fatalf("%s is off, and %+v", d.Reason, d)
			case d.Action == Offer && s.Offered != d.Reason, d.Action == Request && !s.Open:
				t.Fatalf("%+v leads to %+v", d, s)
			}
			open = open || d.Action == Request
			for _, word := range []string{"human", "furious", "annoyed", "contract"} {
				if strings.Contains(d.Detail, word) {
					t.Fatalf("detail %q", d.Detail)
				}
			}
			if _, ok := e.(AgentSaid); ok && d.Action != None && d.Reason != PhraseHeard {
				t.Fatalf("the AI's own words: %+v", d)
			}
		}
	})
}

func FuzzCaller(f *testing.F) {
	r := rules(f, func(c *Config) {
		c.Phrases = []Phrase{{Name: "a", Words: []string{"b * c"}, Examples: []string{"b d"}}}
	})
	f.Add("yes", "no")
	f.Add("我说的是", "\xff\x00*")
	f.Fuzz(func(t *testing.T, one, two string) {
		s, _ := r.Step(State{Offered: LowConfidence}, CallerSaid{one})
		if s, _ = r.Step(s, CallerSaid{two}); s.unheard < 0 || s.score < 0 {
			t.Errorf("%+v", s)
		}
	})
}
