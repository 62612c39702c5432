package hours

import "time"

// earliest is the first moment at which clocks in the zone show c on d; where
// they never do, the moment they skip it. latest is the last such moment.
func earliest(zone *time.Location, d day, c clockTime) time.Time {
	first, _ := moments(zone, d, c)
	return first
}

func latest(zone *time.Location, d day, c clockTime) time.Time {
	_, last := moments(zone, d, c)
	return last
}

// moments tries the offsets that hold around the time, a day before and after.
func moments(zone *time.Location, d day, c clockTime) (first, last time.Time) {
	wall := time.Date(d.year, d.month, d.day, 0, int(c), 0, 0, time.UTC) // as if the zone were UTC
	for _, near := range [3]time.Duration{-24 * time.Hour, 0, 24 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if _, o := at.In(zone).Zone(); o != offset {
			continue // clocks show another time then
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if last.IsZero() || at.After(last) {
			last = at
		}
	}
	if first.IsZero() {
		first = skipped(zone, wall)
		last = first
	}
	return first, last
}

// skipped is the moment at which clocks skip a time that they never show: the
// first at which they show a later one.
func skipped(zone *time.Location, wall time.Time) time.Time {
	later := func(t time.Time) bool {
		_, offset := t.In(zone).Zone()
		return t.Add(time.Duration(offset) * time.Second).After(wall)
	}
	lo, hi := wall.Add(-36*time.Hour).Unix(), wall.Add(36*time.Hour).Unix()
	for hi-lo > 1 {
		mid := lo + (hi-lo)/2
		if later(time.Unix(mid, 0)) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return time.Unix(hi, 0).UTC()
}
