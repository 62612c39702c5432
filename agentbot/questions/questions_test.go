package questions

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The local brain meets the targets on what it is tuned on, and on what it is
// not.
func TestTargets(t *testing.T) {
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"dev", "heldout"} {
		questions, err := Set(set)
		if err != nil {
			t.Fatal(err)
		}
		results, err := Run(context.Background(), Config{LLM: brain.New(brain.Config{Knowledge: base})}, questions)
		if err != nil {
			t.Fatal(err)
		}
		rep := NewReport(results)
		t.Logf("%s: should %v, should not %v, right %v", set, rep.Total.Should, rep.Total.ShouldNot, rep.Total.Right)
		if missed := rep.Total.Missed(); missed != "" {
			t.Errorf("%s: %s", set, missed)
		}
		if rep.Total.Right.Share() < 0.8 {
			t.Errorf("%s: answers right: %v", set, rep.Total.Right)
		}
		for _, g := range rep.Langs {
			if g.Figures.Should.Share() < 0.85 {
				t.Errorf("%s in %s: handed over when it should: %v", set, g.Lang, g.Figures.Should)
			}
		}
	}
}

// What the sets must have, and that what is held out is nothing that is tuned on.
func TestSets(t *testing.T) {
	all, err := Set("all")
	if err != nil {
		t.Fatal(err)
	}
	classes, wordings, languages := map[string]int{}, map[string]bool{}, map[string]bool{}
	said := map[string]string{}
	for _, q := range all {
		classes[q.Class]++
		if q.Class == "human" {
			wordings[q.Turns[len(q.Turns)-1]], languages[q.Lang] = true, true
		}
		text := plain(strings.Join(q.Turns, "/"))
		if other := said[text]; other != "" {
			t.Errorf("%s and %s are the same", q.ID, other)
		}
		said[text] = q.ID
	}
	if len(all) < 120 || len(wordings) < 60 || len(languages) < 4 || classes["lookalike"] < 30 || classes["angry"] < 10 || classes["answerable"] < 30 || classes["unanswerable"] < 20 {
		t.Errorf("%d questions, %d wordings in %d languages, %v", len(all), len(wordings), len(languages), classes)
	}
	if _, err := Set("other"); err == nil {
		t.Error("there is no such set")
	}
}

func plain(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" .,!?¿¡，。？！", r) }), " ")
}

func TestRead(t *testing.T) {
	good := `{"id":"a","class":"human","lang":"en","turns":["human"],"expect":"human"}`
	if qs, err := Read(strings.NewReader("# mine\n\n" + good + "\n")); err != nil || len(qs) != 1 || qs[0].ID != "a" {
		t.Errorf("%v %v", qs, err)
	}
	for text, want := range map[string]string{
		"":                 "no questions",
		good + "\n" + good: "line 2: id \"a\" is there twice",
		"{}":               "line 1: id",
		"{":                "line 1",
		`{"id":"a","class":"c","lang":"en","turns":[],"expect":"human"}`:                              "turns",
		`{"id":"a","class":"c","lang":"en","turns":["x"],"expect":"perhaps"}`:                         "expect",
		`{"id":"a","class":"c","lang":"en","turns":["x"],"expect":"stay","from":2}`:                   "from",
		`{"id":"a","class":"c","lang":"en","turns":["x"],"expect":"answer","contains":[[]]}`:          "contains",
		`{"id":"a","class":"c","lang":"en","turns":["x"],"expect":"answer","contains":[["a"]],"x":1}`: "x",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"id":"a","class":"human","lang":"en","turns":["human"],"expect":"human","contains":[["x"]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		qs, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, q := range qs {
			r := Result{Question: q, Replies: []string{text}, Turn: 1}
			r.judge()
			_ = r.Line()
		}
	})
}

// says is a model that gives the replies one after the other.
func says(replies ...scripted.Reply) engine.LLM {
	return &scripted.LLM{Reply: func(req engine.Request) scripted.Reply {
		turn := 0
		for _, m := range req.Messages {
			if m.Role == engine.RoleAssistant {
				turn++
			}
		}
		return replies[min(turn, len(replies)-1)]
	}}
}

// broken is a model that fails.
type broken struct{}

func (broken) Chat(context.Context, engine.Request) (engine.ReplyStream, error) {
	return nil, &engine.Error{Engine: "broken", Kind: engine.Unavailable, Cause: errors.New("it is")}
}

func TestJudged(t *testing.T) {
	low := 0.1
	ask := []engine.ToolCall{{Name: agentbot.RequestHuman, Arguments: []byte(`{"reason":"lowConfidence"}`)}}
	text := func(s string) scripted.Reply { return scripted.Reply{Text: s} }
	for name, test := range map[string]struct {
		model  engine.LLM
		turns  []string
		expect Expect
		edit   func(*Question)
		want   string // in Failed
		right  bool
	}{
		"an answer":                      {says(text("It is four dollars.")), []string{"how much is it"}, Answer, nil, "", true},
		"another answer":                 {says(text("It is nine euros.")), []string{"how much is it"}, Answer, nil, "", false},
		"an answer, called":              {says(scripted.Reply{Text: "It is four.", Calls: ask}), []string{"how much is it"}, Answer, nil, "asked for a human: lowConfidence", false},
		"an answer, offered":             {says(text("It is four. Shall I get a colleague for you?")), []string{"how much is it"}, Answer, nil, "offered a human", true},
		"a guess":                        {says(scripted.Reply{Text: "It is four.", Confidence: &low}), []string{"how much is it"}, Answer, nil, "offered a human: lowConfidence", true},
		"asked, understood":              {says(text("no")), []string{"a human please"}, Human, nil, "", false},
		"asked too early":                {says(text("no")), []string{"a human please", "now"}, Human, func(q *Question) { q.From = 2 }, "at turn 1 already", false},
		"for another reason":             {says(scripted.Reply{Text: "no", Calls: ask}), []string{"when do you close"}, Human, func(q *Question) { q.Reasons = []string{"callerAsked"} }, "for another reason: lowConfidence", false},
		"only an offer":                  {says(text("Would you like to speak to someone from our team?")), []string{"when do you close"}, Human, nil, "only offered", false},
		"no human":                       {says(text("At six.")), []string{"when do you close"}, Human, nil, "asked for no human", false},
		"an offer, taken":                {says(scripted.Reply{Text: "x", Confidence: &low}), []string{"when do you close", "yes please"}, Human, func(q *Question) { q.From = 2 }, "", false},
		"an offer, declined":             {says(scripted.Reply{Text: "x", Confidence: &low}), []string{"when do you close", "no thanks"}, Stay, nil, "", false},
		"stay, asked":                    {says(text("x")), []string{"a human please"}, Stay, nil, "asked for a human: callerAsked", false},
		"offer, offered":                 {says(scripted.Reply{Text: "x", Confidence: &low}), []string{"when do you close"}, Offer, nil, "", false},
		"offer, answered":                {says(text("At six.")), []string{"when do you close"}, Offer, nil, "offered no human", false},
		"offer, answered as it may be":   {says(text("Four.")), []string{"when do you close"}, Offer, nil, "", true},
		"angry":                          {says(text("I see.")), []string{"this is ridiculous", "you are useless, I am furious"}, Offer, func(q *Question) { q.Reasons = []string{"distress"} }, "", false},
		"angry once":                     {says(text("I see.")), []string{"you are useless, I am furious"}, Answer, nil, "", false},
		"a model that fails":             {broken{}, []string{"when do you close"}, Stay, nil, "the model failed", false},
		"a model that fails in the tool": {says(scripted.Reply{Text: "x", Calls: []engine.ToolCall{{Name: agentbot.RequestHuman, Arguments: []byte("{")}}}), []string{"when do you close"}, Stay, nil, "asked for a human: modelRequested", false},
	} {
		q := Question{ID: name, Class: "c", Lang: "en", Turns: test.turns, Expect: test.expect, Contains: [][]string{{"four", "4"}}}
		if test.edit != nil {
			test.edit(&q)
		}
		results, err := Run(context.Background(), Config{LLM: test.model}, []Question{q})
		if err != nil {
			t.Fatal(err)
		}
		r := results[0]
		if test.want == "" && r.Failed != "" || !strings.Contains(r.Failed, test.want) || r.Right != test.right {
			t.Errorf("%s: %q, right %v", name, r.Failed, r.Right)
		}
		if !strings.Contains(r.Line(), q.Turns[0]) || strings.Contains(r.Line(), "\n") {
			t.Errorf("%s: %q is no line about it", name, r.Line())
		}
	}
}

func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	all, err := Set("dev")
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	_, err = Run(ctx, Config{LLM: says(scripted.Reply{Text: "x"}), Parallel: 2, Done: func(Result) {
		if done++; done == 3 {
			cancel()
		}
	}}, all)
	if !errors.Is(err, context.Canceled) || done >= len(all) {
		t.Errorf("%v after %d", err, done)
	}
	if _, err := Run(context.Background(), Config{}, all); err == nil {
		t.Error("a model is needed")
	}
}

func TestReport(t *testing.T) {
	var results []Result
	add := func(n int, expect Expect, failed string) {
		for range n {
			results = append(results, Result{Question: Question{ID: fmt.Sprint(len(results)), Class: "c", Lang: "en", Turns: []string{"x"}, Expect: expect}, Failed: failed})
		}
	}
	add(19, Human, "")
	add(1, Human, "asked for no human")
	add(19, Stay, "")
	add(1, Answer, "offered a human")
	rep := NewReport(results)
	if rep.Total.Should != (Count{19, 20}) || rep.Total.ShouldNot != (Count{1, 20}) || rep.Total.Missed() != "" || len(rep.Failures) != 2 {
		t.Errorf("%+v", rep)
	}
	add(1, Stay, "asked for a human")
	if missed := NewReport(results).Total.Missed(); !strings.Contains(missed, "should not: 2/21 9.5%") || strings.Contains(missed, "when it should:") {
		t.Error(missed)
	}
	results[0].Err, results[0].Failed = "broken", "the model failed"
	if missed := NewReport(results).Total.Missed(); !strings.Contains(missed, "failed 1 times") || !strings.Contains(missed, "should: 18/20") {
		t.Error(missed)
	}
	var b strings.Builder
	if err := NewReport(results).Write(&b); err != nil || !strings.Contains(b.String(), "missed:") || strings.Count(b.String(), "asked for no human") != 1 {
		t.Errorf("%v\n%s", err, b.String())
	}
}

// A model that hangs costs its time and no more.
func TestTimeout(t *testing.T) {
	hangs := &scripted.LLM{FirstToken: time.Hour, Reply: func(engine.Request) scripted.Reply { return scripted.Reply{Text: "x"} }}
	results, err := Run(context.Background(), Config{LLM: hangs, Timeout: time.Millisecond},
		[]Question{{ID: "a", Class: "c", Lang: "en", Turns: []string{"when do you close"}, Expect: Stay}})
	if err != nil || results[0].Err == "" {
		t.Errorf("%v %+v", err, results)
	}
}
