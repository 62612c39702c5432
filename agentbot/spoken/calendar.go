package spoken

import (
	"fmt"
	"strings"
)

var (
	enMonths = strings.Fields("- January February March April May June July August September October November December")
	deMonths = strings.Fields("- Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
	esMonths = strings.Fields("- enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
)

// A date's year is 0 where none is written. before is the word before it, in
// lower case.

func englishDate(d, m, y int, _ string) string {
	text := enMonths[m] + " " + englishOrdinal(uint64(d))
	if y > 0 {
		text += ", " + englishYear(uint64(y))
	}
	return text
}

func germanDate(d, m, y int, before string) string {
	text := germanOrdinal(uint64(d)) + germanEnding(before) + " " + deMonths[m]
	if y > 0 {
		text += " " + germanYear(uint64(y))
	}
	return text
}

// germanEnding is that of an ordinal after a word.
func germanEnding(before string) string {
	switch before {
	case "am", "vom", "zum", "dem", "den", "ab", "bis", "beim", "im", "seit", "jedem", "jeden", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag":
		return "en"
	case "der", "die", "das", "jede", "jedes":
		return "e"
	}
	return "er"
}

func spanishDate(d, m, y int, _ string) string {
	day := spanish(uint64(d))
	if d == 1 {
		day = "primero"
	}
	text := day + " de " + esMonths[m]
	if y > 0 {
		text += " de " + spanish(uint64(y))
	}
	return text
}

func chineseDate(d, m, y int, _ string) string {
	text := chinese(uint64(m)) + "月" + chinese(uint64(d)) + "日"
	if y > 0 {
		text = chineseYear(uint64(y)) + "年" + text
	}
	return text
}

func englishYear(y uint64) string {
	switch hundreds, rest := y/100, y%100; {
	case y < 1000 || y > 9999 || y >= 2000 && y < 2010 || y%1000 == 0:
		return english(y)
	case rest == 0:
		return english(hundreds) + " hundred"
	case rest < 10:
		return english(hundreds) + " oh " + english(rest)
	default:
		return english(hundreds) + " " + english(rest)
	}
}

func germanYear(y uint64) string {
	if y < 1100 || y > 1999 {
		return german(y)
	}
	return germanWord(y/100, false) + "hundert" + germanRest(y%100, true)
}

func chineseYear(y uint64) string {
	var b strings.Builder
	for _, r := range fmt.Sprint(y) {
		b.WriteRune(zhDigits[r-'0'])
	}
	return b.String()
}

// A clock's half is 'a' or 'p' where the text says it.

func englishClock(h, m int, half byte) string {
	part := ""
	switch {
	case half == 'a' && h == 12, half == 0 && h == 0:
		if m == 0 {
			return "midnight"
		}
		h, part = 12, " at night"
	case half == 'p' && h == 12:
		if m == 0 {
			return "noon"
		}
		part = " in the afternoon"
	case half == 'a':
		part = " in the morning"
	case half == 'p' || h > 12:
		if h > 12 {
			h -= 12
		}
		switch {
		case h < 6:
			part = " in the afternoon"
		case h < 10:
			part = " in the evening"
		default:
			part = " at night"
		}
	}
	text := english(uint64(h))
	switch {
	case m == 0 && part == "":
		text += " o'clock"
	case m == 0:
	case m < 10:
		text += " oh " + english(uint64(m))
	default:
		text += " " + english(uint64(m))
	}
	return text + part
}

func germanClock(h, m int, _ byte) string {
	text := germanWord(uint64(h), false) + " Uhr"
	if m > 0 {
		text += " " + german(uint64(m))
	}
	return text
}

func spanishClock(h, m int, half byte) string {
	part := ""
	switch {
	case half == 'a':
		part = " de la mañana"
	case half == 'p' && h == 12:
		part = " del mediodía"
	case half == 'p' && h < 9 || h > 12 && h < 21:
		part = " de la tarde"
	case half == 'p' || h >= 21:
		part = " de la noche"
	}
	if h > 12 {
		h -= 12
	}
	if h == 0 {
		h, part = 12, " de la noche"
	}
	text := spanish(uint64(h))
	if h == 1 {
		text = "una"
	}
	switch m {
	case 0:
		if part == "" {
			text += " en punto"
		}
	case 15:
		text += " y cuarto"
	case 30:
		text += " y media"
	default:
		text += " y " + spanish(uint64(m))
	}
	return text + part
}

func chineseClock(h, m int, half byte) string {
	part := ""
	switch {
	case half == 'a':
		part = "上午"
	case half == 'p' && h < 6 || h > 12 && h < 18:
		part = "下午"
	case half == 'p' || h >= 18:
		part = "晚上"
	}
	if h > 12 {
		h -= 12
	}
	text := part + chinese(uint64(h)) + "点"
	if h == 2 {
		text = part + "两点"
	}
	switch {
	case m == 0:
	case m == 30:
		text += "半"
	case m < 10:
		text += "零" + chinese(uint64(m)) + "分"
	default:
		text += chinese(uint64(m)) + "分"
	}
	return text
}
