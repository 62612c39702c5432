package semantic

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/relevo/relevo/agentbot/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// confident is what rag and brain take for an answer.
const confident = 0.42

// model is an Embedder for which words of one meaning are the same word, and
// words of grammar none.
type model struct {
	mu       sync.Mutex
	delay    time.Duration
	err      error
	requests [][]string
}

var meanings = func() map[string]string {
	m := make(map[string]string)
	for meaning, words := range map[string]string{
		"open":  "open opening hours close closes till drop popping reach daily",
		"money": "money refund refunds reimbursed cash paid",
		"back":  "return returns returning bring unwanted back",
		"ship":  "shipping ship delivery deliver parcel courier mail arrive arrives doorstep",
		"cost":  "cost costs price charge charges fee expensive much",
		"break": "broken break breaks repair repairs fix fault defect warranty snapped",
		"":      "a an and are is the to of for on in at it its i my me you your we our do does did can could what when how will with that this be by or if as from not get has have was who there up",
	} {
		for w := range strings.FieldsSeq(words) {
			m[w] = meaning
		}
	}
	return m
}()

func (e *model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	e.mu.Lock()
	e.requests = append(e.requests, texts)
	delay, err := e.delay, e.err
	e.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	var all [][]float32
	for _, text := range texts {
		v := make([]float32, 4096)
		v[0] = 0.3 // all texts of a model have something in common
		for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if meaning, ok := meanings[w]; ok {
				w = meaning
			}
			if w != "" {
				h := fnv.New32a()
				h.Write([]byte(w))
				v[1+h.Sum32()%4095]++
			}
		}
		sum := 0.0
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		for i := range v {
			v[i] /= float32(math.Sqrt(sum))
		}
		all = append(all, v)
	}
	return all, nil
}

func (e *model) set(delay time.Duration, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.delay, e.err = delay, err
}

func (e *model) texts() (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range e.requests {
		n += len(r)
	}
	return n
}

var shop = fstest.MapFS{
	"hours.md":    {Data: []byte("# Opening hours\n\nWe are open from nine to six on weekdays.\n\n## Questions\n\n- When are you open?\n- What are your opening hours?\n- When do you close?\n")},
	"returns.md":  {Data: []byte("# Returns\n\nYou can return anything within thirty days.\n\n## Questions\n\n- Can I return something?\n- How do I bring it back?\n\n## Refunds\n\nYour money is back within five days.\n\n## Questions\n\n- When do I get my money back?\n- When is my refund paid?\n")},
	"shipping.md": {Data: []byte("# Shipping\n\nShipping takes three days.\n\n## Questions\n\n- How long does shipping take?\n- When will my parcel arrive?\n\n## Shipping cost\n\nShipping costs five dollars.\n\n## Questions\n\n- How much is shipping?\n- What does delivery cost?\n")},
	"warranty.md": {Data: []byte("# Warranty\n\nThe warranty is two years.\n\n## Questions\n\n- My lamp is broken, what now?\n- Do you repair it under warranty?\n")},
}

func load(t *testing.T, files fstest.MapFS) *knowledge.Base {
	t.Helper()
	base, err := knowledge.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// source is a Source whose base a test changes.
type source struct {
	mu   sync.Mutex
	base *knowledge.Base
}

func (s *source) Base() *knowledge.Base {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.base
}

func (s *source) set(b *knowledge.Base) {
	s.mu.Lock()
	s.base = b
	s.mu.Unlock()
}

// Paraphrases are found, and surely enough; what nobody here knows stays unknown.
func TestMeaning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := load(t, shop)
		x := New(Config{Embedder: &model{}, Source: base})
		defer x.Close()
		synctest.Wait()
		if s := x.space.Load(); s == nil || !s.tells {
			t.Fatalf("space %+v", s)
		}
		missed := 0 // by words alone
		for query, id := range map[string]string{
			"until when can i reach you daily":           "hours.md",
			"till when is popping up possible":           "hours.md",
			"the courier has not been to my doorstep":    "shipping.md",
			"how expensive is the courier":               "shipping.md#shipping-cost",
			"it snapped, can you fix that":               "warranty.md",
			"when will i be reimbursed in cash":          "returns.md#refunds",
			"i want to bring this unwanted thing to you": "returns.md",
			"when are you open":                          "hours.md",
			"how long does shipping take":                "shipping.md",
		} {
			hits := x.View(t.Context(), base, query).Search(query, 2)
			if len(hits) == 0 || hits[0].Passage.ID != id || hits[0].Score < confident {
				t.Errorf("%q: %+v, want %s (words alone: %+v)", query, named(hits), id, named(base.Search(query, 1)))
			}
			if hits := base.Search(query, 1); len(hits) == 0 || hits[0].Passage.ID != id || hits[0].Score < confident {
				missed++
			}
		}
		if missed < 5 {
			t.Errorf("words alone miss %d: these are no paraphrases", missed)
		}
		for _, query := range []string{
			"who won the football game last night", "what is the capital of france", "tell me a joke about cats", "can you book me a flight",
			"how tall is mount everest", "what do you think about the mayor", "sing a song for me",
		} {
			if hits := x.View(t.Context(), base, query).Search(query, 1); len(hits) > 0 && hits[0].Score >= confident {
				t.Errorf("%q: %+v", query, named(hits))
			}
		}
	})
}

func named(hits []knowledge.Hit) map[string]float64 {
	m := make(map[string]float64)
	for _, h := range hits {
		m[h.Passage.ID] = math.Round(100*h.Score) / 100
	}
	return m
}

// The shop that ships: its own questions are found as before, and what it does
// not know stays unknown.
func TestShippedShop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base, err := knowledge.Load(knowledge.Shop())
		if err != nil {
			t.Fatal(err)
		}
		x := New(Config{Embedder: &model{}, Source: base})
		defer x.Close()
		synctest.Wait()
		if s := x.space.Load(); s == nil || !s.tells {
			t.Fatalf("the space tells nothing apart: far %v, near %v", s.far, s.near)
		}
		asked, found := 0, 0
		for _, p := range base.Passages() {
			for _, q := range p.Questions {
				asked++
				if hits := x.View(t.Context(), base, q).Search(q, 1); len(hits) > 0 && hits[0].Passage == p && hits[0].Score >= confident {
					found++
				}
			}
		}
		if asked < 50 || found < asked*95/100 {
			t.Errorf("%d of %d questions find their passage", found, asked)
		}
		for _, query := range []string{"who won the football game last night", "what is the capital of france", "can you book me a flight to london", "what is the weather in paris"} {
			words := base.Search(query, 1)
			if hits := x.View(t.Context(), base, query).Search(query, 1); len(hits) > 0 && hits[0].Score >= confident {
				t.Errorf("%q: %+v (words alone: %+v)", query, named(hits), named(words))
			}
		}
	})
}

// A turn waits a little and no more; where nothing comes, words decide, the log is
// told once, and after three turns nobody waits for a while.
func TestLateAndDown(t *testing.T) {
	for name, test := range map[string]struct {
		delay time.Duration
		err   error
		waits time.Duration
	}{"late": {time.Second, nil, 150 * ms}, "down": {0, errors.New("refused"), 0}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				base, m := load(t, shop), &model{}
				x := New(Config{Embedder: m, Source: base, Log: slog.New(slog.NewTextHandler(&log, nil))})
				defer x.Close()
				synctest.Wait()
				m.set(test.delay, test.err)
				const query = "when will i be reimbursed in cash"
				for turn := range 5 {
					at := time.Now()
					v := x.View(t.Context(), base, query)
					want := test.waits
					if turn >= lateRow {
						want = 0
					}
					if v != knowledge.Searcher(base) || time.Since(at) != want {
						t.Errorf("turn %d: %T after %v", turn, v, time.Since(at))
					}
				}
				m.set(0, nil)
				time.Sleep(again)
				if hits := x.View(t.Context(), base, query).Search(query, 1); len(hits) == 0 || hits[0].Score < confident {
					t.Errorf("when all is well: %+v", named(hits))
				}
				if text := log.String(); strings.Count(text, "words alone") != 1 || strings.Count(text, "by meaning again") != 1 || strings.Contains(text, "reimbursed") {
					t.Errorf("log:\n%s", text)
				}
				ended, cancel := context.WithCancel(t.Context())
				cancel()
				m.set(time.Second, nil)
				if v := x.View(ended, base, query); v != knowledge.Searcher(base) {
					t.Errorf("%T", v)
				}
			})
		})
	}
}

// After a change only what is new is embedded; until it is, words decide; a
// failure is tried again and loses nothing.
func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{}
		src := &source{base: load(t, shop)}
		x := New(Config{Embedder: m, Source: src})
		defer x.Close()
		synctest.Wait()
		before := m.texts()
		changed := fstest.MapFS{}
		for name, file := range shop {
			changed[name] = file
		}
		changed["gifts.md"] = &fstest.MapFile{Data: []byte("# Gift cards\n\nWe sell gift cards.\n\n## Questions\n\n- Do you have gift cards?\n")}
		delete(changed, "warranty.md")
		m.set(0, errors.New("down"))
		src.set(load(t, changed))
		if v := x.View(t.Context(), src.Base(), "x"); v != knowledge.Searcher(src.Base()) {
			t.Errorf("%T", v)
		}
		time.Sleep(lookEvery)
		synctest.Wait()
		m.set(0, nil)
		failed := m.texts()
		time.Sleep(again + lookEvery)
		synctest.Wait()
		if s := x.space.Load(); s.base != src.Base() || m.texts()-failed != 2 || failed-before != 2 {
			t.Errorf("%d texts embedded again, %d before", m.texts()-failed, failed-before)
		}
		src.set(load(t, shop)) // what was forgotten is embedded anew
		time.Sleep(2 * lookEvery)
		synctest.Wait()
		if n := m.texts() - failed; n != 2+3 {
			t.Errorf("%d texts embedded", n)
		}
	})
}

// A base whose subjects the model does not tell apart, or that has no questions,
// is searched by words.
func TestMeaningless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := load(t, fstest.MapFS{"a.md": {Data: []byte("# One\n\nText.\n")}, "b.md": {Data: []byte("# Two\n\nMore.\n")}})
		x := New(Config{Embedder: &model{}, Source: base}) // without questions
		defer x.Close()
		synctest.Wait()
		if v := x.View(t.Context(), base, "one"); v != knowledge.Searcher(base) {
			t.Errorf("%T", v)
		}
	})
}

func TestFuse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 1)
		a, b, c := p.Draw(t, "a"), p.Draw(t, "b"), p.Draw(t, "c")
		if f := fuse(a, b); f < min(a, b) || f > max(a, b) || f != fuse(b, a) {
			t.Fatalf("fuse(%v, %v) = %v", a, b, f)
		}
		if c > b && fuse(a, c) < fuse(a, b) {
			t.Fatal("more is less")
		}
		s := &space{far: 0.2 + a/4, near: 0.5 + b/4}
		x, y := p.Draw(t, "x")*2-1, p.Draw(t, "y")*2-1
		if cx, cy := s.confidence(x), s.confidence(y); cx < 0 || cx > atMost || x < y && cx > cy {
			t.Fatalf("confidence(%v) = %v, confidence(%v) = %v", x, cx, y, cy)
		}
	})
}
