package agentbot

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/brain"
)

// The local brain admits in the caller's language that it does not know, and is
// heard doing so.
func TestBrainAdmits(t *testing.T) {
	inBubble(t, func(w *world) {
		w.behind = func(e Engines) Engines { e.LLM = brain.New(brain.Config{}); return e }
		w.begin()
		w.pass(time.Second)
		if said := strings.Join(w.turn("Wie ist morgen das Wetter in Hamburg?"), " "); !strings.Contains(said, "weiß ich nicht") {
			t.Errorf("said %q", said)
		}
	})
}
