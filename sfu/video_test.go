package sfu

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/webrtc/v4"
)

// videoFormat makes frames as RTP payloads, the way an encoder and the codec's
// payload format do it. Each payload ends with its frame's number.
type videoFormat struct {
	name, mime string
	key, delta func(n byte) [][]byte
	depacketer func() rtp.Depacketizer // an implementation that is not ours
	begins     []byte                  // of the key frame's bitstream
}

// Pieces of bitstreams: a key frame's headers and a following frame's.
var (
	vp8KeyHead   = []byte{0x50, 0x2e, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01} // tag, start code, 640x480
	vp8DeltaHead = []byte{0x31, 0x05, 0x00}
	vp9KeyHead   = []byte{0x82, 0x49, 0x83, 0x42, 0x00, 0x27, 0xf0, 0x1d, 0xf0} // marker, sync code, 640x480
	vp9DeltaHead = []byte{0x86, 0x00, 0x40}
	h264SPS      = []byte{0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0xa0, 0x5b, 0xa1}
	h264PPS      = []byte{0x68, 0xce, 0x3c, 0x80}
	h264IDR      = []byte{0x65, 0x88, 0x84, 0x0a} // first_mb_in_slice 0
	h264IDR2     = []byte{0x65, 0x00, 0x5a, 0x22} // a later slice of the picture
	h264Slice    = []byte{0x41, 0x9a, 0x24, 0x6c}
	av1Sequence  = []byte{0x08, 0x00, 0x00, 0x00, 0x24, 0xc4, 0xff, 0xdf, 0x3f, 0xfe, 0x20}
	av1KeyHead   = []byte{0x30, 0x10, 0x00} // frame OBU: KEY_FRAME, show_frame
	av1DeltaHead = []byte{0x30, 0x30, 0x08} // frame OBU: INTER_FRAME, show_frame
)

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// stapA aggregates NAL units (RFC 6184, section 5.7.1).
func stapA(units ...[]byte) []byte {
	b := []byte{0x78}
	for _, u := range units {
		b = append(b, byte(len(u)>>8), byte(len(u)))
		b = append(b, u...)
	}
	return b
}

// fuA splits a NAL unit (RFC 6184, section 5.8).
func fuA(unit []byte, at ...int) (parts [][]byte) {
	at = append(at, len(unit))
	from := 1
	for i, to := range at {
		header := unit[0] & 0x1f
		if i == 0 {
			header |= 0x80
		}
		if i == len(at)-1 {
			header |= 0x40
		}
		parts = append(parts, join([]byte{unit[0]&0xe0 | 28, header}, unit[from:to]))
		from = to
	}
	return parts
}

var videoFormats = []videoFormat{
	{
		name: "VP8", mime: webrtc.MimeTypeVP8, // RFC 7741: X, I with 15 bits, S on the first packet
		key: func(n byte) [][]byte {
			return [][]byte{join([]byte{0x90, 0x80, 0x81, n}, vp8KeyHead, []byte{n}), {0x80, 0x80, 0x81, n, 0x00, n}}
		},
		delta: func(n byte) [][]byte {
			return [][]byte{join([]byte{0x90, 0x80, 0x81, n}, vp8DeltaHead, []byte{n})}
		},
		depacketer: func() rtp.Depacketizer { return &codecs.VP8Packet{} },
		begins:     vp8KeyHead,
	},
	{
		name: "VP9", mime: webrtc.MimeTypeVP9, // RFC 9628: I, not P, B on the first packet, E on the last, V with a group of one
		key: func(n byte) [][]byte {
			return [][]byte{
				join([]byte{0x8a, 0x81, n, 0x18, 0x02, 0x80, 0x01, 0xe0, 0x01, 0x04, 0x01}, vp9KeyHead, []byte{n}),
				{0x84, 0x81, n, 0x55, n},
			}
		},
		delta: func(n byte) [][]byte {
			return [][]byte{join([]byte{0xc8, 0x81, n}, vp9DeltaHead, []byte{n}), {0xc4, 0x81, n, 0x55, n}}
		},
		depacketer: func() rtp.Depacketizer { return &codecs.VP9Packet{} },
		begins:     vp9KeyHead,
	},
	{
		name: "VP9 two spatial layers", mime: webrtc.MimeTypeVP9, // flexible mode; the key picture's upper layer is not P either
		key: func(n byte) [][]byte {
			return [][]byte{
				join([]byte{0xbe, 0x81, n, 0x00, 0x30, 0x01, 0x40, 0x00, 0xf0, 0x02, 0x80, 0x01, 0xe0}, vp9KeyHead, []byte{n}),
				join([]byte{0xbc, 0x81, n, 0x03}, vp9DeltaHead, []byte{n}),
			}
		},
		delta: func(n byte) [][]byte {
			return [][]byte{
				join([]byte{0xfc, 0x81, n, 0x00, 0x02}, vp9DeltaHead, []byte{n}),
				join([]byte{0xfc, 0x81, n, 0x03, 0x02}, vp9DeltaHead, []byte{n}),
			}
		},
		depacketer: func() rtp.Depacketizer { return &codecs.VP9Packet{} },
		begins:     vp9KeyHead,
	},
	{
		name: "H264 in one packet", mime: webrtc.MimeTypeH264,
		key:   func(n byte) [][]byte { return [][]byte{stapA(h264SPS, h264PPS, join(h264IDR, []byte{n}))} },
		delta: func(n byte) [][]byte { return [][]byte{join(h264Slice, []byte{n})} },

		depacketer: func() rtp.Depacketizer { return &codecs.H264Packet{} },
		begins:     annexB(h264SPS, h264PPS, h264IDR),
	},
	{
		name: "H264 fragmented", mime: webrtc.MimeTypeH264,
		key: func(n byte) [][]byte {
			return append([][]byte{stapA(h264SPS, h264PPS)}, fuA(join(h264IDR, []byte{n, n, n, n, n, n}), 6, 8)...)
		},
		delta: func(n byte) [][]byte { return fuA(join(h264Slice, []byte{n, n, n}), 6) },

		depacketer: func() rtp.Depacketizer { return &codecs.H264Packet{} },
		begins:     annexB(h264SPS, h264PPS, h264IDR),
	},
	{
		name: "H264 single units in slices", mime: webrtc.MimeTypeH264,
		key: func(n byte) [][]byte {
			return [][]byte{h264SPS, h264PPS, join(h264IDR, []byte{n}), join(h264IDR2, []byte{n})}
		},
		delta: func(n byte) [][]byte { return [][]byte{join(h264Slice, []byte{n})} },

		depacketer: func() rtp.Depacketizer { return &codecs.H264Packet{} },
		begins:     annexB(h264SPS, h264PPS, h264IDR),
	},
	{
		name: "AV1", mime: webrtc.MimeTypeAV1, // two elements, N and Y on the first packet, Z on the second
		key: func(n byte) [][]byte {
			return [][]byte{
				join([]byte{0x68, byte(len(av1Sequence))}, av1Sequence, av1KeyHead, []byte{n}),
				{0x90, 0x55, n},
			}
		},
		delta:      func(n byte) [][]byte { return [][]byte{join([]byte{0x10}, av1DeltaHead, []byte{n})} },
		depacketer: func() rtp.Depacketizer { return &codecs.AV1Depacketizer{} },
		begins:     join([]byte{av1Sequence[0] | 2, byte(len(av1Sequence) - 1)}, av1Sequence[1:]),
	},
}

func annexB(units ...[]byte) (b []byte) {
	for _, u := range units {
		b = append(append(b, 0, 0, 0, 1), u...)
	}
	return b
}

// The payloads of these tests are what another implementation understands.
func TestVideoFormats(t *testing.T) {
	for _, f := range videoFormats {
		t.Run(f.name, func(t *testing.T) {
			d := f.depacketer()
			var stream []byte
			for _, p := range f.key(7) {
				b, err := d.Unmarshal(p)
				must(t, err)
				stream = append(stream, b...)
			}
			if !bytes.HasPrefix(stream, f.begins) {
				t.Errorf("the key frame is % x, want it to begin % x", stream, f.begins)
			}
			for _, p := range f.delta(7) {
				_, err := d.Unmarshal(p)
				must(t, err)
			}
			name := newCodec(webrtc.RTPCodecCapability{MimeType: f.mime}).name
			for i, p := range slices.Concat(f.key(7), f.delta(7)) {
				if got := startsKeyFrame(name, p); got != (i == 0) {
					t.Errorf("packet %d begins a key frame: %v", i, got)
				}
			}
		})
	}
}

// camera sends frames of one source.
type camera struct {
	c      *client
	source Source
	format videoFormat
	sn     uint16
	frames byte
	sent   [][]byte // payloads since the last forget
	ends   []bool   // and their markers
}

func (v *camera) key()   { v.send(v.format.key) }
func (v *camera) delta() { v.send(v.format.delta) }

// rest sends a key frame without its first packet.
func (v *camera) rest() {
	v.send(func(n byte) [][]byte { return v.format.key(n)[1:] })
}

func (v *camera) send(frame func(n byte) [][]byte) {
	v.frames++
	payloads := frame(v.frames)
	for i, p := range payloads {
		v.sn++
		end := i == len(payloads)-1
		must(v.c.t, v.c.sent[v.source].WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, Marker: end, SequenceNumber: v.sn, Timestamp: uint32(v.frames) * 3000},
			Payload: p,
		}))
		v.sent, v.ends = append(v.sent, p), append(v.ends, end)
	}
	time.Sleep(33 * time.Millisecond)
}

func (v *camera) forget() { v.sent, v.ends = nil, nil }

// Every codec: nothing before the beginning of a key frame, which is asked for;
// from there on everything, untouched. The same again when the slot changes to
// a source of another codec and back.
func TestVideoOfEveryCodec(t *testing.T) {
	for i, f := range videoFormats {
		t.Run(f.name, func(t *testing.T) {
			inWorld(t, func(w *world) { videoOf(w, f, videoFormats[(i+2)%len(videoFormats)]) })
		})
	}
}

func videoOf(w *world, f, other videoFormat) {
	t := w.t
	caller := w.join(clientSpec{
		id: "caller", role: Caller, publish: []Source{Camera, Screen},
		codecs: map[Source]string{Camera: f.mime, Screen: other.mime},
	})
	human := w.join(clientSpec{id: "human", role: Human, videoSlots: 1})
	cam := &camera{c: caller, source: Camera, format: f, sn: 65530}
	screen := &camera{c: caller, source: Screen, format: other, sn: 700}
	taken := 0
	// wants says what has come through since the last time.
	wants := func(what string, v *camera) {
		t.Helper()
		packets := human.packets(video, 0)
		got := packets[taken:]
		if len(got) != len(v.sent) {
			t.Errorf("%s: %d packets came through, want %d", what, len(got), len(v.sent))
		}
		for i := range min(len(got), len(v.sent)) {
			if !bytes.Equal(got[i].payload, v.sent[i]) || got[i].Marker != v.ends[i] {
				t.Errorf("%s: packet %d is % x, marker %v; want % x", what, i, got[i].payload, got[i].Marker, v.sent[i])
			}
			if mime := human.mime(got[i].PayloadType); mime != v.format.mime {
				t.Errorf("%s: packet %d is called %s", what, i, mime)
			}
		}
		for i := max(taken, 1); i < len(packets); i++ {
			now, before := packets[i], packets[i-1]
			if now.SequenceNumber != before.SequenceNumber+1 || now.SSRC != before.SSRC {
				t.Errorf("%s: the stream breaks at packet %d", what, i)
			}
			if later := now.Timestamp != before.Timestamp; later != before.Marker {
				t.Errorf("%s: packet %d: a new timestamp: %v", what, i, later)
			}
		}
		taken = len(packets)
		v.forget()
	}
	nothing := func(what string) {
		t.Helper()
		if n := len(human.packets(video, 0)) - taken; n != 0 {
			t.Errorf("%s: %d packets came through", what, n)
		}
	}
	// begin has the slot wait for a key frame of a source, then take it. shown
	// makes the source the one that is shown, unless its first packet does.
	begin := func(what string, v *camera, shown func()) {
		t.Helper()
		before := caller.asked(v.source)
		shown()
		for range 30 {
			v.delta()
		}
		nothing(what + ", before a key frame")
		if n := caller.asked(v.source) - before; n < 2 || n > 3 {
			t.Errorf("%s: asked %d times in a second", what, n)
		}
		v.rest()
		v.delta()
		nothing(what + ", a key frame without its beginning")
		v.forget()
		v.key()
		for range 10 {
			v.delta()
		}
		wants(what, v)
		time.Sleep(time.Second)
		before = caller.asked(v.source)
		v.delta()
		time.Sleep(2 * time.Second)
		if n := caller.asked(v.source) - before; n != 0 {
			t.Errorf("%s: asked %d times after the key frame", what, n)
		}
		wants(what+", later", v)
	}
	begin("camera", cam, func() {})
	begin("screen", screen, func() {})
	if caller.track(Camera).Codec() != f.mime || caller.track(Screen).Codec() != other.mime {
		t.Errorf("the tracks are %s and %s", caller.track(Camera).Codec(), caller.track(Screen).Codec())
	}
	begin("camera again", cam, func() { caller.p.SetMuted(Screen, true) }) // sharing has ended

	// The receiver lost its picture. The source of the moment is asked, no other.
	screens := caller.asked(Screen)
	cams := caller.asked(Camera)
	must(t, human.requestKey(human.mid(video, 0)))
	time.Sleep(time.Second)
	if n := caller.asked(Camera) - cams; n != 1 || caller.asked(Screen) != screens {
		t.Errorf("one request became %d, and %d of the screen", n, caller.asked(Screen)-screens)
	}
	cam.delta() // it can still be used by others
	cam.key()
	wants("after a request", cam)
	if s := w.engine.Stats(); s.DroppedCodec != 0 || s.DroppedMalformed != 0 || s.DroppedKeyframe == 0 {
		t.Errorf("stats: %+v", s)
	}
	caller.leave()
	human.leave()
}

// mime is what the client negotiated a payload type of video for.
func (c *client) mime(pt uint8) string {
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Kind() != video {
			continue
		}
		for _, p := range tr.Receiver().GetParameters().Codecs {
			if uint8(p.PayloadType) == pt {
				return p.MimeType
			}
		}
	}
	return fmt.Sprint("unknown ", pt)
}

// A receiver that takes one codec only is not sent another, and the others are.
func TestVideoOfACodecNotTaken(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Camera}, codecs: map[Source]string{Camera: webrtc.MimeTypeAV1}})
		human := w.join(clientSpec{id: "human", role: Human, videoSlots: 1})
		old := w.join(clientSpec{id: "old", role: Human, videoSlots: 1, takes: []string{webrtc.MimeTypeVP8, webrtc.MimeTypeH264}})
		cam := &camera{c: caller, source: Camera, format: videoFormats[len(videoFormats)-1]}
		for range 10 {
			cam.key()
		}
		if n, m := len(human.packets(video, 0)), len(old.packets(video, 0)); n != len(cam.sent) || m != 0 {
			t.Errorf("%d packets to the one who takes them, %d to the other", n, m)
		}
		if n := w.engine.Stats().DroppedCodec; n != uint64(len(cam.sent)) {
			t.Errorf("%d packets are counted, want %d", n, len(cam.sent))
		}
		caller.leave()
		human.leave()
		old.leave()
	})
}

// A publisher may change to another codec that it negotiated; each packet is
// called by its own codec.
func TestVideoChangesItsCodec(t *testing.T) {
	e, err := NewEngine(EngineConfig{})
	must(t, err)
	defer e.Close()
	room := e.NewRoom("room", func(Event) {})
	p, err := room.Join("human", Human)
	must(t, err)
	caller, err := room.Join("caller", Caller)
	must(t, err)
	r := &recorder{twenty: make(chan struct{})}
	s := newSlot(p, "0", Video, false)
	var params []webrtc.RTPCodecParameters
	for _, f := range []videoFormat{videoFormats[0], videoFormats[len(videoFormats)-1]} {
		params = append(params, webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: f.mime}, PayloadType: webrtc.PayloadType(40 + len(params)),
		})
	}
	_, err = s.Bind(recorded{boundContext{params}, r})
	must(t, err)
	room.mu.Lock()
	p.slots, p.ready = []*Slot{s}, true
	track := caller.addTrackLocked(Camera, "0")
	track.live = true
	room.reconcileLocked()
	room.mu.Unlock()
	for i, f := range []videoFormat{videoFormats[0], videoFormats[len(videoFormats)-1], videoFormats[0], videoFormats[1]} {
		c := newCodec(webrtc.RTPCodecCapability{MimeType: f.mime})
		track.codec.Store(&c)
		track.forward(&rtp.Header{Version: 2, SequenceNumber: uint16(i)}, f.key(1)[0], time.Now())
	}
	var types []int
	for _, h := range r.headers {
		types = append(types, int(h.PayloadType))
	}
	if !equal(types, []int{40, 41, 40}) || e.Stats().DroppedCodec != 1 {
		t.Errorf("payload types %v, %d dropped", types, e.Stats().DroppedCodec)
	}
}
