package agentbot

import "github.com/relevo/relevo/agentbot/engine"

// Request is what an agent made with cfg asks its model when conversation is
// what was said so far and the caller's turn has just ended: the same rules and
// tools, so that what is measured of a model without audio holds for a call.
func Request(cfg Config, conversation []engine.Message) engine.Request {
	cfg = cfg.withDefaults()
	m := memory{limit: cfg.MemoryMessages}
	for _, said := range conversation {
		m.add(said.Role, said.Name, said.Text)
	}
	return m.request(&cfg, Answer)
}
