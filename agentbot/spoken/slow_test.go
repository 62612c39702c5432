package spoken

import (
	"strings"
	"testing"
)

// A text of a model, however odd and long, is said whole; were the work more
// than its length asks for, this would not end.
func TestOddText(t *testing.T) {
	for _, unit := range append([]string{"1.", "1,", "a.", "a-", "1-", "A1-", "1 ", "[a](", "_a", "<a", "$1", "http://a.", "1:", "\n- ", "\n|a|", "😀", "a@", "1%"}, alphabet...) {
		text := strings.ToValidUTF8(strings.Repeat(unit, 400/len(unit)), "?")
		for _, language := range []string{"en", "de", "es", "zh"} {
			check(t, text, Of(text, language, Full))
		}
	}
}
