package agentbot

import (
	"sync"
	"time"
)

// alarmKind names a thing that the conversation does later; each has at most
// one alarm.
type alarmKind int

const (
	alarmFiller  alarmKind = iota // the caller has waited too long
	alarmResume                   // a pause without words
	alarmCompany                  // nobody has spoken while a human connects
	alarmForce                    // a line has waited for the caller to finish
	alarmGreet                    // the caller's audio does not come
	alarmTool                     // a human was asked for without words
	alarmQuiet                    // the caller has been silent for long
	alarmCount
)

// alarm is set when timer is not nil. A late message of an alarm that was
// reset has another serial.
type alarm struct {
	timer  *time.Timer
	serial int
}

type msgAlarm struct {
	kind   alarmKind
	serial int
}

func (a *Agent) set(kind alarmKind, after time.Duration) {
	a.unset(kind)
	message := msgAlarm{kind, a.alarms[kind].serial}
	a.alarms[kind].timer = time.AfterFunc(max(after, 0), func() { a.box.post(message, false) })
}

func (a *Agent) unset(kind alarmKind) {
	if timer := a.alarms[kind].timer; timer != nil {
		timer.Stop()
		a.alarms[kind].timer = nil
	}
	a.alarms[kind].serial++
}

func (a *Agent) isSet(kind alarmKind) bool { return a.alarms[kind].timer != nil }

func (a *Agent) ring(kind alarmKind) {
	a.alarms[kind].timer = nil
	switch kind {
	case alarmFiller:
		a.filler()
	case alarmResume:
		a.resumeIfWordless()
	case alarmCompany:
		a.stillWaiting()
	case alarmForce:
		a.next()
	case alarmGreet:
		a.greet(true)
	case alarmQuiet:
		a.askSilent()
	case alarmTool:
		if a.idle() && a.mode.thinks() {
			a.company("requested", "")
		}
	}
}

// counters count what was lost, for Stats.
type counters struct {
	mu           sync.Mutex
	audioLost    uint64
	failures     map[string]uint64
	utterances   uint64
	interrupted  uint64
	falseAlarms  uint64
	preempted    uint64
	adopted      uint64
	discarded    uint64
	withheld     uint64
	refused      uint64
	unknownTools uint64
}

// Stats are an agent's counters.
type Stats struct {
	AudioLost    uint64            // frames that the recogniser was too slow for
	EventsLost   uint64            // partials and progress that nobody waited for
	Failures     map[string]uint64 // by engine
	Utterances   uint64
	Interrupted  uint64 // times the agent was cut
	FalseAlarms  uint64 // pauses without words
	Preempted    uint64 // replies that were begun before the turn was over,
	Adopted      uint64 // of which so many were right
	Discarded    uint64 // and so many were not
	Withheld     uint64 // sentences not said because they were guesses
	Refused      uint64 // sentences not said because they recited rules or held a secret
	UnknownTools uint64 // calls of tools that there are not
}

// Stats returns the counters. Any goroutine may ask.
func (a *Agent) Stats() Stats {
	c := &a.counters
	c.mu.Lock()
	defer c.mu.Unlock()
	failures := make(map[string]uint64, len(c.failures))
	for k, v := range c.failures {
		failures[k] = v
	}
	return Stats{
		AudioLost: c.audioLost, EventsLost: a.box.drops(), Failures: failures,
		Utterances: c.utterances, Interrupted: c.interrupted, FalseAlarms: c.falseAlarms,
		Preempted: c.preempted, Adopted: c.adopted, Discarded: c.discarded,
		Withheld: c.withheld, Refused: c.refused, UnknownTools: c.unknownTools,
	}
}

func (c *counters) add(n *uint64, by uint64) {
	c.mu.Lock()
	*n += by
	c.mu.Unlock()
}

func (c *counters) failed(engine string) {
	c.mu.Lock()
	if c.failures == nil {
		c.failures = make(map[string]uint64)
	}
	c.failures[engine]++
	c.mu.Unlock()
}
