package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/relevo/relevo/transcripts"
	"github.com/relevo/relevo/transcripts/sqlite"
)

var _ transcripts.Searcher = (*sqlite.Store)(nil)

// said appends a sentence to a call, which is made where there is none.
func said(t testing.TB, s *sqlite.Store, call, name, text string) {
	t.Helper()
	if err := s.CreateCall(t.Context(), transcripts.Call{ID: call, State: "ai"}); err != nil && err != transcripts.ErrExists {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), transcripts.Entry{CallID: call, Kind: transcripts.KindSentence, Start: time.Now(), Role: "caller", Name: name, Text: text}); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, s *sqlite.Store, query string) []string {
	t.Helper()
	list, err := s.Search(t.Context(), query, 0)
	if err != nil {
		t.Fatalf("%q: %v", query, err)
	}
	var out []string
	for _, e := range list {
		out = append(out, fmt.Sprintf("%s/%d", e.CallID, e.Seq))
	}
	return out
}

func TestSearch(t *testing.T) {
	s := open(t, file(t), sqlite.Options{})
	said(t, s, "a", "Kim", "Where is my order A-1001?")
	said(t, s, "a", "Kim", "I ordered it on Monday.")
	said(t, s, "b", "Zoë", "Ich möchte eine Rückerstattung, bitte.")
	said(t, s, "c", "李雷", "我想退款,订单号是一千零一。")
	said(t, s, "d", "Kim", `AND OR NOT "quoted" NEAR(x) * col:umn`)
	for query, want := range map[string][]string{
		"order":                {"a/2"}, // the newest of the call
		"ORDER":                {"a/2"},
		"ord mond":             {"a/2"},
		"order where":          {"a/1"}, // both in one entry
		"A-1001":               {"a/1"},
		"1001 a":               {"a/1"},
		"kim":                  {"d/1", "a/2"},
		"zoe ruckerstattung":   {"b/1"},
		"rücker":               {"b/1"},
		"退款":                   {"c/1"},
		"款退":                   nil, // signs in another order
		"订单 退款":                {"c/1"},
		"李雷":                   {"c/1"},
		"order Rückerstattung": nil, // not in one entry
		"":                     nil,
		"  \"*  ":              nil,
		"AND":                  {"d/1"},
		"NEAR(x)":              {"d/1"},
		"NOT order":            nil,
		"col:umn":              {"d/1"},
		"quoted\"":             {"d/1"},
	} {
		if got := find(t, s, query); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
	if list, err := s.Search(t.Context(), "kim", 1); err != nil || len(list) != 1 || list[0].CallID != "d" {
		t.Errorf("limit: %v, %v", list, err)
	}
}

// A refused append, and one that is repeated, are not in the index.
func TestSearchFindsWhatIsInTheLog(t *testing.T) {
	s := open(t, file(t), sqlite.Options{})
	said(t, s, "a", "", "first")
	for range 2 {
		if _, err := s.Append(t.Context(), transcripts.Entry{CallID: "a", Kind: transcripts.KindSentence, SentenceID: "s", Text: "twice"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Append(t.Context(), transcripts.Entry{CallID: "none", Kind: transcripts.KindSentence, Text: "nowhere"}); err == nil {
		t.Fatal("appended to no call")
	}
	if got := find(t, s, "nowhere"); got != nil {
		t.Errorf("found %v", got)
	}
	if got := find(t, s, "twice"); fmt.Sprint(got) != "[a/2]" {
		t.Errorf("found %v", got)
	}
}

// A database of before the index is indexed when it is opened, in parts.
func TestSearchOfOldDatabase(t *testing.T) {
	path := file(t)
	s := open(t, path, sqlite.Options{})
	for i := range 2100 {
		said(t, s, fmt.Sprintf("c%d", i%7), "Kim", fmt.Sprintf("sentence number%d", i))
	}
	for _, q := range []string{
		`DROP TABLE entry_rows`, `DROP TABLE entry_words`, `DROP TABLE entries_to_index`,
		`UPDATE schema_versions SET version = 1 WHERE component = 'transcripts'`,
	} {
		if _, err := s.DB().Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, sqlite.Options{})
	for _, i := range []int{0, 999, 1000, 2099} {
		if got := find(t, s, fmt.Sprintf("number%d ", i)); len(got) == 0 {
			t.Errorf("sentence %d is not found", i)
		}
	}
	if got := find(t, s, "kim"); len(got) != 7 {
		t.Errorf("found %v", got)
	}
}

func FuzzSearch(f *testing.F) {
	s := open(f, file(f), sqlite.Options{})
	said(f, s, "a", "Kim", "Where is my order?")
	for _, q := range []string{"order", `"`, "a* OR b", "退款", "\x00\xff", "NEAR(a b)", "-x ^y", "é́"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := s.Search(t.Context(), query, 0); err != nil {
			t.Errorf("%q: %v", query, err)
		}
	})
}

// BenchmarkSearch: one word among 100,000 sentences.
func BenchmarkSearch(b *testing.B) {
	s := open(b, file(b), sqlite.Options{})
	ctx := b.Context()
	const calls, each = 1000, 100
	done := make(chan error)
	for c := range calls {
		go func() {
			id := fmt.Sprint(c)
			err := s.CreateCall(ctx, transcripts.Call{ID: id, State: "ai"})
			for i := 0; err == nil && i < each; i++ {
				_, err = s.Append(ctx, transcripts.Entry{CallID: id, Kind: transcripts.KindSentence, Name: "Kim",
					Text: fmt.Sprintf("We are open from nine to six, order %d, and on Saturdays until noon.", c*each+i)})
			}
			done <- err
		}()
	}
	for range calls {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	for name, query := range map[string]string{"rare": "order 31337", "common": "saturdays open", "none": "zebra"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(ctx, query, 50); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
