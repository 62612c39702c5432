package simulate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/relevo/relevo/signaling/wire"
)

// conversation is one call as its script sees it.
type conversation struct {
	*run
	index     int
	caller    *party
	human     *party
	observers []*party
	floor     *floorEar
	random    *rand.Rand
}

var errNoReply = errors.New("the AI said nothing")

const (
	utterance  = 1200 * time.Millisecond
	replyWait  = 6 * time.Second
	joinWithin = 30 * time.Second
)

// enterAll creates a call and brings everybody in.
func (s *run) enterAll(ctx context.Context, index int) (*conversation, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, joinWithin, errors.New("joining took too long"))
	defer cancel()
	c := &conversation{run: s, index: index, random: rand.New(rand.NewPCG(uint64(index), 7))}
	created, err := s.rest.createCall(ctx)
	if err != nil {
		return nil, fmt.Errorf("create: %w", err)
	}
	if c.floor, err = newFloorEar(); err != nil {
		return nil, err
	}
	callerID, humanID := uint32(2*index+1), uint32(2*index+2)
	if c.caller, err = s.enter(ctx, partySpec{url: created.WSURL, token: created.Token, slots: 1, speaks: s.caller, who: callerID, floor: c.floor}); err != nil {
		return nil, fmt.Errorf("caller: %w", err)
	}
	for i := range s.o.Observers {
		t, err := s.rest.token(ctx, created.CallID, wire.RoleObserver, fmt.Sprintf("Observer %d", i+1))
		if err == nil {
			var p *party
			if p, err = s.enter(ctx, partySpec{url: t.WSURL, token: t.Token, slots: 3}); err == nil {
				c.observers = append(c.observers, p)
			}
		}
		if err != nil {
			c.leaveAll()
			return nil, fmt.Errorf("observer: %w", err)
		}
	}
	if s.o.Takeovers > 0 {
		t, err := s.rest.token(ctx, created.CallID, wire.RoleHuman, fmt.Sprintf("Human %d", index+1))
		if err == nil {
			c.human, err = s.enter(ctx, partySpec{url: t.WSURL, token: t.Token, slots: 2, speaks: s.human, who: humanID})
		}
		if err != nil {
			c.leaveAll()
			return nil, fmt.Errorf("human: %w", err)
		}
	}
	return c, nil
}

// leaveAll hangs up. Microphones stop first, so that what was sent has arrived
// when the ears are closed.
func (c *conversation) leaveAll() {
	parties := append([]*party{c.caller, c.human}, c.observers...)
	for _, p := range parties {
		if p != nil {
			p.quiet()
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = c.pause(ctx, 200*time.Millisecond)
	if c.caller != nil {
		if err := c.caller.Call(ctx, wire.MethodHangup, nil, nil); err != nil {
			c.report.fail("hangup", err)
		}
	}
	for _, p := range parties {
		if p != nil {
			c.leave(p)
		}
	}
}

// play is the script: an equal share of the time before each takeover, with the
// human, and after.
func (c *conversation) play(ctx context.Context) error {
	end := c.clock() + c.o.Duration
	share := c.o.Duration / time.Duration(2*c.o.Takeovers+1)
	heard := c.floor.listen()
	_ = c.await(ctx, heard, replyWait) // the greeting, where there is one
	for range c.o.Takeovers {
		if err := c.talk(ctx, c.clock()+share); err != nil {
			return err
		}
		if err := c.takeOver(ctx, c.clock()+share); err != nil {
			return err
		}
	}
	return c.talk(ctx, end)
}

// talk speaks with the AI until the moment given.
func (c *conversation) talk(ctx context.Context, until time.Duration) error {
	for c.clock() < until {
		if err := c.exchange(ctx); err != nil {
			return err
		}
		if err := c.pause(ctx, time.Second+time.Duration(c.random.IntN(1000))*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// exchange says something, measures how soon the AI stops, where it was
// speaking, and how soon it answers.
func (c *conversation) exchange(ctx context.Context) error {
	speaking := c.clock()-c.floor.ai() < 100*time.Millisecond
	said, err := c.caller.voice.speak(ctx, utterance)
	if err != nil {
		return err
	}
	stopped := c.floor.ai()
	quiet := said.last-stopped >= pauseTime
	heard := c.floor.listen()
	if speaking && quiet {
		c.report.note(func(r *Report) { r.BargeInStop.add(stopped - said.first) })
	} else if speaking {
		c.report.note(func(r *Report) { r.BargeInsIgnored++ })
	}
	err = c.await(ctx, heard, replyWait)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		c.report.note(func(r *Report) { r.RepliesMissed++ })
	case quiet:
		at := c.floor.heardAt()
		c.report.note(func(r *Report) { r.EndOfSpeechToAI.add(at - said.last) })
	}
	return nil
}

func (c *conversation) await(ctx context.Context, ch <-chan struct{}, within time.Duration) error {
	t := time.NewTimer(within)
	defer t.Stop()
	select {
	case <-ch:
		return nil
	case <-t.C:
		return errNoReply
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// takeOver lets the human claim the call in the middle of the AI's speech, talk
// until the moment given, and give it back.
func (c *conversation) takeOver(ctx context.Context, until time.Duration) error {
	for range 5 { // until there is something to be cut
		if c.clock()-c.floor.ai() < 60*time.Millisecond {
			break
		}
		if err := c.exchange(ctx); err != nil {
			return err
		}
		if err := c.pause(ctx, time.Duration(200+c.random.IntN(600))*time.Millisecond); err != nil {
			return err
		}
	}
	heard := c.floor.awaitHuman(c.human.voice.who)
	claimed := c.clock()
	if err := c.human.Call(ctx, wire.MethodTakeover, wire.Takeover{TakeoverMode: wire.ModeOwnVoice}, nil); err != nil {
		return c.takeoverFailed(fmt.Errorf("takeover: %w", err))
	}
	if err := c.await(ctx, heard, 5*time.Second); err != nil {
		return c.takeoverFailed(errors.New("the human was not heard within 5 s of being connected"))
	}
	for c.clock() < until {
		if _, err := c.human.voice.speak(ctx, utterance); err != nil {
			return err
		}
		if _, err := c.caller.voice.speak(ctx, utterance); err != nil {
			return err
		}
	}
	c.report.takeover(claimed, c.floor.endCut())
	if err := c.human.Call(ctx, wire.MethodReturn, nil, nil); err != nil {
		return fmt.Errorf("return: %w", err)
	}
	return nil
}

func (c *conversation) takeoverFailed(err error) error {
	c.floor.endCut()
	c.report.note(func(r *Report) { r.TakeoversFailed++ })
	return err
}
