package sfu

import "strings"

// Role is what a participant is in a call. Its values are bits, so that a
// [RoleSet] is their union.
type Role uint8

// The roles.
const (
	Caller   Role = 1 << iota // a customer: hears the floor
	Agent                     // an AI agent, in-process or external
	Human                     // a human agent
	Observer                  // listens only
)

func (r Role) String() string {
	switch r {
	case Caller:
		return "caller"
	case Agent:
		return "agent"
	case Human:
		return "human"
	case Observer:
		return "observer"
	}
	return "unknown"
}

// valid says whether r is exactly one role.
func (r Role) valid() bool {
	return r == Caller || r == Agent || r == Human || r == Observer
}

// RoleSet is a set of roles.
type RoleSet uint8

// The two ends of an audience.
const (
	Nobody   RoleSet = 0
	Everyone         = RoleSet(Caller | Agent | Human | Observer)
)

// Roles returns the set of the given roles.
func Roles(roles ...Role) RoleSet {
	var s RoleSet
	for _, r := range roles {
		s |= RoleSet(r)
	}
	return s
}

// Has says whether r is in the set.
func (s RoleSet) Has(r Role) bool { return s&RoleSet(r) != 0 }

func (s RoleSet) String() string {
	var names []string
	for _, r := range []Role{Caller, Agent, Human, Observer} {
		if s.Has(r) {
			names = append(names, r.String())
		}
	}
	if names == nil {
		return "nobody"
	}
	return strings.Join(names, "+")
}

// defaultAudience is who receives the tracks of a participant of role r until
// SetAudience says otherwise.
func defaultAudience(r Role) RoleSet {
	if r == Caller || r == Agent {
		return Everyone
	}
	return Nobody
}

// Source is what a track was captured from.
type Source string

// The sources. A microphone is audio, the others are video.
const (
	Microphone Source = "microphone"
	Camera     Source = "camera"
	Screen     Source = "screen"
)

// Kind is the media kind of a track, a slot or an m-line.
type Kind string

// The kinds.
const (
	Audio Kind = "audio"
	Video Kind = "video"
)

// kind of the media that s is captured as; "" for an unknown source.
func (s Source) kind() Kind {
	switch s {
	case Microphone:
		return Audio
	case Camera, Screen:
		return Video
	}
	return ""
}

// Publication says what an m-line of an offer sends.
type Publication struct {
	MID    string
	Source Source
}

// SubscriptionMode says how a [Subscription] selects.
type SubscriptionMode uint8

// The modes. The zero value is everything, which is every participant's
// default.
const (
	SubscribeAll SubscriptionMode = iota
	SubscribeNone
	SubscribeSome
)

// Want is what a participant wants of another one.
type Want struct{ Audio, Video bool }

// Subscription selects what a participant receives in its slots. It does not
// affect the floor slot: who holds the floor is decided for the caller.
// Naming someone who is not there, or media that is not published, is no
// error: it applies when they come.
type Subscription struct {
	Mode SubscriptionMode
	Some map[string]Want // by participant id; SubscribeSome only
}

// wants says whether s selects media of the given kind from a participant.
func (s Subscription) wants(participant string, k Kind) bool {
	switch s.Mode {
	case SubscribeAll:
		return true
	case SubscribeSome:
		w := s.Some[participant]
		return k == Audio && w.Audio || k == Video && w.Video
	}
	return false
}
