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

	"github.com/prometheus/client_golang/prometheus"

	"github.com/relevo/relevo/agentbot"
	"github.com/relevo/relevo/agentbot/brain"
	"github.com/relevo/relevo/agentbot/engine"
	"github.com/relevo/relevo/agentbot/engine/chain"
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
	local   *local.Engines         // nil: none of them is open
	events  *prometheus.CounterVec // of the links of chains
	meaning knowledge.Meaning      // nil: knowledge is searched by words alone
	voices  []chain.Link[engine.TTS]
	warmer  *warmer // nil: no engine is at an endpoint
	closers []io.Closer
}

func openEngines(c *config, known knowledge.Source, log *slog.Logger, g given) (*engines, error) {
	events := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "relevo_engine_link_events_total", Help: "What happened to engines that stand behind one another: opened, closed, fellBack.",
	}, []string{"engine", "link", "what"})
	if g.engines != nil {
		return &engines{Engines: *g.engines, http: &http.Client{}, events: events}, nil
	}
	e := &engines{events: events, http: &http.Client{Transport: &http.Transport{
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
	base := known.Base() // what a recogniser is to expect is told to it once
	asr, err := openLinks(c.ASR, 500*time.Millisecond, func(name string) (engine.ASR, error) { return e.asr(name, c, base, log) })
	if err != nil {
		return err
	}
	if e.meaning, err = e.openMeaning(c, known, log); err != nil {
		return err
	}
	llm, err := openLinks(c.LLM, 300*time.Millisecond, func(name string) (engine.LLM, error) { return e.llm(name, c, known) })
	if err != nil {
		return err
	}
	tts, err := openLinks(c.TTS, 250*time.Millisecond, func(name string) (engine.TTS, error) { return e.tts(name, c) })
	if err != nil {
		return err
	}
	if e.Checker, err = e.checker(c); err != nil {
		return err
	}
	// One engine of this machine is used as it is; others stand in a chain.
	e.ASR, e.LLM, e.TTS, e.voices = asr[0].Engine, llm[0].Engine, tts[0].Engine, tts
	forASR, forLLM, forTTS := c.Tuning.chains(e.happened(log))
	if chained(asr) {
		e.ASR = chain.NewASR(forASR, asr...)
	}
	if chained(llm) {
		e.LLM = chain.NewLLM(forLLM, llm...)
	}
	if chained(tts) {
		e.TTS = chain.NewTTS(forTTS, tts...)
	}
	return nil
}

// listed is what a flag names in order: engines that stand behind one another.
func listed(flagValue string) []string {
	names := strings.Split(flagValue, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}

// openLinks opens each engine that names lists. need is what one without a
// network takes for the first of its answer.
func openLinks[E any](names string, need time.Duration, open func(name string) (E, error)) ([]chain.Link[E], error) {
	var links []chain.Link[E]
	for _, name := range listed(names) {
		one, err := open(name)
		if err != nil {
			return nil, err
		}
		l := chain.Link[E]{Name: name, Engine: one}
		if name == "local" || name == "scripted" {
			l.Need = need
		}
		links = append(links, l)
	}
	return links, nil
}

// happened logs and counts what happens to the links of chains.
func (e *engines) happened(log *slog.Logger) func(chain.Event) {
	return func(ev chain.Event) {
		e.events.WithLabelValues(ev.Chain, ev.Link, ev.What).Inc()
		switch ev.What {
		case chain.Opened:
			log.Warn("an engine is left out for a while", "engine", ev.Chain, "link", ev.Link, "err", ev.Err)
		case chain.Closed:
			log.Info("an engine works again", "engine", ev.Chain, "link", ev.Link)
		case chain.FellBack:
			log.Debug("another engine answers", "engine", ev.Chain, "link", ev.Link, "next", ev.Next, "err", ev.Err)
		}
	}
}

// asr opens one recogniser. The first that is opened decides who detects voice.
func (e *engines) asr(name string, c *config, base *knowledge.Base, log *slog.Logger) (engine.ASR, error) {
	var detector engine.VAD
	var recogniser engine.ASR
	switch name {
	case "local":
		l, err := e.openLocal(c, base, log)
		if err != nil {
			return nil, err
		}
		detector, recogniser = l.VAD, l.ASR
	case "scripted":
		detector, recogniser = &scripted.VAD{}, &scripted.ASR{}
	default:
		o := c.openAI(name)
		endpoint := e.endpoint(o, o.ASRBaseURL, o.ASRAPIKey, o.ASRModel)
		cfg := c.Tuning.asr(endpoint, strings.Join(base.Names(), ", "), log.With("link", name))
		cfg.Verbose = cfg.Verbose || c.tellsLanguage(o.ASRModel)
		remote, err := openai.NewASR(cfg)
		if err != nil {
			return nil, err
		}
		recogniser = remote
		if e.VAD == nil {
			detector = localVAD(log)
		}
	}
	if e.VAD == nil {
		e.VAD = detector
	}
	return recogniser, nil
}

func (e *engines) llm(name string, c *config, known knowledge.Source) (engine.LLM, error) {
	switch name {
	case "local":
		return brain.New(brain.Config{Knowledge: known, Meaning: e.meaning}), nil
	case "scripted":
		return &scripted.LLM{Reply: chatter}, nil
	}
	o := c.openAI(name)
	endpoint := c.Tuning.endpoint(e.endpoint(o, o.LLMBaseURL, o.LLMAPIKey, o.LLMModel), c.Tuning.LLMTimeout)
	endpoint.Total = c.Tuning.ReplyTimeout
	model, err := openai.NewLLM(openai.LLMConfig{Endpoint: endpoint})
	if err != nil {
		return nil, err
	}
	if c.Knowledge == "" && c.Prompt != "" {
		return model, nil // an operator with rules of their own does not run the example shop
	}
	return rag.New(rag.Config{LLM: model, Knowledge: known, Meaning: e.meaning})
}

func (e *engines) tts(name string, c *config) (engine.TTS, error) {
	switch name {
	case "local":
		if e.local != nil {
			return e.local.TTS, nil
		}
		return flite.New(c.voiceOf(name))
	case "scripted":
		return &scripted.TTS{}, nil
	}
	o := c.openAI(name)
	endpoint := c.Tuning.endpoint(e.endpoint(o, o.TTSBaseURL, o.TTSAPIKey, o.TTSModel), c.Tuning.TTSTimeout)
	return openai.NewTTS(openai.TTSConfig{Endpoint: endpoint, Voice: c.voiceOf(name), Format: c.Tuning.TTSFormat})
}

// maxLegs bounds who is listened to locally at once. Each leg takes 20 MB, and
// two cores keep up with about ten that speak at the same time.
const maxLegs = 64

// openLocal opens the local recogniser with what is cheap to open beside it.
func (e *engines) openLocal(c *config, base *knowledge.Base, log *slog.Logger) (*local.Engines, error) {
	// Callers ask about the knowledge, for a person, and about what that person
	// said, by name.
	names := base.Names()
	for _, u := range c.DeskUsers {
		login, _, _ := strings.Cut(u, ":")
		names = append(names, displayName(login))
	}
	l, err := local.Open(local.Options{
		KnowledgeSentences: append(base.Sentences(), brain.Phrases()...), Names: names,
		Voice: c.voiceOf("local"), MaxLegs: min(2*c.MaxCalls, maxLegs), Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("local engines: %w (relevo doctor says more)", err)
	}
	e.local = l
	e.closers = append(e.closers, l)
	return l, nil
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
	if e.warmer == nil {
		e.warmer = newWarmer(e.http)
		e.closers = append(e.closers, e.warmer)
	}
	e.warmer.know(baseURL)
	return openai.Endpoint{BaseURL: baseURL, Key: key, Model: model, HTTP: e.http}
}

// Close closes the engines after the last call.
func (e *engines) Close() error {
	var errs []error
	for _, c := range e.closers {
		errs = append(errs, c.Close())
	}
	e.http.CloseIdleConnections()
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

// agentConfig is how every agent behaves. It speaks the fixed lines once, so
// that a call can hear them even when the TTS is down.
func agentConfig(ctx context.Context, c *config, e agentbot.Engines, log *slog.Logger) (agentbot.Config, error) {
	a := agentbot.Config{Language: c.Language, Greeting: c.Greeting, OwnGreeting: c.Greeting != "", Spoken: c.spokenLevel(), Log: log}
	c.Tuning.agent(&a)
	if len(listed(c.TTS)) == 1 {
		a.VoiceID = c.Voice // engines behind one another have each their own
	}
	if err := c.turns(&a); err != nil {
		return a, err
	}
	if a.Greeting == "-" {
		a.Greeting = ""
	}
	if err := openLines(c, &a); err != nil {
		return a, err
	}
	a.SpeakLike("")
	if c.Prompt != "" {
		text, err := os.ReadFile(c.Prompt)
		if err != nil {
			return a, fmt.Errorf("--prompt: %w", err)
		}
		a.Prompt = string(text)
	}
	escalation, err := readEscalation(c.Escalation)
	if err != nil {
		return a, err
	}
	if err := escalation.apply(&a, c); err != nil {
		return a, err
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
