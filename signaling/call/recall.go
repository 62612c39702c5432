package call

import (
	"encoding/json"
	"time"

	"github.com/relevo/relevo/signaling/takeover"
	"github.com/relevo/relevo/signaling/wire"
	"github.com/relevo/relevo/transcripts"
)

// past is what a log says of a call besides what was said in it.
type past struct {
	state   takeover.State
	since   time.Time         // when it came to be in state
	queued  bool              // a human had been asked for when the call was claimed
	wanted  time.Time         // when the wait for a human began
	request transcripts.Entry // the newest request for a human; zero: none
	brief   *wire.Brief       // the newest
	email   string            // of the caller
	emailAt time.Time
	caller  bool // one has joined
}

// recall reads a log.
func recall(created time.Time, entries []transcripts.Entry) past {
	p := past{since: created}
	for i := range entries {
		if e := &entries[i]; e.Kind == transcripts.KindEvent {
			p.happened(e)
		}
	}
	return p
}

func (p *past) happened(e *transcripts.Entry) {
	var data struct {
		State string `json:"state"`
		Email string `json:"email"`
	}
	if len(e.Data) > 0 {
		_ = json.Unmarshal(e.Data, &data) // ours; what does not parse says nothing
	}
	to := p.state
	switch e.Event {
	case "joined":
		p.caller = p.caller || e.Role == string(wire.RoleCaller)
	case "brief":
		b := new(wire.Brief)
		if json.Unmarshal(e.Data, b) == nil {
			p.brief = b
		}
	case "email":
		p.email, p.emailAt = data.Email, e.Start
	case "request":
		p.request, p.wanted, to = *e, e.Start, takeover.Pending
	case "cancel", "ai":
		to = takeover.AI
	case "willStart":
		p.queued, to = p.state == takeover.Pending, takeover.WillStart
	case "human":
		to = takeover.Human
	case "returning":
		to = takeover.Returning
	case "lost":
		p.wanted, to = e.Start, takeover.Pending
	case "failed", "undone":
		if to = takeover.AI; p.queued {
			p.wanted, to = e.Start, takeover.Pending
		}
	case "restarted":
		if s, ok := takeover.ParseState(data.State); ok {
			p.queued = p.queued || p.state == takeover.Human
			to = s
		}
	}
	if to != p.state {
		p.state, p.since = to, e.Start
	}
}

// stands is the past where the store says that the call is in another state
// than its log, which a request in willStart, that is not written, brings about.
func (p *past) stands(s takeover.State, at time.Time) {
	if p.state == s {
		return
	}
	p.state, p.since = s, at
	if s == takeover.Pending {
		p.wanted = at
	}
}

// asked is what a desk is told of the request.
func (p *past) asked(c *Call) HumanRequest {
	d := decision{reason: c.reason, details: map[string]any{}}
	if len(p.request.Data) > 0 {
		_ = json.Unmarshal(p.request.Data, &d.details) // ours
	}
	if n, ok := d.details["priority"].(float64); ok {
		d.details["priority"] = int(n)
	}
	r := c.requestOf(d)
	if r.Email == "" {
		r.Email = p.email
	}
	return r
}
