package copilot

import (
	"fmt"
	"strings"
	"testing"
)

func TestEmailTalk(t *testing.T) {
	names := map[EmailStep]string{EmailOther: "other", EmailCheck: "check", EmailAgain: "again", EmailKnown: "known", EmailLetGo: "let go"}
	for _, test := range []struct{ said, want string }{
		{"john at example dot com / yes that's right", "check john@example.com, known john@example.com"},
		{"kim@example.org / correct", "check kim@example.org, known kim@example.org"},
		{"john at example dot com / no / jon at example dot com / yes", "check john@example.com, again, check jon@example.com, known jon@example.com"},
		{"john at example dot com / no it's jon at example dot com / exactly", "check john@example.com, check jon@example.com, known jon@example.com"},
		{"john at example dot com / john at example dot com", "check john@example.com, known john@example.com"},
		{"john at example dot com / no / no", "check john@example.com, again, let go"},
		{"ann at bo dot com / no cu at do dot com / no er at fo dot com", "check ann@bo.com, check cu@do.com, let go"},
		{"no thanks", "let go"},
		{"i would rather not", "let go"},
		{"i don't have one", "let go"},
		{"nein danke", "let go"},
		{"没有", "let go"},
		{"john at / example dot com / yes", "again, check john@example.com, known john@example.com"},
		{"it's john at gmail / it's something at something", "again, let go"},
		{"sure / kim at example dot org / ja", "again, check kim@example.org, known kim@example.org"},
		{"where is my parcel", "other"},
		{"john at example dot com / how long does it take", "check john@example.com, other"},
		{"mi correo es juan arroba gmail punto com / sí correcto", "check juan@gmail.com, known juan@gmail.com"},
		{"klaus ät web punkt de / stimmt", "check klaus@web.de, known klaus@web.de"},
	} {
		var talk EmailTalk
		var got []string
		for said := range strings.SplitSeq(test.said, " / ") {
			step, address := talk.Heard(said)
			got = append(got, strings.TrimSpace(fmt.Sprint(names[step], " ", address)))
			if step == EmailOther || step == EmailLetGo || step == EmailKnown {
				talk = EmailTalk{}
			}
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%q: %q, want %q", test.said, s, test.want)
		}
	}
	if s := SpokenEmail("j.d_x-y@example.com", [4]string{"at", "dot", "underscore", "dash"}); s != "j dot d underscore x dash y at example dot com" {
		t.Error(s)
	}
}
