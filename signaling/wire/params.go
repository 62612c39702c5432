package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what a client says.
const (
	MaxText          = 4000     // characters of typed text
	MaxName          = 128      // characters of a name or an identity
	MaxReason        = 500      // characters of a reason
	MaxToken         = 4096     // bytes of a token
	MaxSDP           = 200_000  // bytes of an offer
	MaxCandidate     = 1024     // bytes of a candidate
	MaxPublications  = 16       // m-lines that send
	MaxSubscriptions = 64       // participants of one subscribe
	MaxURL           = 2048     // bytes of an avatar's address
	MaxMeta          = 16 << 10 // bytes of what an app attaches to a call
)

// Validator is what every type of params has: Validate checks lengths, ranges
// and enumerations and returns a *Error of KindBadRequest.
type Validator interface{ Validate() error }

// NewParams is a new, empty value of the params of a client's method, nil
// where there is no such method.
func NewParams(method string) Validator {
	switch method {
	case MethodJoin:
		return new(Join)
	case MethodNegotiate:
		return new(Negotiate)
	case MethodSubscribe:
		return new(Subscribe)
	case MethodMute:
		return new(Mute)
	case MethodSpeakTo:
		return new(SpeakTo)
	case MethodMessage:
		return new(Message)
	case MethodRequestHuman:
		return new(RequestHuman)
	case MethodTakeover:
		return new(Takeover)
	case MethodWatchCalls:
		return new(WatchCalls)
	case NotifyCandidate:
		return new(Candidate)
	case MethodReturn:
		return new(Return)
	case MethodSetEmail:
		return new(SetEmail)
	case MethodInterrupt, MethodCancelRequest, MethodKeepWaiting, MethodHangup, MethodLeave:
		return new(Empty)
	}
	return newDeskParams(method)
}

// DecodeParams reads the params of a client's method into the type NewParams
// gives for it, and validates them.
func DecodeParams(method string, raw json.RawMessage) (Validator, error) {
	p := NewParams(method)
	if p == nil {
		return nil, coded(CodeMethodNotFound, KindNotFound, "there is no method "+quote(method))
	}
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fits(method, err)
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// fits says in a sentence why JSON does not fit a type.
func fits(where string, err error) *Error {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) && t.Field != "" {
		return Wrap(KindBadRequest, err, fmt.Sprintf("%s: %s cannot be a %s", where, quote(t.Field), t.Value))
	}
	return Wrap(KindBadRequest, err, where+": the parameters do not fit")
}

// quote makes a peer's text safe to repeat: short, printable.
func quote(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}

func invalid(format string, args ...any) error { return Errorf(KindBadRequest, format, args...) }

// checkText: valid UTF-8 of at most limit characters, no control characters
// but line breaks and tabs.
func checkText(what, s string, limit int) error {
	if !utf8.ValidString(s) {
		return invalid("%s is not valid UTF-8", what)
	}
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		return invalid("%s may have at most %d characters", what, limit)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return invalid("%s has a control character", what)
		}
	}
	return nil
}

// CheckCallID: letters, digits, "-" and "_", 1 to 64.
func CheckCallID(id string) error { return checkID("the call's id", id, 64) }

// checkID: a token that is safe in an address and a log.
func checkID(what, id string, limit int) error {
	if id == "" || len(id) > limit {
		return invalid("%s must have 1 to %d characters", what, limit)
	}
	for _, r := range id {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return invalid("%s may have only letters, digits, - and _", what)
		}
	}
	return nil
}

func checkToken(what, s string) error {
	if len(s) > MaxToken {
		return invalid("%s may have at most %d bytes", what, MaxToken)
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return invalid("%s has characters that no token has", what)
		}
	}
	return nil
}

// CheckIdentity: 1 to MaxName characters without line breaks.
func CheckIdentity(s string) error {
	if strings.TrimSpace(s) == "" {
		return invalid("identity must not be empty")
	}
	return checkLine("identity", s, MaxName)
}

func checkLine(what, s string, limit int) error {
	if strings.ContainsAny(s, "\r\n\t") {
		return invalid("%s must be one line", what)
	}
	return checkText(what, s, limit)
}

// Validate implements Validator.
func (e *Empty) Validate() error { return nil }

// Validate implements Validator. Whether the token is good is not its matter.
func (j *Join) Validate() error {
	if j.Token == "" && j.Resume == "" {
		return invalid("join needs a token, or resume with a resumeToken")
	}
	if err := errors.Join(checkToken("token", j.Token), checkToken("resume", j.Resume)); err != nil {
		return firstOf(err)
	}
	if j.Call != "" {
		if err := CheckCallID(j.Call); err != nil {
			return err
		}
	}
	if j.Role != "" && j.Role != RoleHuman && j.Role != RoleObserver {
		return invalid("role may be only human or observer here; other roles are the token's")
	}
	if j.Cursor < 0 {
		return invalid("cursor must not be negative")
	}
	if j.Subscribe != nil {
		return j.Subscribe.Validate()
	}
	return nil
}

func firstOf(err error) error { return AsError(err) }

// Validate implements Validator.
func (n *Negotiate) Validate() error {
	if n.Offer.Type != "offer" {
		return invalid("offer.type must be \"offer\": only clients offer, and only the server answers")
	}
	if n.Offer.SDP == "" || len(n.Offer.SDP) > MaxSDP {
		return invalid("offer.sdp must have 1 to %d bytes", MaxSDP)
	}
	if len(n.Publish) > MaxPublications {
		return invalid("publish may have at most %d entries", MaxPublications)
	}
	seen := make(map[string]bool, len(n.Publish))
	for _, p := range n.Publish {
		if p.MID == "" || len(p.MID) > 32 {
			return invalid("publish: a mid must have 1 to 32 characters")
		}
		if seen[p.MID] {
			return invalid("publish: mid %s comes twice", quote(p.MID))
		}
		seen[p.MID] = true
		if err := p.Source.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (s Source) validate() error {
	switch s {
	case SourceMicrophone, SourceCamera, SourceScreen:
		return nil
	}
	return invalid("source must be microphone, camera or screen")
}

// Validate implements Validator.
func (c *Candidate) Validate() error {
	if len(c.Candidate) > MaxCandidate {
		return invalid("candidate may have at most %d bytes", MaxCandidate)
	}
	if c.SDPMid != nil && len(*c.SDPMid) > 32 {
		return invalid("sdpMid may have at most 32 bytes")
	}
	if c.UsernameFragment != nil && len(*c.UsernameFragment) > 256 {
		return invalid("usernameFragment may have at most 256 bytes")
	}
	return nil
}

// Validate implements Validator.
func (s *Subscribe) Validate() error {
	switch s.Mode {
	case SubscribeAll, SubscribeNone:
		if len(s.Participants) > 0 {
			return invalid("participants go with mode \"some\" only")
		}
	case SubscribeSome:
		if len(s.Participants) > MaxSubscriptions {
			return invalid("subscribe may name at most %d participants", MaxSubscriptions)
		}
		seen := make(map[string]bool, len(s.Participants))
		for _, p := range s.Participants {
			if err := checkLine("a participant's id", p.ID, MaxName); err != nil || p.ID == "" {
				return invalid("a participant's id must have 1 to %d characters", MaxName)
			}
			if seen[p.ID] {
				return invalid("participant %s comes twice", quote(p.ID))
			}
			seen[p.ID] = true
		}
	default:
		return invalid("mode must be all, none or some")
	}
	return nil
}

// Validate implements Validator.
func (m *Mute) Validate() error { return m.Source.validate() }

// Validate implements Validator.
func (m *Message) Validate() error {
	if m.To != "" && m.To != ToCaller {
		return invalid("to is caller, or absent")
	}
	return checkSaid(m.Text)
}

// checkSaid: text that somebody is to read or hear.
func checkSaid(text string) error {
	if strings.TrimSpace(text) == "" {
		return invalid("text must not be empty")
	}
	return checkText("text", text, MaxText)
}

// Validate implements Validator.
func (r *RequestHuman) Validate() error {
	if r.Priority < 0 || r.Priority > 4 {
		return invalid("priority must be 1 (urgent) to 4 (low), or absent")
	}
	if err := checkText("reason", r.Reason, MaxReason); err != nil {
		return err
	}
	if err := checkEmail(r.Email); err != nil {
		return err
	}
	for _, needs := range [][]Need{r.Skills, r.Languages} {
		if err := checkNeeds(needs); err != nil {
			return err
		}
	}
	return checkLine("skill", r.Skill, 64)
}

// Validate implements Validator.
func (t *Takeover) Validate() error {
	if len(t.Key) > 255 {
		return invalid("key may have at most 255 bytes")
	}
	return t.TakeoverMode.validate()
}

func (m TakeoverMode) validate() error {
	if m != ModeAgentVoice && m != ModeOwnVoice {
		return invalid("takeoverMode must be 1 (own voice) or 0 (the agent's voice)")
	}
	return nil
}

// Validate implements Validator.
func (w *WatchCalls) Validate() error {
	if w.Token == "" {
		return invalid("watchCalls needs a token")
	}
	return checkToken("token", w.Token)
}
