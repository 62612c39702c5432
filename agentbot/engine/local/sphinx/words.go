package sphinx

import (
	"slices"
	"strings"
	"unicode"
)

// Words turns written text into the words that are said, as the language model
// has them: lower case, no punctuation, small numbers in words.
func Words(text string) []string {
	var words []string
	for _, f := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("-–—/,;:!?()[]{}\"“”*_#|<>=+~^`", r)
	}) {
		f = strings.Trim(strings.ReplaceAll(f, "’", "'"), ".'")
		if f == "" || strings.Contains(f, "@") {
			continue
		}
		words = append(words, sayWord(f)...)
	}
	return words
}

var units = [...]struct{ sign, said string }{
	{"$", "dollars"}, {"€", "euros"}, {"£", "pounds"}, {"%", "percent"}, {"&", "and"},
}

// sayWord turns one written word into those that are said for it.
func sayWord(f string) []string {
	for _, u := range units {
		rest, ok := strings.CutPrefix(f, u.sign)
		if !ok {
			rest, ok = strings.CutSuffix(f, u.sign)
		}
		if ok {
			return append(sayWord(rest), u.said)
		}
	}
	var out []string
	for _, run := range runs(f) {
		if run[0] >= '0' && run[0] <= '9' {
			out = append(out, sayNumber(run)...)
		} else if w := strings.Trim(run, "."); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// runs cuts f where digits meet other characters; what is in no dictionary
// (neither letter, digit, apostrophe nor full stop) is left out.
func runs(f string) []string {
	var out []string
	last := -1
	for _, r := range f {
		kind := 1
		switch {
		case r >= '0' && r <= '9':
			kind = 0
		case !unicode.IsLetter(r) && r != '\'' && r != '.':
			last = -1
			continue
		}
		if kind == last {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		last = kind
	}
	return out
}

var (
	small = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen " +
		"fourteen fifteen sixteen seventeen eighteen nineteen")
	tens = strings.Fields("zero ten twenty thirty forty fifty sixty seventy eighty ninety")
)

// sayNumber says a number below ten thousand as one, a longer one or one that
// begins with zero digit by digit.
func sayNumber(digits string) []string {
	if len(digits) > 4 || (digits[0] == '0' && len(digits) > 1) {
		var out []string
		for _, d := range digits {
			out = append(out, small[d-'0'])
		}
		return out
	}
	n := 0
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return say(n)
}

func say(n int) []string {
	rest := func(n int) []string {
		if n == 0 {
			return nil
		}
		return say(n)
	}
	switch {
	case n < 20:
		return small[n : n+1]
	case n < 100:
		return slices.Concat(tens[n/10:n/10+1], rest(n%10))
	case n < 1000:
		return slices.Concat(small[n/100:n/100+1], []string{"hundred"}, rest(n%100))
	}
	return slices.Concat(say(n/1000), []string{"thousand"}, rest(n%1000))
}
