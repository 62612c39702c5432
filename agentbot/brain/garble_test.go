package brain

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// garble does to a sentence what a recogniser does to about one word in seven:
// drops it, doubles it, puts a small word before it, or takes another for it.
func garble(rng *rand.Rand, text string) string {
	const rate = 0.15
	small := []string{"a", "the", "in", "and", "to", "is", "um", "it", "of", "for"}
	wrong := []string{"and", "an", "are", "that", "then", "fur", "tree", "bored", "hour", "when", "sea", "mean"}
	var out []string
	for _, t := range knowledge.Tokens(text) {
		switch r := rng.Float64(); {
		case r < rate*0.3: // dropped
		case r < rate*0.65:
			out = append(out, small[rng.Intn(len(small))], t)
		case r < rate:
			out = append(out, wrong[rng.Intn(len(wrong))])
		default:
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// A recogniser at 15 % of wrong words takes some sentences beyond repair; the
// rest must be understood.
func TestGarbled(t *testing.T) {
	b := newBrain(t)
	rng := rand.New(rand.NewSource(1))
	const rounds = 5
	right, all, asked, requests, wrongly, others := 0, 0, 0, 0, 0, 0
	for range rounds {
		for _, test := range answerable {
			text := garble(rng, test.question)
			r := chat(t, b, tools, user(text))
			all++
			if r.sources == test.source {
				right++
			}
			if others++; r.call != nil {
				wrongly++
				t.Logf("false %q of %q", text, test.question)
			}
		}
		for _, text := range wantHuman {
			if requests++; chat(t, b, tools, user(garble(rng, text))).call != nil {
				asked++
			}
		}
		for _, text := range onlyLooks {
			garbled := garble(rng, text)
			if others++; chat(t, b, tools, user(garbled)).call != nil {
				wrongly++
				t.Logf("false %q of %q", garbled, text)
			}
		}
	}
	report(t, "garbled: answered right", right, all, 0.75)
	report(t, "garbled: human requests detected", asked, requests, 0.85)
	report(t, "garbled: others left alone", others-wrongly, others, 0.95)
}
