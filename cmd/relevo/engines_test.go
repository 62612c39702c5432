package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/chain"
)

func TestVoiceOfEachEngine(t *testing.T) {
	for _, tt := range []struct{ tts, voice, openai, local string }{
		{"local", "", "", ""},
		{"local", "rms", "", "rms"},
		{"openai,local", "nova, rms", "nova", "rms"},
		{"openai,local", "nova", "nova", ""},
		{"openai,local", ",rms", "", "rms"},
	} {
		c := &config{TTS: tt.tts, Voice: tt.voice}
		if o, l := c.voiceOf("openai"), c.voiceOf("local"); o != tt.openai || l != tt.local {
			t.Errorf("--tts %s --voice %s: openai %q, local %q", tt.tts, tt.voice, o, l)
		}
	}
}

// Engines that are listed stand behind one another: an endpoint that is down is
// asked until its breaker opens, and the caller gets an answer each time.
func TestEnginesBehindOneAnother(t *testing.T) {
	var asked atomic.Int32
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		http.Error(w, "down", http.StatusBadGateway)
	}))
	defer down.Close()
	c, err := fresh(t, []string{"--dev", "--engines", "openai,openai2,scripted", "--openai-base-url", down.URL + "/v1", "--openai2-base-url", down.URL + "/v1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	base, stop, err := openKnowledge("", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var log bytes.Buffer
	e, err := openEngines(c, base, slog.New(slog.NewTextHandler(&log, nil)), given{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.VAD == nil {
		t.Error("nobody detects voice")
	}
	for range 4 {
		if _, err := tryTTS(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if _, err := tryLLM(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 4*5 {
		t.Errorf("the endpoints were asked %d times, want 5 times for each engine of both", n)
	}
	counts := counted(t, e.events)
	for _, kind := range []string{"llm", "tts"} {
		for _, link := range []string{"openai", "openai2"} {
			if n := counts[kind+" "+link+" "+chain.Opened]; n != 1 {
				t.Errorf("%s %s opened %v times", kind, link, n)
			}
		}
		if n := counts[kind+" openai "+chain.FellBack]; n != 4 {
			t.Errorf("%s fell back %v times", kind, n)
		}
	}
	if n := strings.Count(log.String(), "left out"); n != 4 {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
}

// counted is the values of c by their labels.
func counted(t *testing.T, c prometheus.Collector) map[string]float64 {
	t.Helper()
	r := prometheus.NewRegistry()
	r.MustRegister(c)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			values[strings.Join(labels, " ")] = m.GetCounter().GetValue()
		}
	}
	return values
}

// A single engine is used as it is.
func TestOneEngineIsNoChain(t *testing.T) {
	c, err := fresh(t, []string{"--dev", "--engines", "scripted"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	base, stop, err := openKnowledge("", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	e, err := openEngines(c, base, slog.New(slog.DiscardHandler), given{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, one := range []any{e.ASR, e.LLM, e.TTS} {
		switch one.(type) {
		case *chain.ASR, *chain.LLM, *chain.TTS:
			t.Errorf("%T", one)
		}
	}
	r, err := e.LLM.Chat(context.Background(), engine.Request{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
