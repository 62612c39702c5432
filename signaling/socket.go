package signaling

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// lingerFor is how long a socket that has been told goodbye waits for the
// client's, so that closing does not destroy what is still on its way.
const lingerFor = time.Second

// socket is one client's WebSocket from the handshake to its end.
type socket struct {
	// Fixed after construction.
	s          *Server
	conn       *wsConn
	out        *outbox
	addr       netip.Prefix
	log        *slog.Logger
	readerGone chan struct{}      // closed when nothing reads any more
	pings      chan time.Duration // to the writer: how often from now on
	inFlight   chan struct{}      // a slot for each slow request
	slow       sync.WaitGroup
	banned     atomic.Bool // its login has ended: it leaves, and does not come back

	// Owned by the reader.
	ctx       context.Context
	limiter   *rate.Limiter
	member    Member      // nil before join
	watching  bool        // watchCalls or watchDesk instead
	claims    auth.Claims // with watchDesk: whose
	stopWatch func()
}

// serveWS is GET /v1/ws: the handler's goroutine becomes the socket's reader
// and joins the writer before it returns.
func (s *Server) serveWS(w http.ResponseWriter, r *http.Request) {
	addr := s.clientAddr(r)
	if !offersSubprotocol(r) {
		s.problem(w, wire.Errorf(wire.KindBadRequest, "the WebSocket subprotocol %s is required", wire.Subprotocol))
		return
	}
	if err := s.admit(addr); err != nil {
		s.problem(w, err)
		return
	}
	defer s.dismiss(addr)
	conn, err := upgrade(s.upgrader, w, r, s.limits)
	if err != nil {
		return // the upgrader has answered
	}
	k := &socket{
		s: s, conn: conn, out: newOutbox(s.limits, s.metrics), addr: addr,
		log:        s.log.With("socket", s.socketID.Add(1)),
		readerGone: make(chan struct{}),
		pings:      make(chan time.Duration, 1),
		inFlight:   make(chan struct{}, s.limits.InFlight),
		limiter:    rate.NewLimiter(rate.Limit(s.limits.MessageRate), s.limits.MessageBurst),
	}
	if !s.track(k) {
		k.out.Close("shutdown")
	}
	k.run()
	s.untrack(k)
}

// run reads until the socket ends, then joins everything of it.
func (k *socket) run() {
	ctx, cancel := context.WithCancel(context.Background())
	k.ctx = ctx
	started := time.Now()
	writer := make(chan error, 1)
	go func() { writer <- k.write() }()

	err := k.read()
	if end := k.endingFor(err); end != nil {
		k.out.finish(*end)
		k.conn.Drain()
	}
	close(k.readerGone)
	cancel()
	writeErr := <-writer
	k.slow.Wait()
	if k.stopWatch != nil {
		k.stopWatch()
	}
	switch {
	case k.member == nil:
	case k.banned.Load():
		ctx, cancel := context.WithTimeout(context.Background(), k.s.limits.Requests)
		if err := k.member.Leave(ctx); err != nil {
			k.log.Error("who was logged out could not be taken out of the call", "error", err)
		}
		cancel()
	default:
		k.member.SocketLost(k.out)
	}
	k.logEnd(started, err, writeErr)
}

func (k *socket) logEnd(started time.Time, readErr, writeErr error) {
	code, cause := 1006, readErr
	if end := k.out.ending(); end != nil {
		code = end.code
		if end.cause != nil {
			cause = end.cause
		}
	} else if errors.Is(readErr, errClosedByPeer) {
		code = 1000
	}
	k.s.metrics.closes.WithLabelValues(strconv.Itoa(code)).Inc()
	k.log.Info("socket closed", "code", code, "after", time.Since(started), "cause", cause, "write", writeErr)
}

// endingFor is how a socket ends that the reader has given up; nil where the
// connection itself is gone.
func (k *socket) endingFor(err error) *ending {
	var e *wire.Error
	switch {
	case errors.Is(err, errBinary):
		return &ending{code: wire.CloseBinary, reason: "text frames only", cause: err}
	case errors.As(err, &e):
		return &ending{code: e.Kind.CloseCode(), reason: e.Message, cause: err}
	}
	return nil
}

// write is the writer: it alone writes to the connection, and closes it.
func (k *socket) write() error {
	defer k.conn.Abort()
	ping := time.NewTicker(k.s.limits.PingEvery)
	defer ping.Stop()
	for {
		frames, end, missing := k.out.take()
		if missing {
			frames = k.out.final(context.Background())
		}
		for i, b := range frames {
			if err := k.conn.Write(b); err != nil {
				k.s.metrics.dropped.Add(float64(len(frames) - i))
				return err
			}
		}
		if end != nil {
			return k.goodbye(end)
		}
		select {
		case <-k.out.wake:
		case <-ping.C:
			if err := k.conn.Ping(); err != nil {
				return err
			}
		case every := <-k.pings:
			ping.Reset(every)
		case <-k.readerGone:
			return nil
		}
	}
}

// pingEvery has the client asked more often. The reader's, once.
func (k *socket) pingEvery(every time.Duration) {
	select {
	case k.pings <- min(every, k.s.limits.PingEvery):
	default:
	}
}

func (k *socket) goodbye(end *ending) error {
	if err := k.conn.CloseFrame(end.code, end.reason); err != nil {
		return err
	}
	linger := time.NewTimer(lingerFor)
	defer linger.Stop()
	select {
	case <-k.readerGone:
	case <-linger.C:
	}
	return nil
}

// read is the reader's loop. Its error is why the socket ends.
func (k *socket) read() error {
	for {
		b, err := k.conn.Read()
		if err != nil {
			return err
		}
		if k.out.ending() != nil {
			continue // it has been told goodbye; wait for its own
		}
		if !k.limiter.Allow() {
			k.s.metrics.limited.WithLabelValues("messages").Inc()
			return wire.Errorf(wire.KindRateLimited, "more than %d messages at once and %g a second", k.s.limits.MessageBurst, k.s.limits.MessageRate)
		}
		if err := k.handle(b); err != nil {
			return err
		}
	}
}

// handle answers one frame. Its error ends the socket.
func (k *socket) handle(b []byte) error {
	start := time.Now()
	f, err := wire.DecodeFrame(b)
	if err == nil && (f.Result != nil || f.Error != nil) {
		err = wire.Errorf(wire.KindBadRequest, "the server asks nothing, so there is nothing to answer")
	}
	if err != nil {
		k.out.begin()
		k.answer(f, "unknown", start, nil, err)
		return k.fatalBeforeJoin(err)
	}
	params, err := wire.DecodeParams(f.Method, f.Params)
	method := f.Method
	if params == nil && wire.NewParams(method) == nil {
		method = "unknown" // a client does not choose the labels of our metrics
	}
	if err != nil {
		k.out.begin()
		k.answer(f, method, start, nil, err)
		return k.fatalBeforeJoin(err)
	}
	if k.member == nil && !k.watching {
		return k.first(f, params, start)
	}
	return k.dispatch(f, params, start)
}

func (k *socket) fatalBeforeJoin(err error) error {
	if k.member == nil && !k.watching {
		return err
	}
	return nil
}

// answer ends what out.begin began. An error without a request to answer
// becomes an error notification.
func (k *socket) answer(f wire.Frame, method string, start time.Time, result any, err error) {
	k.s.metrics.observe("ws", method, start, err)
	if err != nil && wire.AsError(err).Kind == wire.KindInternal {
		k.log.Error("request failed", "method", method, "error", err)
	}
	var b []byte
	var encErr error
	switch {
	case err != nil && f.ID == "" && f.Method != "":
		e := wire.AsError(err)
		b, encErr = wire.EncodeNotification(wire.NotifyError, wire.Fault{Kind: e.Kind, Message: e.Message, Method: f.Method})
	case err != nil:
		b, encErr = wire.EncodeError(f.ID, err)
	case f.ID != "":
		b, encErr = wire.EncodeResult(f.ID, result)
	}
	if encErr != nil {
		k.log.Error("a reply cannot be written as JSON", "method", method, "error", encErr)
		b, _ = wire.EncodeError(f.ID, wire.Wrap(wire.KindInternal, encErr, "internal error"))
	}
	first := err == nil && (method == wire.MethodJoin || method == wire.MethodWatchCalls || method == wire.MethodWatchDesk)
	k.out.reply(b, first)
}

// first handles the first request, which must be join or watchCalls.
func (k *socket) first(f wire.Frame, params wire.Validator, start time.Time) error {
	k.out.begin()
	ctx, cancel := context.WithTimeout(k.ctx, k.s.limits.Requests)
	defer cancel()
	var result any
	var err error
	switch p := params.(type) {
	case *wire.Join:
		result, err = k.join(ctx, p)
	case *wire.WatchCalls:
		result, err = k.watchCalls(p)
	case *wire.WatchDesk:
		result, err = k.watchDesk(ctx, p)
	default:
		err = wire.Errorf(wire.KindBadRequest, "the first request must be %s, %s or %s, not %s", wire.MethodJoin, wire.MethodWatchCalls, wire.MethodWatchDesk, f.Method)
	}
	if err == nil {
		k.conn.setJoined()
	}
	k.answer(f, f.Method, start, result, err)
	return err
}

func (k *socket) join(ctx context.Context, j *wire.Join) (any, error) {
	r := JoinRequest{Role: j.Role, Subscribe: j.Subscribe, Resume: j.Resume, Cursor: j.Cursor, Out: k.out}
	c, err := k.s.whereTo(ctx, j, &r)
	if err != nil {
		return nil, err
	}
	if err := k.login(r.Claims, false); err != nil {
		return nil, err
	}
	m, result, err := c.Join(ctx, r)
	if err != nil {
		return nil, err
	}
	k.member = m
	if j.Resume != "" {
		// Only the call knows who that is.
		if err := k.login(m.Claims(), false); err != nil {
			k.banned.Store(true)
			return nil, err
		}
	}
	k.log = k.log.With("call", c.ID(), "participant", result.Participant.ID)
	k.log.Info("joined", "role", result.Participant.Role, "resumed", result.Resumed)
	if result.ICEServers == nil {
		result.ICEServers = k.s.iceServers()
	}
	if result.Participants == nil {
		result.Participants = []wire.Participant{}
	}
	return result, nil
}

// whereTo finds the call that a join is for and checks that it may: a resume
// token names its call before the first dot; a call's token is for one call,
// once; a desk token for every call, many times.
func (s *Server) whereTo(ctx context.Context, j *wire.Join, r *JoinRequest) (Call, error) {
	if j.Resume != "" {
		id, _, _ := strings.Cut(j.Resume, ".")
		if j.Call != "" && j.Call != id {
			return nil, wire.Errorf(wire.KindUnauthorized, "the resume token is for another call")
		}
		return s.liveCall(ctx, id)
	}
	claims, err := s.cfg.Keyring.Verify(j.Token)
	if err != nil {
		return nil, err
	}
	r.Claims = claims
	if claims.Desk {
		person, err := s.person(claims)
		if err != nil {
			return nil, err
		}
		// Callers see who they are now, not who they were at login.
		r.Claims.Name, r.Claims.Avatar = person.Name, person.Avatar
		if j.Call == "" {
			return nil, wire.Errorf(wire.KindBadRequest, "with a desk token, join must name the call")
		}
		return s.liveCall(ctx, j.Call)
	}
	if j.Call != "" && j.Call != claims.Call {
		return nil, wire.Errorf(wire.KindUnauthorized, "the token is for another call")
	}
	if claims.Session != "" { // made for who is logged in, at takeover
		if _, err := s.person(claims); err != nil {
			return nil, err
		}
	}
	c, err := s.liveCall(ctx, claims.Call)
	if err != nil {
		return nil, err
	}
	first, err := s.cfg.State.UseToken(ctx, claims.ID, claims.Expires)
	if err != nil {
		return nil, storageError(err)
	}
	if !first {
		return nil, wire.Errorf(wire.KindUnauthorized, "the token has been used; resume with the resumeToken, or get another")
	}
	return c, nil
}

func (k *socket) watchCalls(w *wire.WatchCalls) (any, error) {
	claims, err := k.s.cfg.Keyring.Verify(w.Token)
	if err != nil {
		return nil, err
	}
	if !claims.Desk {
		return nil, wire.Errorf(wire.KindForbidden, "watchCalls needs a desk token")
	}
	if err := k.login(claims, true); err != nil {
		return nil, err
	}
	current, stop := k.s.cfg.Hub.Watch(k.callsChanged)
	k.watching, k.stopWatch = true, k.untilExpiry(claims, stop)
	if current == nil {
		current = []wire.CallSummary{}
	}
	return wire.WatchCallsResult{Calls: current}, nil
}
