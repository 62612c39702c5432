package main

import (
	"context"
	"flag"
	"fmt"
	"io"
)

// benches are what relevo bench can measure.
func benches() []command {
	return []command{
		{"agent", "the voice agent, by recorded conversations", benchAgentCommand},
	}
}

// benchCommand looks up what is to be measured; the flags are the bench's.
func benchCommand(*flag.FlagSet) func(context.Context, []string, env) error {
	return func(ctx context.Context, args []string, e env) error {
		if len(args) == 0 {
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
				return err
			}
			return do(ctx, fs.Args(), e)
		}
		fmt.Fprintf(e.Stderr, "relevo: there is no bench %q\n\n", args[0])
		benchHelp(e.Stderr)
		return errUsage
	}
}

func benchHelp(w io.Writer) {
	fmt.Fprint(w, "relevo bench measures.\n\n")
	for _, c := range benches() {
		fmt.Fprintf(w, "  relevo bench %-9s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nrelevo bench WHAT --help tells the flags.\n")
}
