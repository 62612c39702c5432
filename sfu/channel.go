package sfu

import (
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	channelLabel = "relevo"
	maxMessage   = 64 << 10  // of one message, either way
	maxBuffered  = 256 << 10 // of what waits to be sent to one client
	messageRate  = 200       // messages a second from one client
)

// channel is a participant's data channel.
type channel struct {
	// fixed
	p *Participant

	// guarded by mu
	mu     sync.Mutex
	dc     *webrtc.DataChannel // nil when none is open
	second time.Time           // start of the second that count is of
	count  int
}

// Send sends a message on the participant's data channel. It never blocks:
// ErrNoChannel when none is open, ErrBusy when the client does not keep up,
// and then nothing of the message is sent.
func (p *Participant) Send(b []byte) error { return p.channel.send(b) }

func (c *channel) send(b []byte) error {
	if len(b) > maxMessage {
		return ErrTooLong
	}
	c.mu.Lock()
	dc := c.dc
	c.mu.Unlock()
	if dc == nil {
		return ErrNoChannel
	}
	// Two senders at once may pass the bound together; it is no exact one.
	if dc.BufferedAmount()+uint64(len(b)) > maxBuffered {
		return ErrBusy
	}
	if err := dc.SendText(string(b)); err != nil {
		return ErrNoChannel // the only failure of a channel that is open is that it is closing
	}
	c.p.room.engine.counters.messagesOut.Add(1)
	return nil
}

// accept takes the client's channel. Pion calls it before messages flow.
func (c *channel) accept(dc *webrtc.DataChannel) {
	if dc.Label() != channelLabel {
		dc.OnOpen(func() { _ = dc.Close() })
		return
	}
	dc.OnOpen(func() {
		c.mu.Lock()
		first := c.dc == nil
		if first {
			c.dc = dc
		}
		c.mu.Unlock()
		if !first {
			_ = dc.Close()
			return
		}
		c.p.room.box.put(DataOpen{P: c.p})
	})
	dc.OnClose(func() {
		c.mu.Lock()
		was := c.dc == dc
		if was {
			c.dc = nil
		}
		c.mu.Unlock()
		if was {
			c.p.room.box.put(DataClosed{P: c.p})
		}
	})
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		stats := &c.p.room.engine.counters
		if len(m.Data) > maxMessage || !c.admit(dc, time.Now()) || !c.p.room.box.put(DataMessage{P: c.p, Data: m.Data}) {
			stats.messagesDropped.Add(1)
			return
		}
		stats.messagesIn.Add(1)
	})
}

// admit counts a message against the rate.
func (c *channel) admit(dc *webrtc.DataChannel, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dc != dc {
		return false
	}
	if now.Sub(c.second) >= time.Second {
		c.second, c.count = now, 0
	}
	c.count++
	return c.count <= messageRate
}
