package ground

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// figure is a number in a text: what it may be worth, and the word after it.
type figure struct {
	text   string
	values []float64
	unit   string
	soft   bool // a small one in words, of nothing that is measured: "two ways"
}

// digits are numbers in figures, with the marks between thousands and before
// decimals.
var digits = regexp.MustCompile(`\d+(?:[.,'’]\d+)*`)

// address are e-mail and web addresses.
var address = regexp.MustCompile(`(?i)[\p{L}\d._%+-]+@[\p{L}\d.-]+\.\p{L}{2,}|(?:https?://|www\.)[^\s<>"]+|\b[a-z\d-]+\.(?:com|org|net|de|es|cn|io|shop|info|eu|fr)\b`)

// numbers are all of a text, in figures and in words.
func numbers(s string) []figure {
	s = strings.Map(func(r rune) rune { // wide digits
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s)
	var found []figure
	for _, at := range digits.FindAllStringIndex(s, -1) {
		if at[0] > 0 && isLetter(s[:at[0]]) && !wideBefore(s[:at[0]]) {
			continue // "X200" is a name
		}
		f := figure{text: s[at[0]:at[1]], values: worth(s[at[0]:at[1]])}
		after := knowledge.Tokens(firstOf(s[at[1]:], 60))
		if len(after) > 0 {
			f.unit = unitOf(after[0])
		}
		f.values = append(f.values, clock(f.values, after)...)
		found = append(found, f)
	}
	return append(found, inWords(knowledge.Tokens(s))...)
}

func isLetter(before string) bool {
	r := []rune(lastOf(before, 4))
	return len(r) > 0 && unicode.IsLetter(r[len(r)-1])
}

func wideBefore(before string) bool {
	r := []rune(lastOf(before, 4))
	return len(r) > 0 && unicode.In(r[len(r)-1], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func firstOf(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}

func lastOf(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[len(s)-n:], "")
	}
	return s
}

// worth is what figures may be worth: "1.299" is one thing in Berlin and another
// in Boston.
func worth(s string) []float64 {
	s = strings.NewReplacer("'", "", "’", "").Replace(s)
	var values []float64
	add := func(s string) {
		if v, err := strconv.ParseFloat(s, 64); err == nil && !math.IsInf(v, 0) {
			values = append(values, v)
		}
	}
	dot, comma := strings.LastIndex(s, "."), strings.LastIndex(s, ",")
	switch {
	case dot < 0 && comma < 0:
		add(s)
	case dot >= 0 && comma >= 0 && dot > comma:
		add(strings.ReplaceAll(s, ",", ""))
	case dot >= 0 && comma >= 0:
		add(strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1))
	default:
		mark := ","
		if dot >= 0 {
			mark = "."
		}
		add(strings.ReplaceAll(s, mark, ""))
		if strings.Count(s, mark) == 1 {
			add(strings.Replace(s, mark, ".", 1))
		}
	}
	return values
}

// clock is an hour in the other way of telling it.
func clock(values []float64, after []string) []float64 {
	if len(values) != 1 || values[0] != math.Trunc(values[0]) {
		return nil
	}
	v := values[0]
	pm := len(after) > 0 && (after[0] == "pm" || after[0] == "p" && len(after) > 1 && after[1] == "m")
	switch {
	case pm && v < 12:
		return []float64{v + 12}
	case v > 12 && v < 24 && (len(after) == 0 || after[0] == "00" || after[0] == "uhr" || after[0] == "点" || after[0] == "h"):
		return []float64{v - 12}
	}
	return nil
}

// unitOf is a word in the form in which units are compared.
func unitOf(word string) string {
	if isDigits(word) || knowledge.Vague(word) {
		return ""
	}
	return head(word)
}

// inWords are numbers in words: "two hundred ninety nine".
func inWords(tokens []string) []figure {
	var found []figure
	for i := 0; i < len(tokens); {
		v, n := spelled(tokens[i:])
		if n == 0 {
			i++
			continue
		}
		f := figure{text: strings.Join(tokens[i:i+n], " "), values: []float64{v}}
		if i+n < len(tokens) {
			f.unit = unitOf(tokens[i+n])
			f.values = append(f.values, clock(f.values, tokens[i+n:])...)
		}
		f.values = append(f.values, fraction(v, tokens[i+n:])...)
		measured := i+n < len(tokens) && measures[tokens[i+n]]
		f.soft = v <= 1 && !measured || v <= 4 && n == 1 && !measured
		found = append(found, f)
		i += n
	}
	return found
}

// fraction is a number with what is said after it: "four dollars ninety", "two
// point four", "two and a half".
func fraction(v float64, after []string) []float64 {
	if len(after) < 2 {
		return nil
	}
	rest, n := spelled(after[1:])
	switch {
	case money[after[0]] && n > 0 && rest < 100:
		return []float64{v + rest/100}
	case after[0] == "point" && n > 0 && rest < 10:
		return []float64{v + rest/10}
	case len(after) > 2 && after[0] == "and" && after[1] == "a" && after[2] == "half":
		return []float64{v + 0.5}
	}
	return nil
}

// money are currencies as they stand between the whole and the rest; never
// changed.
var money = set("dollar dollars euro euros pound pounds franken pesos")

// units are words for one; never changed.
var units = set("one uno una eins 一")

// spelled reads a number at the start of tokens and says how many it takes.
func spelled(tokens []string) (value float64, taken int) {
	total, part, last := 0.0, 0.0, math.Inf(1)
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		v, ok := numberWords[t]
		switch {
		case !ok && units[t] && taken == i && i > 0 && last >= 10 && last < 1000:
			part++ // alone they are an article: "this one"
			last = 0
		case !ok && (t == "and" || t == "y") && taken == i && i > 0 && i+1 < len(tokens) && (numberWords[tokens[i+1]] > 0 && numberWords[tokens[i+1]] < last || units[tokens[i+1]]):
			continue
		case !ok:
			return total + part, taken
		case v == 100 || v == 1000 || v == 10000:
			if part == 0 {
				part = 1
			}
			part *= v
			if v >= 1000 {
				total, part = total+part, 0
			}
			last = v
		case v >= last && taken > 0 || v >= 10 && last < 100 && taken > 0:
			return total + part, taken
		case v == 10 && t == "十":
			// 十 multiplies what is before it in its hundred.
			part = part + 10
			last = 10
		default:
			if next := i + 1; next < len(tokens) && tokens[next] == "十" && v < 10 {
				part += 10 * v
				i++
				last = 10
				break
			}
			part += v
			last = 0 // nothing more belongs to it: "seven four" are two
			if v >= 20 {
				last = 10
			}
		}
		taken = i + 1
	}
	return total + part, taken
}
