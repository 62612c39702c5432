package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// Calls is what the desk does to calls. Claim, HandOver, Requeue and Drop may
// wait for the disk and are called by goroutines of their own; the others are
// called by the desk's and must not block. None calls the desk back before it
// returns but by the methods of Desk, which only post.
type Calls interface {
	// Claim takes the call over for an agent, who then joins with a microphone.
	// Connected or Failed follows.
	Claim(ctx context.Context, callID string, by Person) error
	// HandOver passes it to an agent who is in it already.
	HandOver(ctx context.Context, callID string, to Person) error
	// Requeue takes it from the human it is with, if that is from: the AI speaks
	// until somebody else comes. Lost and Failed do not follow.
	Requeue(ctx context.Context, callID, from, why string) error
	// Drop ends the caller's request, if it is still w.Request: why is outOfHours,
	// expired, cancelled, full.
	Drop(ctx context.Context, callID, why string, w Wait) error
	// Wait tells the caller how the wait stands.
	Wait(callID string, w Wait)
	// Live says in which state the call is; ok is false for one that has ended.
	Live(callID string) (state string, ok bool)
	// Heard says whether media of that human in the call is arriving.
	Heard(callID, identity string) bool
	// CallerSilence is for how long a caller may be silent to a human before the AI
	// is back, in all calls from now on; 0: what the server was started with,
	// negative: for ever. It does not wait.
	CallerSilence(d time.Duration)
}

// Person is an agent as a caller gets to know them.
type Person struct{ Identity, Name, Avatar string }

// Wait is a caller's wait.
type Wait struct {
	Request  uint64 // the one of the call's that it is about (Request.No); 0: not known
	Position int
	Likely   time.Duration // how long it is likely to last; 0: not known
	Waited   time.Duration
	Question string // "keepWaiting": whether to go on
	Reply    string // outOfHours: the preset reply
	Opens    time.Time
}

// Request is a caller's wish for a human, as a call puts it to the desk.
type Request struct {
	No       uint64 // counts the requests of the call; 0: not known
	Reason   string
	Brief    string
	Caller   string          // their name
	Priority int             // said by the app, 1 to 4; 0: the rules decide
	Skill    string          // said by the app
	Language string          // that the caller speaks, BCP 47
	Words    string          // the caller's, for the rules
	Meta     json.RawMessage // the app's, for the rules

	Skills, Languages []queue.Need // said by the app
}

// needs are those that the request says. Skill is one of the skills.
func (q *Request) needs() (skills, languages []queue.Need) {
	skills = slices.Clone(q.Skills)
	if q.Skill != "" {
		skills = append(skills, queue.Need{Name: q.Skill})
	}
	return skills, q.Languages
}

// People are the desk's accounts. An account.Book fits.
type People interface {
	Account(identity string) (account.Account, bool)
	Accounts() []account.Account
}

// Config is what a Desk needs.
type Config struct {
	Store  store.Store
	People People
	Log    *slog.Logger // nil: discarded
	// Metrics registers the desk's; nil: nowhere.
	Metrics prometheus.Registerer
	// Clock is the wall clock and, beside it, elapsed time that never jumps; nil:
	// those of the machine.
	Clock func() (wall time.Time, elapsed time.Duration)
}

// Desk brings calls that want a human to the right one. All its methods may be
// used by any goroutine; none but Start, Close and those with a ctx waits.
type Desk struct {
	// fixed after New
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	calls   Calls // set by Start
	box     *mailbox
	started time.Time
	ctx     context.Context // ends what is done to calls
	cancel  context.CancelFunc
	done    chan struct{}
	helpers sync.WaitGroup
	working atomic.Bool // Start has started the goroutine

	run runner // owned by the desk's goroutine
}

// New makes a desk; Start lets it work. Requests that come before wait.
func New(cfg Config) *Desk {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{cfg: cfg, log: cfg.Log, metrics: newMetrics(cfg.Metrics), box: newMailbox(), started: time.Now(), done: make(chan struct{})}
	if d.cfg.Clock == nil {
		d.cfg.Clock = func() (time.Time, time.Duration) {
			now := time.Now()
			return now.Round(0), now.Sub(d.started)
		}
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Start reads what was going on when the last server stopped and goes on from
// there. Calls that are not live any more are ended.
func (d *Desk) Start(ctx context.Context, calls Calls) error {
	d.calls = calls
	if err := d.run.load(ctx, d); err != nil {
		d.cancel()
		return err
	}
	d.working.Store(true)
	go d.loop()
	return nil
}

// Close writes what is not written yet and joins everything. Nothing may be
// asked after it.
func (d *Desk) Close(ctx context.Context) error {
	d.box.close()
	d.cancel()
	if !d.working.Load() {
		return nil
	}
	select {
	case <-d.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// The calls' news. Each only posts.

// Request puts a call into the line.
func (d *Desk) Request(callID string, r Request) { d.box.put(func() { d.run.request(callID, r) }) }

// Cancelled takes it out: the caller, or the app, wants no human any more.
func (d *Desk) Cancelled(callID, why string) {
	d.fact(callID, func(h string) queue.Event { return queue.Cancel{Handoff: h, Detail: why} })
}

// KeepWaiting is the caller's yes to the question.
func (d *Desk) KeepWaiting(callID string) {
	d.fact(callID, func(h string) queue.Event { return queue.KeepWaiting{Handoff: h} })
}

// Claimed: the call has been taken over, or handed over, by the desk's wish or
// without it.
func (d *Desk) Claimed(callID string, by Person) { d.box.put(func() { d.run.claimed(callID, by) }) }

// Connected: the human has the floor.
func (d *Desk) Connected(callID string) {
	d.fact(callID, func(h string) queue.Event { return queue.Connected{Handoff: h} })
}

// Failed: the claim came to nothing.
func (d *Desk) Failed(callID, why string) {
	d.box.put(func() { d.run.about(callID, func(h queue.Handoff) { d.run.unclaimed(h, why) }) })
}

// Lost: the human who had the call is gone, and it waits for another.
func (d *Desk) Lost(callID string) {
	d.fact(callID, func(h string) queue.Event { return queue.HumanLost{Handoff: h} })
}

// Returned: the AI has the call again.
func (d *Desk) Returned(callID, why string) {
	d.box.put(func() { d.run.about(callID, func(h queue.Handoff) { d.run.returned(h, why) }) })
}

// Ended: the call is over.
func (d *Desk) Ended(callID string) {
	d.fact(callID, func(h string) queue.Event { return queue.EndCall{Handoff: h} })
}

// Resumed: the call goes on after a restart of the server, in state: pending with
// what was asked for, willStart with who claims it, or ai. What the desk knows
// already stands.
func (d *Desk) Resumed(callID, state string, q Request, by *Person) {
	d.box.put(func() { d.run.resumed(callID, state, q, by) })
}

// Amend tells what has become known of a request.
func (d *Desk) Amend(callID, brief string) {
	d.fact(callID, func(h string) queue.Event { return queue.Amend{Handoff: h, Brief: &brief} })
}

// fact is something that has happened to a call, whether the desk likes it or not.
func (d *Desk) fact(callID string, event func(handoff string) queue.Event) {
	d.box.put(func() { d.run.fact(callID, event) })
}

// Do is what a person of the desk does. It returns when it is durable. Errors
// are *wire.Error.
func (d *Desk) Do(ctx context.Context, e queue.Event) error {
	return d.durable(ctx, func(reply func(error)) { d.run.do(e, reply) })
}

// Settled returns when all that calls have told so far is durable, so that who
// asked for it can be told that it is done.
func (d *Desk) Settled(ctx context.Context) error {
	return d.durable(ctx, func(reply func(error)) { d.run.next.replies = append(d.run.next.replies, reply) })
}

// durable runs f on the desk's goroutine and waits until what it did is written.
func (d *Desk) durable(ctx context.Context, f func(reply func(error))) error {
	answer := make(chan error, 1)
	if !d.box.offer(func() { f(func(err error) { answer <- err }) }) {
		return wire.Errorf(wire.KindUnavailable, "the desk has more to do than it can; try again")
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return wire.Wrap(wire.KindTimeout, ctx.Err(), "the desk did not answer in time")
	case <-d.done:
		return wire.Errorf(wire.KindUnavailable, "the server is shutting down")
	}
}

// HandOver passes a call to the colleague who has joined for a consult, when
// their microphone arrives.
func (d *Desk) HandOver(ctx context.Context, handoff, by string) error {
	to, callID, err := ask(ctx, d, func() (Person, string, error) { return d.run.consulted(handoff, by) })
	if err != nil {
		return err
	}
	if err := d.calls.HandOver(ctx, callID, to); err != nil {
		return err
	}
	return d.durable(ctx, func(reply func(error)) { d.run.handOver(handoff, by, to.Identity, reply) })
}

// Reload makes the desk read a setting again that has been changed.
func (d *Desk) Reload(ctx context.Context) error {
	s, err := readSettings(ctx, d.cfg.Store)
	if err != nil {
		return err
	}
	return d.configure(ctx, s)
}

func (d *Desk) configure(ctx context.Context, s settings) error {
	_, _, err := ask(ctx, d, func() (struct{}, struct{}, error) { return struct{}{}, struct{}{}, d.run.configure(s) })
	return err
}

// ask runs f on the desk's goroutine.
func ask[A, B any](ctx context.Context, d *Desk, f func() (A, B, error)) (a A, b B, err error) {
	type answer struct {
		a   A
		b   B
		err error
	}
	c := make(chan answer, 1)
	if !d.box.offer(func() { a, b, err := f(); c <- answer{a, b, err} }) {
		return a, b, wire.Errorf(wire.KindUnavailable, "the desk has more to do than it can; try again")
	}
	select {
	case r := <-c:
		return r.a, r.b, r.err
	case <-ctx.Done():
		return a, b, wire.Wrap(wire.KindTimeout, ctx.Err(), "the desk did not answer in time")
	case <-d.done:
		return a, b, wire.Errorf(wire.KindUnavailable, "the server is shutting down")
	}
}

func newID(prefix string) string {
	var b [10]byte
	rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}

// mailbox is what waits for the desk's goroutine. Facts are bounded by the
// calls there are; what people ask is bounded here.
type mailbox struct {
	wake chan struct{}

	mu     sync.Mutex // guards below
	work   []func()
	closed bool
}

const maxAsked = 20_000

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

func (m *mailbox) put(f func()) {
	m.mu.Lock()
	if !m.closed {
		m.work = append(m.work, f)
	}
	m.mu.Unlock()
	m.signal()
}

func (m *mailbox) offer(f func()) bool {
	m.mu.Lock()
	ok := !m.closed && len(m.work) < maxAsked
	if ok {
		m.work = append(m.work, f)
	}
	m.mu.Unlock()
	m.signal()
	return ok
}

func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.signal()
}

// take returns what waits; over says that nothing more comes.
func (m *mailbox) take() (work []func(), over bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	work, m.work = m.work, nil
	return work, m.closed
}

func (m *mailbox) signal() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}
