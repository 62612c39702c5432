package echo

import (
	"errors"
	"io"
	"math"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
	"github.com/relevo/relevo/agentbot/turn"
)

const (
	rate  = 16000
	frame = rate / 50
)

func say(t testing.TB, voice string, lines ...string) (pcm []int16) {
	t.Helper()
	tts, err := flite.New(voice)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		s, err := tts.Speak(t.Context(), line, "")
		if err != nil {
			t.Fatal(err)
		}
		buf := make([]int16, 1600)
		for {
			n, err := s.Read(buf)
			pcm = append(pcm, buf[:n]...)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		s.Close()
		pcm = append(pcm, make([]int16, 2*frame)...)
	}
	return pcm
}

// path is from the agent's loudspeaker to the caller's microphone.
type path struct {
	db    float64 // of the echo; 0: none
	delay time.Duration
	room  bool // echoes of the echo
	noise float64
}

// echo is what comes back of pcm.
func (p path) echo(pcm []int16, rng *rand.Rand) []float64 {
	out := make([]float64, len(pcm))
	if p.db < 0 {
		type tap struct {
			at int
			by float64
		}
		taps := []tap{{int(p.delay.Seconds() * rate), 1}}
		if p.room {
			for range 15 {
				late := rng.ExpFloat64() * 0.03
				taps = append(taps, tap{taps[0].at + int(late*rate), 0.35 * math.Exp(-late/0.06) * rng.NormFloat64()})
			}
		}
		gain := math.Pow(10, p.db/20)
		for _, t := range taps {
			for i := t.at; i < len(out); i++ {
				out[i] += gain * t.by * float64(pcm[i-t.at])
			}
		}
	}
	for i := range out {
		out[i] += p.noise * rng.NormFloat64()
	}
	return out
}

func mix(a []float64, b []int16, at int) []int16 {
	out := make([]int16, len(a))
	for i, x := range a {
		if j := i - at; j >= 0 && j < len(b) {
			x += float64(b[j])
		}
		out[i] = int16(min(max(x, -32000), 32000))
	}
	return out
}

// listen plays and hears, and tells the frames in which the turn machine began
// an utterance and in which it stopped the agent.
func listen(t testing.TB, played, heard []int16, guarded bool) (started, barged []int) {
	var g *Guard
	ref := NewReference()
	if guarded {
		g = NewGuard(ref, true)
	}
	return listenWith(t, ref, g, played, heard)
}

// listenWith is listen with a guard, nil for none.
func listenWith(t testing.TB, ref *Reference, g *Guard, played, heard []int16) (started, barged []int) {
	detector, err := vad.WebRTC{}.OpenVAD()
	if err != nil {
		t.Fatal(err)
	}
	defer detector.Close()
	m := turn.New(turn.Config{})
	start := time.Unix(1000, 0)
	if ref.last > 0 {
		start = time.Unix(0, (ref.last+200)*int64(frameLength)) // later in the same call
	}
	for i := 0; (i+1)*frame <= len(heard); i++ {
		at := start.Add(time.Duration(i) * frameLength)
		if (i+1)*frame <= len(played) {
			ref.Played(at, played[i*frame:(i+1)*frame], rate)
		}
		pcm := slices.Clone(heard[i*frame : (i+1)*frame])
		if g != nil {
			g.Hear(at, pcm)
		}
		voice := detector.Process(pcm)
		if g != nil {
			own, late := g.Near(voice)
			m.Late(late)
			voice = own
		}
		e := m.Frame(voice)
		if e.Has(turn.Started) {
			started = append(started, i)
		}
		if e.Has(turn.Barge) {
			barged = append(barged, i)
		}
	}
	return started, barged
}

var agentLines = []string{
	"Hello, this is the virtual assistant, how can I help you?",
	"You can return any item within thirty days, as long as it is unused and in its original packaging.",
	"Refunds are paid to the card you paid with, within five working days.",
	"Our opening hours are Monday to Friday from nine to six.",
	"Delivery takes two to three days and costs five dollars.",
}

var callerLines = []string{
	"Wait a moment, I have another question.", "No, that is not what I meant.", "Can I talk to somebody else, please?",
	"Stop, please.", "But my order has not arrived yet.", "Excuse me, where is the shop?", "I would like to cancel my order.",
}

// TestEchoAlone plays the agent to a caller with a loudspeaker and no echo
// cancellation, who says nothing: the agent is not stopped, and no utterance
// begins.
func TestEchoAlone(t *testing.T) {
	if racing {
		t.Skip("figures of one goroutine's work; make test runs this without the race detector")
	}
	played := say(t, "slt", agentLines...)
	n, unguarded, guarded := 0, 0, 0
	for _, db := range []float64{-6, -18, -30} {
		for _, delay := range []int{50, 110, 265, 500} {
			for _, room := range []bool{false, true} {
				rng := rand.New(rand.NewSource(int64(delay)))
				p := path{db, time.Duration(delay) * time.Millisecond, room, 8}
				heard := mix(p.echo(append(slices.Clone(played), make([]int16, rate)...), rng), nil, 0)
				_, without := listen(t, played, heard, false)
				began, stops := listen(t, played, heard, true)
				n++
				unguarded += min(len(without), 1)
				guarded += min(len(began), 1)
				if len(began)+len(stops) > 0 {
					t.Errorf("%+v: utterances began at %v, the agent was stopped at %v", p, began, stops)
				}
			}
		}
	}
	t.Logf("of %d calls the agent stops itself in %d unguarded, in %d guarded", n, unguarded, guarded)
	if unguarded < n {
		t.Errorf("%d of %d echoes are none", n-unguarded, n)
	}
}

// TestCallerOverEcho has a caller speak while the agent does, as loud as the
// agent is before its echo. They stop it as if there were none.
func TestCallerOverEcho(t *testing.T) {
	if racing {
		t.Skip("figures of one goroutine's work; make test runs this without the race detector")
	}
	played := say(t, "slt", agentLines...)
	var voices [][]int16
	for _, line := range callerLines {
		voices = append(voices, say(t, "rms", line))
	}
	for _, test := range []struct {
		db   float64
		room bool
		most time.Duration // p95
	}{
		{0, false, 240 * time.Millisecond}, {-6, false, 340 * time.Millisecond}, {-12, false, 300 * time.Millisecond}, {-24, false, 260 * time.Millisecond},
		{-18, true, 300 * time.Millisecond}, {-30, true, 260 * time.Millisecond},
	} {
		var took []time.Duration
		for seed := range int64(20) {
			rng := rand.New(rand.NewSource(seed))
			p := path{test.db, time.Duration(50+rng.Intn(450)) * time.Millisecond, test.room, 8}
			voice := voices[rng.Intn(len(voices))]
			at := (25 + rng.Intn(len(played)/frame-100)) * frame
			back := p.echo(played, rng)
			_, alone := listen(t, nil, mix(path{noise: 8}.echo(played, rng), voice, at), false)
			_, stops := listen(t, played, mix(back, voice, at), true)
			first := alone[0] - 10 // frames of voice
			late := 2 * time.Second
			if i := slices.IndexFunc(stops, func(f int) bool { return f >= first }); i >= 0 {
				late = min(late, time.Duration(stops[i]-first)*frameLength)
			}
			took = append(took, late)
		}
		slices.Sort(took)
		p50, p95 := took[len(took)/2], took[len(took)*95/100]
		t.Logf("echo of %3.0f dB, in a room %v: the agent stops %v (p50), %v (p95) after the first voiced frame", test.db, test.room, p50, p95)
		if p95 > test.most {
			t.Errorf("echo of %v dB, in a room %v: p95 %v", test.db, test.room, p95)
		}
	}
}

// The path that changes is found again.
func TestPathChanges(t *testing.T) {
	played := say(t, "slt", append(slices.Clone(agentLines), agentLines...)...)
	rng := rand.New(rand.NewSource(1))
	first := path{-12, 100 * time.Millisecond, false, 8}.echo(played, rng)
	second := path{-12, 300 * time.Millisecond, false, 8}.echo(played, rng)
	heard := append(first[:len(first)/2], second[len(first)/2:]...)
	_, stops := listen(t, played, mix(heard, nil, 0), true)
	if len(stops) > 1 {
		t.Errorf("stopped %d times by a path that changed once", len(stops))
	}
}

func TestTicks(t *testing.T) {
	start := time.Unix(5, 0)
	last := int64(0)
	for i, ms := range []int{0, 20, 55, 60, 61, 62, 140, 141} {
		next := ticks(start.Add(time.Duration(ms)*time.Millisecond), last)
		if i > 0 && next != last+1 {
			t.Errorf("frame %d is the tick %d after the last", i, next-last)
		}
		last = next
	}
	if next := ticks(start.Add(time.Second), last); next-last < 40 {
		t.Errorf("a second later it is %d", next-last)
	}
}

func FuzzGuard(f *testing.F) {
	f.Add([]byte{1, 2, 3, 250, 0, 128}, 48000)
	f.Fuzz(func(t *testing.T, noise []byte, rate int) {
		if rate != 8000 && rate != 12000 && rate != 24000 && rate != 48000 {
			rate = 16000
		}
		ref := NewReference()
		g := NewGuard(ref, true)
		at := time.Unix(1, 0)
		for i, b := range noise {
			at = at.Add(time.Duration(int8(b)) * time.Millisecond)
			pcm := make([]int16, int(b)*5)
			for k := range pcm {
				pcm[k] = int16(b)<<8 + int16(k*i)
			}
			ref.Played(at, pcm, rate)
			g.Hear(at, pcm)
			if own, late := g.Near(b%3 > 0); late < 0 || late > nearOf || late > 0 && !own {
				t.Fatalf("%v, %d late", own, late)
			}
		}
	})
}

// BenchmarkGuard is the cost of a frame: with a caller who is silent while
// nothing is played, and of a voice over what is played.
func BenchmarkGuard(b *testing.B) {
	played := say(b, "slt", agentLines[1])
	for _, active := range []bool{false, true} {
		name := "nothing is played"
		if active {
			name = "a voice over an echo"
		}
		b.Run(name, func(b *testing.B) {
			ref := NewReference()
			g := NewGuard(ref, true)
			at := time.Unix(1, 0)
			n := len(played)/frame - 1
			b.ReportAllocs()
			for i := range b.N {
				at = at.Add(frameLength)
				pcm := played[i%n*frame:][:frame]
				if active {
					ref.Played(at, pcm, rate)
				}
				g.Hear(at, pcm)
				g.Near(active)
			}
		})
	}
}
