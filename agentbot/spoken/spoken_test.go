package spoken

import (
	"math/rand"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestMarkup(t *testing.T) {
	for written, want := range map[string]string{
		"Plain words, nothing else?":                        "Plain words, nothing else?",
		"It is **very** good and *quite* cheap, __truly__.": "It is very good and quite cheap, truly.",
		"**Hello there. How are":                            "Hello there. How are",
		"a _small_ snake_case_name":                         "a small snake_case_name",
		"3 * 4 is 12 and 2*3":                               "3 * 4 is 12 and 2*3",
		"~~old~~ new":                                       "old new",
		"Press `Enter` now":                                 "Press Enter now",
		"# Returns":                                         "Returns",
		"- one thing":                                       "one thing",
		"* another\n* and more":                             "another,and more",
		"1. Open the box":                                   "1. Open the box",
		"> quoted words":                                    "quoted words",
		"- [x] done":                                        "done",
		"See [our page](https://x.example/a?b=c) for it.": "See our page for it.",
		"See [**our** page][1] for it.":                   "See our page for it.",
		"![A box](box.png) It is open.[^1]":               "A box It is open.",
		"Write to <help@x.example>.":                      "Write to help@x.example.",
		"See <https://x.example>.":                        "See https://x.example.",
		"Good <b>news</b> &amp; more<br>here":             "Good news & more here",
		"5 < 6 and 7 > 6":                                 "5 < 6 and 7 > 6",
		"Great 👍🏽 news 🎉":                                 "Great news ",
		"👋 Hello":                                         "Hello",
		"Press 1️⃣ now":                                   "Press now",
		"Relevo® is here™.":                               "Relevo is here.",
		"| Size | Price |":                                "Size, Price ",
		"|---|:--:|":                                      "",
		"---":                                             "",
		"Before\n```go\nx := 1\n```\nafter":               "Before,after",
		"\\*not emphasis\\*":                              "*not emphasis*",
		"[not a link] here":                               "[not a link] here",
		"It costs $29.99.":                                "It costs $29.99.",
		"Wir haben **drei** Größen.":                      "Wir haben drei Größen.",
		"我们**星期一**营业。":                                    "我们星期一营业。",
		"":                                                "",
	} {
		got := Of(written, "en", Markup)
		if strings.TrimSpace(got.Say) != strings.TrimSpace(strings.ReplaceAll(want, ",a", ", a")) && got.Say != want {
			t.Errorf("%q\n said %q\n want %q", written, got.Say, want)
		}
		check(t, written, got)
	}
}

func TestForms(t *testing.T) {
	for _, test := range []struct{ language, written, want string }{
		{"en", "It costs $29.99 today.", "It costs twenty-nine dollars and ninety-nine cents today."},
		{"en", "That is $1, £2.01, €0.50 or EUR 1,234.", "That is one dollar, two pounds and one penny, fifty cents or one thousand two hundred thirty-four euros."},
		{"en", "They raised $5 million and 3.5 billion.", "They raised five million dollars and three point five billion."},
		{"en", "We have 12 boxes, 1,250 bags and 3.14 of it.", "We have twelve boxes, one thousand two hundred fifty bags and three point one four of it."},
		{"en", "It is -5 °C outside, not 21°.", "It is minus five degrees Celsius outside, not twenty-one degrees."},
		{"en", "19% or 2.5 % off", "nineteen percent or two point five percent off"},
		{"en", "the 1st, 2nd, 3rd, 12th, 21st and 30th", "the first, second, third, twelfth, twenty-first and thirtieth"},
		{"en", "on November 21, 2026 and on Dec. 1", "on November twenty-first, twenty twenty-six and on December first"},
		{"en", "on 2026-11-21, 10/11/2026 or 25/12/2026", "on November twenty-first, twenty twenty-six, October eleventh, twenty twenty-six or December twenty-fifth, twenty twenty-six"},
		{"en", "the 21 November 2026", "the November twenty-first, twenty twenty-six"},
		{"en", "from 9:00 to 14:30, at 9:05 and 5 p.m. sharp", "from nine o'clock to two thirty in the afternoon, at nine oh five and five in the afternoon sharp"},
		{"en", "We open at 9 a.m.", "We open at nine in the morning."},
		{"en", "12 p.m. and 12:30 AM", "noon and twelve thirty at night"},
		{"en", "Call 555-123-4567 or +1 (555) 123-4567.", "Call five five five, one two three, four five six seven or plus one, five five five, one two three, four five six seven."},
		{"en", "Your order 48213 has shipped.", "Your order four eight two, one three has shipped."},
		{"en", "order #1234, code AB-1234X", "order number one two three four, code A B, one two three, four X"},
		{"en", "order number 0042", "order number zero zero four two"},
		{"en", "since 1999, in 2005 and by 2026", "since nineteen ninety-nine, in two thousand five and by twenty twenty-six"},
		{"en", "a 5 kg box of 20 x 30 cm, 1 km away", "a five kilograms box of twenty times thirty centimeters, one kilometer away"},
		{"en", "in 3-5 days, 9–17", "in three to five days, nine to seventeen"},
		{"en", "Dr. Smith, e.g. on Baker St. or St. James Rd., etc.", "Doctor Smith, for example on Baker Street or Saint James Rd., et cetera."},
		{"en", "See https://www.example.com/returns/ or shop.example.com.", "See example dot com slash returns or shop dot example dot com."},
		{"en", "Write to help.me@shop-24.com.", "Write to help dot me at shop dash twenty-four dot com."},
		{"en", "Tom & Ann, and/or 1/2 of it", "Tom and Ann, and or one half of it"},
		{"en", "version 1.2.10 of the MP3 player", "version one dot two dot ten of the MP three player"},
		{"en", "I have 2 of them. No. That is it.", "I have two of them. No. That is it."},
		{"en", "No. 5 is alive", "number five is alive"},
		{"en", "123456789012345678901", "one two three, four five six, seven eight nine, zero one two, three four five, six seven eight, nine zero one"},
		{"en", "24/7 support", "twenty-four or seven support"},
		{"en", "1. Open the box.", "one. Open the box."},

		{"de", "Das kostet 29,99 € heute.", "Das kostet neunundzwanzig Euro neunundneunzig heute."},
		{"de", "1 €, 0,50 €, 1.234,50 EUR und 5 Mio. Euro", "ein Euro, fünfzig Cent, eintausendzweihundertvierunddreißig Euro fünfzig und fünf Millionen Euro"},
		{"de", "Wir sind am 21.11.2026 da, ab dem 3. Dezember auch.", "Wir sind am einundzwanzigsten November zweitausendsechsundzwanzig da, ab dem dritten Dezember auch."},
		{"de", "um 14:30 Uhr, um 9 Uhr und um 1:00", "um vierzehn Uhr dreißig, um neun Uhr und um ein Uhr"},
		{"de", "19 % auf 1.250 Stück, z. B. 3,5 kg", "neunzehn Prozent auf eintausendzweihundertfünfzig Stück, zum Beispiel drei Komma fünf Kilogramm"},
		{"de", "der 2. Versuch, im 3. Stock", "der zweite Versuch, im dritten Stock"},
		{"de", "Ihre Bestellung 48213 ist unterwegs.", "Ihre Bestellung vier acht zwei, eins drei ist unterwegs."},
		{"de", "Dr. Müller, Tel. 030 123456, usw.", "Doktor Müller, Telefon null drei null, eins zwei drei, vier fünf sechs, und so weiter."},
		{"de", "seit 1999 und 21 Jahren", "seit neunzehnhundertneunundneunzig und einundzwanzig Jahren"},
		{"de", "in 1 Tag oder 3-5 Tagen", "in ein Tag oder drei bis fünf Tagen"},
		{"de", "Hier: www.beispiel.de/hilfe, info@beispiel.de", "Hier: beispiel Punkt de Schrägstrich hilfe, info ät beispiel Punkt de"},
		{"de", "So. Das war alles. Mo.–Fr. geöffnet", "So. Das war alles. Montag–Fr. geöffnet"},

		{"es", "Cuesta 29,99 € hoy.", "Cuesta veintinueve euros con noventa y nueve céntimos hoy."},
		{"es", "1 €, 21 €, $100 y 1.250 €", "un euro, veintiún euros, cien dólares y mil doscientos cincuenta euros"},
		{"es", "el 21 de noviembre de 2026 y el 1/12/2026", "el veintiuno de noviembre de dos mil veintiséis y el primero de diciembre de dos mil veintiséis"},
		{"es", "a las 14:30 y a las 9:00, a la 1:15", "a las dos y media de la tarde y a las nueve en punto, a la una y cuarto"},
		{"es", "el 19 % de 3,14, 2.º piso, 1ª planta", "el diecinueve por ciento de tres coma catorce, segundo piso, primera planta"},
		{"es", "Sr. García, p. ej. 5 kg", "señor García, por ejemplo cinco kilos"},
		{"es", "Su pedido 48213, llame al 612 345 678", "Su pedido cuatro ocho dos, uno tres, llame al seis uno dos, tres cuatro cinco, seis siete ocho"},
		{"es", "Escriba a ayuda@tienda.es", "Escriba a ayuda arroba tienda punto es"},
		{"es", "31 días y 1 día", "treinta y un días y un día"},

		{"zh", "价格是29.99元，打9折。", "价格是二十九点九九元，打九折。"},
		{"zh", "¥1250，还有$5", "一千二百五十元，还有五美元"},
		{"zh", "2026年11月21日下午14:30", "二零二六年十一月二十一日下午下午两点半"},
		{"zh", "您的订单48213已发货", "您的订单四八二，幺三已发货"},
		{"zh", "请打电话13812345678", "请打电话幺三八，幺二三，四五六，七八"},
		{"zh", "需要2个盒子，3-5天，20%的人", "需要两个盒子，三到五天，百分之二十的人"},
		{"zh", "第3次，105公里，20000人", "第三次，一百零五公里，两万人"},
		{"zh", "重5kg，-3°C", "重五公斤，负三摄氏度"},

		{"fr", "Cela coûte **29,99 €**.", "Cela coûte 29,99 €."},
		{"", "It is 5.", "It is five."},
	} {
		got := Of(test.written, test.language, Full)
		if got.Say != test.want {
			t.Errorf("%s %q\n said %q\n want %q", test.language, test.written, got.Say, test.want)
		}
		check(t, test.written, got)
	}
}

func TestCardinals(t *testing.T) {
	for n, want := range map[uint64][4]string{
		0:             {"zero", "null", "cero", "零"},
		1:             {"one", "eins", "uno", "一"},
		10:            {"ten", "zehn", "diez", "十"},
		17:            {"seventeen", "siebzehn", "diecisiete", "十七"},
		21:            {"twenty-one", "einundzwanzig", "veintiuno", "二十一"},
		100:           {"one hundred", "einhundert", "cien", "一百"},
		101:           {"one hundred one", "einhunderteins", "ciento uno", "一百零一"},
		110:           {"one hundred ten", "einhundertzehn", "ciento diez", "一百一十"},
		555:           {"five hundred fifty-five", "fünfhundertfünfundfünfzig", "quinientos cincuenta y cinco", "五百五十五"},
		1000:          {"one thousand", "eintausend", "mil", "一千"},
		2002:          {"two thousand two", "zweitausendzwei", "dos mil dos", "两千零二"},
		10010:         {"ten thousand ten", "zehntausendzehn", "diez mil diez", "一万零一十"},
		21000:         {"twenty-one thousand", "einundzwanzigtausend", "veintiún mil", "两万一千"},
		100000:        {"one hundred thousand", "einhunderttausend", "cien mil", "十万"},
		1000000:       {"one million", "eine Million", "un millón", "一百万"},
		2000001:       {"two million one", "zwei Millionen eins", "dos millones uno", "二百万零一"},
		1000000000:    {"one billion", "eine Milliarde", "mil millones", "十亿"},
		1200000000000: {"one trillion two hundred billion", "eine Billion zweihundert Milliarden", "un billón doscientos mil millones", "一万亿二千亿"},
	} {
		for i, tag := range []string{"en", "de", "es", "zh"} {
			if n == 1200000000000 && tag == "zh" {
				continue
			}
			if got := tongues[tag].cardinal(n); got != want[i] {
				t.Errorf("%s %d: %q, want %q", tag, n, got, want[i])
			}
		}
	}
}

// What was heard of a form is a sensible beginning of what was written.
func TestWritten(t *testing.T) {
	for _, test := range []struct{ written, upTo, want string }{
		{"It costs $29.99 today.", "It costs twenty-nine", "It costs"},
		{"It costs $29.99 today.", "It costs twenty-nine dollars and ninety-nine cents", "It costs $29.99"},
		{"It is **very** good.", "It is very", "It is **very**"},
		{"See [our page](https://x.example) now.", "See our", "See [our"},
		{"See [our page](https://x.example) now.", "See our page", "See [our page](https://x.example)"},
		{"Call 555-123-4567 now.", "Call five five five, one two three,", "Call 555-123"},
		{"Write to a.b@x.com now.", "Write to a dot b at", "Write to a.b@"},
		{"Good 🎉 news", "Good", "Good"},
	} {
		s := Of(test.written, "en", Full)
		if !strings.HasPrefix(s.Say, test.upTo) {
			t.Fatalf("%q does not begin with %q", s.Say, test.upTo)
		}
		n := s.Written(utf8.RuneCountInString(test.upTo))
		if got := strings.TrimSpace(string([]rune(test.written)[:n])); got != test.want {
			t.Errorf("%q of %q: %q, want %q", test.upTo, test.written, got, test.want)
		}
	}
	s := Of("abc", "en", Full)
	if s.Written(-1) != 0 || s.Written(2) != 2 || s.Written(99) != 3 {
		t.Error("offsets outside")
	}
}

// check holds for every text: the map begins at 0, never falls, stays inside and
// ends with all of it.
func check(t testing.TB, written string, s Spoken) {
	t.Helper()
	n, all := utf8.RuneCountInString(s.Say), utf8.RuneCountInString(written)
	if s.ends != nil && len(s.ends) != n+1 {
		t.Fatalf("%q: %d offsets for %d", written, len(s.ends), n)
	}
	last := 0
	for i := 0; i <= n+1; i++ {
		at := s.Written(i)
		if at < last || at > all || i == 0 && at != 0 || i > 0 && i >= n && n > 0 && at != all {
			t.Fatalf("%q said %q: %d is %d after %d of %d", written, s.Say, i, at, last, all)
		}
		last = at
	}
	if !utf8.ValidString(s.Say) && utf8.ValidString(written) {
		t.Fatalf("%q said %q", written, s.Say)
	}
}

var alphabet = []string{"a", "Word", "**", "*", "_", "`", "[", "](", ")", "http://x.y/z?q", "$", "€", "29.99", "1.234,5", "1", "-", "–", ":", "30", "/", "11", "2026", ".", "!", " ", " ", "\n", "# ", "- ", "|",
	"```", "~~", "<b>", "<", "&amp;", "&", "@", "x.com", "+49", "(", "%", "kg", "°C", "Dr.", "z. B.", "订单", "2", "个", "年", "月", "日", "好", "。", "🎉", "👩‍👧", "é", "½", "#5", "Uhr", "p.m.", "AB-12", "\\", "!", "0", "１", "\u00a0", "\xff", "e\u0301"}

func TestProperties(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 600 {
		var b strings.Builder
		for range rng.Intn(14) {
			b.WriteString(alphabet[rng.Intn(len(alphabet))])
		}
		text := strings.ToValidUTF8(b.String(), "?")
		for _, language := range []string{"en", "de", "es", "zh"} {
			for _, level := range []Level{Full, Markup} {
				check(t, text, Of(text, language, level))
			}
			if said := Of(text, language, Full).Say; strings.ContainsFunc(said, isDigit) {
				t.Fatalf("%s %q keeps digits: %q", language, text, said)
			}
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range alphabet {
		f.Add(s+s+" "+s, 0)
	}
	f.Add("It costs **$29.99**, call +1 (555) 123-4567 or see [x](y).", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		if len(text) > 4000 || !utf8.ValidString(text) {
			t.Skip()
		}
		language := []string{"en", "de", "es", "zh", "fr"}[uint(n)%5]
		check(t, text, Of(text, language, Full))
		check(t, text, Of(text, language, Markup))
	})
}

// Text without anything special is untouched.
func TestPlainIsPlain(t *testing.T) {
	for _, text := range []string{"Good morning, how are you", "Hallo, wie geht es Ihnen?", "¿Cómo está?", "你好，请问有什么可以帮您？"} {
		if s := Of(text, "en", Full); s.Say != text || s.ends != nil {
			t.Errorf("%q said %q", text, s.Say)
		}
	}
	if s := Of("**5**", "en", Nothing); s.Say != "**5**" {
		t.Errorf("said %q", s.Say)
	}
	if !strings.ContainsFunc("1", unicode.IsDigit) {
		t.Error("digits")
	}
}

func BenchmarkOf(b *testing.B) {
	for name, text := range map[string]string{"plain": "We are open from nine to five on weekdays, and we are happy to help", "forms": "Your order 48213 of **$29.99** ships on November 21, 2026 at 9:30, call 555-123-4567."} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Of(text, "en", Full)
			}
		})
	}
}
