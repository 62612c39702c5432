package sphinx

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"Where is my order?":                "where is my order",
		"You’ll get it within 30 days.":     "you'll get it within thirty days",
		"It costs $20, or 15 %.":            "it costs twenty dollars or fifteen percent",
		"Open 9:30–18:00":                   "open nine thirty eighteen zero zero",
		"The X200 (new)":                    "the x two hundred new",
		"1999 and 2,000 and 12345":          "one thousand nine hundred ninety nine and two zero zero zero and one two three four five",
		"mail help@example.com now":         "mail now",
		"'quoted' & a.m.":                   "quoted and a.m",
		"## *Returns* | `code`":             "returns code",
		"don't -- stop":                     "don't stop",
		"$5% &":                             "five percent dollars and",
		"007":                               "zero zero seven",
		"zero 0, 100 and 110, 1000 or 1001": "zero zero one hundred and one hundred ten one thousand or one thousand one",
	} {
		if got := strings.Join(Words(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"Where is my order?", "$20 5% 9:30", "a.b.c", "''", "²³", "x\xff\xfe", "日本 12"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range Words(text) {
			if w == "" || strings.ContainsFunc(w, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsUpper(r) && unicode.ToLower(r) != r }) {
				t.Errorf("%q has the word %q", text, w)
			}
		}
	})
}

func TestDictionary(t *testing.T) {
	from := "a AH\na(2) EY\norder AO R D ER\nrare R EH R\nshop SH AA P\n"
	var b bytes.Buffer
	missing, err := writeDictionary(&b, strings.NewReader(from), func(w string) bool { return w == "a" || w == "order" }, []string{"shop", "zalvora", "order"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "a AH\na(2) EY\norder AO R D ER\nshop SH AA P\n"; b.String() != want {
		t.Errorf("dictionary %q, want %q", b.String(), want)
	}
	if !slices.Equal(missing, []string{"zalvora"}) {
		t.Errorf("missing %q", missing)
	}
	b.Reset()
	unknown, err := pronounce(&b, []string{"zalvora", "bad", "none"}, func(w string) ([]string, error) {
		return map[string][]string{"zalvora": {"Z", "AA", "L"}, "bad": {"Z", "Q"}}[w], nil
	})
	if err != nil || b.String() != "zalvora Z AA L\n" || !slices.Equal(unknown, []string{"bad", "none"}) {
		t.Errorf("wrote %q, unknown %q, %v", b.String(), unknown, err)
	}
}

func TestMeaningless(t *testing.T) {
	for text, want := range map[string]bool{"": true, "huh": true, "the uh": true, "yes": false, "no": false, "the order": false} {
		if meaningless(text) != want {
			t.Errorf("meaningless(%q) is %v", text, !want)
		}
	}
}
