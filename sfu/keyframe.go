package sfu

import (
	"time"

	"github.com/pion/rtp"
)

// startsKeyFrame says whether a payload is the first packet of a key frame,
// at which a decoder can begin.
func startsKeyFrame(name codecName, payload []byte) bool {
	switch name {
	case codecVP8:
		return vp8Key(payload)
	case codecVP9:
		return vp9Key(payload)
	case codecH264:
		return h264Key(payload)
	case codecAV1:
		return av1Key(payload)
	}
	return false
}

// vp8Key reads the payload descriptor (RFC 7741, section 4.2) and the first
// bit of the frame header, which is 0 in a key frame. Picture ids that jump at
// a key frame are no trouble: it depends on no other picture.
func vp8Key(b []byte) bool {
	if len(b) < 1 {
		return false
	}
	if b[0]&0x10 == 0 || b[0]&0x07 != 0 { // not the start of the first partition
		return false
	}
	n := 1
	if b[0]&0x80 != 0 { // X
		if len(b) < 2 {
			return false
		}
		x := b[1]
		n = 2
		if x&0x80 != 0 { // I: a picture id of one or two bytes
			if len(b) <= n {
				return false
			}
			if b[n]&0x80 != 0 {
				n++
			}
			n++
		}
		if x&0x40 != 0 { // L
			n++
		}
		if x&0x30 != 0 { // T or K
			n++
		}
	}
	return len(b) > n && b[n]&0x01 == 0
}

// vp9Key reads the payload descriptor (RFC 9628, section 4.2): the beginning
// of a frame that is not predicted from another picture, of the lowest spatial
// layer.
func vp9Key(b []byte) bool {
	if len(b) < 1 {
		return false
	}
	const i, p, l, f, start = 0x80, 0x40, 0x20, 0x10, 0x08
	if b[0]&p != 0 || b[0]&start == 0 {
		return false
	}
	n := 1
	if b[0]&i != 0 {
		if len(b) <= n {
			return false
		}
		if b[n]&0x80 != 0 {
			n++
		}
		n++
	}
	if b[0]&l != 0 {
		if len(b) <= n {
			return false
		}
		return b[n]>>1&0x07 == 0 // spatial layer id
	}
	return len(b) > n
}

// h264Key looks for a sequence parameter set (RFC 6184): a single NAL unit, one
// within an aggregation packet, or the first fragment of one. WebRTC's senders
// put the parameter sets before each IDR picture. A slice of such a picture is
// no beginning: it may not be the first, and a decoder that has not had the
// parameter sets, or has another source's, can do nothing with it.
func h264Key(b []byte) bool {
	const sps, stapA, fuA = 7, 24, 28
	if len(b) < 2 {
		return false
	}
	key := func(nal byte) bool { return nal&0x1f == sps }
	switch b[0] & 0x1f {
	case stapA:
		for n := 1; n+3 <= len(b); {
			size := int(b[n])<<8 | int(b[n+1])
			if size > 0 && key(b[n+2]) {
				return true
			}
			n += 2 + size
		}
		return false
	case fuA:
		return b[1]&0x80 != 0 && key(b[1])
	}
	return key(b[0])
}

// av1Key reads the aggregation header (AV1 RTP, section 4.4): N is set on the
// first packet of a coded video sequence, which begins with a key frame.
func av1Key(b []byte) bool {
	const z, n = 0x80, 0x08
	return len(b) > 1 && b[0]&n != 0 && b[0]&z == 0
}

// Key frames of a source are asked for at most every pliInterval. While a slot
// waits and no packet comes that could renew the request, it is repeated at
// growing intervals up to pliBackoff.
const (
	pliInterval = 500 * time.Millisecond
	pliBackoff  = 8 * time.Second
)

// keyframes are the wishes for a key frame of one track: a channel of capacity
// one, since all wishes before a key frame are the same wish.
type keyframes chan struct{}

// ask never blocks.
func (k keyframes) ask() {
	select {
	case k <- struct{}{}:
	default:
	}
}

// granted takes the wish back: a key frame has come.
func (k keyframes) granted() {
	select {
	case <-k:
	default:
	}
}

// startsKey says whether a packet starts a key frame that a slot may begin
// with. One that is sent again behind newer packets does not count: the rest
// of its frame has gone by.
func (t *Track) startsKey(h *rtp.Header, payload []byte) bool {
	if t.flowed && int16(h.SequenceNumber-t.newest) <= 0 { //nolint:gosec // modular arithmetic is meant
		return false
	}
	t.newest, t.flowed = h.SequenceNumber, true
	c := t.codec.Load()
	if c == nil || !startsKeyFrame(c.name, payload) {
		return false
	}
	t.keys.granted()
	return true
}

// waiting says whether a slot waits for a key frame of t.
func (t *Track) waiting() bool {
	for _, b := range t.sinks.Load().bindings {
		if !b.open.Load() {
			return true
		}
	}
	return false
}

// requestKeys sends the requests for key frames until the track ends. It is
// the only sender, so the interval holds whoever asks.
func (t *Track) requestKeys(send func()) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case <-t.gone:
			return
		case <-t.keys:
		}
		for retry := pliInterval; ; retry = min(2*retry, pliBackoff) {
			send()
			t.stats.plisOut.Add(1)
			timer.Reset(pliInterval)
			select {
			case <-t.gone:
				return
			case <-timer.C:
			}
			if !t.waiting() {
				break
			}
			timer.Reset(retry)
			select {
			case <-t.gone:
				return
			case <-t.keys:
				retry = pliInterval / 2 // packets come: keep to the shortest interval
			case <-timer.C:
			}
		}
	}
}
