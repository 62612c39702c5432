package turn

import "testing"

// A recogniser that writes full stops leaves none out by chance.
func TestMarks(t *testing.T) {
	ended := func(m *Machine, partials map[int]string) int {
		for _, s := range play(m, v(20)+q(150), partials) {
			if s.events.Has(Ended) {
				return s.at
			}
		}
		return 0
	}
	open, full := map[int]string{10: "the blue one"}, map[int]string{10: "The blue one."}
	for _, test := range []struct {
		name  string
		cfg   Config
		first map[int]string // of an utterance before
		then  map[int]string
		want  int
	}{
		{"nothing known", Config{}, nil, open, 50},
		{"none written before", Config{}, open, open, 50},
		{"written before", Config{}, full, open, 80},
		{"told", Config{Marks: true}, nil, open, 80},
		{"told, and written", Config{Marks: true}, nil, full, 35},
		{"told, and no text", Config{Marks: true}, nil, nil, 50},
	} {
		test.cfg.Quickest, test.cfg.Slowest = 1, 1
		m := New(test.cfg)
		if test.first != nil {
			ended(m, test.first)
		}
		if got := ended(m, test.then); got != test.want {
			t.Errorf("%s: ended at %d, want %d", test.name, got, test.want)
		}
	}
}
