package logging

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

type words struct{ text string }

func (w words) LogValue() slog.Value { return slog.GroupValue(slog.String("text", w.text)) }

func TestPIIIsDropped(t *testing.T) {
	const secret = "my card is 4111"
	say := map[string]func(*slog.Logger){
		"group":      func(l *slog.Logger) { l.Info("heard", slog.Group("pii", "text", secret), "call", "c1") },
		"with":       func(l *slog.Logger) { l.With(slog.Group("pii", "text", secret)).Info("heard", "call", "c1") },
		"with group": func(l *slog.Logger) { l.With("call", "c1").WithGroup("pii").Info("heard", "text", secret) },
		"nested inside": func(l *slog.Logger) {
			l.Info("heard", "call", "c1", slog.Group("pii", slog.Group("who", "name", secret)))
		},
		"nested in": func(l *slog.Logger) {
			l.Info("heard", "call", "c1", slog.Group("leg", slog.Group("pii", "name", secret)))
		},
		"plain":  func(l *slog.Logger) { l.Info("heard", "call", "c1", "pii", secret) },
		"valuer": func(l *slog.Logger) { l.Info("heard", "call", "c1", "pii", words{secret}) },
	}
	for name, f := range say {
		for _, format := range []string{"text", "json"} {
			for _, keep := range []bool{false, true} {
				t.Run(name+"/"+format, func(t *testing.T) {
					var b bytes.Buffer
					l, err := New(&b, Options{Format: format, PII: keep})
					if err != nil {
						t.Fatal(err)
					}
					f(l)
					out := b.String()
					if strings.Contains(out, secret) != keep {
						t.Errorf("PII %v, logged %q", keep, out)
					}
					if !keep && strings.Contains(out, "pii") {
						t.Errorf("an empty group is left in %q", out)
					}
					if !strings.Contains(out, "heard") || !strings.Contains(out, "c1") {
						t.Errorf("what is no pii is missing from %q", out)
					}
				})
			}
		}
	}
}

func TestLevelAndFormat(t *testing.T) {
	var b bytes.Buffer
	l, err := New(&b, Options{Format: "text", Level: slog.LevelWarn})
	if err != nil {
		t.Fatal(err)
	}
	l.Info("quiet")
	if b.Len() != 0 {
		t.Errorf("logged %q below the level", b.String())
	}
	if _, err := New(&b, Options{Format: "xml"}); err == nil {
		t.Error("format xml was taken")
	}
}
