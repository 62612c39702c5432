package brain

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/intent"
	"github.com/relevo/relevo/agentbot/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newBrain(t testing.TB) *Brain {
	t.Helper()
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Knowledge: base})
}

func TestConformance(t *testing.T) {
	b := newBrain(t)
	enginetest.TestLLM(t, func() engine.LLM { return b })
}

// reply is a whole reply.
type reply struct {
	text       string
	call       *engine.ToolCall
	confidence float64
	sources    string
}

var tools = []engine.Tool{{Name: RequestHuman}}

func chat(t testing.TB, b *Brain, tools []engine.Tool, messages ...engine.Message) reply {
	t.Helper()
	s, err := b.Chat(context.Background(), engine.Request{Messages: messages, Tools: tools})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var r reply
	for first := true; ; first = false {
		d, err := s.Next()
		if errors.Is(err, io.EOF) {
			return r
		}
		if err != nil {
			t.Fatal(err)
		}
		if first != (d.Confidence != nil) {
			t.Errorf("confidence with the first delta only, not so in reply to %+v", messages)
		}
		if first {
			r.confidence, r.sources = *d.Confidence, strings.Join(d.Sources, " ")
		}
		if d.Call != nil {
			r.call = d.Call
		}
		r.text += d.Text
	}
}

func user(text string) engine.Message { return engine.Message{Role: engine.RoleUser, Text: text} }
func assistant(text string) engine.Message {
	return engine.Message{Role: engine.RoleAssistant, Text: text}
}
func human(text string) engine.Message {
	return engine.Message{Role: engine.RoleHuman, Name: "Dana", Text: text}
}

// The tables of testdata are lists of cases; the bounds are what the issue
// asks for, the failures are printed to be read.
func TestAnswers(t *testing.T) {
	b := newBrain(t)
	wrong := 0
	for _, test := range answerable {
		r := chat(t, b, tools, user(test.question))
		if r.sources != test.source || r.call != nil {
			wrong++
			t.Logf("%q: %s (%.2f) %q, want %s", test.question, r.sources, r.confidence, r.text, test.source)
		}
	}
	report(t, "answered right", len(answerable)-wrong, len(answerable), 0.9)
}

func TestWantsHuman(t *testing.T) {
	b := newBrain(t)
	missed := 0
	for _, text := range wantHuman {
		if r := chat(t, b, tools, user(text)); r.call == nil {
			missed++
			t.Logf("missed %q: %q (score %.2f)", text, r.text, intent.Human(text))
		}
	}
	report(t, "human requests detected", len(wantHuman)-missed, len(wantHuman), 0.95)
	rest := len(onlyLooks) + len(answerable) + len(smallTalks) + len(unanswerable)
	wrong := 0
	for _, text := range onlyLooks {
		if r := chat(t, b, tools, user(text)); r.call != nil {
			wrong++
			t.Logf("false %q (score %.2f)", text, intent.Human(text))
		}
	}
	report(t, "look-alikes left alone", len(onlyLooks)-wrong, len(onlyLooks), 0.95)
	for _, test := range answerable {
		if intent.Human(test.question) >= intent.Sure {
			wrong++
			t.Logf("false %q", test.question)
		}
	}
	for _, text := range append(unanswerable, smallTalks...) {
		if intent.Human(text) >= intent.Sure {
			wrong++
			t.Logf("false %q", text)
		}
	}
	report(t, "all others left alone", rest-wrong, rest, 0.95)
}

func TestUnanswerable(t *testing.T) {
	b := newBrain(t)
	right := 0
	for _, text := range unanswerable {
		r := chat(t, b, tools, user(text))
		if r.sources == "" && r.call == nil && strings.Contains(r.text, offer) && r.confidence < 0.45 {
			right++
			continue
		}
		t.Logf("%q: %q (%.2f)", text, r.text, r.confidence)
	}
	report(t, "unanswerable recognised", right, len(unanswerable), 0.9)
}

func report(t *testing.T, what string, right, all int, bound float64) {
	t.Helper()
	rate := float64(right) / float64(all)
	t.Logf("%s: %d of %d (%.1f %%)", what, right, all, 100*rate)
	if rate < bound {
		t.Errorf("%s: %.3f is below %.2f", what, rate, bound)
	}
}

func TestArguments(t *testing.T) {
	r := chat(t, newBrain(t), tools, user("My Acmetron is broken."), assistant("I am sorry."), user("I want to talk to a human."))
	var args struct{ Reason, Detail, Summary string }
	if r.call == nil || r.call.Name != RequestHuman || json.Unmarshal(r.call.Arguments, &args) != nil {
		t.Fatalf("%+v", r)
	}
	if args.Reason != ReasonAsked || args.Summary != args.Detail || args.Detail != "The caller said: My Acmetron is broken. / I want to talk to a human." {
		t.Errorf("%+v", args)
	}
}

// A dialogue is a list of turns: what the caller says and a part of the
// reply. ">" in front of want also wants a request for a human; "Dana: " in
// front of a turn is the human's.
func TestDialogues(t *testing.T) {
	b := newBrain(t)
	for name, turns := range dialogues {
		t.Run(name, func(t *testing.T) {
			var history []engine.Message
			for _, turn := range turns {
				if text, ok := strings.CutPrefix(turn[0], "Dana: "); ok {
					history = append(history, human(text))
					continue
				}
				history = append(history, user(turn[0]))
				r := chat(t, b, tools, history...)
				want, calls := strings.CutPrefix(turn[1], ">")
				if !strings.Contains(r.text, want) || calls != (r.call != nil) {
					t.Errorf("%q: %q, call %v, confidence %.2f; want %q, call %v", turn[0], r.text, r.call != nil, r.confidence, want, calls)
				}
				history = append(history, assistant(r.text))
			}
		})
	}
}

func TestWithoutTool(t *testing.T) {
	b := newBrain(t)
	if r := chat(t, b, nil, user("I want a human.")); r.call != nil || r.text != lineNoHuman {
		t.Errorf("%+v", r)
	}
	if r := chat(t, b, nil, user("Who won the football game?"), assistant(lineUnknown), user("What is the weather in Paris?")); r.call != nil || r.text != lineNoTwice {
		t.Errorf("%+v", r)
	}
}

// While a human is being connected none is offered or asked for again.
func TestJoining(t *testing.T) {
	b := newBrain(t)
	joining := engine.Message{Role: engine.RoleSystem, Text: "A human agent is being connected. Answer in one short sentence and open no new topic."}
	for asked, want := range map[string]string{
		"I want a human": lineJoining, "who won the football game": lineTheirs, "how much is shipping": "Standard shipping costs",
	} {
		if r := chat(t, b, nil, user(asked), joining); r.call != nil || !strings.HasPrefix(r.text, want) {
			t.Errorf("%q: %+v", asked, r)
		}
	}
}

func TestOddRequests(t *testing.T) {
	b := newBrain(t)
	for _, test := range []struct {
		messages []engine.Message
		want     string
	}{
		{nil, lineHello},
		{[]engine.Message{{Role: engine.RoleSystem, Text: "Be short."}}, lineHello},
		{[]engine.Message{user("hello"), assistant("Hello")}, lineMore},
		{[]engine.Message{user("  ")}, lineHello},
		{[]engine.Message{user("um uh the a")}, lineUnheard},
		{[]engine.Message{user("\x00\xff ☃")}, lineUnheard},
		{[]engine.Message{{Role: "odd", Text: "x"}, user("what are your opening hours")}, "We are open Monday to Friday"},
		{[]engine.Message{user("I have a question"), user("what are your opening hours")}, "We are open Monday to Friday"},
		{[]engine.Message{user(strings.Repeat("word ", 20000) + "opening hours")}, ""},
	} {
		if r := chat(t, b, tools, test.messages...); !strings.Contains(r.text, test.want) || r.text == "" {
			t.Errorf("%.80v: %q, want %q", test.messages, r.text, test.want)
		}
	}
	if r := chat(t, New(Config{}), tools, user("what are your opening hours")); r.text != lineUnknown {
		t.Errorf("without knowledge: %q", r.text)
	}
}

// What a human typed or said may come as a recogniser gives it.
func TestRecallGarbled(t *testing.T) {
	b := newBrain(t)
	history := []engine.Message{
		user("I want a human"), assistant(lineHuman),
		human("hello this is dana how can i help"), user("my order came broken"),
		human("i am sorry i have sent you a new one"), human("your discount code is blue forty two"),
		user("great thank you"), human("i give you back to the assistant goodbye"),
	}
	for question, want := range map[string]string{
		"what did dana say":                      "blue forty two",
		"what is my discount code":               "blue forty two",
		"what was my discount good again":        "blue forty two",
		"what did the human tell me":             "blue forty two",
		"what did dayna say about the new one":   "sent you a new one",
		"what did she say":                       "blue forty two",
		"can you repeat what the human said":     "blue forty two",
		"can you tell me what she told me":       "blue forty two",
		"do you remember what my colleague said": "blue forty two",
	} {
		r := chat(t, b, tools, append(history[:len(history):len(history)], user(question))...)
		if !strings.Contains(strings.ToLower(r.text), want) || r.sources != "call" || r.call != nil {
			t.Errorf("%q: %q (%.2f, %s)", question, r.text, r.confidence, r.sources)
		}
	}
	split := []engine.Message{user("hello"), human("your discount code is"), human("blue forty two"), human("i give you back to the assistant now i'm good bye")}
	for _, question := range []string{"what is my discount code", "what did you can tell me", "what gives a human tell me"} {
		if r := chat(t, b, tools, append(split[:len(split):len(split)], user(question))...); r.text != "Dana said: Your discount code is blue forty two." {
			t.Errorf("%q: %q (%.2f)", question, r.text, r.confidence)
		}
	}
	for question, source := range map[string]string{
		"what are your opening hours": "hours.md", "how much is the acmetron": "products/acmetron.md#acmetron-price",
		"where do i enter the discount code": "offers.md#using-a-discount-code",
	} {
		if r := chat(t, b, tools, append(history[:len(history):len(history)], user(question))...); r.sources != source {
			t.Errorf("%q: %s", question, r.sources)
		}
	}
}

func TestFarewells(t *testing.T) {
	for text, want := range map[string]bool{
		"Goodbye!": true, "i give you back to the assistant now i'm good bye": true, "I am handing you back to our assistant.": true,
		"You are welcome.": true, "Is there anything else?": true, "Thank you.": true, "okay": true,
		"thanks for waiting your discount code is blue forty two": false, "I have sent it back to you.": false, "Your code is 42, goodbye.": false,
		"I will call you back tomorrow at nine.": false,
	} {
		if isFarewell(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func FuzzChat(f *testing.F) {
	f.Add("what did dana say", "your code is 42", "I do not know", true)
	f.Add("", "", "", false)
	f.Add("not", "do", "me", true)
	f.Add("I don't want to talk to a robot", ".", "Shall I get", true)
	f.Add("and the zalvora?", "\xff", "how much is the acmetron", true)
	b := newBrain(f)
	f.Fuzz(func(t *testing.T, asked, humanSaid, before string, can bool) {
		offered := tools
		if !can {
			offered = nil
		}
		r := chat(t, b, offered, user(before), assistant(before), human(humanSaid), user(before), assistant(humanSaid), user(asked))
		if r.text == "" || r.confidence < 0 || r.confidence > 1 || r.call != nil && (!can || !json.Valid(r.call.Arguments)) {
			t.Errorf("%+v", r)
		}
	})
}

func BenchmarkChat(b *testing.B) {
	brain := newBrain(b)
	history := []engine.Message{user("tell me about the acmetron"), assistant("The Acmetron is our robot vacuum."), user("um and how much is it")}
	for b.Loop() {
		chat(b, brain, tools, history...)
	}
}

// What the recogniser is told to expect is understood by the brain, in a
// conversation where a human has spoken and a product was the subject.
func TestPhrases(t *testing.T) {
	b := newBrain(t)
	history := []engine.Message{user("I want a human"), assistant(lineHuman), human("Your discount code is BLUE 42, that is the price of it."), user("tell me about the acmetron"), assistant("The Acmetron is our robot vacuum.")}
	for _, phrase := range Phrases() {
		if r := chat(t, b, tools, append(history[:len(history):len(history)], user(phrase))...); strings.Contains(r.text, offer) {
			t.Errorf("%q: %q (%.2f)", phrase, r.text, r.confidence)
		}
	}
}
