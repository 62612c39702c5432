package knowledge

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

func loadShop(t testing.TB) *Base {
	t.Helper()
	b, err := Load(Shop())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestShop(t *testing.T) {
	b := loadShop(t)
	ids := make(map[string]bool)
	for _, p := range b.Passages() {
		if ids[p.ID] {
			t.Errorf("%s twice", p.ID)
		}
		ids[p.ID] = true
		if len(p.Questions) < 2 {
			t.Errorf("%s has %d questions", p.ID, len(p.Questions))
		}
		if len(p.Spoken) > 260 || !strings.HasSuffix(p.Spoken, ".") {
			t.Errorf("%s is no speech: %q", p.ID, p.Spoken)
		}
	}
	if got := strings.Join(b.Names(), " "); got != "Acmetron Brinova Quellio Zalvora" {
		t.Errorf("names %q", got)
	}
	if n := len(b.Sentences()); n < 300 {
		t.Errorf("%d sentences", n)
	}
}

// Every question that a passage lists must lead to it, or to one that says it
// is asked the same.
func TestOwnQuestions(t *testing.T) {
	b := loadShop(t)
	for _, p := range b.Passages() {
		for _, q := range p.Questions {
			hits := b.Search(q, 1)
			if len(hits) == 0 || hits[0].Passage != p || hits[0].Score < 0.6 {
				t.Errorf("%q: %+v, want %s", q, hits, p.ID)
			}
		}
	}
}

func TestSearch(t *testing.T) {
	b := loadShop(t)
	for _, test := range []struct{ query, id string }{
		{"how much is the acme tron", "products/acmetron.md#acmetron-price"},
		{"what does this act metron cost", "products/acmetron.md#acmetron-price"},
		{"is the sell vora easy to clean", "products/zalvora.md#zalvora-cleaning"},
		{"how much is a salvora", "products/zalvora.md#zalvora-price"},
		{"when are you opened on sundays", "hours.md#weekend"},
		{"what our your open in hours", "hours.md"},
		{"do you shipped to france or abroad", "shipping.md#shipping-abroad"},
		{"I'd like my money back", "returns.md#refunds"},
		{"the guarantee of it how long", "warranty.md"},
	} {
		hits := b.Search(test.query, 3)
		if len(hits) == 0 || hits[0].Passage.ID != test.id || hits[0].Score < 0.4 {
			for _, h := range hits {
				t.Logf("%.2f %s", h.Score, h.Passage.ID)
			}
			t.Errorf("%q does not find %s", test.query, test.id)
		}
	}
	for _, query := range []string{"", "   ", "what is the weather in paris", "who won the football game last night",
		"can you book me a flight to london", "write me a poem about the sea", "what is two plus two", "æøå ☃ 漢字"} {
		if hits := b.Search(query, 1); len(hits) > 0 && hits[0].Score > 0.4 {
			t.Errorf("%q finds %s with %.2f", query, hits[0].Passage.ID, hits[0].Score)
		}
	}
}

func TestNamesIn(t *testing.T) {
	b := loadShop(t)
	for text, want := range map[string]string{
		"my acmetron is broken": "Acmetron", "the acme tron": "Acmetron", "two salvora please": "Zalvora",
		"what are your hours": "", "brinover or quellio": "Brinova Quellio",
	} {
		if got := strings.Join(b.NamesIn(text), " "); got != want {
			t.Errorf("%q names %q, want %q", text, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	text := "---\nnames: Foo Bar, Baz\nx: y\n---\n# The *topic*\r\n\nFirst [link](http://x) line\nand `more`.\n\n![pic](a.png)\nSecond.\n\n" +
		"- one\n- two\n\n## Questions\n- what is it\nnot a question\n\n## Part ##\n```\n# code\n```\n| a | b |\n***\n> quoted\n\n### Empty\n"
	got := parse("dir/a.md", text)
	if len(got) != 2 {
		t.Fatalf("%d passages", len(got))
	}
	p := got[0]
	if p.ID != "dir/a.md" || p.Topic != "The topic" || p.Title != p.Topic || strings.Join(p.Names, "|") != "Foo Bar|Baz" ||
		p.Spoken != "First link line and more." || p.Text != "First link line and more.\nSecond.\none\ntwo" ||
		strings.Join(p.Questions, "|") != "what is it" {
		t.Errorf("%+v", p)
	}
	if p = got[1]; p.ID != "dir/a.md#part" || p.Spoken != "quoted" || p.Topic != "The topic" || p.Title != "Part" {
		t.Errorf("%+v", p)
	}
	if got := parse("plain.md", "just text"); len(got) != 1 || got[0].Title != "plain" {
		t.Errorf("%+v", got)
	}
}

func TestLoadErrors(t *testing.T) {
	if _, err := Load(fstest.MapFS{"a.txt": {Data: []byte("x")}, "b.md": {Data: []byte("# only a title\n")}}); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
	if _, err := Load(fstest.MapFS{"a.md": {Data: make([]byte, maxFile+1)}}); err == nil {
		t.Error("a huge file is loaded")
	}
}

func TestChinese(t *testing.T) {
	b, err := Load(fstest.MapFS{"a.md": {Data: []byte("# 营业时间\n我们星期一到星期五营业。\n\n# 退货\n三十天内可以退货。\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if hits := b.Search("怎么退货", 1); len(hits) == 0 || hits[0].Passage.Title != "退货" {
		t.Errorf("%+v", hits)
	}
}

func TestAlike(t *testing.T) {
	for _, test := range []struct {
		heard, word string
		alike       bool
	}{
		{"shipping", "shipping", true}, {"shiping", "shipping", true}, {"garanty", "guaranty", true}, {"salvora", "zalvora", true},
		{"warrenty", "warranty", true}, {"cat", "cut", false}, {"paris", "parts", false}, {"shipping", "shopping", true},
		{"", "x", false}, {"poem", "open", false},
	} {
		if got := Alike(test.heard, test.word); (got >= 0.65) != test.alike {
			t.Errorf("%q for %q: %v", test.heard, test.word, got)
		}
	}
}

func FuzzLoadAndSearch(f *testing.F) {
	f.Add("---\nnames: A\n---\n# T\ntext\n## Questions\n- q\n", "what q")
	f.Add("```\n# x", "")
	f.Add("---", "\xff what's 'll")
	f.Add("# \xff\n- \n>\n#", "漢字 acme tron")
	f.Fuzz(func(t *testing.T, text, query string) {
		b, err := Load(fstest.MapFS{"a.md": {Data: []byte(text)}, "_synonyms.md": {Data: []byte("- a, b")}})
		if err != nil {
			return
		}
		b.Sentences()
		b.NamesIn(query)
		for _, h := range b.Search(query, 3) {
			if !(h.Score > 0 && h.Score <= 1) {
				t.Errorf("score %v", h.Score)
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	base := loadShop(b)
	for b.Loop() {
		base.Search("um how much does the acme tron robot cost please", 3)
	}
}
