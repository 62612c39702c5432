package flite

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Hello there":             "Hello there",
		"“Zoë’s café” — naïve…":   `"Zoe's cafe" , naive...`,
		"  two\n\n lines\t":       "two lines ",
		"cafe\u0301":              "cafe",
		"日本 and Привет":           "and ",
		"<b>bold</b> *x* `y` a_b": "b bold /b x y a b",
		"20 € or £5":              "20 euros or pounds 5",
		"\x00a\xff\xfeb\x07":      "a b ",
		"Weiß Ærø Łódź":           "Weiss Aero Lodz",
		strings.Repeat("x", 130):  strings.Repeat("x", 60) + " " + strings.Repeat("x", 60) + " " + strings.Repeat("x", 10),
	} {
		if got := string(fold(text).text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		"":                          nil,
		"... !":                     nil,
		"One two.":                  {"One two."},
		"One two. Three four five.": {"One two.", " Three four", " five."},
		"One, two three four":       {"One,", " two three", " four"},
		"abcdefghijklmnopqrstuvw":   {"abcdefghijkl", "mnopqrstuvw"},
		"........... . a":           {" . a"},
	} {
		var got []string
		for _, p := range split(fold(text), 12) {
			got = append(got, string(p.text))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Hello, Zoë!", "\x00\xff", "a\u0301\u0302", "…—€", "日本", strings.Repeat("long ", 100), strings.Repeat("x", 700)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := fold(text)
		if len(c.text) != len(c.at) {
			t.Fatalf("%d bytes, %d offsets", len(c.text), len(c.at))
		}
		runes, word := utf8.RuneCountInString(text), 0
		for i, b := range c.text {
			if b < ' ' || b > '~' {
				t.Fatalf("byte %#x", b)
			}
			if c.at[i] < 0 || c.at[i] >= runes || i > 0 && c.at[i] < c.at[i-1] {
				t.Fatalf("offsets %v of %d characters", c.at, runes)
			}
			if word++; b == ' ' {
				word = 0
			}
			if word > wordBytes {
				t.Fatalf("a word of %d bytes", word)
			}
		}
		for _, p := range split(c, pieceBytes) {
			if len(p.text) == 0 || len(p.text) > pieceBytes || len(p.text) != len(p.at) || !p.speakable() {
				t.Fatalf("piece %q", p.text)
			}
		}
	})
}

// FuzzSpeak speaks anything: flite must not bring the process down.
func FuzzSpeak(f *testing.F) {
	e, err := New("")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"Dr. Smith lives at 12 St. John's St.", "1,000,000.50 $ 3:45pm 12/31/99 1990s 2nd", "www.example.com/a?b=c&d", "a.b.c.d. U.S.A.",
		"IV XIV MMXX", "''''", "- -- ---", "(((", "\"", "0", "-5", "1e9", "$", "$.", "%", "#1", "@", "A", "x's'", "don't", "5' 6\"", "0x1F", "1/2/3/4", "::", "+1 555 0100",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			return
		}
		pcm, words := say(t, e, text, "")
		if len(pcm) == 0 && len(words) > 0 {
			t.Errorf("%d words without sound", len(words))
		}
	})
}
