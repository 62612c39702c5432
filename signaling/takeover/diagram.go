package takeover

import (
	"fmt"
	"strings"
)

// Mermaid is the table as a Mermaid state diagram, as README shows it. Events
// that leave the state as it is are not drawn.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> ai\n")
	for _, p := range pairs() {
		fmt.Fprintf(&b, "    %v --> %v: %s\n", p.from, p.to, strings.Join(p.events, ", "))
	}
	b.WriteString("    ended --> [*]\n")
	return b.String()
}

// Text is the table as plain text, as the package documentation shows it.
func Text() string {
	var b strings.Builder
	for _, p := range pairs() {
		fmt.Fprintf(&b, "%-9v -> %-9v  %s\n", p.from, p.to, strings.Join(p.events, ", "))
	}
	return b.String()
}

type pair struct {
	from, to State
	events   []string
}

// pairs collects the edges between the same two states, in the table's order
// but with the way out of each state last, as the table has it.
func pairs() []pair {
	var out []pair
next:
	for _, e := range table {
		if e.from == e.to {
			continue
		}
		name := e.event.String()
		switch e.queued {
		case yes:
			name += " [queued]"
		case no:
			name += " [not queued]"
		}
		for i := range out {
			if out[i].from == e.from && out[i].to == e.to {
				out[i].events = append(out[i].events, name)
				continue next
			}
		}
		out = append(out, pair{e.from, e.to, []string{name}})
	}
	return out
}
