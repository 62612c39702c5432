package takeover

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the diagrams into doc.go and README.md")

// want says for each state what each event leads to; "-" refuses. A state
// followed by + is one that was queued when claimed.
var want = map[string]map[Event]string{
	"ai":         {Request: "pending", Claim: "willStart", Hangup: "ended", Restart: "ai"},
	"pending":    {Request: "pending", Cancel: "ai", Claim: "willStart+", Hangup: "ended", Restart: "pending"},
	"willStart":  {Request: "willStart+", Cancel: "willStart", MediaReady: "human", ClaimTimeout: "ai", HumanLost: "ai", Release: "ai", Hangup: "ended", Restart: "willStart"},
	"willStart+": {Request: "willStart+", Cancel: "willStart", MediaReady: "human", ClaimTimeout: "pending", HumanLost: "pending", Release: "pending", Hangup: "ended", Restart: "willStart+"},
	"human":      {HandOver: "human", HumanLost: "pending", Release: "returning", CallerSilent: "returning", Hangup: "ended", Restart: "willStart+"},
	"returning":  {HumanLost: "returning", AIReady: "ai", Hangup: "ended", Restart: "ai"},
	"ended":      {},
}

func machines() map[string]Machine {
	return map[string]Machine{"ai": {State: AI}, "pending": {State: Pending}, "willStart": {State: WillStart},
		"willStart+": {State: WillStart, Queued: true}, "human": {State: Human}, "returning": {State: Returning}, "ended": {State: Ended}}
}

func name(m Machine) string {
	if m.Queued {
		return m.State.String() + "+"
	}
	return m.State.String()
}

func TestEveryPairOfStateAndEvent(t *testing.T) {
	for from, m := range machines() {
		for e := Event(0); e < numEvents; e++ {
			t.Run(fmt.Sprintf("%s->%v", from, e), func(t *testing.T) {
				next, effects, ok := m.Step(e)
				to, allowed := want[from][e]
				if ok != allowed {
					t.Fatalf("allowed = %v, want %v", ok, allowed)
				}
				if !ok {
					if next != m || effects != nil {
						t.Fatalf("a refused event changed the machine to %v with %v", next, effects)
					}
					return
				}
				if name(next) != to {
					t.Fatalf("leads to %s, want %s", name(next), to)
				}
			})
		}
	}
}

// The rules that hold whatever the table says.
func TestEffectsKeepTheInvariants(t *testing.T) {
	for from, m := range machines() {
		for e := Event(0); e < numEvents; e++ {
			next, fx, ok := m.Step(e)
			if !ok {
				continue
			}
			at := fmt.Sprintf("%s -%v-> %s", from, e, name(next))
			has := func(x Effect) bool { return slices.Contains(fx, x) }
			floorMoves := m.State.FloorHeldByHuman() != next.State.FloorHeldByHuman() && next.State != Ended
			if floorMoves != has(NextEpoch) {
				t.Errorf("%s: the floor moves %v, the epoch %v", at, floorMoves, has(NextEpoch))
			}
			if has(NextEpoch) && slices.Index(fx, NextEpoch) > max(slices.Index(fx, FloorToHuman), slices.Index(fx, FloorToAI)) {
				t.Errorf("%s: the floor is given before the epoch rises", at)
			}
			if has(FloorToHuman) != has(EvictAI) || has(FloorToAI) != has(RestoreAI) {
				t.Errorf("%s: floor and roster disagree: %v", at, fx)
			}
			if (m.State == WillStart && next.State != WillStart) != has(StopAwaiting) || (next.State == WillStart && m.State != WillStart) != has(AwaitMedia) {
				t.Errorf("%s: waiting for media is not started or stopped: %v", at, fx)
			}
			claimed := func(s State) bool { return s == WillStart || s == Human || s == Returning }
			if (claimed(m.State) && !claimed(next.State)) != has(VoidClaim) {
				t.Errorf("%s: the claim outlives its state: %v", at, fx)
			}
			if m.State == Pending && next.State != Pending && !has(Dequeue) {
				t.Errorf("%s: stays in the queue: %v", at, fx)
			}
			if m.State != Pending && next.State == Pending && !has(Enqueue) && !has(EnqueueFirst) {
				t.Errorf("%s: is not queued: %v", at, fx)
			}
			if (next.State == Ended) != has(Seal) {
				t.Errorf("%s: sealed %v", at, has(Seal))
			}
			if next.Queued && next.State != WillStart {
				t.Errorf("%s: Queued outside willStart", at)
			}
			if (m.State.FloorHeldByHuman() && !next.State.FloorHeldByHuman() && next.State != Ended) != has(TellEnded) {
				t.Errorf("%s: clients are not told that the takeover ended: %v", at, fx)
			}
			if e == Hangup && from != "ended" && next.State != Ended {
				t.Errorf("%s: a hang-up does not end the call", at)
			}
		}
	}
}

// Whatever happens, every takeover that will start is told to end exactly once:
// connected then ended, failed, or sealed.
func TestRandomWalksTellEachTakeoverOnce(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		m, open, connected, epoch := Machine{}, false, false, 0
		for range 200 {
			next, fx, ok := m.Step(Event(r.UintN(uint(numEvents))))
			if !ok {
				continue
			}
			for _, f := range fx {
				switch f {
				case TellWillStart:
					if open {
						t.Fatalf("seed %d: a second willStart in one takeover", seed)
					}
					open, connected = true, false
				case TellConnected:
					if !open || connected {
						t.Fatalf("seed %d: connected without willStart, or twice", seed)
					}
					connected = true
				case TellFailed:
					if !open || connected {
						t.Fatalf("seed %d: failed without willStart, or after connected", seed)
					}
					open = false
				case TellEnded:
					if !connected {
						t.Fatalf("seed %d: ended without connected", seed)
					}
					open, connected = false, false
				case TellHandedOver:
					if !connected {
						t.Fatalf("seed %d: handed over without connected", seed)
					}
				case NextEpoch:
					epoch++
				case SwapHuman:
					epoch += 2
				}
			}
			m = next
		}
		if m.State.FloorHeldByHuman() != (epoch%2 == 1) && m.State != Ended {
			t.Fatalf("seed %d: at epoch %d the state is %v", seed, epoch, m.State)
		}
	}
}

func TestNames(t *testing.T) {
	for s := State(0); s < numStates; s++ {
		if got, ok := ParseState(s.String()); !ok || got != s {
			t.Errorf("ParseState(%q) = %v, %v", s.String(), got, ok)
		}
	}
	if _, ok := ParseState("invalid"); ok {
		t.Error("ParseState accepts a name that is none")
	}
	for e := Event(0); e < numEvents; e++ {
		if e.String() == "" {
			t.Errorf("event %d has no name", e)
		}
	}
	for f := Effect(0); f < numEffects; f++ {
		if f.String() == "" {
			t.Errorf("effect %d has no name", f)
		}
	}
}

// The diagrams in the package documentation and in README are the table's.
// go test ./signaling/takeover -update writes them.
func TestDiagramsAreTheTables(t *testing.T) {
	indented := "//\t" + strings.TrimSuffix(strings.ReplaceAll(Text(), "\n", "\n//\t"), "//\t")
	checkBlock(t, "doc.go", "// The states and what leads from one to the other:\n", "//\n// Generated", "//\n"+indented)
	checkBlock(t, "../../README.md", "<!-- takeover:begin -->\n", "<!-- takeover:end -->", "```mermaid\n"+Mermaid()+"```\n")
}

func checkBlock(t *testing.T, file, begin, end, text string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), begin)
	old, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the diagram between %q and %q", file, begin, end)
	}
	if old == text {
		return
	}
	if !*update {
		t.Fatalf("%s shows another machine than the table; run go test ./signaling/takeover -update.\nit has:\n%s\nthe table:\n%s", file, old, text)
	}
	if err := os.WriteFile(file, []byte(head+begin+text+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
