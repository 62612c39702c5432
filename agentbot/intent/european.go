package intent

import "strings"

// class is what a word does in a request for a person; a word may have several.
type class uint32

const (
	agent  class = 1 << iota // who serves: operator, colleague, human
	person                   // anybody: person, someone
	real                     // real, of flesh and blood
	talk
	move   // connect, transfer
	give   // get, call, fetch
	wish   // want, need, prefer
	can    // can, may
	me     // me, and verbs that end in it
	first  // I
	you    // you, are you
	bot    // robot, machine
	not    // not, no
	past   // yesterday, was
	asks   // what, how much, is
	mine   // my
	yours  // your
	please // please
	there  // is there
	small  // says nothing: articles, greetings
	reply  // call back
	copula // is, am, was

	exactly // what a word's beginning says does not count
)

// lexicon has the words of a language by what they do. It never changes.
type lexicon struct {
	exact map[string]class
	stems map[string][]stem // by their first three letters
}

type stem struct {
	text  string
	class class
}

// newLexicon makes a lexicon of lists of words; one that ends in * is all that
// begin so (three letters at least), one that begins with ! is not, whatever it
// begins with.
func newLexicon(lists map[class]string) *lexicon {
	l := &lexicon{exact: make(map[string]class), stems: make(map[string][]stem)}
	for c, words := range lists {
		for w := range strings.FieldsSeq(words) {
			if s, ok := strings.CutSuffix(w, "*"); ok {
				l.stems[s[:3]] = append(l.stems[s[:3]], stem{s, c})
				continue
			}
			if w[0] == '!' {
				l.exact[w[1:]] |= small | exactly
				continue
			}
			l.exact[w] |= c
		}
	}
	return l
}

func (l *lexicon) class(word string) class {
	c := l.exact[word]
	if c&exactly != 0 {
		return c
	}
	begun := class(0)
	if len(word) >= 3 {
		longest := 0
		for _, s := range l.stems[word[:3]] {
			if strings.HasPrefix(word, s.text) {
				switch {
				case len(s.text) > longest:
					longest, begun = len(s.text), s.class
				case len(s.text) == longest:
					begun |= s.class
				}
			}
		}
	}
	return c | begun
}

// european scores an utterance by the classes of a language's words: 1 is
// enough.
func (u *utterance) european(l *lexicon) float64 {
	var room [64]class
	classes := room[:0]
	known := class(0)
	for i, w := range u.words {
		c := l.class(w)
		if w == "cliente" && at(u.words, i-1) == "al" {
			c |= agent // "servicio al cliente"; one who says "soy cliente" is none
		}
		if w == "vous" && at(u.words, i+1) == "plait" {
			c = small
		}
		known |= c
		classes = append(classes, c)
	}
	if known&(agent|person|talk|move|bot|reply) == 0 {
		return 0
	}
	best := wanting(classes, true, u.past)
	for i, start := range u.starts {
		end := len(classes)
		if i+1 < len(u.starts) {
			end = u.starts[i+1]
		}
		if len(u.starts) > 1 && start < end {
			best = max(best, wanting(classes[start:end], false, u.past))
		}
	}
	return best
}

// wanting scores the order of classes: whether a person is named, and whether
// it is wished, asked or commanded to talk to one. It knows nothing of one
// language: what follows is asked within some words, either way round. whole
// says that it is all that was said.
func wanting(cs []class, whole, pastForm bool) float64 {
	cs, score := refusedBot(cs)
	all, content := class(0), 0
	for _, c := range cs {
		all |= c
		if c&(small|please) == 0 {
			content++
		}
	}
	target, strength := 0, 0.0
	for i, c := range cs {
		s := 0.0
		switch {
		case c&agent != 0:
			s = 0.6
		case c&person != 0:
			s = 0.4
		}
		if s > 0 && within(cs, i, 3, real) {
			s += 0.35
		}
		if s > strength {
			target, strength = i, s
		}
	}
	moved := pairWithin(cs, move, me, 2)
	if strength == 0 && !moved && all&reply == 0 {
		return score
	}
	score += strength
	if moved {
		score += 0.8
	} else if all&move != 0 {
		score += 0.5
	}
	if all&talk != 0 && strength > 0 {
		score += 0.4
		if all&(wish|can|there) != 0 {
			score += 0.15
		}
	}
	if strength > 0 && pairWithin(cs, give, me, 3) {
		score += 0.45
	} else if strength > 0 && all&give != 0 {
		score += 0.2
	}
	if strength > 0 && commanded(cs, target) {
		score += 0.45
	}
	if all&wish != 0 {
		score += 0.25
	}
	if all&please != 0 {
		score += 0.2
	}
	if all&can != 0 {
		score += 0.1
	}
	if all&reply != 0 {
		score += 0.4
		if all&me != 0 {
			score += 0.25
		}
	}
	if strength > 0 {
		if content <= 2 && all&(asks|you) == 0 && (whole || all&please != 0) {
			score += 0.5 // "Mitarbeiter bitte"
		}
		if all&there != 0 && all&(talk|real|give) != 0 {
			score += 0.25
		}
		if within(cs, target, 4, wish) && all&talk == 0 {
			score += 0.3 // "necesito un humano"
		}
		if target > 0 && cs[target-1]&yours != 0 && all&(talk|move|give) != 0 {
			score += 0.2 // "your manager"
		}
	}
	return score - objections(cs, all, target, pastForm)
}

// objections are what speaks against it.
func objections(cs []class, all class, target int, pastForm bool) float64 {
	score := 0.0
	for i, c := range cs {
		if c&not != 0 && cs[max(0, i-1)]&bot == 0 {
			// What is refused stands within some words, on either side in German.
			if window(cs, i-2, i+6)&(wish|talk|move|agent|person) != 0 {
				score += 1.3
				break
			}
		}
	}
	if all&past != 0 || pastForm {
		score += 0.9
	}
	if len(cs) > 0 && cs[0]&asks != 0 && all&(move|me|there) == 0 && (all&talk == 0 || all&first == 0) {
		score += 0.8
	}
	if len(cs) > 0 && window(cs, 0, 2)&you != 0 && all&(talk|move|give|me) == 0 {
		score += 0.8 // "are you a person"
	}
	if target > 0 && cs[target-1]&mine != 0 {
		score++
	}
	if all&(talk|move|give|reply) == 0 && predicate(cs, target) {
		score++
	}
	return score
}

// commanded says whether a clause begins with the command to get the person at
// target: "holen Sie jemanden".
func commanded(cs []class, target int) bool {
	for i, c := range cs[:target] {
		if c&give != 0 || c&(small|please|me) == 0 {
			return c&give != 0 && target-i <= 3
		}
	}
	return false
}

// predicate says whether the person at target is what somebody is said to be:
// "my sister is an agent"; "what I want is an agent" is a wish.
func predicate(cs []class, target int) bool {
	for i := target - 1; i > 0; i-- {
		switch {
		case cs[i]&copula != 0:
			return window(cs, 0, i)&wish == 0
		case cs[i]&small == 0:
			return false
		}
	}
	return false
}

// refusedBot takes out a wish not to talk to a machine, and scores it.
func refusedBot(cs []class) ([]class, float64) {
	for i, c := range cs {
		if c&bot == 0 {
			continue
		}
		for j := max(0, i-6); j < min(len(cs), i+2); j++ {
			if cs[j]&not == 0 {
				continue
			}
			from, to := min(i, j), max(i, j)+1
			around := window(cs, max(0, from-3), to+2)
			score := 0.3
			if around&talk != 0 {
				score = 1.1 // "I do not want to talk to a machine" stands by itself
			}
			rest := make([]class, 0, len(cs))
			rest = append(rest, cs[:from]...)
			if to < len(cs) && cs[to]&talk != 0 {
				to++
			}
			return append(rest, cs[to:]...), score
		}
	}
	return cs, 0
}

// window is all classes from from to before to.
func window(cs []class, from, to int) class {
	var all class
	for _, c := range cs[max(0, from):max(0, from, min(len(cs), to))] {
		all |= c
	}
	return all
}

// within says whether a word of class c is at most n words from i.
func within(cs []class, i, n int, c class) bool { return window(cs, i-n, i+n+1)&c != 0 }

// pairWithin says whether words of classes a and b are at most n words apart,
// or are one word.
func pairWithin(cs []class, a, b class, n int) bool {
	for i, c := range cs {
		if c&a != 0 && within(cs, i, n, b) {
			return true
		}
	}
	return false
}
