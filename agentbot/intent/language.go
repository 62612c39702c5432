package intent

import "unicode"

// Language is the language that a turn is most likely in, as a BCP 47 tag: one
// of en, de, es, fr, zh, ja, ko; "" where the text does not tell.
func Language(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	var han, kana, hangul, letters int
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Hangul, r):
			hangul++
		case unicode.IsLetter(r):
			letters++
		}
	}
	if all := han + kana + hangul; 2*all > letters {
		switch {
		case 2*hangul > all:
			return "ko"
		case 10*kana > all:
			return "ja"
		}
		return "zh"
	}
	u := read(text)
	best, most, tie := "", 0, false
	for i, n := range u.tell() {
		switch {
		case n > most:
			best, most, tie = tellers[i].tag, n, false
		case n == most && n > 0:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return best
}

// tell counts the words that tell a language, by the order of tellers.
func (u *utterance) tell() (counts [len(tellers)]int) {
	for _, w := range u.words {
		for i := range tellers {
			if tellers[i].words[w] {
				counts[i]++
			}
		}
	}
	return counts
}

// tellers are words by which languages are told: those of grammar and what
// callers say most. Folded; never changed.
var tellers = [4]struct {
	tag   string
	words map[string]bool
}{
	{"en", set(`the and is of to we you are with can your it our that at by this what how when do does i my me please yes hello thanks thank not would have has
		want need for on be or if was it will no has there who where which much long still could`)},
	{"de", set(`der das und ist nicht wir sie ein eine einen einem mit fur auf dem von bei oder kann konnen ihr ihre sind werden wird auch nach wie uns unser
		ich ja nein bitte danke hallo mein meine mir mich haben habe wo wann warum es den im zum zur noch mal gibt viel lange kostet du bist
		guten tag abend tschuss wiederhoren danke jemand kein keine keinen mochte brauche`)},
	{"es", set(`el la los las de y que un una es por con para del se su como puede cuanto esta nuestro nuestra al lo si hola gracias quiero mi mis
		tengo donde cuando usted ustedes hay tienen me muy estoy pero esto eso cual cuesta puedo necesito favor eres buenos buenas dias tardes noches adios quisiera alguien ayer no vale`)},
	{"fr", set(`le la les des du et est une je vous nous pas pour avec dans sur que qui mon ma mes votre vos oui non bonjour merci plait quel quelle
		combien quand comment ai suis avez peux voudrais bonsoir salut il ce c l d au j`)},
}
