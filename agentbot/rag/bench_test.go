package rag

import (
	"strings"
	"testing"

	"github.com/relevo/relevo/agentbot/engine"
)

// What a turn costs before the model is asked.
func BenchmarkFind(b *testing.B) {
	base := shop(b)
	l := &LLM{Config{Confident: 0.42, Passages: 4}}
	for name, asked := range map[string]string{
		"question": "and how much does it cost please",
		"unknown":  strings.Repeat("zanzibar quokka pelican drizzle ", 15),
	} {
		b.Run(name, func(b *testing.B) {
			q := read([]engine.Message{user("tell me about the acmetron"), assistant("The Acmetron is our robot vacuum."), user(asked)})
			for b.Loop() {
				l.find(b.Context(), base, q)
			}
		})
	}
}
