package queue

import (
	"fmt"
	"strings"
)

// State is where a handoff stands.
type State uint8

// The states of a handoff.
const (
	StateNew        State = iota // not yet at the desk
	StatePending                 // in the line
	StateOffered                 // in the line, ringing at an agent
	StateClaimed                 // an agent has it, their media is awaited
	StateConnected               // a human has the floor
	StateConsulting              // the same, and a colleague is asked or has joined
	StateEnded                   // over, with an Outcome
	numStates
)

var stateNames = [numStates]string{"new", "pending", "offered", "claimed", "connected", "consulting", "ended"}

func (s State) String() string { return nameOf(stateNames[:], s) }

// MarshalText implements encoding.TextMarshaler.
func (s State) MarshalText() ([]byte, error) { return textOf(stateNames[:], s) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *State) UnmarshalText(b []byte) (err error) { *s, err = parse[State](stateNames[:], b); return }

// InLine says whether it waits for a human.
func (s State) InLine() bool { return s == StatePending || s == StateOffered }

// Held says whether a human claims or has it.
func (s State) Held() bool {
	return s == StateClaimed || s == StateConnected || s == StateConsulting
}

// Presence is what an agent is up to.
type Presence uint8

// The presences of an agent.
const (
	Offline   Presence = iota // not signed in, or their browser is dead
	Away                      // no offers; what they have goes on
	Available                 // nothing to do
	Ring                      // an offer rings
	Busy                      // has calls; more may come up to the capacity
	WrapUp                    // writes down the last call; no offers
	numPresences
)

var presenceNames = [numPresences]string{"offline", "away", "available", "ringing", "busy", "wrapUp"}

func (p Presence) String() string { return nameOf(presenceNames[:], p) }

// MarshalText implements encoding.TextMarshaler.
func (p Presence) MarshalText() ([]byte, error) { return textOf(presenceNames[:], p) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Presence) UnmarshalText(b []byte) (err error) {
	*p, err = parse[Presence](presenceNames[:], b)
	return
}

func nameOf[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "invalid"
}

func textOf[T ~uint8](names []string, v T) ([]byte, error) {
	if int(v) >= len(names) {
		return nil, fmt.Errorf("queue: no name for %d", v)
	}
	return []byte(names[v]), nil
}

func parse[T ~uint8](names []string, b []byte) (T, error) {
	for i, n := range names {
		if n == string(b) {
			return T(i), nil
		}
	}
	return 0, fmt.Errorf("queue: %q is none of %s", b, strings.Join(names, ", "))
}
