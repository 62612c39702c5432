package client

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/bubble/pipe"
	"github.com/relevo/relevo/signaling/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a scripted server: script runs for each socket.
type server struct {
	dialer *websocket.Dialer
	close  func()
}

func serve(t *testing.T, script func(s *socket)) *server {
	t.Helper()
	l := pipe.Listen()
	upgrader := websocket.Upgrader{Subprotocols: []string{wire.Subprotocol}}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Errorf("upgrade: %v", err)
			return
		}
		defer conn.Close()
		if got := conn.Subprotocol(); got != wire.Subprotocol {
			t.Errorf("subprotocol %q, want %q", got, wire.Subprotocol)
		}
		script(&socket{t: t, conn: conn, turn: make(chan struct{}, 1)})
	})}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(l) })
	return &server{
		dialer: &websocket.Dialer{NetDialContext: l.Dial},
		close: func() {
			_ = srv.Close()
			_ = l.Close()
			wg.Wait()
		},
	}
}

// socket is the server's end of one socket.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
	turn chan struct{} // who may write; a mutex would stop a bubble's clock
}

// read returns the next message, ok false when the client is gone.
func (s *socket) read() (m wire.Frame, ok bool) {
	_, raw, err := s.conn.ReadMessage()
	if err != nil {
		return m, false
	}
	m, err = wire.DecodeFrame(raw)
	if err != nil {
		s.t.Errorf("client sent %q: %v", raw, err)
	}
	return m, true
}

// want reads a request of a method into params and returns its id.
func (s *socket) want(method string, params any) wire.ID {
	m, ok := s.read()
	if !ok || m.Method != method {
		s.t.Errorf("client sent %q (ok %v), want %q", m.Method, ok, method)
		return ""
	}
	if params != nil {
		if err := json.Unmarshal(m.Params, params); err != nil {
			s.t.Errorf("params of %s: %v", method, err)
		}
	}
	return m.ID
}

func (s *socket) send(b []byte, err error) {
	if err != nil {
		s.t.Error(err)
	}
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if err := s.conn.WriteMessage(websocket.TextMessage, b); err != nil {
		s.t.Logf("server cannot write: %v", err)
	}
}

func (s *socket) reply(id wire.ID, result any) { s.send(wire.EncodeResult(id, result)) }

func (s *socket) fail(id wire.ID, err error) { s.send(wire.EncodeError(id, err)) }

func (s *socket) notify(method string, params any) { s.send(wire.EncodeNotification(method, params)) }

// untilGone reads until the client is gone and returns what it sent.
func (s *socket) untilGone() (all []wire.Frame) {
	for {
		m, ok := s.read()
		if !ok {
			return all
		}
		all = append(all, m)
	}
}
