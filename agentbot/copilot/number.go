package copilot

import (
	"strings"
	"unicode"
)

// Words of numbers, as they are said one after the other. None of them changes.
var (
	units = map[string]string{
		"zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
		"null": "0", "eins": "1", "ein": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "fünf": "5", "sechs": "6", "sieben": "7", "acht": "8", "neun": "9",
		"cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
		"零": "0", "〇": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9",
	}
	teens = map[string]string{
		"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
		"zehn": "10", "elf": "11", "zwölf": "12", "dreizehn": "13", "vierzehn": "14", "fünfzehn": "15", "sechzehn": "16", "siebzehn": "17", "achtzehn": "18", "neunzehn": "19",
		"diez": "10", "doce": "12", "trece": "13", "catorce": "14", "quince": "15", "dieciséis": "16", "diecisiete": "17", "dieciocho": "18", "diecinueve": "19",
		"veintiuno": "21", "veintidós": "22", "veintitrés": "23", "veinticuatro": "24", "veinticinco": "25", "veintiséis": "26", "veintisiete": "27", "veintiocho": "28", "veintinueve": "29",
	}
	tens = map[string]string{
		"twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7", "eighty": "8", "ninety": "9",
		"zwanzig": "2", "dreißig": "3", "vierzig": "4", "fünfzig": "5", "sechzig": "6", "siebzig": "7", "achtzig": "8", "neunzig": "9",
		"veinte": "2", "treinta": "3", "cuarenta": "4", "cincuenta": "5", "sesenta": "6", "setenta": "7", "ochenta": "8", "noventa": "9",
	}
	times  = map[string]int{"double": 2, "doppel": 2, "doble": 2, "triple": 3, "dreimal": 3, "zweimal": 2}
	spells = map[string]string{
		"alpha": "A", "alfa": "A", "bravo": "B", "charlie": "C", "delta": "D", "echo": "E", "foxtrot": "F", "golf": "G", "hotel": "H", "india": "I", "juliet": "J", "kilo": "K", "lima": "L",
		"mike": "M", "november": "N", "oscar": "O", "papa": "P", "quebec": "Q", "romeo": "R", "sierra": "S", "tango": "T", "uniform": "U", "victor": "V", "whiskey": "W", "xray": "X", "yankee": "Y", "zulu": "Z",
	}
	dashes   = setOf("dash hyphen minus bindestrich strich guion guión")
	hums     = setOf("uh um er erm äh ähm eh em")
	spelling = setOf("as like for wie de como") // "A as in apple", "M wie Martha"
	// what is counted or paid is no number of an order
	measures = setOf(`dollar dollars euro euros pound pounds percent per cent cents day days week weeks month months year years hour hours minute minutes
		o'clock people pieces times items kilo kilos km cm meters pm am tage tagen tag wochen woche monate jahre stunden uhr prozent stück mal
		dólares días semanas meses años horas minutos por 元 天 块 个 岁 点 月 年 件 小`)
)

// run is a number or a code as it was said, from token from to the one before to.
type run struct {
	from, to int
	text     string // upper case; digits, letters, dashes, a plus in front
	digits   int
	spoken   bool // at least one of its digits was a word
}

// longestRun bounds a number; nobody says a longer one.
const longestRun = 24

// runs finds the numbers and codes of a text: at least three digits.
func runs(tokens []token) []run {
	var out []run
	for i := 0; i < len(tokens); {
		r := runAt(tokens, i)
		if r.to == i {
			i++
			continue
		}
		if r.digits >= 3 && len(r.text) <= longestRun && !counted(tokens, r) {
			out = append(out, r)
		}
		i = max(r.to, i+1)
	}
	return out
}

// counted says whether a run is an amount: its unit follows, or it is a year.
func counted(tokens []token, r run) bool {
	if r.to < len(tokens) && measures[tokens[r.to].text] && !tokens[r.to-1].end {
		return true
	}
	if len(r.text) == 4 && !r.spoken && (strings.HasPrefix(r.text, "19") || strings.HasPrefix(r.text, "20")) && r.from > 0 {
		switch tokens[r.from-1].text {
		case "in", "since", "from", "seit", "desde", "en", "del":
			return true
		}
	}
	return false
}

func runAt(tokens []token, i int) run {
	r := run{from: i, to: i}
	var b strings.Builder
	last := i // the end of what was certainly part of it
	for j := i; j < len(tokens) && b.Len() <= longestRun; {
		piece, next, digits := pieceAt(tokens, j, b.Len() == 0)
		if next == j {
			if hums[tokens[j].text] && b.Len() > 0 {
				j++
				continue
			}
			break
		}
		b.WriteString(piece)
		r.digits += digits
		if digits > 0 && !strings.ContainsFunc(tokens[j].text, unicode.IsDigit) {
			r.spoken = true
		}
		j, last = next, next
		if tokens[j-1].end && r.digits >= 3 && !goesOn(tokens, j) {
			break
		}
	}
	r.to, r.text = last, strings.Trim(b.String(), "-")
	if !strings.ContainsFunc(r.text, unicode.IsDigit) {
		r.to = i // a spelled word is no number
	}
	return r
}

// goesOn says whether a number goes on behind a comma: with more digits, and not
// with a word first.
func goesOn(tokens []token, j int) bool {
	if j >= len(tokens) {
		return false
	}
	_, next, digits := pieceAt(tokens, j, false)
	return next > j && digits > 0
}

// pieceAt reads one piece of a number at token j: what it is, the token after
// it (j where there is none), and how many digits it has.
func pieceAt(tokens []token, j int, first bool) (piece string, next, digits int) {
	t := tokens[j].text
	after := func(k int) string {
		if k < len(tokens) {
			return tokens[k].text
		}
		return ""
	}
	switch {
	case t == "oh" && first && written(after(j+1)) > 0:
		return "", j, 0 // a sigh
	case units[t] != "":
		if after(j+1) == "hundred" || after(j+1) == "hundert" {
			return units[t] + "00", j + 2, 3
		}
		return units[t], j + 1, 1
	case teens[t] != "":
		if after(j+1) == "hundred" {
			return teens[t] + "00", j + 2, 4
		}
		return teens[t], j + 1, 2
	case tens[t] != "":
		k := j + 1
		if after(k) == "y" {
			k++ // treinta y uno
		}
		if u := units[after(k)]; u != "" && u != "0" && !tokens[j].end {
			if after(k+1) == "hundred" {
				return tens[t] + u + "00", k + 2, 4
			}
			return tens[t] + u, k + 1, 2
		}
		return tens[t] + "0", j + 1, 2
	case times[t] > 0:
		if u := units[after(j+1)]; u != "" {
			return strings.Repeat(u, times[t]), j + 2, times[t]
		}
		if d := after(j + 1); len(d) == 1 && d[0] >= '0' && d[0] <= '9' {
			return strings.Repeat(d, times[t]), j + 2, times[t]
		}
	case germanTens(t) != "":
		return germanTens(t), j + 1, 2
	case t == "plus" && first:
		return "+", j + 1, 0
	case dashes[t] && !first:
		return "-", j + 1, 0
	case spells[t] != "":
		return spells[t], j + 1, 0
	case len(t) == 1 && t[0] >= 'a' && t[0] <= 'z':
		if spelling[after(j+1)] {
			if after(j+2) == "in" && j+3 < len(tokens) {
				return strings.ToUpper(t), j + 4, 0
			}
			if j+2 < len(tokens) && units[after(j+2)] == "" {
				return strings.ToUpper(t), j + 3, 0
			}
		}
		if t == "o" && !first {
			return "0", j + 1, 1
		}
		return strings.ToUpper(t), j + 1, 0
	default:
		if n := written(t); n > 0 {
			return strings.ToUpper(strings.ReplaceAll(t, "/", "-")), j + 1, n
		}
	}
	return "", j, 0
}

// germanTens is "achtundvierzig" as 48, "" for any other word.
func germanTens(t string) string {
	unit, ten, ok := strings.Cut(t, "und")
	if ok && units[unit] != "" && tens[ten] != "" {
		return tens[ten] + units[unit]
	}
	return ""
}

// written counts the digits of a code as it is typed, such as 48-2210 or A1001;
// 0 for anything else.
func written(t string) int {
	digits, letters := 0, 0
	for i, r := range t {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z':
			letters++
		case r == '-' || r == '/' || r == '+' && i == 0:
		default:
			return 0
		}
	}
	if letters > 6 || letters > 0 && digits < 2 {
		return 0 // 1st, 2nd, a word
	}
	return digits
}
