package tools

import (
	"strings"
	"unicode"
)

// Consent reads a caller's answer to "Shall I…?" in English, Spanish, German
// or Chinese. yes is only what agrees and says nothing else; what is neither is
// a new wish, or not understood.
func Consent(text string) (yes, no bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return chineseConsent(text)
	}
	text = noProblem.Replace(text)
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' })
	if len(words) == 0 {
		return false, false
	}
	agrees, refuses, others := 0, 0, 0
	for _, w := range words {
		w = strings.ReplaceAll(w, "’", "'")
		switch {
		case refusing[w]:
			refuses++
		case agreeing[w]:
			agrees++
		case !polite[w]:
			others++
		}
	}
	switch {
	case refuses > 0:
		return false, agrees == 0 || refusing[words[0]]
	case agrees > 0 && others == 0:
		return true, false
	}
	return false, false
}

func chineseConsent(text string) (yes, no bool) {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, text)
	if strings.Contains(text, "等") {
		return false, false
	}
	for _, w := range []string{"不", "别", "算了", "没有"} {
		if strings.Contains(strings.ReplaceAll(text, "没问题", ""), w) {
			return false, true
		}
	}
	rest := chineseYes.Replace(text)
	return rest != text && strings.Trim(rest, "请您你吧的了啊呀谢麻烦就我们帮") == "", false
}

func setOf(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// The words are never changed.
var (
	agreeing = setOf(`yes yeah yep yup sure ok okay correct right absolutely definitely certainly confirm confirmed affirmative ahead agreed
		sí si claro vale correcto exacto exactamente adelante confirmo confirmado hágalo hazlo dale perfecto
		ja jawohl jo jep klar gerne richtig genau stimmt natürlich sicher selbstverständlich einverstanden`)
	refusing = setOf(`no nope nah not don't dont never cancel stop
		nunca cancela cancele tampoco
		nein nee nö nicht kein keine keinesfalls stopp abbrechen`)
	polite = setOf(`please go do it that's that is thanks thank you i the of course all uh um well oh and then sounds good great fine me for
		por favor gracias que eso es está bien de acuerdo muy lo hacer usted
		bitte danke das ist so machen mach sie tun es gut doch ruhig in ordnung auf jeden fall ich gern mal ok`)
	noProblem = strings.NewReplacer("no problem", "yes", "why not", "yes", "kein problem", "ja", "warum nicht", "ja", "no hay problema", "sí", "por qué no", "sí", "cómo no", "sí",
		"auf jeden fall", "ja", "of course", "yes", "sounds good", "yes", "that's fine", "yes", "por supuesto", "sí", "de acuerdo", "sí")
	chineseYes = strings.NewReplacer("是的", "", "可以", "", "好的", "", "好", "", "确认", "", "没错", "", "对的", "", "对", "", "行", "", "没问题", "", "同意", "", "当然", "", "嗯", "", "是", "")
)
