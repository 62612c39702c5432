package call

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// BeatEvery is how often a server says in the store that it is there.
const BeatEvery = 5 * time.Second

// Resumed counts what a server that starts found.
type Resumed struct {
	Calls int // go on
	Ended int // were ended: too late, or nobody could go on with them
}

// ResumeCalls goes on with the calls of a server that was killed, and ends those
// with which nobody goes on. It is for a server that starts, before it serves,
// and once; from then on the hub says in the store that it is there.
func (h *Hub) ResumeCalls(ctx context.Context) (Resumed, error) {
	places := h.cfg.Places
	if places == nil {
		n, err := h.SealAbandoned(ctx)
		return Resumed{Ended: n}, err
	}
	var found Resumed
	last, err := places.LastBeat(ctx)
	if err != nil {
		return found, err
	}
	if time.Since(last) <= h.cfg.ReviveWithin {
		if found.Calls, err = h.reviveAll(ctx); err != nil {
			return found, err
		}
	}
	// Also those that could not be made again.
	if found.Ended, err = h.SealAbandoned(ctx); err != nil {
		return found, err
	}
	if err := h.sweepPlaces(ctx); err != nil {
		return found, err
	}
	if err := places.Beat(ctx, time.Now()); err != nil {
		return found, err
	}
	h.beats.Go(h.beat)
	return found, nil
}

// beat says now and then that the server is there.
func (h *Hub) beat() {
	tick := time.NewTicker(BeatEvery)
	defer tick.Stop()
	for failing := false; ; {
		select {
		case <-h.stop:
			return
		case now := <-tick.C:
			ctx, cancel := context.WithTimeout(context.Background(), BeatEvery)
			err := h.cfg.Places.Beat(ctx, now)
			cancel()
			if err != nil && !failing {
				h.cfg.Log.Warn("the store does not take the server's sign of life: its calls would not survive a restart", "error", err)
			}
			failing = err != nil
		}
	}
}

// sweepPlaces forgets the places of calls that are over.
func (h *Hub) sweepPlaces(ctx context.Context) error {
	calls, err := h.cfg.Places.PlaceCalls(ctx)
	if err != nil {
		return err
	}
	for _, id := range calls {
		if _, live := h.Get(id); live {
			continue
		}
		if err := h.cfg.Places.ForgetPlaces(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// everyLive is more than a server has calls.
const everyLive = 1 << 20

func (h *Hub) reviveAll(ctx context.Context) (int, error) {
	records, err := h.cfg.Store.Calls(ctx, transcripts.Filter{Live: true, Limit: everyLive})
	if err != nil {
		return 0, err
	}
	var revived []*Call
	for _, r := range records {
		c, err := h.revive(ctx, r)
		if err != nil {
			h.cfg.Log.Error("a call cannot go on after the restart", "call", r.ID, "error", err)
			continue
		}
		revived = append(revived, c)
	}
	// The plain line is as it was: who waits longest is next, and before them who
	// waits again.
	slices.SortFunc(revived, func(a, b *Call) int { return a.requests.Compare(b.requests) })
	for _, c := range revived {
		if c.machine.State == takeover.Pending && c.cfg.Desk == nil {
			h.enqueue(c, c.again)
			c.askLater()
		}
	}
	for _, c := range revived {
		h.mu.Lock()
		h.calls[c.id] = c
		h.mu.Unlock()
		go c.run()
	}
	return len(revived), nil
}

// revive makes a call of its record, its log and its places, and takes it over
// from the server that is gone. It does not run yet.
func (h *Hub) revive(ctx context.Context, r transcripts.Call) (*Call, error) {
	was, ok := takeover.ParseState(r.State)
	if !ok {
		return nil, fmt.Errorf("unknown state %q", r.State)
	}
	entries, err := h.wholeLog(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	kept, err := h.cfg.Places.Places(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	made := callPlace{Bot: newID("ai_")}
	if data := kept[""]; data != nil {
		if err := json.Unmarshal(data, &made); err != nil {
			return nil, fmt.Errorf("its place: %w", err)
		}
	}
	delete(kept, "")
	c, err := h.prepare(Spec{ID: r.ID, Meta: r.Meta, Greeting: made.Greeting, Language: made.Language, ExternalAgent: made.ExternalAgent}, made.Bot, r.Created)
	if err != nil {
		return nil, err
	}
	p := recall(r.Created, entries)
	p.stands(was, r.StateAt)
	c.remembers(entries)
	c.revived = true
	c.claim, c.reason, c.requests, c.again = r.Claim, r.Reason, p.wanted, p.wanted.After(p.request.Start)
	c.request++ // the one that it goes on with, if any
	c.assist.email, c.assist.emailAt, c.assist.emailWas = p.email, p.emailAt, p.email != ""
	if c.assist.brief = p.brief; p.brief != nil {
		c.assist.written, c.assist.summary = string(raw(p.brief)), p.brief.Summary
		c.briefNow.Store(p.brief)
	}
	e, err := c.takeFromTheDead(ctx, r, takeover.Machine{State: was, Queued: p.queued && was == takeover.WillStart})
	if err == nil {
		err = c.seat(kept, p)
	}
	if err != nil {
		c.abandon()
		return nil, err
	}
	if c.machine.State == was {
		c.stateAt = p.since
	} else {
		c.stateAt = e.Start
	}
	c.openRecorder()
	c.startsAnew(p)
	return c, nil
}

func (h *Hub) wholeLog(ctx context.Context, id string) (all []transcripts.Entry, err error) {
	const portion = 1000
	for after := int64(0); ; {
		list, err := h.cfg.Store.Entries(ctx, id, after, portion)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
		if len(list) < portion {
			return all, nil
		}
		after = list[len(list)-1].Seq
	}
}

// remembers takes in the log.
func (c *Call) remembers(entries []transcripts.Entry) {
	c.entries = entries
	for i := range entries {
		e := &entries[i]
		if e.SpeakerID != "" {
			c.names[e.SpeakerID] = speaker{wire.Role(e.Role), e.Name}
		}
		c.remember(*e)
		if e.Kind != transcripts.KindEvent && !e.Private {
			c.lastLine = &wire.LastLine{Role: wire.Role(e.Role), Name: e.Name, Text: e.Text, End: true}
		}
	}
}

// takeFromTheDead writes that the call goes on here, unless it is elsewhere than
// the record says. From then on the call is in the state after it.
func (c *Call) takeFromTheDead(ctx context.Context, r transcripts.Call, was takeover.Machine) (transcripts.Entry, error) {
	next, effects, ok := was.Step(takeover.Restart)
	if !ok {
		return transcripts.Entry{}, fmt.Errorf("a call in state %v cannot go on", was.State)
	}
	has := func(e takeover.Effect) bool { return slices.Contains(effects, e) }
	c.machine = next
	// The dead server may have begun the next term without having written it.
	c.epoch = r.Epoch + 2
	if has(takeover.NextEpoch) {
		c.epoch++
	}
	now := time.Now()
	data := restartData{State: next.State.String()}
	if has(takeover.TellEnded) {
		data.From, data.Reason = c.claim.UID, "restarted"
	}
	switch {
	case has(takeover.VoidClaim):
		c.claim = noClaim
		data.Reason = "returned"
	case has(takeover.TellWillStart):
		// To who is in the call it is a takeover of its own; the key stays, so that
		// a claim that is repeated is the same.
		c.claim.UID = newID("tk_")
		data.UID, data.Mode, data.Name, data.Avatar = c.claim.UID, wire.TakeoverMode(c.claim.Mode), c.claim.Name, c.claim.Avatar
	}
	if next.State == takeover.AI {
		c.reason = ""
	}
	c.holder = c.botID
	e, err := c.cfg.Store.Transition(ctx, transcripts.Transition{CallID: c.id, FromState: r.State, FromEpoch: r.Epoch,
		ToState: next.State.String(), ToEpoch: c.epoch, Holder: c.holder, Claim: c.claim, Reason: c.reason,
		Entry: transcripts.Entry{CallID: c.id, Kind: transcripts.KindEvent, Start: now, Epoch: c.epoch, Event: "restarted", Data: raw(data)}})
	if err != nil {
		return e, err
	}
	c.entries = append(c.entries, e)
	c.stored = storedState{next.State.String(), c.epoch}
	return e, nil
}

// restartData is what the entry "restarted" says: where the call goes on, which
// takeover has ended with the server (From), and which has begun.
type restartData struct {
	State  string            `json:"state"`
	From   string            `json:"from,omitempty"`
	Reason string            `json:"reason,omitempty"`
	UID    string            `json:"takeoverUid,omitempty"`
	Mode   wire.TakeoverMode `json:"takeoverMode"`
	Name   string            `json:"name,omitempty"`
	Avatar string            `json:"avatar,omitempty"`
}

// seat gives the members their places back, without sockets and media.
func (c *Call) seat(kept map[string][]byte, p past) error {
	for id, data := range kept {
		var k memberPlace
		if err := json.Unmarshal(data, &k); err != nil {
			return fmt.Errorf("the place of %s: %w", id, err)
		}
		m := &member{id: id, claims: k.Claims, role: k.Role, sub: k.Subscribe, resume: k.Resume, before: k.Before, joined: k.Joined, revived: true}
		m.lostAt, m.channelAt = c.lastSeq()-1, c.lastSeq()-1 // before "restarted"
		m.listed = m.role == wire.RoleCaller
		c.order = append(c.order, m)
	}
	slices.SortFunc(c.order, func(a, b *member) int {
		return cmp.Or(a.joined.Compare(b.joined), cmp.Compare(a.id, b.id))
	})
	for _, m := range c.order {
		part, err := c.room.Join(m.id, sfuRole(m.role))
		if err != nil {
			return err
		}
		m.p = part
		part.SetSubscription(sfuSubscription(m.sub))
		if m.role != wire.RoleCaller {
			part.SetAudience(sfu.Nobody)
		}
		c.members[m.id] = m
		c.names[m.id] = speaker{m.role, m.name()}
		c.checkHealth(m)
	}
	return nil
}

// startsAnew starts what a call has running besides its goroutine, and tells the
// desk that it is there.
func (c *Call) startsAnew(p past) {
	if c.spec.ExternalAgent {
		c.bot.SetAudience(sfu.Nobody)
		c.after(timerAgent, c.cfg.AgentWithin, func() { c.standIn("") })
	} else {
		c.giveFloorToAI()
	}
	if !c.hasCaller() {
		within, why := c.cfg.CallerWithin, "no caller"
		if p.caller {
			within, why = c.cfg.ResumeWithin, restarted
		}
		c.after(timerCaller, within, func() { c.hangup(why) })
	}
	if c.machine.State == takeover.WillStart {
		c.awaitMedia()
	}
	if desk := c.cfg.Desk; desk != nil {
		var by *Claimant
		if c.claim.UID != "" {
			by = &Claimant{Identity: c.claim.Identity, Name: c.claim.Name, Avatar: c.claim.Avatar, Mode: wire.TakeoverMode(c.claim.Mode)}
		}
		desk.Resumed(c.id, c.machine.State.String(), p.asked(c), by)
	}
	c.publishInfo()
	c.summarise()
	c.log.Info("call goes on after a restart", "state", c.machine.State.String(), "members", len(c.order), "entries", len(c.entries))
}

// isBack: m has resumed at a server that took the call over from a dead one.
func (c *Call) isBack(m *member) {
	if !m.revived || m.back {
		return
	}
	m.back = true
	m.channelAt = min(m.channelAt, m.resumedAt) // there may have been several restarts
	c.entriesBySocketLater(m)
	switch m.role {
	case wire.RoleCaller:
		if c.answered || !c.oursAnswers() {
			return
		}
		c.answered = true
		c.goOn()
	case wire.RoleAgent:
		c.externalIsHere(m)
	}
}

// goOn lets our bot talk with a caller. With one who is back after a restart it
// talks on: it knows what was said, does not greet again, and explains the gap.
func (c *Call) goOn() {
	switch {
	case c.agentOut: // it is briefed when the human gives the call back
	case !c.revived || len(c.lines) == 0:
		c.answer()
	case c.machine.State == takeover.WillStart:
		c.botMode(BotCompany, c.epoch, c.history())
		c.company("restartedHuman", c.claim.Name)
	case c.machine.State == takeover.Pending:
		c.botMode(BotAnswer, c.epoch, c.history())
		c.company("restartedWaiting", "")
	default:
		c.botMode(BotAnswer, c.epoch, c.history())
		c.company("restarted", "")
	}
}
