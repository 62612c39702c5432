package desk

import (
	"context"
	"time"

	"github.com/relevo/relevo/signaling/desk/hours"
	"github.com/relevo/relevo/signaling/desk/queue"
)

// spell is a stretch of time in which the desk is open, or closed, throughout.
// It is asked for at every step, so that it is reckoned once.
type spell struct {
	hours *hours.Hours // of these; they are made anew with each change of the settings
	from  time.Time    // when it was reckoned: earlier is another one, after a jump of the clock
	to    time.Time    // when it ends; zero: never
	open  bool
}

// spellAt is the one that now is in.
func (r *runner) spellAt(now time.Time) spell {
	s := &r.spell
	if s.hours != r.hours || now.Before(s.from) || !s.to.IsZero() && !now.Before(s.to) {
		to, _ := r.hours.NextChange(now)
		*s = spell{r.hours, now, to, r.hours.Open(now)}
	}
	return *s
}

// opening tells the queue when the hours begin and end.
func (r *runner) opening() {
	now, _ := r.d.cfg.Clock()
	switch open := r.spellAt(now).open; {
	case open && r.queue.Closed:
		_ = r.step(queue.Open{}, nil) // it is never refused
	case !open && !r.queue.Closed:
		_ = r.step(queue.Close{}, nil)
	}
}

// compile makes hours of a schedule; always open where there is none, or where
// it cannot be used.
func (r *runner) compile(s *hours.Schedule) *hours.Hours {
	if s == nil {
		return hours.Always()
	}
	h, err := hours.Compile(*s)
	if err != nil {
		r.d.log.Error("the hours cannot be used; the desk is open", "error", err)
		return hours.Always()
	}
	return h
}

// Status is whether a human can be had now, and how many wait.
func (d *Desk) Status(ctx context.Context) (s hours.Status, waiting int, err error) {
	return ask(ctx, d, func() (hours.Status, int, error) { return d.run.status(), len(d.run.queue.Line()), nil })
}

// service is what the status depends on.
type service struct {
	spell                      spell
	configured, online, broken bool
}

// status is the service status, which consoles show and are told with every
// change: it is made when something of it has changed.
func (r *runner) status() hours.Status {
	now, _ := r.d.cfg.Clock()
	known, there := r.queue.Staff()
	s := service{r.spellAt(now), known > 0 || len(r.d.cfg.People.Accounts()) > 0, there > 0, r.broken}
	if s != r.service {
		r.service, r.statusIs = s, r.hours.Status(now, s.configured, there, s.broken)
	}
	return r.statusIs
}
