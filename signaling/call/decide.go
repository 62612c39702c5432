package call

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// decision is an event on its way into the machine.
type decision struct {
	event   takeover.Event
	reason  string
	details map[string]any    // more of a request, for the log
	by      *member           // who caused it, nil = the app or a clock
	claim   transcripts.Claim // for Claim; for others the claim they are about
	ofDesk  bool              // the desk took the human off: it is no news to it
	request uint64            // for the desk's Cancel: the request it is about, 0 = whichever
	reply   func(error)
}

const maxWaiting = 64

// decide takes an event. One transition is under way at a time: its effects are
// complete before the next event is looked at.
func (c *Call) decide(d decision) {
	if d.reply == nil {
		d.reply = func(error) {}
	}
	if d.event == takeover.Hangup {
		c.goodbye() // nobody waits for the disk to hear that the call is over
	}
	if c.moving {
		if len(c.waiting) >= maxWaiting && refusable(d.event) {
			d.reply(wire.Errorf(wire.KindRateLimited, "the call is busy changing hands, try again"))
			return
		}
		c.waiting = append(c.waiting, d)
		return
	}
	if d.claim.UID != "" && !claims(d.event) && d.claim.UID != c.claim.UID {
		d.reply(wire.Errorf(wire.KindConflict, "that takeover is over"))
		return
	}
	if !c.isRequest(d.request) {
		d.reply(wire.Errorf(wire.KindConflict, "that request is over"))
		return
	}
	next, effects, ok := c.machine.Step(d.event)
	if !ok {
		d.reply(c.refusal(d.event))
		return
	}
	if next.State == c.machine.State && len(effects) == 0 {
		from := c.machine.State
		c.setState(next)
		c.tellDesk(d, from, next.State)
		d.reply(nil)
		return
	}
	c.moving, c.underWay = true, d
	switch d.event {
	case takeover.Claim, takeover.HandOver:
		c.commit(d, next, effects, true)
	case takeover.MediaReady:
		c.atBoundary(func() { c.move(d, next, effects) })
	default:
		c.move(d, next, effects)
	}
}

// refusable are the events of people who can ask again; the others are facts.
func refusable(e takeover.Event) bool {
	return e == takeover.Request || e == takeover.Cancel || e == takeover.Claim || e == takeover.Release
}

// atBoundary runs fn at the end of the AI's word, BoundaryWithin later at most,
// unless the human has gone meanwhile.
func (c *Call) atBoundary(fn func()) {
	c.aside(func() {
		ctx, cancel := context.WithTimeout(c.ctx, c.cfg.BoundaryWithin)
		c.bot.Boundary(ctx)
		cancel()
		c.box.force(func() {
			if c.ending || !c.mediaReady() {
				c.moving = false
				c.nextDecision()
				return
			}
			fn()
		})
	})
}

// move does what is heard first, because people listen, and then what is
// written and told.
func (c *Call) move(d decision, next takeover.Machine, effects []takeover.Effect) {
	for _, e := range effects {
		c.hear(e, d)
	}
	if next.State == takeover.Ended {
		c.lastWords(func() { c.commit(d, next, effects, false) })
		return
	}
	c.afterCut(func() { c.commit(d, next, effects, false) })
}

// lastWords runs fn when all that was being said at the end of the call is in
// the log; 600 ms later at most.
func (c *Call) lastWords(fn func()) {
	for _, m := range c.order {
		if m.mic != nil {
			c.bot.Unhear(m.id)
		}
	}
	c.onLastWord = fn
	c.after("last words", 600*time.Millisecond, func() { c.lastWord(true) })
	c.lastWord(false)
}

func (c *Call) lastWord(late bool) {
	if c.onLastWord == nil || !late && slices.ContainsFunc(c.live, func(l *liveSentence) bool { return !l.final }) {
		return
	}
	c.stop("last words")
	fn := c.onLastWord
	c.onLastWord = nil
	fn()
}

// afterCut runs fn when the AI's last sentence of the old epoch is in the log,
// so that the log has it before the event that cut it; 100 ms later at most.
func (c *Call) afterCut(fn func()) {
	if !c.agentSentenceLive() {
		fn()
		return
	}
	c.onAgentFinal = fn
	c.after("cut", 100*time.Millisecond, c.agentFinal)
}

func (c *Call) agentFinal() {
	c.stop("cut")
	if fn := c.onAgentFinal; fn != nil {
		c.onAgentFinal = nil
		fn()
	}
}

// claims: the event brings a claim of its own.
func claims(e takeover.Event) bool { return e == takeover.Claim || e == takeover.HandOver }

// commit writes the transition and, when it is durable, tells it. A decisive
// one, a claim, is the store's decision: if it fails, nothing has happened.
// Any other has been heard already and holds, durable or not: the recorder
// goes on trying.
func (c *Call) commit(d decision, next takeover.Machine, effects []takeover.Effect, decisive bool) {
	claim, toEpoch := c.claim, c.epoch
	if claims(d.event) {
		claim = d.claim
	}
	stored := claim
	if !claimed(next.State) {
		stored = transcripts.Claim{}
	}
	holder := c.holder
	if d.event == takeover.HandOver {
		toEpoch, holder = c.epoch+2, d.by.id
	}
	reason := c.reason
	if d.event == takeover.Request {
		reason = d.reason
	} else if next.State == takeover.AI {
		reason = ""
	}
	now := time.Now()
	entry := transcripts.Entry{CallID: c.id, Kind: transcripts.KindEvent, Start: now, Epoch: toEpoch, Event: eventName(d.event, c.machine.State, next.State),
		SpeakerID: speakerOf(d), Role: roleOf(d), Name: claimName(d, claim), Data: c.eventData(d, claim)}
	var undo *transcripts.Transition
	if decisive {
		undo = &transcripts.Transition{CallID: c.id, FromState: next.State.String(), FromEpoch: toEpoch, ToState: c.stored.state, ToEpoch: c.epoch,
			Holder: c.holder, Claim: c.claim, Reason: c.reason, Entry: transcripts.Entry{CallID: c.id, Kind: transcripts.KindEvent, Start: now, Epoch: toEpoch,
				Event: "undone", Data: raw(map[string]string{"reason": "storage", "takeoverUid": claim.UID})}}
	}
	c.rec.submit(job{decisive: decisive, transition: &transcripts.Transition{CallID: c.id,
		FromState: c.stored.state, FromEpoch: c.stored.epoch, ToState: next.State.String(), ToEpoch: toEpoch,
		Holder: holder, Claim: stored, Reason: reason, Entry: entry},
		undo: undo,
		late: func(e transcripts.Entry) {
			c.box.force(func() { c.publishLate(e) })
		},
		done: func(e transcripts.Entry, err error) {
			c.box.force(func() { c.committed(d, next, effects, claim, reason, decisive, entry, e, err) })
		}})
	if !decisive {
		c.stored = storedState{next.State.String(), toEpoch}
	}
}

// storedState is where the store has the call once what is submitted is written.
type storedState struct {
	state string
	epoch uint64
}

func (c *Call) committed(d decision, next takeover.Machine, effects []takeover.Effect, claim transcripts.Claim, reason string, decisive bool, entry, e transcripts.Entry, err error) {
	if err != nil && decisive {
		c.moving = false
		d.reply(c.claimError(err))
		c.nextDecision()
		return
	}
	if err != nil {
		c.log.Error("a transition is not durable yet", "state", next.State.String(), "error", err)
		c.remember(entry)
		var conflict *transcripts.ConflictError
		if errors.As(err, &conflict) {
			c.stored = storedState{conflict.Current.State, conflict.Current.Epoch}
		}
	}
	if d.event == takeover.HandOver {
		c.swapHuman(claim)
	}
	if decisive {
		c.stored = storedState{next.State.String(), c.epoch}
	}
	from := c.machine.State
	c.claim, c.reason = claim, reason
	c.setState(next)
	c.tellDesk(d, from, next.State)
	c.hub.metrics.transition(next.State.String())
	if err == nil {
		c.publish(e)
	}
	for _, f := range effects {
		c.tellEffect(f, d, e.Seq)
	}
	c.announceState(d.reason, e.Seq)
	c.moving = false
	d.reply(nil)
	c.assistMoved(d)
	c.summarise()
	if claims(d.event) && d.by != nil && d.by.gone {
		// They left while the claim was being written.
		c.decide(decision{event: takeover.HumanLost, claim: c.claim, by: d.by, reason: "left"})
	}
	if c.ended {
		for _, w := range c.waiting {
			w.reply(errGone)
		}
		c.waiting = nil
		return
	}
	c.nextDecision()
}

func (c *Call) nextDecision() {
	for len(c.waiting) > 0 && !c.moving {
		d := c.waiting[0]
		c.waiting = c.waiting[1:]
		c.decide(d)
	}
}

func (c *Call) announceState(reason string, seq int64) {
	state := wire.CallState{State: c.machine.State.String(), Epoch: c.epoch, Holder: c.holder, Reason: reason, Seq: seq}
	c.announce(wire.NotifyCallState, wire.TypeCallState, state, nil)
}

// claimError is why a claim was refused, in the claimant's words.
func (c *Call) claimError(err error) error {
	var conflict *transcripts.ConflictError
	switch {
	case errors.As(err, &conflict):
		return taken(conflict.Current.Claim, conflict.Current.State)
	case errors.Is(err, transcripts.ErrFull), errors.Is(err, errOverloaded), errors.Is(err, context.DeadlineExceeded):
		return wire.Wrap(wire.KindStorage, err, "the takeover cannot be recorded, so it has not begun: the server's storage does not answer")
	}
	return wire.Wrap(wire.KindInternal, err, "the takeover could not be recorded")
}

func taken(claim transcripts.Claim, state string) error {
	e := wire.Errorf(wire.KindConflict, "the call cannot be taken over while it is in state %s", state)
	data := map[string]string{"state": state}
	if claim.UID != "" {
		e = wire.Errorf(wire.KindConflict, "%s already has this call", claim.Name)
		data["name"] = claim.Name
	}
	e.Data = data
	return e
}

// refusal says why the machine does not take an event now.
func (c *Call) refusal(event takeover.Event) error {
	if c.machine.State == takeover.Ended {
		return errGone
	}
	if event == takeover.Claim {
		return taken(c.claim, c.machine.State.String())
	}
	e := wire.Errorf(wire.KindConflict, "not possible while the call is in state %v", c.machine.State)
	e.Data = map[string]string{"state": c.machine.State.String()}
	return e
}

func claimed(s takeover.State) bool {
	return s == takeover.WillStart || s == takeover.Human || s == takeover.Returning
}

// eventName is what the log calls a transition.
func eventName(event takeover.Event, from, to takeover.State) string {
	switch {
	case event == takeover.Request:
		return "request"
	case event == takeover.Cancel:
		return "cancel"
	case from == takeover.WillStart && (to == takeover.AI || to == takeover.Pending):
		return "failed"
	case event == takeover.HumanLost:
		return "lost"
	case event == takeover.HandOver:
		return "handedOver"
	}
	return to.String()
}

func speakerOf(d decision) string {
	if d.by != nil {
		return d.by.id
	}
	return ""
}

func roleOf(d decision) string {
	if d.by != nil {
		return string(d.by.role)
	}
	return ""
}

func claimName(d decision, claim transcripts.Claim) string {
	if d.by != nil {
		return d.by.name()
	}
	return claim.Name
}

func (c *Call) eventData(d decision, claim transcripts.Claim) json.RawMessage {
	data := map[string]any{}
	maps.Copy(data, d.details)
	if d.event == takeover.HandOver {
		data["from"], data["fromName"] = c.claim.UID, c.claim.Name
	}
	if d.reason != "" {
		data["reason"] = d.reason
	}
	if claim.UID != "" {
		data["takeoverUid"], data["takeoverMode"], data["name"] = claim.UID, claim.Mode, claim.Name
		if claim.Avatar != "" {
			data["avatar"] = claim.Avatar
		}
	}
	if len(data) == 0 {
		return nil
	}
	return raw(data)
}
