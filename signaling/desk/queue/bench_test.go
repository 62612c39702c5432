package queue

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// large is a desk with n handoffs in the line and 200 agents who have all they
// can have.
func large(b *testing.B, n int) (*Desk, func(Event) Effects) {
	b.Helper()
	d, now := New(Config{HeartbeatWithin: 10 * time.Minute, WrapUp: never}), t0
	step := func(e Event) Effects {
		now = now.Add(time.Millisecond)
		fx, err := d.Step(e, now)
		if err != nil {
			b.Fatalf("%T: %v", e, err)
		}
		return fx
	}
	for i := range 200 {
		a := fmt.Sprint("a", i)
		step(SignIn{Agent: a, Capacity: 2, Skills: Levels{"billing": 1 + i%5, fmt.Sprint("skill", i%20): 3}, Languages: Levels{"en": 5}})
		for j := range 2 {
			step(TakenOver{Handoff: fmt.Sprint("held", i, "-", j), Call: fmt.Sprint("held", i, "-", j), Agent: a})
			step(Connected{fmt.Sprint("held", i, "-", j)})
		}
	}
	for i := range n {
		step(waiting(i))
	}
	b.ResetTimer()
	begin := cpu()
	b.Cleanup(func() { b.ReportMetric(float64(cpu()-begin)/float64(b.N), "cpu-ns/op") })
	return d, step
}

// cpu is the time that the process has had a processor for: what counts on a
// machine that others use too.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func waiting(i int) Enter {
	return Enter{Handoff: fmt.Sprint("h", i), Call: fmt.Sprint("c", i), Priority: Priority(1 + i%4),
		Skills: []Need{{Name: "billing", Level: 1 + i%5}, {Name: fmt.Sprint("skill", i%20), Preferred: true}}, Languages: []Need{{Name: "en"}}}
}

// BenchmarkStep is a step of each kind at a desk where 2,000 wait for 200
// agents.
func BenchmarkStep(b *testing.B) {
	b.Run("enter and cancel", func(b *testing.B) {
		_, step := large(b, 2000)
		for i := 0; b.Loop(); i++ {
			e := waiting(5000 + i)
			step(e)
			step(Cancel{Handoff: e.Handoff})
		}
	})
	b.Run("heartbeat", func(b *testing.B) {
		_, step := large(b, 2000)
		for i := 0; b.Loop(); i++ {
			step(Heartbeat{Agent: fmt.Sprint("a", i%200)})
		}
	})
	b.Run("finish, offer, accept, connect", func(b *testing.B) {
		d, step := large(b, 2000)
		next := 5000
		for i := 0; b.Loop(); i++ {
			a, _ := d.Agent(fmt.Sprint("a", i%200))
			if len(a.Active) == 0 {
				continue
			}
			fx := step(Finish{Handoff: a.Active[0]})
			for _, o := range fx.Offers {
				step(Accept{o.Agent, o.No})
				step(Connected{o.Handoff})
			}
			step(waiting(next))
			next++
		}
	})
	b.Run("decline", func(b *testing.B) {
		d, step := large(b, 2000)
		for i := 0; b.Loop(); i++ {
			a, _ := d.Agent(fmt.Sprint("a", i%200))
			if a.Offer == "" {
				if len(a.Active) == 0 {
					step(SetAvailable{a.ID})
				} else {
					step(Finish{Handoff: a.Active[0]})
				}
				continue
			}
			h, _ := d.Handoff(a.Offer)
			step(Decline{a.ID, h.Offer.No})
			step(SetAway{Agent: a.ID})
			step(SetAvailable{a.ID})
		}
	})
	b.Run("free with a skill that nobody needs", func(b *testing.B) {
		_, step := large(b, 2000)
		step(SignIn{Agent: "z", Skills: Levels{"chess": 5}, Away: true})
		for b.Loop() {
			step(SetAvailable{"z"})
			step(SetAway{Agent: "z"})
		}
	})
	b.Run("news to 2,000", func(b *testing.B) {
		d, step := large(b, 2000)
		now := d.Now
		for i := 0; b.Loop(); i++ {
			e := waiting(5000 + i)
			e.Priority = P1
			h := "h0"
			if _, ok := d.Handoff(h); !ok {
				h = d.Line()[0]
			}
			d.Step(Cancel{Handoff: h}, now)
			d.Step(e, now)
			now = now.Add(2100 * time.Millisecond)
			d.Step(Tick{}, now)
			for a := range 200 {
				d.Step(Heartbeat{Agent: fmt.Sprint("a", a)}, now)
			}
		}
		_ = step
	})
}

// BenchmarkThousand is 1,000 handoffs that come to 200 agents, from the first
// request to the last end.
func BenchmarkThousand(b *testing.B) {
	steps := 0
	for b.Loop() {
		d, now := New(Config{WrapUp: never, HeartbeatWithin: 10 * time.Minute}), t0
		step := func(e Event) Effects {
			steps++
			now = now.Add(time.Millisecond)
			fx, err := d.Step(e, now)
			if err != nil {
				b.Fatal(err)
			}
			return fx
		}
		for i := range 200 {
			step(SignIn{Agent: fmt.Sprint("a", i), Capacity: 1 + i%3, Skills: Levels{"billing": 5, fmt.Sprint("skill", i%20): 3}, Languages: Levels{"en": 5}})
		}
		var offers []Ringing
		for i := range 1000 {
			offers = append(offers, step(waiting(i)).Offers...)
		}
		served := 0
		for ; len(offers) > 0; served++ {
			o := offers[0]
			offers = append(offers[1:], step(Accept{o.Agent, o.No}).Offers...)
			offers = append(offers, step(Connected{o.Handoff}).Offers...)
			offers = append(offers, step(Finish{Handoff: o.Handoff}).Offers...)
			if len(offers) == 0 && len(d.Line()) > 0 { // what waits for a preferred skill
				now = now.Add(20 * time.Second)
				offers = append(offers, step(Tick{}).Offers...)
			}
		}
		if served < 1000 {
			b.Fatalf("%d served, %d wait", served, len(d.Line()))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
}

func BenchmarkRestore(b *testing.B) {
	d, _ := large(b, 2000)
	s := d.Snapshot()
	text, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(text))/float64(len(s.Handoffs)), "bytes/handoff")
	for b.Loop() {
		if _, err := Restore(Config{}, s); err != nil {
			b.Fatal(err)
		}
	}
}
