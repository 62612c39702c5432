package simulate

import (
	"math"

	"github.com/pion/logging"
)

func round(x float64) float64 { return math.Round(x*100) / 100 }

// silentFactory makes Pion's loggers, which say nothing: what matters is
// measured.
type silentFactory struct{}

// NewLogger implements logging.LoggerFactory.
func (silentFactory) NewLogger(string) logging.LeveledLogger { return silent{} }

type silent struct{}

func (silent) Trace(string)          {}
func (silent) Tracef(string, ...any) {}
func (silent) Debug(string)          {}
func (silent) Debugf(string, ...any) {}
func (silent) Info(string)           {}
func (silent) Infof(string, ...any)  {}
func (silent) Warn(string)           {}
func (silent) Warnf(string, ...any)  {}
func (silent) Error(string)          {}
func (silent) Errorf(string, ...any) {}
