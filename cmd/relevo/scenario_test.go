package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/scenario"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// Scenarios of the whole server; agentbot/testdata/scenarios/README.md describes
// them.
type (
	callRule = scenario.Rule[*callStage]
	callStep = scenario.Statement[*callStage]
	callWord = scenario.Value
)

// callStage is a call on a whole server, in a bubble.
type callStage struct {
	*whole
	folder string // of the scenario's files
	flags  [][2]string
	body   string // of POST /v1/calls
	model  scripted.LLM
	says   []scriptedReply
	down   atomic.Bool // the model fails

	start   time.Time
	made    wire.CreateCallResult
	caller  *bubble.Party
	people  map[string]*bubble.Party
	desks   map[string]*console
	aside   sync.WaitGroup // requests that are waited for at the end
	entries []wire.Entry   // when it is over
	brief   *wire.Brief
	line    string // the desk's records of the call, as JSON
}

type scriptedReply struct {
	to    string // a part of what was said last
	reply scripted.Reply
}

func (s *callStage) now() time.Duration { return time.Since(s.start) }

// answer is the scripted model: the first reply that fits.
func (s *callStage) answer(r engine.Request) scripted.Reply {
	last := r.Messages[len(r.Messages)-1].Text
	for _, one := range s.says {
		if strings.Contains(last, one.to) {
			return one.reply
		}
	}
	return scripted.Echo(r)
}

func (s *callStage) fault(op scripted.Op) scripted.Fault {
	if op == scripted.Chat && s.down.Load() {
		return scripted.Fail(engine.Unavailable)
	}
	return scripted.Fault{}
}

// TestCallScenarios plays each file of testdata/scenarios with a whole server in
// a bubble.
func TestCallScenarios(t *testing.T) {
	paths, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d scenarios, %v", len(paths), err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".txt"), func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			sc, err := callLanguage.Parse(string(src))
			if err != nil {
				t.Fatalf("%s:\n%v", name, err)
			}
			synctest.Test(t, func(t *testing.T) { playCall(t, name, sc) })
		})
	}
}

func playCall(t *testing.T, name string, sc *scenario.Scenario[*callStage]) {
	s := &callStage{folder: t.TempDir(), body: `{"name":"Carla"}`, people: map[string]*bubble.Party{}, desks: map[string]*console{}}
	wrong := func(line int, format string, args ...any) {
		t.Errorf("%s:%d: %s", name, line, fmt.Sprintf(format, args...))
	}
	for _, st := range sc.Settings {
		if err := st.Rule.Set(s, st.Args); err != nil {
			wrong(st.Line, "%v", err)
		}
	}
	s.whole = newWhole(t, s.configure)
	defer s.close()
	s.rest("POST", "/v1/calls", s.body, &s.made)
	s.caller = s.Join("caller", bubble.VoiceCaller, client.Config{Token: s.made.Token, AudioSlots: 2})
	defer s.caller.Leave()
	defer func() {
		for _, p := range s.people {
			p.Leave()
		}
		for _, d := range s.desks {
			d.close()
		}
	}()
	s.start = time.Now()
	for _, st := range sc.Steps {
		if late := s.now() - st.At; late > 0 {
			wrong(st.Line, "the step before it took %v longer", late)
		}
		time.Sleep(st.At - s.now())
		if err := st.Rule.Do(s, st.Args); err != nil {
			wrong(st.Line, "%v", err)
		}
	}
	time.Sleep(sc.End - s.now())
	s.aside.Wait()
	s.remember()
	lines := 0
	for _, st := range sc.Expects {
		why := ""
		if strings.HasPrefix(st.Rule.Pattern, "log ") {
			why = s.checkLine(lines, st)
			lines++
		} else {
			why = st.Rule.Check(s, st.At, st.Args)
		}
		if why != "" {
			wrong(st.Line, "%s", why)
		}
	}
	if n := len(s.log()); lines > 0 && n > lines {
		wrong(sc.Expects[len(sc.Expects)-1].Line, "the log has %d more lines", n-lines)
	}
	if t.Failed() || testing.Verbose() {
		t.Logf("what happened:\n%s", s.story())
	}
}

// configure is the server's configuration: its flags' defaults, what a bubble
// needs, and the scenario's flags.
func (s *callStage) configure(c *config, e *agentbot.Engines) {
	bubbled := *c
	fs := flag.NewFlagSet("scenario", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.flags(fs)
	c.Dev, c.Listen, c.RTCUDP, c.RTCTCP, c.Data = bubbled.Dev, bubbled.Listen, bubbled.RTCUDP, bubbled.RTCTCP, bubbled.Data
	c.Key, c.Secret, c.MaxCalls, c.MaxMembers, c.Greeting = bubbled.Key, bubbled.Secret, bubbled.MaxCalls, bubbled.MaxMembers, bubbled.Greeting
	c.Preemptive = 0
	for _, f := range s.flags {
		if err := fs.Set(f[0], f[1]); err != nil {
			panic(fmt.Sprintf("flag %s: %v", f[0], err))
		}
	}
	s.model = scripted.LLM{FirstToken: 150 * time.Millisecond, PerToken: 20 * time.Millisecond, Reply: s.answer, Fault: s.fault}
	e.LLM = &s.model
	if asr, ok := e.ASR.(*scripted.ASR); ok {
		asr.PerWord, asr.Previews = 150*time.Millisecond, true
	}
}

// remember asks the server for all that is left of the call.
func (s *callStage) remember() {
	var log wire.EntryList
	s.rest("GET", "/v1/calls/"+s.made.CallID+"/entries", "", &log)
	s.entries = log.Entries
	var record wire.CallRecord
	s.rest("GET", "/v1/calls/"+s.made.CallID, "", &record)
	s.brief = record.Brief
	var line json.RawMessage
	s.rest("GET", "/v1/desk/handoffs?call="+s.made.CallID, "", &line)
	s.line = string(line)
}

func (s *callStage) person(name string) (*bubble.Party, error) {
	if p := s.people[name]; p != nil {
		return p, nil
	}
	if name == "caller" {
		return s.caller, nil
	}
	return nil, fmt.Errorf("%s has not joined", name)
}

// speaks lets somebody talk for a while and be understood.
func (s *callStage) speaks(p *bubble.Party, hertz int, text string, d time.Duration) {
	s.means(hertz, text)
	p.Talk(true)
	time.AfterFunc(d, func() { p.Talk(false) })
}

// log are the lines that people said, typed or heard.
func (s *callStage) log() []wire.Entry {
	return slices.DeleteFunc(slices.Clone(s.entries), func(e wire.Entry) bool { return e.Kind == "event" || e.Text == "" && e.Unspoken == "" })
}

func lineOf(e wire.Entry) string {
	text := fmt.Sprintf("log %s %q", e.Role, e.Text)
	if e.Cut {
		text += fmt.Sprintf(" cut unspoken %q", e.Unspoken)
	}
	return text
}

// checkLine compares the nth line of the log.
func (s *callStage) checkLine(n int, st callStep) string {
	log := s.log()
	if n >= len(log) {
		return fmt.Sprintf("the log has %d lines", len(log))
	}
	want := wire.Entry{Role: wire.RoleAgent, Text: st.Args[0].Text}
	if strings.Contains(st.Rule.Pattern, " cut") {
		want.Cut, want.Unspoken = true, st.Args[1].Text
	} else {
		want.Role, want.Text = wire.Role(st.Args[0].Text), st.Args[1].Text
	}
	at := s.at(log[n].Time)
	if got := lineOf(log[n]); got != lineOf(want) || !around(at, st.At) {
		return fmt.Sprintf("line %d of the log is: %s at %s", n+1, got, inSeconds(at))
	}
	return ""
}

func (s *callStage) at(unixMS int64) time.Duration { return time.UnixMilli(unixMS).Sub(s.start) }

// slack is how far from its time something may be: the media's pace begins with
// each join, on no whole frame of the scenario's.
const slack = 40 * time.Millisecond

func around(got, want time.Duration) bool { return want < 0 || (got-want).Abs() <= slack }

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }

// once says whether something happened at its time.
func once(what string, at time.Duration, times []time.Duration) string {
	if slices.ContainsFunc(times, func(t time.Duration) bool { return around(t, at) }) {
		return ""
	}
	var all []string
	for _, t := range times {
		all = append(all, inSeconds(t))
	}
	return fmt.Sprintf("%s: at %v", what, all)
}

// story is what happened, in the words of expectations.
func (s *callStage) story() string {
	var b strings.Builder
	for _, e := range s.entries {
		at := inSeconds(s.at(e.Time))
		switch {
		case e.Kind == "event":
			fmt.Fprintf(&b, "\texpect event %s at %s # private %v %s\n", e.Event, at, e.Private, e.Data)
		case e.Text != "" || e.Unspoken != "":
			fmt.Fprintf(&b, "\texpect %s at %s # %s\n", lineOf(e), at, e.Data)
		}
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range s.people {
			if !yield(name) {
				return
			}
		}
	}) {
		for _, x := range s.people[name].Told() {
			if x.Env != nil && x.Env.Type == wire.TypeSuggestion {
				fmt.Fprintf(&b, "\t# %s at %s: %s\n", name, inSeconds(x.At.Sub(s.start)), x.Env.Data)
			}
		}
	}
	for _, v := range s.spells(s.caller.AudioSlots()[0]) {
		fmt.Fprintf(&b, "\texpect caller hears %s from %s until %s\n", v.who, inSeconds(v.from), inSeconds(v.to))
	}
	brief, _ := json.Marshal(s.brief)
	fmt.Fprintf(&b, "\t# brief %s\n\t# desk %s\n", brief, s.line)
	return b.String()
}

// spell is a stretch in which the caller hears one voice.
type spell struct {
	who      string
	from, to time.Duration
}

var voices = map[int]string{bubble.VoiceAI: "agent", bubble.VoiceHuman: "human", bubble.VoiceSecond: "human"}

// spells are the stretches of voices in a slot; gaps of up to 0.2 s are between
// words.
func (s *callStage) spells(slot string) (all []spell) {
	for _, f := range s.caller.Ear(slot) {
		who, at := voices[f.Hertz], f.At.Sub(s.start)
		if who == "" {
			continue
		}
		if n := len(all); n > 0 && all[n-1].who == who && at-all[n-1].to <= 200*time.Millisecond {
			all[n-1].to = at + 20*time.Millisecond
			continue
		}
		all = append(all, spell{who, at, at + 20*time.Millisecond})
	}
	return all
}
