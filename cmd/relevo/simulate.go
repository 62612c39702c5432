package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/relevo/relevo/cmd/relevo/simulate"
)

// errExceeded says that a limit was exceeded; the report says which.
var errExceeded = errors.New("a limit was exceeded")

func simulateCommand(fs *flag.FlagSet) func(context.Context, []string, env) error {
	var o simulate.Options
	var self, targets bool
	var data string
	fs.StringVar(&o.URL, "url", "http://127.0.0.1:8080", "`URL` of the server")
	fs.StringVar(&o.Key, "key", "devkey", "API `key`")
	fs.StringVar(&o.Secret, "secret", "devsecret", "its `secret`")
	fs.IntVar(&o.PID, "pid", 0, "process `id` of the server, where it runs on this machine (default: ask its /metrics)")
	fs.BoolVar(&self, "self", false, "start a server of one's own, with scripted engines, and stop it afterwards")
	fs.StringVar(&data, "self-data", "", "`folder` of that server's database (default: a temporary one)")
	fs.IntVar(&o.Calls, "calls", 50, "calls at the same time")
	fs.IntVar(&o.Observers, "observers", 1, "observers in each call")
	fs.IntVar(&o.Takeovers, "takeovers", 1, "takeovers of each call, 0 for none and no human")
	fs.DurationVar(&o.Duration, "duration", time.Minute, "how long the calls last")
	fs.IntVar(&o.Joining, "joining", 4, "calls that join at the same time")
	fs.BoolVar(&targets, "targets", false, "fail where a target of the project is missed")
	fs.Float64Var(&o.Limits.Loss, "max-loss", 0, "fail above this loss in `percent`")
	fs.DurationVar(&o.Limits.ForwardLatency, "max-latency", 0, "fail above this forward latency, 99th percentile, as those below")
	fs.DurationVar(&o.Limits.CutoverGap, "max-cutover-gap", 0, "fail above this gap at the caller")
	fs.DurationVar(&o.Limits.ClaimToAISilent, "max-ai-silent", 0, "fail above this time from claim to the AI's silence")
	fs.DurationVar(&o.Limits.ClaimToHuman, "max-human-audible", 0, "fail above this time from claim to the human's voice")
	fs.BoolVar(&o.Limits.Leaks, "strict", false, "fail where anything is left, an AI packet follows a cut or a call fails")
	return func(ctx context.Context, _ []string, e env) error {
		if o.Calls < 1 || o.Observers < 0 || o.Takeovers < 0 || o.Duration < 10*time.Second {
			return errors.New("--calls must be 1 at least, --duration 10s, and nothing may be negative")
		}
		if targets {
			o.Limits = simulate.Targets()
		}
		o.Progress = e.Stderr
		ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		run := simulate.Run
		if self {
			run = func(ctx context.Context, o simulate.Options) (*simulate.Report, error) {
				return simulate.RunSelf(ctx, o, data)
			}
		}
		report, err := run(ctx, o)
		if err != nil {
			return err
		}
		b, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		fmt.Fprintln(e.Stdout, string(b))
		if len(report.Exceeded) > 0 {
			return errExceeded
		}
		return nil
	}
}
