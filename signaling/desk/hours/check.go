package hours

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// clockTime is minutes since midnight by the clock on the wall.
type clockTime int

const dayMinutes = 24 * 60

// parseClock reads 00:00 to 24:00.
func parseClock(s string) (clockTime, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	two := func(s string) int {
		if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
			return -1
		}
		return int(s[0]-'0')*10 + int(s[1]-'0')
	}
	h, m := two(s[:2]), two(s[3:])
	if h < 0 || m < 0 || m > 59 || h*60+m > dayMinutes {
		return 0, false
	}
	return clockTime(h*60 + m), true
}

var dayNames = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// day is a natural day, whatever the time zone.
type day struct {
	year  int
	month time.Month
	day   int
}

func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day{y, m, d}
}

func (d day) add(n int) day { return dayOf(time.Date(d.year, d.month, d.day+n, 0, 0, 0, 0, time.UTC)) }

func (d day) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func parseDay(s string) (day, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) || t.Year() < 2000 {
		return day{}, false
	}
	return dayOf(t), true
}

// Check says what is wrong with s, field by field; nothing is right.
func (s Schedule) Check() []Problem {
	var out []Problem
	problem := func(field, code, format string, args ...any) {
		out = append(out, Problem{field, code, fmt.Sprintf(format, args...)})
	}
	if _, err := location(s.TimeZone); err != nil {
		problem("timeZone", "timeZone", "a name such as Europe/Berlin")
	}
	if len(s.Periods) > MaxPeriods {
		problem("periods", "tooMany", "at most %d periods", MaxPeriods)
	}
	if utf8.RuneCountInString(s.Reply) > MaxReply {
		problem("reply", "tooLong", "at most %d characters", MaxReply)
	} else if !utf8.ValidString(s.Reply) {
		problem("reply", "text", "text only")
	}
	for i, p := range s.Periods {
		p.check(func(field, code, format string, args ...any) {
			problem(fmt.Sprintf("periods[%d].%s", i, field), code, format, args...)
		})
	}
	return out
}

func (p Period) check(problem func(field, code, format string, args ...any)) {
	switch p.Kind {
	case Weekly:
		if len(p.Days) == 0 {
			problem("days", "missing", "at least one day")
		}
		for i, d := range p.Days {
			if !slices.Contains(dayNames[:], d) {
				problem("days", "day", "mon, tue, wed, thu, fri, sat or sun")
			} else if slices.Contains(p.Days[:i], d) {
				problem("days", "twice", "each day once")
			}
		}
		if p.Date != "" {
			problem("date", "unexpected", "a weekly period has no date")
		}
		if p.Closed {
			problem("closed", "unexpected", "only a date can be closed; leave the day out instead")
		}
	case Date:
		if _, ok := parseDay(p.Date); !ok {
			problem("date", "date", "a date such as 2026-12-24")
		}
		if len(p.Days) > 0 {
			problem("days", "unexpected", "a period on a date has no days of the week")
		}
	default:
		problem("kind", "kind", "weekly or date")
	}
	if p.Closed && p.Kind == Date {
		if p.From != "" || p.To != "" {
			problem("from", "unexpected", "a closed date has no times")
		}
		return
	}
	from, ok1 := parseClock(p.From)
	if ok1 && from == dayMinutes {
		ok1 = false
	}
	if !ok1 {
		problem("from", "time", "a time from 00:00 to 23:59")
	}
	to, ok2 := parseClock(p.To)
	if !ok2 {
		problem("to", "time", "a time from 00:00 to 24:00")
	}
	if ok1 && ok2 && from == to {
		problem("to", "empty", "another time than the beginning; the whole day is 00:00 to 24:00")
	}
}

func location(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if name == "Local" { // the server's own is nobody's choice
		return nil, errors.New("hours: Local is no time zone")
	}
	return time.LoadLocation(name)
}

// Parse reads a schedule as the form sends it: members that it does not know
// and values that are wrong are errors. The error for a value is a CheckError.
func Parse(b []byte) (Schedule, error) {
	var s Schedule
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Schedule{}, fmt.Errorf("hours: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Schedule{}, errors.New("hours: more than one value")
	}
	if p := s.Check(); len(p) > 0 {
		return Schedule{}, CheckError(p)
	}
	return s, nil
}

// CheckError is what is wrong with a schedule.
type CheckError []Problem

func (e CheckError) Error() string {
	return fmt.Sprintf("hours: %s: %s", e[0].Field, e[0].Message)
}
