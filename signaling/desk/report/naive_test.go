package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/sla"
)

// naive counts one day, or the whole span, by asking each record the question
// of each figure. It knows of no code that it checks.
type naive struct {
	in  Input
	day string // "" for all
}

func (n naive) has(t time.Time) bool {
	if t.Before(n.in.From) || t.Equal(n.in.To) || t.After(n.in.To) {
		return false
	}
	if n.day == "" {
		return true
	}
	_, offset := t.In(n.in.Zone).Zone()
	wall := t.UTC().Add(time.Duration(offset) * time.Second)
	return fmt.Sprintf("%04d-%02d-%02d", wall.Year(), wall.Month(), wall.Day()) == n.day
}

func (n naive) count(of func(h queue.Handoff) int) (sum int) {
	for _, h := range n.in.Handoffs {
		if n.has(h.EnteredAt) {
			sum += of(h)
		}
	}
	return sum
}

func (n naive) ask(yes func(h queue.Handoff) bool) int {
	return n.count(func(h queue.Handoff) int {
		if yes(h) {
			return 1
		}
		return 0
	})
}

func (n naive) waits(of func(h queue.Handoff) bool) (out []float64) {
	for _, h := range n.in.Handoffs {
		if n.has(h.EnteredAt) && !h.Uninvited && !h.AnsweredAt.IsZero() && of(h) {
			out = append(out, max(0, h.AnsweredAt.Sub(h.EnteredAt).Seconds()))
		}
	}
	sort.Float64s(out)
	return out
}

// rank is the smallest of the times that at least p percent are not above.
func rank(of []float64, p int) string {
	for i, v := range of {
		if (i+1)*100 >= p*len(of) {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return "0"
}

func (n naive) calls(yes func(c Call) bool) (sum int) {
	for _, c := range n.in.Calls {
		if n.has(c.Created) && yes(c) {
			sum++
		}
	}
	return sum
}

// figures are the cells of a line of the table of days.
func (n naive) figures() []string {
	asked := func(yes func(h queue.Handoff) bool) int {
		return n.ask(func(h queue.Handoff) bool { return !h.Uninvited && yes(h) })
	}
	over := func(h queue.Handoff) bool { return h.State == queue.StateEnded }
	answered := func(h queue.Handoff) bool { return !h.AnsweredAt.IsZero() }
	closed := func(h queue.Handoff) bool { return h.Outcome == queue.OutOfHours }
	human := func(c Call) bool {
		return slices.ContainsFunc(n.in.Handoffs, func(h queue.Handoff) bool { return h.Call == c.ID })
	}
	waits := n.waits(func(queue.Handoff) bool { return true })
	counts := []int{
		n.calls(func(Call) bool { return true }),
		n.calls(func(c Call) bool { return !c.Ended.IsZero() }),
		n.calls(func(c Call) bool { return !c.Ended.IsZero() && !human(c) }),
		asked(func(queue.Handoff) bool { return true }),
		asked(answered),
		asked(func(h queue.Handoff) bool { return over(h) && !answered(h) && !closed(h) }),
		asked(func(h queue.Handoff) bool { return over(h) && !answered(h) && closed(h) }),
		asked(func(h queue.Handoff) bool { return !over(h) && !answered(h) }),
		n.count(func(h queue.Handoff) int { return len(h.Stints) }),
		n.ask(func(h queue.Handoff) bool { return h.Uninvited }),
		n.count(func(h queue.Handoff) int { return h.Requeues }),
		n.count(func(h queue.Handoff) int { return h.Transfers }),
		n.ask(func(h queue.Handoff) bool { return h.Outcome == queue.Resolved }),
	}
	promises := []int{
		asked(func(h queue.Handoff) bool { return h.SLA.FirstResponse.Outcome == sla.Met }),
		asked(func(h queue.Handoff) bool { return h.SLA.FirstResponse.Outcome == sla.Breached }),
		asked(func(h queue.Handoff) bool { return h.SLA.Resolution.Outcome == sla.Met }),
		asked(func(h queue.Handoff) bool { return h.SLA.Resolution.Outcome == sla.Breached }),
		asked(func(h queue.Handoff) bool { return h.SLA.FirstResponse.Warned || h.SLA.Resolution.Warned }),
	}
	var out []string
	for _, c := range counts {
		out = append(out, strconv.Itoa(c))
	}
	out = append(out, rank(waits, 50), rank(waits, 90))
	for _, c := range promises {
		out = append(out, strconv.Itoa(c))
	}
	return out
}

// agent is the line of one person.
func (n naive) agent(id string) []string {
	takeovers, seconds := 0, 0
	for _, h := range n.in.Handoffs {
		for _, s := range h.Stints {
			if s.Agent != id {
				continue
			}
			if n.has(s.From) {
				takeovers++
			}
			to := s.To
			if to.IsZero() {
				to = n.in.Now
			}
			a, b := max(s.From.Unix(), n.in.From.Unix()), min(to.Unix(), n.in.To.Unix())
			seconds += int(max(0, b-a))
		}
	}
	first := func(h queue.Handoff) bool { return len(h.Stints) > 0 && h.Stints[0].Agent == id }
	waits := n.waits(first)
	met := n.ask(func(h queue.Handoff) bool {
		return !h.Uninvited && !h.AnsweredAt.IsZero() && first(h) && h.SLA.FirstResponse.Outcome == sla.Met
	})
	breached := n.ask(func(h queue.Handoff) bool {
		return !h.Uninvited && !h.AnsweredAt.IsZero() && first(h) && h.SLA.FirstResponse.Outcome == sla.Breached
	})
	return []string{id, "", strconv.Itoa(takeovers), strconv.Itoa(seconds), strconv.Itoa(len(waits)), rank(waits, 50), strconv.Itoa(met), strconv.Itoa(breached)}
}

// draw is a random span with records in and around it.
func draw(t *rapid.T) Input {
	zone := mustZone(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"}).Draw(t, "zone"))
	// Where clocks are put forward and back, and where nothing happens.
	begin := rapid.SampledFrom([]time.Time{time.Date(2026, 3, 27, 0, 0, 0, 0, zone), time.Date(2026, 10, 23, 0, 0, 0, 0, zone), time.Date(2026, 10, 31, 13, 0, 0, 0, zone),
		time.Date(2018, 11, 2, 0, 0, 0, 0, zone), time.Date(2011, 12, 28, 7, 0, 0, 0, zone), time.Date(2026, 6, 1, 0, 0, 0, 0, zone)}).Draw(t, "begin")
	hours := rapid.IntRange(1, 5*24).Draw(t, "hours")
	in := Input{From: begin, To: begin.Add(time.Duration(hours) * time.Hour), Zone: zone}
	in.Now = in.To.Add(time.Duration(rapid.IntRange(0, 3600).Draw(t, "now")) * time.Second)
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 9).Draw(t, "edge") == 0 {
			return rapid.SampledFrom([]time.Time{in.From, in.To, in.From.Add(-time.Second), in.To.Add(-time.Second)}).Draw(t, "at")
		}
		return begin.Add(time.Duration(rapid.IntRange(-6*3600, (hours+6)*3600).Draw(t, "second")) * time.Second)
	})
	after := func(from time.Time, most int) time.Time {
		return from.Add(time.Duration(rapid.IntRange(0, most).Draw(t, "later")) * time.Second)
	}
	clock := rapid.Custom(func(t *rapid.T) sla.Clock {
		return sla.Clock{Outcome: rapid.SampledFrom([]sla.Outcome{"", sla.Met, sla.Breached, sla.Cancelled}).Draw(t, "promise"), Warned: rapid.Bool().Draw(t, "warned")}
	})
	for i := range rapid.IntRange(0, 25).Draw(t, "handoffs") {
		h := queue.Handoff{ID: fmt.Sprint(i), Call: fmt.Sprint("c", rapid.IntRange(0, 20).Draw(t, "call")), EnteredAt: moment.Draw(t, "entered"), Uninvited: rapid.IntRange(0, 4).Draw(t, "uninvited") == 0,
			State:    rapid.SampledFrom([]queue.State{queue.StateEnded, queue.StatePending, queue.StateConnected}).Draw(t, "state"),
			Reason:   rapid.SampledFrom([]string{"", "a", "b", "=c"}).Draw(t, "reason"),
			Requeues: rapid.IntRange(0, 2).Draw(t, "requeues"), Transfers: rapid.IntRange(0, 2).Draw(t, "transfers"),
			SLA: sla.SLA{FirstResponse: clock.Draw(t, "first"), Resolution: clock.Draw(t, "resolution")}}
		if h.State == queue.StateEnded {
			h.Outcome = rapid.SampledFrom([]queue.Outcome{queue.Resolved, queue.Cancelled, queue.Expired, queue.OutOfHours, queue.CallEnded}).Draw(t, "outcome")
		}
		if rapid.Bool().Draw(t, "answered") {
			h.AnsweredAt = after(h.EnteredAt, 600)
			for at := h.AnsweredAt; ; {
				s := queue.Stint{Agent: rapid.SampledFrom([]string{"ann", "ben", "cleo"}).Draw(t, "agent"), From: at, To: after(at, 900)}
				last := rapid.Bool().Draw(t, "last")
				if last && h.State != queue.StateEnded {
					s.To = time.Time{}
				}
				h.Stints = append(h.Stints, s)
				if last || len(h.Stints) == 4 {
					break
				}
				at = s.To
			}
		}
		in.Handoffs = append(in.Handoffs, h)
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "calls") {
		c := Call{ID: fmt.Sprint("c", i), Created: moment.Draw(t, "created")}
		if rapid.Bool().Draw(t, "ended") {
			c.Ended = c.Created.Add(time.Minute)
		}
		in.Calls = append(in.Calls, c)
	}
	return in
}

func table(t *rapid.T, r Report, name string) [][]string {
	var b bytes.Buffer
	if err := r.WriteCSV(&b, name, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte(byteOrderMark)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// Every figure of every day, of the span and of each person is what counting
// record by record gives; so are the cells of the files.
func TestAgainstNaiveCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		r := Make(in)
		for _, row := range table(t, r, TableDays) {
			if want := (naive{in, row[0]}).figures(); !slices.Equal(row[1:], want) {
				t.Fatalf("%s in %s:\n%v, not\n%v", row[0], in.Zone, row[1:], want)
			}
		}
		all := naive{in: in}
		whole := Report{Days: []Day{{Day: "all", Figures: r.Total}}}
		if got, want := table(t, whole, TableDays)[0][1:], all.figures(); !slices.Equal(got, want) {
			t.Fatalf("in all:\n%v, not\n%v", got, want)
		}
		told := map[string]bool{}
		for _, row := range table(t, r, TableAgents) {
			told[row[0]] = true
			if want := all.agent(row[0]); !slices.Equal(row, want) {
				t.Fatalf("%v, not %v", row, want)
			}
		}
		for _, id := range []string{"ann", "ben", "cleo"} {
			if row := all.agent(id); !told[id] && (row[2] != "0" || row[3] != "0" || row[4] != "0") {
				t.Fatalf("%v is not told of", row)
			}
		}
		reasons := map[string]int{}
		for _, h := range in.Handoffs {
			if all.has(h.EnteredAt) && !h.Uninvited {
				reasons[h.Reason]++
			}
		}
		got := map[string]int{}
		for _, x := range r.Reasons {
			got[x.Reason] = x.Handoffs
		}
		if !maps.Equal(got, reasons) {
			t.Fatalf("reasons %v, not %v", got, reasons)
		}
	})
}

// Reasons may be anybody's words: a report does not grow with them.
func TestManyReasons(t *testing.T) {
	in := Input{From: local(day1, "00:00:00"), To: local(day2, "00:00:00"), Zone: berlin}
	for i := range 3 * MaxReasons {
		for n := range 1 + i%7 {
			at := local(day1, "10:00:00")
			in.Handoffs = append(in.Handoffs, queue.Handoff{ID: fmt.Sprint(i, "-", n), Call: "c", State: queue.StateEnded, Outcome: queue.Resolved, Reason: fmt.Sprint("words ", i),
				EnteredAt: at, AnsweredAt: at.Add(time.Duration(i) * time.Second)})
		}
	}
	r := Make(in)
	sum := 0
	for _, x := range r.Reasons {
		sum += x.Handoffs
	}
	if len(r.Reasons) != MaxReasons || sum != len(in.Handoffs) || sum != r.Total.Handoffs || r.Reasons[0].Reason != ReasonOther || r.Reasons[1].Handoffs != 7 {
		t.Errorf("%d reasons, %d of %d handoffs, %+v", len(r.Reasons), sum, len(in.Handoffs), r.Reasons[:2])
	}
}
