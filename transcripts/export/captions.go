package export

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/relevo/relevo/transcripts"
)

// How long a cue is shown.
const (
	minCue      = 100 * time.Millisecond
	readingMin  = 1500 * time.Millisecond
	readingMax  = 7 * time.Second
	readingRune = 60 * time.Millisecond
)

// cue is a caption, in time from the start of the call, whole milliseconds.
type cue struct {
	seq        int64
	start, end time.Duration
	least      time.Duration // of it that the next one leaves: what it takes to read it, or all
	speaker    string        // who it must not overlap with itself
	name, text string
}

// cues are the captions of entries in order of their start. Those of one line
// do not overlap: line tells the line of a cue.
func cues(entries []transcripts.Entry, o Options, line func(cue) string) []cue {
	var list []cue
	for _, e := range entries {
		text := spoken(e)
		if e.Kind == transcripts.KindEvent || text == "" {
			continue
		}
		if e.Kind == transcripts.KindMessage {
			text = "[typed] " + text
		}
		if e.Private {
			text = "[private] " + text
		}
		c := cue{seq: e.Seq, start: o.offset(e.Start).Truncate(time.Millisecond), name: speaker(e), text: text, speaker: e.SpeakerID}
		if c.speaker == "" {
			c.speaker = c.name
		}
		c.least = min(readingMax, max(readingMin, time.Duration(utf8.RuneCountInString(text))*readingRune))
		c.end = o.offset(e.End).Truncate(time.Millisecond)
		if e.End.IsZero() || c.end <= c.start {
			c.end = c.start + c.least
		}
		c.end = max(c.end, c.start+minCue)
		c.least = min(c.least, c.end-c.start)
		list = append(list, c)
	}
	byStart := func(a, b cue) int { return cmp.Compare(a.start, b.start) }
	slices.SortStableFunc(list, byStart)
	last := map[string]int{} // index+1 of the cue before, by line
	for i := range list {
		c := &list[i]
		before := last[line(*c)]
		last[line(*c)] = i + 1
		if before == 0 {
			continue
		}
		// The later sentence cuts the earlier short, but waits until that can
		// have been read, and ends later where it would itself be too short.
		p := &list[before-1]
		c.start = max(c.start, p.start+p.least)
		c.end = max(c.end, c.start+c.least)
		p.end = min(p.end, c.start)
	}
	slices.SortStableFunc(list, byStart)
	return list
}

// WebVTT writes the captions of a call: https://www.w3.org/TR/webvtt1/. A cue's
// identifier is the seq of its entry. Events are comments at their place.
func WebVTT(w io.Writer, entries []transcripts.Entry, o Options) error {
	list := visible(entries, &o)
	type block struct {
		at   time.Duration
		text string
	}
	var blocks []block
	for _, c := range cues(list, o, func(c cue) string { return c.speaker }) {
		blocks = append(blocks, block{c.start, fmt.Sprintf("%d\n%s --> %s\n<v %s>%s\n", c.seq, stamp(c.start, '.'), stamp(c.end, '.'), annotation(c.name), escape(c.text))})
	}
	for _, e := range list {
		if e.Kind == transcripts.KindEvent {
			at := o.offset(e.Start)
			// A comment is no cue text: nothing is escaped, but the arrow would begin a cue.
			blocks = append(blocks, block{at, fmt.Sprintf("NOTE %s %s\n", stamp(at, '.'), noArrow(eventOf(e)))})
		}
	}
	slices.SortStableFunc(blocks, func(a, b block) int { return cmp.Compare(a.at, b.at) })
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, block := range blocks {
		b.WriteString("\n" + block.text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// SRT writes the captions of a call as SubRip, numbered from 1, one at a time.
func SRT(w io.Writer, entries []transcripts.Entry, o Options) error {
	var b strings.Builder
	for i, c := range cues(visible(entries, &o), o, func(cue) string { return "" }) {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%d\n%s --> %s\n%s: %s\n", i+1, stamp(c.start, ','), stamp(c.end, ','), noArrow(c.name), noArrow(c.text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// stamp is hh:mm:ss and milliseconds; hours take more digits where they must.
func stamp(d time.Duration, point byte) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d%c%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, point, ms%1000)
}

// escape makes cue text of text: https://www.w3.org/TR/webvtt1/#cue-text
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// annotation is the name in a voice tag. One that ends in "--" would make an
// arrow with the tag's end; readers strip the space that prevents it.
func annotation(name string) string {
	if name = escape(name); strings.HasSuffix(name, "--") {
		name += " "
	}
	return name
}

// noArrow keeps text that cannot be escaped from reading as a timing line.
func noArrow(text string) string { return strings.ReplaceAll(text, "-->", "→") }
