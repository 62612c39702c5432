package ground

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var passages = []Text{
	{"returns.md", "You can return things within 30 days. Send them back in the box; we refund the price within five working days. Write to returns@shop.example.com."},
	{"shipping.md", "Shipping takes two to three working days and costs 4.90 euros. Orders over $1,299 ship for free from our warehouse in Hamburg."},
	{"hours.md", "We are open Monday to Friday from nine to 17:00."},
	{"de.md", "Sie können Waren innerhalb von einundzwanzig Tagen zurückgeben. Der Versand kostet 4,90 Euro."},
	{"zh.md", "您可以在三十天内退货。运费是五元，送货需要两天。"},
}

func reference(caller ...string) *Reference {
	return New(passages, []string{"You answer for the Blue Harbour shop."}, []string{"Your voucher code is blue seven four."}, caller)
}

func TestCheck(t *testing.T) {
	for sentence, want := range map[string]struct {
		grounded bool
		source   string
	}{
		"You can return it within 30 days.":                           {true, "returns.md"},
		"You have thirty days to send it back.":                       {true, "returns.md"},
		"The refund takes 5 working days.":                            {true, "returns.md"},
		"Shipping costs 4.90 euros and takes 2-3 working days.":       {true, "shipping.md"},
		"Shipping is free for orders over 1299 dollars.":              {true, "shipping.md"},
		"We ship from Hamburg.":                                       {true, "shipping.md"},
		"We are open from 9 to 5 pm, Monday to Friday.":               {true, "hours.md"},
		"Please write to returns@shop.example.com.":                   {true, "returns.md"},
		"Der Versand kostet 4,90 Euro.":                               {true, "de.md"},
		"Die Rückgabe ist innerhalb von 21 Tagen möglich.":            {true, "de.md"},
		"您可以在三十天内退货。":                                                 {true, "zh.md"},
		"退货要在30天内。":                                                   {true, "zh.md"},
		"Your voucher code is blue seven four.":                       {true, ""},
		"Hello, how can I help you?":                                  {true, ""},
		"I am sorry, I do not know that.":                             {true, ""},
		"You can return it within 60 days.":                           {false, ""},
		"You have ninety days to send it back.":                       {false, ""},
		"Shipping costs 9.90 euros.":                                  {false, ""},
		"We are open on Sunday too.":                                  {false, ""},
		"We are open until 9 pm.":                                     {false, ""},
		"We ship from Rotterdam.":                                     {false, ""},
		"Write to ceo@shop.example.com.":                              {false, ""},
		"See www.other.example.net for it.":                           {false, ""},
		"Die Rückgabe ist innerhalb von 14 Tagen möglich.":            {false, ""},
		"您可以在九十天内退货。":                                                 {false, ""},
		"The battery lasts through the whole night and charges fast.": {false, ""},
		"Elephants migrate across wide savannas looking for water.":   {false, ""},
	} {
		got := reference("how does it work").Check(sentence)
		if (got.Score >= 0.34) != want.grounded {
			t.Errorf("%q: %+v", sentence, got)
		}
		if want.source != "" && (len(got.Sources) == 0 || !slices.Contains(got.Sources, want.source)) {
			t.Errorf("%q is from %q, not %s", sentence, got.Sources, want.source)
		}
	}
}

// What only the caller said counts, unless the passages say otherwise.
func TestCallersNumbers(t *testing.T) {
	for _, test := range []struct {
		caller, sentence string
		grounded         bool
	}{
		{"my order number is 4711", "Thank you, I have noted the order 4711.", true},
		{"", "Thank you, I have noted the order 4711.", false},
		{"can i return it after 60 days", "You can return it after 60 days.", false},
		{"can i return it after 60 days", "No, 60 days is too late, you can return things within 30 days.", true},
		{"i am Gregory", "Nice to meet you, Gregory.", true},
		{"hello", "Nice to meet you, Gregory.", false},
	} {
		if got := reference(test.caller).Check(test.sentence); (got.Score >= 0.34) != test.grounded {
			t.Errorf("%q, %q: %+v", test.caller, test.sentence, got)
		}
	}
}

func TestHarmless(t *testing.T) {
	r := reference("do you ship to mars, and what is my code, and is it possible to return it after ninety days")
	for sentence, want := range map[string]bool{
		"I am sorry, I do not know that.":                  true,
		"I do not know whether we ship to Mars.":           true,
		"Shall I get a colleague for you?":                 true,
		"I will get a colleague for you.":                  true,
		"Hello, how can I help you today?":                 true,
		"Thank you very much.":                             true,
		"Das weiß ich leider nicht.":                       true,
		"Lo siento, no lo sé.":                             true,
		"抱歉，我不知道。":                                         true,
		"Bob said: Your voucher code is blue seven four.":  true,
		"Could you tell me which one you mean?":            true,
		"Yes.":                                             false,
		"Yes, we ship to Mars.":                            false,
		"We ship to Mars.":                                 false,
		"Of course, that is possible.":                     false,
		"You can.":                                         false,
		"It costs 500 euros.":                              false,
		"I do not know, but it costs 500 euros.":           false,
		"The blue one has a bigger battery.":               false,
		"是的，可以。":                                           false,
		"Did you know that it is open until 11 at night?":  false,
		"I do not know, but elephants eat cheese on moons": false,
	} {
		if got := r.Harmless(sentence); got != want {
			t.Errorf("%q: %v", sentence, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string][]float64{
		"$1,299.00": {1299}, "1.299,00": {1299}, "299": {299}, "two hundred ninety nine dollars": {299}, "two hundred and ninety nine dollars": {299},
		"twenty one days": {21}, "zweihundertneunundneunzig": {299}, "einundzwanzig": {21}, "treinta y cinco": {35}, "三十": {30}, "两百": {200}, "二十一": {21},
		"three thousand five hundred": {3500}, "1'299": {1299}, "X200": nil, "nothing": nil, "nine": {9}, "ten fifteen": {10, 15}, "3 pm": {3}, "五元": {5}, "第3天": {3},
	} {
		got := numbers(text)
		if len(got) != len(want) {
			t.Errorf("%q: %+v", text, got)
			continue
		}
		for i := range want {
			if !slices.Contains(got[i].values, want[i]) {
				t.Errorf("%q: %+v, want %v", text, got, want)
			}
		}
	}
}

// A sentence of a passage is grounded in it, and no number in figures that no
// text has ever is.
func TestProperties(t *testing.T) {
	var sentences []string
	for _, p := range passages {
		for s := range strings.SplitAfterSeq(strings.ReplaceAll(p.Text, "。", "。\x00"), "\x00") {
			for s := range strings.SplitSeq(s, ". ") {
				if len(s) > 1 {
					sentences = append(sentences, s)
				}
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := reference()
		s := rapid.SampledFrom(sentences).Draw(t, "sentence")
		if got := r.Check(s); got.Score < 0.8 {
			t.Fatalf("%q: %+v", s, got)
		}
		n := rapid.IntRange(5000, 900000).Draw(t, "number")
		if got := r.Check(s + " " + strings.Repeat("9", n%3+6) + " days"); got.Score > 0 {
			t.Fatalf("%+v", got)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add("You can 5 pm 1.2.3,4 三十 zwei hundred", "12:30")
	f.Add("\xff?”", "")
	f.Fuzz(func(t *testing.T, sentence, caller string) {
		r := reference(caller)
		if got := r.Check(sentence); got.Score < 0 || got.Score > 1 {
			t.Errorf("%+v", got)
		}
		r.Harmless(sentence)
	})
}

func BenchmarkReference(b *testing.B) {
	for b.Loop() {
		reference("how long does it take").Check("Shipping costs 4.90 euros and takes 2-3 working days.")
	}
}
