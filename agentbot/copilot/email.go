package copilot

import (
	"net/mail"
	"regexp"
	"strings"
)

var (
	// typed finds an address as it is written.
	typed = regexp.MustCompile(`[A-Za-z0-9.!#$%&*+/=?^_{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)

	ats         = setOf("at ät arroba klammeraffe @")
	dots        = setOf("dot point punkt punto 点 .")
	underscores = setOf("underscore unterstrich")
	transcribed = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "ñ", "n", "á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u")
	// a sentence goes on with these; no domain ends with them
	noEnds = setOf("or so and but the then is it")
	// behind these an address begins
	introduces = setOf("is it's its that's ist lautet es it er sie 是 mail email e-mail address adresse correo dirección to under an unter")
)

// maxEmail is the longest address, RFC 5321.
const maxEmail = 254

// ValidEmail says whether s can be written to: one plain address with a domain
// that has a dot.
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || len(s) > maxEmail || len(local) > 64 || !strings.Contains(domain, ".") || strings.ContainsAny(s, " \t\r\n<>()[],;:\\\"") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// address is an e-mail address that was said or typed.
type address struct {
	value      string
	from, to   int // tokens; both 0 where it was typed
	confidence float64
}

// addresses finds what could be e-mail addresses, as typed or as said: "john
// dot smith at example dot com".
func addresses(text string, tokens []token) []address {
	var out []address
	for _, found := range typed.FindAllString(text, 4) {
		if v := strings.ToLower(strings.TrimRight(found, ".-")); ValidEmail(v) {
			out = append(out, address{value: v, confidence: 0.98})
		}
	}
	if len(out) > 0 {
		return out
	}
	for i, t := range tokens {
		at := ats[t.text] || t.text == "艾" && i+1 < len(tokens) && tokens[i+1].text == "特"
		if !at || i == 0 {
			continue
		}
		right := i + 1
		if t.text == "艾" {
			right++
		}
		domain, to, sure := domainAt(tokens, right)
		if domain == "" {
			continue
		}
		local, from, plain := localBefore(tokens, i)
		value := transcribed.Replace(local + "@" + domain)
		if local == "" || !ValidEmail(value) {
			continue
		}
		confidence := 0.8
		if !plain || !sure || value != local+"@"+domain {
			confidence = 0.55
		}
		out = append(out, address{value, from, to, confidence})
	}
	return out
}

// domainAt reads "example dot co dot uk" from token i. sure says that each of
// its labels is one word.
func domainAt(tokens []token, i int) (domain string, to int, sure bool) {
	var labels []string
	sure = true
	label, words := "", 0
	for j := i; j < len(tokens); {
		t := tokens[j].text
		switch {
		case dots[t] && label == "":
			return "", i, false
		case dots[t]:
			labels = append(labels, label)
			label, words = "", 0
			j++
			continue
		case len(labels) > 0 && words == 1 || words == 3:
			// the end has been reached, or there is none
			return ended(labels, label, j, sure)
		}
		if strings.Contains(t, ".") && !strings.ContainsAny(t, "@/'") {
			return strings.ToLower(label + t), j + 1, sure // "example.com" in one piece
		}
		piece, next := sound(tokens, j)
		if piece == "" {
			return ended(labels, label, j, sure)
		}
		if words++; words > 1 && len(piece) > 1 {
			sure = false
		}
		label += piece
		j = next
		if tokens[j-1].end && len(labels) > 0 {
			return ended(labels, label, j, sure)
		}
	}
	return ended(labels, label, len(tokens), sure)
}

func ended(labels []string, label string, to int, sure bool) (string, int, bool) {
	if len(labels) == 0 || len(label) < 2 || noEnds[label] || strings.ContainsAny(label, "0123456789") {
		return "", to, false
	}
	return strings.Join(append(labels, label), "."), to, sure
}

// localBefore reads what stands before the "at" at token at, from right to left.
// plain says that nothing was guessed.
func localBefore(tokens []token, at int) (local string, from int, plain bool) {
	begin := at
	for begin > 0 && at-begin < 24 {
		t := tokens[begin-1]
		switch {
		case begin == at && (mark(t.text) != "" || introduces[t.text]):
			return "", at, false
		case begin == at, mark(t.text) != "", mark(tokens[begin].text) != "":
		case short(t.text) && short(tokens[begin].text) && !t.end:
		default:
			return said(tokens, begin, at)
		}
		begin--
	}
	return said(tokens, begin, at)
}

// said is the local part from token begin on, with one or two words more where
// those are what is left of "my address is john smith at".
func said(tokens []token, begin, at int) (string, int, bool) {
	plain := true
	for more := 1; more <= 2 && begin-more > 0; more++ {
		if t := tokens[begin-more]; introduces[t.text] || t.end || isHan(t.text) {
			break
		} else if introduces[tokens[begin-more-1].text] && len(t.text) > 1 {
			begin, plain = begin-more, false
			break
		}
	}
	var b strings.Builder
	for j := begin; j < at; {
		piece, next := sound(tokens, j)
		if piece == "" {
			return "", at, false
		}
		b.WriteString(piece)
		j = next
	}
	return strings.Trim(b.String(), ".-"), begin, plain
}

// short is a letter or a digit said by itself.
func short(t string) bool { return len(t) == 1 || units[t] != "" || spells[t] != "" }

// mark is what a word stands for in an address, "" for a word that is itself.
func mark(t string) string {
	switch {
	case dots[t]:
		return "."
	case underscores[t], t == "bajo":
		return "_"
	case dashes[t]:
		return "-"
	case t == "plus":
		return "+"
	}
	return ""
}

// sound is what a token adds to an address, and the token after it; "" for one
// that no address has.
func sound(tokens []token, j int) (string, int) {
	t := tokens[j].text
	if (t == "guion" || t == "guión") && j+1 < len(tokens) && tokens[j+1].text == "bajo" {
		return "_", j + 2
	}
	if m := mark(t); m != "" {
		return m, j + 1
	}
	if units[t] != "" && t != "oh" {
		return units[t], j + 1
	}
	if isHan(t) || ats[t] || strings.ContainsAny(t, "'/&@") {
		return "", j
	}
	return t, j + 1
}
