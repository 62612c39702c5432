package brain

import "slices"

type reaction int

const (
	neither reaction = iota
	yes
	no
)

// Words of small talk; never changed.
var (
	yesWords = set("yes yeah yep yup sure okay ok please alright right exactly correct definitely absolutely fine good do course")
	noWords  = set("no nope nah not never nothing")
	around   = set(`yes yeah no nope okay ok please thank thanks you that would be great nice good fine do it is very much i
		a the for and well oh so then sure all right of course not now need to my me just need want go ahead kind`)

	hello    = set("hello hi hey hallo morning afternoon evening greetings howdy")
	thanks   = set("thank thanks thankyou thx cheers")
	goodbyes = set("bye goodbye byebye ciao farewell")
)

// yesOrNo reads a short answer to a question of the AI.
func yesOrNo(tokens []string) reaction {
	if len(tokens) == 0 || len(tokens) > 8 {
		return neither
	}
	for _, t := range tokens {
		if !around[t] && !yesWords[t] && !noWords[t] {
			return neither
		}
	}
	for _, t := range tokens {
		switch {
		case noWords[t]:
			return no
		case yesWords[t]:
			return yes
		}
	}
	return neither
}

// smallTalk is the line for what is no question about the shop, "" when it is
// one.
func smallTalk(tokens []string, c conversation) string {
	rest := slices.DeleteFunc(slices.Clone(tokens), func(t string) bool { return t == "um" || t == "uh" || t == "oh" || t == "so" || t == "well" })
	few := len(rest) <= 6
	switch {
	case asksToRepeat(rest):
		if c.repeat == "" {
			return lineNoRepeat
		}
		return c.repeat
	case has(rest, "how", "are", "you") && len(rest) <= 8, has(rest, "how", "is", "it", "going"), has(rest, "how", "do", "you", "do"):
		return "I am fine, thank you. How can I help you?"
	case has(rest, "what", "can", "you", "do") && few, has(rest, "how", "can", "you", "help") && few, has(rest, "what", "can", "i", "ask") && few,
		has(rest, "what", "do", "you", "know") && few:
		return "Ask me about our products, opening hours, shipping, returns, payment or warranty, or tell me that you want to talk to a person."
	case has(rest, "can", "you", "hear", "me"), has(rest, "do", "you", "hear", "me"), has(rest, "are", "you", "there") && len(rest) <= 4, has(rest, "are", "you", "still", "there"):
		return "Yes, I can hear you. " + lineMore
	case few && (has(rest, "one", "moment") || has(rest, "just", "a", "moment") || has(rest, "hold", "on") || has(rest, "wait") || has(rest, "one", "second") || has(rest, "a", "second")):
		return "Take your time."
	case any(rest, goodbyes) && few, has(rest, "that", "is", "all") && few, has(rest, "that", "was", "all") && few, has(rest, "nothing", "else") && few:
		return "Thank you for calling. Goodbye!"
	case any(rest, thanks) && contentWords(without2(rest, thanks)) <= 2 && len(rest) <= 9 && !asks(rest):
		return "You are welcome. " + lineMore
	case any(rest, hello) && contentWords(without2(rest, hello)) == 0 || any(rest, hello) && has(rest, "good") && len(rest) <= 3:
		return lineHello
	case few && yesOrNo(rest) == yes:
		return lineMore
	case few && yesOrNo(rest) == no:
		return "All right. Is there anything else?"
	case has(rest, "you", "sound") && any(rest, set("robot bot machine computer program")), any(rest, set("weather joke")) && few && has(rest, "joke"):
		return lineWhatAmI
	}
	return ""
}

// asksWhatIAm is about the one who speaks, not about the shop.
func asksWhatIAm(tokens []string) bool {
	if has(tokens, "who", "are", "you") || has(tokens, "what", "are", "you") || has(tokens, "what", "is", "your", "name") ||
		has(tokens, "who", "am", "i", "talking") || has(tokens, "who", "am", "i", "speaking") || has(tokens, "who", "is", "this") || has(tokens, "what", "model") {
		// "what are your hours" is tokens what are your, no you.
		return !slices.Contains(tokens, "company") && !has(tokens, "what", "are", "you", "selling") && !has(tokens, "what", "are", "you", "doing") && len(tokens) <= 9
	}
	return false
}

func asksToRepeat(tokens []string) bool {
	if len(tokens) > 8 {
		return false
	}
	for _, phrase := range [][]string{
		{"say", "that", "again"}, {"say", "it", "again"}, {"repeat", "that"}, {"repeat", "it"}, {"repeat", "please"}, {"please", "repeat"},
		{"come", "again"}, {"what", "did", "you", "say"}, {"what", "did", "you", "just", "say"}, {"what", "was", "that"}, {"did", "not", "hear"}, {"not", "catch", "that"}, {"did", "not", "get", "that"},
		{"did", "not", "understand", "you"}, {"pardon"}, {"once", "more"}, {"say", "again"}, {"you", "repeat"}, {"one", "more", "time"},
	} {
		if has(tokens, phrase...) {
			return true
		}
	}
	return len(tokens) == 1 && (tokens[0] == "sorry" || tokens[0] == "what" || tokens[0] == "repeat" || tokens[0] == "again")
}

// asks says whether tokens begin or hold a question.
func asks(tokens []string) bool {
	return any(tokens, set("how what when where which who why can"))
}

func any(tokens []string, words map[string]bool) bool {
	return slices.ContainsFunc(tokens, func(t string) bool { return words[t] })
}

func without2(tokens []string, words map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(tokens), func(t string) bool { return words[t] })
}
