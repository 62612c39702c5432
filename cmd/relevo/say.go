package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine/local/speech"
)

func sayCommand(fs *flag.FlagSet) func(context.Context, []string, env) error {
	out := fs.String("out", "speech.wav", "WAV `file` to write")
	voice := fs.String("voice", "", "slt or rms (default slt)")
	rate := fs.Int("rate", 48000, "samples a second: 16000, 32000 or 48000")
	lead := fs.Duration("lead", 0, "silence in front")
	tail := fs.Duration("tail", 500*time.Millisecond, "silence behind")
	return func(_ context.Context, args []string, e env) error {
		text := strings.Join(args, " ")
		if strings.TrimSpace(text) == "" {
			return errors.New("say what? relevo say --out hello.wav \"Hello there.\"")
		}
		if err := speech.WriteWAV(*out, text, *voice, *lead, *tail, *rate); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.Stdout, *out)
		return err
	}
}
