package brain

import (
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/intent"
)

// lines are what the brain says of itself in one language. The knowledge base's
// answers are in the language it is written in.
type lines struct {
	hello, more, human, joining, theirs, noHuman string
	offer                                        string // must be recognised in the history, see offered
	unknown, unheard, sorry                      string // the offer follows
	twice, noTwice, declined, whatAmI            string
	welcome, goodbye                             string
	greetings, thanks, farewells                 map[string]bool // words, or whole turns of Chinese and Japanese
}

// The lines in English, which are also those of a caller whose language is not
// one of them.
const (
	lineHello    = "Hello, how can I help you?"
	lineMore     = "What else can I do for you?"
	lineHuman    = "Of course. I will get a colleague for you."
	lineJoining  = "A colleague is joining us in a moment."
	lineTheirs   = "That is a question for my colleague, who will be here in a moment."
	lineNoHuman  = "I am sorry, I cannot reach a colleague from here. I can go on helping you."
	offer        = "Shall I get a colleague for you?"
	lineUnknown  = "I am sorry, I do not know that. " + offer
	lineUnheard  = "I am sorry, I did not understand that. " + offer
	lineSorry    = "I am sorry about that. " + offer
	lineTwice    = "I am sorry, I do not know that either. I will get a colleague for you."
	lineNoTwice  = "I am sorry, I do not know that either."
	lineDeclined = "All right. " + lineMore
	lineWhatAmI  = "I am a small demo assistant, a program and not a person. I look up my answers in this shop's knowledge base, and I can get you a human colleague."
)

// spokenBy has the lines by language; never changed.
var spokenBy = map[string]*lines{
	"en": {hello: lineHello, more: lineMore, human: lineHuman, joining: lineJoining, theirs: lineTheirs, noHuman: lineNoHuman, offer: offer,
		unknown: lineUnknown, unheard: lineUnheard, sorry: lineSorry, twice: lineTwice, noTwice: lineNoTwice, declined: lineDeclined, whatAmI: lineWhatAmI},
	"de": {
		hello: "Hallo, wie kann ich Ihnen helfen?", more: "Was kann ich noch für Sie tun?", human: "Gerne. Ich hole jemanden aus unserem Team.",
		joining: "Gleich kommt jemand aus unserem Team dazu.", theirs: "Das ist eine Frage für mein Team. Gleich ist jemand für Sie da.",
		noHuman: "Es tut mir leid, von hier aus erreiche ich niemanden. Ich helfe Ihnen gern weiter.",
		offer:   "Soll ich jemanden aus unserem Team holen?", unknown: "Es tut mir leid, das weiß ich nicht.", unheard: "Es tut mir leid, das habe ich nicht verstanden.", sorry: "Das tut mir leid.",
		twice: "Es tut mir leid, auch das weiß ich nicht. Ich hole jemanden aus unserem Team.", noTwice: "Es tut mir leid, auch das weiß ich nicht.", declined: "In Ordnung. Was kann ich noch für Sie tun?",
		whatAmI: "Ich bin ein kleiner Demo-Assistent, ein Programm und kein Mensch. Wenn Sie möchten, hole ich jemanden aus unserem Team.",
		welcome: "Gern geschehen. Was kann ich noch für Sie tun?", goodbye: "Danke für Ihren Anruf. Auf Wiederhören!",
		greetings: set("hallo guten tag morgen abend servus moin grüß gott hi"), thanks: set("danke dankeschön vielen dank schön sehr"), farewells: set("tschüss tschüß auf wiederhören wiedersehen ciao bis bald"),
	},
	"es": {
		hello: "Hola, ¿en qué puedo ayudarle?", more: "¿En qué más puedo ayudarle?", human: "Por supuesto. Le paso con alguien de mi equipo.",
		joining: "Enseguida se incorpora alguien de mi equipo.", theirs: "Esa es una pregunta para mi equipo, que estará aquí enseguida.",
		noHuman: "Lo siento, desde aquí no puedo avisar a nadie. Puedo seguir ayudándole.",
		offer:   "¿Quiere que le pase con alguien de mi equipo?", unknown: "Lo siento, eso no lo sé.", unheard: "Lo siento, no le he entendido.", sorry: "Lo siento mucho.",
		twice: "Lo siento, eso tampoco lo sé. Le paso con alguien de mi equipo.", noTwice: "Lo siento, eso tampoco lo sé.", declined: "De acuerdo. ¿En qué más puedo ayudarle?",
		whatAmI: "Soy un pequeño asistente de demostración, un programa y no una persona. Si quiere, le paso con alguien de mi equipo.",
		welcome: "De nada. ¿En qué más puedo ayudarle?", goodbye: "Gracias por llamar. ¡Adiós!",
		greetings: set("hola buenos buenas días tardes noches qué tal"), thanks: set("gracias muchas muchísimas"), farewells: set("adiós hasta luego pronto chao"),
	},
	"fr": {
		hello: "Bonjour, comment puis-je vous aider ?", more: "Que puis-je faire d'autre pour vous ?", human: "Bien sûr. Je vous passe quelqu'un de mon équipe.",
		joining: "Quelqu'un de mon équipe nous rejoint dans un instant.", theirs: "C'est une question pour mon équipe, qui sera là dans un instant.",
		noHuman: "Je suis désolé, je ne peux joindre personne d'ici. Je peux continuer à vous aider.",
		offer:   "Voulez-vous que je vous passe quelqu'un de mon équipe ?", unknown: "Je suis désolé, je ne sais pas cela.", unheard: "Je suis désolé, je n'ai pas compris.", sorry: "J'en suis désolé.",
		twice: "Je suis désolé, je ne sais pas cela non plus. Je vous passe quelqu'un de mon équipe.", noTwice: "Je suis désolé, je ne sais pas cela non plus.", declined: "Très bien. Que puis-je faire d'autre pour vous ?",
		whatAmI: "Je suis un petit assistant de démonstration, un programme et non une personne. Si vous voulez, je vous passe quelqu'un de mon équipe.",
		welcome: "Je vous en prie. Que puis-je faire d'autre pour vous ?", goodbye: "Merci de votre appel. Au revoir !",
		greetings: set("bonjour bonsoir salut allo"), thanks: set("merci beaucoup"), farewells: set("au revoir adieu à bientôt"),
	},
	"zh": {
		hello: "您好，请问有什么可以帮您？", more: "还有什么可以帮您？", human: "好的，我帮您转接同事。",
		joining: "我的同事马上就来。", theirs: "这个问题要请我的同事回答，他们马上就来。", noHuman: "对不起，我在这里联系不上同事。我可以继续帮您。",
		offer: "需要我帮您转接同事吗？", unknown: "对不起，这个我不知道。", unheard: "对不起，我没有听懂。", sorry: "非常抱歉给您添麻烦了。",
		twice: "对不起，这个我也不知道。我帮您转接同事。", noTwice: "对不起，这个我也不知道。", declined: "好的。还有什么可以帮您？",
		whatAmI: "我是一个小小的演示助手，是程序，不是真人。如果需要，我可以帮您转接同事。", welcome: "不客气。还有什么可以帮您？", goodbye: "感谢您的来电，再见！",
		greetings: set("你好 您好 喂 你好呀 您好呀 早上好 下午好 晚上好"), thanks: set("谢谢 谢谢你 谢谢您 多谢 非常感谢 好的谢谢"), farewells: set("再见 拜拜 拜"),
	},
	"ja": {
		hello: "お電話ありがとうございます。ご用件をどうぞ。", more: "ほかにご用件はございますか。", human: "かしこまりました。担当者におつなぎします。",
		joining: "まもなく担当者が参ります。", theirs: "そのご質問には、まもなく担当者がお答えします。", noHuman: "申し訳ございません。ここからは担当者におつなぎできません。",
		offer: "担当者におつなぎしましょうか。", unknown: "申し訳ございません。わかりかねます。", unheard: "申し訳ございません。聞き取れませんでした。", sorry: "申し訳ございません。",
		twice: "申し訳ございません。それもわかりかねます。担当者におつなぎします。", noTwice: "申し訳ございません。それもわかりかねます。", declined: "承知しました。ほかにご用件はございますか。",
		whatAmI: "私は小さなデモ用アシスタントで、人間ではなくプログラムです。ご希望でしたら担当者におつなぎします。", welcome: "どういたしまして。ほかにご用件はございますか。", goodbye: "お電話ありがとうございました。失礼いたします。",
		greetings: set("こんにちは もしもし おはようございます こんばんは"), thanks: set("ありがとう ありがとうございます どうも"), farewells: set("さようなら 失礼します"),
	},
}

// linesOf are the lines of a language.
func linesOf(language string) *lines {
	if l := spokenBy[language]; l != nil {
		return l
	}
	return spokenBy["en"]
}

// offered says whether the AI's last words offered a human. They may have been
// cut by the caller.
func offered(lastSaid string) bool {
	if strings.Contains(lastSaid, "Shall I get") {
		return true
	}
	for _, l := range spokenBy {
		if strings.Contains(lastSaid, l.offer) {
			return true
		}
	}
	return intent.Offers(lastSaid) >= intent.Sure
}

// withOffer is a line with the offer of a human.
func (l *lines) withOffer(line string) string {
	switch {
	case strings.Contains(line, l.offer):
		return line
	case strings.HasSuffix(line, "。"):
		return line + l.offer
	}
	return line + " " + l.offer
}

// courtesy answers greetings, thanks and farewells in other languages than
// English, "" for everything else.
func (l *lines) courtesy(text string, tokens []string) string {
	if l.greetings == nil || len(tokens) == 0 {
		return ""
	}
	whole := strings.Trim(text, " ,.!?，。！？~")
	all := func(words map[string]bool) bool {
		return words[whole] || !slices.ContainsFunc(tokens, func(t string) bool { return !words[t] })
	}
	switch {
	case all(l.greetings):
		return l.hello
	case all(l.thanks):
		return l.welcome
	case all(l.farewells):
		return l.goodbye
	}
	return ""
}
