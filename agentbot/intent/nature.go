package intent

import (
	"slices"
	"strings"
)

// Nature says, from 0 to 1, how sure it is that a turn asks who or what it
// speaks with: "are you a human?". Such a question is no request for a person.
func Nature(text string) float64 {
	u := read(text)
	line := " " + strings.Join(u.words, " ") + " "
	for _, q := range natures {
		if len(u.words) <= q.most && containsAny(line, q.about) && containsAny(line, q.what) && !containsAny(line, q.not) {
			return 0.9
		}
	}
	if englishNature(u.words) {
		return 0.9
	}
	for clause := range strings.FieldsSeq(u.han) {
		if hanNature(clause) {
			return 0.9
		}
	}
	return 0
}

func englishNature(words []string) bool {
	about := has(words, "are", "you") || has(words, "am", "i", "talking") || has(words, "am", "i", "speaking") || has(words, "is", "this") || has(words, "you", "are") || has(words, "i", "am", "talking")
	noun, _ := bestNoun(words)
	return about && len(words) <= 11 && !slices.ContainsFunc(words, func(w string) bool { return demands[w] }) &&
		(noun > 0 || slices.ContainsFunc(words, func(w string) bool { return botNouns[w] || natureWords[w] }))
}

func containsAny(line string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) })
}

func hanNature(text string) bool {
	for _, you := range hanYou {
		if rest, ok := strings.CutPrefix(text, you); ok {
			for _, what := range hanWhat {
				if at := strings.Index(rest, what); at >= 0 && at <= 12 {
					return true
				}
			}
		}
	}
	return false
}

// Never changed. The words are folded.
var (
	demands     = set("want need like get put connect transfer instead rather")
	natureWords = set("real demo gpt chatgpt intelligence artificial recorded automated automatic alive")
	hanYou      = hanList("你是 您是 你到底是 我在跟 我是在跟 请问你是 请问您是 あなたは")
	hanWhat     = hanList("机器人 真人 人工智能 AI 人吗 人类 机器 电脑 客服吗 ロボット 人間 什么 谁")
	natures     = []struct {
		most             int
		about, what, not []string
	}{
		{9, spacedList("sind sie / bist du / bist ein / spreche ich / rede ich / ist das hier / ist das"), spacedList("mensch / roboter / bot / maschine / computer / ki / echt / echte / echter / person / programm / automat / aufnahme"),
			spacedList("mochte / will / brauche / verbinden / lieber")},
		{9, spacedList("eres / es usted / usted es / estoy hablando / hablo con / esto es / es un"), spacedList("robot / humano / humana / persona / maquina / bot / ia / grabacion / ordenador / computadora / real"),
			spacedList("quiero / necesito / prefiero / pase / pongame")},
		{9, spacedList("etes vous / vous etes / tu es / es tu / je parle / est ce que je parle / c est"), spacedList("robot / humain / humaine / personne / machine / ia / ordinateur / reel / vraie"),
			spacedList("veux / voudrais / prefere / besoin")},
	}
)

// spacedList is list of whole words.
func spacedList(text string) []string {
	all := list(text)
	for i := range all {
		all[i] += " "
	}
	return all
}
