package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/spoken"
	"github.com/relevo/relevo/agentbot/tools"
)

var languageForm = regexp.MustCompile(`^(auto|(auto:)?[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*)$`)

// checkSpeech refuses languages and levels that there are not.
func (c *config) checkSpeech() error {
	if c.Language != "" && !languageForm.MatchString(c.Language) {
		return fmt.Errorf("--language %s: it is a tag such as de or en-GB, auto, or auto:de", c.Language)
	}
	if !slices.Contains([]string{"", "all", "markup", "nothing"}, c.Spoken) {
		return fmt.Errorf("--spoken %s: there are all, markup and nothing", c.Spoken)
	}
	return nil
}

// spokenLevel is how much of a text is written out for the voice. Small voices
// do not read numbers well; those behind an API do it better than rules.
func (c *config) spokenLevel() spoken.Level {
	switch {
	case c.Spoken == "nothing":
		return spoken.Nothing
	case c.Spoken == "all", c.Spoken == "" && slices.Contains(listed(c.TTS), "local"):
		return spoken.Full
	}
	return spoken.Markup
}

// tellsLanguage says whether a recogniser's model is asked for details because
// the language of the call is among them; Whisper models have them.
func (c *config) tellsLanguage(model string) bool {
	return strings.HasPrefix(c.Language, "auto") && (model == "" || strings.Contains(strings.ToLower(model), "whisper"))
}

// openLines reads what the agent says of itself.
func openLines(c *config, a *agentbot.Config) error {
	if c.Lines == "" {
		return nil
	}
	f, err := os.Open(c.Lines)
	if err != nil {
		return fmt.Errorf("--lines: %w", err)
	}
	defer f.Close()
	if a.Tongues, err = agentbot.ReadTongues(f); err != nil {
		return fmt.Errorf("--lines %s: %w", c.Lines, err)
	}
	for tag, t := range a.Tongues {
		if t.Voice != "" && len(listed(c.TTS)) > 1 {
			return fmt.Errorf("--lines %s: %s has a voice, which is of one engine, and --tts names %d; engines behind one another have each their own by --voice", c.Lines, tag, len(listed(c.TTS)))
		}
	}
	return nil
}

// openTools reads the operator's tools; of file "" there are none.
func openTools(file string) (*tools.Set, *tools.Client, error) {
	client := tools.NewClient(tools.ClientOptions{})
	if file == "" {
		return nil, client, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("--tools: %w", err)
	}
	defer f.Close()
	set, err := tools.Read(f, os.LookupEnv, agentbot.RequestHuman)
	if err != nil {
		return nil, nil, fmt.Errorf("--tools %s: %w", file, errors.Join(err))
	}
	return set, client, nil
}
