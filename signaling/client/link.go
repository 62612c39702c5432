package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/relevo/relevo/signaling/wire"
)

const (
	queueLength  = 256              // messages that may wait for the writer
	readTimeout  = 30 * time.Second // three of the server's pings
	writeTimeout = 10 * time.Second
	readLimit    = wire.MaxMessage
)

var errClosed = errors.New("client: socket closed")

// link is one WebSocket of a client, from the handshake to its end.
type link struct {
	// Fixed after construction.
	conn   *websocket.Conn
	notify func(method string, params json.RawMessage)
	queue  chan []byte
	stop   chan struct{} // closed by close: the writer says goodbye
	dead   chan struct{} // closed by the reader when the socket has ended
	wg     sync.WaitGroup

	dropped atomic.Uint64 // notifications that found the queue full

	mu      sync.Mutex
	closing bool
	nextID  uint64
	pending map[wire.ID]chan wire.Frame // nil once dead
	err     error                       // why it is dead
}

// newLink runs the two goroutines of conn; lost is told once how it ended,
// unless it was closed from this side.
func newLink(conn *websocket.Conn, notify func(string, json.RawMessage), lost func(error)) *link {
	l := &link{
		conn:    conn,
		notify:  notify,
		queue:   make(chan []byte, queueLength),
		stop:    make(chan struct{}),
		dead:    make(chan struct{}),
		pending: make(map[wire.ID]chan wire.Frame),
	}
	conn.SetReadLimit(readLimit)
	l.wg.Go(func() {
		err := l.read()
		l.die(err)
		l.mu.Lock()
		closing := l.closing
		l.mu.Unlock()
		if !closing {
			lost(err)
		}
	})
	l.wg.Go(l.write)
	return l
}

// read returns why the socket ended.
func (l *link) read() error {
	extend := func() error { return l.conn.SetReadDeadline(time.Now().Add(readTimeout)) }
	pong := l.conn.PingHandler()
	l.conn.SetPingHandler(func(data string) error {
		if err := extend(); err != nil {
			return err
		}
		return pong(data)
	})
	for {
		if err := extend(); err != nil {
			return err
		}
		_, raw, err := l.conn.ReadMessage()
		if err != nil {
			return err
		}
		m, err := wire.DecodeFrame(raw)
		if err != nil {
			return fmt.Errorf("client: the server sent what is no JSON-RPC: %w", err)
		}
		if m.Method != "" {
			l.notify(m.Method, m.Params)
			continue
		}
		l.mu.Lock()
		reply := l.pending[m.ID]
		delete(l.pending, m.ID)
		l.mu.Unlock()
		if reply != nil {
			reply <- m // has room for the one reply
		}
	}
}

// write sends what is queued. When the link is closed it drains the queue, says
// goodbye and closes the connection, which ends the reader.
func (l *link) write() {
	defer func() { _ = l.conn.Close() }()
	send := func(b []byte) bool {
		_ = l.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		return l.conn.WriteMessage(websocket.TextMessage, b) == nil
	}
	for {
		select {
		case b := <-l.queue:
			if !send(b) {
				return
			}
		case <-l.dead:
			return
		case <-l.stop:
			for len(l.queue) > 0 {
				if !send(<-l.queue) {
					return
				}
			}
			bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
			return
		}
	}
}

// die fails what waits for a reply. Called by the reader, last.
func (l *link) die(err error) {
	l.mu.Lock()
	l.err = err
	l.pending = nil
	l.mu.Unlock()
	close(l.dead)
}

// close says goodbye, or with abrupt cuts the connection, and joins both
// goroutines. It may be called many times.
func (l *link) close(abrupt bool) {
	l.mu.Lock()
	first := !l.closing
	l.closing = true
	l.mu.Unlock()
	if first {
		if abrupt {
			_ = l.conn.NetConn().Close()
		}
		close(l.stop)
	}
	l.wg.Wait()
}

// start queues a request and returns where its reply will come.
func (l *link) start(ctx context.Context, method string, params any) (chan wire.Frame, error) {
	reply := make(chan wire.Frame, 1)
	l.mu.Lock()
	if l.pending == nil || l.closing {
		l.mu.Unlock()
		return nil, wire.Wrap(wire.KindUnavailable, errClosed, "the socket is closed")
	}
	l.nextID++
	id := wire.ID(strconv.FormatUint(l.nextID, 10))
	l.pending[id] = reply
	l.mu.Unlock()

	b, err := wire.EncodeRequest(id, method, params)
	if err != nil {
		l.forget(id)
		return nil, wire.Wrap(wire.KindBadRequest, err, "request "+method+" cannot be written as JSON")
	}
	select {
	case l.queue <- b:
		return reply, nil
	case <-l.dead:
	case <-l.stop:
	case <-ctx.Done():
		l.forget(id)
		return nil, wire.Wrap(wire.KindTimeout, ctx.Err(), method+" was not sent in time")
	}
	l.forget(id)
	return nil, wire.Wrap(wire.KindUnavailable, l.reason(), "the socket was lost before "+method+" was sent")
}

func (l *link) forget(id wire.ID) {
	l.mu.Lock()
	delete(l.pending, id)
	l.mu.Unlock()
}

func (l *link) reason() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		return errClosed
	}
	return l.err
}

// finish waits for a reply and reads it into result, which may be nil.
func (l *link) finish(ctx context.Context, method string, reply chan wire.Frame, result any) error {
	var m wire.Frame
	select {
	case m = <-reply:
	default:
		select {
		case m = <-reply:
		case <-ctx.Done():
			return wire.Wrap(wire.KindTimeout, context.Cause(ctx), method+" was not answered in time")
		case <-l.dead:
			select {
			case m = <-reply: // came just before the end
			default:
				return wire.Wrap(wire.KindUnavailable, l.reason(), "the socket was lost before "+method+" was answered")
			}
		}
	}
	if m.Error != nil {
		return remoteError(m.Error)
	}
	if result == nil || m.Result == nil {
		return nil
	}
	if err := json.Unmarshal(m.Result, result); err != nil {
		return wire.Wrap(wire.KindInternal, err, "the server's answer to "+method+" makes no sense")
	}
	return nil
}

// post queues a notification and never blocks.
func (l *link) post(method string, params any) {
	b, err := wire.EncodeNotification(method, params)
	if err != nil {
		return
	}
	select {
	case l.queue <- b:
	default:
		l.dropped.Add(1)
	}
}
