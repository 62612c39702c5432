package sfu

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v4/vnet"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/sfu/opus"
	"github.com/relevo/relevo/sfu/tone"
)

const serverIP = "10.0.0.1"

// world is a room on a virtual network. Everything in it lives in a bubble.
type world struct {
	t      *testing.T
	router *vnet.Router
	engine *Engine
	room   *Room
	hosts  int

	mu      sync.Mutex
	events  []Event
	cut     map[string]bool // addresses the network does not deliver to or from
	loss    func(src, dst string, payload []byte) bool
	changed chan struct{}
}

func inWorld(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f(w)
		w.close()
	})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, cut: map[string]bool{}, changed: make(chan struct{}, 1)}
	var err error
	w.router, err = vnet.NewRouter(&vnet.RouterConfig{CIDR: "10.0.0.0/24", LoggerFactory: pionLog{log: slogDiscard()}})
	must(t, err)
	w.router.AddChunkFilter(func(c vnet.Chunk) bool {
		src, dst := host(c.SourceAddr()), host(c.DestinationAddr())
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.cut[src] || w.cut[dst] {
			return false
		}
		return w.loss == nil || !w.loss(src, dst, c.UserData())
	})
	server := w.host(serverIP)
	must(t, w.router.Start())
	w.engine, err = NewEngine(EngineConfig{Net: server, UDPAddr: serverIP + ":7882"})
	must(t, err)
	w.room = w.engine.NewRoom("room", w.post)
	return w
}

func (w *world) host(ip string) *vnet.Net {
	n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
	must(w.t, err)
	must(w.t, w.router.AddNet(n))
	return n
}

func host(a net.Addr) string {
	h, _, _ := net.SplitHostPort(a.String())
	return h
}

func (w *world) close() {
	must(w.t, w.engine.Close())
	must(w.t, w.router.Stop())
}

func (w *world) post(e Event) {
	w.mu.Lock()
	w.events = append(w.events, e)
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func (w *world) partition(ip string, on bool) {
	w.mu.Lock()
	w.cut[ip] = on
	w.mu.Unlock()
}

// await waits until an event satisfies ok.
func await[E Event](w *world, what string, ok func(E) bool) E {
	w.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		w.mu.Lock()
		for _, e := range w.events {
			if x, is := e.(E); is && ok(x) {
				w.mu.Unlock()
				return x
			}
		}
		w.mu.Unlock()
		select {
		case <-w.changed:
		case <-deadline:
			w.t.Fatalf("no %s", what)
		}
	}
}

func count[E Event](w *world, ok func(E) bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, e := range w.events {
		if x, is := e.(E); is && ok(x) {
			n++
		}
	}
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// client is one peer: what it sends, and what its ears hear.
type client struct {
	w    *world
	t    *testing.T
	p    *Participant
	pc   *webrtc.PeerConnection
	dc   *webrtc.DataChannel
	ip   string
	sent map[Source]*webrtc.TrackLocalStaticRTP

	negotiations int
	wg           sync.WaitGroup

	mu      sync.Mutex
	ears    map[string]*ear // by mid
	data    [][]byte
	open    chan struct{}
	about   map[Source][]rtcpPacket // RTCP about what it sends
	reports []rtcpPacket            // RTCP about what it is sent
}

// rtcpPacket is one RTCP packet as it arrived.
type rtcpPacket struct {
	rtcp.Packet
	at time.Time
}

// heard is one packet as it arrived.
type heard struct {
	rtp.Header
	payload []byte
	at      time.Time
}

type ear struct{ packets []heard }

type clientSpec struct {
	id         string
	role       Role
	publish    []Source
	audioSlots int
	videoSlots int
	channel    bool
	numbered   bool              // sends transport-wide sequence numbers
	codecs     map[Source]string // MIME types of what it sends of video, where not VP8
	takes      []string          // MIME types of the video it receives; nil: all
}

// join adds a participant with a peer connection and waits until it is up.
func (w *world) join(s clientSpec) *client {
	w.t.Helper()
	c := w.dial(s)
	await(w, s.id+" connected", func(e PeerState) bool { return e.P == c.p && e.State == PeerConnected })
	for c.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		time.Sleep(time.Millisecond)
	}
	return c
}

func (w *world) dial(s clientSpec) *client {
	w.t.Helper()
	w.hosts++
	c := &client{w: w, t: w.t, ip: fmt.Sprintf("10.0.0.%d", 10+w.hosts), sent: map[Source]*webrtc.TrackLocalStaticRTP{}, ears: map[string]*ear{}, open: make(chan struct{}), about: map[Source][]rtcpPacket{}}
	var err error
	c.p, err = w.room.Join(s.id, s.role)
	must(w.t, err)
	api, err := NewClientAPI(ClientConfig{Net: w.host(c.ip), Numbered: s.numbered, Log: pionLog{log: slogDiscard()}})
	must(w.t, err)
	c.setup(api, s)
	c.negotiate(s.publish)
	return c
}

func (c *client) setup(api *webrtc.API, s clientSpec) {
	var err error
	c.pc, err = api.NewPeerConnection(webrtc.Configuration{})
	must(c.t, err)
	c.pc.OnTrack(c.onTrack)
	if s.channel {
		c.dc, err = c.pc.CreateDataChannel("relevo", nil)
		must(c.t, err)
		c.dc.OnOpen(func() { close(c.open) })
		c.dc.OnMessage(func(m webrtc.DataChannelMessage) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.data = append(c.data, m.Data)
		})
	}
	for _, source := range s.publish {
		c.send(source, s.codecs[source])
	}
	for range s.audioSlots {
		c.receive(webrtc.RTPCodecTypeAudio)
	}
	for range s.videoSlots {
		c.receive(webrtc.RTPCodecTypeVideo, s.takes...)
	}
}

func (c *client) send(source Source, codec string) {
	mime := webrtc.MimeTypeOpus
	if source != Microphone {
		mime = cmp.Or(codec, webrtc.MimeTypeVP8)
	}
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, string(source), string(source))
	must(c.t, err)
	tr, err := c.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	must(c.t, err)
	c.sent[source] = track
	c.readReports(tr.Sender().ReadRTCP, func(r rtcpPacket) { c.about[source] = append(c.about[source], r) })
}

func (c *client) receive(kind webrtc.RTPCodecType, mimes ...string) {
	tr, err := c.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	must(c.t, err)
	if mimes != nil {
		must(c.t, tr.SetCodecPreferences(slices.DeleteFunc(tr.Receiver().GetParameters().Codecs, func(p webrtc.RTPCodecParameters) bool {
			return !slices.Contains(mimes, p.MimeType)
		})))
	}
	c.readReports(tr.Receiver().ReadRTCP, func(r rtcpPacket) { c.reports = append(c.reports, r) })
}

// readReports keeps the RTCP packets that read returns until it ends.
func (c *client) readReports(read func() ([]rtcp.Packet, interceptor.Attributes, error), keep func(rtcpPacket)) {
	c.wg.Go(func() {
		for {
			packets, _, err := read()
			if err != nil {
				return
			}
			c.mu.Lock()
			for _, p := range packets {
				keep(rtcpPacket{p, time.Now()})
			}
			c.mu.Unlock()
		}
	})
}

// offer makes an offer with all candidates in it.
func (c *client) offer(o *webrtc.OfferOptions) string {
	offer, err := c.pc.CreateOffer(o)
	must(c.t, err)
	gathered := webrtc.GatheringCompletePromise(c.pc)
	must(c.t, c.pc.SetLocalDescription(offer))
	<-gathered
	return c.pc.LocalDescription().SDP
}

// publications names all m-lines that send, in the order of sources.
func (c *client) publications(sources []Source) []Publication {
	var pubs []Publication
	i := 0
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Sender() != nil && tr.Sender().Track() != nil {
			pubs = append(pubs, Publication{MID: tr.Mid(), Source: sources[i]})
			i++
		}
	}
	return pubs
}

func (c *client) negotiate(sources []Source) {
	c.t.Helper()
	offer := c.offer(nil)
	c.apply(offer, c.publications(sources))
}

func (c *client) apply(offer string, pubs []Publication) {
	c.t.Helper()
	answer, err := c.p.Negotiate(context.Background(), offer, pubs)
	must(c.t, err)
	must(c.t, c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}))
	c.negotiations++
}

func (c *client) onTrack(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	mid := ""
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Receiver() == receiver {
			mid = tr.Mid()
		}
	}
	for {
		p, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		c.mu.Lock()
		if c.ears[mid] == nil {
			c.ears[mid] = &ear{}
		}
		c.ears[mid].packets = append(c.ears[mid].packets, heard{Header: p.Header, payload: p.Payload, at: time.Now()})
		c.mu.Unlock()
	}
}

// packets returns what arrived on the n-th slot of a kind.
func (c *client) packets(kind webrtc.RTPCodecType, n int) []heard {
	mid := c.mid(kind, n)
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.ears[mid]; e != nil {
		return slices.Clone(e.packets)
	}
	return nil
}

// mid of the n-th m-line of a kind that only receives.
func (c *client) mid(kind webrtc.RTPCodecType, n int) string {
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Kind() != kind || tr.Sender() != nil && tr.Sender().Track() != nil {
			continue
		}
		if n == 0 {
			return tr.Mid()
		}
		n--
	}
	c.t.Fatalf("no slot %d", n)
	return ""
}

// track is the participant's track of a source.
func (c *client) track(s Source) *Track {
	for _, t := range c.p.Tracks() {
		if t.Source() == s {
			return t
		}
	}
	c.t.Fatalf("no %s", s)
	return nil
}

func (c *client) leave() {
	c.p.Leave()
	c.hangUp()
}

func (c *client) hangUp() {
	_ = ClosePeer(c.pc)
	c.wg.Wait()
}

// speaker emits a tone every 20 ms until stopped.
type speaker struct {
	stop chan struct{}
	done chan struct{}
}

func (s *speaker) end() { close(s.stop); <-s.done }

// speak writes 20 ms frames of a tone at a rate through write.
func speak(t *testing.T, rate int, freq float64, write func(k int, payload []byte)) *speaker {
	t.Helper()
	s := &speaker{stop: make(chan struct{}), done: make(chan struct{})}
	enc, err := opus.NewEncoder(rate, opus.EncoderOptions{Bitrate: 24000, Complexity: 1})
	must(t, err)
	go func() {
		defer close(s.done)
		g := tone.NewGenerator(rate, freq)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		buf := make([]byte, opus.MaxPacket)
		for k := 0; ; k++ {
			n, err := enc.Encode(g.Frame(), buf)
			if err != nil {
				panic(err)
			}
			write(k, slices.Clone(buf[:n]))
			select {
			case <-tick.C:
			case <-s.stop:
				return
			}
		}
	}()
	return s
}

// microphone sends a tone from a client.
func (c *client) microphone(freq float64, sn uint16, ts uint32) *speaker {
	return speak(c.t, 48000, freq, func(k int, payload []byte) {
		_ = c.sent[Microphone].WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: sn + uint16(k), Timestamp: ts + uint32(k)*960},
			Payload: payload,
		})
	})
}

// tones decodes packets and returns which frequency is loudest in each.
func tones(t *testing.T, packets []heard, freqs ...float64) []float64 {
	t.Helper()
	dec, err := opus.NewDecoder(16000)
	must(t, err)
	out := make([]float64, len(packets))
	pcm := make([]int16, 1920)
	for i, p := range packets {
		n, err := dec.Decode(p.payload, pcm)
		must(t, err)
		out[i] = tone.Loudest(pcm[:n], 16000, freqs...)
	}
	return out
}

// breaks counts where a stream is not 20 ms after 20 ms.
func breaks(packets []heard) (sequence, timestamp int) {
	for i := 1; i < len(packets); i++ {
		if packets[i].SequenceNumber != packets[i-1].SequenceNumber+1 {
			sequence++
		}
		if packets[i].Timestamp != packets[i-1].Timestamp+960 {
			timestamp++
		}
	}
	return sequence, timestamp
}

// longestGap is the longest time between two packets.
func longestGap(packets []heard) time.Duration {
	var longest time.Duration
	for i := 1; i < len(packets); i++ {
		longest = max(longest, packets[i].at.Sub(packets[i-1].at))
	}
	return longest
}

func pli(ssrc uint32) []rtcp.Packet {
	return []rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}
}
