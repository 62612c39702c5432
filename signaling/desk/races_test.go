package desk_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// slow are calls whose claims and requeues wait until they are let go.
type slow struct {
	*calls
	gate chan error // each claim takes one; nil: it goes on
}

func (s *slow) Claim(ctx context.Context, call string, by desk.Person) error {
	if err := <-s.gate; err != nil {
		return err
	}
	return s.calls.Claim(ctx, call, by)
}

// inSlowWorld is inWorld where claims take their time.
func inSlowWorld(t *testing.T, f func(w *world, gate chan error)) {
	t.Helper()
	inWorld(t, func(w *world) {
		// The first desk has nothing yet; another begins on the same store.
		w.close()
		s := &slow{w.calls, make(chan error)}
		w.with = s
		w.start()
		f(w, s.gate)
	})
}

// ringAndAccept has dana accept c1.
func ringAndAccept(w *world, agent string, c *console) (handoff string) {
	w.t.Helper()
	time.Sleep(time.Second)
	o := last[wire.DeskOffer](c, wire.NotifyDeskOffer)
	if o == nil {
		w.t.Fatalf("it does not ring at %s", agent)
	}
	w.do(queue.Accept{Agent: agent, Offer: uint64(o.Offer)})
	return o.Handoff.ID
}

func (w *world) one() queue.Handoff {
	w.t.Helper()
	time.Sleep(time.Second)
	list := w.history()
	if len(list) != 1 {
		w.t.Fatalf("%d handoffs: %+v", len(list), list)
	}
	return list[0]
}

// While the desk claims a call for dana, eli takes it by the list of all calls.
// The call decides: eli has it, whatever comes of dana's claim.
func TestTakenFromUnderAClaim(t *testing.T) {
	for _, taker := range []string{"eli", "somebody"} {
		t.Run(taker, func(t *testing.T) {
			inSlowWorld(t, func(w *world, gate chan error) {
				dana := w.console("dana", desk.WatchOptions{})
				w.request("c1", desk.Request{})
				ringAndAccept(w, "dana", dana)
				w.console("eli", desk.WatchOptions{})
				synctest.Wait()
				w.desk.Claimed("c1", desk.Person{Identity: taker})
				time.Sleep(time.Second)
				gate <- wire.Errorf(wire.KindConflict, "%s already has this call", taker)
				time.Sleep(time.Second)
				w.desk.Connected("c1")
				h := w.one()
				if h.State != queue.StateConnected || h.Agent+h.Name != taker {
					t.Errorf("%v with %q%q, and %s has the call", h.State, h.Agent, h.Name, taker)
				}
				w.desk.Returned("c1", "returned")
				if h = w.one(); h.Outcome != queue.Resolved {
					t.Errorf("%v %q", h.State, h.Outcome)
				}
			})
		})
	}
}

// consulting brings c1 to dana, with eli who has joined.
func consulting(w *world) (handoff string, dana, eli *console) {
	w.t.Helper()
	dana, eli = w.console("dana", desk.WatchOptions{}), w.console("eli", desk.WatchOptions{Away: true})
	w.request("c1", desk.Request{})
	handoff = ringAndAccept(w, "dana", dana)
	time.Sleep(time.Second)
	w.desk.Connected("c1")
	w.do(queue.SetAvailable{Agent: "eli"})
	w.do(queue.StartConsult{Handoff: handoff, By: "dana", Agent: "eli"})
	ringAndAccept(w, "eli", eli)
	return handoff, dana, eli
}

// The human is lost while a colleague is with them: the call is the colleague's,
// who has to claim it anew; when that fails, the caller waits.
func TestInheritedClaimFails(t *testing.T) {
	inWorld(t, func(w *world) {
		consulting(w)
		w.desk.Lost("c1")
		time.Sleep(time.Second)
		w.desk.Failed("c1", "timeout")
		h := w.one()
		if !h.State.InLine() || h.Agent != "" {
			t.Errorf("%v with %q, whose claim has failed", h.State, h.Agent)
		}
	})
}

// The call says who was handed it, whether or not who asked for it still waits.
func TestHandedOverPastWhoAsked(t *testing.T) {
	inWorld(t, func(w *world) {
		handoff, _, _ := consulting(w)
		w.desk.Claimed("c1", desk.Person{Identity: "eli"}) // as the call does
		h := w.one()
		if h.State != queue.StateConnected || h.Agent != "eli" || h.Consult != nil {
			t.Errorf("%v with %q, consult %+v", h.State, h.Agent, h.Consult)
		}
		if err := w.desk.HandOver(context.Background(), handoff, "dana"); err == nil {
			t.Error("dana hands over what is eli's")
		}
	})
}

// A call that is given back while it is put back into the line has no caller
// who waits.
func TestReturnedWhileTransferred(t *testing.T) {
	inWorld(t, func(w *world) {
		dana := w.console("dana", desk.WatchOptions{})
		w.request("c1", desk.Request{})
		h := ringAndAccept(w, "dana", dana)
		time.Sleep(time.Second)
		w.desk.Connected("c1")
		w.do(queue.Transfer{Handoff: h, By: "dana", Skills: []queue.Need{{Name: "billing"}}})
		w.desk.Returned("c1", "returned")
		if h := w.one(); h.Outcome != queue.Cancelled {
			t.Errorf("%v %q", h.State, h.Outcome)
		}
	})
}

// A console whose request ended before it was answered is not here.
func TestWatchThatComesTooLate(t *testing.T) {
	inWorld(t, func(w *world) {
		for range 200 { // which of the two the desk is told first is by chance
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			if _, stop, err := w.desk.Watch(ctx, "boss", desk.WatchOptions{Observe: true}, func(string, any) { t.Error("told") }); err == nil {
				stop()
			}
		}
		w.request("c1", desk.Request{})
		time.Sleep(time.Minute)
	})
}

// 50 agents all want the same ones of 2,000 handoffs, at the same time and in the
// same order: each has exactly one winner, whose call it is, and the others hear
// that it is taken.
func TestEverybodyTakesTheSame(t *testing.T) {
	inWorld(t, func(w *world) {
		setting(t, w, desk.SettingRouting, `{"mode":"manual","wrapUp":-1}`)
		const agents, handoffs = 50, 2000
		for i := range agents {
			w.console(fmt.Sprint("a", i), desk.WatchOptions{})
		}
		for i := range handoffs {
			w.request(fmt.Sprint("c", i), desk.Request{})
		}
		time.Sleep(2 * time.Second)
		list, err := w.disk.Handoffs(context.Background(), store.Filter{Limit: 2 * handoffs})
		if err != nil || len(list) != handoffs {
			t.Fatalf("%d handoffs, %v", len(list), err)
		}
		winner := make([]atomic.Pointer[string], handoffs)
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for i := range agents {
			me := fmt.Sprint("a", i)
			wg.Go(func() {
				for n := range list {
					err := w.desk.Do(context.Background(), queue.Take{Agent: me, Handoff: list[n].ID})
					if err != nil {
						if k := wire.AsError(err).Kind; k != wire.KindConflict && k != wire.KindGone {
							t.Error(err)
						}
						lost.Add(1)
						continue
					}
					won.Add(1)
					if other := winner[n].Swap(&me); other != nil {
						t.Errorf("%s was won by %s and by %s", list[n].Call, *other, me)
					}
					call := firstOf(w, me)
					if call != list[n].Call {
						t.Errorf("%s has won %s and got %s", me, list[n].Call, call)
					}
					w.desk.Connected(call)
					w.desk.Ended(call)
				}
			})
		}
		wg.Wait()
		if won.Load() != handoffs || lost.Load() != (agents-1)*handoffs {
			t.Errorf("%d were won and %d lost", won.Load(), lost.Load())
		}
		time.Sleep(5 * time.Second)
		list, err = w.disk.Handoffs(context.Background(), store.Filter{Limit: 2 * handoffs})
		if err != nil {
			t.Fatal(err)
		}
		by := map[string]int{}
		for n, h := range list {
			if h.Outcome != queue.Resolved || len(h.Stints) != 1 || winner[n].Load() == nil || h.Stints[0].Agent != *winner[n].Load() {
				t.Errorf("%s of %v ended as %q with %+v", h.Call, winner[n].Load(), h.Outcome, h.Stints)
			}
			by[h.Agent]++
		}
		t.Logf("%d agents have won; %d writes", len(by), w.disk.writes.Load())
	})
}
