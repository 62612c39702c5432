package arpa

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func corpus() [][]string {
	var out [][]string
	for _, s := range []string{
		"where is my order", "i want to return my order", "i want to talk to a human",
		"what are your opening hours", "my order is late", "my order is late", "to a human to a human",
	} {
		out = append(out, strings.Fields(s))
	}
	return out
}

// sums checks that after every history the words' probabilities add up to one.
func sums(t interface{ Errorf(string, ...any) }, m *Model, histories [][]string) {
	for _, h := range histories {
		total := m.Prob(End, h...)
		for _, w := range m.Words() {
			p := m.Prob(w, h...)
			if p <= 0 || p > 1 {
				t.Errorf("p(%s | %v) = %v", w, h, p)
			}
			total += p
		}
		if math.Abs(total-1) > 1e-6 {
			t.Errorf("probabilities after %v add up to %v", h, total)
		}
	}
}

func TestProbabilitiesAddUp(t *testing.T) {
	m, err := New(corpus(), []string{"zalvora"})
	if err != nil {
		t.Fatal(err)
	}
	histories := [][]string{nil, {Start}, {Start, "where"}, {"my", "order"}, {"order", "my"}, {"zalvora"}, {"zalvora", "zalvora"}, {"to", "a"}}
	for _, w := range m.Words() {
		histories = append(histories, []string{w}, []string{"to", w}, []string{w, "my"})
	}
	sums(t, m, histories)
}

func TestProbabilitiesAddUpForAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		text := rapid.SliceOfN(rapid.SliceOfN(word, 0, 6), 0, 8).Draw(t, "text")
		m, err := New(text, rapid.SliceOf(rapid.SampledFrom([]string{"a", "x"})).Draw(t, "vocabulary"))
		if err != nil {
			t.Fatal(err)
		}
		histories := [][]string{nil, {Start}, {"x"}, {"x", "a"}}
		for _, a := range []string{Start, "a", "b", "c", "d"} {
			for _, b := range []string{"a", "b", "c", "d"} {
				histories = append(histories, []string{a, b}, []string{b})
			}
		}
		sums(t, m, histories)
	})
}

func TestSeenIsLikelier(t *testing.T) {
	m, err := New(corpus(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		history         []string
		likely, likely2 string
	}{
		{[]string{"to", "a"}, "human", "order"},
		{[]string{"my"}, "order", "human"},
		{[]string{"order", "is"}, "late", "hours"},
		{[]string{Start, "i"}, "want", "my"},
		{nil, "order", "where"},
	} {
		if a, b := m.Prob(c.likely, c.history...), m.Prob(c.likely2, c.history...); a <= b {
			t.Errorf("after %v %q (%v) is not likelier than %q (%v)", c.history, c.likely, a, c.likely2, b)
		}
	}
}

// TestWritten reads the text back and computes with it as a recogniser does.
func TestWritten(t *testing.T) {
	m, err := New(corpus(), []string{"zalvora"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	n, err := m.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("WriteTo = %d, %v; %d bytes", n, err, b.Len())
	}
	prob, bow, counts := parse(t, b.String())
	for n := range m.grams {
		if counts[n+1] != len(m.grams[n]) {
			t.Errorf("%d %d-grams announced, %d written", counts[n+1], n+1, len(m.grams[n]))
		}
	}
	var score func(words []string) float64
	score = func(words []string) float64 {
		if p, ok := prob[strings.Join(words, " ")]; ok {
			return p
		}
		return bow[strings.Join(words[:len(words)-1], " ")] + score(words[1:])
	}
	for _, words := range [][]string{
		{"zalvora"}, {"order"}, {Start, "where"}, {"my", "order", "is"}, {"order", "is", "zalvora"},
		{"hours", "hours", "hours"}, {"a", "human", End}, {Start, "zalvora", "order"},
	} {
		want := m.Prob(words[len(words)-1], words[:len(words)-1]...)
		if got := math.Pow(10, score(words)); math.Abs(got-want) > 0.001*want+1e-9 {
			t.Errorf("%v: %v as written, %v in the model", words, got, want)
		}
	}
}

func parse(t *testing.T, text string) (prob, bow map[string]float64, counts map[int]int) {
	t.Helper()
	prob, bow, counts = map[string]float64{}, map[string]float64{}, map[int]int{}
	number := func(s string) float64 {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		var n, c int
		fields := strings.Split(s.Text(), "\t")
		if k, _ := fmt.Sscanf(s.Text(), "ngram %d=%d", &n, &c); k == 2 {
			counts[n] = c
		} else if len(fields) >= 2 {
			prob[fields[1]] = number(fields[0])
			if len(fields) == 3 {
				bow[fields[1]] = number(fields[2])
			}
		}
	}
	return prob, bow, counts
}

func TestBadWords(t *testing.T) {
	for _, w := range []string{"", "two words", "tab\t", "line\n"} {
		if _, err := New([][]string{{"a", w}}, nil); err == nil {
			t.Errorf("%q was taken as a word of a sentence", w)
		}
		if _, err := New(nil, []string{w}); err == nil {
			t.Errorf("%q was taken as a word of the vocabulary", w)
		}
	}
}
