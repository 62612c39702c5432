package call

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/relevo/relevo/signaling/auth"
	"github.com/relevo/relevo/signaling/state"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// callPlace is what is kept of a call itself, beside its log.
type callPlace struct {
	Bot           string  `json:"bot"` // participant id of our bot
	Greeting      *string `json:"greeting,omitempty"`
	Language      string  `json:"language,omitempty"`
	ExternalAgent bool    `json:"externalAgent,omitempty"`
}

// memberPlace is what is kept of a member. The resume tokens themselves are the
// member's alone; here are their sums.
type memberPlace struct {
	Claims    auth.Claims    `json:"claims"`
	Role      wire.Role      `json:"role"`
	Subscribe wire.Subscribe `json:"subscribe"`
	Joined    time.Time      `json:"joined"`
	Resume    string         `json:"resume"`
	Before    string         `json:"before,omitempty"` // of the token that was used last: who was to get the newest may never have heard of it
}

// placeJob is a change of what is kept; no data is that nothing is.
type placeJob struct {
	id   string // of the participant, "" for the call
	data []byte
}

func (j *placeJob) do(ctx context.Context, places state.Places, callID string) error {
	if j.data == nil {
		return places.DropPlace(ctx, callID, j.id)
	}
	return places.KeepPlace(ctx, callID, j.id, j.data)
}

// newResumeToken gives m a new token, for the one that they used, if any; it is
// the only place where it is seen.
func (c *Call) newResumeToken(m *member, used string) string {
	token := c.id + "." + newID("r_")
	m.before, m.resume = "", tokenSum(token)
	if used != "" {
		m.before = tokenSum(used)
	}
	return token
}

func tokenSum(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// resumes says whether token gives m their place back: the newest does, and the
// one that was used for it until m has shown that they have the newest, which may
// have been lost on its way, with the socket or with the server.
func (m *member) resumes(token string) bool {
	sum := tokenSum(token)
	return sum == m.resume || sum == m.before && m.before != ""
}

// isHere: who asks for something has had the answer to their join. An offer does
// not count: clients send it right behind the join.
func (m *member) isHere() { m.before = "" }

// keepCall keeps what a server that goes on with the call must know of it, and
// calls done as keepPlace does.
func (c *Call) keepCall(done func()) {
	c.keep(placeJob{data: raw(callPlace{Bot: c.botID, Greeting: c.spec.Greeting, Language: c.spec.Language, ExternalAgent: c.spec.ExternalAgent})}, done)
}

// keepPlace keeps m's place; done, which may be nil, is called by any goroutine
// when it is durable or the store does not take it now.
func (c *Call) keepPlace(m *member, done func()) {
	p := memberPlace{Claims: m.claims, Role: m.role, Subscribe: m.sub, Joined: m.joined, Resume: m.resume, Before: m.before}
	c.keep(placeJob{id: m.id, data: raw(p)}, done)
}

// durably is a reply that says yes only when what has been submitted until then is
// durable: what has happened is told at once, but who asked for it may rely on
// the answer whatever becomes of the server.
func (c *Call) durably(reply func(error)) func(error) {
	return func(err error) {
		if err != nil || c.ending {
			reply(err)
			return
		}
		c.written(reply)
	}
}

// written calls done, from any goroutine, when what has been submitted so far is
// durable; while the store fails that takes until it works again.
func (c *Call) written(done func(error)) {
	if done == nil {
		return
	}
	c.rec.submit(job{barrier: true, done: func(_ transcripts.Entry, err error) {
		if err != nil {
			err = wire.Wrap(wire.KindStorage, err, "it could not be recorded yet: the server's storage does not answer")
		}
		done(err)
	}})
}

// dropPlace forgets who has left.
func (c *Call) dropPlace(m *member) { c.keep(placeJob{id: m.id}, nil) }

func (c *Call) keep(p placeJob, done func()) {
	if c.cfg.Places == nil {
		if done != nil {
			done()
		}
		return
	}
	c.rec.submit(job{place: &p, done: func(_ transcripts.Entry, err error) {
		if err != nil {
			c.log.Error("a place in the call would not survive a restart of the server", "error", err)
		}
		if done != nil {
			done()
		}
	}})
}

// forget forgets the places of a call that is over.
func (c *Call) forget() {
	if c.cfg.Places == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := c.cfg.Places.ForgetPlaces(ctx, c.id); err != nil {
		c.log.Warn("what was kept of a call that is over stays until the next start", "error", err)
	}
}
