package escalation

import (
	"slices"
	"strings"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// words are the words of a text as they are compared.
func words(text string) []string { return knowledge.Tokens(text) }

func join(tokens []string) string { return strings.Join(tokens, " ") }

// anything is a word of a pattern that stands for up to gap others.
const (
	anything = "*"
	gap      = 3
)

// pattern is a phrase as it is looked for.
func pattern(text string) []string {
	var p []string
	for i, part := range strings.Split(text, anything) {
		if i > 0 {
			p = append(p, anything)
		}
		p = append(p, words(part)...)
	}
	for len(p) > 0 && p[0] == anything {
		p = p[1:]
	}
	return p
}

// contains says whether the words of a pattern come one after the other.
func contains(tokens, pattern []string) bool {
	for i := range tokens {
		if begins(tokens[i:], pattern) {
			return true
		}
	}
	return false
}

func begins(tokens, pattern []string) bool {
	switch {
	case len(pattern) == 0:
		return true
	case pattern[0] == anything:
		for skipped := 0; skipped <= gap && skipped <= len(tokens); skipped++ {
			if begins(tokens[skipped:], pattern[1:]) {
				return true
			}
		}
		return false
	case len(tokens) == 0 || tokens[0] != pattern[0]:
		return false
	}
	return begins(tokens[1:], pattern[1:])
}

type reply int

const (
	neither reply = iota
	yes
	no
)

// Words that answer an offer, in several languages; never changed.
var (
	yeses   = patterns("yes", "yeah", "yep", "yup", "sure", "of course", "certainly", "definitely", "absolutely", "please do", "go ahead", "ok", "okay", "all right", "alright", "that would be great", "that would be good", "i would like that", "do that", "sounds good", "please", "ja", "jawohl", "gerne", "gern", "klar", "natürlich", "auf jeden fall", "in ordnung", "bitte", "sí", "si", "claro", "por supuesto", "vale", "de acuerdo", "adelante", "por favor", "oui", "d accord", "bien sûr", "volontiers", "sì", "certo", "va bene", "sim", "com certeza", "tak", "да", "是", "是的", "好", "好的", "可以", "行", "要", "对", "嗯", "当然", "麻烦", "はい", "お願いします", "ええ", "네", "예", "그래요", "부탁")
	noes    = patterns("no", "nope", "nah", "not now", "not necessary", "not needed", "do not", "never mind", "no need", "rather not", "leave it", "nein", "nee", "nicht", "lieber nicht", "nicht nötig", "tampoco", "no hace falta", "non", "pas", "não", "nie", "нет", "不", "不用", "不要", "不需要", "没", "别", "いいえ", "いえ", "結構です", "아니요", "아니", "괜찮아요")
	polite  = patterns("please", "thanks", "thank you", "very much", "a lot", "bitte", "danke", "vielen", "sehr", "gracias", "por favor", "muchas", "merci", "请", "谢谢", "吧", "的", "您", "你", "ください", "that", "it", "would", "be", "great", "nice", "good", "fine", "i", "you", "do", "me", "a", "the", "get", "connect", "colleague", "human", "someone", "person", "then", "so", "oh", "well", "um", "uh", "and", "now", "just", "is", "to", "for", "the", "with", "need", "want", "das", "wäre", "gut", "nett", "toll", "ich", "möchte", "kollegen", "einen", "es", "eso", "estaría", "bien", "me", "了", "一", "下", "个", "帮", "我", "接", "转", "人", "工", "同", "事")
	agains  = patterns("i said", "i just said", "i already said", "i already told you", "i told you", "as i said", "like i said", "that is not what i", "not what i asked", "not what i said", "not what i meant", "you do not understand", "you did not understand", "you are not listening", "you do not listen", "did you even", "can you not hear", "you misunderstood", "listen to me", "ich sagte", "ich habe gesagt", "ich sagte doch", "hab ich doch gesagt", "habe ich doch gesagt", "das habe ich nicht gemeint", "sie verstehen mich nicht", "du verstehst mich nicht", "nicht verstanden", "he dicho", "dije", "ya le dije", "ya te dije", "no es lo que", "no me entiende", "no me entiendes", "no me escucha", "j ai dit", "vous ne comprenez pas", "je vous ai dit", "我说的是", "我刚说", "我刚才说", "我已经说", "你没听懂", "您没听懂", "你听不懂", "不是这个意思", "没听明白")
	trivial = patterns("yes", "no", "ok", "okay", "hello", "hi", "thanks", "thank you", "bye")
)

func patterns(texts ...string) [][]string {
	var all [][]string
	for _, t := range texts {
		all = append(all, pattern(t))
	}
	return all
}

// mostBeside is how many words may stand beside a yes or no that answers.
const mostBeside = 2

// yesOrNo reads the answer to an offer. What says more than that is neither, and
// is answered for itself.
func yesOrNo(text string) reply {
	tokens := words(text)
	if len(tokens) == 0 || strings.ContainsAny(text, "?？") {
		return neither
	}
	left := slices.Clone(tokens)
	isNo, isYes := take(&left, noes), take(&left, yeses)
	take(&left, polite)
	switch {
	case len(left) > mostBeside:
		return neither
	case isNo:
		return no
	case isYes:
		return yes
	}
	return neither
}

// take removes every place of the patterns, the longest first, and says whether
// there was one.
func take(tokens *[]string, patterns [][]string) bool {
	found := false
	for i := 0; i < len(*tokens); {
		best := 0
		for _, p := range patterns {
			if len(p) > best && begins((*tokens)[i:], p) {
				best = len(p)
			}
		}
		if best == 0 {
			i++
			continue
		}
		found = true
		*tokens = append((*tokens)[:i:i], (*tokens)[i+best:]...)
	}
	return found
}

// saysAgain says whether the caller complains of not being understood.
func saysAgain(tokens []string) bool {
	return slices.ContainsFunc(agains, func(p []string) bool { return contains(tokens, p) })
}

// How alike a turn must be to one before it to be the same again, and how many
// words it must have.
const (
	sameShare = 0.75
	sameWords = 3
)

// repeats says whether the caller says what they said before.
func (r *Rules) repeats(s State, tokens []string) bool {
	left := slices.Clone(tokens)
	take(&left, trivial)
	if len(left) < sameWords {
		return false
	}
	for _, before := range s.recent {
		if before == "" {
			continue
		}
		old := strings.Split(before, " ")
		common := 0
		rest := slices.Clone(old)
		for _, t := range tokens {
			if i := slices.Index(rest, t); i >= 0 {
				rest = slices.Delete(rest, i, i+1)
				common++
			}
		}
		if float64(common) >= sameShare*float64(max(len(tokens), len(old))) {
			return true
		}
	}
	return false
}
