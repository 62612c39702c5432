package echo

import "testing"

func TestRepeats(t *testing.T) {
	said := "You can return any item within 30 days, as long as it is unused and in its original packaging."
	for text, want := range map[string]bool{
		"any item within 30 days as long":         true,
		"return any item within thirty days as":   true, // one of seven is wrong
		"You can return any item within 30 days.": true,
		"can I return an item after thirty days":  false,
		"wait, what about used items":             false,
		"you can":                                 false,
		"":                                        false,
		"packaging unused any return":             false,
		"as long as it is unused":                 true,
		"is it long unused":                       false,
	} {
		if got := Repeats(text, said); got != want {
			t.Errorf("%q is %v", text, got)
		}
	}
	if !Repeats("我们九点开门", "您好，我们九点开门，六点关门。") || Repeats("你们几点关门", "您好，我们九点开门，六点关门。") {
		t.Error("ideographs")
	}
}

func FuzzRepeats(f *testing.F) {
	f.Add("one two three", "one two three four")
	f.Add("你好吗", "")
	f.Fuzz(func(t *testing.T, text, said string) {
		if Repeats(text, "") {
			t.Error("nothing was said")
		}
		if n := len(wordsOf(text)); n >= fewest && !Repeats(text, text) {
			t.Errorf("%q does not repeat itself", text)
		}
	})
}
