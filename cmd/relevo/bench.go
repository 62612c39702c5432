package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// benches are what can be measured, each a command of its own:
// relevo bench NAME [flags].
func benches() []command {
	return []command{
		{"agent", "the voice agent by recorded callers: cut-offs, answers, barge-ins, memory, word errors", benchAgentCommand},
		{"questions", "test questions for a language model: handed over when it should, and not when it should not", benchQuestions},
	}
}

// errMissed says that a target was missed; the report says which.
var errMissed = errors.New("a target was missed")

func benchCommand(*flag.FlagSet) func(context.Context, []string, env) error {
	return func(ctx context.Context, args []string, e env) error {
		if len(args) == 0 {
			benchHelp(e.Stderr)
			return errUsage
		}
		if args[0] == "help" {
			benchHelp(e.Stdout)
			return nil
		}
		for _, c := range benches() {
			if c.name != args[0] {
				continue
			}
			fs := flag.NewFlagSet("bench "+c.name, flag.ContinueOnError)
			fs.SetOutput(e.Stderr)
			do := c.flags(fs)
			if err := parse(fs, args[1:], e.Environ); err != nil {
				if errors.Is(err, flag.ErrHelp) {
					return err
				}
				return fmt.Errorf("%w (see relevo bench %s --help)", err, c.name)
			}
			return do(ctx, fs.Args(), e)
		}
		fmt.Fprintf(e.Stderr, "relevo: there is no bench %q\n\n", args[0])
		benchHelp(e.Stderr)
		return errUsage
	}
}

func benchHelp(w io.Writer) {
	var b strings.Builder
	b.WriteString("relevo bench measures a part and says whether its targets are met; exit code 1 where one is missed.\n\n")
	for _, c := range benches() {
		fmt.Fprintf(&b, "  relevo bench %-9s %s\n", c.name, c.summary)
	}
	b.WriteString("\nrelevo bench NAME --help tells the flags.\n")
	_, _ = io.WriteString(w, b.String()) // nobody is left to be told
}
