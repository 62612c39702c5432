package agentbot

import (
	"context"
	"sync"
)

// Agent is the AI agent of one call. Its methods may be used by any goroutine;
// all but Boundary and Close post and return.
type Agent struct {
	// fixed after New
	cfg     Config
	engines Engines
	voice   Voice
	emit    func(Event)
	box     *mailbox
	cancel  context.CancelFunc
	wg      sync.WaitGroup
}

// New starts an agent in mode Silent at epoch 0. post takes its events in
// order, is called by the agent's goroutine and must not block. The agent runs
// until Close.
func New(cfg Config, e Engines, v Voice, post func(Event)) *Agent {
	ctx, cancel := context.WithCancel(context.Background())
	a := &Agent{cfg: cfg.withDefaults(), engines: e, voice: v, emit: post, box: newMailbox(4096), cancel: cancel}
	a.wg.Go(func() { a.run(ctx) })
	return a
}

// Hear starts transcribing a leg. It ends by itself with the ear.
func (a *Agent) Hear(leg Leg, ear Ear) { a.box.post(msgHear{leg, ear}, false) }

// SetMode changes what the agent does. epoch is the term its audio and text
// are made for from now on. history is nil, or the log from which its memory
// is made anew (return to the AI, resumption after a crash); then it does not
// greet. Ready answers each SetMode(Answer, …).
func (a *Agent) SetMode(mode Mode, epoch uint64, history []Line) {
	a.box.post(msgMode{mode, epoch, history}, false)
}

// Company makes the agent say something short while the caller waits:
// situation is one of willStart, willStartLong, failed, lost, returned,
// requested, stillWaiting; name is the human's.
func (a *Agent) Company(situation, name string) { a.box.post(msgCompany{situation, name}, false) }

// Typed gives the agent the text that a participant typed. A caller's is a
// turn. Guidance is from a human without the floor, for the AI only.
func (a *Agent) Typed(leg Leg, text string, guidance bool) {
	a.box.post(msgTyped{leg, text, guidance}, false)
}

// Speak says text verbatim, after what is being said.
func (a *Agent) Speak(text string) { a.box.post(msgSpeak{text}, false) }

// Interrupt stops what the agent says.
func (a *Agent) Interrupt(reason int) { a.box.post(msgInterrupt{reason}, false) }

// Control passes on what a client switches: 1102 voice interrupt on or off,
// 1105 push-to-talk on or off, 1106 to 1108 its start, finish and cancel.
func (a *Agent) Control(leg Leg, kind int, enable bool) {
	a.box.post(msgControl{leg, kind, enable}, false)
}

// Boundary returns at the next word boundary of what the agent says, at once
// when it says nothing, or when ctx ends.
func (a *Agent) Boundary(ctx context.Context) {}

// Close stops the agent and waits until nothing of it runs. It may be called
// twice.
func (a *Agent) Close() {
	a.cancel()
	a.wg.Wait()
}

type (
	msgHear struct {
		leg Leg
		ear Ear
	}
	msgMode struct {
		mode    Mode
		epoch   uint64
		history []Line
	}
	msgCompany struct{ situation, name string }
	msgTyped   struct {
		leg      Leg
		text     string
		guidance bool
	}
	msgSpeak     struct{ text string }
	msgInterrupt struct{ reason int }
	msgControl   struct {
		leg    Leg
		kind   int
		enable bool
	}
)

func (a *Agent) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.box.wake:
			a.box.take()
		}
	}
}
