package desk_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/relevo/relevo/signaling/desk"
)

// What the console reads must be what it expects: it would not open else.
func TestCheckSetting(t *testing.T) {
	many := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = fmt.Sprint("w", i)
		}
		b, _ := json.Marshal(words)
		return string(b)
	}
	for _, c := range []struct{ key, value, want string }{
		{"dispositions", `["refund","no answer"]`, ""},
		{"dispositions", `[]`, ""},
		{"dispositions", `{"a":1}`, ":json"},
		{"dispositions", `"refund"`, ":json"},
		{"tags", `["a",""," "]`, "[1]:text [2]:text"},
		{"tags", `["a","b","a"]`, "[2]:twice"},
		{"tags", `["a\nb"]`, "[0]:text"},
		{"tags", `["` + strings.Repeat("é", 128) + `"]`, ""},
		{"tags", `["` + strings.Repeat("é", 129) + `"]`, "[0]:text"},
		{"tags", many(200), ""},
		{"tags", many(201), ":tooMany"},
		{"notifications", `{"sound":true,"desktop":false}`, ""},
		{"notifications", `{"sound":"yes"}`, ":json"},
		{"notifications", `[]`, ":json"},
		{"public", `{"enabled":false,"link":""}`, ""},
		{"public", `{"enabled":true,"link":"a/../../../../b","calls":1001}`, "link:link calls:range"},
		{"public", `{"enabled":true,"link":"a-good-long-link","calls":5}`, ""},
		{"public", `{"enabled":true,"lnik":"a-good-long-link"}`, ":json"},
		{"rules", `[{"name":"a","segments":["vip"],"priority":9}]`, "rules[0].priority:range"},
		{"routing", `{"ring":"soon"}`, ":json"},
		{"routing", `{"ring":20000000000,"callerSilence":180000000000,"byLanguage":true}`, ""},
		{"routing", `{"ring":1,"callerSilence":-1}`, "ring:range"},
		{"routing", `{"misses":-2,"callerSilence":9999999999}`, "misses:range callerSilence:range"},
		{"routing", `{"callerSilence":86400000000001}`, "callerSilence:range"},
	} {
		var got []string
		for _, p := range desk.CheckSetting(c.key, json.RawMessage(c.value)) {
			got = append(got, p.Field+":"+p.Code)
			if p.Message == "" {
				t.Errorf("%s %.60s: nothing is said", c.key, c.value)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %.60s: %q, not %q", c.key, c.value, got, c.want)
		}
	}
}
