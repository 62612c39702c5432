package sfu

import (
	"context"
	"log/slog"
	"maps"
	"sync"

	"github.com/google/uuid"
)

// Participant is a member of a room: one with a peer connection after its
// first Negotiate, in-process otherwise. Its methods may be called from any
// goroutine.
type Participant struct {
	// fixed
	id       string
	role     Role
	room     *Room
	log      *slog.Logger
	ctx      context.Context // ends when the participant leaves
	cancel   context.CancelFunc
	turn     chan struct{}  // holds one token while a negotiation or the closing runs
	left     chan struct{}  // closed when Leave has finished
	readers  sync.WaitGroup // all goroutines of this participant
	channel  channel
	incoming candidates

	// guarded by room.mu
	audience     RoleSet
	subscription Subscription
	mutes        map[Source]bool
	tracks       []*Track
	slots        []*Slot // in the order of their m-lines
	hasPeer      bool    // a connection was made
	ready        bool    // the connection has been up
	state        PeerConnectionState
	detached     bool // nothing of it is forwarded any more
	leaving      bool // Leave has begun
	replaced     bool // by Rejoin: its states are nobody's business
	told         []SlotInfo

	// owned by who holds the turn
	peer *peer
}

func newParticipant(r *Room, id string, role Role) *Participant {
	ctx, cancel := context.WithCancel(context.Background())
	r.engine.counters.participants.Add(1)
	p := &Participant{
		id: id, role: role, room: r, log: r.log.With("participant", id, "role", role.String()),
		ctx: ctx, cancel: cancel, turn: make(chan struct{}, 1), left: make(chan struct{}),
		audience: defaultAudience(role), mutes: map[Source]bool{},
	}
	p.channel.p = p
	r.members[p] = struct{}{}
	return p
}

// ID is the id given to Join.
func (p *Participant) ID() string { return p.id }

// Role is the role given to Join.
func (p *Participant) Role() Role { return p.role }

// Tracks returns what the participant publishes.
func (p *Participant) Tracks() []*Track {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return append([]*Track(nil), p.tracks...)
}

// Slots returns what its slots carry, in the order of their m-lines.
func (p *Participant) Slots() []SlotInfo {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.slotInfosLocked()
}

// SSRC returns the SSRC of the slot of an m-line, 0 when there is none.
func (p *Participant) SSRC(mid string) uint32 {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	for _, s := range p.slots {
		if out := s.out.Load(); s.mid == mid && out != nil {
			return out.ssrc
		}
	}
	return 0
}

// SetSubscription selects what the participant receives.
func (p *Participant) SetSubscription(s Subscription) {
	s.Some = maps.Clone(s.Some)
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.subscription = s
	p.room.reconcileLocked()
}

// SetAudience says who may receive this participant's tracks, on the floor
// too. It holds from the next packet on: when it has returned, none is
// forwarded to a role outside of a. Taps are not affected.
func (p *Participant) SetAudience(a RoleSet) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.audience = a
	p.room.reconcileLocked()
}

// SetMuted drops the packets of a source at the server, also one that is
// published later. A tap does not see them either.
func (p *Participant) SetMuted(source Source, muted bool) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.mutes[source] = muted
	for _, t := range p.tracks {
		if t.source == source {
			t.muted.Store(muted)
		}
	}
	p.room.reconcileLocked()
}

// PublishLocal adds an in-process track. Only a microphone can be local.
func (p *Participant) PublishLocal(source Source) (*LocalSource, error) {
	if source != Microphone {
		return nil, ErrSource
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if p.detached || p.leaving {
		return nil, ErrLeft
	}
	t := p.addTrackLocked(source, "")
	return newLocalSource(t), nil
}

// addTrackLocked publishes a new track.
func (p *Participant) addTrackLocked(source Source, mid string) *Track {
	t := newTrack(p, source, mid)
	t.muted.Store(p.mutes[source])
	p.tracks = append(p.tracks, t)
	p.room.box.put(TrackAdded{P: p, Track: t})
	p.room.reconcileLocked()
	return t
}

// removeTrackLocked ends a track. The caller reconciles.
func (p *Participant) removeTrackLocked(t *Track) {
	if t.ended {
		return
	}
	t.ended = true
	for i, o := range p.tracks {
		if o == t {
			p.tracks = append(p.tracks[:i:i], p.tracks[i+1:]...)
			break
		}
	}
	if p.room.floor == t {
		p.room.floor = nil
	}
	close(t.gone)
	p.room.box.put(TrackRemoved{P: p, Track: t})
}

// Leave ends the participant: its tracks end, slots that carried them go idle,
// its connection closes, its goroutines are joined. It may be called more than
// once and by several goroutines; every call returns after the end.
func (p *Participant) Leave() {
	r := p.room
	r.mu.Lock()
	if p.leaving {
		r.mu.Unlock()
		<-p.left
		return
	}
	p.leaving = true
	p.detachLocked()
	r.reconcileLocked()
	r.mu.Unlock()

	p.cancel()
	p.turn <- struct{}{} // a negotiation under way ends first
	if p.peer != nil {
		p.peer.close()
	}
	p.readers.Wait()
	r.mu.Lock()
	p.setStateLocked(PeerClosed)
	delete(r.members, p)
	r.mu.Unlock()
	r.engine.counters.participants.Add(-1)
	close(p.left)
}

// detachLocked takes the participant out of the room.
func (p *Participant) detachLocked() {
	if p.detached {
		return
	}
	p.detached = true
	r := p.room
	for len(p.tracks) > 0 {
		p.removeTrackLocked(p.tracks[0])
	}
	for _, s := range p.slots {
		s.idleLocked()
	}
	p.slots = nil
	delete(r.participants, p.id)
	for i, o := range r.order {
		if o == p {
			r.order = append(r.order[:i:i], r.order[i+1:]...)
			break
		}
	}
}

// spawn runs f on a goroutine that Leave joins, unless leaving has begun.
func (p *Participant) spawn(f func()) bool {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if p.leaving {
		return false
	}
	p.readers.Go(f)
	return true
}

// setStateLocked posts a state that is new. A connection that is in-process
// has none.
func (p *Participant) setStateLocked(s PeerConnectionState) {
	if s == p.state || p.state == PeerClosed || !p.hasPeer || p.replaced {
		return
	}
	p.state = s
	if s == PeerConnected && !p.ready {
		p.ready = true
		p.room.reconcileLocked()
	}
	p.room.box.put(PeerState{P: p, State: s})
}

// newID returns an id for tracks and streams.
func newID(prefix string) string { return prefix + uuid.NewString()[:8] }
