package agentbot

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/intent"
	"github.com/relevo/relevo/agentbot/scenario"
	"github.com/relevo/relevo/agentbot/tools"
	"github.com/relevo/relevo/agentbot/turn"
)

type scenarioFile struct{ name, src string }

func scenarioFiles(t testing.TB) (files []scenarioFile) {
	t.Helper()
	paths, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(paths) < 30 {
		t.Fatalf("%d scenarios, %v", len(paths), err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, scenarioFile{strings.TrimSuffix(filepath.Base(path), ".txt"), string(src)})
	}
	return files
}

// TestScenarios plays each file with the agent in a bubble.
func TestScenarios(t *testing.T) {
	for _, file := range scenarioFiles(t) {
		t.Run(file.name, func(t *testing.T) {
			sc, err := stageLanguage.Parse(file.src)
			if err != nil {
				t.Fatalf("%s.txt:\n%v", file.name, err)
			}
			inBubble(t, func(w *world) { newStage(w).play(file.name, sc) })
		})
	}
}

// stage is where a scenario is played: a world, and what its files may change.
type stage struct {
	*world
	at      time.Duration // of the step that is done
	silent  bool          // it does not begin in mode Answer
	rules   escalation.Config
	replies []cue
	tools   []string // definitions
	outcome map[string]tools.Result
	takes   map[string]time.Duration
	tones   map[string]int // of texts
	humans  *tape          // what the human's microphone hears
	extras
	wordless bool                                                                              // the voice tells no word times
	clientDo func(ctx, stop context.Context, t *tools.Tool, args tools.Arguments) tools.Result // nil: tools are scripted

	mu     sync.Mutex
	faults map[scripted.Op]*disorder
	called int // tools
}

// cue is what the model answers.
type cue struct {
	to    string // a part of the last message; "" is any
	after string // a tool that has answered
	how   string // with this status; "" is any
	reply scripted.Reply
}

// disorder is what an engine suffers from.
type disorder struct {
	fault scripted.Fault
	after int // operations that are well
	times int // that are not; -1: all
}

// No two things that depend on each other happen at the same instant, so that a
// scenario is the same every time: the agent's frames are sent at whole frames,
// steps are done, frames heard and engines ready a little after them.
const (
	stepOffset  = 3 * ms
	earOffset   = 7 * ms
	humanOffset = 11 * ms
	asrOffset   = 1 * ms
	llmOffset   = 2 * ms
	ttsOffset   = 4 * ms
)

func newStage(w *world) *stage {
	s := &stage{
		world: w, outcome: map[string]tools.Result{}, takes: map[string]time.Duration{}, tones: map[string]int{}, faults: map[scripted.Op]*disorder{},
		rules: escalation.Config{AsksForHuman: intent.Human, Distressed: intent.Distress},
	}
	w.asr.Phrases, w.asr.Previews, w.asr.PerWord = map[int]string{}, true, 150*ms
	w.cfg.Preemptive = -1
	w.ear.start = w.start.Add(earOffset)
	w.asr.Fault, w.llm.Fault, w.tts.Fault = s.suffer, s.suffer, s.suffer
	w.llm.Reply = s.answer
	return s
}

func (s *stage) play(name string, sc *scenario.Scenario[*stage]) {
	failed := false
	tell := func(line int, format string, args ...any) {
		failed = true
		s.t.Errorf("%s.txt:%d: %s", name, line, fmt.Sprintf(format, args...))
	}
	for _, st := range sc.Settings {
		if err := st.Rule.Set(s, st.Args); err != nil {
			tell(st.Line, "%v", err)
		}
	}
	s.rehearse(sc.Steps)
	s.asr.FinishDelay += asrOffset
	s.llm.FirstToken += llmOffset
	s.tts.FirstSample += ttsOffset
	s.open()
	for _, st := range sc.Steps {
		s.at = st.At
		s.pass(st.At + stepOffset - s.now())
		if err := st.Rule.Do(s, st.Args); err != nil {
			tell(st.Line, "%v", err)
		}
		synctest.Wait()
	}
	s.pass(sc.End - s.now())
	logged, remembered := 0, 0
	for _, st := range sc.Expects {
		why := ""
		switch {
		case strings.HasPrefix(st.Rule.Pattern, "log "):
			why = s.checkLog(logged, st)
			logged++
		case strings.HasPrefix(st.Rule.Pattern, "memory "):
			why = s.checkMemory(remembered, st)
			remembered++
		default:
			why = st.Rule.Check(s, st.At, st.Args)
		}
		if why != "" {
			tell(st.Line, "%s", why)
		}
	}
	last := sc.Expects[len(sc.Expects)-1].Line
	if n := len(s.log()); logged > 0 && n > logged {
		tell(last, "the log has %d more lines", n-logged)
	}
	if n := len(s.asked()); remembered > 0 && n > remembered {
		tell(last, "the model was told %d more lines", n-remembered)
	}
	if failed || testing.Verbose() {
		s.t.Logf("what happened:\n%s", s.story())
	}
}

// rehearse gives each text that is said a tone by which the recogniser knows it.
func (s *stage) rehearse(steps []statement) {
	for _, st := range steps {
		if strings.Contains(st.Rule.Pattern, "says TEXT") {
			text := st.Args[0].Text
			if _, known := s.tones[text]; !known {
				hertz := 400 + 100*len(s.tones)
				s.tones[text] = hertz
				s.asr.Phrases[hertz] = text
			}
		}
	}
	if len(s.tones) == 0 {
		s.asr.Phrases[400] = "nothing"
	}
}

// open starts the agent with the caller there.
func (s *stage) open() {
	rules, err := escalation.New(s.rules)
	if err != nil {
		s.t.Fatal(err)
	}
	s.cfg.Escalation = rules
	s.equip()
	if len(s.tools) > 0 {
		set, err := tools.Read(strings.NewReader(`{"tools":[`+strings.Join(s.tools, ",")+`]}`), func(string) (string, bool) { return "", false }, RequestHuman)
		if err != nil {
			s.t.Fatal(err)
		}
		call := s.callTool
		if s.clientDo != nil {
			call = s.clientDo
		}
		s.cfg.UseTools(set, call)
	}
	if s.silent {
		s.create()
		s.agent.Hear(s.caller, s.ear)
		s.pass(0)
		return
	}
	s.begin()
}

// suffer is the fault of an engine's operation.
func (s *stage) suffer(op scripted.Op) scripted.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.faults[op]
	switch {
	case d == nil || d.times == 0:
		return scripted.Fault{}
	case d.after > 0:
		d.after--
		return scripted.Fault{}
	}
	d.times = max(d.times-1, -1)
	return d.fault
}

func (s *stage) disturb(name string, d disorder) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ops []scripted.Op
	switch name {
	case "asr":
		ops = []scripted.Op{scripted.FinishASR, scripted.Preview}
	case "llm":
		ops = []scripted.Op{scripted.Chat}
		if d.after > 0 {
			ops = []scripted.Op{scripted.NextDelta}
		}
	case "tts":
		ops = []scripted.Op{scripted.Speak}
	}
	for _, op := range ops {
		s.faults[op] = &disorder{d.fault, d.after, d.times}
	}
	return nil
}

func (s *stage) mend(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "llm" {
		delete(s.faults, scripted.NextDelta)
	}
	for op := range s.faults {
		if engineOf(op) == name {
			delete(s.faults, op)
		}
	}
	return nil
}

func engineOf(op scripted.Op) string {
	switch op {
	case scripted.FinishASR, scripted.Preview:
		return "asr"
	case scripted.Chat, scripted.NextDelta:
		return "llm"
	}
	return "tts"
}

// answer is the model: the first cue that fits.
func (s *stage) answer(r engine.Request) scripted.Reply {
	last := r.Messages[len(r.Messages)-1]
	for _, c := range s.replies {
		if last.Role == engine.RoleTool && c.after == last.Name && strings.Contains(last.Text, `"status":"`+c.how) || last.Role != engine.RoleTool && c.after == "" && strings.Contains(last.Text, c.to) {
			return c.reply
		}
	}
	return scripted.Echo(r)
}

func (s *stage) callTool(ctx, stop context.Context, t *tools.Tool, _ tools.Arguments) tools.Result {
	s.mu.Lock()
	s.called++
	s.mu.Unlock()
	if !t.Safe() {
		ctx = stop
	}
	timer := time.NewTimer(s.takes[t.Name()])
	defer timer.Stop()
	select {
	case <-timer.C:
		r := s.outcome[t.Name()]
		r.Duration = s.takes[t.Name()]
		return r
	case <-ctx.Done():
		return tools.Result{Status: tools.Cancelled, Err: ctx.Err()}
	}
}

func (s *stage) defineTool(name, extra, answers string, takes time.Duration) error {
	s.tools = append(s.tools, fmt.Sprintf(`{"name":%q,"description":"Does it.","url":"http://shop/%s","timeout":"30s"%s}`, name, name, extra))
	s.takes[name], s.outcome[name] = takes, tools.Result{Status: tools.OK, Code: 200, Body: answers}
	return nil
}

// echo lets the agent's voice come back to the caller's microphone.
func (s *stage) echo(delay time.Duration, db int) {
	s.voice.mu.Lock()
	s.voice.keep = true
	s.voice.mu.Unlock()
	gain := math.Pow(10, -float64(db)/20)
	s.ear.mu.Lock()
	defer s.ear.mu.Unlock()
	s.ear.back = func(at time.Duration, pcm []int16) {
		played := at - delay
		s.voice.mu.Lock()
		defer s.voice.mu.Unlock()
		for i := len(s.voice.sound) - 1; i >= 0; i-- {
			f := s.voice.frames[len(s.voice.frames)-len(s.voice.sound)+i]
			if f.at > played {
				continue
			}
			if played-f.at < 20*ms {
				for k := range pcm {
					pcm[k] += int16(gain * float64(s.voice.sound[i][k/2]))
				}
			}
			return
		}
	}
}

// speak lets a microphone hear a tone from the step's time on.
func (s *stage) speak(ear *tape, hertz int, d time.Duration) {
	ear.mu.Lock()
	defer ear.mu.Unlock()
	ear.tones = append(ear.tones, toneSpan{s.at - s.joinedAt(ear), s.at - s.joinedAt(ear) + d, float64(hertz)})
}

// joinedAt is the scenario's time at an ear's beginning.
func (s *stage) joinedAt(ear *tape) time.Duration { return ear.start.Sub(s.start).Truncate(frame) }

func (s *stage) joined() (*tape, error) {
	if s.humans == nil {
		return nil, fmt.Errorf("no human has joined")
	}
	return s.humans, nil
}

func jsonText(name, text string) string {
	return fmt.Sprintf(`,%q:{"en":%s}`, name, strconv.Quote(text))
}

func percent(n int) *float64 {
	f := float64(n) / 100
	return &f
}

// settings stand before the first step.
var settings = []rule{
	{Pattern: "greeting TEXT", Set: func(s *stage, v []value) error { s.cfg.Greeting = v[0].Text; return nil }},
	{Pattern: "begin silent", Set: func(s *stage, _ []value) error { s.silent = true; return nil }},
	{Pattern: "preemptive COUNT", Set: func(s *stage, v []value) error { s.cfg.Preemptive = cmp.Or(v[0].Count, -1); return nil }},
	{Pattern: "fillers TEXT", Set: func(s *stage, v []value) error { s.cfg.Lines.Fillers = strings.Split(v[0].Text, "|"); return nil }},
	{Pattern: "barge-in by words COUNT", Set: func(s *stage, v []value) error {
		s.cfg.Turn.BargeInBy, s.cfg.Turn.BargeInWords = turn.ByWords, v[0].Count
		return nil
	}},
	{Pattern: "handover phrase TEXT", Set: func(s *stage, v []value) error {
		s.rules.Phrases = append(s.rules.Phrases, escalation.Phrase{Name: v[0].Text, Words: []string{v[0].Text}})
		return nil
	}},
	{Pattern: "asr takes SECONDS", Set: func(s *stage, v []value) error { s.asr.FinishDelay = v[0].Time; return nil }},
	{Pattern: "asr tells no text early", Set: func(s *stage, _ []value) error { s.asr.Onset, s.asr.Previews = time.Hour, false; return nil }},
	{Pattern: "asr tells a word after SECONDS", Set: func(s *stage, v []value) error { s.asr.Onset = v[0].Time; return nil }},
	{Pattern: "llm takes SECONDS and SECONDS a word", Set: func(s *stage, v []value) error {
		s.llm.FirstToken, s.llm.PerToken = v[0].Time, v[1].Time
		return nil
	}},
	{Pattern: "tts takes SECONDS and speaks SECONDS a word", Set: func(s *stage, v []value) error {
		s.tts.FirstSample, s.tts.PerWord = v[0].Time, v[1].Time
		s.cfg.Rendered = nil
		return nil
	}},
	{Pattern: "reply to TEXT with TEXT", Set: func(s *stage, v []value) error {
		s.replies = append(s.replies, cue{to: v[0].Text, reply: scripted.Reply{Text: v[1].Text}})
		return nil
	}},
	{Pattern: "reply to TEXT with TEXT and call NAME", Set: func(s *stage, v []value) error {
		s.replies = append(s.replies, cue{to: v[0].Text, reply: scripted.Reply{Text: v[1].Text, Calls: []engine.ToolCall{{Name: v[2].Text, Arguments: []byte("{}")}}}})
		return nil
	}},
	{Pattern: "reply to TEXT with TEXT at COUNT % from TEXT", Set: func(s *stage, v []value) error {
		s.replies = append(s.replies, cue{to: v[0].Text, reply: scripted.Reply{Text: v[1].Text, Confidence: percent(v[2].Count), Sources: []string{v[3].Text}}})
		return nil
	}},
	{Pattern: "reply after NAME ends NAME with TEXT", Set: func(s *stage, v []value) error {
		s.replies = append(s.replies, cue{after: v[0].Text, how: v[1].Text, reply: scripted.Reply{Text: v[2].Text}})
		return nil
	}},
	{Pattern: "reply after NAME with TEXT", Set: func(s *stage, v []value) error {
		s.replies = append(s.replies, cue{after: v[0].Text, reply: scripted.Reply{Text: v[1].Text}})
		return nil
	}},
	{Pattern: "tool NAME takes SECONDS and answers TEXT", Set: func(s *stage, v []value) error {
		return s.defineTool(v[0].Text, "", v[2].Text, v[1].Time)
	}},
	{Pattern: "tool NAME says TEXT takes SECONDS and answers TEXT", Set: func(s *stage, v []value) error {
		return s.defineTool(v[0].Text, jsonText("say", v[1].Text), v[3].Text, v[2].Time)
	}},
	{Pattern: "tool NAME asks TEXT takes SECONDS and answers TEXT", Set: func(s *stage, v []value) error {
		return s.defineTool(v[0].Text, `,"method":"POST"`+jsonText("confirm", v[1].Text), v[3].Text, v[2].Time)
	}},
}
