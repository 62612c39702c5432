package guard

import (
	"slices"
)

// With is g and protects descriptions too: what tells a model when and how to
// use a tool. They differ from the protected texts of a Config in that an AI who
// says what it can do says much the same in a few words: only Config.Recital
// letters of one in a row count, however short it is, and its Share as ever.
//
// public is what the operator has the AI say of the same things ("Shall I cancel
// the order?"); those words are nobody's secret.
func (g *Guard) With(descriptions, public []string) *Guard {
	out := *g
	out.protected = slices.Clone(g.protected)
	var free [][]rune
	for _, text := range public {
		free = append(free, letters(text))
	}
	for _, text := range descriptions {
		l := letters(text)
		run := max(g.cfg.Recital/width(l), 2)
		if len(l) < run {
			continue
		}
		p := protectRuns(l, run)
		for _, said := range free {
			for i := 0; i+p.run <= len(said); i++ {
				delete(p.runs, string(said[i:i+p.run]))
			}
			for i := 0; i+p.bit <= len(said); i++ {
				delete(p.pieces, string(said[i:i+p.bit]))
			}
		}
		out.protected = append(out.protected, p)
	}
	return &out
}
