package simulate

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/signaling/client"
	"github.com/relevo/relevo/signaling/wire"
)

// party is one client of a call with its ears and, where it speaks, its voice.
type party struct {
	*client.Client
	voice *voice
	wheel *wheel

	received atomic.Uint64

	mu   sync.Mutex
	ears map[string]*slotEar // by mid; the map is guarded, an ear belongs to its slot's reader
}

// partySpec is what a party is to be.
type partySpec struct {
	url, token string
	slots      int
	speaks     *recording
	who        uint32
	floor      *floorEar // a caller's, for the first slot
}

// enter joins and waits until media is connected.
func (s *run) enter(ctx context.Context, spec partySpec) (*party, error) {
	p := &party{ears: make(map[string]*slotEar)}
	cfg := client.Config{
		URL: spec.url, Dialer: s.dialer, API: s.api, Token: spec.token, AudioSlots: spec.slots,
		OnRTP: func(mid string, packet *rtp.Packet, at time.Time) { p.hear(mid, packet, s.since(at), spec.floor) },
	}
	if spec.speaks != nil {
		cfg.Publish = []wire.Source{wire.SourceMicrophone}
	}
	start := time.Now()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		return nil, err
	}
	p.Client = c
	select {
	case <-c.Connected():
	case <-ctx.Done():
		c.Close()
		return nil, context.Cause(ctx)
	}
	s.report.note(func(r *Report) { r.Join.add(time.Since(start)) })
	if spec.speaks != nil {
		p.voice = &voice{who: spec.who, rec: spec.speaks, write: c.WriteAudio, clock: s.clock, frames: make(chan speakOrder, 1)}
		p.wheel = s.wheels[int(spec.who)%len(s.wheels)]
		p.wheel.add(p.voice)
	}
	return p, nil
}

func (p *party) hear(mid string, packet *rtp.Packet, at time.Duration, floor *floorEar) {
	p.mu.Lock()
	e := p.ears[mid]
	if e == nil {
		e = newSlotEar()
		p.ears[mid] = e
	}
	p.mu.Unlock()
	p.received.Add(1)
	st, stamped := e.hear(packet, at)
	if floor != nil {
		floor.hear(packet, st, stamped, at)
	}
}

// quiet stops the microphone.
func (p *party) quiet() {
	if p.voice != nil {
		p.wheel.remove(p.voice)
	}
}

// leave closes the client and adds what it heard to the report.
func (s *run) leave(p *party) {
	p.quiet()
	p.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.ears {
		s.report.slot(e)
	}
	if p.voice != nil {
		s.report.note(func(r *Report) {
			r.Packets.Sent += p.voice.sent.Load()
			r.Packets.SendFailed += p.voice.failed.Load()
		})
	}
}

// run is one run of the simulation.
type run struct {
	o      Options
	rest   *rest
	api    *webrtc.API
	dialer *websocket.Dialer
	wheels []*wheel
	report *Report
	start  time.Time
	caller *recording
	human  *recording
}

func (s *run) clock() time.Duration            { return time.Since(s.start) }
func (s *run) since(t time.Time) time.Duration { return t.Sub(s.start) }
func (s *run) pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
