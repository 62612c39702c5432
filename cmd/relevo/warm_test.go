package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/relevo/relevo/signaling/call"
)

// A call's first request finds a connection that is ready; many calls make it
// ready once.
func TestWarm(t *testing.T) {
	var mu sync.Mutex
	connections, heads := 0, 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodHead && r.URL.Path == "/v1/models" && r.Header.Get("Authorization") == "" {
			heads++
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		if s == http.StateNew {
			connections++
		}
	}
	server.Start()
	defer server.Close()
	w := newWarmer(server.Client())
	w.know(server.URL + "/v1")
	w.know(server.URL + "/v1")
	made := 0
	newBot := w.before(func(call.BotSpec) (call.Bot, error) { made++; return nil, nil })
	for range 5 {
		if _, err := newBot(call.BotSpec{}); err != nil {
			t.Fatal(err)
		}
	}
	w.wg.Wait()
	resp, err := server.Client().Get(server.URL + "/v1/chat")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	mu.Lock()
	if connections != 1 || heads != 1 || made != 5 {
		t.Errorf("%d connections, %d asked for nothing, %d bots", connections, heads, made)
	}
	mu.Unlock()
	w.Close()
	w.warm() // after Close it does nothing
	w.wg.Wait()
	if bots := (*warmer)(nil).before(newBot); bots == nil {
		t.Error("without an endpoint there are no bots")
	}
}

// Close ends what an endpoint does not answer.
func TestWarmIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		w := newWarmer(&http.Client{Transport: roundTripper(stuck)})
		w.know("")
		w.warm()
		synctest.Wait()
		w.Close()
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
