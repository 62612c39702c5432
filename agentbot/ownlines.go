package agentbot

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// OwnLines says of a text in the log whether it is made of the lines that an
// agent of cfg says of itself, in any of its languages: greetings, the place in
// the line, questions for an address, and so on. They say nothing of what a call
// is about. Config.Lines that differ from their language's are known too.
func OwnLines(cfg Config) func(text string) bool {
	tongues := cfg.Tongues
	if tongues == nil {
		tongues = BuiltinTongues()
	}
	var forms []string
	add := func(_ string, lines []string) {
		for _, line := range lines {
			rest, state := line, -1
			for rest != "" {
				var one string
				one, rest, state = uniseg.FirstSentenceInString(rest, state)
				parts := lineHole.Split(strings.TrimSpace(one), -1)
				for i := range parts {
					parts[i] = regexp.QuoteMeta(parts[i])
				}
				if form := strings.Join(parts, `.{1,100}?`); len(form) > 4 {
					forms = append(forms, form)
				}
			}
		}
	}
	for _, tongue := range tongues {
		tongue.each(add)
		add("", []string{tongue.Greeting})
	}
	cfg.Lines.each(add)
	add("", []string{cfg.Greeting})
	slices.Sort(forms)
	all := regexp.MustCompile(`^(?:(?:` + strings.Join(slices.Compact(forms), `|`) + `)\s*)+$`)
	return func(text string) bool { return all.MatchString(strings.TrimSpace(text)) }
}
