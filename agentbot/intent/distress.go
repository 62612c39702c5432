package intent

import (
	"strings"
	"unicode"
)

// Distress says, from 0 to 1, how angry or distressed one turn sounds: about
// 0.3 annoyed, 0.7 angry or afraid, 0.9 beside oneself. One word alone stays
// under 0.8.
func Distress(text string) float64 {
	u := read(text)
	calm := 1.0 // the chance that every sign is none
	add := func(weight float64) { calm *= 1 - weight }
	if len(u.words) > 0 {
		line := " " + strings.Join(u.words, " ") + " "
		for _, s := range soothing {
			line = strings.ReplaceAll(line, s, " . ")
		}
		directed := aimed(line)
		latinPhrases.find(line, func(p sign) {
			weight := p.weight
			if p.mild && directed {
				weight *= 2.2
			}
			add(weight)
		})
	}
	if u.han != "" {
		line := strings.ReplaceAll(u.han, " ", "")
		for _, s := range hanSoothing {
			line = strings.ReplaceAll(line, s, "。")
		}
		for _, p := range hanDistress {
			for _, phrase := range p.phrases {
				if strings.Contains(line, phrase) {
					add(p.weight)
				}
			}
		}
	}
	if loud := shouted(text); loud > 0 {
		if calm < 1 {
			loud *= 1.5
		}
		add(loud)
	}
	return 1 - calm
}

// aimed says whether a turn speaks of those who are called: what is said of
// them weighs more than what is said of a thing.
func aimed(line string) bool {
	for _, w := range []string{" you ", " your ", " service ", " company ", " people ", " shop ", " this is ", " what a ", " what kind ", " sie ", " ihr ", " ihre ", " laden ", " firma ", " so ein ", " so eine ",
		" servicio ", " empresa ", " ustedes ", " son ", " que ", " votre ", " vous "} {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

// shouted is what capitals and marks say.
func shouted(text string) float64 {
	if len(text) > maxText {
		text = text[:maxText]
	}
	loud := 0.0
	marks := 0
	for _, r := range text {
		if r == '!' || r == '！' {
			marks++
		}
	}
	switch {
	case marks >= 3:
		loud = 0.3
	case marks > 0:
		loud = 0.08
	}
	words, capitals := 0, 0
	for w := range strings.FieldsSeq(text) {
		letters, upper := 0, 0
		for _, r := range w {
			if unicode.IsLetter(r) {
				letters++
				if unicode.IsUpper(r) {
					upper++
				}
			}
		}
		if letters >= 2 {
			words++
			if upper == letters {
				capitals++
			}
		}
	}
	if words >= 3 && 10*capitals >= 7*words {
		loud = max(loud, 0.35)
	}
	return loud
}

// soothing takes back what follows it; folded, never changed.
var soothing = []string{" not angry ", " not upset ", " not mad ", " am not frustrated ", " no worries ", " not worried ", " damn good ", " fucking great ", " damn nice ",
	" nicht wutend ", " nicht sauer ", " kein problem ", " nicht schlimm ", " no estoy enfadado ", " no estoy enojado ", " no pasa nada ", " pas en colere ", " pas grave "}

var hanSoothing = []string{"不生气", "没生气", "不着急", "没关系", "不急", "气温", "天气", "空气", "客气", "脾气好"}

// sign is phrases of one weight. mild ones weigh so little of a thing and more
// of the people.
type sign struct {
	weight  float64
	mild    bool
	phrases []string
}

func list(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "/") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, " "+line)
		}
	}
	return all
}

// latinDistress is folded; a phrase that ends in _ is whole words, others may
// go on: "furious" is "furiously" too. Never changed.
var latinDistress = whole([]sign{
	{0.78, false, list(`furious / livid / outrag / so angry / very angry / am angry / really angry / i hate you / fuck you / fuck off / fucking / fuck this / bullshit / bull shit /
		asshole / piece of shit / your shit / shitty / pissed off / sue you / my lawyer / lawyer_ / attorney / driving me insane / driving me crazy / driving me mad / worst service / worst company /
		thieves / thief / scam / fraud_ / crooks / you people are / i am desperate / am desperate / going to kill / can not take this / can not stop crying / kill myself / want to die /
		am scared / really scared / am terrified / panicking / panic attack / am shaking / losing my mind / lose my mind / had it with / had it up to / sick and tired / take you to court / see you in court / legal action / press charges / small claims / consumer protection /
		consumer agency / consumer rights / ombudsman / report you_ / report you to / report your company / the police_ / beside myself / could scream / want to scream / screaming / boiling with / blood boil / raging / rage_ / seething / fuming / enraged / infuriat / up the wall / going crazy / going nuts /
		lose my patience / losing my patience / lost my patience / out of patience / trembling / frightened / can not breathe / heart is racing / in hospital / in the hospital / ambulance / caught fire / on fire_ / burned down / burnt down /
		exploded / sick with worry / worried sick / how dare you / get lost / to hell with / screw this / liars / criminal / con artist / cheated me / cheating me / robbed me / stole my / like dirt / like an idiot / like a fool / about to lose it / going to lose it / lose my temper / wits end / go to hell / drop dead / in tears_ / hysterical / rip off / ripped me off / ripping me off /
		stinksauer / stocksauer / wutend / scheisse / scheiss_ / verarsch / arschloch / frechheit / unverschamt / anwalt_ / betrug / betruger / abzocke / saftladen / nase voll / schnauze voll / letzte dreck / letzter dreck /
		ich hasse / verzweifelt / habe angst / volle katastrophe / zum kotzen / reicht es jetzt / mir reicht / es reicht / zumutung / unfahig /
		furios / muy enfadad / muy enojad / muy molest / estoy hart / estoy enfadad / estoy enojad / estoy indignad / indignante / verguenza / ladrones / estafa / mierda / inutil / abogado_ / denunci / demandar /
		inaceptable / hasta las narices / hasta el gorro / me cago / gilipoll / pendej / cabron / imbecil / idiotas_ / desesperad / tengo miedo /
		furieux / furieuse / en colere / inadmissible / honteux / scandaleux / arnaque / voleurs / merde / ras le bol / avocat_ / marre /`)},
	{0.66, false, list(`ridiculous / unacceptable / disgrace / disgusting / appalling / useless / incompetent / pathetic / a joke / idiot / stupid thing / are stupid / moron / liar / lying to me / had enough /
		fed up / wasting my time / waste of time / done with you / no help at all / does not help me at all / what the hell / are you kidding / you kidding / kidding me / not what i asked / not what i said / stupid machine / stupid robot / stupid bot / no no no / never again / complaint against /
		third time / fourth time / fifth time / hundredth time / how many times / already told you / told you already / already said that / keep telling / for weeks_ / for months_ / three weeks / four weeks / a month_ / a whole month / terrible service / horrible service /
		awful service / bad service / demand / unbelievable / ashamed / is this funny / this is funny / preposterous / shambles / atrocious / abysmal / fiasco / mockery / this crap / such crap / garbage / rubbish / bloody_ / goddamn / are you even / do you even / can you even / are you serious / are you for real / out of your mind / out of your minds / what on earth / why on earth / who do you think / some kind of joke / some kind of prank / you ruined / ruined my / ruined our / your fault / is it my fault /
		do your job / does their job / doing their job / doing your job / waste of space / waste of money / being polite / your act together / unprofessional / rude_ / rudest / disrespect / insult / neglig / careless / laughable / circus_ / clowns / amateurs / complete mess / total mess / chaos_ / farce_ /
		how much longer / how long do i have to / been forever / taking forever / waiting forever / for ages_ / for hours_ / two times / three times / four times / five times / six times / ten times / hundred times / thousand times / so many times / same nonsense / i swear / the heck /
		last thing you / never buy / never order / never shop / lost a customer / losing a customer / bad review / one star / the newspaper / tell everyone / are you deaf / are you listening / anybody listening / anyone listening / even listening / god s sake / gods sake / crying out loud / heaven s sake / hopeless / told you twice / told you three times / told you four times /
		said it twice / said it three times / going in circles / going round in circles / over and over again / what is wrong with you / what s wrong with you / you lied / lied to / been lied / lies_ / you keep lying / clueless / worthless / no clue what / last straw / nobody cares / no one cares /
		absurd / bleeding / injured / hurt himself / hurt herself / hurt myself / cut himself / cut herself / cut myself / charged me twice / charged twice / electric shock / was burned / got burned / please help me / emergency / crying / am upset / so upset / very upset /
		am frustrated / so frustrated / very frustrated / can not believe / shame on / screw you / nightmare / bastard / shut up /
		wochenlang / seit wochen / seit monaten / lacherlich / unglaublich / unmoglich von / schon wieder kaputt / darf doch nicht wahr / darf nicht wahr / so ein mist / so einen mist / der kragen / wieder defekt / blodsinn / schwachsinn / idiot / dummkopf / inkompetent /
		verdammt / zum dritten mal / zum vierten mal / hallo geht s noch / nie wieder / katastrophe / wahnsinn_ / total sauer / bin sauer / sehr sauer / echt sauer / argert mich / weine / eine schande / dreck_ /
		llevo un mes / llevo semanas / llevo meses / ridicul / increible_ / pesimo / pesima / malisim / tan malo / tan mala / que servicio / tomando el pelo / sinverguenza / un robo_ / un atraco / un timo_ / tomadura de pelo / incompetent / basura / harto_ / harta_ / tercera vez / cuarta vez / otra vez lo mismo /
		estupid / tonto / asco / llorando / nunca mas / una broma /
		ridicule / inacceptable / incompetent / insupportable / depuis des semaines / troisieme fois / nul_ /`)},
	{0.22, true, list(`right now_ / immediately / this instant / at once_ / you had better / you better / do not tell me / do not you dare / i mean it / once and for all / business elsewhere / not paying / refuse to pay / money back now / last chance / unfair / unreliable / too late_ / annoy / frustrat / terribl / horribl / awful / hate / damn / crap / shit / hell_ / angry / mad_ / upset / worst / nonsense / stop it / again and again / still not / disappoint / unhappy / not happy / scared / afraid / waiting for / worried / bad_ /
		genervt / nervt / argerlich / schlimm / mist_ / blod / enttausch / sauer / furchtbar / schrecklich / dumm / angst_ / schlecht /
		rabia / molest / fatal / horrible / enfad / enoj / decepcion / preocupad / miedo_ / malo_ / mala_ /
		enerve / decu / horrible / terrible / peur_ /`)},
})

// latinPhrases are latinDistress by how they begin.
var latinPhrases = newFinder(latinDistress)

// finder finds phrases in a line of words between spaces.
type finder map[[4]byte][]found

type found struct {
	phrase string
	sign   sign
}

func newFinder(signs []sign) finder {
	f := make(finder)
	for _, s := range signs {
		for _, p := range s.phrases {
			key := [4]byte([]byte(p)[:4])
			f[key] = append(f[key], found{p, s})
		}
	}
	return f
}

// find calls each once a place in line where phrases are, with the sign that
// weighs most: the same word may be in the lists of several languages.
func (f finder) find(line string, each func(sign)) {
	for i := 0; i+4 <= len(line); i++ {
		if line[i] != ' ' {
			continue
		}
		var most sign
		for _, p := range f[[4]byte([]byte(line[i:i+4]))] {
			if p.sign.weight > most.weight && strings.HasPrefix(line[i:], p.phrase) {
				most = p.sign
			}
		}
		if most.weight > 0 {
			each(most)
		}
	}
}

// whole makes the _ at the end of phrases a space.
func whole(signs []sign) []sign {
	for _, s := range signs {
		for i, p := range s.phrases {
			s.phrases[i] = strings.ReplaceAll(p, "_", " ")
		}
	}
	return signs
}

var hanDistress = []sign{
	{0.78, false, hanList("气死 生气 愤怒 骗子 诈骗 欺骗 投诉你们 告你们 起诉 律师 他妈 妈的 混蛋 滚 操你 傻逼 去死 垃圾服务 垃圾公司 太过分 过分了 受不了 忍无可忍 崩溃 害怕 绝望 救命 無法接受 ふざけ 最悪 怒って 許せない 詐欺")},
	{0.66, false, hanList("垃圾 破公司 什么破 什么烂 太差 太烂 差劲 离谱 荒唐 荒谬 无法接受 不能接受 岂有此理 浪费我的时间 浪费时间 敷衍 不负责任 没用 废物 白痴 蠢 笨蛋 搞什么 搞什么鬼 三个星期 三周 一个月 半个月 几个星期 好几次 第三次 说了多少遍 多少次 简直 急死 哭 烦死 受够 赔偿 曝光 馬鹿 ひどい いい加減 何度も")},
	{0.25, false, hanList("烦 讨厌 失望 不满 着急 郁闷 糟糕 火大 难过 太慢 イライラ 困って")},
}
