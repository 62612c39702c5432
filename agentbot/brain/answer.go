package brain

import (
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/intent"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// answer is what the brain decided to say.
type answer struct {
	text       string
	confidence float64
	sources    []string
	want       string // reason to ask for a human, "" for none
	low        bool   // it did not know
}

const (
	lineNotHeard  = "I have not heard a colleague say that in this call."
	lineNoRepeat  = "I have not said anything yet. How can I help you?"
	hedge         = "If I understand you right: "
	hedgeUnder    = 0.08 // above the confidence that suffices
	answerLongest = 320
	upsetFrom     = 0.6 // of intent.Distress
)

// answer decides on the reply to a conversation.
func (t thought) answer(messages []engine.Message, canAsk bool) answer {
	c := read(messages)
	say := linesOf(c.language)
	if c.asked == "" {
		if c.begun {
			return sure(say.more)
		}
		return sure(say.hello)
	}
	a := t.decide(c)
	switch again := a.low && t.wasLow(c); {
	case c.joining && a.want != "":
		a.text = say.joining
	case c.joining && a.low:
		a.text = say.theirs
	case again && canAsk:
		a.text, a.want = say.twice, ReasonLowConfidence
	case again:
		a.text = say.noTwice
	case a.want != "" && !canAsk:
		a.text = say.noHuman
	}
	return a
}

func sure(text string) answer { return answer{text: text, confidence: 1} }

// decide is answer for one turn by itself.
func (t thought) decide(c conversation) answer {
	tokens, say := knowledge.Tokens(c.asked), linesOf(c.language)
	if asksWhatIAm(tokens) || intent.Nature(c.asked) >= intent.Sure && intent.Human(c.asked) < intent.Sure {
		return sure(say.whatAmI)
	}
	if intent.Human(c.asked) >= intent.Sure {
		return answer{text: say.human, confidence: 1, want: ReasonAsked}
	}
	if offered(c.lastSaid) {
		switch {
		case yesOrNo(tokens) == yes, yesOrNo(tokens) == neither && intent.Affirms(c.asked) >= intent.Sure:
			return answer{text: say.human, confidence: 1, want: ReasonAccepted}
		case yesOrNo(tokens) == no, intent.Declines(c.asked) >= intent.Sure:
			return sure(say.declined)
		}
	}
	if line := say.courtesy(c.asked, tokens); line != "" {
		return sure(line)
	}
	told := humanLines(c.before)
	about := asksWhatWasSaid(tokens, told)
	if line := smallTalk(tokens, c); line != "" && !about {
		return sure(line)
	}
	var hit knowledge.Hit
	var how certainty
	if t.speaks(c.language) || len(told) > 0 {
		hit, how = t.search(c)
	}
	if a, ok := recall(tokens, told, about, hit.Score); ok {
		return a
	}
	switch {
	case hit.Passage == nil || hit.Score < t.confident || !t.speaks(c.language):
		if intent.Distress(c.asked) >= upsetFrom {
			return sure(say.withOffer(say.sorry)) // it is a complaint more than a question
		}
		if contentWords(tokens) == 0 {
			return answer{text: say.withOffer(say.unheard), confidence: 0, low: true}
		}
		return answer{text: say.withOffer(say.unknown), confidence: hit.Score, low: true}
	case how == guessed || hit.Score < t.confident+hedgeUnder:
		return answer{text: hedge + spoken(hit.Passage), confidence: hit.Score, sources: []string{hit.Passage.ID}}
	}
	return answer{text: spoken(hit.Passage), confidence: hit.Score, sources: []string{hit.Passage.ID}}
}

// speaks says whether the base has anything in a language; "" is one that is
// not known, which may be any.
func (t thought) speaks(language string) bool { return language == "" || t.base.Speaks(language) }

// spoken is the passage's answer, three sentences at most by its author's care
// and never endless.
func spoken(p *knowledge.Passage) string { return clip(p.Spoken, answerLongest) }

// wasLow says whether the turn before this one was not known either.
func (t thought) wasLow(c conversation) bool {
	before, ok := c.previous()
	return ok && before.asked != "" && t.decide(before).low
}

// conversation is a request as the brain reads it.
type conversation struct {
	asked    string           // what the caller said since anybody answered
	last     string           // the last message of it
	lastSaid string           // the AI's last words, "" when a human spoke since
	repeat   string           // the AI's last words of all
	before   []engine.Message // up to asked, oldest first, without system messages
	begun    bool             // somebody has spoken
	joining  bool             // a human is being connected, says the server
	language string           // the caller's, "" when nothing tells it
}

// maxTurns bounds how far back the brain looks.
const maxTurns = 400

func read(messages []engine.Message) conversation {
	var spoken []engine.Message
	for _, m := range messages {
		if m.Text = strings.TrimSpace(m.Text); m.Role != engine.RoleSystem && m.Role != engine.RoleTool && m.Text != "" {
			spoken = append(spoken, m)
		}
	}
	if len(spoken) > maxTurns {
		spoken = spoken[len(spoken)-maxTurns:]
	}
	c := conversation{begun: len(spoken) > 0}
	if n := len(messages); n > 0 && messages[n-1].Role == engine.RoleSystem {
		c.joining = strings.Contains(messages[n-1].Text, "being connected")
	}
	end := len(spoken)
	for end > 0 && spoken[end-1].Role == engine.RoleUser {
		end--
	}
	var asked []string
	for _, m := range spoken[max(end, len(spoken)-3):] {
		asked = append(asked, m.Text)
	}
	c.asked, c.before = strings.Join(asked, " "), spoken[:end]
	if len(asked) > 0 {
		c.last = asked[len(asked)-1]
	}
	if end > 0 && spoken[end-1].Role == engine.RoleAssistant {
		c.lastSaid = spoken[end-1].Text
	}
	c.language = intent.Language(c.asked)
	for i := len(c.before) - 1; i >= max(0, len(c.before)-6) && c.language == ""; i-- {
		if c.before[i].Role == engine.RoleUser {
			c.language = intent.Language(c.before[i].Text)
		}
	}
	for _, m := range c.before {
		if m.Role == engine.RoleAssistant {
			c.repeat = m.Text
		}
	}
	return c
}

// previous is the conversation as it was at the caller's turn before.
func (c conversation) previous() (conversation, bool) {
	for i := len(c.before) - 1; i >= 0; i-- {
		switch c.before[i].Role {
		case engine.RoleUser:
			return read(c.before[:i+1]), true
		case engine.RoleHuman:
			return conversation{}, false
		}
	}
	return conversation{}, false
}
