package agentbot

import (
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/guard"
	"github.com/relevo/relevo/agentbot/tools"
)

// memory is the conversation as it was heard: what the agent did not get to
// say is not in it.
type memory struct {
	limit    int // messages kept
	messages []engine.Message
	of       *job // whose text the last message is
	human    bool // a human has spoken since the last marker
	name     string
}

func (m *memory) add(role, name, text string) {
	m.of = nil
	m.messages = append(m.messages, engine.Message{Role: role, Name: name, Text: text})
	if extra := len(m.messages) - m.limit; extra > m.limit/4 {
		m.messages = append([]engine.Message(nil), m.messages[extra:]...)
	}
}

// heard adds words of the caller or a human. Two turns of the caller without
// an answer between them are one.
func (m *memory) heard(role, name, text string) {
	name, text = guard.Name(name), guard.Words(text)
	if text == "" {
		return
	}
	if role == engine.RoleHuman {
		m.human, m.name = true, name
	}
	if n := len(m.messages); n > 0 && role == engine.RoleUser && m.messages[n-1].Role == role && join(&m.messages[n-1], text) {
		return
	}
	m.add(role, name, text)
}

// join adds words to a message, unless it gets too long. Harmless words may
// become something else side by side, so both are looked at as one.
func join(to *engine.Message, text string) bool {
	all := to.Text + " " + text
	if len(all) > maxMessage {
		return false
	}
	to.Text = guard.Words(all)
	return true
}

const maxMessage = 4000 // bytes of one that others are joined to

// spoken adds what was heard of a sentence; the sentences of a job are one
// message.
func (m *memory) spoken(j *job, text string) {
	text = guard.Words(text)
	if text == "" {
		return
	}
	if j.kind == jobVerbatim && j.human != nil {
		m.human, m.name = true, guard.Name(*j.human)
	}
	if n := len(m.messages); n > 0 && m.of == j && join(&m.messages[n-1], text) {
		return
	}
	if j.kind == jobVerbatim && j.human != nil {
		m.add(engine.RoleHuman, guard.Name(*j.human), text)
	} else {
		m.add(engine.RoleAssistant, "", text)
	}
	m.of = j
}

// exchange adds calls of tools and what they answered, which belong together.
func (m *memory) exchange(messages ...engine.Message) {
	m.of = nil
	m.messages = append(m.messages, messages...)
}

// note adds a sentence of ours. Nobody's name and nobody's words are in one, but
// for guidance.
func (m *memory) note(text string) { m.add(engine.RoleSystem, "", text) }

const maxGuidance = 1000 // characters

// guidance is what a human agent wrote to the AI alone, who may tell it what to
// do; quoted, so that it stays what they wrote.
func (m *memory) guidance(text string) {
	m.note("A human agent who listens has written to you, and the caller does not see it. Follow it as far as your rules allow: " + guard.Quote(text, maxGuidance))
}

// back marks the end of a human's stretch, so that a model neither greets nor
// takes the transfer for still to be done.
func (m *memory) back() {
	if !m.human {
		return
	}
	m.human = false
	m.note("The human agent has left; you are speaking again. Do not greet; do not transfer again unless asked.")
}

// remember makes the memory anew from the log. Of tools it knows those that the
// operator has defined.
func (m *memory) remember(history []Line, toolbox *tools.Set) {
	m.messages, m.of, m.human = nil, nil, false
	for _, line := range history {
		switch line.Role {
		case RoleCaller:
			m.heard(engine.RoleUser, line.Name, line.Text)
		case RoleAgent:
			m.back()
			m.add(engine.RoleAssistant, "", guard.Words(line.Text))
		case RoleHuman:
			m.heard(engine.RoleHuman, line.Name, line.Text)
		case RoleGuidance:
			m.guidance(line.Text)
		case RoleTool:
			if toolbox.Find(line.Name) != nil && tools.IsStatus(line.Text) {
				m.note("The tool " + line.Name + " was called in this call: " + line.Text + ".")
			}
		default:
			m.happened(line)
		}
	}
}

// happened adds an event of the log. One that is not known here says nothing: it
// may be made of anybody's words.
func (m *memory) happened(line Line) {
	switch line.Text {
	case "human":
		m.human, m.name = true, guard.Name(line.Name)
		m.note("A human agent took over.")
	case "lost":
		m.note("The connection to the human agent was lost.")
	case "handedOver":
		m.human, m.name = true, guard.Name(line.Name)
		m.note("Another human agent has the call now.")
	case "failed":
		m.note("The human agent could not join.")
	}
}

// request is what a model is asked.
func (m *memory) request(cfg *Config, mode Mode) engine.Request {
	var messages []engine.Message
	if cfg.Prompt != "" {
		messages = append(messages, engine.Message{Role: engine.RoleSystem, Text: cfg.Prompt})
	}
	if language := cfg.answerIn(); language != "" {
		messages = append(messages, engine.Message{Role: engine.RoleSystem, Text: language})
	}
	from := max(0, len(m.messages)-m.limit)
	for from < len(m.messages) && m.messages[from].Role == engine.RoleTool {
		from++ // what it answers is gone
	}
	messages = append(messages, m.messages[from:]...)
	offered := cfg.offered
	if mode == Company {
		offered = nil
		messages = append(messages, engine.Message{Role: engine.RoleSystem, Text: "A human agent is being connected. Answer in one short sentence and open no new topic."})
	}
	return engine.Request{Messages: messages, Tools: offered}
}
