package call

import (
	"context"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
)

// MessageCaller is typed text for the caller, whoever has the floor. The first
// from a human who has it not takes the call over: the AI is off from there on,
// and its voice says what the human types (mode 0). It returns when the text is
// durable; that ctx ends stops the wait, not the claim.
func (m *Member) MessageCaller(ctx context.Context, text string) (int64, error) {
	return ask(ctx, m.c, func(reply func(int64, error)) { m.c.replyTo(m.m, text, reply) })
}

func (c *Call) replyTo(m *member, text string, reply func(int64, error)) {
	say := func() {
		if m.gone {
			reply(0, errGone)
			return
		}
		c.typed(m, text, true, reply)
	}
	connected := func(_ wire.TakeoverResult, err error) {
		if err != nil {
			reply(0, err)
			return
		}
		say()
	}
	switch {
	case m.gone || m.role != wire.RoleHuman || c.agentOut && c.isClaimant(m):
		say()
	case c.isClaimant(m) && c.machine.State == takeover.WillStart:
		c.waiters = append(c.waiters, connected) // it is under way, in whichever mode
	default:
		by := Claimant{Identity: m.claims.Identity, Name: m.name(), Avatar: m.claims.Avatar, Mode: wire.ModeAgentVoice}
		c.claimBy(by, m, func(_ string, err error) {
			if err == nil && !c.machine.State.FloorHeldByHuman() {
				c.waiters = append(c.waiters, connected)
				return
			}
			connected(wire.TakeoverResult{}, err)
		})
	}
}
