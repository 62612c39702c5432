package sfu

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// Over the real loopback: everybody through the one UDP port, and a client
// that can only do TCP.
func TestLoopback(t *testing.T) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			engine, err := NewEngine(EngineConfig{UDPAddr: "127.0.0.1:0", TCPListener: l, Loopback: true})
			must(t, err)
			if engine.UDPPort() == 0 {
				t.Error("no port")
			}
			states := make(chan PeerConnectionState, 10)
			room := engine.NewRoom("room", func(e Event) {
				if s, ok := e.(PeerState); ok {
					states <- s.State
				}
			})
			p, err := room.Join("listener", Observer)
			must(t, err)
			ai, err := room.Join("ai", Agent)
			must(t, err)
			voice, err := ai.PublishLocal(Microphone)
			must(t, err)

			api, err := NewClientAPI(ClientConfig{Loopback: true, TCP: network == "tcp", Log: pionLog{log: slogDiscard()}})
			must(t, err)
			pc, err := api.NewPeerConnection(webrtc.Configuration{})
			must(t, err)
			heard := make(chan *rtp.Packet, 100)
			pc.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
				for {
					p, _, err := remote.ReadRTP()
					if err != nil {
						return
					}
					select {
					case heard <- p:
					default:
					}
				}
			})
			_, err = pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
			must(t, err)
			offer, err := pc.CreateOffer(nil)
			must(t, err)
			gathered := webrtc.GatheringCompletePromise(pc)
			must(t, pc.SetLocalDescription(offer))
			<-gathered
			text := pc.LocalDescription().SDP
			if network == "tcp" {
				text = onlyTCP(text)
			}
			answer, err := p.Negotiate(context.Background(), text, nil)
			must(t, err)
			if network == "tcp" {
				answer = onlyTCP(answer)
				if !strings.Contains(answer, "tcptype passive") {
					t.Fatalf("no TCP candidate:\n%s", answer)
				}
			}
			must(t, pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
			if s := <-states; s != PeerConnected {
				t.Fatal(s)
			}
			// A loopback may lose what comes before the client is ready, so frames are sent until some are heard.
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			for n := 0; n < 20; {
				select {
				case <-tick.C:
					must(t, voice.Write(frame(0)))
				case <-heard:
					n++
				}
			}
			pair := selectedPair(pc)
			if pair != network {
				t.Errorf("connected by %s", pair)
			}
			must(t, ClosePeer(pc))
			must(t, engine.Close())
			must(t, engine.Close())
		})
	}
}

// onlyTCP takes the UDP candidates out of a description.
func onlyTCP(answer string) string {
	var lines []string
	for _, l := range strings.SplitAfter(answer, "\r\n") {
		if !strings.HasPrefix(l, "a=candidate") || strings.Contains(l, "tcptype") {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "")
}

// selectedPair says by which transport a client is connected.
func selectedPair(pc *webrtc.PeerConnection) string {
	pair, err := pc.GetReceivers()[0].Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return "nothing"
	}
	return pair.Local.Protocol.String()
}

func TestBadAddresses(t *testing.T) {
	for _, addr := range []string{"nonsense", "127.0.0.1:x", "203.0.113.1:1"} {
		if e, err := NewEngine(EngineConfig{UDPAddr: addr}); err == nil {
			t.Errorf("%s: an engine", addr)
			_ = e.Close()
		}
	}
	if e, err := NewEngine(EngineConfig{AdvertiseIPs: []string{"not an address"}}); err == nil {
		t.Error("a bad advertised address")
		_ = e.Close()
	}
}

func TestAdvertise(t *testing.T) {
	for _, c := range []EngineConfig{
		{UDPAddr: "127.0.0.1:0", Loopback: true, AdvertiseIPs: []string{"203.0.113.5"}},
		{UDPAddr: "0.0.0.0:0", Loopback: true},
	} {
		e, err := NewEngine(c)
		must(t, err)
		p, err := e.NewRoom("room", func(Event) {}).Join("x", Observer)
		must(t, err)
		answer, err := p.Negotiate(context.Background(), minimalOffer, nil)
		must(t, err)
		want := "127.0.0.1"
		if c.AdvertiseIPs != nil {
			want = c.AdvertiseIPs[0]
		}
		if !strings.Contains(answer, fmt.Sprintf(" %s %d typ host", want, e.UDPPort())) {
			t.Errorf("no candidate of %s:\n%s", want, answer)
		}
		must(t, e.Close())
	}
}
