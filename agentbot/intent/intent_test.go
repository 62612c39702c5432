package intent

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// asking and others are told apart by Human; a language a list, as callers type
// it and as recognisers write it.
var asking = map[string][]string{
	"en": {
		"I want to talk to a human", "human", "operator", "agent please", "can i speak to someone", "get me a real person", "put me through to your manager",
		"I don't want to talk to a robot", "no bots, a person please", "is there anybody i can talk to", "could somebody call me back", "who can I speak to",
		"i want to talk to a human ajay", "speak to a representitive", "Is there a human I can talk to?", "escalate this please", "hand me over to a colleague",
		"yes i want a human", "you're a robot, I want someone who understands me", "do you have human support", "have one of your people take over",
		"i need somebody to look at this for me", "WOULD YOU PLEASE CONNECT ME WITH AN AGENT", "not you a real person please",
	},
	"de": {
		"Ich möchte mit einem Menschen sprechen", "Mitarbeiter bitte", "verbinden Sie mich bitte mit einem Kollegen", "ich will keinen roboter ich will einen menschen",
		"moechte mit jemandem sprechen", "Gibt es jemanden, mit dem ich reden kann?", "Geben Sie mir Ihren Chef", "kann mich jemand zurückrufen", "ich brauche einen echten Ansprechpartner",
	},
	"es": {
		"quiero hablar con una persona", "un agente por favor", "páseme con su supervisor", "paseme con un asesor", "no quiero hablar con una máquina", "necesito un humano",
		"¿Hay alguien con quien pueda hablar?", "transfiérame con servicio al cliente", "que me llame alguien por favor",
	},
	"zh": {
		"转人工", "人工", "我要找人工客服", "我想跟真人说话", "帮我转接客服", "叫你们经理来", "我不想跟机器人说话", "有真人吗", "可以找个人跟我谈吗", "轉人工", "我想找真人客服說話",
	},
	"fr": {"Je voudrais parler à un conseiller", "passez-moi un humain s'il vous plaît", "un agent s'il vous plaît"},
	"ja": {"オペレーターにつないでください", "人間と話したいです", "担当者に代わってください"},
}

var others = map[string][]string{
	"en": {
		"are you a human?", "am i talking to a real person", "is there a human resources department", "I don't want to speak to a person", "the representative I spoke to yesterday was great",
		"do people return these", "agent 007 poster price", "my husband is an operator", "no need to connect me to anyone", "please do not connect me to an agent",
		"someone stole my package", "can someone else pick up my order", "how many people work for you", "my manager wants an invoice", "I'd like to be a sales representative one day",
		"a friend of mine works in customer service", "do I have to speak to someone to get an invoice", "you sound like a real human", "hi man", "does the robot recognise people",
		"not a human, just the opening hours", "", "???", "how do i connect the robot to the network", "your customer service is great", "human error", "companies",
	},
	"de": {
		"Sind Sie ein Mensch?", "Ich möchte nicht mit einem Menschen sprechen", "Der Mitarbeiter gestern war sehr nett", "Wie viele Mitarbeiter haben Sie?", "Meine Chefin braucht eine Rechnung",
		"Ich brauche keinen Berater, nur den Preis", "Spreche ich mit einem Roboter?", "Nein, Sie müssen mich nicht verbinden", "Wie lange ist die Garantie?",
	},
	"es": {
		"¿eres humano?", "no quiero hablar con nadie", "ayer hablé con un agente", "mi marido es operador", "¿cuántas personas trabajan ahí?", "no necesito un agente, gracias", "¿cuánto cuesta el envío?",
	},
	"zh": {"你是真人吗", "我不想转人工", "昨天跟客服谈过了", "你们有多少员工", "人工智能是什么", "不用人工", "我的经理要发票", "运费多少钱"},
	"fr": {"Êtes-vous un robot ?", "je ne veux pas parler à un agent", "combien coûte la livraison"},
	"ja": {"あなたは人間ですか", "送料はいくらですか"},
}

func TestHuman(t *testing.T) {
	for lang, texts := range asking {
		for _, text := range texts {
			if s := Human(text); s < Sure || s > 1 {
				t.Errorf("%s: %q is %.2f, a request", lang, text, s)
			}
			if n := Nature(text); n >= Sure {
				t.Errorf("%s: %q is taken for a question what speaks", lang, text)
			}
		}
	}
	for lang, texts := range others {
		for _, text := range texts {
			if s := Human(text); s >= Sure || s < 0 {
				t.Errorf("%s: %q is %.2f, no request", lang, text, s)
			}
		}
	}
}

func TestNature(t *testing.T) {
	for _, text := range []string{"are you a human", "Am I talking to a machine?", "is this a bot", "r u a robot", "Sind Sie ein Mensch?", "bist du ein roboter", "¿eres un robot?", "¿estoy hablando con una persona?",
		"Êtes-vous un robot ?", "你是机器人吗", "您是真人还是机器", "あなたは人間ですか"} {
		if Nature(text) < Sure {
			t.Errorf("%q asks what it speaks with", text)
		}
	}
	for _, text := range []string{"how much is it", "are you open on sunday", "I want a human", "Was kostet der Versand?", "¿Cuánto cuesta?", "你们几点开门", "my robot is broken", ""} {
		if Nature(text) >= Sure {
			t.Errorf("%q does not", text)
		}
	}
}

func TestAnswers(t *testing.T) {
	const yes, no, neither = 1, 2, 0
	for text, want := range map[string]int{
		"yes": yes, "Yes, please!": yes, "yeah that would be great": yes, "okay do that": yes, "sure go ahead": yes, "ja gerne": yes, "Ja, bitte.": yes, "sí, por favor": yes, "vale": yes, "claro que sí": yes,
		"oui s'il vous plaît": yes, "好的": yes, "好啊谢谢": yes, "可以": yes, "はい、お願いします": yes,
		"no": no, "no thank you": no, "No, that's fine.": no, "nope I'm good": no, "not necessary": no, "nein danke": no, "nein, das ist nicht nötig": no, "no, gracias": no, "non merci": no, "不用了 谢谢": no, "不需要": no, "いいえ、結構です": no,
		"": neither, "how much is shipping": neither, "my parcel never came": neither, "你们几点开门": neither, "Was kostet der Versand nach Spanien": neither,
	} {
		got := neither
		switch y, n := Affirms(text) >= Sure, Declines(text) >= Sure; {
		case y && n:
			t.Errorf("%q is a yes and a no", text)
		case y:
			got = yes
		case n:
			got = no
		}
		if got != want {
			t.Errorf("%q: %d, want %d (yes %.2f, no %.2f)", text, got, want, Affirms(text), Declines(text))
		}
	}
}

func TestDistress(t *testing.T) {
	for _, test := range []struct {
		text     string
		from, to float64
	}{
		{"how much is the kettle", 0, 0},
		{"", 0, 0},
		{"I'm not angry, I just want my money back", 0, 0.1},
		{"the acmetron makes a terrible noise", 0.1, 0.35},
		{"this is terrible service", 0.4, 1},
		{"it's a bit frustrating", 0.1, 0.35},
		{"this is ridiculous", 0.6, 0.79},
		{"you are useless, this is unacceptable, I am furious", 0.9, 1},
		{"I HAVE BEEN WAITING FOR A MONTH!!!", 0.7, 1},
		{"THANK YOU VERY MUCH", 0.1, 0.4},
		{"I'm really scared, please help me", 0.7, 1},
		{"Das ist eine Frechheit", 0.6, 0.85},
		{"so ein Mist, ich bin stinksauer", 0.8, 1},
		{"kein Problem, ist nicht schlimm", 0, 0.1},
		{"esto es una vergüenza, estoy harto", 0.8, 1},
		{"太过分了 你们是骗子", 0.8, 1},
		{"明天天气怎么样", 0, 0},
		{"我不生气", 0, 0},
	} {
		if d := Distress(test.text); d < test.from || d > test.to {
			t.Errorf("%q: %.2f, want %.2f to %.2f", test.text, d, test.from, test.to)
		}
	}
}

func TestLanguage(t *testing.T) {
	for text, want := range map[string]string{
		"how much is the shipping": "en", "Wie lange habe ich Garantie?": "de", "¿Cuánto cuesta el envío?": "es", "Combien coûte la livraison pour mon colis ?": "fr",
		"运费多少钱": "zh", "送料はいくらですか": "ja", "배송비가 얼마예요": "ko", "no": "", "": "", "12345": "", "Acmetron": "", "danke": "de", "gracias": "es",
	} {
		if got := Language(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestOffers(t *testing.T) {
	for text, want := range map[string]bool{
		"Shall I get a colleague for you?": true, "I don't know that. Would you like to speak to someone from our team?": true, "Soll ich einen Kollegen holen?": true,
		"¿Quiere que le pase con un compañero?": true, "需要我帮您转接人工客服吗？": true,
		"A colleague will repair it within five days.": false, "Standard shipping takes two days.": false, "Would you like it in white?": false, "": false,
	} {
		if got := Offers(text) >= Sure; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// What was said long before does not count, and length costs little.
func TestLong(t *testing.T) {
	text := strings.Repeat("I want to talk to a human. ", 1000) + strings.Repeat("the kettle is green and shiny ", 200)
	if Human(text) >= Sure {
		t.Error("the end of it asks for nobody")
	}
	if Human(strings.Repeat("word ", 5000)+". I want to talk to a human") < Sure {
		t.Error("the end of it asks for a human")
	}
}

func FuzzIntent(f *testing.F) {
	for _, texts := range asking {
		for _, text := range texts {
			f.Add(text)
		}
	}
	f.Add("\xff\xfe 转\xff人工")
	f.Add("l'agent d'' '' n't 're ’s")
	f.Add(strings.Repeat("人", 700))
	f.Fuzz(func(t *testing.T, text string) {
		for name, f := range map[string]func(string) float64{"Human": Human, "Distress": Distress, "Affirms": Affirms, "Declines": Declines, "Nature": Nature, "Offers": Offers} {
			if v := f(text); !(v >= 0 && v <= 1) || v != f(text) {
				t.Errorf("%s(%q) is %v", name, text, v)
			}
		}
		if l := Language(text); !utf8.ValidString(l) || len(l) > 2 {
			t.Errorf("Language(%q) is %q", text, l)
		}
	})
}

const long = "uh hello so my order has not arrived yet and this is really ridiculous, I would like to speak to one of your colleagues about that please"

func BenchmarkHuman(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Human(long)
	}
}

func BenchmarkHumanChinese(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Human("你好 我的订单到现在还没有到 太过分了 麻烦帮我转接一下你们的工作人员")
	}
}

func BenchmarkDistress(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Distress(long)
	}
}
