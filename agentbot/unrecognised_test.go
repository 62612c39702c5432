package agentbot

import (
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

// What somebody says while the recogniser is down is told without its words: who
// talks to a human then is not silent.
func TestUnrecognisedIsTold(t *testing.T) {
	inBubble(t, func(w *world) {
		asr, _, _ := w.breakables()
		w.begin()
		w.pass(3 * time.Second)
		asr.set(on(scripted.WriteASR, 1, scripted.Fail(engine.Unavailable)))
		end := w.ear.say(400, 1500*ms)
		w.pass(8 * time.Second)
		got := of[Heard](w, end-1500*ms)
		if len(got) != 1 || !got[0].Final || got[0].Text != "" || got[0].SentenceID == "" || got[0].End.Sub(got[0].Start) < time.Second {
			t.Errorf("heard %+v", got)
		}
	})
}
