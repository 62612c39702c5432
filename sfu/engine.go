package sfu

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"
)

// socketBuffer is asked of the operating system for the one UDP socket.
const socketBuffer = 4 << 20

// EngineConfig is what an engine is made of.
type EngineConfig struct {
	Net          transport.Net // nil: the operating system; tests pass a vnet.Net
	UDPAddr      string        // the one UDP address for ICE, as "0.0.0.0:7882"; "" is "127.0.0.1:0"
	TCPListener  net.Listener  // nil: no ICE over TCP; closed by the engine
	AdvertiseIPs []string      // public addresses of this host behind a 1:1 NAT
	Loopback     bool          // include loopback candidates
	Log          *slog.Logger  // nil: none
}

// Engine owns the sockets that all rooms share. Its methods may be called from
// any goroutine.
type Engine struct {
	// fixed
	api      *webrtc.API
	mux      muxes
	port     int
	log      *slog.Logger
	counters counters

	// guarded by mu
	mu     sync.Mutex
	rooms  map[*Room]struct{}
	closed bool
	done   chan struct{} // closed when Close has finished
}

// NewEngine opens the sockets.
func NewEngine(c EngineConfig) (*Engine, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	for _, ip := range c.AdvertiseIPs {
		if net.ParseIP(ip) == nil {
			return nil, fmt.Errorf("sfu: advertised address %q is not an IP address", ip)
		}
	}
	n := c.Net
	if n == nil {
		var err error
		if n, err = stdnet.NewNet(); err != nil {
			return nil, fmt.Errorf("sfu: network: %w", err)
		}
	}
	if c.UDPAddr == "" {
		c.UDPAddr = "127.0.0.1:0"
	}
	addr, err := n.ResolveUDPAddr("udp", c.UDPAddr)
	if err != nil {
		return nil, fmt.Errorf("sfu: address %q: %w", c.UDPAddr, err)
	}
	network := "udp"
	if addr.IP.To4() != nil {
		network = "udp4"
	}
	conn, err := n.ListenUDP(network, addr)
	if err != nil {
		return nil, fmt.Errorf("sfu: listen on %q: %w", c.UDPAddr, err)
	}
	// The buffers are a wish: the system caps them, and a virtual network has none.
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
	lf := pionLog{log: c.Log.With("component", "sfu")}
	e := &Engine{log: c.Log, rooms: map[*Room]struct{}{}, done: make(chan struct{})}
	if a, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		e.port = a.Port
	}
	e.mux.udp = newUDPMux(udpConn(conn), n, lf)
	if c.TCPListener != nil {
		e.mux.tcp = newTCPMux(c.TCPListener, lf)
	}
	if e.api, err = newServerAPI(c, e.mux, lf); err != nil {
		return nil, errors.Join(err, e.mux.close())
	}
	return e, nil
}

// udpConn returns the *net.UDPConn inside conn where there is one: Pion reads
// and writes it without an allocation a packet.
func udpConn(conn transport.UDPConn) net.PacketConn {
	if c, ok := conn.(*net.UDPConn); ok {
		return c
	}
	return conn
}

func (m muxes) close() error {
	err := m.udp.Close()
	if m.tcp != nil {
		err = errors.Join(err, m.tcp.Close())
	}
	return err
}

// UDPPort is the port of the one UDP socket.
func (e *Engine) UDPPort() int { return e.port }

// Stats returns the cumulative counters.
func (e *Engine) Stats() Stats { return e.counters.stats() }

// NewRoom opens a room. post receives its events, one at a time, from a
// goroutine of the room that holds no lock; it must not block and must not
// call Room.Close. A room of an engine that is closed is closed.
func (e *Engine) NewRoom(id string, post func(Event)) *Room {
	r := newRoom(e, id, post)
	e.mu.Lock()
	closed := e.closed
	if !closed {
		e.rooms[r] = struct{}{}
		e.counters.rooms.Add(1)
	}
	e.mu.Unlock()
	if closed {
		r.Close()
	}
	return r
}

// forget takes a room that has closed off the list.
func (e *Engine) forget(r *Room) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.rooms[r]; ok {
		delete(e.rooms, r)
		e.counters.rooms.Add(-1)
	}
}

// Close closes all rooms and the sockets, and joins every goroutine. It may be
// called more than once; every call returns after the end.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		<-e.done
		return nil
	}
	e.closed = true
	rooms := make([]*Room, 0, len(e.rooms))
	for r := range e.rooms {
		rooms = append(rooms, r)
	}
	e.mu.Unlock()
	defer close(e.done)
	var wg sync.WaitGroup
	for _, r := range rooms {
		wg.Go(r.Close)
	}
	wg.Wait()
	return e.mux.close()
}
