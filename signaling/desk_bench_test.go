package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// BenchmarkConsoles: 1,000 handoffs come in 10 s to 200 consoles over real
// WebSockets, and are durable before they are told. It reports how long it takes
// until a console has one, of all consoles and handoffs, and fails where one is
// missing.
//
//	go test -run '^$' -bench Consoles -benchtime 1x ./signaling
func BenchmarkConsoles(b *testing.B) {
	for b.Loop() {
		all := consoles(b, 200, 1000, 10*time.Second)
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Milliseconds()), "p50-ms")
		b.ReportMetric(float64(all[len(all)*99/100].Milliseconds()), "p99-ms")
		b.ReportMetric(float64(all[len(all)-1].Milliseconds()), "max-ms")
	}
}

func consoles(b *testing.B, consoles, handoffs int, within time.Duration) []time.Duration {
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	ctx := b.Context()
	log, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "relevo.db"), sqlite.Options{})
	must(err)
	defer log.Close()
	people, err := account.Open(ctx, log.DB(), account.Options{})
	must(err)
	records, err := store.NewSQLite(ctx, log.DB())
	must(err)
	d := desk.New(desk.Config{Store: records, People: people})
	must(d.Start(ctx, &fakeDeskCalls{}))
	keyring := auth.NewKeyring(map[string]string{"app": "secret"})
	s, err := NewServer(Config{Hub: &fakeHub{calls: map[string]*fakeCall{}}, Keyring: keyring, Key: "app", State: newFakeState(), Store: &fakeLog{}, People: people,
		Desk: d, Records: records, Limits: Limits{SocketsPerAddress: 2 * consoles, RequestRate: 10_000, RequestBurst: 10_000}})
	must(err)
	server := httptest.NewServer(s)
	defer server.Close()

	came := make([]time.Time, handoffs) // when each was asked for
	var mu sync.Mutex
	var all []time.Duration
	var watching, done sync.WaitGroup
	began := make(chan struct{})
	for i := range consoles {
		token, err := keyring.Sign(auth.Claims{Key: "app", Identity: fmt.Sprint("root", i), Desk: true, DeskRole: "supervisor"}, time.Hour)
		must(err)
		c, _, err := (&websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}).Dial("ws"+server.URL[4:]+"/v1/ws", nil)
		must(err)
		defer c.Close()
		hello, err := wire.EncodeRequest("1", wire.MethodWatchDesk, wire.WatchDesk{Token: token, Observe: true})
		must(err)
		must(c.WriteMessage(websocket.TextMessage, hello))
		watching.Add(1)
		done.Go(func() {
			seen := map[string]bool{}
			for len(seen) < handoffs {
				_, message, err := c.ReadMessage()
				if err != nil {
					b.Errorf("console %d has %d handoffs: %v", i, len(seen), err)
					return
				}
				at := time.Now()
				f, err := wire.DecodeFrame(message)
				if err != nil {
					b.Error(err)
					return
				}
				if f.ID != "" {
					watching.Done()
					<-began
					continue
				}
				if f.Method != wire.NotifyDeskChanged {
					continue
				}
				var changed wire.DeskChanged
				if err := json.Unmarshal(f.Params, &changed); err != nil {
					b.Error(err)
					return
				}
				mu.Lock()
				for _, h := range changed.Handoffs {
					var n int
					if _, err := fmt.Sscanf(h.Call, "c%d", &n); err == nil && !seen[h.Call] {
						seen[h.Call] = true
						all = append(all, at.Sub(came[n]))
					}
				}
				mu.Unlock()
			}
		})
	}
	watching.Wait()
	close(began)
	tick := time.NewTicker(within / time.Duration(handoffs))
	defer tick.Stop()
	for n := range handoffs {
		<-tick.C
		mu.Lock()
		came[n] = time.Now()
		mu.Unlock()
		d.Request(fmt.Sprint("c", n), desk.Request{Reason: "callerAsked", Priority: n%4 + 1})
	}
	done.Wait()
	end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	must(s.Close(end))
	must(d.Close(end))
	if len(all) != consoles*handoffs {
		b.Fatalf("%d of %d were seen", len(all), consoles*handoffs)
	}
	return all
}
