package copilot

import (
	"strings"
	"unicode"
)

// naming is a way to say one's name. sure: whatever follows is one; else it
// must be written as a name, or "speaking" follow it.
type naming struct {
	words []string
	sure  bool
}

var (
	namings = []naming{
		{fields("my|name|is"), true}, {fields("my|name's"), true}, {fields("the|name|is"), true}, {fields("the|name's"), true}, {fields("name|is"), true},
		{fields("mein|name|ist"), true}, {fields("ich|heiße"), true}, {fields("ich|heisse"), true}, {fields("me|llamo"), true}, {fields("mi|nombre|es"), true},
		{fields("this|is"), false}, {fields("i|am"), false}, {fields("i'm"), false}, {fields("hier|ist"), false}, {fields("hier|spricht"), false},
		{fields("ich|bin"), false}, {fields("soy"), false}, {fields("habla"), false},
	}
	hanNamings = fields("我叫|我的名字是|我的名字叫|名字是|我姓")
	// no name goes on with these
	nameEnds = setOf(`and i my from calling with at is a an the not so but speaking here on about und ich von mit aus der die das am apparat ruft y de con desde
		yo llamo por hablando because it's its it was wanted want would have need here's in to for or e-mail email order number phone can could please thanks thank hello hi
		sorry yes no ok okay calling afraid just still very really going trying looking having waiting happy angry upset sure nicht sehr aquí muy`)
	surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
	speaking = setOf("speaking am here")
)

// names finds names that somebody gives themselves, with how sure that is. asked
// says that the question before was for it.
func names(text string, tokens []token, asked bool) (value string, confidence float64) {
	if v := hanName(text); v != "" {
		return v, 0.85
	}
	mixed := strings.ContainsFunc(text, unicode.IsUpper) && strings.ContainsFunc(text, unicode.IsLower)
	for i := range tokens {
		for _, n := range namings {
			if !matches(tokens, i, n.words) || tokens[i+len(n.words)-1].end {
				continue
			}
			from := i + len(n.words)
			v, to := nameAt(tokens, from)
			switch {
			case v == "":
			case n.sure:
				return v, 0.9
			case asked, to < len(tokens) && speaking[tokens[to].text], to+1 < len(tokens) && tokens[to].text == "am" && tokens[to+1].text == "apparat":
				return v, 0.8
			case mixed && written2(tokens[from:to]):
				return v, 0.65
			}
		}
	}
	if asked && len(tokens) <= 6 {
		from := 0
		for from < len(tokens) && (affirmative[tokens[from].text] || hums[tokens[from].text] || tokens[from].text == "it's" || tokens[from].text == "sure") {
			from++
		}
		if v, to := nameAt(tokens, from); v != "" && to == len(tokens) && len(tokens)-from <= 3 {
			return v, 0.7
		}
	}
	return "", 0
}

// nameAt reads up to three words of a name, or one that is spelled.
func nameAt(tokens []token, i int) (string, int) {
	var words []string
	spelled := ""
	j := i
	for ; j < len(tokens) && len(words) < 3; j++ {
		t := tokens[j]
		if strings.ContainsFunc(t.raw, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '-' && r != '\'' && r != '.'
		}) || isHan(t.text) {
			break
		}
		if len(t.text) == 1 && (len(words) == 0 || spelled != "") && t.text != "a" && t.text != "i" {
			spelled += t.text
			if t.end {
				j++
				break
			}
			continue
		}
		if spelled != "" && len(t.text) == 1 {
			spelled += t.text
			continue
		}
		if nameEnds[t.text] || negative[t.text] || measures[t.text] || len(t.text) < 2 || spelled != "" {
			break
		}
		words = append(words, proper(t.raw))
		if t.end {
			j++
			break
		}
	}
	if len(spelled) >= 2 && len(words) == 0 {
		return proper(spelled), j
	}
	return strings.Join(words, " "), j
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

// written2 says whether each word begins with a capital letter.
func written2(tokens []token) bool {
	for _, t := range tokens {
		if !unicode.IsUpper(firstRune(t.raw)) {
			return false
		}
	}
	return len(tokens) > 0
}

// proper is a word as a name is written, where it is all small.
func proper(word string) string {
	if strings.ToLower(word) != word {
		return word
	}
	parts := strings.Split(word, "-")
	for i, p := range parts {
		if r := []rune(p); len(r) > 0 {
			r[0] = unicode.ToUpper(r[0])
			parts[i] = string(r)
		}
	}
	return strings.Join(parts, "-")
}

// hanName is the name behind 我叫 and the like: a family name that is known with
// one or two characters, or what stands up to the next mark.
func hanName(text string) string {
	for _, intro := range hanNamings {
		_, rest, ok := strings.Cut(text, intro)
		if !ok {
			continue
		}
		var name []rune
		for _, r := range strings.TrimSpace(rest) {
			if !unicode.Is(unicode.Han, r) || strings.ContainsRune("我的是想要在，您你有先女吧", r) || len(name) == 3 {
				break
			}
			name = append(name, r)
		}
		if len(name) > 0 && (strings.ContainsRune(surnames, name[0]) || len(name) >= 2) {
			return string(name)
		}
	}
	return ""
}
