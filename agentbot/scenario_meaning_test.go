package agentbot

import (
	"context"
	"hash/fnv"
	"math"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/relevo/relevo/agentbot/knowledge"
	"github.com/relevo/relevo/agentbot/knowledge/semantic"
)

// meanings are a model of embeddings: words of one group mean the same, every
// other word means itself, and a text is the sum of its words.
type meanings struct {
	groups [][]string
	down   atomic.Bool // it takes for ever
}

// Embed implements engine.Embedder.
func (m *meanings) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if m.down.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	select {
	case <-time.After(41 * time.Millisecond):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	all := make([][]float32, len(texts))
	for i, text := range texts {
		all[i] = m.vector(text)
	}
	return all, nil
}

func (m *meanings) vector(text string) []float32 {
	const size = 256
	v := make([]float32, size)
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		at := -1
		for g, group := range m.groups {
			for _, one := range group {
				if one == w {
					at = g
				}
			}
		}
		if at < 0 {
			h := fnv.New32a()
			_, _ = h.Write([]byte(w))
			at = len(m.groups) + int(h.Sum32())%(size-len(m.groups))
			v[at] += 0.3 // grammar, most of them
			continue
		}
		v[at]++
	}
	sum := 1e-9
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// meaning searches known by meaning too, where the scenario has a model for it.
func (s *stage) meaning(known knowledge.Source) knowledge.Meaning {
	if s.extras.meanings == nil {
		return nil
	}
	x := semantic.New(semantic.Config{Embedder: s.extras.meanings, Source: known})
	s.t.Cleanup(func() { _ = x.Close() })
	return x
}

var meaningSettings = []rule{
	{Pattern: "embeddings know TEXT", Set: func(s *stage, v []value) error {
		if s.extras.meanings == nil {
			s.extras.meanings = &meanings{}
		}
		s.extras.meanings.groups = append(s.extras.meanings.groups, strings.Split(v[0].Text, "|"))
		return nil
	}},
}

var meaningSteps = []rule{
	{Pattern: "embeddings stall", Do: func(s *stage, _ []value) error { s.extras.meanings.down.Store(true); return nil }},
}
