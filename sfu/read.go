package sfu

import (
	"errors"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// readSize is enough for any packet that fits a network frame.
const readSize = 1500

var errPadding = errors.New("sfu: padding is longer than the packet")

// onTrack is called by Pion, on a goroutine of its own, when an m-line that
// sends is set up. It hands over to goroutines that Leave joins.
func (x *peer) onTrack(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	mid := ""
	for _, t := range x.pc.GetTransceivers() {
		if t.Receiver() == receiver {
			mid = t.Mid()
		}
	}
	p, r := x.p, x.p.room
	r.mu.Lock()
	var track *Track
	for _, t := range p.tracks {
		if t.mid == mid {
			track = t
		}
	}
	r.mu.Unlock()
	if track == nil || remote.RID() != "" {
		return // unpublished in the meantime
	}
	p.spawn(func() { x.readMedia(track, remote, receiver) })
	p.spawn(func() { drainReports(receiver) })
	if track.kind == Video {
		p.spawn(func() {
			track.requestKeys(func() {
				_ = x.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(remote.SSRC())}})
			})
		})
	}
}

// readMedia is the packet path of one incoming track: it reads into one buffer
// and forwards until the connection or the track ends.
func (x *peer) readMedia(t *Track, remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	buf := make([]byte, readSize)
	var h rtp.Header
	var pt uint8
	known := false
	for {
		n, _, err := remote.Read(buf)
		if err != nil && n == 0 {
			return
		}
		now := time.Now()
		head := 0
		if err == nil {
			head, err = h.Unmarshal(buf[:n])
		}
		if err == nil && h.Padding {
			n, err = unpad(buf[:n], head)
		}
		if err != nil {
			t.stats.malformed.Add(1)
			continue
		}
		select {
		case <-t.gone:
			return
		default:
		}
		if !known || h.PayloadType != pt {
			pt, known = h.PayloadType, true
			t.describe(remote, receiver)
		}
		if t.arrived(n-head, now) {
			t.forward(&h, buf[head:n], now)
		}
	}
}

// unpad returns the length of a packet without its padding (RFC 3550, section
// 5.1).
func unpad(b []byte, head int) (int, error) {
	if len(b) <= head {
		return 0, errPadding
	}
	pad := int(b[len(b)-1])
	if pad == 0 || pad > len(b)-head {
		return 0, errPadding
	}
	return len(b) - pad, nil
}

// describe notes what the publisher negotiated for the payload type in use.
func (t *Track) describe(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	if t.kind == Video {
		c := newCodec(remote.Codec().RTPCodecCapability)
		t.codec.Store(&c)
		return
	}
	for _, e := range receiver.GetParameters().HeaderExtensions {
		if e.URI == audioLevelURI && e.ID > 0 && e.ID < 15 {
			t.levelID = uint8(e.ID)
		}
	}
}

// drainReports reads a receiver's RTCP: Pion's interceptors see sender reports
// only when someone reads them.
func drainReports(receiver *webrtc.RTPReceiver) {
	buf := make([]byte, readSize)
	for {
		if _, _, err := receiver.Read(buf); err != nil {
			return
		}
	}
}

// readReports reads the RTCP that a client sends about a slot and passes
// requests for key frames on to the source of the moment.
func (x *peer) readReports(l *line) {
	x.p.spawn(func() {
		buf := make([]byte, readSize)
		for {
			n, _, err := l.sender.Read(buf)
			if err != nil {
				return
			}
			packets, err := rtcp.Unmarshal(buf[:n])
			if err != nil {
				l.slot.stats.malformed.Add(1)
				continue
			}
			l.slot.reported(packets)
		}
	})
}

// reported acts on a client's RTCP about a slot.
func (s *Slot) reported(packets []rtcp.Packet) {
	for _, p := range packets {
		switch p.(type) {
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			s.stats.plisIn.Add(1)
			s.mu.Lock()
			cur := s.cur
			s.mu.Unlock()
			if cur != nil && cur.track.kind == Video {
				cur.track.keys.ask()
			}
		case *rtcp.TransportLayerNack:
			s.stats.nacksIn.Add(1)
		}
	}
}
