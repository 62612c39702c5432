package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4/vnet"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/bench/score"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
	"github.com/relevo/relevo/sfu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ms = time.Millisecond

// run plays conversations in a bubble.
func run(t *testing.T, o Options, names ...string) (Options, []Result) {
	t.Helper()
	c, err := corpus.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range c.Calls {
		if slices.Contains(names, call.Name) {
			o.Calls = append(o.Calls, call)
		}
	}
	var results []Result
	synctest.Test(t, func(t *testing.T) {
		network, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{"10.0.0.1"}})
		if err != nil {
			t.Fatal(err)
		}
		router, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
		if err != nil {
			t.Fatal(err)
		}
		if err := router.AddNet(network); err != nil {
			t.Fatal(err)
		}
		rooms, err := sfu.NewEngine(sfu.EngineConfig{Net: network, UDPAddr: "10.0.0.1:7000"})
		if err != nil {
			t.Fatal(err)
		}
		defer rooms.Close()
		o.Corpus, o.Rooms, o.VAD, o.Delays = c, rooms, vad.WebRTC{}, ordinary()
		if results, err = Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	})
	return o, results
}

// report tells what the bench found.
func report(t *testing.T, o Options, results []Result) *Report {
	t.Helper()
	r := NewReport(o, results)
	var text bytes.Buffer
	if err := r.Text(&text, true); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	return r
}

// A part of the conversations at 10 dB, in babble, street and hum: what the
// project promises of the agent, in exact time.
func TestAgentInNoise(t *testing.T) {
	names := []string{"recipe", "hotel", "returns"}
	if !testing.Short() {
		names = append(names, "appointment", "doctor", "train")
	}
	o, results := run(t, Options{Levels: []string{"10"}}, names...)
	r := report(t, o, results)
	f := &r.All
	if len(results) != len(names) || f.Turns < 6*len(names) || f.Barges < len(names) || f.Noises < 2*len(names) || f.Words < 60*len(names) {
		t.Errorf("%d conversations with %d turns, %d barge-ins, %d nods, %d words", len(results), f.Turns, f.Barges, f.Noises, f.Words)
	}
	if f.CutOffRate() > 0.03 {
		t.Errorf("%d of %d turns were cut off", f.CutOffs, f.Turns)
	}
	if f.FalseInRate() > 0.02 {
		t.Errorf("%d of %d nods and sounds stopped the agent", f.FalseIn, f.Noises)
	}
	if f.Missed*20 > f.Turns {
		t.Errorf("%d of %d ends were missed", f.Missed, f.Turns)
	}
	if off := f.NotHeard + f.NotRemembered; off*100 > f.Words {
		t.Errorf("%d words remembered and not heard, %d the other way round, of %d", f.NotHeard, f.NotRemembered, f.Words)
	}
	if f.Unheeded > 0 || f.BargeStop.Quantile(0.5) > 240*ms || f.BargeStop.Quantile(0.95) > 360*ms {
		t.Errorf("barge-ins stop the agent after %v, %v", f.BargeStop.Quantile(0.5), f.BargeStop.Quantile(0.95))
	}
	if f.Overhead.Quantile(0.95) > 40*ms || f.Perceived.Quantile(0.5) > 550*ms {
		t.Errorf("overhead %v, answers after %v", f.Overhead.Quantile(0.95), f.Perceived.Quantile(0.5))
	}
	if len(f.Failed) > 0 || f.Late.Quantile(1) > 0 {
		t.Errorf("failed: %v, late: %v", f.Failed, f.Late.Quantile(1))
	}
}

// Without preemptive generation and without noise.
func TestAgentOneAfterTheOther(t *testing.T) {
	o, results := run(t, Options{Levels: []string{Clean}, Agent: agentbot.Config{Preemptive: -1}}, "opening-hours", "recipe")
	r := report(t, o, results)
	if r.Preemptive {
		t.Error("generation was preemptive")
	}
	if got := r.All.Perceived.Quantile(0.5); got < 450*ms || got > 700*ms {
		t.Errorf("answers after %v", got)
	}
	if r.All.CutOffs+r.All.FalseIn+r.All.Missed+r.All.Unheeded+r.All.NotHeard+r.All.NotRemembered > 0 {
		t.Error("not without a fault")
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Levels map[string]struct {
			Turns int
			MS    map[string]struct{ N, P50 int } `json:"ms"`
		}
		Targets []Target
	}
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	clean := back.Levels[Clean]
	if clean.Turns != r.All.Turns || clean.MS["perceived"].P50 != int(r.All.Perceived.Quantile(0.5).Milliseconds()) || len(back.Targets) != len(r.Targets) {
		t.Errorf("as JSON: %s", b)
	}
}

func TestOptions(t *testing.T) {
	for _, level := range []string{"loud", "NaN", "+Inf", ""} {
		if _, err := Run(t.Context(), Options{Calls: []corpus.Call{{}}, Levels: []string{level}}); err == nil || !strings.Contains(err.Error(), "signal-to-noise") {
			t.Errorf("%q: %v", level, err)
		}
	}
}

func TestTargets(t *testing.T) {
	good := &score.Figures{Conversations: 1, Turns: 100, CutOffs: 3, Noises: 100, FalseIn: 2, Overhead: score.Times{40 * ms}, BargeStop: score.Times{300 * ms}, Perceived: score.Times{550 * ms}}
	bad := &score.Figures{Conversations: 1, Turns: 100, CutOffs: 4, Noises: 100, FalseIn: 3, Overhead: score.Times{81 * ms}, BargeStop: score.Times{301 * ms}, Perceived: score.Times{551 * ms}}
	for _, test := range []struct {
		figures *score.Figures
		missed  int
	}{{good, 0}, {bad, 6}} {
		r := NewReport(Options{Delays: ordinary()}, []Result{{Level: "10", Figures: test.figures}})
		n := 0
		for _, target := range r.Targets {
			if !target.Met {
				n++
			}
		}
		if len(r.Targets) != 6 || n != test.missed || r.Missed() != (n > 0) {
			t.Errorf("%+v", r.Targets)
		}
	}
}

// The whole bench in exact time, in about a minute; it measures and asserts
// nothing.
//
//	RELEVO_BENCH=1 go test -v -run TestWholeBench ./agentbot/bench
func TestWholeBench(t *testing.T) {
	if os.Getenv("RELEVO_BENCH") == "" {
		t.Skip("only with RELEVO_BENCH=1")
	}
	for _, preemptive := range []int{0, -1} {
		o, results := run(t, Options{Agent: agentbot.Config{Preemptive: preemptive}})
		report(t, o, results)
	}
}
