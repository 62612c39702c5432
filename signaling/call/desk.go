package call

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/relevo/relevo/sfu"
	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
)

// Desk is who brings humans to calls. Its methods post and return: a call's
// goroutine tells it what happens, in order. Without one a Hub keeps a plain
// line of its own and rings at nobody.
type Desk interface {
	// Request: a human is asked for. Wait or Drop follows. The same No again: the
	// app has another priority, or other needs.
	Request(callID string, r HumanRequest)
	// Amend: more has become known of the request: a brief, in a few lines.
	Amend(callID, brief string)
	// Cancelled: they are no longer wanted.
	Cancelled(callID, why string)
	// KeepWaiting answers the question of a Wait, or says that a human who is
	// being connected unasked is wanted after all.
	KeepWaiting(callID string)
	// Claimed: a human claims the call, by the desk's Claim or without it, or has
	// been handed it.
	Claimed(callID string, by Claimant)
	Connected(callID string)     // the human has the floor
	Failed(callID, why string)   // the claim came to nothing
	Lost(callID string)          // the human is gone, another is wanted
	Returned(callID, why string) // the AI has the call again
	Ended(callID string)         // the call is over
	// Resumed: the call goes on after a restart of the server. state is pending,
	// with the request, willStart, with who claims it, or ai.
	Resumed(callID, state string, r HumanRequest, by *Claimant)
}

// HumanRequest is what a call knows of a wish for a human.
type HumanRequest struct {
	No       uint64 // counts the requests of the call: a Wait, or Drop, of another is stale
	Reason   string
	Detail   string // more of it, for people
	Caller   string // their name
	Email    string
	Priority int    // said by the app, 1 to 4; 0: nobody has said
	Skill    string // said by the app
	Language string // that the caller speaks, or else that the app said
	Words    string // the caller's, the last 8,000 bytes of them, a line each
	Meta     []byte // the app's

	Skills, Languages []wire.Need // said by the app
}

// Wait is how a caller's wait stands, as the desk tells it.
type Wait struct {
	Request  uint64 // the one it is about (HumanRequest.No); 0: whichever
	Position int
	Likely   time.Duration // 0: not known
	Waited   time.Duration
	Question string    // "keepWaiting": whether to go on
	Reply    string    // with Drop: what the caller is told
	Opens    time.Time // with Drop: when somebody is there again
}

// requestOf is what the desk is told of a request.
func (c *Call) requestOf(d decision) HumanRequest {
	text := func(key string) string { s, _ := d.details[key].(string); return s }
	r := HumanRequest{No: c.request, Reason: d.reason, Detail: text("detail"), Email: text("email"), Skill: text("skill"), Language: c.language(), Words: c.callerWords(), Meta: c.spec.Meta}
	r.Priority, _ = d.details["priority"].(int)
	r.Skills, _ = d.details["skills"].([]wire.Need)
	r.Languages, _ = d.details["languages"].([]wire.Need)
	for _, m := range c.order {
		if m.role == wire.RoleCaller {
			r.Caller = m.name()
			if r.Email == "" {
				r.Email = m.claims.Email
			}
			break
		}
	}
	return r
}

// maxWords bounds HumanRequest.Words.
const maxWords = 8000

// callerWords is what the callers have said, a line each: as much of the end of
// it as fits.
func (c *Call) callerWords() string {
	var lines []string
	size := 0
	for i := len(c.lines) - 1; i >= 0; i-- {
		l := &c.lines[i]
		if l.Role != string(wire.RoleCaller) {
			continue
		}
		if size += len(l.Text) + 1; size > maxWords && len(lines) > 0 {
			break
		}
		lines = append(lines, l.Text)
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// language is what the caller speaks: as heard, or else as the app said.
func (c *Call) language() string { return cmp.Or(c.heardTo, c.spec.Language) }

// LanguageHeard takes the language that the caller speaks.
func (b botEvents) LanguageHeard(language string) {
	c := b.c
	c.box.put(func() {
		if c.heardTo != language {
			c.heardTo = language
			c.summarise()
		}
	}, false)
}

// tellDesk tells the desk of a transition that is durable, or told all the same.
func (c *Call) tellDesk(d decision, from, to takeover.State) {
	desk := c.cfg.Desk
	if desk == nil {
		return
	}
	switch {
	case to == takeover.Ended:
		desk.Ended(c.id)
	case d.event == takeover.Request && from == takeover.AI:
		c.request++
		c.assist.amended = ""
		desk.Request(c.id, c.requestOf(d))
	case d.event == takeover.Request && from == takeover.Pending:
		// It is open already; only the app says more about it by asking again.
		if r := c.requestOf(d); r.Priority != 0 || r.Skill != "" || len(r.Skills)+len(r.Languages) > 0 {
			desk.Request(c.id, r)
		}
	case d.event == takeover.Request && from == takeover.WillStart:
		desk.KeepWaiting(c.id)
	case d.event == takeover.Cancel:
		desk.Cancelled(c.id, d.reason)
	case claims(d.event):
		desk.Claimed(c.id, Claimant{Identity: c.claim.Identity, Name: c.claim.Name, Avatar: c.claim.Avatar, Mode: wire.TakeoverMode(c.claim.Mode)})
	case to == takeover.Human && from == takeover.WillStart:
		desk.Connected(c.id)
	case d.ofDesk:
	case from == takeover.WillStart && to != takeover.WillStart:
		desk.Failed(c.id, d.reason)
	case d.event == takeover.HumanLost && to == takeover.Pending:
		desk.Lost(c.id)
	case from == takeover.Returning && to == takeover.AI:
		desk.Returned(c.id, d.reason)
	}
}

// amendDesk tells the desk what the newest brief says, where it says something
// new. A call that waits for nobody is not in its line.
func (c *Call) amendDesk(b *wire.Brief) {
	if c.cfg.Desk == nil || c.machine.State == takeover.AI || c.machine.State == takeover.Ended {
		return
	}
	if text := briefText(b); text != "" && text != c.assist.amended {
		c.assist.amended = text
		c.cfg.Desk.Amend(c.id, text)
	}
}

// briefText is a brief as the desk's line shows it: what was said with the
// request, the matter, what was tried, what is open, a line each.
func briefText(b *wire.Brief) string {
	var lines []string
	for _, line := range []string{b.Detail, b.Summary.Matter, b.Summary.Tried, b.Summary.Open} {
		if line = strings.Join(strings.Fields(line), " "); line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Wait takes the desk's news of the wait and passes it on to the caller.
func (h *Hub) Wait(callID string, w Wait) {
	if c, ok := h.Get(callID); ok {
		c.box.put(func() { c.waitIs(w) }, false)
	}
}

func (c *Call) waitIs(w Wait) {
	if c.machine.State != takeover.Pending || !c.isRequest(w.Request) {
		return
	}
	c.wait = w
	c.tellWait(w.Question)
	c.sayWait(w)
}

// isRequest: no is the request that is open. Two never are, but what the desk has
// to say of one may come when the next has been made.
func (c *Call) isRequest(no uint64) bool { return no == 0 || no == c.request }

// placeEvery is how often the AI says the place in the line, at most.
const placeEvery = 30 * time.Second

// sayWait has the AI say what has changed: the first news, the question, and
// now and then a better place.
func (c *Call) sayWait(w Wait) {
	first := c.placeSaid.at.Before(c.requests)
	better := w.Position != c.placeSaid.position && time.Since(c.placeSaid.at) >= placeEvery
	if !c.oursAnswers() || !first && !better && w.Question == "" {
		return
	}
	c.placeSaid = placeSaid{w.Position, time.Now()}
	c.bot.Waiting(w.Position, w.Likely, w.Question != "")
}

// placeSaid is the last place in the line that the caller heard.
type placeSaid struct {
	position int
	at       time.Time
}

// WaitAnswered takes the caller's spoken answer to the question.
func (b botEvents) WaitAnswered(epoch uint64, keep bool) {
	c := b.c
	c.box.put(func() {
		switch {
		case epoch != c.epoch || c.machine.State != takeover.Pending:
		case !keep:
			c.decide(decision{event: takeover.Cancel, reason: "caller"})
		case c.cfg.Desk != nil:
			c.tellWait("")
			c.cfg.Desk.KeepWaiting(c.id)
		default:
			c.tellWait("")
			c.askLater()
		}
	}, false)
}

// Drop ends the request w.Request: the desk has no human for it. why is
// outOfHours, expired, cancelled or full. Where that request is over already,
// nothing happens but the error.
func (c *Call) Drop(ctx context.Context, why string, w Wait) error {
	return tell(ctx, c, func(reply func(error)) {
		c.decide(decision{event: takeover.Cancel, reason: why, request: w.Request, reply: func(err error) {
			if err == nil {
				c.dropped(why, w)
			}
			reply(err)
		}})
	})
}

// dropped tells the caller, in writing and by the AI's voice.
func (c *Call) dropped(why string, w Wait) {
	n := wire.Handoff{Reason: why, Reply: w.Reply, CallBack: why == "outOfHours" || why == "full"}
	if !w.Opens.IsZero() {
		n.OpensAt = w.Opens.UnixMilli()
	}
	c.announce(wire.NotifyHandoff, 0, n, func(m *member) bool { return m.role == wire.RoleCaller })
	if w.Reply != "" && !c.agentOut && c.oursAnswers() {
		c.bot.Speak(w.Reply)
	}
}

// Heard says whether a human has the floor and is there: whether their voice
// arrives or, where the agent's voice speaks for them, whether the call still has
// them, which notices when they are gone. It does not wait.
func (h *Hub) Heard(callID, identity string) bool {
	c, ok := h.Get(callID)
	if !ok {
		return false
	}
	if v := c.voice.Load(); v != nil {
		return v.identity == identity && time.Since(v.track.LastPacket()) < 2*time.Second
	}
	return c.Info().Holder == ParticipantID(callID, identity)
}

// voice is the microphone of the human who has the floor, or had it last; nil
// where that is in the agent's voice.
type voice struct {
	identity string
	track    *sfu.Track
}

// tellWait tells the callers how the wait stands.
func (c *Call) tellWait(question string) {
	h := wire.Handoff{Position: c.hub.position(c), WaitedMS: time.Since(c.requests).Milliseconds(), Question: question, Reason: c.reason}
	if c.cfg.Desk != nil {
		h.Position, h.LikelyMS = c.wait.Position, c.wait.Likely.Milliseconds()
	}
	c.announce(wire.NotifyHandoff, 0, h, func(m *member) bool { return m.role == wire.RoleCaller })
}

// askLater asks the waiting caller, now and then, whether to go on.
func (c *Call) askLater() {
	c.after(timerAsk, c.cfg.AskEvery, func() {
		if c.machine.State == takeover.Pending {
			c.tellWait("keepWaiting")
			if c.oursAnswers() {
				c.bot.Waiting(c.hub.position(c), 0, true)
			}
			c.askLater()
		}
	})
}
