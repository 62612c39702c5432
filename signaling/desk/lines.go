package desk

import (
	"time"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/sla"
	"github.com/relevo/relevo/signaling/wire"
)

// Line is a record of the history as consoles and apps read it.
func Line(h *queue.Handoff, name string) wire.HandoffLine {
	l := wire.HandoffLine{ID: h.ID, Call: h.Call, State: h.State.String(), Outcome: string(h.Outcome), Detail: h.Detail, Priority: int(h.Priority),
		Rank: int(h.Rank), Front: h.Front, Seq: int64(h.Seq), Reason: h.Reason, Brief: h.Brief, Skills: needsOf(h.Skills), Languages: needsOf(h.Languages), Agent: h.Agent, Name: h.Name,
		EnteredAt: millis(h.EnteredAt), PendingAt: millis(h.PendingAt), EndedAt: millis(h.EndedAt), Requeues: h.Requeues,
		FirstResponse: clock(h.SLA.FirstResponse), Resolution: clock(h.SLA.Resolution)}
	if name != "" {
		l.Name = name
	}
	if h.Offer != nil {
		l.OfferedTo = h.Offer.Agent
	}
	if h.Consult != nil {
		l.Consult = h.Consult.Agent
	}
	return l
}

func clock(c sla.Clock) *wire.SLAClock {
	if c.Start.IsZero() {
		return nil
	}
	return &wire.SLAClock{StartAt: millis(c.Start), RiskAt: millis(c.RiskAt), DeadlineAt: millis(c.Deadline), AtRisk: c.Warned, Outcome: string(c.Outcome)}
}

func needsOf(in []queue.Need) (out []wire.Need) {
	for _, n := range in {
		out = append(out, wire.Need{Name: n.Name, Level: n.Level, Preferred: n.Preferred})
	}
	return out
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
