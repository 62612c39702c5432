package agentbot

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/escalation"
)

// patientRules are without those that a test's caller sets off by the way.
func patientRules() *escalation.Rules {
	var cfg escalation.Config
	cfg.NotUnderstood.Off = true
	r, err := escalation.New(cfg)
	if err != nil {
		panic(err)
	}
	return r
}

func testRules(t *testing.T, change func(*escalation.Config)) *escalation.Rules {
	t.Helper()
	cfg := escalation.Config{
		AsksForHuman: func(text string) float64 {
			if strings.Contains(text, "human") {
				return 0.9
			}
			return 0
		},
		Distressed: func(text string) float64 {
			if strings.Contains(text, "angry") {
				return 1
			}
			return 0
		},
	}
	if change != nil {
		change(&cfg)
	}
	r, err := escalation.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// turn types what the caller says and waits until it is answered.
func (w *world) turn(text string) (said []string) {
	at := w.now()
	w.agent.Typed(w.caller, text, false)
	w.pass(8500 * ms)
	return w.said(at)
}

func (w *world) wantHuman(from time.Duration, reasons ...string) {
	w.t.Helper()
	var got []string
	for _, e := range of[WantHuman](w, from) {
		got = append(got, e.Reason)
	}
	if strings.Join(got, " ") != strings.Join(reasons, " ") {
		w.t.Errorf("want human %q, not %q\n%v", got, reasons, w)
	}
}

func sure(c float64) *float64 { return &c }

// A reply below the threshold is never spoken: a human is offered, and the
// caller's answer is heeded.
func TestLowConfidence(t *testing.T) {
	const offer = "I am sorry, I do not know that.|Shall I get a colleague for you?"
	for name, test := range map[string]struct {
		answer string
		said   string
		human  string
	}{
		"yes":            {"Yes, please.", "All right, I have asked for a colleague.|In the meantime I can go on helping you.", "lowConfidence"},
		"no":             {"No, thank you.", "All right. What else can I do for you?", ""},
		"something else": {"When do you open?", "At nine.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.llm.Reply = func(r engine.Request) scripted.Reply {
					if strings.Contains(r.Messages[len(r.Messages)-1].Text, "open") {
						return scripted.Reply{Text: "At nine.", Confidence: sure(0.9), Sources: []string{"hours.md"}}
					}
					return scripted.Reply{Text: "I guess it is the blue one. It costs 500 euros.", Confidence: sure(0.2), Sources: []string{"x.md"}}
				}
				w.begin()
				w.pass(time.Second)
				if said := strings.Join(w.turn("Which one is the quietest?"), "|"); said != offer {
					t.Errorf("said %q\n%v", said, w)
				}
				if said := strings.Join(w.turn(test.answer), "|"); said != test.said {
					t.Errorf("said %q", said)
				}
				w.wantHuman(0, strings.Fields(test.human)...)
				for _, e := range w.all() {
					if s, ok := e.event.(Spoken); ok && (strings.Contains(s.Text, "blue") || strings.Contains(s.Unspoken, "blue")) {
						t.Errorf("the guess is said: %+v", s)
					}
					if r, ok := e.event.(ReplyCompleted); ok && strings.Contains(r.Text, "blue") {
						t.Errorf("the guess is shown: %+v", r)
					}
				}
				for _, line := range w.asked() {
					if strings.Contains(line, "blue") {
						t.Errorf("the guess is remembered: %q", line)
					}
				}
				if n := w.agent.Stats().Withheld; n != 1 {
					t.Errorf("%d withheld", n)
				}
			})
		})
	}
}

// Twice in a row is a request, and while it is open a guess is still not said.
func TestLowConfidenceTwice(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.Reply = func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: "It is the blue one.", Confidence: sure(0.2)}
		}
		w.begin()
		w.pass(time.Second)
		w.turn("Which one is quiet?")
		if said := w.turn("And which one is loud?"); len(said) != 2 || said[1] != "I have asked for a colleague." {
			t.Errorf("said %q", said)
		}
		w.wantHuman(0, "lowConfidence")
		if said := w.turn("And which one is big?"); len(said) != 1 || !strings.HasPrefix(said[0], "That is a question for my colleague") {
			t.Errorf("said %q", said)
		}
		w.wantHuman(0, "lowConfidence")
		w.agent.Company("canceled", "")
		w.turn("Which one is green?")
		w.turn("And which one is small?")
		w.wantHuman(0, "lowConfidence", "lowConfidence")
	})
}

// What is no guess is said however low the confidence: that one does not know,
// small talk, and what a human said.
func TestLowConfidenceHarmless(t *testing.T) {
	for reply, caller := range map[string]string{
		"I do not know that.": "how high is it", "Nice to meet you, Gregory.": "i am gregory", "Bob said: Your code is blue seven.": "what was my code",
	} {
		inBubble(t, func(w *world) {
			w.llm.Reply = func(engine.Request) scripted.Reply { return scripted.Reply{Text: reply, Confidence: sure(0.1)} }
			w.begin()
			w.agent.Typed(w.human, "Your code is blue seven", false)
			w.pass(time.Second)
			if said := strings.Join(w.turn(caller), " "); said != reply {
				t.Errorf("said %q, not %q", said, reply)
			}
		})
	}
}

// The rules decide without the model, and each gives its reason.
func TestRulesAsk(t *testing.T) {
	phrase := func(c *escalation.Config) {
		c.Phrases = []escalation.Phrase{{Name: "contract", Words: []string{"cancel * contract"}}, {Name: "helpless", Of: "agent", Words: []string{"i cannot help"}, Action: "offer"}}
	}
	for name, test := range map[string]struct {
		change func(*escalation.Config)
		turns  []string
		says   string // at last
		reason string
		detail string
		asks   int // of the model
	}{
		"asked":      {nil, []string{"give me a human"}, "I have asked for a colleague.", "callerAsked", `the caller said "give me a human"`, 0},
		"phrase":     {phrase, []string{"I want to cancel my contract"}, "I have asked for a colleague.", "phrase", `contract; the caller said "I want to cancel my contract"`, 0},
		"of the AI":  {phrase, []string{"Say: I cannot help", "yes"}, "All right, I have asked for a colleague.", "phrase", "helpless; the caller agreed to the offer; the caller said \"yes\"", 1},
		"distress":   {nil, []string{"I am angry", "so angry now"}, "I am sorry about the trouble.", "", "", 1},
		"distress 2": {nil, []string{"I am angry", "so angry now", "angry angry"}, "I have asked for a colleague.", "distress", "score 1.37; the caller said \"angry angry\"", 1},
		"again":      {nil, []string{"I said the blue one", "no, I said blue", "I said blue blue"}, "I am sorry, I do not understand you well.", "", "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.cfg.Escalation = testRules(t, test.change)
				w.begin()
				w.pass(time.Second)
				var said []string
				for _, turn := range test.turns {
					said = w.turn(turn)
				}
				if len(said) == 0 || said[0] != test.says {
					t.Errorf("said %q", said)
				}
				w.wantHuman(0, strings.Fields(test.reason)...)
				if got := of[WantHuman](w, 0); test.reason != "" && got[0].Detail != test.detail {
					t.Errorf("detail %q", got[0].Detail)
				}
				if n := w.asks(); n != test.asks {
					t.Errorf("the model was asked %d times", n)
				}
			})
		})
	}
}

// Utterances without words add up.
func TestMisheardAsks(t *testing.T) {
	inBubble(t, func(w *world) {
		w.asr.Phrases[800] = ""
		w.begin()
		w.pass(time.Second)
		for range 3 {
			w.ear.say(800, 1500*ms)
			w.pass(10 * time.Second)
		}
		said := w.said(0)
		if n := len(said); n == 0 || said[n-1] != "Shall I get a colleague for you?" {
			t.Errorf("said %q\n%v", said, w)
		}
	})
}

// A reply's sentences are told with where they come from and how sure it is.
func TestSources(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm.Reply = func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: "We open at nine in the morning. We close at five in the evening.", Confidence: sure(0.83), Sources: []string{"hours.md"}}
		}
		w.begin()
		w.pass(time.Second)
		w.turn("When are you open?")
		n := 0
		for _, s := range of[Spoken](w, 0) {
			if s.Final {
				n++
				if s.Confidence == nil || *s.Confidence != 0.83 || strings.Join(s.Sources, " ") != "hours.md" {
					t.Errorf("%+v", s)
				}
			}
		}
		if n != 2 {
			t.Errorf("%d sentences", n)
		}
	})
}

var shopGrounds = []engine.Ground{
	{Source: "returns.md", Text: "You can return things within 30 days. We refund the price within five working days."},
	{Source: "shipping.md", Text: "Shipping takes two to three working days and costs 4.90 euros."},
}

// A model's sentence that is in no passage is not spoken, and the rest of its
// reply neither; what came before it is.
func TestAnswerCheck(t *testing.T) {
	for _, test := range []struct {
		reply   string
		said    string
		sources string // of the first sentence
	}{
		{"You can return it within 30 days.", "You can return it within 30 days.", "returns.md"},
		{"You have thirty days for it. The refund takes five working days.", "You have thirty days for it.|The refund takes five working days.", "returns.md"},
		{"Shipping costs 4.90 euros.", "Shipping costs 4.90 euros.", "shipping.md"},
		{"You can return it within 90 days.", "I am sorry, I do not know that.|Shall I get a colleague for you?", ""},
		{"You can return it within 30 days. Our boss Rodrigo pays 50 dollars on top. It is all free.", "You can return it within 30 days.|I am sorry, I do not know that.|Shall I get a colleague for you?", "returns.md"},
		{"Elephants migrate across savannas looking for water.", "I am sorry, I do not know that.|Shall I get a colleague for you?", ""},
		{"I am very happy to help you with that. You can return it within 30 days.", "I am very happy to help you with that.|You can return it within 30 days.", "returns.md"},
	} {
		inBubble(t, func(w *world) {
			w.llm = &scripted.LLM{FirstToken: 200 * ms, PerToken: 20 * ms, Grounds: shopGrounds, Reply: func(engine.Request) scripted.Reply {
				return scripted.Reply{Text: test.reply, Confidence: sure(0.8), Sources: []string{"returns.md"}}
			}}
			w.begin()
			w.pass(time.Second)
			if said := strings.Join(w.turn("How about returns?"), "|"); said != test.said {
				t.Errorf("%q: said %q", test.reply, said)
			}
			if s := of[Spoken](w, 0); test.sources != "" && !strings.Contains(strings.Join(s[len(s)-1].Sources, " ")+strings.Join(lastFinal(s).Sources, " "), test.sources) {
				t.Errorf("%q is from %q", test.reply, lastFinal(s).Sources)
			}
		})
	}
}

func lastFinal(all []Spoken) Spoken {
	for _, s := range all {
		if s.Final {
			return s
		}
	}
	return Spoken{}
}

// The check costs the caller no time: the first word is heard when it would be
// without.
func TestAnswerCheckCostsNoTime(t *testing.T) {
	var heard [2]time.Duration
	for i, off := range []bool{true, false} {
		inBubble(t, func(w *world) {
			w.cfg.Check.Off = off
			w.llm = &scripted.LLM{FirstToken: 200 * ms, PerToken: 20 * ms, Grounds: shopGrounds, Reply: func(engine.Request) scripted.Reply {
				return scripted.Reply{Text: "You can return it within 30 days. Shipping costs 4.90 euros.", Confidence: sure(0.8)}
			}}
			w.begin()
			w.pass(time.Second)
			at := w.now()
			w.turn("How about returns?")
			heard[i] = w.voice.firstLoud(at) - at
		})
	}
	if heard[0] != heard[1] || heard[0] <= 0 {
		t.Errorf("without %v, with %v", heard[0], heard[1])
	}
}

// A second model is asked about what words leave open, and only then; what it
// does not answer in time stays as it was.
func TestSecondModel(t *testing.T) {
	for _, test := range []struct {
		reply, checker string
		stalls         bool
		said           string
		asked          int
	}{
		{"Returns of the price work within days of shipping it from your village castle home.", "Yes.", false, "Returns of the price work within days of shipping it from your village castle home.", 1},
		{"Returns of the price work within days of shipping it from your village castle home.", "no", false, "I am sorry, I do not know that.", 1},
		{"Returns of the price work within days of shipping it from your village castle home.", "yes", true, "Returns of the price work within days of shipping it from your village castle home.", 1},
		{"You can return it within 30 days.", "no", false, "You can return it within 30 days.", 0},
		{"You can return it within 90 days.", "yes", false, "I am sorry, I do not know that.", 0},
	} {
		inBubble(t, func(w *world) {
			w.llm = &scripted.LLM{Grounds: shopGrounds, Reply: func(engine.Request) scripted.Reply {
				return scripted.Reply{Text: test.reply, Confidence: sure(0.8)}
			}}
			asked := 0
			checker := &scripted.LLM{FirstToken: 100 * ms, Reply: func(r engine.Request) scripted.Reply {
				asked++
				if len(r.Messages) != 2 || !strings.Contains(r.Messages[1].Text, "30 days") || len(r.Tools) > 0 {
					t.Errorf("asked %+v", r)
				}
				return scripted.Reply{Text: test.checker}
			}}
			if test.stalls {
				checker.Fault = on(scripted.NextDelta, 1, scripted.Fault{Stall: true})
			}
			w.behind = func(e Engines) Engines { e.Checker = checker; return e }
			w.begin()
			w.pass(time.Second)
			if said := w.turn("How about returns?"); len(said) == 0 || said[0] != test.said {
				t.Errorf("%q, %q: said %q", test.reply, test.checker, said)
			}
			if asked != test.asked {
				t.Errorf("%q: asked %d times", test.reply, asked)
			}
		})
	}
}

// A caller who speaks before the offer was heard has not answered it.
func TestUnheardOfferIsNotAnswered(t *testing.T) {
	inBubble(t, func(w *world) {
		w.llm = &scripted.LLM{FirstToken: 200 * ms, PerToken: 20 * ms, Grounds: shopGrounds, Reply: func(engine.Request) scripted.Reply {
			return scripted.Reply{Text: "You can return things within 30 days and we refund the price. Our boss pays 50 dollars on top.", Confidence: sure(0.8)}
		}}
		w.begin()
		w.pass(time.Second)
		w.agent.Typed(w.caller, "How about returns?", false)
		w.pass(1500 * ms)
		w.agent.Interrupt(ReasonNewQuery)
		w.agent.Typed(w.caller, "yes", false)
		w.pass(9 * time.Second)
		w.wantHuman(0)
		// Heard to its end it is.
		w.turn("yes")
		w.wantHuman(0, "lowConfidence")
	})
}
