package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/local"
	"github.com/relevo/relevo/agentbot/engine/local/flite"
	"github.com/relevo/relevo/agentbot/engine/local/vad"
	"github.com/relevo/relevo/agentbot/engine/openai"
	"github.com/relevo/relevo/agentbot/engine/scripted"
	"github.com/relevo/relevo/agentbot/knowledge"
	"github.com/relevo/relevo/agentbot/rag"
)

// engines opens the engines that the configuration names, and keeps what they
// share.
type engines struct {
	agentbot.Engines
	http    *http.Client
	closers []io.Closer
}

func openEngines(c *config, known knowledge.Source, log *slog.Logger, g given) (*engines, error) {
	if g.engines != nil {
		return &engines{Engines: *g.engines, http: &http.Client{}}, nil
	}
	e := &engines{http: &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     90 * time.Second,
		ForceAttemptHTTP2:   true,
	}}}
	if err := e.open(c, known, log); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *engines) open(c *config, known knowledge.Source, log *slog.Logger) error {
	o := c.OpenAI
	// What a recogniser is to expect is told to it once.
	base := known.Base()
	var err error
	switch c.ASR {
	case "local":
		err = e.openLocal(c, base, log)
	case "openai":
		e.VAD = localVAD(log)
		e.ASR, err = openai.NewASR(openai.ASRConfig{
			Endpoint: e.endpoint(o, o.ASRBaseURL, o.ASRAPIKey, o.ASRModel),
			Prompt:   strings.Join(base.Names(), ", "),
		})
	case "scripted":
		e.ASR = &scripted.ASR{}
		e.VAD = &scripted.VAD{}
	}
	if err != nil {
		return err
	}
	switch c.LLM {
	case "local":
		e.LLM = brain.New(brain.Config{Knowledge: known})
	case "openai":
		var model *openai.LLM
		if model, err = openai.NewLLM(openai.LLMConfig{Endpoint: e.endpoint(o, o.LLMBaseURL, o.LLMAPIKey, o.LLMModel)}); err == nil {
			e.LLM, err = rag.New(rag.Config{LLM: model, Knowledge: known})
		}
	case "scripted":
		e.LLM = &scripted.LLM{Reply: chatter}
	}
	if err != nil {
		return err
	}
	switch c.TTS {
	case "local":
		if e.TTS == nil {
			e.TTS, err = flite.New(c.Voice)
		}
	case "openai":
		e.TTS, err = openai.NewTTS(openai.TTSConfig{Endpoint: e.endpoint(o, o.TTSBaseURL, o.TTSAPIKey, o.TTSModel), Voice: c.Voice})
	case "scripted":
		e.TTS = &scripted.TTS{}
	}
	return err
}

// maxLegs bounds who is listened to locally at once. Each leg takes 20 MB, and
// two cores keep up with about ten that speak at the same time.
const maxLegs = 64

// openLocal opens the local recogniser with what is cheap to open beside it.
func (e *engines) openLocal(c *config, base *knowledge.Base, log *slog.Logger) error {
	// Callers ask about the knowledge, for a person, and about what that person
	// said, by name.
	names := base.Names()
	for _, u := range c.DeskUsers {
		login, _, _ := strings.Cut(u, ":")
		names = append(names, displayName(login))
	}
	o := local.Options{KnowledgeSentences: append(base.Sentences(), brain.Phrases()...), Names: names, MaxLegs: min(2*c.MaxCalls, maxLegs), Log: log}
	if c.TTS == "local" {
		o.Voice = c.Voice
	}
	l, err := local.Open(o)
	if err != nil {
		return fmt.Errorf("local engines: %w (relevo doctor says more)", err)
	}
	e.closers = append(e.closers, l)
	e.VAD, e.ASR = l.VAD, l.ASR
	if c.TTS == "local" {
		e.TTS = l.TTS
	}
	return nil
}

// localVAD detects voice for a recogniser that does not.
func localVAD(log *slog.Logger) engine.VAD {
	s, err := vad.WebRTC{}.OpenVAD()
	if err != nil {
		log.Warn("voice is detected by energy alone, and noise is not suppressed", "err", err)
		return vad.Energy{}
	}
	_ = s.Close()
	return vad.WebRTC{}
}

// endpoint is an engine's own where it has one, else the shared one. A base URL
// of its own does not get the shared key, which belongs to another host.
func (e *engines) endpoint(o openAIConfig, baseURL, key, model string) openai.Endpoint {
	if baseURL == "" {
		baseURL = o.BaseURL
		if key == "" {
			key = o.APIKey
		}
	}
	return openai.Endpoint{BaseURL: baseURL, Key: key, Model: model, HTTP: e.http}
}

// Close closes the engines after the last call.
func (e *engines) Close() error {
	e.http.CloseIdleConnections()
	var errs []error
	for _, c := range e.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// chatter answers every utterance at length, so that there is a voice to be
// interrupted, and to be taken over from in mid-sentence.
func chatter(req engine.Request) scripted.Reply {
	for _, m := range req.Messages {
		if m.Role == engine.RoleUser {
			var b strings.Builder
			for i := range 6 {
				fmt.Fprintf(&b, "This is sentence number %d of what the scripted agent has to say about it. ", i+1)
			}
			return scripted.Reply{Text: b.String()}
		}
	}
	return scripted.Echo(req)
}

// openKnowledge reads the folder and watches it until stop; where it is "",
// it is what is shipped, which never changes.
func openKnowledge(folder string, log *slog.Logger) (known knowledge.Source, stop func() error, err error) {
	if folder == "" {
		base, err := knowledge.Load(knowledge.Shop())
		if err != nil {
			return nil, nil, err
		}
		return base, func() error { return nil }, nil
	}
	if info, err := os.Stat(folder); err != nil {
		return nil, nil, fmt.Errorf("--knowledge: %w", err)
	} else if !info.IsDir() {
		return nil, nil, fmt.Errorf("--knowledge: %s is no folder", folder)
	}
	w, err := knowledge.Watch(knowledge.WatchConfig{Files: os.DirFS(folder), Log: log})
	if err != nil {
		return nil, nil, fmt.Errorf("--knowledge: %w", err)
	}
	return w, w.Close, nil
}

const defaultGreeting = "Hello, this is the virtual assistant. How can I help you?"

// agentConfig is how every agent behaves. It speaks the fixed lines once, so
// that a call can hear them even when the TTS is down.
func agentConfig(ctx context.Context, c *config, e agentbot.Engines, log *slog.Logger) (agentbot.Config, error) {
	a := agentbot.Config{Language: c.Language, VoiceID: c.Voice, Greeting: c.Greeting, Log: log}
	switch a.Greeting {
	case "":
		a.Greeting = defaultGreeting
	case "-":
		a.Greeting = ""
	}
	if c.Prompt != "" {
		text, err := os.ReadFile(c.Prompt)
		if err != nil {
			return a, fmt.Errorf("--prompt: %w", err)
		}
		a.Prompt = string(text)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rendered, err := agentbot.Render(ctx, e.TTS, a)
	if err != nil {
		log.Warn("some fixed lines cannot be spoken now; each call will try again", "err", err)
	}
	a.Rendered = rendered
	return a, nil
}
