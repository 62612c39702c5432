package brain

import (
	"testing"
	"testing/fstest"

	"github.com/relevo/relevo/agentbot/knowledge"
)

// changing is a source of one base after the other, one for each time it is
// asked.
type changing struct {
	bases []*knowledge.Base
	asked int
}

func (c *changing) Base() *knowledge.Base {
	c.asked++
	return c.bases[min(c.asked, len(c.bases))-1]
}

// A turn is answered from one base, and the next from the one there is then.
func TestKnowledgeOfTheMoment(t *testing.T) {
	c := new(changing)
	for _, hour := range []string{"nine", "ten"} {
		base, err := knowledge.Load(fstest.MapFS{"a.md": {Data: []byte("# Opening hours\nWe open at " + hour + ".\n")}})
		if err != nil {
			t.Fatal(err)
		}
		c.bases = append(c.bases, base)
	}
	b := New(Config{Knowledge: c})
	for _, want := range []string{"We open at nine.", "We open at ten."} {
		if r := chat(t, b, nil, user("what are your opening hours")); r.text != want {
			t.Errorf("%q, want %q", r.text, want)
		}
	}
	if c.asked != 2 {
		t.Errorf("two turns asked for %d bases", c.asked)
	}
}
