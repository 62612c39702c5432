package client

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/wire"
)

// twoAPIs are APIs of two hosts on one virtual network.
func twoAPIs(t *testing.T) (a, b *webrtc.API, stop func()) {
	t.Helper()
	wan, err := vnet.NewRouter(&vnet.RouterConfig{CIDR: "1.2.3.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
	if err != nil {
		t.Fatal(err)
	}
	api := func(ip string) *webrtc.API {
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
		if err != nil {
			t.Fatal(err)
		}
		if err := wan.AddNet(n); err != nil {
			t.Fatal(err)
		}
		api, err := sfu.NewClientAPI(sfu.ClientConfig{Net: n})
		if err != nil {
			t.Fatal(err)
		}
		return api
	}
	a, b = api("1.2.3.4"), api("1.2.3.5")
	if err := wan.Start(); err != nil {
		t.Fatal(err)
	}
	return a, b, func() { _ = wan.Stop() }
}

// echo is a server's peer that sends every packet of the microphone back on the
// first slot, and every envelope back on the channel.
type echo struct {
	t     *testing.T
	pc    *webrtc.PeerConnection
	early atomic.Bool // candidates are sent before the answer
	wg    sync.WaitGroup
}

func newEcho(t *testing.T, api *webrtc.API) *echo {
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	return &echo{t: t, pc: pc}
}

func (e *echo) negotiate(s *socket, m wire.Frame) {
	var n wire.Negotiate
	if err := json.Unmarshal(m.Params, &n); err != nil {
		e.t.Error(err)
	}
	first := e.pc.RemoteDescription() == nil
	if first {
		e.setup(s)
	}
	if err := e.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: n.Offer.SDP}); err != nil {
		e.t.Errorf("offer: %v", err)
		return
	}
	if first {
		e.addSlots(n)
	}
	answer, err := e.pc.CreateAnswer(nil)
	if err != nil {
		e.t.Errorf("answer: %v", err)
		return
	}
	gathered := webrtc.GatheringCompletePromise(e.pc)
	if err := e.pc.SetLocalDescription(answer); err != nil {
		e.t.Errorf("answer: %v", err)
		return
	}
	if e.early.Load() {
		<-gathered
	}
	s.reply(m.ID, wire.NegotiateResult{Answer: wire.SDP{Type: "answer", SDP: answer.SDP}})
}

func (e *echo) setup(s *socket) {
	e.pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		i := c.ToJSON()
		s.notify(wire.NotifyCandidate, wire.Candidate{Candidate: i.Candidate, SDPMid: i.SDPMid, SDPMLineIndex: i.SDPMLineIndex})
	})
	e.pc.OnDataChannel(func(d *webrtc.DataChannel) {
		if d.Label() != wire.ChannelLabel || !d.Ordered() {
			e.t.Errorf("data channel %q, ordered %v", d.Label(), d.Ordered())
		}
		d.OnMessage(func(m webrtc.DataChannelMessage) { _ = d.SendText(string(m.Data)) })
	})
}

// addSlots answers the lines that receive with a track each and wires the echo.
func (e *echo) addSlots(n wire.Negotiate) {
	published := map[string]wire.Source{}
	for _, p := range n.Publish {
		published[p.MID] = p.Source
	}
	var floor *webrtc.TrackLocalStaticRTP
	for _, tr := range e.pc.GetTransceivers() {
		if published[tr.Mid()] != "" {
			continue
		}
		codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
		if tr.Kind() == webrtc.RTPCodecTypeVideo {
			codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
		}
		track, err := webrtc.NewTrackLocalStaticRTP(codec, "slot", "slot")
		if err != nil {
			e.t.Error(err)
			return
		}
		sender, err := e.pc.AddTrack(track)
		if err != nil {
			e.t.Error(err)
			return
		}
		e.wg.Go(func() {
			for {
				if _, _, err := sender.ReadRTCP(); err != nil {
					return
				}
			}
		})
		if floor == nil && tr.Kind() == webrtc.RTPCodecTypeAudio {
			floor = track
		}
	}
	e.pc.OnTrack(func(track *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		source := published[r.RTPTransceiver().Mid()]
		for {
			p, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			switch source {
			case wire.SourceMicrophone:
				_ = floor.WriteRTP(p)
			case wire.SourceCamera:
				_ = e.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}})
			default:
				e.t.Errorf("a track of source %q", source)
			}
		}
	})
}

func (e *echo) close() {
	_ = e.pc.GracefulClose()
	e.wg.Wait()
}

// run serves one socket until the client is gone.
func (e *echo) run(s *socket) {
	join(s, "resume")
	for {
		m, ok := s.read()
		if !ok {
			return
		}
		switch m.Method {
		case wire.MethodNegotiate:
			e.negotiate(s, m)
		case wire.NotifyCandidate:
			var c wire.Candidate
			if err := json.Unmarshal(m.Params, &c); err != nil {
				e.t.Error(err)
			}
			if err := e.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c.Candidate, SDPMid: c.SDPMid, SDPMLineIndex: c.SDPMLineIndex}); err != nil {
				e.t.Errorf("a candidate that belongs to no offer: %v", err)
			}
		}
	}
}

// heard collects what a client's slots get.
type heard struct {
	mu      sync.Mutex
	packets map[string][]*rtp.Packet
}

func (h *heard) add(mid string, p *rtp.Packet, _ time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.packets == nil {
		h.packets = map[string][]*rtp.Packet{}
	}
	h.packets[mid] = append(h.packets[mid], p)
}

func (h *heard) of(mid string) []*rtp.Packet {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.packets[mid]
}

func TestMedia(t *testing.T) {
	for _, early := range []bool{false, true} {
		name := "candidates after the answer"
		if early {
			name = "candidates before the answer"
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testMedia(t, early) })
		})
	}
}

func testMedia(t *testing.T, early bool) {
	clientAPI, serverAPI, stop := twoAPIs(t)
	e := newEcho(t, serverAPI)
	defer e.close()
	e.early.Store(early)
	srv := serve(t, e.run)
	defer srv.close()

	var h heard
	var keyFrames atomic.Int64
	envelopes := make(chan wire.Envelope, 10)
	c, err := Dial(t.Context(), Config{
		URL: url, Dialer: srv.dialer, API: clientAPI, Token: "tok",
		AudioSlots: 2, VideoSlots: 1, Publish: []wire.Source{wire.SourceMicrophone, wire.SourceCamera},
		OnRTP:             h.add,
		OnEnvelope:        func(e wire.Envelope) { envelopes <- e },
		OnKeyFrameRequest: func(wire.Source) { keyFrames.Add(1) },
	})
	if err != nil {
		t.Fatal(err)
	}
	// The network ends first: Pion closes the other side by itself when it sees
	// the end of this one, for a moment with a mutex held, which can stop the
	// clock of a bubble.
	defer c.Close()
	defer stop()
	<-c.Connected()
	<-c.DataOpen()
	if a, v := c.AudioSlots(), c.VideoSlots(); len(a) != 2 || len(v) != 1 || a[0] == a[1] {
		t.Fatalf("slots %v %v", a, v)
	}
	speak := func(n int) {
		for i := range n {
			if err := c.WriteAudio([]byte{0xf8, 0xff, byte(i)}, 960); err != nil {
				t.Error(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	speak(10)
	if err := c.SkipAudio(4800); err != nil {
		t.Fatal(err)
	}
	speak(10)
	if err := c.WriteVideo(wire.SourceCamera, &rtp.Packet{Header: rtp.Header{Version: 2}, Payload: []byte{1, 2, 3}}); err != nil {
		t.Fatal(err)
	}
	if err := c.WriteVideo(wire.SourceScreen, &rtp.Packet{}); err == nil {
		t.Error("a source that is not published was taken")
	}
	for i := range 3 {
		if err := c.Send(wire.Envelope{Type: wire.TypeClientCustom, Data: json.RawMessage(`{"message":"hi"}`)}); err != nil {
			t.Fatal(err)
		}
		if got := <-envelopes; got.SeqID != uint64(i+1) || got.Type != wire.TypeClientCustom {
			t.Errorf("echoed %+v", got)
		}
	}
	time.Sleep(time.Second)

	// The media does not notice that the socket is gone.
	before := len(h.of(c.AudioSlots()[0]))
	c.DropSocket()
	speak(50)
	if err := c.Resume(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if n := c.Negotiations(); n != 1 {
		t.Errorf("%d negotiations, want 1", n)
	}
	time.Sleep(time.Second)
	packets := h.of(c.AudioSlots()[0])
	if got := len(packets) - before; got != 50 {
		t.Errorf("%d packets while the socket was away, want 50", got)
	}
	for i := 1; i < len(packets); i++ {
		if packets[i].SequenceNumber != packets[i-1].SequenceNumber+1 {
			t.Errorf("sequence break at packet %d", i)
		}
	}
	if d := packets[10].Timestamp - packets[9].Timestamp; d != 960+4800 || !packets[10].Marker {
		t.Errorf("after a pause the timestamp rose by %d, marker %v", d, packets[10].Marker)
	}
	if keyFrames.Load() == 0 {
		t.Error("no key-frame request came through")
	}

	if err := c.ICERestart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := c.Negotiations(); n != 2 {
		t.Errorf("%d negotiations after a restart, want 2", n)
	}
	time.Sleep(3 * time.Second)
	before = len(h.of(c.AudioSlots()[0]))
	speak(50)
	time.Sleep(time.Second)
	if got := len(h.of(c.AudioSlots()[0])) - before; got != 50 {
		t.Errorf("%d packets after the restart, want 50", got)
	}
}

func TestNoMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := serve(t, func(s *socket) { join(s, ""); s.untilGone() })
		defer srv.close()
		c, err := Dial(t.Context(), Config{URL: url, Dialer: srv.dialer})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if c.WriteAudio([]byte{1}, 960) == nil || c.Send(wire.Envelope{}) == nil || c.ICERestart(t.Context()) == nil || c.AudioSlots() != nil {
			t.Error("a client without media pretends to have some")
		}
	})
}
