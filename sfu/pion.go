package sfu

import (
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4"
	"github.com/pion/webrtc/v4"
)

// How soon a peer that vanished is noticed. A call tells its caller within
// 3 s that the human is gone, so the first timeout is shorter; the keep-alive
// makes several chances of an answer within it.
const (
	iceDisconnected = 2 * time.Second
	iceFailed       = 10 * time.Second
	iceKeepAlive    = 500 * time.Millisecond
)

// audioLevelURI is RFC 6464's header extension.
const audioLevelURI = sdp.AudioLevelURI

// tcpWriteBuffer bounds what waits for a slow ICE-TCP connection; beyond it
// packets are dropped instead of holding up the publisher's goroutine.
const tcpWriteBuffer = 1 << 20

// ClientConfig configures a client's API.
type ClientConfig struct {
	Net      transport.Net // nil: the operating system
	Loopback bool          // include loopback candidates
	UDPMux   ice.UDPMux    // nil: a port for each connection
	TCP      bool          // connect by ICE over TCP where UDP does not come through
	Numbered bool          // send transport-wide sequence numbers, as browsers do: the server answers with feedback
	Log      logging.LoggerFactory
}

// NewClientAPI returns the API for peer connections of Go clients, with the
// same codecs, extensions and timeouts as the server.
func NewClientAPI(c ClientConfig) (*webrtc.API, error) {
	se := webrtc.SettingEngine{LoggerFactory: c.Log}
	if c.Net != nil {
		se.SetNet(c.Net)
	}
	if c.UDPMux != nil {
		se.SetICEUDPMux(c.UDPMux)
	}
	types := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if c.TCP {
		types = append(types, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	se.SetNetworkTypes(types)
	se.SetIncludeLoopbackCandidate(c.Loopback)
	settings(&se)
	return newAPI(se, c.Log, c.Numbered)
}

// NewClientMux returns a mux by which the peer connections of many Go clients
// share the socket conn. Closing it closes conn.
func NewClientMux(conn net.PacketConn, n transport.Net) *ice.UDPMuxDefault {
	return ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Net: n, Logger: quiet{}})
}

// muxes are the shared sockets of an engine.
type muxes struct {
	udp *ice.UDPMuxDefault
	tcp *ice.TCPMuxDefault
}

// newServerAPI returns the API of an engine's peer connections.
func newServerAPI(c EngineConfig, m muxes, lf logging.LoggerFactory) (*webrtc.API, error) {
	se := webrtc.SettingEngine{LoggerFactory: lf}
	if c.Net != nil {
		se.SetNet(c.Net)
	}
	types := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	se.SetICEUDPMux(m.udp)
	if m.tcp != nil {
		se.SetICETCPMux(m.tcp)
		types = append(types, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	se.SetNetworkTypes(types)
	se.DisableActiveTCP(true) // the server only listens: a peer must not make it dial
	if len(c.AdvertiseIPs) > 0 {
		if err := se.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
			External: c.AdvertiseIPs, AsCandidateType: webrtc.ICECandidateTypeHost,
		}); err != nil {
			return nil, fmt.Errorf("sfu: advertised addresses: %w", err)
		}
	}
	se.SetIncludeLoopbackCandidate(c.Loopback)
	se.SetFireOnTrackBeforeFirstRTP(true) // our reader sees the first packet; no peeking goroutine of Pion's
	se.SetSCTPMaxMessageSize(maxMessage)
	settings(&se)
	return newAPI(se, lf, false)
}

func newUDPMux(conn net.PacketConn, n transport.Net, lf logging.LoggerFactory) *ice.UDPMuxDefault {
	return ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Net: n, Logger: lf.NewLogger("ice-udp")})
}

func newTCPMux(l net.Listener, lf logging.LoggerFactory) *ice.TCPMuxDefault {
	return ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: l, Logger: lf.NewLogger("ice-tcp"), ReadBufferSize: 64, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: 5 * time.Second, AliveDurationForConnFromStun: 5 * time.Second,
	})
}

// dtlsRetry is how long a handshake waits before it sends its last messages
// again, at first; RFC 9147 suggests 100 ms for real time. With Pion's default
// of 1 s, which doubles, a call that begins on a lossy network can take 15 s.
const dtlsRetry = 150 * time.Millisecond

// settings are common to servers and clients.
func settings(se *webrtc.SettingEngine) {
	se.SetICETimeouts(iceDisconnected, iceFailed, iceKeepAlive)
	se.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled) // a server has nothing to hide or to look up
	se.SetDTLSRetransmissionInterval(dtlsRetry)
	se.DisableCloseByDTLS(true) // see ClosePeer; a goodbye is seen by the data transport's end
}

// ClosePeer closes a connection that was made by this package's API and joins
// Pion's goroutines.
//
// Pion holds a lock while it ends the data transport. When the other side's
// goodbye is being handled in that moment, a second goroutine waits for the
// lock and the first one for a timer of 200 ms. That is a short pause in
// life, but a bubble of testing/synctest stands still for ever: a wait for a
// lock keeps its clock from moving. So the two must not happen at one instant:
// Pion is told not to close by itself at the other side's goodbye, and every
// closing first lets a random moment pass, in which what has arrived is
// handled to the end.
func ClosePeer(pc *webrtc.PeerConnection) error {
	time.Sleep(time.Millisecond + rand.N(time.Millisecond)) //nolint:gosec // no secret
	return pc.GracefulClose()
}

func newAPI(se webrtc.SettingEngine, lf logging.LoggerFactory, numbered bool) (*webrtc.API, error) {
	media := &webrtc.MediaEngine{}
	registry := &interceptor.Registry{}
	if err := registerCodecs(media); err != nil {
		return nil, fmt.Errorf("sfu: codecs: %w", err)
	}
	if err := registerInterceptors(media, registry, lf, numbered); err != nil {
		return nil, fmt.Errorf("sfu: interceptors: %w", err)
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(se), webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(registry)), nil
}

// registerCodecs offers what can be forwarded. There is no RTX: a slot repeats
// a packet with its own number on its own SSRC.
func registerCodecs(m *webrtc.MediaEngine) error {
	audio := []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBTransportCC}}
	err := m.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			SDPFmtpLine: "minptime=10;useinbandfec=1", RTCPFeedback: audio,
		},
		PayloadType: 111,
	}, webrtc.RTPCodecTypeAudio)
	if err != nil {
		return err
	}
	video := []webrtc.RTCPFeedback{
		{Type: webrtc.TypeRTCPFBCCM, Parameter: "fir"},
		{Type: webrtc.TypeRTCPFBNACK},
		{Type: webrtc.TypeRTCPFBNACK, Parameter: "pli"},
		{Type: webrtc.TypeRTCPFBTransportCC},
	}
	h264 := func(profile string) string {
		return "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=" + profile
	}
	for _, c := range []struct {
		mime string
		pt   webrtc.PayloadType
		fmtp string
	}{
		{webrtc.MimeTypeVP8, 96, ""},
		{webrtc.MimeTypeVP9, 98, "profile-id=0"},
		{webrtc.MimeTypeVP9, 100, "profile-id=2"},
		{webrtc.MimeTypeH264, 102, h264("42e01f")}, // constrained baseline
		{webrtc.MimeTypeH264, 104, h264("42001f")}, // baseline
		{webrtc.MimeTypeH264, 106, h264("4d001f")}, // main
		{webrtc.MimeTypeH264, 108, h264("64001f")}, // high
		{webrtc.MimeTypeAV1, 45, ""},
	} {
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: c.mime, ClockRate: 90000, SDPFmtpLine: c.fmtp, RTCPFeedback: video},
			PayloadType:        c.pt,
		}, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
	}
	return nil
}

// registerInterceptors sets up RTCP: negative acknowledgements and their
// answer for video, sender and receiver reports, and transport-wide feedback
// to publishers. The transport-wide number is read on what comes in and not
// put on what goes out, as nothing here adapts to a receiver's feedback, but by
// a client that asks to be numbered.
func registerInterceptors(m *webrtc.MediaEngine, r *interceptor.Registry, lf logging.LoggerFactory, numbered bool) error {
	receive := webrtc.RTPTransceiverDirectionRecvonly
	counted := []webrtc.RTPTransceiverDirection{receive}
	if numbered {
		counted = append(counted, webrtc.RTPTransceiverDirectionSendonly)
		numbers, err := twcc.NewHeaderExtensionInterceptor()
		if err != nil {
			return err
		}
		r.Add(numbers) // the first is next to the wire: a packet sent again has a number of its own
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.TransportCCURI}, kind, counted...); err != nil {
			return err
		}
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.SDESMidURI}, kind, receive); err != nil {
			return err
		}
	}
	if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: audioLevelURI}, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	if lf == nil {
		lf = logging.NewDefaultLoggerFactory()
	}
	responder, err := nack.NewResponderInterceptor(nack.ResponderSize(512), nack.WithResponderLoggerFactory(lf))
	if err != nil {
		return err
	}
	generator, err := nack.NewGeneratorInterceptor(nack.WithGeneratorLoggerFactory(lf))
	if err != nil {
		return err
	}
	receiver, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(lf))
	if err != nil {
		return err
	}
	sender, err := report.NewSenderInterceptor(report.WithSenderLoggerFactory(lf))
	if err != nil {
		return err
	}
	feedback, err := twcc.NewSenderInterceptor(twcc.WithLoggerFactory(lf))
	if err != nil {
		return err
	}
	for _, f := range []interceptor.Factory{responder, generator, receiver, sender, feedback} {
		r.Add(f)
	}
	return nil
}
