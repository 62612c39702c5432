package signaling

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/bubble/pipe"
	"github.com/relevo/relevo/signaling/desk"
	"github.com/relevo/relevo/signaling/desk/store"
	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeHub has the calls a test puts in.
type fakeHub struct {
	mu      sync.Mutex
	calls   map[string]*fakeCall
	created []CallSpec
	full    bool
	watch   func([]wire.CallSummary, []wire.CallGone)
	list    []wire.CallSummary

	expelled []string
}

func (h *fakeHub) Create(_ context.Context, s CallSpec) (Call, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.full {
		return nil, wire.Errorf(wire.KindUnavailable, "the server has as many calls as it takes")
	}
	h.created = append(h.created, s)
	if s.ID == "" {
		s.ID = "c_made"
		if n := len(h.created); n > 1 {
			s.ID += strconv.Itoa(n - 1)
		}
	}
	c := &fakeCall{id: s.ID}
	h.calls[s.ID] = c
	return c, nil
}

func (h *fakeHub) Get(id string) (Call, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.calls[id]
	if !ok {
		return nil, false
	}
	return c, true
}

func (h *fakeHub) Watch(post func([]wire.CallSummary, []wire.CallGone)) ([]wire.CallSummary, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watch = post
	return h.list, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.watch = nil
	}
}

func (h *fakeHub) end(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.calls, id)
}

func (h *fakeHub) Expel(session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.expelled = append(h.expelled, session)
}

// fakeCall keeps what it was asked, in order, and lets a test decide.
type fakeCall struct {
	id string

	mu       sync.Mutex
	asked    []string
	joins    []JoinRequest
	out      Outbox
	lost     []Outbox
	claimed  string
	claims   int
	onJoin   func(Outbox)
	takeover chan struct{} // takeover waits for it; nil: answers at once
	fail     error         // of the next member request
}

func (c *fakeCall) note(what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, what)
	err := c.fail
	c.fail = nil
	return err
}

func (c *fakeCall) log() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

func (c *fakeCall) ID() string          { return c.id }
func (c *fakeCall) Info() wire.CallInfo { return wire.CallInfo{ID: c.id, State: "ai", Epoch: 1} }

func (c *fakeCall) Join(_ context.Context, r JoinRequest) (Member, wire.JoinResult, error) {
	if err := c.note("join"); err != nil {
		return nil, wire.JoinResult{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Resume != "" && r.Resume != c.id+".good" {
		return nil, wire.JoinResult{}, wire.Errorf(wire.KindUnauthorized, "nothing to resume")
	}
	if r.Resume != "" && c.out != nil {
		c.out.Close("replaced")
	}
	c.joins = append(c.joins, r)
	c.out = r.Out
	if c.onJoin != nil {
		c.onJoin(r.Out)
	}
	claims := r.Claims
	if r.Resume != "" && len(c.joins) > 1 {
		claims = c.joins[0].Claims
	}
	return &fakeMember{c, claims}, wire.JoinResult{Participant: wire.Participant{ID: r.Claims.ID, Identity: r.Claims.Identity, Role: wire.Role(r.Claims.Role)},
		Call: wire.CallInfo{ID: c.id}, ResumeToken: c.id + ".good", Resumed: r.Resume != ""}, nil
}

func (c *fakeCall) Claim(_ context.Context, by Claimant) (string, error) {
	if err := c.note("claim"); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claims++
	if c.claimed != "" && c.claimed != by.Identity {
		e := wire.Errorf(wire.KindConflict, "%s already has this call", c.claimed)
		e.Data = map[string]string{"name": c.claimed, "state": "human"}
		return "", e
	}
	c.claimed = by.Identity
	return "tk_1", nil
}

func (c *fakeCall) Brief() *wire.Brief               { return &wire.Brief{Reason: "asked", Seq: 3} }
func (c *fakeCall) ReturnToAI(context.Context) error { return c.note("return") }
func (c *fakeCall) Say(_ context.Context, text, as string) (int64, error) {
	return 7, c.note("say " + as + " " + text)
}
func (c *fakeCall) RequestHuman(_ context.Context, r wire.RequestHuman) error {
	return c.note("handoff " + r.Reason)
}
func (c *fakeCall) Hangup(_ context.Context, reason string) error { return c.note("hangup " + reason) }

type fakeMember struct {
	c      *fakeCall
	claims auth.Claims
}

func (m *fakeMember) Claims() auth.Claims { return m.claims }

func (m *fakeMember) Negotiate(context.Context, wire.Negotiate) (wire.NegotiateResult, error) {
	return wire.NegotiateResult{Answer: wire.SDP{Type: "answer", SDP: "v=0"}}, m.c.note("negotiate")
}
func (m *fakeMember) Candidate(context.Context, wire.Candidate) error { return m.c.note("candidate") }
func (m *fakeMember) Subscribe(context.Context, wire.Subscribe) error { return m.c.note("subscribe") }
func (m *fakeMember) SpeakTo(context.Context, wire.Audience) error    { return m.c.note("speakTo") }
func (m *fakeMember) Mute(context.Context, wire.Mute) error           { return m.c.note("mute") }
func (m *fakeMember) Message(_ context.Context, text string) (int64, error) {
	return 5, m.c.note("message " + text)
}
func (m *fakeMember) MessageCaller(_ context.Context, text string) (int64, error) {
	return 6, m.c.note("message caller " + text)
}
func (m *fakeMember) Interrupt(context.Context) error { return m.c.note("interrupt") }
func (m *fakeMember) RequestHuman(context.Context, wire.RequestHuman) error {
	return m.c.note("requestHuman")
}
func (m *fakeMember) CancelRequest(context.Context) error { return m.c.note("cancelRequest") }
func (m *fakeMember) KeepWaiting(context.Context) error   { return m.c.note("keepWaiting") }
func (m *fakeMember) Takeover(ctx context.Context, _ wire.TakeoverMode, _ string) (wire.TakeoverResult, error) {
	err := m.c.note("takeover")
	if m.c.takeover != nil {
		select {
		case <-m.c.takeover:
		case <-ctx.Done():
			return wire.TakeoverResult{}, wire.Wrap(wire.KindTimeout, ctx.Err(), "not connected in time")
		}
	}
	return wire.TakeoverResult{TakeoverUID: "tk_1", Epoch: 2}, err
}
func (m *fakeMember) Return(context.Context, wire.Return) error     { return m.c.note("return") }
func (m *fakeMember) SetEmail(context.Context, wire.SetEmail) error { return m.c.note("setEmail") }
func (m *fakeMember) Hangup(context.Context) error                  { return m.c.note("hangup") }
func (m *fakeMember) Leave(context.Context) error {
	m.c.mu.Lock()
	out := m.c.out
	m.c.mu.Unlock()
	out.Close("left") // as the call does: before its answer
	return m.c.note("leave")
}
func (m *fakeMember) SocketLost(out Outbox) {
	m.c.mu.Lock()
	defer m.c.mu.Unlock()
	m.c.asked = append(m.c.asked, "lost")
	m.c.lost = append(m.c.lost, out)
}

// fakeState is state.Store in memory.
type fakeState struct {
	mu     sync.Mutex
	used   map[string]bool
	hashes map[string][32]byte
	kept   map[string]*state.Response
	err    error
}

func newFakeState() *fakeState {
	return &fakeState{used: map[string]bool{}, hashes: map[string][32]byte{}, kept: map[string]*state.Response{}}
}

func (f *fakeState) UseToken(_ context.Context, jti string, _ time.Time) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first := !f.used[jti]
	f.used[jti] = true
	return first, f.err
}

func (f *fakeState) Remember(_ context.Context, scope, key string, hash [32]byte) (*state.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	k := scope + "\x00" + key
	old, seen := f.hashes[k]
	switch {
	case !seen:
		f.hashes[k] = hash
		return nil, nil
	case old != hash:
		return nil, state.ErrKeyReused
	case f.kept[k] == nil:
		return nil, state.ErrInFlight
	}
	return f.kept[k], nil
}

func (f *fakeState) Complete(_ context.Context, scope, key string, r state.Response) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[scope+"\x00"+key] = &r
	return nil
}

func (f *fakeState) Forget(_ context.Context, scope, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.hashes, scope+"\x00"+key)
	return f.err
}

func (f *fakeState) Sweep(context.Context, time.Time) error { return nil }

// Search finds an entry that is the query.
func (l *fakeLog) Search(_ context.Context, query string, _ int) (hits []transcripts.Entry, err error) {
	for id, list := range l.entries {
		for _, e := range list {
			if e.CallID = id; e.Text == query {
				hits = append(hits, e)
			}
		}
	}
	return hits, nil
}

// fakeLog is the log of calls that a test writes.
type fakeLog struct {
	calls   map[string]transcripts.Call
	entries map[string][]transcripts.Entry
}

func (l *fakeLog) Call(_ context.Context, id string) (transcripts.Call, error) {
	c, ok := l.calls[id]
	if !ok {
		return c, transcripts.ErrNotFound
	}
	return c, nil
}

func (l *fakeLog) Calls(context.Context, transcripts.Filter) ([]transcripts.Call, error) {
	var out []transcripts.Call
	for _, c := range l.calls {
		out = append(out, c)
	}
	return out, nil
}

func (l *fakeLog) Entries(_ context.Context, id string, after int64, limit int) ([]transcripts.Entry, error) {
	var out []transcripts.Entry
	for _, e := range l.entries[id] {
		if e.Seq > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// annHash is made once: it is meant to be slow.
var annHash = sync.OnceValues(func() (string, error) { return auth.HashPassword("right") })

// atDesk gives the server people, of whom ann is an administrator, and a desk.
func (r *rig) atDesk(cfg *Config) {
	t := r.t
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	log, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "relevo.db"), sqlite.Options{})
	must(err)
	t.Cleanup(func() { _ = log.Close() })
	cfg.People, err = account.Open(t.Context(), log.DB(), account.Options{})
	must(err)
	hash, err := annHash()
	must(err)
	must(cfg.People.Seed(t.Context(), account.Account{Identity: "ann", Name: "Ann"}, hash))
	records, err := store.NewSQLite(t.Context(), log.DB())
	must(err)
	cfg.Records, cfg.Desk = records, desk.New(desk.Config{Store: records, People: cfg.People})
	r.desk = cfg.Desk
	r.deskCalls = &fakeDeskCalls{}
	must(cfg.Desk.Start(t.Context(), r.deskCalls))
	t.Cleanup(func() { must(cfg.Desk.Close(context.Background())) })
}

// fakeDeskCalls are calls that do what the desk wants.
type fakeDeskCalls struct {
	mu    sync.Mutex
	asked []string
}

func (f *fakeDeskCalls) note(what ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, strings.Join(what, " "))
	return nil
}

func (f *fakeDeskCalls) log() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.asked)
}

func (f *fakeDeskCalls) Claim(_ context.Context, id string, by desk.Person) error {
	return f.note("claim", id, by.Name)
}
func (f *fakeDeskCalls) HandOver(_ context.Context, id string, to desk.Person) error {
	return f.note("handOver", id, to.Name)
}
func (f *fakeDeskCalls) Requeue(_ context.Context, id, _, why string) error {
	return f.note("requeue", id, why)
}
func (f *fakeDeskCalls) Drop(_ context.Context, id, why string, _ desk.Wait) error {
	return f.note("drop", id, why)
}
func (f *fakeDeskCalls) Wait(string, desk.Wait)      {}
func (f *fakeDeskCalls) Live(string) (string, bool)  { return "pending", true }
func (f *fakeDeskCalls) Heard(string, string) bool   { return false }
func (f *fakeDeskCalls) CallerSilence(time.Duration) {}

// rig is an edge with one live call c1, one ended call old, and a server on
// pipes around it, so that all of it lives in a bubble.
type rig struct {
	t         *testing.T
	s         *Server
	hub       *fakeHub
	desk      *desk.Desk
	deskCalls *fakeDeskCalls
	call      *fakeCall
	state     *fakeState
	store     *fakeLog
	keyring   *auth.Keyring
	metrics   *prometheus.Registry
	l         *pipe.Listener
	http      *http.Client
}

func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	r := &rig{t: t, call: &fakeCall{id: "c1"}, state: newFakeState(), l: pipe.Listen(), metrics: prometheus.NewRegistry(),
		keyring: auth.NewKeyring(map[string]string{"app": "secret", "other": "secret2"}),
		store: &fakeLog{calls: map[string]transcripts.Call{"c1": {ID: "c1", State: "ai", Epoch: 1}, "old": {ID: "old", State: "ended"}},
			entries: map[string][]transcripts.Entry{}}}
	r.hub = &fakeHub{calls: map[string]*fakeCall{"c1": r.call}}
	cfg := Config{Hub: r.hub, Keyring: r.keyring, Key: "app", State: r.state, Store: r.store, Dev: true,
		Metrics: r.metrics, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	r.atDesk(&cfg)
	if change != nil {
		change(&cfg)
	}
	s, err := NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.s = s
	srv := &http.Server{Handler: s, ErrorLog: slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelError)}
	served := make(chan struct{})
	go func() { defer close(served); _ = srv.Serve(r.l) }()
	transport := &http.Transport{DialContext: r.l.Dial}
	r.http = &http.Client{Transport: transport}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Close(ctx)
		transport.CloseIdleConnections()
		_ = srv.Close()
		<-served
		time.Sleep(time.Second) // net/http lingers half of it after a body that is too large
	})
	return r
}

func (r *rig) token(c auth.Claims) string {
	r.t.Helper()
	if c.Key == "" {
		c.Key = "app"
	}
	if c.Identity == "" {
		c.Identity = "kim"
	}
	token, err := r.keyring.Sign(c, time.Hour)
	if err != nil {
		r.t.Fatal(err)
	}
	return token
}

func (r *rig) callerToken() string { return r.token(auth.Claims{Call: "c1", Role: "caller"}) }
func (r *rig) deskToken() string {
	return r.token(auth.Claims{Identity: "ann", Name: "Ann", Role: "human", Desk: true})
}

// dial opens a socket; it is closed with the test.
func (r *rig) dial() *peer {
	r.t.Helper()
	d := websocket.Dialer{NetDialContext: r.l.Dial, Subprotocols: []string{wire.Subprotocol}, EnableCompression: true}
	c, resp, err := d.Dial("ws://edge/v1/ws", nil)
	if err != nil {
		r.t.Fatalf("dial: %v (%v)", err, resp)
	}
	_ = c.SetReadDeadline(time.Now().Add(24 * time.Hour)) // pings would keep a test that waits in vain alive for ever
	r.t.Cleanup(func() { _ = c.Close() })
	return &peer{t: r.t, c: c}
}

// join opens a socket and joins c1 as caller.
func (r *rig) join() *peer {
	r.t.Helper()
	p := r.dial()
	p.request("1", wire.MethodJoin, wire.Join{Token: r.callerToken()})
	if f := p.read(); f.Error != nil || f.ID != "1" {
		r.t.Fatalf("join: %+v", f)
	}
	return p
}

// peer is a test's end of a socket.
type peer struct {
	t       *testing.T
	c       *websocket.Conn
	skipped []wire.Frame // notifications that came before an answer
	asked   int          // requests by ask
}

func (p *peer) send(text string) {
	p.t.Helper()
	_ = p.c.SetWriteDeadline(time.Now().Add(30 * time.Second))
	if err := p.c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

func (p *peer) request(id wire.ID, method string, params any) {
	p.t.Helper()
	b, err := wire.EncodeRequest(id, method, params)
	if err != nil {
		p.t.Fatal(err)
	}
	p.send(string(b))
}

func (p *peer) read() wire.Frame {
	p.t.Helper()
	_, b, err := p.c.ReadMessage()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	f, err := wire.DecodeFrame(b)
	if err != nil {
		p.t.Fatalf("the edge sent %s: %v", b, err)
	}
	return f
}

// wantError reads a response and checks that it is an error of the kind.
func (p *peer) wantError(id wire.ID, kind wire.ErrorKind) {
	p.t.Helper()
	f := p.read()
	if f.ID != id || f.Error == nil || f.Error.Err().Kind != kind {
		p.t.Fatalf("got %+v (%+v), want error %s to %q", f, f.Error, kind, id)
	}
}

// wantClose reads until the socket is closed and checks the code.
func (p *peer) wantClose(code int) (frames []wire.Frame) {
	p.t.Helper()
	for {
		_, b, err := p.c.ReadMessage()
		if err == nil {
			f, _ := wire.DecodeFrame(b)
			frames = append(frames, f)
			continue
		}
		if !websocket.IsCloseError(err, code) {
			p.t.Fatalf("the socket ended with %v, want code %d", err, code)
		}
		return frames
	}
}

// value is what a counter or gauge says.
func value(t *testing.T, m prometheus.Metric) float64 {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetCounter().GetValue() + out.GetGauge().GetValue()
}

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
