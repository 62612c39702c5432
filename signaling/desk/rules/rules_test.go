package rules

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/signaling/desk/sla"
)

func TestPriority(t *testing.T) {
	rules := []Rule{
		{Name: "VIP", Segments: []string{"vip", "Gold"}, Priority: sla.P1},
		{Name: "danger", Words: []string{"fire", "gas leak", "火事"}, Priority: sla.P1},
		{Name: "German lawyers", Words: []string{"Anwalt", "Straße"}, Languages: []string{"de"}, Priority: sla.P2},
		{Name: "angry", Reasons: []string{"angry"}, Priority: sla.P2},
		{Name: "enterprise", Meta: map[string][]string{"customer.plan": {"enterprise", "business"}, "customer.active": {"true"}}, Priority: sla.P2},
		{Name: "the lot", Segments: []string{"trial"}, Reasons: []string{"asked"}, Words: []string{"price"}, Priority: sla.P4},
	}
	set, err := Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		facts Facts
		want  string
	}{
		"nothing":                       {Facts{}, ""},
		"segment":                       {Facts{Segment: "gold"}, "VIP"},
		"the first that matches":        {Facts{Segment: "VIP", Reason: "angry", Text: "fire"}, "VIP"},
		"word":                          {Facts{Text: "There is a FIRE!"}, "danger"},
		"not a part of one":             {Facts{Text: "I want to be fired, or firefighter, misfire"}, ""},
		"several":                       {Facts{Text: "it is a gas, leak I mean"}, "danger"},
		"several, apart":                {Facts{Text: "gas and a leak"}, ""},
		"without spaces":                {Facts{Text: "いま火事です"}, "danger"},
		"by language":                   {Facts{Text: "mein anwalt kommt", Language: "de-AT"}, "German lawyers"},
		"another language":              {Facts{Text: "mein anwalt kommt", Language: "den"}, ""},
		"folded":                        {Facts{Text: "auf der STRAẞE", Language: "DE"}, "German lawyers"},
		"reason":                        {Facts{Reason: "angry"}, "angry"},
		"meta":                          {Facts{Meta: map[string]string{"customer.plan": "Business", "customer.active": "true"}}, "enterprise"},
		"meta, one of two":              {Facts{Meta: map[string]string{"customer.plan": "business"}}, ""},
		"all conditions":                {Facts{Segment: "trial", Reason: "asked", Text: "the price, please"}, "the lot"},
		"all but one":                   {Facts{Segment: "trial", Reason: "asked", Text: "the cost, please"}, ""},
		"only the end of a long text":   {Facts{Text: "fire " + strings.Repeat("word ", MaxText)}, ""},
		"cut in the middle of a letter": {Facts{Text: strings.Repeat("é", MaxText) + " fire"}, "danger"},
	} {
		p, rule, ok := set.Priority(c.facts)
		if rule != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, want %q", name, rule, c.want)
		}
		if i := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == rule }); ok && p != rules[i].Priority {
			t.Errorf("%s: %v", name, p)
		}
	}
}

func TestCheck(t *testing.T) {
	good := Rule{Name: "good", Segments: []string{"vip"}, Priority: sla.P1}
	with := func(f func(*Rule)) []Rule { r := good; f(&r); return []Rule{r} }
	many := func(n int) (out []Rule) {
		for i := range n {
			r := good
			r.Name = strings.Repeat("x", i+1)
			out = append(out, r)
		}
		return out
	}
	for want, rs := range map[string][]Rule{
		"":                              many(MaxRules),
		"rules tooMany":                 many(MaxRules + 1),
		"rules[0].name missing":         with(func(r *Rule) { r.Name = " " }),
		"rules[1].name twice":           {good, good},
		"rules[0].priority range":       with(func(r *Rule) { r.Priority = 5 }),
		"rules[0].segments noCondition": with(func(r *Rule) { r.Segments = nil }),
		"rules[0].segments[0] missing":  with(func(r *Rule) { r.Segments = []string{""} }),
		"rules[0].words[1] word":        with(func(r *Rule) { r.Words = []string{"x", "!?"} }),
		"rules[0].reasons[0] missing":   with(func(r *Rule) { r.Reasons = []string{strings.Repeat("é", MaxLength+1)} }),
		"rules[0].languages[0] missing": with(func(r *Rule) { r.Languages = []string{"\xff"} }),
		"rules[0].meta.plan missing":    with(func(r *Rule) { r.Meta = map[string][]string{"plan": nil} }),
		"rules[0].meta.plan[0] missing": with(func(r *Rule) { r.Meta = map[string][]string{"plan": {" "}} }),
		"rules[0].segments tooMany":     with(func(r *Rule) { r.Segments = slices.Repeat([]string{"x"}, MaxValues+1) }),
	} {
		var got []string
		for _, p := range Check(rs) {
			got = append(got, p.Field+" "+p.Code)
			if p.Message == "" {
				t.Errorf("%s: no message", want)
			}
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q, want %q", s, want)
		}
		_, err := Compile(rs)
		var ce CheckError
		if (err == nil) != (want == "") || err != nil && !errors.As(err, &ce) {
			t.Errorf("%s: Compile: %v", want, err)
		}
	}
}

func TestFlatten(t *testing.T) {
	for in, want := range map[string]map[string]string{
		``:        nil,
		`null`:    {},
		`"x"`:     nil,
		`[1]`:     nil,
		`{}`:      {},
		`{"a":1}`: {"a": "1"},
		`{"segment":"vip","n":1.50,"big":12345678901234567890,"t":true,"none":null,"c":{"tier":"gold","tags":["a",{"b":false}]}}`: {
			"segment": "vip", "n": "1.50", "big": "12345678901234567890", "t": "true", "c.tier": "gold", "c.tags.0": "a", "c.tags.1.b": "false"},
		`{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}`: {},
		`{"a":{"a":{"a":{"a":{"a":1}}}}}`:       {"a.a.a.a.a": "1"},
	} {
		if got := Flatten(json.RawMessage(in)); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func FuzzFlatten(f *testing.F) {
	f.Add([]byte(`{"segment":"vip","c":{"tags":["a",{"b":false}]},"n":1e400}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := Flatten(b)
		if len(m) > maxMembers {
			t.Errorf("%d members", len(m))
		}
		if !maps.Equal(m, Flatten(b)) {
			t.Error("another time it is another")
		}
	})
}

// A word is found wherever it stands between others, in any case, and a text
// of other words does not have it.
func TestWordsAreFound(t *testing.T) {
	words := rapid.SliceOfN(rapid.StringMatching(`[a-zäöüßéñσ]{2,8}`), 1, 3)
	rapid.Check(t, func(t *rapid.T) {
		phrase := words.Draw(t, "phrase")
		set, err := Compile([]Rule{{Name: "r", Words: []string{strings.Join(phrase, " ")}, Priority: sla.P1}})
		if err != nil {
			t.Fatal(err)
		}
		before, after := strings.Join(words.Draw(t, "before"), " "), strings.Join(words.Draw(t, "after"), " ")
		between := rapid.SampledFrom([]string{" ", ", ", " - ", "\n", "… "}).Draw(t, "between")
		said := strings.Join(phrase, between)
		if _, _, ok := set.Priority(Facts{Text: before + between + said + "! " + after}); !ok {
			t.Fatalf("%q is not found in %q", phrase, said)
		}
		text := before + " " + after
		_, _, got := set.Priority(Facts{Text: text})
		if want := strings.Contains(" "+text+" ", " "+strings.Join(phrase, " ")+" "); got && !want && !strings.ContainsAny(text, "σςß") {
			t.Fatalf("%q is found in %q", phrase, text)
		}
	})
}
