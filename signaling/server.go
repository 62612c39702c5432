package signaling

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// Config is what a Server needs. All but WebFS, People, Desk, Metrics, Log and
// the addresses must be there.
type Config struct {
	Hub     Hub
	Keyring Keyring
	Key     string        // the key that signs desk tokens and those of demo calls
	People  *account.Book // nil: nobody can log in to the console
	Desk    *desk.Desk    // nil: no line, no offers
	Records store.Store   // the desk's; with Desk
	State   state.Store
	Store   Log

	ICEServers     []wire.ICEServer
	Limits         Limits
	Dev            bool     // POST /v1/demo/calls
	WebFS          fs.FS    // index.html at /, console at /console, sdk/ at /sdk/, assets; nil: no pages
	PublicURL      string   // e.g. https://calls.example.org; "" = as the client asked
	AllowedOrigins []string // of other sites' pages, "*" for all; none: only our own pages
	Log            *slog.Logger
	Metrics        prometheus.Registerer // nil: not registered anywhere
}

// Server is the edge: an http.Handler for the WebSocket, REST and the pages.
type Server struct {
	// Fixed after construction.
	cfg      Config
	limits   Limits
	log      *slog.Logger
	metrics  *metrics
	upgrader *upgrader
	handler  http.Handler
	requests *addressLimiter
	demo     *addressLimiter
	public   *publicCalls
	openapi  []byte
	ready    readiness

	socketID atomic.Uint64
	draining atomic.Bool
	handlers sync.WaitGroup // one for each socket

	mu      sync.Mutex
	closed  bool
	sockets map[*socket]struct{}
	logins  map[*socket]login // of the consoles' sockets
	count   int               // sockets admitted, with those in their handshake
	byAddr  map[netip.Prefix]int
}

// NewServer makes the edge. It starts no goroutine: those of a socket live in
// and under its handler.
func NewServer(cfg Config) (*Server, error) {
	if cfg.Hub == nil || cfg.Keyring == nil || cfg.State == nil || cfg.Store == nil {
		return nil, errors.New("signaling: Hub, Keyring, State and Store are needed")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.PublicURL != "" {
		if u, err := url.Parse(cfg.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, errors.New("signaling: PublicURL must be http:// or https:// and a host")
		}
	}
	l := cfg.Limits.WithDefaults()
	s := &Server{
		cfg: cfg, limits: l, log: cfg.Log, metrics: newMetrics(cfg.Metrics),
		requests: newAddressLimiter(l.RequestRate, l.RequestBurst, l.Addresses),
		demo:     newAddressLimiter(l.DemoRate, l.DemoBurst, l.Addresses),
		sockets:  make(map[*socket]struct{}),
		logins:   make(map[*socket]login),
		public:   newPublicCalls(),
		byAddr:   make(map[netip.Prefix]int),
	}
	s.upgrader = newUpgrader(s)
	doc, err := openAPI(s.routes())
	if err != nil {
		return nil, err
	}
	s.openapi = doc
	s.handler = s.outer(s.mux())
	if cfg.People != nil {
		cfg.People.OnEnd(s.loggedOut)
		cfg.People.OnChange(s.accountChanged)
	}
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close tells every socket that the server shuts down and waits until nothing
// of them runs, or ctx ends: then the connections are cut. /readyz fails from
// now on. The hub, which ends the calls, is closed before or after by its owner.
func (s *Server) Close(ctx context.Context) error {
	s.draining.Store(true)
	s.mu.Lock()
	s.closed = true
	open := make([]*socket, 0, len(s.sockets))
	for k := range s.sockets {
		open = append(open, k)
	}
	s.mu.Unlock()
	for _, k := range open {
		k.out.Close("shutdown")
	}
	done := make(chan struct{})
	go func() { s.handlers.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, k := range open {
		k.conn.Abort()
	}
	<-done
	return context.Cause(ctx)
}

// admit counts a socket before its handshake; dismiss gives the place back.
func (s *Server) admit(a netip.Prefix) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return wire.Errorf(wire.KindUnavailable, "the server is shutting down")
	case s.count >= s.limits.Sockets:
		s.metrics.limited.WithLabelValues("sockets").Inc()
		return wire.Errorf(wire.KindUnavailable, "the server has as many sockets as it takes")
	case s.byAddr[a] >= s.limits.SocketsPerAddress:
		s.metrics.limited.WithLabelValues("addressSockets").Inc()
		return wire.Errorf(wire.KindRateLimited, "there are too many sockets from your address")
	}
	s.count++
	s.byAddr[a]++
	s.handlers.Add(1)
	s.metrics.sockets.Inc()
	return nil
}

func (s *Server) dismiss(a netip.Prefix) {
	s.mu.Lock()
	s.count--
	if s.byAddr[a]--; s.byAddr[a] == 0 {
		delete(s.byAddr, a)
	}
	s.mu.Unlock()
	s.metrics.sockets.Dec()
	s.handlers.Done()
}

// track makes the socket known to Close; false where that has begun.
func (s *Server) track(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets[k] = struct{}{}
	return !s.closed
}

func (s *Server) untrack(k *socket) {
	s.mu.Lock()
	delete(s.sockets, k)
	delete(s.logins, k)
	s.mu.Unlock()
}

// originAllowed: not from a page at all, from one of ours, or from one that
// the configuration allows.
func (s *Server) originAllowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if strings.EqualFold(u.Host, r.Host) {
		return true
	}
	if s.cfg.PublicURL != "" && strings.HasPrefix(s.cfg.PublicURL+"/", origin+"/") {
		return true
	}
	return slices.Contains(s.cfg.AllowedOrigins, "*") || slices.Contains(s.cfg.AllowedOrigins, origin)
}

// wsURL is where the client who asked finds the WebSocket.
func (s *Server) wsURL(r *http.Request) string {
	if s.cfg.PublicURL != "" {
		return "ws" + strings.TrimSuffix(strings.TrimPrefix(s.cfg.PublicURL, "http"), "/") + "/v1/ws"
	}
	scheme := "ws"
	if r.TLS != nil || s.trusted(parseAddr(r.RemoteAddr)) && r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "wss"
	}
	return scheme + "://" + r.Host + "/v1/ws"
}

func (s *Server) iceServers() []wire.ICEServer {
	if s.cfg.ICEServers == nil {
		return []wire.ICEServer{}
	}
	return s.cfg.ICEServers
}

// liveCall finds a call, and tells one that has ended from one that never was.
func (s *Server) liveCall(ctx context.Context, id string) (Call, error) {
	if c, ok := s.cfg.Hub.Get(id); ok {
		return c, nil
	}
	if err := wire.CheckCallID(id); err != nil {
		return nil, err
	}
	if _, err := s.storedCall(ctx, id); err != nil {
		return nil, err
	}
	return nil, wire.Errorf(wire.KindGone, "the call has ended")
}

func (s *Server) storedCall(ctx context.Context, id string) (transcripts.Call, error) {
	if err := wire.CheckCallID(id); err != nil {
		return transcripts.Call{}, err
	}
	c, err := s.cfg.Store.Call(ctx, id)
	if errors.Is(err, transcripts.ErrNotFound) {
		return c, wire.Errorf(wire.KindNotFound, "there is no such call")
	}
	if err != nil {
		return c, storageError(err)
	}
	return c, nil
}

func storageError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return wire.Wrap(wire.KindTimeout, err, "the server's storage did not answer in time")
	}
	return wire.Wrap(wire.KindStorage, err, "the server's storage does not answer; try again later")
}

// readiness remembers for a moment whether the store can be written, so that
// asking costs nothing.
type readiness struct {
	mu    sync.Mutex
	at    time.Time
	err   error
	known bool
}

const readyFor = 2 * time.Second

// isReady writes to the store and takes it back.
func (s *Server) isReady(ctx context.Context) error {
	if s.draining.Load() {
		return wire.Errorf(wire.KindUnavailable, "the server is shutting down")
	}
	if d, ok := s.cfg.Hub.(interface{ Draining() bool }); ok && d.Draining() {
		return wire.Errorf(wire.KindUnavailable, "the server takes no new calls")
	}
	s.ready.mu.Lock()
	if s.ready.known && time.Since(s.ready.at) < readyFor {
		defer s.ready.mu.Unlock()
		return s.ready.err
	}
	// Others get the last answer meanwhile.
	s.ready.at = time.Now()
	s.ready.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := s.cfg.State.Remember(ctx, "readyz", "probe", [32]byte{})
	if err == nil || errors.Is(err, state.ErrInFlight) {
		err = s.cfg.State.Forget(ctx, "readyz", "probe")
	}
	if err != nil {
		err = storageError(err)
	}
	s.ready.mu.Lock()
	s.ready.err, s.ready.known = err, true
	s.ready.mu.Unlock()
	return err
}
