package desk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}

// calls are calls that do what the desk wants, and keep what that was.
type calls struct {
	mu    sync.Mutex
	desk  *desk.Desk
	state map[string]string   // of those that are live
	heard map[string]bool     // call/identity whose media arrives
	of    map[string][]string // by agent: what was taken over
	log   []string
	waits map[string]desk.Wait
	fail  error // of the next claim

	silence time.Duration // of callers, as it is set
}

func (c *calls) note(format string, args ...any) {
	c.log = append(c.log, fmt.Sprintf(format, args...))
}

func (c *calls) Claim(_ context.Context, call string, by desk.Person) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.fail; err != nil {
		c.fail = nil
		return err
	}
	c.note("claim %s %s", call, by.Identity)
	c.state[call] = "willStart"
	c.of[by.Identity] = append(c.of[by.Identity], call)
	c.desk.Claimed(call, by)
	return nil
}

func (c *calls) HandOver(_ context.Context, call string, to desk.Person) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note("handOver %s %s", call, to.Identity)
	return nil
}

func (c *calls) Requeue(_ context.Context, call, _, why string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note("requeue %s %s", call, why)
	c.state[call] = "pending"
	return nil
}

func (c *calls) Drop(_ context.Context, call, why string, w desk.Wait) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note("drop %s %s", call, why)
	c.waits[call] = w
	return nil
}

func (c *calls) Wait(call string, w desk.Wait) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits[call] = w
	if w.Question != "" {
		c.note("ask %s", call)
	}
}

func (c *calls) Live(call string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.state[call]
	return s, ok
}

func (c *calls) Heard(call, identity string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard[call+"/"+identity]
}

func (c *calls) CallerSilence(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silence = d
}

func (c *calls) said() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log)
}

// forget begins the log anew.
func (c *calls) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = nil
}

func (c *calls) waited(call string) desk.Wait {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waits[call]
}

// console is what one console was told.
type console struct {
	mu   sync.Mutex
	told []told
	view wire.WatchDeskResult
	stop func()
}

type told struct {
	at     time.Time
	method string
	params any
}

func (c *console) post(method string, params any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, told{time.Now(), method, params})
}

// last is the newest of a method, nil for none.
func last[T any](c *console, method string) *T {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.told) - 1; i >= 0; i-- {
		if v, ok := c.told[i].params.(T); ok && c.told[i].method == method {
			return &v
		}
	}
	return nil
}

func (c *console) count(method string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.told {
		if t.method == method {
			n++
		}
	}
	return n
}

// disk is a store that can be full.
type disk struct {
	store.Store
	full   atomic.Bool
	writes atomic.Int64
}

func (d *disk) Write(ctx context.Context, c store.Changes) error {
	if d.full.Load() {
		return transcripts.ErrFull
	}
	d.writes.Add(1)
	return d.Store.Write(ctx, c)
}

type world struct {
	t     *testing.T
	path  string
	log   *sqlite.Store
	disk  *disk
	book  *account.Book
	calls *calls
	desk  *desk.Desk
	with  desk.Calls // in the place of calls
	out   *slog.Logger

	mu     sync.Mutex
	jump   time.Duration // of the wall clock
	frozen time.Duration // that has elapsed without anything happening
}

func newWorld(t *testing.T, path string) *world {
	t.Helper()
	w := &world{t: t, path: path, calls: &calls{state: map[string]string{}, heard: map[string]bool{}, of: map[string][]string{}, waits: map[string]desk.Wait{}}}
	w.start()
	return w
}

func (w *world) start() {
	w.t.Helper()
	var err error
	if w.log, err = sqlite.Open(context.Background(), w.path, sqlite.Options{}); err != nil {
		w.t.Fatal(err)
	}
	if w.book, err = account.Open(context.Background(), w.log.DB(), account.Options{}); err != nil {
		w.t.Fatal(err)
	}
	s, err := store.NewSQLite(context.Background(), w.log.DB())
	if err != nil {
		w.t.Fatal(err)
	}
	w.disk = &disk{Store: s}
	begun := time.Now()
	w.desk = desk.New(desk.Config{Store: w.disk, People: w.book, Log: w.out, Clock: func() (time.Time, time.Duration) {
		w.mu.Lock()
		defer w.mu.Unlock()
		now := time.Now()
		return now.Add(w.jump).Round(0), now.Sub(begun) + w.frozen
	}})
	w.calls.mu.Lock()
	w.calls.desk = w.desk
	w.calls.mu.Unlock()
	var with desk.Calls = w.calls
	if w.with != nil {
		with = w.with
	}
	if err := w.desk.Start(context.Background(), with); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.desk.Close(ctx); err != nil {
		w.t.Error(err)
	}
	if err := w.log.Close(); err != nil {
		w.t.Error(err)
	}
}

// console signs somebody in.
func (w *world) console(identity string, o desk.WatchOptions) *console {
	w.t.Helper()
	c := &console{}
	view, stop, err := w.desk.Watch(context.Background(), identity, o, c.post)
	if err != nil {
		w.t.Fatal(err)
	}
	c.view, c.stop = view, stop
	return c
}

func (w *world) request(call string, r desk.Request) {
	w.calls.mu.Lock()
	w.calls.state[call] = "pending"
	w.calls.mu.Unlock()
	w.desk.Request(call, r)
}

func (w *world) do(e queue.Event) {
	w.t.Helper()
	if err := w.desk.Do(context.Background(), e); err != nil {
		w.t.Fatalf("%T: %v", e, err)
	}
}

func (w *world) expect(log ...string) {
	w.t.Helper()
	if got := w.calls.said(); !slices.Equal(got, log) {
		w.t.Errorf("calls were told %q, want %q", got, log)
	}
}

func (w *world) history() []queue.Handoff {
	w.t.Helper()
	list, err := w.disk.Handoffs(context.Background(), store.Filter{})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func inWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "relevo.db")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, path)
		defer w.close()
		f(w)
	})
}

func TestFromRequestToReturn(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{Name: "Dana"})
		if dana.view.Me == nil || dana.view.Me.Presence != "available" {
			t.Fatalf("%+v", dana.view)
		}
		w.request("c1", desk.Request{Reason: "callerAsked", Caller: "Kim", Brief: "wants a refund"})
		time.Sleep(time.Second)
		o := last[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		if o == nil || o.Handoff.Call != "c1" || o.Handoff.Caller != "Kim" || o.Handoff.Brief != "wants a refund" || o.Handoff.Priority != 3 || o.Kind != "routed" {
			t.Fatalf("%+v", o)
		}
		if c := last[wire.DeskChanged](dana, wire.NotifyDeskChanged); c == nil || len(c.Handoffs) != 1 || c.Handoffs[0].State != "offered" || c.Handoffs[0].OfferedTo != "dana" {
			t.Errorf("%+v", c)
		}
		w.do(queue.Accept{Agent: "dana", Offer: uint64(o.Offer)})
		time.Sleep(time.Second)
		w.expect("claim c1 dana")
		if c := last[wire.DeskClaim](dana, wire.NotifyDeskClaim); c == nil || c.Call != "c1" || c.Consult {
			t.Errorf("%+v", c)
		}
		w.desk.Connected("c1")
		time.Sleep(time.Minute)
		w.desk.Returned("c1", "returned")
		time.Sleep(time.Second)
		list := w.history()
		if len(list) != 1 || list[0].Outcome != queue.Resolved || list[0].SLA.FirstResponse.Outcome != "met" || list[0].SLA.Resolution.Outcome != "met" {
			t.Errorf("%+v", list)
		}
		if p := last[wire.DeskPresence](dana, wire.NotifyDeskPresence); p == nil || p.Presence != "wrapUp" {
			t.Errorf("%+v", p)
		}
		c := last[wire.DeskChanged](dana, wire.NotifyDeskChanged)
		if c == nil || len(c.Handoffs) != 1 || c.Handoffs[0].Outcome != "resolved" || c.Board == nil || c.Board.Active != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// Nothing is told before it is durable, and a claim that the disk does not take
// does not stand; when it works again nothing is missing.
func TestFullDisk(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{Reason: "callerAsked"})
		time.Sleep(time.Second)
		o := last[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		w.disk.full.Store(true)
		err := w.desk.Do(context.Background(), queue.Accept{Agent: "dana", Offer: uint64(o.Offer)})
		if wire.AsError(err).Kind != wire.KindStorage {
			t.Fatalf("accepted without a disk: %v", err)
		}
		w.request("c2", desk.Request{Reason: "callerAsked"})
		time.Sleep(10 * time.Second)
		w.expect()
		// Callers hear where they are all the same, and are asked; nobody knows for
		// how long, since nobody can be rung.
		if got := w.calls.waited("c2"); got.Position != 2 || got.Likely != 0 {
			t.Errorf("without a disk c2 is told %+v", got)
		}
		time.Sleep(time.Minute)
		if got := w.calls.said(); !slices.Contains(got, "ask c2") {
			t.Errorf("without a disk nobody asks: %q", got)
		}
		if s, _, err := w.desk.Status(context.Background()); err != nil || s.Reason != "broken" {
			t.Errorf("%+v, %v", s, err)
		}
		w.disk.full.Store(false)
		time.Sleep(3 * time.Second)
		list := w.history()
		if len(list) != 2 {
			t.Fatalf("%d handoffs are in the store", len(list))
		}
		if got := w.calls.waited("c2"); got.Likely == 0 {
			t.Errorf("with a disk c2 is told %+v", got)
		}
		w.calls.forget()
		o = last[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		w.do(queue.Accept{Agent: "dana", Offer: uint64(o.Offer)})
		time.Sleep(time.Second)
		w.expect("claim " + o.Handoff.Call + " dana")
	})
}

// The server stops and starts: line, owners and SLA clocks are as they were.
func TestRestart(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{})
		for i := range 4 {
			w.request(fmt.Sprint("c", i), desk.Request{Reason: "callerAsked", Priority: 4 - i})
			time.Sleep(time.Second)
		}
		w.do(queue.Accept{Agent: "dana", Offer: uint64(last[wire.DeskOffer](dana, wire.NotifyDeskOffer).Offer)})
		time.Sleep(time.Second)
		w.desk.Connected("c0")
		time.Sleep(time.Second)
		before := w.history()
		dana.stop()
		w.close()
		w.calls.mu.Lock()
		delete(w.calls.state, "c3") // this caller hung up while nobody looked
		w.calls.state["c0"] = "human"
		w.calls.heard["c0/dana"] = true // and this one is still being talked to
		w.calls.mu.Unlock()
		w.start()
		looks := w.console("root", desk.WatchOptions{Observe: true})
		var line []string
		for _, h := range looks.view.Handoffs {
			line = append(line, fmt.Sprint(h.Call, " ", h.State, " ", h.Agent))
		}
		if want := []string{"c2 pending ", "c1 pending ", "c0 connected dana"}; !slices.Equal(line, want) {
			t.Errorf("after the restart %q, want %q", line, want)
		}
		time.Sleep(time.Second)
		after := w.history()
		for i, h := range after {
			if h.Call != "c3" && h.SLA != before[i].SLA {
				t.Errorf("%s: the clocks were %+v, are %+v", h.Call, before[i].SLA, h.SLA)
			}
			if h.Call == "c3" && h.Outcome != queue.CallEnded {
				t.Errorf("%+v", h)
			}
		}
	})
}

// Somebody's browser dies: what they have is offered to others, first in line.
func TestConsoleDies(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{Reason: "callerAsked"})
		time.Sleep(time.Second)
		w.do(queue.Accept{Agent: "dana", Offer: uint64(last[wire.DeskOffer](dana, wire.NotifyDeskOffer).Offer)})
		time.Sleep(time.Second)
		w.desk.Connected("c1")
		w.request("c2", desk.Request{Reason: "callerAsked", Priority: 1})
		time.Sleep(time.Second)
		// Only the console's socket is gone: they still talk to the caller.
		w.calls.mu.Lock()
		w.calls.heard["c1/dana"] = true
		w.calls.mu.Unlock()
		dana.stop()
		time.Sleep(time.Minute)
		if got := w.calls.said(); slices.ContainsFunc(got, func(s string) bool { return s == "requeue c1 lost" }) {
			t.Fatalf("who talks was taken off the call: %q", got)
		}
		w.calls.mu.Lock()
		w.calls.heard["c1/dana"] = false
		w.calls.mu.Unlock()
		time.Sleep(30 * time.Second)
		if got := w.calls.said(); !slices.Contains(got, "requeue c1 lost") {
			t.Fatalf("nobody has the call: %q", got)
		}
		if o := w.console("eli", desk.WatchOptions{}).view.Offer; o == nil || o.Handoff.Call != "c1" {
			t.Errorf("first in line is %+v", o)
		}
	})
}

func setting(t *testing.T, w *world, key, value string) {
	t.Helper()
	if p := desk.CheckSetting(key, []byte(value)); len(p) > 0 {
		t.Fatalf("%s: %+v", key, p)
	}
	s, err := w.disk.Setting(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.disk.PutSetting(context.Background(), account.Actor{Identity: "root"}, key, []byte(value), s.Version); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestOutsideTheHours(t *testing.T) {
	inWorld(t, func(w *world) { // a bubble begins at midnight UTC on Saturday, 1 January 2000
		setting(t, w, desk.SettingHours, `{"timeZone":"UTC","periods":[{"kind":"weekly","days":["sat"],"from":"09:00","to":"17:00"}],"reply":"Back at nine."}`)
		w.request("c1", desk.Request{Reason: "callerAsked"})
		time.Sleep(time.Second)
		w.expect("drop c1 outOfHours")
		if got := w.calls.waited("c1"); got.Reply != "Back at nine." || got.Opens.Hour() != 9 {
			t.Errorf("%+v", got)
		}
		time.Sleep(10 * time.Hour)
		w.request("c2", desk.Request{Reason: "callerAsked"})
		time.Sleep(time.Second)
		if got := w.calls.waited("c2"); got.Position != 1 {
			t.Errorf("%+v; %q, at %v", got, w.calls.said(), time.Now())
		}
		if list := w.history(); len(list) != 2 || list[1].Outcome != queue.OutOfHours {
			t.Errorf("%+v", list)
		}
	})
}

func TestRulesAndTheAppSetPriorities(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingRules, `[{"name":"VIP","segments":["vip"],"priority":1}]`)
		w.request("c1", desk.Request{Meta: []byte(`{"segment":"vip"}`)})
		w.request("c2", desk.Request{Meta: []byte(`{"segment":"vip"}`), Priority: 4})
		w.request("c3", desk.Request{})
		time.Sleep(time.Second)
		got := map[string]queue.Priority{}
		for _, h := range w.history() {
			got[h.Call] = h.Priority
		}
		if got["c1"] != queue.P1 || got["c2"] != queue.P4 || got["c3"] != queue.P3 {
			t.Errorf("%v", got)
		}
	})
}

// The caller is asked after 60 s, and every 60 s after that.
func TestQuestion(t *testing.T) {
	inWorld(t, func(w *world) {
		w.request("c1", desk.Request{})
		time.Sleep(59 * time.Second)
		w.expect()
		time.Sleep(2 * time.Second)
		w.expect("ask c1")
		time.Sleep(30 * time.Second)
		w.desk.KeepWaiting("c1")
		time.Sleep(59 * time.Second)
		w.expect("ask c1")
		time.Sleep(2 * time.Second)
		w.expect("ask c1", "ask c1")
		w.desk.Cancelled("c1", "caller")
		time.Sleep(time.Second)
		if list := w.history(); list[0].Outcome != queue.Cancelled || list[0].Detail != "caller" {
			t.Errorf("%+v", list)
		}
	})
}

// SLA alerts come once, at their moments, also over a jump of the clock.
func TestSLAOverAJump(t *testing.T) {
	inWorld(t, func(w *world) {
		root := w.console("root", desk.WatchOptions{Observe: true, Supervisor: true})
		w.request("c1", desk.Request{Priority: 2}) // first response within 60 s
		time.Sleep(47 * time.Second)
		if n := root.count(wire.NotifyDeskAlert); n != 0 {
			t.Fatalf("%d alerts after 47 s", n)
		}
		time.Sleep(2 * time.Second)
		if a := last[wire.DeskAlert](root, wire.NotifyDeskAlert); a == nil || a.Kind != "atRisk" || a.Goal != "firstResponse" {
			t.Fatalf("%+v", a)
		}
		w.mu.Lock()
		w.jump = 10 * time.Minute // somebody sets the clock
		w.mu.Unlock()
		time.Sleep(6 * time.Second) // after 55 s, but the clock shows more
		if a := last[wire.DeskAlert](root, wire.NotifyDeskAlert); a.Kind != "breached" {
			t.Errorf("%+v", a)
		}
		w.mu.Lock()
		w.jump = -time.Hour
		w.mu.Unlock()
		time.Sleep(2 * time.Minute)
		if n := root.count(wire.NotifyDeskAlert); n != 2 {
			t.Errorf("%d alerts", n)
		}
		events, err := w.disk.SLAEvents(context.Background(), store.Span{})
		if err != nil || len(events) != 2 {
			t.Errorf("%+v, %v", events, err)
		}
	})
}

// Calls that are taken over beside the desk are the desk's all the same.
func TestTakenOverWithoutAsking(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{})
		w.calls.mu.Lock()
		w.calls.state["c1"], w.calls.state["c2"] = "willStart", "willStart"
		w.calls.mu.Unlock()
		w.desk.Claimed("c1", desk.Person{Identity: "dana"}) // out of the list of all calls
		w.desk.Claimed("c2", desk.Person{Identity: "bot-of-the-app", Name: "App"})
		w.request("c3", desk.Request{})
		time.Sleep(time.Second)
		w.desk.Claimed("c3", desk.Person{Identity: "somebody", Name: "Somebody else"})
		w.desk.Connected("c1")
		w.desk.Connected("c3")
		time.Sleep(time.Second)
		w.expect()
		if o := last[wire.DeskOffer](dana, wire.NotifyDeskOffer); o != nil {
			t.Errorf("dana is full and was offered %+v", o)
		}
		got := map[string]string{}
		for _, h := range w.history() {
			got[h.Call] = h.State.String() + " " + h.Agent + h.Name
		}
		if want := map[string]string{"c1": "connected dana", "c3": "connected Somebody else"}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// A colleague is asked, joins, and gets the call without a gap.
func TestConsultAndHandOver(t *testing.T) {
	inWorld(t, func(w *world) {
		dana, eli := w.console("dana", desk.WatchOptions{}), w.console("eli", desk.WatchOptions{Away: true})
		w.request("c1", desk.Request{})
		time.Sleep(time.Second)
		o := last[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		w.do(queue.Accept{Agent: "dana", Offer: uint64(o.Offer)})
		time.Sleep(time.Second)
		w.desk.Connected("c1")
		w.do(queue.SetAvailable{Agent: "eli"})
		if err := w.desk.HandOver(context.Background(), o.Handoff.ID, "dana"); err == nil {
			t.Error("handed over to nobody")
		}
		w.do(queue.StartConsult{Handoff: o.Handoff.ID, By: "dana", Agent: "eli"})
		time.Sleep(time.Second)
		asked := last[wire.DeskOffer](eli, wire.NotifyDeskOffer)
		if asked == nil || asked.Kind != "consult" {
			t.Fatalf("%+v", asked)
		}
		w.do(queue.Accept{Agent: "eli", Offer: uint64(asked.Offer)})
		time.Sleep(time.Second)
		if c := last[wire.DeskClaim](eli, wire.NotifyDeskClaim); c == nil || !c.Consult || c.Call != "c1" {
			t.Errorf("%+v", c)
		}
		if c := last[wire.DeskConsult](dana, wire.NotifyDeskConsult); c == nil || c.What != "joined" || c.Agent != "eli" {
			t.Errorf("%+v", c)
		}
		if err := w.desk.HandOver(context.Background(), o.Handoff.ID, "dana"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		w.expect("claim c1 dana", "handOver c1 eli")
		w.desk.Returned("c1", "returned")
		time.Sleep(time.Second)
		h := w.history()[0]
		if len(h.Stints) != 2 || h.Stints[0].Agent != "dana" || h.Stints[1].Agent != "eli" {
			t.Errorf("%+v", h.Stints)
		}
	})
}

// A claim that the call refuses goes to the next agent.
func TestCallRefusesTheClaim(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{})
		time.Sleep(time.Second)
		w.calls.mu.Lock()
		w.calls.fail = errors.New("gone wrong")
		w.calls.mu.Unlock()
		w.do(queue.Accept{Agent: "dana", Offer: uint64(last[wire.DeskOffer](dana, wire.NotifyDeskOffer).Offer)})
		time.Sleep(time.Second)
		if c := last[wire.DeskClaim](dana, wire.NotifyDeskClaim); c != nil {
			t.Errorf("dana was told that it is hers: %+v", c)
		}
		if o := w.console("eli", desk.WatchOptions{}).view.Offer; o == nil || o.Handoff.Call != "c1" {
			t.Errorf("%+v", o)
		}
	})
}

// 50 agents take 2,000 handoffs all at once: each is won by exactly one.
func TestEverybodyTakes(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingRouting, `{"mode":"manual"}`)
		hash, err := auth.HashPassword("right")
		if err != nil {
			t.Fatal(err)
		}
		const agents, handoffs = 50, 2000
		for i := range agents {
			id := fmt.Sprint("a", i)
			if err := w.book.Seed(context.Background(), account.Account{Identity: id, Name: id, Capacity: 20}, hash); err != nil {
				t.Fatal(err)
			}
			w.console(id, desk.WatchOptions{})
		}
		for i := range handoffs {
			w.request(fmt.Sprint("c", i), desk.Request{})
		}
		time.Sleep(2 * time.Second)
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for i := range agents {
			agent := fmt.Sprint("a", i)
			wg.Go(func() {
				for {
					err := w.desk.Do(context.Background(), queue.TakeNext{Agent: agent})
					switch wire.AsError(err).Kind {
					case wire.KindNotFound:
						return
					case wire.KindConflict: // full: one of theirs ends
						lost.Add(1)
						me := firstOf(w, agent)
						w.desk.Connected(me)
						w.desk.Ended(me)
						if err := w.desk.Do(context.Background(), queue.WrapUpDone{Agent: agent}); err != nil && wire.AsError(err).Kind != wire.KindConflict {
							t.Error(err)
						}
						continue
					}
					if err != nil {
						t.Error(err)
						return
					}
					won.Add(1)
				}
			})
		}
		wg.Wait()
		if won.Load() != handoffs {
			t.Errorf("%d were won of %d", won.Load(), handoffs)
		}
		time.Sleep(5 * time.Second)
		claims := map[string]int{}
		for _, s := range w.calls.said() {
			var call, agent string
			if n, _ := fmt.Sscanf(s, "claim %s %s", &call, &agent); n == 2 {
				claims[call]++
			}
		}
		for call, n := range claims {
			if n != 1 {
				t.Errorf("%s was claimed %d times", call, n)
			}
		}
		if len(claims) != handoffs {
			t.Errorf("%d calls were claimed", len(claims))
		}
		t.Logf("%d writes for %d handoffs; %d refusals", w.disk.writes.Load(), handoffs, lost.Load())
	})
}

// firstOf is a call that an agent has, when the desk has taken it over.
func firstOf(w *world, agent string) (call string) {
	for {
		w.calls.mu.Lock()
		mine := w.calls.of[agent]
		if len(mine) > 0 {
			w.calls.of[agent] = mine[1:]
		}
		w.calls.mu.Unlock()
		if len(mine) > 0 {
			return mine[0]
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// 1,000 handoffs in 10 s on 200 consoles: each is seen within a second, once
// and in the order of the line.
func TestManyConsoles(t *testing.T) {
	inWorld(t, func(w *world) {
		const consoles, handoffs = 200, 1000
		all := make([]*console, consoles)
		for i := range all {
			all[i] = w.console(fmt.Sprint("look", i), desk.WatchOptions{Observe: true})
		}
		entered := map[string]time.Time{}
		for i := range handoffs {
			call := fmt.Sprint("c", i)
			entered[call] = time.Now()
			w.request(call, desk.Request{Priority: i%4 + 1})
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		var worst time.Duration
		for i, c := range all {
			seen := map[string]wire.HandoffLine{}
			c.mu.Lock()
			all := slices.Clone(c.told)
			c.mu.Unlock()
			for _, x := range all {
				ch, ok := x.params.(wire.DeskChanged)
				if !ok {
					continue
				}
				for _, h := range ch.Handoffs {
					if _, again := seen[h.Call]; !again {
						worst = max(worst, x.at.Sub(entered[h.Call]))
					}
					seen[h.Call] = h
				}
			}
			if len(seen) != handoffs {
				t.Fatalf("console %d has %d handoffs", i, len(seen))
			}
			if i > 0 {
				continue
			}
			lines := make([]wire.HandoffLine, 0, handoffs)
			for _, h := range seen {
				lines = append(lines, h)
			}
			slices.SortFunc(lines, func(a, b wire.HandoffLine) int {
				if a.Rank != b.Rank {
					return a.Rank - b.Rank
				}
				return int(a.Seq - b.Seq)
			})
			fresh := w.console("fresh", desk.WatchOptions{Observe: true}).view.Handoffs
			for i, h := range fresh {
				if h.Call != lines[i].Call {
					t.Fatalf("place %d: %s, by the line %s", i+1, lines[i].Call, h.Call)
				}
			}
		}
		if worst > time.Second {
			t.Errorf("one was seen after %v", worst)
		}
		t.Logf("the slowest was seen after %v", worst)
	})
}
