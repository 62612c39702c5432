package sfu

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// vp8 is a one-packet VP8 frame: a descriptor, then the frame's first byte,
// whose lowest bit is 0 in a key frame.
func vp8(key bool, n byte) []byte {
	if key {
		return []byte{0x10, 0x00, n}
	}
	return []byte{0x10, 0x01, n}
}

// picture sends one frame of a source.
func (c *client) picture(s Source, sn uint16, key bool) {
	must(c.t, c.sent[s].WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: sn, Timestamp: uint32(sn) * 3000},
		Payload: vp8(key, byte(sn)),
	}))
	time.Sleep(33 * time.Millisecond)
}

// asked counts the requests for a key frame of its sources, or of these.
func (c *client) asked(sources ...Source) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for source, reports := range c.about {
		for _, r := range reports {
			if _, ok := r.Packet.(*rtcp.PictureLossIndication); ok && (sources == nil || slices.Contains(sources, source)) {
				n++
			}
		}
	}
	return n
}

func TestVideoStartsWithAKeyFrame(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone, Camera}})
		human := w.join(clientSpec{id: "human", role: Human, videoSlots: 1})
		start := time.Now()
		sn := uint16(100)
		for time.Since(start) < 2*time.Second {
			caller.picture(Camera, sn, false)
			sn++
		}
		if n := len(human.packets(video, 0)); n != 0 {
			t.Fatalf("%d packets before a key frame", n)
		}
		// One request in 500 ms while pictures come that cannot be used.
		if n := caller.asked(); n < 3 || n > 5 {
			t.Errorf("asked %d times for a key frame in 2 s", n)
		}
		first := sn
		caller.picture(Camera, sn, true)
		for range 30 {
			sn++
			caller.picture(Camera, sn, false)
		}
		packets := human.packets(video, 0)
		if len(packets) != 31 || packets[0].payload[2] != byte(first) {
			t.Fatalf("%d packets, want 31 from the key frame on", len(packets))
		}
		time.Sleep(time.Second)
		asked := caller.asked()
		// The receiver lost its picture: each request is passed on, but not more than two a second.
		for range 20 {
			must(t, human.requestKey(human.mid(video, 0)))
			sn++
			caller.picture(Camera, sn, false)
		}
		if n := caller.asked() - asked; n < 1 || n > 3 {
			t.Errorf("20 requests in 0.7 s became %d", n)
		}
		if s := w.engine.Stats(); s.PLIsIn != 20 || s.DroppedKeyframe == 0 {
			t.Errorf("stats: %+v", s)
		}
		if caller.track(Camera).Codec() != webrtc.MimeTypeVP8 {
			t.Errorf("codec %q", caller.track(Camera).Codec())
		}
		caller.leave()
		human.leave()
	})
}

// A still screen sends nothing by itself: the request is repeated all the same.
func TestKeyFrameIsAskedForAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Screen}})
		caller.picture(Screen, 1, true)
		human := w.join(clientSpec{id: "human", role: Human, videoSlots: 1})
		time.Sleep(10 * time.Second)
		if n := caller.asked(); n < 3 || n > 8 {
			t.Errorf("asked %d times in 10 s", n)
		}
		caller.picture(Screen, 2, true)
		if n := len(human.packets(video, 0)); n != 1 {
			t.Errorf("%d packets", n)
		}
		time.Sleep(20 * time.Second)
		asked := caller.asked()
		time.Sleep(20 * time.Second)
		if n := caller.asked() - asked; n != 0 {
			t.Errorf("asked %d times more after the key frame", n)
		}
		caller.leave()
		human.leave()
	})
}

func (c *client) requestKey(mid string) error {
	c.mu.Lock()
	ssrc := c.ears[mid].packets[0].SSRC
	c.mu.Unlock()
	return c.pc.WriteRTCP(pli(ssrc))
}

func TestScreenBeforeCamera(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Camera, Screen}})
		human := w.join(clientSpec{id: "human", role: Human, videoSlots: 1})
		two := w.join(clientSpec{id: "two", role: Human, videoSlots: 2})
		shown := func(c *client, n int) Source { return c.p.Slots()[n].Source }
		if shown(human, 0) != "" {
			t.Error("a camera that never sent has a slot")
		}
		caller.picture(Camera, 1, true)
		if shown(human, 0) != Camera {
			t.Error("no camera")
		}
		caller.picture(Screen, 1, true)
		if shown(human, 0) != Screen || shown(two, 0) != Camera || shown(two, 1) != Screen {
			t.Errorf("slots: %+v, %+v", human.p.Slots(), two.p.Slots())
		}
		caller.picture(Screen, 2, true)
		caller.p.SetMuted(Screen, true) // sharing has ended
		if shown(human, 0) != Camera || shown(two, 1) != "" {
			t.Errorf("slots: %+v, %+v", human.p.Slots(), two.p.Slots())
		}
		caller.picture(Camera, 2, false)
		caller.picture(Camera, 3, true)
		packets := human.packets(video, 0)
		var seq []int
		for _, p := range packets {
			seq = append(seq, int(p.SequenceNumber-packets[0].SequenceNumber))
			if !p.Marker {
				t.Error("the marker of a frame's end was lost")
			}
		}
		if !equal(seq, []int{0, 1, 2, 3}) || packets[3].payload[2] != 3 {
			t.Errorf("numbered %v: camera, screen twice, then the camera's next key frame", seq)
		}
		caller.leave()
		human.leave()
		two.leave()
	})
}

func TestMoreLines(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		ai.speak(t)
		human := w.join(clientSpec{id: "human", role: Human, publish: []Source{Microphone}, audioSlots: 1})
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}})
		mic := caller.microphone(toneCaller, 1, 1)
		if !human.hears(0) {
			t.Fatal("not heard")
		}
		before := len(human.packets(audio, 0))
		human.send(Camera, "")
		human.receive(webrtc.RTPCodecTypeAudio)
		human.negotiate([]Source{Microphone, Camera})
		if !human.hears(1) || len(human.packets(audio, 0)) <= before {
			t.Error("the new slot and the old one both carry")
		}
		if sn, ts := breaks(human.packets(audio, 0)); sn != 0 || ts != 0 {
			t.Errorf("the old slot broke: %d, %d", sn, ts)
		}
		human.p.SetAudience(Everyone)
		human.picture(Camera, 1, true)
		await(w, "camera", func(e FirstMedia) bool { return e.P == human.p && e.Track.Source() == Camera })
		if n := len(human.p.Tracks()); n != 2 {
			t.Errorf("%d tracks", n)
		}
		// What a fixed slot does not do is refused and leaves everything as it was.
		offer := human.offer(nil)
		refused := strings.Replace(offer, "a=recvonly", "a=inactive", 1)
		refused = strings.Replace(refused, "a=sendonly", "a=sendrecv", 1)
		var oe *OfferError
		if _, err := human.p.Negotiate(context.Background(), refused, nil); !errors.As(err, &oe) {
			t.Errorf("a direction changed: %v", err)
		}
		if _, err := human.p.Negotiate(context.Background(), minimalOffer, nil); !errors.As(err, &oe) {
			t.Errorf("m-lines are missing: %v", err)
		}
		if !human.hears(0) {
			t.Error("a refused offer broke the slot")
		}
		human.apply(offer, nil) // publications are remembered
		if !human.hears(1) {
			t.Error("a repeated offer broke the slot")
		}
		ai.end()
		mic.end()
		caller.leave()
		human.leave()
	})
}

func TestICERestart(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(0)
		ai.speak(t)
		must(t, w.room.GiveFloor(ai.voice.Track(), 0))
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone}, audioSlots: 1, channel: true})
		human := w.join(clientSpec{id: "human", role: Human, audioSlots: 2})
		mic := caller.microphone(toneCaller, 1, 1)
		time.Sleep(time.Second)
		w.partition(caller.ip, true)
		await(w, "failed", func(e PeerState) bool { return e.P == caller.p && e.State == PeerFailed })
		if human.hears(1) {
			t.Error("heard through a partition")
		}
		w.partition(caller.ip, false)
		connected := func() int {
			return count(w, func(e PeerState) bool { return e.P == caller.p && e.State == PeerConnected })
		}
		before := connected()
		caller.apply(caller.offer(&webrtc.OfferOptions{ICERestart: true}), nil)
		time.Sleep(5 * time.Second)
		if connected() != before+1 {
			t.Error("not connected again")
		}
		if !caller.hears(0) || !human.hears(1) {
			t.Error("not heard after the restart")
		}
		<-caller.open
		if err := caller.p.Send([]byte("hello")); err != nil {
			t.Error(err)
		}
		ai.end()
		mic.end()
		caller.leave()
		human.leave()
	})
}

func TestPeerVanishes(t *testing.T) {
	inWorld(t, func(w *world) {
		human := w.join(clientSpec{id: "human", role: Human, publish: []Source{Microphone}, audioSlots: 1})
		time.Sleep(10 * time.Second)
		w.partition(human.ip, true) // a short stall is nothing
		time.Sleep(1400 * time.Millisecond)
		w.partition(human.ip, false)
		time.Sleep(5 * time.Second)
		if count(w, func(e PeerState) bool { return e.State == PeerDisconnected }) != 0 {
			t.Error("a stall of 1.4 s is reported")
		}
		w.partition(human.ip, true)
		gone := time.Now()
		state := func(s PeerConnectionState) {
			await(w, s.String(), func(e PeerState) bool { return e.P == human.p && e.State == s })
		}
		state(PeerDisconnected)
		if d := time.Since(gone); d < 1500*time.Millisecond || d > 2600*time.Millisecond { // the last sign was up to 0.5 s before
			t.Errorf("noticed after %v", d)
		}
		state(PeerFailed)
		if d := time.Since(gone); d > 15*time.Second {
			t.Errorf("failed after %v", d)
		}
		human.leave()
		state(PeerClosed)
	})
}

// A client that says goodbye is noticed at once.
func TestPeerCloses(t *testing.T) {
	inWorld(t, func(w *world) {
		human := w.join(clientSpec{id: "human", role: Human, audioSlots: 1, channel: true})
		<-human.open
		gone := time.Now()
		human.hangUp()
		await(w, "closed", func(e PeerState) bool { return e.P == human.p && e.State == PeerClosed })
		if d := time.Since(gone); d > time.Second {
			t.Errorf("noticed after %v", d)
		}
		human.p.Leave()
		if n := count(w, func(e PeerState) bool { return e.State == PeerClosed }); n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

func TestDataChannel(t *testing.T) {
	inWorld(t, func(w *world) {
		caller := w.join(clientSpec{id: "caller", role: Caller, channel: true})
		await(w, "open", func(e DataOpen) bool { return e.P == caller.p })
		<-caller.open
		must(t, caller.p.Send([]byte("hello")))
		if err := caller.p.Send(make([]byte, maxMessage+1)); !errors.Is(err, ErrTooLong) {
			t.Error(err)
		}
		must(t, caller.dc.Send([]byte("hi")))
		got := await(w, "message", func(DataMessage) bool { return true })
		if string(got.Data) != "hi" {
			t.Errorf("%q", got.Data)
		}
		time.Sleep(time.Second)
		caller.mu.Lock()
		if len(caller.data) != 1 || string(caller.data[0]) != "hello" {
			t.Errorf("%q", caller.data)
		}
		caller.mu.Unlock()

		// A flood is cut to the rate.
		time.Sleep(time.Second)
		for range 1000 {
			must(t, caller.dc.Send([]byte("flood")))
		}
		time.Sleep(900 * time.Millisecond)
		if n := count(w, func(e DataMessage) bool { return string(e.Data) == "flood" }); n != messageRate {
			t.Errorf("%d messages of a flood were taken", n)
		}
		if n := w.engine.Stats().DroppedMessage; n != 1000-messageRate {
			t.Errorf("%d dropped", n)
		}

		// A client that does not read fills the buffer, and that is all.
		w.partition(caller.ip, true)
		var err error
		for i := 0; err == nil && i < 1000; i++ {
			err = caller.p.Send(bytes.Repeat([]byte("x"), 4096))
		}
		if !errors.Is(err, ErrBusy) {
			t.Error(err)
		}
		w.partition(caller.ip, false)
		caller.leave()
		if err := caller.p.Send([]byte("x")); !errors.Is(err, ErrNoChannel) {
			t.Error(err)
		}
	})
}

// Candidates before and after the offer, and too many of them.
func TestTrickle(t *testing.T) {
	inWorld(t, func(w *world) {
		p, err := w.room.Join("x", Caller)
		must(t, err)
		candidate := webrtc.ICECandidateInit{Candidate: "candidate:1 1 udp 2130706431 10.0.0.99 5000 typ host"}
		for range maxCandidates {
			must(t, p.AddCandidate(candidate))
		}
		if err := p.AddCandidate(candidate); !errors.Is(err, ErrCandidate) {
			t.Error(err)
		}
		answer, err := p.Negotiate(context.Background(), minimalOffer, nil)
		must(t, err)
		if !strings.Contains(answer, serverIP) || !strings.Contains(answer, "useinbandfec=1") {
			t.Error(answer)
		}
		must(t, p.AddCandidate(candidate))
		must(t, p.AddCandidate(webrtc.ICECandidateInit{}))
		for _, bad := range []string{"garbage", "candidate:", "candidate:1 1 udp x 10.0.0.99 5000 typ host", strings.Repeat("x", 2000)} {
			err := p.AddCandidate(webrtc.ICECandidateInit{Candidate: bad})
			if bad != "candidate:" && !errors.Is(err, ErrCandidate) {
				t.Errorf("%.20q: %v", bad, err)
			}
		}
		for err = error(nil); err == nil; err = p.AddCandidate(candidate) {
		}
		if !errors.Is(err, ErrCandidate) {
			t.Error(err)
		}
		p.Leave()
	})
}

// Leaving and closing in the middle of connecting leaves nothing behind; the
// bubble fails otherwise.
func TestLeaveAtAnyMoment(t *testing.T) {
	for _, after := range []time.Duration{0, time.Microsecond, time.Millisecond, 5 * time.Millisecond, 50 * time.Millisecond, 300 * time.Millisecond} {
		inWorld(t, func(w *world) {
			c := w.dial(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone, Camera}, audioSlots: 2, videoSlots: 1, channel: true})
			time.Sleep(after)
			c.leave()
		})
	}
}
