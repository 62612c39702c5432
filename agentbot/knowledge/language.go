package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/spanish"
)

// language is how text of one language is made into terms. It never changes.
type language struct {
	tag     string
	snow    func(*snowballstem.Env) bool // nil: words stay as they are
	fillers map[string]bool              // words that say next to nothing
	phrases *strings.Replacer            // the same for text without spaces, made into spaces; nil: none
	weak    func(r rune) bool            // characters that mostly belong to grammar; nil: none
}

// languageOf is the language of a BCP 47 tag; of one that is not known here,
// the words stay as they are.
func languageOf(tag string) *language {
	tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if l := languages[tag]; l != nil {
		return l
	}
	return &language{tag: tag}
}

// languages is never changed.
var languages = map[string]*language{
	"en": {tag: "en", snow: english.Stem, fillers: fillers},
	"de": {tag: "de", snow: german.Stem, fillers: set(`aber als also am an auch auf aus bei bin bis bist bitte da danke dann das dass dein deine dem
		den denn der des dich die dir doch du ein eine einem einen einer eines er es etwas euch eure euer euren eurer für gern gerne gut guten hallo hab
		habe haben habt hat hätte ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ist ja kann kannst können könnt könnte könnten man mein meine meinem
		meinen meiner mich mir mit möchte möchten muss nach nein noch nun nur ob oder okay sehr sein sich sie sind so tag um und uns unser unsere
		vom von war was weil welche welchen welcher welches wenn wer werden wie wo wann will wir wird würde wurde zu zum zur gibt geht mal eigentlich
		wissen sagen frage machen mach mache tun lange viel viele wieviel`)},
	"es": {tag: "es", snow: spanish.Stem, fillers: set(`a al algo alguna algún algun ante con cual cuál cuales cuáles como cómo cuando cuándo cuanto
		cuánto cuanta cuánta cuantos cuántos cuantas cuántas de del desde donde dónde el él ella ellas ellos en entre era es esa ese eso esta está están
		este esto estos favor fue gracias ha hay hacer hago hasta he hola la las le les lo los más mas me mi mis muy ni no nos nuestra nuestro o otra otro
		para pero por porque puede pueden puedo podéis podría que qué quien quién quiero quisiera sabe saber se ser si sí sin sobre son soy su sus también
		te tengo tiene tienen tienes todo tu tus un una uno unos usted ustedes vale y ya yo buenos buenas`)},
	"zh": {tag: "zh", phrases: spaced(`能不能 可不可以 是不是 有没有 为什么 多少钱 麻烦你 麻烦您 不好意思 请问一下 请问 你们 您们 我们 他们 这个 那个 这些 那些 一下 可以 什么
		怎么样 怎么办 怎么 怎样 如何 哪里 哪儿 哪些 哪个 哪家 多少 多久 多长 多大 几天 几点 想要 你好 您好 谢谢 好的 帮我 给我 告诉我 知道 想问 应该 现在 如果 一些 还是 或者 已经 的 了 吗 呢 吧 啊 呀 嘛 哦 嗯 您 你 我 它 她 他 这 那`),
		weak: among("是有在和与也都就要会能到对给把被让从向想请还多少几很太不没个些可以里上下为用去来得着过再做说问又会时候么啥谁怎哪")},
	"ja": {tag: "ja", phrases: spaced(`ありがとうございます お願いします お願いいたします こんにちは すみません ください でしょうか ですか ますか ました ません です ます はい いいえ そちら こちら`),
		weak: func(r rune) bool {
			return unicode.Is(unicode.Hiragana, r) || strings.ContainsRune("何日時方", r)
		}},
	"ko": {tag: "ko", phrases: spaced(`안녕하세요 감사합니다 고맙습니다 어떻게 얼마나 얼마 언제 어디 무엇 저는 제가 저희 우리 있나요 있어요 있습니까 하나요 해요 합니다 되나요 됩니까 돼요 수 좀 네 예`),
		weak: among("은는이가을를에의도로와과서고요나까다니습면만들한할하해되된될있없지어여세시인게")},
}

// Words by which a text's language is told. They are words of grammar, a third
// or more of any running text, and none of one list is usual in another's
// language. Never changed.
var telling = map[string]map[string]bool{
	"en": set("the and is of to we you are with can your it our that at by this what how when do does"),
	"de": set("der das und ist nicht wir sie ein eine einen mit für auf dem von bei oder kann können ihr ihre sind werden wird auch nach wie uns unser unsere ich"),
	"es": set("el la los las de y en que qué un una es por con para del se su como cómo puede cuánto está son nuestro nuestra al lo"),
}

// tell finds the language of a text: by script where the script says it, else
// by words of grammar. A text that says nothing is taken for English.
func tell(text string) string {
	var han, kana, hangul, other int
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case isKana(r):
			kana++
		case unicode.Is(unicode.Hangul, r):
			hangul++
		case unicode.IsLetter(r):
			other++
		}
	}
	// A character of these scripts stands for two letters and more.
	if all := han + kana + hangul; 2*all > other {
		switch {
		case 2*hangul > all:
			return "ko"
		case 10*kana > all: // Japanese is a third kana at least, Chinese has none but in names
			return "ja"
		}
		return "zh"
	}
	best, most := "en", 0
	counts := make(map[string]int)
	for _, t := range Tokens(text) {
		for tag, words := range telling {
			if words[t] {
				counts[tag]++
			}
		}
	}
	for _, tag := range []string{"en", "de", "es"} {
		if counts[tag] > most {
			best, most = tag, counts[tag]
		}
	}
	return best
}

// terms are what text is indexed and searched by: stems of words, and of
// scripts without spaces overlapping pairs of characters. Where such a run has
// but one character, it is the term.
func (l *language) terms(text string) []string {
	if l.phrases != nil {
		text = l.phrases.Replace(text)
	}
	var terms []string
	for _, run := range runs(text) {
		if !isCJK(run) {
			terms = append(terms, run)
			continue
		}
		rs := []rune(run)
		if len(rs) == 1 {
			terms = append(terms, run)
		}
		for i := range len(rs) - 1 {
			terms = append(terms, string(rs[i:i+2]))
		}
	}
	return terms
}

// stem is Snowball's; words of other scripts stay as they are.
func (l *language) stem(word string) string {
	if l.snow == nil || len(word) < 3 || strings.ContainsFunc(word, func(r rune) bool { return r > unicode.MaxLatin1 }) {
		return word
	}
	env := snowballstem.NewEnv(word)
	l.snow(env)
	return env.Current()
}

// filler says whether a term says next to nothing.
func (l *language) filler(term string) bool {
	return l.fillers[term] || l.weak != nil && isCJK(term) && !strings.ContainsFunc(term, func(r rune) bool { return !l.weak(r) })
}

func isKana(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー' }

// isIdeograph is for scripts whose words are not told apart by spaces, or, as
// in Korean, carry their grammar with them.
func isIdeograph(r rune) bool {
	if r < 0x1100 { // the first of Hangul; Latin and its like are below
		return false
	}
	return isKana(r) || unicode.In(r, unicode.Han, unicode.Hangul)
}

// isCJK says whether a term is of such a script, which its first character tells.
func isCJK(term string) bool {
	if term == "" || term[0] < utf8.RuneSelf {
		return false
	}
	first, _ := utf8.DecodeRuneInString(term)
	return isIdeograph(first)
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func among(characters string) func(rune) bool {
	return func(r rune) bool { return strings.ContainsRune(characters, r) }
}

// spaced replaces phrases by spaces, at each place the first that fits.
func spaced(phrases string) *strings.Replacer {
	var pairs []string
	for p := range strings.FieldsSeq(phrases) {
		pairs = append(pairs, p, " ")
	}
	return strings.NewReplacer(pairs...)
}

// Vague says whether no word of text says what it is about: "yes please".
func Vague(text string) bool {
	for _, l := range languages {
		vague := true
		for _, t := range l.terms(text) {
			vague = vague && l.filler(t)
		}
		if vague {
			return true
		}
	}
	return false
}
