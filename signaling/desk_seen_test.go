package signaling

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/wire"
)

// A console that dies without a word, its battery empty, counts from its last
// answer: 20 s later its agent is not there any more. One that answers, and says
// nothing, is there for hours.
func TestConsoleThatDoesNotAnswer(t *testing.T) {
	bubble(t, nil, func(t *testing.T, r *rig) {
		bob, _ := r.console(r.bob("agent"), wire.WatchDesk{})
		var dead atomic.Bool
		bob.c.SetPingHandler(func(data string) error {
			if dead.Load() {
				return nil
			}
			return bob.c.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		})
		stop := make(chan struct{})
		go func() { // reading answers pings
			defer close(stop)
			for {
				if _, _, err := bob.c.ReadMessage(); err != nil {
					return
				}
			}
		}()
		presence := func() string {
			ann, view := r.console(r.loggedIn("ann", "right"), wire.WatchDesk{Observe: true})
			_ = ann.c.Close()
			if len(view.Agents) != 1 {
				t.Fatalf("%+v", view.Agents)
			}
			return view.Agents[0].Presence
		}
		time.Sleep(2*time.Hour + 9*time.Second) // pings that are asked every 10 s would be old by now
		if p := presence(); p != "available" {
			t.Errorf("who answers is %s", p)
		}
		dead.Store(true)
		time.Sleep(17 * time.Second)
		if p := presence(); p != "available" {
			t.Errorf("after 17 s they are %s", p)
		}
		time.Sleep(4 * time.Second)
		if p := presence(); p != "offline" {
			t.Errorf("after 21 s they are %s", p)
		}
		<-stop
	})
}
