package agentbot

import (
	"fmt"
	"strings"
	"time"
)

// expectations are looked at when the scenario is over.
var expectations = []rule{
	{Pattern: "agent begins", Check: func(s *stage, at time.Duration, _ []value) string {
		var begins []time.Duration
		for _, v := range s.voices() {
			begins = append(begins, v.from)
		}
		return among("the agent begins", at, begins)
	}},
	{Pattern: "agent stops", Check: func(s *stage, at time.Duration, _ []value) string {
		var stops []time.Duration
		for _, v := range s.voices() {
			stops = append(stops, v.to)
		}
		return among("the agent stops", at, stops)
	}},
	{Pattern: "agent silent from SECONDS until SECONDS", Check: func(s *stage, _ time.Duration, v []value) string {
		for _, spell := range s.voices() {
			if spell.from < v[1].Time && spell.to > v[0].Time {
				return fmt.Sprintf("the agent speaks from %s to %s", clock(spell.from), clock(spell.to))
			}
		}
		return ""
	}},
	{Pattern: "agent speaks from SECONDS until SECONDS", Check: func(s *stage, _ time.Duration, v []value) string {
		for _, spell := range s.voices() {
			if spell.from <= v[0].Time && spell.to >= v[1].Time {
				return ""
			}
		}
		return "the agent does not speak all the time"
	}},
	{Pattern: "nobody silent for SECONDS from SECONDS until SECONDS", Check: func(s *stage, _ time.Duration, v []value) string {
		last := v[1].Time
		for _, spell := range append(s.everybody(), voice{v[2].Time, v[2].Time}) {
			if spell.to < v[1].Time || spell.from > v[2].Time {
				continue
			}
			if spell.from-last >= v[0].Time {
				return fmt.Sprintf("silence from %s to %s", clock(last), clock(spell.from))
			}
			last = max(last, spell.to)
		}
		return ""
	}},
	{Pattern: "log agent|caller|human TEXT"},
	{Pattern: "log agent TEXT cut"},
	{Pattern: "log agent TEXT cut unspoken TEXT"},
	{Pattern: "memory NAME TEXT"},
	{Pattern: "never TEXT", Check: func(s *stage, _ time.Duration, v []value) string {
		if story := s.String() + strings.Join(s.allAsked(), "\n"); strings.Contains(story, v[0].Text) {
			return fmt.Sprintf("%q is in an event or in a request", v[0].Text)
		}
		return ""
	}},
	{Pattern: "shown TEXT", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "it is shown", at, func(h Heard) bool { return !h.Final && h.Text == v[0].Text })
	}},
	{Pattern: "state listening|thinking|speaking", Check: func(s *stage, at time.Duration, v []value) string {
		states := map[string]int{"listening": StateListening, "thinking": StateThinking, "speaking": StateSpeaking}
		return happened(s, "the state is told", at, func(c StateChanged) bool { return c.State == states[v[0].Text] })
	}},
	{Pattern: "interrupted by voice|words|api|query|broadcast", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "it is interrupted", at, func(i Interrupted) bool { return i.Reason == reasons[v[0].Text] })
	}},
	{Pattern: "no interruption", Check: none[Interrupted]},
	{Pattern: "wants human because NAME", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "a human is asked for", at, func(h WantHuman) bool { return h.Reason == v[0].Text })
	}},
	{Pattern: "no wish for a human", Check: none[WantHuman]},
	{Pattern: "wants hangup", Check: func(s *stage, at time.Duration, _ []value) string {
		return happened(s, "it hangs up", at, func(WantHangup) bool { return true })
	}},
	{Pattern: "no hangup", Check: none[WantHangup]},
	{Pattern: "failed asr|llm|tts NAME", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "it fails", at, func(f Failed) bool { return f.Engine == v[0].Text && f.Kind == v[1].Text })
	}},
	{Pattern: "no failure", Check: none[Failed]},
	{Pattern: "tool NAME ends NAME", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "the tool is told", at, func(c ToolCalled) bool { return c.Name == v[0].Text && c.Status == v[1].Text })
	}},
	{Pattern: "tools called COUNT times", Check: func(s *stage, _ time.Duration, v []value) string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return equal("calls of tools", s.called, v[0].Count)
	}},
	{Pattern: "model asked COUNT times", Check: func(s *stage, _ time.Duration, v []value) string {
		return equal("requests", s.asks(), v[0].Count)
	}},
	{Pattern: "guesses COUNT adopted COUNT", Check: func(s *stage, _ time.Duration, v []value) string {
		stats := s.agent.Stats()
		if why := equal("guesses", int(stats.Preempted), v[0].Count); why != "" {
			return why
		}
		return equal("adopted", int(stats.Adopted), v[1].Count)
	}},
	{Pattern: "sentence TEXT from TEXT", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "it is said with its source", at, func(sp Spoken) bool {
			return sp.Final && sp.Text == v[0].Text && strings.Join(sp.Sources, ",") == v[1].Text
		})
	}},
}

const frame = 20 * time.Millisecond

// sameFrame says whether something happened in the frame of at, -1 being any.
func sameFrame(got, at time.Duration) bool {
	return at < 0 || got.Truncate(frame) == at.Truncate(frame)
}

func clock(d time.Duration) string {
	return fmt.Sprintf("%d.%03d", d/time.Second, d%time.Second/time.Millisecond)
}

func clocks(times []time.Duration) string {
	if len(times) == 0 {
		return "never"
	}
	var all []string
	for _, t := range times {
		all = append(all, clock(t))
	}
	return "at " + strings.Join(all, ", ")
}

func among(what string, at time.Duration, times []time.Duration) string {
	for _, t := range times {
		if sameFrame(t, at) {
			return ""
		}
	}
	return fmt.Sprintf("%s %s", what, clocks(times))
}

func happened[E Event](s *stage, what string, at time.Duration, ok func(E) bool) string {
	var times []time.Duration
	for _, e := range s.all() {
		if event, is := e.event.(E); is && ok(event) {
			times = append(times, e.at)
		}
	}
	return among(what, at, times)
}

func none[E Event](s *stage, _ time.Duration, _ []value) string {
	for _, e := range s.all() {
		if _, is := e.event.(E); is {
			return fmt.Sprintf("%T%+v at %s", e.event, e.event, clock(e.at))
		}
	}
	return ""
}

func equal(what string, got, want int) string {
	if got == want {
		return ""
	}
	return fmt.Sprintf("%d %s", got, what)
}

// voice is a stretch in which somebody speaks.
type voice struct{ from, to time.Duration }

// voices are the agent's stretches. What is quiet for up to 0.1 s is between words.
func (s *stage) voices() (all []voice) {
	for _, f := range s.voice.all() {
		if !f.loud {
			continue
		}
		if n := len(all); n > 0 && f.at-all[n-1].to <= 100*ms {
			all[n-1].to = f.at + frame
			continue
		}
		all = append(all, voice{f.at, f.at + frame})
	}
	return all
}

// everybody is when the agent or the caller speaks, in order of beginning.
func (s *stage) everybody() []voice {
	all := s.voices()
	s.ear.mu.Lock()
	defer s.ear.mu.Unlock()
	for _, tone := range s.ear.tones {
		i := 0
		for i < len(all) && all[i].from < tone.from {
			i++
		}
		all = append(all[:i], append([]voice{{tone.from, tone.to}}, all[i:]...)...)
	}
	return all
}

// logLine is a line of the call's log: a final sentence.
type logLine struct {
	at        time.Duration
	who, text string
	cut       bool
	unspoken  string
}

func (l logLine) String() string {
	line := fmt.Sprintf("log %s %q", l.who, l.text)
	if l.cut {
		line += fmt.Sprintf(" cut unspoken %q", l.unspoken)
	}
	return line
}

func (s *stage) log() (lines []logLine) {
	for _, e := range s.all() {
		switch event := e.event.(type) {
		case Heard:
			if event.Final && event.Text != "" {
				lines = append(lines, logLine{at: e.at, who: event.Leg.Role, text: event.Text})
			}
		case Spoken:
			if event.Final {
				lines = append(lines, logLine{e.at, RoleAgent, event.Text, event.Cut, event.Unspoken})
			}
		}
	}
	return lines
}

// checkLog compares the nth line of the log.
func (s *stage) checkLog(n int, st statement) string {
	log := s.log()
	if n >= len(log) {
		return fmt.Sprintf("the log has %d lines", len(log))
	}
	got, want := log[n], logLine{who: RoleAgent, text: st.Args[0].Text, cut: strings.Contains(st.Rule.Pattern, " cut")}
	if len(st.Args) == 2 && !want.cut {
		want.who, want.text = st.Args[0].Text, st.Args[1].Text
	} else if len(st.Args) == 2 {
		want.unspoken = st.Args[1].Text
	}
	if got.who != want.who || got.text != want.text || got.cut != want.cut || len(st.Args) == 2 && want.cut && got.unspoken != want.unspoken || !sameFrame(got.at, st.At) {
		return fmt.Sprintf("line %d of the log is: %v at %s", n+1, got, clock(got.at))
	}
	return ""
}

// checkMemory compares the nth line of the last request to the model.
func (s *stage) checkMemory(n int, st statement) string {
	asked := s.asked()
	if n >= len(asked) {
		return fmt.Sprintf("the model was told %d lines", len(asked))
	}
	if want := st.Args[0].Text + ": " + st.Args[1].Text; asked[n] != want {
		return fmt.Sprintf("the model was told %q", asked[n])
	}
	return ""
}

// allAsked is all that the model was ever told.
func (s *stage) allAsked() (lines []string) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	for _, r := range s.requests {
		for _, m := range r.Messages {
			lines = append(lines, m.Text)
		}
	}
	return lines
}

// story is what happened, in the words of expectations.
func (s *stage) story() string {
	var b strings.Builder
	tell := func(at time.Duration, format string, args ...any) {
		fmt.Fprintf(&b, "\texpect %s at %s\n", fmt.Sprintf(format, args...), clock(at))
	}
	for _, v := range s.voices() {
		tell(v.from, "agent begins")
		tell(v.to, "agent stops")
	}
	for _, l := range s.log() {
		tell(l.at, "%v", l)
	}
	for _, line := range s.asked() {
		role, text, _ := strings.Cut(line, ": ")
		fmt.Fprintf(&b, "\texpect memory %s %q\n", role, text)
	}
	for _, said := range s.extras.heard.said {
		tell(said.at, "voice %sis given %q", strings.TrimPrefix(said.voice+" ", " "), said.text)
	}
	for _, e := range s.all() {
		switch event := e.event.(type) {
		case Spoken:
			if event.Confidence != nil && event.Final {
				tell(e.at, "sentence %q from %q at %.0f %%", event.Text, strings.Join(event.Sources, ","), *event.Confidence*100)
			}
		case Heard:
			if !event.Final {
				tell(e.at, "shown %q", event.Text)
			}
		default:
			fmt.Fprintf(&b, "\t# %s %T%+v\n", clock(e.at), e.event, e.event)
		}
	}
	fmt.Fprintf(&b, "\t# %d requests, %+v\n", s.asks(), s.agent.Stats())
	return b.String()
}
