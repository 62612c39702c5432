package bench

import (
	"cmp"
	"github.com/relevo/relevo/agentbot"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4/vnet"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/bench/score"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
	"github.com/relevo/relevo/sfu"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var delays = score.Delays{ASR: 150 * time.Millisecond, LLM: 200 * time.Millisecond, TTS: 100 * time.Millisecond}

// bench runs a bench in a bubble.
func bench(t *testing.T, o Options) (results []Result) {
	c, err := corpus.Load()
	if err != nil {
		t.Fatal(err)
	}
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
		e, err := sfu.NewEngine(sfu.EngineConfig{Net: network, UDPAddr: "10.0.0.1:7000"})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		o.Corpus, o.Rooms, o.VAD = c, e, vad.WebRTC{}
		if o.Calls == nil {
			o.Calls = c.Calls
		}
		if results, err = Run(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	})
	return results
}

func TestTry(t *testing.T) {
	start := time.Now()
	results := bench(t, Options{Delays: delays, Levels: strings.Split(cmp.Or(os.Getenv("SNR"), "clean,20,10,5"), ","), Noise: os.Getenv("NOISE"), Agent: agentbot.Config{Preemptive: atoi(os.Getenv("PRE"))}})
	byLevel := map[string]*score.Figures{}
	for _, r := range results {
		if byLevel[r.Level] == nil {
			byLevel[r.Level] = &score.Figures{}
		}
		byLevel[r.Level].Merge(r.Figures)
	}
	for _, l := range Levels() {
		f := byLevel[l]
		if f == nil {
			continue
		}
		t.Logf("%s: %+v", l, struct{ T, C, S, M, N, FI, P, B, U, W, NH, NR int }{f.Turns, f.CutOffs, f.Splits, f.Missed, f.Noises, f.FalseIn, f.Pauses, f.Barges, f.Unheeded, f.Words, f.NotHeard, f.NotRemembered})
		for name, d := range map[string]score.Times{"perceived": f.Perceived, "endpointing": f.Endpointing, "overhead": f.Overhead, "stop": f.BargeStop, "pause": f.PauseLength} {
			t.Logf("   %-12s %4d  %v %v %v", name, len(d), d.Quantile(0.5), d.Quantile(0.95), d.Quantile(1))
		}
	}
	for _, r := range results {
		for _, i := range r.Figures.Incidents {
			if i.What != "falsePause" || i.Level != "clean" {
				t.Logf("%-8s %-13s %-6s %-16s %7.2f %s", i.Level, i.What, i.Noise, i.Call, i.At.Seconds(), i.Why)
			}
		}
	}
	for _, r := range results {
		for i, d := range r.Figures.BargeStop {
			if d > 280*time.Millisecond {
				t.Log("slow barge", r.Level, r.Record.Noise, r.Record.Call, i, d)
			}
		}
	}
	t.Log(time.Since(start))
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }
