package sfu

import (
	"fmt"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// nowhere is the end of a slot, so that a benchmark measures our code without
// SRTP and the socket.
type nowhere struct{}

func (nowhere) WriteRTP(_ *rtp.Header, p []byte) (int, error) { return len(p), nil }
func (nowhere) Write(b []byte) (int, error)                   { return len(b), nil }

// boundContext is what Pion passes to Bind.
type boundContext struct{ codecs []webrtc.RTPCodecParameters }

func (b boundContext) CodecParameters() []webrtc.RTPCodecParameters { return b.codecs }
func (boundContext) HeaderExtensions() []webrtc.RTPHeaderExtensionParameter {
	return []webrtc.RTPHeaderExtensionParameter{{URI: audioLevelURI, ID: 3}}
}
func (boundContext) SSRC() webrtc.SSRC                       { return 7 }
func (boundContext) SSRCRetransmission() webrtc.SSRC         { return 0 }
func (boundContext) SSRCForwardErrorCorrection() webrtc.SSRC { return 0 }
func (boundContext) WriteStream() webrtc.TrackLocalWriter    { return nowhere{} }
func (boundContext) ID() string                              { return "x" }
func (boundContext) RTCPReader() interceptor.RTCPReader      { return nil }

// benchTrack is a microphone with n receivers.
func benchTrack(tb testing.TB, e *Engine, n, taps int) (*Track, func()) {
	tb.Helper()
	room := e.NewRoom("room", func(Event) {})
	speaker, err := room.Join("speaker", Caller)
	if err != nil {
		tb.Fatal(err)
	}
	room.mu.Lock()
	for i := range n {
		p := newParticipant(room, fmt.Sprint(i), Observer)
		room.participants[p.id] = p
		room.order = append(room.order, p)
		s := newSlot(p, "0", Audio, false)
		if _, err := s.Bind(boundContext{[]webrtc.RTPCodecParameters{{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, PayloadType: 111}}}); err != nil {
			tb.Fatal(err)
		}
		p.slots, p.ready = []*Slot{s}, true
	}
	track := speaker.addTrackLocked(Microphone, "0")
	track.levelID = 5
	room.mu.Unlock()
	for range taps {
		track.Tap(16)
	}
	if got := len(track.sinks.Load().bindings); got != n {
		tb.Fatalf("%d bindings", got)
	}
	return track, room.Close
}

// packet is an Opus packet as a browser sends it: with extensions for the
// audio level and the transport-wide number.
func benchPacket() []byte {
	h := rtp.Header{Version: 2, PayloadType: 111, SSRC: 1}
	_ = h.SetExtension(5, []byte{0x80})
	_ = h.SetExtension(4, []byte{1, 2})
	b, _ := (&rtp.Packet{Header: h, Payload: make([]byte, 80)}).Marshal()
	return b
}

// receive is what readMedia does with a packet.
func (t *Track) receive(h *rtp.Header, buf []byte, n int, now time.Time) {
	head, err := h.Unmarshal(buf)
	if err != nil {
		panic(err)
	}
	h.SequenceNumber, h.Timestamp = uint16(n), uint32(n)*960
	if t.arrived(len(buf)-head, now) {
		t.forward(h, buf[head:], now)
	}
}

func BenchmarkForward(b *testing.B) {
	for _, c := range []struct{ sinks, taps int }{{1, 0}, {3, 0}, {10, 0}, {1, 1}} {
		b.Run(fmt.Sprintf("sinks=%d/taps=%d", c.sinks, c.taps), func(b *testing.B) {
			e, err := NewEngine(EngineConfig{})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			track, done := benchTrack(b, e, c.sinks, c.taps)
			defer done()
			var h rtp.Header
			buf := benchPacket()
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				track.receive(&h, buf, i, time.Now())
			}
			b.StopTimer()
			if s := e.Stats(); s.PacketsOut != uint64(b.N*c.sinks) {
				b.Fatalf("%d packets out", s.PacketsOut)
			}
		})
	}
}

// Rooms beside each other: what one costs must not grow with the others.
func BenchmarkRooms(b *testing.B) {
	e, err := NewEngine(EngineConfig{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		track, done := benchTrack(b, e, 3, 0)
		defer done()
		var h rtp.Header
		buf := benchPacket()
		for i := 0; pb.Next(); i++ {
			track.receive(&h, buf, i, time.Now())
		}
	})
}

// The packet path allocates nothing: a promise, not only a figure.
func TestForwardDoesNotAllocate(t *testing.T) {
	e, err := NewEngine(EngineConfig{})
	must(t, err)
	defer e.Close()
	track, done := benchTrack(t, e, 3, 1)
	defer done()
	var h rtp.Header
	buf := benchPacket()
	n := 0
	step := func() { track.receive(&h, buf, n, time.Now()); n++ }
	for range 100 {
		step()
	}
	if allocs := testing.AllocsPerRun(1000, step); allocs != 0 {
		t.Errorf("%v allocations a packet", allocs)
	}
}
