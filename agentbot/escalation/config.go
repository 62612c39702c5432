package escalation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// Config are the rules as an operator writes them. A zero field is its default;
// a rule with Off is not applied.
type Config struct {
	CallerAsked struct {
		Off  bool    `json:"off"`
		From float64 `json:"from"` // 0.5: how sure it must be that a person is asked for
	} `json:"callerAsked"`
	LowConfidence struct {
		Off          bool    `json:"off"`
		Below        float64 `json:"below"`        // 0.42: a reply with less is a guess
		RequestAfter int     `json:"requestAfter"` // 2: guesses in a row that ask for a human at once; -1 only offers
	} `json:"lowConfidence"`
	ModelRequested struct {
		Off bool `json:"off"`
	} `json:"modelRequested"`
	Distress struct {
		Off     bool    `json:"off"`
		Fade    float64 `json:"fade"`    // 0.6: what is left of the score at the next turn
		Most    float64 `json:"most"`    // 0.7: what one turn adds at most
		Offer   float64 `json:"offer"`   // 0.82: the score at which a human is offered
		Request float64 `json:"request"` // 1.35: the score at which one is asked for
		Unsure  float64 `json:"unsure"`  // 0.6: the score at which a guess is offered a human for distress: what was said is no question
	} `json:"distress"`
	NotUnderstood struct {
		Off     bool `json:"off"`
		After   int  `json:"after"`   // 3: signs in a row
		Request bool `json:"request"` // ask for a human instead of offering one
	} `json:"notUnderstood"`
	EngineFailure struct {
		Off   bool `json:"off"`
		After int  `json:"after"` // 3: failed turns in a row
	} `json:"engineFailure"`
	Phrases []Phrase `json:"phrases"`
	// RestAfterNo is in how many turns of the caller's nothing is offered after
	// a "no"; 3.
	RestAfterNo int `json:"restAfterNo"`

	// AsksForHuman says, from 0 to 1, how sure it is that a text asks for a
	// person, and Distressed how upset its speaker is. They are pure and may be
	// called by many goroutines. nil: the rule has nothing to go by.
	AsksForHuman func(text string) float64 `json:"-"`
	Distressed   func(text string) float64 `json:"-"`
}

// Phrase is a rule of the operator's: it fires when one of Words is said, or
// something that means the same as one of Examples.
type Phrase struct {
	Name string `json:"name"`         // in the handoff
	Of   string `json:"of,omitempty"` // caller (the default), agent
	// Words must be said one after the other; * stands for up to three others.
	Words []string `json:"words,omitempty"`
	// Examples are whole utterances; From, 0.6 by default, is how alike an
	// utterance must be to one of them.
	Examples []string `json:"examples,omitempty"`
	From     float64  `json:"from,omitempty"`
	Action   string   `json:"action,omitempty"` // request (the default), offer
}

const (
	ofCaller = "caller"
	ofAgent  = "agent"
)

// Bounds of a configuration.
const (
	maxPhrases = 200
	maxWords   = 200 // of a phrase, and examples of it
	maxLength  = 300 // characters of each
)

// Rules are a Config that has been checked. They never change.
type Rules struct {
	cfg     Config
	phrases []phrase
}

// New checks a configuration; the error names each field that is wrong.
func New(cfg Config) (*Rules, error) {
	cfg.defaults()
	r := &Rules{cfg: cfg}
	errs := []error{
		within("callerAsked.from", cfg.CallerAsked.From, 0, 1), within("lowConfidence.below", cfg.LowConfidence.Below, 0, 1),
		within("distress.fade", cfg.Distress.Fade, 0, 0.99), within("distress.most", cfg.Distress.Most, 0, 1),
		within("distress.offer", cfg.Distress.Offer, 0, 100), within("distress.request", cfg.Distress.Request, 0, 100), within("distress.unsure", cfg.Distress.Unsure, 0, 100),
		within("lowConfidence.requestAfter", float64(cfg.LowConfidence.RequestAfter), -1, 100),
		within("notUnderstood.after", float64(cfg.NotUnderstood.After), 1, 100),
		within("engineFailure.after", float64(cfg.EngineFailure.After), 1, 100), within("restAfterNo", float64(cfg.RestAfterNo), 0, 100),
	}
	if cfg.Distress.Most >= cfg.Distress.Offer {
		errs = append(errs, fmt.Errorf("distress.most %s must be less than distress.offer %s, so that no single turn decides", number(cfg.Distress.Most), number(cfg.Distress.Offer)))
	}
	if len(cfg.Phrases) > maxPhrases {
		errs = append(errs, fmt.Errorf("phrases: %d are too many, %d is the most", len(cfg.Phrases), maxPhrases))
	}
	names := map[string]bool{}
	for i, p := range cfg.Phrases {
		compiled, err := p.compile()
		if err != nil {
			errs = append(errs, fmt.Errorf("phrases[%d]: %w", i, err))
		}
		if names[p.Name] {
			errs = append(errs, fmt.Errorf("phrases[%d]: the name %q is taken", i, p.Name))
		}
		names[p.Name] = true
		r.phrases = append(r.phrases, compiled)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

// Config are the rules with their defaults.
func (r *Rules) Config() Config { return r.cfg }

// Parse reads a Config from JSON; unknown fields are errors.
func Parse(text []byte) (Config, error) {
	var cfg Config
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&cfg); err != nil {
		return cfg, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return cfg, errors.New("there is something after the end of the JSON object")
	}
	return cfg, nil
}

func (c *Config) defaults() {
	or(&c.CallerAsked.From, 0.5)
	or(&c.LowConfidence.Below, 0.42)
	or(&c.LowConfidence.RequestAfter, 2)
	or(&c.Distress.Fade, 0.6)
	or(&c.Distress.Most, 0.7)
	or(&c.Distress.Offer, 0.82)
	or(&c.Distress.Request, 1.35)
	or(&c.Distress.Unsure, 0.6)
	or(&c.NotUnderstood.After, 3)
	or(&c.EngineFailure.After, 3)
	or(&c.RestAfterNo, 3)
}

func or[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

func within(name string, v, least, most float64) error {
	if math.IsNaN(v) || v < least || v > most {
		return fmt.Errorf("%s is %s and must be from %s to %s", name, number(v), number(least), number(most))
	}
	return nil
}

func number(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

func scored(v float64) string { return "score " + number(v) }

func counted(n int, what string) string { return strconv.Itoa(n) + " " + what }

// phrase is a Phrase ready to be looked for.
type phrase struct {
	name   string
	of     string
	action Action
	words  [][]string
	like   *knowledge.Base
	from   float64
}

func (p Phrase) compile() (phrase, error) {
	c := phrase{name: p.Name, of: ofCaller, action: Request, from: 0.6}
	var errs []error
	if strings.TrimSpace(p.Name) == "" || len(p.Name) > 64 || strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' }) {
		errs = append(errs, errors.New("name: one line of 1 to 64 bytes is wanted"))
	}
	switch p.Of {
	case "", ofCaller:
	case ofAgent:
		c.of = ofAgent
	default:
		errs = append(errs, fmt.Errorf("of is %q and must be caller or agent", p.Of))
	}
	switch p.Action {
	case "", Request.String():
	case Offer.String():
		c.action = Offer
	default:
		errs = append(errs, fmt.Errorf("action is %q and must be request or offer", p.Action))
	}
	if p.From != 0 {
		c.from = p.From
		errs = append(errs, within("from", p.From, 0.1, 1))
	}
	if len(p.Words)+len(p.Examples) == 0 {
		errs = append(errs, errors.New("words or examples are wanted"))
	}
	if len(p.Words) > maxWords || len(p.Examples) > maxWords {
		errs = append(errs, fmt.Errorf("%d words or examples are the most", maxWords))
	}
	for _, text := range slices.Concat(p.Words, p.Examples) {
		if len([]rune(text)) > maxLength || len(words(text)) == 0 {
			errs = append(errs, fmt.Errorf("%q: 1 to %d characters with words in them are wanted", text, maxLength))
		}
	}
	for _, text := range p.Words {
		c.words = append(c.words, pattern(text))
	}
	var passages []*knowledge.Passage
	for _, text := range p.Examples {
		passages = append(passages, &knowledge.Passage{Text: text, Questions: []string{text}})
	}
	if len(passages) > 0 {
		c.like = knowledge.New(passages, nil)
	}
	return c, errors.Join(errs...)
}

// phrase finds the first rule of the operator's that fires.
func (r *Rules) phrase(text, of string) Decision {
	var tokens []string
	for _, p := range r.phrases {
		if p.of != of {
			continue
		}
		if tokens == nil {
			tokens = words(text)
		}
		if p.said(text, tokens) {
			return Decision{Action: p.action, Reason: PhraseHeard, Detail: p.name}
		}
	}
	return Decision{}
}

func (p phrase) said(text string, tokens []string) bool {
	for _, w := range p.words {
		if contains(tokens, w) {
			return true
		}
	}
	if p.like == nil {
		return false
	}
	hits := p.like.Search(text, 1)
	return len(hits) > 0 && hits[0].Score >= p.from
}
