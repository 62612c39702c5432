package openai

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxMessage  = 1 << 20
	socketIn    = 64               // messages that wait to be looked at; then the reader waits
	socketOut   = 128              // messages that wait to be sent; then the endpoint is too slow
	pingEvery   = 20 * time.Second // proxies cut what is silent for a minute
	deadAfter   = 50 * time.Second // without anything, not even an answer to a ping
	writeTime   = 5 * time.Second
	goodbyeTime = 50 * time.Millisecond
)

var (
	errBacklog = errors.New("the endpoint is too slow for the audio")
	errHangup  = errors.New("the endpoint has closed the connection")
)

// refusal is an answer to the upgrade that is none.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the upgrade was answered with status %d: %s", r.status, r.body)
}

// socket is a WebSocket with one reader and one writer. in is closed when it
// has ended; err says why.
type socket struct {
	conn *websocket.Conn
	in   chan []byte
	out  chan []byte
	done chan struct{} // closed by close
	once sync.Once
	wg   sync.WaitGroup

	mu  sync.Mutex // held to set and get why
	why error
}

// dialSocket connects with the HTTP client's ways: its dialer, its proxy and its
// TLS. It returns soon after ctx has ended.
func dialSocket(ctx context.Context, client *http.Client, address string, header http.Header) (*socket, error) {
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, ReadBufferSize: 4 << 10, WriteBufferSize: 16 << 10}
	var plain net.Dialer
	dial := plain.DialContext
	if t, ok := client.Transport.(*http.Transport); ok {
		t = t.Clone() // its first request changes the transport itself
		dialer.Proxy = t.Proxy
		if t.DialContext != nil {
			dial = t.DialContext
		}
		dialer.NetDialTLSContext = t.DialTLSContext
		if t.TLSClientConfig != nil {
			dialer.TLSClientConfig = t.TLSClientConfig
			dialer.TLSClientConfig.NextProtos = []string{"http/1.1"}
		}
	}
	if dialer.TLSClientConfig == nil {
		dialer.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	stop := func() bool { return true }
	dialer.NetDialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err == nil { // the handshake heeds a deadline, and this a cancel
			stop = context.AfterFunc(ctx, func() { conn.Close() })
		}
		return conn, err
	}
	conn, resp, err := dialer.DialContext(ctx, address, header)
	ended := !stop()
	switch {
	case ctx.Err() != nil || ended:
		if err == nil {
			conn.Close()
		}
		return nil, context.Cause(ctx)
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxCause))
		return nil, &refusal{resp.StatusCode, string(bytes.TrimSpace(body))}
	case err != nil:
		return nil, err
	}
	s := &socket{conn: conn, in: make(chan []byte, socketIn), out: make(chan []byte, socketOut), done: make(chan struct{})}
	conn.SetReadLimit(maxMessage)
	alive := func() { _ = conn.SetReadDeadline(time.Now().Add(deadAfter)) }
	alive()
	conn.SetPongHandler(func(string) error { alive(); return nil })
	s.wg.Go(func() { s.read(alive) })
	s.wg.Go(s.write)
	return s, nil
}

func (s *socket) read(alive func()) {
	defer close(s.in)
	for {
		_, message, err := s.conn.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				err = fmt.Errorf("%w: %d %s", errHangup, closed.Code, closed.Text)
			}
			s.fail(err)
			return
		}
		alive()
		select {
		case s.in <- message:
		case <-s.done:
			return
		}
	}
}

func (s *socket) write() {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-s.done:
			return
		case <-ping.C:
			err = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime))
		case message := <-s.out:
			_ = s.conn.SetWriteDeadline(time.Now().Add(writeTime))
			err = s.conn.WriteMessage(websocket.TextMessage, message)
		}
		if err != nil {
			s.fail(err)
			return
		}
	}
}

// send queues a message. It waits for nothing.
func (s *socket) send(message []byte) error {
	select {
	case s.out <- message:
		return nil
	default:
		s.fail(errBacklog)
		return errBacklog
	}
}

// fail ends the socket; the first reason stands.
func (s *socket) fail(err error) {
	s.mu.Lock()
	if s.why == nil {
		s.why = err
	}
	s.mu.Unlock()
	s.conn.Close() // reader and writer return
}

func (s *socket) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil {
		return errHangup
	}
	return s.why
}

// close says goodbye where the other end listens, and joins reader and writer.
func (s *socket) close() {
	s.once.Do(func() {
		close(s.done)
		goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = s.conn.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(goodbyeTime))
		s.fail(errClosed)
		s.wg.Wait()
	})
}
