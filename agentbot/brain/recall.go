package brain

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// Words of asking back; never changed.
var (
	tellings = set("say said says saying tell told tells telling mean meant promise promised explain explained mention mentioned offer offered suggest suggested answer answered")
	others   = set("he she they him her human person colleague agent lady man woman guy representative operator manager somebody someone supervisor employee expert")
	metas    = set(`what did does do he she they him her human person colleague agent lady man woman guy again me just exactly
		earlier before tell told say said the a to was is it that which you remember can could please about i had has have
		representative operator manager somebody someone know my mine your of and we were talk talked talking mean meant supervisor
		remind repeat`)
)

// unsureUnder is the score under which the knowledge base's answer is not worth
// more than what a human said in this call.
const unsureUnder = 0.55

// unfinished are words that do not end an utterance; never changed.
var unfinished = set("is are was were the a an and or but to of for with your my our it in on at from that which will can be")

// handings are how a human gives a caller back to the AI; never changed.
var handings = set("give giving hand handing transfer transferring pass passing return returning put putting bring bringing")

// line is something that a human agent said, as it can be quoted.
type line struct {
	name, text string
	turn       int
}

// recall answers from what a human agent said in this call. about says that
// the question asks for that; known is how well the knowledge base answers it.
func recall(tokens []string, lines []line, about bool, known float64) (answer, bool) {
	if len(lines) == 0 {
		if about && !slices.Contains(tokens, "you") && any(tokens, others) {
			return answer{text: lineNotHeard + " " + lineMore, confidence: 1}, true
		}
		return answer{}, false
	}
	if kept := slices.DeleteFunc(slices.Clone(lines), func(l line) bool { return isFarewell(l.text) }); len(kept) > 0 {
		lines = kept
	}
	var passages []*knowledge.Passage
	for _, l := range lines {
		passages = append(passages, &knowledge.Passage{Language: "en", Text: l.text})
	}
	memory := knowledge.New(passages, nil)
	content := strings.Join(slices.DeleteFunc(slices.Clone(tokens), func(t string) bool {
		return metas[t] || tellings[t] || isName(t, lines)
	}), " ")
	var best knowledge.Hit
	if content != "" {
		for _, hit := range memory.Search(content, len(passages)) {
			// Of lines as good as each other, the last one counts.
			if hit.Score >= best.Score-0.02 && (best.Passage == nil || hit.Score > best.Score+0.02 || index(passages, hit.Passage) > index(passages, best.Passage)) {
				best = hit
			}
		}
	}
	mine := any(tokens, set("my mine me i again we our")) || any(tokens, others)
	switch {
	case about && best.Score >= 0.3, isMine(tokens) && (best.Score >= 0.5 || best.Score >= 0.25 && known < 0.7), mine && best.Score >= 0.5 && best.Score >= known-0.15,
		best.Score >= 0.75 && best.Score > known, best.Score >= 0.35 && known < unsureUnder:
		return quote(lines, index(passages, best.Passage), best.Score), true
	case about && content == "", about && known < unsureUnder:
		return quoteLast(lines), true
	}
	return answer{}, false
}

// isMine says whether the question is about a fact of the caller's own, which
// no knowledge base has: "what was my code again".
func isMine(tokens []string) bool {
	return has(tokens, "what", "is", "my") || has(tokens, "what", "was", "my") || has(tokens, "tell", "me", "my") ||
		slices.Contains(tokens, "again") && any(tokens, set("what which when where my"))
}

func index(passages []*knowledge.Passage, p *knowledge.Passage) int {
	return slices.Index(passages, p)
}

// asksWhatWasSaid says whether the question is about what somebody else said.
func asksWhatWasSaid(tokens []string, lines []line) bool {
	said := slices.IndexFunc(tokens, func(t string) bool { return tellings[t] })
	who := any(tokens, others) || slices.ContainsFunc(tokens, func(t string) bool { return isName(t, lines) })
	if said < 0 {
		return who && len(lines) > 0 && has(tokens, "what", "did") || who && (slices.Contains(tokens, "remember") || has(tokens, "talk", "about") || has(tokens, "talked", "about"))
	}
	if who && (any(tokens, set("what which did remember repeat again when how")) || tokens[0] == "and") {
		return !has(tokens, "can", "you", "tell") || said+1 < len(tokens) && any(tokens[said+1:], tellings)
	}
	if len(lines) > 0 && has(tokens, "what", "did") && has(tokens, "tell", "me") && !has(tokens, "did", "you", "tell") {
		return true
	}
	// "what did dayna say": a name that was misheard.
	for i := range tokens {
		if tokens[i] == "did" && i > 0 && (tokens[i-1] == "what" || tokens[i-1] == "when" || tokens[i-1] == "how") && said > i+1 && said-i <= 4 {
			return tokens[i+1] != "you" && tokens[i+1] != "i"
		}
	}
	return has(tokens, "was", "i", "told") || has(tokens, "i", "was", "told") && slices.Contains(tokens, "what") || has(tokens, "what", "was", "said")
}

func isName(token string, lines []line) bool {
	return slices.ContainsFunc(lines, func(l line) bool {
		for _, n := range knowledge.Tokens(l.name) {
			if token == n || knowledge.Alike(token, n) >= 0.75 {
				return true
			}
		}
		return false
	})
}

// humanLines are the sentences of the human agents, in their order. A message
// is an utterance, often without punctuation; one that ends in the midst of a
// sentence goes on in the next.
func humanLines(before []engine.Message) []line {
	var lines []line
	open := false // the last line may go on in the next message
	turn := 0
	for _, m := range before {
		if m.Role != engine.RoleHuman {
			open = false
			turn++
			continue
		}
		rest, state := strings.Join(strings.Fields(m.Text), " "), -1
		for rest != "" {
			var s string
			s, rest, state = uniseg.FirstSentenceInString(rest, state)
			s = strings.TrimSpace(s)
			if s == "" {
				continue
			}
			if n := len(lines) - 1; open && n >= 0 && len(lines[n].text) < 160 {
				lines[n].text += " " + s
				open = false
			} else {
				lines = append(lines, line{m.Name, s, turn})
			}
		}
		if n := len(lines) - 1; n >= 0 {
			words := strings.Fields(strings.ToLower(lines[n].text))
			open = unfinished[words[len(words)-1]]
		}
	}
	return lines
}

// quote repeats a line, with the one after it where that belongs to it.
func quote(lines []line, i int, score float64) answer {
	text := lines[i].text
	if i+1 < len(lines) && lines[i+1].turn == lines[i].turn && len(text)+len(lines[i+1].text) <= 180 {
		text = sentenceOf(text) + " " + lines[i+1].text
	}
	return said(lines[i].name, text, score)
}

// quoteLast repeats what was said last that says something.
func quoteLast(lines []line) answer {
	end := len(lines)
	begin := end - 1
	for length := len(lines[begin].text); begin > 0 && end-begin < 3; begin-- {
		if length += len(lines[begin-1].text); length > 220 {
			break
		}
	}
	var texts []string
	for _, l := range lines[begin:end] {
		texts = append(texts, sentenceOf(l.text))
	}
	return said(lines[end-1].name, strings.Join(texts, " "), 0.8)
}

// isFarewell says whether an utterance is about ending the talk, and of no use
// to remember.
func isFarewell(text string) bool {
	tokens := knowledge.Tokens(text)
	if any(tokens, handings) && slices.Contains(tokens, "you") && has(tokens, "back", "to") {
		return true
	}
	polite := any(tokens, goodbyes) || any(tokens, thanks) || has(tokens, "good", "bye") || has(tokens, "welcome")
	rest := contentWords(without2(without2(tokens, goodbyes), thanks))
	return rest == 0 || polite && rest <= 1 || has(tokens, "anything", "else") && rest <= 3
}

func said(name, text string, score float64) answer {
	if name == "" {
		name = "My colleague"
	}
	return answer{text: name + " said: " + sentenceOf(clip(text, answerLongest)), confidence: min(score, 1), sources: []string{"call"}}
}

// sentenceOf gives text a capital letter and an end mark.
func sentenceOf(text string) string {
	runes := []rune(text)
	if len(runes) == 0 {
		return text
	}
	runes[0] = unicode.ToUpper(runes[0])
	if last := runes[len(runes)-1]; !strings.ContainsRune(".!?…。！？\"'”", last) {
		return string(runes) + "."
	}
	return string(runes)
}
