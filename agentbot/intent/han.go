package intent

import (
	"strings"
	"unicode/utf8"
)

// hanWords are the phrases of Chinese and some of Japanese by what they do.
var hanWords = newPhrases(map[class]string{
	agent: `转人工 转人工客服 人工客服 人工服务 人工坐席 人工座席 人工台 人工 真人客服 客服人员 客服 客户服务 工作人员 服务人员 服务员 专员 顾问 经理 主管 领导 老板 负责人 店长 同事 上级
		接线员 话务员 店员 员工 营业员 技术人员 专家 人类 售后 管理人员 主任 组长
		オペレーター 担当者 担当の方 担当 人間 スタッフ 係の人 係の方 責任者 店員`,
	person: "一个人 个人 别人 有人 某人 活人 真人 大活人 人 谁 人と 誰か",
	real:   "真人 活人 真实 真正 真的人 大活人 人工 转人工 转人工客服 人工客服 人工服务 真人客服 本物",
	talk:   "说话 讲话 谈话 对话 通话 谈谈 谈一谈 聊聊 聊天 聊 谈 沟通 交流 讲 跟我说 和我说 与我说 对我说 说说 说 咨询 話したい 話せ 話をし 話",
	move:   "转接 转到 转给 转人工 转人工客服 转 接通 接到 接一下 接 连接 连线 换成 换 切换到 切换 切 つないで つなげ 代わって 変わって 替わって 繋いで",
	give:   "帮我找 找 叫 让 请来 派 安排 叫来 呼んで",
	wish:   "我要 我想要 我想 我需要 我希望 我要求 想要 需要 希望 要求 宁愿 必须 得 要 想 たい ほしい 欲しい",
	can:    "能不能 可不可以 能否 可否 行不行 可以 能 方便",
	me:     "给我 帮我 跟我 和我 与我 对我 我",
	first:  "我",
	you:    "你是不是 您是不是 你是 您是 あなたは",
	bot:    "机器人 智能客服 语音助手 语音机器人 人工智能 电脑 程序 自动回复 机器 ロボット 機械 智能助手 电脑人",
	not:    "不想要 不想 不要 不用 不需要 不必 无需 别再 别 没有必要 没必要 没 不 いらない 不要です ません ない",
	past:   "昨天 前天 刚才 刚刚 上次 之前 以前 上周 过了 说过 谈过 聊过 告诉我 告诉过 说今天 说明天 过 昨日 了我的",
	asks:   "多少 几个 几位 什么 为什么 怎么 哪里 哪个 是什么 多大 多久 几 何",
	mine:   "我的 我们公司 我们 我家 我老婆 我老公 我朋友 私の",
	yours:  "你们的 你们 您们 你的 您的 贵公司",
	please: "请 麻烦 拜托 谢谢 お願い ください",
	there:  "有没有 有木有 有 いますか",
	small:  "喂 你好 您好 吗 吧 啊 呀 呢 嘛 了 的 那 就 让人 令人 现在 马上 立刻 赶紧 快点 快 一下 一位 一名 个 位 来 过来 过去 进来 出来 起来 给 跟 和 与 同 好 を に は が で も の と",
	reply:  "回电话 回电 打电话 来电话 接电话 打给我 打个电话 联系我 電話",
})

// phrases finds the longest phrase at a place of a text without spaces.
type phrases struct {
	classes map[string]class
	longest int // in bytes
}

func newPhrases(lists map[class]string) *phrases {
	p := &phrases{classes: make(map[string]class)}
	for c, words := range lists {
		for w := range strings.FieldsSeq(words) {
			w = strings.Map(simplified, w) // as read gives it, Japanese too
			p.classes[w] |= c
			p.longest = max(p.longest, len(w))
		}
	}
	return p
}

// unknownCost is what a character that is in no phrase costs a cut, in phrases:
// one more of them than a text can have.
const unknownCost = maxText

// cut cuts text into classes, one a phrase, and one of 0 for each run of what
// is not known. Of all ways to cut it takes the one that leaves the fewest
// characters unknown, then that of the fewest phrases: what is longest at one
// place may break what follows ("一个人|工坐席" for "一个|人工坐席").
func (p *phrases) cut(text string, room []class) []class {
	var costs [maxText + 1]int32
	var steps [maxText + 1]int16 // how far the best cut goes from here; below 0 by what is not known
	text = text[:min(len(text), maxText)]
	for i := len(text) - 1; i >= 0; i-- {
		if !utf8.RuneStart(text[i]) {
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		costs[i], steps[i] = costs[i+n]+unknownCost, -int16(n)
		for ; n <= min(p.longest, len(text)-i); n++ {
			if costs[i+n]+1 > costs[i] || i+n < len(text) && !utf8.RuneStart(text[i+n]) {
				continue
			}
			if _, ok := p.classes[text[i:i+n]]; ok {
				costs[i], steps[i] = costs[i+n]+1, int16(n) // of equals the longest
			}
		}
	}
	cs := room
	unknown := false
	for i := 0; i < len(text); i += max(int(steps[i]), -int(steps[i])) {
		switch {
		case steps[i] > 0:
			cs, unknown = append(cs, p.classes[text[i:i+int(steps[i])]]), false
		case !unknown:
			cs, unknown = append(cs, 0), true
		}
	}
	return cs
}

// hanHuman scores Chinese and Japanese, clauses parted by spaces: 1 is enough.
func hanHuman(text string) float64 {
	var room [64]class
	best := hanWanting(hanWords.cut(strings.ReplaceAll(text, " ", ""), room[:0]), true)
	if strings.Contains(text, " ") {
		for clause := range strings.FieldsSeq(text) {
			best = max(best, hanWanting(hanWords.cut(clause, room[:0]), false))
		}
	}
	return best
}

// hanWanting is wanting for languages whose words are not told apart by spaces.
func hanWanting(cs []class, whole bool) float64 {
	cs, score := refusedBot(cs)
	all, content := class(0), 0
	target, strength := -1, 0.0
	for i, c := range cs {
		all |= c
		if c&(small|please) == 0 {
			content++
		}
		s := 0.0
		switch {
		case c&agent != 0:
			s = 0.6
		case c&person != 0 && c&real != 0:
			s = 0.6
		case c&person != 0:
			s = 0.3
		}
		if s > 0 && c&real != 0 {
			s += 0.2
		}
		if s > strength {
			target, strength = i, s
		}
	}
	if strength == 0 {
		return score
	}
	score += strength
	for _, sign := range []struct {
		class  class
		weight float64
	}{{move, 0.5}, {talk, 0.4}, {give, 0.35}, {wish, 0.25}, {can, 0.15}, {please, 0.2}, {me, 0.1}, {reply, 0.35}} {
		if all&sign.class != 0 {
			score += sign.weight
		}
	}
	if cs[target]&agent != 0 && within(cs, target, 3, wish) {
		score += 0.2
	}
	if all&(me|please|can) != 0 && commanded(cs, target) {
		score += 0.3
	}
	if all&there != 0 && within(cs, target, 2, real) {
		score += 0.4
	}
	if target > 0 && window(cs, target-2, target)&yours != 0 && all&(talk|give|move|reply) != 0 {
		score += 0.2
	}
	if content <= 2 && all&(asks|you|past) == 0 && (whole || all&please != 0) && cs[target]&agent != 0 {
		score += 0.5
	}
	for i, c := range cs {
		if c&not != 0 && window(cs, i+1, i+5)&(move|wish|agent|talk|give|person) != 0 {
			score -= 1.5
			break
		}
	}
	if all&past != 0 {
		score -= 0.9
	}
	if all&you != 0 && all&(move|give) == 0 {
		score -= 1
	}
	if all&mine != 0 || target > 0 && cs[target-1]&first != 0 && all&move == 0 {
		score -= 0.9 // "我老板" is the caller's own
	}
	if all&asks != 0 && all&(move|talk) == 0 {
		score -= 0.7
	}
	return score
}

// hanList is phrases as read gives them.
func hanList(text string) []string {
	return strings.Fields(strings.Map(simplified, text))
}
