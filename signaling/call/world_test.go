package call_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/bubble"
	"github.com/relevo/relevo/signaling/call"
	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

// world is a server in a bubble, all of it real but the AI: edge, calls, SFU,
// database.
type world struct {
	*bubble.World
	t      *testing.T
	engine *sfu.Engine
	store  *sqlite.Store
	keys   *auth.Keyring
	hub    *call.Hub
	edge   *signaling.Server
	http   *http.Server
	served chan struct{}
	ip     string
	kills  int
	path   string // of the database
	change func(*call.Config)
	found  call.Resumed

	mu   sync.Mutex
	bots []*rogue
}

func newWorld(t *testing.T, change func(*call.Config)) *world {
	t.Helper()
	w := &world{World: bubble.New(t), t: t, ip: bubble.ServerIP, path: filepath.Join(t.TempDir(), "relevo.db"), change: change}
	w.Start()
	w.serve()
	return w
}

// serve starts a server on the database.
func (w *world) serve() {
	t := w.t
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	var err error
	must := func(what string) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	w.engine, err = sfu.NewEngine(sfu.EngineConfig{Net: w.Host(w.ip), UDPAddr: w.ip + ":5000", Log: log})
	must("sfu")
	w.store, err = sqlite.Open(t.Context(), w.path, sqlite.Options{Log: log})
	must("store")
	small, err := state.NewSQLite(t.Context(), w.store.DB())
	must("state")
	w.keys = auth.NewKeyring(map[string]string{"devkey": "devsecret-devsecret-devsecret-devsecret"})
	cfg := call.Config{Engine: w.engine, Store: w.store, Places: small, Log: log, NewBot: w.newBot}
	if w.change != nil {
		w.change(&cfg)
	}
	w.hub = call.NewHub(cfg)
	if cfg.Places != nil {
		w.found, err = w.hub.ResumeCalls(t.Context())
		must("calls")
	}
	w.edge, err = signaling.NewServer(signaling.Config{Hub: signaling.Calls(w.hub), Keyring: w.keys, Key: "devkey", State: small, Store: w.store, Log: log})
	must("edge")
	w.http, w.served = &http.Server{Handler: w.edge}, make(chan struct{})
	go func(h *http.Server, served chan struct{}) {
		defer close(served)
		_ = h.Serve(w.Listener())
	}(w.http, w.served)
}

// close takes the server down; a bubble ends only when nothing of it is left.
func (w *world) close() {
	w.t.Helper()
	w.stop()
	w.World.Close()
}

func (w *world) stop() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.hub.Close(ctx); err != nil {
		w.t.Errorf("hub: %v", err)
	}
	if err := w.edge.Close(ctx); err != nil {
		w.t.Errorf("edge: %v", err)
	}
	_ = w.http.Close()
	<-w.served
	if err := w.engine.Close(); err != nil {
		w.t.Errorf("sfu: %v", err)
	}
	if err := w.store.Close(); err != nil {
		w.t.Errorf("store: %v", err)
	}
}

func (w *world) create(spec call.Spec) *call.Call {
	w.t.Helper()
	c, err := w.hub.Create(w.t.Context(), spec)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// token admits identity to a call once.
func (w *world) token(c *call.Call, identity string, role wire.Role) string {
	w.t.Helper()
	s, err := w.keys.Sign(auth.Claims{Key: "devkey", Identity: identity, Call: c.ID(), Role: string(role), Name: identity}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// desk is a console's token.
func (w *world) desk(identity string) string {
	w.t.Helper()
	s, err := w.keys.Sign(auth.Claims{Key: "devkey", Identity: identity, Name: identity, Desk: true}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) entries(c *call.Call) []transcripts.Entry {
	w.t.Helper()
	all, err := w.store.Entries(context.Background(), c.ID(), 0, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) bot(i int) *rogue {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bots[i]
}

// botOf is a call's newest.
func (w *world) botOf(call string) *rogue {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.bots) - 1; i >= 0; i-- {
		if w.bots[i].call == call {
			return w.bots[i]
		}
	}
	w.t.Fatalf("call %s has no bot", call)
	return nil
}

// rogue is an AI that never knows when to stop: it goes on writing frames and
// sentences of every epoch it ever had, as a late or broken worker would. None
// of them may be heard or shown.
type rogue struct {
	call   string
	events call.BotEvents
	p      *sfu.Participant
	source *sfu.LocalSource
	stop   chan struct{}
	done   chan struct{}

	mu      sync.Mutex
	mode    call.BotMode
	epochs  []uint64
	history []call.BotLine
	company []string
	typed   []string
	spoken  []string
	hears   map[string]bool
	assists []string
	refused int // frames of an old epoch
}

func (w *world) newBot(s call.BotSpec) (call.Bot, error) {
	p, err := s.Room.Join(s.ParticipantID, sfu.Agent)
	if err != nil {
		return nil, err
	}
	source, err := p.PublishLocal(sfu.Microphone)
	if err != nil {
		return nil, err
	}
	r := &rogue{call: s.CallID, events: s.Events, p: p, source: source, stop: make(chan struct{}), done: make(chan struct{}), hears: map[string]bool{}}
	w.mu.Lock()
	w.bots = append(w.bots, r)
	w.mu.Unlock()
	go r.run(bubble.ReelOf(w.t, bubble.VoiceAI))
	return r, nil
}

func (r *rogue) run(voice *bubble.Reel) {
	defer close(r.done)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-r.stop:
			return
		case <-tick.C:
		}
		r.mu.Lock()
		epochs, mode := append([]uint64(nil), r.epochs...), r.mode
		r.mu.Unlock()
		for j, epoch := range epochs {
			now := j == len(epochs)-1
			if now && mode == call.BotSilent {
				continue
			}
			err := r.source.Write(sfu.Frame{Epoch: epoch, Opus: voice.Frames[i%len(voice.Frames)], Samples48k: 960})
			if now {
				continue
			}
			if err != nil {
				r.note(func() { r.refused++ })
			}
			if i%25 == 0 {
				r.events.Spoken(call.Spoken{Epoch: epoch, SentenceID: fmt.Sprintf("stale-%d-%d", epoch, i), Text: "stale", Start: time.Now()})
				r.events.State(epoch, 3)
			}
		}
	}
}

// say is a sentence of the AI's, word by word, in the epoch it has now.
func (r *rogue) say(id string, words ...string) {
	r.mu.Lock()
	epoch := r.epochs[len(r.epochs)-1]
	r.mu.Unlock()
	start, text := time.Now(), ""
	for i, word := range words {
		if i > 0 {
			text += " "
		}
		text += word
		r.events.Spoken(call.Spoken{Epoch: epoch, SentenceID: id, Text: text, Start: start})
		time.Sleep(200 * time.Millisecond)
	}
	r.events.Spoken(call.Spoken{Epoch: epoch, SentenceID: id, Text: text, Final: true, Start: start, End: time.Now()})
}

// hear is what a leg said, word by word, as the bot's ears tell it.
func (r *rogue) hear(role, participant, id string, words ...string) {
	leg := call.BotLeg{ParticipantID: participant, Role: role}
	start, text := time.Now(), ""
	for i, word := range words {
		if i > 0 {
			text += " "
		}
		text += word
		r.events.Heard(call.Heard{Leg: leg, SentenceID: id, Text: text, Start: start})
		time.Sleep(150 * time.Millisecond)
	}
	r.events.Heard(call.Heard{Leg: leg, SentenceID: id, Text: text, Final: true, Start: start, End: time.Now()})
}

func (r *rogue) note(fn func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn()
}

func (r *rogue) Hear(leg call.BotLeg, _ *sfu.Track) {
	r.note(func() { r.hears[leg.ParticipantID] = true })
}
func (r *rogue) Unhear(participant string) { r.note(func() { r.hears[participant] = false }) }
func (r *rogue) SetMode(mode call.BotMode, epoch uint64, history []call.BotLine) {
	r.note(func() {
		r.mode = mode
		if n := len(r.epochs); n == 0 || r.epochs[n-1] != epoch {
			r.epochs = append(r.epochs, epoch)
		}
		if history != nil {
			r.history = history
		}
	})
	if mode == call.BotAnswer {
		r.events.Ready(epoch)
	}
}
func (r *rogue) Waiting(position int, _ time.Duration, question bool) {
	r.note(func() { r.company = append(r.company, fmt.Sprint("waiting ", position, " ", question)) })
}
func (r *rogue) Company(situation, name string) {
	r.note(func() { r.company = append(r.company, situation+" "+name) })
}
func (r *rogue) Typed(_ call.BotLeg, text string, guidance bool) {
	r.note(func() { r.typed = append(r.typed, fmt.Sprint(text, " ", guidance)) })
}
func (r *rogue) Speak(text string)              { r.note(func() { r.spoken = append(r.spoken, text) }) }
func (r *rogue) Interrupt(int)                  {}
func (r *rogue) Control(call.BotLeg, int, bool) {}
func (r *rogue) Boundary(ctx context.Context)   { <-ctx.Done() }
func (r *rogue) Track() *sfu.Track              { return r.source.Track() }
func (r *rogue) SetAudience(a sfu.RoleSet)      { r.p.SetAudience(a) }
func (r *rogue) Close()                         { close(r.stop); <-r.done; r.p.Leave() }
