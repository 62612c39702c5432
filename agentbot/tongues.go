package agentbot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/spoken"
)

// Tongue is how an agent speaks one language.
type Tongue struct {
	Greeting string // "" is none
	Voice    string // of the TTS; "" is Config.VoiceID
	Lines
}

// Tongues are an agent's languages, by the primary subtag of BCP 47: "de".
type Tongues map[string]Tongue

// Of is the tongue of a language tag, and whether there is one.
func (t Tongues) Of(tag string) (Tongue, bool) {
	tongue, ok := t[primary(tag)]
	return tongue, ok
}

// BuiltinTongues are English, Spanish, German and Chinese.
func BuiltinTongues() Tongues {
	return Tongues{"en": english(), "es": spanish(), "de": german(), "zh": chinese()}
}

// mayName are fields of Lines that may have {name} although the English has it
// not. Never changed.
var mayName = []string{"Failed", "Returned", "Requested", "StillWaiting"}

// holesOfLines are the placeholders that a field may have: those of the English.
func holesOfLines(name string) (holes []string) {
	Lines{}.withDefaults().each(func(field string, lines []string) {
		if field == name {
			holes = lineHole.FindAllString(strings.Join(lines, " "), -1)
		}
	})
	if slices.Contains(mayName, name) {
		holes = append(holes, "{name}")
	}
	return holes
}

var lineHole = regexp.MustCompile(`\{[^}]*\}`)

// ReadTongues reads a JSON object of languages, each with fields of Tongue
// (greeting, voice, willStart, fillers, …) that take the place of the built-in
// ones. Of a language that is not built in every field of Lines must be given.
// The error says all that is wrong.
func ReadTongues(r io.Reader) (Tongues, error) {
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, err
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("it must be an object of languages: %w", err)
	}
	tongues := BuiltinTongues()
	var wrong []error
	for _, tag := range slices.Sorted(maps.Keys(file)) {
		if primary(tag) != tag || len(tag) < 2 || len(tag) > 3 {
			wrong = append(wrong, fmt.Errorf("%q is no language such as en or de", tag))
			continue
		}
		t := tongues[tag]
		decoder := json.NewDecoder(bytes.NewReader(file[tag]))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&t); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s", tag, strings.TrimPrefix(err.Error(), "json: ")))
			continue
		}
		if err := t.Lines.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", tag, err))
			continue
		}
		tongues[tag] = t
	}
	return tongues, errors.Join(wrong...)
}

// check says which lines are missing or have a placeholder that means nothing.
func (l Lines) check() error {
	var wrong []error
	l.each(func(name string, lines []string) {
		field := strings.ToLower(name[:1]) + name[1:]
		if len(lines) == 0 || slices.ContainsFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" }) {
			wrong = append(wrong, fmt.Errorf("%s is missing", field))
		}
		for _, line := range lines {
			for _, hole := range lineHole.FindAllString(line, -1) {
				if !slices.Contains(holesOfLines(name), hole) {
					wrong = append(wrong, fmt.Errorf("%s has %s, which means nothing there", field, hole))
				}
			}
		}
	})
	return errors.Join(wrong...)
}

// each calls f with every field and its lines.
func (l Lines) each(f func(name string, lines []string)) {
	v := reflect.ValueOf(l)
	for i := range v.NumField() {
		switch value := v.Field(i).Interface().(type) {
		case string:
			f(v.Type().Field(i).Name, []string{value})
		case []string:
			f(v.Type().Field(i).Name, value)
		}
	}
}

// over is l where it says something, else base.
func (l Lines) over(base Lines) Lines {
	v, b := reflect.ValueOf(&l).Elem(), reflect.ValueOf(base)
	for i := range v.NumField() {
		if v.Field(i).IsZero() || v.Field(i).Kind() == reflect.Slice && v.Field(i).Len() == 0 {
			v.Field(i).Set(b.Field(i))
		}
	}
	return l
}

// primary is the first subtag of a language, in lower case.
func primary(tag string) string {
	tag, _, _ = strings.Cut(strings.ToLower(strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")), "-")
	return tag
}

// auto is Config.Language where the caller decides; "auto:de" begins in German.
const auto = "auto"

// begins is the language that a call begins in, "" for none in particular, and
// whether the caller may change it.
func (c *Config) begins() (tag string, may bool) {
	if c.Language == auto {
		return "", true
	}
	if tag, ok := strings.CutPrefix(c.Language, auto+":"); ok {
		return primary(tag), true
	}
	return primary(c.Language), false
}

// tellASR is the language that a recogniser is told, "" where it is to find out.
func (c *Config) tellASR() string {
	if _, may := c.begins(); may {
		return ""
	}
	return c.Language
}

// speakFirst fills in the tongue of the beginning.
func (c *Config) speakFirst() {
	if c.Tongues == nil {
		c.Tongues = BuiltinTongues()
	}
	c.speaks, _ = c.begins()
	tongue := c.Tongues[or2(c.speaks, "en")]
	c.Lines = c.Lines.over(tongue.Lines).withDefaults()
	if tongue.Voice != "" {
		c.VoiceID = tongue.Voice
	}
}

func or2(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// spoken is what is said for a written text.
func (c *Config) spoken(text string) spoken.Spoken { return spoken.Of(text, c.speaks, c.Spoken) }

// SpeakLike makes c the configuration of a call in a language ("": the one that
// c has) and gives it the greeting of that language, unless OwnGreeting.
func (c *Config) SpeakLike(language string) {
	if language != "" {
		c.Language = language
	}
	if c.OwnGreeting {
		return
	}
	tongues := c.Tongues
	if tongues == nil {
		tongues = BuiltinTongues()
	}
	tag, _ := c.begins()
	tongue, ok := tongues[or2(tag, "en")]
	if !ok {
		tongue = tongues["en"]
	}
	c.Greeting = tongue.Greeting
}

// language is the language that the agent speaks, "" where none was said.
func (a *Agent) language() string { return a.cfg.speaks }

// heardLanguage notices that a caller speaks another language, and goes on in
// it: lines, voice, numbers, and what the model is told.
func (a *Agent) heardLanguage(recognised, text string) {
	if _, may := a.cfg.begins(); !may {
		return
	}
	tag := spokenBy(recognised, text)
	if tag != "" && tag != a.cfg.told {
		a.cfg.told = tag
		a.emit(LanguageHeard{Epoch: a.epoch, Language: tag})
	}
	if tag == "" || tag == a.cfg.speaks {
		return
	}
	a.cfg.speaks, a.cfg.detected = tag, true
	tongue, ok := a.cfg.Tongues[tag]
	begun, _ := a.cfg.begins()
	switch {
	case tag == or2(begun, "en"):
		a.cfg.Lines = a.first.Lines
	case !ok:
		return // the lines stay; the model and the voice may know the language
	default:
		a.cfg.Lines = tongue.Lines.over(a.first.Lines)
	}
	a.cfg.VoiceID = or2(tongue.Voice, a.first.VoiceID)
	a.fillers, a.filled = 0, ""
	a.renderLater()
}

// renderLater renders the lines that are needed when the TTS is down, where
// they are not.
func (a *Agent) renderLater() {
	cfg := a.cfg
	if urgent := cfg.Lines.urgent(); a.engines.TTS != nil && !cfg.Rendered.has(urgent) && !a.own.has(urgent) {
		a.wg.Go(func() { a.renderUrgent(cfg) })
	}
}

// answerIn tells the model which language to answer in, "" where it need not
// be told.
func (c *Config) answerIn() string {
	_, may := c.begins()
	switch {
	case may && !c.detected:
		return "Answer in the language that the caller speaks."
	case may:
		return "The caller speaks " + languageName(c.speaks) + ". Answer in " + languageName(c.speaks) + ", unless they ask for another language."
	case c.speaks != "":
		return "Answer in " + languageName(c.speaks) + "."
	}
	return ""
}
