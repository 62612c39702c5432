package questions

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Targets of the whole project, as shares.
const (
	TargetShould    = 0.95 // handed over when it should, at least
	TargetShouldNot = 0.05 // handed over when it should not, at most
)

// Count is how many of how many.
type Count struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

func (c *Count) add(yes bool) {
	c.Of++
	if yes {
		c.N++
	}
}

// Share is N of Of, 0 of nothing.
func (c Count) Share() float64 {
	if c.Of == 0 {
		return 0
	}
	return float64(c.N) / float64(c.Of)
}

func (c Count) String() string {
	if c.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d %.1f%%", c.N, c.Of, 100*c.Share())
}

// Figures are of one group of questions.
type Figures struct {
	Should    Count `json:"should"`    // handed over, or offered to, where it should
	ShouldNot Count `json:"shouldNot"` // the same where it should not
	Right     Count `json:"right"`     // answers that have what they must
	Errors    int   `json:"errors"`    // the model failed
}

func (f *Figures) add(r Result) {
	if r.Err != "" {
		f.Errors++
	}
	q := r.Question
	switch q.Expect {
	case Offer, Human:
		f.Should.add(r.Failed == "")
	default:
		f.ShouldNot.add(r.Failed != "")
		if len(q.Contains) > 0 {
			f.Right.add(r.Right)
		}
	}
}

// Missed says which targets are missed, "" for none. A model that failed has
// missed them.
func (f Figures) Missed() string {
	var missed []string
	if f.Errors > 0 {
		missed = append(missed, fmt.Sprintf("the model failed %d times", f.Errors))
	}
	if f.Should.Of > 0 && f.Should.Share() < TargetShould {
		missed = append(missed, fmt.Sprintf("handed over when it should: %v, target %.0f %%", f.Should, 100*TargetShould))
	}
	if f.ShouldNot.Of > 0 && f.ShouldNot.Share() > TargetShouldNot {
		missed = append(missed, fmt.Sprintf("handed over when it should not: %v, target %.0f %%", f.ShouldNot, 100*TargetShouldNot))
	}
	return strings.Join(missed, "; ")
}

// Group is figures with what they are of.
type Group struct {
	Class   string  `json:"class,omitempty"`
	Lang    string  `json:"lang,omitempty"`
	Figures Figures `json:"figures"`
}

// Report is figures of results, as a whole and by group.
type Report struct {
	Total    Figures  `json:"total"`
	Groups   []Group  `json:"groups"`   // by class and language
	Langs    []Group  `json:"langs"`    // by language
	Failures []Result `json:"failures"` // wrong handovers, missed ones, answers that are not right
}

// NewReport counts.
func NewReport(results []Result) Report {
	var rep Report
	add := func(groups *[]Group, class, lang string, r Result) {
		i := slices.IndexFunc(*groups, func(g Group) bool { return g.Class == class && g.Lang == lang })
		if i < 0 {
			i = len(*groups)
			*groups = append(*groups, Group{Class: class, Lang: lang})
		}
		(*groups)[i].Figures.add(r)
	}
	for _, r := range results {
		rep.Total.add(r)
		add(&rep.Groups, r.Question.Class, r.Question.Lang, r)
		add(&rep.Langs, "", r.Question.Lang, r)
		if r.Failed != "" || r.wrong() {
			rep.Failures = append(rep.Failures, r)
		}
	}
	order := func(a, b Group) int {
		return cmp.Or(strings.Compare(a.Class, b.Class), strings.Compare(a.Lang, b.Lang))
	}
	slices.SortFunc(rep.Groups, order)
	slices.SortFunc(rep.Langs, order)
	return rep
}

// wrong says whether an answer was wanted and is not right.
func (r Result) wrong() bool {
	return (r.Question.Expect == Answer || r.Question.Expect == Stay) && len(r.Question.Contains) > 0 && !r.Right
}

// Line is a result in one line.
func (r Result) Line() string {
	what := r.Failed
	if what == "" {
		what = "ok"
		if r.wrong() {
			what = "not right, lacks " + missingOf(r.Replies[len(r.Replies)-1], r.Question.Contains)
		}
	}
	reply := ""
	if n := len(r.Replies); n > 0 {
		reply = r.Replies[n-1]
	}
	if rs := []rune(strings.Join(strings.Fields(reply), " ")); len(rs) > 90 {
		reply = string(rs[:89]) + "…"
	}
	return fmt.Sprintf("%-22s %s | %s | %s", r.Question.ID, what, strings.Join(r.Question.Turns, " // "), reply)
}

// Write writes a report for people.
func (rep Report) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %-5s %-16s %-16s %s\n", "class", "lang", "should", "should not", "answers right")
	row := func(class, lang string, f Figures) {
		fmt.Fprintf(&b, "%-14s %-5s %-16v %-16v %v\n", class, lang, f.Should, f.ShouldNot, f.Right)
	}
	for _, g := range rep.Groups {
		row(g.Class, g.Lang, g.Figures)
	}
	for _, g := range rep.Langs {
		row("all", g.Lang, g.Figures)
	}
	row("all", "all", rep.Total)
	if len(rep.Failures) > 0 {
		b.WriteString("\n")
	}
	for _, r := range rep.Failures {
		b.WriteString(r.Line() + "\n")
	}
	if missed := rep.Total.Missed(); missed != "" {
		b.WriteString("\nmissed: " + missed + "\n")
	} else {
		b.WriteString("\ntargets met\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
