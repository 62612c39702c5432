package sentence

import (
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// split runs text through a Splitter in deltas of the sizes that next gives.
func split(s *Splitter, text string, next func() int) []string {
	var pieces []string
	for text != "" {
		n := min(max(next(), 1), len(text))
		pieces = append(pieces, s.Write(text[:n])...)
		text = text[n:]
	}
	return append(pieces, s.Flush()...)
}

func whole(text string) []string {
	return split(&Splitter{}, text, func() int { return len(text) })
}

func TestSplit(t *testing.T) {
	tests := []struct {
		name string
		want []string
	}{
		{"two sentences", []string{"We are open from nine to five. ", "On Sunday we are closed."}},
		{"short ones are put together", []string{"Hello! Hi. Yes. How can I help you today? ", "Tell me."}},
		{"an amount goes on", []string{"The Acmetron Mini costs $29.99 with shipping. ", "Anything else?"}},
		{"an amount ends", []string{"The Acmetron Mini costs $29. ", "Next question."}},
		{"title", []string{"You are talking with Mr. Smith and Dr. Jones today. ", "Fine."}},
		{"for example", []string{"We take some cards, e.g. Visa and i.e. Mastercard also. ", "Fine."}},
		{"morning", []string{"We open on weekdays at 9 a.m. and close at 5 p.m. on the dot. ", "Fine."}},
		{"morning ends", []string{"On all weekdays we open at 9 a.m. ", "We close at five in the evening."}},
		{"morning of a day", []string{"Please come and see us at 9 a.m. Monday or later. ", "Fine."}},
		{"decimal", []string{"It weighs 3.14 kilograms in its box. ", "Light, is it not?"}},
		{"URL", []string{"See https://www.example.com/a.b?c=d!e for all of it. ", "It is there."}},
		{"URL ends", []string{"All of it is at www.example.com. ", "It is there."}},
		{"mail", []string{"Write to help.me@shop.example.com any day. ", "We answer."}},
		{"ellipsis goes on", []string{"Let me have a look at that... and there it is. ", "Good."}},
		{"ellipsis ends", []string{"Let me have a look at that… ", "There it is, good."}},
		{"quote", []string{"The label says \"Do not open it.\" ", "So do not."}},
		{"quote goes on", []string{"\"Stop all of that right now!\" he said and left. ", "Well."}},
		{"bracket", []string{"(We never close on holidays.) ", "Come and see."}},
		{"bold", []string{"**Returns are free of charge.** ", "Shipping is not."}},
		{"interrobang", []string{"You really want all of it?! ", "That is a lot."}},
		{"list", []string{"What you need for the return:\n", "1. The box it came in\n", "2. The receipt or the mail\n"}},
		{"paragraphs", []string{"Here is a heading for you\n\n", "And text."}},
		{"initials", []string{"The shop was founded by J. R. Miller in the U.S. Army. ", "True."}},
		{"I ends", []string{"You like the Zalvora and so do I. ", "We agree then."}},
		{"number", []string{"Your order is No. 5 in the line today. ", "Wait."}},
		{"Chinese", []string{"我们星期一到星期五营业。", "请问您有什么问题？", "好的"}},
		{"Chinese quote", []string{"他说：“请把盒子退回来。”", "然后他走了。"}},
		{"Japanese", []string{"お問い合わせありがとうございます！", "どうしましたか？"}},
		{"Korean", []string{"저희는 월요일부터 금요일까지 영업합니다. ", "감사합니다."}},
		{"Hindi", []string{"हम सोमवार से शुक्रवार तक खुले हैं। ", "धन्यवाद।"}},
		{"Arabic", []string{"هل تريد أن أرسل لك الفاتورة؟ ", "نعم من فضلك."}},
		{"Spanish", []string{"Abrimos de lunes a viernes. ", "¿Quiere algo más?"}},
		{"German", []string{"Wir haben z.B. Kaffee und Tee im Haus. ", "Gern."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := whole(strings.Join(test.want, ""))
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%q\nwant\n%q", got, test.want)
			}
		})
	}
}

// A sentence must not wait for the whole next one: the confirming character is
// enough.
func TestConfirmedByOneCharacter(t *testing.T) {
	var s Splitter
	if got := s.Write("It is twenty-nine dollars, $29."); got != nil {
		t.Fatalf("unconfirmed: %q", got)
	}
	if got := s.Write(" "); got != nil {
		t.Fatalf("a space confirms nothing: %q", got)
	}
	if got := s.Write("N"); !slices.Equal(got, []string{"It is twenty-nine dollars, $29. "}) {
		t.Fatalf("got %q", got)
	}
	if got := s.Flush(); !slices.Equal(got, []string{"N"}) {
		t.Fatalf("rest %q", got)
	}
	if got := s.Flush(); got != nil {
		t.Fatalf("flushed twice: %q", got)
	}
}

func TestTooLong(t *testing.T) {
	clause := strings.Repeat("word ", 30) + "and this, " + strings.Repeat("more ", 60)
	for name, text := range map[string]string{
		"clause":    clause,
		"words":     strings.Repeat("word ", 200),
		"no break":  strings.Repeat("x", 1000),
		"spaces":    strings.Repeat(" ", 1000),
		"ideograph": strings.Repeat("好", 300),
		"flags":     strings.Repeat("👩‍👩‍👧‍👦", 200),
		"marks":     strings.Repeat(".", 1000),
		"combining": "e" + strings.Repeat("\u0301", 1000),
	} {
		pieces := whole(text)
		if strings.Join(pieces, "") != text {
			t.Errorf("%s: text changed", name)
		}
		for _, piece := range pieces {
			if n := length(piece); n > DefaultMax {
				t.Errorf("%s: a piece of %d", name, n)
			}
		}
		switch name {
		case "clause":
			if !strings.HasSuffix(pieces[0], "and this, ") {
				t.Errorf("not cut at the clause: %q", pieces[0])
			}
		case "words":
			if !strings.HasSuffix(pieces[0], "word ") {
				t.Errorf("cut in a word: %q", pieces[0])
			}
		case "flags":
			if !strings.HasPrefix(pieces[1], "👩‍👩‍👧‍👦") || len(pieces[0])%len("👩‍👩‍👧‍👦") != 0 {
				t.Errorf("cut in a character: %q", pieces[0])
			}
		}
	}
}

// check holds for every text and every way of cutting it into deltas.
func check(t *testing.T, text string, seed int64) {
	t.Helper()
	want := whole(text)
	if got := strings.Join(want, ""); got != text {
		t.Fatalf("pieces %q are not the text %q", want, text)
	}
	rng := rand.New(rand.NewSource(seed))
	if got := split(&Splitter{}, text, func() int { return rng.Intn(7) }); !slices.Equal(got, want) {
		t.Fatalf("cut into deltas: %q, whole: %q", got, want)
	}
	for i, piece := range want {
		if piece == "" {
			t.Fatalf("empty piece in %q", want)
		}
		if n := length(piece); n > DefaultMax {
			t.Fatalf("piece of %d characters: %q", n, piece)
		}
		if i > 0 && utf8.ValidString(text) && !utf8.ValidString(piece) {
			t.Fatalf("cut in a character: %q", piece)
		}
	}
	runes := []rune(text)
	end := 0
	for _, word := range Words(text) {
		if word.Offset < end || word.End <= word.Offset || word.End > len(runes) {
			t.Fatalf("word %+v after %d of %d in %q", word, end, len(runes), text)
		}
		if strings.TrimSpace(string(runes[end:word.Offset])) != "" {
			t.Fatalf("%q is in no word of %q", string(runes[end:word.Offset]), text)
		}
		end = word.End
	}
	if strings.TrimSpace(string(runes[end:])) != "" {
		t.Fatalf("%q is in no word of %q", string(runes[end:]), text)
	}
}

var alphabet = []string{"a", "Word", "mr", ".", ".", "!", "?", "…", " ", " ", "\n", "\"", ")", "(", "3", "好", "。", "é", "👩‍👧",
	"e.g.", "a.m.", "Monday", "http://x.y/", ",", "\t", "I", "\xff", "\xe5", "«", "»", "क", "।", "$29.", "1."}

func TestProperties(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 3000 {
		var b strings.Builder
		for range rng.Intn(200) {
			b.WriteString(alphabet[rng.Intn(len(alphabet))])
		}
		check(t, b.String(), rng.Int63())
	}
}

func FuzzSplitter(f *testing.F) {
	f.Add("It costs $29. Next. Mr. Smith says \"no.\" Fine.", int64(1))
	f.Add("我们星期一到星期五营业。请问您有什么问题？", int64(2))
	f.Add("1. one\n2. two\n\n\nhttp://a.b/c?d=e. Then 9 a.m. Mon", int64(3))
	f.Add(strings.Repeat("x", 500)+"\xe5\xa5", int64(4))
	f.Add("\xff\xfe.\xe5 ...!?)]” \n", int64(5))
	f.Fuzz(func(t *testing.T, text string, seed int64) {
		if len(text) > 1<<14 {
			t.Skip()
		}
		check(t, text, seed)
	})
}

func BenchmarkSplitter(b *testing.B) {
	text := strings.Repeat("We are open from nine to five on weekdays. ", 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var s Splitter
		for word := range strings.SplitAfterSeq(text, " ") {
			s.Write(word)
		}
		s.Flush()
	}
}
