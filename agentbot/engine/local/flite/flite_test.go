package flite

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
	"github.com/relevo/relevo/agentbot/engine/local/internal/cheap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newEngine(t testing.TB, voice string) *Engine {
	t.Helper()
	e, err := New(voice)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// say speaks the whole text.
func say(t testing.TB, e *Engine, text, voice string) ([]int16, []engine.WordTime) {
	t.Helper()
	s, err := e.Speak(t.Context(), text, voice)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var pcm []int16
	buf := make([]int16, 4000)
	for {
		n, err := s.Read(buf)
		pcm = append(pcm, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return pcm, s.Words()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestConformance(t *testing.T) {
	for _, voice := range Voices() {
		t.Run(voice, func(t *testing.T) {
			e := newEngine(t, voice)
			enginetest.TestTTS(t, func() engine.TTS { return e })
		})
	}
}

func TestUnknownVoice(t *testing.T) {
	if _, err := New("nobody"); engine.KindOf(err) != engine.Unusable {
		t.Errorf("New: %v", err)
	}
	_, err := newEngine(t, "").Speak(t.Context(), "Hello.", "nobody")
	if engine.KindOf(err) != engine.Unusable {
		t.Errorf("Speak: %v", err)
	}
}

// level is the mean of |x| from a time on for 150 ms.
func level(pcm []int16, at time.Duration) int {
	from := min(samples(at), len(pcm))
	to := min(from+samples(150*time.Millisecond), len(pcm))
	sum := 0
	for _, x := range pcm[from:to] {
		sum += max(int(x), -int(x))
	}
	return sum / max(1, to-from)
}

func TestWordTimes(t *testing.T) {
	e := newEngine(t, "")
	text := strings.Repeat("Hello, Zoë’s café — it costs 20 €. Dr. Smith pays on 3/4! ", 8)
	pcm, words := say(t, e, text, "")
	runes := []rune(text)
	var at []string
	for _, w := range words {
		end := w.Offset
		for end < len(runes) && runes[end] != ' ' {
			end++
		}
		at = append(at, string(runes[w.Offset:end]))
		if l := level(pcm, w.At); l < 100 {
			t.Errorf("%q at %v is silent: %d", at[len(at)-1], w.At, l)
		}
	}
	got := strings.Join(at, " ")
	want := strings.TrimSpace(strings.Repeat("Hello, Zoë’s café it costs 20 €. Dr. Smith pays on 3/4! ", 8))
	if got != want {
		t.Errorf("words %q,\nwant %q", got, want)
	}
	if last := words[len(words)-1].At; last > duration(len(pcm)) || last < duration(len(pcm))*9/10 {
		t.Errorf("last word at %v of %v", last, duration(len(pcm)))
	}
}

// TestStartsAtOnce hears the first word begin right away, and at its time.
func TestStartsAtOnce(t *testing.T) {
	for _, voice := range Voices() {
		pcm, words := say(t, newEngine(t, voice), "Two apples.", "")
		if words[0].At > leadIn+time.Millisecond {
			t.Errorf("%s: first word at %v", voice, words[0].At)
		}
		if l := level(pcm, 0); l < 100 {
			t.Errorf("%s begins with silence: %d", voice, l)
		}
	}
}

// TestBackPressure reads slowly: synthesis does not run away.
func TestBackPressure(t *testing.T) {
	text := strings.Repeat("Your order was sent on Monday, and it should be with you within three working days. ", 15)
	st, err := newEngine(t, "").Speak(t.Context(), text, "")
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s := st.(*stream)
	buf := make([]int16, sampleRate/2)
	total, most := 0, 0
	for {
		n, err := s.Read(buf)
		total += n
		most = max(most, s.unread())
		if err != nil {
			break
		}
	}
	if total < 50*sampleRate {
		t.Errorf("%v of speech", duration(total))
	}
	if most > lookahead+20*sampleRate {
		t.Errorf("%v were waiting to be read", duration(most))
	}
}

func TestTooLong(t *testing.T) {
	s, err := newEngine(t, "").Speak(t.Context(), strings.Repeat("www ", pieceBytes/4), "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	buf := make([]int16, sampleRate)
	for err == nil {
		_, err = s.Read(buf)
	}
	if engine.KindOf(err) != engine.Nonsense {
		t.Errorf("%v", err)
	}
}

// TestParallel speaks different texts at once: as long as each alone.
func TestParallel(t *testing.T) {
	e := newEngine(t, "")
	texts := []string{"Yes.", "Where is my order?", "You can return it within 30 days.", "Thank you for calling, good bye."}
	var want [4]int
	for i, text := range texts {
		pcm, _ := say(t, e, text, Voices()[i%2])
		want[i] = len(pcm)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 3 {
				pcm, _ := say(t, e, texts[i%4], Voices()[i%2])
				if len(pcm) != want[i%4] {
					t.Errorf("%q has %d samples beside others, %d alone", texts[i%4], len(pcm), want[i%4])
				}
			}
		})
	}
	wg.Wait()
}

func TestMemory(t *testing.T) {
	e := newEngine(t, "")
	round := func() {
		say(t, e, "Your order was sent on Monday, and it should be with you within three working days.", "rms")
		s, err := e.Speak(t.Context(), strings.Repeat("This will not be heard to its end. ", 20), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(make([]int16, 100)); err != nil {
			t.Fatal(err)
		}
		s.Close()
		if _, err := e.Phones("acmetron"); err != nil {
			t.Fatal(err)
		}
	}
	round()
	before := cheap.InUse()
	for range 20 {
		round()
	}
	if grown := cheap.InUse() - before; grown > 200<<10 {
		t.Errorf("C's heap grew by %d kB", grown>>10)
	}
}

func TestPhones(t *testing.T) {
	e := newEngine(t, "")
	for word, want := range map[string]string{
		"hello": "HH AH L OW", "acmetron": "AE K M T R AA N", "": "", "…": "",
	} {
		p, err := e.Phones(word)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p, " "); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	long, err := e.Phones(strings.Repeat("incomprehensibilities ", 40))
	if err != nil || len(long) < 40*15 {
		t.Errorf("%d phones, %v", len(long), err)
	}
}

func BenchmarkFirstSample(b *testing.B) {
	e, err := New("")
	if err != nil {
		b.Fatal(err)
	}
	var first, whole time.Duration
	n, lead := 0, 0
	for b.Loop() {
		start := time.Now()
		s, err := e.Speak(b.Context(), "Your order was sent on Monday, and it should be with you within three working days.", "")
		if err != nil {
			b.Fatal(err)
		}
		buf := make([]int16, 960)
		k, err := s.Read(buf)
		first += time.Since(start)
		n, lead = k, -1
		for i := 0; err == nil; i++ {
			if lead < 0 {
				for j, x := range buf[:k] {
					if x > 300 || x < -300 {
						lead = n - k + j
						break
					}
				}
			}
			k, err = s.Read(buf)
			n += k
		}
		whole += time.Since(start)
		s.Close()
	}
	b.ReportMetric(float64(first.Microseconds())/1000/float64(b.N), "ms-first")
	b.ReportMetric(float64(whole.Microseconds())/1000/float64(b.N), "ms-whole")
	b.ReportMetric(float64(n)/sampleRate, "s-speech")
	b.ReportMetric(float64(lead)/sampleRate*1000, "ms-lead")
}
