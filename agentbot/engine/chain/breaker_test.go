package chain

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const second = time.Second

func TestBreaker(t *testing.T) {
	// A step is what happens at a time: a call is asked for and its verdict
	// given at once, or it is kept by its letter and ended by a later step.
	type step struct {
		at      time.Duration
		call    byte // kept under this letter, 0: not kept
		end     byte // the call that ends
		verdict verdict
		refused bool
		opened  bool
		closed  bool
	}
	fails := func(n int) []step { return slices.Repeat([]step{{verdict: failed}}, n) }
	for name, steps := range map[string][]step{
		"five in a row":             append(fails(4), step{verdict: failed, opened: true}, step{at: 29 * second, refused: true}),
		"a success between":         append(append(fails(4), step{verdict: worked}), fails(4)...),
		"the caller's leave":        append(append(fails(4), step{verdict: neutral}), step{verdict: failed, opened: true}),
		"a wrong key":               {{verdict: broken, opened: true}, {refused: true}},
		"closes on success":         {{verdict: broken, opened: true}, {at: 30 * second, verdict: worked, closed: true}, {at: 30 * second, verdict: failed}},
		"starts to count again":     slices.Concat(fails(4), []step{{verdict: failed, opened: true}, {at: 30 * second, verdict: worked, closed: true}}, fails(4), []step{{verdict: failed, opened: true}}),
		"stays open on failure":     {{verdict: broken, opened: true}, {at: 30 * second, verdict: failed}, {at: 59 * second, refused: true}, {at: 60 * second, verdict: worked, closed: true}},
		"one call at a time":        {{verdict: broken, opened: true}, {at: 30 * second, call: 'a'}, {at: 31 * second, refused: true}, {at: 32 * second, end: 'a', verdict: worked, closed: true}, {at: 32 * second, verdict: worked}},
		"a probe that is cancelled": {{verdict: broken, opened: true}, {at: 30 * second, call: 'a'}, {at: 31 * second, end: 'a', verdict: neutral}, {at: 31 * second, verdict: worked, closed: true}},
		"late success":              {{call: 'a'}, {verdict: broken, opened: true}, {at: second, end: 'a', verdict: worked}, {at: second, refused: true}},
		"late failures": {
			{call: 'a'}, {verdict: broken, opened: true}, {at: 30 * second, verdict: worked, closed: true},
			{at: 31 * second, end: 'a', verdict: broken}, {at: 31 * second, verdict: worked},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := breaker{limit: 5, rest: 30 * second}
			start := time.Now()
			kept := map[byte]pass{}
			for i, s := range steps {
				now := start.Add(s.at)
				p, ok := kept[s.end]
				if s.end == 0 {
					ready := b.ready(now)
					if p, ok = b.allow(now); ok == s.refused || ok != ready {
						t.Fatalf("step %d: allowed %v, ready %v", i, ok, ready)
					}
				}
				if !ok {
					continue
				}
				if s.call != 0 {
					kept[s.call] = p
					continue
				}
				if opened, closed := b.done(p, s.verdict, now); opened != s.opened || closed != s.closed {
					t.Fatalf("step %d: opened %v, closed %v", i, opened, closed)
				}
			}
		})
	}
}

// Whatever happens, an open breaker lets one call pass at a time and none
// before its rest is over, and it opens and closes in turn.
func TestBreakerProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := breaker{limit: rapid.IntRange(1, 4).Draw(t, "limit"), rest: 30 * second}
		now, open, openedAt := time.Unix(0, 0), false, time.Time{}
		var running []pass
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "later")) * second)
			if rapid.Bool().Draw(t, "ask") {
				p, ok := b.allow(now)
				if !open && !ok {
					t.Fatal("a closed breaker refuses")
				}
				if open && ok {
					if now.Sub(openedAt) < b.rest {
						t.Fatalf("a call passes %v after the breaker opened", now.Sub(openedAt))
					}
					for _, q := range running {
						if q.probe && q.generation == p.generation {
							t.Fatal("two calls probe")
						}
					}
				}
				if ok {
					running = append(running, p)
				}
				continue
			}
			if len(running) == 0 {
				continue
			}
			i := rapid.IntRange(0, len(running)-1).Draw(t, "which")
			v := verdict(rapid.IntRange(int(neutral), int(broken)).Draw(t, "verdict"))
			opened, closed := b.done(running[i], v, now)
			running = slices.Delete(running, i, i+1)
			if opened && open || closed && !open || opened && closed {
				t.Fatalf("open %v: opened %v, closed %v", open, opened, closed)
			}
			if opened {
				open, openedAt = true, now
			}
			open = open && !closed
			if v == neutral && (opened || closed) {
				t.Fatal("a caller's leave changed the breaker")
			}
		}
	})
}

func TestShare(t *testing.T) {
	ms := time.Millisecond
	for name, tt := range map[string]struct {
		left, first time.Duration
		needs       []time.Duration
		want        time.Duration
	}{
		"the last gets all":       {left: 1900 * ms, want: 1900 * ms},
		"even":                    {left: 1800 * ms, needs: []time.Duration{0, 0}, want: 600 * ms},
		"the next is quick":       {left: 1900 * ms, needs: []time.Duration{300 * ms}, want: 1600 * ms},
		"the last of three is":    {left: 1900 * ms, needs: []time.Duration{0, 300 * ms}, want: 800 * ms},
		"bounded":                 {left: 1900 * ms, first: 400 * ms, needs: []time.Duration{0}, want: 400 * ms},
		"a bound that is no help": {left: 400 * ms, first: 900 * ms, want: 400 * ms},
		"the next needs all":      {left: 200 * ms, needs: []time.Duration{300 * ms}, want: -100 * ms},
	} {
		if got := share(tt.left, tt.first, tt.needs); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
