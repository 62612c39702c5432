package spoken

import "strings"

// A cardinal says whole numbers up to 999,999,999,999,999; what is larger is
// said digit by digit.
const mostCardinal = 999_999_999_999_999

// These tables are never changed.
var (
	enSmall = strings.Fields(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen`)
	enTens  = strings.Fields(`- - twenty thirty forty fifty sixty seventy eighty ninety`)
	enLarge = strings.Fields(`- thousand million billion trillion`)

	deSmall = strings.Fields(`null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn`)
	deTens  = strings.Fields(`- - zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig`)
	deLarge = [][2]string{{}, {}, {"Million", "Millionen"}, {"Milliarde", "Milliarden"}, {"Billion", "Billionen"}}

	esSmall = strings.Fields(`cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve
		veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve`)
	esTens     = strings.Fields(`- - - treinta cuarenta cincuenta sesenta setenta ochenta noventa`)
	esHundreds = strings.Fields(`- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos`)

	zhDigits = []rune("零一二三四五六七八九")
)

func english(n uint64) string {
	switch {
	case n < 20:
		return enSmall[n]
	case n < 100:
		if n%10 == 0 {
			return enTens[n/10]
		}
		return enTens[n/10] + "-" + enSmall[n%10]
	case n < 1000:
		return join(enSmall[n/100]+" hundred", n%100, english)
	}
	unit, i := uint64(1000), 1
	for i < len(enLarge)-1 && n >= unit*1000 {
		unit, i = unit*1000, i+1
	}
	return join(english(n/unit)+" "+enLarge[i], n%unit, english)
}

// join adds the rest of a number, if there is one.
func join(text string, rest uint64, say func(uint64) string) string {
	if rest == 0 {
		return text
	}
	return text + " " + say(rest)
}

func german(n uint64) string {
	if n < 1_000_000 {
		return germanWord(n, true)
	}
	unit, i := uint64(1_000_000), 2
	for i < len(deLarge)-1 && n >= unit*1000 {
		unit, i = unit*1000, i+1
	}
	head := germanWord(n/unit, false) + " " + deLarge[i][1]
	if n/unit == 1 {
		head = "eine " + deLarge[i][0]
	}
	return join(head, n%unit, german)
}

// germanWord is a number below a million in one word; last is false where more
// of the word follows.
func germanWord(n uint64, last bool) string {
	switch {
	case n == 1 && !last:
		return "ein"
	case n < 20:
		return deSmall[n]
	case n < 100:
		if n%10 == 0 {
			return deTens[n/10]
		}
		return germanWord(n%10, false) + "und" + deTens[n/10]
	case n < 1000:
		return germanWord(n/100, false) + "hundert" + germanRest(n%100, last)
	}
	return germanWord(n/1000, false) + "tausend" + germanRest(n%1000, last)
}

func germanRest(n uint64, last bool) string {
	if n == 0 {
		return ""
	}
	return germanWord(n, last)
}

func spanish(n uint64) string {
	switch {
	case n < 30:
		return esSmall[n]
	case n < 100:
		if n%10 == 0 {
			return esTens[n/10]
		}
		return esTens[n/10] + " y " + esSmall[n%10]
	case n == 100:
		return "cien"
	case n < 1000:
		return join(esHundreds[n/100], n%100, spanish)
	case n < 2000:
		return join("mil", n%1000, spanish)
	case n < 1_000_000:
		return join(shortUno(spanish(n/1000))+" mil", n%1000, spanish)
	case n < 2_000_000:
		return join("un millón", n%1_000_000, spanish)
	case n < 1_000_000_000_000:
		return join(shortUno(spanish(n/1_000_000))+" millones", n%1_000_000, spanish)
	case n < 2_000_000_000_000:
		return join("un billón", n%1_000_000_000_000, spanish)
	}
	return join(shortUno(spanish(n/1_000_000_000_000))+" billones", n%1_000_000_000_000, spanish)
}

// shortUno is a number as it stands before a noun: "veintiún", "un".
func shortUno(text string) string {
	if before, ok := strings.CutSuffix(text, "veintiuno"); ok {
		return before + "veintiún"
	}
	if before, ok := strings.CutSuffix(text, "uno"); ok {
		return before + "un"
	}
	return text
}

func chinese(n uint64) string {
	if n < 10000 {
		return chineseSmall(n, true)
	}
	units := []struct {
		size uint64
		name string
	}{{1_0000_0000_0000, "万亿"}, {1_0000_0000, "亿"}, {1_0000, "万"}}
	for _, u := range units {
		if n >= u.size {
			rest := ""
			if n%u.size != 0 {
				rest = chinese(n % u.size)
				if r, ok := strings.CutPrefix(rest, "十"); ok {
					rest = "一十" + r
				}
				if n%u.size < u.size/10 {
					rest = "零" + rest
				}
			}
			head := chinese(n / u.size)
			if head == "二" {
				head = "两"
			}
			return head + u.name + rest
		}
	}
	return ""
}

// chineseSmall is a number below 10,000; alone is whether 10 to 19 drop their
// first digit.
func chineseSmall(n uint64, alone bool) string {
	switch {
	case n < 10:
		return string(zhDigits[n])
	case n < 20 && alone:
		return "十" + chineseUnits(n%10)
	case n < 100:
		return string(zhDigits[n/10]) + "十" + chineseUnits(n%10)
	case n < 1000:
		return chineseHead(n/100, "百", n%100, 10)
	}
	return chineseHead(n/1000, "千", n%1000, 100)
}

func chineseUnits(n uint64) string {
	if n == 0 {
		return ""
	}
	return string(zhDigits[n])
}

func chineseHead(digit uint64, unit string, rest, full uint64) string {
	head := string(zhDigits[digit])
	if digit == 2 && unit == "千" {
		head = "两"
	}
	switch {
	case rest == 0:
		return head + unit
	case rest < full:
		return head + unit + "零" + chineseSmall(rest, false)
	}
	return head + unit + chineseSmall(rest, false)
}

// Ordinals.

var enOrdinals = map[string]string{"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"} // never changed

func englishOrdinal(n uint64) string {
	text := english(n)
	at := strings.LastIndexAny(text, " -") + 1
	head, last := text[:at], text[at:]
	if irregular, ok := enOrdinals[last]; ok {
		return head + irregular
	}
	if stem, ok := strings.CutSuffix(last, "y"); ok {
		return head + stem + "ieth"
	}
	return head + last + "th"
}

// germanOrdinal is the stem; e, en or er follows.
func germanOrdinal(n uint64) string {
	switch n {
	case 1:
		return "erst"
	case 3:
		return "dritt"
	case 7:
		return "siebt"
	case 8:
		return "acht"
	}
	if rest := n % 100; n > 100 && rest > 0 && rest < 20 {
		return germanWord(n-rest, false) + germanOrdinal(rest)
	} else if rest < 20 && rest > 0 {
		return germanWord(n, true) + "t"
	}
	return germanWord(n, true) + "st"
}

var esOrdinals = strings.Fields(`- primer segund tercer cuart quint sext séptim octav noven décim`) // never changed

func spanishOrdinal(n uint64, feminine bool) string {
	if n == 0 || n >= uint64(len(esOrdinals)) {
		return spanish(n)
	}
	end := "o"
	if feminine {
		end = "a"
	}
	return esOrdinals[n] + end
}
