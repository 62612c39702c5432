package openai

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/enginetest"
)

func tone(d time.Duration) []int16 {
	pcm := make([]int16, int(d*engine.SampleRate/time.Second))
	for i := range pcm {
		pcm[i] = int16(8000 * math.Sin(float64(i)/6))
	}
	return pcm
}

func newASR(t testing.TB, cfg ASRConfig, handler http.HandlerFunc) *ASR {
	t.Helper()
	cfg.Endpoint = serve(t, handler)
	a, err := NewASR(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newTTS(t testing.TB, handler http.HandlerFunc) *TTS {
	t.Helper()
	tts, err := NewTTS(TTSConfig{Endpoint: serve(t, handler)})
	if err != nil {
		t.Fatal(err)
	}
	return tts
}

func TestASRConformance(t *testing.T) {
	for name, cfg := range map[string]ASRConfig{"whole": {}, "partials": {PartialEvery: 100 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			asr := newASR(t, cfg, func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, `{"text":"hello there"}`)
			})
			enginetest.TestASR(t, func() engine.ASR { return asr })
		})
	}
}

func TestTTSConformance(t *testing.T) {
	tts := newTTS(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/pcm")
		for _, x := range tone(2 * time.Second) {
			if binary.Write(w, binary.LittleEndian, x) != nil {
				return
			}
		}
	})
	enginetest.TestTTS(t, func() engine.TTS { return tts })
}

func TestTranscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pcm := tone(1500 * time.Millisecond)
		asr := newASR(t, ASRConfig{Prompt: "Acmetron", Verbose: true}, func(w http.ResponseWriter, r *http.Request) {
			file, header, err := r.FormFile("file")
			if err != nil {
				t.Error(err)
				return
			}
			audio, _ := io.ReadAll(file)
			if header.Filename != "utterance.wav" || len(audio) != 44+2*len(pcm) || string(audio[:4]) != "RIFF" ||
				binary.LittleEndian.Uint32(audio[24:]) != 16000 || int16(binary.LittleEndian.Uint16(audio[44+20:])) != pcm[10] {
				t.Errorf("file %q of %d bytes", header.Filename, len(audio))
			}
			for field, want := range map[string]string{"model": "m", "language": "en", "prompt": "Acmetron", "response_format": "verbose_json"} {
				if got := r.FormValue(field); got != want {
					t.Errorf("%s: %q, want %q", field, got, want)
				}
			}
			time.Sleep(300 * time.Millisecond)
			fmt.Fprint(w, `{"text":"all of it","language":"english","segments":[
				{"start":0,"end":1,"text":" My Acmetron","avg_logprob":-0.1},{"start":1,"end":2,"text":" is broken. ","avg_logprob":-0.3},
				{"start":2,"end":3,"text":"Thank you for watching","avg_logprob":-1.5,"no_speech_prob":0.9}]}`)
		})
		s, err := asr.OpenASR(t.Context(), "en-US")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for rest := pcm; len(rest) > 0; rest = rest[min(320, len(rest)):] {
			if _, changed, err := s.Write(t.Context(), rest[:min(320, len(rest))]); changed || err != nil {
				t.Fatal(changed, err)
			}
		}
		start := time.Now()
		got, err := s.Finish(t.Context())
		if err != nil || got.Text != "My Acmetron is broken." || math.Abs(got.Confidence-0.82) > 0.01 || got.Language != "en" || time.Since(start) != 300*time.Millisecond {
			t.Errorf("%+v, %v at %v", got, err, time.Since(start))
		}
	})
}

func TestASRFaults(t *testing.T) {
	all := append(faults(),
		fault{"cut", engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"text":"hel`)
			flush(w)
			panic(http.ErrAbortHandler)
		}},
		fault{"stalls", engine.Timeout, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"text":"hel`)
			flush(w)
			<-r.Context().Done()
		}},
		fault{"nonsense JSON", engine.Nonsense, status(200, "oops")},
		fault{"wrong types", engine.Nonsense, status(200, `{"text":5}`)},
		fault{"without end", engine.Nonsense, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `{"text":"`)
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat("x", 4096))); err != nil {
					return
				}
			}
		}},
	)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asr := newASR(t, ASRConfig{}, f.handler)
				s, _ := asr.OpenASR(t.Context(), "")
				defer s.Close()
				s.Write(t.Context(), tone(time.Second))
				_, err := s.Finish(t.Context())
				wantKind(t, err, f.kind)
			})
		})
	}
}

func TestASRBounded(t *testing.T) {
	asr := newASR(t, ASRConfig{}, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"text":"x"}`) })
	s, _ := asr.OpenASR(t.Context(), "")
	defer s.Close()
	for range 7 {
		s.Write(t.Context(), tone(time.Minute))
	}
	if n := len(s.(*segmentStream).pcm); n != maxUtterance {
		t.Errorf("%d samples kept", n)
	}
}

func TestSpeech(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tts := newTTS(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			for _, want := range []string{`"input":"Hello."`, `"voice":"nova"`, `"response_format":"pcm"`, `"model":"m"`} {
				if !strings.Contains(string(body), want) {
					t.Errorf("request %s lacks %s", body, want)
				}
			}
			for i := range 5 {
				time.Sleep(100 * time.Millisecond)
				// An odd number of bytes: samples are cut by the network.
				w.Write([]byte{byte(i), 0, byte(i), 1, byte(i)}[:5-i%2])
				flush(w)
			}
		})
		start := time.Now()
		s, err := tts.Speak(t.Context(), "Hello.", "nova")
		if err != nil || time.Since(start) != 100*time.Millisecond {
			t.Fatal(err, time.Since(start))
		}
		defer s.Close()
		var got []int16
		pcm := make([]int16, 100)
		for {
			n, err := s.Read(pcm)
			got = append(got, pcm[:n]...)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if s.SampleRate() != 24000 || len(got) != 11 || got[0] != 0 || got[1] != 0x100 || time.Since(start) != 500*time.Millisecond {
			t.Errorf("%d samples %v at %v", len(got), got, time.Since(start))
		}
	})
}

func TestSpeechAsWAV(t *testing.T) {
	file := wav(tone(100 * time.Millisecond))
	for name, test := range map[string]struct {
		file []byte
		rate int // 0: refused
	}{
		"as we write it":   {file, 16000},
		"with a list":      {append(append(append([]byte{}, file[:36]...), "LIST\x03\x00\x00\x00abc\x00"...), file[36:]...), 16000},
		"stereo":           {append(append(append([]byte{}, file[:22]...), 2), file[23:]...), 0},
		"22 kHz":           {append(append(append([]byte{}, file[:24]...), 0x22, 0x56), file[26:]...), 0},
		"cut":              {file[:30], 0},
		"a huge chunk":     {append(append([]byte{}, file[:36]...), "LIST\xff\xff\xff\xff"...), 0},
		"chunks, no audio": {append(append([]byte{}, file[:12]...), strings.Repeat("abcd\x00\x00\x00\x00", 100)...), 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tts := newTTS(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(test.file) })
				s, err := tts.Speak(t.Context(), "Hello.", "")
				if test.rate == 0 {
					wantKind(t, err, engine.Nonsense)
					return
				}
				if err != nil || s.SampleRate() != test.rate {
					t.Fatal(err)
				}
				defer s.Close()
				pcm := make([]int16, 2000)
				if n, _ := s.Read(pcm); n == 0 || pcm[10] != tone(time.Second)[10] {
					t.Errorf("%d samples %v", n, pcm[:20])
				}
			})
		})
	}
}

func TestTTSFaults(t *testing.T) {
	typed := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, body)
		}
	}
	all := append(faults(),
		fault{"JSON", engine.Nonsense, typed("application/json", `{"detail":"no such voice"}`)},
		fault{"text", engine.Nonsense, typed("text/plain; charset=utf-8", "oops")},
		fault{"MP3", engine.Nonsense, typed("audio/mpeg", "ID3")},
		fault{"empty", engine.Nonsense, typed("audio/pcm", "")},
		fault{"one byte", engine.Nonsense, typed("audio/pcm", "x")},
		fault{"cut", engine.Unavailable, func(w http.ResponseWriter, _ *http.Request) {
			w.Write(make([]byte, 4800))
			flush(w)
			panic(http.ErrAbortHandler)
		}},
		fault{"stalls before", engine.Timeout, func(w http.ResponseWriter, r *http.Request) { flush(w); <-r.Context().Done() }},
		fault{"stalls in mid-stream", engine.Timeout, func(w http.ResponseWriter, r *http.Request) {
			w.Write(make([]byte, 4800))
			flush(w)
			<-r.Context().Done()
		}},
		fault{"without end", engine.Nonsense, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}},
	)
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tts := newTTS(t, f.handler)
				s, err := tts.Speak(t.Context(), "Hello.", "")
				if err == nil {
					defer s.Close()
					pcm := make([]int16, 48000)
					for err == nil {
						_, err = s.Read(pcm)
					}
				}
				wantKind(t, err, f.kind)
			})
		})
	}
}

func TestSpeechCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		tts := newTTS(t, func(w http.ResponseWriter, r *http.Request) {
			defer close(gone)
			for r.Context().Err() == nil {
				w.Write(make([]byte, 960))
				flush(w)
				wait(r, 20*time.Millisecond)
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(110*time.Millisecond, cancel)
		start := time.Now()
		s, err := tts.Speak(ctx, "Hello.", "")
		if err != nil {
			t.Fatal(err)
		}
		pcm, total := make([]int16, 480), 0
		for err == nil {
			var n int
			n, err = s.Read(pcm)
			total += n
		}
		if !errors.Is(err, context.Canceled) || time.Since(start) != 110*time.Millisecond || total != 6*480 {
			t.Errorf("%d samples, %v at %v", total, err, time.Since(start))
		}
		s.Close()
		<-gone
	})
}
