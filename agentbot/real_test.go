package agentbot_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/knowledge"
)

// TestRealSpeech is a conversation with the local engines: a synthetic caller
// speaks, the agent recognises, answers from the knowledge base and asks for a
// human. What is asserted is order and content; times are logged.
func TestRealSpeech(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds of wall time")
	}
	base, err := knowledge.Load(knowledge.Shop())
	if err != nil {
		t.Fatal(err)
	}
	engines, err := local.Open(local.Options{KnowledgeSentences: base.Sentences(), Names: base.Names(), MaxLegs: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer engines.Close()
	caller, err := flite.New("rms")
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan agentbot.Event, 1000)
	voice := nowhere{}
	start := time.Now()
	// The machine may be busy with other tests: no engine is given up.
	patient := agentbot.Config{Greeting: "Hello.", ASRFinish: 20 * time.Second, FirstToken: 20 * time.Second, FirstAudio: 20 * time.Second, TurnBudget: time.Minute}
	a := agentbot.New(patient, agentbot.Engines{
		VAD: engines.VAD, ASR: engines.ASR, LLM: brain.New(brain.Config{Knowledge: base}), TTS: engines.TTS,
	}, voice, func(e agentbot.Event) { events <- e })
	defer a.Close()
	mic := &microphone{start: time.Now()}
	a.Hear(agentbot.Leg{ID: "c", Role: agentbot.RoleCaller}, mic)
	a.SetMode(agentbot.Answer, 1, nil)

	limit := time.After(2 * time.Minute)
	until := func(what string, ok func(agentbot.Event) bool) {
		t.Helper()
		for {
			select {
			case e := <-events:
				if final(e) {
					t.Logf("%7d ms %T %+v", time.Since(start).Milliseconds(), e, e)
				}
				if ok(e) {
					return
				}
			case <-limit:
				t.Fatalf("no %s", what)
			}
		}
	}
	spoken := func(e agentbot.Event) bool { s, ok := e.(agentbot.Spoken); return ok && s.Final }
	until("greeting", spoken)
	mic.say(t, caller, "What are your opening hours?")
	until("words of the caller", func(e agentbot.Event) bool { h, ok := e.(agentbot.Heard); return ok && h.Final && h.Text != "" })
	until("answer", func(e agentbot.Event) bool { s, ok := e.(agentbot.Spoken); return ok && s.Text != "" })
	mic.say(t, caller, "I want to talk to a human agent.") // into the answer
	until("interruption", func(e agentbot.Event) bool { _, ok := e.(agentbot.Interrupted); return ok })
	until("wish for a human", func(e agentbot.Event) bool { _, ok := e.(agentbot.WantHuman); return ok })
	until("answer", spoken)
}

func final(e agentbot.Event) bool {
	switch e := e.(type) {
	case agentbot.Heard:
		return e.Final
	case agentbot.Spoken:
		return e.Final
	}
	return true
}

type nowhere struct{}

func (nowhere) WriteFrame(uint64, []byte, uint32) error { return nil }

// microphone is an Ear in wall time.
type microphone struct {
	start time.Time
	next  int

	mu  sync.Mutex
	pcm []int16
}

func (m *microphone) say(t *testing.T, voice engine.TTS, text string) {
	t.Helper()
	s, err := voice.Speak(t.Context(), text, "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.SampleRate() != engine.SampleRate {
		t.Fatalf("%d Hz", s.SampleRate())
	}
	buf := make([]int16, 1600)
	for {
		n, err := s.Read(buf)
		m.mu.Lock()
		m.pcm = append(m.pcm, buf[:n]...)
		m.mu.Unlock()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (m *microphone) ReadFrame(ctx context.Context) ([]int16, error) {
	m.next++
	timer := time.NewTimer(time.Until(m.start.Add(time.Duration(m.next) * 20 * time.Millisecond)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
	}
	frame := make([]int16, engine.FrameSamples)
	m.mu.Lock()
	m.pcm = m.pcm[copy(frame, m.pcm):]
	m.mu.Unlock()
	return frame, nil
}
