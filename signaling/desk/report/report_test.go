package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/signaling/desk/queue"
	"github.com/relevo/relevo/signaling/desk/sla"
)

var berlin = mustZone("Europe/Berlin")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func local(day, clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", day+" "+clock, berlin)
	if err != nil {
		panic(err)
	}
	return t
}

const day1, day2 = "2026-11-20", "2026-11-21"

// week is one of everything.
func week() Input {
	t0 := local(day1, "23:59:30")
	met := sla.SLA{FirstResponse: sla.Clock{Outcome: sla.Met}, Resolution: sla.Clock{Outcome: sla.Breached, Warned: true}}
	return Input{
		From: local(day1, "00:00:00"), To: local("2026-11-22", "00:00:00"), Now: local(day2, "12:00:00"), Zone: berlin,
		Handoffs: []queue.Handoff{
			// Enters before midnight, is answered after it.
			{ID: "1", Call: "c1", State: queue.StateEnded, Outcome: queue.Resolved, Reason: "callerAsked", EnteredAt: t0, AnsweredAt: t0.Add(time.Minute), Requeues: 1, Transfers: 1, SLA: met,
				Stints: []queue.Stint{{Agent: "ann", From: t0.Add(time.Minute), To: t0.Add(3 * time.Minute)}, {Agent: "ben", From: t0.Add(4 * time.Minute), To: t0.Add(5 * time.Minute)}}},
			{ID: "2", Call: "c2", State: queue.StateEnded, Outcome: queue.Cancelled, Reason: "callerAsked", EnteredAt: local(day2, "09:00:00")},
			{ID: "3", Call: "c3", State: queue.StateEnded, Outcome: queue.OutOfHours, EnteredAt: local(day2, "03:00:00")},
			{ID: "4", Call: "c4", State: queue.StatePending, EnteredAt: local(day2, "11:00:00")},
			{ID: "5", Call: "c5", State: queue.StateConnected, Uninvited: true, EnteredAt: local(day2, "11:00:00"), AnsweredAt: local(day2, "11:00:01"),
				Stints: []queue.Stint{{Agent: "ann", From: local(day2, "11:00:01")}}},
			{ID: "6", Call: "c6", State: queue.StateEnded, Outcome: queue.CallEnded, Reason: "repair", EnteredAt: local(day2, "10:00:00"), AnsweredAt: local(day2, "10:00:10"),
				SLA: sla.SLA{FirstResponse: sla.Clock{Outcome: sla.Breached}}, Stints: []queue.Stint{{Agent: "ann", From: local(day2, "10:00:10"), To: local(day2, "10:00:30")}}},
			// After the span: only makes c8 not contained.
			{ID: "7", Call: "c8", State: queue.StatePending, EnteredAt: local("2026-11-22", "00:00:00")},
		},
		Calls: []Call{
			{"c1", local(day1, "23:58:00"), local(day2, "00:10:00")},
			{"c2", local(day2, "08:58:00"), local(day2, "09:10:00")},
			{"c7", local(day2, "08:58:00"), local(day2, "09:10:00")},
			{"c8", local(day2, "23:58:00"), local("2026-11-22", "00:10:00")},
			{"c9", local(day2, "11:58:00"), time.Time{}},
			{"old", local("2026-11-19", "11:58:00"), local("2026-11-19", "12:00:00")},
		},
	}
}

func TestFigures(t *testing.T) {
	r := Make(week())
	if len(r.Days) != 2 || r.Days[0].Day != day1 || r.Days[1].Day != day2 || r.Zone != "Europe/Berlin" {
		t.Fatalf("days %+v of %s", r.Days, r.Zone)
	}
	want := Figures{Calls: 5, Ended: 4, Contained: 1, Handoffs: 5, Answered: 2, Abandoned: 1, OutOfHours: 1, Waiting: 1, Takeovers: 4, Unasked: 1, Requeues: 1, Transfers: 1, Returns: 1,
		Median: 10 * time.Second, P90: time.Minute, FirstMet: 1, FirstBreached: 1, ResolutionBreached: 1, AtRisk: 1}
	if got := fmt.Sprintf("%+v", r.Total); got != fmt.Sprintf("%+v", want) {
		t.Errorf("total\n%s, not\n%+v", got, want)
	}
	first := Figures{Calls: 1, Ended: 1, Handoffs: 1, Answered: 1, Takeovers: 2, Requeues: 1, Transfers: 1, Returns: 1, Median: time.Minute, P90: time.Minute, FirstMet: 1, ResolutionBreached: 1, AtRisk: 1}
	if got := fmt.Sprintf("%+v", r.Days[0].Figures); got != fmt.Sprintf("%+v", first) {
		t.Errorf("first day\n%s, not\n%+v", got, first)
	}
	wantReasons := []Reason{{"", 2, 0, 0, 0}, {"callerAsked", 2, 1, 1, time.Minute}, {"repair", 1, 1, 0, 10 * time.Second}}
	if !slices.Equal(r.Reasons, wantReasons) {
		t.Errorf("reasons %+v", r.Reasons)
	}
	wantAgents := []Agent{{"ann", 3, 2*time.Minute + 20*time.Second + 59*time.Minute + 59*time.Second, 2, 10 * time.Second, 1, 1}, {"ben", 1, time.Minute, 0, 0, 0, 0}}
	if !slices.Equal(r.Agents, wantAgents) {
		t.Errorf("agents %+v", r.Agents)
	}
}

func TestDays(t *testing.T) {
	for _, test := range []struct {
		name     string
		from, to time.Time
		zone     string
		want     []string
	}{
		{"none", local(day1, "10:00:00"), local(day1, "10:00:00"), "Europe/Berlin", nil},
		{"backwards", local(day2, "10:00:00"), local(day1, "10:00:00"), "Europe/Berlin", nil},
		{"up to midnight", local(day1, "00:00:00"), local(day2, "00:00:00"), "Europe/Berlin", []string{day1}},
		{"an hour put back", local("2026-10-24", "12:00:00"), local("2026-10-26", "00:00:01"), "Europe/Berlin", []string{"2026-10-24", "2026-10-25", "2026-10-26"}},
		{"an hour put forward", local("2026-03-28", "12:00:00"), local("2026-03-30", "00:00:01"), "Europe/Berlin", []string{"2026-03-28", "2026-03-29", "2026-03-30"}},
		{"a midnight that is not there", time.Date(2018, 11, 3, 12, 0, 0, 0, mustZone("America/Sao_Paulo")), time.Date(2018, 11, 5, 12, 0, 0, 0, mustZone("America/Sao_Paulo")), "America/Sao_Paulo",
			[]string{"2018-11-03", "2018-11-04", "2018-11-05"}},
		{"a day that is not there", time.Date(2011, 12, 29, 12, 0, 0, 0, mustZone("Pacific/Apia")), time.Date(2011, 12, 31, 12, 0, 0, 0, mustZone("Pacific/Apia")), "Pacific/Apia",
			[]string{"2011-12-29", "2011-12-30", "2011-12-31"}},
	} {
		if got := days(test.from, test.to, mustZone(test.zone)); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, not %v", test.name, got, test.want)
		}
	}
	long := days(local("2020-01-01", "00:00:00"), local(day2, "12:00:00"), berlin)
	if len(long) != MaxDays || long[MaxDays-1] != day2 {
		t.Errorf("%d days to %s", len(long), long[len(long)-1])
	}
}

func TestPercentile(t *testing.T) {
	for _, test := range []struct {
		of       []time.Duration
		p50, p90 time.Duration
	}{
		{nil, 0, 0}, {[]time.Duration{7}, 7, 7}, {[]time.Duration{9, 1}, 1, 9}, {[]time.Duration{3, 1, 2}, 2, 3},
		{[]time.Duration{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 5, 9},
	} {
		if a, b := percentile(test.of, 50), percentile(test.of, 90); a != test.p50 || b != test.p90 {
			t.Errorf("%v: %d and %d", test.of, a, b)
		}
	}
}

func TestCSV(t *testing.T) {
	r := Make(week())
	r.Reasons[0].Reason = "=HYPERLINK(\"x\"),\n"
	for _, table := range Tables() {
		var b bytes.Buffer
		if err := r.WriteCSV(&b, table, func(id string) string { return "+" + strings.ToUpper(id) }); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(b.String(), byteOrderMark)
		if !marked || !strings.HasPrefix(text, rtrim(table)) {
			t.Errorf("%s begins with %.10q", table, b.String())
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{TableDays: len(r.Days), TableReasons: len(r.Reasons), TableAgents: len(r.Agents)}[table] + 1
		if len(rows) != want {
			t.Errorf("%s: %d rows, not %d", table, len(rows), want)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
					t.Errorf("%s: a formula: %q", table, cell)
				}
			}
		}
		if table == TableDays && !slices.Equal(rows[1], strings.Split("2026-11-20,1,1,0,1,1,0,0,0,2,0,1,1,1,60,60,1,0,0,1,1", ",")) {
			t.Errorf("first day: %v", rows[1])
		}
		if table == TableAgents && !slices.Equal(rows[2], []string{"ben", "'+BEN", "1", "60", "0", "0", "0", "0"}) {
			t.Errorf("ben: %v", rows[2])
		}
	}
	if r.WriteCSV(&bytes.Buffer{}, "nonsense", nil) == nil {
		t.Error("a table that is not there")
	}
}

// rtrim is the first column of a table: its name without the plural.
func rtrim(table string) string { return strings.TrimSuffix(table, "s") }

// Whatever the records: the total is the sum of the days, each handoff is one of
// four, and percentiles are times that occurred.
func TestSums(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata"}
	rapid.Check(t, func(t *rapid.T) {
		zone := mustZone(rapid.SampledFrom(zones).Draw(t, "zone"))
		from := time.Date(2026, 10, 20, 0, 0, 0, 0, zone)
		to := from.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return from.Add(time.Duration(rapid.IntRange(-48*3600, 22*24*3600).Draw(t, "at")) * time.Second)
		})
		in := Input{From: from, To: to, Now: to, Zone: zone}
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			h := queue.Handoff{ID: fmt.Sprint(i), Call: fmt.Sprint("c", rapid.IntRange(0, 20).Draw(t, "call")), EnteredAt: moment.Draw(t, "entered"), Uninvited: rapid.Bool().Draw(t, "uninvited"),
				State:   rapid.SampledFrom([]queue.State{queue.StateEnded, queue.StatePending, queue.StateConnected}).Draw(t, "state"),
				Outcome: rapid.SampledFrom([]queue.Outcome{queue.Resolved, queue.Cancelled, queue.Expired, queue.OutOfHours, queue.CallEnded}).Draw(t, "outcome"),
				Reason:  rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "reason")}
			if rapid.Bool().Draw(t, "answered") {
				h.AnsweredAt = moment.Draw(t, "answeredAt")
				h.Stints = []queue.Stint{{Agent: "ann", From: h.AnsweredAt, To: moment.Draw(t, "until")}}
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
		r := Make(in)
		var sum Figures
		for _, d := range r.Days {
			sum.Calls += d.Calls
			sum.Contained += d.Contained
			sum.Handoffs += d.Handoffs
			sum.Answered += d.Answered
			sum.Takeovers += d.Takeovers
			if d.Handoffs != d.Answered+d.Abandoned+d.OutOfHours+d.Waiting {
				t.Fatalf("%s: %+v", d.Day, d)
			}
		}
		tot := r.Total
		if sum.Calls != tot.Calls || sum.Contained != tot.Contained || sum.Handoffs != tot.Handoffs || sum.Answered != tot.Answered || sum.Takeovers != tot.Takeovers {
			t.Fatalf("days %+v, total %+v", sum, tot)
		}
		inside := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
		calls, handoffs, by := 0, 0, 0
		var waits []time.Duration
		for _, c := range in.Calls {
			if inside(c.Created) {
				calls++
			}
		}
		for _, h := range in.Handoffs {
			if inside(h.EnteredAt) && !h.Uninvited {
				handoffs++
				if !h.AnsweredAt.IsZero() {
					waits = append(waits, wait(&h))
				}
			}
		}
		for _, x := range r.Reasons {
			by += x.Handoffs
		}
		if tot.Calls != calls || tot.Handoffs != handoffs || by != handoffs || tot.Contained > tot.Ended || tot.Ended > tot.Calls {
			t.Fatalf("%d calls, %d handoffs, %d by reason; %+v", calls, handoffs, by, tot)
		}
		if len(waits) > 0 && (!slices.Contains(waits, tot.Median) || !slices.Contains(waits, tot.P90) || tot.Median > tot.P90) {
			t.Fatalf("median %v and p90 %v of %v", tot.Median, tot.P90, waits)
		}
		for _, a := range r.Agents {
			if a.Time < 0 || a.Takeovers > len(in.Handoffs) {
				t.Fatalf("%+v", a)
			}
		}
	})
}
