package spoken

import "strings"

// tongue is how a language says its forms. It never changes.
type tongue struct {
	cardinal func(uint64) string
	digits   []string // one by one, as in a code
	separate string   // between digits
	pause    string   // between groups of digits
	german   bool     // 1.234,5
	point    string
	minus    string
	percent  func(number string) string
	to       string // of a range

	months map[string]int // names and abbreviations, in lower case
	date   func(d, m, y int, before string) string
	clock  func(h, m int, half byte) string // half: 'a', 'p' or 0
	year   func(y uint64) string

	dot, at, slash, dash, underscore, plus string
	number                                 string // of #5
	signs                                  map[rune]string
	units                                  map[string][2]string // one, more
	money                                  map[string]coin
	scales                                 map[string]string
	short                                  map[string]string // abbreviations with their full stop
	codes                                  map[string]bool   // words before a number that is a code, in lower case
	years                                  map[string]bool   // words before a year
	one                                    string            // before a noun
}

// coin is a currency.
type coin struct{ one, more, cent, cents string }

// tongueOf is the tongue of a BCP 47 tag, nil where the language is not known.
func tongueOf(language string) *tongue {
	tag, _, _ := strings.Cut(strings.ToLower(language), "-")
	if tag == "" || tag == "auto" {
		tag = "en"
	}
	return tongues[tag]
}

func words(text string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(text) {
		m[w] = true
	}
	return m
}

// numbered gives names their place, from 1; names of one month are joined by |.
func numbered(text string) map[string]int {
	m := make(map[string]int)
	for i, names := range strings.Fields(text) {
		for name := range strings.SplitSeq(names, "|") {
			m[name] = i + 1
		}
	}
	return m
}

// tongues are never changed.
var tongues = map[string]*tongue{
	"en": {
		cardinal: english, digits: enSmall[:10], separate: " ", pause: ", ", point: "point", minus: "minus ", to: "to",
		percent: func(n string) string { return n + " percent" },
		months:  numbered("january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sept|sep october|oct november|nov december|dec"),
		date:    englishDate, clock: englishClock, year: englishYear,
		dot: "dot", at: "at", slash: "slash", dash: "dash", underscore: "underscore", plus: "plus", number: "number",
		signs: map[rune]string{'&': "and", '+': "plus", '=': "equals", '@': "at", '%': "percent", '×': "times", '÷': "divided by", '±': "plus or minus", '§': "section", '~': "about", '≈': "about", '/': "or", '_': ""},
		units: map[string][2]string{
			"km": {"kilometer", "kilometers"}, "m": {"meter", "meters"}, "cm": {"centimeter", "centimeters"}, "mm": {"millimeter", "millimeters"}, "mi": {"mile", "miles"}, "ft": {"foot", "feet"},
			"kg": {"kilogram", "kilograms"}, "g": {"gram", "grams"}, "mg": {"milligram", "milligrams"}, "lb": {"pound", "pounds"}, "lbs": {"pound", "pounds"}, "oz": {"ounce", "ounces"}, "l": {"liter", "liters"}, "L": {"liter", "liters"}, "ml": {"milliliter", "milliliters"},
			"km/h": {"kilometer an hour", "kilometers an hour"}, "mph": {"mile an hour", "miles an hour"}, "°C": {"degree Celsius", "degrees Celsius"}, "°F": {"degree Fahrenheit", "degrees Fahrenheit"}, "°": {"degree", "degrees"},
			"kB": {"kilobyte", "kilobytes"}, "KB": {"kilobyte", "kilobytes"}, "MB": {"megabyte", "megabytes"}, "GB": {"gigabyte", "gigabytes"}, "TB": {"terabyte", "terabytes"}, "kWh": {"kilowatt hour", "kilowatt hours"}, "kW": {"kilowatt", "kilowatts"}, "W": {"watt", "watts"}, "V": {"volt", "volts"}, "Hz": {"hertz", "hertz"}, "GHz": {"gigahertz", "gigahertz"}, "mAh": {"milliamp hour", "milliamp hours"},
			"min": {"minute", "minutes"}, "h": {"hour", "hours"}, "hrs": {"hour", "hours"}, "hr": {"hour", "hours"}, "sec": {"second", "seconds"}, "s": {"second", "seconds"}, "ms": {"millisecond", "milliseconds"}, "m²": {"square meter", "square meters"}, "x": {"time", "times"}},
		money: map[string]coin{"$": {"dollar", "dollars", "cent", "cents"}, "USD": {"dollar", "dollars", "cent", "cents"}, "US$": {"dollar", "dollars", "cent", "cents"}, "€": {"euro", "euros", "cent", "cents"}, "EUR": {"euro", "euros", "cent", "cents"},
			"£": {"pound", "pounds", "penny", "pence"}, "GBP": {"pound", "pounds", "penny", "pence"}, "¥": {"yen", "yen", "sen", "sen"}, "CNY": {"yuan", "yuan", "fen", "fen"}, "CHF": {"franc", "francs", "centime", "centimes"}},
		scales: map[string]string{"thousand": "thousand", "million": "million", "billion": "billion", "k": "thousand", "M": "million", "bn": "billion"},
		short: map[string]string{"Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missus", "Ms.": "Miss", "Prof.": "Professor", "Jr.": "Junior", "Sr.": "Senior", "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately", "incl.": "including", "excl.": "excluding",
			"No.": "number", "Nos.": "numbers", "Tel.": "telephone", "Ave.": "Avenue", "Blvd.": "Boulevard", "Inc.": "Incorporated", "Ltd.": "Limited", "Co.": "Company", "dept.": "department", "Dept.": "Department", "ext.": "extension", "Ext.": "Extension", "max.": "maximum", "min.": "minimum", "St.": "Saint", "w/o": "without", "a.m.": "A M", "p.m.": "P M"},
		codes: words("order orders number no code pin id account invoice ticket tracking reference ref customer serial parcel case confirmation extension zip card ending booking policy member"),
		years: words("in since of until by year from before after during circa early late mid end spring summer autumn fall winter january february march april may june july august september october november december"),
	},
	"de": {
		cardinal: german, digits: deSmall[:10], separate: " ", pause: ", ", german: true, point: "Komma", minus: "minus ", to: "bis", one: "ein",
		percent: func(n string) string { return n + " Prozent" },
		months:  numbered("januar|jan|jänner februar|feb märz|mär april|apr mai juni|jun juli|jul august|aug september|sept|sep oktober|okt november|nov dezember|dez"),
		date:    germanDate, clock: germanClock, year: germanYear,
		dot: "Punkt", at: "ät", slash: "Schrägstrich", dash: "Minus", underscore: "Unterstrich", plus: "plus", number: "Nummer",
		signs: map[rune]string{'&': "und", '+': "plus", '=': "gleich", '@': "ät", '%': "Prozent", '×': "mal", '÷': "geteilt durch", '±': "plus minus", '§': "Paragraf", '~': "etwa", '≈': "etwa", '/': "oder", '_': ""},
		units: map[string][2]string{
			"km": {"Kilometer", "Kilometer"}, "m": {"Meter", "Meter"}, "cm": {"Zentimeter", "Zentimeter"}, "mm": {"Millimeter", "Millimeter"}, "kg": {"Kilogramm", "Kilogramm"}, "g": {"Gramm", "Gramm"}, "mg": {"Milligramm", "Milligramm"}, "l": {"Liter", "Liter"}, "ml": {"Milliliter", "Milliliter"},
			"km/h": {"Kilometer pro Stunde", "Kilometer pro Stunde"}, "°C": {"Grad Celsius", "Grad Celsius"}, "°": {"Grad", "Grad"}, "kB": {"Kilobyte", "Kilobyte"}, "MB": {"Megabyte", "Megabyte"}, "GB": {"Gigabyte", "Gigabyte"}, "TB": {"Terabyte", "Terabyte"}, "kWh": {"Kilowattstunde", "Kilowattstunden"}, "kW": {"Kilowatt", "Kilowatt"}, "W": {"Watt", "Watt"}, "V": {"Volt", "Volt"}, "Hz": {"Hertz", "Hertz"}, "GHz": {"Gigahertz", "Gigahertz"}, "mAh": {"Milliamperestunde", "Milliamperestunden"},
			"Min.": {"Minute", "Minuten"}, "min": {"Minute", "Minuten"}, "Std.": {"Stunde", "Stunden"}, "h": {"Stunde", "Stunden"}, "s": {"Sekunde", "Sekunden"}, "Sek.": {"Sekunde", "Sekunden"}, "m²": {"Quadratmeter", "Quadratmeter"}, "Stk.": {"Stück", "Stück"}, "x": {"mal", "mal"}},
		money:  map[string]coin{"€": {"Euro", "Euro", "Cent", "Cent"}, "EUR": {"Euro", "Euro", "Cent", "Cent"}, "$": {"Dollar", "Dollar", "Cent", "Cent"}, "USD": {"Dollar", "Dollar", "Cent", "Cent"}, "US$": {"Dollar", "Dollar", "Cent", "Cent"}, "£": {"Pfund", "Pfund", "Penny", "Pence"}, "GBP": {"Pfund", "Pfund", "Penny", "Pence"}, "¥": {"Yen", "Yen", "Sen", "Sen"}, "CHF": {"Franken", "Franken", "Rappen", "Rappen"}},
		scales: map[string]string{"Tausend": "tausend", "Mio.": "Millionen", "Million": "Million", "Millionen": "Millionen", "Mrd.": "Milliarden", "Milliarde": "Milliarde", "Milliarden": "Milliarden"},
		short: map[string]string{"Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau", "z. B.": "zum Beispiel", "z.B.": "zum Beispiel", "d. h.": "das heißt", "d.h.": "das heißt", "u. a.": "unter anderem", "u.a.": "unter anderem", "usw.": "und so weiter", "bzw.": "beziehungsweise", "ca.": "circa", "Nr.": "Nummer", "Str.": "Straße", "inkl.": "inklusive", "exkl.": "exklusive", "zzgl.": "zuzüglich", "MwSt.": "Mehrwertsteuer",
			"Mio.": "Millionen", "Mrd.": "Milliarden", "Tel.": "Telefon", "evtl.": "eventuell", "ggf.": "gegebenenfalls", "etc.": "et cetera", "max.": "maximal", "min.": "mindestens", "Mo.": "Montag", "Di.": "Dienstag", "Mi.": "Mittwoch", "Do.": "Donnerstag", "Sa.": "Samstag", "So.": "Sonntag", "i. d. R.": "in der Regel", "i.d.R.": "in der Regel", "o. Ä.": "oder Ähnliches", "v. a.": "vor allem", "v.a.": "vor allem", "St.": "Sankt", "Abt.": "Abteilung", "Art.-Nr.": "Artikelnummer", "Best.-Nr.": "Bestellnummer"},
		codes: words("bestellung bestellnummer auftrag auftragsnummer nummer nr code pin kundennummer rechnung rechnungsnummer ticket sendungsnummer referenz konto kontonummer paket vorgang aktenzeichen plz artikelnummer buchung"),
		years: words("jahr jahre jahres seit januar februar märz april mai juni juli august september oktober november dezember ende anfang mitte sommer winter herbst frühjahr anno"),
	},
	"es": {
		cardinal: spanish, digits: esSmall[:10], separate: " ", pause: ", ", german: true, point: "coma", minus: "menos ", to: "a", one: "un",
		percent: func(n string) string { return n + " por ciento" },
		months:  numbered("enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago septiembre|setiembre|sept|sep octubre|oct noviembre|nov diciembre|dic"),
		date:    spanishDate, clock: spanishClock, year: spanish,
		dot: "punto", at: "arroba", slash: "barra", dash: "guion", underscore: "guion bajo", plus: "más", number: "número",
		signs: map[rune]string{'&': "y", '+': "más", '=': "igual a", '@': "arroba", '%': "por ciento", '×': "por", '÷': "entre", '±': "más menos", '§': "párrafo", '~': "unos", '≈': "unos", '/': "o", '_': ""},
		units: map[string][2]string{
			"km": {"kilómetro", "kilómetros"}, "m": {"metro", "metros"}, "cm": {"centímetro", "centímetros"}, "mm": {"milímetro", "milímetros"}, "kg": {"kilo", "kilos"}, "g": {"gramo", "gramos"}, "mg": {"miligramo", "miligramos"}, "l": {"litro", "litros"}, "ml": {"mililitro", "mililitros"},
			"km/h": {"kilómetro por hora", "kilómetros por hora"}, "°C": {"grado", "grados"}, "ºC": {"grado", "grados"}, "°": {"grado", "grados"}, "kB": {"kilobyte", "kilobytes"}, "MB": {"megabyte", "megabytes"}, "GB": {"gigabyte", "gigabytes"}, "TB": {"terabyte", "terabytes"}, "kWh": {"kilovatio hora", "kilovatios hora"}, "kW": {"kilovatio", "kilovatios"}, "W": {"vatio", "vatios"}, "V": {"voltio", "voltios"}, "Hz": {"hercio", "hercios"}, "GHz": {"gigahercio", "gigahercios"},
			"min": {"minuto", "minutos"}, "h": {"hora", "horas"}, "s": {"segundo", "segundos"}, "seg": {"segundo", "segundos"}, "m²": {"metro cuadrado", "metros cuadrados"}, "uds.": {"unidad", "unidades"}},
		money:  map[string]coin{"€": {"euro", "euros", "céntimo", "céntimos"}, "EUR": {"euro", "euros", "céntimo", "céntimos"}, "$": {"dólar", "dólares", "centavo", "centavos"}, "USD": {"dólar", "dólares", "centavo", "centavos"}, "US$": {"dólar", "dólares", "centavo", "centavos"}, "£": {"libra", "libras", "penique", "peniques"}, "GBP": {"libra", "libras", "penique", "peniques"}, "¥": {"yen", "yenes", "sen", "sen"}, "MXN": {"peso", "pesos", "centavo", "centavos"}},
		scales: map[string]string{"mil": "mil", "millón": "millón de", "millones": "millones de"},
		short:  map[string]string{"Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Dr.": "doctor", "Dra.": "doctora", "D.": "don", "Dña.": "doña", "Ud.": "usted", "Uds.": "ustedes", "p. ej.": "por ejemplo", "p.ej.": "por ejemplo", "etc.": "etcétera", "núm.": "número", "n.º": "número", "nº": "número", "tel.": "teléfono", "Tel.": "teléfono", "aprox.": "aproximadamente", "EE. UU.": "Estados Unidos", "EE.UU.": "Estados Unidos", "Av.": "Avenida", "Avda.": "Avenida", "C/": "calle ", "máx.": "máximo", "mín.": "mínimo", "incl.": "incluido", "pág.": "página", "a. m.": "de la mañana", "p. m.": "de la tarde"},
		codes:  words("pedido pedidos número código pin cuenta factura referencia envío seguimiento cliente caso paquete tarjeta postal reserva artículo ticket"),
		years:  words("año"),
	},
	"zh": {
		cardinal: chinese, digits: strings.Split("零 幺 二 三 四 五 六 七 八 九", " "), separate: "", pause: "，", point: "点", minus: "负", to: "到",
		percent: func(n string) string { return "百分之" + n },
		months:  map[string]int{}, date: chineseDate, clock: chineseClock, year: chineseYear,
		dot: "点", at: "艾特", slash: "斜杠", dash: "杠", underscore: "下划线", plus: "加", number: "号码",
		signs: map[rune]string{'&': "和", '+': "加", '=': "等于", '@': "艾特", '%': "百分号", '×': "乘", '÷': "除以", '±': "正负", '~': "到", '～': "到", '≈': "约", '/': "或", '_': ""},
		units: map[string][2]string{
			"km": {"公里", "公里"}, "m": {"米", "米"}, "cm": {"厘米", "厘米"}, "mm": {"毫米", "毫米"}, "kg": {"公斤", "公斤"}, "g": {"克", "克"}, "mg": {"毫克", "毫克"}, "l": {"升", "升"}, "L": {"升", "升"}, "ml": {"毫升", "毫升"}, "km/h": {"公里每小时", "公里每小时"}, "°C": {"摄氏度", "摄氏度"}, "℃": {"摄氏度", "摄氏度"}, "°": {"度", "度"},
			"MB": {"兆", "兆"}, "GB": {"G", "G"}, "kWh": {"度电", "度电"}, "W": {"瓦", "瓦"}, "V": {"伏", "伏"}, "min": {"分钟", "分钟"}, "h": {"小时", "小时"}, "s": {"秒", "秒"}, "m²": {"平方米", "平方米"}, "㎡": {"平方米", "平方米"}},
		money:  map[string]coin{"¥": {one: "元", more: "元"}, "￥": {one: "元", more: "元"}, "元": {one: "元", more: "元"}, "CNY": {one: "元", more: "元"}, "RMB": {one: "元", more: "元"}, "$": {one: "美元", more: "美元"}, "USD": {one: "美元", more: "美元"}, "US$": {one: "美元", more: "美元"}, "€": {one: "欧元", more: "欧元"}, "EUR": {one: "欧元", more: "欧元"}, "£": {one: "英镑", more: "英镑"}},
		scales: map[string]string{"万": "万", "亿": "亿"},
		short:  map[string]string{},
		codes:  words("订单 订单号 号码 单号 编号 验证码 密码 账号 卡号 快递单号 客户号 工单 电话"),
		years:  words(""),
	},
}
