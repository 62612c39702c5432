package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/relevo/relevo/signaling/desk/hours"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/rules"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// The keys of the desk's own settings in the store.
const (
	SettingHours   = "hours"   // hours.Schedule
	SettingRouting = "routing" // Routing
	SettingRules   = "rules"   // []rules.Rule
	SettingPublic  = "public"  // Public
)

// Routing is how the desk works, as it is stored and as the form sends it.
type Routing struct {
	queue.Config
	ByLanguage bool `json:"byLanguage,omitempty"` // a call's language is asked of who takes it

	// CallerSilence is for how long a caller may say nothing after the human's last
	// word before the AI is back. 0: --session-timeout; negative: for ever.
	CallerSilence time.Duration `json:"callerSilence,omitempty"`
}

// Check says what is wrong with r, field by field.
func (r Routing) Check() []queue.Problem {
	out := r.Config.Check()
	if d := r.CallerSilence; d > 0 && (d < leastSilence || d > mostSilence) {
		out = append(out, queue.Problem{Field: "callerSilence", Code: "range", Message: fmt.Sprintf("between %v and %v, or never", leastSilence, mostSilence)})
	}
	return out
}

const (
	leastSilence = 10 * time.Second
	mostSilence  = 24 * time.Hour
)

// Public is the link by which anybody may call, to try the agent.
type Public struct {
	Enabled bool   `json:"enabled"`
	Link    string `json:"link"`            // the last part of its address: who knows it may call
	Calls   int    `json:"calls,omitempty"` // at a time; 0: defaultPublic
}

const (
	minLink       = 12 // the shortest link: nobody should find one by trying
	defaultPublic = 10
	maxPublic     = 1000
)

// Most is how many calls there may be by the link at a time.
func (p Public) Most() int {
	if p.Calls == 0 {
		return defaultPublic
	}
	return p.Calls
}

// Check says what is wrong with p.
func (p Public) Check() (out []Problem) {
	ok := len(p.Link) >= minLink && len(p.Link) <= 64
	for _, r := range p.Link {
		ok = ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	if p.Enabled && !ok {
		out = append(out, Problem{"link", "link", "12 to 64 letters, digits, - and _"})
	}
	if p.Calls < 0 || p.Calls > maxPublic {
		out = append(out, Problem{"calls", "range", "1 to 1000"})
	}
	return out
}

// settings is all of it.
type settings struct {
	Routing    queue.Config
	ByLanguage bool
	Silence    time.Duration   // Routing.CallerSilence
	Hours      *hours.Schedule // nil: not configured, so always open
	Rules      []rules.Rule
	Consoles   wire.DeskSettings // what consoles are told of it
}

// Problem is what is wrong with a field of a form.
type Problem struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// CheckSetting says what is wrong with a value before it is stored; nil for
// nothing. Keys that it does not know are any JSON.
func CheckSetting(key string, value json.RawMessage) []Problem {
	var out []Problem
	fail := func(err error) []Problem { return []Problem{{"", "json", err.Error()}} }
	switch key {
	case SettingHours:
		var v hours.Schedule
		if err := strict(value, &v); err != nil {
			return fail(err)
		}
		for _, p := range v.Check() {
			out = append(out, Problem(p))
		}
	case SettingRouting:
		var v Routing
		if err := strict(value, &v); err != nil {
			return fail(err)
		}
		for _, p := range v.Check() {
			out = append(out, Problem(p))
		}
	case SettingPublic:
		var v Public
		if err := strict(value, &v); err != nil {
			return fail(err)
		}
		return v.Check()
	case SettingDispositions, SettingTags:
		return checkWords(value)
	case SettingNotifications:
		return checkSwitches(value)
	case SettingRules:
		var v []rules.Rule
		if err := strict(value, &v); err != nil {
			return fail(err)
		}
		for _, p := range rules.Check(v) {
			out = append(out, Problem(p))
		}
	}
	return out
}

func strict(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("does not fit: %w", err)
	}
	return nil
}

// readSettings reads them all. What is stored was checked when it was.
func readSettings(ctx context.Context, s store.Store) (out settings, err error) {
	read := func(key string, into any) bool {
		if err != nil {
			return false
		}
		v, e := s.Setting(ctx, key)
		if e == nil && v.Version > 0 {
			e = json.Unmarshal(v.Value, into)
		}
		if e != nil {
			err = fmt.Errorf("setting %s: %w", key, e)
		}
		return v.Version > 0
	}
	var routing Routing
	read(SettingRouting, &routing)
	out.Routing, out.ByLanguage, out.Silence = routing.Config, routing.ByLanguage, routing.CallerSilence
	var schedule hours.Schedule
	if read(SettingHours, &schedule) {
		out.Hours = &schedule
	}
	read(SettingRules, &out.Rules)
	v, e := s.Setting(ctx, SettingNotifications)
	if err == nil {
		err = e
	}
	out.Consoles.Notifications = notifications(v.Value)
	return out, err
}

// configure makes the desk work by s from here on.
func (r *runner) configure(s settings) error {
	r.heartbeats() // the next one that is due may be due sooner now
	if err := r.step(queue.Configure{Config: s.Routing}, nil); err != nil {
		return refusal(err)
	}
	told := r.settings.Consoles
	r.apply(s)
	r.pulse.Reset(r.pulseEvery())
	if told != s.Consoles {
		for w := range r.watchers {
			w.post(wire.NotifyDeskSettings, s.Consoles)
		}
	}
	return nil
}

// apply takes what is not the queue's.
func (r *runner) apply(s settings) {
	r.settings, r.hours = s, r.compile(s.Hours)
	r.d.calls.CallerSilence(s.Silence)
	set, err := rules.Compile(s.Rules)
	if err != nil {
		r.d.log.Error("the priority rules cannot be used", "error", err)
		set, _ = rules.Compile(nil)
	}
	r.rules = set
}
