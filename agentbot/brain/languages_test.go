package brain

import (
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/intent"
)

// Callers of other languages are answered in theirs, also by a base that has
// none of it: who asks for a person gets one, and what is not known is said.
func TestLanguages(t *testing.T) {
	b := newBrain(t)
	for name, turns := range map[string][][2]string{
		"German":   {{"Guten Tag", "wie kann ich"}, {"Wie lange habe ich Garantie?", "Soll ich jemanden"}, {"Ja, gerne", ">Ich hole jemanden"}},
		"Spanish":  {{"Hola", "ayudarle"}, {"¿Cuánto cuesta el envío?", "¿Quiere que le pase"}, {"no, gracias", "De acuerdo"}, {"quiero hablar con una persona", ">Le paso con alguien"}},
		"Chinese":  {{"你好", "您好"}, {"运费多少钱", "需要我帮您转接同事吗"}, {"好的", ">转接同事"}},
		"declined": {{"保修期多久", "需要我"}, {"不用了", "好的"}, {"谢谢", "不客气"}, {"再见", "再见"}},
		"Japanese": {{"送料はいくらですか", "担当者におつなぎしましょうか"}, {"はい、お願いします", ">おつなぎします"}},
		"French":   {{"Combien coûte la livraison ?", "Voulez-vous"}, {"oui s'il vous plaît", ">quelqu'un de mon équipe"}},
		"what":     {{"Sind Sie ein Mensch?", "kein Mensch"}, {"你是真人吗", "不是真人"}, {"¿eres un robot?", "un programa"}},
		"twice":    {{"Verkaufen Sie Fahrräder?", "Soll ich"}, {"Und was ist mit Autos oder Booten?", ">auch das weiß ich nicht"}},
		"upset":    {{"你们太过分了 我要投诉", "非常抱歉"}, {"this is unacceptable, you are useless", lineSorry}},
		"both":     {{"Hallo, guten Tag", "Hallo"}, {"what are your opening hours", "nine in the morning"}},
	} {
		t.Run(name, func(t *testing.T) {
			var history []engine.Message
			for _, turn := range turns {
				history = append(history, user(turn[0]))
				r := chat(t, b, tools, history...)
				want, calls := strings.CutPrefix(turn[1], ">")
				if !strings.Contains(r.text, want) || calls != (r.call != nil) {
					t.Errorf("%q: %q, call %v; want %q, call %v", turn[0], r.text, r.call != nil, want, calls)
				}
				history = append(history, assistant(r.text))
			}
		})
	}
}

// Every language has every line, and its offer is known again.
func TestLines(t *testing.T) {
	for tag, l := range spokenBy {
		for _, line := range []string{l.hello, l.more, l.human, l.joining, l.theirs, l.noHuman, l.offer, l.unknown, l.unheard, l.sorry, l.twice, l.noTwice, l.declined, l.whatAmI} {
			if line == "" {
				t.Errorf("%s lacks a line", tag)
			}
			if tag != "en" && intent.Language(line) != tag && intent.Language(line) != "" {
				t.Errorf("%s: %q is taken for %s", tag, line, intent.Language(line))
			}
		}
		if said := l.withOffer(l.unknown); !offered(said) || !strings.Contains(said, l.offer) || offered(l.declined) || offered(l.twice) {
			t.Errorf("%s: the offer is not told apart", tag)
		}
	}
}
