package echo

import (
	"math/rand"
	"slices"
	"testing"
	"time"
)

// A caller whom no echo reaches and who begins to speak within 0.8 s of the
// agent, out of silence, is the hardest to tell from an echo. Before there is
// proof of one they stop the agent as if there were no guard; all through a
// call, too, in which their voices were often alike for a moment.
func TestCallerWithoutEcho(t *testing.T) {
	if racing {
		t.Skip("figures of one goroutine's work; make test runs this without the race detector")
	}
	for _, test := range []struct {
		name string
		call bool // one guard for all of them
		p95  time.Duration
	}{
		{"first words", false, 300 * time.Millisecond},
		{"a long call", true, 300 * time.Millisecond},
	} {
		var took []time.Duration
		ref := NewReference()
		g := NewGuard(ref, false)
		for _, line := range agentLines {
			played := append(say(t, "slt", line), make([]int16, 3*rate)...)
			for i, text := range callerLines {
				voice := say(t, "rms", text)
				for _, after := range []int{0, 5, 11, 17, 25, 40} {
					rng := rand.New(rand.NewSource(int64(i)))
					heard := mix(path{noise: 8}.echo(played, rng), voice, after*frame)
					_, alone := listen(t, nil, heard, false)
					if !test.call {
						ref = NewReference()
						g = NewGuard(ref, false)
					}
					_, stops := listenWith(t, ref, g, played, heard)
					late := 2 * time.Second
					if len(stops) > 0 {
						late = time.Duration(stops[0]-alone[0]+10) * frameLength
					}
					took = append(took, late)
				}
			}
		}
		slices.Sort(took)
		n := len(took)
		t.Logf("%s: of %d callers: %v (p50), %v (p95), %v (p99), %v (longest) after the first voiced frame", test.name, n, took[n/2], took[n*95/100], took[n*99/100], took[n-1])
		if took[n*95/100] > test.p95 || took[n-1] > 700*time.Millisecond {
			t.Errorf("%s: a caller waits for %v, 5 of 100 for %v", test.name, took[n-1], took[n*95/100])
		}
	}
}

// An echo is believed in once it was heard: the agent stops itself in its first
// utterance at most.
func TestEchoIsProved(t *testing.T) {
	if racing {
		t.Skip("figures of one goroutine's work; make test runs this without the race detector")
	}
	first, rest, n := 0, 0, 0
	for _, db := range []float64{-6, -18, -30} {
		for _, delay := range []int{50, 110, 265, 500} {
			for _, room := range []bool{false, true} {
				rng := rand.New(rand.NewSource(int64(delay)))
				p := path{db, time.Duration(delay) * time.Millisecond, room, 8}
				ref := NewReference()
				g := NewGuard(ref, false)
				for i, line := range agentLines {
					played := append(say(t, "slt", line), make([]int16, rate)...)
					began, stops := listenWith(t, ref, g, played, mix(p.echo(played, rng), nil, 0))
					if i == 0 {
						n++
						first += min(1, len(stops))
						continue
					}
					if len(began)+len(stops) > 0 {
						rest++
						t.Logf("%+v: utterances began at %v and stopped the agent at %v in its utterance %d", p, began, stops, i)
					}
				}
				if !g.Echoes() {
					t.Errorf("%+v: no echo is known", p)
				}
			}
		}
	}
	t.Logf("of %d calls the agent stops itself in the first utterance in %d, later in %d of %d utterances", n, first, rest, n*(len(agentLines)-1))
	if rest > 1 {
		t.Errorf("the agent stops itself %d times after its first utterance", rest)
	}
}

// Where the echo has gone, as with a headset, it is forgotten.
func TestEchoIsForgotten(t *testing.T) {
	played := say(t, "slt", agentLines...)
	rng := rand.New(rand.NewSource(1))
	ref := NewReference()
	g := NewGuard(ref, false)
	listenWith(t, ref, g, played, mix(path{-12, 110 * time.Millisecond, false, 8}.echo(played, rng), nil, 0))
	if !g.Echoes() {
		t.Fatal("no echo is known")
	}
	listenWith(t, ref, g, played, mix(path{noise: 8}.echo(played, rng), nil, 0))
	if g.Echoes() {
		t.Error("an echo is believed in that has gone")
	}
}
