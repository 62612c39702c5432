package sfu

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

// gatherTimeout bounds the wait for local candidates. With the shared sockets
// they are there at once.
const gatherTimeout = 2 * time.Second

// peer is a participant's connection. It is owned by who holds the
// participant's turn; Pion's callbacks only post.
type peer struct {
	// fixed
	p  *Participant
	pc *webrtc.PeerConnection

	// owned by who holds the participant's turn
	lines map[string]*line // by mid

	// guarded by room.mu
	abandoned bool // its states are not the participant's any more

	// guarded by mu
	mu       sync.Mutex
	answered bool // candidates found from now on are told as events
}

// line is an m-line as negotiated.
type line struct {
	kind            Kind
	sends, receives bool
	source          Source
	slot            *Slot
	sender          *webrtc.RTPSender
	track           *Track
}

// Negotiate answers an offer. The first one makes the connection; later ones
// restart ICE or add m-lines. publish names what each m-line that sends is; an
// m-line that was published before need not be named again. Errors are
// [*OfferError] for what the client did wrong, ErrLeft, or the context's.
func (p *Participant) Negotiate(ctx context.Context, offerSDP string, publish []Publication) (answerSDP string, err error) {
	o, refused := parseOffer(offerSDP)
	if refused != nil {
		p.room.engine.counters.offersRefused.Add(1)
		return "", refused
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	case <-p.ctx.Done():
		return "", ErrLeft
	}
	if p.ctx.Err() != nil {
		return "", ErrLeft
	}
	answerSDP, err = p.negotiate(ctx, o, offerSDP, publish)
	if _, ok := err.(*OfferError); ok { //nolint:errorlint // made here, never wrapped
		p.room.engine.counters.offersRefused.Add(1)
	}
	return answerSDP, err
}

func (p *Participant) negotiate(ctx context.Context, o *offer, offerSDP string, publish []Publication) (string, error) {
	before := map[string]Source{}
	if p.peer != nil {
		if err := p.peer.checkLines(o); err != nil {
			return "", err
		}
		for mid, l := range p.peer.lines {
			if l.sends {
				before[mid] = l.source
			}
		}
	}
	sources, refused := o.checkPublications(publish, before)
	if refused != nil {
		return "", refused
	}
	fresh := p.peer == nil
	if fresh {
		if err := p.connect(); err != nil {
			return "", err
		}
	}
	answer, err := p.peer.answer(ctx, o, offerSDP, sources)
	if err != nil {
		p.peer.abandon(fresh)
		return "", err
	}
	p.incoming.flush(p.peer.pc)
	return answer, nil
}

// checkLines refuses changes of m-lines that a fixed slot does not make.
func (x *peer) checkLines(o *offer) *OfferError {
	inOffer := map[string]bool{}
	for _, l := range o.lines {
		inOffer[l.mid] = true
		was, known := x.lines[l.mid]
		switch {
		case !known, !l.sends && !l.receives:
		case was.kind != l.kind:
			return refuse("m-line %q was %s and cannot become %s", l.mid, was.kind, l.kind)
		case was.sends != l.sends || was.receives != l.receives:
			return refuse("m-line %q changed its direction; add an m-line instead", l.mid)
		}
	}
	for mid := range x.lines {
		if !inOffer[mid] {
			return refuse("m-line %q is missing; an offer repeats all m-lines of the one before", mid)
		}
	}
	return nil
}

// connect makes the connection and sets all callbacks.
func (p *Participant) connect() error {
	pc, err := p.room.engine.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return fmt.Errorf("sfu: peer connection: %w", err)
	}
	x := &peer{p: p, pc: pc, lines: map[string]*line{}}
	pc.OnTrack(x.onTrack)
	pc.OnDataChannel(p.channel.accept)
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			return
		}
		x.mu.Lock()
		answered := x.answered
		x.mu.Unlock()
		if answered {
			p.room.box.put(LocalCandidate{P: p, Candidate: c.ToJSON()})
		}
	})
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) {
		// Pion calls each time on a goroutine of its own, so the calls may
		// overtake one another. The state is read under the lock instead.
		p.room.mu.Lock()
		defer p.room.mu.Unlock()
		if x.abandoned {
			return
		}
		switch pc.ConnectionState() {
		case webrtc.PeerConnectionStateConnected:
			p.setStateLocked(PeerConnected)
		case webrtc.PeerConnectionStateDisconnected:
			p.setStateLocked(PeerDisconnected)
		case webrtc.PeerConnectionStateFailed:
			p.setStateLocked(PeerFailed)
		case webrtc.PeerConnectionStateClosed:
			p.setStateLocked(PeerClosed)
		}
	})
	// The client's goodbye. It ends the data transport, if there is one;
	// without one the client is missed after the ICE timeout.
	pc.SCTP().OnClose(func(error) {
		p.spawn(func() { _ = ClosePeer(pc) })
	})
	p.peer = x
	p.room.engine.counters.peers.Add(1)
	p.room.mu.Lock()
	p.hasPeer = true
	p.room.mu.Unlock()
	return nil
}

// answer applies an offer that was checked.
func (x *peer) answer(ctx context.Context, o *offer, offerSDP string, sources map[string]Source) (string, error) {
	added, err := x.prepare(o)
	if err != nil {
		return "", err
	}
	if err := x.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offerSDP}); err != nil {
		return "", &OfferError{Message: "the offer cannot be applied", Cause: err}
	}
	answer, err := x.pc.CreateAnswer(nil)
	if err != nil {
		return "", &OfferError{Message: "the offer cannot be answered", Cause: err}
	}
	x.mu.Lock()
	x.answered = false
	x.mu.Unlock()
	// The tracks are there before Pion can read a packet of them.
	x.publish(o, sources)
	gathered := webrtc.GatheringCompletePromise(x.pc)
	if err := x.pc.SetLocalDescription(answer); err != nil {
		return "", &OfferError{Message: "the answer cannot be applied", Cause: err}
	}
	timer := time.NewTimer(gatherTimeout)
	defer timer.Stop()
	select {
	case <-gathered:
	case <-timer.C:
	case <-ctx.Done():
		return "", ctx.Err()
	case <-x.p.ctx.Done():
		return "", ErrLeft
	}
	x.mu.Lock()
	x.answered = true
	x.mu.Unlock()
	for _, l := range added {
		if l.sender != nil {
			x.readReports(l)
		}
	}
	return x.pc.LocalDescription().SDP, nil
}

// prepare makes a sender for each new m-line that the client receives and ties
// it to its m-line, so that Pion does not have to guess.
func (x *peer) prepare(o *offer) (added []*line, err error) {
	for _, l := range o.lines {
		if x.lines[l.mid] != nil {
			continue
		}
		n := &line{kind: l.kind, sends: l.sends, receives: l.receives}
		if l.receives {
			n.slot = newSlot(x.p, l.mid, l.kind, x.isFloor(l.kind, added))
			init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
			if l.sends {
				init.Direction = webrtc.RTPTransceiverDirectionSendrecv
			}
			t, err := x.pc.AddTransceiverFromTrack(n.slot, init)
			if err != nil {
				return nil, fmt.Errorf("sfu: transceiver: %w", err)
			}
			if err := t.SetMid(l.mid); err != nil {
				return nil, fmt.Errorf("sfu: transceiver: %w", err)
			}
			n.sender = t.Sender()
		}
		x.lines[l.mid] = n
		added = append(added, n)
	}
	return added, nil
}

// isFloor says whether the next slot of a kind is the floor slot.
func (x *peer) isFloor(kind Kind, added []*line) bool {
	if x.p.role != Caller || kind != Audio {
		return false
	}
	for _, l := range x.lines {
		if l.slot != nil && l.slot.floor {
			return false
		}
	}
	for _, l := range added {
		if l.slot != nil && l.slot.floor {
			return false
		}
	}
	return true
}

// publish brings the participant's slots and tracks in line with the offer.
func (x *peer) publish(o *offer, sources map[string]Source) {
	p, r := x.p, x.p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.detached {
		return
	}
	var slots []*Slot
	for _, l := range o.lines {
		now := x.lines[l.mid]
		if !l.sends && !l.receives && (now.sends || now.receives) {
			now.sends, now.receives = false, false
			if now.slot != nil {
				now.slot.idleLocked()
			}
			if now.track != nil {
				p.removeTrackLocked(now.track)
			}
			continue
		}
		if now.slot != nil {
			slots = append(slots, now.slot)
		}
		if now.sends && now.track == nil {
			now.source = sources[l.mid]
			now.track = p.addTrackLocked(now.source, l.mid)
		}
	}
	p.slots = slots
	r.reconcileLocked()
}

// abandon ends a negotiation that failed. A first one leaves nothing behind,
// so that the client may try again; a later one cannot be undone in Pion, so
// the connection is given up.
func (x *peer) abandon(fresh bool) {
	p, r := x.p, x.p.room
	if !fresh {
		r.mu.Lock()
		p.setStateLocked(PeerFailed)
		r.mu.Unlock()
		return
	}
	r.mu.Lock()
	x.abandoned = true
	for _, l := range x.lines {
		if l.track != nil {
			p.removeTrackLocked(l.track)
		}
		if l.slot != nil {
			l.slot.idleLocked()
		}
	}
	p.slots, p.hasPeer, p.ready, p.state = nil, false, false, PeerNew
	r.reconcileLocked()
	r.mu.Unlock()
	x.close()
	p.peer = nil
}

// close closes the connection and joins Pion's goroutines.
func (x *peer) close() {
	if err := ClosePeer(x.pc); err != nil {
		x.p.log.Debug("peer connection closed", "error", err)
	}
	x.p.room.engine.counters.peers.Add(-1)
}
