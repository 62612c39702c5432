package agentbot

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/chain"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// chained has a sound engine, as quick as a local one, behind each of e.
func chained(e Engines) Engines {
	cfg := chain.Config{}
	spareASR := &scripted.ASR{Phrases: e.ASR.(*scripted.ASR).Phrases}
	return Engines{
		VAD: e.VAD,
		ASR: chain.NewASR(cfg, chain.Link[engine.ASR]{Name: "first", Engine: e.ASR}, chain.Link[engine.ASR]{Name: "spare", Engine: spareASR, Need: 500 * ms}),
		LLM: chain.NewLLM(cfg, chain.Link[engine.LLM]{Name: "first", Engine: e.LLM}, chain.Link[engine.LLM]{Name: "spare", Engine: &scripted.LLM{}, Need: 300 * ms}),
		TTS: chain.NewTTS(cfg, chain.Link[engine.TTS]{Name: "first", Engine: e.TTS}, chain.Link[engine.TTS]{Name: "spare", Engine: &scripted.TTS{}, Need: 250 * ms}),
	}
}

// With an engine behind each that fails before its first word or sample, the
// caller is answered turn after turn, hears the agent within 2.5 s, and nobody
// hears of the trouble.
func TestEnginesBehindOneAnother(t *testing.T) {
	stall, refuse := scripted.Fault{Stall: true}, scripted.Fail(engine.Unavailable)
	for _, test := range []struct {
		name   string
		engine string
		fault  func(scripted.Op) scripted.Fault
	}{
		{"asr write refused", "asr", on(scripted.WriteASR, 1, refuse)},
		{"asr write stalls", "asr", on(scripted.WriteASR, 3, stall)},
		{"asr finish refused", "asr", on(scripted.FinishASR, 1, refuse)},
		{"asr finish stalls", "asr", on(scripted.FinishASR, 1, stall)},
		{"llm refused", "llm", on(scripted.Chat, 1, refuse)},
		{"llm unauthorized", "llm", on(scripted.Chat, 1, scripted.Fail(engine.Unauthorized))},
		{"llm stalls", "llm", on(scripted.Chat, 1, stall)},
		{"llm stalls before the first word", "llm", on(scripted.NextDelta, 1, stall)},
		{"tts refused", "tts", on(scripted.Speak, 1, refuse)},
		{"tts stalls", "tts", on(scripted.Speak, 1, stall)},
		{"tts stalls before the first sample", "tts", on(scripted.ReadPCM, 1, stall)},
		{"tts nonsense", "tts", on(scripted.Speak, 1, scripted.Fault{Nonsense: true})},
		{"all refused", "all", func(scripted.Op) scripted.Fault { return refuse }},
		{"all stall", "all", func(scripted.Op) scripted.Fault { return stall }},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, func(w *world) {
				w.behind = chained
				w.cfg.Escalation = patientRules() // the caller asks the same again and again
				asr, llm, tts := w.breakables()
				w.begin()
				w.pass(3 * time.Second)
				for name, b := range map[string]*breakable{"asr": asr, "llm": llm, "tts": tts} {
					if name == test.engine || test.engine == "all" {
						b.set(test.fault)
					}
				}
				longest := time.Duration(0)
				for range 7 {
					end := w.ear.say(400, 1500*ms)
					w.pass(8 * time.Second)
					turn := end + 600*ms // it ends there at the latest
					first := w.voice.firstLoud(end)
					if first < 0 || first > turn+2500*ms {
						t.Fatalf("turn over at %v, agent heard at %v\n%v", turn, first, w)
					}
					longest = max(longest, first-end)
					if said := strings.Join(w.said(end), " "); !strings.Contains(said, "You said: What are your opening hours.") {
						t.Errorf("said %q\n%v", said, w)
					}
				}
				if got := of[Failed](w, 0); len(got) > 0 {
					t.Errorf("failures %+v\n%v", got, w)
				}
				t.Logf("longest silence behind the caller's last word: %v", longest)
			})
		})
	}
}
