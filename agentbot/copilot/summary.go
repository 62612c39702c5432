package copilot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Summary is a conversation in three lines: who wants what, what was tried, and
// what is open. Each is quoted or written in the language of the call, and may
// be empty.
type Summary struct {
	Who    string // the caller's name, "" when nobody knows it
	Matter string
	Tried  string
	Open   string
}

// IsZero says that there is nothing to say.
func (s Summary) IsZero() bool { return s == Summary{} }

const (
	maxLine    = 160 // characters of a line of a summary
	maxRead    = 400 // lines that are read, the newest
	weightLate = 0.02
)

// Words that carry no matter; never changed.
var (
	smallTalk = setOf(`hello hi hey good morning afternoon evening yes no yeah okay ok thanks thank you please bye goodbye sorry well um uh hm right sure fine great
		i am is are was be been have has had do does did the a an and or but to of for with my your our it its that this me we us at on in from not can could would will
		what when where who which how why there here just so then than about as if they he she them want need like get got go know tell say one some any
		hallo guten tag morgen ja nein danke bitte ich bin ist sind war habe hat haben der die das ein eine und oder aber zu von für mit mein meine ihr sie es mir wir
		nicht kann was wann wo wer wie warum hier da dass den dem im in auf an
		hola buenos días sí gracias por favor yo soy es son era he ha el la los las un una y o pero de para con mi mis su me no qué cuándo dónde quién cómo que en`)
	askWords = setOf(`what when where who which how why can could would will is are do does did was were has have should
		was wann wo wer wie warum welche welcher kann können haben ist sind wird gibt wieso
		qué cuándo dónde quién cómo cuánto cuánta cuál puede puedo hay es tiene`)
	forHuman = fields(`human|person|real person|agent|representative|operator|supervisor|manager|colleague|somebody|someone|mensch|menschen|mitarbeiter|mitarbeiterin|kollegen|berater
		|humano|persona|agente|operador|人工|客服|真人`)
	unknowing = fields(`do not know|don't know|did not understand|cannot|can not|can't|unable|no information|not sure|trouble|weiß ich nicht|weiß das nicht|nicht verstanden|leider
		|no lo sé|no sé|no entiendo|不知道|不清楚|没听清`)
)

// piece is a sentence of a line.
type piece struct {
	line     *Line
	text     string
	words    []string // that carry a matter
	question bool
	number   int // of the line
}

// Summarise takes from the lines of a call what says what it is about. It takes
// sentences as they were said, so it is as good in any language as its reader is.
func Summarise(lines []Line, facts []Fact) Summary {
	if extra := len(lines) - maxRead; extra > 0 {
		lines = lines[extra:]
	}
	s := Summary{Who: nameIn(facts)}
	all := pieces(lines)
	matter := theMatter(all)
	if matter >= 0 {
		s.Matter = quoteOf(all[matter])
	}
	s.Tried = theTried(all, matter)
	s.Open = theOpen(all, matter)
	return s
}

func nameIn(facts []Fact) string {
	for _, f := range facts {
		if f.Kind == FactName {
			return f.Value
		}
	}
	return ""
}

// pieces cuts lines into sentences.
func pieces(lines []Line) []piece {
	var out []piece
	for i := range lines {
		l := &lines[i]
		if l.Role == RoleEvent || l.Own {
			continue
		}
		rest, state := strings.Join(strings.Fields(l.Text), " "), -1
		for rest != "" {
			var text string
			text, rest, state = uniseg.FirstSentenceInString(rest, state)
			if text = strings.TrimSpace(text); text != "" {
				out = append(out, newPiece(l, text, i))
			}
		}
	}
	return out
}

func newPiece(l *Line, text string, number int) piece {
	tokens := tokenise(text)
	if len(addresses(text, tokens)) > 0 {
		return piece{line: l, text: text, number: number} // it is among the facts
	}
	p := piece{line: l, text: text, number: number}
	p.question = strings.ContainsAny(text, "?？") || len(tokens) > 2 && askWords[tokens[0].text] ||
		strings.ContainsAny(text, "吗呢") || has(joined(tokens), fields("什么|怎么|多少|几时|哪"))
	for i, t := range tokens {
		switch {
		case isHan(t.text):
			if i+1 < len(tokens) && isHan(tokens[i+1].text) && !t.end {
				p.words = append(p.words, t.text+tokens[i+1].text)
			}
		case smallTalk[t.text] || utf8.RuneCountInString(t.text) < 3 || strings.ContainsFunc(t.text, unicode.IsDigit) || units[t.text] != "" || tens[t.text] != "" || teens[t.text] != "":
		default:
			p.words = append(p.words, t.text)
		}
	}
	if name, _ := names(text, tokens, false); name != "" && len(p.words) <= 4 {
		p.words = nil // so is who they are
	}
	return p
}

// wantsOnly says whether a sentence is about having a human, and of nothing else.
func (p piece) wantsOnly() bool {
	return has(joined(tokenise(p.text)), forHuman) && len(p.words) <= 5
}

// theMatter is the caller's sentence that says the most of what they come back
// to; earlier ones are preferred. -1 if they have said nothing yet.
func theMatter(all []piece) int {
	weight := make(map[string]float64)
	for _, p := range all {
		seen := map[string]bool{}
		for _, w := range p.words {
			switch {
			case seen[w]:
			case p.line.Role == RoleCaller:
				weight[w]++
			default:
				weight[w] += 0.25 // others repeat what it is about
			}
			seen[w] = true
		}
	}
	best, top := -1, 0.0
	for i, p := range all {
		if p.line.Role != RoleCaller || len(p.words) == 0 || p.wantsOnly() {
			continue
		}
		score := 0.0
		seen := map[string]bool{}
		for _, w := range p.words {
			if !seen[w] {
				score += min(weight[w], 3)
			}
			seen[w] = true
		}
		// Long sentences say more, but not in proportion.
		score = score/(1+0.08*float64(len(seen))) - weightLate*float64(p.number)
		if score > top {
			best, top = i, score
		}
	}
	return best
}

// theTried is what the AI and humans have told the caller that was not asking,
// not apologising and not holding: the last two of it.
func theTried(all []piece, matter int) string {
	var said []string
	for i := len(all) - 1; i > max(matter, 0) && len(said) < 2; i-- {
		p := all[i]
		if p.line.Role == RoleCaller || p.question || len(p.words) < 3 || has(joined(tokenise(p.text)), forHuman) || has(joined(tokenise(p.text)), unknowing) {
			continue
		}
		said = append([]string{quoteOf(p)}, said...)
	}
	if len(said) == 2 && utf8.RuneCountInString(said[0])+utf8.RuneCountInString(said[1]) > maxLine {
		said = said[1:]
	}
	return strings.Join(said, " ")
}

// theOpen is the caller's last question, or what they said last, where that is
// not the matter itself.
func theOpen(all []piece, matter int) string {
	last := -1
	for i := len(all) - 1; i >= 0 && all[i].number > len(all)-40; i-- {
		p := all[i]
		if p.line.Role != RoleCaller || len(p.words) == 0 || p.wantsOnly() {
			continue
		}
		if p.question {
			last = i
			break
		}
		if last < 0 {
			last = i
		}
	}
	if last < 0 || last == matter || matter >= 0 && all[last].text == all[matter].text {
		return ""
	}
	return quoteOf(all[last])
}

func quoteOf(p piece) string { return clip(p.text, maxLine) }

// clip is text of at most n characters.
func clip(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
