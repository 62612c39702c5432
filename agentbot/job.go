package agentbot

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/playout"
	"github.com/relevo/relevo/agentbot/sentence"
	"github.com/relevo/relevo/agentbot/spoken"
)

type jobKind int

const (
	jobReply    jobKind = iota // the model's
	jobLine                    // the agent's own, also the greeting
	jobTrouble                 // an engine failed
	jobFiller                  // the model is slow
	jobVerbatim                // another's words
	jobSilence                 // the caller is silent; void as soon as they are not
)

// job is something to be said: sentences, one after the other. Its ctx ends
// all that is done for it.
type job struct {
	// fixed
	kind   jobKind
	epoch  uint64
	text   string    // of all but replies
	human  *string   // of jobVerbatim in mode Revoice: whose words
	turn   time.Time // end of the turn that it answers
	asked  time.Time // when the job was made
	limit  int       // most sentences; 0 is no limit
	voice  string    // of the TTS
	ctx    context.Context
	cancel context.CancelFunc
	ahead  chan struct{} // holds one for each sentence with audio that is not yet over
	// released is nil, or closed when the second sentence and those after it may
	// be made.
	released chan struct{}

	patient atomic.Bool // a tool was called: the time that engines share is over

	// owned by the agent's goroutine
	sayings     []*saying
	started     bool
	wrote       bool // no more sentences come
	synthesised bool // no more clips come
	dead        bool
	called      bool   // it asked for a human
	held        bool   // a guess, not adopted
	withheld    bool   // something else is said in the place of its rest
	said        string // what is said of a reply, and in its place
	before      int    // bytes of said that were said in the rounds before
	farewell    bool   // the last words to a silent caller
	failed      error

	// of a reply with tools, owned by the agent's goroutine
	base      *engine.Request  // as it was asked first
	exchange  []engine.Message // calls and answers since
	rounds    int              // of calls
	toolCalls int
	round     *toolRound    // being called
	confirmed *confirmation // the caller agreed: it begins with the call
}

// saying is a sentence of a job.
type saying struct {
	job  *job
	id   string
	text string        // as it is written
	say  spoken.Spoken // as it is said

	confidence *float64
	sources    []string

	clip  *playout.Clip
	begun bool
	final bool
	heard int // code points of text, when final
	start time.Time
}

// ahead is how many sentences have audio before they are spoken: one that is
// spoken and one that is made.
const ahead = 2

func (a *Agent) newJob(kind jobKind, text, human string) *job {
	j := &job{kind: kind, epoch: a.epoch, text: text, turn: a.turnEnd, asked: time.Now(), voice: a.cfg.VoiceID, ahead: make(chan struct{}, ahead)}
	if kind == jobVerbatim && a.mode == Revoice {
		j.human = &human
	}
	if a.mode == Company {
		j.limit = a.cfg.CompanyReply
	}
	j.ctx, j.cancel = context.WithCancel(a.ctx)
	return j
}

// say queues a line of the agent's own.
func (a *Agent) say(text string, kind jobKind) {
	if text != "" {
		a.enqueue(a.newJob(kind, text, ""))
	}
}

// verbatim queues another's words.
func (a *Agent) verbatim(text string) {
	if strings.TrimSpace(text) != "" && a.mode.speaks() {
		a.enqueue(a.newJob(jobVerbatim, text, a.memory.name))
	}
}

// enqueue lets a job be said after the others. Trouble goes first. A reply is
// written while it waits.
func (a *Agent) enqueue(j *job) {
	if j.kind == jobTrouble {
		a.queue = slices.Insert(a.queue, 0, j)
	} else {
		a.queue = append(a.queue, j)
	}
	a.next()
	if j.kind == jobReply && !j.started {
		a.start(j)
	}
}

// reply lets the model answer the caller's turn.
func (a *Agent) reply() {
	if a.over {
		return
	}
	if a.engines.LLM == nil {
		a.trouble(nil, "llm", &engine.Error{Engine: "llm", Kind: engine.Unusable, Cause: errNoEngine})
		return
	}
	a.answer(a.newJob(jobReply, "", ""))
}

// answer lets a reply be said, and a filler when it takes long.
func (a *Agent) answer(j *job) {
	a.unset(alarmTool)
	a.setState(StateThinking)
	a.enqueue(j)
	if a.aside == nil && len(a.clips) == 0 {
		a.set(alarmFiller, time.Until(a.turnEnd.Add(a.cfg.FillerAfter)))
	}
}

// idle says whether nothing is said, written or waiting.
func (a *Agent) idle() bool { return a.current == nil && a.aside == nil && len(a.queue) == 0 }

// playing says whether a sentence has begun and not ended.
func (a *Agent) playing() bool {
	for _, s := range a.clips {
		if s.begun {
			return true
		}
	}
	return false
}

// begun says whether something of the job was heard.
func (j *job) begun() bool {
	return slices.ContainsFunc(j.sayings, func(s *saying) bool { return s.begun })
}

// speaking says whether the agent is in the middle of what it says, also
// between sentences and while it is paused.
func (a *Agent) speaking() bool {
	return a.playing() || a.current != nil && a.current.begun()
}

// next starts the first waiting job when nothing else is being said.
func (a *Agent) next() {
	if a.current != nil || a.over || !a.mode.speaks() || len(a.queue) == 0 {
		return
	}
	j := a.queue[0]
	if j.kind == jobLine && a.callerTalks() {
		if left := time.Until(j.asked.Add(a.cfg.ForceLine)); left > 0 {
			a.set(alarmForce, left)
			return
		}
	}
	a.queue = a.queue[1:]
	a.current = j
	if !j.started {
		a.start(j)
		return
	}
	a.set(alarmFiller, a.cfg.FillerAfter)
	for _, s := range j.sayings {
		if s.clip != nil {
			a.play(s, s.clip)
		}
	}
	a.finish(j)
}

// start makes the audio of a job.
func (a *Agent) start(j *job) {
	j.started = true
	if j.kind == jobReply {
		a.startReply(j, a.memory.request(&a.cfg, a.mode))
		return
	}
	j.wrote = true
	if clip, ok := a.rendered(j.text); ok {
		s := a.newSaying(j, j.text)
		j.synthesised = true
		a.play(s, playout.Ready(s.say.Say, clip.rate, clip.pcm, clip.words))
		return
	}
	if a.engines.TTS == nil || j.kind == jobTrouble && a.ttsDown {
		j.synthesised = true
		a.voiceless(j)
		return
	}
	var splitter sentence.Splitter
	pieces := append(splitter.Write(j.text), splitter.Flush()...)
	sayings := make(chan *saying, len(pieces))
	for _, piece := range pieces {
		sayings <- a.newSaying(j, piece)
	}
	close(sayings)
	a.wg.Go(func() { a.synthesise(j, sayings) })
}

// startReply has the model write a reply, and the voice speak it.
func (a *Agent) startReply(j *job, request engine.Request) {
	if j.confirmed == nil {
		j.base = &request
	}
	sayings := make(chan *saying, maxSentences+maxLineSentences+1)
	a.wg.Go(func() { a.synthesise(j, sayings) })
	a.ask(j, sayings)
}

func (a *Agent) newSaying(j *job, piece string) *saying {
	s := &saying{job: j, id: a.newID(), text: strings.TrimSpace(piece)}
	s.say = a.cfg.spoken(s.text)
	j.sayings = append(j.sayings, s)
	return s
}

func (a *Agent) rendered(line string) (rendered, bool) {
	if clip, ok := a.cfg.Rendered.get(line); ok {
		return clip, true
	}
	return a.own.get(line)
}

// play hands a sentence to the player.
func (a *Agent) play(s *saying, clip *playout.Clip) {
	s.clip = clip
	a.clips[clip] = s
	a.player.Play(clip)
}

// finish ends the current job if all of it was said.
func (a *Agent) finish(j *job) {
	if !j.wrote || !j.synthesised {
		a.keepWaiting()
		return
	}
	for _, s := range j.sayings {
		if s.clip != nil && !s.final {
			return
		}
	}
	j.cancel()
	if j == a.aside {
		a.aside = nil
	}
	if j != a.current {
		a.queue = slices.DeleteFunc(a.queue, func(q *job) bool { return q == j })
		a.rest()
		return
	}
	a.current = nil
	if j.farewell {
		a.parted(j)
	}
	if j.kind == jobReply && j.failed == nil && !j.dead {
		a.escalate(escalation.EngineWorked{}, "")
		if j.called && len(j.sayings) == 0 {
			a.set(alarmTool, a.cfg.ToolQuiet)
		}
	}
	a.rest()
}

// rest says what comes next, or listens.
func (a *Agent) rest() {
	a.next()
	if a.idle() && len(a.later) > 0 {
		text := strings.Join(a.later, " ")
		a.later = nil
		a.callerSaid(text, time.Now(), ReasonNewQuery, true)
	}
	if a.idle() {
		a.unset(alarmFiller)
		a.setState(StateListening)
		a.rearmCompany()
	} else if len(a.clips) == 0 && a.current != nil && a.current.kind == jobReply {
		a.setState(StateThinking)
		a.keepWaiting()
	}
}
