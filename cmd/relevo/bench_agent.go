package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	callers "github.com/relevo/relevo/agentbot/bench"
	"github.com/relevo/relevo/agentbot/bench/corpus"
	"github.com/relevo/relevo/agentbot/engine/local"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
	"github.com/relevo/relevo/sfu"
)

func benchAgentCommand(fs *flag.FlagSet) func(context.Context, []string, env) error {
	var o callers.Options
	var names, levels list
	var asr string
	var asJSON, all, preemptive bool
	fs.Var(&names, "conversations", "`names` of the conversations, with commas (default: all)")
	fs.Var(&levels, "snr", "`dB` of speech above noise, with commas, or clean (default clean,20,10,5)")
	fs.StringVar(&o.Noise, "noise", "", "babble, street or hum (default: each conversation its own)")
	fs.IntVar(&o.Parallel, "parallel", 0, "conversations at the same time (default: 12 for each processor, with --asr local one)")
	fs.StringVar(&asr, "asr", "scripted", "scripted knows what is said, local is pocketsphinx")
	fs.DurationVar(&o.Delays.ASR, "asr-delay", 150*time.Millisecond, "what the scripted recogniser takes")
	fs.DurationVar(&o.Delays.LLM, "llm-delay", 200*time.Millisecond, "what the model takes to its first word")
	fs.DurationVar(&o.Delays.TTS, "tts-delay", 100*time.Millisecond, "what the voice takes to its first sample")
	fs.BoolVar(&preemptive, "preemptive", true, "begin to answer before the end of a turn is sure")
	fs.BoolVar(&asJSON, "json", false, "print JSON")
	fs.BoolVar(&all, "incidents", false, "print each that went wrong, with what the caller did")
	return func(ctx context.Context, _ []string, e env) error {
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		start := time.Now()
		if min(o.Delays.ASR, o.Delays.LLM, o.Delays.TTS) < 0 || o.Parallel < 0 {
			return errors.New("nothing may be negative")
		}
		if o.Noise != "" && !slices.Contains(corpus.Noises(), o.Noise) {
			return fmt.Errorf("there is no noise %q, but %s", o.Noise, strings.Join(corpus.Noises(), ", "))
		}
		var err error
		if o.Corpus, err = corpus.Load(); err != nil {
			return err
		}
		if o.Calls, err = pick(o.Corpus.Calls, names); err != nil {
			return err
		}
		o.Levels = levels
		if !preemptive {
			o.Agent.Preemptive = -1
		}
		o.VAD = vad.WebRTC{}
		switch asr {
		case "scripted":
		case "local":
			if o.Parallel == 0 {
				o.Parallel = max(1, callers.Processors())
			}
			engines, err := local.Open(local.Options{KnowledgeSentences: o.Corpus.Answers(), MaxLegs: o.Parallel})
			if err != nil {
				return err
			}
			defer engines.Close()
			o.ASR = engines.ASR
		default:
			return fmt.Errorf("there is no recogniser %q, but scripted and local", asr)
		}
		if o.Rooms, err = sfu.NewEngine(sfu.EngineConfig{UDPAddr: "127.0.0.1:0"}); err != nil {
			return err
		}
		defer o.Rooms.Close()
		o.Progress = func(done, of int) { fmt.Fprintf(e.Stderr, "\r%d of %d conversations", done, of) }
		results, err := callers.Run(ctx, o)
		fmt.Fprintln(e.Stderr)
		if err != nil {
			return err
		}
		report := callers.NewReport(o, results)
		report.Wall = time.Since(start)
		if asJSON {
			b, err := json.MarshalIndent(report, "", "  ")
			if err != nil {
				return err
			}
			fmt.Fprintln(e.Stdout, string(b))
		} else if err := report.Text(e.Stdout, all); err != nil {
			return err
		}
		if report.Missed() {
			return errMissed
		}
		return nil
	}
}

// pick are the calls with these names, nil for all.
func pick(calls []corpus.Call, names []string) (picked []corpus.Call, err error) {
	for _, name := range names {
		i := slices.IndexFunc(calls, func(c corpus.Call) bool { return c.Name == name })
		if i < 0 {
			var known []string
			for _, c := range calls {
				known = append(known, c.Name)
			}
			return nil, fmt.Errorf("there is no conversation %q, but %s", name, strings.Join(known, ", "))
		}
		picked = append(picked, calls[i])
	}
	return picked, nil
}
