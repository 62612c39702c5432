package sentence

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            nil,
		"  \n ":                       nil,
		"Hello, world!":               {"Hello,", "world!"},
		"It's $29.99 - not \"more\".": {"It's", "$29.99 -", "not", "\"more\"."},
		"state-of-the-art (really)":   {"state-of-the-art", "(really)"},
		"我们营业。":                       {"我", "们", "营", "业。"},
		"Acme 好的 ok":                  {"Acme", "好", "的", "ok"},
		"mail me@x.example.com now":   {"mail", "me@x.example.com", "now"},
		"… well":                      {"…", "well"},
		"minus -5 degrees":            {"minus", "-5", "degrees"},
	} {
		var got []string
		for _, word := range Words(text) {
			got = append(got, word.Text)
			before, _ := Cut(text, word.End)
			if _, cut := Cut(before, word.Offset); cut != word.Text {
				t.Errorf("%q: offsets of %q give %q", text, word.Text, cut)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		offset        int
		before, after string
	}{{-1, "", "a好c"}, {0, "", "a好c"}, {1, "a", "好c"}, {2, "a好", "c"}, {3, "a好c", ""}, {9, "a好c", ""}} {
		if before, after := Cut("a好c", test.offset); before != test.before || after != test.after {
			t.Errorf("%d: %q, %q", test.offset, before, after)
		}
	}
}
