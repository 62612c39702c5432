package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/scenario"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// callLanguage is what can be said of a call on a whole server.
var callLanguage = scenario.Language[*callStage]{Settings: callSettings, Steps: callSteps, Expectations: callExpectations}

var callSettings = []callRule{
	{Pattern: "flag NAME TEXT", Set: func(s *callStage, v []callWord) error {
		s.flags = append(s.flags, [2]string{v[0].Text, strings.ReplaceAll(v[1].Text, "{dir}", s.folder)})
		return nil
	}},
	{Pattern: "file TEXT says TEXT", Set: writeFile},
	{Pattern: "call TEXT", Set: func(s *callStage, v []callWord) error { s.body = v[0].Text; return nil }},
	{Pattern: "reply to TEXT with TEXT", Set: func(s *callStage, v []callWord) error {
		s.says = append(s.says, scriptedReply{v[0].Text, scripted.Reply{Text: v[1].Text}})
		return nil
	}},
	{Pattern: "reply to TEXT with TEXT and call NAME with TEXT", Set: func(s *callStage, v []callWord) error {
		call := engine.ToolCall{Name: v[2].Text, Arguments: []byte(v[3].Text)}
		s.says = append(s.says, scriptedReply{v[0].Text, scripted.Reply{Text: v[1].Text, Calls: []engine.ToolCall{call}}})
		return nil
	}},
	{Pattern: "reply to TEXT with TEXT at COUNT % from TEXT", Set: func(s *callStage, v []callWord) error {
		sure := float64(v[2].Count) / 100
		s.says = append(s.says, scriptedReply{v[0].Text, scripted.Reply{Text: v[1].Text, Confidence: &sure, Sources: []string{v[3].Text}}})
		return nil
	}},
}

func writeFile(s *callStage, v []callWord) error {
	path := filepath.Join(s.folder, filepath.FromSlash(v[0].Text))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(v[1].Text), 0o600)
}

// asked is a request of somebody's, in the words of the protocol.
func asked(method string, params func(v []callWord) any) func(*callStage, []callWord) error {
	return func(s *callStage, v []callWord) error {
		p, rest := s.caller, v
		if len(v) > 0 && s.people[v[0].Text] != nil {
			p, rest = s.people[v[0].Text], v[1:]
		}
		var body any
		if params != nil {
			body = params(rest)
		}
		return p.Try(method, body, nil)
	}
}

func nothingMore([]callWord) any { return nil }

var callSteps = []callRule{
	{Pattern: "caller says TEXT for SECONDS", Do: func(s *callStage, v []callWord) error {
		s.speaks(s.caller, bubble.VoiceCaller, v[0].Text, v[1].Time)
		return nil
	}},
	{Pattern: "caller types TEXT", Do: asked(wire.MethodMessage, func(v []callWord) any { return wire.Message{Text: v[0].Text} })},
	{Pattern: "caller sets the email TEXT", Do: asked(wire.MethodSetEmail, func(v []callWord) any { return wire.SetEmail{Email: v[0].Text} })},
	{Pattern: "caller asks for a human", Do: asked(wire.MethodRequestHuman, nothingMore)},
	{Pattern: "caller asks for a human with the email TEXT", Do: asked(wire.MethodRequestHuman, func(v []callWord) any { return wire.RequestHuman{Email: v[0].Text} })},
	{Pattern: "caller cancels the request", Do: asked(wire.MethodCancelRequest, nothingMore)},
	{Pattern: "caller hangs up", Do: asked(wire.MethodHangup, nothingMore)},
	{Pattern: "NAME joins", Do: func(s *callStage, v []callWord) error {
		if s.people[v[0].Text] != nil {
			return errors.New("they are there")
		}
		hertz := bubble.VoiceHuman
		if len(s.people) > 0 {
			hertz = bubble.VoiceSecond
		}
		s.people[v[0].Text] = s.Join(v[0].Text, hertz, client.Config{Token: s.deskToken(v[0].Text), Call: s.made.CallID, AudioSlots: 3})
		return nil
	}},
	{Pattern: "NAME takes over", Do: func(s *callStage, v []callWord) error {
		p, err := s.person(v[0].Text)
		if err != nil {
			return err
		}
		s.aside.Go(func() { // it returns when they are heard, or are not
			if err := p.Try(wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil); err != nil {
				s.t.Errorf("%s cannot take over: %v", v[0].Text, err)
			}
		})
		return nil
	}},
	{Pattern: "microphone of NAME on|off", Do: func(s *callStage, v []callWord) error {
		p, err := s.person(v[0].Text)
		if err == nil {
			p.Release(v[1].Text == "off")
		}
		return err
	}},
	{Pattern: "NAME gives the call back", Do: asked(wire.MethodReturn, nothingMore)},
	{Pattern: "NAME gives the call back and watches", Do: asked(wire.MethodReturn, func([]callWord) any { return wire.Return{Watch: true} })},
	{Pattern: "NAME says TEXT for SECONDS", Do: func(s *callStage, v []callWord) error {
		p, err := s.person(v[0].Text)
		if err == nil {
			s.speaks(p, bubble.VoiceHuman, v[1].Text, v[2].Time)
		}
		return err
	}},
	{Pattern: "NAME watches the desk", Do: func(s *callStage, v []callWord) error {
		s.desks[v[0].Text] = s.console(v[0].Text)
		return nil
	}},
	{Pattern: "file TEXT says TEXT", Do: writeFile},
	{Pattern: "model fails", Do: func(s *callStage, _ []callWord) error { s.down.Store(true); return nil }},
	{Pattern: "model works", Do: func(s *callStage, _ []callWord) error { s.down.Store(false); return nil }},
}

var kinds = map[string]string{"replies": wire.SuggestReplies, "summary": wire.SuggestSummary, "facts": wire.SuggestFacts, "trouble": wire.SuggestWatch}

// helpedAt is when somebody was offered something of a kind that has a text.
func (s *callStage) helpedAt(p *bubble.Party, kind, text string) (times []time.Duration) {
	for _, x := range p.Told() {
		if x.Env == nil || x.Env.Type != wire.TypeSuggestion {
			continue
		}
		var one wire.Suggestion
		if json.Unmarshal(x.Env.Data, &one) == nil && (kind == "" || one.Kind == kinds[kind]) && strings.Contains(string(x.Env.Data), text) {
			times = append(times, x.At.Sub(s.start))
		}
	}
	return times
}

// logged are when events of a name, with a text in their data, stand in the log.
func (s *callStage) logged(name, text string, ok func(wire.Entry) bool) (times []time.Duration) {
	for _, e := range s.entries {
		if e.Kind == "event" && e.Event == name && strings.Contains(string(e.Data), text) && (ok == nil || ok(e)) {
			times = append(times, s.at(e.Time))
		}
	}
	return times
}

func private(e wire.Entry) bool { return e.Private }

func has(what, all, text string) string {
	if strings.Contains(all, text) {
		return ""
	}
	return fmt.Sprintf("%s: %s", what, all)
}

var callExpectations = []callRule{
	{Pattern: "log agent|caller|human TEXT"},
	{Pattern: "log agent TEXT cut unspoken TEXT"},
	{Pattern: "event NAME", Check: func(s *callStage, at time.Duration, v []callWord) string {
		return once("the log has it", at, s.logged(v[0].Text, "", nil))
	}},
	{Pattern: "event NAME with TEXT", Check: func(s *callStage, at time.Duration, v []callWord) string {
		return once("the log has it", at, s.logged(v[0].Text, v[1].Text, nil))
	}},
	{Pattern: "private event NAME with TEXT", Check: func(s *callStage, at time.Duration, v []callWord) string {
		return once("the log has it, and callers do not see it", at, s.logged(v[0].Text, v[1].Text, private))
	}},
	{Pattern: "event NAME COUNT times", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		if n := len(s.logged(v[0].Text, "", nil)); n != v[1].Count {
			return fmt.Sprintf("%d of them", n)
		}
		return ""
	}},
	{Pattern: "line TEXT from TEXT", Check: func(s *callStage, at time.Duration, v []callWord) string {
		var times []time.Duration
		for _, e := range s.log() {
			var data struct{ Sources []string }
			if e.Text == v[0].Text && json.Unmarshal(e.Data, &data) == nil && slices.Equal(data.Sources, []string{v[1].Text}) {
				times = append(times, s.at(e.Time))
			}
		}
		return once("the line is in the log with its source", at, times)
	}},
	{Pattern: "NAME is offered replies|summary|facts|trouble with TEXT", Check: func(s *callStage, at time.Duration, v []callWord) string {
		p, err := s.person(v[0].Text)
		if err != nil {
			return err.Error()
		}
		return once("it is offered", at, s.helpedAt(p, v[1].Text, v[2].Text))
	}},
	{Pattern: "NAME is offered nothing", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		p, err := s.person(v[0].Text)
		if err != nil {
			return err.Error()
		}
		if times := s.helpedAt(p, "", ""); len(times) > 0 {
			return fmt.Sprintf("at %v", times)
		}
		return ""
	}},
	{Pattern: "NAME is offered nothing after SECONDS", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		p, err := s.person(v[0].Text)
		if err != nil {
			return err.Error()
		}
		for _, at := range s.helpedAt(p, "", "") {
			if at > v[1].Time {
				return "at " + inSeconds(at)
			}
		}
		return ""
	}},
	{Pattern: "NAME is briefed with TEXT", Check: func(s *callStage, at time.Duration, v []callWord) string {
		p, err := s.person(v[0].Text)
		if err != nil {
			return err.Error()
		}
		var times []time.Duration
		for _, x := range p.Notified(wire.NotifyHandoff) {
			if strings.Contains(string(x.Params), `"brief"`) && strings.Contains(string(x.Params), v[1].Text) {
				times = append(times, x.At.Sub(s.start))
			}
		}
		return once("the brief comes", at, times)
	}},
	{Pattern: "brief's reason|matter|tried|open|mood|unspoken|detail TEXT", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		if s.brief == nil {
			return "there is no brief"
		}
		b := s.brief
		got := map[string]string{"reason": b.Reason, "matter": b.Summary.Matter, "tried": b.Summary.Tried, "open": b.Summary.Open, "mood": b.Mood,
			"unspoken": b.Unspoken, "detail": b.Detail}[v[0].Text]
		return has("it is", got, v[1].Text)
	}},
	{Pattern: "brief's fact NAME TEXT", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		if s.brief != nil && slices.ContainsFunc(s.brief.Facts, func(f wire.Fact) bool { return f.Kind == v[0].Text && f.Value == v[1].Text }) {
			return ""
		}
		return fmt.Sprintf("%+v", s.brief)
	}},
	{Pattern: "desk's line has TEXT", Check: func(s *callStage, _ time.Duration, v []callWord) string { return has("it is", s.line, v[0].Text) }},
	{Pattern: "desk tells NAME TEXT", Check: func(s *callStage, at time.Duration, v []callWord) string {
		d := s.desks[v[0].Text]
		if d == nil {
			return "they do not watch the desk"
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, f := range d.frames {
			if strings.Contains(string(f.Params), v[1].Text) {
				return ""
			}
		}
		return "it was not told"
	}},
	{Pattern: "caller hears agent|human from SECONDS until SECONDS", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		for _, one := range s.spells(s.caller.AudioSlots()[0]) {
			if one.who == v[0].Text && around(one.from, v[1].Time) && around(one.to, v[2].Time) {
				return ""
			}
		}
		return "there is no such stretch"
	}},
	{Pattern: "caller is never sent TEXT", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		if strings.Contains(s.caller.Dump(), v[0].Text) {
			return "it is among what the caller was sent"
		}
		return ""
	}},
	{Pattern: "agent never says TEXT", Check: func(s *callStage, _ time.Duration, v []callWord) string {
		for _, e := range s.log() {
			if e.Role == wire.RoleAgent && strings.Contains(e.Text, v[0].Text) {
				return "it says " + e.Text
			}
		}
		return ""
	}},
}

// What the format has is described.
func TestCallScenariosAreDescribed(t *testing.T) {
	readme, err := os.ReadFile("../../agentbot/testdata/scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(strings.ReplaceAll(string(readme), `\|`, "|"), "## The whole server")
	for _, r := range slices.Concat(callSettings, callSteps, callExpectations) {
		words := strings.Fields(r.Pattern)
		for n := min(len(words), 3); !strings.Contains(text, strings.Join(words[:n], " ")); n-- {
			if n == 1 {
				t.Errorf("%q is not described", r.Pattern)
				break
			}
		}
	}
}
