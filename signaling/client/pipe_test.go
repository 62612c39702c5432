package client

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a listener in memory, so that a server lives inside a bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *pipes) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (l *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	c, s := net.Pipe()
	select {
	case l.conns <- s:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// server is a scripted server: script runs for each socket.
type server struct {
	dialer *websocket.Dialer
	close  func()
}

func serve(t *testing.T, script func(s *socket)) *server {
	t.Helper()
	l := newPipes()
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
		script(&socket{t: t, conn: conn})
	})}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(l) })
	return &server{
		dialer: &websocket.Dialer{NetDialContext: l.dial},
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
}

// read returns the next message, ok false when the client is gone.
func (s *socket) read() (m message, ok bool) {
	_, raw, err := s.conn.ReadMessage()
	if err != nil {
		return m, false
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		s.t.Errorf("client sent %q: %v", raw, err)
	}
	if m.Version != "2.0" {
		s.t.Errorf("client sent version %q", m.Version)
	}
	return m, true
}

// want reads a request of a method into params and returns its id.
func (s *socket) want(method string, params any) json.RawMessage {
	m, ok := s.read()
	if !ok || m.Method != method {
		s.t.Errorf("client sent %q (ok %v), want %q", m.Method, ok, method)
		return nil
	}
	if params != nil {
		if err := json.Unmarshal(m.Params, params); err != nil {
			s.t.Errorf("params of %s: %v", method, err)
		}
	}
	return m.ID
}

func (s *socket) send(v any) {
	if err := s.conn.WriteJSON(v); err != nil {
		s.t.Logf("server cannot write: %v", err)
	}
}

func (s *socket) reply(id json.RawMessage, result any) {
	b, err := json.Marshal(result)
	if err != nil {
		s.t.Error(err)
	}
	s.send(message{Version: "2.0", ID: id, Result: b})
}

func (s *socket) fail(id json.RawMessage, code int, text, data string) {
	s.send(message{Version: "2.0", ID: id, Error: &rpcError{Code: code, Message: text, Data: json.RawMessage(data)}})
}

func (s *socket) notify(method string, params any) {
	b, err := json.Marshal(params)
	if err != nil {
		s.t.Error(err)
	}
	s.send(message{Version: "2.0", Method: method, Params: b})
}

// untilGone reads until the client is gone and returns what it sent.
func (s *socket) untilGone() (all []message) {
	for {
		m, ok := s.read()
		if !ok {
			return all
		}
		all = append(all, m)
	}
}
