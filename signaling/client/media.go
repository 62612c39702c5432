package client

import (
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/relevo/relevo/signaling/wire"
)

// WriteAudio sends one Opus frame of the microphone, samples48k long (960 is
// 20 ms). One goroutine at a time. Before the connection stands, frames are
// lost, as a real microphone's are.
func (c *Client) WriteAudio(payload []byte, samples48k uint32) error {
	s, err := c.publication(wire.SourceMicrophone)
	if err != nil {
		return err
	}
	p := rtp.Packet{Header: rtp.Header{Version: 2, Marker: s.marker, SequenceNumber: s.seq, Timestamp: s.timestamp}, Payload: payload}
	s.seq++
	s.timestamp += samples48k
	s.marker = false
	return s.track.WriteRTP(&p)
}

// SkipAudio passes over samples48k of silence without sending (DTX): the next
// frame carries the marker.
func (c *Client) SkipAudio(samples48k uint32) error {
	s, err := c.publication(wire.SourceMicrophone)
	if err != nil {
		return err
	}
	s.timestamp += samples48k
	s.marker = true
	return nil
}

// WriteVideo sends one RTP packet of camera or screen; payload type and SSRC
// are set here, sequence number and timestamp are the writer's.
func (c *Client) WriteVideo(source wire.Source, p *rtp.Packet) error {
	s, err := c.publication(source)
	if err != nil {
		return err
	}
	return s.track.WriteRTP(p)
}

func (c *Client) publication(source wire.Source) (*publication, error) {
	if c.peer == nil {
		return nil, errNotPublished
	}
	s, ok := c.peer.sources[source]
	if !ok {
		return nil, errNotPublished
	}
	return s, nil
}

// Send sends an envelope on the data channel; a SeqID of 0 is numbered here.
// ErrBusy means that the channel's buffer is full.
func (c *Client) Send(e wire.Envelope) error {
	if c.peer == nil || c.peer.channel.ReadyState() != webrtc.DataChannelStateOpen {
		return errNoChannel
	}
	if e.SeqID == 0 {
		e.SeqID = c.peer.sent.Add(1)
	}
	b, err := e.Encode(nil)
	if err != nil {
		return err
	}
	if c.peer.channel.BufferedAmount()+uint64(len(b)) > maxBuffered {
		return ErrBusy
	}
	return c.peer.channel.SendText(string(b))
}

// Connected is closed when the media has connected for the first time; it is
// nil without media.
func (c *Client) Connected() <-chan struct{} {
	if c.peer == nil {
		return nil
	}
	return c.peer.connected
}

// DataOpen is closed when the data channel has opened; it is nil without media.
func (c *Client) DataOpen() <-chan struct{} {
	if c.peer == nil {
		return nil
	}
	return c.peer.dataOpen
}

// AudioSlots are the mids of the slots that receive audio, in the order of the
// offer; the first of a caller carries the floor.
func (c *Client) AudioSlots() []string { return c.slotMIDs(webrtc.RTPCodecTypeAudio) }

// VideoSlots are the mids of the slots that receive video.
func (c *Client) VideoSlots() []string { return c.slotMIDs(webrtc.RTPCodecTypeVideo) }

func (c *Client) slotMIDs(kind webrtc.RTPCodecType) []string {
	if c.peer == nil {
		return nil
	}
	var mids []string
	for _, tr := range c.peer.slots {
		if tr.Kind() == kind {
			mids = append(mids, tr.Mid())
		}
	}
	return mids
}
