package desk_test

import (
	"context"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
)

// tardy is a disk that takes its time.
type tardy struct {
	store.Store
	takes time.Duration
}

func (d *tardy) Write(ctx context.Context, c store.Changes) error {
	time.Sleep(d.takes)
	return d.Store.Write(ctx, c)
}

// Consoles are not shown what the disk has not: neither by the list that is told
// now and then, nor by the first view.
func TestConsolesSeeWhatIsDurable(t *testing.T) {
	inWorld(t, func(w *world) {
		boss := w.console("boss", desk.WatchOptions{Observe: true})
		dana := w.console("dana", desk.WatchOptions{})
		slow := &tardy{Store: w.disk.Store}
		w.disk.Store = slow
		w.request("c1", desk.Request{})
		time.Sleep(100 * time.Millisecond) // the list is told 250 ms after the request
		o := last[wire.DeskOffer](dana, wire.NotifyDeskOffer)
		slow.takes = time.Second
		accepted := make(chan error, 1)
		go func() {
			accepted <- w.desk.Do(context.Background(), queue.Accept{Agent: "dana", Offer: uint64(o.Offer)})
		}()
		time.Sleep(500 * time.Millisecond)
		for _, h := range last[wire.DeskChanged](boss, wire.NotifyDeskChanged).Handoffs {
			if h.Agent != "" {
				t.Errorf("told of a claim that may not be: %+v", h)
			}
		}
		begun := time.Now()
		eve := w.console("eve", desk.WatchOptions{Observe: true})
		if waited := time.Since(begun); waited < 400*time.Millisecond || eve.view.Handoffs[0].Agent != "dana" {
			t.Errorf("after %v the first view is %+v", waited, eve.view.Handoffs)
		}
		if err := <-accepted; err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if h := last[wire.DeskChanged](boss, wire.NotifyDeskChanged).Handoffs; len(h) != 1 || h[0].Agent != "dana" {
			t.Errorf("in the end told of %+v", h)
		}

		// While the disk does not answer a console that comes sees something.
		slow.takes = 0
		w.disk.full.Store(true)
		w.request("c2", desk.Request{})
		kim := w.console("kim", desk.WatchOptions{Observe: true})
		if len(kim.view.Handoffs) != 2 {
			t.Errorf("without a disk the first view is %+v", kim.view.Handoffs)
		}
		w.disk.full.Store(false)
		time.Sleep(3 * time.Second)
	})
}

// Settled waits for what calls have told.
func TestSettled(t *testing.T) {
	inWorld(t, func(w *world) {
		w.disk.Store = &tardy{Store: w.disk.Store, takes: 300 * time.Millisecond}
		w.request("c1", desk.Request{})
		if err := w.desk.Settled(context.Background()); err != nil {
			t.Fatal(err)
		}
		if list := w.history(); len(list) != 1 || list[0].Call != "c1" {
			t.Errorf("the disk has %+v", list)
		}
		w.desk.Cancelled("c1", "caller")
		if err := w.desk.Settled(context.Background()); err != nil {
			t.Fatal(err)
		}
		if list := w.history(); list[0].State != queue.StateEnded {
			t.Errorf("the disk has %+v", list)
		}
	})
}
