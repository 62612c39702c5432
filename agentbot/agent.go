package agentbot

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync"
	"time"

	"github.com/relevo/relevo/agentbot/copilot"
	"github.com/relevo/relevo/agentbot/echo"
	"github.com/relevo/relevo/agentbot/escalation"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/playout"
)

// Agent is the AI agent of one call. Its methods may be used by any goroutine;
// all but Boundary and Close post and return.
type Agent struct {
	// fixed after New
	cfg     Config // its Lines, VoiceID, speaks and detected are run's
	engines Engines
	emit    func(Event)
	box     *mailbox
	player  *playout.Player
	ctx     context.Context // of everything the agent started
	cancel  context.CancelFunc
	done    chan struct{}  // run has returned
	wg      sync.WaitGroup // all goroutines but run
	prefix  string         // of sentence ids
	uttered *echo.Reference

	// guarded by its own mutex
	counters counters

	first struct { // of the language that the call began in
		Lines   Lines
		VoiceID string
	}

	conversation // owned by run
	tooling      // owned by run, but for stop
}

// conversation is what only the agent's goroutine touches.
type conversation struct {
	pending []any // taken from box, not yet handled
	alarms  [alarmCount]alarm

	mode    Mode
	epoch   uint64
	over    bool // the voice was refused: the epoch is over, a new mode must come
	state   int
	memory  memory
	count   int // sentence ids given
	greeted bool

	// speaking
	queue    []*job // waiting
	current  *job   // being written or spoken
	aside    *job   // a filler while current has no voice yet
	clips    map[*playout.Clip]*saying
	own      *Rendered // rendered by this agent, when Config.Rendered is nil
	ttsDown  bool      // the last try to speak failed
	fillers  int       // fillers begun
	filled   string    // the last filler that was heard
	waiting  int       // StillWaiting lines said
	lines    []waitingLine
	lastLine lineSaid
	guess    *guess // a reply to a turn that may not be over

	// hearing
	legs     map[*leg]*hearing
	learned  map[string]known // of participants
	noBarge  bool             // voice does not interrupt
	paused   bool
	pausedAt time.Time
	turnEnd  time.Time // of the caller's last turn
	later    []string  // turns that wait until the agent has spoken
	misheard int       // turns without words in a row
	quiet    quiet
	asksWait waitAnswer
	esc      escalation.State
	offer    *saying            // the end of the offer in a reply's place
	watch    *guard.Watch       // of what is said
	email    *copilot.EmailTalk // the caller was asked for their address
}

// New starts an agent in mode Silent at epoch 0. post takes its events in
// order, is called by the agent's goroutine and must not block. The agent runs
// until Close.
func New(cfg Config, e Engines, v Voice, post func(Event)) *Agent {
	ctx, cancel := context.WithCancel(context.Background())
	a := &Agent{
		cfg: cfg.withDefaults(), engines: e, emit: post, box: newMailbox(4096),
		ctx: ctx, cancel: cancel, done: make(chan struct{}), prefix: rand.Text()[:8] + "-",
		uttered: echo.NewReference(),
	}
	a.first.Lines, a.first.VoiceID = a.cfg.Lines, cfg.VoiceID
	a.state = StateListening
	a.tooling = newTooling()
	a.quiet.busy = true
	a.clips = make(map[*playout.Clip]*saying)
	a.legs = make(map[*leg]*hearing)
	a.learned = make(map[string]known)
	a.memory = memory{limit: a.cfg.MemoryMessages}
	a.watch = a.cfg.Guard.Watch()
	a.player = playout.NewPlayer(v, func(r playout.Report) { a.box.post(r, r.What == playout.Progress) }, playout.Options{Played: a.uttered.Played})
	a.renderLater()
	go a.run()
	return a
}

// Hear starts transcribing a leg. It ends by itself with the ear, with Unhear,
// or when the same participant is heard anew.
func (a *Agent) Hear(leg Leg, ear Ear) { a.box.post(msgHear{leg, ear}, false) }

// Unhear stops listening to a participant. What they are saying is finished
// and still told as Heard.
func (a *Agent) Unhear(participantID string) { a.box.post(msgUnhear{participantID}, false) }

// SetMode changes what the agent does. epoch is the term its audio and text
// are made for from now on. What was being said for another epoch, or in a mode
// that goes silent, is cut: its last Spoken, still of the old epoch, is posted
// before anything of the new one. history is nil, or the log from which its
// memory is made anew (return to the AI, resumption after a crash); then it
// does not greet. Ready answers each SetMode(Answer, …).
func (a *Agent) SetMode(mode Mode, epoch uint64, history []Line) {
	a.box.post(msgMode{mode, epoch, history}, false)
}

// Company makes the agent say something short while the caller waits:
// situation is one of willStart, willStartLong, failed, lost, returned, transferred,
// requested, stillWaiting, restarted, restartedWaiting, restartedHuman, or
// canceled, of which nothing is said; name is the human's. In mode Silent it is
// kept for the next mode with a voice, Config.LineLifetime at most.
func (a *Agent) Company(situation, name string) { a.box.post(msgCompany{situation, name}, false) }

// Typed gives the agent the text that a participant typed. A caller's is a
// turn; it waits until the agent has spoken unless Interrupt(ReasonNewQuery)
// comes first. Guidance is from a human without the floor, for the AI only.
func (a *Agent) Typed(leg Leg, text string, guidance bool) {
	a.box.post(msgTyped{leg, text, guidance}, false)
}

// Speak says text verbatim, after what is being said.
func (a *Agent) Speak(text string) { a.box.post(msgSpeak{text}, false) }

// Interrupt stops what the agent says and all it was about to say.
func (a *Agent) Interrupt(reason int) { a.box.post(msgInterrupt{reason}, false) }

// Control passes on what a client switches: ControlVoiceInterrupt and so on.
func (a *Agent) Control(leg Leg, kind int, enable bool) {
	a.box.post(msgControl{leg, kind, enable}, false)
}

// The kinds of Control, as the message types of the data channel.
const (
	ControlVoiceInterrupt = 1102 // enable: voice interrupts (the default)
	ControlPushToTalk     = 1105 // enable: the button decides, not the voice
	ControlPushStart      = 1106
	ControlPushFinish     = 1107
	ControlPushCancel     = 1108
)

// Boundary returns at the next word boundary of what the agent says, at once
// when it says nothing, or when ctx ends.
func (a *Agent) Boundary(ctx context.Context) { a.player.Boundary(ctx) }

// Close stops the agent and waits until nothing of it runs; what was being
// said gets its last Spoken. It may be called twice.
func (a *Agent) Close() {
	a.cancel()
	<-a.done
	a.wg.Wait()
}

type (
	msgHear struct {
		leg Leg
		ear Ear
	}
	msgUnhear struct{ participantID string }
	msgMode   struct {
		mode    Mode
		epoch   uint64
		history []Line
	}
	msgCompany struct{ situation, name string }
	msgTyped   struct {
		leg      Leg
		text     string
		guidance bool
	}
	msgSpeak     struct{ text string }
	msgInterrupt struct{ reason int }
	msgControl   struct {
		leg    Leg
		kind   int
		enable bool
	}
)

func (a *Agent) run() {
	defer close(a.done)
	for a.ctx.Err() == nil {
		select {
		case <-a.ctx.Done():
		case <-a.box.wake:
			a.pending = append(a.pending, a.box.take()...)
			for len(a.pending) > 0 && a.ctx.Err() == nil {
				message := a.pending[0]
				a.pending = a.pending[1:]
				a.handle(message)
				a.watchSilence()
			}
		}
	}
	a.silence()
	a.player.Close()
	a.lastOutcomes()
	for i := range a.alarms {
		a.unset(alarmKind(i))
	}
	for _, h := range a.legs {
		h.stopTimers()
	}
}

func (a *Agent) handle(message any) {
	if a.holds(message) {
		return
	}
	switch m := message.(type) {
	case msgHear:
		a.hear(m.leg, m.ear)
	case msgUnhear:
		a.unhear(m.participantID)
	case msgMode:
		a.setMode(m)
	case msgWaiting:
		a.waits(m)
	case msgCompany:
		a.company(m.situation, m.name)
	case msgTyped:
		a.typed(m)
	case msgSpeak:
		a.verbatim(m.text)
	case msgInterrupt:
		a.interrupt(m.reason)
	case msgControl:
		a.control(m)
	case msgRendered:
		a.own = m.lines
	case msgAlarm:
		if a.alarms[m.kind].serial == m.serial {
			a.ring(m.kind)
		}
	case playout.Report:
		a.played(m)
	case msgVoice:
		a.voiced(m)
	case msgPartial:
		a.partial(m)
	case msgFinal:
		a.final(m)
	case msgLate:
		a.late(m)
	case msgGone:
		a.gone(m.leg)
	case msgSentence:
		a.written(m)
	case msgCall:
		a.called(m)
	case msgReply:
		a.replied(m)
	case msgTool:
		a.tooled(m)
	case msgClip:
		a.voicedClip(m)
	case msgSynthesised:
		a.synthesised(m)
	case msgAskEmail:
		a.askEmail(m.ask)
	}
}

// newID is the id of a sentence, unique in the call's log also when another
// agent goes on after a crash.
func (a *Agent) newID() string {
	a.count++
	return a.prefix + strconv.Itoa(a.count)
}

func (a *Agent) setState(state int) {
	if a.state == state {
		return
	}
	a.state = state
	a.tellOthers()
	if a.mode.speaks() {
		a.emit(StateChanged{Epoch: a.epoch, State: state})
	}
}
