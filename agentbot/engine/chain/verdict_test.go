package chain

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/scripted"
)

var errUseless = &engine.Error{Engine: "user", Kind: engine.Nonsense, Cause: errors.New("useless")}

// What only the user of an answer finds useless counts as a failure of the
// link, also when the answer was whole; so does one that the user had to give up
// in its midst.
func TestUsersVerdict(t *testing.T) {
	for _, test := range []struct {
		name  string
		end   func(r engine.ReplyStream, cancel context.CancelCauseFunc)
		opens bool
	}{
		{"whole and useless", func(r engine.ReplyStream, _ context.CancelCauseFunc) {
			for _, err := r.Next(); err == nil; _, err = r.Next() {
			}
			engine.Reject(r, errUseless)
		}, true},
		{"useless from its first word", func(r engine.ReplyStream, _ context.CancelCauseFunc) { engine.Reject(r, errUseless) }, true},
		{"failed otherwise, which the link knows", func(r engine.ReplyStream, _ context.CancelCauseFunc) { engine.Reject(r, io.ErrUnexpectedEOF) }, false},
		{"given up in its midst", func(r engine.ReplyStream, cancel context.CancelCauseFunc) {
			_, _ = r.Next()
			cancel(engine.ErrLate)
			_, _ = r.Next()
		}, true},
		{"not wanted any more", func(r engine.ReplyStream, cancel context.CancelCauseFunc) {
			_, _ = r.Next()
			cancel(nil)
			_, _ = r.Next()
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opened := false
				llm := NewLLM(Config{On: func(e Event) { opened = opened || e.What == Opened }},
					Link[engine.LLM]{Name: "a", Engine: &scripted.LLM{PerToken: 10 * time.Millisecond, Reply: func(engine.Request) scripted.Reply { return scripted.Reply{Text: "one two three four"} }}})
				for range 5 {
					ctx, cancel := context.WithCancelCause(t.Context())
					r, err := llm.Chat(ctx, engine.Request{})
					if err != nil {
						t.Fatal(err)
					}
					test.end(r, cancel)
					r.Close()
					cancel(nil)
				}
				if opened != test.opens {
					t.Errorf("opened: %v", opened)
				}
			})
		})
	}
}

// silentTTS speaks d of silence, then voice where it has one.
type silentTTS struct {
	d     time.Duration
	voice bool
}

func (s silentTTS) Speak(context.Context, string, string) (engine.SpeechStream, error) {
	pcm := make([]int16, int(s.d*16000/time.Second))
	if s.voice {
		for range 1600 {
			pcm = append(pcm, 5000)
		}
	}
	return &canned{pcm: pcm}, nil
}

type canned struct{ pcm []int16 }

func (c *canned) SampleRate() int          { return 16000 }
func (c *canned) Words() []engine.WordTime { return nil }
func (c *canned) Close() error             { return nil }
func (c *canned) Read(pcm []int16) (int, error) {
	if len(c.pcm) == 0 {
		return 0, io.EOF
	}
	n := copy(pcm, c.pcm)
	c.pcm = c.pcm[n:]
	return n, nil
}

// Silence instead of speech is noticed before it is delivered; silence before
// speech belongs to it.
func TestSilenceIsNoSpeech(t *testing.T) {
	for _, test := range []struct {
		first silentTTS
		by    string
		n     int
	}{
		{silentTTS{time.Second, false}, "second", 1600},
		{silentTTS{6 * time.Second, true}, "second", 1600},
		{silentTTS{time.Second, true}, "first", 17600},
	} {
		by := "first"
		tts := NewTTS(Config{On: func(e Event) {
			if e.What == FellBack {
				by = e.Next
			}
		}}, Link[engine.TTS]{Name: "first", Engine: test.first}, Link[engine.TTS]{Name: "second", Engine: silentTTS{0, true}})
		s, err := tts.Speak(t.Context(), "Hello.", "")
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for n := 0; err == nil; total += n {
			n, err = s.Read(make([]int16, 1000))
		}
		s.Close()
		if by != test.by || total != test.n {
			t.Errorf("%+v: %d samples by %s", test.first, total, by)
		}
	}
}

// A transcript that nobody can have said is the next link's to make.
func TestGarbledTranscript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		garbled := &scripted.ASR{Fault: func(op scripted.Op) scripted.Fault { return scripted.Fault{Nonsense: op == scripted.FinishASR} }}
		sound := &scripted.ASR{Phrases: map[int]string{440: "hello"}}
		asr := NewASR(Config{}, Link[engine.ASR]{Name: "a", Engine: garbled}, Link[engine.ASR]{Name: "b", Engine: sound})
		s, err := asr.OpenASR(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, _, err := s.Write(t.Context(), sine(time.Second)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Finish(t.Context()); err != nil || got.Text != "hello" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// A page instead of a reply is the next link's to answer, however it is cut into
// deltas; what only looks like one at first is a reply.
func TestPageIsNoReply(t *testing.T) {
	for text, by := range map[string]string{
		"<html ><body>It works":  "second",
		"<!DOCTYPE html> <p>":    "second",
		`{"error": {"code": 5}}`: "second",
		"<3 we love it":          "first",
		"<":                      "first",
		"Hello <html>":           "first",
	} {
		synctest.Test(t, func(t *testing.T) {
			reply := func(text string) *scripted.LLM {
				return &scripted.LLM{Reply: func(engine.Request) scripted.Reply { return scripted.Reply{Text: text} }}
			}
			answered := "first"
			llm := NewLLM(Config{On: func(e Event) {
				if e.What == FellBack {
					answered = e.Next
				}
			}}, Link[engine.LLM]{Name: "first", Engine: reply(text)}, Link[engine.LLM]{Name: "second", Engine: reply(text)},
				Link[engine.LLM]{Name: "third", Engine: reply("I do not know.")})
			if by == "second" {
				by = "third" // the second is as bad
			}
			r, err := llm.Chat(t.Context(), engine.Request{})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			said := ""
			for {
				d, err := r.Next()
				if err != nil {
					break
				}
				said += d.Text
			}
			if answered != by || by == "first" && said != text || by == "third" && said != "I do not know." {
				t.Errorf("%q: %q by %s", text, said, answered)
			}
		})
	}
}
