package intent

import "strings"

// Offers says, from 0 to 1, how sure it is that what an AI said offers the
// caller a person: "Shall I get a colleague for you?". A person who is only
// mentioned is no offer.
func Offers(text string) float64 {
	u := read(text)
	line := " " + strings.Join(u.words, " ") + " "
	for _, l := range offers {
		who, how := false, false
		for _, w := range l.who {
			who = who || strings.Contains(line, strings.ReplaceAll(w, "_", " ")) || strings.Contains(u.han, strings.TrimSpace(w))
		}
		for _, h := range l.how {
			how = how || strings.Contains(line, strings.ReplaceAll(h, "_", " ")) || strings.Contains(u.han, strings.TrimSpace(h))
		}
		if who && how {
			return 0.9
		}
	}
	return 0
}

// offers has for each language who is offered and in which words. Folded;
// never changed.
var offers = []struct{ who, how []string }{
	{list("colleague / human_ / person_ / representative / agent_ / someone_ / somebody / team member / specialist / our team / support team"),
		list("shall i / should i / would you like / do you want / want me to / i can connect / i can transfer / i can get you / i could connect / let me connect / let me get / can i connect / may i connect / i can put you / be happy to connect / i can hand / like to speak / like to talk / wish to speak")},
	{list("kolleg / mensch / mitarbeiter / person / jemand"), list("soll ich / mochten sie / mochtest du / kann ich sie / kann sie / kann dich / wollen sie / darf ich")},
	{list("coleg / persona / agente / companer / humano / alguien"), list("quiere que / quieres que / desea / puedo pasar / puedo comunic / puedo conect / le gustaria / te gustaria")},
	{list("collegue / humain / personne / conseiller / agent"), list("voulez vous / souhaitez / puis je / je peux vous / dois je / voudriez")},
	{list("同事 / 人工 / 客服 / 真人 / 专员 / 工作人员"), list("需要我 / 需要帮 / 需要为 / 要不要 / 要我 / 是否需要 / 可以为您转 / 可以帮您转 / 您需要 / 您想")},
	{list("担当者 / 係の者 / スタッフ / オペレーター / 人間"), list("つなぎましょうか / しましょうか / ご希望")},
}
