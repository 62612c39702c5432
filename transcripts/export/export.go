package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/relevo/relevo/transcripts"
)

// Format is a format of an export, named as its file's extension.
type Format string

// The formats.
const (
	FormatText Format = "txt"
	FormatJSON Format = "json"
	FormatVTT  Format = "vtt"
	FormatSRT  Format = "srt"
)

var contentTypes = map[Format]string{
	FormatText: "text/plain; charset=utf-8",
	FormatJSON: "application/json",
	FormatVTT:  "text/vtt; charset=utf-8",
	FormatSRT:  "application/x-subrip; charset=utf-8",
}

// ContentType is the media type of the format, "" for one that is none.
func (f Format) ContentType() string { return contentTypes[f] }

// Options of an export. The zero value is what a caller may see.
type Options struct {
	// Start is the moment that is 00:00:00, usually the call's Created; zero is
	// the start of the earliest entry.
	Start time.Time
	// Private includes private entries, the words that were never heard, and where
	// sentences come from.
	Private bool
}

// Write writes entries in a format.
func Write(w io.Writer, f Format, entries []transcripts.Entry, o Options) error {
	switch f {
	case FormatText:
		return Text(w, entries, o)
	case FormatJSON:
		return JSON(w, entries, o)
	case FormatVTT:
		return WebVTT(w, entries, o)
	case FormatSRT:
		return SRT(w, entries, o)
	}
	return fmt.Errorf("export: unknown format %q", f)
}

// visible drops what may not be shown and settles the start.
func visible(entries []transcripts.Entry, o *Options) []transcripts.Entry {
	var list []transcripts.Entry
	for _, e := range entries {
		if e.Private && !o.Private {
			continue
		}
		if !o.Private {
			e.Unspoken = ""
			if e.Kind == transcripts.KindSentence {
				e.Data = nil
			}
		}
		list = append(list, e)
	}
	if o.Start.IsZero() {
		for _, e := range list {
			if !e.Start.IsZero() && (o.Start.IsZero() || e.Start.Before(o.Start)) {
				o.Start = e.Start
			}
		}
	}
	return list
}

// offset is when something was, from the start of the call; 0 for what has no
// time or was before.
func (o Options) offset(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return max(0, t.Sub(o.Start))
}

// jsonEntry has the names of an entry in the wire protocol.
type jsonEntry struct {
	Seq        int64           `json:"seq"`
	Time       int64           `json:"time"`   // Unix milliseconds
	Offset     int64           `json:"offset"` // milliseconds from the start of the call
	EndTime    int64           `json:"endTime,omitempty"`
	Kind       string          `json:"kind"`
	Role       string          `json:"role,omitempty"`
	SpeakerID  string          `json:"speakerId,omitempty"`
	Name       string          `json:"name,omitempty"`
	SentenceID string          `json:"sentenceId,omitempty"`
	Text       string          `json:"text,omitempty"`
	Cut        bool            `json:"cut,omitempty"`
	Unspoken   string          `json:"unspoken,omitempty"`
	Private    bool            `json:"private,omitempty"`
	Event      string          `json:"event,omitempty"`
	Epoch      uint64          `json:"epoch"`
	Data       json.RawMessage `json:"data,omitempty"`
}

// JSON writes {"callId", "start", "entries": […]}.
func JSON(w io.Writer, entries []transcripts.Entry, o Options) error {
	list := visible(entries, &o)
	document := struct {
		CallID  string      `json:"callId,omitempty"`
		Start   *time.Time  `json:"start,omitempty"`
		Entries []jsonEntry `json:"entries"`
	}{Entries: []jsonEntry{}}
	if !o.Start.IsZero() {
		start := o.Start.UTC()
		document.Start = &start
	}
	for _, e := range list {
		document.CallID = e.CallID
		document.Entries = append(document.Entries, jsonEntry{
			Seq: e.Seq, Time: milliseconds(e.Start), Offset: o.offset(e.Start).Milliseconds(), EndTime: milliseconds(e.End),
			Kind: string(e.Kind), Role: e.Role, SpeakerID: e.SpeakerID, Name: e.Name, SentenceID: e.SentenceID,
			Text: e.Text, Cut: e.Cut, Unspoken: e.Unspoken, Private: e.Private, Event: e.Event, Epoch: e.Epoch, Data: e.Data,
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Text writes a line an entry: [00:00:12] Ada (agent): Good morning.
func Text(w io.Writer, entries []transcripts.Entry, o Options) error {
	list := visible(entries, &o)
	var b strings.Builder
	if !o.Start.IsZero() {
		fmt.Fprintf(&b, "Call of %s\n\n", o.Start.UTC().Format("2006-01-02 15:04:05 MST"))
	}
	for _, e := range list {
		at := o.offset(e.Start) / time.Second
		fmt.Fprintf(&b, "[%02d:%02d:%02d] %s\n", at/3600, at/60%60, at%60, strings.ReplaceAll(textOf(e), "\n", "\n           "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func textOf(e transcripts.Entry) string {
	if e.Kind == transcripts.KindEvent {
		return "* " + eventOf(e)
	}
	var remarks []string
	if role := line(e.Role); role != speaker(e) && role != "" {
		remarks = append(remarks, role)
	}
	if e.Kind == transcripts.KindMessage {
		remarks = append(remarks, "typed")
	}
	if e.Private {
		remarks = append(remarks, "private")
	}
	text := speaker(e)
	if len(remarks) > 0 {
		text += " (" + strings.Join(remarks, ", ") + ")"
	}
	text += ": " + spoken(e)
	if unspoken := line(e.Unspoken); unspoken != "" {
		text += " [not heard: " + unspoken + "]"
	}
	return text
}

// events says in words what an event's entry records.
var events = map[string]string{
	"joined":    "joined",
	"left":      "left",
	"request":   "asked for a human",
	"cancel":    "no longer wants a human",
	"willStart": "is about to take over",
	"human":     "has taken over",
	"failed":    "could not take over",
	"lost":      "was lost",
	"returning": "is handing back to the AI",
	"ai":        "the AI has the call",
	"restarted": "the server was restarted, the call goes on",
	"ended":     "the call has ended",
}

func eventOf(e transcripts.Entry) string {
	what, known := events[e.Event]
	if !known {
		what = line(e.Event)
	}
	if e.Event != "ai" && e.Event != "ended" && (e.Name != "" || e.Role != "") {
		what = speaker(e) + " " + what
	}
	if text := line(e.Text); text != "" {
		what += ": " + text
	}
	return what
}

// spoken is a sentence as it was heard; the dash says that it was broken off.
func spoken(e transcripts.Entry) string {
	text := clean(e.Text)
	if e.Cut && text != "" {
		text += " —"
	}
	return text
}

// speaker is who an entry is by, never empty.
func speaker(e transcripts.Entry) string {
	for _, s := range []string{e.Name, e.Role, e.SpeakerID} {
		if s = line(s); s != "" {
			return s
		}
	}
	return "unknown"
}

// clean makes text safe to show: no control characters but the newline, no
// blank lines, no space around lines.
func clean(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		l = strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case unicode.IsControl(r):
				return -1
			case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
				return -1 // would turn round what follows, names and times included
			}
			return r
		}, strings.ToValidUTF8(l, "\uFFFD"))
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// line is clean text in one line.
func line(text string) string { return strings.ReplaceAll(clean(text), "\n", " ") }
