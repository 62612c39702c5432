package agentbot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/tools"
)

// tooling is what an agent knows of the tools that its model calls. A reply is
// written in rounds: the model writes and calls, the calls are made, and it
// writes on with what they answered.
type tooling struct {
	stop    context.Context // of calls that are not safe: it outlives jobs
	giveUp  context.CancelFunc
	confirm *confirmation  // the caller was asked, and has not answered
	running map[string]int // calls that are not safe and have no outcome yet, by toolKey
}

// toolRound is the calls of one round of a reply.
type toolRound struct {
	job      *job
	said     string // before the calls, of what the model wrote
	calls    []toolCall
	left     int // without a result
	sayings  chan<- *saying
	answered []engine.Message
}

// toolCall is one of them.
type toolCall struct {
	engine.ToolCall
	tool      *tools.Tool // nil: it is not called
	args      tools.Arguments
	confirmed bool
	result    tools.Result
}

type msgTool struct {
	round  *toolRound
	index  int
	result tools.Result
}

func newTooling() tooling {
	t := tooling{running: make(map[string]int)}
	t.stop, t.giveUp = context.WithCancel(context.Background())
	return t
}

// toolKey is the same for the same call.
func toolKey(c *toolCall) string { return c.Name + " " + string(c.args.JSON()) }

// ask lets the model write a round of a reply, or makes the call that the
// caller has agreed to.
func (a *Agent) ask(j *job, sayings chan<- *saying) {
	if c := j.confirmed; c != nil {
		j.confirmed = nil
		a.callTools(&toolRound{job: j, calls: []toolCall{c.call}, sayings: sayings})
		return
	}
	if j.base == nil {
		base := a.memory.request(&a.cfg, a.mode)
		j.base = &base
	}
	request := engine.Request{Messages: slices.Concat(j.base.Messages, j.exchange), Tools: j.base.Tools}
	if len(a.running) > 0 { // with the rules, which come first
		request.Messages = slices.Insert(request.Messages, min(1, len(request.Messages)), engine.Message{Role: engine.RoleSystem, Text: a.underWay()})
	}
	if j.rounds >= a.cfg.ToolRounds || a.mode == Company {
		request.Tools = nil
	}
	round := j.rounds
	a.wg.Go(func() { a.compose(j, round, request, sayings) })
}

// underWay tells the model what is not done yet, so that it neither calls it
// again nor says that it is done.
func (a *Agent) underWay() string {
	var names []string
	for key := range a.running {
		name, _, _ := strings.Cut(key, " ")
		names = append(names, name)
	}
	return "Still under way, without an outcome yet: " + strings.Join(names, ", ") + ". Do not call it again for the same; do not say that it is done."
}

// takeCalls takes the calls of a round that the model has written. It is false
// when the reply ends with the round.
func (a *Agent) takeCalls(m *msgReply) bool {
	j := m.job
	if j.dead || m.err != nil || len(m.calls) == 0 || !a.mode.thinks() {
		return false
	}
	if j.rounds > a.cfg.ToolRounds {
		m.failed, m.err = "llm", nonsense("llm", "tools without end")
		return false
	}
	r := &toolRound{job: j, said: strings.TrimSpace(j.said[j.before:]), sayings: m.saying}
	var asks []int
	for i, wish := range m.calls {
		c := toolCall{ToolCall: wish}
		if c.ID == "" {
			c.ID = a.newID()
		}
		a.judgeCall(&c, j)
		if c.tool != nil && c.tool.Confirms() {
			asks = append(asks, i)
		}
		r.calls = append(r.calls, c)
	}
	if len(asks) == 1 && len(r.calls) == 1 && len(j.sayings) < maxSentences && a.askConfirmation(m, r.calls[0]) {
		return false
	}
	for _, i := range asks {
		r.calls[i].refuse(tools.Unconfirmed, errors.New("the caller must be asked: call it alone"))
	}
	a.callTools(r)
	return true
}

// nothing is what arguments become that nobody is to read.
const nothing = "{}"

// judgeCall says whether a call may be made. Names that are not offered are
// never called, and arguments that recite the rules or hold a secret go nowhere.
func (a *Agent) judgeCall(c *toolCall, j *job) {
	tool := a.cfg.Toolbox.Find(c.Name)
	if tool == nil || a.cfg.CallTool == nil {
		if runes := []rune(c.Name); len(runes) > 64 {
			c.Name = string(runes[:64])
		}
		c.Arguments = []byte(nothing) // whatever they are, nobody asked for them
		if a.watch.Check(c.Name) != guard.Fine || guard.Name(strings.ReplaceAll(c.Name, "_", " ")) == "" {
			c.Name = "unknown"
		}
		a.counters.add(&a.counters.unknownTools, 1)
		c.refuse(tools.Invalid, errors.New("there is no such tool"))
		return
	}
	args, err := tool.Check(c.Arguments)
	if err != nil {
		if a.watch.Check(string(c.Arguments)) != guard.Fine {
			c.Arguments, err = []byte(nothing), errors.New("the arguments are not those of the tool")
		}
		c.refuse(tools.Invalid, err)
		return
	}
	if v := a.watch.Check(string(args.JSON())); v != guard.Fine {
		a.counters.add(&a.counters.refused, 1)
		c.Arguments = []byte(nothing) // neither the service nor the log gets them
		c.refuse(tools.Invalid, errors.New("the arguments hold what is not to be told: "+string(v)))
		return
	}
	c.tool, c.args = tool, args
	switch {
	case a.mode != Answer: // none is offered
		c.refuse(tools.TooMany, errors.New("a human is being connected"))
	case j.toolCalls >= a.cfg.ToolCalls || j.rounds >= a.cfg.ToolRounds:
		c.refuse(tools.TooMany, errors.New("too many calls in one turn"))
	case !tool.Safe() && a.running[toolKey(c)] > 0:
		c.refuse(tools.TooMany, errors.New("the same call is under way"))
	default:
		j.toolCalls++
	}
}

func (c *toolCall) refuse(status string, why error) {
	c.tool = nil
	c.result = tools.Result{Status: status, Err: why}
}

// callTools makes the calls of a round: at once where all of them are safe,
// else one after the other.
func (a *Agent) callTools(r *toolRound) {
	j := r.job
	j.rounds++
	j.round = r
	j.patient.Store(true)
	safe := true
	var todo []int
	for i := range r.calls {
		c := &r.calls[i]
		if c.tool == nil {
			a.toolDone(j, c)
			continue
		}
		todo = append(todo, i)
		if !c.tool.Safe() {
			safe = false
			a.running[toolKey(c)]++
		}
	}
	if r.left = len(todo); r.left == 0 {
		a.nextRound(r)
		return
	}
	a.setState(StateThinking)
	a.sayWhile(j, r.calls[todo[0]].tool)
	if safe {
		for _, i := range todo {
			a.wg.Go(func() { a.callTool(r, i) })
		}
		return
	}
	a.wg.Go(func() {
		for _, i := range todo {
			a.callTool(r, i)
		}
	})
}

// callTool makes one call, off the agent's goroutine.
func (a *Agent) callTool(r *toolRound, i int) {
	c := &r.calls[i] // its tool and args are not changed any more
	if err := r.job.ctx.Err(); err != nil {
		a.box.post(msgTool{r, i, tools.Result{Status: tools.Cancelled, Err: err}}, false)
		return
	}
	a.box.post(msgTool{r, i, a.cfg.CallTool(r.job.ctx, a.stop, c.tool, c.args)}, false)
}

// sayWhile says the tool's own words where nothing is being said.
func (a *Agent) sayWhile(j *job, tool *tools.Tool) {
	if a.current != j || a.aside != nil || len(a.clips) > 0 || j.begun() || a.paused || a.over {
		return
	}
	say := tool.Say(a.language())
	if say == "" || say == a.filled {
		a.keepWaiting()
		return
	}
	a.aside = a.newJob(jobFiller, say, "")
	a.start(a.aside)
}

// keepWaiting sees to it that the caller hears something while tools run, also
// after the first filler.
func (a *Agent) keepWaiting() {
	j := a.current
	if j == nil || j.rounds == 0 || j.wrote || a.aside != nil || len(a.clips) > 0 || a.paused || a.over || a.isSet(alarmFiller) {
		return
	}
	a.setState(StateThinking)
	a.set(alarmFiller, a.cfg.FillerAgain)
}

// toolsRun says whether the reply waits for a tool.
func (a *Agent) toolsRun() bool { return a.current != nil && a.current.round != nil }

// tooled takes the outcome of a call. One that comes for a reply that was given
// up is logged and remembered, where it changed something, and not spoken of.
func (a *Agent) tooled(m msgTool) {
	r, j := m.round, m.round.job
	c := &r.calls[m.index]
	c.result = m.result
	c.result.Body = guard.Data(c.result.Body)
	if !c.tool.Safe() {
		if a.running[toolKey(c)]--; a.running[toolKey(c)] <= 0 {
			delete(a.running, toolKey(c))
		}
	}
	a.toolDone(j, c)
	r.left--
	if j.dead {
		if !c.tool.Safe() && c.result.Status != tools.Cancelled {
			a.memory.exchange(c.messages("")...)
		}
		return
	}
	if r.left == 0 {
		a.nextRound(r)
	}
}

// nextRound lets the model go on with what the tools answered.
func (a *Agent) nextRound(r *toolRound) {
	j := r.job
	j.round = nil
	wish := engine.Message{Role: engine.RoleAssistant}
	var answers []engine.Message
	for i := range r.calls {
		m := r.calls[i].messages("")
		wish.Calls = append(wish.Calls, m[0].Calls...)
		answers = append(answers, m[1:]...)
	}
	a.memory.exchange(append([]engine.Message{wish}, answers...)...)
	if j.base == nil { // it began with a call: the caller agreed to it
		base := a.memory.request(&a.cfg, a.mode)
		j.base = &base
	} else {
		wish.Text = guard.Words(r.said) // what was withheld is not known by having been written
		j.exchange = append(append(j.exchange, wish), answers...)
	}
	if j.said != "" {
		j.said += " "
	}
	j.before = len(j.said)
	a.keepWaiting()
	a.ask(j, r.sayings)
}

// messages are a call and its answer as a model reads them.
func (c *toolCall) messages(wrote string) []engine.Message {
	return []engine.Message{
		{Role: engine.RoleAssistant, Text: wrote, Calls: []engine.ToolCall{c.ToolCall}},
		{Role: engine.RoleTool, Name: c.Name, CallID: c.ID, Text: c.result.Message()},
	}
}

// toolDone tells of a call that has its result.
func (a *Agent) toolDone(j *job, c *toolCall) {
	r := c.result
	event := ToolCalled{
		Epoch: j.epoch, Name: c.Name, Arguments: clipped(c.Arguments, maxToolLog), Status: r.Status, Code: r.Code,
		Duration: r.Duration, Size: r.Size, Excerpt: r.Excerpt(), Confirmed: c.confirmed, Spoken: !j.dead,
	}
	level, why := a.cfg.Log.Info, ""
	if r.Status != tools.OK && r.Err != nil {
		level, why = a.cfg.Log.Warn, r.Err.Error()
		event.Reason = why
	}
	if a.cfg.Toolbox.Find(c.Name) == nil || r.Status == tools.Invalid {
		why = "" // a name or an argument may be the caller's words
	}
	if a.cfg.Toolbox.Find(c.Name) != nil {
		level("agent's tool", "tool", c.Name, "status", r.Status, "http", r.Code, "duration", r.Duration, "size", r.Size, "why", why)
	} else {
		level("agent's tool is not known", "status", r.Status)
	}
	a.emit(event)
}

// maxToolLog bounds the arguments in an event.
const maxToolLog = 2000

func clipped(b []byte, n int) string {
	if len(b) <= n {
		return strings.ToValidUTF8(string(b), "")
	}
	return strings.ToValidUTF8(string(b[:n]), "") + "…"
}

// lastOutcomes waits for calls that are not safe when the agent closes, so that
// none of them ends unheard of, and gives up those that take too long.
func (a *Agent) lastOutcomes() {
	timer := time.NewTimer(a.cfg.ToolGrace)
	defer timer.Stop()
	for {
		a.pending = append(a.pending, a.box.take()...)
		for _, message := range a.pending {
			if m, ok := message.(msgTool); ok {
				a.tooled(m)
			}
		}
		a.pending = nil
		if len(a.running) == 0 {
			break
		}
		select {
		case <-a.box.wake:
		case <-timer.C:
			a.giveUp()
		}
	}
	a.giveUp()
}
