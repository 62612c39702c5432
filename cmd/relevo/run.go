package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// env is what a command has of the process.
type env struct {
	Environ        []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

func (e env) get(name string) string {
	for _, kv := range e.Environ {
		if n, v, ok := strings.Cut(kv, "="); ok && n == name {
			return v
		}
	}
	return ""
}

// command is a subcommand: flags registers its flags and returns what to do
// once they are parsed.
type command struct {
	name, summary string
	flags         func(fs *flag.FlagSet) func(ctx context.Context, args []string, e env) error
}

func commands() []command {
	return []command{
		{"serve", "the server; --dev needs nothing else", serveCommand},
		{"simulate", "load on a server: callers, observers and humans over real UDP, measured", simulateCommand},
		{"bench", "one part measured against its targets", benchCommand},
		{"doctor", "which engines can be used here, and why not", doctorCommand},
		{"token", "a join token signed with a secret", tokenCommand},
		{"say", "speech as a WAV file", sayCommand},
		{"version", "which build this is", versionCommand},
	}
}

// errUsage says that the command line made no sense; it has been explained.
var errUsage = errors.New("usage")

// run is the process: it returns its exit code, 0 done, 1 failed, 2 misused.
func run(ctx context.Context, args []string, e env) int {
	err := dispatch(ctx, args, e)
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	}
	fmt.Fprintln(e.Stderr, "relevo:", err)
	return 1
}

func dispatch(ctx context.Context, args []string, e env) error {
	if len(args) == 0 {
		help(e.Stderr)
		return errUsage
	}
	name := args[0]
	switch name {
	case "help", "-h", "-help", "--help":
		help(e.Stdout)
		return nil
	case "--version", "-version":
		name = "version"
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		fs.SetOutput(e.Stderr)
		do := c.flags(fs)
		if err := parse(fs, args[1:], e.Environ); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return err
			}
			return fmt.Errorf("%w (see relevo %s --help)", err, c.name)
		}
		warnUnknown(e)
		return do(ctx, fs.Args(), e)
	}
	fmt.Fprintf(e.Stderr, "relevo: there is no command %q\n\n", name)
	help(e.Stderr)
	return errUsage
}

// warnUnknown tells of RELEVO_ variables that no command knows.
func warnUnknown(e env) {
	var sets []*flag.FlagSet
	for _, c := range append(commands(), benches()...) {
		fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
		c.flags(fs)
		sets = append(sets, fs)
	}
	for _, name := range unknownVariables(e.Environ, sets...) {
		fmt.Fprintf(e.Stderr, "relevo: warning: nothing knows the variable %s\n", name)
	}
}

func help(w io.Writer) {
	fmt.Fprint(w, "Relevo answers calls with an AI agent that a human can take over.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  relevo %-9s %s\n", c.name, c.summary)
	}
	fmt.Fprint(w, "\nrelevo COMMAND --help tells the flags. Start with: relevo serve --dev\n")
}

func versionCommand(*flag.FlagSet) func(context.Context, []string, env) error {
	return func(_ context.Context, _ []string, e env) error {
		_, err := fmt.Fprintln(e.Stdout, "relevo", version())
		return err
	}
}

// version is the module version where this was installed as one, else the
// commit, with what compiled it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				modified = "+changes"
			}
		}
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	if revision != "" && !strings.Contains(v, revision) {
		v += " " + revision + modified
	}
	return v + " " + info.GoVersion
}
