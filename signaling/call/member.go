package call

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/wire"
)

// Member is a participant's handle on their call: one per join, used by the
// socket that joined.
type Member struct {
	c      *Call
	m      *member
	claims auth.Claims // as they were at that join
}

// Call is the member's call.
func (m *Member) Call() *Call { return m.c }

// Claims are those it was admitted with. One who has resumed has them still.
func (m *Member) Claims() auth.Claims { return m.claims }

// ID is the participant id.
func (m *Member) ID() string { return m.m.id }

// member is a participant as the call's goroutine knows it.
type member struct {
	// fixed after join
	id     string
	claims auth.Claims
	role   wire.Role

	// owned by the call's goroutine
	p         *sfu.Participant
	session   string // the SDP session of its peer, "" before the first offer
	out       Outbox // nil: the socket is lost
	resume    string // sum of the token that resumes it
	before    string // sum of the one that was used for it, until they ask for something
	joined    time.Time
	revived   bool // joined at a server that was killed
	back      bool // and has resumed since
	sub       wire.Subscribe
	listed    bool // on the roster that callers see
	gone      bool
	peerState sfu.PeerConnectionState
	slots     []wire.Slot
	mic       *sfu.Track
	speaksTo  wire.Audience // a human without the floor
	channel   channel
	cursor    int64 // log seq up to which it has been told
	synced    bool  // has had the backlog; live sentences follow
	channelAt int64 // log seq up to which its data channels have told takeovers
	lostAt    int64 // log seq when its socket was lost
	resumedAt int64 // log seq that it had when it joined or resumed
	skipped   []int // of the call's entries: not wanted when they came
	entriesWS bool  // no data channel came: entries go by the socket
}

func (m *member) public() wire.Participant {
	return wire.Participant{ID: m.id, Identity: m.claims.Identity, Role: m.role, Name: m.claims.Name, Avatar: m.claims.Avatar}
}

// name is what people call it.
func (m *member) name() string {
	if m.claims.Name != "" {
		return m.claims.Name
	}
	return m.claims.Identity
}

// privileged: may see what callers may not.
func (m *member) privileged() bool { return m.role == wire.RoleHuman || m.role == wire.RoleObserver }

// transcriptsOf says whether m wants what a participant says.
func (m *member) transcriptsOf(participant string) bool {
	switch m.sub.Mode {
	case wire.SubscribeNone:
		return false
	case wire.SubscribeSome:
		for _, s := range m.sub.Participants {
			if s.ID == participant {
				return s.Transcripts
			}
		}
		return false
	}
	return true
}

func (m *member) notify(method string, params any) {
	if m.out != nil {
		m.out.Notify(method, params)
	}
}

func sfuRole(r wire.Role) sfu.Role {
	switch r {
	case wire.RoleCaller:
		return sfu.Caller
	case wire.RoleAgent:
		return sfu.Agent
	case wire.RoleHuman:
		return sfu.Human
	}
	return sfu.Observer
}

func sfuSubscription(s wire.Subscribe) sfu.Subscription {
	switch s.Mode {
	case wire.SubscribeNone:
		return sfu.Subscription{Mode: sfu.SubscribeNone}
	case wire.SubscribeSome:
		some := make(map[string]sfu.Want, len(s.Participants))
		for _, p := range s.Participants {
			some[p.ID] = sfu.Want{Audio: p.Audio, Video: p.Video}
		}
		return sfu.Subscription{Mode: sfu.SubscribeSome, Some: some}
	}
	return sfu.Subscription{Mode: sfu.SubscribeAll}
}

// visibleTo says whether viewer may know that m is there: callers see callers,
// the AI while it is in the call, and the human once they have the floor.
func (c *Call) visibleTo(m, viewer *member) bool {
	return m == viewer || viewer.privileged() || viewer.role == wire.RoleAgent && m.role == wire.RoleCaller || m.listed
}

// roster is who viewer may know of, our AI among them.
func (c *Call) roster(viewer *member) []wire.Participant {
	var out []wire.Participant
	if c.agent == nil && !c.agentOut {
		out = append(out, c.botParticipant())
	}
	for _, m := range c.order {
		if c.visibleTo(m, viewer) {
			out = append(out, m.public())
		}
	}
	return out
}

func (c *Call) botParticipant() wire.Participant {
	return wire.Participant{ID: c.botID, Identity: "ai", Role: wire.RoleAgent, Name: "AI assistant"}
}

// list puts m on the roster that callers see, or takes it off, and tells those
// for whom that changes something.
func (c *Call) list(m *member, listed bool, reason string) {
	if m.listed == listed {
		return
	}
	for _, v := range c.order {
		if v == m || v.privileged() || v.gone {
			continue
		}
		if listed {
			v.notify(wire.NotifyParticipantJoined, wire.ParticipantJoined{Participant: m.public()})
		} else {
			v.notify(wire.NotifyParticipantLeft, wire.ParticipantLeft{Participant: m.id, Reason: reason})
		}
	}
	m.listed = listed
}

func (c *Call) byIdentity(identity string, role wire.Role) *member {
	for _, m := range c.order {
		if m.claims.Identity == identity && m.role == role && !m.gone {
			return m
		}
	}
	return nil
}

func newID(prefix string) string {
	var b [10]byte
	rand.Read(b[:])
	return prefix + hex.EncodeToString(b[:])
}

// sdpSession is the session id of an offer's o= line (RFC 8866, 5.2): it stays
// the same as long as the client's peer connection lives.
func sdpSession(offer string) string {
	for line := range strings.Lines(offer) {
		if rest, ok := strings.CutPrefix(line, "o="); ok {
			if f := strings.Fields(rest); len(f) > 1 {
				return f[1]
			}
		}
	}
	return ""
}
