package call

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// Call is one call, from its creation to its hang-up. Its exported methods may
// be used by any goroutine; all state is its own goroutine's.
type Call struct {
	// fixed after construction
	id       string
	hub      *Hub
	cfg      *Config
	spec     Spec
	log      *slog.Logger
	created  time.Time
	box      *mailbox
	rec      *recorder
	room     *sfu.Room
	bot      Bot
	botID    string // participant id of our bot
	ctx      context.Context
	cancel   context.CancelFunc
	stopped  chan struct{} // closed when run has returned
	helpers  sync.WaitGroup
	shutdown sync.Once

	// read by anyone
	info     atomic.Pointer[wire.CallInfo]
	briefNow atomic.Pointer[wire.Brief]

	// owned by run: the takeover
	machine     takeover.Machine
	epoch       uint64
	stateAt     time.Time
	stored      storedState // where the store has the call
	claim       transcripts.Claim
	told        transcripts.Claim // the claim that was voided last
	reason      string            // why a human is asked for
	releasedFor string            // why the human gave the call back
	wait        Wait              // as the desk has told it
	voice       atomic.Pointer[voice]
	placeSaid   placeSaid
	requests    time.Time // when the wait for a human began
	again       bool      // of a call that was resumed: it waits for another human
	request     uint64    // counts the requests for a human
	heardTo     string    // the language that the caller was heard to speak
	waiters     []func(wire.TakeoverResult, error)
	moving      bool       // a transition is under way
	underWay    decision   // it
	waiting     []decision // what came meanwhile
	onAgentFinal, onHumanFinal,
	onLastWord func() // run when a last sentence is in

	// owned by run: who is there, and who is heard
	members  map[string]*member // by participant id
	order    []*member          // as they joined
	names    map[string]speaker // everyone who ever spoke, by participant id
	holder   string             // participant id of who has the floor
	agent    *member            // an external bot, nil = ours
	standsIn bool               // ours answers in the place of an external bot
	agentOut bool               // a human has the floor, the AI is off the roster
	answered bool               // the AI has answered the caller
	revived  bool               // it goes on after a restart of the server
	video    bool               // the caller's camera or screen has been seen

	// owned by run: what is said
	entries    []transcripts.Entry // published, in order of Seq
	lines      []BotLine           // the same as the AI remembers it, with what is not yet durable
	live       []*liveSentence     // being spoken, oldest first
	lastLine   *wire.LastLine
	agentState int       // 1 listening, 2 thinking, 3 speaking
	lastHum    time.Time // when the human was last heard
	lastCall   time.Time // when the caller was last heard

	assist assist // owned by run: what its copilot knows

	// owned by run: the end
	timers map[string]*time.Timer
	outage bool // the store fails
	ending bool // everyone has been told
	ended  bool
}

type speaker struct {
	role wire.Role
	name string
}

// Names of a call's timers.
const (
	timerCaller  = "caller"  // a new call's caller has not come
	timerAgent   = "agent"   // a call's external bot has not come
	timerMedia   = "media"   // the claiming human's media has not come
	timerPoll    = "poll"    // look for it again
	timerBrief   = "brief"   // the human's last sentence takes long to be recognised
	timerReady   = "ready"   // the AI's briefing takes long
	timerAsk     = "ask"     // ask the waiting caller whether to go on
	timerSilence = "silence" // the caller may have left the human
)

// after runs fn on the call's goroutine in d, instead of what was to come under
// this name.
func (c *Call) after(name string, d time.Duration, fn func()) {
	c.stop(name)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		c.box.force(func() {
			// A timer that was stopped or replaced after it fired is stale.
			if c.timers[name] == t {
				delete(c.timers, name)
				fn()
			}
		})
	})
	c.timers[name] = t
}

func (c *Call) stop(name string) {
	if t := c.timers[name]; t != nil {
		t.Stop()
		delete(c.timers, name)
	}
}

// run owns the call until it is over and nothing of it is left.
func (c *Call) run() {
	defer close(c.stopped)
	for range c.box.wake {
		for _, fn := range c.box.take() {
			fn()
		}
		if c.ended {
			break
		}
		c.publishInfo()
	}
	c.box.close()
	for name := range c.timers {
		c.stop(name)
	}
	c.publishInfo()
	c.cancel()
	c.bot.Close()
	// What the bot said last is still to be written.
	for _, fn := range c.box.take() {
		fn()
	}
	c.room.Close()
	c.helpers.Wait()
	c.rec.close()
	c.forget()
	c.hub.gone(c)
	if n := c.box.drops(); n > 0 {
		c.log.Warn("call dropped work", "dropped", n)
	}
}

// publishInfo makes what others may read.
func (c *Call) publishInfo() {
	state := c.machine.State.String()
	old := c.info.Load()
	if old != nil && old.State == state && old.Epoch == c.epoch && old.Holder == c.holder {
		return
	}
	c.info.Store(&wire.CallInfo{ID: c.id, State: state, Epoch: c.epoch, Holder: c.holder, CreatedAt: c.created.UnixMilli()})
}

// ID is the call's id.
func (c *Call) ID() string { return c.id }

// Info is the call at this moment.
func (c *Call) Info() wire.CallInfo { return *c.info.Load() }

// Done is closed when the call is over and nothing of it is left.
func (c *Call) Done() <-chan struct{} { return c.stopped }

var errGone = wire.Errorf(wire.KindGone, "the call has ended")

type answer[T any] struct {
	value T
	err   error
}

// ask runs fn on the call's goroutine and waits for its reply.
func ask[T any](ctx context.Context, c *Call, fn func(reply func(T, error))) (T, error) {
	replies := make(chan answer[T], 1)
	reply := func(v T, err error) {
		select {
		case replies <- answer[T]{v, err}:
		default: // the first reply counts
		}
	}
	var zero T
	if !c.box.put(func() { fn(reply) }, false) {
		select {
		case <-c.stopped:
			return zero, errGone
		default:
			if c.ctx.Err() != nil {
				return zero, errGone
			}
			return zero, wire.Errorf(wire.KindUnavailable, "the call is overloaded, try again")
		}
	}
	select {
	case a := <-replies:
		return a.value, a.err
	case <-ctx.Done():
		return zero, wire.Wrap(wire.KindTimeout, ctx.Err(), "the call did not answer in time")
	case <-c.stopped:
		select {
		case a := <-replies:
			return a.value, a.err
		default:
			return zero, errGone
		}
	}
}

// tell is ask for requests that have no result.
func tell(ctx context.Context, c *Call, fn func(reply func(error))) error {
	_, err := ask(ctx, c, func(reply func(struct{}, error)) {
		fn(func(err error) { reply(struct{}{}, err) })
	})
	return err
}

// aside runs fn, which may wait, beside the call; run joins it.
func (c *Call) aside(fn func()) { c.helpers.Go(fn) }

// setState is the one place where the machine's state becomes the call's.
func (c *Call) setState(m takeover.Machine) {
	if c.machine.State != m.State {
		c.stateAt = time.Now()
	}
	c.machine = m
}
