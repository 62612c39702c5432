package queue

import (
	"fmt"
	"maps"
	"slices"
)

// Snapshot is a desk as it is stored. In JSON it comes back equal.
type Snapshot struct {
	Handoffs []Handoff `json:"handoffs"` // by age
	Agents   []Agent   `json:"agents"`   // by id
	Counters Counters  `json:"counters"`
}

// Snapshot is a copy of the whole desk.
func (d *Desk) Snapshot() Snapshot {
	s := Snapshot{Handoffs: make([]Handoff, 0, len(d.handoffs)), Agents: make([]Agent, 0, len(d.roster)), Counters: d.Counters}
	for _, h := range d.all() {
		s.Handoffs = append(s.Handoffs, h.copy())
	}
	for _, a := range d.roster {
		s.Agents = append(s.Agents, a.copy())
	}
	return s
}

// Restore makes the desk that a snapshot, or the records that the effects have
// named, are of. It goes on as the original would. Restarted is the first event
// where time has passed without the desk. ErrUnreadable says that the records
// cannot be of one desk.
func Restore(cfg Config, s Snapshot) (*Desk, error) {
	d := New(cfg)
	d.Counters = s.Counters
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrUnreadable, fmt.Sprintf(format, args...))
	}
	for _, a := range s.Agents {
		if d.agents[a.ID] != nil || !validID(a.ID) || a.Capacity < 1 || a.Presence >= numPresences {
			return nil, bad("agent %q", a.ID)
		}
		d.addAgent(&worker{Agent: a.copy()})
	}
	seqs := make(map[uint64]bool, len(s.Handoffs))
	for _, h := range s.Handoffs {
		if err := check(&h); err != "" {
			return nil, bad("handoff %q: %s", h.ID, err)
		}
		if d.handoffs[h.ID] != nil || d.calls[h.Call] != nil || seqs[h.Seq] {
			return nil, bad("handoff %q or its call is there twice", h.ID)
		}
		seqs[h.Seq] = true
		x := &item{Handoff: h.copy()}
		x.wants = d.wanted(x.Skills, x.Languages)
		d.handoffs[h.ID], d.calls[h.Call] = x, x
		d.Seq = max(d.Seq, h.Seq)
		if h.Offer != nil {
			d.OfferNo = max(d.OfferNo, h.Offer.No)
		}
		if h.State.InLine() {
			d.line = append(d.line, x)
		}
	}
	slices.SortFunc(d.line, order)
	if err := d.links(); err != "" {
		return nil, bad("%s", err)
	}
	d.stirred = true
	d.rewind()
	return d, nil
}

// check says what is impossible about one handoff.
func check(h *Handoff) string {
	c := h.Consult
	switch {
	case !validID(h.ID) || !validID(h.Call) || h.Seq == 0:
		return "no id"
	case h.State == StateNew || h.State >= StateEnded:
		return "state " + h.State.String()
	case !h.Priority.Valid() || !h.Rank.Valid() || h.Stage >= numStages:
		return "priority"
	case (h.Offer != nil) != (h.State == StateOffered) && h.State != StateConsulting:
		return "an offer in state " + h.State.String()
	case (c != nil) != (h.State == StateConsulting):
		return "a consult in state " + h.State.String()
	case c != nil && c.Joined == (h.Offer != nil):
		return "a consult that neither rings nor is joined"
	case h.State.Held() && h.Agent == "" && h.Name == "":
		return "nobody has it"
	case !h.State.Held() && h.Agent != "":
		return "somebody has it and it waits"
	}
	return ""
}

// links says where handoffs and agents disagree about who has what.
func (d *Desk) links() string {
	held := map[[2]string]bool{} // agent, handoff
	for _, h := range d.handoffs {
		if h.Agent != "" {
			held[[2]string{h.Agent, h.ID}] = true
		}
		if h.Consult != nil && h.Consult.Joined {
			held[[2]string{h.Consult.Agent, h.ID}] = true
		}
		if h.Offer != nil {
			if a := d.agents[h.Offer.Agent]; a == nil || a.Offer != h.ID {
				return "handoff " + h.ID + " rings at nobody"
			}
		}
	}
	for _, a := range d.roster {
		if a.Offer != "" && (d.handoffs[a.Offer] == nil || d.handoffs[a.Offer].Offer == nil || d.handoffs[a.Offer].Offer.Agent != a.ID) {
			return "nothing rings at agent " + a.ID
		}
		if (a.Offer != "") != (a.Presence == Ring) || a.Presence == Offline && len(a.Active) > 0 {
			return "agent " + a.ID + " is " + a.Presence.String()
		}
		for _, id := range a.Active {
			if !held[[2]string{a.ID, id}] {
				return "agent " + a.ID + " has not " + id
			}
			delete(held, [2]string{a.ID, id})
		}
	}
	if len(held) > 0 {
		return fmt.Sprintf("%d calls are had by agents who do not have them", len(held))
	}
	return ""
}

func (h *Handoff) copy() Handoff {
	c := *h
	c.Skills, c.Languages = slices.Clone(h.Skills), slices.Clone(h.Languages)
	c.Skips, c.Stints = slices.Clone(h.Skips), slices.Clone(h.Stints)
	c.Offer, c.Target, c.Told = clone(h.Offer), clone(h.Target), clone(h.Told)
	if c.Consult = clone(h.Consult); c.Consult != nil {
		c.Consult.Skills, c.Consult.Languages = slices.Clone(h.Consult.Skills), slices.Clone(h.Consult.Languages)
		c.Consult.Tried = slices.Clone(h.Consult.Tried)
	}
	return c
}

func (a *Agent) copy() Agent {
	c := *a
	c.Active, c.Skills, c.Languages = slices.Clone(a.Active), maps.Clone(a.Skills), maps.Clone(a.Languages)
	return c
}

func clone[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

// Handoff is a copy of one that goes on.
func (d *Desk) Handoff(id string) (Handoff, bool) {
	if h := d.handoffs[id]; h != nil {
		return h.copy(), true
	}
	return Handoff{}, false
}

// ByCall is a copy of the handoff of a call, which has one at most that goes on.
func (d *Desk) ByCall(call string) (Handoff, bool) {
	if h := d.calls[call]; h != nil {
		return h.copy(), true
	}
	return Handoff{}, false
}

// Agent is a copy of one who has been signed in.
func (d *Desk) Agent(id string) (Agent, bool) {
	if a := d.agents[id]; a != nil {
		return a.copy(), true
	}
	return Agent{}, false
}

// Line is the ids of what waits, next first.
func (d *Desk) Line() []string {
	out := make([]string, len(d.line))
	for i, h := range d.line {
		out[i] = h.ID
	}
	return out
}

// Agents is the ids of all who have been signed in, in their order.
func (d *Desk) Agents() []string {
	out := make([]string, len(d.roster))
	for i, a := range d.roster {
		out[i] = a.ID
	}
	return out
}
