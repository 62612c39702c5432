package call

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/wire"
)

// channel is the way to one member's data channel. What may be replaced is
// dropped while the channel is busy; the rest waits in order, and a member who
// does not take it in time has their connection closed.
type channel struct {
	open    bool
	seq     uint64
	queue   [][]byte
	retry   *time.Timer
	backlog int // how much more may wait: the log when the channel opened
	dropped uint64
}

const (
	channelQueue = 4096
	channelRetry = 20 * time.Millisecond
)

// send puts one envelope on m's channel. sender is a participant id or "".
func (c *Call) send(m *member, t wire.Type, data json.RawMessage, epoch uint64, sender string, replaceable bool) {
	ch := &m.channel
	if !ch.open || m.gone {
		return
	}
	if replaceable && len(ch.queue) > 0 {
		ch.dropped++
		return
	}
	ch.seq++
	b, err := json.Marshal(wire.Envelope{Type: t, Data: data, SeqID: ch.seq, SenderID: sender, ReceiverID: m.id, Epoch: epoch})
	if err != nil {
		c.log.Error("an envelope cannot be written", "type", int(t), "error", err)
		return
	}
	if len(ch.queue) == 0 {
		err := m.p.Send(b)
		if err == nil {
			return
		}
		if !errors.Is(err, sfu.ErrBusy) {
			ch.seq--
			return
		}
		if replaceable {
			ch.seq--
			ch.dropped++
			return
		}
	}
	if len(ch.queue) >= channelQueue+ch.backlog {
		c.log.Warn("a member does not read its data channel", "participant", m.id)
		c.drop(m, "slow")
		return
	}
	ch.queue = append(ch.queue, b)
	c.drainLater(m)
}

func (c *Call) drainLater(m *member) {
	if m.channel.retry != nil {
		return
	}
	m.channel.retry = time.AfterFunc(channelRetry, func() {
		c.box.force(func() {
			m.channel.retry = nil
			c.drain(m)
		})
	})
}

func (c *Call) drain(m *member) {
	ch := &m.channel
	for len(ch.queue) > 0 && !m.gone && ch.open {
		if err := m.p.Send(ch.queue[0]); err != nil {
			if errors.Is(err, sfu.ErrBusy) {
				c.drainLater(m)
				return
			}
			break
		}
		ch.queue = ch.queue[1:]
	}
	ch.queue = nil
}

// closeChannel forgets a channel that is gone; a new one starts anew.
func (m *member) closeChannel() {
	if m.channel.retry != nil {
		m.channel.retry.Stop()
	}
	m.channel = channel{}
	m.synced = false
	m.skipped = nil
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("call: a wire type cannot be marshalled: " + err.Error())
	}
	return b
}

// announce sends one event to everyone whom it concerns: by the socket under
// method, and where t is not 0 by the data channel.
func (c *Call) announce(method string, t wire.Type, params any, to func(*member) bool) {
	data := raw(params)
	for _, m := range c.order {
		if m.gone || to != nil && !to(m) {
			continue
		}
		m.notify(method, params)
		if t != 0 && m.synced {
			m.channelAt = max(m.channelAt, c.lastSeq())
			c.send(m, t, data, c.epoch, "", false)
		}
	}
}
