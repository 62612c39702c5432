package signaling

import (
	"compress/flate"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/wire"
)

// This file alone knows gorilla. Its rules: one goroutine reads, one writes,
// and only Abort may be called by any.

// compressAbove is from which size a frame is worth compressing.
const compressAbove = 1 << 10

// keepBuffer is the largest read buffer a socket keeps between messages.
const keepBuffer = 64 << 10

// upgrader makes sockets of requests.
type upgrader = websocket.Upgrader

func newUpgrader(s *Server) *upgrader {
	return &websocket.Upgrader{
		HandshakeTimeout:  s.limits.WriteWithin,
		Subprotocols:      []string{wire.Subprotocol},
		EnableCompression: true,
		CheckOrigin:       s.originAllowed,
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			kind := wire.KindBadRequest
			if status == http.StatusForbidden {
				kind = wire.KindForbidden
			}
			s.problem(w, wire.Wrap(kind, reason, "the WebSocket handshake failed: "+reason.Error()))
		},
	}
}

// wsConn is one WebSocket.
type wsConn struct {
	// Fixed after construction.
	c      *websocket.Conn
	limits Limits

	opened time.Time

	heard atomic.Int64 // when the client last sent anything, as time since opened

	// Owned by the reader.
	joined bool
	buf    []byte
}

// seen is when the client last sent anything, be it a pong. Anybody's.
func (c *wsConn) seen() time.Time { return c.opened.Add(time.Duration(c.heard.Load())) }

// offersSubprotocol tells whether the client speaks our protocol.
func offersSubprotocol(r *http.Request) bool {
	for _, p := range websocket.Subprotocols(r) {
		if p == wire.Subprotocol {
			return true
		}
	}
	return false
}

func upgrade(u *websocket.Upgrader, w http.ResponseWriter, r *http.Request, l Limits) (*wsConn, error) {
	c, err := u.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	conn := &wsConn{c: c, limits: l, opened: time.Now()}
	// What arrives compressed can be smaller than what it says, never much
	// larger: this bounds the raw bytes, Read what comes out of them.
	c.SetReadLimit(int64(l.Message) + 1024)
	_ = c.SetCompressionLevel(flate.BestSpeed)
	_ = c.SetReadDeadline(time.Now().Add(l.JoinWithin))
	c.SetPongHandler(func(string) error { return conn.extend() })
	ping := c.PingHandler()
	c.SetPingHandler(func(data string) error {
		if err := conn.extend(); err != nil {
			return err
		}
		return ping(data)
	})
	return conn, nil
}

// extend gives the client time until the pong after the next ping. Before it
// has joined, the join deadline stands.
func (c *wsConn) extend() error {
	c.heard.Store(int64(time.Since(c.opened)))
	if !c.joined {
		return nil
	}
	return c.c.SetReadDeadline(time.Now().Add(c.limits.PingEvery + c.limits.PongWithin))
}

// setJoined ends the join deadline. The reader's.
func (c *wsConn) setJoined() { c.joined = true }

// errClosedByPeer is a client's goodbye.
var errClosedByPeer = errors.New("signaling: closed by the client")

// Read returns the next text frame, valid until the next Read. A *wire.Error
// is what the client did wrong; after any error nothing more can be read, but
// Drain may wait for the client's goodbye.
func (c *wsConn) Read() ([]byte, error) {
	if err := c.extend(); err != nil {
		return nil, err
	}
	kind, r, err := c.c.NextReader()
	if err != nil {
		return nil, c.readError(err)
	}
	if kind != websocket.TextMessage {
		return nil, errBinary
	}
	if c.buf == nil || cap(c.buf) > keepBuffer {
		c.buf = make([]byte, 0, 4<<10)
	}
	c.buf = c.buf[:0]
	// One byte more than allowed tells an oversized message from a full one.
	left := io.LimitReader(r, int64(c.limits.Message)+1)
	for {
		if len(c.buf) == cap(c.buf) {
			c.buf = append(c.buf, 0)[:len(c.buf)]
		}
		n, err := left.Read(c.buf[len(c.buf):cap(c.buf)])
		c.buf = c.buf[:len(c.buf)+n]
		if len(c.buf) > c.limits.Message {
			return nil, errTooLarge(c.limits.Message)
		}
		if err == io.EOF {
			return c.buf, nil
		}
		if err != nil {
			return nil, c.readError(err)
		}
	}
}

var errBinary = errors.New("signaling: binary frame")

func errTooLarge(limit int) error {
	return wire.Errorf(wire.KindTooLarge, "a message may have at most %d bytes", limit)
}

func (c *wsConn) readError(err error) error {
	var closed *websocket.CloseError
	var timeout net.Error
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return errTooLarge(c.limits.Message)
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure:
		return errClosedByPeer
	case errors.As(err, &timeout) && timeout.Timeout() && !c.joined:
		return wire.Wrap(wire.KindTimeout, err, "there was no join in time")
	}
	return err
}

// Drain discards what comes until the connection ends.
func (c *wsConn) Drain() {
	for {
		if _, _, err := c.c.NextReader(); err != nil {
			return
		}
	}
}

// Write sends one text frame. The writer's.
func (c *wsConn) Write(b []byte) error {
	if err := c.c.SetWriteDeadline(time.Now().Add(c.limits.WriteWithin)); err != nil {
		return err
	}
	c.c.EnableWriteCompression(len(b) > compressAbove)
	return c.c.WriteMessage(websocket.TextMessage, b)
}

// Ping asks for a pong. The writer's.
func (c *wsConn) Ping() error {
	return c.c.WriteControl(websocket.PingMessage, nil, time.Now().Add(c.limits.WriteWithin))
}

// CloseFrame says goodbye. The writer's.
func (c *wsConn) CloseFrame(code int, reason string) error {
	if len(reason) > 120 { // a control frame has 125 bytes
		reason = reason[:120]
	}
	return c.c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(c.limits.WriteWithin))
}

// Abort closes the connection under reader and writer. Anyone's.
func (c *wsConn) Abort() { _ = c.c.Close() }
