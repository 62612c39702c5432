package spoken

import "strconv"

// amount says money: "$29.99", "29,99 €", "5 Mio. Euro".
func (s *speaker) amount(rest string) bool {
	code := longest(s.t.money, rest)
	var n number
	var used int
	if code != "" {
		after, gap := afterSpace(rest[len(code):])
		var length int
		if n, length = s.t.read(after); length == 0 || n.negative {
			return false
		}
		used = len(code) + gap + length
	} else {
		if n, used = s.t.read(rest); used == 0 {
			return false
		}
	}
	scale := ""
	after, gap := afterSpace(rest[used:])
	if k := longest(s.t.scales, after); k != "" && (code != "" || gap+len(k) < len(rest)-used) {
		scale = s.t.scales[k]
		used += gap + len(k)
	}
	if code == "" {
		after, gap = afterSpace(rest[used:])
		if code = longest(s.t.money, after); code == "" {
			return false
		}
		used += gap + len(code)
	}
	return s.form(rest[:used], s.t.coins(n, scale, s.t.money[code]))
}

// coins is an amount of a currency.
func (t *tongue) coins(n number, scale string, c coin) string {
	if t.separate == "" {
		return t.say(n) + scale + c.one
	}
	name := c.more
	if n.single() && scale == "" {
		name = c.one
	}
	cents, err := strconv.Atoi(n.fraction)
	switch {
	case scale != "":
		return t.before(n) + " " + scale + " " + name
	case err != nil || cents == 0:
		return t.before(number{whole: n.whole, negative: n.negative}) + " " + name
	case len(n.fraction) != 2:
		return t.say(n) + " " + name
	}
	small := number{whole: uint64(cents)}
	part := t.before(small) + " " + c.cents
	if small.single() {
		part = t.before(small) + " " + c.cent
	}
	whole := number{whole: n.whole, negative: n.negative}
	switch {
	case n.whole == 0:
		return part
	case t.one == "ein":
		return t.before(whole) + " " + name + " " + t.cardinal(uint64(cents))
	case t.one == "un":
		return t.before(whole) + " " + name + " con " + part
	}
	return t.before(whole) + " " + name + " and " + part
}
