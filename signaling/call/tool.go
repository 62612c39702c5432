package call

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// ToolCall is a tool that a bot's model called, with its outcome.
type ToolCall struct {
	Epoch     uint64
	Name      string
	Arguments string // JSON, clipped
	Status    string // ok, refused, timeout, unreachable, cancelled, unknown, invalid, declined, unconfirmed, tooMany
	Code      int    // of HTTP; 0 without an answer
	Duration  time.Duration
	Size      int    // bytes of the answer
	Excerpt   string // of the answer, without secrets
	Reason    string // why it is not ok
	Confirmed bool   // the caller was asked and said yes
	Spoken    bool   // the bot goes on with it; false: it came too late for that
}

// toolData is a call in the log, under the event tool.
type toolData struct {
	Name      string `json:"name"`
	Arguments string `json:"arguments,omitempty"`
	Status    string `json:"status"`
	HTTP      int    `json:"http,omitempty"`
	Millis    int64  `json:"ms"`
	Size      int    `json:"size,omitempty"`
	Excerpt   string `json:"excerpt,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Confirmed bool   `json:"confirmed,omitempty"`
	Late      bool   `json:"late,omitempty"` // nobody was told
}

// eventTool is private: arguments and answers are for the operator's people.
const eventTool = "tool"

func (b botEvents) ToolCalled(t ToolCall) {
	c := b.c
	c.box.force(func() {
		e := transcripts.Entry{
			CallID: c.id, Kind: transcripts.KindEvent, Start: time.Now(), Epoch: t.Epoch, SpeakerID: c.botID, Role: string(wire.RoleAgent), Name: c.names[c.botID].name,
			Event: eventTool, Private: true, Text: toolLine(t),
			Data: raw(toolData{t.Name, t.Arguments, t.Status, t.Code, t.Duration.Milliseconds(), t.Size, t.Excerpt, t.Reason, t.Confirmed, !t.Spoken}),
		}
		c.write(e, func(_ transcripts.Entry, err error) {
			if err != nil {
				c.log.Error("a tool's outcome was not recorded", "tool", t.Name, "status", t.Status, "http", t.Code, "error", err)
			}
		})
	})
}

// toolLine is a call as a human reads it beside the transcript.
func toolLine(t ToolCall) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Tool %s", t.Name)
	if t.Arguments != "" && t.Arguments != "{}" {
		b.WriteString(" " + t.Arguments)
	}
	b.WriteString(": " + t.Status)
	if t.Code != 0 {
		fmt.Fprintf(&b, " (HTTP %d)", t.Code)
	}
	if t.Duration > 0 {
		fmt.Fprintf(&b, ", %.1f s", t.Duration.Seconds())
	}
	if t.Confirmed {
		b.WriteString(", the caller agreed")
	}
	if t.Reason != "" {
		b.WriteString(", " + t.Reason)
	}
	if !t.Spoken {
		b.WriteString(", the caller was not told")
	}
	return b.String()
}

// toolMemory is a call as a bot remembers it that is made anew from the log:
// the tool and its status, and nothing that a caller, a model or a service said.
func toolMemory(data []byte) (l BotLine, done bool) {
	var d toolData
	if json.Unmarshal(data, &d) != nil {
		return BotLine{}, false
	}
	switch d.Status {
	case "invalid", "tooMany", "cancelled":
		return BotLine{}, false // nothing was done
	}
	return BotLine{Role: "tool", Name: d.Name, Text: d.Status}, true
}
