package export

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/transcripts"
)

var update = flag.Bool("update", false, "write the golden files")

var start = time.Date(2031, 5, 17, 9, 30, 0, 0, time.UTC)

func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

// call is a whole story: two who talk at once, a cut, typed text, guidance,
// a takeover and a hand-back, and characters that mean something to somebody.
func call() []transcripts.Entry {
	list := []transcripts.Entry{
		{Kind: transcripts.KindEvent, Start: at(0), Role: "caller", Name: "Tom <Tom>", Event: "joined"},
		{Kind: transcripts.KindSentence, Start: at(0.5), End: at(2.75), SpeakerID: "a", Role: "agent", Name: "Ada", SentenceID: "s1", Text: "Good morning, this is Ada."},
		{Kind: transcripts.KindSentence, Start: at(4), End: at(5.2), SpeakerID: "a", Role: "agent", Name: "Ada", SentenceID: "s3", Text: "We are open", Cut: true, Unspoken: "from nine to six."},
		// Began before the one above, ended after it.
		{Kind: transcripts.KindSentence, Start: at(3.9), End: at(7), SpeakerID: "c", Role: "caller", Name: "Tom <Tom>", Text: "If a < b && b > c --> then?\r\n\r\nI want a human."},
		{Kind: transcripts.KindEvent, Start: at(7.1), Role: "caller", Name: "Tom <Tom>", Event: "request", Text: "asked\nin speech", Data: json.RawMessage(`{"priority":1}`)},
		{Kind: transcripts.KindMessage, Start: at(8), SpeakerID: "h", Role: "human", Name: "Ann", Text: "Be brief.", Private: true},
		{Kind: transcripts.KindEvent, Start: at(9), Role: "human", Name: "Ann", Event: "willStart", Epoch: 1},
		{Kind: transcripts.KindEvent, Start: at(9.8), Role: "human", Name: "Ann", Event: "human", Epoch: 2},
		{Kind: transcripts.KindSentence, Start: at(10), End: at(12), SpeakerID: "h", Role: "human", Name: "Ann", Text: "Ann here. ¿Qué tal? 🙂", Epoch: 2},
		{Kind: transcripts.KindSentence, Start: at(11.5), End: at(13), SpeakerID: "h", Role: "human", Name: "Ann", Text: "It overlaps with herself.", Epoch: 2},
		{Kind: transcripts.KindMessage, Start: at(14), SpeakerID: "c", Role: "caller", Name: "Tom <Tom>", Text: "tom@example.org\n\x1b[31m\nsecond line", Epoch: 2},
		{Kind: transcripts.KindEvent, Start: at(20), Role: "human", Name: "Ann", Event: "returning", Epoch: 2},
		{Kind: transcripts.KindEvent, Start: at(20.5), Role: "agent", Name: "Ada", Event: "ai", Epoch: 3},
		{Kind: transcripts.KindEvent, Start: at(3725.0625), Event: "weather --> changed"},
		{Kind: transcripts.KindEvent, Start: at(3726), Event: "ended"},
	}
	for i := range list {
		list[i].Seq, list[i].CallID = int64(i+1), "call-1"
	}
	return list
}

func TestGolden(t *testing.T) {
	for _, private := range []bool{false, true} {
		for _, f := range []Format{FormatText, FormatJSON, FormatVTT, FormatSRT} {
			name := "call." + string(f)
			if private {
				name = "private." + string(f)
			}
			t.Run(name, func(t *testing.T) {
				var b bytes.Buffer
				if err := Write(&b, f, call(), Options{Private: private}); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", name)
				if *update {
					if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b.Bytes(), want) {
					t.Errorf("differs from %s (go test -update writes it):\n%s", path, b.Bytes())
				}
				shown := b.String()
				if !private && (strings.Contains(shown, "Be brief") || strings.Contains(shown, "nine to six")) {
					t.Error("what is private is shown")
				}
				if f != FormatJSON && strings.Contains(shown, "\x1b") {
					t.Error("an escape sequence is left")
				}
			})
		}
	}
}

func TestEmpty(t *testing.T) {
	want := map[Format]string{FormatText: "", FormatJSON: "{\n  \"entries\": []\n}\n", FormatVTT: "WEBVTT\n", FormatSRT: ""}
	for f, want := range want {
		var b strings.Builder
		if err := Write(&b, f, nil, Options{}); err != nil || b.String() != want {
			t.Errorf("%s: %q, %v", f, b.String(), err)
		}
		if f.ContentType() == "" {
			t.Errorf("%s has no content type", f)
		}
	}
	if err := Write(&strings.Builder{}, "docx", nil, Options{}); err == nil {
		t.Error("an unknown format is written")
	}
}

func TestStamp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "00:00:00.000", 999*time.Millisecond + 999*time.Microsecond: "00:00:00.999", 59*time.Minute + 60*time.Second: "01:00:00.000",
		100*time.Hour + time.Millisecond: "100:00:00.001",
	} {
		if got := stamp(d, '.'); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// parsed is a cue as a reader of the file understands it.
type parsed struct {
	id         string
	start, end time.Duration
	name, text string
}

var timing = regexp.MustCompile(`^(\d{2,}):([0-5]\d):([0-5]\d)[.,](\d{3}) --> (\d{2,}):([0-5]\d):([0-5]\d)[.,](\d{3})$`)

func duration(parts []string) time.Duration {
	var n [4]time.Duration
	for i, p := range parts {
		v, _ := strconv.Atoi(p)
		n[i] = time.Duration(v)
	}
	return n[0]*time.Hour + n[1]*time.Minute + n[2]*time.Second + n[3]*time.Millisecond
}

func parseBlocks(blocks []string) (list []parsed, err error) {
	for _, block := range blocks {
		lines := strings.Split(strings.TrimSuffix(block, "\n"), "\n")
		if strings.HasPrefix(lines[0], "NOTE ") && len(lines) == 1 && !strings.Contains(block, "-->") {
			continue
		}
		if len(lines) < 3 {
			return nil, fmt.Errorf("block %q", block)
		}
		m := timing.FindStringSubmatch(lines[1])
		if m == nil || strings.Count(block, "-->") != 1 {
			return nil, fmt.Errorf("timing of %q", block)
		}
		list = append(list, parsed{id: lines[0], start: duration(m[1:5]), end: duration(m[5:9]), text: strings.Join(lines[2:], "\n")})
	}
	return list, nil
}

var (
	voice    = regexp.MustCompile(`^<v ([^<>\n]+)>([^<>]*)$`)
	entity   = regexp.MustCompile(`&(amp|lt|gt);`)
	unescape = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

func parseVTT(s string) ([]parsed, error) {
	blocks := strings.Split(s, "\n\n")
	if blocks[0] != "WEBVTT" && s != "WEBVTT\n" {
		return nil, fmt.Errorf("header %q", blocks[0])
	}
	list, err := parseBlocks(blocks[1:])
	for i, c := range list {
		m := voice.FindStringSubmatch(c.text)
		if m == nil || strings.Contains(entity.ReplaceAllString(c.text, ""), "&") {
			return nil, fmt.Errorf("cue text %q", c.text)
		}
		list[i].name, list[i].text = unescape.Replace(strings.TrimSpace(m[1])), unescape.Replace(m[2])
	}
	return list, err
}

func parseSRT(s string) ([]parsed, error) {
	if s == "" {
		return nil, nil
	}
	list, err := parseBlocks(strings.Split(s, "\n\n"))
	for i, c := range list {
		if c.id != strconv.Itoa(i+1) {
			return nil, fmt.Errorf("cue %d has number %s", i+1, c.id)
		}
	}
	return list, err
}

// FuzzCaptions writes three entries made of the input and reads them back.
func FuzzCaptions(f *testing.F) {
	f.Add("Ada", "Good morning.", "Tom", "Hello.", int64(0), int64(2000), int64(1000))
	f.Add("A\nB", "a\r\n\r\nb-->c", "", "<b>&amp;</b>", int64(-5), int64(0), int64(0))
	f.Add("<v x>", "NOTE x\n\n00:00:01.000 --> 00:00:02.000\nhi", "&", "\x00\x1b[0m\u202e", int64(3600_000*200), int64(1), int64(99))
	f.Add("1", "2\n\n3", "1", "\u2028\u0085", int64(10), int64(10), int64(10))
	f.Fuzz(func(t *testing.T, name1, text1, name2, text2 string, t1, t2, t3 int64) {
		const century = 100 * 365 * 24 * 3600 * 1000
		when := func(ms int64) time.Time { return start.Add(time.Duration(ms%century) * time.Millisecond) }
		entries := []transcripts.Entry{
			{Seq: 1, Kind: transcripts.KindSentence, Start: when(t1), End: when(t2), Name: name1, Text: text1},
			{Seq: 2, Kind: transcripts.KindMessage, Start: when(t3), Name: name2, Text: text2},
			{Seq: 3, Kind: transcripts.KindEvent, Start: when(t2), Name: name1, Event: text2, Text: text1},
			{Seq: 4, Kind: transcripts.KindSentence, Start: when(t3), End: when(t1), Name: name1, Text: text2, Cut: true},
			{Seq: 5, Kind: transcripts.KindSentence, Start: when(t3), End: when(t1), Name: name2, Text: text1, Private: true},
		}
		want := map[string][2]string{} // by id: name and text
		for _, e := range entries {
			if text := spoken(e); text != "" && e.Kind != transcripts.KindEvent && !e.Private {
				if e.Kind == transcripts.KindMessage {
					text = "[typed] " + text
				}
				want[strconv.FormatInt(e.Seq, 10)] = [2]string{speaker(e), text}
			}
		}
		o := Options{Start: start}
		var vtt, srt, text, js strings.Builder
		for f, b := range map[Format]*strings.Builder{FormatVTT: &vtt, FormatSRT: &srt, FormatText: &text, FormatJSON: &js} {
			if err := Write(b, f, entries, o); err != nil {
				t.Fatal(err)
			}
		}
		list, err := parseVTT(vtt.String())
		if err != nil {
			t.Fatalf("%v in\n%s", err, vtt.String())
		}
		if len(list) != len(want) {
			t.Fatalf("%d cues, want %d:\n%s", len(list), len(want), vtt.String())
		}
		ends := map[string]time.Duration{}
		for i, c := range list {
			if got := [2]string{c.name, c.text}; got != want[c.id] {
				t.Fatalf("cue %s is %q, want %q", c.id, got, want[c.id])
			}
			if c.end < c.start+minCue || i > 0 && c.start < list[i-1].start || c.start < ends[c.name] {
				t.Fatalf("cue %s is at the wrong time:\n%s", c.id, vtt.String())
			}
			ends[c.name] = c.end
		}
		list, err = parseSRT(srt.String())
		if err != nil || len(list) != len(want) {
			t.Fatalf("%d cues, want %d, %v:\n%s", len(list), len(want), err, srt.String())
		}
		for i, c := range list {
			if c.end < c.start+minCue || i > 0 && c.start < list[i-1].end {
				t.Fatalf("cue %s is at the wrong time:\n%s", c.id, srt.String())
			}
		}
		if !json.Valid([]byte(js.String())) {
			t.Fatalf("not JSON: %s", js.String())
		}
		if strings.ContainsAny(text.String(), "\x00\x1b\r") {
			t.Fatalf("control characters in %q", text.String())
		}
	})
}
