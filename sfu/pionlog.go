package sfu

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLog makes Pion's log lines records of ours. Pion speaks of single peers
// and says again at every layer what the layer below said, so its errors and
// warnings are debug records here; what matters comes back as an error or as
// a state and is logged where it is known whom it concerns. Its lines carry
// addresses, so the text is personal data.
type pionLog struct{ log *slog.Logger }

func (f pionLog) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{log: f.log.With("scope", scope)}
}

type pionLogger struct{ log *slog.Logger }

func (l pionLogger) write(s string) {
	l.log.LogAttrs(context.Background(), slog.LevelDebug, "pion", slog.Group("pii", slog.String("text", s)))
}

func (l pionLogger) writef(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.write(fmt.Sprintf(format, args...))
	}
}

func (l pionLogger) Trace(string)                 {}
func (l pionLogger) Tracef(string, ...any)        {}
func (l pionLogger) Debug(string)                 {}
func (l pionLogger) Debugf(string, ...any)        {}
func (l pionLogger) Info(string)                  {}
func (l pionLogger) Infof(string, ...any)         {}
func (l pionLogger) Warn(msg string)              { l.write(msg) }
func (l pionLogger) Warnf(f string, args ...any)  { l.writef(f, args...) }
func (l pionLogger) Error(msg string)             { l.write(msg) }
func (l pionLogger) Errorf(f string, args ...any) { l.writef(f, args...) }

// quiet is a Pion logger that says nothing.
type quiet struct{}

func (quiet) Trace(string)          {}
func (quiet) Tracef(string, ...any) {}
func (quiet) Debug(string)          {}
func (quiet) Debugf(string, ...any) {}
func (quiet) Info(string)           {}
func (quiet) Infof(string, ...any)  {}
func (quiet) Warn(string)           {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Error(string)          {}
func (quiet) Errorf(string, ...any) {}
