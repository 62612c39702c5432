package sfu

import (
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
)

// Room is the participants of one call and who receives whom. Its methods may
// be called from any goroutine.
type Room struct {
	// fixed
	id     string
	engine *Engine
	log    *slog.Logger
	box    *mailbox
	done   chan struct{} // closed when Close has finished

	// epoch of the floor; written under mu, read by LocalSource.Write.
	epoch atomic.Uint64

	// guarded by mu
	mu           sync.Mutex
	participants map[string]*Participant
	order        []*Participant            // who has been there longest first
	members      map[*Participant]struct{} // all whose Leave has not finished
	floor        *Track
	closed       bool
}

func newRoom(e *Engine, id string, post func(Event)) *Room {
	r := &Room{
		id: id, engine: e, log: e.log.With("room", id),
		box: newMailbox(post), done: make(chan struct{}), participants: map[string]*Participant{},
		members: map[*Participant]struct{}{},
	}
	go r.box.run()
	return r
}

// ID is the id given to NewRoom.
func (r *Room) ID() string { return r.id }

// Join adds a participant of the given role. The id must be free.
func (r *Room) Join(id string, role Role) (*Participant, error) {
	if !role.valid() {
		return nil, fmt.Errorf("%w: %d", ErrRole, role)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrRoomClosed
	}
	if r.participants[id] != nil {
		return nil, fmt.Errorf("%w: %q", ErrDuplicate, id)
	}
	p := newParticipant(r, id, role)
	r.participants[id] = p
	r.order = append(r.order, p)
	return p, nil
}

// Rejoin puts a new participant in the place of old: same id, role, place in
// the order, audience and subscription, no tracks and no connection. It serves
// a client that starts over. From then on nothing of old is forwarded and it
// posts no more states; the caller still has to call old.Leave.
func (r *Room) Rejoin(old *Participant) (*Participant, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrRoomClosed
	}
	if old.room != r || r.participants[old.id] != old {
		return nil, ErrLeft
	}
	p := newParticipant(r, old.id, old.role)
	p.audience, p.subscription, p.mutes = old.audience, old.subscription, maps.Clone(old.mutes)
	at := 0
	for i, o := range r.order {
		if o == old {
			at = i
		}
	}
	old.replaced = true
	old.detachLocked()
	r.participants[p.id] = p
	r.order = append(r.order, nil)
	copy(r.order[at+1:], r.order[at:])
	r.order[at] = p
	r.reconcileLocked()
	return p, nil
}

// Participant returns the participant of the given id, or nil.
func (r *Room) Participant(id string) *Participant {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.participants[id]
}

// GiveFloor makes track what the callers' floor slots carry from the next
// packet on; nil is silence. It opens the term epoch: local frames of another
// epoch are refused from this moment. An epoch lower than the present one is
// ErrStaleEpoch; the present one gives the floor anew within its term. The
// audience of the track's participant still applies: a caller outside of it
// hears nothing.
func (r *Room) GiveFloor(track *Track, epoch uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return ErrRoomClosed
	case epoch < r.epoch.Load():
		return fmt.Errorf("%w: %d is given, %d was asked", ErrStaleEpoch, r.epoch.Load(), epoch)
	case track != nil && (track.owner.room != r || track.ended):
		return ErrTrackEnded
	case track != nil && track.kind != Audio:
		return ErrSource
	}
	r.epoch.Store(epoch) // before the slots change: a stale frame that slips past finds its binding gone
	r.floor = track
	r.reconcileLocked()
	return nil
}

// Floor returns who holds the floor, nil for nobody, and its epoch.
func (r *Room) Floor() (*Track, uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.floor, r.epoch.Load()
}

// Close ends the room: everyone leaves and all goroutines are joined. It may
// be called more than once, but not from post.
func (r *Room) Close() {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		<-r.done
		return
	}
	r.closed = true
	var wg sync.WaitGroup
	for p := range r.members {
		wg.Go(p.Leave)
	}
	r.mu.Unlock()
	wg.Wait()
	r.box.close()
	r.engine.forget(r)
	close(r.done)
}
