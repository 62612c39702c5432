package desk

import (
	"time"

	"github.com/relevo/relevo/signaling/desk/queue"
)

// pulseMost is the longest from one pulse to the next.
const pulseMost = 5 * time.Second

// pulseEvery is how often those who are here give a sign of life: three times
// at least before they would be taken for dead.
func (r *runner) pulseEvery() time.Duration {
	return min(pulseMost, r.settings.Routing.WithDefaults().HeartbeatWithin/3)
}

// heartbeats are the signs of life of those whose console is here, or whose
// voice arrives in a call. Who has a call without a console is gone when the
// call says so.
func (r *runner) heartbeats() {
	ages := r.ages()
	for _, id := range r.queue.Agents() {
		a, ok := r.queue.Agent(id)
		if !ok {
			continue
		}
		if a.Presence == queue.Offline {
			account, known := r.d.cfg.People.Account(id)
			now, _ := r.d.cfg.Clock()
			if known && account.Disabled || !known && now.Sub(a.PresenceAt) > forgetAfter {
				// It is refused while they still have something.
				_ = r.step(queue.Forget{Agent: id}, nil)
			}
			continue
		}
		age, alive := ages[id]
		for _, h := range a.Active {
			if alive && age <= r.pulseEvery() {
				break
			}
			if record, ok := r.queue.Handoff(h); ok && (a.Why == queue.NoConsole && record.Agent == id || r.d.calls.Heard(record.Call, id)) {
				age, alive = 0, true
			}
		}
		if alive {
			_ = r.step(queue.Heartbeat{Agent: id, Age: age}, nil)
			if account, known := r.d.cfg.People.Account(id); known && !account.Disabled {
				// What an admin has changed about them holds from here on.
				_ = r.step(r.asAccount(queue.SignIn{Agent: id, Away: a.Presence == queue.Away, NoConsole: a.Why == queue.NoConsole, Age: age}), nil)
			}
		}
	}
	_, r.beat = r.d.cfg.Clock() // after the steps, which see whether there should have been a pulse before
	r.board()
}

// ages is how long ago the last sign of life came from one of the consoles of
// each agent who has one.
func (r *runner) ages() map[string]time.Duration {
	ages := make(map[string]time.Duration, len(r.watchers))
	for w := range r.watchers {
		if !w.agent {
			continue
		}
		age := time.Duration(0)
		if w.seen != nil {
			age = time.Since(w.seen())
		}
		if other, known := ages[w.identity]; !known || age < other {
			ages[w.identity] = age
		}
	}
	return ages
}

// stoodStill gives everybody their time anew where the server itself missed a
// pulse: while it was frozen it heard no sign of life and no answer, and nobody
// is dead because of that.
func (r *runner) stoodStill() {
	still := r.elapsed - r.beat
	if still <= 2*r.pulseEvery() {
		return
	}
	r.beat = r.elapsed
	r.d.log.Warn("the desk stood still; nobody is taken for dead because of it", "for", still)
	fx, err := r.queue.Step(queue.Restarted{}, r.wall)
	if err != nil {
		r.d.log.Error("the desk does not begin anew", "error", err)
	}
	r.collect(fx, nil)
}
