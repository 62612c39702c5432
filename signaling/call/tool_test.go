package call_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/wire"
)

// A tool's call is a private entry of the log and a line for those at the desk;
// the caller sees nothing of it, whatever its epoch.
func TestToolInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newTalk(t, nil)
		defer k.end()
		time.Sleep(time.Second)
		late := k.c.Info().Epoch
		k.bot(0).events.ToolCalled(call.ToolCall{Epoch: late, Name: "cancel_order", Arguments: `{"order":"12"}`, Status: "ok", Code: 200,
			Duration: 340 * time.Millisecond, Size: 20, Excerpt: `{"state":"cancelled"}`, Confirmed: true, Spoken: true})
		k.dana.Do(wire.MethodTakeover, inMode(1), nil)
		time.Sleep(time.Second)
		k.bot(0).events.ToolCalled(call.ToolCall{Epoch: late, Name: "note", Status: "unknown", Reason: "sent, and no answer", Duration: 5 * time.Second})
		time.Sleep(time.Second)

		var found []string
		for _, e := range k.entries(k.c) {
			if e.Event != "tool" {
				continue
			}
			found = append(found, e.Text)
			var data map[string]any
			if !e.Private || e.Role != "agent" || json.Unmarshal(e.Data, &data) != nil || data["name"] == "" || data["status"] == "" {
				t.Errorf("entry %+v", e)
			}
		}
		want := []string{`Tool cancel_order {"order":"12"}: ok (HTTP 200), 0.3 s, the caller agreed`, `Tool note: unknown, 5.0 s, sent, and no answer, the caller was not told`}
		if strings.Join(found, "\n") != strings.Join(want, "\n") {
			t.Errorf("log\n%s", strings.Join(found, "\n"))
		}
		var lines []string
		for _, e := range k.dana.Channelled(wire.TypeTypedMessage) {
			var m wire.TypedMessage
			if err := json.Unmarshal(e.Data, &m); err != nil || !m.Private || m.Seq == 0 {
				t.Errorf("%s: %v", e.Data, err)
			}
			lines = append(lines, m.Text)
		}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("the human reads\n%s", strings.Join(lines, "\n"))
		}
		k.dana.Do(wire.MethodReturn, nil, nil)
		time.Sleep(2 * time.Second)
		k.bot(0).note(func() {
			var events []string
			for _, l := range k.bot(0).history {
				if l.Role == "tool" {
					events = append(events, l.Name+" "+l.Text)
				}
			}
			if strings.Join(events, "|") != "cancel_order ok|note unknown" {
				t.Errorf("the AI is told %q", events)
			}
		})
		if n := len(k.caller.Channelled(wire.TypeTypedMessage)); n != 0 {
			t.Errorf("the caller reads %d lines", n)
		}
	})
}
