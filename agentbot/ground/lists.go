package ground

import (
	"strings"
	"unicode"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// numberWords are words for numbers; never changed.
var numberWords = words4numbers()

func words4numbers() map[string]float64 {
	m := make(map[string]float64)
	list := func(from float64, step float64, words string) {
		for w := range strings.FieldsSeq(words) {
			for alt := range strings.SplitSeq(w, "/") {
				m[alt] = from
			}
			from += step
		}
	}
	list(2, 1, "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty")
	list(30, 10, "thirty forty/fourty fifty sixty seventy eighty ninety hundred")
	m["thousand"], m["hundreds"] = 1000, 100
	list(2, 1, "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve treinta")
	list(40, 10, "cuarenta cincuenta sesenta setenta ochenta noventa cien")
	m["ciento"], m["mil"] = 100, 1000
	delete(m, "once") // English has it too
	list(2, 1, "两 三 四 五 六 七 八 九 十")
	m["二"], m["百"], m["千"], m["万"] = 2, 100, 1000, 10000
	ones := strings.Fields("ein zwei drei vier fünf sechs sieben acht neun")
	for i, w := range strings.Fields("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn") {
		m[w] = float64(i + 2)
	}
	for i, ten := range strings.Fields("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig") {
		m[ten] = float64(10 * (i + 2))
		for k, one := range ones {
			m[one+"und"+ten] = float64(10*(i+2) + k + 1)
		}
	}
	m["hundert"], m["tausend"], m["dreissig"] = 100, 1000, 30
	below := make(map[string]float64, len(m))
	for w, v := range m {
		below[w] = v
	}
	for i, one := range ones {
		hundred := one + "hundert"
		m[hundred] = float64(100 * (i + 1))
		m[one+"tausend"] = float64(1000 * (i + 1))
		for w, v := range below {
			if v < 100 {
				m[hundred+w] = float64(100*(i+1)) + v
			}
		}
	}
	return m
}

// measures are words after a number that make a small one a fact.
var measures = set(`day days week weeks month months year years hour hours minute minutes second seconds percent dollar dollars euro euros cent cents pound pounds
	kilo kilos kilogram kilograms meter meters metre metres liter liters inch inches star stars working business am pm o
	tag tage tagen woche wochen monat monate monaten jahr jahre jahren stunde stunden minute minuten prozent uhr werktage werktagen
	día días semana semanas mes meses año años hora horas minuto minutos por dólares céntimos
	天 周 月 年 小 分 元 块 个 点 日 岁 折`)

// dates are months and days of the week that are no other word.
var dates = set(`monday tuesday wednesday thursday friday saturday sunday january february april june july august september october november december
	montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag januar februar märz juni juli oktober dezember
	lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril junio julio agosto septiembre octubre noviembre diciembre`)

// courtesy are words that an agent says whatever it knows.
var courtesy = set(`sorry apologies apologise apologize afraid unfortunately thank thanks very much welcome glad happy nice pleased pleasure meet great fine hello hi hey bye goodbye
	good morning afternoon evening day today help assist assistance colleague colleagues human person someone somebody team agent staff connect connecting
	transfer transferring moment understand understood hear heard repeat rephrase say saying tell telling know sure question questions answer answers ask asking
	information course certainly please wait hold line call calling talk speak chat look looking check checking let see noted got right correct further else more
	anything something shall would wonderful perfect enjoy wish name assistant virtual ai bot program want like need feel free patience patient sir madam miss
	frustrating frustration upset trouble inconvenience matter
	leider entschuldigung entschuldigen verzeihung danke dank willkommen freut freue gern gerne hallo guten tag morgen abend tschüss wiedersehen helfen hilfe kollege kollegin
	kollegen mensch mitarbeiter verbinden verbinde moment augenblick verstehe verstanden wiederholen weiß wissen frage fragen antwort information bitte warten schön heute
	lamento siento perdón disculpe gracias bienvenido hola buenos días tardes adiós ayudar ayuda ayudarle colega persona compañero conectar conecto momento entiendo repetir
	sé saber pregunta respuesta información espere gusto encantado hoy
	抱歉 不好 好意 意思 谢谢 感谢 您好 你好 再见 帮您 帮助 同事 人工 转接 稍等 明白 知道 清楚 问题 请问 什么 可以 需要 为您 帮你 不知 不清 信息 早上 晚上 我不 不太`)

// Words that answer a question with yes or no, or say what is possible.
var affirmations = phrases("yes", "yeah", "yep", "no", "sure", "certainly", "absolutely", "definitely", "of course", "you can", "we can", "we do", "we will", "you may", "possible", "impossible", "allowed", "always", "never", "ja", "nein", "natürlich", "selbstverständlich", "möglich", "können", "sí", "claro", "por supuesto", "posible", "puede", "puedes", "是 的", "可 以", "能", "不 能", "不 可", "当 然", "はい", "いいえ")

// Words of who does not know.
var unknowing = phrases("not know", "not sure", "no information", "not have information", "not have any information", "can not say", "can not tell", "can not find", "could not find", "can not answer", "not able", "unable", "have no answer", "do not have that", "not have that information", "do not understand", "did not understand", "not heard", "not catch", "not understand",
	"weiß ich", "weiß es nicht", "weiß das nicht", "nicht sicher", "keine information", "keine informationen", "nicht sagen", "nicht beantworten", "nicht verstanden", "no sé", "no lo sé", "no tengo", "no estoy seguro", "no puedo", "no entiendo", "no he entendido",
	"不 知 道", "不 清 楚", "不 确 定", "没 有 信 息", "没 有 相 关", "没 听 懂", "无 法 回 答", "わ か り ま せ ん", "存 じ ま せ ん")

// Words that deny.
var denials = phrases("not", "no", "never", "only", "nicht", "kein", "keine", "nein", "nur", "sólo", "solo", "不", "没", "只")

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func phrases(texts ...string) [][]string {
	var all [][]string
	for _, t := range texts {
		all = append(all, knowledge.Tokens(t))
	}
	return all
}

// most is the share of words with a capital above which capitals mark no names,
// as in German or in a title.
const most = 0.35

// names are words with a capital that do not begin a sentence, where capitals
// mark names.
func names(sentence string) []string {
	var found []string
	all := strings.Fields(sentence)
	first := true
	for _, w := range all {
		word := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		r := []rune(word)
		if len(r) > 1 && unicode.IsUpper(r[0]) && !first && !strings.HasPrefix(word, "I'") && !strings.HasPrefix(word, "I’") {
			found = append(found, word)
		}
		first = strings.ContainsAny(w, ".!?:…\"“")
	}
	if float64(len(found)) > most*float64(len(all)) || german(sentence) {
		return nil
	}
	return found
}

// german says whether a sentence is of a language that writes all nouns with a
// capital.
func german(sentence string) bool {
	n := 0
	for _, t := range knowledge.Tokens(sentence) {
		if articles[t] {
			n++
		}
	}
	return n >= 1
}

var articles = set("der das und ist nicht wir sie ein eine einen einem einer mit für auf dem den bei oder ich ihr ihre ihnen werden wird auch nach wie uns unser unsere innerhalb kostet beträgt")
