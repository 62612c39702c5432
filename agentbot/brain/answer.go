package brain

import (
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
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

// The lines that the brain says of itself. offer must be recognised in the
// history, see offered.
const (
	lineHello     = "Hello, how can I help you?"
	lineMore      = "What else can I do for you?"
	lineHuman     = "Of course. I will get a colleague for you."
	lineJoining   = "A colleague is joining us in a moment."
	lineTheirs    = "That is a question for my colleague, who will be here in a moment."
	lineNoHuman   = "I am sorry, I cannot reach a colleague from here. I can go on helping you."
	offer         = "Shall I get a colleague for you?"
	lineUnknown   = "I am sorry, I do not know that. " + offer
	lineUnheard   = "I am sorry, I did not understand that. " + offer
	lineTwice     = "I am sorry, I do not know that either. I will get a colleague for you."
	lineNoTwice   = "I am sorry, I do not know that either."
	lineDeclined  = "All right. " + lineMore
	lineNotHeard  = "I have not heard a colleague say that in this call."
	lineNoRepeat  = "I have not said anything yet. How can I help you?"
	hedge         = "If I understand you right: "
	lineWhatAmI   = "I am a small demo assistant, a program and not a person. I look up my answers in this shop's knowledge base, and I can get you a human colleague."
	hedgeUnder    = 0.08 // above the confidence that suffices
	answerLongest = 320
)

// answer decides on the reply to a conversation.
func (t thought) answer(messages []engine.Message, canAsk bool) answer {
	c := read(messages)
	if c.asked == "" {
		if c.begun {
			return sure(lineMore)
		}
		return sure(lineHello)
	}
	a := t.decide(c)
	switch again := a.low && t.wasLow(c); {
	case c.joining && a.want != "":
		a.text = lineJoining
	case c.joining && a.low:
		a.text = lineTheirs
	case again && canAsk:
		a.text, a.want = lineTwice, ReasonLowConfidence
	case again:
		a.text = lineNoTwice
	case a.want != "" && !canAsk:
		a.text = lineNoHuman
	}
	return a
}

func sure(text string) answer { return answer{text: text, confidence: 1} }

// decide is answer for one turn by itself.
func (t thought) decide(c conversation) answer {
	tokens := knowledge.Tokens(c.asked)
	if asksWhatIAm(tokens) {
		return sure(lineWhatAmI)
	}
	if wantsHuman(tokens) {
		return answer{text: lineHuman, confidence: 1, want: ReasonAsked}
	}
	if offered(c.lastSaid) {
		switch yesOrNo(tokens) {
		case yes:
			return answer{text: lineHuman, confidence: 1, want: ReasonAccepted}
		case no:
			return sure(lineDeclined)
		}
	}
	lines := humanLines(c.before)
	about := asksWhatWasSaid(tokens, lines)
	if line := smallTalk(tokens, c); line != "" && !about {
		return sure(line)
	}
	hit, how := t.search(c)
	if a, ok := recall(tokens, lines, about, hit.Score); ok {
		return a
	}
	switch {
	case hit.Passage == nil || hit.Score < t.confident:
		if contentWords(tokens) == 0 {
			return answer{text: lineUnheard, confidence: 0, low: true}
		}
		return answer{text: lineUnknown, confidence: hit.Score, low: true}
	case how == guessed || hit.Score < t.confident+hedgeUnder:
		return answer{text: hedge + spoken(hit.Passage), confidence: hit.Score, sources: []string{hit.Passage.ID}}
	}
	return answer{text: spoken(hit.Passage), confidence: hit.Score, sources: []string{hit.Passage.ID}}
}

// spoken is the passage's answer, three sentences at most by its author's care
// and never endless.
func spoken(p *knowledge.Passage) string { return clip(p.Spoken, answerLongest) }

// wasLow says whether the turn before this one was not known either.
func (t thought) wasLow(c conversation) bool {
	before, ok := c.previous()
	return ok && before.asked != "" && t.decide(before).low
}

// offered says whether the AI's last words offered a human. They may have been
// cut by the caller.
func offered(lastSaid string) bool {
	return strings.Contains(lastSaid, "Shall I get")
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
