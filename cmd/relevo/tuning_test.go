package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/engine/chain"
)

func TestTuningIsChecked(t *testing.T) {
	for _, args := range [][]string{
		{"--asr-mode", "both"}, {"--tts-format", "mp3"}, {"--asr-partial-cost", "-1"}, {"--asr-timeout", "0"},
		{"--llm-timeout", "-1s"}, {"--reply-timeout", "1s"}, {"--embeddings-wait", "0"},
	} {
		if _, err := fresh(t, append([]string{"--dev", "--engines", "scripted"}, args...), nil); err == nil || !strings.Contains(err.Error(), args[0]) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// What an engine gets beyond the default the turn gets as well.
func TestTimeouts(t *testing.T) {
	c, err := fresh(t, []string{"--dev", "--engines", "scripted", "--llm-timeout", "6s", "--tts-timeout", "500ms"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var a agentbot.Config
	c.Tuning.agent(&a)
	if a.ASRFinish != 1500*time.Millisecond || a.FirstToken != 6*time.Second || a.FirstAudio != 500*time.Millisecond || a.TurnBudget != 6300*time.Millisecond {
		t.Errorf("%+v", a)
	}
	asr, llm, tts := c.Tuning.chains(nil)
	if asr.Patience != 1400*time.Millisecond || llm.Patience != 5900*time.Millisecond || llm.Total != time.Minute || tts.Patience != 400*time.Millisecond {
		t.Errorf("%+v %+v %+v", asr, llm, tts)
	}
}

// endpointOf answers as an endpoint with embeddings, and tells what it was asked.
func endpointOf(t *testing.T) (url string, asked func() string) {
	t.Helper()
	var mu sync.Mutex
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		paths = append(paths, r.URL.Path)
		mu.Unlock()
		switch {
		case strings.HasSuffix(r.URL.Path, "/embeddings"):
			fmt.Fprint(w, `{"data":[`)
			for i := range strings.Count(string(body), `","`) + 1 {
				fmt.Fprintf(w, `%s{"index":%d,"embedding":[1,0]}`, map[bool]string{true: ","}[i > 0], i)
			}
			fmt.Fprint(w, `]}`)
		case strings.HasSuffix(r.URL.Path, "/audio/transcriptions"):
			fmt.Fprint(w, `{"text":"hello"}`)
		default:
			w.WriteHeader(404)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1", func() string {
		mu.Lock()
		defer mu.Unlock()
		return strings.Join(paths, " ")
	}
}

// An endpoint by itself has a retry and a breaker as well, and is asked for
// embeddings where a model is named.
func TestOneEndpoint(t *testing.T) {
	url, asked := endpointOf(t)
	c, err := fresh(t, []string{"--dev", "--engines", "openai", "--openai-base-url", url, "--embeddings-model", "m", "--asr-mode", "segments"}, nil)
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
	_, isASR := e.ASR.(*chain.ASR)
	_, isLLM := e.LLM.(*chain.LLM)
	_, isTTS := e.TTS.(*chain.TTS)
	if !isASR || !isLLM || !isTTS || e.meaning == nil || e.patient().TTS == e.TTS {
		t.Errorf("%T %T %T, meaning %v", e.ASR, e.LLM, e.TTS, e.meaning)
	}
	if detail, err := tryASR(t.Context(), e); err != nil || !strings.Contains(asked(), "/v1/audio/transcriptions") {
		t.Errorf("%s, %v; asked for %s", detail, err, asked())
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	c, err = fresh(t, []string{"--dev", "--engines", "scripted", "--embeddings-model", "m"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openEngines(c, base, slog.New(slog.DiscardHandler), given{}); err == nil || !strings.Contains(err.Error(), "--embeddings-model") {
		t.Errorf("embeddings without an endpoint: %v", err)
	}
}
