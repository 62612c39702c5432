package desk

import (
	"github.com/relevo/relevo/signaling/desk/queue"
)

// reconcile tells the queue what became of the calls since it was last written.
// A call may be a step ahead, of which the desk was not told any more, or behind,
// where the desk's claim did not reach it.
func (r *runner) reconcile(s queue.Snapshot) {
	for _, h := range s.Handoffs {
		state, live := r.d.calls.Live(h.Call)
		claimed := h.State == queue.StateClaimed
		switch {
		case !live:
			_ = r.step(queue.EndCall{Handoff: h.ID}, nil)
		case claimed && state == "pending" && h.Agent != "":
			r.claim(queue.Claim{Handoff: h.ID, Call: h.Call, Agent: h.Agent})
		case claimed && state == "ai":
			_ = r.step(queue.ClaimFailed{Handoff: h.ID, Detail: "gone"}, nil)
			_ = r.step(queue.Cancel{Handoff: h.ID, Detail: "gone"}, nil)
		case state == "ai":
			r.returned(h, "returned")
		case h.State.Held() && state == "pending":
			r.unclaimed(h, "lost")
		}
	}
}

// resumed is what a call that goes on says of itself. Most of it is known; what
// was on its way when the server was killed is not.
func (r *runner) resumed(callID, state string, q Request, by *Person) {
	h, known := r.queue.ByCall(callID)
	if known {
		r.callers[h.ID] = caller{q.Caller, q.No} // the queue knows no names
	}
	switch {
	case known && state == "willStart" && by != nil && (h.State.InLine() || h.Agent != "" && h.Agent != by.Identity):
		r.claimed(callID, *by)
	case known:
	case state == "pending":
		r.request(callID, q)
	case state == "willStart" && by != nil:
		r.claimed(callID, *by)
	}
}
