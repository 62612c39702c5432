package bubble

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/rtp"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// Party is a participant: it speaks its tone or is silent, and keeps all that
// it hears and is told.
type Party struct {
	*client.Client

	// fixed after Join
	t     testing.TB
	w     *World
	name  string
	hertz int
	ip    string

	talking, released atomic.Bool
	stop              chan struct{}
	wg                sync.WaitGroup
	once              sync.Once

	mu     sync.Mutex
	frames []Frame
	told   []Told
	view   wire.SubtitleView
}

// Frame is one RTP packet that an ear got.
type Frame struct {
	MID     string
	SN      uint16
	TS      uint32
	At      time.Time
	Payload []byte
}

// Told is one thing that a party was told: a notification of the socket, or an
// envelope of the data channel.
type Told struct {
	At     time.Time
	Method string
	Params json.RawMessage
	Env    *wire.Envelope
}

// Join brings a party into a call; it fails the test where that is refused.
// hertz 0 has no microphone. The party sends silence until Talk.
func (w *World) Join(name string, hertz int, cfg client.Config) *Party {
	w.T.Helper()
	p, err := w.TryJoin(name, hertz, cfg)
	if err != nil {
		w.T.Fatalf("%s cannot join: %v", name, err)
	}
	return p
}

// TryJoin is Join for parties that may be refused.
func (w *World) TryJoin(name string, hertz int, cfg client.Config) (*Party, error) {
	n, ip := w.newHost()
	p := &Party{t: w.T, w: w, name: name, hertz: hertz, ip: ip, stop: make(chan struct{})}
	api, err := sfu.NewClientAPI(sfu.ClientConfig{Net: n, Log: quiet{}})
	if err != nil {
		return nil, err
	}
	cfg.URL, cfg.API = "ws://relevo/v1/ws", api
	cfg.Dialer = &websocket.Dialer{NetDialContext: w.Dial, Subprotocols: []string{wire.Subprotocol}}
	cfg.AudioSlots = max(cfg.AudioSlots, 1)
	if hertz > 0 {
		cfg.Publish = append(cfg.Publish, wire.SourceMicrophone)
	}
	cfg.OnNotify, cfg.OnEnvelope, cfg.OnRTP = p.onNotify, p.onEnvelope, p.onRTP
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	if p.Client, err = client.Dial(ctx, cfg); err != nil {
		return nil, err
	}
	select {
	case <-p.Connected():
	case <-ctx.Done():
		p.Client.Close()
		return nil, errors.New("no media within 15 s")
	}
	if hertz > 0 {
		p.wg.Go(p.speak)
	}
	return p, nil
}

func (p *Party) onNotify(method string, params json.RawMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, Told{At: time.Now(), Method: method, Params: slices.Clone(params)})
}

func (p *Party) onEnvelope(e wire.Envelope) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, Told{At: time.Now(), Env: &e})
	p.view.Apply(e)
}

func (p *Party) onRTP(mid string, r *rtp.Packet, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = append(p.frames, Frame{mid, r.SequenceNumber, r.Timestamp, at, r.Payload})
}

// speak sends a frame every 20 ms.
func (p *Party) speak() {
	voice, silence := ReelOf(p.t, p.hertz), ReelOf(p.t, Silence)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-p.stop:
			return
		case <-tick.C:
		}
		if p.released.Load() {
			_ = p.SkipAudio(960)
			continue
		}
		r := silence
		if p.talking.Load() {
			r = voice
		}
		// A peer that is going away takes no frames, and nobody misses them.
		_ = p.WriteAudio(r.Frames[i%len(r.Frames)], 960)
	}
}

// Talk begins or ends talking.
func (p *Party) Talk(on bool) { p.talking.Store(on) }

// Release stops or starts sending anything at all, like a microphone that is
// released.
func (p *Party) Release(on bool) { p.released.Store(on) }

// Say talks for d.
func (p *Party) Say(d time.Duration) {
	p.Talk(true)
	time.Sleep(d)
	p.Talk(false)
}

// Leave closes the party without a word to the server, as a closed tab does.
// It may be called twice.
func (p *Party) Leave() {
	p.once.Do(func() {
		close(p.stop)
		p.wg.Wait()
		p.Client.Close()
	})
}

// Vanish takes the party off the network, as a dead battery does: its socket
// and its packets just stop.
func (p *Party) Vanish() { p.w.dead.Store(p.ip, true) }

// Try is one request.
func (p *Party) Try(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	if params == nil {
		params = wire.Empty{}
	}
	return p.Call(ctx, method, params, result)
}

// Do is one request that must succeed.
func (p *Party) Do(method string, params, result any) {
	p.t.Helper()
	if err := p.Try(method, params, result); err != nil {
		p.t.Fatalf("%s: %s: %v\n%s", p.name, method, err, p.Dump())
	}
}

// Return to the call after DropSocket, with all that the party knows.
func (p *Party) Return() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return p.Resume(ctx, p.Cursor())
}
