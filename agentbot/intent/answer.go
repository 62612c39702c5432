package intent

import (
	"strings"
	"unicode/utf8"
)

// Affirms says, from 0 to 1, how sure it is that a turn says yes to an offer
// that was just made ("yeah, that would be great", "ja gerne", "好的"). It is for
// answers: of a sentence about something else it means nothing.
func Affirms(text string) float64 {
	r := react(text)
	if r.yes == 0 || r.no > 0 || r.other > 3 || r.other > r.yes && !r.first {
		return 0
	}
	return 1 - 0.15*float64(r.other)
}

// Declines says, from 0 to 1, how sure it is that a turn says no to an offer
// ("no thanks, I am fine", "nein danke", "不用了").
func Declines(text string) float64 {
	r := react(text)
	if r.no == 0 || r.other > 4 || r.other > r.no && !r.first {
		return 0
	}
	return 1 - 0.1*float64(r.other)
}

// reaction is how many words of a turn say yes, say no, and belong to neither
// kind of answer; first says that it begins with one of the former.
type reaction struct {
	yes, no, other int
	first          bool
}

func react(text string) reaction {
	var r reaction
	u := read(text)
	for i, w := range u.words {
		switch {
		case nays[w]:
			r.no++
		case w == "not" && (at(u.words, i+1) == "now" || at(u.words, i+1) == "yet" || at(u.words, i+1) == "necessary" || at(u.words, i+1) == "needed" || at(u.words, i-1) == "do"):
			r.no++
		case yeas[w]:
			r.yes++
		case !around[w]:
			r.other++
		}
		r.first = r.first || i == 0 && r.yes+r.no > 0
	}
	// "that is fine" after a no says so of the no; "I am good" is one by itself.
	if has(u.words, "am", "good") || has(u.words, "am", "fine") {
		r.yes, r.no = 0, r.no+1
	}
	for rest := u.han; rest != ""; {
		if n := longestOf(rest, hanNays); n > 0 {
			r.no, rest = r.no+1, rest[n:]
		} else if n = longestOf(rest, hanYeas); n > 0 {
			r.yes, rest = r.yes+1, rest[n:]
		} else if n = longestOf(rest, hanAround); n > 0 {
			rest = rest[n:]
		} else {
			_, n = utf8.DecodeRuneInString(rest)
			r.other, rest = r.other+1, rest[n:]
		}
	}
	return r
}

func longestOf(text string, words []string) int {
	longest := 0
	for _, w := range words {
		if strings.HasPrefix(text, w) {
			longest = max(longest, len(w))
		}
	}
	return longest
}

// Never changed. The words are folded.
var (
	yeas = set(`yes yeah yep yup sure okay ok alright right exactly correct definitely absolutely certainly fine good great perfect course lovely do ahead
		ja jap jawohl jo klar gerne gern sicher naturlich okay einverstanden gut super prima machen mach passt
		si claro vale bueno bien dale perfecto adelante supuesto venga correcto exacto
		oui ouais accord volontiers bien parfait certainement`)
	nays   = set(`no nope nah never nothing nein ne nee kein keine keinen non pas nicht nada tampoco cancel unnecessary nevermind`)
	around = set(`please thank thanks you that would be great nice it is very much i a the for and well oh so then all of now need to my me just want
		kind go hmm um uh let us lets bitte danke ware das ich mochte sehr freundlich nett toll es so dann und auch mir nur doch brauche will sie tun
		por favor gracias de lo que eso esta seria quiero me muchas hace hagalo hazlo asi esto necesito muy amable
		merci s il vous te plait je veux c est d le ce bien besoin suis could can will does thats not`)
	hanYeas = hanList(`好的 好啊 好呀 好吧 好 可以 行 行啊 是的 是 对 嗯 要 要的 需要 没问题 当然 当然可以 谢谢好的 麻烦你了 麻烦了 那就 没关系好的 OK
		はい うん ええ お願いします 是非 ぜひ いいです 大丈夫です お願い`)
	hanNays   = hanList(`不 不用 不用了 不要 不要了 不需要 不必 不必了 不了 算了 没必要 别 不是 不行 不可以 没有 いいえ いや 結構です いりません`)
	hanAround = hanList("谢谢 谢 你 您 了 的 啊 吧 呢 呀 那 就 请 麻烦 我 想 这样 很 非常 帮我 转 一下 吗 嘛 哦 噢 唉 です ます")
)
