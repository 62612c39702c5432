package desk

import (
	"log/slog"
	"testing"
	"time"

	"github.com/relevo/relevo/signaling/account"
	"github.com/relevo/relevo/signaling/desk/hours"
	"github.com/relevo/relevo/signaling/desk/queue"
)

type nobody struct{}

func (nobody) Account(string) (account.Account, bool) { return account.Account{}, false }
func (nobody) Accounts() []account.Account            { return nil }

// The service status is asked for with every change that a console is shown. It
// is reckoned when something of it changes and not before, and is what the
// hours say at any moment, also when the clock is put back.
func TestStatusIsReckonedOnce(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) // a Friday
	r := runner{d: &Desk{cfg: Config{People: nobody{}, Clock: func() (time.Time, time.Duration) { return now, 0 }}, log: slog.New(slog.DiscardHandler)}, queue: queue.New(queue.Config{})}
	for _, schedule := range []*hours.Schedule{nil, {TimeZone: "Europe/Berlin", Reply: "Later.", Periods: []hours.Period{
		{Kind: hours.Weekly, Days: []string{"mon", "fri"}, From: "09:00", To: "17:00"}, {Kind: hours.Weekly, Days: []string{"sat"}, From: "22:00", To: "04:00"}}}} {
		r.hours = r.compile(schedule)
		for i, by := range []time.Duration{0, time.Hour, 4 * time.Hour, -3 * time.Hour, 24 * time.Hour, 10 * time.Hour, 5 * time.Hour, 72 * time.Hour, -100 * time.Hour} {
			now = now.Add(by)
			switch i {
			case 2:
				if _, err := r.queue.Step(queue.SignIn{Agent: "a"}, now); err != nil {
					t.Fatal(err)
				}
			case 4:
				r.broken = true
			case 6:
				r.broken = false
			}
			known, there := r.queue.Staff()
			want := r.hours.Status(now, known > 0, there, r.broken)
			if got := r.status(); got != want {
				t.Errorf("at %v: %+v, the hours say %+v", now, got, want)
			}
			if n := testing.AllocsPerRun(10, func() { r.status() }); n > 0 {
				t.Errorf("at %v: %v allocations to say the same again", now, n)
			}
		}
	}
}
