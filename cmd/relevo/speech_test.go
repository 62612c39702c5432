package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/spoken"
)

// blocks are the JSON examples of the README that begin so.
func blocks(t *testing.T, begins string) (found []string) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(readme), "```json\n")[1:] {
		if block, _, ok := strings.Cut(part, "```"); ok && strings.HasPrefix(block, begins) {
			found = append(found, block)
		}
	}
	return found
}

func written(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// The examples of the README work as they stand.
func TestReadmeToolsAndLines(t *testing.T) {
	t.Setenv("SHOP_TOKEN", "secret-of-the-shop")
	examples := blocks(t, `{"tools"`)
	if len(examples) != 1 {
		t.Fatalf("%d examples of tools", len(examples))
	}
	set, client, err := openTools(written(t, examples[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if set.Find("order_status") == nil || !set.Find("cancel_order").Confirms() || set.Find("cancel_order").Safe() {
		t.Error("not the tools that it says")
	}
	examples = blocks(t, `{"de"`)
	if len(examples) != 1 {
		t.Fatalf("%d examples of lines", len(examples))
	}
	a := agentbot.Config{Language: "de"}
	if err := openLines(&config{Lines: written(t, examples[0]), TTS: "openai"}, &a); err != nil {
		t.Fatal(err)
	}
	if a.SpeakLike(""); a.Greeting != "Moin, hier ist der Laden." {
		t.Errorf("greeting %q", a.Greeting)
	}
}

func TestSpeechIsRefused(t *testing.T) {
	for want, try := range map[string]func() error{
		"--tools: ": func() error { _, _, err := openTools("no-such-file"); return err },
		"environment has no": func() error {
			_, _, err := openTools(written(t, `{"tools":[{"name":"a","description":"d","url":"http://${NO_SUCH}/"}]}`))
			return err
		},
		"the agent's own": func() error {
			_, _, err := openTools(written(t, `{"tools":[{"name":"request_human","description":"d","url":"http://x/"}]}`))
			return err
		},
		"--lines: ":              func() error { return openLines(&config{Lines: "no-such-file"}, &agentbot.Config{}) },
		`unknown field "fillrs"`: func() error { return openLines(&config{Lines: written(t, `{"de":{"fillrs":[]}}`)}, &agentbot.Config{}) },
		"de has a voice": func() error {
			return openLines(&config{Lines: written(t, `{"de":{"voice":"x"}}`), TTS: "openai,local"}, &agentbot.Config{})
		},
		"--language x1": func() error { return (&config{Language: "x1"}).checkSpeech() },
		"--spoken some": func() error { return (&config{Spoken: "some"}).checkSpeech() },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, language := range []string{"", "de", "en-GB", "zh-Hans-CN", "auto", "auto:de"} {
		if err := (&config{Language: language}).checkSpeech(); err != nil {
			t.Error(err)
		}
	}
	for c, want := range map[config2]spoken.Level{{"local", ""}: spoken.Full, {"openai", ""}: spoken.Markup, {"openai,local", ""}: spoken.Full, {"openai", "all"}: spoken.Full, {"local", "nothing"}: spoken.Nothing, {"local", "markup"}: spoken.Markup} {
		if got := (&config{TTS: c.tts, Spoken: c.spoken}).spokenLevel(); got != want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

type config2 struct{ tts, spoken string }
