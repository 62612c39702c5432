package arpa

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

const (
	// Start and End mark a sentence's bounds in the model.
	Start = "<s>"
	End   = "</s>"

	order = 3
	never = -99 // log10 probability of what is never predicted
)

type gram [order]string // unused places at the end are ""

func (g gram) len() int {
	for n := range g {
		if g[n] == "" {
			return n
		}
	}
	return order
}

func (g gram) text() string { return strings.Join(g[:g.len()], " ") }

// history is g without its last word.
func (g gram) history() gram {
	g[g.len()-1] = ""
	return g
}

// suffix is g without its first word.
func (g gram) suffix() gram {
	var s gram
	copy(s[:], g[1:])
	return s
}

// Model is a trigram model with back-off.
type Model struct {
	prob  map[gram]float64
	bow   map[gram]float64 // 1 where missing
	grams [order][]gram    // of each length, sorted
}

// New makes a model of sentences, each a list of words; vocabulary has words
// that must be predicted although no sentence may have them. Words must not
// be empty nor hold white space.
func New(sentences [][]string, vocabulary []string) (*Model, error) {
	counts := map[gram]float64{}
	hist := map[gram]float64{} // how often something follows the history
	for _, s := range sentences {
		if len(s) == 0 {
			continue
		}
		words := append(append([]string{Start}, s...), End)
		for i, w := range words {
			if w == "" || strings.ContainsAny(w, " \t\r\n") {
				return nil, fmt.Errorf("%q cannot be a word", w)
			}
			for n := 1; n <= min(order, i+1); n++ {
				var g gram
				copy(g[:], words[i-n+1:i+1])
				if n == 1 && w == Start {
					continue // never predicted
				}
				counts[g]++
				hist[g.history()]++
			}
		}
	}
	vocab := map[string]bool{End: true}
	for g := range counts {
		if g.len() == 1 {
			vocab[g[0]] = true
		}
	}
	for _, w := range vocabulary {
		if w == "" || strings.ContainsAny(w, " \t\r\n") || w == Start {
			return nil, fmt.Errorf("%q cannot be a word", w)
		}
		vocab[w] = true
	}

	m := &Model{prob: map[gram]float64{}, bow: map[gram]float64{}}
	d := discounts(counts)
	m.unigrams(counts, hist[gram{}], vocab, d[0])
	for n := 2; n <= order; n++ {
		m.higher(counts, hist, n, d[n-1])
	}
	for g := range m.prob {
		m.grams[g.len()-1] = append(m.grams[g.len()-1], g)
	}
	for _, gs := range m.grams {
		slices.SortFunc(gs, func(a, b gram) int { return slices.Compare(a[:], b[:]) })
	}
	return m, nil
}

// discounts are what each order's counts lose.
func discounts(counts map[gram]float64) [order]float64 {
	var once, twice, d [order]float64
	for g, c := range counts {
		switch c {
		case 1:
			once[g.len()-1]++
		case 2:
			twice[g.len()-1]++
		}
	}
	for n := range d {
		d[n] = 0.5
		if once[n] > 0 {
			// Small texts give extreme values.
			d[n] = min(max(once[n]/(once[n]+2*twice[n]), 0.1), 0.9)
		}
	}
	return d
}

func (m *Model) unigrams(counts map[gram]float64, total float64, vocab map[string]bool, d float64) {
	if total == 0 {
		for w := range vocab {
			m.prob[gram{w}] = 1 / float64(len(vocab))
		}
	} else {
		left := 0.0
		for w := range vocab {
			left += min(d, counts[gram{w}])
		}
		even := left / total / float64(len(vocab))
		for w := range vocab {
			m.prob[gram{w}] = max(0, counts[gram{w}]-d)/total + even
		}
	}
	m.prob[gram{Start}] = 0
}

// higher adds the n-grams of one length and their histories' back-off weights.
func (m *Model) higher(counts, hist map[gram]float64, n int, d float64) {
	type mass struct{ seen, lower, scale float64 }
	taken := map[gram]*mass{}
	for g, c := range counts {
		if g.len() != n {
			continue
		}
		h := g.history()
		t := taken[h]
		if t == nil {
			t = &mass{}
			taken[h] = t
		}
		m.prob[g] = (c - d) / hist[h]
		t.seen += m.prob[g]
		t.lower += m.backoff(g.suffix())
	}
	for h, t := range taken {
		if left := 1 - t.lower; left > 1e-9 {
			m.bow[h] = (1 - t.seen) / left
		} else {
			m.bow[h] = 0
			t.scale = 1 / t.seen // every word was seen: nobody else to give to
		}
	}
	for g := range counts {
		if g.len() == n {
			if t := taken[g.history()]; t.scale != 0 {
				m.prob[g] *= t.scale
			}
		}
	}
}

// backoff is the probability of g's last word after the words before it.
func (m *Model) backoff(g gram) float64 {
	if p, ok := m.prob[g]; ok || g.len() == 1 {
		return p
	}
	bow, ok := m.bow[g.history()]
	if !ok {
		bow = 1
	}
	return bow * m.backoff(g.suffix())
}

// Prob is the probability of word after history, of which the last two words
// count; Start begins a sentence's history and End ends the sentence.
func (m *Model) Prob(word string, history ...string) float64 {
	var g gram
	h := history[max(0, len(history)-order+1):]
	copy(g[:], h)
	g[len(h)] = word
	return m.backoff(g)
}

// Words are the words that can be predicted, End excepted, sorted.
func (m *Model) Words() []string {
	var words []string
	for _, g := range m.grams[0] {
		if g[0] != Start && g[0] != End {
			words = append(words, g[0])
		}
	}
	return words
}

// WriteTo writes the model in the ARPA format.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	count := &counter{w: w}
	b := bufio.NewWriter(count)
	fmt.Fprintf(b, "\\data\\\n")
	for n := range m.grams {
		fmt.Fprintf(b, "ngram %d=%d\n", n+1, len(m.grams[n]))
	}
	for n, grams := range m.grams {
		fmt.Fprintf(b, "\n\\%d-grams:\n", n+1)
		for _, g := range grams {
			fmt.Fprintf(b, "%.4f\t%s", log10(m.prob[g]), g.text())
			if n+1 < order {
				bow, ok := m.bow[g]
				if !ok {
					bow = 1
				}
				fmt.Fprintf(b, "\t%.4f", log10(bow))
			}
			fmt.Fprintln(b)
		}
	}
	fmt.Fprintf(b, "\n\\end\\\n")
	err := b.Flush()
	return count.n, err
}

func log10(p float64) float64 {
	if p <= 0 {
		return never
	}
	return max(never, math.Log10(p))
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
