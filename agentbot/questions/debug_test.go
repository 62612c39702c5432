package questions

import (
	"fmt"
	"os"
	"testing"

	"github.com/relevo/relevo/agentbot/knowledge"
)

func TestDebugSearch(t *testing.T) {
	if os.Getenv("DEBUGSEARCH") == "" {
		t.Skip()
	}
	base, _ := knowledge.Load(knowledge.Shop())
	qs, _ := Set("dev")
	for _, q := range qs {
		if q.Lang != "en" || (q.Class != "answerable" && q.Class != "unanswerable") || len(q.Turns) > 1 {
			continue
		}
		hits := base.Search(q.Turns[0], 3)
		mark := "  "
		switch {
		case q.Class == "unanswerable" && hits[0].Score >= .42:
			mark = "UN"
		case q.Class == "answerable" && hits[0].Score < .42:
			mark = "LO"
		case q.Class == "answerable" && missingOf(hits[0].Passage.Spoken, q.Contains) != "":
			mark = "WR"
		}
		if mark != "  " || os.Getenv("DEBUGSEARCH") == "all" {
			fmt.Printf("%s %s", mark, q.Turns[0])
			for _, h := range hits {
				fmt.Printf(" | %s %.2f", h.Passage.ID, h.Score)
			}
			fmt.Println()
		}
	}
}
