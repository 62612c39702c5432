package agentbot

import (
	"strings"

	"github.com/relevo/relevo/agentbot/engine"
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
	if role == engine.RoleHuman {
		m.human, m.name = true, name
	}
	if n := len(m.messages); n > 0 && role == engine.RoleUser && m.messages[n-1].Role == role {
		m.messages[n-1].Text += " " + text
		return
	}
	m.add(role, name, text)
}

// spoken adds what was heard of a sentence; the sentences of a job are one
// message.
func (m *memory) spoken(j *job, text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	if j.kind == jobVerbatim && j.human != nil {
		m.human, m.name = true, *j.human
	}
	if n := len(m.messages); n > 0 && m.of == j {
		m.messages[n-1].Text += " " + text
		return
	}
	if j.kind == jobVerbatim && j.human != nil {
		m.add(engine.RoleHuman, *j.human, text)
	} else {
		m.add(engine.RoleAssistant, "", text)
	}
	m.of = j
}

func (m *memory) note(text string) { m.add(engine.RoleSystem, "", text) }

// back marks the end of a human's stretch, so that a model neither greets nor
// takes the transfer for still to be done.
func (m *memory) back() {
	if !m.human {
		return
	}
	m.human = false
	name := m.name
	if name == "" {
		name = "who spoke"
	}
	m.note("The human agent " + name + " has left; you are speaking again. Do not greet; do not transfer again unless asked.")
}

// remember makes the memory anew from the log.
func (m *memory) remember(history []Line) {
	m.messages, m.of, m.human = nil, nil, false
	for _, line := range history {
		switch line.Role {
		case RoleCaller:
			m.heard(engine.RoleUser, line.Name, line.Text)
		case RoleAgent:
			m.back()
			m.add(engine.RoleAssistant, "", line.Text)
		case RoleHuman:
			m.heard(engine.RoleHuman, line.Name, line.Text)
		default:
			m.happened(line)
		}
	}
}

// happened adds an event of the log.
func (m *memory) happened(line Line) {
	name := line.Name
	switch line.Text {
	case "human":
		m.human, m.name = true, name
		m.note("The human agent " + name + " took over.")
	case "lost":
		m.note("The connection to the human agent " + name + " was lost.")
	case "handedOver":
		m.human, m.name = true, name
		m.note("The human agent " + name + " has the call now.")
	case "failed":
		m.note("The human agent " + name + " could not join.")
	case "returning":
		// the marker says it
	default:
		if name != "" {
			name += ": "
		}
		m.note(name + line.Text)
	}
}

// request is what a model is asked.
func (m *memory) request(cfg *Config, mode Mode) engine.Request {
	var messages []engine.Message
	if cfg.Prompt != "" {
		messages = append(messages, engine.Message{Role: engine.RoleSystem, Text: cfg.Prompt})
	}
	from := max(0, len(m.messages)-m.limit)
	messages = append(messages, m.messages[from:]...)
	tools := cfg.Tools
	if mode == Company {
		tools = nil
		messages = append(messages, engine.Message{Role: engine.RoleSystem, Text: "A human agent is being connected. Answer in one short sentence and open no new topic."})
	}
	return engine.Request{Messages: messages, Tools: tools}
}
