// Package logging makes the process's logger: text for people, JSON for
// machines, and without a caller's words unless somebody asked for them.
//
// The house rule is that what callers say, their names and addresses go into
// log records only as attributes inside slog.Group("pii", …). This package
// keeps the other half: unless Options.PII is set, every attribute inside a
// group of that name is dropped, at any depth, whether the group is an
// attribute or was opened by WithGroup. The message itself is never changed, so
// it must not carry such words.
package logging

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// Group is the name of the groups that may be dropped.
const Group = "pii"

// Options say how to log.
type Options struct {
	Format string     // text or json
	Level  slog.Level // the least that is logged
	PII    bool       // keep the groups named pii
}

// New returns a logger to w. It fails where Format is neither text nor json.
func New(w io.Writer, o Options) (*slog.Logger, error) {
	ho := &slog.HandlerOptions{Level: o.Level}
	var h slog.Handler
	switch o.Format {
	case "text":
		h = slog.NewTextHandler(w, ho)
	case "json":
		h = slog.NewJSONHandler(w, ho)
	default:
		return nil, fmt.Errorf("log format %q is neither text nor json", o.Format)
	}
	if !o.PII {
		h = dropper{next: h}
	}
	return slog.New(h), nil
}

// dropper passes records on without their pii. It does not use ReplaceAttr,
// because slog's handlers forget to leave a group that turns out empty.
type dropper struct {
	next   slog.Handler
	inside bool // a group named pii is open: every further attribute is in it
}

func (d dropper) Enabled(ctx context.Context, l slog.Level) bool { return d.next.Enabled(ctx, l) }

func (d dropper) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	if !d.inside {
		r.Attrs(func(a slog.Attr) bool {
			if a, keep := strip(a); keep {
				clean.AddAttrs(a)
			}
			return true
		})
	}
	return d.next.Handle(ctx, clean)
}

func (d dropper) WithAttrs(attrs []slog.Attr) slog.Handler {
	if d.inside {
		return d
	}
	return dropper{next: d.next.WithAttrs(stripAll(attrs))}
}

func (d dropper) WithGroup(name string) slog.Handler {
	if d.inside || name == Group {
		return dropper{next: d.next, inside: true}
	}
	return dropper{next: d.next.WithGroup(name)}
}

// strip is a without what is pii in it, keep false when nothing is left.
func strip(a slog.Attr) (_ slog.Attr, keep bool) {
	if a.Key == Group {
		return a, false
	}
	a.Value = a.Value.Resolve()
	if a.Value.Kind() == slog.KindGroup {
		a.Value = slog.GroupValue(stripAll(a.Value.Group())...)
	}
	return a, true
}

func stripAll(attrs []slog.Attr) []slog.Attr {
	kept := make([]slog.Attr, 0, len(attrs))
	for _, a := range attrs {
		if a, keep := strip(a); keep {
			kept = append(kept, a)
		}
	}
	return kept
}
