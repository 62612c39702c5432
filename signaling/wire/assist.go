package wire

import (
	"net/mail"
	"strings"
)

// Suggestion is what the AI has for the human who has the call, and for nobody
// else. Each of a kind replaces those of that kind before it.
type Suggestion struct {
	Kind    string   `json:"kind"`              // suggestion, summary, facts, watch
	Seq     int64    `json:"seq,omitempty"`     // the newest log entry it knows; of a suggestion the one it answers
	Replies []Reply  `json:"replies,omitempty"` // suggestion: the best first, 3 at most; none: those before fit no more
	Summary *Summary `json:"summary,omitempty"` // summary
	Facts   []Fact   `json:"facts,omitempty"`   // facts: all that are known
	Reason  string   `json:"reason,omitempty"`  // watch: upset, repeats, request
}

// The kinds of Suggestion.
const (
	SuggestReplies = "suggestion"
	SuggestSummary = "summary"
	SuggestFacts   = "facts"
	SuggestWatch   = "watch" // to who has given the call back and asked for it
)

// Reply is something that the human could say.
type Reply struct {
	Text    string   `json:"text"`
	Sources []string `json:"sources,omitempty"` // passages of the knowledge base
}

// Summary is a call in three lines. They are quoted or written in the call's
// language; each may be absent.
type Summary struct {
	Who    string `json:"who,omitempty"` // the caller's name
	Matter string `json:"matter,omitempty"`
	Tried  string `json:"tried,omitempty"`
	Open   string `json:"open,omitempty"`
}

// Fact is something that the caller gave of themselves.
type Fact struct {
	Kind       string  `json:"kind"` // name, email, phone, order, tracking, invoice, customer, case
	Value      string  `json:"value"`
	Role       Role    `json:"role,omitempty"` // who said it; absent: known before the call
	Seq        int64   `json:"seq,omitempty"`  // the log entry
	Time       int64   `json:"time,omitempty"` // Unix milliseconds
	Confidence float64 `json:"confidence"`     // 0 to 1
	Confirmed  bool    `json:"confirmed,omitempty"`
}

// Brief is what a human must know who takes a call over. Callers never see it.
type Brief struct {
	Reason   string  `json:"reason,omitempty"` // why a human is wanted
	Detail   string  `json:"detail,omitempty"`
	Summary  Summary `json:"summary"`
	Written  bool    `json:"written,omitempty"` // by a model; else quoted
	Mood     string  `json:"mood,omitempty"`    // calm, tense, upset
	Facts    []Fact  `json:"facts,omitempty"`
	Unspoken string  `json:"unspoken,omitempty"` // what the AI was about to say
	Seq      int64   `json:"seq"`                // the newest log entry it knows
}

// BriefLine is a brief in a list of calls.
type BriefLine struct {
	Matter string `json:"matter,omitempty"`
	Open   string `json:"open,omitempty"`
	Mood   string `json:"mood,omitempty"`
}

// Watch says who asked to be warned when they gave a call back, and what has
// come up since.
type Watch struct {
	Identity string `json:"identity"`
	Reason   string `json:"reason,omitempty"` // upset, repeats, request; absent: nothing yet
	Time     int64  `json:"time,omitempty"`   // Unix milliseconds, when it came up
}

// Return gives the call back to the AI. With Watch, who does is warned when
// trouble comes up again.
type Return struct {
	Watch bool `json:"watch,omitempty"`
}

// SetEmail says where the caller can be written to.
type SetEmail struct {
	Email string `json:"email"`
}

// MaxEmail is the most bytes of an e-mail address, RFC 5321.
const MaxEmail = 254

// CheckEmail: one plain address, without a name, that a mail server on the
// internet could be asked to deliver to.
func CheckEmail(s string) error {
	if len(s) > MaxEmail {
		return invalid("email may have at most %d bytes", MaxEmail)
	}
	a, err := mail.ParseAddress(s)
	local, domain, _ := strings.Cut(s, "@")
	if err != nil || a.Name != "" || a.Address != s || len(local) > 64 || !strings.Contains(domain, ".") || strings.ContainsAny(s, " \t\r\n<>()[]\"\\,;:") {
		return invalid("email must be one plain address such as kim@example.org")
	}
	return checkLine("email", s, MaxEmail)
}

// checkEmail allows none.
func checkEmail(s string) error {
	if s == "" {
		return nil
	}
	return CheckEmail(s)
}

// Validate implements Validator.
func (r *Return) Validate() error { return nil }

// Validate implements Validator.
func (s *SetEmail) Validate() error { return CheckEmail(s.Email) }
