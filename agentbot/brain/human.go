package brain

import (
	"slices"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// Words of wanting a human; never changed.
var (
	strongNouns = set(`human humans humane hyman yuman representative representatives rep reps operator operators supervisor
		colleague colleagues agent agents adviser advisor manager boss receptionist attendant`)
	weakNouns = set(`person persons people someone somebody anybody anyone staff employee employees man woman lady guy
		individual being specialist expert technician team body`)
	realWords    = set("real live actual living proper breathing flesh")
	contactVerbs = set(`talk talking speak speaking connect transfer transferred switch chat forward escalate escalated
		pass through redirect hand handed connected reach`)
	wishWords = set("want need like prefer rather get give let can could may bring find have wish must")
	botNouns  = set("robot robots bot bots machine machines computer computers ai program software recording automat voicebot chatbot")
	fedUp     = set("sick tired enough stop hate done fed stupid useless instead off")
	greetings = set("hello hi hey please a an the to oh okay ok yes yeah well um uh no sorry now just then and good morning afternoon evening day")
	questions = set("are is was were do does did how who what where which when why will has have")
	firstOnes = set("i me we us my")
	pastWords = set("talked spoke spoken yesterday earlier already ago before")
	counters  = set("one two three four five six per single each many every")
)

// enoughForHuman is the score from which a caller is taken to want a human.
const enoughForHuman = 1.0

func wantsHuman(tokens []string) bool { return humanScore(tokens) >= enoughForHuman }

// humanScore adds up what speaks for and against that the caller wants to talk
// to a human. Each is a small sign, so a word that the recogniser lost or made
// up seldom decides.
func humanScore(tokens []string) float64 {
	tokens, score := withoutBots(tokens)
	core := make([]string, 0, len(tokens))
	for _, t := range tokens {
		if !greetings[t] && (len(core) == 0 || core[len(core)-1] != t) {
			core = append(core, t)
		}
	}
	noun, at := bestNoun(tokens)
	contact := slices.IndexFunc(tokens, func(t string) bool { return contactVerbs[t] })
	me := slices.Contains(tokens, "me") || slices.Contains(tokens, "us")
	first := slices.ContainsFunc(tokens, func(t string) bool { return firstOnes[t] })
	wish := slices.ContainsFunc(tokens, func(t string) bool { return wishWords[t] })

	score += noun
	if contact >= 0 {
		score += 0.6
		if transfers(tokens) {
			score += 0.6 // "put me through"
		}
	}
	if wish {
		score += 0.25
	}
	if slices.Contains(tokens, "please") {
		score += 0.25
	}
	if has(tokens, "call", "me", "back") || slices.Contains(tokens, "callback") || has(tokens, "call", "me", "up") {
		score += 0.6
	}
	if noun > 0 {
		switch {
		case len(core) <= 2:
			score += 0.6
		case len(core) <= 4 && at == len(tokens)-1 && noun > 0.7:
			score += 0.2
		}
		if givesMe(tokens, at) {
			score += 0.5
		}
		if has(tokens, "on", "the", "phone") || has(tokens, "on", "the", "line") {
			score += 0.4
		}
		if wants(tokens, at) {
			score += 0.4
		}
		if len(tokens) <= 4 && strongNouns[tokens[at]] && at+1 < len(tokens) && strongNouns[tokens[at+1]] {
			score += 0.3 // "human operator", with whatever was heard after it
		}
		if noun >= 0.8 && at == len(tokens)-1 && at > 0 && len(tokens) <= 8 && (tokens[at-1] == "a" || tokens[at-1] == "an" || strongNouns[tokens[at-1]]) {
			score += 0.2 // what is left of it ends in "a human agent"
		}
		if there := slices.Index(tokens, "there"); there >= 0 && at-there <= 4 && (at > there || there == at+1) && !isPlace(tokens, at) {
			score += 0.6 // "is there a human", "is anybody there"
		}
		if contact < 0 && slices.ContainsFunc(tokens, func(t string) bool { return tellings[t] }) {
			score -= 0.8 // what a human said
		}
	} else if !transfers(tokens) && (contact < 0 || !me) {
		return min(score, 0.9+botBonus(score)) // nobody to talk to was named
	}
	return score - against(tokens, at, contact, first)
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
func against(tokens []string, noun, contact int, first bool) float64 {
	score := 0.0
	exempt := first && contact >= 0 || givesMe(tokens, noun) || at(tokens, 0) != "am" && contact >= 0 && noun > contact && noun-contact <= 4 || has(tokens, "is", "there") || has(tokens, "are", "there") || has(tokens, "have", "a", "real")
	if len(tokens) > 0 && questions[tokens[0]] && !exempt {
		score += 1.2 // "is your support run by humans"
	}
	for i, t := range tokens {
		before := func(n int) string {
			if i >= n {
				return tokens[i-n]
			}
			return ""
		}
		switch {
		case (t == "not" || t == "never") && (before(1) == "do" || before(1) == "would" || before(1) == "did" || before(1) == "please" || before(1) == "rather" || t == "never"):
			if next := i + 1; next < len(tokens) && (wishWords[tokens[next]] || contactVerbs[tokens[next]] || tokens[next] == "call" || tokens[next] == "put") {
				score += 2
			}
		case (t == "no" || t == "without" || t == "not") && noun > i && noun-i <= 3:
			score += 1.2
		case t == "no" && i+1 < len(tokens) && tokens[i+1] == "need":
			score += 1.5
		case pastWords[t] && !slices.Contains(tokens, "again"):
			score += 0.8
		case i == noun && (counters[before(1)] || before(1) == "my" || before(1) == "the" && weakNouns[t] && (contact < 0 || contact > i || i-contact > 3)):
			score += 1
		case i == noun && i+1 < len(tokens) && (tokens[i+1] == "error" || tokens[i+1] == "resources" || tokens[i+1] == "manual" || tokens[i+1] == "mistake"):
			score += 1
		case (t == "if" || t == "whether" || t == "that") && noun > i && noun-i <= 3:
			score += 0.7 // "I want to know if a human reads it"
		}
	}
	return score
}

// bestNoun is the strongest word for a human in tokens, where it is, and 0 and
// -1 when there is none.
func bestNoun(tokens []string) (float64, int) {
	best, at := 0.0, -1
	for i, t := range tokens {
		strength := 0.0
		switch {
		case strongNouns[t] || soundsLike(t, "human", "representative", "operator", "supervisor", "colleague"):
			strength = 0.8
		case t == "service" || t == "support" || t == "care":
			if i > 0 && (tokens[i-1] == "customer" || tokens[i-1] == "customers") {
				strength = 0.8
			}
		case t == "one" && i > 0 && realWords[tokens[i-1]]:
			strength = 0.45
		case weakNouns[t] || soundsLike(t, "person", "somebody", "employee"):
			strength = 0.45
		}
		if strength > 0 && slices.ContainsFunc(tokens[max(0, i-2):min(len(tokens), i+2)], func(t string) bool { return realWords[t] }) {
			strength += 0.4
		}
		if strength > best {
			best, at = strength, i
		}
	}
	return best, at
}

func soundsLike(heard string, words ...string) bool {
	return len(heard) >= 5 && slices.ContainsFunc(words, func(w string) bool { return knowledge.Alike(heard, w) >= 0.75 })
}

// withoutBots takes out a wish not to talk to a machine, and scores it.
func withoutBots(tokens []string) ([]string, float64) {
	bot := slices.IndexFunc(tokens, func(t string) bool { return botNouns[t] })
	if bot < 0 {
		return tokens, 0
	}
	talk := slices.ContainsFunc(tokens[:bot], func(t string) bool { return contactVerbs[t] })
	appliance := tokens[bot] == "machine" || tokens[bot] == "machines" || tokens[bot] == "robot" || tokens[bot] == "robots"
	tired := slices.IndexFunc(tokens, func(t string) bool { return fedUp[t] })
	not := slices.Index(tokens[:bot], "not")
	asks := questions[tokens[0]]
	switch {
	case asks:
	case not >= 0 && (talk || !appliance && wishWords[at(tokens, not+1)]), talk && tired >= 0,
		tired >= 0 && !appliance && !slices.Contains(tokens, "turn"):
		rest := slices.Clone(tokens[bot+1:])
		if not > 0 && not < bot {
			return rest, botScore
		}
		return append(slices.Clone(tokens[:bot]), rest...), botScore
	case not >= 0 && not >= bot-2:
		return append(slices.Clone(tokens[:not]), tokens[bot+1:]...), 0.2 // "a person, not a robot"
	}
	return tokens, 0
}

func at(tokens []string, i int) string {
	if i < 0 || i >= len(tokens) {
		return ""
	}
	return tokens[i]
}

// transfers says whether tokens say to move the caller: "connect me".
func transfers(tokens []string) bool {
	for i, t := range tokens {
		if t == "me" || t == "us" {
			switch at(tokens, i-1) {
			case "connect", "transfer", "forward", "redirect", "escalate", "put", "pass", "switch", "hand":
				return true
			}
		}
	}
	return slices.Contains(tokens, "escalate")
}

// givesMe says whether tokens ask to be given the human at noun: "get me a
// real person".
func givesMe(tokens []string, noun int) bool {
	for i, t := range tokens[:max(noun, 0)] {
		if (t == "me" || t == "us") && noun-i <= 4 {
			switch at(tokens, i-1) {
			case "get", "give", "find", "bring", "send", "hand", "let":
				return true
			}
		}
	}
	return false
}

// isPlace says whether the word at noun is somewhere: "is there a person on the
// photo", but not "on the line".
func isPlace(tokens []string, noun int) bool {
	switch at(tokens, noun+1) {
	case "on", "in", "at":
		return at(tokens, noun+3) != "line" && at(tokens, noun+3) != "phone"
	}
	return false
}

// wants says whether the human at noun is what is wanted: "I need an employee".
func wants(tokens []string, noun int) bool {
	for i := max(0, noun-3); i < noun; i++ {
		switch tokens[i] {
		case "want", "need", "prefer", "demand", "wanted":
			between := tokens[i+1 : noun]
			return !slices.ContainsFunc(between, func(t string) bool {
				return t != "a" && t != "an" && t != "some" && t != "your" && t != "to" && !realWords[t] && !strongNouns[t]
			})
		}
	}
	return false
}

// has says whether tokens hold words one right after the other.
func has(tokens []string, words ...string) bool {
	for i := range tokens {
		if i+len(words) <= len(tokens) && slices.Equal(tokens[i:i+len(words)], words) {
			return true
		}
	}
	return false
}
