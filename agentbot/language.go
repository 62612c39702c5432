package agentbot

// LanguageHeard says which language a caller speaks, where the agent follows the
// caller: with their first words, and when they change it.
type LanguageHeard struct {
	Epoch    uint64
	Language string // BCP 47
}

func (LanguageHeard) event() {}
