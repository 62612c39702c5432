package client

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/wire"
)

// maxBuffered is how much may wait in the data channel, in bytes.
const maxBuffered = 1 << 20

var (
	errNotPublished = errors.New("client: this source is not in Config.Publish")
	errNoChannel    = errors.New("client: the data channel is not open")
)

// peer is the media of a client.
type peer struct {
	// Fixed after construction.
	c         *Client
	pc        *webrtc.PeerConnection
	channel   *webrtc.DataChannel
	sources   map[wire.Source]*publication
	order     []wire.Source
	slots     []*webrtc.RTPTransceiver
	turn      chan struct{} // one negotiation at a time
	connected chan struct{} // closed at the first connection
	dataOpen  chan struct{}
	sent      atomic.Uint64 // seqId of the last envelope

	once struct{ connected, dataOpen, closed sync.Once }

	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup // Add only under mu while not closed
}

// publication is one m-line that sends.
type publication struct {
	track       *webrtc.TrackLocalStaticRTP
	transceiver *webrtc.RTPTransceiver

	// Owned by who writes the source.
	seq       uint16
	timestamp uint32
	marker    bool
}

func newPeer(c *Client) (*peer, error) {
	pc, err := c.cfg.API.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	p := &peer{
		c: c, pc: pc,
		sources:   make(map[wire.Source]*publication),
		turn:      make(chan struct{}, 1),
		connected: make(chan struct{}),
		dataOpen:  make(chan struct{}),
	}
	pc.OnICECandidate(func(cand *webrtc.ICECandidate) {
		if cand == nil {
			return
		}
		i := cand.ToJSON()
		c.onCandidate(wire.Candidate{Candidate: i.Candidate, SDPMid: i.SDPMid, SDPMLineIndex: i.SDPMLineIndex})
	})
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			p.once.connected.Do(func() { close(p.connected) })
		}
		if c.cfg.OnPeerState != nil {
			c.cfg.OnPeerState(s)
		}
	})
	pc.OnTrack(p.onTrack)
	if err := p.addLines(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// addLines adds what the one offer holds: publications, slots, data channel.
func (p *peer) addLines() error {
	for _, source := range p.c.cfg.Publish {
		codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
		if source != wire.SourceMicrophone {
			codec = webrtc.RTPCodecCapability{MimeType: p.c.cfg.VideoCodec, ClockRate: 90000}
			if codec.MimeType == "" {
				codec.MimeType = webrtc.MimeTypeVP8
			}
		}
		track, err := webrtc.NewTrackLocalStaticRTP(codec, string(source), "relevo")
		if err != nil {
			return err
		}
		tr, err := p.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return err
		}
		p.sources[source] = &publication{track: track, transceiver: tr, marker: true}
		p.order = append(p.order, source)
		p.run(func() { p.readSenderRTCP(source, tr.Sender()) })
	}
	add := func(kind webrtc.RTPCodecType, n int) error {
		for range n {
			tr, err := p.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
			if err != nil {
				return err
			}
			p.slots = append(p.slots, tr)
		}
		return nil
	}
	if err := add(webrtc.RTPCodecTypeAudio, p.c.cfg.AudioSlots); err != nil {
		return err
	}
	if err := add(webrtc.RTPCodecTypeVideo, p.c.cfg.VideoSlots); err != nil {
		return err
	}
	channel, err := p.pc.CreateDataChannel(wire.ChannelLabel, nil)
	if err != nil {
		return err
	}
	p.channel = channel
	channel.OnOpen(func() { p.once.dataOpen.Do(func() { close(p.dataOpen) }) })
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		e, err := wire.DecodeEnvelope(m.Data)
		if err != nil {
			p.c.log.Warn("the server's envelope makes no sense", "err", err)
			return
		}
		if p.c.cfg.OnEnvelope != nil {
			p.c.cfg.OnEnvelope(e)
		}
	})
	return nil
}

// run starts a goroutine that close joins; it does not when closed already.
func (p *peer) run(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.wg.Go(f)
	}
}

func (p *peer) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.once.closed.Do(func() { _ = sfu.ClosePeer(p.pc) })
	p.wg.Wait()
}

// onTrack is called with the first packet of a slot.
func (p *peer) onTrack(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	mid := receiver.RTPTransceiver().Mid()
	p.run(func() {
		buf := make([]byte, 1600)
		for {
			if _, _, err := receiver.Read(buf); err != nil { // interceptors starve unless RTCP is read
				return
			}
		}
	})
	p.run(func() {
		buf := make([]byte, 1600)
		for {
			n, _, err := track.Read(buf)
			if err != nil {
				return
			}
			if p.c.cfg.OnRTP == nil {
				continue
			}
			at := time.Now()
			packet := new(rtp.Packet)
			if err := packet.Unmarshal(append([]byte(nil), buf[:n]...)); err == nil {
				p.c.cfg.OnRTP(mid, packet, at)
			}
		}
	})
}

func (p *peer) readSenderRTCP(source wire.Source, sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		if p.c.cfg.OnKeyFrameRequest == nil {
			continue
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				p.c.cfg.OnKeyFrameRequest(source)
			}
		}
	}
}

// offer makes an offer and sets it.
func (p *peer) offer(restart bool) (wire.Negotiate, error) {
	o, err := p.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: restart})
	if err != nil {
		return wire.Negotiate{}, fmt.Errorf("client: offer: %w", err)
	}
	if err := p.pc.SetLocalDescription(o); err != nil {
		return wire.Negotiate{}, fmt.Errorf("client: offer: %w", err)
	}
	n := wire.Negotiate{Offer: wire.SDP{Type: o.Type.String(), SDP: o.SDP}}
	for _, source := range p.order {
		n.Publish = append(n.Publish, wire.Publication{MID: p.sources[source].transceiver.Mid(), Source: source})
	}
	return n, nil
}

func (p *peer) answer(a wire.SDP) error {
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: a.SDP}); err != nil {
		return wire.Wrap(wire.KindInternal, err, "the server's answer cannot be used")
	}
	return nil
}

func (p *peer) addCandidate(cand wire.Candidate) {
	i := webrtc.ICECandidateInit{Candidate: cand.Candidate, SDPMid: cand.SDPMid, SDPMLineIndex: cand.SDPMLineIndex}
	if err := p.pc.AddICECandidate(i); err != nil {
		p.c.log.Debug("the server's candidate cannot be used", "err", err)
	}
}
