package cast

import (
	"strings"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
)

func TestSay(t *testing.T) {
	length := map[Speaker]time.Duration{}
	for _, s := range []Speaker{
		{Base: "slt"}, {Base: "rms"}, {Base: "awb"}, {Base: "kal16"}, {Base: "slt", Throat: 1.15}, {Base: "rms", Throat: 0.9}, {Base: "awb", Pace: 1.2}, {Base: "kal16", Pace: 0.8},
	} {
		pcm, words, err := s.Say("No, I'd like the blue one, please. Uh-huh.")
		if err != nil {
			t.Fatal(err)
		}
		length[s] = time.Duration(len(pcm)) * time.Second / engine.SampleRate
		var text []string
		last := time.Duration(0)
		for _, w := range words {
			text = append(text, w.Text)
			if w.From < last || w.To <= w.From || w.To > length[s]+time.Millisecond {
				t.Errorf("%v: %q from %v to %v of %v", s, w.Text, w.From, w.To, length[s])
			}
			last = w.To
		}
		if got := strings.Join(text, " "); got != "No, I'd like the blue one, please. Uh-huh." {
			t.Errorf("%v: words %q", s, got)
		}
		loud := 0.0
		for _, x := range pcm {
			loud += float64(x) * float64(x)
		}
		if loud/float64(len(pcm)) < 1e4 {
			t.Errorf("%v is silent", s)
		}
	}
	near := func(a, b Speaker, ratio float64) {
		t.Helper()
		if got := length[a].Seconds() / length[b].Seconds(); got < ratio*0.93 || got > ratio*1.07 {
			t.Errorf("%v lasts %.2f of %v, want %.2f", a, got, b, ratio)
		}
	}
	near(Speaker{Base: "slt", Throat: 1.15}, Speaker{Base: "slt"}, 1)
	near(Speaker{Base: "awb", Pace: 1.2}, Speaker{Base: "awb"}, 1/1.2)
	near(Speaker{Base: "kal16", Pace: 0.8}, Speaker{Base: "kal16"}, 1/0.8)
}

func TestNobody(t *testing.T) {
	if _, _, err := (Speaker{Base: "nobody"}).Say("hello"); err == nil {
		t.Error("an unknown voice speaks")
	}
}
