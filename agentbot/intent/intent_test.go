package intent

import "testing"

func TestLists(t *testing.T) {
	if l := hanWords.longest; l < 9 || l > 60 {
		t.Error(l)
	}
}
