package semantic

import (
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/knowledge"
)

const (
	maxQuestions = 8    // of a passage that are embedded
	maxText      = 4000 // bytes of a passage that are
	tellsApart   = 0.02 // the least between far and near
)

// The confidences of nearness far and near, and the highest.
const (
	atFar  = 0.15
	atNear = 0.75
	atMost = 0.9
)

// space is a base with its vectors. It does not change.
type space struct {
	base   *knowledge.Base
	places []place
	far    float64
	near   float64
	tells  bool // far and near differ
}

// place is a passage in a space.
type place struct {
	passage   *knowledge.Passage
	text      []float32
	questions [][]float32
}

// texts are what of a passage is embedded, its text first.
func texts(p *knowledge.Passage) []string {
	all := []string{clip(strings.TrimSpace(p.Topic+"\n"+p.Title+"\n"+p.Text), maxText)}
	for _, q := range p.Questions[:min(len(p.Questions), maxQuestions)] {
		all = append(all, clip(q, maxText))
	}
	return all
}

func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}

// newSpace puts a base into its space. vector knows all of its texts.
func newSpace(base *knowledge.Base, vector func(string) []float32) *space {
	s := &space{base: base}
	for _, p := range base.Passages() {
		at := place{passage: p}
		for i, text := range texts(p) {
			if i == 0 {
				at.text = vector(text)
			} else {
				at.questions = append(at.questions, vector(text))
			}
		}
		s.places = append(s.places, at)
	}
	strange := make([][]float32, 0, len(probes))
	for _, text := range probes {
		strange = append(strange, vector(text))
	}
	s.measure(strange)
	return s
}

func dot(a, b []float32) float64 {
	if len(a) != len(b) {
		return 0 // of another model
	}
	sum := float32(0)
	for i := range a {
		sum += a[i] * b[i]
	}
	return float64(sum)
}

// nearness is how near v is to a place, without its question except, if any.
func (p *place) nearness(v []float32, except int) float64 {
	best := dot(v, p.text)
	for i, q := range p.questions {
		if i != except {
			best = max(best, dot(v, q))
		}
	}
	return best
}

// measure finds what is far and near here.
func (s *space) measure(strange [][]float32) {
	var own, others []float64
	for i := range s.places {
		for k, q := range s.places[i].questions {
			own = append(own, s.places[i].nearness(q, k))
		}
	}
	for _, v := range strange {
		best := 0.0
		for i := range s.places {
			best = max(best, s.places[i].nearness(v, -1))
		}
		others = append(others, best)
	}
	if len(own) == 0 {
		return
	}
	slices.Sort(own)
	slices.Sort(others)
	s.near, s.far = own[len(own)/2], others[len(others)*3/4]
	s.tells = s.near-s.far >= tellsApart && s.far > 0
}

// confidence is how sure a nearness is that a passage is what a question is
// about.
func (s *space) confidence(nearness float64) float64 {
	if nearness <= s.far {
		return max(atFar*nearness/s.far, 0)
	}
	return min(atFar+(atNear-atFar)*(nearness-s.far)/(s.near-s.far), atMost)
}

// scores are the confidences of all passages for a question.
func (s *space) scores(v []float32) map[*knowledge.Passage]float64 {
	all := make(map[*knowledge.Passage]float64, len(s.places))
	for i := range s.places {
		all[s.places[i].passage] = s.confidence(s.places[i].nearness(v, -1))
	}
	return all
}
