package enginetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/relevo/relevo/agentbot/engine"
)

const (
	shortText = "Hello, how can I help you today?"
	longText  = "Thank you for calling. Your order was sent on Monday, and it should be with you within three working days. " +
		"If it has not come by then, please call us again, and we will send you another one at no cost. " +
		"You can also return anything you do not like within thirty days, as long as it has not been used."
)

// TestTTS tests what engine.TTS promises.
func TestTTS(t *testing.T, open func() engine.TTS) {
	checkLeaks(t)

	t.Run("speaks and ends", func(t *testing.T) {
		s, err := open().Speak(patient(t), shortText, "")
		if err != nil {
			t.Fatal(err)
		}
		defer closeOnce(t, s)
		rate := s.SampleRate()
		if !slices.Contains([]int{8000, 12000, 16000, 24000, 48000}, rate) {
			t.Fatalf("sample rate %d is none of Opus", rate)
		}
		pcm := readAll(t, s)
		d := time.Duration(len(pcm)) * time.Second / time.Duration(rate)
		if d < 300*time.Millisecond || d > 20*time.Second {
			t.Errorf("%q lasts %v", shortText, d)
		}
		if loudest(pcm) < 500 {
			t.Errorf("speech is silent: peak %d", loudest(pcm))
		}
		if s.SampleRate() != rate {
			t.Errorf("sample rate changed to %d", s.SampleRate())
		}
		checkWords(t, s.Words(), shortText, d)
		for range 2 {
			if n, err := s.Read(make([]int16, 10)); n != 0 || !errors.Is(err, io.EOF) {
				t.Errorf("Read after the end = %d, %v; want 0, EOF", n, err)
			}
		}
	})

	t.Run("small reads", func(t *testing.T) {
		s, err := open().Speak(patient(t), "Yes.", "")
		if err != nil {
			t.Fatal(err)
		}
		defer closeOnce(t, s)
		buf := make([]int16, 7)
		for {
			n, err := s.Read(buf)
			if n < 0 || n > len(buf) {
				t.Fatalf("Read of 7 gave %d", n)
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				t.Fatal("Read returned 0 samples without an error")
			}
		}
	})

	for _, text := range []string{"", "  \n", "...", "…"} {
		t.Run("nothing to say "+text, func(t *testing.T) {
			s, err := open().Speak(patient(t), text, "")
			if err != nil {
				t.Fatal(err)
			}
			defer closeOnce(t, s)
			if n, err := s.Read(make([]int16, 960)); n != 0 || !errors.Is(err, io.EOF) {
				t.Errorf("Read = %d, %v; want 0, EOF", n, err)
			}
			if w := s.Words(); len(w) != 0 {
				t.Errorf("word times of nothing: %v", w)
			}
		})
	}

	t.Run("cancelled before", func(t *testing.T) {
		tts := open()
		ctx := cancelled(t)
		within(t, Soon, "Speak and Read with a ctx that has ended", func() {
			s, err := tts.Speak(ctx, longText, "")
			if err == nil {
				err = drain(s)
				closeOnce(t, s)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
		})
	})

	t.Run("cancelled while speaking", func(t *testing.T) {
		ctx, cancel := context.WithCancel(patient(t))
		defer cancel()
		s, err := open().Speak(ctx, longText, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(make([]int16, 160)); err != nil {
			t.Fatal(err)
		}
		cancel()
		within(t, Soon, "Read after cancel", func() {
			// An engine that had made all of it already may still hand it out.
			if err := drain(s); !errors.Is(err, context.Canceled) && !errors.Is(err, io.EOF) {
				t.Errorf("Read ended with %v", err)
			}
		})
		closeOnce(t, s)
	})

	t.Run("closed while speaking", func(t *testing.T) {
		tts := open()
		for _, reads := range []int{0, 1, 5} {
			s, err := tts.Speak(patient(t), longText, "")
			if err != nil {
				t.Fatal(err)
			}
			for range reads {
				if _, err := s.Read(make([]int16, 160)); err != nil {
					t.Fatal(err)
				}
			}
			closeOnce(t, s)
			if _, err := s.Read(make([]int16, 160)); err == nil {
				t.Error("Read after Close gave samples")
			}
			if err := s.Close(); err != nil {
				t.Errorf("second Close: %v", err)
			}
		}
	})

	t.Run("many at once", func(t *testing.T) {
		tts := open()
		ctx := patient(t)
		together(func(i int) {
			for range 2 {
				s, err := tts.Speak(ctx, shortText, "")
				if err != nil {
					t.Error(err)
					return
				}
				if i%2 == 0 {
					if err := drain(s); !errors.Is(err, io.EOF) {
						t.Errorf("stream %d ended with %v", i, err)
					}
				}
				_ = s.Words()
				closeOnce(t, s)
			}
		})
	})

	t.Run("odd text", func(t *testing.T) {
		for _, text := range []string{"\x00\x01", "a\xff\xfeb", "日本語", "🙂", "“Zoë’s café” — 20 €, please!", "<speak>one</speak>"} {
			s, err := open().Speak(patient(t), text, "")
			if err != nil {
				CheckError(t, err)
				continue
			}
			if err := drain(s); !errors.Is(err, io.EOF) {
				CheckError(t, err)
			}
			checkWords(t, s.Words(), text, Patience)
			closeOnce(t, s)
		}
	})
}

func closeOnce(t testing.TB, c io.Closer) {
	t.Helper()
	within(t, Soon, "Close", func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

// drain reads to the stream's end and returns the error there.
func drain(s engine.SpeechStream) error {
	buf := make([]int16, 960)
	for {
		if _, err := s.Read(buf); err != nil {
			return err
		}
	}
}

func readAll(t testing.TB, s engine.SpeechStream) []int16 {
	t.Helper()
	var pcm []int16
	buf := make([]int16, 960)
	for {
		n, err := s.Read(buf)
		pcm = append(pcm, buf[:n]...)
		if errors.Is(err, io.EOF) {
			return pcm
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func loudest(pcm []int16) int {
	peak := 0
	for _, s := range pcm {
		peak = max(peak, int(s), -int(s))
	}
	return peak
}

func checkWords(t testing.TB, words []engine.WordTime, text string, d time.Duration) {
	t.Helper()
	chars := utf8.RuneCountInString(text)
	for i, w := range words {
		if w.Offset < 0 || w.Offset >= chars || w.At < 0 || w.At > d {
			t.Errorf("word %d %+v lies outside %d characters and %v", i, w, chars, d)
		}
		if i > 0 && (w.Offset <= words[i-1].Offset || w.At < words[i-1].At) {
			t.Errorf("word times do not rise: %+v then %+v", words[i-1], w)
		}
	}
}
