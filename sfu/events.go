package sfu

import (
	"sync"

	"github.com/pion/webrtc/v4"
)

// Event is what a room tells its owner; one of the types below. Events of a
// room are posted one after the other, in the order in which things happened.
type Event interface{ event() }

// TrackAdded tells a publication: the track exists, media may not have come
// yet.
type TrackAdded struct {
	P     *Participant
	Track *Track
}

// TrackRemoved tells the end of a track.
type TrackRemoved struct {
	P     *Participant
	Track *Track
}

// FirstMedia tells the first packet of a track.
type FirstMedia struct {
	P     *Participant
	Track *Track
}

// PeerState tells a new state of a participant's connection.
type PeerState struct {
	P     *Participant
	State PeerConnectionState
}

// LocalCandidate tells an ICE candidate that was found after the answer; the
// answer has those found before it.
type LocalCandidate struct {
	P         *Participant
	Candidate webrtc.ICECandidateInit
}

// DataOpen tells that the data channel can be sent on.
type DataOpen struct{ P *Participant }

// DataMessage tells a message from the data channel. Data is the receiver's to
// keep.
type DataMessage struct {
	P    *Participant
	Data []byte
}

// DataClosed tells the end of the data channel.
type DataClosed struct{ P *Participant }

// SlotsChanged tells what the slots of a participant carry from now on: all
// of them, in the order of their m-lines.
type SlotsChanged struct {
	P     *Participant
	Slots []SlotInfo
}

// SlotInfo is one slot. ParticipantID and Source are empty for a slot that is
// idle.
type SlotInfo struct {
	MID           string
	Kind          Kind
	ParticipantID string
	Source        Source
	Floor         bool // carries the floor and nothing else
}

func (TrackAdded) event()     {}
func (TrackRemoved) event()   {}
func (FirstMedia) event()     {}
func (PeerState) event()      {}
func (LocalCandidate) event() {}
func (DataOpen) event()       {}
func (DataMessage) event()    {}
func (DataClosed) event()     {}
func (SlotsChanged) event()   {}

// PeerConnectionState is the state of a participant's connection. The zero
// value is a connection that was never up.
type PeerConnectionState uint8

// The states.
const (
	PeerNew PeerConnectionState = iota
	PeerConnected
	PeerDisconnected // nothing heard for a moment; may recover by itself
	PeerFailed       // only an ICE restart helps
	PeerClosed       // ended by either side
)

func (s PeerConnectionState) String() string {
	return [...]string{"new", "connected", "disconnected", "failed", "closed"}[min(s, PeerClosed)]
}

// mailboxMessages bounds the data messages that wait in a mailbox. Other
// events are bounded by the number of participants and are never dropped.
const mailboxMessages = 1024

// mailbox carries events from the goroutines and callbacks where they happen
// to the one goroutine that posts them. put never blocks, so it may be called
// anywhere, under the room's lock too.
type mailbox struct {
	// fixed
	post func(Event)
	wake chan struct{} // capacity 1
	done chan struct{} // closed when run returns

	// guarded by mu
	mu       sync.Mutex
	queue    []Event
	messages int
	closed   bool
}

func newMailbox(post func(Event)) *mailbox {
	return &mailbox{post: post, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// put queues e and says whether it will be posted.
func (m *mailbox) put(e Event) bool {
	_, message := e.(DataMessage)
	m.mu.Lock()
	ok := !m.closed && (!message || m.messages < mailboxMessages)
	if ok {
		m.queue = append(m.queue, e)
		if message {
			m.messages++
		}
	}
	m.mu.Unlock()
	if ok {
		m.poke()
	}
	return ok
}

func (m *mailbox) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// run posts events until close was called and the queue is empty.
func (m *mailbox) run() {
	defer close(m.done)
	for range m.wake {
		m.mu.Lock()
		queue, closed := m.queue, m.closed
		m.queue, m.messages = nil, 0
		m.mu.Unlock()
		for _, e := range queue {
			m.post(e)
		}
		if closed {
			return
		}
	}
}

// close ends the mailbox after what is queued; it joins run.
func (m *mailbox) close() {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	m.poke()
	<-m.done
}
