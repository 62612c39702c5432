package copilot

import (
	"fmt"
	"strings"
	"testing"
)

func TestSummarise(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []Line
		want  Summary
	}{
		{"a late parcel", talk(
			"ai: Hello, this is the virtual assistant. How can I help you?",
			"caller: Hi, my name is Ana Silva.",
			"caller: My order should have been here on Monday and it still has not arrived.",
			"ai: I am sorry to hear that. Could you give me the order number, please?",
			"caller: It is forty eight, twenty two ten.",
			"ai: Thank you. I see that the parcel left our warehouse on Friday.",
			"caller: Can you refund the order?",
			"ai: I am sorry, I do not know that. Shall I get a colleague for you?",
			"caller: I want to talk to a human.",
		), Summary{"Ana Silva", "My order should have been here on Monday and it still has not arrived.", "I see that the parcel left our warehouse on Friday.", "Can you refund the order?"}},
		{"without marks, as recognised", talk(
			"ai: Hello, how can I help you?",
			"caller: hello",
			"caller: the vacuum that i bought stopped charging after a week",
			"ai: Please clean the charging contacts of the vacuum with a dry cloth.",
			"caller: i did that and the vacuum does not charge",
			"caller: operator",
		), Summary{"", "the vacuum that i bought stopped charging after a week", "Please clean the charging contacts of the vacuum with a dry cloth.", "i did that and the vacuum does not charge"}},
		{"german", talk(
			"ai: Guten Tag, wie kann ich helfen?",
			"caller: Guten Tag, meine Waschmaschine ist kaputt und verliert Wasser.",
			"ai: Bitte schließen Sie den Wasserhahn und ziehen Sie den Stecker.",
			"caller: Wann kommt ein Techniker?",
		), Summary{"", "Guten Tag, meine Waschmaschine ist kaputt und verliert Wasser.", "Bitte schließen Sie den Wasserhahn und ziehen Sie den Stecker.", "Wann kommt ein Techniker?"}},
		{"chinese", talk("caller: 你好", "caller: 我买的吸尘器坏了，不能充电。", "ai: 请用干布清洁吸尘器的充电触点。", "caller: 可以退货吗？"),
			Summary{"", "我买的吸尘器坏了，不能充电。", "请用干布清洁吸尘器的充电触点。", "可以退货吗？"}},
		{"nothing said", talk("ai: Hello, how can I help you?", "caller: hello", "caller: human please"), Summary{}},
		{"nobody", nil, Summary{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Summarise(test.lines, Extract(test.lines)); got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// What an AI says of itself is nothing that was tried.
func TestOwnLinesAreNotTried(t *testing.T) {
	lines := talk("caller: the charger does not work", "ai: Please try another socket in your kitchen.", "ai: It should only take about a minute.")
	lines[2].Own = true
	if got := Summarise(lines, nil).Tried; got != "Please try another socket in your kitchen." {
		t.Errorf("tried: %q", got)
	}
}

func TestSummaryIsShort(t *testing.T) {
	var lines []Line
	for i := range 3000 {
		lines = append(lines, talk(fmt.Sprintf("caller: sentence %d about parcels %s", i, strings.Repeat("very long ", 200)), "ai: "+strings.Repeat("parcel answers ", 100))...)
	}
	s := Summarise(lines, nil)
	for _, l := range []string{s.Matter, s.Tried, s.Open} {
		if n := len([]rune(l)); n > maxLine {
			t.Errorf("%d characters", n)
		}
	}
	if s.Matter == "" || s.Tried == "" {
		t.Errorf("%+v", s)
	}
}

// loud is the distress of a test: what is shouted.
func loud(text string) float64 {
	if strings.Contains(text, "!") {
		return 0.6
	}
	return 0
}

func TestBrief(t *testing.T) {
	lines := talk("ai: Hello.", "caller: My lamp came broken and I want my money back!", "ai: Refunds take five", "caller: my email is ana at example dot com")
	lines[2].Unspoken = "working days from the day that we have it."
	b := MakeBrief(Request{Reason: "callerAsked", Detail: "wants a refund", Lines: lines, Known: []Fact{{Kind: FactCustomer, Value: "7"}}}, loud)
	if b.Reason != "callerAsked" || b.Detail != "wants a refund" || b.Unspoken != lines[2].Unspoken || b.Mood != MoodTense || b.Seq != 4 || len(b.Facts) != 2 ||
		!strings.Contains(b.Summary.Matter, "broken") {
		t.Errorf("%+v", b)
	}
	lines = append(lines, talk("caller: Are you deaf!", "caller: I said my money back!")...)
	if b := MakeBrief(Request{Lines: lines}, loud); b.Mood != MoodUpset {
		t.Errorf("mood %q", b.Mood)
	}
	lines = append(lines, talk("caller: fine", "caller: yes", "caller: thank you", "caller: good")...)
	if b := MakeBrief(Request{Lines: lines}, loud); b.Mood != MoodCalm {
		t.Errorf("mood %q", b.Mood)
	}
	lines = append(lines, talk("dana: Hi, this is Dana.")...)
	if b := MakeBrief(Request{Lines: lines}, nil); b.Mood != "" || b.Unspoken != "" {
		t.Errorf("%+v", b)
	}
	if b := MakeBrief(Request{}, loud); b.Seq != 0 || !b.Summary.IsZero() || b.Mood != MoodCalm {
		t.Errorf("%+v", b)
	}
}
