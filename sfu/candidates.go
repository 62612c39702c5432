package sfu

import (
	"fmt"
	"strings"
	"sync"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// candidateQuota bounds the candidates a client may trickle in its life; ICE
// restarts use it too.
const candidateQuota = 500

// candidates are a client's trickled ICE candidates: kept until there is a
// connection, handed to it afterwards.
type candidates struct {
	// guarded by mu
	mu      sync.Mutex
	pc      *webrtc.PeerConnection
	waiting []webrtc.ICECandidateInit
	count   int
}

// AddCandidate takes a candidate of the client, before or after Negotiate. An
// empty one is the end of candidates. ErrCandidate is for one that is
// malformed or one too many.
func (p *Participant) AddCandidate(c webrtc.ICECandidateInit) error {
	if len(c.Candidate) > 1024 {
		return fmt.Errorf("%w: too long", ErrCandidate)
	}
	value := strings.TrimPrefix(c.Candidate, "candidate:")
	if value == "" {
		return nil // every pair is tried as it comes; nothing waits for the end
	}
	if _, err := ice.UnmarshalCandidate(value); err != nil {
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
	if p.ctx.Err() != nil {
		return ErrLeft
	}
	pc, err := p.incoming.admit(c)
	if err != nil || pc == nil {
		return err
	}
	return add(pc, c)
}

// admit counts a candidate and keeps it when there is no connection yet.
func (q *candidates) admit(c webrtc.ICECandidateInit) (*webrtc.PeerConnection, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.count >= candidateQuota || q.pc == nil && len(q.waiting) >= maxCandidates {
		return nil, fmt.Errorf("%w: too many", ErrCandidate)
	}
	q.count++
	if q.pc == nil {
		q.waiting = append(q.waiting, c)
	}
	return q.pc, nil
}

// flush hands what waited to the connection.
func (q *candidates) flush(pc *webrtc.PeerConnection) {
	q.mu.Lock()
	waiting := q.waiting
	q.pc, q.waiting = pc, nil
	q.mu.Unlock()
	for _, c := range waiting {
		_ = add(pc, c) // it was well-formed; nobody waits to hear more
	}
}

func add(pc *webrtc.PeerConnection, c webrtc.ICECandidateInit) error {
	if err := pc.AddICECandidate(c); err != nil {
		return fmt.Errorf("%w: %w", ErrCandidate, err)
	}
	return nil
}
