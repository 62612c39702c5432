package sfu

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// recorder is the end of a slot that keeps what is written.
type recorder struct {
	mu      sync.Mutex
	headers []rtp.Header
	count   atomic.Int64
	twenty  chan struct{} // closed at the 20th packet
}

func (r *recorder) WriteRTP(h *rtp.Header, p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = append(r.headers, h.Clone())
	if r.count.Add(1) == 20 {
		close(r.twenty)
	}
	return len(p), nil
}
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }

type recorded struct {
	boundContext
	r *recorder
}

func (c recorded) WriteStream() webrtc.TrackLocalWriter { return c.r }

// floorSlot gives a room a caller whose floor slot ends in a recorder.
func floorSlot(t *testing.T, room *Room) *recorder {
	t.Helper()
	r := &recorder{twenty: make(chan struct{})}
	p, err := room.Join("caller", Caller)
	must(t, err)
	s := newSlot(p, "0", Audio, true)
	_, err = s.Bind(recorded{boundContext{[]webrtc.RTPCodecParameters{{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, PayloadType: 111}}}, r})
	must(t, err)
	room.mu.Lock()
	p.slots, p.ready = []*Slot{s}, true
	room.reconcileLocked()
	room.mu.Unlock()
	return r
}

// Write and GiveFloor race as hard as they can. What Write says is what the
// caller got, to the frame, and after GiveFloor nothing of the old term comes.
func TestWriteTellsWhatWasHeard(t *testing.T) {
	e, err := NewEngine(EngineConfig{})
	must(t, err)
	defer e.Close()
	room := e.NewRoom("room", func(Event) {})
	out := floorSlot(t, room)
	ai, err := room.Join("ai", Agent)
	must(t, err)
	voice, err := ai.PublishLocal(Microphone)
	must(t, err)
	other, err := room.Join("other", Agent)
	must(t, err)
	otherVoice, err := other.PublishLocal(Microphone)
	must(t, err)
	for round := range uint64(300) {
		must(t, room.GiveFloor(voice.Track(), 2*round+1))
		heard, before := int64(0), out.count.Load()
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				switch err := voice.Write(frame(2*round + 1)); {
				case err == nil:
					heard++
				case errors.Is(err, ErrStaleEpoch):
					return
				default:
					panic(err)
				}
			}
		})
		for out.count.Load() < before+int64(rand.IntN(20)) {
			runtime.Gosched()
		}
		next := otherVoice.Track()
		if round%2 == 0 {
			next = nil
		}
		must(t, room.GiveFloor(next, 2*round+2))
		wg.Wait()
		if got := out.count.Load() - before; got != heard {
			t.Fatalf("round %d: %d frames were said to be heard, the caller got %d", round, heard, got)
		}
	}
	for i := 1; i < len(out.headers); i++ {
		if out.headers[i].SequenceNumber != out.headers[i-1].SequenceNumber+1 {
			t.Fatalf("sequence break at %d", i)
		}
	}
}

// The publisher's level goes out under the receiver's id; nothing else does.
func TestHeaderExtensions(t *testing.T) {
	e, err := NewEngine(EngineConfig{})
	must(t, err)
	defer e.Close()
	room := e.NewRoom("room", func(Event) {})
	out := floorSlot(t, room)
	p, err := room.Join("human", Agent)
	must(t, err)
	room.mu.Lock()
	track := p.addTrackLocked(Microphone, "0")
	track.levelID = 5
	room.mu.Unlock()
	must(t, room.GiveFloor(track, 1))
	var h rtp.Header
	track.receive(&h, benchPacket(), 1, time.Now())
	plain := rtp.Header{Version: 2, SequenceNumber: 2}
	track.forward(&plain, []byte{1}, time.Now())
	if len(out.headers) != 2 {
		t.Fatalf("%d packets", len(out.headers))
	}
	got := out.headers[0]
	if ids := got.GetExtensionIDs(); len(ids) != 1 || ids[0] != 3 || got.GetExtension(3)[0] != 0x80 {
		t.Errorf("extensions %v", ids)
	}
	if got.PayloadType != 111 || got.SSRC != 7 || out.headers[1].Extension {
		t.Errorf("headers: %+v, %+v", got, out.headers[1])
	}
}

// Everything at once, under the race detector; the counters must add up and
// nothing may be left.
func TestEverythingAtOnce(t *testing.T) {
	e, err := NewEngine(EngineConfig{})
	must(t, err)
	var wg sync.WaitGroup
	for range 3 {
		room := e.NewRoom("room", func(Event) {})
		out := floorSlot(t, room)
		stop := make(chan struct{})
		var epoch atomic.Uint64
		for i := range 2 {
			wg.Go(func() {
				for round := 0; ; round++ {
					p, err := room.Join(string(rune('a'+i)), Agent)
					if err != nil {
						return
					}
					s, err := p.PublishLocal(Microphone)
					if err != nil {
						return
					}
					tap := s.Track().Tap(2)
					for range 50 {
						_ = s.Write(frame(epoch.Load()))
						_ = room.GiveFloor(s.Track(), epoch.Add(uint64(rand.IntN(2))))
						p.SetAudience(RoleSet(rand.IntN(16)))
						p.SetMuted(Microphone, rand.IntN(3) == 0)
						p.SetSubscription(Subscription{Mode: SubscriptionMode(rand.IntN(3))})
					}
					tap.Close()
					p.Leave()
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		<-out.twenty
		close(stop)
	}
	wg.Wait()
	must(t, e.Close())
	if s := e.Stats(); s.Rooms != 0 || s.Participants != 0 {
		t.Errorf("left over: %+v", s)
	}
}

// A receiver on a lossy network asks again and gets every packet of a video.
func TestLossIsRepaired(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Camera}})
		human := w.join(clientSpec{id: "human", role: Human, videoSlots: 1})
		caller.picture(Camera, 1, true)
		rng := rand.New(rand.NewPCG(1, 2))
		w.mu.Lock()
		w.loss = func(src, dst string, b []byte) bool { // one in ten of the SRTP packets, both ways
			rtp := len(b) > 12 && b[0]>>6 == 2 && b[1]&0x7f == 96
			return rtp && rng.IntN(10) == 0
		}
		w.mu.Unlock()
		for sn := uint16(2); sn < 500; sn++ {
			caller.picture(Camera, sn, false)
		}
		w.mu.Lock()
		w.loss = nil
		w.mu.Unlock()
		for sn := uint16(500); sn < 520; sn++ {
			caller.picture(Camera, sn, false)
		}
		time.Sleep(time.Second)
		got := map[uint16]bool{}
		var first uint16
		for i, p := range human.packets(video, 0) {
			if i == 0 {
				first = p.SequenceNumber
			}
			got[p.SequenceNumber-first] = true
		}
		if len(got) < 517 {
			t.Errorf("%d of 519 packets came through", len(got))
		}
		if s := w.engine.Stats(); s.NACKsIn == 0 {
			t.Error("nobody asked again")
		}
		caller.leave()
		human.leave()
	})
}
