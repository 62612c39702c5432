package openai

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/relevo/relevo/agentbot/engine"
)

const ms = time.Millisecond

// transcriber is an endpoint that hears a word in each half second of what is
// uploaded, after delay.
type transcriber struct {
	delay         func(n int) time.Duration // of the nth upload, from 1
	fault         func(n int, w http.ResponseWriter) bool
	running, most atomic.Int32

	mu      sync.Mutex
	uploads []time.Duration // how long each was
}

func (tr *transcriber) handle(w http.ResponseWriter, r *http.Request) {
	tr.most.Store(max(tr.most.Load(), tr.running.Add(1)))
	defer tr.running.Add(-1)
	n, _ := io.Copy(io.Discard, r.Body)
	audio := time.Duration(n/32) * ms
	tr.mu.Lock()
	tr.uploads = append(tr.uploads, audio)
	nth := len(tr.uploads)
	tr.mu.Unlock()
	if tr.delay != nil {
		wait(r, tr.delay(nth))
	}
	if tr.fault != nil && tr.fault(nth, w) {
		return
	}
	fmt.Fprintf(w, `{"text":"%s"}`, words(int(audio/(500*ms))))
}

func words(n int) string {
	all := []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	return strings.Join(all[:min(n, len(all))], " ")
}

func (tr *transcriber) all() []time.Duration {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return append([]time.Duration(nil), tr.uploads...)
}

// utter writes audio at the pace of speech, and returns the partials with their
// times.
func utter(t *testing.T, s engine.ASRStream, pcm []int16, start time.Time) (partials []string) {
	t.Helper()
	for rest := pcm; len(rest) > 0; rest = rest[min(320, len(rest)):] {
		time.Sleep(20 * ms)
		partial, changed, err := s.Write(t.Context(), rest[:min(320, len(rest))])
		if err != nil {
			t.Fatal(err)
		}
		if changed {
			partials = append(partials, fmt.Sprintf("%s@%d", partial, time.Since(start).Milliseconds()))
		}
	}
	return partials
}

func silence(d time.Duration) []int16 { return make([]int16, int(d*engine.SampleRate/time.Second)) }

func constant(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

// While somebody speaks only what two uploads agree on is told, one upload runs
// at a time; at a pause all of it is told.
func TestPartials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := &transcriber{delay: constant(95 * ms)} // not at a frame's own time
		asr := newASR(t, ASRConfig{PartialEvery: 500 * ms}, tr.handle)
		s, _ := asr.OpenASR(t.Context(), "")
		defer s.Close()
		start := time.Now()
		partials := utter(t, s, append(tone(1700*ms), silence(400*ms)...), start)
		// Uploads at 0.5, 1.0 and 1.5 s, and at 1.88 s because of the pause.
		if got := strings.Join(partials, "|"); got != "one@1100|one two@1600|one two three@1980" {
			t.Errorf("partials %q", got)
		}
		at := time.Now()
		got, err := s.Finish(t.Context())
		if err != nil || got.Text != "one two three" || time.Since(at) != 0 || tr.most.Load() > 1 || len(tr.all()) != 4 {
			t.Errorf("%q, %v after %v; %d at once of %v", got.Text, err, time.Since(at), tr.most.Load(), tr.all())
		}
	})
}

// The end of an utterance uses an upload that has all that was said: one that
// has ended costs no time, one that runs what is left of it.
func TestLastUploadIsTheFinal(t *testing.T) {
	for name, test := range map[string]struct {
		behind  time.Duration // silence at the end
		resumed bool          // more is said after the pause
		delay   time.Duration
		uploads int
		waits   time.Duration
		text    string
	}{
		"ended":             {400 * ms, false, 150 * ms, 1, 0, "one two"},
		"running":           {300 * ms, false, 400 * ms, 1, 280 * ms, "one two"},
		"no pause":          {100 * ms, false, 150 * ms, 1, 150 * ms, "one two"},
		"more was said":     {400 * ms, true, 150 * ms, 2, 150 * ms, "one two three four"},
		"silence behind it": {2 * time.Second, false, 150 * ms, 1, 0, "one two"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := &transcriber{delay: constant(test.delay)}
				asr := newASR(t, ASRConfig{PartialEvery: 10 * time.Second}, tr.handle)
				s, _ := asr.OpenASR(t.Context(), "")
				defer s.Close()
				start := time.Now()
				utter(t, s, append(tone(1020*ms), silence(test.behind)...), start)
				if test.resumed {
					utter(t, s, tone(700*ms), start)
				}
				at := time.Now()
				got, err := s.Finish(t.Context())
				if err != nil || got.Text != test.text || time.Since(at) != test.waits || len(tr.all()) != test.uploads {
					t.Errorf("%q, %v after %v, uploads %v", got.Text, err, time.Since(at), tr.all())
				}
			})
		})
	}
}

// What is uploaded before the end is bounded by what was said, whatever is said.
func TestPartialCost(t *testing.T) {
	for _, cost := range []float64{1, 2, 4} {
		synctest.Test(t, func(t *testing.T) {
			tr := &transcriber{}
			asr := newASR(t, ASRConfig{PartialEvery: 200 * ms, PartialCost: cost}, tr.handle)
			s, _ := asr.OpenASR(t.Context(), "")
			defer s.Close()
			start := time.Now()
			said := time.Duration(0)
			for _, d := range []time.Duration{3 * time.Second, 500 * ms, 400 * ms, 4 * time.Second, 600 * ms} {
				utter(t, s, append(tone(d), silence(300*ms)...), start)
				said += d + 300*ms
				sum := time.Duration(0)
				for _, u := range tr.all() {
					sum += u
				}
				if float64(sum) > cost*float64(said)+0.01*float64(time.Second) {
					t.Errorf("cost %v: %v uploaded of %v: %v", cost, sum, said, tr.all())
				}
			}
			if n := len(tr.all()); n == 0 {
				t.Errorf("cost %v: nothing uploaded", cost)
			}
		})
	}
}

// An endpoint that is slow or fails is left alone before the end, for a while;
// the end is transcribed all the same.
func TestStrained(t *testing.T) {
	for name, tr := range map[string]*transcriber{
		"slow": {delay: func(n int) time.Duration {
			if n == 1 {
				return 1600 * ms
			}
			return 100 * ms
		}},
		"fails": {fault: func(n int, w http.ResponseWriter) bool {
			if n == 1 {
				w.WriteHeader(429)
			}
			return n == 1
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asr := newASR(t, ASRConfig{PartialEvery: 500 * ms}, tr.handle)
				s, _ := asr.OpenASR(t.Context(), "")
				defer s.Close()
				start := time.Now()
				utter(t, s, tone(4*time.Second), start)
				if n := len(tr.all()); n != 1 {
					t.Errorf("uploads %v", tr.all())
				}
				if got, err := s.Finish(t.Context()); err != nil || got.Text != words(8) {
					t.Errorf("%q, %v", got.Text, err)
				}
				time.Sleep(strain)
				utter(t, s, tone(1200*ms), start)
				if n := len(tr.all()); n < 4 {
					t.Errorf("it is left alone for ever: uploads %v", tr.all())
				}
			})
		})
	}
}

// An upload ahead of time that fails is no failure of the utterance.
func TestUploadAtPauseFails(t *testing.T) {
	for _, test := range []struct {
		status int
		kind   engine.Kind
		n      int
	}{{500, "", 2}, {401, engine.Unauthorized, 1}, {429, engine.RateLimited, 1}} {
		synctest.Test(t, func(t *testing.T) {
			tr := &transcriber{delay: constant(300 * ms), fault: func(n int, w http.ResponseWriter) bool {
				if n == 1 {
					w.WriteHeader(test.status)
				}
				return n == 1
			}}
			asr := newASR(t, ASRConfig{PartialEvery: 10 * time.Second}, tr.handle)
			s, _ := asr.OpenASR(t.Context(), "")
			defer s.Close()
			utter(t, s, append(tone(time.Second), silence(300*ms)...), time.Now())
			got, err := s.Finish(t.Context())
			if test.kind == "" && (err != nil || got.Text == "") || test.kind != "" && engine.KindOf(err) != test.kind || len(tr.all()) != test.n {
				t.Errorf("%d: %q, %v, uploads %v", test.status, got.Text, err, tr.all())
			}
		})
	}
}

// Finish heeds its ctx while an upload of before runs.
func TestFinishWhileUploading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := &transcriber{delay: constant(time.Minute)}
		asr := newASR(t, ASRConfig{PartialEvery: 10 * time.Second}, tr.handle)
		s, _ := asr.OpenASR(t.Context(), "")
		defer s.Close()
		utter(t, s, append(tone(time.Second), silence(300*ms)...), time.Now())
		ctx, cancel := context.WithTimeout(t.Context(), 500*ms)
		defer cancel()
		at := time.Now()
		if _, err := s.Finish(ctx); engine.KindOf(err) != engine.Timeout || time.Since(at) != 500*ms {
			t.Errorf("%v after %v", err, time.Since(at))
		}
	})
}

// Whisper is asked for its language and confidence; an endpoint that does not
// like that is asked once.
func TestVerboseWhereSupported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		formats := ""
		endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
			format := r.FormValue("response_format")
			formats += format + " "
			if format == "verbose_json" && strings.Contains(r.FormValue("model"), "picky") {
				w.WriteHeader(400)
				fmt.Fprint(w, `{"error":{"message":"response_format is not supported"}}`)
				return
			}
			fmt.Fprint(w, `{"text":"hola","language":"spanish"}`)
		})
		for _, test := range []struct{ model, formats, language string }{
			{"whisper-1", "verbose_json verbose_json ", "es"},
			{"Systran/faster-Whisper-small", "verbose_json verbose_json ", "es"},
			{"picky-whisper", "verbose_json json json ", "es"},
			{"gpt-4o-transcribe", "json json ", "es"},
		} {
			formats = ""
			endpoint.Model = test.model
			asr, err := NewASR(ASRConfig{Endpoint: endpoint})
			if err != nil {
				t.Fatal(err)
			}
			s, _ := asr.OpenASR(t.Context(), "")
			for range 2 {
				s.Write(t.Context(), tone(time.Second))
				if got, err := s.Finish(t.Context()); err != nil || got.Language != test.language {
					t.Errorf("%s: %+v, %v", test.model, got, err)
				}
			}
			s.Close()
			if formats != test.formats {
				t.Errorf("%s: asked for %q", test.model, formats)
			}
		}
	})
}

func TestTagOf(t *testing.T) {
	for language, want := range map[string]string{
		"english": "en", "German": "de", " chinese ": "zh", "cantonese": "yue", "en": "en", "pt-BR": "pt-br", "": "", "klingon": "", "e5": "",
	} {
		if got := tagOf(language); got != want {
			t.Errorf("%q is %q, want %q", language, got, want)
		}
	}
}

func TestAgreed(t *testing.T) {
	for _, test := range [][3]string{
		{"I want to", "I want to cancel", "I want to"},
		{"I want two", "I want to cancel", "I want"},
		{"i want, to", "I want to cancel.", "I want to"},
		{"Hello.", "Hello, my order", "Hello"},
		{"my ord", "My order", "My"},
		{"no", "Yes", ""},
		{"", "Yes", ""},
		{"don't", "Don’t know", "Don’t"},
		{"don't", "Don't know", "Don't"},
		{"it is 3.5", "it is 3.50", "it is"},
		{"我想退", "我想退货", "我想退"},
		{"我想", "我要退货", "我"},
	} {
		if got := agreed(test[0], test[1]); got != test[2] {
			t.Errorf("%q and %q agree on %q, want %q", test[0], test[1], got, test[2])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if got := agreed(a, b); !strings.HasPrefix(b, got) {
			t.Fatalf("%q is no beginning of %q", got, b)
		}
		if got := agreed(b, b); len(pieces(got)) != len(pieces(b)) {
			t.Fatalf("%q agrees with itself on %q", b, got)
		}
	})
}

// Where the last voice was: in doubt there is voice.
func TestLevel(t *testing.T) {
	noise := func(d time.Duration, level int16) []int16 {
		pcm := silence(d)
		state := uint32(1)
		for i := range pcm {
			state = state*1664525 + 1013904223
			pcm[i] = int16(int32(state>>16)%int32(2*level)) - level
		}
		return pcm
	}
	for name, test := range map[string]struct {
		pcm   []int16
		still time.Duration
	}{
		"steady":            {tone(time.Second), 0},
		"a pause":           {append(tone(time.Second), silence(300*ms)...), 300 * ms},
		"a noisy pause":     {append(append(noise(200*ms, 300), tone(time.Second)...), noise(300*ms, 300)...), 300 * ms},
		"silence":           {silence(time.Second), time.Second},
		"a pause in babble": {append(append(noise(200*ms, 3000), tone(time.Second)...), noise(300*ms, 3000)...), 0},
		"noise at the end":  {append(tone(time.Second), noise(200*ms, 400)...), 200 * ms},
		"a weaker voice":    {append(append(silence(200*ms), tone(time.Second)...), noise(200*ms, 500)...), 0},
	} {
		var l level
		for rest := test.pcm; len(rest) > 0; rest = rest[min(77, len(rest)):] {
			l.add(rest[:min(77, len(rest))])
		}
		if got := time.Duration(l.still()) * time.Second / engine.SampleRate; got != test.still {
			t.Errorf("%s: still for %v, want %v", name, got, test.still)
		}
	}
}

// Connections are used again: by engines, calls and utterances one after the
// other there is one dial.
func TestConnectionsAreReused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endpoint := serve(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/audio/transcriptions"):
				fmt.Fprint(w, "{\"text\":\"hello\"}")
				flush(w) // chunked: the end is another piece
				fmt.Fprint(w, "\n")
			case strings.HasSuffix(r.URL.Path, "/chat/completions"):
				w.Header().Set("Content-Type", "text/event-stream")
				content(w, "Hello.")
				event(w, "[DONE]")
				time.Sleep(ms)
				fmt.Fprint(w, "\n")
			default:
				w.Write(make([]byte, 4800))
				flush(w)
				w.Write(make([]byte, 4801))
			}
		})
		transport := endpoint.HTTP.Transport.(*http.Transport)
		transport.DisableKeepAlives = false
		dials, dial := 0, transport.DialContext
		transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			dials++
			return dial(ctx, network, addr)
		}
		asr, _ := NewASR(ASRConfig{Endpoint: endpoint})
		llm, _ := NewLLM(LLMConfig{Endpoint: endpoint})
		tts, _ := NewTTS(TTSConfig{Endpoint: endpoint})
		for range 5 {
			s, _ := asr.OpenASR(t.Context(), "")
			s.Write(t.Context(), tone(time.Second))
			if _, err := s.Finish(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Close()
			synctest.Wait()
			r, err := llm.Chat(t.Context(), engine.Request{})
			for err == nil {
				_, err = r.Next()
			}
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			r.Close()
			synctest.Wait()
			v, err := tts.Speak(t.Context(), "Hello.", "")
			pcm := make([]int16, 1000)
			for err == nil {
				_, err = v.Read(pcm)
			}
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			v.Close()
			synctest.Wait()
		}
		if dials != 1 {
			t.Errorf("%d dials for 15 requests one after the other", dials)
		}
		transport.CloseIdleConnections()
	})
}
