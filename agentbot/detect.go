package agentbot

import (
	"strings"
	"unicode"
)

// languages are those whose name is known, as recognisers and models say it.
// Never changed.
var languages = map[string]string{
	"en": "English", "es": "Spanish", "de": "German", "zh": "Chinese", "fr": "French", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "tr": "Turkish",
	"ru": "Russian", "uk": "Ukrainian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "ja": "Japanese", "ko": "Korean", "vi": "Vietnamese", "th": "Thai", "id": "Indonesian",
	"sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech", "hu": "Hungarian", "ro": "Romanian", "el": "Greek", "bg": "Bulgarian", "fa": "Persian",
}

func languageName(tag string) string {
	if name := languages[tag]; name != "" {
		return name
	}
	return `the language "` + tag + `"`
}

// languageTag is what a recogniser says: a tag, or a name as Whisper gives it.
func languageTag(recognised string) string {
	for tag, name := range languages {
		if strings.EqualFold(name, recognised) {
			return tag
		}
	}
	if strings.EqualFold(recognised, "mandarin") {
		return "zh"
	}
	if tag := primary(recognised); len(tag) == 2 || len(tag) == 3 {
		return tag
	}
	return ""
}

// spokenBy is the language of a caller's words, "" where they do not tell: one
// word is no language. What the text shows counts before what a recogniser
// believes.
func spokenBy(recognised, text string) string {
	if tag := textLanguage(text); tag != "" {
		return tag
	}
	if letters, words := extent(text); letters >= 8 && words >= 3 {
		return languageTag(recognised)
	}
	return ""
}

func extent(text string) (letters, words int) {
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
				letters += 2
				words++
			}
		}
	}
	return letters, max(words, len(strings.Fields(text)))
}

// scripts that say the language, or nearly so. Never changed.
var scripts = []struct {
	tag   string
	table *unicode.RangeTable
}{
	{"ko", unicode.Hangul}, {"ru", unicode.Cyrillic}, {"ar", unicode.Arabic}, {"he", unicode.Hebrew}, {"hi", unicode.Devanagari}, {"th", unicode.Thai}, {"el", unicode.Greek},
}

// textLanguage tells a language by script, else by at least two words that are
// usual in one language only.
func textLanguage(text string) string {
	count := make(map[string]int)
	letters, han, kana := 0, 0, 0
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r):
			continue
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		default:
			for _, s := range scripts {
				if unicode.Is(s.table, r) {
					count[s.tag]++
				}
			}
		}
		letters++
	}
	switch {
	case kana > 1 && 2*(kana+han) > letters:
		return "ja"
	case han > 1 && 2*han > letters:
		return "zh"
	}
	for tag, n := range count {
		if n > 1 && 2*n > letters {
			return tag
		}
	}
	points := make(map[string]int)
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '¿' && r != '¡' }) {
		w = strings.TrimLeft(w, "¿¡")
		for tag, words := range usual {
			points[tag] += words[w]
		}
	}
	if strings.ContainsAny(text, "¿¡ñ") {
		points["es"] += 2
	}
	if strings.ContainsAny(text, "ß") {
		points["de"] += 2
	}
	best, most, second := "", 0, 0
	for tag, n := range points {
		if n > most {
			best, most, second = tag, n, most
		} else {
			second = max(second, n)
		}
	}
	if most >= 2 && most > second {
		return best
	}
	return ""
}

// weighed gives words one point; those after a bar say it alone.
func weighed(text string) map[string]int {
	one, two, _ := strings.Cut(text, "|")
	m := make(map[string]int)
	for w := range strings.FieldsSeq(one) {
		m[w] = 1
	}
	for w := range strings.FieldsSeq(two) {
		m[w] = 2
	}
	return m
}

// usual words of languages. Never changed.
var usual = map[string]map[string]int{
	"en": weighed("the and is are you your my what how where when can could would do does have has with for this that it of to i i'm want need please thank thanks yes there not was were will which order from about we they get know tell | hello hi goodbye don't i'd what's it's"),
	"de": weighed("der das und ist nicht ich sie wir ein eine einen mein meine mit für auf von wie wo wann was kann können haben habe hat möchte bitte ja nein auch noch mir mich ihr ihre es zu den dem bei | guten tag hallo danke tschüss grüß moin"),
	"es": weighed("el la los las de que qué y es un una por para con mi su se en no lo cómo dónde cuándo cuánto cuánta puedo puede quiero necesito tengo tiene está estoy favor sí muy yo me pedido del al | hola gracias buenos buenas adiós"),
	"fr": weighed("le la les des du et est un une je vous nous mon ma mes votre pour avec dans que qui quoi comment où quand pas plus ne ce cette c'est j'ai suis avez puis voudrais oui sur au aux s'il | bonjour merci salut bonsoir"),
	"it": weighed("il lo la gli le di che è un una per con mio mia sono ho vorrei posso come dove quando quanto non si del della questo questa più sì mi | ciao buongiorno grazie buonasera"),
	"pt": weighed("o os as de que é um uma por para com meu minha não sim eu você como onde quando quanto quero preciso tenho posso do da no na isso está muito | olá obrigado obrigada bom"),
	"nl": weighed("de het een en is niet ik u je wij mijn met voor op van hoe waar wanneer wat kan kunnen heb heeft wil graag ja nee ook nog dat deze dit | goedemorgen dank goedendag bedankt"),
}
