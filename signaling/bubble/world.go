package bubble

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/vnet"

	"github.com/relevo/relevo/signaling/bubble/pipe"
)

// ServerIP is where the server under test is.
const ServerIP = "10.0.0.1"

// vnetMu guards what vnet counts for all networks of a process: worlds of
// parallel tests are made at once.
var vnetMu sync.Mutex

// World is the network of a bubble.
type World struct {
	T     testing.TB
	start time.Time
	wan   *vnet.Router
	hosts int
	loss  atomic.Int64 // percent
	dead  sync.Map     // IP -> true: nothing to or from it arrives

	mu    sync.Mutex
	pipes *pipe.Listener // of the server that is there
	conns []net.Conn     // to it
}

// New makes a network; Close ends it.
func New(t testing.TB) *World {
	t.Helper()
	vnetMu.Lock()
	wan, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/16", LoggerFactory: quiet{}})
	vnetMu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	w := &World{T: t, start: time.Now(), pipes: pipe.Listen(), wan: wan, hosts: 1}
	wan.AddChunkFilter(func(c vnet.Chunk) bool {
		if _, dead := w.dead.Load(host(c.SourceAddr())); dead {
			return false
		}
		if _, dead := w.dead.Load(host(c.DestinationAddr())); dead {
			return false
		}
		return rand.Int64N(100) >= w.loss.Load()
	})
	return w
}

func host(a net.Addr) string {
	h, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return h
}

// Start lets packets flow, once the server's host is there.
func (w *World) Start() {
	if err := w.wan.Start(); err != nil {
		w.T.Fatal(err)
	}
}

// Close ends the network. The server and all parties are gone by then.
func (w *World) Close() {
	if err := w.wan.Stop(); err != nil {
		w.T.Error(err)
	}
}

// Listener is where the server accepts.
func (w *World) Listener() net.Listener {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pipes
}

// Dial connects to the listener.
func (w *World) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	pipes := w.pipes
	w.mu.Unlock()
	c, err := pipes.Dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pipes != pipes {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	w.conns = append(w.conns, c)
	return c, nil
}

// KillServer takes the server at ip off the network, as kill -9 does: its
// connections are cut and its packets do not arrive any more. Listener is that of
// the next server then.
func (w *World) KillServer(ip string) {
	w.dead.Store(ip, true)
	w.mu.Lock()
	conns, pipes := w.conns, w.pipes
	w.conns, w.pipes = nil, pipe.Listen()
	w.mu.Unlock()
	_ = pipes.Close()
	for _, c := range conns {
		_ = c.Close()
	}
}

// Host is a new host of the network.
func (w *World) Host(ip string) transport.Net {
	w.T.Helper()
	vnetMu.Lock()
	n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
	vnetMu.Unlock()
	if err != nil {
		w.T.Fatal(err)
	}
	if err := w.wan.AddNet(n); err != nil {
		w.T.Fatal(err)
	}
	return n
}

func (w *World) newHost() (transport.Net, string) {
	w.hosts++
	ip := fmt.Sprintf("10.0.%d.%d", w.hosts/250, w.hosts%250+2)
	return w.Host(ip), ip
}

// Lose makes the network lose percent of all packets from now on.
func (w *World) Lose(percent int) { w.loss.Store(int64(percent)) }

// Since is a moment as seconds from the beginning.
func (w *World) Since(at time.Time) string { return fmt.Sprintf("%.3fs", at.Sub(w.start).Seconds()) }

// quiet keeps the network's own log out of the tests'.
type quiet struct{}

func (quiet) NewLogger(string) logging.LeveledLogger {
	return logging.NewDefaultLeveledLoggerForScope("vnet", logging.LogLevelDisabled, nil)
}
