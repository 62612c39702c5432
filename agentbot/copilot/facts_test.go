package copilot

import (
	"strings"
	"testing"
	"time"
)

// talk makes lines of "caller: …", "ai: …" and "dana: …".
func talk(texts ...string) []Line {
	var out []Line
	for i, t := range texts {
		who, text, _ := strings.Cut(t, ": ")
		l := Line{Seq: int64(i + 1), At: time.Unix(int64(i), 0), Role: RoleHuman, Name: "Dana", Text: text}
		switch who {
		case "caller":
			l.Role, l.Name = RoleCaller, "Ana"
		case "ai":
			l.Role, l.Name = RoleAgent, "AI"
		case "event":
			l.Role, l.Name = RoleEvent, ""
		}
		out = append(out, l)
	}
	return out
}

func TestFacts(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []Line
		want  string // kind=value, in their order
	}{
		{"spoken e-mail", talk("caller: you can write to john at example dot com"), "email=john@example.com"},
		{"dots, underscores and digits", talk("caller: it's john dot smith underscore four two at mail dot example dot co dot uk"), "email=john.smith_42@mail.example.co.uk"},
		{"spelled e-mail", talk("caller: my email is j o h n at gmail dot com please"), "email=john@gmail.com"},
		{"two words before the at", talk("caller: my email is john smith at gmail dot com"), "email=johnsmith@gmail.com"},
		{"half transcribed", talk("caller: it is ana at example.com"), "email=ana@example.com"},
		{"typed e-mail", talk("caller: write to Ana.Silva+shop@Example.org, please."), "email=ana.silva+shop@example.org"},
		{"two words in a domain", talk("caller: kim at my company dot com"), "email=kim@mycompany.com"},
		{"no e-mail", talk("caller: meet me at noon dot or so", "caller: at the dot com bubble", "caller: @ foo@ @bar"), ""},
		{"german e-mail", talk("caller: meine mail ist klaus punkt müller at web punkt de"), "email=klaus.mueller@web.de"},
		{"spanish e-mail", talk("caller: mi correo es juan guion bajo perez arroba gmail punto com"), "email=juan_perez@gmail.com"},
		{"chinese e-mail", talk("caller: 我的邮箱是 wang 艾特 example 点 com"), "email=wang@example.com"},

		{"order in words", talk("ai: Could you give me the order number, please?", "caller: it is forty eight, twenty two ten"), "order=482210"},
		{"order digit by digit", talk("caller: my order number is four eight two two one oh"), "order=482210"},
		{"order with letters", talk("caller: the order is a dash one zero zero one"), "order=A-1001"},
		{"as in", talk("caller: order b as in berlin seven double three"), "order=B733"},
		{"nato", talk("caller: order number bravo seven three three nine"), "order=B7339"},
		{"typed order", talk("caller: Order number 48-2210"), "order=48-2210"},
		{"number after it", talk("caller: 482210 is my order number"), "order=482210"},
		{"amounts are none", talk("caller: my order was 299 dollars", "caller: i ordered it in 2024 and paid 150 euros", "caller: the order took 120 days"), ""},
		{"numbers of nothing", talk("caller: i waited for 300 something"), ""},
		{"two orders", talk("caller: orders 4811 and 4812"), "order=4811 order=4812"},
		{"invoice and tracking", talk("caller: invoice 77120, tracking number d h l five five one nine"), "invoice=77120 tracking=DHL5519"},
		{"customer", talk("dana: what is your account number?", "caller: uh seven seven uh one two"), "customer=7712"},
		{"german order", talk("caller: meine bestellnummer ist achtundvierzig zweiundzwanzig zehn"), "order=482210"},
		{"german spelled", talk("caller: bestellung m wie martha eins null null eins"), "order=M1001"},
		{"spanish order", talk("caller: el número de pedido es cuarenta y ocho veintidós diez"), "order=482210"},
		{"chinese order", talk("caller: 我的订单号是四八二二一零"), "order=482210"},

		{"phone", talk("caller: call me back on plus four nine one seven one two three four five six seven"), "phone=+49171234567"},
		{"phone typed", talk("caller: my phone is 0171-234-5678"), "phone=01712345678"},
		{"phone by its looks", talk("caller: oh 0171 2345678 works too"), "phone=01712345678"},
		{"german phone", talk("caller: meine handynummer ist null eins sieben eins zwei drei vier fünf sechs"), "phone=017123456"},
		{"chinese phone", talk("caller: 我的电话是一三八零零零零一二三四"), "phone=13800001234"},

		{"name", talk("caller: hello my name is john smith and my order is late"), "name=John Smith"},
		{"speaking", talk("caller: this is anna speaking"), "name=Anna"},
		{"written", talk("caller: I'm Anna Lee, and I need help."), "name=Anna Lee"},
		{"no name", talk("caller: i am calling about a refund", "caller: this is ridiculous", "caller: I am Very angry"), ""},
		{"asked name", talk("ai: May I have your name?", "caller: anastasia silva-montgomery"), "name=Anastasia Silva-Montgomery"},
		{"spelled name", talk("caller: my name is s m i t h"), "name=Smith"},
		{"asked and refused", talk("ai: May I have your name?", "caller: no"), ""},
		{"german name", talk("caller: guten tag ich heiße klaus müller und habe eine frage"), "name=Klaus Müller"},
		{"spanish name", talk("caller: hola me llamo juan pérez"), "name=Juan Pérez"},
		{"chinese name", talk("caller: 你好，我叫王小明，我要退货"), "name=王小明"},
		{"another's name is not the caller's", talk("dana: Hi, my name is Dana Reyes."), ""},

		{"corrected", talk("caller: order number 4821", "caller: no sorry I meant 4822"), "order=4822"},
		{"not this but that", talk("caller: my order is 4821", "caller: not 4821 but 4822"), "order=4822"},
		{"corrected in german", talk("caller: bestellnummer 4821", "caller: nein falsch vier acht zwei zwei"), "order=4822"},
		{"asked again", talk("ai: What is your order number?", "caller: 4821", "ai: What is the order number, please?", "caller: 4822"), "order=4822"},
		{"e-mail corrected", talk("caller: my email is jon at example dot com", "caller: sorry it's john at example dot com"), "email=john@example.com"},
		{"their own address", talk("ai: You can write to support@relevo.shop.", "caller: yes"), "email=support@relevo.shop"},
		{"nobody's address", talk("ai: The shop has support@relevo.shop.", "caller: yes"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range Extract(test.lines) {
				got = append(got, f.Kind+"="+f.Value)
				if f.Confidence <= 0 || f.Confidence > 1 || f.Seq == 0 || f.At.IsZero() || f.Role == "" {
					t.Errorf("%+v", f)
				}
			}
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got %q, want %q", s, test.want)
			}
		})
	}
}

func TestFactsConfirmed(t *testing.T) {
	f := Extract(talk("caller: my order is four eight two one", "dana: So that is 4821, right?", "caller: yes exactly"))
	if len(f) != 1 || !f[0].Confirmed || f[0].Confidence < 0.9 || f[0].Role != RoleCaller || f[0].Seq != 1 {
		t.Errorf("%+v", f)
	}
	f = Extract(talk("dana: What is your order number?", "caller: for it to one", "dana: So your order is 4821?", "caller: yes"))
	if len(f) != 1 || f[0].Value != "4821" || !f[0].Confirmed || f[0].Seq != 3 {
		t.Errorf("%+v", f)
	}
	f = Extract(talk("caller: my order is four eight two one", "dana: So your order is 4821?", "caller: no four eight two two"))
	if len(f) != 1 || f[0].Value != "4822" || f[0].Confirmed {
		t.Errorf("%+v", f)
	}
	f = Extract(talk("caller: my email is jo at example dot com"), Fact{Kind: FactEmail, Value: "kim@example.org", Role: "app", Confirmed: true})
	if len(f) != 1 || f[0].Value != "kim@example.org" {
		t.Errorf("what the app knows was overheard: %+v", f)
	}
}

func TestValidEmail(t *testing.T) {
	long := strings.Repeat("a", 65)
	for s, want := range map[string]bool{
		"a@b.co": true, "a.b+c@d-e.example": true, "": false, "a": false, "a@b": false, "a@@b.co": false, "a b@c.de": false, "<a@b.co>": false,
		`"a b"@c.de`: false, "Ann <a@b.co>": false, long + "@b.co": false, "a@" + long + ".co": false, "a@-b.co": false, "a@b..co": false, "a@b.co\n": false,
		"a@" + strings.Repeat("b.", 130) + "co": false,
	} {
		if ValidEmail(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

// Whatever is said, what is found is well formed and bounded, and the same
// lines give the same again.
func FuzzFacts(f *testing.F) {
	f.Add("my email is john at example dot com", "what is your order number", "forty eight twenty two ten")
	f.Add("我叫王小明", "您的订单号是多少？", "a dash one zero zero one double")
	f.Add("@.@", "o o o o o", "\xff\x00 double triple plus")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		lines := []Line{{Seq: 1, Role: RoleCaller, Text: a}, {Seq: 2, Role: RoleAgent, Text: b}, {Seq: 3, Role: RoleCaller, Text: c}}
		got := Extract(lines)
		if len(got) > maxFacts {
			t.Errorf("%d facts", len(got))
		}
		for _, x := range got {
			if x.Kind == "" || x.Value == "" || len(x.Value) > 400 || x.Kind == FactEmail && !ValidEmail(x.Value) || x.Confidence <= 0 || x.Confidence > 1 {
				t.Errorf("%+v", x)
			}
			if x.Kind == FactPhone && strings.Trim(x.Value, "+0123456789") != "" {
				t.Errorf("%+v", x)
			}
		}
		again := Extract(lines)
		if len(again) != len(got) {
			t.Error("not the same again")
		}
	})
}
