package sla

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

var t0 = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// names tells events as goal:kind@seconds after t0 that they are about.
func names(events []Event) (out []string) {
	for _, e := range events {
		out = append(out, string(e.Goal)[:1]+":"+string(e.Kind)+"@"+e.Due.Sub(t0).String())
	}
	return out
}

var config = Config{Targets: [4]Target{{10 * time.Second, 100 * time.Second}, {20 * time.Second, 0}, {0, 100 * time.Second}, {}}}

func TestClocks(t *testing.T) {
	type step struct {
		at   time.Duration
		do   string
		want []string
	}
	for name, c := range map[string]struct {
		p     Priority
		steps []step
		end   [2]Outcome
	}{
		"met": {P1, []step{{0, "advance", nil}, {7999 * time.Millisecond, "advance", nil}, {9 * time.Second, "answered", []string{"f:atRisk@8s", "f:met@9s"}},
			{50 * time.Second, "answered", nil}, {79 * time.Second, "resolved", []string{"r:met@1m19s"}}, {200 * time.Second, "advance", nil}}, [2]Outcome{Met, Met}},
		"met without a warning": {P1, []step{{7 * time.Second, "answered", []string{"f:met@7s"}}, {8 * time.Second, "advance", nil}}, [2]Outcome{Met, Running}},
		"at the deadline it is breached": {P1, []step{{8 * time.Second, "advance", []string{"f:atRisk@8s"}}, {9 * time.Second, "advance", nil},
			{10 * time.Second, "answered", []string{"f:breached@10s"}}, {11 * time.Second, "answered", nil}}, [2]Outcome{Breached, Running}},
		"nobody looked: the deadline decides": {P1, []step{{200 * time.Second, "resolved", []string{"f:atRisk@8s", "f:breached@10s", "r:atRisk@1m20s", "r:breached@1m40s"}}},
			[2]Outcome{Breached, Breached}},
		"the clock jumps ahead and back": {P1, []step{{12 * time.Second, "advance", []string{"f:atRisk@8s", "f:breached@10s"}}, {-time.Hour, "advance", nil},
			{8 * time.Second, "advance", nil}, {10 * time.Second, "advance", nil}, {79 * time.Second, "advance", nil}, {80 * time.Second, "advance", []string{"r:atRisk@1m20s"}}}, [2]Outcome{Breached, Running}},
		"back before the start": {P1, []step{{-time.Hour, "answered", []string{"f:met@-1h0m0s"}}}, [2]Outcome{Met, Running}},
		"cancelled": {P1, []step{{9 * time.Second, "cancelled", []string{"f:atRisk@8s", "f:cancelled@9s", "r:cancelled@9s"}}, {500 * time.Second, "advance", nil},
			{501 * time.Second, "resolved", nil}}, [2]Outcome{Cancelled, Cancelled}},
		"a breach stays one":      {P1, []step{{11 * time.Second, "cancelled", []string{"f:atRisk@8s", "f:breached@10s", "r:cancelled@11s"}}}, [2]Outcome{Breached, Cancelled}},
		"one goal only":           {P2, []step{{20 * time.Second, "advance", []string{"f:atRisk@16s", "f:breached@20s"}}, {time.Hour, "resolved", nil}}, [2]Outcome{Breached, Running}},
		"the other only":          {P3, []step{{20 * time.Second, "answered", nil}, {90 * time.Second, "resolved", []string{"r:atRisk@1m20s", "r:met@1m30s"}}}, [2]Outcome{Running, Met}},
		"none":                    {P4, []step{{time.Hour, "resolved", nil}}, [2]Outcome{Running, Running}},
		"settled without a human": {P1, []step{{5 * time.Second, "resolved", []string{"f:cancelled@5s", "r:met@5s"}}}, [2]Outcome{Cancelled, Met}},
		"another priority": {P2, []step{{15 * time.Second, "advance", nil}, {16 * time.Second, "advance", []string{"f:atRisk@16s"}}, {17 * time.Second, "P1", nil},
			{17 * time.Second, "advance", []string{"f:breached@10s"}}, {18 * time.Second, "P2", nil}, {19 * time.Second, "advance", nil}}, [2]Outcome{Breached, Running}},
		"a priority without a target keeps the promise": {P1, []step{{time.Second, "P4", nil}, {10 * time.Second, "advance", []string{"f:atRisk@8s", "f:breached@10s"}}}, [2]Outcome{Breached, Running}},
		"lower: a warning is given once":                {P1, []step{{9 * time.Second, "advance", []string{"f:atRisk@8s"}}, {9 * time.Second, "P2", nil}, {19 * time.Second, "advance", nil}, {20 * time.Second, "advance", []string{"f:breached@20s"}}}, [2]Outcome{Breached, Running}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Begin(config, c.p, t0)
			for i, st := range c.steps {
				var events []Event
				now := t0.Add(st.at)
				switch st.do {
				case "advance":
					s, events = s.Advance(now)
				case "answered":
					s, events = s.Answered(now)
				case "resolved":
					s, events = s.Resolved(now)
				case "cancelled":
					s, events = s.Cancelled(now)
				default:
					s = s.Retarget(config, Priority(st.do[1]-'0'))
				}
				if got := names(events); !slices.Equal(got, st.want) {
					t.Fatalf("step %d, %s at %v: %v, want %v", i, st.do, st.at, got, st.want)
				}
				for _, e := range events {
					if !e.At.Equal(now) {
						t.Errorf("%v was noticed at %v", e, now)
					}
				}
			}
			if got := [2]Outcome{s.FirstResponse.Outcome, s.Resolution.Outcome}; got != c.end {
				t.Errorf("ends as %q, want %q", got, c.end)
			}
		})
	}
}

// A clock that begins in one night of daylight saving has its length in real
// time, whatever clocks on walls show.
func TestDaylightSaving(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, begin := range []time.Time{time.Date(2026, 3, 29, 1, 59, 0, 0, zone), time.Date(2026, 10, 25, 2, 59, 0, 0, zone)} {
		s := Begin(config, P1, begin)
		if s, _ = s.Advance(begin.Add(9999 * time.Millisecond)); s.Breached() {
			t.Errorf("breached early at %v", begin)
		}
		if s, _ = s.Advance(begin.Add(10 * time.Second).In(zone)); !s.Breached() {
			t.Errorf("not breached at %v", begin)
		}
		if s.FirstResponse.Deadline.Location() != time.UTC {
			t.Error("moments are kept in UTC")
		}
	}
}

// However it is looked at, and through whatever restarts: the same events about
// the same moments, each once.
func TestAnyPaceTellsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Targets: [4]Target{{time.Duration(rapid.IntRange(1, 100).Draw(t, "first")) * time.Second, time.Duration(rapid.IntRange(0, 200).Draw(t, "resolution")) * time.Second}},
			RiskAt: rapid.IntRange(1, 99).Draw(t, "risk")}
		end := t0.Add(time.Duration(rapid.IntRange(0, 250_000).Draw(t, "end")) * time.Millisecond)
		how := rapid.SampledFrom([]func(SLA, time.Time) (SLA, []Event){SLA.Answered, SLA.Resolved, SLA.Cancelled}).Draw(t, "how")

		once := Begin(c, P1, t0)
		once, want := how(once, end)

		s := Begin(c, P1, t0)
		var got []Event
		for range rapid.IntRange(0, 20).Draw(t, "looks") {
			now := t0.Add(time.Duration(rapid.IntRange(-100_000, int(end.Sub(t0)/time.Millisecond)).Draw(t, "look")) * time.Millisecond)
			var events []Event
			next := s.NextAt()
			s, events = s.Advance(now)
			if (len(events) > 0) != (!next.IsZero() && !next.After(now)) {
				t.Fatalf("NextAt %v, at %v there is %v", next, now, names(events))
			}
			got = append(got, events...)
			b, err := json.Marshal(s)
			var back SLA
			if err != nil || json.Unmarshal(b, &back) != nil || !reflect.DeepEqual(s, back) {
				t.Fatalf("%v: comes back as %v", s, back)
			}
			s = back
		}
		s, events := how(s, end)
		got = append(got, events...)
		if a, b := sorted(names(got)), sorted(names(want)); !slices.Equal(a, b) {
			t.Fatalf("%v, at once %v", a, b)
		}
		if s != once {
			t.Fatalf("%+v, at once %+v", s, once)
		}
	})
}

func sorted(s []string) []string { slices.Sort(s); return s }

func TestDefaults(t *testing.T) {
	c := Config{}.WithDefaults()
	if c.RiskAt != 80 || c.Targets[0].FirstResponse != 30*time.Second || c.Targets[3].Resolution != 2*time.Hour {
		t.Errorf("%+v", c)
	}
	if p := c.Check(); len(p) > 0 {
		t.Errorf("the defaults are wrong: %v", p)
	}
	none := Config{Targets: [4]Target{{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}}
	if s := Begin(none, P1, t0); s != (SLA{}) || len(none.Check()) > 0 {
		t.Errorf("no targets: %+v, %v", s, none.Check())
	}
	if s := Begin(Config{}, 9, t0); s != Begin(Config{}, P3, t0) {
		t.Error("a priority that is none counts as normal")
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   []string
	}{
		"good":      {config, nil},
		"too short": {Config{Targets: [4]Target{{FirstResponse: time.Millisecond}}}, []string{"targets[0].firstResponse range"}},
		"too long":  {Config{Targets: [4]Target{{}, {}, {}, {Resolution: longest + 1}}}, []string{"targets[3].resolution range"}},
		"order":     {Config{Targets: [4]Target{{}, {time.Hour, time.Minute}}}, []string{"targets[1].resolution order"}},
		"risk":      {Config{RiskAt: 100}, []string{"riskAt range"}},
	} {
		var got []string
		for _, p := range c.config.Check() {
			got = append(got, p.Field+" "+p.Code)
			if p.Message == "" {
				t.Errorf("%s: no message", name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// The longest target has a warning that lies within it.
func TestRisk(t *testing.T) {
	for _, target := range []time.Duration{time.Second, 99, longest} {
		if r := risk(target, 80); r <= 0 || r >= target {
			t.Errorf("%v of %v", r, target)
		}
	}
}
