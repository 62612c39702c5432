package call

import "github.com/relevo/relevo/sfu"

// SocketLost says that the socket out is gone. The media goes on; the member
// has ResumeWithin to come back. It does nothing where out has been replaced.
func (m *Member) SocketLost(out Outbox) {
	m.c.box.put(func() {
		if m.m.out == out {
			m.c.socketLost(m.m)
		}
	}, false)
}

func (c *Call) socketLost(m *member) {
	m.out, m.lostAt = nil, c.lastSeq()
	c.checkHealth(m)
}

// checkHealth starts or stops the clock that ends with a member being lost.
func (c *Call) checkHealth(m *member) {
	well := m.out != nil && m.peerState != sfu.PeerFailed && m.peerState != sfu.PeerClosed && m.peerState != sfu.PeerDisconnected
	name := "lost " + m.id
	switch {
	case m.gone || well:
		c.stop(name)
	case c.timers[name] == nil:
		c.after(name, c.cfg.ResumeWithin, func() { c.drop(m, "lost") })
	}
}
