package copilot

import "strings"

// EmailTalk is how a caller is asked for an e-mail address: what was understood
// is read back, there is one more try, and then it is let go. The zero value is
// one in which the question has just been asked.
type EmailTalk struct {
	heard  string // the address that was read back, "" before
	before string // an attempt that was not understood: it may have been a half
	tries  int
}

// EmailStep is what comes next in an EmailTalk.
type EmailStep int

// The steps of an EmailTalk.
const (
	EmailOther EmailStep = iota // the caller speaks of something else: it is over, and they are to be answered
	EmailCheck                  // the address is to be read back
	EmailAgain                  // it is to be asked for once more
	EmailKnown                  // the caller agreed to the address: it is over
	EmailLetGo                  // it is over without one
)

var (
	providers = setOf("gmail hotmail outlook yahoo icloud gmx web protonmail live aol 163 qq")
	declines  = fields("no|no thanks|no thank you|rather not|prefer not|don't want|do not want|don't have|do not have|not give|skip|nein|lieber nicht|möchte nicht|habe keine|no quiero|no tengo|prefiero no|不用|不要|没有|不想")
)

// Heard takes the caller's next turn. address is set with EmailCheck and
// EmailKnown.
func (t *EmailTalk) Heard(text string) (next EmailStep, address string) {
	tokens := tokenise(text)
	if len(tokens) == 0 {
		return t.again()
	}
	found := addresses(text, tokens)
	if len(found) == 0 && t.before != "" {
		whole := t.before + " " + text
		found = addresses(whole, tokenise(whole))
	}
	t.before = ""
	if len(found) > 0 {
		switch v := found[len(found)-1].value; {
		case v == t.heard:
			return EmailKnown, v // said again is agreed to
		case t.heard != "" && t.tries > 0:
			return EmailLetGo, ""
		default:
			if t.heard != "" {
				t.tries++
			}
			t.heard = v
			return EmailCheck, v
		}
	}
	first := joined(tokens[:min(len(tokens), 5)])
	no := negative[tokens[0].text] || has(joined(tokens), declines) && len(tokens) <= 10
	switch {
	case t.heard != "" && no:
		return t.again()
	case t.heard != "" && agrees(tokens):
		return EmailKnown, t.heard
	case t.heard != "":
		return EmailOther, ""
	case attempts(tokens):
		t.before = text
		return t.again()
	case no:
		return EmailLetGo, ""
	case agrees(tokens) && len(tokens) <= 4 || has(first, called[FactEmail]):
		return t.again() // "sure": and then nothing came
	}
	return EmailOther, ""
}

// again asks once more, if that has not been done.
func (t *EmailTalk) again() (EmailStep, string) {
	if t.tries++; t.tries > 1 {
		return EmailLetGo, ""
	}
	t.heard = ""
	return EmailAgain, ""
}

func agrees(tokens []token) bool {
	yes := false
	for _, t := range tokens[:min(len(tokens), 5)] {
		if negative[t.text] {
			return false
		}
		yes = yes || affirmative[t.text]
	}
	return yes
}

// attempts says whether somebody tries to say an address: an "at" and a "dot",
// a provider, or letters one by one.
func attempts(tokens []token) bool {
	at, dot, letters := false, false, 0
	for _, t := range tokens {
		at = at || ats[t.text] || strings.Contains(t.raw, "@")
		dot = dot || dots[t.text] || strings.Contains(t.raw, ".")
		if providers[t.text] {
			return true
		}
		if len(t.text) == 1 && t.text != "a" && t.text != "i" {
			letters++
		}
	}
	return at && (dot || len(tokens) <= 4) || letters >= 3
}

// SpokenEmail is an address as it is said. words are for @ . _ and -.
func SpokenEmail(address string, words [4]string) string {
	r := strings.NewReplacer("@", " "+words[0]+" ", ".", " "+words[1]+" ", "_", " "+words[2]+" ", "-", " "+words[3]+" ")
	return strings.Join(strings.Fields(r.Replace(address)), " ")
}
