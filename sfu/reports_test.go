package sfu

import (
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// of returns the RTCP packets of one type.
func of[P rtcp.Packet](reports []rtcpPacket) (found []P) {
	for _, r := range reports {
		if p, ok := r.Packet.(P); ok {
			found = append(found, p)
		}
	}
	return found
}

// What RTCP tells a client: sender reports for what it is sent, receiver
// reports and transport-wide feedback for what it sends. One microphone packet
// in five is lost on the way to the server, and both must say so.
func TestReports(t *testing.T) {
	inWorld(t, func(w *world) {
		ai := w.agent(1)
		must(t, w.room.GiveFloor(ai.voice.Track(), 1))
		caller := w.join(clientSpec{id: "caller", role: Caller, publish: []Source{Microphone, Camera}, audioSlots: 1, numbered: true})
		human := w.join(clientSpec{id: "human", role: Human, audioSlots: 2, videoSlots: 1})
		var lost, sent int
		w.mu.Lock()
		w.loss = func(src, _ string, b []byte) bool {
			pt := b[1] & 0x7f
			if src != caller.ip || b[0]>>6 != 2 || pt != 111 && pt != 96 {
				return false
			}
			sent++
			if pt == 111 && sent%5 == 0 {
				lost++
				return true
			}
			return false
		}
		w.mu.Unlock()
		ai.speak(t)
		mic := caller.microphone(toneCaller, 65000, 1<<32-5000)
		for sn := range uint16(300) {
			caller.picture(Camera, sn, sn == 0)
		}
		ai.end()
		mic.end()
		time.Sleep(500 * time.Millisecond) // the last feedback is on its way

		checkSenderReports(t, caller, audio, 0, 48000)
		checkSenderReports(t, human, audio, 0, 48000)
		checkSenderReports(t, human, audio, 1, 48000)
		checkSenderReports(t, human, video, 0, 90000)
		checkReceiverReports(t, caller, Microphone, lost)
		checkReceiverReports(t, caller, Camera, 0)
		checkFeedback(t, caller, sent, lost)
		caller.leave()
		human.leave()
		ai.p.Leave()
	})
}

// checkSenderReports wants a report every second that ties the slot's own
// timestamps, not its source's, to the time of day.
func checkSenderReports(t *testing.T, c *client, kind webrtc.RTPCodecType, slot int, rate int64) {
	t.Helper()
	packets := c.packets(kind, slot)
	if len(packets) == 0 {
		t.Errorf("%s %s slot %d: no packets", c.p.ID(), kind, slot)
		return
	}
	n := 0
	for _, r := range c.reports {
		sr, ok := r.Packet.(*rtcp.SenderReport)
		if !ok || sr.SSRC != packets[0].SSRC {
			continue
		}
		n++
		i, _ := slices.BinarySearchFunc(packets, r.at, func(p heard, at time.Time) int { return p.at.Compare(at) })
		if i == 0 {
			t.Errorf("%s %s slot %d: a report before the first packet", c.p.ID(), kind, slot)
			continue
		}
		last := packets[i-1]
		if got := int(sr.PacketCount); got < i-1 || got > i+1 || sr.OctetCount == 0 {
			t.Errorf("%s %s slot %d: %d packets, %d octets are reported after %d packets", c.p.ID(), kind, slot, got, sr.OctetCount, i)
		}
		elapsed := int64(r.at.Sub(last.at)) * rate / int64(time.Second)
		if off := int64(int32(sr.RTPTime-last.Timestamp)) - elapsed; off < -rate/20 || off > rate/20 { //nolint:gosec // modular arithmetic is meant
			t.Errorf("%s %s slot %d: the report's clock is %d ticks off", c.p.ID(), kind, slot, off)
		}
	}
	if n < 9 {
		t.Errorf("%s %s slot %d: %d sender reports in 10 s", c.p.ID(), kind, slot, n)
	}
}

// checkReceiverReports wants a report every second with the loss, and with the
// echo of the client's own sender reports, of which it makes its round trip.
func checkReceiverReports(t *testing.T, c *client, s Source, lost int) {
	t.Helper()
	var ssrc uint32
	for _, tr := range c.pc.GetTransceivers() {
		if sender := tr.Sender(); sender != nil && sender.Track() != nil && sender.Track().ID() == string(s) {
			ssrc = uint32(sender.GetParameters().Encodings[0].SSRC)
		}
	}
	var reports []rtcp.ReceptionReport
	for _, rr := range of[*rtcp.ReceiverReport](c.about[s]) {
		for _, r := range rr.Reports {
			if r.SSRC == ssrc {
				reports = append(reports, r)
			}
		}
	}
	if len(reports) < 9 {
		t.Errorf("%s: %d receiver reports in 10 s", s, len(reports))
		return
	}
	last := reports[len(reports)-1]
	if got := int(last.TotalLost); got > lost || got < lost*9/10 {
		t.Errorf("%s: %d packets are reported lost, %d were", s, got, lost)
	}
	if fifth := last.FractionLost > 256/10; fifth != (lost > 0) {
		t.Errorf("%s: %d/256 are reported lost", s, last.FractionLost)
	}
	if last.LastSenderReport == 0 {
		t.Errorf("%s: the client's sender reports are not echoed", s)
	}
}

// checkFeedback wants the transport-wide numbers of audio and video, all but
// the lost ones, ten times a second.
func checkFeedback(t *testing.T, c *client, sent, lost int) {
	t.Helper()
	seen := map[uint8]bool{} // a feedback packet may be about several sources
	statuses, received := 0, 0
	for _, fb := range append(of[*rtcp.TransportLayerCC](c.about[Microphone]), of[*rtcp.TransportLayerCC](c.about[Camera])...) {
		if !seen[fb.FbPktCount] {
			seen[fb.FbPktCount] = true
			statuses += int(fb.PacketStatusCount)
			received += len(fb.RecvDeltas)
		}
	}
	if len(seen) < 90 {
		t.Errorf("%d feedback packets in 10 s", len(seen))
	}
	if received != sent-lost || statuses < sent-1 || statuses > sent {
		t.Errorf("%d packets sent and %d of them lost, but feedback is about %d and says %d came", sent, lost, statuses, received)
	}
}
