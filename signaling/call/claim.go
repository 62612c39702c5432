package call

import (
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
)

// awaitMedia looks for the claiming human's media until it is there.
func (c *Call) awaitMedia() {
	claim := c.claim
	c.after(timerMedia, c.cfg.MediaWithin, func() {
		c.decide(decision{event: takeover.ClaimTimeout, claim: claim, reason: "timeout"})
	})
	c.poll()
}

const pollEvery = 10 * time.Millisecond

func (c *Call) poll() {
	if c.machine.State != takeover.WillStart || c.moving {
		if c.claim.UID != "" && c.machine.State != takeover.Human {
			c.after(timerPoll, pollEvery, c.poll)
		}
		return
	}
	if c.mediaReady() {
		c.decide(decision{event: takeover.MediaReady, claim: c.claim, by: c.claimant()})
		return
	}
	c.after(timerPoll, pollEvery, c.poll)
}

// mediaReady: packets of the human's microphone are arriving. Discontinuous
// transmission sends one in 400 ms. In mode 0 the human may only type.
func (c *Call) mediaReady() bool {
	h := c.claimant()
	return h != nil && c.mediaOf(h, c.ownVoice())
}

// mediaOf: h could have the floor from the next packet on.
func (c *Call) mediaOf(h *member, ownVoice bool) bool {
	if h.peerState != sfu.PeerConnected {
		return false
	}
	if !ownVoice {
		return true
	}
	return h.mic != nil && time.Since(h.mic.LastPacket()) < 450*time.Millisecond
}

// claimant is the member who claims or holds the call, nil while they have not
// joined.
func (c *Call) claimant() *member {
	if c.claim.UID == "" {
		return nil
	}
	return c.byIdentity(c.claim.Identity, wire.RoleHuman)
}

func (c *Call) isClaimant(m *member) bool {
	return c.claim.UID != "" && m.role == wire.RoleHuman && m.claims.Identity == c.claim.Identity
}

// humanLost: the human who claims or holds the call is gone.
func (c *Call) humanLost(m *member, reason string) {
	m.p.SetAudience(sfu.Nobody)
	c.bot.Unhear(m.id)
	c.list(m, false, reason)
	c.decide(decision{event: takeover.HumanLost, claim: c.claim, by: m, reason: "left"})
}

func (c *Call) answerWaiters(r wire.TakeoverResult, err error) {
	for _, w := range c.waiters {
		w(r, err)
	}
	c.waiters = nil
}
