package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

const envPrefix = "RELEVO_"

// envName is the variable that sets a flag.
func envName(flagName string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

// parse reads args into fs and then, for each flag that args do not name, its
// variable from environ. What remains of args is in fs.Args.
func parse(fs *flag.FlagSet, args, environ []string) error {
	fs.Usage = func() { usage(fs, fs.Output()) }
	if err := fs.Parse(args); err != nil {
		return err
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	values := variables(environ)
	var err error
	fs.VisitAll(func(f *flag.Flag) {
		v, ok := values[envName(f.Name)]
		if !ok || given[f.Name] || err != nil {
			return
		}
		if setErr := fs.Set(f.Name, v); setErr != nil {
			err = fmt.Errorf("%s=%q: %w", envName(f.Name), v, setErr)
		}
	})
	return err
}

// variables are the RELEVO_ ones of environ.
func variables(environ []string) map[string]string {
	values := map[string]string{}
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, envPrefix) {
			values[name] = value
		}
	}
	return values
}

// unknownVariables are the RELEVO_ variables that no flag of sets has; most
// likely they are misspelt.
func unknownVariables(environ []string, sets ...*flag.FlagSet) []string {
	values := variables(environ)
	for _, fs := range sets {
		fs.VisitAll(func(f *flag.Flag) { delete(values, envName(f.Name)) })
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func usage(fs *flag.FlagSet, w io.Writer) {
	fmt.Fprintf(w, "relevo %s [flags]; every flag is also a variable, e.g. --log-level is %s\n\n", fs.Name(), envName("log-level"))
	fs.VisitAll(func(f *flag.Flag) {
		value, text := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  --%s %s\n        %s", f.Name, value, text)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
}

// list is a flag that may be given many times, or once with commas.
type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

// Set implements flag.Value.
func (l *list) Set(s string) error {
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			*l = append(*l, item)
		}
	}
	return nil
}

// words is a list in which a value may have commas: it may be given once with
// spaces between.
type words []string

func (w *words) String() string { return strings.Join(*w, " ") }

// Set implements flag.Value.
func (w *words) Set(s string) error {
	*w = append(*w, strings.Fields(s)...)
	return nil
}
