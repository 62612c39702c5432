package agentbot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/tools"
)

// extras are what the statements of this file and of scenario_service_test.go
// change of a stage.
type extras struct {
	lines    map[string]map[string]any // by language and field
	folder   string                    // of the knowledge; "": none
	meanings *meanings                 // nil: knowledge is searched by words alone
	endpoint *endpointOf               // nil: the engines are scripted
	services []shopPath
	client   bool // tools are called by the real client

	heard struct {
		sync.Mutex
		said  []voiceSaid
		asked []string // paths of services
	}
}

// voiceSaid is a text that the voice was given.
type voiceSaid struct {
	at          time.Duration
	text, voice string
}

// listening notes what the voice is given.
type listening struct {
	engine.TTS
	s *stage
}

// Speak implements engine.TTS.
func (l listening) Speak(ctx context.Context, text, voice string) (engine.SpeechStream, error) {
	x := &l.s.extras
	x.heard.Lock()
	x.heard.said = append(x.heard.said, voiceSaid{l.s.now(), text, voice})
	x.heard.Unlock()
	stream, err := l.TTS.Speak(ctx, text, voice)
	if err == nil && l.s.wordless {
		stream = wordless{stream}
	}
	return stream, err
}

// wordless is a voice that does not tell when its words are.
type wordless struct{ engine.SpeechStream }

// Words implements engine.SpeechStream.
func (wordless) Words() []engine.WordTime { return nil }

// equip makes the agent's configuration and engines what the settings say.
func (s *stage) equip() {
	if len(s.extras.lines) > 0 {
		file, err := json.Marshal(s.extras.lines)
		if err != nil {
			s.t.Fatal(err)
		}
		if s.cfg.Tongues, err = ReadTongues(strings.NewReader(string(file))); err != nil {
			s.t.Fatal(err)
		}
	}
	if len(s.extras.lines) > 0 || s.cfg.Language != "" {
		s.cfg.Rendered = nil
	}
	if s.extras.client {
		s.serveTools()
	}
	s.behind = func(e Engines) Engines {
		if s.extras.endpoint != nil {
			e = s.openEndpoint(e)
		}
		if s.extras.folder != "" {
			e.LLM = s.openKnowledge()
		}
		e.TTS = listening{e.TTS, s}
		return e
	}
}

// many are the lines of which there are several.
var many = []string{"stillWaiting", "fillers", "toolWaits"}

func (s *stage) line(field, language, text string) {
	x := &s.extras
	if x.lines == nil {
		x.lines = make(map[string]map[string]any)
	}
	if x.lines[language] == nil {
		x.lines[language] = make(map[string]any)
	}
	if slices.Contains(many, field) {
		x.lines[language][field] = strings.Split(text, "|")
	} else {
		x.lines[language][field] = text
	}
}

// know writes a file of the knowledge folder.
func (s *stage) know(name, text string) error {
	if s.extras.folder == "" {
		s.extras.folder = s.t.TempDir()
	}
	return os.WriteFile(filepath.Join(s.extras.folder, filepath.Base(name)), []byte(text), 0o600)
}

func (s *stage) ends(name, status string, after time.Duration) error {
	s.outcome[name] = tools.Result{Status: status, Err: errors.New("it is " + status)}
	s.takes[name] = after
	return nil
}

// wordSettings are settings of an agent alone.
var wordSettings = []rule{
	{Pattern: "language NAME", Set: func(s *stage, v []value) error { s.cfg.Language = v[0].Text; return nil }},
	{Pattern: "greeting of the language", Set: func(s *stage, _ []value) error { s.cfg.SpeakLike(""); return nil }},
	{Pattern: "line NAME in NAME is TEXT", Set: func(s *stage, v []value) error { s.line(v[0].Text, v[1].Text, v[2].Text); return nil }},
	{Pattern: "voice of NAME is NAME", Set: func(s *stage, v []value) error { s.line("voice", v[0].Text, v[1].Text); return nil }},
	{Pattern: "prompt TEXT", Set: func(s *stage, v []value) error { s.cfg.Prompt = v[0].Text; return nil }},
	{Pattern: "hand over when TEXT", Set: func(s *stage, v []value) error { s.cfg.HandoverWhen = v[0].Text; return nil }},
	{Pattern: "rules TEXT", Set: func(s *stage, v []value) error {
		rules, err := escalation.Parse([]byte(v[0].Text))
		rules.AsksForHuman, rules.Distressed = s.rules.AsksForHuman, s.rules.Distressed
		s.rules = rules
		return err
	}},
	{Pattern: "passage TEXT says TEXT", Set: func(s *stage, v []value) error {
		s.llm.Grounds = append(s.llm.Grounds, engine.Ground{Source: v[0].Text, Text: v[1].Text})
		return nil
	}},
	{Pattern: "knowledge TEXT says TEXT", Set: func(s *stage, v []value) error { return s.know(v[0].Text, v[1].Text) }},
	{Pattern: "reply to TEXT with TEXT and call NAME with TEXT", Set: func(s *stage, v []value) error {
		call := engine.ToolCall{Name: v[2].Text, Arguments: []byte(v[3].Text)}
		s.replies = append(s.replies, cue{to: v[0].Text, reply: scripted.Reply{Text: v[1].Text, Calls: []engine.ToolCall{call}}})
		return nil
	}},
	{Pattern: "tool NAME ends NAME after SECONDS", Set: func(s *stage, v []value) error {
		if err := s.defineTool(v[0].Text, "", "", v[2].Time); err != nil {
			return err
		}
		return s.ends(v[0].Text, v[1].Text, v[2].Time)
	}},
	{Pattern: "tts tells no word times", Set: func(s *stage, _ []value) error { s.wordless = true; return nil }},
}

// wordSteps are steps of an agent alone.
var wordSteps = []rule{
	{Pattern: "ask for an email on|off", Do: func(s *stage, v []value) error { s.agent.AskEmail(onOff(v[0])); return nil }},
	{Pattern: "knowledge TEXT says TEXT", Do: func(s *stage, v []value) error { return s.know(v[0].Text, v[1].Text) }},
	{Pattern: "knowledge TEXT is removed", Do: func(s *stage, v []value) error {
		return os.Remove(filepath.Join(s.extras.folder, filepath.Base(v[0].Text)))
	}},
	{Pattern: "waits at place COUNT for COUNT minutes", Do: func(s *stage, v []value) error {
		s.agent.Waiting(v[0].Count, time.Duration(v[1].Count)*time.Minute, false)
		return nil
	}},
}

// wordExpectations are expectations of an agent alone.
var wordExpectations = []rule{
	{Pattern: "voice is given TEXT", Check: func(s *stage, at time.Duration, v []value) string {
		return s.given(at, func(said voiceSaid) bool { return said.text == v[0].Text })
	}},
	{Pattern: "voice NAME is given TEXT", Check: func(s *stage, at time.Duration, v []value) string {
		return s.given(at, func(said voiceSaid) bool { return said.voice == v[0].Text && said.text == v[1].Text })
	}},
	{Pattern: "email TEXT given", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "the address is told", at, func(e EmailGiven) bool { return e.Address == v[0].Text })
	}},
	{Pattern: "no email", Check: none[EmailGiven]},
	{Pattern: "wants human because NAME about TEXT", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "a human is asked for with that", at, func(h WantHuman) bool { return h.Reason == v[0].Text && strings.Contains(h.Detail, v[1].Text) })
	}},
	{Pattern: "sentence TEXT from TEXT at COUNT %", Check: func(s *stage, at time.Duration, v []value) string {
		return happened(s, "it is said with its source and confidence", at, func(sp Spoken) bool {
			return sp.Final && sp.Text == v[0].Text && strings.Join(sp.Sources, ",") == v[1].Text && sp.Confidence != nil && int(*sp.Confidence*100+0.5) == v[2].Count
		})
	}},
	{Pattern: "model told NAME TEXT", Check: func(s *stage, _ time.Duration, v []value) string {
		for _, line := range s.asked() {
			if role, text, _ := strings.Cut(line, ": "); role == v[0].Text && strings.Contains(text, v[1].Text) {
				return ""
			}
		}
		return fmt.Sprintf("the model was told %q", s.asked())
	}},
	{Pattern: "wants human COUNT times", Check: func(s *stage, _ time.Duration, v []value) string {
		return equal("wishes for a human", len(of[WantHuman](s.world, 0)), v[0].Count)
	}},
	{Pattern: "model offered NAME as TEXT", Check: func(s *stage, _ time.Duration, v []value) string {
		s.world.mu.Lock()
		defer s.world.mu.Unlock()
		for _, r := range s.requests {
			for _, tool := range r.Tools {
				if tool.Name == v[0].Text && tool.Description == v[1].Text {
					return ""
				}
			}
		}
		return "it is not offered so"
	}},
	{Pattern: "refused COUNT sentences", Check: func(s *stage, _ time.Duration, v []value) string {
		return equal("refused", int(s.agent.Stats().Refused), v[0].Count)
	}},
}

func (s *stage) given(at time.Duration, ok func(voiceSaid) bool) string {
	x := &s.extras
	x.heard.Lock()
	defer x.heard.Unlock()
	var times []time.Duration
	texts := map[string]bool{}
	for _, said := range x.heard.said {
		texts[said.voice+" "+said.text] = true
		if ok(said) {
			times = append(times, said.at)
		}
	}
	if why := among("the voice is given it", at, times); why != "" {
		return fmt.Sprintf("%s; it was given %q", why, slices.Sorted(maps.Keys(texts)))
	}
	return ""
}
