package hours

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// period reads "mon,tue 09:00-12:00", "2026-12-24 09:00-12:00", "2026-12-25 closed".
func period(s string) Period {
	when, times, _ := strings.Cut(s, " ")
	p := Period{Kind: Weekly, Days: strings.Split(when, ",")}
	if when[0] == '2' {
		p = Period{Kind: Date, Date: when}
	}
	if when == "all" {
		p.Days = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	}
	if times == "closed" {
		p.Closed = true
		return p
	}
	p.From, p.To, _ = strings.Cut(times, "-")
	return p
}

func schedule(zone string, periods ...string) Schedule {
	s := Schedule{TimeZone: zone}
	for _, p := range periods {
		s.Periods = append(s.Periods, period(p))
	}
	return s
}

func compile(t testing.TB, s Schedule) *Hours {
	t.Helper()
	h, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func in(t testing.TB, zone, at string) time.Time {
	t.Helper()
	z, err := location(zone)
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", at, z)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestWindows(t *testing.T) {
	const berlin = "Europe/Berlin"
	thursday := "2024-12-12"
	for name, c := range map[string]struct {
		zone    string
		periods []string
		day     string
		want    string // by the clocks of the zone, with their offsets where they are of interest
	}{
		"the example":                   {berlin, []string{"thu 09:00-12:00", "thu 10:00-12:00", "thu 13:00-18:00", "thu 15:00-17:00"}, thursday, "09:00-12:00 13:00-18:00"},
		"weekly and date together":      {berlin, []string{"thu 09:00-12:00", thursday + " 10:00-12:00", thursday + " 13:00-18:00", "thu 15:00-17:00"}, thursday, "09:00-12:00 13:00-18:00"},
		"widest":                        {berlin, []string{"thu 09:00-12:00", "thu 11:00-14:00", "thu 14:00-15:00"}, thursday, "09:00-15:00"},
		"one within the other":          {berlin, []string{"thu 09:00-18:00", "thu 10:00-11:00", "thu 17:00-17:30"}, thursday, "09:00-18:00"},
		"other days do not count":       {berlin, []string{"wed 09:00-12:00", "2024-12-13 09:00-12:00"}, thursday, ""},
		"closed":                        {berlin, []string{"all 09:00-12:00", thursday + " closed"}, thursday, ""},
		"closed but for the date's own": {berlin, []string{"all 09:00-18:00", thursday + " closed", thursday + " 10:00-11:00"}, thursday, "10:00-11:00"},
		"the day after is open":         {berlin, []string{"all 09:00-12:00", "2024-12-11 closed"}, thursday, "09:00-12:00"},
		"all day":                       {berlin, []string{"thu 00:00-24:00"}, thursday, "00:00-00:00"},
		"past midnight":                 {berlin, []string{"thu 22:00-06:00"}, thursday, "22:00-06:00"},
		"past midnight, into another":   {berlin, []string{"thu 22:00-02:00", "thu 23:00-06:00"}, thursday, "22:00-06:00"},
		"none":                          {berlin, nil, thursday, "00:00-00:00"},

		// 02:00 to 03:00 is not there on the last Sunday of March, and there twice on that of October.
		"spring, over the gap":      {berlin, []string{"sun 01:00-04:00"}, "2026-03-29", "01:00-04:00 2h0m0s"},
		"spring, begins in the gap": {berlin, []string{"sun 02:30-04:00"}, "2026-03-29", "03:00-04:00"},
		"spring, ends in the gap":   {berlin, []string{"sun 01:00-02:30"}, "2026-03-29", "01:00-03:00 1h0m0s"},
		"spring, within the gap":    {berlin, []string{"sun 02:10-02:50"}, "2026-03-29", ""},
		"autumn, over the hour":     {berlin, []string{"sun 01:00-04:00"}, "2026-10-25", "01:00-04:00 4h0m0s"},
		"autumn, begins in it":      {berlin, []string{"sun 02:30-04:00"}, "2026-10-25", "02:30-04:00 2h30m0s"},
		"autumn, ends in it":        {berlin, []string{"sun 01:00-02:30"}, "2026-10-25", "01:00-02:30 2h30m0s"},
		"autumn, within it":         {berlin, []string{"sun 02:10-02:50"}, "2026-10-25", "02:10-02:50 1h40m0s"},
		"autumn, all day":           {berlin, []string{"sun 00:00-24:00"}, "2026-10-25", "00:00-00:00 25h0m0s"},
		"spring, the night before":  {berlin, []string{"sat 22:00-06:00"}, "2026-03-28", "22:00-06:00 7h0m0s"},
		// Half an hour of daylight saving, and a day that Samoa left out.
		"Lord Howe":              {"Australia/Lord_Howe", []string{"sun 00:00-06:00"}, "2026-10-04", "00:00-06:00 5h30m0s"},
		"Samoa, the missing day": {"Pacific/Apia", []string{"2011-12-30 09:00-18:00"}, "2011-12-29", ""},
		"Samoa, over it":         {"Pacific/Apia", []string{"thu 22:00-06:00"}, "2011-12-29", "22:00-00:00 2h0m0s"},
		// A midnight that is not there.
		"Havana, no midnight": {"America/Havana", []string{"sun 00:00-06:00"}, "2026-03-08", "01:00-06:00 5h0m0s"},
		"UTC":                 {"", []string{"thu 09:00-12:00"}, thursday, "09:00-12:00"},
	} {
		t.Run(name, func(t *testing.T) {
			h := compile(t, schedule(c.zone, c.periods...))
			var got []string
			for _, w := range h.Windows(in(t, c.zone, c.day+" 12:00")) {
				s := w.From.In(h.zone).Format("15:04") + "-" + w.To.In(h.zone).Format("15:04")
				if strings.Contains(c.want, "m0s") {
					s += " " + w.To.Sub(w.From).String()
				}
				got = append(got, s)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%q, want %q", s, c.want)
			}
		})
	}
}

func TestOpenAndNext(t *testing.T) {
	office := schedule("Europe/Berlin", "mon,tue,wed,thu,fri 09:00-17:00", "fri 22:00-06:00", "2026-12-25 closed", "2027-03-07 10:00-12:00")
	h := compile(t, office)
	for at, c := range map[string]struct {
		open   bool
		change string
		next   string
	}{
		"2026-11-20 08:59": {false, "2026-11-20 09:00", "2026-11-20 09:00"}, // a Friday
		"2026-11-20 09:00": {true, "2026-11-20 17:00", "2026-11-20 09:00"},
		"2026-11-20 17:00": {false, "2026-11-20 22:00", "2026-11-20 22:00"},
		"2026-11-20 23:30": {true, "2026-11-21 06:00", "2026-11-20 23:30"},
		"2026-11-21 05:59": {true, "2026-11-21 06:00", "2026-11-21 05:59"},
		"2026-11-21 06:00": {false, "2026-11-23 09:00", "2026-11-23 09:00"},
		"2026-12-25 10:00": {false, "2026-12-28 09:00", "2026-12-28 09:00"}, // a Friday that is closed, its night too
		"2026-12-26 01:00": {false, "2026-12-28 09:00", "2026-12-28 09:00"},
		"2027-03-07 10:30": {true, "2027-03-07 12:00", "2027-03-07 10:30"}, // a Sunday
	} {
		now := in(t, "Europe/Berlin", at)
		if h.Open(now) != c.open {
			t.Errorf("%s: open %v", at, h.Open(now))
		}
		if got, ok := h.NextChange(now); !ok || !got.Equal(in(t, "Europe/Berlin", c.change)) {
			t.Errorf("%s: changes at %v, want %s", at, got, c.change)
		}
		if got, ok := h.NextOpen(now); !ok || !got.Equal(in(t, "Europe/Berlin", c.next)) {
			t.Errorf("%s: next open %v, want %s", at, got, c.next)
		}
	}

	far := in(t, "UTC", "2026-11-21 00:00")
	for name, c := range map[string]struct {
		s    Schedule
		want string
	}{
		"always":                         {schedule(""), ""},
		"every hour of the week":         {schedule("", "all 00:00-24:00"), ""},
		"always until a day is closed":   {schedule("", "all 00:00-24:00", "2033-05-01 closed"), "2033-05-01 00:00"},
		"closed on the edge of the view": {schedule("", "all 00:00-24:00", in(t, "UTC", "2026-11-21 00:00").AddDate(0, 0, farAhead).Format(time.DateOnly)+" closed"), far.AddDate(0, 0, farAhead).Format("2006-01-02 15:04")},
		"only a day to come":             {schedule("", "2033-05-01 22:00-06:00"), "2033-05-01 22:00"},
		"only days that are over":        {schedule("", "2020-05-01 09:00-12:00"), ""},
		"never: closed alone":            {schedule("", "2033-05-01 closed"), ""},
	} {
		h := compile(t, c.s)
		at, ok := h.NextChange(far)
		got := ""
		if ok {
			got = at.UTC().Format("2006-01-02 15:04")
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestStatus(t *testing.T) {
	s := schedule("UTC", "mon 09:00-17:00")
	s.Reply = "Back on Monday."
	h := compile(t, s)
	open, closed := in(t, "UTC", "2026-11-23 10:00"), in(t, "UTC", "2026-11-21 10:00")
	end, next := in(t, "UTC", "2026-11-23 17:00"), in(t, "UTC", "2026-11-23 09:00")
	for name, c := range map[string]struct {
		got, want Status
	}{
		"nobody could":      {h.Status(open, false, 3, false), Status{Service: NotConfigured}},
		"available":         {h.Status(open, true, 1, false), Status{Service: Available, Closes: end}},
		"nobody is there":   {h.Status(open, true, 0, false), Status{Service: Unavailable, Reason: "nobody", Closes: end}},
		"broken":            {h.Status(open, true, 1, true), Status{Service: Unavailable, Reason: "broken", Closes: end}},
		"closed":            {h.Status(closed, true, 5, false), Status{Service: Unavailable, Reason: "closed", Reply: "Back on Monday.", Opens: next}},
		"always":            {compile(t, Schedule{}).Status(closed, true, 1, false), Status{Service: Available}},
		"the default reply": {compile(t, schedule("", "2020-01-01 09:00-10:00")).Status(closed, true, 1, false), Status{Service: Unavailable, Reason: "closed", Reply: DefaultReply}},
	} {
		if a, b := fmt.Sprint(c.got.Opens.UTC(), c.got.Closes.UTC()), fmt.Sprint(c.want.Opens.UTC(), c.want.Closes.UTC()); a != b {
			t.Errorf("%s: %s, want %s", name, a, b)
		}
		c.got.Opens, c.got.Closes, c.want.Opens, c.want.Closes = time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	with := func(f func(*Schedule)) Schedule {
		s := schedule("Europe/Berlin", "mon 09:00-17:00", "2026-12-24 09:00-12:00")
		f(&s)
		return s
	}
	for name, c := range map[string]struct {
		s    Schedule
		want string
	}{
		"good":             {with(func(*Schedule) {}), ""},
		"nothing":          {Schedule{}, ""},
		"ten":              {with(func(s *Schedule) { s.Periods = slices.Repeat(s.Periods[:1], 10) }), ""},
		"eleven":           {with(func(s *Schedule) { s.Periods = slices.Repeat(s.Periods[:1], 11) }), "periods tooMany"},
		"zone":             {with(func(s *Schedule) { s.TimeZone = "Europe/Atlantis" }), "timeZone timeZone"},
		"the server's":     {with(func(s *Schedule) { s.TimeZone = "Local" }), "timeZone timeZone"},
		"a path":           {with(func(s *Schedule) { s.TimeZone = "../../etc/passwd" }), "timeZone timeZone"},
		"reply":            {with(func(s *Schedule) { s.Reply = strings.Repeat("é", MaxReply+1) }), "reply tooLong"},
		"long enough":      {with(func(s *Schedule) { s.Reply = strings.Repeat("é", MaxReply) }), ""},
		"kind":             {with(func(s *Schedule) { s.Periods[0].Kind = "monthly" }), "periods[0].kind kind"},
		"no days":          {with(func(s *Schedule) { s.Periods[0].Days = nil }), "periods[0].days missing"},
		"a day":            {with(func(s *Schedule) { s.Periods[0].Days = []string{"mon", "Tuesday"} }), "periods[0].days day"},
		"twice":            {with(func(s *Schedule) { s.Periods[0].Days = []string{"mon", "mon"} }), "periods[0].days twice"},
		"weekly with date": {with(func(s *Schedule) { s.Periods[0].Date = "2026-01-01" }), "periods[0].date unexpected"},
		"weekly closed":    {with(func(s *Schedule) { s.Periods[0].Closed = true }), "periods[0].closed unexpected"},
		"no date":          {with(func(s *Schedule) { s.Periods[1].Date = "" }), "periods[1].date date"},
		"31 June":          {with(func(s *Schedule) { s.Periods[1].Date = "2026-06-31" }), "periods[1].date date"},
		"date with days":   {with(func(s *Schedule) { s.Periods[1].Days = []string{"mon"} }), "periods[1].days unexpected"},
		"closed with time": {with(func(s *Schedule) { s.Periods[1].Closed = true }), "periods[1].from unexpected"},
		"from":             {with(func(s *Schedule) { s.Periods[0].From = "9:00" }), "periods[0].from time"},
		"from 24:00":       {with(func(s *Schedule) { s.Periods[0].From = "24:00" }), "periods[0].from time"},
		"to 24:00":         {with(func(s *Schedule) { s.Periods[0].To = "24:00" }), ""},
		"to 24:01":         {with(func(s *Schedule) { s.Periods[0].To = "24:01" }), "periods[0].to time"},
		"to 12:60":         {with(func(s *Schedule) { s.Periods[0].To = "12:60" }), "periods[0].to time"},
		"empty":            {with(func(s *Schedule) { s.Periods[0].To = "09:00" }), "periods[0].to empty"},
		"two at once":      {with(func(s *Schedule) { s.TimeZone, s.Periods[1].From = "x y", "" }), "timeZone timeZone, periods[1].from time"},
	} {
		var got []string
		for _, p := range c.s.Check() {
			got = append(got, p.Field+" "+p.Code)
			if p.Message == "" {
				t.Errorf("%s: no message", name)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", name, s, c.want)
		}
		_, err := Compile(c.s)
		var ce CheckError
		if (err == nil) != (c.want == "") || err != nil && !errors.As(err, &ce) {
			t.Errorf("%s: Compile: %v", name, err)
		}
	}
}

// naiveOpen asks each minute's neighbours: by the words of the documentation,
// for real time between moments that clocks show.
func naiveOpen(s Schedule, now time.Time) bool {
	if len(s.Periods) == 0 {
		return true
	}
	zone, _ := location(s.TimeZone)
	// All moments of three days around, minute by minute, by what clocks show.
	show := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04") }
	begin := now.Add(-60 * time.Hour).Truncate(time.Minute)
	first, last := map[string]time.Time{}, map[string]time.Time{}
	var order []time.Time
	for m := range 120 * 60 {
		t := begin.Add(time.Duration(m) * time.Minute)
		order = append(order, t)
		if _, ok := first[show(t)]; !ok {
			first[show(t)] = t
		}
		last[show(t)] = t
	}
	moment := func(which map[string]time.Time, shown string) time.Time {
		if t, ok := which[shown]; ok {
			return t
		}
		for _, t := range order { // skipped: the first that shows more
			if show(t) > shown {
				return t
			}
		}
		return order[len(order)-1]
	}
	next := func(day string) string {
		d, _ := time.Parse(time.DateOnly, day)
		return d.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	for n := -2; n <= 1; n++ {
		d := now.In(zone)
		d = time.Date(d.Year(), d.Month(), d.Day()+n, 12, 0, 0, 0, time.UTC)
		day, weekday := d.Format(time.DateOnly), strings.ToLower(d.Format("Mon"))
		closed := slices.ContainsFunc(s.Periods, func(p Period) bool { return p.Closed && p.Date == day })
		for _, p := range s.Periods {
			holds := p.Kind == Date && p.Date == day && !p.Closed || p.Kind == Weekly && !closed && slices.Contains(p.Days, weekday)
			if !holds {
				continue
			}
			to := day + " " + p.To
			if p.To <= p.From {
				to = next(day) + " " + p.To
			}
			if p.To == "24:00" {
				to = next(day) + " 00:00"
			}
			if !now.Before(moment(first, day+" "+p.From)) && now.Before(moment(last, to)) {
				return true
			}
		}
	}
	return false
}

var zones = []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "Pacific/Apia", ""}

// nights are near the changes of clocks in those zones.
var nights = []string{"2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-06-15", "2011-12-29", "2011-12-31"}

func drawSchedule(t *rapid.T, around time.Time) Schedule {
	s := Schedule{TimeZone: rapid.SampledFrom(zones).Draw(t, "zone")}
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.SampledFrom([]int{0, 1, 1, 2, 2, 2, 3, 9, 17, 22, 23}).Draw(t, "hour"), rapid.SampledFrom([]int{0, 10, 30, 59}).Draw(t, "minute"))
	})
	for range rapid.IntRange(0, 6).Draw(t, "periods") {
		p := Period{Kind: Weekly, From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
		if rapid.IntRange(0, 5).Draw(t, "24") == 0 {
			p.To = "24:00"
		}
		if p.From == p.To {
			p.To = "24:00"
		}
		if rapid.Bool().Draw(t, "date") {
			p.Kind, p.Date = Date, around.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, "day")).Format(time.DateOnly)
			if rapid.IntRange(0, 3).Draw(t, "closed") == 0 {
				p.Closed, p.From, p.To = true, "", ""
			}
		} else {
			p.Days = rapid.SliceOfNDistinct(rapid.SampledFrom(dayNames[:]), 1, 7, func(d string) string { return d }).Draw(t, "days")
		}
		s.Periods = append(s.Periods, p)
	}
	return s
}

func TestAgainstTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around, _ := time.Parse(time.DateOnly, rapid.SampledFrom(nights).Draw(t, "night"))
		s := drawSchedule(t, around)
		h, err := Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			now := around.Add(time.Duration(rapid.IntRange(-36*60, 36*60).Draw(t, "minute")) * time.Minute)
			if got, want := h.Open(now), naiveOpen(s, now); got != want {
				t.Fatalf("%v: open %v, the model %v", now.In(h.zone), got, want)
			}
		}
	})
}

// Between now and the next change it is as it is now, and then it is not.
func TestNextChangeIsTheNext(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around, _ := time.Parse(time.DateOnly, rapid.SampledFrom(nights).Draw(t, "night"))
		h, err := Compile(drawSchedule(t, around))
		if err != nil {
			t.Fatal(err)
		}
		now := around.Add(time.Duration(rapid.IntRange(-36*3600, 36*3600).Draw(t, "second")) * time.Second)
		open := h.Open(now)
		at, ok := h.NextChange(now)
		end := at
		if !ok {
			end = now.AddDate(0, 0, 12)
		} else if !at.After(now) || h.Open(at) == open {
			t.Fatalf("%v: changes at %v and does not", now, at)
		}
		if ok && h.Open(at.Add(-time.Nanosecond)) != open {
			t.Fatalf("%v: %v is not the first", now, at)
		}
		step := max(time.Minute, end.Sub(now)/2000)
		for x := now; x.Before(end); x = x.Add(step) {
			if h.Open(x) != open {
				t.Fatalf("%v: changes at %v already, not first at %v", now, x, at)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []Schedule{{}, schedule("Europe/Berlin", "mon,tue 09:00-12:00", "2026-12-24 22:00-06:00", "2026-12-25 closed")} {
		b, err := json.Marshal(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"periods":[{"kind":"weekly","days":["mon"],"from":"00:00","to":"24:00"}]} x`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		h := compile(t, s)
		now := time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC)
		open := h.Open(now)
		if at, ok := h.NextChange(now); ok && (!at.After(now) || h.Open(at) == open) {
			t.Errorf("changes at %v and does not", at)
		}
		again, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again); err != nil {
			t.Errorf("%s: is right and comes back wrong: %v", again, err)
		}
	})
}

func FuzzClock(f *testing.F) {
	for _, s := range []string{"00:00", "24:00", "24:01", "1:00", "12:60", "-1:00", "٠١:٠٠"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := parseClock(s)
		if ok && fmt.Sprintf("%02d:%02d", c/60, c%60) != s {
			t.Errorf("%q is %d", s, c)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	h := compile(b, schedule("Europe/Berlin", "mon,tue,wed,thu,fri 09:00-12:00", "mon,tue,wed,thu,fri 13:00-18:00", "fri 22:00-06:00", "2026-12-25 closed"))
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for b.Loop() {
		h.Open(now)
	}
}

func BenchmarkNextChange(b *testing.B) {
	h := compile(b, schedule("Europe/Berlin", "mon,tue,wed,thu,fri 09:00-12:00", "mon,tue,wed,thu,fri 13:00-18:00", "2026-12-25 closed"))
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for b.Loop() {
		h.NextChange(now)
	}
}
