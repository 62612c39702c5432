package intent

import "slices"

// Words of wanting a human in English; never changed.
var (
	strongNouns = set(`human humans humane hyman yuman representative representatives rep reps operator operators supervisor supervisors
		colleague colleagues coworker agent agents adviser advisor advisers advisors manager managers boss receptionist attendant clerk teammate
		owner founder founders director`)
	weakNouns = set(`person persons people someone somebody anybody anyone staff employee employees man woman lady guy
		individual being specialist expert technician team body associate consultant soul`)
	realWords    = set("real reel live actual living proper breathing flesh genuine")
	contactVerbs = set(`talk talking speak speaking connect connecting transfer transferring transferred switch switching chat chatting forward
		escalate escalated pass passing through redirect hand handing handed connected reach discuss deal converse hook fetch fetching summon`)
	wishWords = set("want need like love prefer rather get give let can could may bring find have wish must demand insist")
	botNouns  = set("robot robots bot bots machine machines computer computers ai program software recording automat voicebot chatbot chatbots")
	fedUp     = set("sick tired enough stop hate done fed stupid useless instead off")
	addressed = set("man guy lady woman body soul boss individual being team owner founder founders director") // by themselves they greet, or are half of something
	greetings = set("hello hi hey please a an the to oh okay ok yes yeah well um uh no sorry now just then and good morning afternoon evening day")
	questions = set("are is was were do does did how who what where which when why will has have am")
	firstOnes = set("i me we us my")
	pastWords = set("talked spoke spoken yesterday earlier already ago before")
	counters  = set("one two three four five six per single each many every how")
	owners    = set("my his her their our")
	reports   = set("say said says saying tell told tells telling mean meant promise promised explain explained mention mentioned offer offered suggest suggested answer answered")
	helpers   = set("take step jump come help handle assist call ring phone look")
)

// english adds up what speaks for and against that the caller wants to talk to
// a human: 1 is enough. Each is a small sign, so that a word that the
// recogniser lost or made up seldom decides.
func (u *utterance) english() float64 {
	best := englishHuman(u.words, true)
	if len(u.starts) > 1 {
		u.clauses(func(words []string) { best = max(best, englishHuman(words, false)) })
	}
	return best
}

// englishHuman scores words; whole says that they are all that was said, so
// that a noun by itself is a request.
func englishHuman(words []string, whole bool) float64 {
	words, score := withoutBots(words)
	core := 0
	for i, w := range words {
		if !greetings[w] && (i == 0 || words[i-1] != w) {
			core++
		}
	}
	noun, spot := bestNoun(words)
	contact := slices.IndexFunc(words, func(w string) bool { return contactVerbs[w] })
	if contact < 0 && has(words, "have", "a", "word") {
		contact = slices.Index(words, "word")
	}
	if contact < 0 {
		contact = getsTo(words, spot)
	}
	me := slices.Contains(words, "me") || slices.Contains(words, "us")
	first := slices.ContainsFunc(words, func(w string) bool { return firstOnes[w] })
	please := slices.Contains(words, "please")

	score += noun
	if contact >= 0 {
		score += 0.6
		if transfers(words) {
			score += 0.6 // "put me through"
		}
	}
	if slices.ContainsFunc(words, func(w string) bool { return wishWords[w] }) {
		score += 0.25
	}
	if please {
		score += 0.25
	}
	if has(words, "call", "me", "back") || slices.Contains(words, "callback") || has(words, "call", "me", "up") {
		score += 0.6
	}
	if asksWhom(words) {
		score += 1.2
	}
	if noun == 0 {
		if !transfers(words) && !asksWhom(words) && (contact < 0 || !me) {
			return min(score, 0.9+botBonus(score)) // nobody to talk to was named
		}
		return score - against(words, spot, contact, first)
	}
	switch {
	case core <= 2 && (please || whole && !addressed[words[spot]]):
		score += 0.6
	case core <= 4 && spot == len(words)-1 && noun > 0.7:
		score += 0.2
	}
	if givesMe(words, spot) {
		score += 0.5
	}
	if has(words, "on", "the", "phone") || has(words, "on", "the", "line") {
		score += 0.4
	}
	if wants(words, spot) {
		score += 0.4
	}
	if serves(words, spot) {
		score += 0.6
	}
	if len(words) <= 4 && strongNouns[words[spot]] && strongNouns[at(words, spot+1)] {
		score += 0.3 // "human operator", with whatever was heard after it
	}
	if before := at(words, spot-1); noun >= 0.8 && spot == len(words)-1 && len(words) <= 8 && (before == "a" || before == "an" || strongNouns[before]) {
		score += 0.2 // what is left of it ends in "a human agent"
	}
	if there := slices.Index(words, "there"); there >= 0 && spot-there <= 4 && (spot > there || there == spot+1) && !isPlace(words, spot) {
		score += 0.6 // "is there a human", "is anybody there"
	}
	if contact < 0 && slices.ContainsFunc(words, func(w string) bool { return reports[w] }) {
		score -= 0.8 // what a human said
	}
	return score - against(words, spot, contact, first)
}

// botBonus lets "I do not want to talk to a robot" stand by itself.
func botBonus(score float64) float64 {
	if score >= botScore {
		return score
	}
	return 0
}

const botScore = 1.2

// against is what speaks against a wish for a human.
func against(words []string, noun, contact int, first bool) float64 {
	score := 0.0
	exempt := first && contact >= 0 || givesMe(words, noun) || at(words, 0) != "am" && contact >= 0 && noun > contact && noun-contact <= 4 ||
		has(words, "is", "there") || at(words, noun+1) == "there" || has(words, "are", "there") || offersHumans(words, noun) || serves(words, noun)
	if len(words) > 0 && questions[words[0]] && !exempt {
		score += 1.2 // "is your support run by humans"
	}
	if has(words, "am", "i", "talking") || has(words, "am", "i", "speaking") || has(words, "am", "i", "connected") {
		score += 1.5
	}
	if has(words, "you", "sound") || has(words, "you", "seem") {
		score += 1.5
	}
	if isNoun(words, noun) {
		score++
	}
	if !(how(words) && contact >= 0 && noun > contact) && (has(words, "do", "i", "need") || has(words, "do", "i", "have") || has(words, "must", "i") || has(words, "should", "i")) {
		score += 1 // whether it must be
	}
	moved := transfers(words)
	for i, w := range words {
		before := at(words, i-1)
		switch {
		case (w == "not" || w == "never") && (before == "do" || before == "would" || before == "did" || before == "please" || before == "rather" || w == "never"):
			if next := at(words, i+1); wishWords[next] || contactVerbs[next] || next == "call" || next == "put" {
				score += 2
			}
		case (w == "no" || w == "without" || w == "not") && noun > i && noun-i <= 3:
			score += 1.2
		case w == "no" && at(words, i+1) == "need":
			score += 1.5
		case w == "not" && (at(words, i+1) == "want" || at(words, i+1) == "need" || at(words, i+2) == "be") && noun < 0:
			score += 1.5
		case pastWords[w] && !slices.Contains(words, "again"):
			score += 0.8
		case i == noun && (counters[before] || owners[before] || before == "the" && weakNouns[w] && !moved && (contact < 0 || contact > i || i-contact > 3)):
			score++
		case i == noun && set3(at(words, i+1), "error", "resources", "manual") || i == noun && set3(at(words, i+1), "mistake", "rights", "hair"):
			score += 1.5
		case (w == "if" || w == "whether" || w == "that") && noun > i && noun-i <= 3:
			score += 0.7 // "I want to know if a human reads it"
		}
	}
	return score
}

// isNoun says whether somebody or something is said to be the human at noun, or
// to work there: "my husband is an operator", "works in customer service".
func isNoun(words []string, noun int) bool {
	for i := noun - 1; i >= max(0, noun-5); i-- {
		switch w := words[i]; {
		case contactVerbs[w] || w == "there" || w == "get" || w == "give" || w == "not":
			return false
		case w == "be" || w == "become" || w == "works" || w == "work" || w == "working" || w == "as":
			return true
		case (w == "is" || w == "was" || w == "am" || w == "are") && i > 0 && !slices.ContainsFunc(words[:i], func(w string) bool { return wishWords[w] || contactVerbs[w] }) && words[i-1] != "there" && !questions[words[i-1]]:
			return true
		}
	}
	return false
}

// offersHumans says whether words ask for a human who is there to be had: "do
// you have a real person".
func offersHumans(words []string, noun int) bool {
	return noun > 0 && has(words, "you", "have") && (realWords[words[noun-1]] || words[noun-1] == "human" || words[noun] == "human")
}

func set3(w, a, b, c string) bool { return w == a || w == b || w == c }

// asksWhom says whether words ask whom one can talk to.
func asksWhom(words []string) bool {
	for i, w := range words {
		if w == "who" || w == "whom" {
			for _, next := range words[i+1 : min(len(words), i+5)] {
				if (next == "talk" || next == "speak") && (at(words, i+1) == "can" || at(words, i+1) == "could" || at(words, i+1) == "do" || at(words, i+1) == "may" || at(words, i+1) == "should") && at(words, i+2) == "i" {
					return true
				}
			}
		}
	}
	return false
}

// serves says whether the human at noun is asked to act: "could somebody call
// me", "have one of your people take over".
func serves(words []string, noun int) bool {
	asked := false
	for _, w := range words[:max(noun, 0)] {
		asked = asked || w == "can" || w == "could" || w == "may" || w == "have" || w == "let" || w == "please" || w == "would" || w == "need" || w == "want"
	}
	if !asked || noun < 0 {
		return false
	}
	for i := noun + 1; i < min(len(words), noun+6); i++ {
		if !helpers[words[i]] {
			continue
		}
		switch next := at(words, i+1); {
		case next == "over" || next == "me" || next == "us":
			return true
		case words[i] == "look":
			return next == "at" || next == "into"
		case next == "in" || next == "on":
			return words[i] == "step" || words[i] == "jump" || words[i] == "come"
		case words[i] == "help" || words[i] == "assist":
			return next == "" || next == "with"
		}
	}
	return false
}

// bestNoun is the strongest word for a human in words, where it is, and 0 and
// -1 when there is none.
func bestNoun(words []string) (float64, int) {
	best, spot := 0.0, -1
	for i, w := range words {
		strength := 0.0
		switch {
		case strongNouns[w] || misheard(w, "human", "representative", "operator", "supervisor", "colleague"):
			strength = 0.8
		case w == "service" || w == "support" || w == "care" || w == "desk":
			switch at(words, i-1) {
			case "customer", "customers", "client", "technical", "tech", "help":
				strength = 0.8
			}
		case w == "one" && i > 0 && realWords[words[i-1]]:
			strength = 0.45
		case weakNouns[w] || misheard(w, "person", "somebody", "employee"):
			strength = 0.45
		}
		if strength > 0 && slices.ContainsFunc(words[max(0, i-2):min(len(words), i+2)], func(w string) bool { return realWords[w] }) {
			strength += 0.4
		}
		if strength > best {
			best, spot = strength, i
		}
	}
	return best, spot
}

// misheard says whether a word that is no other one here stands for one of
// words.
func misheard(heard string, words ...string) bool {
	return len(heard) >= 5 && !notHumans[heard] && slices.ContainsFunc(words, func(w string) bool { return near(heard, w) })
}

// notHumans are words that only look like those of a human; never changed.
var notHumans = set(`personal personally operate operated operates operating reason season college colleges prison parson
		humano humana humanos humanas humain humaine persona personas operador operario`)

// withoutBots takes out a wish not to talk to a machine, and scores it.
func withoutBots(words []string) ([]string, float64) {
	bot := slices.IndexFunc(words, func(w string) bool { return botNouns[w] })
	if bot < 0 {
		return words, 0
	}
	talk := slices.ContainsFunc(words[:bot], func(w string) bool { return contactVerbs[w] })
	appliance := words[bot] == "machine" || words[bot] == "machines" || words[bot] == "robot" || words[bot] == "robots"
	tired := slices.IndexFunc(words, func(w string) bool { return fedUp[w] })
	not := slices.Index(words[:bot], "not")
	if not < 0 && bot > 0 && words[bot-1] == "no" {
		not = bot - 1
	}
	switch {
	case questions[words[0]]:
	case not >= 0 && (talk || !appliance && wishWords[at(words, not+1)]), talk && tired >= 0,
		tired >= 0 && !appliance && !slices.Contains(words, "turn"):
		rest := slices.Clone(words[bot+1:])
		if not > 0 && not < bot {
			return rest, botScore
		}
		return append(slices.Clone(words[:bot]), rest...), botScore
	case not >= 0 && not >= bot-2:
		return append(slices.Clone(words[:not]), words[bot+1:]...), 0.2 // "a person, not a robot"
	}
	return words, 0
}

// transfers says whether words say to move the caller: "connect me".
func transfers(words []string) bool {
	for i, w := range words {
		if w == "me" || w == "us" {
			switch at(words, i-1) {
			case "connect", "transfer", "forward", "redirect", "escalate", "put", "pass", "switch", "hand",
				"connecting", "transferring", "forwarding", "putting", "passing", "switching", "handing", "patch", "hook":
				return true
			}
		}
	}
	return slices.Contains(words, "escalate")
}

// getsTo is where words say to get to the human at noun, "get through to a
// person", or -1.
func getsTo(words []string, noun int) int {
	for i, w := range words[:max(noun, 0)] {
		if next := at(words, i+1); (w == "get" || w == "getting") && noun-i <= 5 && (next == "to" || next == "through" || next == "hold" || next == "ahold") {
			return i
		}
	}
	return -1
}

// how says whether words ask for the way to something: "what do I have to say to
// reach a person" takes it for granted that it is wished.
func how(words []string) bool {
	return slices.ContainsFunc(words[:min(3, len(words))], func(w string) bool { return w == "what" || w == "how" })
}

// givesMe says whether words ask to be given the human at noun: "get me a
// real person".
func givesMe(words []string, noun int) bool {
	for i, w := range words[:max(noun, 0)] {
		if (w == "me" || w == "us") && noun-i <= 4 {
			switch at(words, i-1) {
			case "get", "give", "find", "bring", "send", "hand", "let":
				return true
			}
		}
	}
	return false
}

// isPlace says whether the word at noun is somewhere: "is there a person on the
// photo", but not "on the line".
func isPlace(words []string, noun int) bool {
	switch at(words, noun+1) {
	case "on", "in", "at":
		return at(words, noun+3) != "line" && at(words, noun+3) != "phone"
	}
	return false
}

// wants says whether the human at noun is what is wanted: "I need an employee".
func wants(words []string, noun int) bool {
	for i := max(0, noun-3); i < noun; i++ {
		switch words[i] {
		case "want", "need", "prefer", "demand", "wanted":
			between := words[i+1 : noun]
			return !slices.ContainsFunc(between, func(w string) bool {
				return w != "a" && w != "an" && w != "some" && w != "your" && w != "to" && !realWords[w] && !strongNouns[w]
			})
		}
	}
	return false
}
